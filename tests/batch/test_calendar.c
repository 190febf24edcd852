/* tests/batch/test_calendar.c - days and hours in the Netherlands
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "batch/calendar.h"

#define HOUR INT64_C(3600000)

static int32_t
day(const char *text)
{
	int32_t d;

	assert_true(calendar_parse_day(text, &d));
	return d;
}

static int64_t
at(const char *text)
{
	int64_t ms;

	assert_true(clock_parse(text, &ms));
	return ms;
}

/* The judge: the C library with the tables of the IANA zone. */
static void
test_calendar__is_as_the_zone_says(void **state)
{
	int64_t ms, end = at("2100-01-01T00:00:00Z");

	(void)state;
	assert_int_equal(setenv("TZ", "Europe/Amsterdam", 1), 0);
	tzset();
	assert_string_equal(tzname[0], "CET"); /* it has the table */
	for (ms = at("1996-01-01T00:00:00Z"); ms < end; ms += HOUR / 2) {
		time_t t = (time_t)(ms / 1000);
		struct calendar_local local;
		struct tm tm;
		int32_t its;

		assert_non_null(localtime_r(&t, &tm));
		calendar_local(ms, &local);
		assert_true(clock_day(
			tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, &its));
		if (local.day != its ||
			local.ms != (tm.tm_hour * 60 + tm.tm_min) * 60000 ||
			local.offset_ms != HOUR * (1 + (tm.tm_isdst > 0)) ||
			(calendar_weekday(its) + 1) % 7 != tm.tm_wday)
			fail_msg("%lld is another hour in Amsterdam",
				(long long)ms);
		/* and back: the first of two, and the last */
		assert_true(calendar_moment(its, local.ms) <= ms);
		assert_true(calendar_moment_last(its, local.ms) >= ms);
		assert_true(calendar_moment(its, local.ms) == ms ||
			    calendar_moment_last(its, local.ms) == ms);
	}
	unsetenv("TZ");
	tzset();
}

/* Not the zone of the process decides. */
static void
test_calendar__asks_no_zone_of_the_process(void **state)
{
	struct calendar_local local;

	(void)state;
	assert_int_equal(setenv("TZ", "America/New_York", 1), 0);
	tzset();
	calendar_local(at("2026-07-01T22:30:00Z"), &local);
	assert_int_equal(local.day, day("2026-07-02"));
	assert_int_equal(local.ms, HOUR / 2);
	unsetenv("TZ");
	tzset();
}

