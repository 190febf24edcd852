/* formats/boxtext.c - the text of a letter as the Berichtenbox wants it
 *
 * Most of a text stays as it is: run() copies it in blocks, up to what the
 * Berichtenbox wants otherwise.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "formats/block.h"
#include "formats/reading.h"

/* A line break becomes four characters; a URL gets two blanks. */
#define GROWTH 4

struct writer {
	char *start, *to;
	bool blank;    /* one is due before what comes */
	bool url;      /* what was put last is one */
	size_t breaks; /* due before the blank */
};

/* Bytes of a character that is no text: control characters (also U+0080 to
 * U+009F), 0 when it is one.
 */
static size_t
control_bytes(const char *p)
{
	unsigned char c = (unsigned char)p[0];

	if (c < 0x20 || c == 0x7f)
		return 1;
	if (c == 0xc2 && (unsigned char)p[1] >= 0x80 &&
		(unsigned char)p[1] < 0xa0)
		return 2;
	return 0;
}

static inline size_t
break_bytes(const char *p)
{
	if (p[0] == '\r')
		return p[1] == '\n' ? 2 : 1;
	if (p[0] == '\n')
		return 1;
	/* U+2028 and U+2029 */
	if (p[0] != '\xe2')
		return 0;
	return strncmp(p, "\xe2\x80\xa8", 3) == 0 ||
			       strncmp(p, "\xe2\x80\xa9", 3) == 0
		       ? 3
		       : 0;
}

static bool
begins(const char *p, const char *lower)
{
	for (; *lower != '\0'; p++, lower++)
		if ((*p >= 'A' && *p <= 'Z' ? *p - 'A' + 'a' : *p) != *lower)
			return false;
	return true;
}

static bool
word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c & 0x80) != 0;
}

/* Bytes of the URL at `p`, 0 when there is none.  A full stop, comma or
 * bracket behind it is not part of it.
 */
static size_t
url_bytes(const char *p, char before)
{
	size_t len, scheme;

	if (word(before) || (((*p | 0x20) != 'h') && ((*p | 0x20) != 'w')))
		return 0;
	scheme = begins(p, "https://")	? 8
		 : begins(p, "http://") ? 7
		 : begins(p, "www.")	? 4
					: 0;
	if (scheme == 0)
		return 0;
	for (len = scheme; p[len] != '\0' && control_bytes(p + len) == 0 &&
			   break_bytes(p + len) == 0;
		len++)
		if (strchr(" \"<>{}|\\^`", p[len]) != NULL)
			break;
	while (len > scheme && strchr(".,;:!?'()[]", p[len - 1]) != NULL)
		len--;
	return len > scheme ? len : 0;
}

/* Bytes of the block at `p` before the first that may have to change: control
 * characters, the first byte of those beyond ASCII, the first of two blanks,
 * what may begin a URL.  Two bytes behind the block are read.
 */
static inline size_t
same_bytes(const char *p)
{
	const block b = block_at(p), b1 = block_at(p + 1);
	const block lower = b | 0x20, lower1 = b1 | 0x20;
	unsigned stops;
	block stop = (block)(b < 0x20) | (block)(b == 0x7f) |
		     (block)(b == 0xc2) | (block)(b == 0xe2) |
		     ((block)(b == ' ') & (block)(b1 == ' ')) |
		     ((block)(lower == 'w') & (block)(lower1 == 'w')) |
		     ((block)(lower == 'h') & (block)(lower1 == 't') &
			     (block)((block_at(p + 2) | 0x20) == 't'));

	stops = block_bits(stop);
	return stops == 0 ? BLOCK_BYTES : (size_t)__builtin_ctz(stops);
}

/* Copy what stays as it is: `p` to `end` is text, of which the first byte was
 * put already.  Its length.
 */
static inline size_t
run(const char *p, const char *end, char *to)
{
	/* 1: ends it; 2: begins a URL when no letter stands before it */
	static const unsigned char kind[256] = { [0x7f] = 1,
		[0xc2] = 1,
		[0xe2] = 1,
		['h'] = 2,
		['H'] = 2,
		['w'] = 2,
		['W'] = 2 };
	size_t n = 1;

	while (end - (p + n) >= BLOCK_BYTES + 2) {
		size_t same = same_bytes(p + n);

		memcpy(to + n, p + n, BLOCK_BYTES);
		n += same;
		if (same < BLOCK_BYTES)
			break;
	}
	for (;; n++) {
		unsigned char is = kind[(unsigned char)p[n]];

		if ((unsigned char)p[n] < ' ' || is == 1 ||
			(p[n] == ' ' && p[n + 1] == ' ') ||
			(is == 2 && !word(p[n - 1])))
			return n;
		to[n] = p[n];
	}
}

static inline void
put(struct writer *w, const char *bytes, size_t len)
{
	if (w->to == w->start)
		w->breaks = 0; /* empty lines at the top say nothing */
	if (w->url && w->breaks > 0)
		*w->to++ = ' '; /* or the URL would go on with \r\n */
	for (; w->breaks > 0; w->breaks--, w->to += 4)
		memcpy(w->to, "\\r\\n", 4);
	if (w->blank && w->to != w->start)
		*w->to++ = ' ';
	w->blank = w->url = false;
	if (len == 1)
		*w->to = *bytes;
	else
		memcpy(w->to, bytes, len);
	w->to += len;
}

const char *
box_text(const char *text, struct arena *mem)
{
	size_t n = strlen(text);
	const char *end = text + n;
	struct writer w = { 0 };
	char before = ' ';

	w.start = w.to = arena_alloc(mem, n * GROWTH + BLOCK_BYTES);
	while (*text != '\0') {
		if ((n = break_bytes(text)) > 0) {
			w.breaks++;
			w.blank = false;
			before = ' ';
		} else if (*text == ' ' || *text == '\t') {
			/* At the start of a line nothing is due. */
			w.blank = w.breaks == 0;
			before = ' ';
			n = 1;
		} else if ((n = control_bytes(text)) > 0) {
			;
		} else if ((n = url_bytes(text, before)) > 0) {
			w.blank = true;
			put(&w, text, n);
			w.blank = w.url = true;
			before = text[n - 1];
		} else {
			put(&w, text, 1);
			n = run(text, end, w.to - 1);
			w.to += n - 1;
			before = text[n - 1];
			/* What comes decides whether it stays. */
			w.blank = before == ' ';
			w.to -= w.blank;
		}
		text += n;
	}
	*w.to = '\0';
	return w.start;
}
