/* tests/mobbsim/test_benefit.c - the truth fits the lines of uitkering-csv
 *
 * Lines are taken apart here, by the table of the layout and not by what the
 * generator thinks of it; totals are counted again; only then the trailer and
 * FILE.truth.csv are believed.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _XOPEN_SOURCE 700 /* nftw() */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/mobbsim/seen.h"

/* "-12,05" */
static bool
is_money(const char *text, int64_t *cents)
{
	bool below = *text == '-';
	const char *comma;
	char *end;

	text += below;
	comma = strchr(text, ',');
	if (comma == NULL || comma == text || strlen(comma) != 3 ||
		!text_digits(comma + 1))
		return false;
	*cents = 100 * strtoll(text, &end, 10) + strtoll(comma + 1, NULL, 10);
	if (below)
		*cents = -*cents;
	return end == comma;
}

struct benefit_sum {
	int64_t sp, cp, cents;
	int most_lines, lines;
};

/* mod 97, by the letter */
static void
check_iban(const char *iban)
{
	char turned[40];
	int rest = 0;
	size_t i;

	assert_in_range(strlen(iban), 15, 34);
	snprintf(turned, sizeof(turned), "%s%.4s", iban + 4, iban);
	for (i = 0; turned[i] != '\0'; i++)
		if (turned[i] >= 'A')
			rest = (rest * 100 + turned[i] - 'A' + 10) % 97;
		else
			rest = (rest * 10 + turned[i] - '0') % 97;
	assert_int_equal(rest, 1);
}

static void
take_sp(char **f, int n, int64_t pp_max, struct benefit_sum *sum)
{
	struct seen *s = new_seen();
	int64_t cents, number;
	int i;

	sum->sp++;
	sum->lines = 0;
	assert_true(text_number(f[1], 999999999, &number));
	assert_int_equal(number, sum->sp);
	snprintf(s->bsn, sizeof(s->bsn), "%s", f[2]);
	assert_int_equal(n, 28);
	snprintf(s->reference, sizeof(s->reference), "%s-%s-%s", f[15], f[16],
		f[1]);
	assert_true(strlen(s->reference) <= 25);
	snprintf(s->key, sizeof(s->key), "%s/%s/%s/%s", f[2], f[15], f[16],
		f[17]);
	snprintf(s->href, sizeof(s->href), "%s", f[27]);
	add_code(s, judge_bsn(f[2]));
	judge_key(s);
	assert_true(text_digits(f[3]) && strlen(f[3]) <= 10);
	assert_true(text_chars(f[4], strlen(f[4])) <= 12);
	assert_true(text_chars(f[5], strlen(f[5])) <= 10);
	if (f[6][0] == '\0')
		add_code(s, "MOBB-0201");
	if (text_chars(f[6], strlen(f[6])) > 200)
		add_code(s, "MOBB-0219");
	if (f[11][0] == '\0')
		add_code(s, "MOBB-0212");
	else
		assert_int_equal(strlen(f[11]), 6);
	assert_true(text_digits(f[15]) && strlen(f[15]) <= 8);
	for (i = 16; i <= 17; i++) {
		assert_true(text_number(f[i], 999999, &number));
		assert_in_range(number % 100, 1, pp_max);
	}
	if (f[19][0] != '\0')
		check_iban(f[19]);
	if (f[21][0] != '\0' && !is_day(f[21]))
		add_code(s, "MOBB-0217");
	for (i = 18; i < 27; i++)
		if (i != 19 && i != 21 && !is_money(f[i], &cents))
			add_code(s, "MOBB-0218");
	assert_true(is_money(f[18], &cents));
	sum->cents += cents;
	add_code(s, judge_document(f[27]));
}

