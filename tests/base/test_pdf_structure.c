/* tests/base/test_pdf_structure.c - what the objects of a PDF say
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

#include "base/clock.h"
#include "base/page.h"
#include "base/pdf.h"
#include "tests/base/pdf_writer.h"
#include "tests/fonts.h"

static struct writer w;

static enum verdict
look_at(struct pdf_look *look)
{
	struct fault why = FAULT_NONE;
	enum verdict v = pdf_look_structure(w.out.bytes, w.out.len, look, &why);

	if (v != V_OK)
		assert_int_equal(why.code, CODE_DOCUMENT);
	buf_done(&w.out);
	return v;
}

/* A page of which the rest is `page`, in a document of which it is `root`;
 * `more` becomes object 5.
 */
static void
write_one(const char *root, const char *page, const char *more)
{
	static char text[2000];

	begin(&w);
	snprintf(text, sizeof(text), "<< /Type /Catalog /Pages 2 0 R %s >>",
		root);
	add(&w, text);
	add(&w, "<< /Type /Pages /Count 1 /Kids [3 0 R] "
		"/MediaBox [0 0 595.276 841.89] >>");
	snprintf(text, sizeof(text),
		"<< /Type /Page /Parent 2 0 R /Contents 4 0 R %s >>", page);
	add(&w, text);
	add_stream(&w, "", "q Q", 3);
	add(&w, more);
	end(&w, "");
}

static void
test_pdf_structure__a_letter_of_ours(void **state)
{
	static const struct page_letter letter = { "s", "a", "t", "b",
		"2026-02-15T00:00:00", 0, 0 };
	struct buf pdf = BUF_MAX(PDF_MAX), a = pdf;
	struct fault why = FAULT_NONE;
	char text[PDF_PROBLEM_MAX];
	struct pdf_look look;

	(void)state;
	assert_int_equal(page_letter(&letter, &pdf, &why), V_OK);
	assert_int_equal(
		pdf_claim(pdf.bytes, pdf.len, "nl-NL", "t", &a, &why), V_OK);
	assert_int_equal(pdf_look_structure(a.bytes, a.len, &look, &why), V_OK);
	assert_true(look.structure && look.tagged);
	assert_false(look.unsure || look.scripts || look.launch || look.files);
	assert_int_equal(look.pages, 1);
	assert_string_equal(look.claim, "2a");
	assert_string_equal(look.lang, "nl-NL");
	assert_int_equal(look.size_page, 0);
	assert_int_equal(look.empty_page, 0);
	assert_true(look.fonts > 0);
	assert_int_equal(look.fonts_absent, 0);
	assert_false(pdf_box_problem(&look, "1a,2a", text));
	assert_false(pdf_paper_problem(&look, text));
	buf_done(&pdf);
	buf_done(&a);
}

enum {
	SCRIPT = 1,
	LAUNCH = 2,
	FILES = 4
};

static void
test_pdf_structure__scripts_programs_and_files_wherever_they_hang(void **state)
{
	static const struct {
		const char *root, *page, *more;
		int seen;
	} cases[] = {
		{ "", "", "null", 0 },
		{ "/OpenAction << /S /JavaScript /JS (x) >>", "", "null",
			SCRIPT },
		{ "/OpenAction 5 0 R", "", "<< /S /J#61vaScript >>", SCRIPT },
		{ "/OpenAction [3 0 R /Fit]", "", "null", 0 },
		{ "/AA << /WC 5 0 R >>", "", "<< /S /JavaScript /JS (x) >>",
			SCRIPT },
		{ "/Names << /JavaScript << /Names [(a) 5 0 R] >> >>", "",
			"<< /S /JavaScript /JS (x) >>", SCRIPT },
		{ "", "/AA << /O << /S /Launch /F (x) >> >>", "null", LAUNCH },
		{ "", "/Annots [ 5 0 R ]",
			"<< /Subtype /Link /A << /S /URI /URI (x) /Next "
			"[ << /S /Launch >> ] >> >>",
			LAUNCH },
		{ "", "/Annots [ 5 0 R ]",
			"<< /Subtype /Link /A << /S /URI /URI (x) >> >>", 0 },
		{ "/Outlines << /First << /A 5 0 R >> >>", "",
			"<< /S /JavaScript /JS (x) >>", SCRIPT },
		{ "/AcroForm << /Fields [ << /AA << /K 5 0 R >> >> ] >>", "",
			"<< /S /JavaScript /JS (x) >>", SCRIPT },
		{ "/AcroForm << /XFA (x) /Fields [] >>", "", "null", SCRIPT },
		{ "/Names << /EmbeddedFiles << /Names [(a) 5 0 R] >> >>", "",
			"<< /Type /Filespec /F (a) /EF << /F 4 0 R >> >>",
			FILES },
		{ "/AF [ 5 0 R ]", "",
			"<< /Type /Filespec /F (a) /EF << /F 4 0 R >> >>",
			FILES },
		{ "", "/Annots 5 0 R", "[ << /Subtype /FileAttachment >> ]",
			FILES },
		{ "/Names << /EmbeddedFiles << /Names [] >> >>", "", "null",
			0 },
	};
	char text[PDF_PROBLEM_MAX];
	struct pdf_look look;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_one(cases[i].root, cases[i].page, cases[i].more);
		assert_int_equal(look_at(&look), V_OK);
		assert_int_equal(
			cases[i].seen, (look.scripts ? SCRIPT : 0) |
					       (look.launch ? LAUNCH : 0) |
					       (look.files ? FILES : 0));
		assert_false(look.unsure);
		assert_int_equal(
			pdf_box_problem(&look, "", text), cases[i].seen != 0);
	}
}

