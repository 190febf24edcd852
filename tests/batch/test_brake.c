/* tests/batch/test_brake.c - when so much goes wrong that a person must look
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "batch/brake.h"

static void
test_brake__another_share_of_paper_is_held(void **state)
{
	static const struct {
		const char *sentence;
		struct brake_paper brake;
		bool held;
	} cases[] = {
		{ "as the last run", { 1000, 350, -1, 2000, 700, 5 }, false },
		{ "five points more", { 10000, 4000, -1, 10000, 3500, 5 },
			false },
		{ "one letter more than that",
			{ 10000, 4001, -1, 10000, 3500, 5 }, true },
		{ "as much less", { 10000, 2999, -1, 10000, 3500, 5 }, true },
		{ "the setting counts, not the last run",
			{ 1000, 350, 350000, 1000, 900, 5 }, false },
		{ "outside the setting", { 1000, 351, 300000, 1000, 351, 5 },
			true },
		{ "ten points are allowed", { 1000, 351, 300000, 0, 0, 10 },
			false },
		{ "no points are allowed", { 10000, 3200, 300000, 0, 0, 0 },
			true },
		{ "no last run: any share", { 1000, 900, -1, 0, 0, 5 }, false },
		{ "no last run: all on paper", { 100, 100, -1, 0, 0, 5 },
			true },
		{ "no last run: nothing on paper", { 100, 0, -1, 0, 0, 5 },
			true },
		{ "so few letters that chance makes any share",
			{ 9, 9, -1, 1000, 350, 5 }, false },
		{ "few, and all on paper", { 10, 10, -1, 1000, 350, 5 }, true },
		{ "few, and nothing on paper", { 25, 0, 350000, 0, 0, 5 },
			true },
		{ "few, and more than chance", { 99, 55, -1, 1000, 350, 5 },
			true },
		{ "few: chance", { 99, 48, -1, 1000, 350, 5 }, false },
		{ "fewer, and none on paper: chance",
			{ 12, 0, -1, 1000, 350, 5 }, false },
		{ "few, and nothing to expect", { 99, 99, -1, 0, 0, 5 },
			false },
		{ "a last run that was too small is none",
			{ 1000, 350, -1, 99, 99, 5 }, false },
		{ "all on paper, as always", { 500, 500, -1, 500, 500, 5 },
			false },
		{ "all on paper, by the setting",
			{ 500, 500, 1000000, 0, 0, 5 }, false },
		{ "nothing on paper, where a few points would be",
			{ 1000, 0, -1, 1000, 40, 5 }, true },
		{ "nothing on paper, as chance has it",
			{ 100, 0, 10000, 0, 0, 5 }, false },
		{ "small jobs: chance", { 100, 44, -1, 100, 35, 5 }, false },
		{ "small jobs: more than chance", { 100, 58, -1, 100, 35, 5 },
			true },
		{ "yes and no were swapped", { 400, 260, -1, 400, 140, 5 },
			true },
		{ "a country of letters",
			{ 9000000, 3700000, -1, 9000000, 3150000, 5 }, true },
	};
	struct fault why = FAULT_NONE;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum verdict v = brake_paper(&cases[i].brake, &why);

		if ((v != V_OK) != cases[i].held)
			fail_msg("%s: %s", cases[i].sentence, why.text);
		if (v != V_OK && (v != V_LATER || why.code != CODE_PAPER_SHARE))
			fail_msg("%s: code", cases[i].sentence);
	}
	assert_int_equal(brake_paper_expected(&cases[0].brake), 350000);
	assert_int_equal(brake_paper_expected(&cases[4].brake), 350000);
	assert_int_equal(brake_paper_expected(&cases[8].brake), -1);
	/* Both shares are said. */
	(void)brake_paper(&cases[2].brake, &why);
	assert_non_null(strstr(why.text, "4001 of 10000"));
	assert_non_null(strstr(why.text, "40.0%"));
	assert_non_null(strstr(why.text, "35.0% (the last run)"));
}

static void
test_brake__too_many_declines_stop_a_stream(void **state)
{
	static const struct {
		struct brake_declines brake;
		bool stops;
	} cases[] = {
		{ { 1000, 100, 100000 }, false },
		{ { 1000, 101, 100000 }, true },
		{ { 150, 15, 100000 }, false },
		{ { 150, 16, 100000 }, true },
		/* Of the first few results a share says nothing. */
		{ { 10, 10, 100000 }, false },
		{ { 11, 11, 100000 }, true },
		{ { 50, 1, 0 }, true },
		{ { 0, 0, 0 }, false },
		{ { 1000, 1000, 1000000 }, false },
	};
	struct fault why = FAULT_NONE;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if ((brake_declines(&cases[i].brake, &why) != V_OK) !=
			cases[i].stops)
			fail_msg("case %zu", i);
	(void)brake_declines(&cases[1].brake, &why);
	assert_int_equal(why.code, CODE_DECLINES);
	assert_non_null(strstr(why.text, "101 of the newest 1000"));
}

static void
test_brake__the_window_forgets_the_oldest(void **state)
{
	const uint8_t old[] = { 1, 1, 0 }, add[] = { 0, 1 };
	uint8_t out[8];

	(void)state;
	assert_int_equal(brake_slide(old, 3, add, 2, 8, out), 5);
	assert_memory_equal(out, "\1\1\0\0\1", 5);
	assert_int_equal(brake_slide(old, 3, add, 2, 4, out), 4);
	assert_memory_equal(out, "\1\0\0\1", 4);
	assert_int_equal(brake_slide(old, 3, add, 2, 2, out), 2);
	assert_memory_equal(out, "\0\1", 2);
	assert_int_equal(brake_slide(old, 3, add, 2, 1, out), 1);
	assert_int_equal(out[0], 1);
	/* A smaller window than before keeps the newest. */
	assert_int_equal(brake_slide(old, 3, add, 0, 2, out), 2);
	assert_memory_equal(out, "\1\0", 2);
	assert_int_equal(brake_slide(NULL, 0, NULL, 0, 2, out), 0);
}

#define DAY INT64_C(86400000)

static void
test_brake__working_days_are_not_weekends(void **state)
{
	const int64_t monday = 4 * DAY + 9 * DAY / 24; /* 5 January 1970 */

	(void)state;
	assert_false(brake_overdue(monday, monday + 3 * DAY, 3));
	assert_true(brake_overdue(monday, monday + 4 * DAY, 3));
	/* From a Thursday: Friday, Monday, Tuesday. */
	assert_false(brake_overdue(monday + 3 * DAY, monday + 8 * DAY, 3));
	assert_true(brake_overdue(monday + 3 * DAY, monday + 9 * DAY, 3));
	/* From a Saturday. */
	assert_false(brake_overdue(monday + 5 * DAY, monday + 7 * DAY, 0 + 1));
	assert_true(brake_overdue(monday + 5 * DAY, monday + 9 * DAY, 1));
	assert_true(brake_overdue(monday, monday + 1, 0));
	assert_false(brake_overdue(monday, monday, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_brake__another_share_of_paper_is_held),
		cmocka_unit_test(test_brake__too_many_declines_stop_a_stream),
		cmocka_unit_test(test_brake__the_window_forgets_the_oldest),
		cmocka_unit_test(test_brake__working_days_are_not_weekends),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("brake", tests, NULL, NULL);
}
