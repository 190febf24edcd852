/* base/page.h - text to PDF pages (cairo and pango behind a wall)
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_PAGE_H
#define BASE_PAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"

struct page_letter {
	const char *sender;   /* block at the top, lines by \n */
	const char *address;  /* in the envelope's window, lines by \n */
	const char *title;    /* heading, and title of the document */
	const char *body;     /* paragraphs by \n\n */
	const char *created;  /* "2026-02-15T00:00:00": no clock in a file */
	size_t padding_bytes; /* incompressible noise, so that the file has
				 * a wanted size; 0 is none */
	uint64_t seed;	      /* of the noise */
};

/* A tagged one-page A4 letter appended to `out`; same input, same bytes. */
enum verdict page_letter(
	const struct page_letter *letter, struct buf *out, struct fault *why);

/* --- a letter of text, on as many pages as it takes --- */

#define PAGE_COUNT_MAX 100

/* Where things stand, in tenths of a millimetre from the left and top edge.
 * In the window is nothing but the address, in the margin nothing at all.
 */
struct page_rules {
	int left, top, width, height; /* the window of the envelope */
	int margin;		      /* white, at the left edge of each page */
	int pages_max;		      /* at most PAGE_COUNT_MAX */
};

/* None of them is NULL; "" is left out.  Lines by \n, paragraphs by \n\n. */
struct page_text {
	const char *sender; /* beside the window */
	const char *from;   /* one line above the window */
	const char *address;
	const char *facts; /* date and reference, under the window */
	const char *title, *body;
	const char *code;    /* at the foot of each page */
	const char *created; /* as in struct page_letter */
};

/* Fonts, and what was measured of them; one thread at a time. */
struct page_setter;
/* V_BROKEN: CODE_PAGE_FONT, DejaVu Sans is not installed. */
enum verdict page_setter_open(
	struct page_setter **setter_out, struct fault *why);
void page_setter_close(struct page_setter *setter); /* accepts NULL */

/* How many pages; what surely fits on one is not laid out.
 * V_SKIP: it cannot be set.  CODE_PAGE_CHARACTER: it has a character without a
 * glyph in the fonts, or so many marks on one that they leave its line; why
 * says which (U+4E2D).  CODE_PAGE_FIT: the address is larger than the window
 * also in the smallest type, or there are more pages than pages_max.
 */
enum verdict page_count(struct page_setter *setter,
	const struct page_rules *rules, const struct page_text *text,
	int *pages_out, struct fault *why);

/* The pages as a tagged PDF behind what is in `out`: same input, same bytes.
 * Verdicts as page_count(); V_BROKEN CODE_IO, `out` is full.
 */
enum verdict page_set(struct page_setter *setter,
	const struct page_rules *rules, const struct page_text *text,
	struct buf *out, int *pages_out, struct fault *why);

#endif
