/* spool/outgoing.c - a file for the supplier, in out/STREAM/
 *
 * Whoever looks there sees the file before or the file after, never half of
 * one: it grows as .NAME.tmp and is renamed when it is synced.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"
#include "spool/room.h"

#define OUT_MODE 0640
#define STALE_MS INT64_C(3600000) /* nobody writes one file for so long */

struct spool_out {
	int dir, fd;
	char name[SPOOL_OUT_NAME_MAX + 1];
	char temp[SPOOL_OUT_NAME_MAX + 8];
};

_Static_assert(SPOOL_OUT_NAME_MAX + 8 <= NAME_MAX, "a name for the disk");

enum verdict
spool_out_begin(struct spool *spool, const char *stream, const char *name,
	struct spool_out **out_out, struct fault *why)
{
	char path[ROOM_PATH_MAX];
	struct spool_out *out;
	enum verdict v;

	if (!room_stream_ok(stream) || !room_out_name_ok(name))
		return fault_set(why, V_BROKEN, CODE_NAME,
			"a file for the supplier needs a name of 1 to %d "
			"letters, digits, dots, dashes or underscores",
			SPOOL_OUT_NAME_MAX);
	out = mem_zero(1, sizeof(*out));
	out->dir = out->fd = -1;
	snprintf(out->name, sizeof(out->name), "%s", name);
	snprintf(out->temp, sizeof(out->temp), ".%s.tmp", name);
	room_path(path, "out", stream);
	v = file_dirs(spool->fd, path, why);
	if (v == V_OK)
		v = file_dir(spool->fd, path, &out->dir, why);
	if (v == V_OK) {
		out->fd = openat(out->dir, out->temp,
			O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
			OUT_MODE);
		if (out->fd == -1)
			v = fault_errno(why, V_BROKEN, CODE_SPOOL,
				"make a file in %s", path);
	}
	if (v != V_OK) {
		spool_out_cancel(out);
		return v;
	}
	*out_out = out;
	return V_OK;
}

enum verdict
spool_out_add(
	struct spool_out *out, const void *bytes, size_t len, struct fault *why)
{
	return file_write(out->fd, bytes, len, why);
}

int
spool_out_fd(const struct spool_out *out)
{
	return out->fd;
}

enum verdict
spool_out_end(struct spool_out *out, struct fault *why)
{
	enum verdict v = V_OK;
	int fd = out->fd;

	assert(fd != -1);
	if (fsync(fd) == -1)
		v = fault_errno(why, V_BROKEN, CODE_IO, "sync");
	out->fd = -1;
	if (close(fd) == -1 && v == V_OK)
		v = fault_errno(why, V_BROKEN, CODE_IO, "close");
	if (v == V_OK)
		v = file_move(out->dir, out->temp, out->dir, out->name, why);
	/* Without its temporary file it is no accident that passes. */
	if (v == V_LATER && why->code == CODE_SPOOL)
		v = V_BROKEN;
	if (v == V_OK)
		out->temp[0] = '\0';
	spool_out_cancel(out);
	return v;
}

void
spool_out_cancel(struct spool_out *out)
{
	if (out == NULL)
		return;
	if (out->fd != -1)
		(void)close(out->fd);
	if (out->dir != -1) {
		if (out->temp[0] != '\0')
			(void)unlinkat(out->dir, out->temp, 0);
		(void)close(out->dir);
	}
	free(out);
}

static bool
is_stale(int dir, const char *name)
{
	size_t len = strlen(name);
	struct stat st;

	return len > 5 && name[0] == '.' &&
	       strcmp(name + len - 4, ".tmp") == 0 &&
	       fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISREG(st.st_mode) &&
	       clock_now_ms() - (int64_t)st.st_mtim.tv_sec * 1000 > STALE_MS;
}

/* Only what is old: another process may be writing at this moment. */
void
room_out_sweep(struct spool *spool, const char *stream)
{
	char path[ROOM_PATH_MAX];
	struct dirent *entry;
	DIR *folder = NULL;
	int fd;

	room_path(path, "out", stream);
	fd = openat(spool->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd != -1)
		folder = fdopendir(fd);
	if (folder == NULL) {
		if (fd != -1)
			(void)close(fd);
		return;
	}
	while ((entry = readdir(folder)) != NULL)
		if (is_stale(fd, entry->d_name))
			(void)unlinkat(fd, entry->d_name, 0);
	(void)closedir(folder);
}
