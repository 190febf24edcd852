/* tests/base/test_pdf.c - what a look at a stranger's PDF says
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/page.h"
#include "base/pdf.h"
#include "tests/base/pdf_writer.h"
#include "tests/fonts.h"

static enum verdict
look_at(struct writer *w, struct pdf_look *look)
{
	struct fault why = FAULT_NONE;
	enum verdict v = pdf_look(w->out.bytes, w->out.len, look, &why);

	if (v != V_OK)
		assert_int_equal(why.code, CODE_DOCUMENT);
	buf_done(&w->out);
	return v;
}

static void
add_page_tree(struct writer *w)
{
	add(w, "<< /Type /Pages /Count 1 /Kids [3 0 R] >>");
	add(w, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>");
}

static void
test_pdf__a_plain_one(void **state)
{
	struct pdf_look look;
	static struct writer w;

	(void)state;
	begin(&w);
	add(&w, "<< /Type /Catalog /Pages 2 0 R >>");
	add_page_tree(&w);
	end(&w, "");
	assert_int_equal(look_at(&w, &look), V_OK);
	assert_int_equal(look.pages, 1);
	assert_false(look.encrypted);
	assert_string_equal(look.claim, "");
}

/* The claim is the document's own: a packet that hangs on a page is none. */
static void
test_pdf__whose_claim_it_is(void **state)
{
	static const char xmp[] =
		"<x xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\""
		" pdfaid:part=\"2\" pdfaid:conformance=\"A\"/>";
	static const struct {
		const char *catalog, *entries, *claim;
	} cases[] = {
		{ "/Metadata 4 0 R", "", "2a" },
		{ "", "", "" },
		{ "/Metadata 3 0 R", "", "" },
		{ "/Metadata 4 0 R", "/Filter /LZWDecode", "" },
	};
	static struct writer w;
	struct pdf_look look;
	char root[100];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin(&w);
		snprintf(root, sizeof(root),
			"<< /Type /Catalog /Pages 2 0 R %s >>",
			cases[i].catalog);
		add(&w, root);
		add(&w, "<< /Type /Pages /Count 1 /Kids [3 0 R] >>");
		add(&w, "<< /Type /Page /Parent 2 0 R /Metadata 4 0 R >>");
		add_stream(&w, cases[i].entries, xmp, sizeof(xmp) - 1);
		end(&w, "");
		assert_int_equal(look_at(&w, &look), V_OK);
		assert_string_equal(look.claim, cases[i].claim);
		assert_false(look.structure);
	}
}

static void
test_pdf__not_one_at_all(void **state)
{
	static const char *const texts[] = { "", "%PDF-", "%PDF-1.4\n",
		"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>",
		"%PDF-1.4\n1 0 obj\n<< >>\nendobj\n%%EOF\n" };
	struct pdf_look look;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct fault why = FAULT_NONE;

		assert_int_equal(
			pdf_look(texts[i], strlen(texts[i]), &look, &why),
			V_SKIP);
		assert_int_equal(why.code, CODE_DOCUMENT);
	}
}

/* Cut anywhere, a PDF is no PDF: nothing is repaired. */
static void
test_pdf__cut_is_refused(void **state)
{
	static const struct page_letter letter = { "s", "a", "t", "b",
		"2026-02-15T00:00:00", 0, 0 };
	struct fault why = FAULT_NONE;
	struct buf pdf = BUF_MAX(PDF_MAX);
	struct pdf_look look;
	size_t len;

	(void)state;
	assert_int_equal(page_letter(&letter, &pdf, &why), V_OK);
	for (len = 0; len + 8 < pdf.len; len += 997)
		assert_int_equal(pdf_look(pdf.bytes, len, &look, &why), V_SKIP);
	buf_done(&pdf);
}