static void
test_calendar__nights_of_the_jump(void **state)
{
	static const struct {
		const char *day, *wall, *first, *last;
	} cases[] = {
		/* the hour from two to three is skipped */
		{ "2026-03-29", "01:59", "2026-03-29T00:59:00Z",
			"2026-03-29T00:59:00Z" },
		{ "2026-03-29", "02:00", "2026-03-29T01:00:00Z",
			"2026-03-29T01:00:00Z" },
		{ "2026-03-29", "02:59", "2026-03-29T01:00:00Z",
			"2026-03-29T01:00:00Z" },
		{ "2026-03-29", "03:00", "2026-03-29T01:00:00Z",
			"2026-03-29T01:00:00Z" },
		{ "2027-03-28", "02:30", "2027-03-28T01:00:00Z",
			"2027-03-28T01:00:00Z" },
		/* it comes twice */
		{ "2026-10-25", "01:59", "2026-10-24T23:59:00Z",
			"2026-10-24T23:59:00Z" },
		{ "2026-10-25", "02:00", "2026-10-25T00:00:00Z",
			"2026-10-25T01:00:00Z" },
		{ "2026-10-25", "02:59", "2026-10-25T00:59:00Z",
			"2026-10-25T01:59:00Z" },
		{ "2026-10-25", "03:00", "2026-10-25T02:00:00Z",
			"2026-10-25T02:00:00Z" },
		{ "2027-10-31", "02:30", "2027-10-31T00:30:00Z",
			"2027-10-31T01:30:00Z" },
		/* the end of a day is the begin of the next */
		{ "2026-10-24", "24:00", "2026-10-24T22:00:00Z",
			"2026-10-24T22:00:00Z" },
		{ "2026-12-31", "24:00", "2026-12-31T23:00:00Z",
			"2026-12-31T23:00:00Z" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t ms = atoi(cases[i].wall) * HOUR +
			     atoi(cases[i].wall + 3) * INT64_C(60000);

		assert_int_equal(calendar_moment(day(cases[i].day), ms),
			at(cases[i].first));
		assert_int_equal(calendar_moment_last(day(cases[i].day), ms),
			at(cases[i].last));
	}
}

/* Easter as the almanacs have it. */
static void
test_calendar__easter(void **state)
{
	static const char *const easters[] = { "1996-04-07", "1999-04-04",
		"2000-04-23", "2008-03-23", "2011-04-24", "2016-03-27",
		"2019-04-21", "2020-04-12", "2021-04-04", "2022-04-17",
		"2023-04-09", "2024-03-31", "2025-04-20", "2026-04-05",
		"2027-03-28", "2028-04-16", "2029-04-01", "2030-04-21",
		"2038-04-25", "2049-04-18", "2076-04-19", "2099-04-12" };
	size_t i;
	int year;

	(void)state;
	for (i = 0; i < sizeof(easters) / sizeof(easters[0]); i++)
		assert_int_equal(
			calendar_easter(atoi(easters[i])), day(easters[i]));
	for (year = 1583; year < 2500; year++)
		assert_int_equal(calendar_weekday(calendar_easter(year)), 6);
}

/* All holidays of three years, and no other day of them. */
static void
test_calendar__holidays(void **state)
{
	static const char *const known[] = {
		/* Koningsdag on Saturday the 26th, and a year of five */
		"2025-01-01", "2025-04-20", "2025-04-21", "2025-04-26",
		"2025-05-05", "2025-05-29", "2025-06-08", "2025-06-09",
		"2025-12-25", "2025-12-26", "2026-01-01", "2026-04-05",
		"2026-04-06", "2026-04-27", "2026-05-14", "2026-05-24",
		"2026-05-25", "2026-12-25", "2026-12-26", "2027-01-01",
		"2027-03-28", "2027-03-29", "2027-04-27", "2027-05-06",
		"2027-05-16", "2027-05-17", "2027-12-25", "2027-12-26"
	};
	size_t next = 0, count = sizeof(known) / sizeof(known[0]);
	int32_t d;

	(void)state;
	for (d = day("2025-01-01"); d <= day("2027-12-31"); d++) {
		char text[CALENDAR_TEXT_MAX];
		bool is = next < count && day(known[next]) == d;

		calendar_day_text(d, text);
		if ((calendar_holiday(d) != NULL) != is)
			fail_msg("%s", text);
		next += is;
	}
	assert_int_equal(next, count);
	assert_string_equal(calendar_holiday(day("2026-04-27")), "Koningsdag");
	assert_string_equal(
		calendar_holiday(day("2013-04-30")), "Koninginnedag");
	assert_null(calendar_holiday(day("2013-04-27")));
	assert_non_null(calendar_holiday(day("2030-05-05")));
	assert_null(calendar_holiday(day("2026-04-03"))); /* Good Friday */
}

static void
test_calendar__working_days(void **state)
{
	struct calendar_off off = { .count = 0 };
	struct fault why = FAULT_NONE;

	(void)state;
	assert_true(calendar_working_day(day("2026-04-07"), NULL));
	assert_false(calendar_working_day(day("2026-04-06"), NULL));
	assert_false(calendar_working_day(day("2026-04-04"), NULL));
	/* Thursday before Easter 2026 */
	assert_int_equal(calendar_add_working_days(day("2026-04-02"), 1),
		day("2026-04-03"));
	assert_int_equal(calendar_add_working_days(day("2026-04-02"), 2),
		day("2026-04-07"));
	assert_int_equal(calendar_add_working_days(day("2026-04-07"), -2),
		day("2026-04-02"));
	assert_int_equal(calendar_add_working_days(day("2026-04-04"), 0),
		day("2026-04-07"));
	assert_int_equal(
		calendar_add_days(day("2026-04-06"), 0, CALENDAR_TUE_SAT, NULL),
		day("2026-04-07"));
	assert_int_equal(
		calendar_off_add(&off, "2026-04-07..2026-04-09", &why), V_OK);
	assert_int_equal(
		calendar_add_days(day("2026-04-06"), 0, CALENDAR_TUE_SAT, &off),
		day("2026-04-10"));
	/* late after three working days: Easter does not count */
	assert_int_equal(calendar_working_days_over(at("2026-04-02T14:00:00Z"),
				 at("2026-04-07T21:59:00Z")),
		1);
	assert_int_equal(calendar_working_days_over(at("2026-04-02T14:00:00Z"),
				 at("2026-04-07T22:00:00Z")),
		2);
	assert_int_equal(calendar_working_days_over(at("2026-04-02T14:00:00Z"),
				 at("2026-04-01T14:00:00Z")),
		0);
}

static void
test_calendar__dates_without_work(void **state)
{
	static const char *const wrong[] = { "", "2026-02-29", "24-12-2026",
		"2026-12-24..", "..2026-12-24", "2026-12-24..2026-12-23",
		"2026-12-24...2026-12-26", "2026-01-01..2027-01-02",
		"2026-12-24 ", "holiday", "+026-12-24" };
	struct calendar_off off = { .count = 0 };
	struct fault why = FAULT_NONE;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(
			calendar_off_add(&off, wrong[i], &why), V_BROKEN);
		assert_int_equal(why.code, CODE_CONFIG_WINDOW);
	}
	assert_false(calendar_is_off(&off, day("2026-12-25")));
	assert_int_equal(calendar_off_add(&off, "holidays", &why), V_OK);
	assert_true(calendar_is_off(&off, day("2026-12-25")));
	assert_false(calendar_is_off(&off, day("2026-12-24")));
	for (i = 0; i < CALENDAR_OFF_MAX; i++)
		assert_int_equal(
			calendar_off_add(&off, "2026-12-24..2027-12-24", &why),
			V_OK);
	assert_int_equal(calendar_off_add(&off, "2026-12-24", &why), V_BROKEN);
	assert_true(calendar_is_off(&off, day("2026-12-24")));
	assert_true(calendar_is_off(&off, day("2027-12-24")));
	assert_false(calendar_is_off(&off, day("2027-12-27")));
}

