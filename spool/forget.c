/* spool/forget.c - what is kept no longer
 *
 * One unlink at a time, the folder last: a crash leaves less of it, and the
 * next call takes the rest.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "spool/room.h"

/* Of names that begin with `begin`, and then end or have a dot; NULL: all. */
static enum verdict
empty(int fd, const char *begin, struct fault *why)
{
	size_t len = begin == NULL ? 0 : strlen(begin);
	enum verdict v = V_OK;
	struct dirent *entry;
	DIR *folder = fdopendir(fd);

	if (folder == NULL) {
		(void)close(fd);
		return fault_errno(why, V_LATER, CODE_SPOOL, "read a folder");
	}
	while (v == V_OK && (entry = readdir(folder)) != NULL) {
		const char *name = entry->d_name;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			continue;
		if (begin != NULL &&
			(strncmp(name, begin, len) != 0 ||
				(name[len] != '\0' && name[len] != '.')))
			continue;
		if (unlinkat(fd, name, 0) == -1 && errno != ENOENT)
			v = fault_errno(why, V_LATER, CODE_SPOOL,
				"remove what is kept no longer");
	}
	if (v == V_OK && fsync(fd) == -1)
		v = fault_errno(why, V_LATER, CODE_IO, "sync");
	(void)closedir(folder);
	return v;
}

/* False: it is not there. */
static bool
open_folder(struct spool *spool, const char *path, int *fd_out)
{
	*fd_out = openat(spool->fd, path,
		O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *fd_out != -1;
}

enum verdict
spool_forget_job(struct spool *spool, const char *job, struct fault *why)
{
	static const char *const folders[] = { "done", "bad" };
	char path[ROOM_PATH_MAX];
	enum verdict v = V_OK;
	size_t i;
	int fd;

	assert(room_job_ok(job));
	for (i = 0; v == V_OK && i < 2; i++) {
		room_path(path, folders[i], job);
		if (!open_folder(spool, path, &fd))
			continue;
		v = empty(fd, NULL, why);
		if (v == V_OK &&
			unlinkat(spool->fd, path, AT_REMOVEDIR) == -1 &&
			errno != ENOENT)
			v = fault_errno(
				why, V_LATER, CODE_SPOOL, "remove %s", path);
		if (v == V_OK)
			v = file_sync_dir(spool->fd, folders[i], why);
	}
	return v;
}

enum verdict
spool_forget_bundle(struct spool *spool, const char *name, struct fault *why)
{
	static const char *const folders[] = { "print/out", "print/test" };
	size_t i, len = strlen(name);
	char begin[SPOOL_OUT_NAME_MAX + 1];
	enum verdict v = V_OK;
	int fd;

	/* Never a folder's whole content, never another's. */
	if (!room_out_name_ok(name))
		return V_OK;
	memcpy(begin, name, len + 1);
	if (len > 4 && strcmp(begin + len - 4, ".zip") == 0)
		begin[len - 4] = '\0';
	for (i = 0; v == V_OK && i < 2; i++)
		if (open_folder(spool, folders[i], &fd))
			v = empty(fd, begin, why);
	return v;
}
