/* base/pdf_cut.c - letters cut from one big PDF; see base/pdf.h
 *
 * libqpdf's own way of copying pages reads the whole page tree first.  Here
 * the objects that a few pages need are written out under the numbers they
 * have in the book, and libqpdf then numbers that small file anew.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/pdf_in.h"

#define CUT_OBJECTS_MAX 20000
#define CUT_ITEMS_MAX 1000000 /* values in those objects */

struct placed {
	int id;
	size_t at; /* in the small file */
};

/* One cut under way. */
struct cut {
	struct pdf_book *book;
	qpdf_data q;
	struct buf file;
	struct placed *objects; /* queued; written up to `written` */
	size_t count, size, written;
	qpdf_oh *todo; /* containers whose values were not queued yet */
	size_t todo_count, todo_size;
	int items_left;
};

/* --- which objects a cut needs --- */

static void
push(struct cut *c, qpdf_oh container)
{
	if (c->todo_count == c->todo_size) {
		c->todo_size = c->todo_size == 0 ? 64 : 2 * c->todo_size;
		c->todo = mem_grow(c->todo, c->todo_size * sizeof(c->todo[0]));
	}
	c->todo[c->todo_count++] = container;
}

/* A value: an object of its own is queued once, a container is looked into.
 * Other pages are not: a link to them then points at nothing.
 */
static bool
need(struct cut *c, qpdf_oh oh)
{
	int id = pdf_number(c->book, oh);

	/* A number we cannot follow is not left out in silence. */
	if (--c->items_left < 0 ||
		(id == 0 && qpdf_oh_get_object_id(c->q, oh) != 0))
		return false;
	if (id != 0) {
		qpdf_oh_release(c->q, oh);
		if (pdf_bit(c->book->taken, id) ||
			pdf_bit(c->book->is_tree, id))
			return true;
		if (c->count == CUT_OBJECTS_MAX)
			return false;
		if (c->count == c->size) {
			c->size = c->size == 0 ? 64 : 2 * c->size;
			c->objects = mem_grow(
				c->objects, c->size * sizeof(c->objects[0]));
		}
		pdf_bit_set(c->book->taken, id, true);
		c->objects[c->count++] = (struct placed){ .id = id };
		return true;
	}
	if (qpdf_oh_is_array(c->q, oh) || qpdf_oh_is_dictionary(c->q, oh))
		push(c, oh);
	else
		qpdf_oh_release(c->q, oh);
	return true;
}

static void
drop(qpdf_data q, qpdf_oh dict, const char *const *keys)
{
	for (; *keys != NULL; keys++)
		if (qpdf_oh_has_key(q, dict, *keys))
			qpdf_oh_remove_key(q, dict, *keys);
}

/* An annotation loses its tag, its form, its files, and every action but to
 * open a web page.
 */
static void
strip_annotation(qpdf_data q, qpdf_oh dict)
{
	static const char *const keys[] = { "/StructParent", "/Parent", "/AA",
		"/PA", "/FS", "/AF", NULL };
	static const char *const action_key[] = { "/A", NULL };
	static const char *const next_key[] = { "/Next", NULL };
	qpdf_oh action;

	if (!qpdf_oh_has_key(q, dict, "/Rect") ||
		!qpdf_oh_has_key(q, dict, "/Subtype"))
		return;
	drop(q, dict, keys);
	action = qpdf_oh_get_key(q, dict, "/A");
	if (!qpdf_oh_is_name_and_equals(
		    q, qpdf_oh_get_key_if_dict(q, action, "/S"), "/URI"))
		drop(q, dict, action_key);
	else
		drop(q, action, next_key);
}

static bool
need_values(struct cut *c, qpdf_oh dict)
{
	strip_annotation(c->q, dict);
	qpdf_oh_begin_dict_key_iter(c->q, dict);
	while (qpdf_oh_dict_more_keys(c->q)) {
		const char *key = qpdf_oh_dict_next_key(c->q);

		if (!need(c, qpdf_oh_get_key(c->q, dict, key)))
			return false;
	}
	return true;
}

