/* tests/base/test_pdf_cut.c - the right pages, and nothing of the others
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _GNU_SOURCE /* memfd_create */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/page.h"
#include "base/pdf.h"
#include "tests/base/pdf_writer.h"
#include "tests/fonts.h"

static struct writer w;

static enum verdict
open_bytes(const struct buf *bytes, struct pdf_book **book, struct fault *why)
{
	int fd = memfd_create("book", MFD_CLOEXEC);
	enum verdict v;

	assert_true(fd >= 0);
	assert_int_equal(file_write(fd, bytes->bytes, bytes->len, why), V_OK);
	v = pdf_book_open(fd, book, why);
	(void)close(fd); /* it was lent */
	return v;
}

static struct pdf_book *
open_written(void)
{
	struct pdf_book *book = NULL;
	struct fault why = FAULT_NONE;

	assert_int_equal(open_bytes(&w.out, &book, &why), V_OK);
	buf_done(&w.out);
	return book;
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

/* Object 1 catalog, 2 tree, 3 resources, 4 font file; then for each page its
 * page and its content, which names the page.
 */
static void
write_book(int pages, const char *root)
{
	static char text[400000];
	size_t at;
	int i;

	begin(&w);
	snprintf(text, sizeof(text), "<< /Type /Catalog /Pages 2 0 R %s >>",
		root);
	add(&w, text);
	at = (size_t)snprintf(text, sizeof(text),
		"<< /Type /Pages /Count %d /MediaBox [0 0 595 842] /Resources "
		"3 0 R /Kids [",
		pages);
	for (i = 0; i < pages; i++)
		at += (size_t)snprintf(
			text + at, sizeof(text) - at, "%d 0 R ", 5 + 2 * i);
	snprintf(text + at, sizeof(text) - at, "] >>");
	add(&w, text);
	add(&w, "<< /Font << /A << /Type /Font /Subtype /TrueType /BaseFont "
		"/Shared /FontDescriptor << /FontFile2 4 0 R >> >> /B 4 0 R "
		">> >>");
	add_stream(&w, "", "FONTFILE", 8);
	for (i = 0; i < pages; i++) {
		snprintf(text, sizeof(text),
			"<< /Type /Page /Parent 2 0 R /Contents %d 0 R "
			"/StructParents %d /Annots [ << /Type /Annot /Subtype "
			"/Link /Rect [0 0 9 9] /P %d 0 R /Dest [%d 0 R /Fit] "
			">> << /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A "
			"<< /S /URI /URI (https://example.org) /Next << /S "
			"/Launch /F (x) >> >> /AA << /E << /S /JavaScript /JS "
			"(x) >> >> >> ] >>",
			6 + 2 * i, i, 5 + 2 * i, 5 + 2 * ((i + 1) % pages));
		add(&w, text);
		snprintf(text, sizeof(text), "%% this is page %d.", i + 1);
		add_stream(&w, "", text, strlen(text));
	}
}

static void
test_pdf_cut__the_pages_asked_for_and_no_others(void **state)
{
	struct buf out = BUF_MAX(PDF_MAX);
	struct fault why = FAULT_NONE;
	struct pdf_book *book;
	struct pdf_look look;
	char text[40];
	int first, last, i;

	(void)state;
	write_book(7, "");
	end(&w, "");
	book = open_written();
	assert_int_equal(pdf_book_pages(book), 7);
	for (first = 7; first >= 1; first--)
		for (last = first; last <= 7; last++) {
			buf_reset(&out);
			assert_int_equal(
				pdf_book_cut(book, first, last, &out, &why),
				V_OK);
			assert_int_equal(pdf_look_structure(out.bytes, out.len,
						 &look, &why),
				V_OK);
			assert_int_equal(look.pages, last - first + 1);
			assert_int_equal(look.size_page, 0);
			assert_int_equal(look.empty_page, 0);
			assert_int_equal(look.fonts, 1);
			assert_int_equal(look.fonts_absent, 0);
			assert_false(look.scripts || look.launch ||
				     look.tagged || look.unsure);
			assert_true(holds(&out, "FONTFILE"));
			assert_true(holds(&out, "/B "));
			assert_true(holds(&out, "https://example.org"));
			assert_false(holds(&out, "/StructParents"));
			for (i = 1; i <= 7; i++) {
				snprintf(text, sizeof(text), "this is page %d.",
					i);
				assert_int_equal(holds(&out, text),
					i >= first && i <= last);
			}
		}
	buf_done(&out);
	pdf_book_close(book);
	pdf_book_close(NULL);
}

static void
test_pdf_cut__ranges_that_are_none(void **state)
{
	static const int ranges[][2] = { { 0, 1 }, { 2, 1 }, { 1, 4 }, { 4, 4 },
		{ -1, -1 }, { 1, 0 } };
	struct buf out = BUF_MAX(PDF_MAX);
	struct pdf_book *book;
	size_t i;

	(void)state;
	write_book(3, "");
	end(&w, "");
	book = open_written();
	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		struct fault why = FAULT_NONE;

		assert_int_equal(pdf_book_cut(book, ranges[i][0], ranges[i][1],
					 &out, &why),
			V_SKIP);
		assert_int_equal(why.code, CODE_DOCUMENT);
		assert_int_equal(out.len, 0);
	}
	buf_done(&out);
	pdf_book_close(book);
}

