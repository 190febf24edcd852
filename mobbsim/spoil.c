/* mobbsim/spoil.c - see mobbsim/spoil.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "mobbsim/spoil.h"

#define KINDS (SPOIL_INDEX + 1)
#define SCRATCH_MAX ((size_t)64 << 20)
#define CTRL_Z "\x1a"
#define BOM "\xef\xbb\xbf"

/* A code for each kind of file; CODE_NONE where it makes no sense. */
static const struct {
	const char *name;
	enum code code[KINDS];
} kinds[SPOIL_COUNT] = {
	[SPOIL_TRAILER_COUNT] = { "trailer-count",
		{ [SPOIL_DELIMITED] = CODE_TOTALS,
			[SPOIL_FIXED] = CODE_TOTALS } },
	[SPOIL_TRAILER_SUM] = { "trailer-sum",
		{ [SPOIL_DELIMITED] = CODE_TOTALS,
			[SPOIL_FIXED] = CODE_TOTALS } },
	[SPOIL_HASH_TOTAL] = { "hash-total", { [SPOIL_FIXED] = CODE_TOTALS } },
	[SPOIL_NO_TRAILER] = { "no-trailer",
		{ [SPOIL_DELIMITED] = CODE_TOTALS,
			[SPOIL_FIXED] = CODE_TOTALS } },
	[SPOIL_CUT] = { "cut", { [SPOIL_XML] = CODE_NOT_XML,
				       [SPOIL_DELIMITED] = CODE_TOTALS,
				       [SPOIL_FIXED] = CODE_RECORD_LENGTH } },
	/* CODE_NONE and yet allowed: a remark */
	[SPOIL_BOM] = { "bom", { [SPOIL_FIXED] = CODE_BOM } },
	[SPOIL_UTF16] = { "utf16", { CODE_BOM, CODE_BOM, CODE_BOM, CODE_BOM } },
	[SPOIL_LATIN1] = { "latin1", { [SPOIL_XML] = CODE_ENCODING,
					     [SPOIL_DELIMITED] = CODE_ENCODING,
					     [SPOIL_INDEX] = CODE_ENCODING } },
	[SPOIL_UTF8] = { "utf8", { [SPOIL_FIXED] = CODE_RECORD_LENGTH } },
	[SPOIL_CTRL_Z] = { "ctrl-z",
		{ CODE_NOT_XML, CODE_COLUMNS, CODE_RECORD_LENGTH,
			CODE_COLUMNS } },
	[SPOIL_NEWLINES] = { "mixed-newlines",
		{ [SPOIL_DELIMITED] = CODE_COLUMNS,
			[SPOIL_FIXED] = CODE_RECORD_LENGTH,
			[SPOIL_INDEX] = CODE_COLUMNS } },
	[SPOIL_LENGTH] = { "record-length",
		{ [SPOIL_FIXED] = CODE_RECORD_LENGTH } },
	[SPOIL_SENDER] = { "wrong-sender",
		{ CODE_SENDER, CODE_SENDER, CODE_SENDER, CODE_NONE } },
	[SPOIL_ENVIRONMENT] = { "wrong-environment",
		{ [SPOIL_DELIMITED] = CODE_ENVIRONMENT,
			[SPOIL_FIXED] = CODE_ENVIRONMENT } },
	[SPOIL_FORMAT] = { "wrong-format",
		{ [SPOIL_DELIMITED] = CODE_FORMAT,
			[SPOIL_FIXED] = CODE_FORMAT } },
	[SPOIL_DOCTYPE] = { "doctype", { [SPOIL_XML] = CODE_DOCTYPE } },
	[SPOIL_ROOT] = { "wrong-root", { [SPOIL_XML] = CODE_ROOT } },
	[SPOIL_EMPTY] = { "empty",
		{ CODE_EMPTY, CODE_EMPTY, CODE_EMPTY, CODE_EMPTY } },
	[SPOIL_DOC_UNUSED] = { "doc-unused",
		{ CODE_DOCUMENT_UNUSED, CODE_DOCUMENT_UNUSED,
			CODE_DOCUMENT_UNUSED, CODE_DOCUMENT_UNUSED } },
	[SPOIL_DOC_TWICE] = { "doc-twice",
		{ CODE_DOCUMENT_TWICE, CODE_DOCUMENT_TWICE, CODE_DOCUMENT_TWICE,
			CODE_DOCUMENT_TWICE } },
	[SPOIL_PAGES] = { "pages-outside", { CODE_NONE } },
};

enum spoil
spoil_find(const char *name)
{
	enum spoil spoil;

	for (spoil = SPOIL_NONE + 1; spoil < SPOIL_COUNT; spoil++)
		if (strcmp(kinds[spoil].name, name) == 0)
			return spoil;
	return SPOIL_NONE;
}