/* Empty `todo`: everything in these containers is queued. */
static bool
need_todo(struct cut *c)
{
	while (c->todo_count > 0) {
		qpdf_oh oh = c->todo[--c->todo_count];
		bool ok = true;
		int i, n;

		if (qpdf_oh_is_array(c->q, oh)) {
			n = qpdf_oh_get_array_n_items(c->q, oh);
			for (i = 0; ok && i < n; i++)
				ok = need(
					c, qpdf_oh_get_array_item(c->q, oh, i));
		} else {
			ok = need_values(c, oh);
		}
		qpdf_oh_release(c->q, oh);
		if (!ok)
			return false;
	}
	return true;
}

/* --- writing them --- */

static bool
write_stream(struct cut *c, qpdf_oh stream)
{
	static const char *const keys[] = { "/StructParent", "/StructParents",
		"/AF", "/PieceInfo", "/Metadata", NULL };
	qpdf_oh dict = qpdf_oh_get_dict(c->q, stream);
	unsigned char *bytes;
	size_t len;
	bool ok;

	bytes = pdf_stream(c->q, stream, qpdf_dl_none, &len);
	ok = pdf_sound(c->q) && bytes != NULL;
	if (ok) {
		drop(c->q, dict, keys);
		qpdf_oh_replace_key(c->q, dict, "/Length",
			qpdf_oh_new_integer(c->q, (long long)len));
		push(c, qpdf_oh_new_object(c->q, dict));
		ok = need_todo(c);
	}
	if (ok) {
		buf_text(&c->file, qpdf_oh_unparse(c->q, dict));
		buf_text(&c->file, "\nstream\n");
		buf_add(&c->file, bytes, len);
		buf_text(&c->file, "\nendstream");
	}
	free(bytes);
	return ok;
}

/* The next object that was queued. */
static bool
write_object(struct cut *c)
{
	int id = c->objects[c->written].id;
	qpdf_oh oh = qpdf_get_object_by_id(c->q, id, 0);
	bool ok = true;

	c->objects[c->written++].at = c->file.len;
	buf_format(&c->file, "%d 0 obj\n", id);
	if (qpdf_oh_is_stream(c->q, oh)) {
		ok = write_stream(c, oh);
	} else {
		if (qpdf_oh_is_dictionary(c->q, oh) ||
			qpdf_oh_is_array(c->q, oh)) {
			push(c, qpdf_oh_new_object(c->q, oh));
			ok = need_todo(c);
		}
		if (ok)
			buf_text(&c->file, qpdf_oh_unparse_resolved(c->q, oh));
	}
	buf_text(&c->file, "\nendobj\n");
	return pdf_sound(c->q) && ok && !c->file.full;
}

static void
write_entry(struct cut *c, const char *key, qpdf_oh value)
{
	qpdf_oh name = qpdf_oh_new_name(c->q, key);

	buf_text(&c->file, qpdf_oh_unparse(c->q, name));
	buf_text(&c->file, " ");
	buf_text(&c->file, qpdf_oh_unparse(c->q, value));
	buf_text(&c->file, "\n");
}

