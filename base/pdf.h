/* base/pdf.h - looking into PDFs, adding the PDF/A claim (libqpdf's wall)
 *
 * A look is about 0.05 ms; recovery is off: what a strict reader cannot open
 * is no PDF.  "Claims PDF/A" is what the file says of itself, never a proof.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_PDF_H
#define BASE_PDF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/fault.h"

struct pdf_look {
	int pages;
	bool encrypted; /* then pages is 0 */
	char claim[8];	/* "2a", "1b", or "" */
};

/* V_SKIP: not a PDF (CODE_DOCUMENT).  An encrypted one is V_OK with
 * `encrypted` set.  Thread-safe.
 */
enum verdict pdf_look(const void *bytes, size_t len, struct pdf_look *look_out,
	struct fault *why);

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

#endif
