/* tests/channels/test_print_receipt.c - what printers write
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

#include "base/buf.h"
#include "base/clock.h"
#include "channels/print_receipt.h"

#define ID "01234567-89ab-8def-8123-456789abcdef"
#define BARE "0123456789AB8DEF8123456789ABCDEF"
#define SUM                                                                    \
	"00112233445566778899aabbccddeeff"                                     \
	"00112233445566778899AABBCCDDEEFF"
#define TODAY 20544 /* 1 April 2026 */

static struct arena mem;
static struct print_receipt got;
static struct fault why;

static enum verdict
read_text(enum print_said said, const char *text)
{
	return print_receipt_read(
		said, text, strlen(text), TODAY, &mem, &got, &why);
}

static void
test_print_receipt__names_tell_the_kind(void **state)
{
	static const struct {
		const char *file;
		int said; /* 0: none */
		const char *bundle;
	} cases[] = {
		{ "print-20260401-abcd-20260401-001-0a1b2c3d.ack", PRINT_ACK,
			"print-20260401-abcd-20260401-001-0a1b2c3d" },
		{ "print-a.zip.ack", PRINT_ACK, "print-a" },
		{ "print-a.NACK", PRINT_NACK, "print-a" },
		{ "print-a.recalled", PRINT_RECALLED, "print-a" },
		{ "print-a.posted.csv", PRINT_POSTED, "print-a" },
		{ "print-a.rejected.csv", PRINT_REJECTED, "print-a" },
		{ "retour-20260401.csv", PRINT_RETURNED, "" },
		{ "retour-2026-04-01-b.csv", PRINT_RETURNED, "" },
		{ "retour-.csv", 0, "" },
		{ "print-a.csv", 0, "" },
		{ ".ack", 0, "" },
		{ "bundle.ack", 0, "" },
		{ "print-a.zip", 0, "" },
		{ "", 0, "" },
	};
	char bundle[SAID_BUNDLE_MAX], name[400];
	enum print_said said;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum verdict v =
			print_receipt_name(cases[i].file, &said, bundle, &why);

		print_message("# %s\n", cases[i].file);
		assert_int_equal(v == V_OK ? (int)said : 0, cases[i].said);
		if (v == V_OK)
			assert_string_equal(bundle, cases[i].bundle);
		else
			assert_int_equal(why.code, CODE_RECEIPT);
	}
	/* One byte more than fits, and far more. */
	memset(name, 'a', sizeof(name));
	memcpy(name, "print-", 6);
	strcpy(name + SAID_BUNDLE_MAX - 1, ".ack");
	assert_int_equal(print_receipt_name(name, &said, bundle, &why), V_OK);
	strcpy(name + SAID_BUNDLE_MAX - 1, "a.ack");
	assert_int_equal(print_receipt_name(name, &said, bundle, &why), V_SKIP);
	memset(name + SAID_BUNDLE_MAX, 'a', 250);
	strcpy(name + 350, ".ack");
	assert_int_equal(print_receipt_name(name, &said, bundle, &why), V_SKIP);
}

static void
test_print_receipt__posted_in_many_hands(void **state)
{
	/* All say that one letter was posted on 31 March, on 2 sheets of 3
	 * pages.
	 */
	static const char *const files[] = {
		ID ";2026-03-31;24;2;3\n",
		ID ";20260331;24;2;3",
		BARE ";31-03-2026;24;2;3\r\n",
		"\xEF\xBB\xBF" ID ";2026-03-31;;2;3\r",
		"letter_id;date;product;sheets;pages\n" ID
		";2026-03-31;24;2;3\n",
		"Pages;DATE;who;letter_id;Sheets\r\n3;2026-03-31;jan;" ID
		";2\r\n\r\n;;;\r\n",
		"\"" ID "\";\"2026-03-31\";\"24 \"\"uur\"\"; snel\";2; 3 \n",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		int32_t day;

		print_message("# file %zu\n", i);
		assert_int_equal(read_text(PRINT_POSTED, files[i]), V_OK);
		assert_int_equal(got.row_count, 1);
		assert_int_equal(got.bad_count, 0);
		assert_true(clock_day(2026, 3, 31, &day));
		assert_int_equal(got.rows[0].day, day);
		assert_int_equal(got.rows[0].sheets, 2);
		assert_int_equal(got.rows[0].pages, 3);
		assert_int_equal(got.rows[0].id.bytes[0], 1);
		assert_int_equal(got.rows[0].id.bytes[15], 0xef);
	}
}

