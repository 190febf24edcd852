/* base/text.c - see base/text.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/arena.h"
#include "base/text.h"

/* Eight bytes of 0x20 to 0x7e; false when that is not quite sure. */
static bool
printable(uint64_t w)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);

	return (((w - ones * 0x20) | (w + ones) | w) & ones << 7) == 0;
}

static uint64_t
eight(const char *bytes)
{
	uint64_t w;

	memcpy(&w, bytes, sizeof(w));
	return w;
}

/* The last word laps over the one before, so that no byte is looked at alone.
 */
bool
text_plain(const char *text, size_t bytes)
{
	const unsigned char *t = (const unsigned char *)text;
	uint32_t a, b;
	size_t i;

	if (bytes >= sizeof(uint64_t)) {
		for (i = 0; i + sizeof(uint64_t) < bytes; i += sizeof(uint64_t))
			if (!printable(eight(text + i)))
				return false;
		return printable(eight(text + bytes - sizeof(uint64_t)));
	}
	if (bytes >= sizeof(a)) {
		memcpy(&a, text, sizeof(a));
		memcpy(&b, text + bytes - sizeof(b), sizeof(b));
		return printable((uint64_t)a << 32 | b);
	}
	return bytes == 0 ||
	       printable(UINT64_C(0x2020202020000000) | (uint64_t)t[0] |
			 (uint64_t)t[bytes / 2] << 8 |
			 (uint64_t)t[bytes - 1] << 16);
}

int64_t
text_chars(const char *text, size_t bytes)
{
	const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)text;
	int64_t chars = 0;
	size_t i = 0, next = 0;

	if (text_plain(text, bytes))
		return (int64_t)bytes;
	while (i < bytes) {
		utf8proc_int32_t c;
		utf8proc_ssize_t n;

		/* Nearly all text is ASCII; the library is for the rest.  A
		 * word that is not is looked at byte by byte, then the next.
		 */
		if (i >= next && bytes - i >= sizeof(uint64_t)) {
			if (printable(eight(text + i))) {
				i += sizeof(uint64_t);
				chars += (int64_t)sizeof(uint64_t);
				continue;
			}
			next = i + sizeof(uint64_t);
		}
		if ((p[i] >= 0x20 && p[i] < 0x7f) || p[i] == '\n') {
			i++;
			chars++;
			continue;
		}
		n = utf8proc_iterate(p + i, (utf8proc_ssize_t)(bytes - i), &c);
		if (n <= 0)
			return -1;
		if (c < 0x20 && c != '\t' && c != '\r')
			return -1;
		if (c >= 0x7f && c < 0xa0)
			return -1;
		i += (size_t)n;
		chars++;
	}
	return chars;
}

/* Nothing below U+0300 can change: nothing there combines, and what combines
 * stands above it.  Its lead byte in UTF-8 is 0xcc.
 */
static bool
composed(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text >= 0xcc)
			return false;
	return true;
}

const char *
text_nfc(struct arena *mem, const char *text)
{
	utf8proc_uint8_t *made;
	char *copy;

	if (composed(text))
		return text;
	made = utf8proc_NFC((const utf8proc_uint8_t *)text);
	if (made == NULL)
		return text;
	copy = arena_text(mem, made, strlen((const char *)made));
	free(made);
	return copy;
}

char *
text_upper(struct arena *mem, const char *text)
{
	size_t len = strlen(text), i = 0, n = 0;
	utf8proc_uint8_t *out = arena_alloc(mem, len * 2 + 8);

	while (i < len && n < len * 2) {
		utf8proc_int32_t c;
		utf8proc_ssize_t used =
			utf8proc_iterate((const utf8proc_uint8_t *)text + i,
				(utf8proc_ssize_t)(len - i), &c);

		if (used <= 0)
			break;
		i += (size_t)used;
		n += (size_t)utf8proc_encode_char(utf8proc_toupper(c), out + n);
	}
	out[n] = '\0';
	return (char *)out;
}

size_t
text_next(const char *text, uint32_t *code_out)
{
	utf8proc_int32_t c;
	utf8proc_ssize_t n;

	if (text[0] == '\0')
		return 0;
	n = utf8proc_iterate((const utf8proc_uint8_t *)text,
		(utf8proc_ssize_t)strnlen(text, 4), &c);
	if (n <= 0)
		return 0;
	*code_out = (uint32_t)c;
	return (size_t)n;
}

size_t
text_put(uint32_t code, char out[4])
{
	utf8proc_uint8_t bytes[4];
	utf8proc_ssize_t n =
		utf8proc_encode_char((utf8proc_int32_t)code, bytes);

	assert(n > 0 && n <= 4);
	memcpy(out, bytes, (size_t)n);
	return (size_t)n;
}

uint32_t
text_base(uint32_t code)
{
	enum {
		PARTS = 8
	};
	utf8proc_int32_t part[PARTS];
	int boundary = 0;
	utf8proc_ssize_t n, i;

	n = utf8proc_decompose_char((utf8proc_int32_t)code, part, PARTS,
		UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT, &boundary);
	if (n < 1 || n > PARTS)
		return code;
	for (i = 1; i < n; i++)
		if (utf8proc_category(part[i]) != UTF8PROC_CATEGORY_MN)
			return code;
	return (uint32_t)part[0];
}

bool
text_digits(const char *text)
{
	return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

bool
text_number(const char *text, int64_t max, int64_t *out)
{
	int64_t n = 0;

	assert(max >= 0 && max <= INT64_MAX / 10 - 9);
	if (!text_digits(text))
		return false;
	for (; *text != '\0'; text++) {
		n = n * 10 + (*text - '0');
		if (n > max)
			return false;
	}
	*out = n;
	return true;
}

char *
text_trim(char *text)
{
	size_t len, from = strspn(text, " \t\r\n");

	len = strlen(text + from);
	while (len > 0 && strchr(" \t\r\n", text[from + len - 1]) != NULL)
		len--;
	memmove(text, text + from, len);
	text[len] = '\0';
	return text;
}
