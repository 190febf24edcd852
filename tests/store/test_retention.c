/* tests/store/test_retention.c - what goes, what stays, and never too early
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/store/books.h"

#define DAY INT64_C(86400000)
#define KEEP (30 * DAY)

static const struct retention_rule rule[] = {
	{ "woz", "00000099000000010000", KEEP },
	{ "other", "00000099000000010000", 0 },
	{ "woz", "00000099000000020000", 10 * DAY },
};
static const struct retention_rules rules = { rule, 3 };

/* At its end since NOW, every letter delivered. */
static void
ended(const char *id)
{
	OK(pg_do(books->pg,
		"insert into receipt (lot_no, job_no, record, attempt_no, "
		"state, code, wire_code, stage, at_ms, due_ms) "
		"select 0, l.job_no, l.record, 0, 5, 0, '', 0, $2, 0 "
		"from letter l join job j on j.number = l.job_no "
		"where j.id = $1",
		PG_ARGS(PG_T(id), PG_N(NOW)), NULL, &why));
	OK(pg_do(books->pg,
		"update job set state = 8, n_split = 0, n_delivered = letters, "
		"their_delivered = letters, settled_ms = $2, filed = true "
		"where id = $1",
		PG_ARGS(PG_T(id), PG_N(NOW)), NULL, &why));
	OK(store_job_reported(books, id, "x", true, NOW, &why));
}

static int64_t
number(const char *sql, const char *id)
{
	struct pg_rows rows = PG_ROWS_NONE;
	int64_t n;

	OK(pg_ask(books->pg, sql, PG_ARGS(PG_T(id)), &rows, &why));
	n = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	return n;
}

static int64_t
letters_of(const char *id)
{
	return number("select count(*) from letter l join job j "
		      "on j.number = l.job_no where j.id = $1",
		id);
}

static enum verdict
next(int64_t now_ms, char id_out[16])
{
	struct job job;
	enum verdict v =
		store_retention_next(books, &rules, now_ms, &mem, &job, &why);

	if (v == V_OK)
		memcpy(id_out, job.id, 16);
	return v;
}

static void
test_retention__only_what_has_ended_and_is_old(void **state)
{
	struct retention_due *due;
	char id[16];
	size_t count;

	(void)state;
	make_split("20260202-aaaa", "woz", "a", 1, 20);
	make_split("20260202-bbbb", "woz", "b", 1, 20);
	make_split("20260202-cccc", "other", "c", 1, 20);
	ended("20260202-aaaa");
	ended("20260202-cccc");
	assert_int_equal(next(NOW + KEEP - 1, id), V_END);
	OK(next(NOW + KEEP, id));
	assert_string_equal(id, "20260202-aaaa");
	OK(store_retention_list(
		books, &rules, NOW + KEEP, &mem, &due, &count, &why));
	assert_int_equal(count, 1);
	assert_int_equal(due[0].goes_ms, NOW + KEEP);
	assert_int_equal(due[0].letters, 20);

	/* Not filed, or without its last report: it stays. */
	OK(pg_do(books->pg, "update job set filed = false where id = $1",
		PG_ARGS(PG_T("20260202-aaaa")), NULL, &why));
	assert_int_equal(next(NOW + KEEP, id), V_END);
	OK(pg_do(books->pg, "update job set filed = true where id = $1",
		PG_ARGS(PG_T("20260202-aaaa")), NULL, &why));
	OK(store_job_reported(books, "20260202-aaaa", "x", false, NOW, &why));
	assert_int_equal(next(NOW + KEEP, id), V_END);
	OK(store_job_reported(books, "20260202-aaaa", "x", true, NOW, &why));

	/* Whoever asks for it by name: nothing of a job that goes on. */
	assert_int_equal(
		store_retention_begin(books, "20260202-bbbb", NOW + KEEP, &why),
		V_SKIP);
	assert_int_equal(why.code, CODE_STATE);
	assert_int_equal(
		store_retention_end(books, "20260202-bbbb", NOW + KEEP, &why),
		V_SKIP);
	assert_int_equal(letters_of("20260202-bbbb"), 20);
}

