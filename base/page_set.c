/* base/page_set.c - a letter of text on its pages (base/page.h)
 *
 * Set line by line at a fixed height, once to count the pages and once to draw
 * them; a line whose ink would leave its place is not printed.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/page_draw.h"
#include "base/page_words.h"
#include "base/text.h"

#define TENTHS(t) MM((t) / 10.0)
#define TEXT_SIZE 10.0 /* points */
#define TITLE_SIZE 12.0
#define FROM_SIZE 7.0
#define FROM_SIZE_MIN 5.0
#define ADDRESS_SIZE_MIN 8.0
#define SIZE_STEP 0.5
#define LINE 1.35 /* of the size */
#define FAR 1.7	  /* of the size: what leaves its line by marks */
#define PARAGRAPH_GAP 8.0
#define SETTER_LEFT MM(25) /* unless the margin needs more */
#define SETTER_RIGHT MM(190)
#define HEAD_TOP MM(12)
#define TOP MM(20) /* of the second page and on */
#define BOTTOM MM(272)
#define FOOT MM(282)
#define BESIDE_GAP MM(5)
#define WINDOW_PAD MM(2)
#define UNDER_GAP MM(10)

/* One letter being set; without `cr` it is only counted. */
struct setting {
	struct page_setter *s;
	const struct page_rules *rules;
	struct page_text text; /* cleaned */
	cairo_t *cr;
	int page, pages; /* pages: 0 while it is counted */
	double left, y;
	double beside, beside_width; /* the window, for the sender */
	struct fault *why;
};

/* --- counting without a layout --- */

/* Height of the text at most; false: not known. */
static bool
most(const struct setting *t, enum page_face f, double size, double width,
	const char *text, size_t len, double *height)
{
	int lines = page_lines_most(text, len, width / size,
		f == PAGE_BOLD ? page_bold_width : page_regular_width, t->s);

	*height += lines * LINE * size;
	return lines > 0;
}

/* Every line as it is, none broken. */
static bool
most_unbroken(const struct setting *t, double size, double width, double height,
	const char *text)
{
	double need = 0;

	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		if (page_lines_most(text, len, width / size, page_regular_width,
			    t->s) != 1)
			return false;
		need += LINE * size;
		text += len + (text[len] == '\n');
	}
	return need <= height;
}

static double
window_width(const struct setting *t)
{
	return TENTHS(t->rules->width) - 2 * WINDOW_PAD;
}

static double
window_height(const struct setting *t)
{
	return TENTHS(t->rules->height) - WINDOW_PAD;
}

/* A paragraph from `*at`, which moves to the next. */
static size_t
paragraph(const char **at, const char **text_out)
{
	const char *end = strstr(*at, "\n\n");
	const size_t len = end == NULL ? strlen(*at) : (size_t)(end - *at);

	*text_out = *at;
	*at += end == NULL ? len : len + 2;
	return len;
}

static double
lower(double a, double b)
{
	return a > b ? a : b;
}

/* Where the text begins when the sender ends at `head`. */
static double
under(const struct setting *t, double head)
{
	return lower(head, TENTHS(t->rules->top + t->rules->height)) +
	       UNDER_GAP;
}

static bool
surely_one_page(const struct setting *t)
{
	const struct page_text *x = &t->text;
	const double width = SETTER_RIGHT - t->left;
	const char *at = x->body, *text;
	double y = HEAD_TOP;

	if (!most(t, PAGE_REGULAR, TEXT_SIZE, t->beside_width, x->sender,
		    strlen(x->sender), &y) ||
		!most_unbroken(t, FROM_SIZE, TENTHS(t->rules->width),
			TENTHS(t->rules->height), x->from) ||
		!most_unbroken(t, TEXT_SIZE, window_width(t), window_height(t),
			x->address))
		return false;
	y = under(t, y);
	if (!most(t, PAGE_REGULAR, TEXT_SIZE, width, x->facts, strlen(x->facts),
		    &y) ||
		!most(t, PAGE_BOLD, TITLE_SIZE, width, x->title,
			strlen(x->title), &y))
		return false;
	y += 2 * PARAGRAPH_GAP;
	while (*at != '\0') {
		size_t len = paragraph(&at, &text);

		y += PARAGRAPH_GAP;
		if (!most(t, PAGE_REGULAR, TEXT_SIZE, width, text, len, &y))
			return false;
	}
	return y <= BOTTOM;
}

/* --- setting --- */

static enum verdict
no_fit(const struct setting *t, const char *what)
{
	return fault_set(t->why, V_SKIP, CODE_PAGE_FIT, "%s", what);
}

/* Is every character in the font? */
static enum verdict
check_glyphs(const struct setting *t, enum page_face f, const char *text)
{
	uint32_t c;
	size_t len;

	for (; *text != '\0'; text += len) {
		len = text_next(text, &c);
		assert(len > 0);
		if (c != '\n' && !page_has(t->s, f, c))
			return fault_set(t->why, V_SKIP, CODE_PAGE_CHARACTER,
				"character U+%04X is not in the font for paper",
				(unsigned)c);
	}
	return V_OK;
}

