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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "spool/room.h"

#define BEGIN_MAX 64 /* of a name, with its job */

/* Of names that begin with `begin`, also of what is half written; NULL: all. */
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
			strncmp(name + (name[0] == '.'), begin, len) != 0)
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
spool_forget_print(struct spool *spool, const char *job, struct fault *why)
{
	char begin[BEGIN_MAX], path[ROOM_PATH_MAX];
	const struct dirent *entry;
	enum verdict v = V_OK;
	DIR *folders;
	int fd;

	assert(room_job_ok(job));
	/* A bundle or proof of it: print-JOB-DATE-... */
	snprintf(begin, sizeof(begin), "print-%s-", job);
	if (!open_folder(spool, "print", &fd))
		return V_OK;
	folders = fdopendir(fd);
	if (folders == NULL) {
		(void)close(fd);
		return fault_errno(why, V_LATER, CODE_SPOOL, "read print");
	}
	/* A printer may have had another one than the jobs file says now. */
	while (v == V_OK && (entry = readdir(folders)) != NULL) {
		if (entry->d_name[0] == '.' ||
			strlen(entry->d_name) > SPOOL_OUT_NAME_MAX ||
			strcmp(entry->d_name, "in") == 0)
			continue;
		room_path(path, "print", entry->d_name);
		if (open_folder(spool, path, &fd))
			v = empty(fd, begin, why);
	}
	(void)closedir(folders);
	return v;
}
