/* tests/batch/test_report.c - a report that opens in a spreadsheet, harmlessly
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "batch/report.h"

static void
test_report__a_text_is_quoted_and_never_a_formula(void **state)
{
	static const struct {
		const char *text, *cell;
	} cases[] = {
		{ "", "" },
		{ "plain text", "plain text" },
		{ "a;b", "\"a;b\"" },
		{ "say \"no\"", "\"say \"\"no\"\"\"" },
		{ "two\r\nlines", "\"two\r\nlines\"" },
		{ " blank first", "\" blank first\"" },
		{ "=1+1", "\"'=1+1\"" },
		{ "+31 20", "\"'+31 20\"" },
		{ "-a", "\"'-a\"" },
		{ "@SUM(A1)", "\"'@SUM(A1)\"" },
		{ "\t=1", "\"'\t=1\"" },
		{ "-", "\"'-\"" },
		/* plain numbers are no formula */
		{ "-12,00", "-12,00" },
		{ "+5", "+5" },
		{ "0012", "0012" },
		{ "-1-1", "\"'-1-1\"" },
		{ "-,5", "\"'-,5\"" },
		{ "-1,2,3", "\"'-1,2,3\"" },
		{ "gemeente Één", "gemeente Één" },
	};
	char wanted[80];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = BUF_MAX(1000);

		report_text(&b, "k", cases[i].text, "w");
		snprintf(wanted, sizeof(wanted), "k;%s;w\r\n", cases[i].cell);
		assert_string_equal(b.bytes, wanted);
		buf_done(&b);
	}
}

static void
test_report__values_are_written_plainly(void **state)
{
	struct buf b = BUF_MAX(1000);

	(void)state;
	report_number(&b, "n", -1234567, "w");
	report_amount(&b, "a", 3391400217, "w");
	report_amount(&b, "b", -5, "w");
	report_amount(&b, "c", INT64_MIN, "w");
	report_moment(&b, "m", 0, "w");
	report_moment(&b, "o", 1000, "w");
	report_code(&b, "q", CODE_NONE, "w");
	report_code(&b, "r", CODE_BSN, "w");
	assert_string_equal(b.bytes, "n;-1234567;w\r\n"
				     "a;33914002,17;w\r\n"
				     "b;-0,05;w\r\n"
				     "c;-92233720368547758,08;w\r\n"
				     "m;;w\r\n"
				     "o;1970-01-01T00:00:01.000Z;w\r\n"
				     "q;;w\r\n"
				     "r;MOBB-0203;w\r\n");
	buf_done(&b);
}

static void
test_report__begins_with_a_mark_and_has_two_halves(void **state)
{
	struct buf b = BUF_MAX(1000);

	(void)state;
	report_begin(&b);
	report_columns(&b);
	assert_string_equal(b.bytes,
		"\xef\xbb\xbfkey;value;omschrijving\r\n"
		"report;mobb.report/1;soort rapport\r\n"
		"\r\n"
		"record;part;line;reference;outcome;code;field;message;"
		"melding\r\n");
	buf_done(&b);
}

static struct buf
line_of(const char *reference, enum outcome outcome)
{
	const struct report_line line = { .record = 7,
		.part = 1,
		.line = 40,
		.reference = reference,
		.outcome = outcome,
		.code = CODE_BSN,
		.field = "bsn",
		.message = "fails; always",
		.melding = "fout" };
	struct buf b = BUF_MAX(1000);

	report_line(&b, &line);
	return b;
}

static void
test_report__a_citizen_number_is_never_whole(void **state)
{
	static const struct {
		const char *reference, *shown;
	} cases[] = {
		{ "999990019", "******019" },
		{ "jo-999990019-2026", "jo-******019-2026" },
		{ "0000003255468-01", "0000003255468-01" }, /* 13 digits */
		{ "999990018", "999990018" }, /* fails the eleven-test */
		{ "12345678", "12345678" },
		{ "000000000", "000000000" },
		{ "999990019.999990019", "******019.******019" },
	};
	char wanted[120];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = line_of(cases[i].reference, OUTCOME_REJECTED);

		snprintf(wanted, sizeof(wanted),
			"7;1;40;%s;rejected;MOBB-0203;bsn;\"fails; always\";"
			"fout\r\n",
			cases[i].shown);
		assert_string_equal(b.bytes, wanted);
		buf_done(&b);
	}
}

static void
test_report__outcomes_have_a_word_each(void **state)
{
	static const char *const words[] = { "open", "box", "delivered",
		"paper", "posted", "held", "rejected", "withdrawn", "warning" };
	int i;

	(void)state;
	for (i = 0; i < 9; i++)
		assert_string_equal(
			outcome_word((enum outcome)(i + 1)), words[i]);
}

static void
test_report__a_place_stands_before_the_reason(void **state)
{
	(void)state;
	assert_int_equal(report_place("record 7, line 40: no"), 17);
	assert_int_equal(report_place("part 2 of 3: no"), 11);
	assert_int_equal(report_place("line 1: a: b"), 6);
	assert_int_equal(report_place("byte 9: no"), 6);
	assert_int_equal(report_place("no such thing: no"), 0);
	assert_int_equal(report_place("record without a place"), 0);
	assert_int_equal(report_place(""), 0);
}

static void
test_report__names_are_those_of_the_file(void **state)
{
	static const struct {
		const char *file, *job, *report, *rejected;
	} cases[] = {
		{ "woz.zip", NULL, "woz.zip.report.csv", "woz-rejected" },
		{ "woz.zip", "20260215-k3f7",
			"woz.zip.20260215-k3f7.report.csv",
			"woz-20260215-k3f7-rejected" },
		{ "u.csv.gz", NULL, "u.csv.gz.report.csv", "u-rejected" },
		{ "a.b.tar.xz", NULL, "a.b.tar.xz.report.csv", "a.b-rejected" },
		{ "plain", NULL, "plain.report.csv", "plain-rejected" },
		{ "../et c", NULL, "_._et_c.report.csv", "_-rejected" },
		{ "\xc3\xa9%20.csv", NULL, "___20.csv.report.csv",
			"___20-rejected" },
		{ ".gz", NULL, "_gz.report.csv", "_gz-rejected" },
	};
	char name[REPORT_NAME_MAX], longest[300];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		report_name(cases[i].file, cases[i].job, name);
		assert_string_equal(name, cases[i].report);
		report_rejected_name(cases[i].file, cases[i].job, name);
		assert_string_equal(name, cases[i].rejected);
	}
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	report_name(longest, "20260215-k3f7", name);
	assert_int_equal(strlen(name), 120 + 14 + 11);
	report_rejected_name(longest, "20260215-k3f7", name);
	assert_int_equal(strlen(name), 120 + 14 + 9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_report__a_text_is_quoted_and_never_a_formula),
		cmocka_unit_test(test_report__values_are_written_plainly),
		cmocka_unit_test(
			test_report__begins_with_a_mark_and_has_two_halves),
		cmocka_unit_test(test_report__a_citizen_number_is_never_whole),
		cmocka_unit_test(test_report__outcomes_have_a_word_each),
		cmocka_unit_test(test_report__a_place_stands_before_the_reason),
		cmocka_unit_test(test_report__names_are_those_of_the_file),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
