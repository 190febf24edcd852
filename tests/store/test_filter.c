/* tests/store/test_filter.c - a key of an earlier job is always found
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "base/digest.h"
#include "tests/store/books.h"

#define MANY 12000 /* more than share a table, and more than a page */

/* As a letter gets it: bytes of a digest. */
static struct uuid
random_of(int64_t number)
{
	uint8_t sum[DIGEST_BYTES];

	digest_of(&number, sizeof(number), sum);
	return uuid_of_digest(sum);
}

/* A job of the letters with these numbers; `even`: ids that differ in their
 * last bytes only.
 */
static void
take(const char *id, const char *stream, int64_t from, int64_t to, bool even)
{
	static uint8_t content;
	struct job_new job = job_of(id, stream, ++content);
	struct split *split = NULL;
	uint8_t bsn_key[16] = { 0 };
	int64_t i;

	OK(store_job_receive(books, &job, &why));
	OK(store_split_begin(books, id, to - from + 1, &split, &why));
	for (i = from; i <= to; i++) {
		struct letter l = letter_of(id + 9, i, NULL);

		l.record = i - from + 1;
		l.id = even ? id_of("even", i) : random_of(i);
		OK(store_split_letter(split, &l, bsn_key, &why));
	}
	OK(split_end(split, to - from + 1, 0));
	store_split_close(split);
}

static int64_t
filter_rows(const char *id)
{
	struct pg_rows rows = PG_ROWS_NONE;
	int64_t count;

	OK(pg_ask(books->pg,
		"select count(*) from key_filter f join job j "
		"on j.number = f.job_no where j.id = $1",
		PG_ARGS(PG_T(id)), &rows, &why));
	count = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	return count;
}

static void
test_filter__every_key_of_earlier_jobs_is_found(void **state)
{
	struct rejected *rows;
	size_t count;

	(void)state;
	take("20260401-flta", "filter", 1, MANY, false);
	take("20260401-fltb", "filter", MANY + 1, 2 * MANY, false);
	assert_int_equal(job_now("20260401-fltb").letters, MANY);
	assert_true(filter_rows("20260401-flta") >= 256);
	/* All of these are in one of them. */
	take("20260401-fltc", "filter", MANY - 4999, MANY + 7000, false);
	assert_int_equal(job_now("20260401-fltc").letters, 0);
	assert_int_equal(job_now("20260401-fltc").rejected, MANY);
	take("20260401-fltd", "filter", 2 * MANY - 4999, 3 * MANY, false);
	assert_int_equal(job_now("20260401-fltd").rejected, 5000);
	OK(store_rejected_list(books, "20260401-fltd", 4999, 10, false, &mem,
		&rows, &count, &why));
	assert_int_equal(count, 1);
	assert_int_equal(rows[0].code, CODE_DOUBLE_EARLIER);
	assert_string_equal(
		rows[0].reason, "the same key as 20260401-fltb/12000");
}

static void
test_filter__small_jobs_find_and_are_found(void **state)
{
	(void)state;
	take("20260402-smla", "small", 1, MANY, false);
	take("20260402-smlb", "small", MANY, MANY + 9, false); /* few */
	assert_int_equal(job_now("20260402-smlb").rejected, 1);
	assert_int_equal(filter_rows("20260402-smlb"), 0);
	take("20260402-smlc", "small", MANY - 1999, MANY + 3, false);
	assert_int_equal(job_now("20260402-smlc").rejected, 2000 + 3);
	take("20260402-smld", "small", MANY + 9, 2 * MANY + 8, false);
	assert_int_equal(job_now("20260402-smld").rejected, 1);
	assert_int_equal(job_now("20260402-smld").letters, MANY - 1);
}

static void
test_filter__a_job_from_before_there_were_filters_is_asked_itself(void **state)
{
	(void)state;
	take("20260403-olda", "old", 1, MANY, false);
	OK(pg_script(books->pg,
		"delete from key_filter where job_no = (select number from job "
		"where id = '20260403-olda')",
		&why));
	take("20260403-oldb", "old", 2 * MANY, 3 * MANY, false);
	take("20260403-oldc", "old", MANY - 9, 2 * MANY + 9, false);
	assert_int_equal(job_now("20260403-oldc").rejected, 10 + 10);
}

static void
test_filter__ids_that_are_alike_are_found_too(void **state)
{
	(void)state;
	take("20260404-alka", "alike", 1, MANY, true);
	take("20260404-alkb", "alike", MANY - 9, 2 * MANY, true);
	assert_int_equal(job_now("20260404-alkb").rejected, 10);
	assert_int_equal(job_now("20260404-alkb").letters, MANY);
}

static void
test_filter__letters_that_were_withdrawn_do_not_block(void **state)
{
	(void)state;
	take("20260405-wtha", "withdrawn", 1, MANY, false);
	OK(pg_script(books->pg,
		"insert into receipt (lot_no, job_no, record, attempt_no, "
		"state, at_ms) select 0, number, 7, 0, 14, 0 from job "
		"where id = '20260405-wtha';"
		"update job set n_split = n_split - 1, n_withdrawn = 1 "
		"where id = '20260405-wtha'",
		&why));
	take("20260405-wthb", "withdrawn", 5, MANY + 4, false);
	/* 5 and 6, and all behind 7. */
	assert_int_equal(job_now("20260405-wthb").rejected, MANY - 5);
}

static void
test_filter__few_others_are_suspected(void **state)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct filter_job jobs[2];
	struct job job;
	char table[40];

	(void)state;
	take("20260406-suba", "suspect", 1, MANY, false);
	take("20260406-subb", "suspect", MANY + 1, 2 * MANY, false);
	take("20260406-subc", "other", 2 * MANY + 1, 4 * MANY, false);
	job = job_now("20260406-suba");
	jobs[0] = (struct filter_job){ .number = job.number,
		.part = (int32_t)-job.number,
		.letters = MANY };
	job = job_now("20260406-subb");
	jobs[1] = (struct filter_job){ .number = job.number,
		.part = (int32_t)-job.number,
		.letters = MANY };
	job = job_now("20260406-subc");
	snprintf(table, sizeof(table), "letter_j%lld", (long long)job.number);
	OK(pg_begin(books->pg, &why));
	OK(pg_script(books->pg,
		"create temporary table candidate (id uuid, part int, "
		"job_no bigint) on commit drop",
		&why));
	OK(filter_probe(books->pg, table, jobs, 2, &why));
	OK(pg_ask(books->pg, "select count(*) from pg_temp.candidate", NULL,
		&rows, &why));
	/* One in 500 would be 96. */
	assert_true(pg_int(&rows, 0, 0) < 96);
	pg_rows_done(&rows);
	OK(pg_end(books->pg, V_OK, &why));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_filter__every_key_of_earlier_jobs_is_found),
		cmocka_unit_test(test_filter__small_jobs_find_and_are_found),
		cmocka_unit_test(
			test_filter__a_job_from_before_there_were_filters_is_asked_itself),
		cmocka_unit_test(test_filter__ids_that_are_alike_are_found_too),
		cmocka_unit_test(
			test_filter__letters_that_were_withdrawn_do_not_block),
		cmocka_unit_test(test_filter__few_others_are_suspected),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, books_open, books_close);
}