/* A page tree that bites its tail, or is as deep as a well. */
static void
test_pdf__page_trees_of_strangers(void **state)
{
	struct pdf_look look;
	static struct writer w;
	char object[80];
	int i;

	(void)state;
	begin(&w);
	add(&w, "<< /Type /Catalog /Pages 2 0 R >>");
	add(&w, "<< /Type /Pages /Count 1 /Kids [2 0 R] >>");
	end(&w, "");
	assert_int_equal(look_at(&w, &look), V_SKIP);

	begin(&w);
	add(&w, "<< /Type /Catalog /Pages 2 0 R >>");
	for (i = 2; i < 4200; i++) {
		snprintf(object, sizeof(object),
			"<< /Type /Pages /Count 1 /Kids [%d 0 R] >>", i + 1);
		add(&w, object);
	}
	add(&w, "<< /Type /Page >>");
	end(&w, "");
	assert_int_equal(look_at(&w, &look), V_SKIP);

	/* Each level names the next twice: 2^15 pages of 30 objects. */
	begin(&w);
	add(&w, "<< /Type /Catalog /Pages 2 0 R >>");
	for (i = 2; i < 17; i++) {
		snprintf(object, sizeof(object),
			"<< /Type /Pages /Kids [%d 0 R %d 0 R] >>", i + 1,
			i + 1);
		add(&w, object);
	}
	add(&w, "<< /Type /Page >>");
	end(&w, "");
	assert_int_equal(look_at(&w, &look), V_SKIP);

	begin(&w);
	add(&w, "<< /Type /Catalog /Pages 2 0 R >>");
	add(&w, "<< /Type /Pages /Count 0 /Kids [] >>");
	end(&w, "");
	assert_int_equal(look_at(&w, &look), V_SKIP);

	begin(&w);
	add(&w, "<< /Type /Catalog /Pages 17 >>");
	end(&w, "");
	assert_int_equal(look_at(&w, &look), V_SKIP);
}

static bool
holds(const struct buf *pdf, const char *text)
{
	size_t i, len = strlen(text);

	for (i = 0; i + len <= pdf->len; i++)
		if (memcmp(pdf->bytes + i, text, len) == 0)
			return true;
	return false;
}

static void
test_pdf__claim_adds_what_a_reader_looks_for(void **state)
{
	static const struct page_letter letter = { "s", "a", "Titel & <zo>",
		"b", "2026-02-15T00:00:00", 0, 0 };
	struct buf pdf = BUF_MAX(PDF_MAX), a = pdf, b = pdf;
	struct fault why = FAULT_NONE;
	struct pdf_look look;

	(void)state;
	assert_int_equal(page_letter(&letter, &pdf, &why), V_OK);
	assert_int_equal(
		pdf_claim(pdf.bytes, pdf.len, "nl-NL", letter.title, &a, &why),
		V_OK);
	assert_int_equal(
		pdf_claim(pdf.bytes, pdf.len, "nl-NL", letter.title, &b, &why),
		V_OK);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.bytes, b.bytes, a.len);
	assert_int_equal(pdf_look(a.bytes, a.len, &look, &why), V_OK);
	assert_string_equal(look.claim, "2a");
	assert_int_equal(look.pages, 1);
	assert_true(holds(&a, "(D:20260215"));
	assert_true(holds(&a, "/Lang (nl-NL)"));
	assert_true(holds(&a, ">Titel &amp; &lt;zo&gt;<"));
	assert_int_equal(pdf_claim("x", 1, "nl-NL", "t", &b, &why), V_SKIP);
	buf_done(&pdf);
	buf_done(&a);
	buf_done(&b);
}

static void
test_pdf__locked_is_seen(void **state)
{
	static const struct page_letter letter = { "s", "a", "t", "b",
		"2026-02-15T00:00:00", 0, 0 };
	struct buf pdf = BUF_MAX(PDF_MAX), a = pdf, b = pdf;
	struct fault why = FAULT_NONE;
	struct pdf_look look;

	(void)state;
	assert_int_equal(page_letter(&letter, &pdf, &why), V_OK);
	/* Behind a password, and encrypted without one. */
	assert_int_equal(
		pdf_lock(pdf.bytes, pdf.len, "geheim", &a, &why), V_OK);
	assert_int_equal(pdf_lock(pdf.bytes, pdf.len, "", &b, &why), V_OK);
	assert_int_equal(pdf_look(a.bytes, a.len, &look, &why), V_OK);
	assert_true(look.encrypted);
	assert_int_equal(look.pages, 0);
	assert_int_equal(pdf_look(b.bytes, b.len, &look, &why), V_OK);
	assert_true(look.encrypted);
	buf_reset(&b);
	assert_int_equal(
		pdf_lock(pdf.bytes, pdf.len, "geheim", &b, &why), V_OK);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.bytes, b.bytes, a.len);
	buf_done(&pdf);
	buf_done(&a);
	buf_done(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pdf__a_plain_one),
		cmocka_unit_test(test_pdf__whose_claim_it_is),
		cmocka_unit_test(test_pdf__not_one_at_all),
		cmocka_unit_test(test_pdf__cut_is_refused),
		cmocka_unit_test(test_pdf__page_trees_of_strangers),
		cmocka_unit_test(test_pdf__claim_adds_what_a_reader_looks_for),
		cmocka_unit_test(test_pdf__locked_is_seen),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
