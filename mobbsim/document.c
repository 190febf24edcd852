/* mobbsim/document.c - see mobbsim/document.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/pdf.h"
#include "mobbsim/batch.h"
#include "mobbsim/dice.h"
#include "mobbsim/document.h"

#define DOCUMENT_MAX ((size_t)(BATCH_PDF_BYTES_MAX + 1000000))
#define PASSWORD "oefening"
#define TRIES_MAX 4 /* to hit the wanted size of a PDF */

/* What a web server says when it has no PDF to give. */
static const char html[] =
	"<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>\n"
	"<body><h1>502 Bad Gateway</h1><p>The document server did not answer "
	"in time.</p></body></html>\n";

void
document_init(struct document *document, const struct stream *stream,
	const struct supply *supply, int64_t pdf_min, int64_t pdf_max)
{
	*document = (struct document){
		.stream = stream,
		.supply = supply,
		.pdf_min = pdf_min,
		.pdf_max = pdf_max,
		.work = BUF_MAX(DOCUMENT_MAX),
		.pdf = BUF_MAX(DOCUMENT_MAX),
		.other = BUF_MAX(DOCUMENT_MAX),
		.base64 = BUF_MAX(BASE64_LEN(DOCUMENT_MAX) + 1),
		.pages = OUTFILE_NONE,
	};
}

void
document_done(struct document *document)
{
	printfile_free(document->print);
	document->print = NULL;
	outfile_close(&document->pages);
	buf_done(&document->work);
	buf_done(&document->pdf);
	buf_done(&document->other);
	buf_done(&document->base64);
}

enum verdict
document_begin(struct document *document, const char *aside, struct fault *why)
{
	enum verdict v;

	if (!document->stream->pages)
		return V_OK;
	v = outfile_hidden(&document->pages, aside, why);
	if (v == V_OK)
		document->print = printfile_open(&document->pages);
	return v;
}

/* --- a PDF of its own --- */

/* A letter of the wanted size: what is missing is padding. */
static enum verdict
make_pdf(struct document *d, const struct item *item, struct fault *why)
{
	int64_t min = d->pdf_min, max = d->pdf_max;
	struct dice dice = dice_of(d->supply->seed + 1, -item->record - 2);
	int64_t want = 0, padding = 0;
	enum verdict v = V_OK;
	int tries;

	if (max > 0)
		want = min + dice_roll(&dice, max - min + 1);
	if (want > d->natural && d->natural > 0)
		padding = want - d->natural;
	for (tries = 0; tries < TRIES_MAX; tries++) {
		int64_t len;

		buf_reset(&d->pdf);
		v = stream_pdf(d->stream, d->supply, item, padding, &d->work,
			&d->pdf, why);
		if (v != V_OK)
			return v;
		len = (int64_t)d->pdf.len;
		d->natural = len - padding;
		if (max == 0 || (len >= min && len <= max))
			return V_OK;
		if (want < d->natural)
			want = d->natural < max ? d->natural : max;
		padding += want - len;
		if (padding < 0)
			break;
	}
	return fault_set(why, V_BROKEN, CODE_USAGE,
		"--pdf-bytes: a letter has at least %" PRId64 " bytes",
		d->natural);
}

/* What is delivered as the document of `item`, in `*doc_out`. */
static enum verdict
make_document(struct document *d, const struct item *item,
	const struct buf **doc_out, struct fault *why)
{
	enum verdict v;

	if (item->flaw == FLAW_DOC_HTML) {
		buf_reset(&d->other);
		buf_text(&d->other, html);
		*doc_out = &d->other;
		return V_OK;
	}
	v = make_pdf(d, item, why);
	if (v != V_OK)
		return v;
	*doc_out = &d->pdf;
	if (item->flaw != FLAW_DOC_LOCKED)
		return V_OK;
	buf_reset(&d->other);
	v = pdf_lock(d->pdf.bytes, d->pdf.len, PASSWORD, &d->other, why);
	*doc_out = &d->other;
	return v;
}

