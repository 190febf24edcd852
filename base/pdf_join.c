/* base/pdf_join.c - many letters, one PDF; see base/pdf.h
 *
 * libqpdf's own way of joining keeps all letters open until the end.  Here each
 * letter is opened alone; what its pages show is written out at once, under
 * numbers that go on from those of the letter before.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/archive_tail.h"
#include "base/arena.h"
#include "base/pdf_in.h"

#define OBJECTS_MAX 50000	     /* of one letter */
#define ITEMS_MAX 1000000	     /* values in them */
#define DEPTH_MAX 50		     /* containers in one another */
#define NODE_PAGES 500		     /* under one node of the page tree */
#define FILE_MAX INT64_C(9000000000) /* what its table can point at */
#define FLUSH_BYTES ((size_t)1000000)
#define CATALOG 1
#define ROOT 2

struct pdf_join {
	int fd;
	struct buf out; /* not yet in the file */
	int64_t at;	/* bytes of the file before `out` */
	int64_t *offsets;
	int count, size; /* the highest number in use */
	int *pages;
	size_t page_count, page_size;
	int node; /* of the page tree, for the next page */
};

/* One letter. */
struct source {
	struct pdf_join *join;
	qpdf_data q;
	struct arena mem;
	int *numbers; /* ours by theirs; 0: none yet, -1: left out */
	int ids;      /* theirs go below this */
	int *queue;   /* of theirs, to be written */
	int queued, items_left;
};

void
pdf_join_open(int fd, struct pdf_join **join_out)
{
	struct pdf_join *j = mem_zero(1, sizeof(*j));

	assert(fd >= 0);
	j->fd = fd;
	j->out = BUF_MAX((size_t)1 << 30);
	j->count = ROOT;
	buf_text(&j->out, "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n");
	*join_out = j;
}

void
pdf_join_free(struct pdf_join *j)
{
	if (j == NULL)
		return;
	buf_done(&j->out);
	free(j->offsets);
	free(j->pages);
	free(j);
}

static enum verdict
cannot(struct fault *why, const char *text)
{
	return fault_set(why, V_SKIP, CODE_MERGE, "%s", text);
}

static enum verdict
flush(struct pdf_join *j, struct fault *why)
{
	int error = tail_write(j->fd, j->out.bytes, j->out.len);

	if (error != 0)
		return fault_set(why, V_BROKEN, CODE_IO, "join PDFs: %s",
			strerror(error));
	j->at += (int64_t)j->out.len;
	buf_reset(&j->out);
	return j->at <= FILE_MAX ? V_OK
				 : cannot(why, "the PDF becomes too large");
}

static int
new_number(struct pdf_join *j)
{
	return ++j->count;
}

/* Object `number` begins here. */
static void
begin(struct pdf_join *j, int number)
{
	if (number >= j->size) {
		int size = j->size == 0 ? 1024 : j->size;

		while (size <= number)
			size *= 2;
		j->offsets = mem_grow(
			j->offsets, (size_t)size * sizeof(j->offsets[0]));
		j->size = size;
	}
	j->offsets[number] = j->at + (int64_t)j->out.len;
	buf_format(&j->out, "%d 0 obj\n", number);
}

/* --- one letter --- */

/* Pages and what stands above them are never written along. */
static bool
is_tree(struct source *s, qpdf_oh oh)
{
	static const char *const types[] = { "/Page", "/Pages", "/Catalog" };
	qpdf_oh type;
	size_t i;

	if (!qpdf_oh_is_dictionary(s->q, oh))
		return false;
	type = qpdf_oh_get_key_if_dict(s->q, oh, "/Type");
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (qpdf_oh_is_name_and_equals(s->q, type, types[i]))
			return true;
	return false;
}

/* Ours for an object of theirs, which is queued the first time. */
static int
number_of(struct source *s, qpdf_oh oh)
{
	int id = qpdf_oh_get_object_id(s->q, oh);

	if (id <= 0 || id >= s->ids || qpdf_oh_is_null(s->q, oh))
		return -1;
	if (s->numbers[id] == 0) {
		s->numbers[id] = is_tree(s, oh) ? -1 : new_number(s->join);
		if (s->numbers[id] > 0)
			s->queue[s->queued++] = id;
	}
	return s->numbers[id];
}

