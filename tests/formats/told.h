/* tests/formats/told.h - read parts by a definition; what was told, in short
 *
 *	L1 ref		letter 1
 *	R2 0225 CP ref	record 2 rejected, code, field, reference
 *	W1 0303 soort ref	a remark
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef TESTS_FORMATS_TOLD_H
#define TESTS_FORMATS_TOLD_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "formats/format.h"

#define TODAY 20500 /* 2026-02-16 */

struct told {
	struct buf said;
	struct buf extents; /* "offset+bytes line reason" of each rejection */
	struct format_counts counts;
	struct fault why;
	struct format_piece pieces[100]; /* of what was rejected */
	size_t piece_count;
	/* the last letter; its texts are in `mem` */
	struct letter letter;
	struct arena mem;
};

static const char *
told_copy(struct told *t, const char *text)
{
	return text == NULL ? NULL : arena_text(&t->mem, text, strlen(text));
}

static enum verdict
told_letter(void *self, struct letter *l, struct arena *mem, struct fault *why)
{
	struct told *t = self;
	struct letter *k = &t->letter;
	size_t i;

	(void)mem;
	(void)why;
	buf_format(&t->said, "L%" PRId64 " %s\n", l->record, l->reference);
	*k = *l;
	k->key = told_copy(t, l->key);
	k->reference = told_copy(t, l->reference);
	k->subject = told_copy(t, l->subject);
	k->text = told_copy(t, l->text);
	k->type = told_copy(t, l->type);
	k->address.name = told_copy(t, l->address.name);
	k->address.attention = told_copy(t, l->address.attention);
	k->address.street = told_copy(t, l->address.street);
	k->address.number = told_copy(t, l->address.number);
	for (i = 0; i < l->document_count; i++) {
		k->documents[i].href = told_copy(t, l->documents[i].href);
		k->documents[i].title = told_copy(t, l->documents[i].title);
	}
	return V_OK;
}

static enum verdict
told_reject(void *self, const struct letter *l, const struct rejection *r,
	struct fault *why)
{
	struct told *t = self;

	(void)l;
	(void)why;
	buf_format(&t->said, "%c%" PRId64 " %04d %s%s%s\n",
		r->warning ? 'W' : 'R', r->record, (int)r->code, r->field,
		r->reference[0] == '\0' ? "" : " ", r->reference);
	if (r->warning)
		return V_OK;
	buf_format(&t->extents, "%" PRId64 "+%" PRId64 " %" PRId64 " %s\n",
		r->offset, r->bytes, r->line, r->reason);
	if (t->piece_count < 100)
		t->pieces[t->piece_count++] =
			(struct format_piece){ r->offset, r->bytes };
	return V_OK;
}

struct told_bytes {
	const char *at;
	size_t left;
};

static enum verdict
told_give(
	void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct told_bytes *b = self;

	(void)why;
	if (len > 33) /* so that seams are walked */
		len = 33;
	if (len > b->left)
		len = b->left;
	memcpy(bytes, b->at, len);
	b->at += len;
	b->left -= len;
	*len_out = len;
	return V_OK;
}

static struct definition *
told_definition(const char *text)
{
	struct definition *d = NULL;
	struct fault why = FAULT_NONE;

	if (definition_parse("test.yaml", text, strlen(text), &d, &why) != V_OK)
		fail_msg("%s: %s", why.place, why.text);
	return d;
}

static void
told_done(struct told *t)
{
	buf_done(&t->said);
	buf_done(&t->extents);
	arena_done(&t->mem);
}

/* Read one or two parts (the second may be NULL). */
static enum verdict
told_parts(const struct definition *d, const struct format_context *context,
	const char *first, const char *second, struct told *t)
{
	static const struct format_context plain = { .today = TODAY };
	struct format_sink sink = { t, told_letter, told_reject };
	struct told_bytes b = { first, strlen(first) };
	struct format *format;
	enum verdict v;

	*t = (struct told){ .said = BUF_MAX(4000000),
		.extents = BUF_MAX(4000000),
		.why = FAULT_NONE,
		.mem = ARENA_EMPTY };
	buf_text(&t->said, "");
	buf_text(&t->extents, "");
	format = format_begin(d, context == NULL ? &plain : context, &sink);
	v = format_part(format, told_give, &b, &t->why);
	if (v == V_OK && second != NULL) {
		b = (struct told_bytes){ second, strlen(second) };
		v = format_part(format, told_give, &b, &t->why);
	}
	format_end(format, &t->counts);
	return v;
}

static enum verdict
told_read(const struct definition *d, const char *text, struct told *t)
{
	return told_parts(d, NULL, text, NULL, t);
}

/* The text is read, and this is what is told. */
static inline void
told_says(const struct definition *d, const char *text, const char *said)
{
	struct told t;
	enum verdict v = told_read(d, text, &t);

	if (v != V_OK)
		fail_msg("MOBB-%04d %s", (int)t.why.code, t.why.text);
	assert_string_equal(t.said.bytes, said);
	told_done(&t);
}

/* The text is refused with this code. */
static inline void
told_refused(const struct definition *d, const char *text, enum code code)
{
	struct told t;

	if (told_read(d, text, &t) != V_BROKEN)
		fail_msg("not refused: %s", t.said.bytes);
	if (t.why.code != code)
		fail_msg("MOBB-%04d %s", (int)t.why.code, t.why.text);
	told_done(&t);
}

#endif
