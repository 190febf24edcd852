/* base/page.c - see base/page.h
 *
 * Cairo writes the pages and the structure tree, pango lays out the text.
 * Nothing in the file comes from the clock or from a random source, so the
 * same letter is the same bytes.
 *
 * Padding is a picture of one grey dot whose comments are noise: a proper
 * JPEG that cairo copies as it is, so a letter of any size costs no deflate.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/page.h"
#include "base/page_draw.h"

#define LEFT MM(25)
#define TEXT_WIDTH MM(160)
#define SENDER_TOP MM(12)
#define ADDRESS_TOP MM(50) /* in the window of a C5/6 envelope */
#define ADDRESS_WIDTH MM(85)
#define TITLE_TOP MM(100)
#define BODY_GAP MM(6)
#define LINE_FACTOR 1.2F

#define FONT_TEXT "DejaVu Sans 9.5"
#define FONT_SMALL "DejaVu Sans 8"
#define FONT_TITLE "DejaVu Sans Bold 13"

#define PADDING_MAX ((size_t)64000000)

/* A JPEG of one grey pixel in two halves; comments fit in between. */
static const unsigned char dot_head[] = { 0xff, 0xd8 };
/* clang-format off */
static const unsigned char dot_tail[] = {
	/* quantisation: all ones */
	0xff, 0xdb, 0x00, 0x43, 0x00,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	/* baseline frame, 8 bits, 1 x 1, one component */
	0xff, 0xc0, 0x00, 0x0b, 0x08, 0, 1, 0, 1, 1, 1, 0x11, 0,
	/* code tables: one symbol each */
	0xff, 0xc4, 0x00, 0x14, 0x00,
	1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x00,
	0xff, 0xc4, 0x00, 0x14, 0x10,
	1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x00,
	/* the scan: difference 0, end of block, filled with ones */
	0xff, 0xda, 0x00, 0x08, 1, 1, 0x00, 0, 63, 0, 0x3f,
	0xff, 0xd9,
};
/* clang-format on */

#define COMMENT_MAX ((size_t)65000) /* a segment holds 65533 */

static uint64_t
noise(uint64_t *state)
{
	uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

/* The dot with `padding` bytes of comment, markers included; malloc()ed
 * because cairo keeps it until the page is out.
 */
static unsigned char *
dot_make(size_t padding, uint64_t seed, size_t *len_out)
{
	size_t len = sizeof(dot_head) + padding + sizeof(dot_tail);
	unsigned char *dot = mem_new(len + sizeof(uint64_t)), *at = dot;
	size_t left = padding;

	memcpy(at, dot_head, sizeof(dot_head));
	at += sizeof(dot_head);
	while (left > 4) {
		size_t take = left < COMMENT_MAX ? left : COMMENT_MAX, i;

		at[0] = 0xff;
		at[1] = 0xfe;
		at[2] = (unsigned char)((take - 2) >> 8);
		at[3] = (unsigned char)(take - 2);
		for (i = 4; i < take; i += sizeof(uint64_t)) {
			uint64_t n = noise(&seed);

			memcpy(at + i, &n, sizeof(n));
		}
		at += take;
		left -= take;
	}
	memcpy(at, dot_tail, sizeof(dot_tail));
	*len_out = (size_t)(at - dot) + sizeof(dot_tail);
	return dot;
}

static void
draw_padding(cairo_t *cr, const struct page_letter *letter)
{
	cairo_surface_t *image;
	unsigned char *dot;
	size_t len;

	if (letter->padding_bytes == 0)
		return;
	assert(letter->padding_bytes <= PADDING_MAX);
	image = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 1, 1);
	dot = dot_make(letter->padding_bytes, letter->seed, &len);
	if (cairo_surface_set_mime_data(image, CAIRO_MIME_TYPE_JPEG, dot, len,
		    free, dot) != CAIRO_STATUS_SUCCESS)
		free(dot);
	cairo_save(cr);
	cairo_translate(cr, LEFT, PAGE_HEIGHT - MM(10));
	cairo_set_source_surface(cr, image, 0, 0);
	cairo_rectangle(cr, 0, 0, 1, 1);
	cairo_fill(cr);
	cairo_restore(cr);
	cairo_surface_destroy(image);
}

