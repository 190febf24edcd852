/* tests/store/test_split.c - received once, split whole or not at all
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <sys/wait.h>

#include "tests/store/books.h"

static void
test_split__a_job_is_received_once(void **state)
{
	struct job_new job = job_of("20260201-aaaa", "once", 201);
	struct job_new again = job_of("20260201-bbbb", "once", 201);
	struct job_new third = job_of("20260201-dddd", "once", 201);
	struct job_new other = job_of("20260201-cccc", "other", 201);
	struct fault reason = { .code = CODE_EMPTY, .text = "no records" };

	(void)state;
	OK(store_job_receive(books, &job, &why));
	OK(store_job_receive(books, &job, &why));
	assert_int_equal(store_job_receive(books, &again, &why), V_SKIP);
	assert_int_equal(why.code, CODE_DELIVERED_AGAIN);
	assert_non_null(strstr(why.text, "20260201-aaaa"));
	/* It is seen as a refused job, which is to be filed. */
	assert_int_equal(job_now(again.id).state, JOB_REFUSED);
	assert_int_equal(job_now(again.id).reason_code, CODE_DELIVERED_AGAIN);
	assert_non_null(strstr(job_now(again.id).reason, "20260201-aaaa"));
	assert_false(job_now(again.id).filed);
	/* Another stream does not mind. */
	OK(store_job_receive(books, &other, &why));
	/* What was refused may come again. */
	OK(store_job_refuse(books, job.id, &reason, NOW, &why));
	assert_int_equal(job_now(job.id).state, JOB_REFUSED);
	assert_int_equal(job_now(job.id).reason_code, CODE_EMPTY);
	OK(store_job_receive(books, &third, &why));
	/* And a refused one is not refused twice. */
	assert_int_equal(
		store_job_refuse(books, job.id, &reason, NOW, &why), V_SKIP);
	assert_int_equal(why.code, CODE_STATE);
}

static void
test_split__parts_of_an_id_find_the_job(void **state)
{
	struct job_new a = job_of("20260101-xxya", "find", 202);
	struct job_new b = job_of("20260101-xxyb", "find", 203);
	struct job job;

	(void)state;
	OK(store_job_receive(books, &a, &why));
	OK(store_job_receive(books, &b, &why));
	OK(store_job_find(books, "xxyb", &mem, &job, &why));
	assert_string_equal(job.id, b.id);
	assert_string_equal(job.oin, "00000099000000010000");
	assert_int_equal(
		store_job_find(books, "xxy", &mem, &job, &why), V_SKIP);
	assert_int_equal(why.code, CODE_AMBIGUOUS);
	assert_int_equal(store_job_find(books, "%", &mem, &job, &why), V_SKIP);
	assert_int_equal(why.code, CODE_NO_JOB);
	assert_int_equal(store_job_find(books, "", &mem, &job, &why), V_SKIP);
}

static void
test_split__all_letters_or_none(void **state)
{
	struct job_new job = job_of("20260202-none", "whole", 204);
	struct rejected row = { .record = 4,
		.line = 40,
		.code = CODE_BSN,
		.field = "bsn",
		.reason = "fails the eleven-test",
		.reference = "r-4" };
	const int64_t sizes[] = { 10, -1 };
	uint8_t key[16] = { 0 };
	struct split *split;
	size_t i;

	(void)state;
	OK(store_job_receive(books, &job, &why));
	/* Closed without an end, small and large: nothing is left. */
	for (i = 0; i < 2; i++) {
		struct letter l = letter_of("none", 1, NULL);

		split = NULL;
		OK(store_split_begin(books, job.id, sizes[i], &split, &why));
		OK(store_split_letter(split, &l, key, &why));
		OK(store_split_reject(split, &row, &why));
		store_split_close(split);
		assert_int_equal(job_now(job.id).state, JOB_RECEIVED);
		assert_int_equal(job_now(job.id).letters, 0);
	}
	store_split_close(NULL);
	/* The second reading counts once. */
	OK(store_split_begin(books, job.id, -1, &split, &why));
	for (i = 1; i <= 3; i++) {
		struct letter l = letter_of("none", (int64_t)i, NULL);

		OK(store_split_letter(split, &l, key, &why));
	}
	OK(store_split_reject(split, &row, &why));
	row.warning = true;
	OK(store_split_reject(split, &row, &why));
	OK(split_end(split, 4, 400));
	store_split_close(split);
	assert_int_equal(job_now(job.id).state, JOB_SPLIT);
	assert_int_equal(job_now(job.id).n_split, 3);
	assert_int_equal(job_now(job.id).rejected, 1);
	assert_int_equal(job_now(job.id).warnings, 1);
	assert_int_equal(job_now(job.id).records, 4);
	/* It cannot be split twice. */
	split = NULL;
	assert_int_equal(
		store_split_begin(books, job.id, 1, &split, &why), V_SKIP);
	assert_int_equal(why.code, CODE_STATE);
	assert_null(split);
}

