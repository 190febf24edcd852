/* tests/batch/test_dates.c - three dates, and what comes too late
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
#include "batch/dates.h"

static const struct dates_rules printer = { .cutoff = 16 * 60,
	.week = CALENDAR_MON_FRI,
	.post_week = CALENDAR_TUE_SAT,
	.print_days = 1,
	.transit = 2 };

static int32_t
day(const char *text)
{
	int32_t d = LETTER_DATE_NONE;

	if (text != NULL)
		assert_true(calendar_parse_day(text, &d));
	return d;
}

static int64_t
at(const char *text)
{
	int64_t ms = 0;

	if (text != NULL)
		assert_true(clock_parse(text, &ms));
	return ms;
}

static struct dates_job
job_of(const char *publish, const char *dated)
{
	struct dates_job job = { .box = 10, .paper = 5 };

	job.publish.first = job.publish.last = day(publish);
	job.dated.first = job.dated.last = day(dated);
	return job;
}

/* Cut-off, one working day of printing, two of the post, a day with post. */
static void
test_dates__paper_arrives_on_a_day_with_post(void **state)
{
	static const struct {
		const char *handed, *due, *arrives;
	} cases[] = {
		{ "2026-11-02", "2026-11-05", "2026-11-05" }, /* Mon */
		{ "2026-11-03", "2026-11-06", "2026-11-06" },
		{ "2026-11-04", "2026-11-09", "2026-11-10" }, /* no Monday */
		{ "2026-11-05", "2026-11-10", "2026-11-10" },
		{ "2026-11-07", "2026-11-12", "2026-11-12" }, /* Sat */
		/* Christmas: 25 is a Friday, and Saturday is one too */
		{ "2026-12-22", "2026-12-28", "2026-12-29" },
		/* Easter Monday, 6 April, and Good Friday, which is none */
		{ "2026-04-01", "2026-04-07", "2026-04-07" },
		{ "2026-04-02", "2026-04-08", "2026-04-08" },
	};
	size_t i;
	int32_t due;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (dates_arrival(&printer, day(cases[i].handed), &due) !=
				day(cases[i].arrives) ||
			due != day(cases[i].due))
			fail_msg("%s", cases[i].handed);
}

