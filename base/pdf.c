/* base/pdf.c - see base/pdf.h
 *
 * The claim level, and PDFs written again.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _GNU_SOURCE /* memmem */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pdf_in.h"

#define XMP_MAX ((size_t)1000000)
#define XMP_PACKED_MAX ((size_t)20000) /* deflate gives at most 1032 x this */
#define TITLE_MAX 600
#define TAIL_BYTES ((size_t)1054) /* where libqpdf looks for the end */

bool
pdf_sound(qpdf_data q)
{
	bool ok = true;

	while (qpdf_has_error(q)) {
		(void)qpdf_get_error(q);
		ok = false;
	}
	while (qpdf_more_warnings(q))
		(void)qpdf_next_warning(q);
	return ok;
}

qpdf_data
pdf_new(void)
{
	qpdf_data q = qpdf_init();

	qpdf_silence_errors(q);
	qpdf_set_suppress_warnings(q, QPDF_TRUE);
	qpdf_set_attempt_recovery(q, QPDF_FALSE);
	return q;
}

unsigned char *
pdf_stream(qpdf_data q, qpdf_oh stream, enum qpdf_stream_decode_level_e level,
	size_t *len_out)
{
	unsigned char *bytes = NULL;
	QPDF_ERROR_CODE code;

	/* libqpdf gives the data also with a warning. */
	*len_out = 0;
	code = qpdf_oh_get_stream_data(q, stream, level, NULL, &bytes, len_out);
	if (code == QPDF_SUCCESS)
		return bytes;
	free(bytes);
	return NULL;
}

/* The XMP as text, NULL when there is none or when it is too large to be one.
 */
static unsigned char *
xmp_get(qpdf_data q, qpdf_oh root, size_t *len_out)
{
	enum qpdf_stream_decode_level_e level = qpdf_dl_none;
	unsigned char *text;
	qpdf_oh meta, filter;

	meta = qpdf_oh_get_key(q, root, "/Metadata");
	if (!qpdf_oh_is_stream(q, meta))
		return NULL;
	filter = qpdf_oh_get_key(q, qpdf_oh_get_dict(q, meta), "/Filter");
	if (qpdf_oh_is_array(q, filter) &&
		qpdf_oh_get_array_n_items(q, filter) == 1)
		filter = qpdf_oh_get_array_item(q, filter, 0);
	if (qpdf_oh_is_name_and_equals(q, filter, "/FlateDecode")) {
		level = qpdf_dl_generalized;
		/* Look at the packed size first: it may be a bomb. */
		text = pdf_stream(q, meta, qpdf_dl_none, len_out);
		free(text);
		if (text == NULL || *len_out > XMP_PACKED_MAX)
			return NULL;
	} else if (!qpdf_oh_is_null(q, filter)) {
		return NULL;
	}
	text = pdf_stream(q, meta, level, len_out);
	if (text != NULL && *len_out > XMP_MAX) {
		free(text);
		return NULL;
	}
	return text;
}

void
pdf_read_claim(qpdf_data q, qpdf_oh root, char claim_out[PDF_CLAIM_MAX],
	enum pdf_claim_note *note_out)
{
	size_t len = 0;
	unsigned char *xmp = xmp_get(q, root, &len);

	(void)pdf_sound(q);
	claim_out[0] = '\0';
	*note_out = PDF_CLAIM_PLAIN;
	if (xmp != NULL)
		pdf_claim_scan(xmp, len, claim_out, note_out);
	free(xmp);
}

static bool
count_pages(qpdf_data q, qpdf_oh root, int *pages_out)
{
	struct pdf_pages pages;
	struct pdf_page page;
	enum verdict v;
	int count = 0;

	pdf_pages_begin(&pages, q, root, false);
	while ((v = pdf_pages_next(&pages, &page)) == V_OK) {
		qpdf_oh_release(q, page.dict);
		count++;
	}
	*pages_out = count;
	return v == V_END && count > 0;
}

enum verdict
pdf_look_here(const void *bytes, size_t len, int how, struct pdf_look *look_out,
	struct fault *why)
{
	struct pdf_look look = { 0 };
	qpdf_data q = pdf_new();
	enum verdict v = V_OK;
	qpdf_oh root;

