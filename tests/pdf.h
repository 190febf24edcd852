/* tests/pdf.h - the smallest PDF a strict reader opens, each one different
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef TESTS_PDF_H
#define TESTS_PDF_H

#include <stdbool.h>
#include <stdio.h>

#include "base/buf.h"

/* One empty page; `mark` makes its content one of a kind, `filler` bytes make
 * it longer.  Encrypted: under a password nobody knows.
 */
static inline void
pdf_make(struct buf *out, const char *mark, size_t filler, bool encrypted)
{
	static const char *const objects[] = {
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
	};
	size_t start = out->len, at[4], i;

	buf_format(out, "%%PDF-1.4\n%%%s\n", mark);
	for (i = 0; i < filler; i++)
		buf_text(out, i % 80 == 0 ? "\n%" : "x");
	buf_text(out, "\n");
	for (i = 0; i < 3; i++) {
		at[i] = out->len - start;
		buf_format(out, "%zu 0 obj\n%s\nendobj\n", i + 1, objects[i]);
	}
	at[3] = out->len - start;
	buf_text(out, "xref\n0 4\n0000000000 65535 f \n");
	for (i = 0; i < 3; i++)
		buf_format(out, "%010zu 00000 n \n", at[i]);
	buf_text(out, "trailer\n<</Size 4/Root 1 0 R");
	if (encrypted)
		buf_text(out,
			"/ID[<00112233445566778899aabbccddeeff>"
			"<00112233445566778899aabbccddeeff>]"
			"/Encrypt<</Filter/Standard/V 1/R 2/P -4"
			"/O<0102030405060708091011121314151617181920212223"
			"242526272829303132>"
			"/U<0102030405060708091011121314151617181920212223"
			"242526272829303132>>>");
	buf_format(out, ">>\nstartxref\n%zu\n%%%%EOF\n", at[3]);
}

#endif
