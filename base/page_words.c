/* base/page_words.c - see base/page_words.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/page_words.h"
#include "base/text.h"

/* Kerning and rounding: measured it is below 1 %. */
#define SLACK 0.97

/* Most of a text is ASCII, and needs no look at its form. */
static size_t
next(const char *text, uint32_t *c)
{
	if ((unsigned char)*text >= 0x80)
		return text_next(text, c);
	*c = (unsigned char)*text;
	return 1;
}

/* Direction marks, joiners, hints, annotations, variation selectors, tags. */
static bool
is_unseen(uint32_t c)
{
	return c == 0xad || c == 0x34f || c == 0x61c || c == 0x180e ||
	       (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || (c >= 0xfe00 && c <= 0xfe0f) ||
	       c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
	       (c >= 0xe0000 && c <= 0xe0fff);
}

static bool
is_line_end(uint32_t c)
{
	return c == '\n' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

const char *
page_clean(const char *text, struct arena *mem)
{
	char *clean = arena_alloc(mem, strlen(text) + 1), *to = clean;
	int ends = 2; /* none at the beginning */
	uint32_t c;
	size_t len;

	for (; *text != '\0'; text += len) {
		len = next(text, &c);
		if (len == 0)
			return NULL;
		if (is_line_end(c)) {
			if (ends++ < 2)
				*to++ = '\n';
		} else if (c != '\r' && !is_unseen(c)) {
			const bool control =
				c < 0x20 || (c >= 0x7f && c < 0xa0);

			memcpy(to, control ? " " : text, control ? 1 : len);
			to += control ? 1 : len;
			ends = c == ' ' || control ? ends : 0;
		}
	}
	while (to > clean && (to[-1] == '\n' || to[-1] == ' '))
		to--;
	*to = '\0';
	return clean;
}

/* Greedy, as pango does it; where that finds more places to break, it needs
 * fewer lines.
 */
int
page_lines_most(const char *text, size_t len, double width,
	page_width_fn *width_of, void *self)
{
	const char *end = text + len;
	double line = 0, word = 0, blank = 0;
	int lines = 1;

	assert(width > 0);
	width *= SLACK;
	while (text < end) {
		uint32_t c;
		const size_t bytes = next(text, &c);
		const bool stop = c == ' ' || c == '\n';
		const double w = c == '\n' ? 0 : width_of(self, c);

		if (w < 0 || bytes == 0)
			return -1;
		text += bytes;
		word += stop ? 0 : w;
		if (!stop && text < end)
			continue;
		if (line > 0 && line + blank + word > width) {
			lines++;
			line = blank = 0;
		}
		line += blank + word;
		/* Broken between its letters, none wider than a tenth. */
		if (line > width) {
			lines += (int)ceil(line / (width * 0.9));
			line = width;
		}
		word = 0;
		blank = w;
		if (c == '\n') {
			lines++;
			line = blank = 0;
		}
	}
	return lines;
}
