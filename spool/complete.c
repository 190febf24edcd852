/* spool/complete.c - which file or set in in/STREAM can be taken, what waits
 *
 * Names are sorted so that the parts of one set stand beside each other; what
 * is looked at is one thing at a time, a file or a set.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
/* The birth time of a file has no name in POSIX. */
#define _GNU_SOURCE
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "spool/room.h"
#include "spool/set.h"

#define NAMES_MAX 100000 /* of one folder, looked at in one go */

struct entry {
	const char *name;
	struct set_part part;
	bool is_part;
};

struct listing {
	int fd; /* of in/STREAM */
	struct arena mem;
	struct entry *entries;
	size_t count, size;
	bool cut; /* there are more names than we look at */
	size_t at;
	const char **strange; /* folders of nobody, in `mem` */
	size_t strange_count;
};

/* A file, or what is there of a set. */
struct thing {
	struct entry *entries;
	size_t count;
	bool set;
};

enum readiness {
	READY,
	NO_SIDECAR,
	NOT_QUIET
};

struct look {
	enum readiness ready; /* of all files; else of one that is not */
	int64_t changed_ms;   /* the last of them */
	int64_t bytes;
};

int64_t
room_wait_ms(const struct spool_rule *rule)
{
	assert(rule->set_ms >= 0 && rule->quiet_ms >= 0);
	return rule->set_ms > 0 ? rule->set_ms : SPOOL_WAIT_MS;
}

/* --- the names in a folder --- */

/* By the text before the number, then the extension, then the number. */
static int
by_set(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	size_t a_len = a->is_part ? a->part.stem : strlen(a->name);
	size_t b_len = b->is_part ? b->part.stem : strlen(b->name);
	int n = memcmp(a->name, b->name, a_len < b_len ? a_len : b_len);

	if (n == 0 && a_len != b_len)
		n = a_len < b_len ? -1 : 1;
	if (n == 0 && a->is_part != b->is_part)
		n = a->is_part ? 1 : -1;
	if (n == 0 && a->is_part)
		n = strcmp(a->part.tail, b->part.tail);
	if (n == 0 && a->is_part && a->part.number != b->part.number)
		n = a->part.number < b->part.number ? -1 : 1;
	return n != 0 ? n : strcmp(a->name, b->name);
}

static void
add_name(struct listing *list, const char *name, bool parts)
{
	struct entry *e;

	if (list->count == list->size) {
		list->size = list->size == 0 ? 64 : list->size * 2;
		list->entries = mem_grow(
			list->entries, list->size * sizeof(*list->entries));
	}
	e = &list->entries[list->count++];
	e->name = arena_text(&list->mem, name, strlen(name));
	e->is_part = parts && set_part_read(e->name, &e->part);
}

/* A folder of its own descriptor, so that `fd` keeps its position. */
static DIR *
open_folder(int fd)
{
	int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = again == -1 ? NULL : fdopendir(again);

	if (folder == NULL && again != -1)
		(void)close(again);
	return folder;
}

static enum verdict
list_names(struct listing *list, bool parts, struct fault *why)
{
	DIR *folder = open_folder(list->fd);
	enum verdict v = V_OK;
	struct dirent *entry;

	if (folder == NULL)
		return fault_errno(why, V_BROKEN, CODE_SPOOL, "read in");
	while (errno = 0, (entry = readdir(folder)) != NULL) {
		if (room_never_batch(entry->d_name))
			continue;
		list->cut = list->count == NAMES_MAX;
		if (list->cut)
			break;
		add_name(list, entry->d_name, parts);
	}
	if (errno != 0)
		v = fault_errno(why, V_BROKEN, CODE_SPOOL, "read in");
	(void)closedir(folder);
	if (v == V_OK && list->count > 0)
		qsort(list->entries, list->count, sizeof(*list->entries),
			by_set);
	return v;
}

static bool
is_folder(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(st.st_mode);
}

static bool
is_sender(const char *const *senders, const char *name)
{
	for (; *senders != NULL; senders++)
		if (strcmp(*senders, name) == 0)
			return true;
	return false;
}

/* Between the folders of senders only files are taken. */
static void
folders_away(struct listing *list, const char *const *senders)
{
	size_t i, n = 0;

	list->strange = arena_alloc(
		&list->mem, (list->count + 1) * sizeof(*list->strange));
	for (i = 0; i < list->count; i++) {
		struct entry *e = &list->entries[i];

		if (!is_folder(list->fd, e->name))
			list->entries[n++] = *e;
		else if (!is_sender(senders, e->name))
			list->strange[list->strange_count++] = e->name;
	}
	list->count = n;
}

