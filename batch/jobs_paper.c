/* batch/jobs_paper.c - how text letters stand on paper, and what may not
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "base/text.h"
#include "batch/jobs_check.h"

#define PAGE_WIDTH 2100 /* A4, tenths of a millimetre */
#define PAGE_HEIGHT 2970
#define WINDOW_MIN 200 /* of an address of six lines and forty characters */
#define WINDOW_WIDTH_MIN 600
#define WINDOW_BOTTOM 1300 /* below it the text begins */
#define BESIDE_MIN 500	   /* for the sender, beside the window */
#define TOP_MIN 120	   /* the return address stands above it */
#define EDGE 50		   /* no printer prints to the edge */
#define MARGIN_MAX 400
#define PAGES_MAX 100
#define HEAD_LINES_MAX 8
#define HEAD_LINE_CHARS 60
#define RETURN_CHARS 60

const struct yaml_key jobs_window_keys[] = {
	{ "left", YAML_TEXT, offsetof(struct jobs_window, left), .absent = 0 },
	{ "top", YAML_TEXT, offsetof(struct jobs_window, top), .absent = 0 },
	{ "width", YAML_TEXT, offsetof(struct jobs_window, width),
		.absent = 0 },
	{ "height", YAML_TEXT, offsetof(struct jobs_window, height),
		.absent = 0 },
	{ 0 },
};

/* "20mm", "20.5mm": tenths of a millimetre; -1: not so. */
static int
tenths(const char *text, int absent)
{
	char digits[5];
	int64_t n;
	size_t len;
	int tenth = 0;

	if (text == NULL)
		return absent;
	len = strspn(text, "0123456789");
	if (len == 0 || len >= sizeof(digits))
		return -1;
	memcpy(digits, text, len);
	digits[len] = '\0';
	text += len;
	if (text[0] == '.' && text[1] >= '0' && text[1] <= '9') {
		tenth = text[1] - '0';
		text += 2;
	}
	if (strcmp(text, "mm") != 0 || !text_number(digits, 999, &n))
		return -1;
	return (int)n * 10 + tenth;
}

static enum verdict
wrong(const struct jobs_printer *p, const char *what, struct fault *why)
{
	return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE, "printer %s: %s",
		p->name, what);
}

enum verdict
jobs_paper_printer_check(struct jobs_printer *p, struct fault *why)
{
	const struct jobs_window *w = &p->window;
	int left = tenths(w->left, 200), top = tenths(w->top, 500);
	int width = tenths(w->width, 900), height = tenths(w->height, 400);
	int margin = tenths(p->barcode_margin, 180);
	int right;

	if (left < 0 || top < 0 || width < 0 || height < 0 || margin < 0)
		return wrong(p,
			"window and barcode_margin are written as 20mm or "
			"20.5mm",
			why);
	if (width < WINDOW_WIDTH_MIN || height < WINDOW_MIN)
		return wrong(p,
			"window: an address needs 60mm of width and 20mm of "
			"height",
			why);
	right = left + width;
	if (left < EDGE || top < TOP_MIN || right > PAGE_WIDTH - EDGE ||
		top + height > WINDOW_BOTTOM)
		return wrong(p,
			"window: it must lie 5mm from the edges of an A4 page, "
			"and between 12mm and 130mm from the top",
			why);
	if (margin > MARGIN_MAX)
		return wrong(p, "barcode_margin must be at most 40mm", why);
	if (left < margin)
		return wrong(p,
			"window: its left is in the margin for the barcode",
			why);
	if (PAGE_WIDTH - right - EDGE < BESIDE_MIN &&
		left - margin - EDGE < BESIDE_MIN)
		return wrong(p,
			"window: 50mm must be left beside it, for the sender",
			why);
	if (p->letter_pages < 1 || p->letter_pages > PAGES_MAX)
		return wrong(p, "letter_pages must be 1 to 100", why);
	p->window_left = left;
	p->window_top = top;
	p->window_width = width;
	p->window_height = height;
	p->margin = margin;
	return V_OK;
}

enum verdict
jobs_paper_sender_check(const struct jobs_sender *s, struct fault *why)
{
	const char *line = s->letterhead;
	size_t len;
	int lines = 0;

	while (line != NULL && *line != '\0') {
		len = strcspn(line, "\n");
		if (++lines > HEAD_LINES_MAX ||
			text_chars(line, len) > HEAD_LINE_CHARS)
			return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
				"sender %s: letterhead has at most %d lines of "
				"%d characters",
				s->name, HEAD_LINES_MAX, HEAD_LINE_CHARS);
		line += len + (line[len] == '\n');
	}
	line = s->return_address;
	if (line != NULL &&
		(strchr(line, '\n') != NULL ||
			text_chars(line, strlen(line)) > RETURN_CHARS))
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"sender %s: return_address is one line of at most %d "
			"characters",
			s->name, RETURN_CHARS);
	return V_OK;
}

enum verdict
jobs_paper_stream_check(struct jobs_stream *s, struct fault *why)
{
	s->box_only_back =
		s->box_only != NULL && strcmp(s->box_only, "return") == 0;
	if (s->box_only != NULL && !s->box_only_back &&
		strcmp(s->box_only, "hold") != 0)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"stream %s: box_only must be hold or return", s->name);
	return V_OK;
}
