/* base/pdf.c - see base/pdf.h
 *
 * Through libqpdf's C interface.  Every qpdf_oh_*() call may leave an error
 * behind that has to be fetched, or the next one complains: sound() does that.
 * A stranger's page tree is walked here with limits of ours, because libqpdf
 * follows it by recursion.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <ctype.h>
#include <qpdf/qpdf-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pdf.h"

#define TREE_DEPTH_MAX 16
#define TREE_NODES_MAX 20000
#define XMP_MAX ((size_t)1000000)
#define XMP_PACKED_MAX ((size_t)20000) /* deflate gives at most 1032 x this */
#define TITLE_MAX 600

/* No error since the last look; fetches it if there was one. */
static bool
sound(qpdf_data q)
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

static qpdf_data
pdf_new(void)
{
	qpdf_data q = qpdf_init();

	qpdf_silence_errors(q);
	qpdf_set_suppress_warnings(q, QPDF_TRUE);
	qpdf_set_attempt_recovery(q, QPDF_FALSE);
	return q;
}

/* Count the pages without recursion; false when it is no sound tree. */
static bool
count_pages(qpdf_data q, qpdf_oh root, int *pages_out)
{
	struct {
		qpdf_oh kids;
		int next, count;
	} stack[TREE_DEPTH_MAX];
	int depth = 0, seen = 0, pages = 0;
	qpdf_oh node = qpdf_oh_get_key(q, root, "/Pages");

	for (;;) {
		if (!sound(q) || !qpdf_oh_is_dictionary(q, node) ||
			++seen > TREE_NODES_MAX)
			return false;
		if (qpdf_oh_has_key(q, node, "/Kids")) {
			qpdf_oh kids = qpdf_oh_get_key(q, node, "/Kids");

			if (!qpdf_oh_is_array(q, kids) ||
				depth == TREE_DEPTH_MAX)
				return false;
			stack[depth].kids = kids;
			stack[depth].next = 0;
			stack[depth].count = qpdf_oh_get_array_n_items(q, kids);
			depth++;
		} else {
			pages++;
		}
		qpdf_oh_release(q, node);
		while (depth > 0 &&
			stack[depth - 1].next == stack[depth - 1].count)
			depth--;
		if (depth == 0)
			break;
		node = qpdf_oh_get_array_item(
			q, stack[depth - 1].kids, stack[depth - 1].next++);
	}
	*pages_out = pages;
	return sound(q);
}

/* Data of a stream, malloc()ed by libqpdf, which gives it also with a warning;
 * NULL when there is none.
 */
static unsigned char *
stream_get(qpdf_data q, qpdf_oh stream, enum qpdf_stream_decode_level_e level,
	size_t *len_out)
{
	unsigned char *bytes = NULL;
	QPDF_ERROR_CODE code;

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
	if (qpdf_oh_is_name_and_equals(q, filter, "/FlateDecode")) {
		level = qpdf_dl_generalized;
		/* Look at the packed size first: it may be a bomb. */
		text = stream_get(q, meta, qpdf_dl_none, len_out);
		free(text);
		if (text == NULL || *len_out > XMP_PACKED_MAX)
			return NULL;
	} else if (!qpdf_oh_is_null(q, filter)) {
		return NULL;
	}
	text = stream_get(q, meta, level, len_out);
	if (text != NULL && *len_out > XMP_MAX) {
		free(text);
		return NULL;
	}
	return text;
}

/* The value of property `name`, as attribute (="2") or element (>2<): its
 * first character, 0 when absent.  `text` is closed with a NUL.
 */
static char
xmp_value(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	if (at == NULL)
		return '\0';
	at += strlen(name);
	at += strspn(at, " \t\r\n");
	if (*at == '=')
		at++;
	else if (*at != '>')
		return '\0';
	else
		return at[1 + strspn(at + 1, " \t\r\n")];
	at += strspn(at, " \t\r\n");
	return *at == '"' || *at == '\'' ? at[1] : '\0';
}

static void
read_claim(qpdf_data q, qpdf_oh root, char claim_out[8])
{
	size_t len = 0, i, n = 0;
	unsigned char *xmp = xmp_get(q, root, &len);
	char *text, part, level;

	(void)sound(q);
	claim_out[0] = '\0';
	if (xmp == NULL)
		return;
	/* UTF-16 and UTF-32 become plain once their zeros are gone. */
	text = malloc(len + 1);
	for (i = 0; text != NULL && i < len; i++)
		if (xmp[i] != 0)
			text[n++] = (char)xmp[i];
	free(xmp);
	if (text == NULL)
		return;
	text[n] = '\0';
	part = xmp_value(text, "pdfaid:part");
	level = xmp_value(text, "pdfaid:conformance");
	free(text);
	/* "1a" or "2u" in the file is a mistake, not a claim. */
	if (part < '1' || part > '4' || level < 'A' || level > 'U')
		return;
	claim_out[0] = part;
	claim_out[1] = (char)tolower((unsigned char)level);
	claim_out[2] = '\0';
}

enum verdict
pdf_look(const void *bytes, size_t len, struct pdf_look *look_out,
	struct fault *why)
{
	struct pdf_look look = { 0 };
	qpdf_data q = NULL;
	enum verdict v = V_OK;
	qpdf_oh root;

	if (len < 8 || memcmp(bytes, "%PDF-", 5) != 0)
		return fault_set(
			why, V_SKIP, CODE_DOCUMENT, "does not begin as a PDF");
	q = pdf_new();
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
	root = qpdf_get_root(q);
	if (!sound(q) || !count_pages(q, root, &look.pages) ||
		look.pages == 0) {
		(void)sound(q);
		v = fault_set(why, V_SKIP, CODE_DOCUMENT,
			"PDF without a sound list of pages");
		goto out;
	}
	read_claim(q, root, look.claim);
out:
	(void)sound(q);
	qpdf_cleanup(&q);
	if (v == V_OK)
		*look_out = look;
	return v;
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
	if (text == NULL || !isdigit((unsigned char)text[0]) ||
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

/* Write what `q` holds behind `out`; false when libqpdf or `out` fails. */
static bool
pdf_write(qpdf_data q, struct buf *out)
{
	if (!sound(q) || (qpdf_write(q) & QPDF_ERRORS) != 0)
		return false;
	buf_add(out, qpdf_get_buffer(q), qpdf_get_buffer_length(q));
	return sound(q) && !out->full;
}

static enum verdict
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
	(void)sound(q);
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
	(void)sound(q);
	qpdf_cleanup(&q);
	return v;
}
