/* tests/fuzz/fuzz_pdf_cut.c - any bytes as one big PDF, cut into letters
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _GNU_SOURCE /* memfd_create */
#include <assert.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "base/pdf_in.h"

#define CUTS_MAX 4

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* A cut is a PDF of as many pages, claims no level A, and comes out the same
 * a second time.
 */
static void
cut(struct pdf_book *book, int first, int last)
{
	struct buf out = BUF_MAX(1000000), again = out;
	struct fault why = FAULT_NONE;
	struct pdf_look look;
	enum verdict v = pdf_book_cut(book, first, last, &out, &why);

	assert(v == V_OK || (v == V_SKIP && why.code == CODE_DOCUMENT));
	assert(pdf_book_cut(book, first, last, &again, &why) == v);
	if (v == V_OK) {
		assert(out.len == again.len);
		assert(memcmp(out.bytes, again.bytes, out.len) == 0);
		assert(pdf_look_here(out.bytes, out.len,
			       PDF_CLASSIC | PDF_STRUCTURE, &look,
			       &why) == V_OK);
		assert(look.pages == last - first + 1);
		assert(strcmp(look.claim, pdf_book_cut_claims(book)) == 0);
		assert(look.claim[0] == '\0' || look.claim[1] != 'a');
		assert(!look.encrypted && !look.tagged);
	}
	buf_done(&out);
	buf_done(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct fault why = FAULT_NONE;
	struct pdf_book *book = NULL;
	int fd = memfd_create("book", MFD_CLOEXEC), i, pages;
	enum verdict v;

	assert(fd >= 0);
	assert(file_write(fd, bytes, len, &why) == V_OK);
	v = pdf_book_open(fd, &book, &why);
	assert(v == V_OK || (v == V_SKIP && why.code == CODE_DOCUMENT));
	if (v == V_OK) {
		pages = pdf_book_pages(book);
		assert(pages > 0);
		for (i = 1; i <= pages && i <= CUTS_MAX; i++)
			cut(book, i, i);
		cut(book, 1, pages < CUTS_MAX ? pages : CUTS_MAX);
	}
	pdf_book_close(book);
	(void)close(fd);
	return 0;
}
