/* spool/journal.c - what left, beside the database
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/file.h"
#include "spool/room.h"

#define LINE_BYTES UUID_TEXT_MAX /* the text of an id, and a newline */
#define FILE_BYTES_MAX ((size_t)256 * 1000 * 1000)
#define SUFFIX ".ids"
#define HANDED ".handed"
#define FIRST_IDS ((size_t)4096)

struct entry {
	struct uuid id;
	uint32_t name; /* index */
};

struct journal {
	struct entry *entries;
	size_t count, size;
	const char **names;
	size_t name_count, name_size;
	struct arena text;
};

static const char *
folder_of(enum journal_kind kind)
{
	return kind == JOURNAL_BOX ? "sent/box" : "sent/print";
}

enum verdict
spool_journal_add(struct spool *spool, enum journal_kind kind, const char *name,
	const struct uuid *ids, size_t count, struct fault *why)
{
	char path[ROOM_PATH_MAX], file[SPOOL_NAME_MAX + 8];
	struct buf b = BUF_MAX(FILE_BYTES_MAX);
	char text[UUID_TEXT_MAX];
	enum verdict v;
	size_t i;

	assert(room_name_ok(name) && count > 0);
	for (i = 0; i < count; i++) {
		uuid_text(&ids[i], text);
		text[UUID_TEXT_MAX - 1] = '\n'; /* buf_add() needs no NUL */
		buf_add(&b, text, LINE_BYTES);
	}
	assert(!b.full);
	snprintf(file, sizeof(file), "%s" SUFFIX, name);
	room_path(path, folder_of(kind), file);
	v = file_put(spool->fd, path, b.bytes, b.len, 0640, why);
	buf_done(&b);
	return v;
}

static void
handed_path(const char *name, char out[ROOM_PATH_MAX])
{
	char file[SPOOL_NAME_MAX + 8];

	assert(room_name_ok(name));
	snprintf(file, sizeof(file), "%s" HANDED, name);
	room_path(out, folder_of(JOURNAL_PRINT), file);
}

enum verdict
spool_handed_add(struct spool *spool, const char *name,
	const uint8_t sha256[32], struct fault *why)
{
	char path[ROOM_PATH_MAX], hex[DIGEST_HEX_MAX];

	handed_path(name, path);
	digest_hex(sha256, DIGEST_BYTES, hex);
	return file_put(spool->fd, path, hex, strlen(hex), 0640, why);
}

enum verdict
spool_handed(struct spool *spool, const char *name, uint8_t sha256_out[32],
	struct fault *why)
{
	struct buf b = BUF_MAX(DIGEST_HEX_MAX);
	char path[ROOM_PATH_MAX];
	enum verdict v;

	handed_path(name, path);
	v = file_get(spool->fd, path, &b, why);
	if (v == V_OK && !digest_unhex(b.bytes, sha256_out, DIGEST_BYTES))
		v = fault_set(why, V_BROKEN, CODE_SPOOL,
			"the journal file %.100s" HANDED " is damaged", name);
	buf_done(&b);
	return v;
}

static uint32_t
add_name(struct journal *j, const char *name, size_t len)
{
	if (j->name_count == j->name_size) {
		j->name_size = j->name_size == 0 ? 64 : j->name_size * 2;
		j->names =
			mem_grow(j->names, j->name_size * sizeof(j->names[0]));
	}
	assert(j->name_count < UINT32_MAX);
	j->names[j->name_count] = arena_text(&j->text, name, len);
	return (uint32_t)j->name_count++;
}

static void
add_id(struct journal *j, const struct uuid *id, uint32_t name)
{
	if (j->count == j->size) {
		j->size = j->size == 0 ? FIRST_IDS : j->size * 2;
		j->entries =
			mem_grow(j->entries, j->size * sizeof(j->entries[0]));
	}
	j->entries[j->count++] = (struct entry){ .id = *id, .name = name };
}

