/* mobbd/repair.c - see mobbd/repair.h
 *
 * Of each part: the rejected records are cut out of the payload (formats/),
 * with new totals; what was cut is read once more, for the documents it names;
 * those are copied out of the container.  A plain payload is given back plain,
 * what came in a ZIP or a tar as a ZIP.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/archive.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/log.h"
#include "base/unpack.h"
#include "mobbd/reader.h"
#include "mobbd/repair.h"

#define PAGE_PIECES 50000
#define COPY_BYTES ((size_t)262144)
#define NAME_DIGEST 16 /* bytes of a digest that stand for a name */
#define EXT_MAX 16

struct repair {
	struct role_run *run;
	const struct jobs_stream *stream;
	const struct definition *definition;
	const struct job *job;
	const struct claim *claim;
	struct source_rules rules;
	struct source *source;
	const char *name; /* of the file, without its ending */

	/* of the present part */
	int part;
	bool packed; /* it is a ZIP or tar */
	struct arena mem;
	struct format_piece *pieces;
	size_t piece_count;
	struct spool_out *payload, *out;
	struct archive_out *zip;

	/* digests of the names of documents, sorted; a member is copied once */
	uint8_t (*names)[NAME_DIGEST];
	size_t name_count, name_size;
};

/* --- which records --- */

static enum verdict
find_pieces(struct repair *r, struct fault *why)
{
	struct rejected_piece *rows;
	struct format_piece *list = NULL;
	struct arena mem = ARENA_EMPTY;
	size_t count = PAGE_PIECES, n = 0, i;
	int64_t from = 0;
	enum verdict v = V_OK;

	while (v == V_OK && count == PAGE_PIECES) {
		arena_reset(&mem);
		v = store_rejected_pieces(r->run->site->store, r->job->id,
			r->part, from, PAGE_PIECES, &mem, &rows, &count, why);
		if (v != V_OK || count == 0)
			break;
		list = mem_grow(list, (n + count) * sizeof(*list));
		for (i = 0; i < count; i++)
			list[n++] = (struct format_piece){ rows[i].offset,
				rows[i].bytes };
		from = rows[count - 1].offset + 1;
	}
	arena_done(&mem);
	r->pieces = list;
	r->piece_count = n;
	return v;
}

/* --- which documents --- */

static int
by_digest(const void *a, const void *b)
{
	return memcmp(a, b, NAME_DIGEST);
}

static void
name_digest(const char *name, uint8_t out[NAME_DIGEST])
{
	uint8_t sha256[DIGEST_BYTES];

	digest_of(name, strlen(name), sha256);
	memcpy(out, sha256, NAME_DIGEST);
}

static void
want(struct repair *r, const char *name)
{
	if (r->name_count == r->name_size) {
		r->name_size = r->name_size * 2 + 64;
		r->names =
			mem_grow(r->names, r->name_size * sizeof(r->names[0]));
	}
	name_digest(name, r->names[r->name_count++]);
}

static bool
is_wanted(const struct repair *r, const char *name)
{
	uint8_t digest[NAME_DIGEST];

	if (r->name_count == 0)
		return false;
	name_digest(name, digest);
	return bsearch(digest, r->names, r->name_count, sizeof(r->names[0]),
		       by_digest) != NULL;
}

static void
want_documents(struct repair *r, const struct letter *letter)
{
	size_t i;

	for (i = 0; i < letter->document_count; i++)
		if (letter->documents[i].href != NULL &&
			!letter->documents[i].shared)
			want(r, letter->documents[i].href);
}

static enum verdict
on_letter(
	void *self, struct letter *letter, struct arena *mem, struct fault *why)
{
	(void)mem;
	(void)why;
	want_documents(self, letter);
	return V_OK;
}

static enum verdict
on_reject(void *self, const struct letter *letter,
	const struct rejection *rejection, struct fault *why)
{
	(void)rejection;
	(void)why;
	if (letter != NULL)
		want_documents(self, letter);
	return V_OK;
}

struct reading_back {
	int fd;
	int64_t offset;
};