static void
take_cp(char **f, int n, struct benefit_sum *sum)
{
	struct seen *s = &file.seen[file.count - 1];
	int64_t number, cents;

	if (n != 8) {
		assert_int_equal(n, 9);
		add_code(s, "MOBB-0121");
		memmove(f + 4, f + 5, 4 * sizeof(*f));
	}
	assert_true(text_number(f[1], 999999999, &number));
	if (number != sum->sp)
		add_code(s, "MOBB-0225");
	assert_true(text_number(f[2], 99, &number));
	assert_int_equal(number, ++sum->lines);
	assert_true(is_money(f[4], &cents));
	assert_true(f[5][0] >= '0' && f[5][0] <= '3' && f[5][1] == '\0');
	assert_true(text_chars(f[6], strlen(f[6])) <= 40);
	sum->cp++;
	if (sum->lines > sum->most_lines)
		sum->most_lines = sum->lines;
}

/* Read it all; returns the most lines a record has. */
static int
read_benefit(char *text, const char *period, int64_t pp_max)
{
	struct benefit_sum sum = { 0 };
	char *f[FIELDS_MAX], *line;
	int64_t number, cents;
	int n;

	file.count = 0;
	n = fields_of(next_line(&text, "\r\n"), f);
	assert_int_equal(n, 8);
	assert_string_equal(f[0], "VL");
	assert_string_equal(f[1], "USPC0100");
	assert_string_equal(f[2], "00000099000000010000");
	assert_string_equal(f[6], period);
	assert_string_equal(f[7], "T");
	for (;;) {
		line = next_line(&text, "\r\n");
		assert_non_null(line);
		n = fields_of(line, f);
		if (strcmp(f[0], "SP") == 0)
			take_sp(f, n, pp_max, &sum);
		else if (strcmp(f[0], "CP") == 0)
			take_cp(f, n, &sum);
		else
			break;
	}
	assert_string_equal(f[0], "SL");
	assert_int_equal(n, 4);
	assert_true(text_number(f[1], 999999999, &number));
	assert_int_equal(number, sum.sp);
	assert_true(text_number(f[2], 999999999, &number));
	assert_int_equal(number, sum.cp);
	assert_true(is_money(f[3], &cents));
	assert_int_equal(cents, sum.cents);
	assert_string_equal(text, "");
	return sum.most_lines;
}

static void
test_benefit__with_documents(void **state)
{
	static const char *const codes[] = { "MOBB-0203", "MOBB-0204",
		"MOBB-0201", "MOBB-0219", "MOBB-0217", "MOBB-0218", "MOBB-0121",
		"MOBB-0225", "MOBB-0208", "MOBB-0212", "MOBB-0222", "MOBB-0223",
		NULL };
	struct run r;

	(void)state;
	run_begin(&r);
	assert_int_equal(
		run(&r, "batch", "--stream", "uitkering", "--letters", "150",
			"--seed", "5", "--out", "f.zip", "--bad", "28", NULL),
		0);
	packed_read(&r, "f.zip", "uitkering.csv", &packed);
	assert_int_equal(packed.count, 148); /* two are missing */
	assert_int_equal(read_benefit(packed.payload.bytes, "202602", 12), 8);
	assert_int_equal(file.count, 150);
	compare_truth(&r, "f.zip.truth.csv");
	has_codes(codes);
	packed.count = 0;
	buf_done(&packed.payload);
	run_end(&r);
}

static void
test_benefit__as_text(void **state)
{
	static const char *const texts[] = { "\"Dummy; \"\"de\"\" oudere\"",
		"\"Zie beschikking \"\"B-17\"\"\"", ";-", "ë", ";;" };
	struct buf text;
	struct run r;
	size_t i;

	(void)state;
	run_begin(&r);
	assert_int_equal(
		run(&r, "batch", "--stream", "uitkering", "--letters", "900",
			"--seed", "2", "--out", "f.csv", "--bad", "33",
			"--periods", "weeks", "--date", "20261231", NULL),
		0);
	run_read(&r, "f.csv", &text);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_non_null(strstr(text.bytes, texts[i]));
	/* The year has thirteen periods of four weeks. */
	assert_int_equal(read_benefit(text.bytes, "202613", 13), 8);
	assert_int_equal(file.count, 900);
	compare_truth(&r, "f.csv.truth.csv");
	buf_done(&text);
	run_end(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_benefit__with_documents),
		cmocka_unit_test(test_benefit__as_text),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
