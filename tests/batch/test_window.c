/* tests/batch/test_window.c - when something may begin
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

#include "base/clock.h"
#include "batch/window.h"

#define MINUTE INT64_C(60000)

static int64_t
at(const char *text)
{
	int64_t ms;

	assert_true(clock_parse(text, &ms));
	return ms;
}

/* Lines and dates, with ';' between them. */
static struct window
window_of(const char *text)
{
	struct window w = { .count = 0 };
	struct fault why = FAULT_NONE;
	char line[60];
	size_t len;

	for (; *text != '\0'; text += len + (text[len] != '\0')) {
		len = strcspn(text, ";");
		assert_true(len < sizeof(line));
		memcpy(line, text, len);
		line[len] = '\0';
		if (strncmp(line, "20", 2) == 0 && line[4] == '-')
			assert_int_equal(
				calendar_off_add(&w.off, line, &why), V_OK);
		else if (strcmp(line, "holidays") == 0)
			w.off.holidays = true;
		else
			assert_int_equal(window_add(&w, line, &why), V_OK);
	}
	return w;
}

static void
test_window__opens_and_closes(void **state)
{
	static const struct {
		const char *window, *now, *opens, *closes; /* now: "" */
	} cases[] = {
		/* an ordinary week in winter: Saturday 28 November 2026 */
		{ "mon-fri 07:00-22:00", "2026-11-28T12:00:00Z",
			"2026-11-30T06:00:00Z", "" },
		{ "mon-fri 07:00-22:00", "2026-11-30T05:59:59Z",
			"2026-11-30T06:00:00Z", "" },
		{ "mon-fri 07:00-22:00", "2026-11-30T06:00:00Z", "",
			"2026-11-30T21:00:00Z" },
		{ "mon-fri 07:00-22:00", "2026-11-30T21:00:00Z",
			"2026-12-01T06:00:00Z", "" },
		/* in summer the same by the wall */
		{ "mon-fri 07:00-22:00", "2026-07-06T04:59:00Z",
			"2026-07-06T05:00:00Z", "" },
		/* over midnight: Friday's goes on into Saturday, no more */
		{ "fri 22:00-06:00", "2026-11-27T20:59:00Z",
			"2026-11-27T21:00:00Z", "" },
		{ "fri 22:00-06:00", "2026-11-27T23:30:00Z", "",
			"2026-11-28T05:00:00Z" },
		{ "fri 22:00-06:00", "2026-11-28T05:00:00Z",
			"2026-12-04T21:00:00Z", "" },
		{ "sun 22:00-06:00", "2026-11-30T01:00:00Z", "",
			"2026-11-30T05:00:00Z" },
		/* two lines that touch are one */
		{ "fri 22:00-24:00;sat 00:00-06:00", "2026-11-27T21:30:00Z", "",
			"2026-11-28T05:00:00Z" },
		{ "sat-sun", "2026-11-27T12:00:00Z", "2026-11-27T23:00:00Z",
			"" },
		{ "sat-sun", "2026-11-28T12:00:00Z", "",
			"2026-11-29T23:00:00Z" },
		{ "fri-mon 08:00-09:00", "2026-11-30T09:00:00Z",
			"2026-12-04T07:00:00Z", "" },
		/* dates on which nothing begins */
		{ "mon-fri 07:00-22:00;2026-11-30", "2026-11-28T12:00:00Z",
			"2026-12-01T06:00:00Z", "" },
		{ "2026-12-24..2026-12-26", "2026-12-23T12:00:00Z", "",
			"2026-12-23T23:00:00Z" },
		{ "2026-12-24..2026-12-26", "2026-12-24T12:00:00Z",
			"2026-12-26T23:00:00Z", "" },
		{ "fri 22:00-06:00;2026-11-28", "2026-11-27T22:30:00Z", "",
			"2026-11-27T23:00:00Z" },
		{ "mon-fri 07:00-22:00;holidays", "2026-12-24T22:00:00Z",
			"2026-12-28T06:00:00Z", "" },
		/* March: the night is an hour shorter */
		{ "22:00-06:00", "2026-03-28T21:30:00Z", "",
			"2026-03-29T04:00:00Z" },
		{ "sun 02:30-06:00", "2026-03-29T00:59:00Z",
			"2026-03-29T01:00:00Z", "" },
		{ "sun 02:00-03:00", "2026-03-28T12:00:00Z",
			"2026-04-05T00:00:00Z", "" },
		{ "sun 02:00-03:00", "2027-03-27T12:00:00Z",
			"2027-04-04T00:00:00Z", "" },
		/* October: an hour longer, and from two to three twice */
		{ "22:00-06:00", "2026-10-24T20:30:00Z", "",
			"2026-10-25T05:00:00Z" },
		{ "sun 02:00-03:00", "2026-10-24T12:00:00Z",
			"2026-10-25T00:00:00Z", "" },
		{ "sun 02:00-03:00", "2026-10-25T00:00:00Z", "",
			"2026-10-25T02:00:00Z" },
		{ "sun 02:00-02:30", "2026-10-25T00:10:00Z", "",
			"2026-10-25T00:30:00Z" },
		{ "sun 02:00-02:30", "2026-10-25T00:30:00Z",
			"2026-10-25T01:00:00Z", "" },
		{ "sun 02:00-02:30", "2026-10-25T01:00:00Z", "",
			"2026-10-25T01:30:00Z" },
		{ "sun 02:30-06:00", "2026-10-25T00:45:00Z", "",
			"2026-10-25T01:00:00Z" },
		{ "sun 02:30-06:00", "2027-10-31T01:00:00Z",
			"2027-10-31T01:30:00Z", "" },
		{ "sun 02:30-06:00", "2027-10-31T01:30:00Z", "",
			"2027-10-31T05:00:00Z" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct window w = window_of(cases[i].window);
		int64_t now = at(cases[i].now);
		bool open = cases[i].opens[0] == '\0';
		int64_t next = open ? now : at(cases[i].opens);
		int64_t end = open ? at(cases[i].closes) : now;

		if (window_open(&w, now) != open ||
			window_next_open(&w, now) != next ||
			window_closes(&w, now) != end)
			fail_msg("%s at %s: open %d, opens %+lld, closes %+lld",
				cases[i].window, cases[i].now,
				window_open(&w, now),
				(long long)(window_next_open(&w, now) - next) /
					MINUTE,
				(long long)(window_closes(&w, now) - end) /
					MINUTE);
	}
}

/* What it says about the next change is what comes, minute by minute, through
 * all nights of a jump of a century.
 */
static void
walk(const struct window *w, int64_t from, int64_t end)
{
	int64_t ms, told = 0;
	bool open = false;

	for (ms = from; ms < end; ms += MINUTE) {
		bool now = window_open(w, ms);

		if (ms == from || now != open) {
			if (ms != from)
				assert_int_equal(told, ms);
			open = now;
			told = open ? window_closes(w, ms)
				    : window_next_open(w, ms);
		}
		assert_true(told > ms);
	}
}

static void
test_window__keeps_its_word_in_every_jump(void **state)
{
	struct window windows[] = { window_of("22:00-06:00"),
		window_of("sat-sun 02:15-02:45"),
		window_of("sun 01:30-02:30;mon-fri 07:00-22:00"),
		window_of("sat 23:00-02:10") };
	int year;
	size_t i;

	(void)state;
	for (year = 1996; year < 2100; year++)
		for (i = 0; i < 4; i++) {
			int64_t ms = calendar_summer_begins(year);

			walk(&windows[i], ms - 300 * MINUTE, ms + 300 * MINUTE);
			ms = calendar_summer_ends(year);
			walk(&windows[i], ms - 300 * MINUTE, ms + 300 * MINUTE);
		}
}

static void
test_window__without_hours_is_open(void **state)
{
	struct window none = { .count = 0 };
	int64_t now = at("2026-11-28T12:00:00Z");

	(void)state;
	assert_true(window_open(NULL, now));
	assert_int_equal(window_next_open(NULL, now), now);
	assert_int_equal(window_closes(NULL, now), WINDOW_NEVER);
	assert_true(window_open(&none, now));
	assert_int_equal(window_closes(&none, now), WINDOW_NEVER);
}

static void
test_window__that_cannot_be(void **state)
{
	static const char *const wrong[] = { "", " ", "mon", "07:00",
		"mon-fri 07:00", "mon-fri 7:00-22:00", "mon-fri 07:00-25:00",
		"mon-fri 07:60-22:00", "mon-fri 24:00-06:00",
		"mon-fri 07:00-07:00", "07:00-07:00", "ma-vr 07:00-22:00",
		"mon-fri, 07:00-22:00", "mon--fri 07:00-22:00",
		"mon-fri 07:00-22:00 ", "mon fri 07:00-22:00",
		"mon- 07:00-22:00", ",mon 07:00-22:00", "m", "mo",
		"mon-f 07:00-22:00", "mon-fri 07:00-24:01",
		"MON-FRI 07:00-22:00", "mon-fri 07.00-22.00" };
	struct window w = { .count = 0 };
	struct fault why = FAULT_NONE;
	unsigned week = 0;
	size_t i;
	int minutes;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (strcmp(wrong[i], "mon") == 0)
			continue; /* the whole Monday */
		if (window_add(&w, wrong[i], &why) != V_BROKEN)
			fail_msg("'%s' was taken", wrong[i]);
		assert_int_equal(why.code, CODE_CONFIG_WINDOW);
	}
	assert_int_equal(w.count, 0);
	for (i = 0; i < WINDOW_HOURS_MAX; i++)
		assert_int_equal(
			window_add(&w, "daily 07:00-22:00", &why), V_OK);
	assert_int_equal(window_add(&w, "07:00-22:00", &why), V_BROKEN);
	assert_int_equal(window_week("tue-sat", &week, &why), V_OK);
	assert_int_equal(week, CALENDAR_TUE_SAT);
	assert_int_equal(window_week("tue-", &week, &why), V_BROKEN);
	assert_true(window_time("16:00", &minutes));
	assert_int_equal(minutes, 960);
	assert_false(window_time("16:00 ", &minutes));
	assert_false(window_time("1600", &minutes));
}