/* Ink stays in its line, but for marks that hardly leave it. */
static enum verdict
check_ink(const struct setting *t, PangoLayoutLine *line, double size)
{
	const double far = FAR * size * PANGO_SCALE;
	PangoRectangle ink;

	pango_layout_line_get_extents(line, &ink, NULL);
	if (PANGO_ASCENT(ink) <= far && PANGO_DESCENT(ink) <= far &&
		PANGO_LBEARING(ink) >= -far)
		return V_OK;
	return fault_set(t->why, V_SKIP, CODE_PAGE_CHARACTER,
		"a character has so many marks that they leave its line");
}

static void
draw_line(struct setting *t, PangoLayoutLine *line, double x, double y,
	double size)
{
	if (t->cr == NULL)
		return;
	cairo_move_to(t->cr, x, y + size);
	pango_cairo_show_layout_line(t->cr, line);
}

static void
tag(struct setting *t, const char *name, bool begin)
{
	if (t->cr != NULL && begin)
		cairo_tag_begin(t->cr, name, NULL);
	else if (t->cr != NULL)
		cairo_tag_end(t->cr, name);
}

/* Lines at a place of their own; *y moves below them. */
static enum verdict
set_fixed(struct setting *t, double size, double x, double width, double *y,
	const char *text)
{
	PangoLayout *layout =
		page_lay(t->s, PAGE_REGULAR, size, width, text, strlen(text));
	enum verdict v = V_OK;
	GSList *at;

	if (*text != '\0')
		tag(t, "P", true);
	for (at = pango_layout_get_lines_readonly(layout);
		v == V_OK && *text != '\0' && at != NULL; at = at->next) {
		v = check_ink(t, at->data, size);
		draw_line(t, at->data, x, *y, size);
		*y += LINE * size;
	}
	if (*text != '\0')
		tag(t, "P", false);
	g_object_unref(layout);
	return v;
}

/* Unbroken lines in a place, in the largest type that fits. */
static enum verdict
set_fitting(struct setting *t, double size, double least, const double place[4],
	const char *text, const char *what)
{
	double width = 0, height = 0, y;

	for (; size >= least; size -= SIZE_STEP) {
		PangoLayout *layout = page_lay(
			t->s, PAGE_REGULAR, size, 0, text, strlen(text));
		int w;

		pango_layout_get_size(layout, &w, NULL);
		height = pango_layout_get_line_count(layout) * LINE * size;
		width = (double)w / PANGO_SCALE;
		g_object_unref(layout);
		if (width <= place[2] && height <= place[3])
			break;
	}
	if (size < least)
		return no_fit(t, what);
	/* In the middle: an envelope lets the page slip up and down. */
	y = place[1] + (place[3] - height) / 2;
	return set_fixed(t, size, place[0], 0, &y, text);
}

static void
set_foot(struct setting *t)
{
	char number[40];
	PangoLayout *layout;
	double y = FOOT;
	int width;

	if (t->cr == NULL)
		return;
	snprintf(number, sizeof(number), "%d van %d", t->page, t->pages);
	layout = page_lay(
		t->s, PAGE_REGULAR, FROM_SIZE, 0, number, strlen(number));
	pango_layout_get_size(layout, &width, NULL);
	g_object_unref(layout);
	(void)set_fixed(t, FROM_SIZE,
		SETTER_RIGHT - (double)width / PANGO_SCALE, 0, &y, number);
	y = FOOT;
	(void)set_fixed(t, FROM_SIZE, t->left, 0, &y, t->text.code);
	if (t->page == t->pages)
		tag(t, "Document", false);
	cairo_show_page(t->cr);
}

/* Text that goes on over the pages. */
static enum verdict
set_flow(struct setting *t, const char *name, enum page_face f, double size,
	double gap, const char *text, size_t len)
{
	PangoLayout *layout =
		page_lay(t->s, f, size, SETTER_RIGHT - t->left, text, len);
	enum verdict v = V_OK;
	GSList *at = pango_layout_get_lines_readonly(layout);

	t->y += gap;
	tag(t, name, true);
	for (; v == V_OK && len > 0 && at != NULL; at = at->next) {
		if (t->y + LINE * size > BOTTOM) {
			tag(t, name, false);
			set_foot(t);
			t->page++;
			t->y = TOP;
			if (t->page > t->rules->pages_max)
				v = no_fit(t, "more pages than a letter has");
			tag(t, name, true);
		}
		if (v == V_OK)
			v = check_ink(t, at->data, size);
		draw_line(t, at->data, t->left, t->y, size);
		t->y += LINE * size;
	}
	tag(t, name, false);
	g_object_unref(layout);
	return v;
}

