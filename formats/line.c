/* formats/line.c - see formats/line.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "formats/line.h"

#define WINDOW_BYTES ((size_t)1000000)

_Static_assert(NEWLINES_ANY == (int)NEWLINE_ANY &&
		       NEWLINES_CRLF == (int)NEWLINE_CRLF &&
		       NEWLINES_LF == (int)NEWLINE_LF,
	"the rules of a definition and of its lines are the same");

enum verdict
lines_refuse(struct lines *l, size_t into, enum code code, struct fault *why,
	const char *reason)
{
	int64_t line = l->line;
	size_t i;

	assert(into <= l->left);
	for (i = 0; i < into; i++)
		line += l->at[i] == '\n';
	(void)fault_set(why, V_BROKEN, code, "%s", reason);
	fault_at(why, "line %" PRId64 ", byte %" PRId64, line,
		l->offset + (int64_t)into);
	return V_BROKEN;
}

/* Fill the whole window: a line that was taken apart half is begun again, and
 * small reads would make that slow.
 */
enum verdict
lines_more(struct lines *l, struct fault *why)
{
	if (l->left > 0 && l->at != l->block)
		memmove(l->block, l->at, l->left);
	if (l->size - l->left < WINDOW_BYTES) {
		l->size = l->size * 2 + WINDOW_BYTES;
		l->block = mem_grow(l->block, l->size + LINES_PAD);
	}
	l->at = l->block;
	while (!l->whole && l->left < l->size) {
		size_t got = 0;
		enum verdict v = l->read(l->read_self, l->block + l->left,
			l->size - l->left, &got, why);

		if (v != V_OK)
			return v;
		assert(got <= l->size - l->left);
		l->left += got;
		l->whole = got == 0;
	}
	memset(l->block + l->left, 0, LINES_PAD);
	return V_OK;
}

/* Two bytes a character show as a NUL in every other place. */
static bool
utf16(const char *p, size_t len)
{
	if (len < 2)
		return false;
	return memcmp(p, "\xff\xfe", 2) == 0 || memcmp(p, "\xfe\xff", 2) == 0 ||
	       (p[0] == '\0') != (p[1] == '\0');
}

static enum verdict
look_at_start(struct lines *l, const struct definition *d, struct fault *why)
{
	if (utf16(l->at, l->left))
		return lines_refuse(l, 0, CODE_BOM, why,
			"the file is UTF-16 (\"Unicode\"): save it in the "
			"encoding of the layout");
	if (l->left < 3 || memcmp(l->at, "\xef\xbb\xbf", 3) != 0)
		return V_OK;
	if (!d->bom || l->encoding != ENCODING_UTF8)
		return lines_refuse(l, 0, CODE_BOM, why,
			"the file begins with a byte order mark of UTF-8, "
			"which the layout does not allow");
	lines_take(l, 3, 0);
	return V_OK;
}

enum verdict
lines_open(struct lines *l, const struct definition *d, format_read_fn *read,
	void *read_self, struct fault *why)
{
	bool known;
	enum verdict v;

	*l = (struct lines){ .line = 1, .read = read, .read_self = read_self };
	known = encoding_find(
		d->encoding == NULL ? "utf-8" : d->encoding, &l->encoding);
	assert(known);
	(void)known;
	if (d->newline != NEWLINE_NONE)
		l->rule = (enum newline_rule)d->newline;
	v = lines_more(l, why);
	return v == V_OK ? look_at_start(l, d, why) : v;
}

void
lines_close(struct lines *l)
{
	free(l->block);
	l->block = NULL;
}

void
lines_take(struct lines *l, size_t bytes, int64_t newlines)
{
	assert(bytes <= l->left && newlines >= 0);
	l->at += bytes;
	l->left -= bytes;
	l->offset += (int64_t)bytes;
	l->line += newlines;
}

enum verdict
lines_ended(struct lines *l, int64_t bytes, enum code code, struct fault *why)
{
	assert(bytes == 1 || bytes == 2);
	if (l->newline == 0) {
		l->newline = bytes;
		if ((l->rule == NEWLINES_LF && bytes == 2) ||
			(l->rule == NEWLINES_CRLF && bytes == 1))
			return lines_refuse(l, 0, code, why,
				bytes == 2 ? "lines end with CR LF, in the "
					     "layout with LF"
					   : "lines end with LF, in the "
					     "layout with CR LF");
	}
	if (l->newline != bytes)
		return lines_refuse(l, 0, code, why,
			"some lines end with CR LF and some with LF");
	return V_OK;
}

enum verdict
lines_sound(struct lines *l, size_t bytes, bool *ascii_out, struct fault *why)
{
	size_t n = encoding_ascii(l->at, bytes);

	assert(bytes <= l->left);
	*ascii_out = n == bytes;
	if (n == bytes)
		return V_OK;
	n += encoding_sound(l->encoding, l->at + n, bytes - n);
	if (n == bytes)
		return V_OK;
	return lines_refuse(l, n, CODE_ENCODING, why,
		l->at[n] == '\0' ? "a NUL byte: this is no text"
		: l->encoding == ENCODING_UTF8
			? "bytes that are not UTF-8; perhaps the file is "
			  "ISO-8859-1 or windows-1252"
			: "a byte that stands for no character in the "
			  "encoding of the layout");
}
