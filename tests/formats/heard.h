/* tests/formats/heard.h - read a text by a definition and keep what was told
 *
 * Each letter and rejection becomes a line:
 *	letter 1 line 2 at 10+20: reference/text
 *	reject 2 line 3 at 30+5: MOBB-0121 field
 *	remark 0 line 0 at 0+0: MOBB-0401 field
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef TESTS_FORMATS_HEARD_H
#define TESTS_FORMATS_HEARD_H

#include <fcntl.h>
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
#include "base/file.h"
#include "formats/format.h"

struct heard {
	struct buf said;
	int letters, rejects, remarks;
	enum code code; /* of the last rejection or remark */
	char field[60], reason[200], text[400], name[200];
	int64_t line, offset;
	size_t documents, base64_len;
	char href[80], sha256[80];
	struct format_counts counts;
};

static inline enum verdict
heard_letter(void *self, struct letter *l, struct arena *mem, struct fault *why)
{
	struct heard *h = self;

	(void)mem;
	(void)why;
	h->letters++;
	buf_format(&h->said,
		"letter %" PRId64 " line %" PRId64 " at %" PRId64 "+%" PRId64
		": %s/%s\n",
		l->record, l->line, l->offset, l->bytes, l->reference,
		l->text == NULL ? "" : l->text);
	snprintf(
		h->text, sizeof(h->text), "%s", l->text == NULL ? "" : l->text);
	snprintf(h->name, sizeof(h->name), "%s",
		l->address.name == NULL ? "" : l->address.name);
	h->documents = l->document_count;
	if (l->document_count > 0) {
		const struct letter_document *d = &l->documents[0];

		snprintf(h->href, sizeof(h->href), "%s",
			d->href == NULL ? "" : d->href);
		snprintf(h->sha256, sizeof(h->sha256), "%s",
			d->sha256 == NULL ? "" : d->sha256);
		h->base64_len = d->base64_len;
	}
	return V_OK;
}

static inline enum verdict
heard_reject(void *self, const struct letter *l, const struct rejection *r,
	struct fault *why)
{
	struct heard *h = self;

	(void)l;
	(void)why;
	if (r->warning)
		h->remarks++;
	else
		h->rejects++;
	buf_format(&h->said,
		"%s %" PRId64 " line %" PRId64 " at %" PRId64 "+%" PRId64
		": MOBB-%04d %s\n",
		r->warning ? "remark" : "reject", r->record, r->line, r->offset,
		r->bytes, r->code, r->field);
	h->code = r->code;
	h->line = r->line;
	h->offset = r->offset;
	snprintf(h->field, sizeof(h->field), "%s", r->field);
	snprintf(h->reason, sizeof(h->reason), "%s", r->reason);
	return V_OK;
}

struct heard_bytes {
	const char *at;
	size_t left, piece;
};

static inline enum verdict
heard_give(
	void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct heard_bytes *b = self;

	(void)why;
	if (len > b->piece)
		len = b->piece;
	if (len > b->left)
		len = b->left;
	memcpy(bytes, b->at, len);
	b->at += len;
	b->left -= len;
	*len_out = len;
	return V_OK;
}

static inline struct definition *
heard_definition(const char *text)
{
	struct definition *d = NULL;
	struct fault why = FAULT_NONE;

	if (definition_parse("test.yaml", text, strlen(text), &d, &why) != V_OK)
		fail_msg("%s: %s", why.place, why.text);
	return d;
}

static inline void
heard_done(struct heard *h)
{
	buf_done(&h->said);
}

/* Twice: in small pieces, so that every seam is walked, and whole; both must
 * say the same.
 */
static inline enum verdict
heard_read(const struct definition *d, const char *text, size_t len,
	struct heard *h, struct fault *why)
{
	static const struct format_context context = { .today = 20000 };
	enum verdict v = V_OK;
	char *first = NULL;
	int turn;

	for (turn = 0; turn < 2; turn++) {
		struct format_sink sink = { h, heard_letter, heard_reject };
		struct heard_bytes b = { text, len, turn == 0 ? 7 : len + 1 };
		struct format *format;

		*h = (struct heard){ .said = BUF_MAX(1000000) };
		buf_text(&h->said, "");
		*why = FAULT_NONE;
		format = format_begin(d, &context, &sink);
		v = format_part(format, heard_give, &b, why);
		format_end(format, &h->counts);
		buf_format(&h->said, "%s", why->place);
		if (turn == 0)
			first = h->said.bytes;
	}
	assert_string_equal(first, h->said.bytes);
	free(first);
	return v;
}

/* A sample delivery by the definition of its kind; skips the test where the
 * samples are not.
 */
static inline enum verdict
heard_sample(const char *definition, const char *sample, struct heard *h,
	struct fault *why)
{
	const char *shared = getenv("MOBB_SHARED");
	struct buf layout = BUF_MAX(1000000), text = BUF_MAX(1000000);
	struct definition *d;
	char path[500];
	enum verdict v;

	snprintf(path, sizeof(path), "%s/samples/%s",
		shared == NULL ? "../shared" : shared, sample);
	if (file_get(AT_FDCWD, path, &text, why) != V_OK) {
		print_message("# the shared samples are not here\n");
		skip();
	}
	assert_int_equal(file_get(AT_FDCWD, definition, &layout, why), V_OK);
	d = heard_definition(layout.bytes);
	v = heard_read(d, text.bytes, text.len, h, why);
	definition_free(d);
	buf_done(&layout);
	buf_done(&text);
	return v;
}

#endif