/* A bad line costs itself only. */
static void
test_print_receipt__a_bad_line_between_good_ones(void **state)
{
	static const struct {
		enum print_said said;
		const char *line, *wrong;
	} cases[] = {
		{ PRINT_POSTED, "123456782;2026-03-31", "no letter_id" },
		{ PRINT_POSTED, ID, "no date" },
		{ PRINT_POSTED, ID ";2026-02-30", "no date" },
		{ PRINT_POSTED, ID ";31 maart", "no date" },
		{ PRINT_POSTED, ID ";1999-12-31", "no date" },
		{ PRINT_POSTED, ID ";2026-04-03",
			"a day that has not come yet" },
		{ PRINT_POSTED, ID ";2026-03-31;;two",
			"pages or sheets that are no number" },
		{ PRINT_POSTED, ID ";2026-03-31;;1;10001",
			"pages or sheets that are no number" },
		{ PRINT_POSTED, ID ";\"2026-03-31",
			"a quote that is not closed" },
		{ PRINT_POSTED, ID ";\"2026-03-31\"x;1",
			"text behind a closing quote" },
		{ PRINT_POSTED, "print-a/1;2026-03-31", "no letter_id" },
		{ PRINT_REJECTED, ID ";;no code at all", "no code" },
		{ PRINT_REJECTED, ID ";two words;x", "a code that is no word" },
		/* A citizen number is no code. */
		{ PRINT_REJECTED, ID ";999990019;x", "a code that is no word" },
		{ PRINT_RETURNED, ID ";2026-03-31;eaten by dog",
			"reason must be moved, unknown, refused, deceased or "
			"box full" },
		{ PRINT_RETURNED, ID ";2026-03-31;moved;perhaps",
			"new_address must be yes or no" },
		{ PRINT_RETURNED, "print-../x/1;2026-03-31;moved",
			"no letter_id" },
		{ PRINT_RETURNED, "print-a/0;2026-03-31;moved",
			"no letter_id" },
	};
	static const char *const good[] = {
		[PRINT_POSTED] = ID ";2026-04-02",
		[PRINT_REJECTED] = ID ";PDF-4;cannot be opened",
		[PRINT_RETURNED] = "print-a-b1/000007;2026-03-31;Bus vol;ja",
	};
	char text[1000];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("# %s\n", cases[i].line);
		snprintf(text, sizeof(text), "%s\n%s\r\n%s\n",
			good[cases[i].said], cases[i].line,
			good[cases[i].said]);
		assert_int_equal(read_text(cases[i].said, text), V_OK);
		assert_int_equal(got.row_count, 2);
		assert_int_equal(got.bad_count, 1);
		assert_int_equal(got.bad[0].line, 2);
		assert_string_equal(got.bad[0].why, cases[i].wrong);
		assert_int_equal(got.rows[1].line, 3);
	}
	assert_string_equal(got.rows[0].bundle, "print-a-b1");
	assert_int_equal(got.rows[0].place, 7);
	assert_int_equal(got.rows[0].why, RETURNED_BOX_FULL);
	assert_true(got.rows[0].new_address);
}