/* One page, under the parent to come.  Only what a page shows goes along. */
static bool
write_page(struct cut *c, int id, int parent)
{
	static const char *const keys[] = { "/Contents", "/Resources",
		"/MediaBox", "/CropBox", "/Rotate", "/BleedBox", "/TrimBox",
		"/ArtBox", "/UserUnit", "/Group", "/Annots", "/Tabs" };
	enum {
		KEYS = sizeof(keys) / sizeof(keys[0]),
		ABOVE_FIRST = 1,
		ABOVE_LAST = 4
	};
	qpdf_oh page = qpdf_get_object_by_id(c->q, id, 0), value[KEYS];
	size_t i;

	if (!qpdf_oh_is_dictionary(c->q, page))
		return false;
	for (i = 0; i < KEYS; i++) {
		value[i] = 0;
		if (i >= ABOVE_FIRST && i <= ABOVE_LAST)
			value[i] = pdf_from_above(c->q, page, keys[i]);
		else if (qpdf_oh_has_key(c->q, page, keys[i]))
			value[i] = qpdf_oh_get_key(c->q, page, keys[i]);
		if (value[i] != 0 &&
			!need(c, qpdf_oh_new_object(c->q, value[i])))
			return false;
	}
	/* First all is stripped, then it is written. */
	if (!need_todo(c))
		return false;
	buf_format(&c->file, "%d 0 obj\n<< /Type /Page /Parent %d 0 R\n", id,
		parent);
	for (i = 0; i < KEYS; i++)
		if (value[i] != 0)
			write_entry(c, keys[i], value[i]);
	buf_text(&c->file, ">>\nendobj\n");
	return pdf_sound(c->q) && !c->file.full;
}

/* --- the small file --- */

static void
write_packet(struct cut *c, int id)
{
	const char *claim = c->book->cut_claim;
	struct buf xmp = BUF_MAX(2000);

	buf_format(&xmp,
		"<?xpacket begin=\"\xef\xbb\xbf\" "
		"id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
		"<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n<rdf:RDF "
		"xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
		"<rdf:Description rdf:about=\"\"\n"
		" xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\">\n"
		"<pdfaid:part>%c</pdfaid:part>\n",
		claim[0]);
	if (claim[1] != '\0')
		buf_format(&xmp,
			"<pdfaid:conformance>%c</pdfaid:conformance>\n",
			claim[1] - 'a' + 'A');
	buf_text(&xmp, "</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n"
		       "<?xpacket end=\"w\"?>");
	buf_format(&c->file,
		"%d 0 obj\n<< /Type /Metadata /Subtype /XML /Length %zu >>\n"
		"stream\n",
		id, xmp.len);
	buf_add(&c->file, xmp.bytes, xmp.len);
	buf_text(&c->file, "\nendstream\nendobj\n");
	buf_done(&xmp);
}

/* What the whole document says that holds for a few of its pages as well. */
static bool
write_catalog(struct cut *c, int id, int pages_id)
{
	static const char *const keys[] = { "/Lang", "/OutputIntents",
		"/OCProperties" };
	enum {
		KEYS = sizeof(keys) / sizeof(keys[0])
	};
	qpdf_oh root = qpdf_get_root(c->q), value[KEYS];
	size_t i;

	for (i = 0; i < KEYS; i++) {
		value[i] = 0;
		if (!qpdf_oh_has_key(c->q, root, keys[i]))
			continue;
		value[i] = qpdf_oh_get_key(c->q, root, keys[i]);
		if (!need(c, qpdf_oh_new_object(c->q, value[i])))
			return false;
	}
	if (!need_todo(c))
		return false;
	buf_format(&c->file, "%d 0 obj\n<< /Type /Catalog /Pages %d 0 R\n", id,
		pages_id);
	if (c->book->cut_claim[0] != '\0')
		buf_format(&c->file, "/Metadata %d 0 R\n", id + 1);
	for (i = 0; i < KEYS; i++)
		if (value[i] != 0)
			write_entry(c, keys[i], value[i]);
	buf_text(&c->file, ">>\nendobj\n");
	return pdf_sound(c->q) && !c->file.full;
}

static void
note(struct cut *c, struct placed **table, size_t *n, int id)
{
	*table = mem_grow(*table, (*n + 1) * sizeof(**table));
	(*table)[(*n)++] = (struct placed){ id, c->file.len };
}

