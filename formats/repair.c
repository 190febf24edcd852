/* formats/repair.c - a batch file of some records of another
 *
 * The file is read once more by the reader of its kind, while its bytes are
 * kept from the last record on.  As records go by, those of a piece are
 * written as they stand; headers, trailers and whatever lies between records
 * always are.  XML keeps or drops records that stand in no other, whole: what
 * is in there beside the chosen one is a double, and rejected as such.  Flat
 * kinds keep lines, and above them those that they lie below.
 *
 * Where the file has totals of its own, what was written is read again to
 * count them, and they are replaced in their own notation.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "formats/patch.h"

#define REPAIR_BYTES_MAX ((size_t)100000000) /* of a file with totals */
#define KEEP_BYTES_MAX ((size_t)100000000)   /* between two records */
#define SPANS_MAX (2 * DEFINITION_RECORDS_MAX)

struct span { /* of a header or trailer in `out` */
	int record;
	size_t from, len;
};

struct repair {
	const struct definition *d;
	struct reading *reading;
	format_read_fn *read;
	void *read_self;
	enum verdict (*write)(
		void *self, const void *bytes, size_t len, struct fault *why);
	void *write_self;
	const struct format_piece *pieces; /* those not passed yet */
	size_t count;

	/* bytes of the file from `kept_at` on */
	char *kept;
	size_t kept_len, kept_size;
	int64_t kept_at;

	int record;    /* flat: of the line that began at `begin` */
	int64_t begin; /* flat: -1: none did */
	struct buf above[DEFINITION_RECORDS_MAX]; /* not written yet */

	bool totals;
	char *names; /* header row of a delimited file */
	struct buf out;
	struct span spans[SPANS_MAX];
	size_t span_count;
};

static enum verdict
no_letter(
	void *self, struct letter *letter, struct arena *mem, struct fault *why)
{
	(void)self;
	(void)letter;
	(void)mem;
	(void)why;
	return V_OK;
}

static enum verdict
no_reject(void *self, const struct letter *letter,
	const struct rejection *rejection, struct fault *why)
{
	(void)self;
	(void)letter;
	(void)rejection;
	(void)why;
	return V_OK;
}

static const struct format_sink nobody = { NULL, no_letter, no_reject };

/* What was accepted once is not judged again by the day. */
static const struct format_context any_day = { .today = INT32_MAX / 2,
	.no_documents = true };

/* --- bytes in --- */

static enum verdict
too_large(struct fault *why)
{
	return fault_set(why, V_BROKEN, CODE_LIMIT,
		"a file of rejected records of more than %zu bytes",
		REPAIR_BYTES_MAX);
}

/* The reader's bytes, kept on their way. */
static enum verdict
keep(void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct repair *p = self;
	enum verdict v;

	v = p->read(p->read_self, bytes, len, len_out, why);
	if (v != V_OK || *len_out == 0)
		return v;
	if (*len_out > KEEP_BYTES_MAX - p->kept_len)
		return too_large(why);
	if (p->kept_len + *len_out > p->kept_size) {
		p->kept_size = (p->kept_len + *len_out) * 2;
		p->kept = mem_grow(p->kept, p->kept_size);
	}
	memcpy(p->kept + p->kept_len, bytes, *len_out);
	p->kept_len += *len_out;
	return V_OK;
}

static const char *
kept(const struct repair *p, int64_t begin, int64_t end)
{
	assert(begin >= p->kept_at && end >= begin);
	assert((size_t)(end - p->kept_at) <= p->kept_len);
	return p->kept + (begin - p->kept_at);
}

/* Bytes before `at` are not needed any more. */
static void
forget(struct repair *p, int64_t at)
{
	size_t gone = (size_t)(at - p->kept_at);

	assert(gone <= p->kept_len);
	/* Moved only when it is worth it. */
	if (gone < p->kept_len / 2)
		return;
	memmove(p->kept, p->kept + gone, p->kept_len - gone);
	p->kept_len -= gone;
	p->kept_at = at;
}

/* --- bytes out --- */

static enum verdict
emit(struct repair *p, const char *bytes, size_t len, struct fault *why)
{
	if (len == 0)
		return V_OK;
	if (!p->totals)
		return p->write(p->write_self, bytes, len, why);
	buf_add(&p->out, bytes, len);
	return p->out.full ? too_large(why) : V_OK;
}

