/* base/pdf_structure.c - what the objects of a PDF say
 *
 * Scripts, programs and files can hang on a hundred places of a PDF, so the
 * places are not listed here: every object that can be reached is looked at
 * once, in any order.  What was not reached within the limits is told, not
 * passed over.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/pdf_in.h"

#define OBJECTS_MAX 100000 /* direct and indirect */
#define IDS_MAX ((size_t)1 << 20)
#define LOOK_OBJECTS 64 /* how often the clock is read */
#define A4_WIDTH_MM 210
#define A4_HEIGHT_MM 297
#define A4_SLACK_MM 3
#define POINT_MAX 14400000 /* thousandths of a point: 5 metres */

struct walk {
	qpdf_data q;
	struct pdf_look *look;
	qpdf_oh *todo;
	size_t count, size;
	uint8_t *seen; /* a bit for each object number */
	int left;      /* objects that may still be queued */
	int64_t end_ms;
};

/* What one dictionary turned out to hold. */
struct held {
	bool font, has_base_font;
	qpdf_oh subtype, descriptor;
};

/* --- pages --- */

/* A number in thousandths; false when it is none or absurd. */
static bool
milli(qpdf_data q, qpdf_oh oh, int64_t *out)
{
	int64_t value = 0, scale = 1000;
	const char *at;
	bool minus;

	if (qpdf_oh_is_integer(q, oh)) {
		value = qpdf_oh_get_int_value(q, oh);
		if (value < -POINT_MAX / 1000 || value > POINT_MAX / 1000)
			return false;
		*out = value * 1000;
		return true;
	}
	if (!qpdf_oh_is_number(q, oh))
		return false;
	at = qpdf_oh_get_real_value(q, oh);
	minus = *at == '-';
	at += *at == '-' || *at == '+';
	for (; *at >= '0' && *at <= '9' && value <= POINT_MAX; at++)
		value = value * 10 + (*at - '0');
	value *= scale;
	if (*at == '.')
		for (at++; *at >= '0' && *at <= '9'; at++) {
			scale /= 10;
			value += (*at - '0') * scale;
		}
	*out = minus ? -value : value;
	return *at == '\0' && value <= POINT_MAX;
}

struct box {
	int64_t x0, y0, x1, y1;
};

static void
order(int64_t *a, int64_t *b)
{
	int64_t t = *a;

	if (*a > *b) {
		*a = *b;
		*b = t;
	}
}

static bool
read_box(qpdf_data q, qpdf_oh oh, struct box *box)
{
	int64_t v[4];
	int i;

	if (oh == 0 || !qpdf_oh_is_array(q, oh) ||
		qpdf_oh_get_array_n_items(q, oh) != 4)
		return false;
	for (i = 0; i < 4; i++)
		if (!milli(q, qpdf_oh_get_array_item(q, oh, i), &v[i]))
			return false;
	*box = (struct box){ v[0], v[1], v[2], v[3] };
	order(&box->x0, &box->x1);
	order(&box->y0, &box->y1);
	return true;
}

/* Thousandths of a point to millimetres. */
static int
to_mm(int64_t points, int64_t unit)
{
	return (int)((points * unit / 1000 * 254 + 360000) / 720000);
}

static void
size_of(qpdf_data q, const struct pdf_page *page, int *width, int *height)
{
	struct box media, crop;
	int64_t unit = 1000, turn = 0;

	*width = *height = 0;
	if (!read_box(q, page->inherited[PDF_MEDIA], &media))
		return;
	if (read_box(q, page->inherited[PDF_CROP], &crop)) {
		media.x0 = crop.x0 > media.x0 ? crop.x0 : media.x0;
		media.y0 = crop.y0 > media.y0 ? crop.y0 : media.y0;
		media.x1 = crop.x1 < media.x1 ? crop.x1 : media.x1;
		media.y1 = crop.y1 < media.y1 ? crop.y1 : media.y1;
	}
	if (qpdf_oh_has_key(q, page->dict, "/UserUnit") &&
		(!milli(q, qpdf_oh_get_key(q, page->dict, "/UserUnit"),
			 &unit) ||
			unit <= 0))
		return;
	if (media.x1 < media.x0 || media.y1 < media.y0)
		return;
	*width = to_mm(media.x1 - media.x0, unit);
	*height = to_mm(media.y1 - media.y0, unit);
	if (page->inherited[PDF_ROTATE] != 0 &&
		milli(q, page->inherited[PDF_ROTATE], &turn) &&
		turn / 90000 % 2 != 0) {
		int t = *width;

		*width = *height;
		*height = t;
	}
}

static bool
near(int mm, int wanted_mm)
{
	return abs(mm - wanted_mm) <= A4_SLACK_MM;
}

