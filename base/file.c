/* base/file.c - see base/file.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file.h"

#define READ_BYTES ((size_t)65536)

enum verdict
file_dir(int at, const char *path, int *fd_out, struct fault *why)
{
	int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		return fault_errno(why, V_BROKEN, CODE_SPOOL, "open %s", path);
	*fd_out = fd;
	return V_OK;
}

enum verdict
file_dirs(int at, const char *path, struct fault *why)
{
	char part[PATH_MAX];
	size_t i, len = strlen(path);

	assert(len > 0);
	if (len >= sizeof(part))
		return fault_set(why, V_BROKEN, CODE_SPOOL, "path too long");
	memcpy(part, path, len + 1);
	for (i = 1; i <= len; i++) {
		if (part[i] != '/' && part[i] != '\0')
			continue;
		part[i] = '\0';
		if (mkdirat(at, part, 0750) == -1 && errno != EEXIST)
			return fault_errno(
				why, V_BROKEN, CODE_SPOOL, "mkdir %s", part);
		part[i] = path[i];
	}
	return V_OK;
}

enum verdict
file_sync_dir(int at, const char *path, struct fault *why)
{
	enum verdict v;
	int fd = -1;

	v = file_dir(at, path, &fd, why);
	if (v != V_OK)
		return v;
	if (fsync(fd) == -1)
		v = fault_errno(why, V_BROKEN, CODE_IO, "sync %s", path);
	(void)close(fd);
	return v;
}

/* Sync the directory that holds `name`. */
static enum verdict
sync_parent(int at, const char *name, struct fault *why)
{
	char path[PATH_MAX];

	if (strlen(name) >= sizeof(path))
		return fault_set(why, V_BROKEN, CODE_SPOOL, "path too long");
	memcpy(path, name, strlen(name) + 1);
	return file_sync_dir(at, dirname(path), why);
}

/* Do both stand in one directory? */
static bool
same_parent(int a_at, const char *a, int b_at, const char *b)
{
	const char *a_end = strrchr(a, '/'), *b_end = strrchr(b, '/');
	size_t a_len = a_end == NULL ? 0 : (size_t)(a_end - a);
	size_t b_len = b_end == NULL ? 0 : (size_t)(b_end - b);

	return a_at == b_at && (a_end == NULL) == (b_end == NULL) &&
	       a_len == b_len && memcmp(a, b, a_len) == 0;
}

enum verdict
file_move(int from_at, const char *from, int to_at, const char *to,
	struct fault *why)
{
	enum verdict v;

	if (renameat(from_at, from, to_at, to) == -1) {
		v = errno == ENOENT ? V_LATER : V_BROKEN;
		return fault_errno(why, v, CODE_SPOOL, "move %s", from);
	}
	v = sync_parent(to_at, to, why);
	if (v == V_OK && !same_parent(from_at, from, to_at, to))
		v = sync_parent(from_at, from, why);
	return v;
}

enum verdict
file_write(int fd, const void *bytes, size_t len, struct fault *why)
{
	const char *p = bytes;
	ssize_t n;

	while (len > 0) {
		n = write(fd, p, len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return fault_errno(why, V_BROKEN, CODE_IO, "write");
		p += n;
		len -= (size_t)n;
	}
	return V_OK;
}

enum verdict
file_put(int at, const char *name, const void *bytes, size_t len, mode_t mode,
	struct fault *why)
{
	char temp[PATH_MAX], head[PATH_MAX], tail[PATH_MAX];
	enum verdict v;
	int fd;

	if (strlen(name) + 8 >= sizeof(temp))
		return fault_set(why, V_BROKEN, CODE_SPOOL, "path too long");
	memcpy(head, name, strlen(name) + 1);
	memcpy(tail, name, strlen(name) + 1);
	snprintf(temp, sizeof(temp), "%.2000s/.%.2000s.tmp", dirname(head),
		basename(tail));
	fd = openat(at, temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	if (fd == -1)
		return fault_errno(why, V_BROKEN, CODE_SPOOL, "make %s", name);
	v = file_write(fd, bytes, len, why);
	if (v == V_OK && fsync(fd) == -1)
		v = fault_errno(why, V_BROKEN, CODE_IO, "sync %s", name);
	if (close(fd) == -1 && v == V_OK)
		v = fault_errno(why, V_BROKEN, CODE_IO, "close %s", name);
	if (v == V_OK && renameat(at, temp, at, name) == -1)
		v = fault_errno(why, V_BROKEN, CODE_SPOOL, "rename %s", name);
	if (v != V_OK) {
		(void)unlinkat(at, temp, 0);
		return v;
	}
	return sync_parent(at, name, why);
}

enum verdict
file_get(int at, const char *name, struct buf *buf, struct fault *why)
{
	enum verdict v = V_OK;
	struct stat st;
	ssize_t n;
	char *to, extra;
	int fd;

	fd = openat(at, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1) {
		v = errno == ENOENT ? V_SKIP : V_BROKEN;
		return fault_errno(why, v, CODE_IO, "open %s", name);
	}
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
		v = fault_set(why, V_BROKEN, CODE_NOT_FILE,
			"%s is no plain file", name);
		goto out;
	}
	do {
		/* One byte more than allowed, to notice a file too large. */
		size_t want = READ_BYTES < buf->max - buf->len
				      ? READ_BYTES
				      : buf->max - buf->len;

		to = want == 0 ? &extra : buf_room(buf, want);
		n = read(fd, to, want == 0 ? 1 : want);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			v = fault_errno(
				why, V_BROKEN, CODE_IO, "read %s", name);
			goto out;
		}
		if (want == 0 && n > 0) {
			v = fault_set(why, V_BROKEN, CODE_LIMIT,
				"%s is larger than %zu bytes", name, buf->max);
			goto out;
		}
		if (want > 0)
			buf_used(buf, (size_t)n);
	} while (n != 0);
out:
	(void)close(fd);
	return v;
}

enum verdict
file_read_at(int fd, void *bytes, size_t len, int64_t offset, size_t *got_out,
	struct fault *why)
{
	size_t got = 0;
	ssize_t n;

	assert(offset >= 0);
	while (got < len) {
		n = pread(fd, (char *)bytes + got, len - got,
			(off_t)(offset + (int64_t)got));
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return fault_errno(why, V_BROKEN, CODE_IO, "read");
		if (n == 0)
			break;
		got += (size_t)n;
	}
	*got_out = got;
	return V_OK;
}

int64_t
file_room(int fd)
{
	struct statvfs st;

	if (fstatvfs(fd, &st) == -1)
		return -1;
	return (int64_t)st.f_bavail * (int64_t)st.f_frsize;
}