static enum verdict
list_open(struct spool *spool, const struct spool_rule *rule,
	struct listing *list, struct fault *why)
{
	char path[ROOM_PATH_MAX];
	enum verdict v;

	assert(room_stream_ok(rule->stream));
	*list = (struct listing){ .fd = -1 };
	room_path(path, "in", rule->stream);
	v = file_dir(spool->fd, path, &list->fd, why);
	if (v == V_OK)
		v = list_names(list, rule->parts, why);
	if (v == V_OK && rule->senders != NULL)
		folders_away(list, rule->senders);
	return v;
}

static void
list_done(struct listing *list)
{
	arena_done(&list->mem);
	free(list->entries);
	if (list->fd != -1)
		(void)close(list->fd);
}

/* The next file or set; false after the last. */
static bool
list_next(struct listing *list, struct thing *out)
{
	size_t from = list->at, to = from + 1;
	struct entry *first = list->entries + from;

	if (from == list->count)
		return false;
	while (first->is_part && to < list->count &&
		list->entries[to].is_part &&
		set_same(&first->part, &list->entries[to].part))
		to++;
	list->at = to;
	*out = (struct thing){ first, to - from, first->is_part };
	return true;
}

static enum set_state
judge(const struct thing *thing, struct fault *why)
{
	size_t i, count = thing->count < SET_SEEN_MAX ? thing->count
						      : SET_SEEN_MAX;
	struct set_part *parts = mem_new(count * sizeof(*parts));
	enum set_state state;

	for (i = 0; i < count; i++)
		parts[i] = thing->entries[i].part;
	state = set_judge(parts, count, why);
	free(parts);
	return state;
}

/* --- is it complete? --- */

static bool
has_sidecar(int dir, const char *name)
{
	char side[NAME_MAX + 16];
	struct stat st;
	size_t i;

	for (i = 0; room_sidecars[i] != NULL; i++) {
		snprintf(side, sizeof(side), "%s%s", name, room_sidecars[i]);
		if (fstatat(dir, side, &st, AT_SYMLINK_NOFOLLOW) == 0)
			return true;
	}
	return false;
}

static int64_t
born(int dir, const char *name)
{
	struct statx stx;

	if (statx(dir, name, AT_SYMLINK_NOFOLLOW, STATX_BTIME, &stx) == -1 ||
		!(stx.stx_mask & STATX_BTIME))
		return 0;
	return (int64_t)stx.stx_btime.tv_sec * 1000 +
	       stx.stx_btime.tv_nsec / 1000000;
}

/* The change time, not the modification time: who copies a file and keeps its
 * old time would seem to be done from the first byte.
 */
static int64_t
changed(const struct stat *st)
{
	return (int64_t)st->st_ctim.tv_sec * 1000 +
	       st->st_ctim.tv_nsec / 1000000;
}

/* False when a file has just gone. */
static bool
look_at(int dir, const struct thing *thing, const struct spool_rule *rule,
	int64_t now_ms, struct look *out)
{
	struct look look = { .ready = READY };
	struct stat st;
	int64_t ms;
	size_t i;

	for (i = 0; i < thing->count; i++) {
		const char *name = thing->entries[i].name;

		if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
			return false;
		ms = changed(&st);
		look.bytes += st.st_size;
		if (ms > look.changed_ms)
			look.changed_ms = ms;
		if (rule->quiet_ms > 0 && now_ms - ms < rule->quiet_ms)
			look.ready = NOT_QUIET;
		else if (rule->sidecar && look.ready == READY &&
			 !has_sidecar(dir, name))
			look.ready = NO_SIDECAR;
	}
	*out = look;
	return true;
}

/* What keeps changing is as old as its oldest file. */
static bool
is_late(int dir, const struct thing *thing, const struct look *look,
	const struct spool_rule *rule, int64_t now_ms)
{
	int64_t since = look->changed_ms, ms;
	size_t i;

	for (i = 0; look->ready == NOT_QUIET && i < thing->count; i++) {
		ms = born(dir, thing->entries[i].name);
		if (ms > 0 && ms < since)
			since = ms;
	}
	return now_ms - since >= room_wait_ms(rule);
}