static bool
empty(qpdf_data q, qpdf_oh page)
{
	qpdf_oh contents = qpdf_oh_get_key(q, page, "/Contents"), length;

	if (qpdf_oh_is_array(q, contents)) {
		if (qpdf_oh_get_array_n_items(q, contents) != 1)
			return qpdf_oh_get_array_n_items(q, contents) == 0;
		contents = qpdf_oh_get_array_item(q, contents, 0);
	}
	if (!qpdf_oh_is_stream(q, contents))
		return true;
	length = qpdf_oh_get_key(q, qpdf_oh_get_dict(q, contents), "/Length");
	return qpdf_oh_is_integer(q, length) &&
	       qpdf_oh_get_int_value(q, length) == 0;
}

static void
read_pages(qpdf_data q, qpdf_oh root, struct pdf_look *look)
{
	struct pdf_pages pages;
	struct pdf_page page;
	int nr = 0, width, height;

	pdf_pages_begin(&pages, q, root, true);
	while (pdf_pages_next(&pages, &page) == V_OK) {
		nr++;
		size_of(q, &page, &width, &height);
		if (look->size_page == 0 &&
			!(near(width, A4_WIDTH_MM) &&
				near(height, A4_HEIGHT_MM))) {
			look->size_page = nr;
			look->width_mm = width;
			look->height_mm = height;
		}
		if (look->empty_page == 0 && empty(q, page.dict))
			look->empty_page = nr;
		qpdf_oh_release(q, page.dict);
	}
	look->unsure |= nr != look->pages;
}

/* --- every object --- */

/* Queue a container, unless it was before; takes the handle over. */
static void
queue(struct walk *w, qpdf_oh oh)
{
	enum qpdf_object_type_e type = qpdf_oh_get_type_code(w->q, oh);
	int id;

	if (type != ot_array && type != ot_dictionary && type != ot_stream) {
		qpdf_oh_release(w->q, oh);
		return;
	}
	id = qpdf_oh_get_object_id(w->q, oh);
	if (id != 0) {
		size_t bit = (size_t)id;

		if (id < 0 || bit >= IDS_MAX) {
			w->look->unsure = true;
			qpdf_oh_release(w->q, oh);
			return;
		}
		if ((w->seen[bit / 8] & (1U << bit % 8)) != 0) {
			qpdf_oh_release(w->q, oh);
			return;
		}
		w->seen[bit / 8] |= (uint8_t)(1U << bit % 8);
	}
	if (--w->left < 0) {
		w->look->unsure = true;
		qpdf_oh_release(w->q, oh);
		return;
	}
	if (w->count == w->size) {
		w->size = w->size == 0 ? 256 : 2 * w->size;
		w->todo = mem_grow(w->todo, w->size * sizeof(w->todo[0]));
	}
	w->todo[w->count++] = oh;
}

static bool
is_any(qpdf_data q, qpdf_oh oh, const char *const *names)
{
	for (; *names != NULL; names++)
		if (qpdf_oh_is_name_and_equals(q, oh, *names))
			return true;
	return false;
}

/* One entry of a dictionary: does it say something by itself? */
static void
entry(struct walk *w, const char *key, qpdf_oh value, struct held *held)
{
	static const char *const fonts[] = { "/Type0", "/Type1", "/MMType1",
		"/TrueType", "/CIDFontType0", "/CIDFontType2", NULL };
	struct pdf_look *look = w->look;
	qpdf_data q = w->q;

	if (strcmp(key, "/JS") == 0 || strcmp(key, "/XFA") == 0)
		look->scripts = true;
	else if (strcmp(key, "/EF") == 0)
		look->files = true;
	else if (strcmp(key, "/S") == 0) {
		look->scripts |=
			qpdf_oh_is_name_and_equals(q, value, "/JavaScript");
		look->launch |= qpdf_oh_is_name_and_equals(q, value, "/Launch");
	} else if (strcmp(key, "/Type") == 0) {
		held->font |= qpdf_oh_is_name_and_equals(q, value, "/Font");
		look->files |=
			qpdf_oh_is_name_and_equals(q, value, "/EmbeddedFile");
	} else if (strcmp(key, "/Subtype") == 0) {
		held->subtype = value;
		held->font |= is_any(q, value, fonts);
		look->files |=
			qpdf_oh_is_name_and_equals(q, value, "/FileAttachment");
	} else if (strcmp(key, "/FontDescriptor") == 0)
		held->descriptor = value;
	else if (strcmp(key, "/BaseFont") == 0)
		held->has_base_font = true;
}

/* A name from outside, made fit to be printed. */
static void
plain_name(const char *from, char *to, size_t size)
{
	size_t n = 0;

	for (from += *from == '/'; *from != '\0' && n + 1 < size; from++)
		to[n++] = (*from >= '0' && *from <= '9') ||
					  (*from >= 'A' && *from <= 'Z') ||
					  (*from >= 'a' && *from <= 'z') ||
					  strchr("+-_,.", *from) != NULL
				  ? *from
				  : '?';
	to[n] = '\0';
}

