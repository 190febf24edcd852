/* spool/printed.c - what the printer drops in print/in
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "spool/room.h"

#define IN "print/in"
#define DONE IN "/done"
#define BAD IN "/bad"
#define GROWS_MS INT64_C(60000) /* a last line without its end waits so long */
#define MOVES_MAX 1000		/* files of one name */
#define PRINTED_MAX ((size_t)100000000)

static bool
ends(const char *name, const char *end)
{
	size_t len = strlen(name), tail = strlen(end);

	return len > tail && strcmp(name + len - tail, end) == 0;
}

/* Not yet, or not at all, a file for us. */
static bool
passed_over(int dir, const char *name)
{
	struct stat st;

	return name[0] == '.' || ends(name, ".part") || ends(name, ".tmp") ||
	       ends(name, ".filepart") || strlen(name) >= SPOOL_DROPPED_MAX ||
	       fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	       S_ISDIR(st.st_mode);
}

enum verdict
spool_printed_next(struct spool *spool, const char *after,
	char name_out[SPOOL_DROPPED_MAX], struct fault *why)
{
	const struct dirent *entry;
	bool found = false;
	int fd = -1;
	DIR *dir;
	enum verdict v;

	v = file_dir(spool->fd, IN, &fd, why);
	if (v != V_OK)
		return v;
	dir = fdopendir(fd);
	if (dir == NULL) {
		(void)close(fd);
		return fault_errno(why, V_BROKEN, CODE_SPOOL, IN ": read");
	}
	while ((entry = readdir(dir)) != NULL) {
		const char *name = entry->d_name;

		if (strcmp(name, after) <= 0 ||
			(found && strcmp(name, name_out) >= 0) ||
			passed_over(dirfd(dir), name))
			continue;
		memcpy(name_out, name, strlen(name) + 1);
		found = true;
	}
	(void)closedir(dir);
	return found ? V_OK : V_END;
}

/* Whoever writes under the final name may be half-way. */
static bool
grows(int dir, const char *name, const struct buf *text, int64_t now_ms)
{
	struct stat st;

	if (text->len == 0 || text->bytes[text->len - 1] == '\n' ||
		text->bytes[text->len - 1] == '\r' ||
		fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return false;
	return now_ms - (int64_t)st.st_mtim.tv_sec * 1000 < GROWS_MS;
}

const char *
spool_printed_name(const char *name)
{
	return room_name_ok(name) ? name : ROOM_SAFE_NAME;
}

enum verdict
spool_printed_read(struct spool *spool, const char *name, int64_t now_ms,
	struct buf *text, struct fault *why)
{
	char path[ROOM_PATH_MAX];
	struct stat st;
	enum verdict v;

	if (!room_name_ok(name))
		return fault_set(why, V_SKIP, CODE_NAME,
			"a receipt has letters, digits, . - and _ in its name");
	room_path(path, IN, name);
	/* A link would lead out of the spool. */
	if (fstatat(spool->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		!S_ISREG(st.st_mode))
		return fault_set(
			why, V_SKIP, CODE_NOT_FILE, "this is no plain file");
	v = file_get(spool->fd, path, text, why);
	if (v == V_SKIP)
		return V_END; /* gone meanwhile */
	if (v != V_OK)
		return V_SKIP;
	if (grows(spool->fd, path, text, now_ms))
		return fault_set(why, V_LATER, CODE_GROWING,
			"its last line has no end yet");
	return V_OK;
}

/* Nobody's file is overwritten: NAME, NAME.2, NAME.3 .. */
static enum verdict
free_name(int fd, const char *folder, const char *name, char out[ROOM_PATH_MAX],
	struct fault *why)
{
	char file[SPOOL_DROPPED_MAX + 8];
	struct stat st;
	int n;

	for (n = 1; n <= MOVES_MAX; n++) {
		if (n == 1)
			snprintf(file, sizeof(file), "%s", name);
		else
			snprintf(file, sizeof(file), "%s.%d", name, n);
		room_path(out, folder, file);
		if (fstatat(fd, out, &st, AT_SYMLINK_NOFOLLOW) == -1 &&
			errno == ENOENT)
			return V_OK;
	}
	return fault_set(why, V_LATER, CODE_SPOOL,
		"%s holds too many files of one name", folder);
}

/* Who says something else writes it under the same name: what nobody read must
 * not be filed as read.
 */
static enum verdict
same(struct spool *spool, const char *path, const uint8_t sha256[32],
	struct fault *why)
{
	struct buf text = BUF_MAX(PRINTED_MAX);
	uint8_t now[DIGEST_BYTES];
	enum verdict v = file_get(spool->fd, path, &text, why);

	if (v == V_OK) {
		digest_of(text.bytes == NULL ? "" : text.bytes, text.len, now);
		if (memcmp(now, sha256, sizeof(now)) != 0)
			v = fault_set(why, V_LATER, CODE_GROWING,
				"it is another file than was read");
	}
	buf_done(&text);
	return v == V_OK ? V_OK : V_LATER;
}

enum verdict
spool_printed_end(struct spool *spool, const char *name,
	const uint8_t sha256[32], const char *reason, struct fault *why)
{
	const char *folder = reason == NULL ? DONE : BAD;
	char from[ROOM_PATH_MAX], to[ROOM_PATH_MAX];
	char beside[ROOM_PATH_MAX + 8];
	enum verdict v;

	room_path(from, IN, name);
	v = sha256 == NULL ? V_OK : same(spool, from, sha256, why);
	if (v == V_OK)
		v = file_dirs(spool->fd, folder, why);
	if (v == V_OK)
		v = free_name(
			spool->fd, folder, spool_printed_name(name), to, why);
	snprintf(beside, sizeof(beside), "%s.reason", to);
	/* The reason first: who sees the file sees why it is there. */
	if (v == V_OK && reason != NULL)
		v = file_put(
			spool->fd, beside, reason, strlen(reason), 0640, why);
	if (v == V_OK)
		v = file_move(spool->fd, from, spool->fd, to, why);
	return v;
}
