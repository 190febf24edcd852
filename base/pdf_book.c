/* base/pdf_book.c - one big PDF, opened page by page; see base/pdf.h
 *
 * libqpdf keeps every object it ever read.  They are given back by opening the
 * book again after so many of them, which keeps the time for all linear.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/pdf_in.h"

#define NODES_MAX (2 * PDF_BOOK_PAGES_MAX)

enum verdict
pdf_book_reopen(struct pdf_book *book, struct fault *why)
{
	qpdf_oh oh;
	int size;

	if (book->q != NULL)
		qpdf_cleanup(&book->q);
	book->q = pdf_new();
	book->kept = 0;
	if ((qpdf_read(book->q, book->path, NULL) & QPDF_ERRORS) != 0) {
		qpdf_error e = qpdf_get_error(book->q);
		bool locked = e != NULL && qpdf_get_error_code(book->q, e) ==
						   qpdf_e_password;

		return fault_set(why, V_SKIP, CODE_DOCUMENT, "%s",
			locked ? "the PDF is encrypted"
			       : "a PDF reader cannot open it");
	}
	if (qpdf_is_encrypted(book->q))
		return fault_set(
			why, V_SKIP, CODE_DOCUMENT, "the PDF is encrypted");
	oh = qpdf_oh_get_key(book->q, qpdf_get_trailer(book->q), "/Size");
	if (!qpdf_oh_get_value_as_int(book->q, oh, &size) || size < 1 ||
		size > PDF_ID_MAX)
		return fault_set(why, V_SKIP, CODE_DOCUMENT,
			"a PDF with too many objects, or none");
	if (book->size != 0 && book->size != size)
		return fault_set(why, V_BROKEN, CODE_DOCUMENT,
			"the PDF changed while it was cut");
	book->size = size;
	return V_OK;
}

struct level {
	int id;
	qpdf_oh kids;
	int next, count;
};

/* The kids of node `id`; false when it is a page. */
static bool
open_level(struct pdf_book *book, int id, struct level *level)
{
	qpdf_oh node = qpdf_get_object_by_id(book->q, id, 0);

	if (!qpdf_oh_is_dictionary(book->q, node) ||
		!qpdf_oh_has_key(book->q, node, "/Kids"))
		return false;
	level->id = id;
	level->kids = qpdf_oh_get_key(book->q, node, "/Kids");
	level->count = qpdf_oh_is_array(book->q, level->kids)
			       ? qpdf_oh_get_array_n_items(book->q, level->kids)
			       : 0;
	return true;
}

static bool
add_page(struct pdf_book *book, int id)
{
	size_t n = (size_t)book->pages;

	if (book->pages == PDF_BOOK_PAGES_MAX)
		return false;
	if (n >= 1024 && (n & (n - 1)) == 0)
		book->ids = mem_grow(book->ids, 2 * n * sizeof(book->ids[0]));
	book->ids[book->pages++] = id;
	return true;
}

int
pdf_number(const struct pdf_book *book, qpdf_oh oh)
{
	int id = qpdf_oh_get_object_id(book->q, oh);

	return id > 0 && id < book->size &&
			       qpdf_oh_get_generation(book->q, oh) == 0
		       ? id
		       : 0;
}

static bool
dictionary_here(qpdf_data q, int id)
{
	qpdf_oh oh = qpdf_get_object_by_id(q, id, 0);
	bool yes = qpdf_oh_is_dictionary(q, oh);

	qpdf_oh_release(q, oh);
	return yes;
}

/* Every node is looked at: what its parent says about it may be wrong, and a
 * page too many or too few puts all later letters in the wrong envelope.
 */
static enum verdict
list_pages(struct pdf_book *book, struct fault *why)
{
	struct level stack[PDF_TREE_DEPTH_MAX], level = { 0 };
	int depth = 0, nodes = 0, i, id, root;

	id = pdf_number(book,
		qpdf_oh_get_key(book->q, qpdf_get_root(book->q), "/Pages"));
	if (!pdf_sound(book->q) || id == 0)
		return V_SKIP;
	root = pdf_number(book, qpdf_get_root(book->q));
	pdf_bit_set(book->is_tree, root, true); /* nothing leads back to it */
	for (;;) {
		if (++nodes > NODES_MAX || !dictionary_here(book->q, id) ||
			pdf_bit(book->is_tree, id))
			return V_SKIP;
		pdf_bit_set(book->is_tree, id, true);
		level = (struct level){ 0 };
		if (!open_level(book, id, &level)) {
			if (!add_page(book, id))
				return V_SKIP;
		} else if (depth == PDF_TREE_DEPTH_MAX) {
			return V_SKIP;
		} else {
			stack[depth++] = level;
		}
		if (nodes % PDF_KEPT_MIN == 0) {
			if (pdf_book_reopen(book, why) != V_OK)
				return V_SKIP;
			for (i = 0; i < depth; i++)
				(void)open_level(book, stack[i].id, &stack[i]);
		}
		while (depth > 0 &&
			stack[depth - 1].next == stack[depth - 1].count)
			depth--;
		if (!pdf_sound(book->q))
			return V_SKIP;
		if (depth == 0)
			return book->pages > 0 ? V_OK : V_SKIP;
		id = pdf_number(book,
			qpdf_oh_get_array_item(book->q, stack[depth - 1].kids,
				stack[depth - 1].next++));
		if (id == 0)
			return V_SKIP;
	}
}

static void
set_claims(struct pdf_book *book)
{
	enum pdf_claim_note note;

	pdf_read_claim(book->q, qpdf_get_root(book->q), book->claim, &note);
	memcpy(book->cut_claim, book->claim, sizeof(book->claim));
	if (book->cut_claim[1] == 'a')
		book->cut_claim[1] = 'b';
}

enum verdict
pdf_book_open(int fd, struct pdf_book **book_out, struct fault *why)
{
	struct pdf_book *book = mem_zero(1, sizeof(*book));
	enum verdict v = V_BROKEN;

	assert(fd >= 0);
	book->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (book->fd == -1) {
		v = fault_errno(why, V_BROKEN, CODE_IO, "open the big PDF");
		goto out;
	}
	snprintf(book->path, sizeof(book->path), "/proc/self/fd/%d", book->fd);
	v = pdf_book_reopen(book, why);
	if (v != V_OK)
		goto out;
	book->ids = mem_new(1024 * sizeof(book->ids[0]));
	book->is_tree = mem_zero((size_t)book->size / 8 + 1, 1);
	book->taken = mem_zero((size_t)book->size / 8 + 1, 1);
	v = list_pages(book, why);
	if (v != V_OK) {
		v = fault_set(why, V_SKIP, CODE_DOCUMENT,
			"PDF without a sound list of pages");
		goto out;
	}
	set_claims(book);
	v = pdf_book_reopen(book, why);
	if (v == V_OK) {
		*book_out = book;
		book = NULL;
	}
out:
	pdf_book_close(book);
	return v;
}

int
pdf_book_pages(const struct pdf_book *book)
{
	return book->pages;
}

const char *
pdf_book_claims(const struct pdf_book *book)
{
	return book->claim;
}

const char *
pdf_book_cut_claims(const struct pdf_book *book)
{
	return book->cut_claim;
}

void
pdf_book_close(struct pdf_book *book)
{
	if (book == NULL)
		return;
	if (book->q != NULL)
		qpdf_cleanup(&book->q);
	if (book->fd != -1)
		(void)close(book->fd);
	free(book->ids);
	free(book->is_tree);
	free(book->taken);
	free(book);
}
