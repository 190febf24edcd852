/* mobbsim/outfile.c - see mobbsim/outfile.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "mobbsim/outfile.h"

#define SPILL_BYTES ((size_t)1 << 20)
#define BUFFER_MAX ((size_t)256 << 20)

static void
part_name(const struct outfile *file, char part[PATH_MAX + 8])
{
	snprintf(part, PATH_MAX + 8, "%s.part", file->path);
}

enum verdict
outfile_open(struct outfile *file, const char *path, struct fault *why)
{
	char part[PATH_MAX + 8];

	assert(file->fd == -1);
	if (strlen(path) >= sizeof(file->path) - 8)
		return fault_set(
			why, V_BROKEN, CODE_USAGE, "file name is too long");
	memcpy(file->path, path, strlen(path) + 1);
	part_name(file, part);
	file->fd = open(part, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (file->fd == -1) {
		fault_errno(why, V_BROKEN, CODE_IO, "cannot be written");
		fault_at(why, "%s", part);
		return V_BROKEN;
	}
	file->buf = BUF_MAX(BUFFER_MAX);
	return V_OK;
}

enum verdict
outfile_hidden(struct outfile *file, const char *path, struct fault *why)
{
	char part[PATH_MAX + 8];
	enum verdict v;

	v = outfile_open(file, path, why);
	if (v != V_OK)
		return v;
	part_name(file, part);
	(void)unlink(part);
	file->path[0] = '\0';
	return V_OK;
}

enum verdict
outfile_flush(struct outfile *file, struct fault *why)
{
	enum verdict v;

	assert(!file->buf.full);
	v = file_write(file->fd, file->buf.bytes, file->buf.len, why);
	buf_reset(&file->buf);
	return v;
}

enum verdict
outfile_spill(struct outfile *file, struct fault *why)
{
	if (file->buf.len < SPILL_BYTES)
		return V_OK;
	return outfile_flush(file, why);
}

enum verdict
outfile_keep(struct outfile *file, struct fault *why)
{
	char part[PATH_MAX + 8], folder[PATH_MAX];
	enum verdict v;

	assert(file->path[0] != '\0');
	v = outfile_flush(file, why);
	if (v != V_OK)
		return v;
	part_name(file, part);
	memcpy(folder, file->path, strlen(file->path) + 1);
	if (fsync(file->fd) == -1 || rename(part, file->path) == -1) {
		fault_errno(why, V_BROKEN, CODE_IO, "cannot be kept");
		fault_at(why, "%s", file->path);
		return V_BROKEN;
	}
	file->path[0] = '\0'; /* nothing to take away any more */
	return file_sync_dir(AT_FDCWD, dirname(folder), why);
}

void
outfile_close(struct outfile *file)
{
	char part[PATH_MAX + 8];

	if (file->fd == -1)
		return;
	if (file->path[0] != '\0') {
		part_name(file, part);
		(void)unlink(part);
	}
	(void)close(file->fd);
	buf_done(&file->buf);
	*file = OUTFILE_NONE;
}
