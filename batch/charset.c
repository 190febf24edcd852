/* batch/charset.c - see batch/charset.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "batch/charset.h"

#define TEXT_MAX 65536 /* bytes; far above what a line can be */

/* What no letter with marks is; by code. */
static const struct {
	uint32_t code;
	const char *text;
} others[] = {
	{ 0xa0, " " },
	{ 0xa1, "" },
	{ 0xab, "\"" },
	{ 0xb0, "o" },
	{ 0xb4, "'" },
	{ 0xb7, "." },
	{ 0xbb, "\"" },
	{ 0xbf, "" },
	{ 0xc6, "AE" },
	{ 0xd0, "D" },
	{ 0xd7, "x" },
	{ 0xd8, "O" },
	{ 0xde, "Th" },
	{ 0xdf, "ss" },
	{ 0xe6, "ae" },
	{ 0xf0, "d" },
	{ 0xf8, "o" },
	{ 0xfe, "th" },
	{ 0x110, "D" },
	{ 0x111, "d" },
	{ 0x126, "H" },
	{ 0x127, "h" },
	{ 0x131, "i" },
	{ 0x132, "IJ" },
	{ 0x133, "ij" },
	{ 0x138, "k" },
	{ 0x141, "L" },
	{ 0x142, "l" },
	{ 0x149, "'n" },
	{ 0x14a, "N" },
	{ 0x14b, "n" },
	{ 0x152, "OE" },
	{ 0x153, "oe" },
	{ 0x166, "T" },
	{ 0x167, "t" },
	{ 0x192, "f" },
	{ 0x1e9e, "SS" },
	{ 0x2010, "-" },
	{ 0x2011, "-" },
	{ 0x2012, "-" },
	{ 0x2013, "-" },
	{ 0x2014, "-" },
	{ 0x2018, "'" },
	{ 0x2019, "'" },
	{ 0x201a, "'" },
	{ 0x201c, "\"" },
	{ 0x201d, "\"" },
	{ 0x201e, "\"" },
	{ 0x2026, "..." },
	{ 0x20ac, "EUR" },
	{ 0x2116, "No" },
};

/* Capitals from U+0391; the hole is the place of the final sigma. */
static const char *const greek[] = { "A", "V", "G", "D", "E", "Z", "I", "Th",
	"I", "K", "L", "M", "N", "X", "O", "P", "R", "S", "S", "T", "Y", "F",
	"Ch", "Ps", "O" };

/* Capitals from U+0400. */
static const char *const cyrillic[] = { "E", "E", "D", "G", "Ie", "Dz", "I",
	"I", "J", "Lj", "Nj", "C", "K", "I", "U", "Dz", "A", "B", "V", "G", "D",
	"E", "Zh", "Z", "I", "I", "K", "L", "M", "N", "O", "P", "R", "S", "T",
	"U", "F", "Kh", "Ts", "Ch", "Sh", "Shch", "Ie", "Y", "", "E", "Iu",
	"Ia" };

#define GREEK 0x391
#define GREEK_SMALL 0x3b1
#define GREEK_COUNT (sizeof(greek) / sizeof(greek[0]))
#define CYRILLIC 0x400
#define CYRILLIC_SMALL 0x430  /* of those from U+0410 */
#define CYRILLIC_SMALL2 0x450 /* of the first sixteen */
#define CYRILLIC_COUNT (sizeof(cyrillic) / sizeof(cyrillic[0]))

_Static_assert(GREEK_COUNT == 0x3a9 - GREEK + 1, "to omega");
_Static_assert(CYRILLIC_COUNT == 0x42f - CYRILLIC + 1, "to ya");

static bool
between(uint32_t code, uint32_t from, size_t count)
{
	return code >= from && code < from + count;
}

static bool
has(enum address_charset set, uint32_t c)
{
	if (c < 0x7f || set == ADDRESS_UNICODE)
		return true;
	switch (set) {
	case ADDRESS_ASCII:
		return false;
	case ADDRESS_LATIN1:
		return c > 0xa0 && c <= 0xff;
	case ADDRESS_LATIN:
		return (c > 0xa0 && c <= 0x24f) || between(c, 0x1e00, 0x100) ||
		       c == 0x20ac || between(c, 0x2013, 2) ||
		       between(c, 0x2018, 3) || between(c, 0x201c, 3);
	case ADDRESS_UNICODE:
		break;
	}
	return true;
}

/* The letters of a foreign alphabet; *small_out: to be written small. */
static const char *
alphabet(uint32_t c, bool *small_out)
{
	*small_out = true;
	if (between(c, GREEK_SMALL, GREEK_COUNT))
		return greek[c - GREEK_SMALL];
	if (between(c, CYRILLIC_SMALL, CYRILLIC_COUNT - 16))
		return cyrillic[c - CYRILLIC_SMALL + 16];
	if (between(c, CYRILLIC_SMALL2, 16))
		return cyrillic[c - CYRILLIC_SMALL2];
	if (c == 0x491)
		return "G";
	*small_out = false;
	if (between(c, GREEK, GREEK_COUNT))
		return greek[c - GREEK];
	if (between(c, CYRILLIC, CYRILLIC_COUNT))
		return cyrillic[c - CYRILLIC];
	return c == 0x490 ? "G" : NULL;
}

static void
add_small(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++)
		buf_format(out, "%c",
			*text >= 'A' && *text <= 'Z' ? *text - 'A' + 'a'
						     : *text);
}

/* A character that the set does not have; false: it has no replacement. */
static bool
replace(uint32_t c, enum address_charset set, struct buf *out)
{
	const char *letters;
	char bytes[4];
	uint32_t base;
	bool small;
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (others[i].code == c) {
			buf_text(out, others[i].text);
			return true;
		}
	letters = alphabet(c, &small);
	if (letters != NULL && small)
		add_small(out, letters);
	else if (letters != NULL)
		buf_text(out, letters);
	if (letters != NULL || between(c, 0x300, 0x70)) /* a lone mark */
		return true;
	base = text_base(c);
	if (base == c)
		return false;
	if (!has(set, base))
		return replace(base, set, out);
	buf_add(out, bytes, text_put(base, bytes));
	return true;
}

const char *
charset_text(const char *text, enum address_charset set, struct arena *mem,
	struct charset_count *count)
{
	struct buf out = BUF_MAX(TEXT_MAX);
	const char *made;
	uint32_t c;
	size_t n;

	if (text_plain(text, strlen(text)) || set == ADDRESS_UNICODE)
		return text;
	text = text_nfc(mem, text);
	for (; (n = text_next(text, &c)) > 0; text += n) {
		if (has(set, c)) {
			buf_add(&out, text, n);
		} else if (replace(c, set, &out)) {
			count->replaced++;
		} else {
			count->unknown++;
			buf_text(&out, "?");
		}
	}
	made = arena_text(mem, out.len == 0 ? "" : out.bytes, out.len);
	buf_done(&out);
	return made;
}