static bool
dropped(const char *key, bool annotation)
{
	static const char *const always[] = { "/StructParents", "/StructParent",
		"/Metadata", "/PieceInfo", "/AF", NULL };
	static const char *const of_annotation[] = { "/Parent", "/P", "/A",
		"/AA", "/PA", "/FS", "/Dest", "/Popup", "/IRT", NULL };
	size_t i;

	for (i = 0; always[i] != NULL; i++)
		if (strcmp(key, always[i]) == 0)
			return true;
	for (i = 0; annotation && of_annotation[i] != NULL; i++)
		if (strcmp(key, of_annotation[i]) == 0)
			return true;
	return false;
}

static bool put(struct source *s, qpdf_oh oh, int depth);

/* The keys first: the iterator is one for all containers. */
static bool
put_dictionary(struct source *s, qpdf_oh dict, int depth, bool stream)
{
	bool annotation = qpdf_oh_has_key(s->q, dict, "/Rect") &&
			  qpdf_oh_has_key(s->q, dict, "/Subtype");
	const char **keys = NULL;
	size_t n = 0, i;
	bool ok = true;

	qpdf_oh_begin_dict_key_iter(s->q, dict);
	while (qpdf_oh_dict_more_keys(s->q)) {
		const char *key = qpdf_oh_dict_next_key(s->q);

		if (dropped(key, annotation) ||
			(stream && strcmp(key, "/Length") == 0))
			continue;
		if ((n & (n + 1)) == 0)
			keys = mem_grow(keys, (2 * n + 2) * sizeof(*keys));
		keys[n++] = arena_text(&s->mem, key, strlen(key));
	}
	buf_text(&s->join->out, "<<");
	for (i = 0; ok && i < n; i++) {
		qpdf_oh name = qpdf_oh_new_name(s->q, keys[i]);

		buf_format(&s->join->out, "\n%s ", qpdf_oh_unparse(s->q, name));
		qpdf_oh_release(s->q, name);
		ok = put(s, qpdf_oh_get_key(s->q, dict, keys[i]), depth + 1);
	}
	free(keys);
	return ok;
}

/* A value where it stands; `oh` is released. */
static bool
put(struct source *s, qpdf_oh oh, int depth)
{
	struct buf *out = &s->join->out;
	bool ok = --s->items_left > 0 && depth <= DEPTH_MAX;
	int i, n, number;

	if (ok && qpdf_oh_get_object_id(s->q, oh) != 0) {
		number = number_of(s, oh);
		if (number > 0)
			buf_format(out, "%d 0 R", number);
		else
			buf_text(out, "null");
	} else if (ok && qpdf_oh_is_array(s->q, oh)) {
		n = qpdf_oh_get_array_n_items(s->q, oh);
		buf_text(out, "[");
		for (i = 0; ok && i < n; i++) {
			buf_text(out, " ");
			ok = put(s, qpdf_oh_get_array_item(s->q, oh, i),
				depth + 1);
		}
		buf_text(out, " ]");
	} else if (ok && qpdf_oh_is_dictionary(s->q, oh)) {
		ok = put_dictionary(s, oh, depth, false);
		buf_text(out, " >>");
	} else if (ok) {
		buf_text(out, qpdf_oh_unparse(s->q, oh));
	}
	qpdf_oh_release(s->q, oh);
	return ok && !out->full;
}

static bool
put_stream(struct source *s, qpdf_oh stream)
{
	struct buf *out = &s->join->out;
	unsigned char *bytes;
	size_t len;
	bool ok;

	bytes = pdf_stream(s->q, stream, qpdf_dl_none, &len);
	ok = pdf_sound(s->q) && (bytes != NULL || len == 0) &&
	     put_dictionary(s, qpdf_oh_get_dict(s->q, stream), 0, true);
	if (ok) {
		buf_format(out, "\n/Length %zu >>\nstream\n", len);
		if (len > 0)
			buf_add(out, bytes, len);
		buf_text(out, "\nendstream");
	}
	free(bytes);
	return ok;
}