/* Is it time to take it, if only to refuse it? */
static bool
can_take(const struct listing *list, const struct thing *thing,
	const struct spool_rule *rule, int64_t now_ms)
{
	struct fault ignored;
	struct look look;
	bool late;

	if (!look_at(list->fd, thing, rule, now_ms, &look))
		return false;
	if (!thing->set)
		return look.ready == READY;
	late = now_ms - look.changed_ms >= room_wait_ms(rule);
	switch (judge(thing, &ignored)) {
	case SET_WHOLE:
		return look.ready == READY;
	case SET_WAITS: /* of a cut list nothing can be said to be missing */
		return late && !list->cut;
	case SET_WRONG:
		return look.ready == READY || late;
	}
	return false;
}

/* Can all of it be opened? */
static enum verdict
can_read(const struct listing *list, const struct thing *thing,
	struct fault *why)
{
	enum verdict v = V_OK;
	size_t i;

	for (i = 0; v == V_OK && i < thing->count; i++)
		v = room_can_read(list->fd, thing->entries[i].name, why);
	return v;
}

_Static_assert(SPOOL_DROPPED_MAX == NAME_MAX + 1, "any name fits");

enum verdict
spool_next(struct spool *spool, const struct spool_rule *rule, int64_t now_ms,
	char name_out[SPOOL_DROPPED_MAX], struct fault *why)
{
	struct fault ignored;
	struct listing list;
	struct thing thing;
	bool readable = false, some = false;
	enum verdict v;

	v = list_open(spool, rule, &list, why);
	while (v == V_OK && !readable && list_next(&list, &thing)) {
		if (!can_take(&list, &thing, rule, now_ms))
			continue;
		readable = can_read(&list, &thing, &ignored) == V_OK;
		if (readable || !some)
			snprintf(name_out, SPOOL_DROPPED_MAX, "%s",
				thing.entries[thing.count - 1].name);
		some = true;
	}
	list_done(&list);
	return v == V_OK && !some ? V_END : v;
}

/* --- one set, for a claim --- */

enum verdict
room_set_find(int in, const char *name, struct room_parts *names_out,
	struct fault *why)
{
	struct set_part *found, wanted, part;
	struct room_parts names = { 0 };
	struct fault ignored;
	struct dirent *entry;
	struct arena mem = ARENA_EMPTY;
	enum verdict v = V_OK;
	size_t count = 0;
	DIR *folder;

	if (!set_part_read(name, &wanted))
		return V_END;
	folder = open_folder(in);
	if (folder == NULL)
		return fault_errno(why, V_BROKEN, CODE_SPOOL, "read in");
	found = mem_new(SET_SEEN_MAX * sizeof(*found));
	while (errno = 0,
		(entry = readdir(folder)) != NULL && count < SET_SEEN_MAX)
		if (set_part_read(entry->d_name, &part) &&
			set_same(&part, &wanted) &&
			!room_never_batch(entry->d_name))
			(void)set_part_read(arena_text(&mem, entry->d_name,
						    strlen(entry->d_name)),
				&found[count++]);
	if (errno != 0)
		v = fault_errno(why, V_BROKEN, CODE_SPOOL, "read in");
	if (v == V_OK && count > 0) {
		(void)set_judge(found, count, &ignored); /* it sorts them */
		names.names = mem_new(SPOOL_PARTS_MAX * sizeof(*names.names));
		for (; names.count < SPOOL_PARTS_MAX &&
			(size_t)names.count < count;
			names.count++)
			snprintf(names.names[names.count], sizeof(*names.names),
				"%s", found[names.count].name);
	}
	(void)closedir(folder);
	arena_done(&mem);
	free(found);
	if (v == V_OK)
		*names_out = names;
	return v;
}

enum verdict
room_set_judge(const struct room_parts *names, struct fault *why)
{
	struct set_part *parts = mem_zero((size_t)names->count, sizeof(*parts));
	enum set_state state;
	int i;

	for (i = 0; i < names->count; i++)
		if (!set_part_read(names->names[i], &parts[i]))
			parts[i] = (struct set_part){ .name = names->names[i],
				.flawed = true };
	state = set_judge(parts, (size_t)names->count, why);
	free(parts);
	return state == SET_WHOLE   ? V_OK
	       : state == SET_WAITS ? V_LATER
				    : V_SKIP;
}