static enum verdict
read_back(
	void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct reading_back *b = self;
	enum verdict v;

	v = file_read_at(b->fd, bytes, len, b->offset, len_out, why);
	if (v == V_OK)
		b->offset += (int64_t)*len_out;
	return v;
}

/* Whatever is wrong with them: they were rejected, but name documents. */
static enum verdict
find_documents(struct repair *r, struct fault *why)
{
	const struct format_sink sink = {
		.self = r, .letter = on_letter, .reject = on_reject
	};
	const struct format_context context = reader_context(r->stream);
	struct reading_back back = { .fd = spool_out_fd(r->payload) };
	struct format *format;
	enum verdict v;

	r->name_count = 0;
	format = format_begin(r->definition, &context, &sink);
	v = format_part(format, read_back, &back, why);
	format_end(format, NULL);
	if (r->name_count > 0)
		qsort(r->names, r->name_count, sizeof(r->names[0]), by_digest);
	return v;
}

/* --- the file --- */

static enum verdict
to_out(void *self, const void *bytes, size_t len, struct fault *why)
{
	return spool_out_add(self, bytes, len, why);
}

static enum verdict
cut(struct repair *r, struct spool_out *out, struct fault *why)
{
	enum verdict v = source_part(r->source, r->part, why);

	if (v == V_OK)
		v = format_repair(r->definition, source_read, r->source,
			r->pieces, r->piece_count, to_out, out, why);
	return v;
}

static enum verdict
put_payload(struct repair *r, const char *name, struct fault *why)
{
	struct reading_back back = { .fd = spool_out_fd(r->payload) };
	char *bytes = mem_new(COPY_BYTES);
	int64_t len = (int64_t)lseek(back.fd, 0, SEEK_END);
	size_t got = 1;
	enum verdict v = V_OK;

	if (len < 0)
		v = fault_errno(why, V_BROKEN, CODE_IO, "rejected records");
	if (v == V_OK)
		v = archive_member_begin(r->zip, name, len, why);
	while (v == V_OK && got > 0) {
		v = read_back(&back, bytes, COPY_BYTES, &got, why);
		if (v == V_OK)
			v = archive_member_add(r->zip, bytes, got, why);
	}
	free(bytes);
	return v;
}

static enum verdict
put_member(struct repair *r, struct archive_in *in,
	const struct archive_member *m, struct fault *why)
{
	char *bytes = mem_new(COPY_BYTES);
	size_t got = 1;
	enum verdict v;

	v = archive_member_begin(r->zip, m->name, m->bytes, why);
	while (v == V_OK && got > 0) {
		v = archive_read(in, bytes, COPY_BYTES, &got, why);
		if (v == V_OK)
			v = archive_member_add(r->zip, bytes, got, why);
	}
	free(bytes);
	return v;
}

/* A leaflet of all letters: where it lies in several parts, the first one. */
static bool
is_leaflet(const struct repair *r, const char *name, uint64_t *taken)
{
	int i;

	for (i = 0; i < r->rules.shared_count; i++)
		if (strcmp(r->rules.shared[i], name) == 0) {
			if ((*taken & UINT64_C(1) << i) != 0)
				return false;
			*taken |= UINT64_C(1) << i;
			return true;
		}
	return false;
}

/* What is wanted of one part: all that its records name, and leaflets. */
static enum verdict
copy_from(struct repair *r, int part, uint64_t *taken, struct fault *why)
{
	const struct claim_part *p = &r->claim->parts[part];
	struct archive_in *in = NULL;
	struct archive_member m;
	enum verdict v;

	/* Of a file packed otherwise than by gzip the position counts. */
	if (lseek(p->fd, 0, SEEK_SET) == -1)
		return fault_errno(why, V_BROKEN, CODE_IO, "read the file");
	v = archive_open(p->fd, &r->rules.limits, &in, why);
	while (v == V_OK) {
		bool own = part == r->part;

		v = archive_next(in, &m, why);
		if (v != V_OK)
			break;
		if (fnmatch(r->rules.payload, m.name, FNM_PATHNAME) == 0) {
			if (own)
				v = put_payload(r, m.name, why);
		} else if ((own && is_wanted(r, m.name)) ||
			   is_leaflet(r, m.name, taken)) {
			v = put_member(r, in, &m, why);
		}
	}
	archive_close(in);
	return v == V_END ? V_OK : v;
}