/* Letters 1 .. 6 of which 5 and 6 have the ids of 2 and 3. */
static void
doubles(const char *id, const char *stream, const char *key, int64_t expected)
{
	static uint8_t content = 210;
	struct job_new job = job_of(id, stream, content++);
	struct rejected *rows;
	uint8_t bsn_key[16] = { 0 };
	struct split *split = NULL;
	size_t count;
	int64_t i;

	OK(store_job_receive(books, &job, &why));
	OK(store_split_begin(books, id, expected, &split, &why));
	for (i = 1; i <= 6; i++) {
		struct letter l = letter_of(key, i > 4 ? i - 3 : i, NULL);

		l.record = i;
		OK(store_split_letter(split, &l, bsn_key, &why));
	}
	OK(split_end(split, 6, 600));
	store_split_close(split);
	assert_int_equal(job_now(id).letters, 4);
	assert_int_equal(job_now(id).rejected, 2);
	OK(store_rejected_list(
		books, id, 0, 100, false, &mem, &rows, &count, &why));
	assert_int_equal(count, 2);
	for (i = 0; i < 2; i++) {
		assert_int_equal(rows[i].record, 5 + i);
		assert_int_equal(rows[i].code, CODE_DOUBLE);
		assert_string_equal(
			rows[i].reason, i == 0 ? "the same key as record 2"
					       : "the same key as record 3");
	}
	OK(store_rejected_list(
		books, id, 5, 100, false, &mem, &rows, &count, &why));
	assert_int_equal(count, 1);
}

static void
test_split__of_doubles_the_later_record_goes(void **state)
{
	(void)state;
	doubles("20260203-smal", "doubles", "small", 6);
	doubles("20260203-larg", "doubles", "large", -1);
}

static void
earlier(const char *id, int64_t expected)
{
	static uint8_t content = 220;
	struct job_new job = job_of(id, "earlier", content++);
	struct rejected *rows;
	uint8_t bsn_key[16] = { 0 };
	struct split *split = NULL;
	size_t count;
	int64_t i;

	OK(store_job_receive(books, &job, &why));
	OK(store_split_begin(books, id, expected, &split, &why));
	for (i = 1; i <= 3; i++) {
		/* Records 1 and 2 are letters 7 and 17 of earlier jobs. */
		struct letter l = letter_of(
			i == 3 ? id + 9 : "early", i == 1 ? 7 : 17, NULL);

		l.record = i;
		OK(store_split_letter(split, &l, bsn_key, &why));
	}
	OK(split_end(split, 3, 300));
	store_split_close(split);
	assert_int_equal(job_now(id).letters, 1);
	OK(store_rejected_list(
		books, id, 0, 100, false, &mem, &rows, &count, &why));
	assert_int_equal(count, 2);
	assert_int_equal(rows[0].code, CODE_DOUBLE_EARLIER);
	assert_string_equal(rows[0].reason, "the same key as 20260204-one1/7");
	assert_string_equal(rows[1].reason, "the same key as 20260204-two2/17");
}