/* Files are written in one step, so a line that is no id is damage: better to
 * stop than to forget what left.
 */
static enum verdict
load_file(struct journal *j, int folder, const char *file, size_t name_len,
	struct fault *why)
{
	struct buf b = BUF_MAX(FILE_BYTES_MAX);
	char text[UUID_TEXT_MAX];
	enum verdict v;
	struct uuid id;
	uint32_t name;
	size_t at;

	v = file_get(folder, file, &b, why);
	if (v != V_OK) {
		buf_done(&b);
		return v == V_SKIP ? V_OK : v; /* removed meanwhile */
	}
	name = add_name(j, file, name_len);
	for (at = 0; v == V_OK && at < b.len; at += LINE_BYTES) {
		if (b.len - at >= LINE_BYTES)
			memcpy(text, b.bytes + at, LINE_BYTES);
		if (b.len - at < LINE_BYTES || text[LINE_BYTES - 1] != '\n') {
			v = fault_set(why, V_BROKEN, CODE_SPOOL,
				"the journal file %.100s is damaged", file);
			break;
		}
		text[LINE_BYTES - 1] = '\0';
		if (uuid_parse(text, &id))
			add_id(j, &id, name);
		else
			v = fault_set(why, V_BROKEN, CODE_SPOOL,
				"the journal file %.100s is damaged", file);
	}
	buf_done(&b);
	return v;
}

static int
by_id(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return memcmp(x->id.bytes, y->id.bytes, sizeof(x->id.bytes));
}

static enum verdict
load_all(struct journal *j, DIR *folder, const char *not_this_name,
	struct fault *why)
{
	const size_t suffix_len = strlen(SUFFIX);
	struct dirent *entry;
	enum verdict v = V_OK;
	size_t len;

	while (errno = 0, v == V_OK && (entry = readdir(folder)) != NULL) {
		len = strlen(entry->d_name);
		if (entry->d_name[0] == '.' || len <= suffix_len ||
			strcmp(entry->d_name + len - suffix_len, SUFFIX) != 0)
			continue;
		len -= suffix_len;
		if (not_this_name != NULL && strlen(not_this_name) == len &&
			strncmp(entry->d_name, not_this_name, len) == 0)
			continue;
		v = load_file(j, dirfd(folder), entry->d_name, len, why);
	}
	if (v == V_OK && errno != 0)
		v = fault_errno(why, V_BROKEN, CODE_SPOOL, "read the journal");
	return v;
}

enum verdict
spool_journal_load(struct spool *spool, enum journal_kind kind,
	const char *not_this_name, struct journal **journal_out,
	struct fault *why)
{
	struct journal *j;
	enum verdict v;
	DIR *folder;
	int fd = -1;

	v = file_dir(spool->fd, folder_of(kind), &fd, why);
	if (v != V_OK)
		return v;
	folder = fdopendir(fd);
	if (folder == NULL) {
		(void)close(fd);
		return fault_errno(
			why, V_BROKEN, CODE_SPOOL, "read the journal");
	}
	j = mem_zero(1, sizeof(*j));
	v = load_all(j, folder, not_this_name, why);
	(void)closedir(folder);
	if (v != V_OK) {
		journal_free(j);
		return v;
	}
	if (j->count > 0)
		qsort(j->entries, j->count, sizeof(j->entries[0]), by_id);
	*journal_out = j;
	return V_OK;
}

const char *
journal_find(const struct journal *j, const struct uuid *id)
{
	struct entry wanted = { .id = *id };
	const struct entry *found = NULL;

	if (j->count > 0)
		found = bsearch(&wanted, j->entries, j->count,
			sizeof(j->entries[0]), by_id);
	return found == NULL ? NULL : j->names[found->name];
}

void
journal_free(struct journal *j)
{
	if (j == NULL)
		return;
	arena_done(&j->text);
	free(j->entries);
	free(j->names);
	free(j);
}
