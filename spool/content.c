/* spool/content.c - documents of a job on their way out, checked once more
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/gzip.h"
#include "spool/inlined.h"
#include "spool/room.h"

struct reading {
	int dir;     /* work/JOBID or done/JOBID */
	int content; /* -1: not open yet */
	int file;    /* a part of the batch file, -1: none */
	int part;    /* which */
	struct gzip *gzip;
	struct inlined *inlined;
	struct digest *digest;
	struct attachment doc;
	int64_t given;
	bool open;
};

static enum verdict
changed(struct fault *why)
{
	return fault_set(why, V_NEVER, CODE_CONTENT_CHANGED,
		"the document is not what it was at intake");
}

static enum verdict
open_here(int dir, const char *name, int *fd_out, struct fault *why)
{
	*fd_out = openat(
		dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (*fd_out == -1)
		return fault_errno(
			why, V_BROKEN, CODE_IO, "open the job's documents");
	return V_OK;
}

/* The file the document lies in; of a set one part is open at a time. */
static enum verdict
open_file(struct reading *r, const struct attachment *doc, int *fd_out,
	struct fault *why)
{
	char name[SPOOL_NAME_MAX + 1];
	enum verdict v = V_OK;

	if (doc->place == ATTACHMENT_CONTENT) {
		if (r->content == -1)
			v = open_here(r->dir, ROOM_CONTENT, &r->content, why);
		*fd_out = r->content;
		return v;
	}
	if (r->file == -1 || r->part != doc->part) {
		if (r->file != -1)
			(void)close(r->file);
		r->file = -1;
		v = room_claim_part(r->dir, doc->part, name, why);
		if (v == V_OK)
			v = open_here(r->dir, name, &r->file, why);
		r->part = doc->part;
	}
	*fd_out = r->file;
	return v;
}

static enum verdict
reading_open(void *self, const struct attachment *doc, struct fault *why)
{
	struct reading *r = self;
	enum verdict v;
	int fd = -1;

	assert(doc->place == ATTACHMENT_MEMBER ||
		doc->place == ATTACHMENT_CONTENT);
	r->open = false;
	v = open_file(r, doc, &fd, why);
	if (v != V_OK)
		return v;
	if (doc->method == ATTACHMENT_BASE64)
		inlined_open(fd, doc->offset, doc->raw, &r->inlined);
	else
		v = gzip_open(fd, doc->offset, doc->method, doc->bytes,
			&r->gzip, why);
	if (v != V_OK)
		return changed(why);
	/* What an unfinished document left in it. */
	digest_free(r->digest);
	r->digest = digest_new();
	r->doc = *doc;
	r->given = 0;
	r->open = true;
	return V_OK;
}

static enum verdict
read_some(struct reading *r, void *bytes, size_t len, size_t *len_out,
	struct fault *why)
{
	enum verdict v;

	if (r->doc.method == ATTACHMENT_BASE64) {
		v = inlined_read(r->inlined, bytes, len, len_out, why);
		return v == V_SKIP ? changed(why) : v;
	}
	v = gzip_read(r->gzip, bytes, len, len_out, why);
	return v != V_OK && why->code == CODE_ARCHIVE_CUT ? changed(why) : v;
}

static enum verdict
reading_read(
	void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct reading *r = self;
	uint8_t sha256[DIGEST_BYTES];
	enum verdict v;
	size_t got;

	if (!r->open) {
		*len_out = 0;
		return V_OK;
	}
	v = read_some(r, bytes, len, &got, why);
	if (v != V_OK)
		return v;
	digest_add(r->digest, bytes, got);
	r->given += (int64_t)got;
	if (got == 0) {
		r->open = false;
		digest_end(r->digest, sha256);
		if (r->given != r->doc.bytes ||
			memcmp(sha256, r->doc.sha256, DIGEST_BYTES) != 0)
			return changed(why);
	}
	*len_out = got;
	return V_OK;
}

static enum verdict
find_job(struct spool *spool, const char *job, int *dir_out, struct fault *why)
{
	static const char *const folders[] = { "work", "done" };
	char path[ROOM_PATH_MAX];
	size_t i;
	int dir;

	/* It may move from the one to the other while we look: twice each. */
	for (i = 0; i < 4; i++) {
		room_path(path, folders[i % 2], job);
		dir = openat(
			spool->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir != -1) {
			*dir_out = dir;
			return V_OK;
		}
	}
	return fault_errno(why, V_BROKEN, CODE_NO_JOB, "job %s", job);
}

enum verdict
spool_content_open(struct spool *spool, const char *job,
	struct content *content_out, struct fault *why)
{
	struct room_claim claim;
	struct reading *r;
	enum verdict v;
	bool whole;
	int dir = -1;

	if (!room_job_ok(job))
		return fault_set(why, V_BROKEN, CODE_NO_JOB, "no job id");
	v = find_job(spool, job, &dir, why);
	if (v != V_OK)
		return v;
	v = room_claim_read(dir, &claim, &whole, why);
	if (v != V_OK) {
		(void)close(dir);
		return fault_set(why, V_BROKEN, CODE_NO_JOB,
			"job %s was not made by us", job);
	}
	r = mem_zero(1, sizeof(*r));
	r->dir = dir;
	r->content = r->file = -1;
	*content_out = (struct content){
		.self = r, .open = reading_open, .read = reading_read
	};
	return V_OK;
}

void
spool_content_close(struct content *content)
{
	struct reading *r = content->self;

	if (r == NULL)
		return;
	gzip_close(r->gzip);
	inlined_free(r->inlined);
	digest_free(r->digest);
	if (r->content != -1)
		(void)close(r->content);
	if (r->file != -1)
		(void)close(r->file);
	(void)close(r->dir);
	free(r);
	*content = (struct content){ 0 };
}
