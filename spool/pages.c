/* spool/pages.c - one big PDF, cut into letters
 *
 * It is unpacked to a file without a name beside the batch file: libqpdf wants
 * a PDF at the start of a file, and does not read it whole.  The file is gone
 * with its descriptor, whatever ends us.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/pdf.h"
#include "spool/inside.h"
#include "spool/scratch.h"

struct book {
	int fd;
	struct pdf_book *pdf;
	int pages;
	uint64_t *owners; /* of each page, 0: nobody */
};

enum verdict
book_new(struct source *s, struct book **book_out, struct fault *why)
{
	enum verdict v;
	int fd = -1;

	v = scratch_open(s->dir, &fd, why);
	if (v != V_OK)
		return v;
	*book_out = mem_zero(1, sizeof(**book_out));
	(*book_out)->fd = fd;
	return V_OK;
}

enum verdict
book_add(struct book *b, const void *bytes, size_t len, struct fault *why)
{
	assert(b->pdf == NULL);
	return file_write(b->fd, bytes, len, why);
}

enum verdict
book_open(struct book *b, struct fault *why)
{
	struct fault seen = FAULT_NONE;
	enum verdict v = pdf_book_open(b->fd, &b->pdf, &seen);

	if (v == V_SKIP)
		return fault_set(why, V_BROKEN, CODE_DOCUMENT,
			"the PDF that holds all letters: %s", seen.text);
	if (v != V_OK) {
		*why = seen;
		return v;
	}
	b->pages = pdf_book_pages(b->pdf);
	b->owners = mem_zero((size_t)b->pages + 1, sizeof(b->owners[0]));
	return V_OK;
}

void
book_free(struct book *b)
{
	if (b == NULL)
		return;
	pdf_book_close(b->pdf);
	(void)close(b->fd);
	free(b->owners);
	free(b);
}

enum verdict
book_take(
	struct book *b, int first, int last, uint64_t owner, struct fault *why)
{
	int i;

	/* Named is named, also by a record that is rejected for it. */
	for (i = first < 1 ? 1 : first; i <= last && i <= b->pages; i++) {
		if (b->owners[i - 1] != 0 && b->owners[i - 1] != owner)
			return fault_set(why, V_BROKEN, CODE_DOCUMENT_TWICE,
				"page %d belongs to two letters", i);
		b->owners[i - 1] = owner;
	}
	if (first < 1 || last < first || last > b->pages)
		return fault_set(why, V_SKIP, CODE_DOCUMENT,
			"pages %d to %d of a PDF of %d pages", first, last,
			b->pages);
	return V_OK;
}

enum verdict
book_cut(
	struct book *b, int first, int last, struct buf *out, struct fault *why)
{
	return pdf_book_cut(b->pdf, first, last, out, why);
}

int64_t
book_unused(const struct book *b)
{
	int64_t unused = 0;
	int i;

	for (i = 0; i < b->pages; i++)
		unused += b->owners[i] == 0;
	return unused;
}