/* Draw text at `top` under one tag; returns where it ends. */
static double
draw_text(cairo_t *cr, const char *tag, const char *font, double top,
	double width, const char *text, size_t len)
{
	PangoLayout *layout = pango_cairo_create_layout(cr);
	PangoFontDescription *desc = pango_font_description_from_string(font);
	int height = 0;

	pango_layout_set_font_description(layout, desc);
	pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_line_spacing(layout, LINE_FACTOR);
	pango_layout_set_text(layout, text, (int)len);
	pango_layout_get_size(layout, NULL, &height);

	cairo_tag_begin(cr, tag, NULL);
	cairo_move_to(cr, LEFT, top);
	pango_cairo_show_layout(cr, layout);
	cairo_tag_end(cr, tag);

	pango_font_description_free(desc);
	g_object_unref(layout);
	return top + (double)height / PANGO_SCALE;
}

static void
draw_letter(cairo_t *cr, const struct page_letter *letter)
{
	const char *at = letter->body, *end;
	double top;

	cairo_tag_begin(cr, "Document", NULL);
	(void)draw_text(cr, "P", FONT_SMALL, SENDER_TOP, TEXT_WIDTH,
		letter->sender, strlen(letter->sender));
	(void)draw_text(cr, "P", FONT_TEXT, ADDRESS_TOP, ADDRESS_WIDTH,
		letter->address, strlen(letter->address));
	top = draw_text(cr, "H1", FONT_TITLE, TITLE_TOP, TEXT_WIDTH,
		letter->title, strlen(letter->title));
	while (*at != '\0') {
		end = strstr(at, "\n\n");
		if (end == NULL)
			end = at + strlen(at);
		top = draw_text(cr, "P", FONT_TEXT, top + BODY_GAP, TEXT_WIDTH,
			at, (size_t)(end - at));
		at = *end == '\0' ? end : end + 2;
	}
	cairo_tag_end(cr, "Document");
}

static cairo_status_t
take_bytes(void *self, const unsigned char *bytes, unsigned int len)
{
	struct buf *out = self;

	buf_add(out, bytes, len);
	return out->full ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

cairo_surface_t *
page_surface_new(struct buf *out, const char *title, const char *created)
{
	cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(
		take_bytes, out, PAGE_WIDTH, PAGE_HEIGHT);

	cairo_pdf_surface_set_metadata(
		surface, CAIRO_PDF_METADATA_TITLE, title);
	cairo_pdf_surface_set_metadata(
		surface, CAIRO_PDF_METADATA_CREATE_DATE, created);
	return surface;
}

cairo_status_t
page_surface_end(cairo_surface_t *surface, cairo_t *cr)
{
	cairo_status_t status = cairo_status(cr);

	cairo_destroy(cr);
	cairo_surface_finish(surface);
	if (status == CAIRO_STATUS_SUCCESS)
		status = cairo_surface_status(surface);
	cairo_surface_destroy(surface);
	return status;
}

enum verdict
page_letter(
	const struct page_letter *letter, struct buf *out, struct fault *why)
{
	cairo_surface_t *surface;
	cairo_status_t status;
	size_t before = out->len;
	cairo_t *cr;

	assert(letter->sender != NULL && letter->address != NULL);
	assert(letter->title != NULL && letter->body != NULL);
	surface = page_surface_new(out, letter->title, letter->created);
	cr = cairo_create(surface);
	draw_letter(cr, letter);
	draw_padding(cr, letter);
	cairo_show_page(cr);
	status = page_surface_end(surface, cr);
	if (status == CAIRO_STATUS_SUCCESS && !out->full)
		return V_OK;
	out->len = before;
	return fault_set(why, V_BROKEN, CODE_IO, "page: %s",
		cairo_status_to_string(status));
}