int64_t
room_set_changed(int in, const struct room_parts *names)
{
	int64_t last = 0;
	struct stat st;
	int i;

	for (i = 0; i < names->count; i++)
		if (fstatat(in, names->names[i], &st, AT_SYMLINK_NOFOLLOW) ==
				0 &&
			changed(&st) > last)
			last = changed(&st);
	return last;
}

/* --- what waits --- */

static const char *
shown(struct arena *mem, const char *name)
{
	char text[NAME_MAX * 3 + 1];

	room_percent(name, text, sizeof(text));
	return arena_text(mem, text, strlen(text));
}

/* Why it is not taken; false when it is, or will be in a moment.  Who could
 * not take it (`takes`) may be shut out where the one who does is not.
 */
static bool
why_not(const struct listing *list, const struct thing *thing,
	const struct spool_rule *rule, const struct look *look, bool takes,
	struct fault *why, int64_t *missing_out)
{
	static const char *const texts[] = { "",
		"has no sidecar yet: NAME.ready, .trigger, .totals or .sha256",
		"was changed a moment ago and may still grow" };
	enum set_state state = SET_WHOLE;
	int64_t need = 0;
	size_t i;

	*missing_out = 0;
	*why = FAULT_NONE;
	if (thing->set)
		state = judge(thing, why);
	if (state == SET_WAITS || (state == SET_WRONG && look->ready != READY))
		return true;
	if (look->ready != READY) {
		(void)fault_set(why, V_LATER, CODE_GROWING, "%s%s",
			thing->set ? "a part " : "", texts[look->ready]);
		return true;
	}
	if (takes && can_read(list, thing, why) == V_SKIP)
		return true;
	for (i = 0; i < thing->count; i++)
		need += room_need(list->fd, thing->entries[i].name, rule);
	*missing_out = room_lacks(list->fd, need);
	if (*missing_out == 0)
		return false;
	(void)fault_set(why, V_LATER, CODE_DISK_FULL,
		"%lld bytes of disk are missing to work on it",
		(long long)*missing_out);
	return true;
}

/* Files in it would lie there for ever. */
static size_t
strange_folders(const struct listing *list, struct arena *mem,
	struct spool_wait waits[SPOOL_WAITS_MAX])
{
	size_t i, n = 0;
	struct stat st;

	for (i = 0; i < list->strange_count && n < SPOOL_WAITS_MAX; i++) {
		if (fstatat(list->fd, list->strange[i], &st,
			    AT_SYMLINK_NOFOLLOW) == -1)
			continue;
		waits[n++] = (struct spool_wait){ .name = shown(mem,
							  list->strange[i]),
			.code = CODE_SENDER_FOLDER,
			.text = "a folder of no sender of this stream: what "
				"lies in it is not taken in",
			.late = true,
			.changed_ms = changed(&st) };
	}
	return n;
}

enum verdict
spool_waits(struct spool *spool, const struct spool_rule *rule, int64_t now_ms,
	struct arena *mem, struct spool_wait **waits_out, size_t *count_out,
	struct fault *why)
{
	bool takes = faccessat(spool->fd, "work", W_OK, AT_EACCESS) == 0;
	struct spool_wait *waits = NULL;
	struct listing list;
	struct thing thing;
	size_t count = 0;
	enum verdict v;

	v = list_open(spool, rule, &list, why);
	if (v == V_OK) {
		waits = arena_alloc(mem, SPOOL_WAITS_MAX * sizeof(*waits));
		count = strange_folders(&list, mem, waits);
	}
	while (v == V_OK && count < SPOOL_WAITS_MAX &&
		list_next(&list, &thing)) {
		struct spool_wait *w = &waits[count];
		struct fault reason;
		struct look look;
		int64_t missing;

		if (!look_at(list.fd, &thing, rule, now_ms, &look) ||
			!why_not(&list, &thing, rule, &look, takes, &reason,
				&missing))
			continue;
		count++;
		*w = (struct spool_wait){ .code = reason.code,
			.name = shown(mem, thing.entries[thing.count - 1].name),
			.text = arena_format(mem, "%s", reason.text),
			.late = reason.code == CODE_SPOOL ||
				is_late(list.fd, &thing, &look, rule, now_ms),
			.changed_ms = look.changed_ms,
			.bytes = look.bytes,
			.missing_bytes = missing };
	}
	list_done(&list);
	if (v == V_OK) {
		*waits_out = waits;
		*count_out = count;
	}
	return v;
}
