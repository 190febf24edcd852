/* mobbjob/cmd_submit.c - submit: drop a file as a supplier should
 *
 * Sidecars first, then the file under another name, synced and renamed: the
 * watcher never sees half a file.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "mobbjob/decide.h"
#include "mobbjob/show.h"
#include "spool/spool.h"

#define BLOCK_BYTES 65536
#define PATH_BYTES 512

/* What announces the file comes last. */
static const char *const before[] = { ".totals", ".sha256" };
static const char *const after[] = { ".trigger", ".ready" };

static enum verdict
copy_bytes(int from, int to, struct fault *why)
{
	char block[BLOCK_BYTES];
	int64_t offset = 0;
	size_t got;
	enum verdict v;

	do {
		v = file_read_at(from, block, sizeof(block), offset, &got, why);
		if (v == V_OK)
			v = file_write(to, block, got, why);
		offset += (int64_t)got;
	} while (v == V_OK && got > 0);
	if (v == V_OK && fsync(to) == -1)
		v = fault_errno(why, V_BROKEN, CODE_IO, "sync");
	return v;
}

/* Copy the file at `path` to `name` in the folder, in one step. */
static enum verdict
copy(const char *path, int folder, const char *name, struct fault *why)
{
	char part[PATH_BYTES];
	struct stat st;
	int from, to = -1;
	enum verdict v;

	/* O_NONBLOCK: a fifo must not hold us up. */
	from = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (from == -1)
		return fault_errno(why, errno == ENOENT ? V_SKIP : V_BROKEN,
			CODE_IO, "%.200s", path);
	if (fstat(from, &st) == -1 || !S_ISREG(st.st_mode)) {
		v = fault_set(why, V_BROKEN, CODE_NOT_FILE,
			"only a plain file can be submitted");
		goto out;
	}
	snprintf(part, sizeof(part), ".%.200s.part", name);
	to = openat(folder, part,
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (to == -1) {
		v = fault_errno(why, V_BROKEN, CODE_SPOOL, "make %s", part);
		goto out;
	}
	v = copy_bytes(from, to, why);
	if (v == V_OK)
		v = file_move(folder, part, folder, name, why);
	if (v != V_OK)
		(void)unlinkat(folder, part, 0);
out:
	if (to != -1)
		(void)close(to);
	(void)close(from);
	return v;
}

/* Copy the sidecars that are there. */
static enum verdict
sidecars(const char *const ends[2], const char *path, const char *name,
	int folder, struct fault *why)
{
	char from[PATH_BYTES], to[PATH_BYTES];
	enum verdict v;
	int i;

	for (i = 0; i < 2; i++) {
		snprintf(from, sizeof(from), "%.480s%s", path, ends[i]);
		snprintf(to, sizeof(to), "%.200s%s", name, ends[i]);
		v = copy(from, folder, to, why);
		if (v != V_OK && v != V_SKIP)
			return v;
	}
	return V_OK;
}

/* May it be dropped under this name? */
static enum verdict
check(const struct call *call, const char *path, const char *name, int folder,
	struct fault *why)
{
	struct stat st;

	if (strlen(path) > 480)
		return fault_set(
			why, V_BROKEN, CODE_NAME, "the path is too long");
	if (name[0] == '.' || strlen(name) > SPOOL_NAME_MAX)
		return fault_set(why, V_BROKEN, CODE_NAME,
			"the name begins with a dot or is longer than %d bytes",
			SPOOL_NAME_MAX);
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return fault_set(why, V_BROKEN, CODE_STATE,
			"a file of that name waits in in/%s already",
			call->args[0]);
	if (stat(path, &st) == -1)
		return fault_errno(why, V_BROKEN, CODE_IO, "cannot read it");
	return V_OK;
}

static enum verdict
submit(struct call *call, struct spool *spool, struct fault *why)
{
	const char *path = call->args[1], *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;
	int folder = -1;
	enum verdict v;

	v = file_dir(spool_fd(spool),
		arena_format(&call->mem, "in/%s", call->args[0]), &folder, why);
	if (v != V_OK)
		return v;
	v = check(call, path, name, folder, why);
	if (v == V_OK && !call->options.dry_run) {
		v = sidecars(before, path, name, folder, why);
		if (v == V_OK)
			v = copy(path, folder, name, why);
		if (v == V_OK)
			v = sidecars(after, path, name, folder, why);
	}
	(void)close(folder);
	if (v != V_OK) {
		fault_at(why, "%s", path);
		return v == V_SKIP ? V_BROKEN : v;
	}
	decide_tell(call, "%s dropped in in/%s", show_clean(name, &call->mem),
		call->args[0]);
	return V_OK;
}

static enum verdict
run(struct call *call, struct fault *why)
{
	struct jobs *jobs = &call->site.jobs;
	const char *stream = call->args[0];
	struct spool *spool = NULL;
	enum verdict v;

	if (jobs_stream(jobs, stream) == NULL) {
		fault_set(why, V_SKIP, CODE_NO_JOB, "no such stream");
		fault_at(why, "STREAM %s", stream);
		return V_SKIP;
	}
	v = spool_open(
		site_path(&call->site, jobs->spool), &stream, 1, &spool, why);
	if (v == V_OK)
		v = submit(call, spool, why);
	spool_close(spool);
	return v;
}

const struct command command_submit = {
	.name = "submit",
	.args = "STREAM FILE",
	.help = "drop a file and its sidecars into the spool, in one step",
	.args_min = 2,
	.args_max = 2,
	.need = NEED_JOBS,
	.changes = true,
	.run = run,
};