static enum verdict
set_head(struct setting *t)
{
	const struct page_rules *r = t->rules;
	const double window[4] = { TENTHS(r->left) + WINDOW_PAD,
		TENTHS(r->top) + WINDOW_PAD / 2, window_width(t),
		window_height(t) };
	const double above[4] = { TENTHS(r->left),
		TENTHS(r->top) - MM(2) - LINE * FROM_SIZE, TENTHS(r->width),
		LINE * FROM_SIZE };
	double y = HEAD_TOP;
	enum verdict v = set_fixed(
		t, TEXT_SIZE, t->beside, t->beside_width, &y, t->text.sender);

	if (v == V_OK)
		v = set_fitting(t, FROM_SIZE, FROM_SIZE_MIN, above,
			t->text.from,
			"the return address is wider than the window");
	if (v == V_OK)
		v = set_fitting(t, TEXT_SIZE, ADDRESS_SIZE_MIN, window,
			t->text.address,
			"the address is larger than the window");
	t->y = under(t, y);
	return v;
}

static enum verdict
set_pages(struct setting *t)
{
	const char *at = t->text.body, *text;
	enum verdict v;

	t->page = 1;
	tag(t, "Document", true);
	v = set_head(t);
	if (v == V_OK)
		v = set_flow(t, "P", PAGE_REGULAR, TEXT_SIZE, 0, t->text.facts,
			strlen(t->text.facts));
	if (v == V_OK)
		v = set_flow(t, "H1", PAGE_BOLD, TITLE_SIZE, 2 * PARAGRAPH_GAP,
			t->text.title, strlen(t->text.title));
	while (v == V_OK && *at != '\0') {
		size_t len = paragraph(&at, &text);

		v = set_flow(t, "P", PAGE_REGULAR, TEXT_SIZE, PARAGRAPH_GAP,
			text, len);
	}
	if (v == V_OK)
		set_foot(t);
	return v;
}

/* Beside the window, on the side where there is more room. */
static void
place_sender(struct setting *t)
{
	const struct page_rules *r = t->rules;
	double right = TENTHS(r->left + r->width) + BESIDE_GAP;

	t->beside = right;
	t->beside_width = SETTER_RIGHT - right;
	if (TENTHS(r->left) - BESIDE_GAP - t->left > t->beside_width) {
		t->beside = t->left;
		t->beside_width = TENTHS(r->left) - BESIDE_GAP - t->left;
	}
}

static enum verdict
setting_init(struct setting *t, struct page_setter *s,
	const struct page_rules *rules, const struct page_text *text,
	struct fault *why)
{
	const char **const texts[] = { &t->text.sender, &t->text.from,
		&t->text.address, &t->text.facts, &t->text.body, &t->text.code,
		&t->text.title };
	const size_t n = sizeof(texts) / sizeof(texts[0]);
	size_t i;

	assert(rules->pages_max > 0 && rules->pages_max <= PAGE_COUNT_MAX);
	*t = (struct setting){ .s = s,
		.rules = rules,
		.text = *text,
		.left = lower(SETTER_LEFT, TENTHS(rules->margin) + MM(2)),
		.why = why };
	arena_reset(&s->mem);
	place_sender(t);
	for (i = 0; i < n; i++) {
		*texts[i] = page_clean(*texts[i], &s->mem);
		if (*texts[i] == NULL)
			return fault_set(why, V_SKIP, CODE_PAGE_CHARACTER,
				"a text is no UTF-8");
	}
	return V_OK;
}

static enum verdict
check_all(const struct setting *t)
{
	const struct page_text *x = &t->text;
	const char *const texts[] = { x->sender, x->from, x->address, x->facts,
		x->body, x->code };
	enum verdict v = check_glyphs(t, PAGE_BOLD, x->title);
	size_t i;

	for (i = 0; v == V_OK && i < sizeof(texts) / sizeof(texts[0]); i++)
		v = check_glyphs(t, PAGE_REGULAR, texts[i]);
	return v;
}

enum verdict
page_count(struct page_setter *s, const struct page_rules *rules,
	const struct page_text *text, int *pages_out, struct fault *why)
{
	struct setting t;
	enum verdict v = setting_init(&t, s, rules, text, why);

	if (v != V_OK)
		return v;
	if (surely_one_page(&t)) {
		*pages_out = 1;
		return V_OK;
	}
	v = check_all(&t);
	if (v == V_OK)
		v = set_pages(&t);
	if (v == V_OK)
		*pages_out = t.page;
	return v;
}

enum verdict
page_set(struct page_setter *s, const struct page_rules *rules,
	const struct page_text *text, struct buf *out, int *pages_out,
	struct fault *why)
{
	cairo_surface_t *surface;
	size_t before = out->len;
	cairo_status_t status;
	struct setting t;
	enum verdict v = setting_init(&t, s, rules, text, why);

	if (v == V_OK)
		v = check_all(&t);
	if (v == V_OK)
		v = set_pages(&t);
	if (v != V_OK)
		return v;
	t.pages = t.page;
	surface = page_surface_new(out, t.text.title, text->created);
	t.cr = cairo_create(surface);
	v = set_pages(&t);
	status = page_surface_end(surface, t.cr);
	if (v == V_OK && (status != CAIRO_STATUS_SUCCESS || out->full))
		v = fault_set(why, V_BROKEN, CODE_IO, "page: %s",
			cairo_status_to_string(status));
	if (v == V_OK)
		*pages_out = t.pages;
	else
		out->len = before;
	return v;
}