static void
test_pdf_structure__the_size_as_it_is_shown(void **state)
{
	static const struct {
		const char *page;
		int page_out, width_mm, height_mm;
	} cases[] = {
		{ "", 0, 0, 0 },
		{ "/MediaBox [0 0 595 842]", 0, 0, 0 },
		{ "/MediaBox [595 842 0 0]", 0, 0, 0 },
		{ "/MediaBox [-10.5 -10 584.5 832]", 0, 0, 0 },
		/* 3 mm off, and one more */
		{ "/MediaBox [0 0 603 850]", 0, 0, 0 },
		{ "/MediaBox [0 0 607 842]", 1, 214, 297 },
		{ "/MediaBox [0 0 595 853.2]", 1, 210, 301 },
		{ "/MediaBox [0 0 842 595]", 1, 297, 210 },
		{ "/MediaBox [0 0 842 595] /Rotate 90", 0, 0, 0 },
		{ "/MediaBox [0 0 842 595] /Rotate -270", 0, 0, 0 },
		{ "/Rotate 90", 1, 297, 210 },
		{ "/Rotate 180", 0, 0, 0 },
		{ "/MediaBox [0 0 900 900] /CropBox [100 20 695 862]", 0, 0,
			0 },
		/* a crop box ends where the medium ends */
		{ "/CropBox [-100 -100 2000 2000]", 0, 0, 0 },
		{ "/CropBox [0 0 300 300]", 1, 106, 106 },
		{ "/MediaBox [0 0 297.5 421] /UserUnit 2.0", 0, 0, 0 },
		{ "/MediaBox [0 0 612 792]", 1, 216, 279 },
		{ "/MediaBox [0 0 1 99999999999999999999.5]", 1, 0, 0 },
		{ "/MediaBox [0 0 (x) 842]", 1, 0, 0 },
		{ "/MediaBox /A4", 1, 0, 0 },
	};
	char text[PDF_PROBLEM_MAX];
	struct pdf_look look;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_one("", cases[i].page, "null");
		assert_int_equal(look_at(&look), V_OK);
		assert_int_equal(look.size_page, cases[i].page_out);
		assert_int_equal(look.width_mm, cases[i].width_mm);
		assert_int_equal(look.height_mm, cases[i].height_mm);
		assert_int_equal(
			pdf_paper_problem(&look, text), cases[i].page_out != 0);
	}
}

static void
test_pdf_structure__tags_need_mark_and_tree(void **state)
{
	static const struct {
		const char *root;
		bool tagged;
		const char *lang;
	} cases[] = {
		{ "/MarkInfo << /Marked true >> /StructTreeRoot 5 0 R "
		  "/Lang (nl)",
			true, "nl" },
		{ "/MarkInfo << /Marked true >> /Lang (nl_NL<)", false, "" },
		{ "/MarkInfo << /Marked false >> /StructTreeRoot 5 0 R", false,
			"" },
		{ "/StructTreeRoot 5 0 R /Lang <FEFF006E006C>", false, "nl" },
		{ "/MarkInfo true /StructTreeRoot 5 0 R", false, "" },
	};
	struct pdf_look look;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_one(cases[i].root, "", "<< /Type /StructTreeRoot >>");
		assert_int_equal(look_at(&look), V_OK);
		assert_int_equal(look.tagged, cases[i].tagged);
		assert_string_equal(look.lang, cases[i].lang);
	}
}

