/* spool/settle.c - which jobs lie in work/, and how each leaves it
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "spool/room.h"

/* A job that was never claimed holds nothing but files of ours. */
static bool
holds_file(int dir)
{
	char first[SPOOL_NAME_MAX + 1];
	struct stat st;
	struct fault ignored;
	enum verdict v = room_claim_part(dir, 0, first, &ignored);

	if (v == V_OK)
		return fstatat(dir, first, &st, AT_SYMLINK_NOFOLLOW) == 0;
	/* Without .claim there can be no file; anything odd is kept. */
	return v != V_SKIP;
}

/* Remove a job that was never claimed.  It is put aside first: a claim that
 * is just under way then finds no folder and tries again, and one that was
 * quicker is put back.
 */
static void
sweep(int work, const char *job)
{
	char aside[SPOOL_JOBID_MAX + 8];
	int dir;

	snprintf(aside, sizeof(aside), ".void-%.15s", job);
	if (renameat(work, job, work, aside) == -1)
		return;
	dir = openat(work, aside, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir == -1)
		return;
	if (holds_file(dir)) {
		(void)renameat(work, aside, work, job);
	} else {
		(void)unlinkat(dir, "." ROOM_CLAIMING ".tmp", 0);
		(void)unlinkat(dir, ROOM_CLAIMING, 0);
		(void)unlinkat(work, aside, AT_REMOVEDIR);
	}
	(void)close(dir);
}

static bool
is_working(int work, const char *job)
{
	int dir = openat(
		work, job, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bool holds;

	if (dir == -1)
		return false;
	holds = holds_file(dir);
	(void)close(dir);
	if (!holds)
		sweep(work, job);
	return holds;
}

enum verdict
spool_working(struct spool *spool, const char *after,
	char job_out[SPOOL_JOBID_MAX], struct fault *why)
{
	static const char aside[] = ".void-";
	char best[SPOOL_JOBID_MAX] = "";
	struct dirent *entry;
	enum verdict v;
	DIR *folder;
	int work = -1;

	v = file_dir(spool->fd, "work", &work, why);
	if (v != V_OK)
		return v;
	folder = fdopendir(work);
	if (folder == NULL) {
		(void)close(work);
		return fault_errno(why, V_BROKEN, CODE_SPOOL, "read work");
	}
	while (errno = 0, (entry = readdir(folder)) != NULL) {
		const char *name = entry->d_name;

		/* A sweep that was cut off: back, and look again. */
		if (strncmp(name, aside, strlen(aside)) == 0 &&
			room_job_ok(name + strlen(aside))) {
			(void)renameat(work, name, work, name + strlen(aside));
			name += strlen(aside);
		}
		if (!room_job_ok(name) || strcmp(name, after) <= 0 ||
			(best[0] != '\0' && strcmp(name, best) >= 0))
			continue;
		if (is_working(work, name))
			snprintf(best, sizeof(best), "%.15s", name);
	}
	if (errno != 0)
		v = fault_errno(why, V_BROKEN, CODE_SPOOL, "read work");
	else if (best[0] == '\0')
		v = V_END;
	else
		memcpy(job_out, best, sizeof(best));
	(void)closedir(folder);
	return v;
}

/* work/JOBID -> FOLDER/JOBID, or it was done before. */
static enum verdict
leave(struct spool *spool, const char *job, const char *folder,
	struct fault *why)
{
	char from[ROOM_PATH_MAX], to[ROOM_PATH_MAX];
	struct stat st;
	enum verdict v;

	room_path(from, "work", job);
	room_path(to, folder, job);
	v = file_move(spool->fd, from, spool->fd, to, why);
	if (v == V_LATER && fstatat(spool->fd, to, &st, 0) == 0)
		return V_OK;
	return v == V_LATER ? V_BROKEN : v;
}

enum verdict
spool_refuse(struct spool *spool, const char *job, const char *name,
	const char *reason_text, struct fault *why)
{
	char path[ROOM_PATH_MAX], reason[ROOM_PATH_MAX];
	enum verdict v = V_OK;
	struct stat st;

	assert(room_job_ok(job) && room_name_ok(name));
	room_path(path, "work", job);
	if (fstatat(spool->fd, path, &st, 0) == 0) {
		room_path(reason, path, name);
		assert(strlen(reason) + sizeof(".reason") < sizeof(reason));
		snprintf(reason + strlen(reason), sizeof(".reason"), ".reason");
		v = file_put(spool->fd, reason, reason_text,
			strlen(reason_text), 0640, why);
	}
	return v == V_OK ? leave(spool, job, "bad", why) : v;
}

enum verdict
spool_done(struct spool *spool, const char *job, struct fault *why)
{
	assert(room_job_ok(job));
	return leave(spool, job, "done", why);
}