static void
test_pdf_cut__same_pages_same_bytes(void **state)
{
	struct buf a = BUF_MAX(PDF_MAX), b = a;
	struct fault why = FAULT_NONE;
	struct pdf_book *book;

	(void)state;
	write_book(5, "");
	end(&w, "");
	book = open_written();
	assert_int_equal(pdf_book_cut(book, 2, 3, &a, &why), V_OK);
	assert_int_equal(pdf_book_cut(book, 1, 5, &b, &why), V_OK);
	buf_reset(&b);
	assert_int_equal(pdf_book_cut(book, 2, 3, &b, &why), V_OK);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.bytes, b.bytes, a.len);
	pdf_book_close(book);
	write_book(5, "");
	end(&w, "");
	book = open_written();
	buf_reset(&b);
	assert_int_equal(pdf_book_cut(book, 2, 3, &b, &why), V_OK);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.bytes, b.bytes, a.len);
	pdf_book_close(book);
	buf_done(&a);
	buf_done(&b);
}

#define XMP(part, level)                                                       \
	"<d xmlns:pdfaid='http://www.aiim.org/pdfa/ns/id/' pdfaid:part='" part \
	"' pdfaid:conformance='" level "'/>"

static void
test_pdf_cut__a_cut_claims_no_more_than_it_is(void **state)
{
	static const struct {
		const char *xmp, *claim, *cut;
	} cases[] = {
		{ XMP("1", "A"), "1a", "1b" },
		{ XMP("2", "A"), "2a", "2b" },
		{ XMP("2", "B"), "2b", "2b" },
		{ XMP("3", "U"), "3u", "3u" },
		{ "none", "", "" },
	};
	struct buf out = BUF_MAX(PDF_MAX);
	struct fault why = FAULT_NONE;
	struct pdf_book *book;
	struct pdf_look look;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_book(2,
			"/Metadata 9 0 R /Lang (nl-NL) /MarkInfo << /Marked "
			"true >> /StructTreeRoot 10 0 R /OutputIntents [ << "
			"/S /GTS_PDFA1 /DestOutputProfile 11 0 R >> ] /Names "
			"<< /JavaScript << /Names [ (x) << /S /JavaScript /JS "
			"(x) >> ] >> >> /OCProperties << /D << /OFF [ 12 0 R "
			"] >> /OCGs [ 12 0 R ] >>");
		add_stream(&w, "", cases[i].xmp, strlen(cases[i].xmp));
		add(&w, "<< /Type /StructTreeRoot >>");
		add_stream(&w, "/N 3", "PROFILE", 7);
		add(&w, "<< /Type /OCG /Name (CONCEPT) >>");
		end(&w, "/Info << /Title (all letters) >>");
		book = open_written();
		assert_string_equal(pdf_book_claims(book), cases[i].claim);
		assert_string_equal(pdf_book_cut_claims(book), cases[i].cut);
		buf_reset(&out);
		assert_int_equal(pdf_book_cut(book, 1, 1, &out, &why), V_OK);
		assert_int_equal(
			pdf_look_structure(out.bytes, out.len, &look, &why),
			V_OK);
		assert_string_equal(look.claim, cases[i].cut);
		assert_string_equal(look.lang, "nl-NL");
		assert_false(look.tagged || look.scripts);
		assert_true(holds(&out, "PROFILE"));
		assert_true(holds(&out, "/OFF"));
		assert_true(holds(&out, "CONCEPT"));
		assert_false(holds(&out, "all letters"));
		pdf_book_close(book);
	}
	buf_done(&out);
}