static void
test_split__a_key_of_an_earlier_job_is_rejected(void **state)
{
	(void)state;
	make_split("20260204-one1", "earlier", "early", 1, 10);
	make_split("20260204-two2", "earlier", "early", 11, 20);
	earlier("20260204-smal", 3);
	earlier("20260204-larg", -1);
	/* Another stream has keys of its own. */
	make_split("20260204-othr", "not earlier", "early", 1, 10);
	assert_int_equal(job_now("20260204-othr").letters, 10);
}

static void
test_split__many_rejected_records_are_kept_in_pieces(void **state)
{
	struct job_new job = job_of("20260205-many", "many", 230);
	struct rejected row = { .code = CODE_BSN, .field = "bsn" };
	struct rejected *rows;
	uint8_t bsn_key[16] = { 0 };
	struct split *split = NULL;
	char reason[1001];
	size_t count;
	int64_t i;

	(void)state;
	memset(reason, 'x', 1000);
	reason[1000] = '\0';
	row.reason = reason;
	OK(store_job_receive(books, &job, &why));
	OK(store_split_begin(books, job.id, -1, &split, &why));
	for (i = 1; i <= 6000; i++) {
		if (i % 2 == 0) {
			struct letter l = letter_of("many", i, NULL);

			OK(store_split_letter(split, &l, bsn_key, &why));
			continue;
		}
		row.record = i;
		OK(store_split_reject(split, &row, &why));
	}
	OK(split_end(split, 6000, 0));
	store_split_close(split);
	assert_int_equal(job_now(job.id).letters, 3000);
	assert_int_equal(job_now(job.id).rejected, 3000);
	OK(store_rejected_list(
		books, job.id, 5001, 10000, false, &mem, &rows, &count, &why));
	assert_int_equal(count, 499);
	assert_int_equal(rows[0].record, 5003);
	assert_string_equal(rows[0].reason, reason);
}

static void
test_split__an_error_tells_no_row(void **state)
{
	struct job_new job = job_of("20260206-leak", "leak", 231);
	struct letter l = letter_of("leak", 1, NULL);
	uint8_t bsn_key[16] = { 0 };
	struct split *split = NULL;
	char log[200];

	(void)state;
	l.reference = "geheim-zaaknummer";
	OK(store_job_receive(books, &job, &why));
	OK(store_split_begin(books, job.id, -1, &split, &why));
	OK(store_split_letter(split, &l, bsn_key, &why));
	l.id = id_of("leak", 2); /* the same record number: our bug */
	OK(store_split_letter(split, &l, bsn_key, &why));
	assert_int_equal(split_end(split, 2, 0), V_BROKEN);
	store_split_close(split);
	assert_int_equal(why.code, CODE_DATABASE_QUERY);
	assert_non_null(strstr(why.text, "23505"));
	assert_null(strstr(why.text, "geheim"));
	assert_null(strstr(why.text, "900000107"));
	assert_null(strstr(why.place, "900000107"));
	/* Nor does the server's log. */
	snprintf(log, sizeof(log),
		"grep -q -e geheim -e 900000107 -e Dorpsstraat %s/log",
		cluster_dir);
	assert_int_not_equal(system(log), 0);
	assert_int_equal(job_now(job.id).state, JOB_RECEIVED);
}