static int
by_id(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

static void
write_table(struct cut *c, struct placed *table, size_t n, int root)
{
	size_t start = c->file.len, i, j;

	qsort(table, n, sizeof(table[0]), by_id);
	buf_text(&c->file, "xref\n0 1\n0000000000 65535 f \n");
	for (i = 0; i < n; i = j) {
		for (j = i + 1; j < n && table[j].id == table[j - 1].id + 1;)
			j++;
		buf_format(&c->file, "%d %zu\n", table[i].id, j - i);
		for (; i < j; i++)
			buf_format(&c->file, "%010zu 00000 n \n", table[i].at);
	}
	buf_format(&c->file,
		"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%zu\n"
		"%%%%EOF\n",
		table[n - 1].id + 1, root, start);
}

/* The cut as a file with holes in its numbers. */
static bool
write_file(struct cut *c, int first, int last)
{
	/* Above every number of the book. */
	int parent = c->book->size, root = parent + 1, packet = root + 1, i;
	struct placed *table = NULL;
	size_t n = 0;
	bool ok = true;

	buf_format(&c->file, "%%PDF-%.3s\n%%\xe2\xe3\xcf\xd3\n",
		qpdf_get_pdf_version(c->q));
	for (i = first; ok && i <= last; i++) {
		int id = c->book->ids[i - 1];

		note(c, &table, &n, id);
		ok = write_page(c, id, parent);
	}
	note(c, &table, &n, root);
	ok = ok && write_catalog(c, root, parent);
	note(c, &table, &n, parent);
	buf_format(&c->file, "%d 0 obj\n<< /Type /Pages /Count %d /Kids [",
		parent, last - first + 1);
	for (i = first; i <= last; i++)
		buf_format(&c->file, " %d 0 R", c->book->ids[i - 1]);
	buf_text(&c->file, " ] >>\nendobj\n");
	if (c->book->cut_claim[0] != '\0') {
		note(c, &table, &n, packet);
		write_packet(c, packet);
	}
	while (ok && c->written < c->count)
		ok = write_object(c);
	if (ok) {
		table = mem_grow(table, (n + c->count) * sizeof(table[0]));
		if (c->count > 0)
			memcpy(table + n, c->objects,
				c->count * sizeof(table[0]));
		write_table(c, table, n + c->count, root);
	}
	free(table);
	return ok && !c->file.full;
}

/* Number it without holes, as a file that was never changed has to be. */
static enum verdict
number(const struct buf *file, struct buf *out, struct fault *why)
{
	qpdf_data q = pdf_new();
	enum verdict v = pdf_take(q, file->bytes, file->len, why);

	if (v == V_OK) {
		(void)qpdf_init_write_memory(q);
		qpdf_set_deterministic_ID(q, QPDF_TRUE);
		qpdf_set_stream_data_mode(q, qpdf_s_preserve);
		qpdf_set_object_stream_mode(q, qpdf_o_disable);
		if (!pdf_write(q, out))
			v = fault_set(why, V_SKIP, CODE_DOCUMENT,
				"these pages cannot be written, or are too "
				"large");
	}
	(void)pdf_sound(q);
	qpdf_cleanup(&q);
	return v;
}

enum verdict
pdf_book_cut(struct pdf_book *book, int first, int last, struct buf *out,
	struct fault *why)
{
	struct cut c = { .book = book,
		.file = BUF_MAX(out->max),
		.items_left = CUT_ITEMS_MAX };
	enum verdict v;
	size_t i;

	if (first < 1 || last < first || last > book->pages)
		return fault_set(why, V_SKIP, CODE_DOCUMENT,
			"pages %d to %d of a PDF with %d pages", first, last,
			book->pages);
	if (book->kept > PDF_KEPT_MIN + book->pages / 2) {
		v = pdf_book_reopen(book, why);
		if (v != V_OK)
			return v;
	}
	c.q = book->q;
	if (write_file(&c, first, last))
		v = number(&c.file, out, why);
	else
		v = fault_set(why, V_SKIP, CODE_DOCUMENT,
			"pages %d to %d cannot be cut out, or are too large",
			first, last);
	for (i = 0; i < c.count; i++)
		pdf_bit_set(book->taken, c.objects[i].id, false);
	(void)pdf_sound(book->q);
	qpdf_oh_release_all(book->q);
	book->kept += (int)c.count + last - first + 1;
	free(c.objects);
	free(c.todo);
	buf_done(&c.file);
	return v;
}