static void
test_retention__counts_and_events_remain(void **state)
{
	struct job before, after;
	char id[16];

	(void)state;
	OK(store_job_get(books, "20260202-aaaa", &mem, &before, &why));
	OK(store_retention_begin(books, "20260202-aaaa", NOW + KEEP, &why));
	/* A crash here: it comes first, whatever the jobs file says by now. */
	OK(store_retention_begin(books, "20260202-aaaa", NOW + KEEP + 5, &why));
	{
		const struct retention_rules none = { NULL, 0 };
		struct job job;

		OK(store_retention_next(books, &none, NOW, &mem, &job, &why));
		assert_string_equal(job.id, "20260202-aaaa");
	}
	OK(store_retention_end(books, "20260202-aaaa", NOW + KEEP + 9, &why));
	assert_int_equal(next(NOW + KEEP, id), V_END);
	assert_int_equal(letters_of("20260202-aaaa"), 0);
	assert_int_equal(letters_of("20260202-bbbb"), 20);
	assert_int_equal(letters_of("20260202-cccc"), 20);
	OK(store_job_get(books, "20260202-aaaa", &mem, &after, &why));
	assert_int_equal(after.letters, before.letters);
	assert_int_equal(after.n_delivered, before.n_delivered);
	assert_int_equal(job_open(&after), 0);
	assert_int_equal(after.gone_ms, NOW + KEEP + 9);
	assert_int_equal(number("select count(*) from event where job = $1 "
				"and what = 'retention'",
				 "20260202-aaaa"),
		2);
	/* The same content is still known. */
	{
		struct job_new again = job_of("20260202-eeee", "woz", 1);

		assert_int_equal(
			store_job_receive(books, &again, &why), V_SKIP);
		assert_int_equal(why.code, CODE_DELIVERED_AGAIN);
	}
}

/* Letters of which nothing is left but their ids. */
static void
test_retention__what_left_is_never_sent_again(void **state)
{
	struct rejected *rows;
	size_t count;

	(void)state;
	make_split("20260202-ffff", "woz", "a", 11, 30);
	OK(store_rejected_list(books, "20260202-ffff", 0, 100, false, &mem,
		&rows, &count, &why));
	assert_int_equal(count, 10);
	assert_int_equal(rows[0].code, CODE_DOUBLE_EARLIER);
	assert_string_equal(rows[0].reason, "the same key as 20260202-aaaa/11");
	assert_int_equal(letters_of("20260202-ffff"), 10);
}

static void
test_retention__a_large_job_loses_its_table(void **state)
{
	char id[16];

	(void)state;
	make_split("20260202-dddd", "woz", "d", 1, 10000);
	ended("20260202-dddd");
	assert_int_equal(number("select count(*) from pg_class c join job j "
				"on c.relname = 'letter_j' || j.number "
				"where j.id = $1",
				 "20260202-dddd"),
		1);
	OK(next(NOW + KEEP, id));
	assert_string_equal(id, "20260202-dddd");
	OK(store_retention_begin(books, id, NOW + KEEP, &why));
	OK(store_retention_end(books, id, NOW + KEEP, &why));
	assert_int_equal(number("select count(*) from pg_class c join job j "
				"on c.relname = 'letter_j' || j.number "
				"where j.id = $1",
				 "20260202-dddd"),
		0);
	assert_int_equal(number("select count(*) from key_filter f join job j "
				"on j.number = f.job_no where j.id = $1",
				 "20260202-dddd"),
		0);
	assert_int_equal(next(NOW + KEEP, id), V_END);
}

/* A table that a later version adds is not forgotten: either its rows go with
 * the letters, or somebody wrote down that they say nothing about citizens.
 */
static void
test_retention__nothing_about_letters_is_left(void **state)
{
	struct pg_rows rows = PG_ROWS_NONE;
	size_t len;
	int i;

	(void)state;
	OK(pg_ask(books->pg,
		"select c.relname from pg_class c join pg_attribute a "
		"on a.attrelid = c.oid and a.attname in ('bsn', 'address', "
		"'body', 'subject') where c.relkind in ('r', 'p') "
		"and not c.relispartition and c.relnamespace = "
		"'public'::regnamespace and (not exists (select from "
		"pg_attribute b where b.attrelid = c.oid "
		"and b.attname = 'job_no') or c.relname in "
		"(select name from job_keeps)) and c.relname <> "
		"all (array['chain_account', 'definition'])",
		NULL, &rows, &why));
	for (i = 0; i < rows.count; i++)
		fail_msg("%s stays", pg_bytes(&rows, i, 0, &len));
	pg_rows_done(&rows);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_retention__only_what_has_ended_and_is_old),
		cmocka_unit_test(test_retention__counts_and_events_remain),
		cmocka_unit_test(test_retention__what_left_is_never_sent_again),
		cmocka_unit_test(test_retention__a_large_job_loses_its_table),
		cmocka_unit_test(test_retention__nothing_about_letters_is_left),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(
		"retention", tests, books_open, books_close);
}