/* Counts that lie do not move a page to another citizen. */
static void
test_pdf_cut__trees_of_every_shape(void **state)
{
	static const char *const good[] = {
		/* as deep as it is, whatever /Count says */
		"/Kids [3 0 R 4 0 R] /Count 2", "/Kids [5 0 R] /Count 9",
		"/Kids [6 0 R 7 0 R] /Rotate 0", NULL
	};
	static const char *const bad[] = { "/Kids [2 0 R]",
		"/Kids [5 0 R 5 0 R]", "/Kids [99 0 R]",
		"/Kids [ << /Type /Page >> ]", "/Kids []", "/Kids 7",
		"/Kids [5 1 R]", NULL };
	struct buf out = BUF_MAX(PDF_MAX);
	struct fault why = FAULT_NONE;
	struct pdf_book *book;
	int i;

	(void)state;
	begin(&w);
	add(&w, "<< /Type /Catalog /Pages 2 0 R >>");
	for (i = 0; good[i] != NULL; i++) {
		char text[100];

		snprintf(text, sizeof(text), "<< /Type /Pages %s >>", good[i]);
		add(&w, text);
	}
	add(&w, "<< /Type /Page /MediaBox [0 0 1 1] >>");
	add(&w, "<< /Type /Page /MediaBox [0 0 2 2] >>");
	add(&w, "<< /Type /Page /MediaBox [0 0 3 3] >>");
	end(&w, "");
	/* Object 2 has 3 and 4; 3 has 5; 4 has 6 and 7. */
	book = open_written();
	assert_int_equal(pdf_book_pages(book), 3);
	assert_int_equal(pdf_book_cut(book, 2, 2, &out, &why), V_OK);
	assert_true(holds(&out, "/MediaBox [ 0 0 2 2 ]"));
	assert_false(holds(&out, "/MediaBox [ 0 0 1 1 ]"));
	buf_done(&out);
	pdf_book_close(book);
	for (i = 0; bad[i] != NULL; i++) {
		char text[100];

		begin(&w);
		add(&w, "<< /Type /Catalog /Pages 2 0 R >>");
		snprintf(text, sizeof(text), "<< %s >>", bad[i]);
		add(&w, text);
		add(&w, "null");
		add(&w, "null");
		add(&w, "<< /Type /Page >>");
		end(&w, "");
		assert_int_equal(open_bytes(&w.out, &book, &why), V_SKIP);
		assert_int_equal(why.code, CODE_DOCUMENT);
		buf_done(&w.out);
	}
}

static void
test_pdf_cut__no_book_at_all(void **state)
{
	static const struct page_letter letter = { "s", "a", "t", "b",
		"2026-02-15T00:00:00", 0, 0 };
	struct buf pdf = BUF_MAX(PDF_MAX), out = pdf;
	struct fault why = FAULT_NONE;
	struct pdf_book *book = NULL;

	(void)state;
	buf_text(&pdf, "%PDF-1.4 and nothing else");
	assert_int_equal(open_bytes(&pdf, &book, &why), V_SKIP);
	assert_int_equal(why.code, CODE_DOCUMENT);
	buf_reset(&pdf);
	assert_int_equal(page_letter(&letter, &pdf, &why), V_OK);
	assert_int_equal(
		pdf_lock(pdf.bytes, pdf.len, "geheim", &out, &why), V_OK);
	assert_int_equal(open_bytes(&out, &book, &why), V_SKIP);
	assert_string_equal(why.text, "the PDF is encrypted");
	buf_reset(&out);
	assert_int_equal(pdf_lock(pdf.bytes, pdf.len, "", &out, &why), V_OK);
	assert_int_equal(open_bytes(&out, &book, &why), V_SKIP);
	assert_string_equal(why.text, "the PDF is encrypted");
	assert_null(book);
	buf_done(&pdf);
	buf_done(&out);
}