static void
test_print_receipt__an_ack_repeats_count_and_digest(void **state)
{
	static const struct {
		const char *text;
		enum verdict v;
		int64_t letters;
		bool sum;
	} cases[] = {
		{ "120;" SUM "\n", V_OK, 120, true },
		{ "letters;sha256\n120;" SUM "\n", V_OK, 120, true },
		{ "bundle;sha256;letters\nprint-a;" SUM ";120\n", V_OK, 120,
			true },
		{ "120\n", V_OK, 120, false },
		{ "", V_SKIP, 0, false },
		{ "ok\n", V_SKIP, 0, false },
		{ "120;" SUM "00\n", V_SKIP, 0, false },
		{ "120;xyz\n", V_SKIP, 0, false },
		{ "-1\n", V_SKIP, 0, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("# case %zu\n", i);
		assert_int_equal(
			read_text(PRINT_ACK, cases[i].text), cases[i].v);
		if (cases[i].v != V_OK)
			continue;
		assert_int_equal(got.letters, cases[i].letters);
		assert_int_equal(got.has_sha256, cases[i].sum);
		assert_int_equal(got.sha256[31], cases[i].sum ? 0xff : 0);
	}
	assert_int_equal(read_text(PRINT_ACK, "3\n3\n"), V_OK);
	assert_int_equal(got.bad_count, 1);
}

static void
test_print_receipt__a_nack_has_a_reason_and_letters(void **state)
{
	(void)state;
	assert_int_equal(read_text(PRINT_NACK, ""), V_OK);
	assert_int_equal(got.row_count + (size_t)got.bad_count, 0);
	assert_int_equal(read_text(PRINT_NACK,
				 ";HASH;digest does not fit 999990019 \n" ID
				 ";PDF;broken\n"),
		V_OK);
	assert_string_equal(got.code, "HASH");
	assert_string_equal(got.text, "digest does not fit *********");
	assert_int_equal(got.row_count, 1);
	assert_string_equal(got.rows[0].code, "PDF");
	assert_int_equal(
		read_text(PRINT_RECALLED, "code;text\nrecalled;as asked\n"),
		V_OK);
	assert_string_equal(got.code, "recalled");
}

static void
test_print_receipt__words_of_the_printer_are_cleaned(void **state)
{
	char text[2000], long_text[500];

	(void)state;
	memset(long_text, 'x', sizeof(long_text));
	long_text[0] = 'a';
	memcpy(long_text + SAID_TEXT_MAX - 1, "\xC3\xA9", 2);
	long_text[400] = '\0';
	snprintf(text, sizeof(text),
		ID ";A;%s\n" ID ";B;\x1B[2J\n" ID ";C;\xFF\n" ID
		   ";D;tel 0612345678, 1234567\n",
		long_text);
	assert_int_equal(read_text(PRINT_REJECTED, text), V_OK);
	assert_int_equal(got.row_count, 4);
	assert_int_equal(strlen(got.rows[0].text), SAID_TEXT_MAX - 1);
	assert_string_equal(got.rows[1].text, "(no text that can be shown)");
	assert_string_equal(got.rows[2].text, "(no text that can be shown)");
	assert_string_equal(got.rows[3].text, "tel **********, 1234567");
}

static void
test_print_receipt__limits(void **state)
{
	static char line[RECEIPT_LINE_MAX + 100];
	struct buf many = BUF_MAX(200000000);
	size_t i;

	(void)state;
	/* A line at the limit, and one byte more. */
	memset(line, ' ', sizeof(line));
	memcpy(line, ID ";2026-03-31;", strlen(ID) + 12);
	strcpy(line + RECEIPT_LINE_MAX, "\n");
	assert_int_equal(read_text(PRINT_POSTED, line), V_OK);
	assert_int_equal(got.row_count, 1);
	strcpy(line + RECEIPT_LINE_MAX, " \n");
	assert_int_equal(read_text(PRINT_POSTED, line), V_OK);
	assert_int_equal(got.row_count, 0);
	assert_int_equal(got.bad_count, 1);
	/* Cells. */
	for (i = 0; i < RECEIPT_CELLS_MAX; i++)
		buf_text(&many, i == 0 ? ID : i == 1 ? ";2026-03-31" : ";x");
	many.bytes[strlen(ID) + 12] = ' '; /* product */
	assert_int_equal(read_text(PRINT_POSTED, many.bytes), V_OK);
	assert_string_equal(
		got.bad[0].why, "pages or sheets that are no number");
	buf_text(&many, ";x");
	assert_int_equal(read_text(PRINT_POSTED, many.bytes), V_OK);
	assert_string_equal(got.bad[0].why, "more cells than there can be");
	/* More bad lines than are remembered. */
	buf_reset(&many);
	for (i = 0; i < SAID_BAD_MAX + 50; i++)
		buf_text(&many, "x\n");
	assert_int_equal(read_text(PRINT_POSTED, many.bytes), V_OK);
	assert_int_equal(got.bad_count, SAID_BAD_MAX + 50);
	assert_int_equal(got.bad[SAID_BAD_MAX - 1].line, SAID_BAD_MAX);
	/* Rows. */
	buf_reset(&many);
	for (i = 0; i < RECEIPT_ROWS_MAX; i++)
		buf_text(&many, ID ";20260331\n");
	assert_int_equal(read_text(PRINT_POSTED, many.bytes), V_OK);
	assert_int_equal(got.row_count, RECEIPT_ROWS_MAX);
	buf_text(&many, ID ";20260331\n");
	assert_int_equal(read_text(PRINT_POSTED, many.bytes), V_SKIP);
	assert_int_equal(why.code, CODE_RECEIPT);
	buf_done(&many);
	/* No text, nothing, and too much. */
	assert_int_equal(print_receipt_read(PRINT_POSTED, "a\0b", 3, TODAY,
				 &mem, &got, &why),
		V_SKIP);
	assert_int_equal(read_text(PRINT_POSTED, ""), V_SKIP);
	assert_int_equal(read_text(PRINT_POSTED, "letter_id;date\n"), V_SKIP);
	assert_int_equal(
		print_receipt_read(PRINT_POSTED, line,
			(size_t)RECEIPT_FILE_MAX + 1, TODAY, &mem, &got, &why),
		V_SKIP);
}

/* --- what is true of it --- */

static void
test_print_receipt__is_judged_by_the_books(void **state)
{
	static const struct {
		enum print_said said;
		enum lot_state lot;
		enum letter_state own; /* 0: follows the lot */
		enum code code;
		bool elsewhere;
		enum said_verdict verdict;
	} cases[] = {
		{ PRINT_POSTED, LOT_HANDED_OVER, 0, 0, false, SAID_GOOD },
		{ PRINT_REJECTED, LOT_HANDED_OVER, 0, 0, false, SAID_GOOD },
		{ PRINT_POSTED, LOT_SETTLED, 0, 0, false, SAID_AGAIN },
		{ PRINT_REJECTED, LOT_SETTLED, 0, 0, false, SAID_WRONG },
		{ PRINT_POSTED, LOT_HANDED_OVER, LETTER_POSTED, 0, false,
			SAID_AGAIN },
		/* Refused, then printed after all. */
		{ PRINT_POSTED, LOT_HANDED_OVER, LETTER_HELD,
			CODE_PRINT_REJECTED, false, SAID_GOOD },
		{ PRINT_REJECTED, LOT_HANDED_OVER, LETTER_HELD,
			CODE_PRINT_REJECTED, false, SAID_AGAIN },
		/* It is in another bundle by now: perhaps printed twice. */
		{ PRINT_POSTED, LOT_HANDED_OVER, LETTER_PAPER, CODE_RESOLVED,
			true, SAID_WRONG },
		{ PRINT_POSTED, LOT_HANDED_OVER, LETTER_WITHDRAWN,
			CODE_RESOLVED, false, SAID_WRONG },
		/* Turned down, withdrawn, never handed over. */
		{ PRINT_POSTED, LOT_FAILED, 0, 0, false, SAID_WRONG },
		{ PRINT_POSTED, LOT_WITHDRAWN, 0, 0, false, SAID_WRONG },
		{ PRINT_POSTED, LOT_HELD, 0, 0, false, SAID_WRONG },
		{ PRINT_POSTED, LOT_BUNDLED, 0, 0, false, SAID_WRONG },
	};
	struct said_row row = { .pages = 3, .sheets = 2 };
	size_t i;

	(void)state;
	assert_int_equal(
		said_judge(PRINT_POSTED, LOT_HANDED_OVER, NULL), SAID_UNKNOWN);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct said_ours ours = { .state = cases[i].own,
			.code = cases[i].code,
			.elsewhere = cases[i].elsewhere };

		print_message("# case %zu\n", i);
		assert_int_equal(said_judge(cases[i].said, cases[i].lot, &ours),
			cases[i].verdict);
		/* The same letter twice in one file. */
		assert_int_equal(said_judge(cases[i].said, cases[i].lot, &ours),
			SAID_AGAIN);
	}
	{
		struct said_ours ours = { .pages = 3, .sheets = 2 };

		assert_false(said_differs(&row, &ours));
		ours.pages = 4;
		assert_true(said_differs(&row, &ours));
		ours.pages = 0; /* we do not know */
		assert_false(said_differs(&row, &ours));
		ours.sheets = 3;
		assert_true(said_differs(&row, &ours));
		row.sheets = SAID_NONE;
		assert_false(said_differs(&row, &ours));
	}
}

static int
done(void **state)
{
	(void)state;
	arena_done(&mem);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_print_receipt__names_tell_the_kind),
		cmocka_unit_test(test_print_receipt__posted_in_many_hands),
		cmocka_unit_test(
			test_print_receipt__a_bad_line_between_good_ones),
		cmocka_unit_test(
			test_print_receipt__an_ack_repeats_count_and_digest),
		cmocka_unit_test(
			test_print_receipt__a_nack_has_a_reason_and_letters),
		cmocka_unit_test(
			test_print_receipt__words_of_the_printer_are_cleaned),
		cmocka_unit_test(test_print_receipt__limits),
		cmocka_unit_test(test_print_receipt__is_judged_by_the_books),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("print_receipt", tests, NULL, done);
}
