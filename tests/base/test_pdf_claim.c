/* tests/base/test_pdf_claim.c - which PDF/A a packet claims, however written
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
#include "base/pdf.h"

#define NS "http://www.aiim.org/pdfa/ns/id/"
#define BOUND "xmlns:pdfaid=\"" NS "\""
#define ELEMENTS(part, level)                                                  \
	"<d " BOUND "><pdfaid:part>" part "</pdfaid:part>"                     \
	"<pdfaid:conformance>" level "</pdfaid:conformance></d>"

static const struct {
	const char *xmp, *claim;
	enum pdf_claim_note note;
} cases[] = {
	{ ELEMENTS("2", "A"), "2a", PDF_CLAIM_PLAIN },
	{ ELEMENTS(" 1\n", "\tB "), "1b", PDF_CLAIM_PLAIN },
	{ "<d " BOUND " pdfaid:part='3' pdfaid:conformance='U'/>", "3u",
		PDF_CLAIM_PLAIN },
	{ "<d pdfaid:part = \"1\" pdfaid:conformance\n=\n\"A\" " BOUND "/>",
		"1a", PDF_CLAIM_PLAIN },
	/* whatever the prefix */
	{ "<d xmlns:q='" NS "' q:part='2' q:conformance='A'/>", "2a",
		PDF_CLAIM_PLAIN },
	{ "<d xmlns:q='" NS "' pdfaid:part='2' pdfaid:conformance='A'/>", "",
		PDF_CLAIM_PLAIN },
	{ "<d pdfaid:part='2' pdfaid:conformance='A'/>", "", PDF_CLAIM_PLAIN },
	/* part 4 has no level, or E or F */
	{ "<d " BOUND " pdfaid:part='4'/>", "4", PDF_CLAIM_PLAIN },
	{ ELEMENTS("4", "F"), "4f", PDF_CLAIM_PLAIN },
	{ ELEMENTS("4", "A"), "", PDF_CLAIM_ODD },
	/* small letters are a mistake, not a claim */
	{ ELEMENTS("1", "a"), "", PDF_CLAIM_CASE },
	{ ELEMENTS("2", "u"), "", PDF_CLAIM_CASE },
	{ ELEMENTS("1", "U"), "", PDF_CLAIM_ODD },
	{ ELEMENTS("5", "A"), "", PDF_CLAIM_ODD },
	{ ELEMENTS("", "A"), "", PDF_CLAIM_ODD },
	{ ELEMENTS("12", "A"), "", PDF_CLAIM_ODD },
	{ "<d " BOUND " pdfaid:part=\"2\"/>", "", PDF_CLAIM_ODD },
	{ "<d " BOUND " pdfaid:conformance=\"A\"/>", "", PDF_CLAIM_ODD },
	{ ELEMENTS("2", "A") ELEMENTS("1", "A"), "", PDF_CLAIM_ODD },
	{ ELEMENTS("2", "A") ELEMENTS("2", "A"), "2a", PDF_CLAIM_PLAIN },
	/* what is no tag claims nothing */
	{ "<!--" ELEMENTS("2", "A") "-->", "", PDF_CLAIM_PLAIN },
	{ "<![CDATA[" ELEMENTS("2", "A") "]]>", "", PDF_CLAIM_PLAIN },
	{ ELEMENTS("1", "B") "<!-- <pdfaid:part>2</pdfaid:part> -->", "1b",
		PDF_CLAIM_PLAIN },
	{ "<d " BOUND " x='<pdfaid:part>2</pdfaid:part>'/>", "",
		PDF_CLAIM_PLAIN },
	/* cut off anywhere */
	{ "<d " BOUND " pdfaid:part", "", PDF_CLAIM_PLAIN },
	{ "<d " BOUND "><pdfaid:part>2", "", PDF_CLAIM_PLAIN },
	{ "<d " BOUND "><pdfaid:part>2</", "", PDF_CLAIM_ODD },
	{ "<d " BOUND "", "", PDF_CLAIM_PLAIN },
	{ NS, "", PDF_CLAIM_PLAIN },
	{ "", "", PDF_CLAIM_PLAIN },
	{ "nothing of the kind", "", PDF_CLAIM_PLAIN },
};
#define CASES (sizeof(cases) / sizeof(cases[0]))

/* `text` in another encoding, behind `before` odd bytes of a file. */
static size_t
encode(const char *text, size_t width, bool big, size_t before, char *out)
{
	size_t i, len = strlen(text);

	memset(out, 'x', before);
	for (i = 0; i < len; i++) {
		memset(out + before + i * width, 0, width);
		out[before + i * width + (big ? width - 1 : 0)] = text[i];
	}
	return before + len * width;
}