static void
test_split__killed_in_the_middle_leaves_nothing(void **state)
{
	struct job_new job = job_of("20260207-kill", "kill", 232);
	struct letter l = letter_of("kill", 1, NULL);
	uint8_t bsn_key[16] = { 0 };
	struct split *split = NULL;
	int i, status;
	pid_t pid;

	(void)state;
	OK(store_job_receive(books, &job, &why));
	pid = fork();
	if (pid == 0) {
		struct store *own = NULL;

		if (store_open(conninfo, &own, &why) != V_OK ||
			store_split_begin(own, job.id, -1, &split, &why) !=
				V_OK)
			_exit(1);
		for (i = 1; i <= 2000; i++) {
			l.record = i;
			l.id = id_of("kill", i);
			if (store_split_letter(split, &l, bsn_key, &why) !=
				V_OK)
				_exit(1);
		}
		_exit(0); /* as if killed: nothing is said to the server */
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_int_equal(job_now(job.id).state, JOB_RECEIVED);
	OK(store_split_begin(books, job.id, -1, &split, &why));
	l.record = 1;
	OK(store_split_letter(split, &l, bsn_key, &why));
	OK(split_end(split, 1, 0));
	store_split_close(split);
	assert_int_equal(job_now(job.id).letters, 1);
}

static void
test_split__a_lost_connection_says_later(void **state)
{
	struct job_new job = job_of("20260207-lost", "lost", 233);
	struct letter l = letter_of("lost", 1, NULL);
	uint8_t bsn_key[16] = { 0 };
	struct split *split = NULL;
	struct store *own = NULL;
	struct job found;
	enum verdict v = V_OK;
	int i;

	(void)state;
	OK(store_job_receive(books, &job, &why));
	OK(store_open(conninfo, &own, &why));
	OK(store_split_begin(own, job.id, -1, &split, &why));
	OK(pg_script(books->pg,
		"select pg_terminate_backend(pid) from pg_stat_activity "
		"where backend_type = 'client backend' "
		"and pid <> pg_backend_pid()",
		&why));
	for (i = 1; v == V_OK && i <= 100000; i++) {
		l.record = i;
		v = store_split_letter(split, &l, bsn_key, &why);
	}
	if (v == V_OK)
		v = split_end(split, i, 0);
	assert_int_equal(v, V_LATER);
	assert_int_equal(why.code, CODE_DATABASE);
	store_split_close(split);
	assert_int_equal(
		store_job_get(own, job.id, &mem, &found, &why), V_LATER);
	assert_int_equal(why.code, CODE_DATABASE);
	store_wait(own, 10, -1);
	store_close(own);
	assert_int_equal(job_now(job.id).state, JOB_RECEIVED);
}

static void
test_split__a_text_cut_in_a_character_is_kept(void **state)
{
	struct job_new job = job_of("20260208-cutc", "cut", 234);
	struct rejected row = { .record = 1,
		.code = CODE_BSN,
		.field = "naam",
		.reason = "caf\xc3",
		.reference = "r" };
	struct fault reason = { .code = CODE_HELD, .text = "caf\xc3" };
	struct letter l = letter_of("cutc", 2, NULL);
	uint8_t bsn_key[16] = { 0 };
	struct split *split = NULL;
	struct rejected *rows;
	size_t count;

	(void)state;
	OK(store_job_receive(books, &job, &why));
	OK(store_split_begin(books, job.id, 2, &split, &why));
	OK(store_split_reject(split, &row, &why));
	OK(store_split_letter(split, &l, bsn_key, &why));
	OK(split_end(split, 2, 0));
	store_split_close(split);
	OK(store_rejected_list(
		books, job.id, 0, 10, false, &mem, &rows, &count, &why));
	assert_string_equal(rows[0].reason, "caf?");
	make_ways(job.id, 0);
	OK(store_job_routed(books, job.id, true, &reason, NOW, &why));
	assert_string_equal(job_now(job.id).reason, "caf?");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split__a_job_is_received_once),
		cmocka_unit_test(test_split__parts_of_an_id_find_the_job),
		cmocka_unit_test(test_split__all_letters_or_none),
		cmocka_unit_test(test_split__of_doubles_the_later_record_goes),
		cmocka_unit_test(
			test_split__a_key_of_an_earlier_job_is_rejected),
		cmocka_unit_test(
			test_split__many_rejected_records_are_kept_in_pieces),
		cmocka_unit_test(test_split__an_error_tells_no_row),
		cmocka_unit_test(
			test_split__killed_in_the_middle_leaves_nothing),
		cmocka_unit_test(test_split__a_lost_connection_says_later),
		cmocka_unit_test(test_split__a_text_cut_in_a_character_is_kept),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, books_open, books_close);
}
