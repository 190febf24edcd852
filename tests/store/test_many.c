/* tests/store/test_many.c - of one stream each sender stands by itself
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/store/books.h"

static struct jobs_sender senders[] = {
	{ .name = (char[]){ "voorbeeld" },
		.oin = (char[]){ "00000099000000010000" } },
	{ .name = (char[]){ "goes" },
		.oin = (char[]){ "00000099000000010002" } },
};
static char woz[] = "woz", alone[] = "alone";

/* What the jobs file says: woz of both, another stream of the first. */
static void
rules(void)
{
	struct jobs_stream streams[] = {
		{ .name = woz,
			.sender = senders[0].name,
			.sender_is = &senders[0],
			.many = true },
		{ .name = woz,
			.sender = senders[1].name,
			.sender_is = &senders[1],
			.many = true,
			.again = true },
		{ .name = alone,
			.sender = senders[0].name,
			.sender_is = &senders[0] },
	};
	struct jobs jobs = { .streams = streams, .stream_count = 3 };

	OK(store_person_rules(books, &jobs, &why));
	OK(store_person_rules(books, &jobs, &why)); /* as at each start */
}

static int64_t
receive(const char *id, const char *stream, int sender, uint8_t content)
{
	struct job_new new = job_of(id, stream, content);
	struct job job;

	new.sender = senders[sender].name;
	new.oin = senders[sender].oin;
	OK(store_job_receive(books, &new, &why));
	OK(store_job_get(books, id, &mem, &job, &why));
	return job.number;
}

static bool
stopped(int64_t job_no)
{
	bool yes = false;

	OK(stop_check(books->pg, job_no, &yes, &why));
	return yes;
}

static void
test_many__a_stop_is_of_one_sender_or_of_all(void **state)
{
	struct stop_count n;
	int64_t one, two, other;

	(void)state;
	rules();
	one = receive("20260202-aaaa", "woz", 0, 1);
	two = receive("20260202-bbbb", "woz", 1, 2);
	other = receive("20260202-cccc", "alone", 0, 3);
	OK(store_stop_set(
		books, STOP_STREAM, "woz/goes", "piet", "look", NOW, &n, &why));
	assert_int_equal(n.jobs, 1);
	assert_false(stopped(one));
	assert_true(stopped(two));
	assert_false(stopped(other));
	OK(store_stop_clear(
		books, STOP_STREAM, "woz/goes", "piet", "seen", NOW, &why));
	assert_false(stopped(two));
	OK(store_stop_set(
		books, STOP_STREAM, "woz", "piet", "look", NOW, &n, &why));
	assert_int_equal(n.jobs, 2);
	assert_true(stopped(one) && stopped(two) && !stopped(other));
	OK(store_stop_clear(
		books, STOP_STREAM, "woz", "piet", "seen", NOW, &why));
}

static void
test_many__a_place_names_the_sender_only_where_there_are_more(void **state)
{
	static const struct {
		const char *stream, *sender, *place;
	} cases[] = {
		{ "woz", "goes", "woz/goes" },
		{ "woz", "voorbeeld", "woz/voorbeeld" },
		{ "alone", "voorbeeld", "alone" },
		{ "gone", "voorbeeld", "gone" },
	};
	struct pg_rows rows = PG_ROWS_NONE;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		OK(pg_ask(books->pg, "select stream_place($1, $2)",
			PG_ARGS(PG_T(cases[i].stream), PG_T(cases[i].sender)),
			&rows, &why));
		assert_string_equal(pg_text(&rows, 0, 0, &mem), cases[i].place);
		pg_rows_done(&rows);
	}
}

static void
test_many__jobs_are_found_by_what_they_are(void **state)
{
	static const struct {
		const char *what;
		struct job_filter filter;
		size_t count;
	} cases[] = {
		{ "all that go on", { 0 }, 3 },
		{ "a stream", { .stream = "woz" }, 2 },
		{ "a sender", { .sender = "voorbeeld" }, 2 },
		{ "both", { .stream = "woz", .sender = "goes" }, 1 },
		{ "none of that endpoint", { .endpoint = "x" }, 0 },
		{ "since then", { .since_ms = NOW }, 3 },
		{ "after that", { .since_ms = NOW + 1 }, 0 },
		{ "in a state", { .state = JOB_HELD }, 0 },
		{ "in another", { .state = JOB_RECEIVED }, 3 },
	};
	struct job_total *totals;
	struct job *jobs;
	size_t i, count;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		OK(store_job_select(books, &cases[i].filter, 100, &mem, &jobs,
			&count, &why));
		if (count != cases[i].count)
			fail_msg("%s: %zu", cases[i].what, count);
	}
	OK(store_job_totals(books, true, false, &mem, &totals, &count, &why));
	assert_int_equal(count, 2);
	assert_string_equal(totals[0].sender, "goes");
	assert_int_equal(totals[0].jobs, 1);
	assert_int_equal(totals[1].jobs, 2);
	OK(store_job_totals(books, false, false, &mem, &totals, &count, &why));
	assert_int_equal(count, 2);
	assert_string_equal(totals[1].stream, "woz");
	assert_int_equal(totals[1].jobs, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many__a_stop_is_of_one_sender_or_of_all),
		cmocka_unit_test(
			test_many__a_place_names_the_sender_only_where_there_are_more),
		cmocka_unit_test(test_many__jobs_are_found_by_what_they_are),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(
		"many", tests, books_open, books_close);
}