static void
test_window__two_of_them(void **state)
{
	struct window office = window_of("mon-fri 07:00-19:00");
	struct window night = window_of("18:00-08:00");
	struct window weekend = window_of("sat-sun");
	struct window shut = window_of("mon-fri 07:00-19:00;"
				       "2026-12-01..2027-11-30;"
				       "2027-12-01..2028-11-30;"
				       "2028-12-01..2029-11-30;"
				       "2029-12-01..2030-11-30");

	(void)state;
	assert_int_equal(window_both_next_open(
				 &office, &night, at("2026-11-28T12:00:00Z")),
		at("2026-11-30T06:00:00Z"));
	assert_int_equal(window_both_next_open(
				 &office, &night, at("2026-11-30T07:00:00Z")),
		at("2026-11-30T17:00:00Z"));
	assert_true(
		window_both_open(&office, &night, at("2026-11-30T17:00:00Z")));
	assert_false(
		window_both_open(&office, &night, at("2026-11-30T18:00:00Z")));
	assert_true(window_meet(&office, &night));
	assert_false(window_meet(&office, &weekend));
	assert_true(window_meet(&office, NULL));
	assert_int_equal(window_both_next_open(
				 &office, &weekend, at("2026-11-28T12:00:00Z")),
		WINDOW_NEVER);
	assert_int_equal(window_next_open(&shut, at("2026-12-01T12:00:00Z")),
		WINDOW_NEVER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_window__opens_and_closes),
		cmocka_unit_test(test_window__keeps_its_word_in_every_jump),
		cmocka_unit_test(test_window__without_hours_is_open),
		cmocka_unit_test(test_window__that_cannot_be),
		cmocka_unit_test(test_window__two_of_them),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
