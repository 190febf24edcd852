/* formats/boxtext.c - the text of a letter as the Berichtenbox wants it
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

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

static size_t
break_bytes(const char *p)
{
	if (p[0] == '\r')
		return p[1] == '\n' ? 2 : 1;
	if (p[0] == '\n')
		return 1;
	/* U+2028 and U+2029 */
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

	if (word(before))
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

/* Bytes from `p` of which the first is text and none is anything else: no
 * blank, no control character, no beginning of a URL.
 */
static size_t
plain_bytes(const char *p)
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

	for (;; n++) {
		unsigned char is = kind[(unsigned char)p[n]];

		if ((unsigned char)p[n] <= ' ' || is == 1 ||
			(is == 2 && !word(p[n - 1])))
			return n;
	}
}

static void
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
	memcpy(w->to, bytes, len);
	w->to += len;
}

const char *
box_text(const char *text, struct arena *mem)
{
	size_t n = strlen(text);
	struct writer w = { 0 };
	char before = ' ';

	w.start = w.to = arena_alloc(mem, n * GROWTH + 8);
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
			n = plain_bytes(text);
			put(&w, text, n);
			before = text[n - 1];
		}
		text += n;
	}
	*w.to = '\0';
	return w.start;
}