static void
font(struct walk *w, qpdf_oh dict, const struct held *held)
{
	static const char *const composed[] = { "/Type0", "/Type3", NULL };
	qpdf_data q = w->q;
	qpdf_oh name;

	/* Of a composed font the parts are looked at; Type3 is drawn here. */
	if (held->subtype != 0 && is_any(q, held->subtype, composed)) {
		w->look->fonts +=
			qpdf_oh_is_name_and_equals(q, held->subtype, "/Type3");
		return;
	}
	w->look->fonts++;
	if (held->descriptor != 0 &&
		(qpdf_oh_is_stream(q, qpdf_oh_get_key_if_dict(q,
					      held->descriptor, "/FontFile")) ||
			qpdf_oh_is_stream(
				q, qpdf_oh_get_key_if_dict(q, held->descriptor,
					   "/FontFile2")) ||
			qpdf_oh_is_stream(
				q, qpdf_oh_get_key_if_dict(
					   q, held->descriptor, "/FontFile3"))))
		return;
	if (w->look->fonts_absent++ != 0)
		return;
	name = qpdf_oh_get_key(q, dict, "/BaseFont");
	if (held->has_base_font && qpdf_oh_is_name(q, name))
		plain_name(qpdf_oh_get_name(q, name), w->look->font,
			sizeof(w->look->font));
	else
		plain_name("unnamed", w->look->font, sizeof(w->look->font));
}

static void
visit_dictionary(struct walk *w, qpdf_oh dict)
{
	struct held held = { 0 };
	qpdf_data q = w->q;

	qpdf_oh_begin_dict_key_iter(q, dict);
	while (qpdf_oh_dict_more_keys(q)) {
		const char *key = qpdf_oh_dict_next_key(q);
		qpdf_oh value;

		/* Fonts of a form that nobody fills in need not be there. */
		if (strcmp(key, "/DR") == 0)
			continue;
		value = qpdf_oh_get_key(q, dict, key);
		entry(w, key, value, &held);
		/* The queue takes a handle of its own. */
		queue(w, qpdf_oh_new_object(q, value));
		if (value != held.subtype && value != held.descriptor)
			qpdf_oh_release(q, value);
	}
	if (held.font)
		font(w, dict, &held);
	if (held.subtype != 0)
		qpdf_oh_release(q, held.subtype);
	if (held.descriptor != 0)
		qpdf_oh_release(q, held.descriptor);
}

static void
visit(struct walk *w, qpdf_oh oh)
{
	qpdf_data q = w->q;
	int i, n;

	if (qpdf_oh_is_array(q, oh)) {
		n = qpdf_oh_get_array_n_items(q, oh);
		for (i = 0; i < n && w->left >= 0; i++)
			queue(w, qpdf_oh_get_array_item(q, oh, i));
	} else if (qpdf_oh_is_stream(q, oh)) {
		qpdf_oh dict = qpdf_oh_get_dict(q, oh);

		visit_dictionary(w, dict);
		qpdf_oh_release(q, dict);
	} else {
		visit_dictionary(w, oh);
	}
}

static void
read_objects(qpdf_data q, qpdf_oh root, struct pdf_look *look)
{
	struct walk w = { .q = q,
		.look = look,
		.seen = mem_zero(IDS_MAX / 8, 1),
		.left = OBJECTS_MAX,
		.end_ms = clock_tick_ms() + PDF_LOOK_MS };

	queue(&w, qpdf_oh_new_object(q, root));
	while (w.count > 0 && !(look->unsure && w.left < 0)) {
		qpdf_oh oh = w.todo[--w.count];

		visit(&w, oh);
		qpdf_oh_release(q, oh);
		/* A damaged object reads as null; readers see the same. */
		(void)pdf_sound(q);
		if (w.left % LOOK_OBJECTS == 0 && clock_tick_ms() > w.end_ms) {
			look->unsure = true;
			break;
		}
	}
	free(w.todo);
	free(w.seen);
}

/* --- the catalog --- */

static bool
language(const char *text)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789-");

	return len > 0 && len < PDF_LANG_MAX && text[len] == '\0';
}

static void
read_catalog(qpdf_data q, qpdf_oh root, struct pdf_look *look)
{
	qpdf_oh mark = qpdf_oh_get_key(q, root, "/MarkInfo");
	qpdf_oh lang = qpdf_oh_get_key(q, root, "/Lang");
	qpdf_oh marked = qpdf_oh_get_key_if_dict(q, mark, "/Marked");
	QPDF_BOOL yes = QPDF_FALSE;

	look->tagged = qpdf_oh_get_value_as_bool(q, marked, &yes) && yes &&
		       qpdf_oh_is_dictionary(
			       q, qpdf_oh_get_key(q, root, "/StructTreeRoot"));
	if (qpdf_oh_is_string(q, lang)) {
		const char *text = qpdf_oh_get_utf8_value(q, lang);

		if (text != NULL && language(text))
			memcpy(look->lang, text, strlen(text) + 1);
	}
	(void)pdf_sound(q);
}

void
pdf_read_structure(qpdf_data q, qpdf_oh root, struct pdf_look *look)
{
	assert(!look->encrypted);
	look->structure = true;
	read_catalog(q, root, look);
	read_pages(q, root, look);
	(void)pdf_sound(q);
	read_objects(q, root, look);
}
