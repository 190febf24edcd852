/* mobbsim/document.h - the documents of a batch file
 *
 * Each letter has its own PDF, in the container or inline; or its own pages of
 * one PDF that all share (mobbsim/printfile.h).
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_DOCUMENT_H
#define MOBBSIM_DOCUMENT_H

#include "mobbsim/outfile.h"
#include "mobbsim/pack.h"
#include "mobbsim/printfile.h"
#include "mobbsim/stream.h"

struct document {
	const struct stream *stream;
	const struct supply *supply;
	int64_t pdf_min, pdf_max; /* wanted size, 0: as they come */
	int64_t natural;	  /* bytes of a letter without padding */
	struct buf work, pdf, other, base64;
	struct outfile pages;
	struct printfile *print;
};

/* Both are lent. */
void document_init(struct document *document, const struct stream *stream,
	const struct supply *supply, int64_t pdf_min, int64_t pdf_max);
void document_done(struct document *document);

/* A file begins; `aside` names what is written beside it for a while. */
enum verdict document_begin(
	struct document *document, const char *aside, struct fault *why);

/* Make the document of `item`, deliver it in `pack` (NULL: inline) unless
 * `deliver` is false, and let the item say what its record says of it.
 * `sha256_out` is what was really delivered, "" when nothing was, or when it
 * is pages, which somebody else will cut.
 */
enum verdict document_add(struct document *document, struct item *item,
	struct pack *pack, bool deliver, char sha256_out[DIGEST_HEX_MAX],
	struct fault *why);

/* One more document like that of `item`, which no record names. */
enum verdict document_extra(struct document *document, struct item *item,
	struct pack *pack, struct fault *why);

/* The file ends; `*pages_out` is the PDF of all pages, NULL: there is none. */
enum verdict document_end(struct document *document, struct outfile **pages_out,
	struct fault *why);

#endif
