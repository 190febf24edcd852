/* tests/store/test_dates.c - dates as kept, cut-offs by two clocks, the guard
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/store/books.h"
#include "tests/store/paper.h"

#define HOUR INT64_C(3600000)
#define CUTOFF (NOW + 8 * HOUR)
#define NEXT (CUTOFF + 24 * HOUR)

static const struct fault late = { .code = CODE_DATED_LATE,
	.text = "after the date on it" };

/* The clock of the database stands still at that moment. */
static void
database_clock(int64_t ms)
{
	char sql[300];

	snprintf(sql, sizeof(sql),
		"create schema if not exists fake; "
		"create or replace function fake.clock_timestamp() "
		"returns timestamptz language sql as "
		"'select to_timestamp(%lld / 1000.0)'; "
		"set search_path = fake, pg_catalog, public",
		(long long)ms);
	OK(pg_script(books->pg, sql, &why));
}

static void
set_dates(const char *job, int64_t cutoff_ms, const struct fault *guard)
{
	const struct dates dates = { .publish = LETTER_DATE_NONE,
		.by = 20500,
		.cutoff_ms = cutoff_ms,
		.why = DATES_IN_TIME,
		.due = 20499,
		.arrives = 20500,
		.box_latest_ms = NOW + HOUR };

	OK(store_dates_set(books, job, &dates, guard, NOW, &why));
}

static struct dates_row
dates_now(const char *job)
{
	struct dates_row row;

	OK(store_dates_get(books, job, &mem, &row, &why));
	return row;
}

static int
events(const char *job, const char *what)
{
	struct event *rows;
	size_t count, i;
	int n = 0;

	OK(store_event_list(books, job, &mem, &rows, &count, &why));
	for (i = 0; i < count; i++)
		n += strcmp(rows[i].what, what) == 0;
	return n;
}

static int64_t
tomorrow(void *self, const char *stream, const char *sender, int64_t now_ms)
{
	(void)self;
	(void)now_ms;
	assert_string_equal(stream, "cut");
	assert_string_equal(sender, "voorbeeld");
	return NEXT;
}

static int64_t
close_at(int64_t wall_ms, int64_t database_ms)
{
	int64_t count = -1, next_ms = -1;

	database_clock(database_ms);
	OK(store_dates_close(
		books, tomorrow, NULL, wall_ms, &count, &next_ms, &why));
	return count;
}

static bool
ready(const char *id)
{
	struct job job;

	return store_print_ready(books, 0, &mem, &job, &why) == V_OK &&
	       strcmp(job.id, id) == 0;
}

static void
test_dates__are_kept_with_the_job(void **state)
{
	struct dates_row row;

	(void)state;
	make_lots("20260601-kept", "kept", "kept", 4, 2, 100);
	assert_int_equal(
		store_dates_get(books, "20260601-kept", &mem, &row, &why),
		V_END);
	set_dates("20260601-kept", 0, NULL);
	row = dates_now("20260601-kept");
	assert_int_equal(row.dates.publish, LETTER_DATE_NONE);
	assert_int_equal(row.dates.by, 20500);
	assert_int_equal(row.dates.arrives, 20500);
	assert_int_equal(row.dates.box_latest_ms, NOW + HOUR);
	assert_int_equal(row.guard, CODE_NONE);
	assert_int_equal(events("20260601-kept", "dagtekening"), 0);
	/* What the guard says is an event, once. */
	set_dates("20260601-kept", 0, &late);
	set_dates("20260601-kept", 0, &late);
	row = dates_now("20260601-kept");
	assert_int_equal(row.guard, CODE_DATED_LATE);
	assert_string_equal(row.guard_text, late.text);
	assert_false(row.accepted);
	assert_int_equal(events("20260601-kept", "dagtekening"), 1);
}

/* Records 2 and 4 are on paper, 1 and 3 may still go to a box. */
static void
test_dates__a_cutoff_comes_by_both_clocks(void **state)
{
	struct letter *letters;
	const char **reasons;
	int64_t lot;
	size_t count;

	(void)state;
	make_lots("20260602-cut", "cut", "cut", 4, 2, 100);
	set_dates("20260602-cut", CUTOFF, NULL);
	assert_int_equal(close_at(CUTOFF - 1, CUTOFF - 1), 0);
	assert_int_equal(close_at(CUTOFF + HOUR, CUTOFF - 1), 0);
	assert_int_equal(close_at(CUTOFF - 1, CUTOFF + HOUR), 0);
	assert_false(ready("20260602-cut"));
	assert_int_equal(close_at(CUTOFF, CUTOFF), 1);
	assert_true(ready("20260602-cut"));
	assert_int_equal(events("20260602-cut", "print closed"), 1);
	assert_int_equal(close_at(CUTOFF + 1, CUTOFF + 1), 0);
	assert_int_equal(dates_now("20260602-cut").closed_count, 1);
	assert_int_equal(dates_now("20260602-cut").closed_ms, CUTOFF);
	/* Nothing that may be in a box is in it. */
	OK(store_print_letters(books, "20260602-cut", 10, &mem, &letters,
		&reasons, &count, &why));
	assert_int_equal(count, 2);
	assert_int_equal(letters[0].record, 2);
	OK(store_print_cut(books, "20260602-cut", "print-cut", letters, 2, NOW,
		&lot, &why));
	/* All of it in bundles: what comes later waits for the next one. */
	assert_int_equal(close_at(CUTOFF + 2, CUTOFF + 2), 1);
	assert_false(job_now("20260602-cut").print_close);
	assert_int_equal(dates_now("20260602-cut").dates.cutoff_ms, NEXT);
	/* Nothing on paper at that one: no event, and it is not closed. */
	assert_int_equal(close_at(NEXT, NEXT), 1);
	assert_false(job_now("20260602-cut").print_close);
	assert_int_equal(events("20260602-cut", "print closed"), 1);
}