static void
test_pdf_cut__a_letter_of_ours_stays_whole(void **state)
{
	static const struct page_letter letter = { "s", "a", "t", "b",
		"2026-02-15T00:00:00", 60000, 1 };
	struct buf pdf = BUF_MAX(PDF_MAX), out = pdf;
	struct fault why = FAULT_NONE;
	struct pdf_book *book = NULL;
	struct pdf_look look;

	(void)state;
	assert_int_equal(page_letter(&letter, &out, &why), V_OK);
	assert_int_equal(
		pdf_claim(out.bytes, out.len, "nl-NL", "t", &pdf, &why), V_OK);
	assert_int_equal(open_bytes(&pdf, &book, &why), V_OK);
	buf_reset(&out);
	assert_int_equal(pdf_book_cut(book, 1, 1, &out, &why), V_OK);
	assert_int_equal(
		pdf_look_structure(out.bytes, out.len, &look, &why), V_OK);
	assert_string_equal(look.claim, "2b");
	assert_true(look.fonts > 0);
	assert_int_equal(look.fonts_absent, 0);
	assert_int_equal(look.size_page, 0);
	assert_true(out.len > 60000 && out.len < pdf.len);
	/* One byte too little room: refused, not cut short. */
	pdf_book_close(book);
	assert_int_equal(open_bytes(&pdf, &book, &why), V_OK);
	buf_done(&pdf);
	pdf = BUF_MAX(50000);
	assert_int_equal(pdf_book_cut(book, 1, 1, &pdf, &why), V_SKIP);
	assert_int_equal(why.code, CODE_DOCUMENT);
	pdf_book_close(book);
	buf_done(&pdf);
	buf_done(&out);
}

/* More objects than one letter may need. */
static void
test_pdf_cut__a_page_without_end_is_refused(void **state)
{
	struct buf out = BUF_MAX(PDF_MAX);
	struct fault why = FAULT_NONE;
	struct pdf_book *book;
	char text[60];
	size_t len = 0;
	int i;

	(void)state;
	begin(&w);
	add(&w, "<< /Type /Catalog /Pages 2 0 R >>");
	add(&w, "<< /Kids [3 0 R 4 0 R] >>");
	add(&w, "<< /Type /Page /Resources 10 0 R >>");
	add(&w, "<< /Type /Page /Resources 11 0 R >>");
	for (i = 5; i <= 20010; i++) {
		snprintf(text, sizeof(text), "<< /X %d 0 R >>", i + 1);
		add(&w, text);
	}
	add(&w, "null");
	end(&w, "");
	book = open_written();
	assert_int_equal(pdf_book_cut(book, 1, 1, &out, &why), V_SKIP);
	assert_int_equal(why.code, CODE_DOCUMENT);
	/* Exactly as many as it may have; on the way the book is opened anew.
	 */
	for (i = 0; i < 4; i++) {
		buf_reset(&out);
		assert_int_equal(pdf_book_cut(book, 2, 2, &out, &why), V_OK);
		assert_true(i == 0 || out.len == len);
		len = out.len;
	}
	buf_done(&out);
	pdf_book_close(book);
}

/* Twice the pages, twice the time: give or take, and never four times. */
static void
test_pdf_cut__time_is_by_the_number_of_cuts(void **state)
{
	enum {
		SMALL = 500,
		LARGE = 4 * SMALL
	};
	struct buf out = BUF_MAX(PDF_MAX);
	struct fault why = FAULT_NONE;
	struct pdf_book *book;
	int64_t start_ms, small_ms = 0, large_ms = 0;
	int size, i;

	(void)state;
	for (size = SMALL; size <= LARGE; size += LARGE - SMALL) {
		write_book(size, "");
		end(&w, "");
		start_ms = clock_tick_ms();
		book = open_written();
		for (i = 1; i <= size; i++) {
			buf_reset(&out);
			assert_int_equal(
				pdf_book_cut(book, i, i, &out, &why), V_OK);
		}
		pdf_book_close(book);
		*(size == SMALL ? &small_ms : &large_ms) =
			clock_tick_ms() - start_ms;
	}
	buf_done(&out);
	print_message("# %d cuts: %lld ms, %d cuts: %lld ms\n", SMALL,
		(long long)small_ms, LARGE, (long long)large_ms);
	assert_true(large_ms < 8 * (small_ms + 50));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_pdf_cut__the_pages_asked_for_and_no_others),
		cmocka_unit_test(test_pdf_cut__ranges_that_are_none),
		cmocka_unit_test(test_pdf_cut__same_pages_same_bytes),
		cmocka_unit_test(test_pdf_cut__a_cut_claims_no_more_than_it_is),
		cmocka_unit_test(test_pdf_cut__trees_of_every_shape),
		cmocka_unit_test(test_pdf_cut__no_book_at_all),
		cmocka_unit_test(test_pdf_cut__a_letter_of_ours_stays_whole),
		cmocka_unit_test(test_pdf_cut__a_page_without_end_is_refused),
		cmocka_unit_test(test_pdf_cut__time_is_by_the_number_of_cuts),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
