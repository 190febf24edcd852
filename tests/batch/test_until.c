/* tests/batch/test_until.c - the moment at which a night ends
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "batch/until.h"

static void
test_until__is_the_next_time_on_the_wall(void **state)
{
	static const struct {
		const char *name, *text, *now, *want;
	} cases[] = {
		{ "in the evening: tomorrow morning", "06:00",
			"2026-01-12T20:00:00Z", "2026-01-13T05:00:00Z" },
		{ "after midnight: this morning", "06:00",
			"2026-01-13T01:00:00Z", "2026-01-13T05:00:00Z" },
		{ "one ms before", "06:00", "2026-01-13T04:59:59.999Z",
			"2026-01-13T05:00:00Z" },
		{ "at that time itself: tomorrow", "06:00",
			"2026-01-13T05:00:00Z", "2026-01-14T05:00:00Z" },
		{ "in summer", "06:00", "2026-07-12T20:00:00Z",
			"2026-07-13T04:00:00Z" },
		{ "midnight", "00:00", "2026-01-12T20:00:00Z",
			"2026-01-12T23:00:00Z" },
		{ "on the other side of New Year", "06:00",
			"2026-12-31T22:30:00Z", "2027-01-01T05:00:00Z" },
		{ "UTC is a day behind the wall", "06:00",
			"2026-07-12T23:30:00Z", "2026-07-13T04:00:00Z" },
		{ "the night that is an hour shorter", "06:00",
			"2026-03-28T20:00:00Z", "2026-03-29T04:00:00Z" },
		{ "the night that is an hour longer", "06:00",
			"2026-10-24T20:00:00Z", "2026-10-25T05:00:00Z" },
		{ "an hour that is skipped: the jump", "02:30",
			"2026-03-28T20:00:00Z", "2026-03-29T01:00:00Z" },
		{ "an hour that comes twice: the first", "02:30",
			"2026-10-24T20:00:00Z", "2026-10-25T00:30:00Z" },
		{ "and in its second: the next day", "02:30",
			"2026-10-25T01:00:00Z", "2026-10-26T01:30:00Z" },
		{ "a date", "2026-12-24 06:00", "2026-12-20T12:00:00Z",
			"2026-12-24T05:00:00Z" },
		{ "with a T", "2026-12-24T06:00", "2026-12-20T12:00:00Z",
			"2026-12-24T05:00:00Z" },
		{ "a date that is past: the next such time", "2026-12-24 06:00",
			"2026-12-24T12:00:00Z", "2026-12-25T05:00:00Z" },
		{ "long past, earlier in the day", "2025-01-01 18:00",
			"2026-12-24T12:00:00Z", "2026-12-24T17:00:00Z" },
	};
	struct fault why = FAULT_NONE;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t now_ms, want_ms, got_ms = 0;

		assert_true(clock_parse(cases[i].now, &now_ms));
		assert_true(clock_parse(cases[i].want, &want_ms));
		if (until_parse(cases[i].text, now_ms, &got_ms, &why) != V_OK ||
			got_ms != want_ms) {
			char got[CLOCK_TEXT_MAX];

			clock_utc(got_ms, got);
			fail_msg("%s: %s, wanted %s", cases[i].name, got,
				cases[i].want);
		}
	}
}

static void
test_until__refuses_what_is_no_time(void **state)
{
	static const char *const bad[] = { "", "6:00", "06:00 ", "24:00",
		"06:60", "0600", "06:00:00", "tomorrow", "2026-02-30 06:00",
		"2026-12-24", "2026-12-24  06:00", "2026-12-24_06:00",
		"2028-12-24 06:00", "+6:00", "-1:00", "0\xd9\xa1:00" };
	int64_t now_ms, got_ms = 7;
	size_t i;

	(void)state;
	assert_true(clock_parse("2026-12-20T12:00:00Z", &now_ms));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct fault why = FAULT_NONE;

		if (until_parse(bad[i], now_ms, &got_ms, &why) != V_SKIP)
			fail_msg("'%s' was taken", bad[i]);
		assert_int_equal(why.code, CODE_CONFIG_VALUE);
		assert_int_equal(got_ms, 7);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_until__is_the_next_time_on_the_wall),
		cmocka_unit_test(test_until__refuses_what_is_no_time),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