static void
test_dates__three_of_a_job(void **state)
{
	static const struct {
		const char *publish, *dated, *now;
		enum dates_why why;
		const char *cutoff, *arrives, *box;
	} cases[] = {
		/* nothing said: the next cut-off, the box at once */
		{ NULL, NULL, "2026-11-02T09:00:00Z", DATES_NEXT,
			"2026-11-02T15:00:00Z", "2026-11-05", NULL },
		{ NULL, NULL, "2026-11-02T15:00:00Z", DATES_NEXT,
			"2026-11-03T15:00:00Z", "2026-11-06", NULL },
		{ NULL, NULL, "2026-11-06T18:00:00Z", DATES_NEXT,
			"2026-11-09T15:00:00Z", "2026-11-12", NULL },
		/* dated far ahead: the last one that is in time */
		{ NULL, "2026-11-20", "2026-11-02T09:00:00Z", DATES_IN_TIME,
			"2026-11-17T15:00:00Z", "2026-11-20",
			"2026-11-20T23:00:00Z" },
		/* dated on a Monday: paper is there on Saturday or before */
		{ NULL, "2026-11-16", "2026-11-02T09:00:00Z", DATES_IN_TIME,
			"2026-11-10T15:00:00Z", "2026-11-13",
			"2026-11-16T23:00:00Z" },
		/* published before its date: in the box by then */
		{ "2026-11-12", "2026-11-20", "2026-11-02T09:00:00Z",
			DATES_IN_TIME, "2026-11-17T15:00:00Z", "2026-11-20",
			"2026-11-11T23:00:00Z" },
		{ "2026-11-12", NULL, "2026-11-02T09:00:00Z", DATES_IN_TIME,
			"2026-11-09T15:00:00Z", "2026-11-12",
			"2026-11-11T23:00:00Z" },
		/* too late already */
		{ NULL, "2026-11-04", "2026-11-02T09:00:00Z", DATES_LATE,
			"2026-11-02T15:00:00Z", "2026-11-05",
			"2026-11-04T23:00:00Z" },
		{ NULL, "2026-02-15", "2026-11-02T09:00:00Z", DATES_LATE,
			"2026-11-02T15:00:00Z", "2026-11-05",
			"2026-02-15T23:00:00Z" },
		/* in summer 16:00 is 14:00 UTC */
		{ NULL, NULL, "2026-07-06T09:00:00Z", DATES_NEXT,
			"2026-07-06T14:00:00Z", "2026-07-09", NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dates_job job = job_of(cases[i].publish, cases[i].dated);
		struct dates d;

		dates_make(&printer, &job, at(cases[i].now), &d);
		if (d.why != cases[i].why ||
			d.cutoff_ms != at(cases[i].cutoff) ||
			d.arrives != day(cases[i].arrives) ||
			d.box_latest_ms != at(cases[i].box) ||
			d.publish != day(cases[i].publish))
			fail_msg("case %zu: why %d, arrives %+d", i, (int)d.why,
				d.arrives - day(cases[i].arrives));
	}
}

static void
test_dates__without_an_hour_there_is_no_cutoff(void **state)
{
	struct dates_rules rules = printer;
	struct dates_job job = job_of(NULL, "2026-11-20");
	struct dates d;

	(void)state;
	rules.cutoff = -1;
	dates_make(&rules, &job, at("2026-11-02T09:00:00Z"), &d);
	assert_int_equal(d.why, DATES_NO_HOUR);
	assert_int_equal(d.cutoff_ms, 0);
	assert_int_equal(d.arrives, day("2026-11-05"));
}

static void
test_dates__a_printer_rests_on_its_dates(void **state)
{
	struct calendar_off off = { .count = 0 };
	struct dates_rules rules = printer;
	struct fault why;

	(void)state;
	assert_int_equal(
		calendar_off_add(&off, "2026-11-02..2026-11-04", &why), V_OK);
	rules.off = &off;
	assert_int_equal(dates_next_cutoff(&rules, at("2026-11-01T09:00:00Z")),
		at("2026-11-05T15:00:00Z"));
	assert_int_equal(dates_arrival(&rules, day("2026-11-02"), NULL),
		day("2026-11-10"));
	rules.week = 1U << 6; /* Sundays, when no day of them is left */
	off.spans[0].first = day("2020-01-01");
	off.spans[0].last = day("2099-01-01");
	assert_int_equal(
		dates_next_cutoff(&rules, at("2026-11-01T09:00:00Z")), 0);
}

static void
test_dates__the_guard_names_what_is_late(void **state)
{
	static const struct {
		const char *publish, *dated, *now, *box_from, *says;
	} cases[] = {
		{ NULL, NULL, "2026-11-02T09:00:00Z", NULL, NULL },
		{ NULL, "2026-11-05", "2026-11-02T09:00:00Z", NULL, NULL },
		{ NULL, "2026-11-04", "2026-11-02T09:00:00Z", NULL,
			"5 letters on paper would arrive on Thu 2026-11-05, "
			"after the date on it, Wed 2026-11-04" },
		/* Wednesday's cut-off would be there on Monday the ninth */
		{ NULL, "2026-11-09", "2026-11-04T09:00:00Z", NULL,
			"would arrive on Mon 2026-11-09, a day without post, "
			"so on Tue 2026-11-10" },
		{ NULL, "2026-11-01", "2026-11-02T09:00:00Z", NULL,
			"; 10 letters to the box would come on Mon "
			"2026-11-02" },
		{ NULL, "2026-11-20", "2026-11-02T09:00:00Z",
			"2026-11-21T09:00:00Z",
			"10 letters to the box would come on Sat 2026-11-21" },
		{ "2026-11-15", "2026-11-20", "2026-11-02T09:00:00Z", NULL,
			NULL },
		{ "2026-11-16", "2026-11-20", "2026-11-02T09:00:00Z", NULL,
			"published on Mon 2026-11-16, more than 13 days" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dates_job job = job_of(cases[i].publish, cases[i].dated);
		struct fault why = FAULT_NONE;
		struct dates d;
		enum verdict v;

		job.box_from_ms = at(cases[i].box_from);
		dates_make(&printer, &job, at(cases[i].now), &d);
		v = dates_guard(&job, &d, at(cases[i].now), &why);
		if (cases[i].says == NULL) {
			assert_int_equal(v, V_OK);
			continue;
		}
		assert_int_equal(v, V_LATER);
		assert_int_equal(why.code, CODE_DAGTEKENING);
		if (strstr(why.text, cases[i].says) == NULL)
			fail_msg("%s", why.text);
	}
}

static void
test_dates__the_guard_of_nothing_is_silent(void **state)
{
	struct dates_job job = job_of(NULL, "2026-11-01");
	struct fault why;
	struct dates d;

	(void)state;
	job.box = job.paper = 0;
	dates_make(&printer, &job, at("2026-11-02T09:00:00Z"), &d);
	assert_int_equal(
		dates_guard(&job, &d, at("2026-11-02T09:00:00Z"), &why), V_OK);
}

static void
test_dates__the_guard_looks_again_before_it_leaves(void **state)
{
	struct fault why;

	(void)state;
	assert_int_equal(dates_guard_box(day("2026-11-02"), LETTER_DATE_NONE,
				 at("2026-11-02T22:59:00Z"), &why),
		V_OK);
	assert_int_equal(dates_guard_box(day("2026-11-02"), LETTER_DATE_NONE,
				 at("2026-11-02T23:00:00Z"), &why),
		V_LATER);
	assert_int_equal(why.code, CODE_DATED_LATE);
	assert_int_equal(dates_guard_box(LETTER_DATE_NONE, LETTER_DATE_NONE,
				 at("2026-11-02T23:00:00Z"), &why),
		V_OK);
	assert_int_equal(dates_guard_paper(&printer, day("2026-11-05"),
				 at("2026-11-02T09:00:00Z"), &why),
		V_OK);
	assert_int_equal(dates_guard_paper(&printer, day("2026-11-04"),
				 at("2026-11-02T09:00:00Z"), &why),
		V_LATER);
	assert_int_equal(why.code, CODE_DATED_LATE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dates__paper_arrives_on_a_day_with_post),
		cmocka_unit_test(test_dates__three_of_a_job),
		cmocka_unit_test(
			test_dates__without_an_hour_there_is_no_cutoff),
		cmocka_unit_test(test_dates__a_printer_rests_on_its_dates),
		cmocka_unit_test(test_dates__the_guard_names_what_is_late),
		cmocka_unit_test(test_dates__the_guard_of_nothing_is_silent),
		cmocka_unit_test(
			test_dates__the_guard_looks_again_before_it_leaves),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