static enum verdict
copy_all(struct repair *r, struct fault *why)
{
	uint64_t taken = 0, all;
	enum verdict v = V_OK;
	int part;

	assert(r->rules.shared_count < 64);
	all = (UINT64_C(1) << r->rules.shared_count) - 1;
	v = copy_from(r, r->part, &taken, why);
	for (part = 0; v == V_OK && taken != all && part < r->claim->part_count;
		part++)
		if (part != r->part)
			v = copy_from(r, part, &taken, why);
	return v;
}

/* Is the part a container with a payload in it?  As spool/judge.c has it. */
static enum verdict
look(struct repair *r, struct fault *why)
{
	char head[ARCHIVE_HEAD_BYTES];
	struct unpack *u = NULL;
	enum archive_kind kind;
	enum verdict v;
	size_t got = 0;
	int fd = r->claim->parts[r->part].fd;

	v = file_read_at(fd, head, sizeof(head), 0, &got, why);
	if (v != V_OK)
		return v;
	kind = archive_kind(head, got);
	if (kind == ARCHIVE_GZIP || kind == ARCHIVE_PACKED) {
		if (lseek(fd, 0, SEEK_SET) == -1)
			return fault_errno(
				why, V_BROKEN, CODE_IO, "read the file");
		v = unpack_open(fd, &r->rules.limits, &u, why);
		if (v == V_OK)
			v = unpack_read(u, head, sizeof(head), &got, why);
		unpack_close(u);
		if (v == V_OK)
			kind = archive_kind(head, got);
	}
	r->packed = kind == ARCHIVE_ZIP || kind == ARCHIVE_TAR;
	return v;
}

/* ".csv": of the payload's name in the definition. */
static void
ending(const char *payload, char out[EXT_MAX])
{
	const char *dot = strrchr(payload, '.');
	size_t i;

	out[0] = '\0';
	if (dot == NULL || strlen(dot) >= EXT_MAX)
		return;
	for (i = 1; dot[i] != '\0'; i++)
		if (!((dot[i] >= 'a' && dot[i] <= 'z') ||
			    (dot[i] >= 'A' && dot[i] <= 'Z') ||
			    (dot[i] >= '0' && dot[i] <= '9')))
			return;
	memcpy(out, dot, i + 1);
}

/* Of the pages of one PDF nothing is copied: page numbers would change. */
static enum verdict
write_part(
	struct repair *r, char name_out[SPOOL_OUT_NAME_MAX], struct fault *why)
{
	struct spool *spool = r->run->site->spool;
	bool zip = r->packed && r->rules.pages == NULL;
	char ext[EXT_MAX], nth[16] = "", temp[SPOOL_OUT_NAME_MAX];
	enum verdict v;

	ending(r->rules.payload, ext);
	if (r->part > 0)
		snprintf(nth, sizeof(nth), "-%d", r->part + 1);
	snprintf(name_out, SPOOL_OUT_NAME_MAX, "%s%s%s", r->name, nth,
		zip ? ".zip" : ext);
	v = spool_out_begin(spool, site_folder(r->run->site, r->job), name_out,
		&r->out, why);
	if (v == V_OK && !zip)
		return cut(r, r->out, why);
	/* Its size must be known before it goes into a ZIP. */
	snprintf(temp, sizeof(temp), "%.180s.payload", name_out);
	if (v == V_OK)
		v = spool_out_begin(spool, site_folder(r->run->site, r->job),
			temp, &r->payload, why);
	if (v == V_OK)
		v = cut(r, r->payload, why);
	if (v == V_OK)
		v = find_documents(r, why);
	if (v == V_OK)
		v = archive_create(spool_out_fd(r->out), true, &r->zip, why);
	if (v == V_OK)
		v = copy_all(r, why);
	if (v == V_OK) {
		v = archive_finish(r->zip, why);
		r->zip = NULL;
	}
	return v;
}