	if ((how & PDF_CLASSIC) != 0)
		qpdf_set_ignore_xref_streams(q, QPDF_TRUE);
	if ((qpdf_read_memory(q, "document", bytes, len, NULL) & QPDF_ERRORS) !=
		0) {
		qpdf_error e = qpdf_get_error(q);

		look.encrypted = e != NULL &&
				 qpdf_get_error_code(q, e) == qpdf_e_password;
		if (!look.encrypted)
			v = fault_set(why, V_SKIP, CODE_DOCUMENT,
				"a PDF reader cannot open it");
		goto out;
	}
	look.encrypted = qpdf_is_encrypted(q);
	if (look.encrypted)
		goto out;
	if ((how & PDF_CLASSIC) != 0 &&
		qpdf_oh_has_key(q, qpdf_get_trailer(q), "/XRefStm")) {
		v = fault_set(why, V_SKIP, CODE_DOCUMENT,
			"it has a second table of objects");
		goto out;
	}
	root = qpdf_get_root(q);
	if (!pdf_sound(q) || !count_pages(q, root, &look.pages)) {
		v = fault_set(why, V_SKIP, CODE_DOCUMENT,
			"PDF without a sound list of pages");
		goto out;
	}
	pdf_read_claim(q, root, look.claim, &look.note);
	if ((how & PDF_STRUCTURE) != 0)
		pdf_read_structure(q, root, &look);
out:
	(void)pdf_sound(q);
	qpdf_cleanup(&q);
	if (v == V_OK)
		*look_out = look;
	return v;
}

/* Does it begin and end as a PDF? */
static enum verdict
check_ends(const char *bytes, size_t len, struct fault *why)
{
	size_t tail = len < TAIL_BYTES ? len : TAIL_BYTES;

	if (len < 8 || memcmp(bytes, "%PDF-", 5) != 0)
		return fault_set(
			why, V_SKIP, CODE_DOCUMENT, "does not begin as a PDF");
	if (memmem(bytes + len - tail, tail, "startxref", 9) == NULL ||
		memmem(bytes + len - tail, tail, "%%EOF", 5) == NULL)
		return fault_set(
			why, V_SKIP, CODE_DOCUMENT, "does not end as a PDF");
	return V_OK;
}

enum verdict
pdf_look(const void *bytes, size_t len, struct pdf_look *look_out,
	struct fault *why)
{
	enum verdict v = check_ends(bytes, len, why);

	if (v != V_OK)
		return v;
	/* With a plain table of objects nothing can be inflated. */
	if (pdf_look_here(bytes, len, PDF_CLASSIC, look_out, why) == V_OK)
		return V_OK;
	return pdf_look_fenced(bytes, len, 0, look_out, why);
}

enum verdict
pdf_look_structure(const void *bytes, size_t len, struct pdf_look *look_out,
	struct fault *why)
{
	enum verdict v = check_ends(bytes, len, why);

	if (v != V_OK)
		return v;
	return pdf_look_fenced(bytes, len, PDF_STRUCTURE, look_out, why);
}

/* The claim's packet.  Dates are left out: they would have to agree with the
 * document information to the second.
 */
