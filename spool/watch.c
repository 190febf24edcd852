/* spool/watch.c - the folders, and which file in in/ is complete
 *
 * A rescan finds every file; inotify only tells when to look, so a lost event
 * costs time and never a file.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "spool/room.h"

#define EVENT_BYTES 8192

static enum verdict
make_folders(struct spool *spool, const char *const *streams, size_t count,
	struct fault *why)
{
	static const char *const always[] = { "in", "work", "done", "bad",
		"out", "print/out", "sent/box", "sent/print" };
	static const char *const each[] = { "in", "out" };
	char path[ROOM_PATH_MAX];
	enum verdict v;
	size_t i, j;

	for (i = 0; i < sizeof(always) / sizeof(always[0]); i++) {
		v = file_dirs(spool->fd, always[i], why);
		if (v != V_OK)
			return v;
	}
	for (i = 0; i < count; i++) {
		if (!room_stream_ok(streams[i]))
			return fault_set(why, V_BROKEN, CODE_SPOOL,
				"a stream's name must be 1 to %d letters, "
				"digits, dots, dashes or underscores",
				SPOOL_STREAM_MAX);
		for (j = 0; j < sizeof(each) / sizeof(each[0]); j++) {
			room_path(path, each[j], streams[i]);
			v = file_dirs(spool->fd, path, why);
			if (v != V_OK)
				return v;
		}
	}
	for (i = 0; i < sizeof(always) / sizeof(always[0]); i++) {
		v = file_sync_dir(spool->fd, always[i], why);
		if (v != V_OK)
			return v;
	}
	return file_sync_dir(spool->fd, ".", why);
}

/* Without inotify (too many watches, an odd file system) we only rescan. */
static void
watch_folders(struct spool *spool, const char *path, const char *const *streams,
	size_t count)
{
	const uint32_t what = IN_MOVED_TO | IN_CLOSE_WRITE | IN_ONLYDIR;
	size_t i;

	spool->watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	for (i = 0; spool->watch != -1 && i < count; i++) {
		size_t size = strlen(path) + strlen(streams[i]) + 8;
		char *folder = mem_new(size);

		snprintf(folder, size, "%s/in/%s", path, streams[i]);
		if (inotify_add_watch(spool->watch, folder, what) == -1) {
			(void)close(spool->watch);
			spool->watch = -1;
		}
		free(folder);
	}
}

enum verdict
spool_open(const char *path, const char *const *streams, size_t stream_count,
	struct spool **spool_out, struct fault *why)
{
	struct spool *spool;
	enum verdict v;
	int fd = -1;

	v = file_dirs(AT_FDCWD, path, why);
	if (v == V_OK)
		v = file_dir(AT_FDCWD, path, &fd, why);
	if (v != V_OK)
		return v;
	spool = mem_zero(1, sizeof(*spool));
	spool->fd = fd;
	spool->watch = -1;
	v = make_folders(spool, streams, stream_count, why);
	if (v != V_OK) {
		spool_close(spool);
		return v;
	}
	watch_folders(spool, path, streams, stream_count);
	*spool_out = spool;
	return V_OK;
}

void
spool_close(struct spool *spool)
{
	if (spool == NULL)
		return;
	if (spool->watch != -1)
		(void)close(spool->watch);
	(void)close(spool->fd);
	free(spool);
}

int
spool_fd(const struct spool *spool)
{
	return spool->fd;
}

int
spool_watch_fd(struct spool *spool)
{
	return spool->watch;
}

void
spool_watched(struct spool *spool)
{
	char events[EVENT_BYTES];

	while (spool->watch != -1 &&
		read(spool->watch, events, sizeof(events)) > 0)
		;
}

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

/* The change time, not the modification time: who copies a file and keeps its
 * old time would seem to be done from the first byte.
 */
static bool
quiet(int dir, const char *name, int64_t quiet_ms, int64_t now_ms)
{
	struct stat st;
	int64_t changed_ms;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return false;
	changed_ms = (int64_t)st.st_ctim.tv_sec * 1000 +
		     st.st_ctim.tv_nsec / 1000000;
	return now_ms - changed_ms >= quiet_ms;
}

enum verdict
spool_next(struct spool *spool, const struct spool_rule *rule, int64_t now_ms,
	char name_out[SPOOL_NAME_MAX + 1], struct fault *why)
{
	char path[ROOM_PATH_MAX], best[NAME_MAX + 1] = "";
	struct dirent *entry;
	enum verdict v;
	DIR *folder;
	int fd = -1;

	assert(room_stream_ok(rule->stream));
	room_path(path, "in", rule->stream);
	v = file_dir(spool->fd, path, &fd, why);
	if (v != V_OK)
		return v;
	folder = fdopendir(fd);
	if (folder == NULL) {
		(void)close(fd);
		return fault_errno(why, V_BROKEN, CODE_SPOOL, "read %s", path);
	}
	while (errno = 0, (entry = readdir(folder)) != NULL) {
		const char *name = entry->d_name;

		if (room_never_batch(name) ||
			(best[0] != '\0' && strcmp(name, best) >= 0))
			continue;
		if (rule->sidecar && !has_sidecar(fd, name))
			continue;
		if (rule->quiet_ms > 0 &&
			!quiet(fd, name, rule->quiet_ms, now_ms))
			continue;
		snprintf(best, sizeof(best), "%s", name);
	}
	if (errno != 0)
		v = fault_errno(why, V_BROKEN, CODE_SPOOL, "read %s", path);
	else if (best[0] == '\0')
		v = V_END;
	else
		snprintf(name_out, SPOOL_NAME_MAX + 1, "%.*s", SPOOL_NAME_MAX,
			best);
	(void)closedir(folder);
	return v;
}
