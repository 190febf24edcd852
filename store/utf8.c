/* store/utf8.c - see store/utf8.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdint.h>
#include <string.h>

#include "store/utf8.h"

#define ONES UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

/* Length of the character at `at`, 0 when it is none: no overlong form, no
 * surrogate, nothing above U+10FFFF.
 */
static size_t
character(const uint8_t *at, size_t left)
{
	static const struct {
		uint8_t first, last, from, to; /* range of the second byte */
		size_t len;
	} forms[] = {
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	size_t i, n;

	if (at[0] != 0 && at[0] < 0x80)
		return 1;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (at[0] < forms[i].first || at[0] > forms[i].last)
			continue;
		if (left < forms[i].len || at[1] < forms[i].from ||
			at[1] > forms[i].to)
			return 0;
		for (n = 2; n < forms[i].len; n++)
			if ((at[n] & 0xc0) != 0x80)
				return 0;
		return forms[i].len;
	}
	return 0;
}

size_t
utf8_good(const char *text, size_t len)
{
	const uint8_t *bytes = (const uint8_t *)text;
	size_t at = 0, n;
	uint64_t eight;

	while (at < len) {
		/* Most of it is ASCII, and not NUL. */
		for (; len - at >= sizeof(eight); at += sizeof(eight)) {
			memcpy(&eight, bytes + at, sizeof(eight));
			if (((eight - ONES) | eight) & HIGHS)
				break;
		}
		while (at < len && bytes[at] < 0x80 && bytes[at] != 0)
			at++;
		if (at == len)
			break;
		n = character(bytes + at, len - at);
		if (n == 0)
			break;
		at += n;
	}
	return at;
}

void
utf8_mend(char *text, size_t len)
{
	size_t at = utf8_good(text, len);

	while (at < len) {
		text[at++] = '?';
		at += utf8_good(text + at, len - at);
	}
}
