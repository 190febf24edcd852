/* base/pdf_in.h - what the files base/pdf*.c share; nobody else's
 *
 * Through libqpdf's C interface.  Every qpdf_oh_*() call may leave an error
 * behind that has to be fetched, or the next one complains: pdf_sound() does
 * that.  A stranger's page tree is walked here with limits of ours, because
 * libqpdf follows it by recursion.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_PDF_IN_H
#define BASE_PDF_IN_H

#include <qpdf/qpdf-c.h>
#include <stdint.h>

#include "base/pdf.h"

#define PDF_TREE_DEPTH_MAX 16
#define PDF_LOOK_MS 2000 /* a look in this process is given up after this */

/* How to look. */
#define PDF_CLASSIC 1	/* no cross-reference streams: nothing is inflated */
#define PDF_STRUCTURE 2 /* the structure level as well */

/* A handle with errors silenced and recovery off. */
qpdf_data pdf_new(void);

/* No error since the last look; fetches it if there was one. */
bool pdf_sound(qpdf_data q);

/* Open bytes as a PDF; they must stay until the handle is gone. */
enum verdict pdf_take(
	qpdf_data q, const void *bytes, size_t len, struct fault *why);

/* Data of a stream, malloc()ed by libqpdf; NULL when there is none. */
unsigned char *pdf_stream(qpdf_data q, qpdf_oh stream,
	enum qpdf_stream_decode_level_e level, size_t *len_out);

/* What the document's own XMP claims. */
void pdf_read_claim(qpdf_data q, qpdf_oh root, char claim_out[PDF_CLAIM_MAX],
	enum pdf_claim_note *note_out);

/* Write what `q` holds behind `out`; false when libqpdf or `out` fails. */
bool pdf_write(qpdf_data q, struct buf *out);

/* Both levels in this process, whatever the file makes libqpdf do. */
enum verdict pdf_look_here(const void *bytes, size_t len, int how,
	struct pdf_look *look_out, struct fault *why);

/* The same in a child with limits (base/pdf_fence.c). */
enum verdict pdf_look_fenced(const void *bytes, size_t len, int how,
	struct pdf_look *look_out, struct fault *why);

/* Everything but the claim level; `look` has that already. */
void pdf_read_structure(qpdf_data q, qpdf_oh root, struct pdf_look *look);

/* The pages in order, without recursion (base/pdf_pages.c). */
enum {
	PDF_MEDIA,
	PDF_CROP,
	PDF_ROTATE,
	PDF_INHERITED
};

struct pdf_page {
	qpdf_oh dict;			  /* the caller's to release */
	qpdf_oh inherited[PDF_INHERITED]; /* 0: nowhere given */
};

struct pdf_pages {
	qpdf_data q;
	qpdf_oh root;
	int depth, nodes_left;
	bool boxes; /* the inherited entries are wanted */
	int64_t end_ms;
	struct {
		qpdf_oh kids;
		int next, count;
		qpdf_oh inherited[PDF_INHERITED];
	} stack[PDF_TREE_DEPTH_MAX];
};

void pdf_pages_begin(
	struct pdf_pages *pages, qpdf_data q, qpdf_oh root, bool boxes);

/* V_SKIP: no sound tree. */
enum verdict pdf_pages_next(struct pdf_pages *pages, struct pdf_page *page_out);

/* An open book (base/pdf_book.c). */
#define PDF_ID_MAX 8388607 /* the largest object number there may be */
/* Objects libqpdf may keep before the book is opened anew; for that costs by
 * the number of pages, one more for every two of them.
 */
#define PDF_KEPT_MIN 8000

struct pdf_book {
	int fd;
	char path[32];
	qpdf_data q;
	int size; /* object numbers go from 1 to below this */
	int *ids; /* of each page */
	int pages;
	uint8_t *is_tree; /* a bit for each number: page or node above it */
	uint8_t *taken;	  /* the same; all 0 between two cuts */
	int kept;	  /* objects libqpdf keeps, at most */
	char claim[PDF_CLAIM_MAX], cut_claim[PDF_CLAIM_MAX];
};

/* Open the file again, without what libqpdf kept of it. */
enum verdict pdf_book_reopen(struct pdf_book *book, struct fault *why);

/* The number of an object that stands by itself, 0 when it does not or when
 * the book says that there is no such number.
 */
int pdf_number(const struct pdf_book *book, qpdf_oh oh);

/* What a page has itself or from above; 0 when nowhere given. */
qpdf_oh pdf_from_above(qpdf_data q, qpdf_oh page, const char *key);

/* Bits by object number, 0 to PDF_ID_MAX. */
static inline bool
pdf_bit(const uint8_t *bits, int id)
{
	return (bits[id / 8] & (1U << id % 8)) != 0;
}

static inline void
pdf_bit_set(uint8_t *bits, int id, bool on)
{
	if (on)
		bits[id / 8] |= (uint8_t)(1U << id % 8);
	else
		bits[id / 8] &= (uint8_t) ~(1U << id % 8);
}

#endif
