/* tests/fuzz/reader.h - any bytes through the reader of one definition
 *
 * What must hold for every input: places only go forward and stay in the file,
 * texts are UTF-8, a refused file has a code, and the counts agree with what
 * was told.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef TESTS_FUZZ_READER_H
#define TESTS_FUZZ_READER_H

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encoding.h"
#include "formats/format.h"

struct fuzz_seen {
	const uint8_t *bytes;
	size_t len, at;
	int64_t letters, rejected, warnings;
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static inline void
fuzz_utf8(const char *text)
{
	size_t len = text == NULL ? 0 : strlen(text);

	assert(encoding_sound(ENCODING_UTF8, text, len) == len);
}

static inline enum verdict
fuzz_letter(void *self, struct letter *l, struct arena *mem, struct fault *why)
{
	struct fuzz_seen *s = self;

	(void)mem;
	(void)why;
	s->letters++;
	assert(l->offset >= 0 && l->bytes >= 0);
	assert((size_t)(l->offset + l->bytes) <= s->len);
	fuzz_utf8(l->reference);
	fuzz_utf8(l->subject);
	fuzz_utf8(l->text);
	fuzz_utf8(l->address.name);
	return V_OK;
}

static inline enum verdict
fuzz_reject(void *self, const struct letter *l, const struct rejection *r,
	struct fault *why)
{
	struct fuzz_seen *s = self;

	(void)l;
	(void)why;
	if (r->warning)
		s->warnings++;
	else
		s->rejected++;
	assert(r->code != CODE_NONE && r->field != NULL && r->reason != NULL);
	assert(r->offset >= 0 && (size_t)r->offset <= s->len);
	assert((size_t)(r->offset + r->bytes) <= s->len);
	fuzz_utf8(r->reason);
	return V_OK;
}

static inline enum verdict
fuzz_give(
	void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct fuzz_seen *s = self;
	size_t n = s->len - s->at;

	(void)why;
	if (n > len)
		n = len;
	if (n > 1 && s->len % 3 == 0)
		n = 1 + n / 2;
	memcpy(bytes, s->bytes + s->at, n);
	s->at += n;
	*len_out = n;
	return V_OK;
}

static inline int
fuzz_read(const char *definition, const uint8_t *bytes, size_t len)
{
	static struct definition *d;
	static const struct format_context context = { .today = 20500 };
	struct fuzz_seen seen = { .bytes = bytes, .len = len };
	struct format_sink sink = { &seen, fuzz_letter, fuzz_reject };
	struct fault why = FAULT_NONE;
	struct format_counts counts;
	struct format *format;
	enum verdict v;

	if (d == NULL && definition_parse("fuzz.yaml", definition,
				 strlen(definition), &d, &why) != V_OK) {
		fprintf(stderr, "%s: %s\n", why.place, why.text);
		abort();
	}
	format = format_begin(d, &context, &sink);
	v = format_part(format, fuzz_give, &seen, &why);
	format_end(format, &counts);
	assert(v == V_OK || (v == V_BROKEN && why.code != CODE_NONE));
	assert(counts.letters == seen.letters);
	assert(counts.rejected == seen.rejected);
	assert(counts.warnings == seen.warnings);
	return 0;
}

#endif