static enum verdict
put_member(struct pack *pack, const char *name, const struct buf *doc,
	struct fault *why)
{
	enum verdict v;

	v = pack_member(pack, name, (int64_t)doc->len, why);
	if (v == V_OK)
		v = pack_add(pack, doc->bytes, doc->len, why);
	return v;
}

static enum verdict
put_inline(struct document *d, struct item *item, const struct buf *doc,
	struct fault *why)
{
	buf_reset(&d->base64);
	if (buf_room(&d->base64, BASE64_LEN(doc->len) + 1) == NULL)
		return fault_set(
			why, V_BROKEN, CODE_LIMIT, "document is too large");
	buf_used(&d->base64,
		base64_encode(doc->bytes, doc->len, d->base64.bytes));
	item->base64 = d->base64.bytes;
	return V_OK;
}

/* --- pages of a common PDF --- */

static enum verdict
add_pages(
	struct document *d, struct item *item, bool deliver, struct fault *why)
{
	char reference[STREAM_REFERENCE_MAX];
	int64_t pages = item->last_page;
	struct sheet sheet;

	if (!deliver)
		return V_OK;
	d->stream->letter(d->supply, item, &sheet);
	d->stream->reference(d->supply, item, reference);
	item->first_page = printfile_pages(d->print) + 1;
	item->last_page = item->first_page + pages - 1;
	return printfile_letter(d->print, &sheet, reference, (int)pages, why);
}

/* --- both --- */

/* Of an index line in pieces nobody can read which document it names. */
static bool
is_missing(const struct document *d, const struct item *item)
{
	return item->flaw == FLAW_DOC_MISSING ||
	       (item->flaw == FLAW_COLUMNS && d->stream->kind == SPOIL_INDEX);
}

enum verdict
document_add(struct document *document, struct item *item, struct pack *pack,
	bool deliver, char sha256_out[DIGEST_HEX_MAX], struct fault *why)
{
	uint8_t sum[DIGEST_BYTES];
	const struct buf *doc;
	enum verdict v;

	sha256_out[0] = '\0';
	if (document->stream->pages)
		return add_pages(document, item, deliver, why);
	/* Inline, what is not there leaves no element behind. */
	if (item->flaw == FLAW_DOC_MISSING && pack == NULL)
		return V_OK;
	v = make_document(document, item, &doc, why);
	if (v != V_OK)
		return v;
	digest_of(doc->bytes, doc->len, sum);
	digest_hex(sum, sizeof(sum), item->sha256);
	if (pack != NULL) {
		snprintf(item->href, sizeof(item->href), "%s-%04d-%09d.pdf",
			document->stream->prefix,
			document->supply->year % 10000,
			(int)(item->record % 1000000000));
		if (!deliver || is_missing(document, item))
			return V_OK;
		v = put_member(pack, item->href, doc, why);
	} else {
		v = put_inline(document, item, doc, why);
	}
	memcpy(sha256_out, item->sha256, DIGEST_HEX_MAX);
	if (item->flaw == FLAW_DOC_HASH)
		item->sha256[0] = item->sha256[0] == '0' ? '1' : '0';
	return v;
}

enum verdict
document_extra(struct document *document, struct item *item, struct pack *pack,
	struct fault *why)
{
	const struct buf *doc;
	enum verdict v;

	if (document->stream->pages) {
		item->last_page = 1;
		return add_pages(document, item, true, why);
	}
	v = make_document(document, item, &doc, why);
	return v == V_OK ? put_member(pack, "extra.pdf", doc, why) : v;
}

enum verdict
document_end(struct document *document, struct outfile **pages_out,
	struct fault *why)
{
	*pages_out = NULL;
	if (document->print == NULL)
		return V_OK;
	*pages_out = &document->pages;
	return printfile_end(document->print, why);
}