static void
xmp_make(struct buf *out, const char *lang, const char *title)
{
	buf_text(out, "<?xpacket begin=\"\xef\xbb\xbf\" "
		      "id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
		      "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
		      "<rdf:RDF xmlns:rdf="
		      "\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
		      "<rdf:Description rdf:about=\"\"\n"
		      " xmlns:dc=\"http://purl.org/dc/elements/1.1/\"\n"
		      " xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\">\n"
		      "<pdfaid:part>2</pdfaid:part>\n"
		      "<pdfaid:conformance>A</pdfaid:conformance>\n"
		      "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">");
	buf_xml(out, title);
	buf_text(out, "</rdf:li></rdf:Alt></dc:title>\n"
		      "<dc:language><rdf:Bag><rdf:li>");
	buf_xml(out, lang);
	buf_text(out, "</rdf:li></rdf:Bag></dc:language>\n"
		      "</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n"
		      "<?xpacket end=\"w\"?>");
}

/* cairo 1.16 forgets the "D:" a date begins with. */
static void
mend_date(qpdf_data q)
{
	qpdf_oh info = qpdf_oh_get_key(q, qpdf_get_trailer(q), "/Info");
	qpdf_oh date;
	const char *text;
	char mended[40];

	if (!qpdf_oh_is_dictionary(q, info))
		return;
	date = qpdf_oh_get_key(q, info, "/CreationDate");
	if (!qpdf_oh_is_string(q, date))
		return;
	text = qpdf_oh_get_string_value(q, date);
	if (text == NULL || text[0] < '0' || text[0] > '9' ||
		strlen(text) > sizeof(mended) - 3)
		return;
	snprintf(mended, sizeof(mended), "D:%s", text);
	qpdf_oh_replace_key(
		q, info, "/CreationDate", qpdf_oh_new_string(q, mended));
}

static void
put_claim(qpdf_data q, const char *lang, const struct buf *xmp)
{
	qpdf_oh root = qpdf_get_root(q);
	qpdf_oh meta = qpdf_oh_new_stream(q);
	qpdf_oh dict = qpdf_oh_get_dict(q, meta);

	qpdf_oh_replace_stream_data(q, meta, (const unsigned char *)xmp->bytes,
		xmp->len, qpdf_oh_new_null(q), qpdf_oh_new_null(q));
	qpdf_oh_replace_key(q, dict, "/Type", qpdf_oh_new_name(q, "/Metadata"));
	qpdf_oh_replace_key(q, dict, "/Subtype", qpdf_oh_new_name(q, "/XML"));
	qpdf_oh_replace_key(q, root, "/Metadata", meta);
	qpdf_oh_replace_key(
		q, root, "/Lang", qpdf_oh_new_unicode_string(q, lang));
	mend_date(q);
}

bool
pdf_write(qpdf_data q, struct buf *out)
{
	if (!pdf_sound(q) || (qpdf_write(q) & QPDF_ERRORS) != 0)
		return false;
	buf_add(out, qpdf_get_buffer(q), qpdf_get_buffer_length(q));
	return pdf_sound(q) && !out->full;
}

enum verdict
pdf_take(qpdf_data q, const void *bytes, size_t len, struct fault *why)
{
	if ((qpdf_read_memory(q, "document", bytes, len, NULL) & QPDF_ERRORS) !=
		0)
		return fault_set(why, V_SKIP, CODE_DOCUMENT,
			"a PDF reader cannot open it");
	return V_OK;
}

enum verdict
pdf_claim(const void *bytes, size_t len, const char *lang, const char *title,
	struct buf *out, struct fault *why)
{
	struct buf xmp = BUF_MAX(XMP_MAX);
	qpdf_data q = NULL;
	enum verdict v;

	assert(lang != NULL && title != NULL);
	assert(strlen(title) <= TITLE_MAX);
	q = pdf_new();
	v = pdf_take(q, bytes, len, why);
	if (v != V_OK)
		goto out;
	xmp_make(&xmp, lang, title);
	put_claim(q, lang, &xmp);
	(void)qpdf_init_write_memory(q);
	qpdf_set_deterministic_ID(q, QPDF_TRUE);
	qpdf_set_stream_data_mode(q, qpdf_s_preserve);
	if (!pdf_write(q, out))
		v = fault_set(why, V_BROKEN, CODE_DOCUMENT,
			"the PDF cannot be written again");
out:
	(void)pdf_sound(q);
	qpdf_cleanup(&q);
	buf_done(&xmp);
	return v;
}

enum verdict
pdf_lock(const void *bytes, size_t len, const char *password, struct buf *out,
	struct fault *why)
{
	qpdf_data q = NULL;
	enum verdict v;

	assert(password != NULL);
	q = pdf_new();
	v = pdf_take(q, bytes, len, why);
	if (v != V_OK)
		goto out;
	(void)qpdf_init_write_memory(q);
	qpdf_set_static_ID(q, QPDF_TRUE);
	qpdf_set_r2_encryption_parameters_insecure(q, password, password,
		QPDF_TRUE, QPDF_FALSE, QPDF_FALSE, QPDF_FALSE);
	if (!pdf_write(q, out))
		v = fault_set(why, V_BROKEN, CODE_DOCUMENT,
			"the PDF cannot be written again");
out:
	(void)pdf_sound(q);
	qpdf_cleanup(&q);
	return v;
}