static void
test_calendar__says_a_moment(void **state)
{
	static const struct {
		const char *at, *now, *text;
	} cases[] = {
		{ "2026-11-30T06:00:00Z", "2026-11-28T12:00:00Z", "Mon 07:00" },
		{ "2026-12-07T06:00:00Z", "2026-11-28T12:00:00Z",
			"Mon 7 Dec 07:00" },
		{ "2027-01-04T06:00:00Z", "2026-11-28T12:00:00Z",
			"Mon 4 Jan 2027 07:00" },
		{ "2026-11-27T06:00:00Z", "2026-11-28T12:00:00Z",
			"Fri 27 Nov 07:00" },
	};
	char text[CALENDAR_TEXT_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		calendar_text(at(cases[i].at), at(cases[i].now), text);
		assert_string_equal(text, cases[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calendar__is_as_the_zone_says),
		cmocka_unit_test(test_calendar__asks_no_zone_of_the_process),
		cmocka_unit_test(test_calendar__nights_of_the_jump),
		cmocka_unit_test(test_calendar__easter),
		cmocka_unit_test(test_calendar__holidays),
		cmocka_unit_test(test_calendar__working_days),
		cmocka_unit_test(test_calendar__dates_without_work),
		cmocka_unit_test(test_calendar__says_a_moment),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
