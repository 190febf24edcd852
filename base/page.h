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

#endif
