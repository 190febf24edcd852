/* mobbjob/cmd_submit.c - submit: drop a file as a supplier should
 *
 * Sidecars first, then the file under another name, synced and renamed: the
 * watcher never sees half a file.  With --edition a named person lets letters
 * go that were sent before, as letters of the next edition.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"
#include "mobbjob/decide.h"
#include "mobbjob/job.h"
#include "mobbjob/person.h"
#include "mobbjob/show.h"
#include "spool/spool.h"

#define BLOCK_BYTES 65536
#define PATH_BYTES 512

/* What announces the file comes last. */
static const char *const before[] = { ".totals", ".sha256" };
static const char *const after[] = { ".trigger", ".ready" };

/* A file on its way into a folder of the spool. */
struct drop {
	struct call *call;
	const struct jobs_stream *stream;
	const char *path, *name;
	int64_t edition; /* 1: the file goes as it is */
	const char *reason;
	int folder;
};

static enum verdict
copy_bytes(
	int from, int to, uint8_t sha256_out[DIGEST_BYTES], struct fault *why)
{
	struct digest *digest = digest_new();
	char block[BLOCK_BYTES];
	int64_t offset = 0;
	size_t got;
	enum verdict v;

	do {
		v = file_read_at(from, block, sizeof(block), offset, &got, why);
		if (v == V_OK)
			v = file_write(to, block, got, why);
		if (v != V_OK)
			break;
		digest_add(digest, block, got);
		offset += (int64_t)got;
	} while (got > 0);
	if (v == V_OK && fsync(to) == -1)
		v = fault_errno(why, V_BROKEN, CODE_IO, "sync");
	digest_end(digest, sha256_out);
	digest_free(digest);
	return v;
}

/* Copy the file at `path` to `part` in the folder, synced, not under its own
 * name yet.
 */
