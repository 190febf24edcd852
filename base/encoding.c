/* base/encoding.c - see base/encoding.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/encoding.h"

/* What windows-1252 has at 0x80 to 0x9f; 0 is nothing. */
static const uint16_t cp1252[32] = { 0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026,
	0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0, 0,
	0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122,
	0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178 };

bool
encoding_find(const char *name, enum encoding *encoding_out)
{
	static const char *const names[] = { [ENCODING_UTF8] = "utf-8",
		[ENCODING_LATIN1] = "iso-8859-1",
		[ENCODING_CP1252] = "windows-1252" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0) {
			*encoding_out = (enum encoding)i;
			return true;
		}
	return false;
}

size_t
encoding_ascii(const char *bytes, size_t len)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	const uint64_t highs = ones << 7;
	size_t i = 0;
	uint64_t w;

	for (; len - i >= sizeof(w); i += sizeof(w)) {
		memcpy(&w, bytes + i, sizeof(w));
		/* A high bit, or a zero byte, which borrows one. */
		if (((w | (w - ones)) & highs) != 0)
			break;
	}
	while (i < len && bytes[i] != '\0' && (unsigned char)bytes[i] < 0x80)
		i++;
	return i;
}

/* Bytes of the sequence at `p`, 0 when it is not sound. */
static size_t
sequence(const unsigned char *p, size_t left)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t n, i;

	if (p[0] < 0x80)
		return p[0] != 0;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (left < n)
		return 0;
	/* The second byte is where overlong forms and surrogates show. */
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (i = 2; i < n; i++)
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	return n;
}

size_t
encoding_sound(enum encoding encoding, const char *bytes, size_t len)
{
	size_t i = 0, n;

	while (i < len) {
		unsigned char c;

		i += encoding_ascii(bytes + i, len - i);
		if (i == len)
			break;
		c = (unsigned char)bytes[i];
		if (encoding == ENCODING_UTF8)
			n = sequence((const unsigned char *)bytes + i, len - i);
		else
			n = c != 0 &&
			    (encoding == ENCODING_LATIN1 || c >= 0xa0 ||
				    cp1252[c - 0x80] != 0);
		if (n == 0)
			break;
		i += n;
	}
	return i;
}

static size_t
put(unsigned c, char *to)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	to[0] = (char)(0xe0 | c >> 12);
	to[1] = (char)(0x80 | (c >> 6 & 0x3f));
	to[2] = (char)(0x80 | (c & 0x3f));
	return 3;
}

size_t
encoding_utf8(enum encoding encoding, const char *from, size_t len, char *to)
{
	size_t i, n = 0;

	if (encoding == ENCODING_UTF8) {
		memcpy(to, from, len);
		return len;
	}
	for (i = 0; i < len; i++) {
		unsigned c = (unsigned char)from[i];

		if (encoding == ENCODING_CP1252 && c >= 0x80 && c < 0xa0)
			c = cp1252[c - 0x80];
		assert(c != 0);
		n += put(c, to + n);
	}
	return n;
}