static void
test_dates__too_late_is_held_until_a_person_releases(void **state)
{
	bool go = true;

	(void)state;
	make_lots("20260603-late", "late", "late", 4, 2, 100);
	OK(store_dates_late(
		books, "20260603-late", true, &late, NOW, &go, &why));
	assert_false(go);
	assert_int_equal(job_now("20260603-late").state, JOB_HELD);
	assert_int_equal(job_now("20260603-late").reason_code, CODE_DATED_LATE);
	assert_int_equal(events("20260603-late", "held"), 1);
	OK(store_job_release(books, "20260603-late", "anna",
		"the citizen was "
		"told",
		NOW, &why));
	assert_true(dates_now("20260603-late").accepted);
	OK(store_dates_late(
		books, "20260603-late", true, &late, NOW, &go, &why));
	assert_true(go);
	assert_int_not_equal(job_now("20260603-late").state, JOB_HELD);
}

/* A release from before the guard spoke says nothing about it. */
static void
test_dates__an_earlier_release_accepts_nothing(void **state)
{
	struct stop_count unused;
	bool go = true;

	(void)state;
	make_lots("20260604-was", "was", "was", 4, 2, 100);
	OK(store_job_hold(
		books, "20260604-was", "anna", "wait", NOW, &unused, &why));
	OK(store_job_release(
		books, "20260604-was", "anna", "go on", NOW, &why));
	OK(store_dates_late(
		books, "20260604-was", true, &late, NOW, &go, &why));
	assert_false(go);
}

static void
test_dates__a_warning_is_given_once(void **state)
{
	bool go = false;
	int i;

	(void)state;
	make_lots("20260605-warn", "warn", "warn", 4, 2, 100);
	for (i = 0; i < 3; i++) {
		OK(store_dates_late(
			books, "20260605-warn", false, &late, NOW, &go, &why));
		assert_true(go);
	}
	assert_int_equal(events("20260605-warn", "dagtekening"), 1);
	assert_int_not_equal(job_now("20260605-warn").state, JOB_HELD);
}

static void
test_dates__of_paper_the_earliest_counts(void **state)
{
	int32_t dated = 0;

	(void)state;
	make_lots("20260606-date", "date", "date", 4, 2, 100);
	OK(store_dates_paper(books, "20260606-date", &dated, &why));
	assert_int_equal(dated, 20500);
	/* They differ: those that go on paper, records 2 and 4. */
	OK(pg_script(books->pg,
		"update page set dated_first = 20400 where job_no = (select "
		"number from job where id = '20260606-date'); "
		"update letter set dated = 20400 + record where job_no = "
		"(select number from job where id = '20260606-date')",
		&why));
	OK(store_dates_paper(books, "20260606-date", &dated, &why));
	assert_int_equal(dated, 20402);
}

static void
test_dates__what_may_wait_for_a_window(void **state)
{
	struct dates_waits *rows;
	size_t count, i, found = 0;

	(void)state;
	OK(store_dates_waits(books, &mem, &rows, &count, &why));
	for (i = 0; i < count; i++)
		if (strcmp(rows[i].stream, "date") == 0) {
			found++;
			assert_int_equal(rows[i].jobs, 1);
			assert_int_equal(rows[i].box, 2);
			assert_int_equal(rows[i].paper, 2);
			assert_string_equal(rows[i].endpoint, "simulator");
		}
	assert_int_equal(found, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dates__are_kept_with_the_job),
		cmocka_unit_test(test_dates__a_cutoff_comes_by_both_clocks),
		cmocka_unit_test(
			test_dates__too_late_is_held_until_a_person_releases),
		cmocka_unit_test(
			test_dates__an_earlier_release_accepts_nothing),
		cmocka_unit_test(test_dates__a_warning_is_given_once),
		cmocka_unit_test(test_dates__of_paper_the_earliest_counts),
		cmocka_unit_test(test_dates__what_may_wait_for_a_window),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, books_open, books_close);
}