static bool
is_frame(const struct repair *p, int record)
{
	return record >= 0 && p->d->records[record].occurs != OCCURS_ANY;
}

static enum verdict
emit_frame(struct repair *p, int record, const char *bytes, size_t len,
	struct fault *why)
{
	if (p->totals) {
		assert(p->span_count < SPANS_MAX);
		p->spans[p->span_count++] =
			(struct span){ record, p->out.len, len };
	}
	return emit(p, bytes, len, why);
}

static bool
chosen(struct repair *p, int64_t begin, int64_t end)
{
	while (p->count > 0 && p->pieces->offset + p->pieces->bytes <= begin) {
		p->pieces++;
		p->count--;
	}
	return p->count > 0 && p->pieces->offset < end;
}

/* --- flat kinds: line by line --- */

static bool
is_below(const struct repair *p, int record, int above)
{
	for (; record >= 0; record = p->d->records[record].parent)
		if (record == above)
			return true;
	return false;
}

/* A line came that is not below these any more. */
static void
drop_above(struct repair *p, int record)
{
	int i;

	for (i = 0; i < p->d->record_count; i++)
		if (!is_below(p, record, i) || record == i)
			buf_reset(&p->above[i]);
}

static enum verdict
emit_above(struct repair *p, int record, struct fault *why)
{
	enum verdict v = V_OK;

	if (record < 0)
		return V_OK;
	v = emit_above(p, p->d->records[record].parent, why);
	if (v == V_OK)
		v = emit(p, p->above[record].bytes, p->above[record].len, why);
	buf_reset(&p->above[record]);
	return v;
}

static enum verdict
take_line(struct repair *p, int64_t end, struct fault *why)
{
	const char *bytes = kept(p, p->begin, end);
	size_t len = (size_t)(end - p->begin);
	enum role role;
	enum verdict v;

	if (is_frame(p, p->record))
		return emit_frame(p, p->record, bytes, len, why);
	role = p->record < 0 ? ROLE_SIDE : p->reading->role[p->record];
	if (p->record >= 0)
		drop_above(p, p->record);
	if (!chosen(p, p->begin, end)) {
		if (role == ROLE_ABOVE)
			buf_add(&p->above[p->record], bytes, len);
		return V_OK;
	}
	/* A line of no type belongs where it stands. */
	v = emit_above(p,
		p->d->records[p->record < 0 ? p->d->letter : p->record].parent,
		why);
	if (v == V_OK)
		v = emit(p, bytes, len, why);
	return v;
}

static enum verdict
on_line(struct repair *p, int record, int64_t begin, struct fault *why)
{
	enum verdict v;

	if (p->begin >= 0) {
		v = take_line(p, begin, why);
	} else {
		/* A byte order mark, a row of names. */
		const char *bytes = kept(p, 0, begin);

		p->names = mem_new((size_t)begin + 1);
		memcpy(p->names, bytes, (size_t)begin);
		p->names[begin] = '\0';
		v = emit(p, bytes, (size_t)begin, why);
	}
	p->begin = begin;
	p->record = record;
	forget(p, begin);
	return v;
}

/* --- XML: record by record --- */

static bool
blank(const char *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (memchr(" \t\r\n", bytes[i], 4) == NULL)
			return false;
	return true;
}

/* p->begin: the end of the last record. */
static enum verdict
on_record(struct repair *p, int record, int64_t begin, int64_t end,
	struct fault *why)
{
	int64_t from = p->begin < 0 ? 0 : p->begin;
	const char *gap = kept(p, from, begin);
	size_t len = (size_t)(begin - from);
	bool frame = is_frame(p, record);
	bool wanted = frame || record == FOLLOW_END || chosen(p, begin, end);
	enum verdict v = V_OK;

	if (wanted || !blank(gap, len))
		v = emit(p, gap, len, why);
	if (v == V_OK && frame)
		v = emit_frame(p, record, kept(p, begin, end),
			(size_t)(end - begin), why);
	else if (v == V_OK && wanted)
		v = emit(p, kept(p, begin, end), (size_t)(end - begin), why);
	p->begin = end;
	forget(p, end);
	return v;
}

static enum verdict
follow(void *self, int record, int64_t begin, int64_t end, struct fault *why)
{
	struct repair *p = self;

	if (p->d->kind == FORMAT_XML)
		return on_record(p, record, begin, end, why);
	return on_line(p, record, begin, why);
}

/* --- totals --- */