static void
test_pdf_structure__fonts_that_are_not_embedded(void **state)
{
	static const struct {
		const char *font;
		int fonts, absent;
		const char *name;
	} cases[] = {
		{ "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>", 1,
			1, "Helvetica" },
		{ "<< /Subtype /TrueType /BaseFont /A#20B#0A >>", 1, 1,
			"A?B?" },
		{ "<< /Type /Font /Subtype /Type1 >>", 1, 1, "unnamed" },
		{ "<< /Type /Font /Subtype /TrueType /BaseFont /X "
		  "/FontDescriptor << /FontFile2 4 0 R >> >>",
			1, 0, "" },
		{ "<< /Type /Font /Subtype /TrueType /BaseFont /X "
		  "/FontDescriptor << /FontFile2 (x) >> >>",
			1, 1, "X" },
		{ "<< /Type /Font /Subtype /Type3 >>", 1, 0, "" },
		{ "<< /Type /Font /Subtype /Type0 /BaseFont /X "
		  "/DescendantFonts [ << /Type /Font /Subtype /CIDFontType2 "
		  "/BaseFont /Y >> ] >>",
			1, 1, "Y" },
		{ "<< /Type /Font /Subtype /Type0 /DescendantFonts [ << "
		  "/Subtype /CIDFontType0 /FontDescriptor << /FontFile3 "
		  "4 0 R >> >> ] >>",
			1, 0, "" },
	};
	struct pdf_look look;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_one("", "/Resources << /Font << /F 5 0 R >> >>",
			cases[i].font);
		assert_int_equal(look_at(&look), V_OK);
		assert_int_equal(look.fonts, cases[i].fonts);
		assert_int_equal(look.fonts_absent, cases[i].absent);
		assert_string_equal(look.font, cases[i].name);
		write_one("/AcroForm << /Fields [] /DR << /F 5 0 R >> >>", "",
			cases[i].font);
		assert_int_equal(look_at(&look), V_OK);
		assert_int_equal(look.fonts, 0);
	}
}

static void
test_pdf_structure__blank_pages(void **state)
{
	static const struct {
		const char *page;
		int empty;
	} cases[] = {
		{ "/Contents 4 0 R", 0 },
		{ "", 1 },
		{ "/Contents []", 1 },
		{ "/Contents [ 4 0 R ]", 0 },
		{ "/Contents [ 5 0 R ]", 1 },
		{ "/Contents 5 0 R", 1 },
		{ "/Contents 99 0 R", 1 },
	};
	struct pdf_look look;
	char text[200];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin(&w);
		add(&w, "<< /Type /Catalog /Pages 2 0 R >>");
		add(&w, "<< /Kids [3 0 R] /MediaBox [0 0 595 842] >>");
		snprintf(text, sizeof(text), "<< /Type /Page %s >>",
			cases[i].page);
		add(&w, text);
		add_stream(&w, "", "q Q", 3);
		add_stream(&w, "", "", 0);
		end(&w, "");
		assert_int_equal(look_at(&look), V_OK);
		assert_int_equal(look.empty_page, cases[i].empty);
	}
}

