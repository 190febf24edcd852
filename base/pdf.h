/* base/pdf.h - looking into PDFs, adding the PDF/A claim (libqpdf's wall)
 *
 * Two of the three levels are here; the third is an operator's command
 * (base/command.h).  Claim: is it a PDF, encrypted, how many pages, and which
 * PDF/A does it say it is; about 0.05 ms.  Structure: what the objects say.
 * Recovery is off: what a strict reader cannot open is no PDF.  Neither level
 * proves that a file is PDF/A.
 *
 * A stranger's file can make libqpdf inflate or parse without end.  What can
 * do so, cross-reference streams and the walk of the structure level, runs in
 * a child process with limits on time and memory (about 1 ms more).
 * Thread-safe.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_PDF_H
#define BASE_PDF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"

#define PDF_CLAIM_MAX 8
#define PDF_LANG_MAX 24
#define PDF_FONT_MAX 48
#define PDF_PROBLEM_MAX 200

enum pdf_claim_note {
	PDF_CLAIM_PLAIN, /* a claim, or none at all */
	PDF_CLAIM_CASE,	 /* conformance in small letters: no claim */
	PDF_CLAIM_ODD,	 /* no such part and level, or two that differ */
};

struct pdf_look {
	int pages;
	bool encrypted;		   /* then pages is 0, the rest unknown */
	char claim[PDF_CLAIM_MAX]; /* "2a", "1b", "4", or "" */
	enum pdf_claim_note note;  /* why there is no claim */

	/* From here only after pdf_look_structure(). */
	bool structure;
	bool unsure;		 /* too many objects: not all were looked at */
	bool scripts;		 /* JavaScript or an XFA form */
	bool launch;		 /* an action that starts a program */
	bool files;		 /* files embedded or attached */
	bool tagged;		 /* marked, and with a structure tree */
	char lang[PDF_LANG_MAX]; /* "nl-NL", "" when absent or odd */
	int size_page;		 /* first page that is no A4 portrait, or 0 */
	int width_mm, height_mm; /* of that page, as it is shown */
	int empty_page;		 /* first page without content, or 0 */
	int fonts;		 /* fonts found */
	int fonts_absent;	 /* of those, not embedded */
	char font[PDF_FONT_MAX]; /* name of the first not embedded */
};

/* The claim level.  V_SKIP: not a PDF (CODE_DOCUMENT), also when it asks for
 * more than the limits.  V_LATER: no child process could be had.  An encrypted
 * one is V_OK with `encrypted` set.
 */
enum verdict pdf_look(const void *bytes, size_t len, struct pdf_look *look_out,
	struct fault *why);

/* The same, and the structure level. */
enum verdict pdf_look_structure(const void *bytes, size_t len,
	struct pdf_look *look_out, struct fault *why);

/* The claim in XMP as it stands somewhere in `bytes`: UTF-8, UTF-16 or UTF-32,
 * as attributes or elements, whatever the prefix.  A byte scan without any
 * library.  Given a whole file it answers for the last packet in it.
 */
void pdf_claim_scan(const void *bytes, size_t len,
	char claim_out[PDF_CLAIM_MAX], enum pdf_claim_note *note_out);

/* Is there something the box does not take?  One plain sentence in `text_out`.
 * `claims` is what may be claimed, "1a,2a"; "" when that does not matter.
 */
bool pdf_box_problem(const struct pdf_look *look, const char *claims,
	char text_out[PDF_PROBLEM_MAX]);

/* The same for the printer; only the structure level sees these. */
bool pdf_paper_problem(
	const struct pdf_look *look, char text_out[PDF_PROBLEM_MAX]);

/* Rewrite a tagged PDF with XMP that claims PDF/A-2a, /Lang and a title.
 * The same input gives the same bytes.
 */
enum verdict pdf_claim(const void *bytes, size_t len, const char *lang,
	const char *title, struct buf *out, struct fault *why);

/* Rewrite a PDF behind a password, for a rehearsal of what must be refused:
 * the weakest cipher there is, because it needs no random bytes and so the
 * same input gives the same bytes.  It protects nothing.
 */
enum verdict pdf_lock(const void *bytes, size_t len, const char *password,
	struct buf *out, struct fault *why);

/* --- cutting one big PDF into letters (base/pdf_cut.c) --- */

struct pdf_book;

/* Open the big PDF behind `fd` (lent; a regular file, read under a descriptor
 * of its own).  It is not read whole: what stays in memory are its table of
 * objects (about 100 bytes each) and 4 bytes a page.
 * V_SKIP: not a PDF, encrypted, or more than PDF_BOOK_PAGES_MAX pages.
 */
#define PDF_BOOK_PAGES_MAX 1000000
enum verdict pdf_book_open(
	int fd, struct pdf_book **book_out, struct fault *why);
int pdf_book_pages(const struct pdf_book *book);

/* What the book claims, and what a cut of it claims.  Tags are not cut along,
 * so level A becomes B in the cut, and its packet says so; a cut never claims
 * 1a or 2a, so where the box wants those a cut goes to paper.
 */
const char *pdf_book_claims(const struct pdf_book *book);
const char *pdf_book_cut_claims(const struct pdf_book *book);

/* Pages `first` to `last`, from 1, as a PDF appended to `out`; its `max` is
 * the limit.  The same book and pages give the same bytes.  Along come what
 * the pages use, OutputIntents, layers and language; not the tags, forms,
 * actions, document information, nor pages that links point at.  What all
 * pages share (fonts, a logo) is copied into every cut: a PDF stands alone.
 * V_SKIP: these pages cannot be cut (CODE_DOCUMENT).
 */
enum verdict pdf_book_cut(struct pdf_book *book, int first, int last,
	struct buf *out, struct fault *why);
void pdf_book_close(struct pdf_book *book); /* accepts NULL */

/* --- joining letters to one big PDF (base/pdf_join.c) --- */

struct pdf_join;

/* The big PDF goes to `fd` (lent, empty) while it is made: what stays in memory
 * is one letter, 8 bytes for each object of all letters and 4 for each page; a
 * letter has some 30 to 200 objects.  The same letters give the same bytes.
 * Along comes what pages show; not tags, forms, actions, layers, metadata.
 */
void pdf_join_open(int fd, struct pdf_join **join_out);
/* All pages of a PDF behind those before.  V_SKIP: it cannot be joined
 * (CODE_MERGE), and neither can anything more.
 */
enum verdict pdf_join_add(struct pdf_join *join, const void *bytes, size_t len,
	int *pages_out, struct fault *why);
/* An empty A4 page. */
enum verdict pdf_join_blank(struct pdf_join *join, struct fault *why);
/* The end of the file. */
enum verdict pdf_join_end(
	struct pdf_join *join, int64_t *bytes_out, struct fault *why);
void pdf_join_free(struct pdf_join *join); /* accepts NULL */

#endif