/* All that was queued, and what that needs. */
static enum verdict
put_queue(struct source *s, struct fault *why)
{
	struct pdf_join *j = s->join;
	enum verdict v = V_OK;
	int next;

	for (next = 0; v == V_OK && next < s->queued; next++) {
		int id = s->queue[next];
		qpdf_oh oh = qpdf_get_object_by_id(s->q, id, 0), direct;
		bool ok;

		begin(j, s->numbers[id]);
		if (qpdf_oh_is_stream(s->q, oh)) {
			ok = put_stream(s, oh);
			qpdf_oh_release(s->q, oh);
		} else if (qpdf_oh_is_dictionary(s->q, oh)) {
			ok = put_dictionary(s, oh, 0, false);
			buf_text(&j->out, " >>");
			qpdf_oh_release(s->q, oh);
		} else if (qpdf_oh_is_array(s->q, oh)) {
			int i, n = qpdf_oh_get_array_n_items(s->q, oh);

			buf_text(&j->out, "[");
			for (ok = true, i = 0; ok && i < n; i++) {
				buf_text(&j->out, " ");
				direct = qpdf_oh_get_array_item(s->q, oh, i);
				ok = put(s, direct, 1);
			}
			buf_text(&j->out, " ]");
			qpdf_oh_release(s->q, oh);
		} else {
			ok = true;
			buf_text(&j->out, qpdf_oh_unparse_resolved(s->q, oh));
			qpdf_oh_release(s->q, oh);
		}
		buf_text(&j->out, "\nendobj\n");
		if (!ok || !pdf_sound(s->q) || j->out.full)
			v = cannot(why, "a reader cannot follow the PDF");
		else if (j->out.len > FLUSH_BYTES)
			v = flush(j, why);
	}
	return v;
}

/* A page of its own number, under the present node of the tree. */
static void
begin_page(struct pdf_join *j)
{
	int number = new_number(j);

	if (j->page_count % NODE_PAGES == 0)
		j->node = new_number(j);
	if (j->page_count == j->page_size) {
		j->page_size = j->page_size == 0 ? 1024 : 2 * j->page_size;
		j->pages =
			mem_grow(j->pages, j->page_size * sizeof(j->pages[0]));
	}
	j->pages[j->page_count++] = number;
	begin(j, number);
	buf_format(&j->out, "<< /Type /Page /Parent %d 0 R", j->node);
}

/* Only what a page shows goes along. */
static bool
put_page(struct source *s, qpdf_oh page)
{
	static const char *const keys[] = { "/Contents", "/Resources",
		"/MediaBox", "/CropBox", "/Rotate", "/BleedBox", "/TrimBox",
		"/ArtBox", "/UserUnit", "/Group", "/Annots" };
	bool ok = true;
	size_t i;

	begin_page(s->join);
	for (i = 0; ok && i < sizeof(keys) / sizeof(keys[0]); i++) {
		qpdf_oh value = i >= 1 && i <= 4
					? pdf_from_above(s->q, page, keys[i])
				: qpdf_oh_has_key(s->q, page, keys[i])
					? qpdf_oh_get_key(s->q, page, keys[i])
					: 0;

		if (value == 0)
			continue;
		buf_format(&s->join->out, "\n%s ", keys[i]);
		ok = put(s, value, 1);
	}
	buf_text(&s->join->out, " >>\nendobj\n");
	return ok;
}

static enum verdict
put_pages(struct source *s, int *pages_out, struct fault *why)
{
	struct pdf_pages pages;
	struct pdf_page page;
	int count = 0;
	enum verdict v;

	pdf_pages_begin(&pages, s->q, qpdf_get_root(s->q), false);
	while ((v = pdf_pages_next(&pages, &page)) == V_OK) {
		if (!put_page(s, page.dict) || !pdf_sound(s->q) ||
			s->join->out.full)
			return cannot(why, "a reader cannot follow a page");
		qpdf_oh_release(s->q, page.dict);
		count++;
	}
	if (v != V_END || count == 0)
		return cannot(why, "the PDF has no sound list of pages");
	v = put_queue(s, why);
	if (v == V_OK)
		*pages_out = count;
	return v;
}

