/* base/page_font.c - the two fonts of letters on paper (base/page_draw.h)
 *
 * They must be there, and no others are taken instead: a page holds what was
 * counted, on every machine.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdlib.h>
#include <string.h>

#include "base/page_draw.h"
#include "base/page_words.h"
#include "base/text.h"

#define FAMILY "DejaVu Sans"
#define WIDTHS_MAX 0x2100 /* characters whose width is kept */

void
page_setter_close(struct page_setter *s)
{
	int i;

	if (s == NULL)
		return;
	for (i = 0; i < PAGE_FACES; i++) {
		if (s->face[i] != NULL)
			pango_font_description_free(s->face[i]);
		if (s->font[i] != NULL)
			g_object_unref(s->font[i]);
		free(s->widths[i]);
	}
	if (s->context != NULL)
		g_object_unref(s->context);
	arena_done(&s->mem);
	free(s);
}

bool
page_has(const struct page_setter *s, enum page_face f, uint32_t c)
{
	return pango_font_has_char(s->font[f], c);
}

/* Another family that fontconfig gives instead is none of ours. */
static bool
load_face(struct page_setter *s, enum page_face f)
{
	PangoFontDescription *is;
	bool good;

	s->face[f] = pango_font_description_from_string(FAMILY);
	pango_font_description_set_weight(s->face[f],
		f == PAGE_BOLD ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
	pango_font_description_set_absolute_size(s->face[f], 100 * PANGO_SCALE);
	s->font[f] = pango_context_load_font(s->context, s->face[f]);
	s->widths[f] = mem_zero(WIDTHS_MAX, sizeof(float));
	if (s->font[f] == NULL)
		return false;
	is = pango_font_describe(s->font[f]);
	/* Without any font there is one of that name with no characters. */
	good = strcmp(pango_font_description_get_family(is), FAMILY) == 0 &&
	       page_has(s, f, 'a');
	pango_font_description_free(is);
	return good;
}

enum verdict
page_setter_open(struct page_setter **setter_out, struct fault *why)
{
	struct page_setter *s = mem_zero(1, sizeof(*s));
	cairo_font_options_t *options = cairo_font_options_create();
	bool good;

	s->mem = ARENA_EMPTY;
	s->context = pango_font_map_create_context(
		pango_cairo_font_map_get_default());
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	pango_cairo_context_set_font_options(s->context, options);
	cairo_font_options_destroy(options);
	pango_context_set_base_dir(s->context, PANGO_DIRECTION_LTR);
	pango_context_set_language(
		s->context, pango_language_from_string("nl"));
	good = load_face(s, PAGE_REGULAR);
	good = load_face(s, PAGE_BOLD) && good;
	if (good) {
		*setter_out = s;
		return V_OK;
	}
	page_setter_close(s);
	return fault_set(why, V_BROKEN, CODE_PAGE_FONT,
		"the font " FAMILY " or its bold is not installed");
}

PangoLayout *
page_lay(struct page_setter *s, enum page_face f, double size, double width,
	const char *text, size_t len)
{
	PangoLayout *layout = pango_layout_new(s->context);
	PangoFontDescription *face = pango_font_description_copy(s->face[f]);
	PangoAttrList *attrs = pango_attr_list_new();

	pango_font_description_set_absolute_size(face, size * PANGO_SCALE);
	pango_attr_list_insert(attrs, pango_attr_fallback_new(FALSE));
	pango_layout_set_font_description(layout, face);
	pango_layout_set_attributes(layout, attrs);
	pango_layout_set_auto_dir(layout, FALSE);
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	if (width > 0)
		pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
	pango_layout_set_text(layout, text, (int)len);
	pango_attr_list_unref(attrs);
	pango_font_description_free(face);
	return layout;
}

/* Latin letters and what stands between them: each has its own width, and none
 * changes what its neighbours are.
 */
static bool
is_plain(uint32_t c)
{
	return (c >= 0x20 && c < 0x7f) || (c >= 0xa0 && c < 0x250) ||
	       (c >= 0x1e00 && c < 0x1f00) || (c >= 0x2010 && c < 0x2028) ||
	       c == 0x20ac;
}

static float
measure(struct page_setter *s, enum page_face f, uint32_t c)
{
	PangoLayout *layout;
	char utf8[4];
	int width;

	if (!page_has(s, f, c))
		return -1;
	layout = page_lay(s, f, 100, 0, utf8, text_put(c, utf8));
	pango_layout_get_size(layout, &width, NULL);
	g_object_unref(layout);
	/* Nothing may look as if it was not measured. */
	return width <= 0 ? -1 : (float)width / PANGO_SCALE / 100;
}

static double
width_in(struct page_setter *s, enum page_face f, uint32_t c)
{
	if (!is_plain(c))
		return -1;
	if (s->widths[f][c] == 0)
		s->widths[f][c] = measure(s, f, c);
	return (double)s->widths[f][c];
}

double
page_regular_width(void *self, uint32_t c)
{
	return width_in(self, PAGE_REGULAR, c);
}

double
page_bold_width(void *self, uint32_t c)
{
	return width_in(self, PAGE_BOLD, c);
}
