/* base/page_draw.h - what the files of base/page share; private to them
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_PAGE_DRAW_H
#define BASE_PAGE_DRAW_H

#include <cairo-pdf.h>
#include <cairo.h>
#include <pango/pangocairo.h>

#include "base/arena.h"
#include "base/page.h"

#define MM(mm) ((mm)*72.0 / 25.4)
#define PAGE_WIDTH MM(210)
#define PAGE_HEIGHT MM(297)

/* A PDF of A4 pages behind what is in `out`; end it in every case. */
cairo_surface_t *page_surface_new(
	struct buf *out, const char *title, const char *created);
cairo_status_t page_surface_end(cairo_surface_t *surface, cairo_t *cr);

/* --- fonts (base/page_font.c) --- */

enum page_face {
	PAGE_REGULAR,
	PAGE_BOLD,
	PAGE_FACES
};

struct page_setter {
	PangoContext *context;
	PangoFontDescription *face[PAGE_FACES];
	PangoFont *font[PAGE_FACES];
	float *widths[PAGE_FACES]; /* of an em; 0: not measured yet */
	struct arena mem;
};

/* Text in that font and no other, `width` wide (0: lines are not broken). */
PangoLayout *page_lay(struct page_setter *s, enum page_face f, double size,
	double width, const char *text, size_t len);

bool page_has(const struct page_setter *s, enum page_face f, uint32_t c);

/* page_width_fn of a setter: of an em. */
double page_regular_width(void *self, uint32_t c);
double page_bold_width(void *self, uint32_t c);

#endif