enum verdict
pdf_join_add(struct pdf_join *j, const void *bytes, size_t len, int *pages_out,
	struct fault *why)
{
	struct source s = { .join = j, .items_left = ITEMS_MAX };
	enum verdict v;

	s.q = pdf_new();
	v = pdf_take(s.q, bytes, len, why);
	if (v != V_OK || qpdf_is_encrypted(s.q)) {
		v = cannot(why, "a PDF reader cannot open it");
		goto out;
	}
	if (!qpdf_oh_get_value_as_int(s.q,
		    qpdf_oh_get_key(s.q, qpdf_get_trailer(s.q), "/Size"),
		    &s.ids) ||
		s.ids < 1 || s.ids > OBJECTS_MAX) {
		v = cannot(why, "a PDF with too many objects, or none");
		goto out;
	}
	s.numbers = mem_zero((size_t)s.ids, sizeof(s.numbers[0]));
	s.queue = mem_zero((size_t)s.ids, sizeof(s.queue[0]));
	v = put_pages(&s, pages_out, why);
	if (v == V_OK && j->out.len > FLUSH_BYTES)
		v = flush(j, why);
out:
	free(s.numbers);
	free(s.queue);
	arena_done(&s.mem);
	(void)pdf_sound(s.q); /* or libqpdf says that nobody asked */
	qpdf_cleanup(&s.q);
	return v;
}

enum verdict
pdf_join_blank(struct pdf_join *j, struct fault *why)
{
	begin_page(j);
	buf_text(&j->out,
		"\n/Resources << >>\n/MediaBox [ 0 0 595.276 841.89 ] "
		">>\nendobj\n");
	return j->out.len > FLUSH_BYTES ? flush(j, why) : V_OK;
}

/* --- the end --- */

/* The nodes of the page tree; their numbers stand behind that of their first
 * page.
 */
static void
put_tree(struct pdf_join *j)
{
	size_t first, i;

	for (first = 0; first < j->page_count; first += NODE_PAGES) {
		size_t end = first + NODE_PAGES < j->page_count
				     ? first + NODE_PAGES
				     : j->page_count;

		begin(j, j->pages[first] + 1);
		buf_format(&j->out,
			"<< /Type /Pages /Parent %d 0 R /Count %zu\n/Kids [",
			ROOT, end - first);
		for (i = first; i < end; i++)
			buf_format(&j->out, "\n%d 0 R", j->pages[i]);
		buf_text(&j->out, " ] >>\nendobj\n");
	}
	begin(j, ROOT);
	buf_format(
		&j->out, "<< /Type /Pages /Count %zu\n/Kids [", j->page_count);
	for (first = 0; first < j->page_count; first += NODE_PAGES)
		buf_format(&j->out, "\n%d 0 R", j->pages[first] + 1);
	buf_text(&j->out, " ] >>\nendobj\n");
	begin(j, CATALOG);
	buf_format(
		&j->out, "<< /Type /Catalog /Pages %d 0 R >>\nendobj\n", ROOT);
}

enum verdict
pdf_join_end(struct pdf_join *j, int64_t *bytes_out, struct fault *why)
{
	enum verdict v = V_OK;
	int64_t table;
	int i;

	assert(j->page_count > 0);
	put_tree(j);
	table = j->at + (int64_t)j->out.len;
	buf_format(&j->out, "xref\n0 %d\n0000000000 65535 f \n", j->count + 1);
	for (i = 1; v == V_OK && i <= j->count; i++) {
		buf_format(&j->out, "%010" PRId64 " 00000 n \n", j->offsets[i]);
		if (j->out.len > FLUSH_BYTES)
			v = flush(j, why);
	}
	buf_format(&j->out,
		"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%" PRId64
		"\n%%%%EOF\n",
		j->count + 1, CATALOG, table);
	if (v == V_OK)
		v = flush(j, why);
	if (v == V_OK)
		*bytes_out = j->at;
	return v;
}
