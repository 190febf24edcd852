/* tests/mobbsim/test_printfile.c - a PDF with as many pages as were added
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _XOPEN_SOURCE 700 /* nftw() */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/pdf.h"
#include "mobbsim/outfile.c"
#include "mobbsim/printfile.c"
#include "tests/fonts.h"
#include "tests/mobbsim/run.h"

static const struct sheet sheet = {
	.sender = "Gemeente Voorbeeld",
	.address = "B.J. Reüniema (test)\nDemostraat 7\n1234 AB  Demodam",
	.title = "Een \\ brief",
	.body = "Bedrag: € 12,05\n\n"
		"Deze zin is zo lang dat hij niet op een regel past, want hij "
		"heeft veel meer dan negentig tekens en gaat dus door.",
};

/* One PDF of `letters` letters of `pages` pages. */
static void
make(int letters, int pages, struct buf *pdf)
{
	struct outfile out = OUTFILE_NONE;
	struct fault why = FAULT_NONE;
	struct printfile *file;
	char reference[20];
	struct run r;
	int i;

	run_begin(&r);
	run_path(&r, "f.pdf", out.path);
	assert_int_equal(outfile_open(&out, out.path, &why), V_OK);
	file = printfile_open(&out);
	for (i = 1; i <= letters; i++) {
		snprintf(reference, sizeof(reference), "REF-%05d", i);
		assert_int_equal(
			printfile_letter(file, &sheet, reference, pages, &why),
			V_OK);
		assert_int_equal(printfile_pages(file), i * pages);
	}
	assert_int_equal(printfile_end(file, &why), V_OK);
	printfile_free(file);
	assert_int_equal(outfile_keep(&out, &why), V_OK);
	outfile_close(&out);
	run_read(&r, "f.pdf", pdf);
	run_end(&r);
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

/* Around a full node, and a full node of full nodes. */
static void
test_printfile__pages_at_the_edges(void **state)
{
	static const int counts[] = { 1, FAN - 1, FAN, FAN + 1, 2 * FAN,
		FAN * FAN, FAN * FAN + 1 };
	struct fault why = FAULT_NONE;
	struct pdf_look look;
	struct buf pdf;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		make(counts[i], 1, &pdf);
		assert_int_equal(
			pdf_look(pdf.bytes, pdf.len, &look, &why), V_OK);
		assert_int_equal(look.pages, counts[i]);
		buf_done(&pdf);
	}
	make(50, 3, &pdf);
	assert_int_equal(pdf_look(pdf.bytes, pdf.len, &look, &why), V_OK);
	assert_int_equal(look.pages, 150);
	buf_done(&pdf);
	make(0, 1, &pdf);
	assert_memory_equal(pdf.bytes, "%PDF-1.7\n", 9);
	buf_done(&pdf);
}

/* Each page says whose it is; text is in the encoding of the font. */
static void
test_printfile__pages_say_whose_they_are(void **state)
{
	const char *at, *from;
	struct buf pdf;
	int lines = 0;

	(void)state;
	make(2, 3, &pdf);
	assert_true(holds(&pdf, "(REF-00001 blad 1 van 3)"));
	assert_true(holds(&pdf, "(REF-00001 blad 3 van 3)"));
	assert_true(holds(&pdf, "(REF-00002 blad 2 van 3)"));
	assert_true(holds(&pdf, "(B.J. Re\xfcniema \\(test\\))"));
	assert_true(holds(&pdf, "(Een \\\\ brief)"));
	assert_true(holds(&pdf, "(Bedrag: \x80 12,05)"));
	/* A line ends between words, within the page. */
	assert_true(holds(&pdf, "(Deze zin is zo lang "));
	assert_true(holds(&pdf, " en gaat dus door.) Tj"));
	for (at = pdf.bytes; (at = strstr(at, ") Tj")) != NULL; at++) {
		for (from = at; from[-1] != '\n';)
			from--;
		assert_true(at - from <= LINE_CHARS + 1);
		lines++;
	}
	assert_true(lines > 0);
	buf_done(&pdf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_printfile__pages_at_the_edges),
		cmocka_unit_test(test_printfile__pages_say_whose_they_are),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