static void
test_pdf_structure__in_words(void **state)
{
	static const struct {
		struct pdf_look look;
		const char *claims, *text;
	} cases[] = {
		{ { .pages = 1, .claim = "2a" }, "1a,2a", NULL },
		{ { .pages = 1, .claim = "1a" }, "1a,2a", NULL },
		{ { .encrypted = true }, "", "it is encrypted" },
		{ { .pages = 1 }, "", NULL },
		{ { .pages = 1 }, "1a,2a",
			"it does not claim PDF/A (wanted: 1a,2a)" },
		{ { .claim = "2b" }, "1a,2a",
			"it claims PDF/A-2b (wanted: 1a,2a)" },
		{ { .claim = "2" }, "1a,2a",
			"it claims PDF/A-2 (wanted: 1a,2a)" },
		{ { .note = PDF_CLAIM_CASE }, "1a",
			"its PDF/A claim is written in small letters" },
		{ { .note = PDF_CLAIM_ODD }, "1a",
			"its PDF/A claim contradicts itself" },
		{ { .claim = "2a", .scripts = true }, "2a",
			"it holds scripts" },
		{ { .claim = "2a", .launch = true }, "2a",
			"it can start a program" },
		{ { .claim = "2a", .files = true }, "2a",
			"it holds other files" },
		{ { .claim = "2a", .unsure = true }, "2a",
			"it has too many objects to look at" },
		{ { .claim = "2a", .structure = true }, "2a",
			"it claims to be tagged for reading aloud, but has no "
			"tags" },
		{ { .claim = "2a", .structure = true, .tagged = true }, "2a",
			NULL },
		{ { .claim = "1b",
			  .structure = true,
			  .fonts_absent = 1,
			  .font = "X" },
			"", "it claims PDF/A-1b, but font X is not embedded" },
	};
	char text[PDF_PROBLEM_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool bad =
			pdf_box_problem(&cases[i].look, cases[i].claims, text);

		assert_int_equal(bad, cases[i].text != NULL);
		if (bad)
			assert_string_equal(text, cases[i].text);
	}
}

/* Nested texts, more values than are looked at, and a number no table of ours
 * has room for: done in time, and what was not looked at is told.
 */
static void
test_pdf_structure__what_was_not_looked_at_is_told(void **state)
{
	enum {
		NESTED = 4000,
		WIDE = 150000
	};
	int64_t start_ms = clock_tick_ms();
	static char array[WIDE * 2 + 100];
	struct pdf_look look;
	size_t table, at;
	int i;

	(void)state;
	/* Each object is text that holds all the next ones. */
	begin(&w);
	add(&w, "<< /Type /Catalog /Pages 2 0 R /X 4 0 R >>");
	add(&w, "<< /Kids [3 0 R] >>");
	add(&w, "<< /Type /Page >>");
	at = (size_t)snprintf(array, sizeof(array), "[");
	for (i = 5; i < NESTED; i++)
		at += (size_t)snprintf(
			array + at, sizeof(array) - at, "%d 0 R ", i);
	snprintf(array + at, sizeof(array) - at, "]");
	add(&w, array);
	for (i = 5; i < NESTED; i++) {
		w.at[++w.count] = w.out.len;
		buf_format(&w.out, "%d 0 obj (", i);
	}
	for (i = 5; i < NESTED; i++)
		buf_text(&w.out, ") endobj\n");
	end(&w, "");
	(void)look_at(&look);

	at = (size_t)snprintf(array, sizeof(array), "[");
	for (i = 0; i < WIDE; i++)
		at += (size_t)snprintf(array + at, sizeof(array) - at, "[]");
	snprintf(array + at, sizeof(array) - at, "]");
	begin(&w);
	add(&w, "<< /Type /Catalog /Pages 2 0 R /X 4 0 R >>");
	add(&w, "<< /Kids [3 0 R] >>");
	add(&w, "<< /Type /Page >>");
	add(&w, array);
	end(&w, "");
	assert_int_equal(look_at(&look), V_OK);
	assert_true(look.unsure);

	begin(&w);
	add(&w, "<< /Type /Catalog /Pages 2 0 R /X 4000000 0 R >>");
	add(&w, "<< /Kids [3 0 R] >>");
	add(&w, "<< /Type /Page >>");
	at = w.out.len;
	buf_text(&w.out, "4000000 0 obj << /S /Launch >> endobj\n");
	table = w.out.len;
	buf_text(&w.out, "xref\n0 4\n0000000000 65535 f \n");
	for (i = 1; i < 4; i++)
		buf_format(&w.out, "%010zu 00000 n \n", w.at[i]);
	buf_format(&w.out,
		"4000000 1\n%010zu 00000 n \ntrailer << /Size 4000001 /Root "
		"1 0 R >>\nstartxref\n%zu\n%%%%EOF\n",
		at, table);
	assert_int_equal(look_at(&look), V_OK);
	assert_true(look.unsure);
	assert_true(clock_tick_ms() - start_ms < 20000);
}

static void
put_number(char *to, size_t value, size_t bytes)
{
	while (bytes-- > 0) {
		to[bytes] = (char)(value & 0xff);
		value >>= 8;
	}
}

