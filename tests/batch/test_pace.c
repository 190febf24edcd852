/* tests/batch/test_pace.c - when a lot may leave, with a clock turned by hand
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "batch/pace.h"

#define SECOND INT64_C(1000000)
#define HOUR (3600 * SECOND)
#define NOW (500000 * HOUR)

static void
test_pace__grants(void **state)
{
	static const struct {
		const char *name;
		int64_t tat, letters, per_hour;
		bool got;
		int64_t tat_after;
	} cases[] = {
		{ "never used", 0, 1000, 60000, true, NOW + 60 * SECOND },
		{ "exactly on time", NOW, 1000, 60000, true,
			NOW + 60 * SECOND },
		{ "a microsecond early", NOW + 1, 1000, 60000, false, NOW + 1 },
		{ "the clock ran back an hour", NOW + HOUR, 1, 60000, false,
			NOW + HOUR },
		{ "a year asleep earns no burst", NOW - 8766 * HOUR, 1, 3600,
			true, NOW + SECOND },
		{ "closed", 0, 1, 0, false, 0 },
		{ "rounded against us", 0, 1, 7, true, NOW + 514285715 },
		{ "fastest", 0, 1000000000, PACE_PER_HOUR_MAX, true,
			NOW + HOUR },
		{ "slowest", 0, 1000, 1, true, NOW + 1000 * HOUR },
		{ "nothing costs nothing", 0, 0, 60000, true, NOW },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t tat = cases[i].tat;
		bool got = pace_take(
			&tat, NOW, cases[i].letters, cases[i].per_hour);

		if (got != cases[i].got || tat != cases[i].tat_after)
			fail_msg("%s: %d, %lld", cases[i].name, got,
				(long long)(tat - NOW));
	}
}

/* Lots of odd sizes, asked for at odd times for a day: in no window more than
 * the limit and one lot.
 */
static void
test_pace__no_window_holds_more_than_the_judge_allows(void **state)
{
	enum {
		LOTS = 4000
	};
	static int64_t at[LOTS], size[LOTS];
	const int64_t per_hour = 60000;
	int64_t tat = 0, now = NOW, sum;
	int n = 0, i, k;

	(void)state;
	while (n < LOTS) {
		int64_t letters = 1 + (n * 7919) % 1000;

		if (pace_take(&tat, now, letters, per_hour)) {
			at[n] = now;
			size[n++] = letters;
		} else {
			now += 777777;
		}
	}
	for (i = 0; i < LOTS; i += 13) {
		sum = 0;
		for (k = i; k < LOTS && k < i + 500; k++) {
			sum += size[k];
			assert_true(sum <= pace_judge(at[k] - at[i] + 1,
						   per_hour, 1, 1000));
		}
	}
}

/* With a rate below what is asked, the day's work is done in the day. */
static void
test_pace__gives_the_rate_it_promises(void **state)
{
	int64_t tat = 0, now = NOW, left = 0;

	(void)state;
	while (now < NOW + 24 * HOUR) {
		if (pace_take(&tat, now, 997, 60000))
			left += 997;
		now = tat;
	}
	assert_true(left >= 24 * 60000 - 997);
	assert_true(left <= 24 * 60000 + 997);
}

static void
test_pace__judge(void **state)
{
	(void)state;
	assert_true(pace_judge(HOUR, 60000, 2, 1000) == 62000);
	assert_true(pace_judge(0, 60000, 2, 1000) == 2000);
	assert_true(pace_judge(90 * 60 * SECOND, 60000, 0, 1000) == 90000);
	assert_true(pace_judge(1, 60000, 1, 5) == 5);
	assert_true(pace_judge(8766 * HOUR, PACE_PER_HOUR_MAX, 0, 0) ==
		    8766 * PACE_PER_HOUR_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pace__grants),
		cmocka_unit_test(
			test_pace__no_window_holds_more_than_the_judge_allows),
		cmocka_unit_test(test_pace__gives_the_rate_it_promises),
		cmocka_unit_test(test_pace__judge),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