bool
spoil_fits(enum spoil spoil, enum spoil_kind kind, bool pages)
{
	if (spoil == SPOIL_PAGES)
		return pages;
	return spoil == SPOIL_NONE || spoil == SPOIL_BOM ||
	       spoil_code(spoil, kind) != CODE_NONE;
}

enum code
spoil_code(enum spoil spoil, enum spoil_kind kind)
{
	assert(spoil < SPOIL_COUNT);
	return kinds[spoil].code[kind];
}

/* --- texts --- */

/* The next code point of valid UTF-8. */
static unsigned
next_point(const unsigned char *text, size_t *at)
{
	unsigned c = text[(*at)++];
	int more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;

	c &= more == 0 ? 0xffU : 0x3fU >> more;
	for (; more > 0; more--)
		c = c << 6 | (text[(*at)++] & 0x3fU);
	return c;
}

/* Everything written here is in the basic plane. */
static void
to_utf16(const struct buf *text, bool mark, struct buf *out)
{
	const unsigned char *bytes = (const unsigned char *)text->bytes;
	size_t at = 0;

	if (mark)
		buf_add(out, "\xff\xfe", 2);
	while (at < text->len) {
		unsigned c = next_point(bytes, &at);
		unsigned char pair[2] = { (unsigned char)c,
			(unsigned char)(c >> 8) };

		buf_add(out, pair, sizeof(pair));
	}
}

static void
to_latin1(const struct buf *text, struct buf *out)
{
	const unsigned char *bytes = (const unsigned char *)text->bytes;
	size_t at = 0;

	while (at < text->len) {
		unsigned c = next_point(bytes, &at);
		unsigned char one = (unsigned char)(c > 0xff ? '?' : c);

		buf_add(out, &one, 1);
	}
}

static void
to_utf8(const struct buf *text, struct buf *out)
{
	size_t i;

	for (i = 0; i < text->len; i++) {
		unsigned char c = (unsigned char)text->bytes[i];
		unsigned char two[2] = { (unsigned char)(0xc0 | c >> 6),
			(unsigned char)(0x80 | (c & 0x3f)) };

		if (c < 0x80)
			buf_add(out, &c, 1);
		else
			buf_add(out, two, 2);
	}
}

/* CR LF becomes LF, LF becomes CR LF. */
static void
other_newlines(const struct buf *text, struct buf *out)
{
	size_t i;

	for (i = 0; i < text->len; i++) {
		char c = text->bytes[i];

		if (c == '\r')
			continue;
		if (c == '\n' && (i == 0 || text->bytes[i - 1] != '\r'))
			buf_text(out, "\r");
		buf_add(out, &c, 1);
	}
}

/* The file ends in the middle of this record. */
static int64_t
cut_at(int64_t letters)
{
	return letters * 3 / 5 + 1;
}

/* One character less in the first line of a record in the middle. */
static void
shorter(const struct buf *text, struct buf *out)
{
	const char *end = memchr(text->bytes, '\r', text->len);
	size_t line = end == NULL ? text->len : (size_t)(end - text->bytes);

	assert(line > 0);
	buf_add(out, text->bytes, line - 1);
	buf_add(out, text->bytes + line, text->len - line);
}

void
spoil_text(enum spoil spoil, int64_t part, int64_t letters, size_t from,
	struct buf *out)
{
	struct buf text = BUF_MAX(SCRATCH_MAX);
	int64_t cut = cut_at(letters);

	assert(from <= out->len);
	buf_add(&text, out->bytes + from, out->len - from);
	out->len = from;
	if (spoil == SPOIL_UTF16)
		to_utf16(&text, part == SPOIL_HEAD, out);
	else if (spoil == SPOIL_LATIN1)
		to_latin1(&text, out);
	else if (spoil == SPOIL_UTF8)
		to_utf8(&text, out);
	else if (spoil == SPOIL_NEWLINES && part > 0 && part % 3 == 1)
		other_newlines(&text, out);
	else if (spoil == SPOIL_LENGTH && part == letters / 2 + 1)
		shorter(&text, out);
	else if (spoil == SPOIL_CUT && part == cut)
		buf_add(out, text.bytes, text.len / 3 + 1); /* no line end */
	else if (spoil != SPOIL_CUT || (part >= 0 && part < cut)) {
		if (spoil == SPOIL_BOM && part == SPOIL_HEAD)
			buf_text(out, BOM);
		buf_add(out, text.bytes, text.len);
		if (spoil == SPOIL_CTRL_Z && part == SPOIL_TAIL)
			buf_text(out, CTRL_Z);
	}
	buf_done(&text);
}