/* A document whose catalog and pages lie in an object stream; `copies` more
 * objects all lie at the same place of it, behind `padding` of comment.
 */
static void
write_packed(size_t copies, size_t padding)
{
	static const char *const objects[] = {
		"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /Launch >> "
		">>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"
	};
	struct buf head = BUF_MAX(PDF_MAX), body = BUF_MAX(PDF_MAX);
	size_t i, n = 3 + copies, size = 6 + copies, at;
	char entries[80], row[6];

	for (i = 0; i < 3; i++) {
		buf_format(&head, "%zu %zu ", i + 1, body.len);
		buf_format(&body, "%s\n", objects[i]);
	}
	for (i = 0; i < copies; i++)
		buf_format(&head, "%zu %zu ", i + 6, body.len);
	buf_text(&body, "%");
	for (i = 0; i < padding; i++)
		buf_text(&body, "x");
	buf_text(&body, "\n1");
	snprintf(entries, sizeof(entries), "/Type /ObjStm /N %zu /First %zu", n,
		head.len);
	buf_add(&head, body.bytes, body.len);
	begin(&w);
	w.count = 3;
	at = w.out.len;
	add_stream(&w, entries, head.bytes, head.len);
	buf_reset(&body);
	for (i = 0; i < size; i++) {
		bool packed = i != 0 && i != 4 && i != 5;

		put_number(row, packed ? 2 : i == 0 ? 0 : 1, 1);
		put_number(row + 1,
			packed	 ? 4
			: i == 0 ? 0
			: i == 4 ? at
				 : w.out.len,
			3);
		put_number(row + 4, !packed ? 0 : i < 4 ? i - 1 : i - 3, 2);
		buf_add(&body, row, sizeof(row));
	}
	at = w.out.len;
	snprintf(entries, sizeof(entries),
		"/Type /XRef /W [1 3 2] /Size %zu /Root 1 0 R", size);
	add_stream(&w, entries, body.bytes, body.len);
	buf_format(&w.out, "startxref\n%zu\n%%%%EOF\n", at);
	assert_false(w.out.full);
	buf_done(&head);
	buf_done(&body);
}

static void
test_pdf_structure__object_streams_are_looked_into(void **state)
{
	struct fault why = FAULT_NONE;
	struct pdf_look look;

	(void)state;
	write_packed(10, 10);
	assert_int_equal(pdf_look(w.out.bytes, w.out.len, &look, &why), V_OK);
	assert_int_equal(look.pages, 1);
	assert_false(look.launch);
	assert_int_equal(look_at(&look), V_OK);
	assert_true(look.launch);
	assert_false(look.unsure);
}

/* Twenty thousand objects that all lie behind the same half megabyte: one call
 * of the library that would take minutes.
 */
static void
test_pdf_structure__a_file_that_takes_too_long_is_refused(void **state)
{
	int64_t start_ms = clock_tick_ms();
	struct fault why = FAULT_NONE;
	struct pdf_look look = { .pages = 77 };

	(void)state;
	write_packed(20000, 500000);
	assert_int_equal(pdf_look(w.out.bytes, w.out.len, &look, &why), V_SKIP);
	assert_int_equal(why.code, CODE_DOCUMENT);
	assert_non_null(strstr(why.text, "more time or memory"));
	assert_int_equal(look.pages, 77);
	assert_true(clock_tick_ms() - start_ms < 20000);
	buf_done(&w.out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pdf_structure__a_letter_of_ours),
		cmocka_unit_test(
			test_pdf_structure__scripts_programs_and_files_wherever_they_hang),
		cmocka_unit_test(test_pdf_structure__the_size_as_it_is_shown),
		cmocka_unit_test(test_pdf_structure__tags_need_mark_and_tree),
		cmocka_unit_test(
			test_pdf_structure__fonts_that_are_not_embedded),
		cmocka_unit_test(test_pdf_structure__blank_pages),
		cmocka_unit_test(test_pdf_structure__in_words),
		cmocka_unit_test(
			test_pdf_structure__what_was_not_looked_at_is_told),
		cmocka_unit_test(
			test_pdf_structure__object_streams_are_looked_into),
		cmocka_unit_test(
			test_pdf_structure__a_file_that_takes_too_long_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
