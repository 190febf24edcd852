/* spool/pages.c - one big PDF, cut into letters
 *
 * It is unpacked to a file without a name beside the batch file: libqpdf wants
 * a PDF at the start of a file, and does not read it whole.  The file is gone
 * with its descriptor, whatever ends us.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/pdf.h"
#include "spool/inside.h"

#define BOOK_NAME ".book" /* for the moment it has a name */

struct book {
	int fd;
	struct pdf_book *pdf;
	int pages;
	uint64_t *owners; /* of each page, 0: nobody */
};

/* Only checking: nothing is written where the claim lies. */
static int
elsewhere(void)
{
	const char *dir = getenv("TMPDIR");
	char name[512];
	int fd, n;

	n = snprintf(name, sizeof(name), "%s/mobb.book.XXXXXX",
		dir == NULL || dir[0] != '/' ? "/tmp" : dir);
	if (n < 0 || (size_t)n >= sizeof(name))
		return -1;
	fd = mkstemp(name);
	if (fd == -1)
		return -1;
	(void)unlink(name);
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

enum verdict
book_new(struct source *s, struct book **book_out, struct fault *why)
{
	struct book *b;
	int fd;

	if (s->dir == -1) {
		fd = elsewhere();
	} else {
		(void)unlinkat(s->dir, BOOK_NAME, 0);
		fd = openat(s->dir, BOOK_NAME,
			O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			0600);
		(void)unlinkat(s->dir, BOOK_NAME, 0);
	}
	if (fd == -1)
		return fault_errno(why, V_BROKEN, CODE_SPOOL,
			"make a file for the PDF that is cut");
	b = mem_zero(1, sizeof(*b));
	b->fd = fd;
	*book_out = b;
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

	if (first < 1 || last < first || last > b->pages)
		return fault_set(why, V_SKIP, CODE_DOCUMENT,
			"pages %d to %d of a PDF of %d pages", first, last,
			b->pages);
	for (i = first; i <= last; i++) {
		if (b->owners[i - 1] != 0 && b->owners[i - 1] != owner)
			return fault_set(why, V_BROKEN, CODE_DOCUMENT_TWICE,
				"page %d belongs to two letters", i);
		b->owners[i - 1] = owner;
	}
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
