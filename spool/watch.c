/* spool/watch.c - the folders, and when to look into in/
 *
 * A rescan finds every file (spool/complete.c); inotify only tells when to
 * look, so a lost event costs time and never a file.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
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
		"out", "print/out", "print/in", "sent/box", "sent/print" };
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
				"the name of a stream or sender must be 1 to "
				"40 letters, digits, dots, dashes or "
				"underscores");
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
	size_t i;
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
	for (i = 0; i < stream_count; i++)
		room_out_sweep(spool, streams[i]);
	watch_folders(spool, path, streams, stream_count);
	*spool_out = spool;
	return V_OK;
}

enum verdict
spool_look_open(const char *path, struct spool **spool_out, struct fault *why)
{
	enum verdict v;
	int fd = -1;

	v = file_dir(AT_FDCWD, path, &fd, why);
	if (v != V_OK)
		return v;
	*spool_out = mem_zero(1, sizeof(**spool_out));
	(*spool_out)->fd = fd;
	(*spool_out)->watch = -1;
	return V_OK;
}

bool
spool_name_ok(const char *name)
{
	return room_name_ok(name) && !room_never_batch(name);
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