static void
check_encoding(size_t width, bool big, size_t before)
{
	enum pdf_claim_note note;
	char claim[PDF_CLAIM_MAX], text[600], wide[2600];
	size_t i, len;

	for (i = 0; i < CASES; i++) {
		snprintf(text, sizeof(text),
			"<?xpacket begin='' id=''?>%s<?xpacket end='w'?>",
			cases[i].xmp);
		len = encode(text, width, big, before, wide);
		pdf_claim_scan(wide, len, claim, &note);
		assert_string_equal(claim, cases[i].claim);
		/* Cut off, the end of the packet closes what was open. */
		if (strncmp(cases[i].xmp, "<d " BOUND, 10) != 0)
			assert_int_equal(note, cases[i].note);
		len = encode(cases[i].xmp, width, big, before, wide);
		pdf_claim_scan(wide, len, claim, &note);
		assert_string_equal(claim, cases[i].claim);
		assert_int_equal(note, cases[i].note);
	}
}

static void
test_pdf_claim__as_it_is_written(void **state)
{
	(void)state;
	check_encoding(1, false, 0);
	check_encoding(1, false, 7);
}

static void
test_pdf_claim__in_every_encoding_of_xmp(void **state)
{
	size_t before;

	(void)state;
	for (before = 0; before < 9; before++) {
		check_encoding(2, false, before);
		check_encoding(2, true, before);
		check_encoding(4, false, before);
		check_encoding(4, true, before);
	}
}

/* A sign whose low byte looks like markup is still that other sign. */
static void
test_pdf_claim__other_signs_stay_other_signs(void **state)
{
	static const char tag[] =
		"<d " BOUND " pdfaid:part='2' pdfaid:conformance='A'/>";
	static const char element[] = "<d " BOUND "><pdfaid:part>";
	enum pdf_claim_note note;
	char claim[PDF_CLAIM_MAX], wide[600];
	bool big = false;
	size_t len;

	(void)state;
	do {
		/* U+3C3C before the tag, U+0132 as value of the part. */
		wide[0] = wide[1] = '<';
		len = 2 + encode(tag, 2, big, 0, wide + 2);
		pdf_claim_scan(wide, len, claim, &note);
		assert_string_equal(claim, "2a");
		len = encode(element, 2, big, 0, wide);
		wide[len] = wide[len + 1] = 1;
		wide[len + (big ? 1 : 0)] = '2';
		len += 2;
		len += encode("</pdfaid:part></d>", 2, big, 0, wide + len);
		pdf_claim_scan(wide, len, claim, &note);
		assert_string_equal(claim, "");
		assert_int_equal(note, PDF_CLAIM_ODD);
		big = !big;
	} while (big);
}

/* In a whole file the last packet counts: later revisions come later. */
static void
test_pdf_claim__the_last_packet_counts(void **state)
{
	static const char file[] =
		"%PDF-1.4\nstream\n<?xpacket begin=''?>" ELEMENTS(
			"2", "A") "<?xpacket end='w'?>\nendstream "
				  "<pdfaid:part>3</pdfaid:part>"
				  "stream\n<?xpacket begin=''?>" ELEMENTS("1",
					  "B") "<?xpacket end='w'?>\nendstream "
					       "<pdfaid:part>3</pdfaid:part>";
	enum pdf_claim_note note;
	char claim[PDF_CLAIM_MAX];

	(void)state;
	pdf_claim_scan(file, sizeof(file) - 1, claim, &note);
	assert_string_equal(claim, "1b");
}

/* A packet made to be slow is not: time is by its length. */
static void
test_pdf_claim__time_is_by_length(void **state)
{
	static const char *const pieces[] = { "<d " BOUND ">", "<", "<!--",
		"<d a='", "<?xpacket begin", NS, "<d " BOUND " a=\"'\"" };
	static char bytes[1000000];
	enum pdf_claim_note note;
	char claim[PDF_CLAIM_MAX];
	int64_t start_ms;
	size_t i, n, len;

	(void)state;
	for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		len = strlen(pieces[i]);
		memcpy(bytes, "<d " BOUND ">", strlen("<d " BOUND ">"));
		for (n = strlen("<d " BOUND ">"); n + len <= sizeof(bytes);
			n += len)
			memcpy(bytes + n, pieces[i], len);
		start_ms = clock_tick_ms();
		pdf_claim_scan(bytes, n, claim, &note);
		assert_true(clock_tick_ms() - start_ms < 2000);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pdf_claim__as_it_is_written),
		cmocka_unit_test(test_pdf_claim__in_every_encoding_of_xmp),
		cmocka_unit_test(test_pdf_claim__other_signs_stay_other_signs),
		cmocka_unit_test(test_pdf_claim__the_last_packet_counts),
		cmocka_unit_test(test_pdf_claim__time_is_by_length),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
