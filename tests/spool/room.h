/* tests/spool/room.h - a spool in /tmp for one test program
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef TESTS_SPOOL_ROOM_H
#define TESTS_SPOOL_ROOM_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "spool/spool.h"

#define NOW INT64_C(1771113600000) /* 2026-02-15 00:00 UTC */

struct room {
	char path[64];
	struct spool *spool;
	int fd;
};

static const char *const room_streams[] = { "woz", "other" };

static inline void
room_make(struct room *room)
{
	struct fault why = FAULT_NONE;

	snprintf(room->path, sizeof(room->path), "/tmp/mobb.spool.XXXXXX");
	assert_non_null(mkdtemp(room->path));
	assert_int_equal(
		spool_open(room->path, room_streams, 2, &room->spool, &why),
		V_OK);
	room->fd = spool_fd(room->spool);
}

/* rm -r, without a shell. */
static inline void
room_remove(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	struct dirent *entry;
	DIR *dir;

	if (fd == -1) {
		assert_int_equal(unlinkat(at, name, 0), 0);
		return;
	}
	dir = fdopendir(fd);
	while ((entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
			strcmp(entry->d_name, "..") != 0)
			room_remove(fd, entry->d_name);
	closedir(dir);
	assert_int_equal(unlinkat(at, name, AT_REMOVEDIR), 0);
}

static inline void
room_done(struct room *room)
{
	spool_close(room->spool);
	room_remove(AT_FDCWD, room->path);
}

static inline void
room_put(struct room *room, const char *name, const void *bytes, size_t len)
{
	struct fault why;

	assert_int_equal(
		file_put(room->fd, name, bytes, len, 0640, &why), V_OK);
}

static inline void
room_text(struct room *room, const char *name, const char *text)
{
	room_put(room, name, text, strlen(text));
}

__attribute__((format(printf, 2, 3))) static inline bool
room_has(struct room *room, const char *fmt, ...)
{
	char name[512];
	struct stat st;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	return fstatat(room->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* How many entries, the hidden ones too. */
static inline int
room_count(struct room *room, const char *folder)
{
	int fd = openat(room->fd, folder, O_RDONLY | O_DIRECTORY), n = -2;
	DIR *dir = fdopendir(fd);

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

#endif