static enum verdict
told(struct repair *r, const char *text, struct fault *why)
{
	struct event event = { .at_ms = clock_now_ms(),
		.person = "automatic",
		.what = "given back",
		.text = text };

	snprintf(event.job, sizeof(event.job), "%s", r->job->id);
	return store_event_add(r->run->site->store, &event, why);
}

static enum verdict
do_part(struct repair *r, struct fault *why)
{
	char name[SPOOL_OUT_NAME_MAX], text[SPOOL_OUT_NAME_MAX + 60];
	enum verdict v = find_pieces(r, why);

	if (v == V_OK && r->piece_count > 0) {
		v = look(r, why);
		if (v == V_OK)
			v = write_part(r, name, why);
		if (r->zip != NULL)
			archive_abandon(r->zip);
		spool_out_cancel(r->payload);
		if (v == V_OK)
			v = spool_out_end(r->out, why);
		else
			spool_out_cancel(r->out);
		r->zip = NULL;
		r->payload = r->out = NULL;
		if (v == V_OK) {
			snprintf(text, sizeof(text),
				"%zu rejected records in %s", r->piece_count,
				name);
			log_line("job %s: %s", r->job->id, text);
			v = told(r, text, why);
		}
	}
	free(r->pieces);
	r->pieces = NULL;
	return v;
}

enum verdict
repair_never(struct role_run *run, const struct job *job,
	const struct fault *reason, struct fault *why)
{
	struct repair r = { .run = run, .job = job };
	char text[FAULT_TEXT_MAX + 60];
	enum verdict v;

	snprintf(text, sizeof(text),
		"rejected records cannot be written as a file: MOBB-%04d %s",
		(int)reason->code, reason->text);
	log_line("job %s: %s", job->id, text);
	v = told(&r, text, why);
	if (v == V_OK)
		v = store_job_repaired(run->site->store, job->id, why);
	return v;
}

/* That it is read again must change nothing: a claim without a folder is only
 * looked at.
 */
static enum verdict
write_all(struct repair *r, struct fault *why)
{
	struct claim look_only = *r->claim;
	enum verdict v;

	look_only.dir = -1;
	reader_rules(r->definition, r->stream, &r->rules);
	r->rules.no_documents = true;
	v = source_open(&look_only, &r->rules, &r->source, why);
	for (r->part = 0; v == V_OK && r->part < r->claim->part_count;
		r->part++)
		v = do_part(r, why);
	source_close(r->source);
	free(r->names);
	arena_done(&r->mem);
	return v;
}

/* Of the layout it was read with, not of a newer one. */
static bool
same_layout(const struct definition *d, const struct job *job)
{
	return d != NULL && strcmp(definition_id(d), job->format) == 0;
}

enum verdict
repair_write(struct role_run *run, const struct jobs_stream *stream,
	const struct job *job, const struct claim *claim, struct fault *why)
{
	struct repair r = { .run = run,
		.stream = stream,
		.definition = site_definition(run->site, stream),
		.job = job,
		.claim = claim };
	struct store *store = run->site->store;
	struct report_names names;
	struct fault reason = FAULT_NONE;
	bool due = false;
	enum verdict v;

	if (job->repaired || job->rejected == 0)
		return V_OK;
	v = store_repair_due(store, job->id, &due, why);
	if (v != V_OK || !due)
		return v;
	if (!same_layout(r.definition, job)) {
		(void)fault_set(&reason, V_BROKEN, CODE_FORMAT,
			"its stream has another layout now");
		return repair_never(run, job, &reason, why);
	}
	v = store_report_names(store, job, &names, why);
	if (v != V_OK)
		return v;
	r.name = names.rejected;
	v = write_all(&r, &reason);
	if (v == V_OK)
		return store_job_repaired(store, job->id, why);
	if (v == V_BROKEN && !reader_not_the_file(reason.code))
		return repair_never(run, job, &reason, why);
	*why = reason;
	fault_at(why, "rejected records of job %s", job->id);
	return v;
}