struct bytes {
	const char *at;
	size_t left;
};

static enum verdict
from_memory(
	void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct bytes *b = self;

	(void)why;
	if (len > b->left)
		len = b->left;
	memcpy(bytes, b->at, len);
	b->at += len;
	b->left -= len;
	*len_out = len;
	return V_OK;
}

static enum verdict
ignore(void *self, int record, int64_t begin, int64_t end, struct fault *why)
{
	(void)self;
	(void)record;
	(void)begin;
	(void)end;
	(void)why;
	return V_OK;
}

static enum verdict
read_by_kind(struct reading *r, format_read_fn *read, void *read_self,
	int64_t *bytes, struct fault *why)
{
	enum verdict v = V_BROKEN;

	reading_part(r);
	switch (r->d->kind) {
	case FORMAT_XML:
		v = xml_read(r, read, read_self, why);
		break;
	case FORMAT_DELIMITED:
		v = delimited_read(r, read, read_self, why);
		break;
	case FORMAT_FIXED:
		v = fixed_read(r, read, read_self, why);
		break;
	}
	return v == V_OK ? reading_part_end(r, *bytes, why) : v;
}

static enum verdict
write_with_totals(struct repair *p, struct fault *why)
{
	struct reading *r = reading_new(p->d, &any_day, &nobody);
	struct bytes b = { p->out.bytes, p->out.len };
	int64_t bytes = (int64_t)p->out.len;
	struct buf made = BUF_MAX(REPAIR_BYTES_MAX);
	size_t i, at = 0;
	enum verdict v;

	r->follow = ignore;
	v = read_by_kind(r, from_memory, &b, &bytes, why);
	for (i = 0; v == V_OK && i < p->span_count; i++) {
		const struct span *s = &p->spans[i];
		char *line = mem_new(s->len + 1);

		memcpy(line, p->out.bytes + s->from, s->len);
		line[s->len] = '\0';
		buf_reset(&made);
		v = patch_totals(
			r, s->record, p->names, line, s->len, &made, why);
		free(line);
		if (v == V_OK && s->from > at)
			v = p->write(p->write_self, p->out.bytes + at,
				s->from - at, why);
		if (v == V_OK && made.len > 0)
			v = p->write(p->write_self, made.bytes, made.len, why);
		at = s->from + s->len;
	}
	if (v == V_OK && p->out.len > at)
		v = p->write(
			p->write_self, p->out.bytes + at, p->out.len - at, why);
	buf_done(&made);
	reading_free(r);
	return v;
}

static bool
has_totals(const struct definition *d)
{
	int i;

	for (i = 0; i < d->control_count; i++)
		if (d->controls[i].total >= 0)
			return true;
	return false;
}

/* The payload's size is known when it was read to its end. */
struct counted {
	struct repair *repair;
	int64_t bytes;
};

static enum verdict
counted(void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct counted *c = self;
	enum verdict v;

	v = keep(c->repair, bytes, len, len_out, why);
	if (v == V_OK)
		c->bytes += (int64_t)*len_out;
	return v;
}

enum verdict
format_repair(const struct definition *definition, format_read_fn *read,
	void *read_self, const struct format_piece *pieces, size_t count,
	enum verdict (*write)(
		void *self, const void *bytes, size_t len, struct fault *why),
	void *write_self, struct fault *why)
{
	struct repair p = { .d = definition,
		.read = read,
		.read_self = read_self,
		.write = write,
		.write_self = write_self,
		.pieces = pieces,
		.count = count,
		.begin = -1,
		.totals = has_totals(definition),
		.out = BUF_MAX(REPAIR_BYTES_MAX) };
	struct counted c = { &p, 0 };
	enum verdict v;
	int i;

	for (i = 0; i < DEFINITION_RECORDS_MAX; i++)
		p.above[i] = BUF_MAX(REPAIR_BYTES_MAX);
	p.reading = reading_new(definition, &any_day, &nobody);
	p.reading->follow = follow;
	p.reading->follow_self = &p;
	v = read_by_kind(p.reading, counted, &c, &c.bytes, why);
	if (v == V_OK && p.totals)
		v = write_with_totals(&p, why);
	reading_free(p.reading);
	for (i = 0; i < DEFINITION_RECORDS_MAX; i++)
		buf_done(&p.above[i]);
	buf_done(&p.out);
	free(p.names);
	free(p.kept);
	return v;
}