static enum verdict
copy_part(const char *path, int folder, const char *part,
	uint8_t sha256_out[DIGEST_BYTES], struct fault *why)
{
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
	to = openat(folder, part,
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (to == -1) {
		v = fault_errno(why, V_BROKEN, CODE_SPOOL, "make %s", part);
		goto out;
	}
	v = copy_bytes(from, to, sha256_out, why);
	if (v != V_OK)
		(void)unlinkat(folder, part, 0);
out:
	if (to != -1)
		(void)close(to);
	(void)close(from);
	return v;
}

/* A sidecar, in one step. */
static enum verdict
copy(const char *path, int folder, const char *name, struct fault *why)
{
	uint8_t sha256[DIGEST_BYTES];
	char part[PATH_BYTES];
	enum verdict v;

	snprintf(part, sizeof(part), ".%.200s.part", name);
	v = copy_part(path, folder, part, sha256, why);
	if (v != V_OK)
		return v;
	v = file_move(folder, part, folder, name, why);
	if (v != V_OK)
		(void)unlinkat(folder, part, 0);
	return v;
}

static enum verdict
record_it(const struct drop *d, struct fault *why)
{
	struct event event = { .at_ms = clock_now_ms(),
		.person = d->call->person,
		.what = "submitted",
		.text = arena_format(&d->call->mem,
			"in/%s/%.200s, edition %" PRId64 ": %s",
			d->stream->folder, d->name, d->edition, d->reason) };

	return store_event_add(d->call->site.store, &event, why);
}

/* The file itself.  What the person allows is on record before the watcher can
 * see the file, and taken back when it does not get there.
 */
static enum verdict
copy_file(struct drop *d, struct fault *why)
{
	struct store *store = d->call->site.store;
	uint8_t sha256[DIGEST_BYTES];
	struct fault ignored;
	char part[PATH_BYTES];
	bool allowed = false;
	enum verdict v;

	snprintf(part, sizeof(part), ".%.200s.part", d->name);
	v = copy_part(d->path, d->folder, part, sha256, why);
	if (v != V_OK)
		return v;
	if (d->edition > 1) {
		v = store_edition_allow(store, d->stream->name, sha256,
			(int)d->edition, d->call->person, d->reason,
			clock_now_ms(), why);
		allowed = v == V_OK;
	}
	if (v == V_OK)
		v = record_it(d, why);
	if (v == V_OK)
		v = file_move(d->folder, part, d->folder, d->name, why);
	if (v == V_OK)
		return V_OK;
	(void)unlinkat(d->folder, part, 0);
	if (allowed)
		(void)store_edition_forget(store, d->stream->name, sha256,
			(int)d->edition, &ignored);
	return v;
}

/* Copy the sidecars that are there. */
static enum verdict
sidecars(const char *const ends[2], const struct drop *d, struct fault *why)
{
	char from[PATH_BYTES], to[PATH_BYTES];
	enum verdict v;
	int i;

	for (i = 0; i < 2; i++) {
		snprintf(from, sizeof(from), "%.480s%s", d->path, ends[i]);
		snprintf(to, sizeof(to), "%.200s%s", d->name, ends[i]);
		v = copy(from, d->folder, to, why);
		if (v != V_OK && v != V_SKIP)
			return v;
	}
	return V_OK;
}

/* The file did not get there: what would announce it goes too. */
static void
sidecars_away(const char *const ends[2], const struct drop *d)
{
	char name[PATH_BYTES];
	int i;

	for (i = 0; i < 2; i++) {
		snprintf(name, sizeof(name), "%.200s%s", d->name, ends[i]);
		(void)unlinkat(d->folder, name, 0);
	}
}

/* May it be dropped under this name? */
static enum verdict
check(const struct drop *d, struct fault *why)
{
	struct stat st;

	if (strlen(d->path) > 480)
		return fault_set(
			why, V_BROKEN, CODE_NAME, "the path is too long");
	if (d->name[0] == '.' || strlen(d->name) > SPOOL_NAME_MAX)
		return fault_set(why, V_BROKEN, CODE_NAME,
			"the name begins with a dot or is longer than %d bytes",
			SPOOL_NAME_MAX);
	if (fstatat(d->folder, d->name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return fault_set(why, V_BROKEN, CODE_STATE,
			"a file of that name waits in in/%s already",
			d->stream->folder);
	if (stat(d->path, &st) == -1)
		return fault_errno(why, V_BROKEN, CODE_IO, "cannot read it");
	return V_OK;
}

/* 1 when not given. */
static enum verdict
edition_of(struct drop *d, struct fault *why)
{
	const char *text = d->call->options.edition;

	d->edition = 1;
	if (text == NULL)
		return d->call->options.dry_run
			       ? V_OK
			       : decide_reason_if(d->call, &d->reason, why);
	if (!text_number(text, EDITION_MAX, &d->edition) || d->edition < 2)
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"--edition is a number of 2 to %d", EDITION_MAX);
	if (d->call->options.dry_run)
		return V_OK;
	return decide_reason(d->call, &d->reason, why);
}

static enum verdict
submit(struct drop *d, struct spool *spool, struct fault *why)
{
	struct call *call = d->call;
	enum verdict v;

	v = file_dir(spool_fd(spool),
		arena_format(&call->mem, "in/%s", d->stream->folder),
		&d->folder, why);
	if (v != V_OK)
		return v;
	v = check(d, why);
	if (v == V_OK && !call->options.dry_run) {
		v = sidecars(before, d, why);
		if (v == V_OK)
			v = copy_file(d, why);
		if (v != V_OK)
			sidecars_away(before, d);
		else
			v = sidecars(after, d, why);
	}
	(void)close(d->folder);
	if (v != V_OK) {
		fault_at(why, "%s", d->path);
		return why->code == CODE_DELIVERED_AGAIN ? v
		       : v == V_SKIP			 ? V_BROKEN
							 : v;
	}
	decide_tell(call, "%s dropped in in/%s%s",
		show_clean(d->name, &call->mem), d->stream->folder,
		d->edition == 1 ? ""
				: arena_format(&call->mem,
					  " as edition %" PRId64, d->edition));
	return V_OK;
}

/* submit FILE --stream NAME, or the stream in front. */
static enum verdict
words(struct drop *d, struct fault *why)
{
	struct call *call = d->call;
	const char *slash;

	if ((call->arg_count == 2) == (call->options.stream != NULL))
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"usage: mobbjob submit FILE --stream NAME");
	d->path = call->args[call->arg_count - 1];
	slash = strrchr(d->path, '/');
	d->name = slash == NULL ? d->path : slash + 1;
	return stream_of(call,
		call->arg_count == 2 ? call->args[0] : call->options.stream,
		&d->stream, why);
}

static enum verdict
run(struct call *call, struct fault *why)
{
	struct drop d = { .call = call, .reason = "", .folder = -1 };
	struct spool *spool = NULL;
	const char *path;
	enum verdict v;

	v = words(&d, why);
	if (v == V_OK)
		v = edition_of(&d, why);
	if (v == V_OK && !call->options.dry_run)
		v = person_store(call, why);
	if (v == V_OK && !call->options.dry_run)
		v = person_may(call, d.stream->sender, why);
	/* A person drops in a folder that is there; the others are mobbd's. */
	path = site_path(&call->site, call->site.jobs.spool);
	if (v == V_OK)
		v = call->site.store != NULL && !call->site.person.owner
			    ? spool_look_open(path, &spool, why)
			    : spool_open(path,
				      (const char *const *)&d.stream->folder, 1,
				      &spool, why);
	if (v == V_OK)
		v = submit(&d, spool, why);
	spool_close(spool);
	return v;
}

const struct command command_submit = {
	.name = "submit",
	.args = "FILE --stream NAME [--sender NAME]",
	.help = "drop a file and its sidecars into the spool, in one step",
	.args_min = 1,
	.args_max = 2,
	.need = NEED_JOBS,
	.changes = true,
	.may = PERSON_OPERATE,
	.run = run,
};
