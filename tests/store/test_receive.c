/* tests/store/test_receive.c - what may come again, and as what edition
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/store/books.h"

#define DAY INT64_C(86400000)

static enum verdict
receive(const char *id, const char *stream, uint8_t content, int *edition)
{
	struct job_new job = job_of(id, stream, content);

	job.edition_out = edition;
	return store_job_receive(books, &job, &why);
}

static enum verdict
allow(const char *stream, uint8_t content, int edition, int64_t at_ms)
{
	struct job_new job = job_of("", stream, content);

	return store_edition_allow(books, stream, job.sha256, edition, "anna",
		"lost", at_ms, &why);
}

/* Letters from .. to of kind `key` in an edition; how many were taken. */
static int64_t
letters(const char *id, const char *key, int64_t from, int64_t to)
{
	struct split *split = NULL;
	uint8_t bsn_key[16] = { 0 };
	int64_t i;

	OK(store_split_begin(books, id, to - from + 1, &split, &why));
	for (i = from; i <= to; i++) {
		struct letter l = letter_of(key, i, NULL);

		OK(store_split_letter(split, &l, bsn_key, &why));
	}
	OK(split_end(split, to - from + 1, 0));
	store_split_close(split);
	return job_now(id).letters;
}

static void
test_receive__an_edition_comes_once(void **state)
{
	struct event *events;
	size_t count;
	int edition = 0;

	(void)state;
	OK(receive("20260320-eda1", "ed", 1, &edition));
	assert_int_equal(edition, 1);
	assert_int_equal(receive("20260320-eda2", "ed", 1, &edition), V_SKIP);
	OK(allow("ed", 1, 2, NOW - 5));
	OK(allow("ed", 1, 2, NOW - 4)); /* said twice, meant once */
	OK(receive("20260320-eda3", "ed", 1, &edition));
	assert_int_equal(edition, 2);
	assert_int_equal(job_now("20260320-eda3").edition, 2);
	OK(store_event_list(
		books, "20260320-eda3", &mem, &events, &count, &why));
	assert_string_equal(events[0].person, "anna");
	assert_string_equal(events[0].text, "edition 2 allowed: lost");
	/* Read again after a crash: the same. */
	edition = 0;
	OK(receive("20260320-eda3", "ed", 1, &edition));
	assert_int_equal(edition, 2);
	/* It is used up. */
	assert_int_equal(receive("20260320-eda4", "ed", 1, &edition), V_SKIP);
	assert_int_equal(why.code, CODE_DELIVERED_AGAIN);
	assert_int_equal(allow("ed", 1, 2, NOW), V_SKIP);
	assert_int_equal(why.code, CODE_DELIVERED_AGAIN);
	assert_non_null(strstr(why.text, "20260320-eda3, edition 2"));
	OK(allow("ed", 1, 3, NOW));
	OK(receive("20260320-eda5", "ed", 1, &edition));
	assert_int_equal(edition, 3);
}

static void
test_receive__an_edition_of_a_refused_file_may_come_again(void **state)
{
	const struct fault no = { .code = CODE_EMPTY, .text = "no" };
	int edition = 0;

	(void)state;
	OK(receive("20260320-edb1", "ed b", 1, &edition));
	OK(allow("ed b", 1, 2, NOW));
	OK(receive("20260320-edb2", "ed b", 1, &edition));
	OK(store_job_refuse(books, "20260320-edb2", &no, NOW, &why));
	assert_int_equal(receive("20260320-edb3", "ed b", 1, &edition), V_SKIP);
	OK(allow("ed b", 1, 2, NOW));
	OK(receive("20260320-edb4", "ed b", 1, &edition));
	assert_int_equal(edition, 2);
}

static void
test_receive__a_permission_is_for_one_content_and_three_days(void **state)
{
	bool waiting = true;
	int edition = 0;

	(void)state;
	OK(store_edition_waiting(books, "ed c", NOW, &waiting, &why));
	assert_false(waiting);
	OK(allow("ed c", 1, 2, NOW - 3 * DAY + 1));
	OK(store_edition_waiting(books, "ed c", NOW, &waiting, &why));
	assert_true(waiting);
	OK(store_edition_waiting(books, "ed c", NOW + 1, &waiting, &why));
	assert_false(waiting);
	OK(receive("20260320-edc1", "ed c", 2, &edition)); /* other content */
	assert_int_equal(edition, 1);
	OK(receive("20260320-edc2", "ed d", 1, &edition)); /* other stream */
	assert_int_equal(edition, 1);
	OK(receive("20260320-edc3", "ed c", 1, &edition)); /* just in time */
	assert_int_equal(edition, 2);
	OK(allow("ed c", 3, 2, NOW - 3 * DAY));
	OK(receive("20260320-edc4", "ed c", 3, &edition)); /* just too late */
	assert_int_equal(edition, 1);
}

static void
test_receive__a_permission_can_be_taken_back(void **state)
{
	struct job_new job = job_of("20260320-edf1", "ed f", 1);
	int edition = 0;

	(void)state;
	OK(allow("ed f", 1, 2, NOW));
	OK(store_edition_forget(books, "ed f", job.sha256, 2, &why));
	OK(receive(job.id, "ed f", 1, &edition));
	assert_int_equal(edition, 1);
}

/* Letter ids hold the edition, so here the kind of letter stands for it. */
static void
test_receive__keys_block_within_their_edition(void **state)
{
	int edition = 0;

	(void)state;
	OK(receive("20260321-keya", "keys", 1, &edition));
	assert_int_equal(letters("20260321-keya", "key1", 1, 5), 5);
	OK(allow("keys", 1, 2, NOW));
	OK(receive("20260321-keyb", "keys", 1, &edition));
	assert_int_equal(letters("20260321-keyb", "key2", 1, 5), 5);
	/* A correction, other content, letters 4 .. 8 of edition 2. */
	OK(allow("keys", 2, 2, NOW));
	OK(receive("20260321-keyc", "keys", 2, &edition));
	assert_int_equal(edition, 2);
	assert_int_equal(letters("20260321-keyc", "key2", 4, 8), 3);
	assert_int_equal(job_now("20260321-keyc").rejected, 2);
}

/* As a withdrawal will be kept: a receipt of the letter's own. */
static void
withdraw(const char *job, int64_t record, const char *from)
{
	OK(pg_script(books->pg,
		arena_format(&mem,
			"insert into receipt (lot_no, job_no, record, "
			"attempt_no, state, at_ms) select coalesce((select "
			"max(lot_no) from place p where p.job_no = j.number "
			"and p.record = %lld), 0), number, %lld, 0, 14, 0 "
			"from job j where id = '%s';"
			"update job set %s = %s - 1, "
			"n_withdrawn = n_withdrawn + 1 where id = '%s'",
			(long long)record, (long long)record, job, from, from,
			job),
		&why));
}

static void
test_receive__withdrawn_letters_block_nothing(void **state)
{
	int edition = 0;

	(void)state;
	OK(receive("20260322-wtha", "wth", 1, &edition));
	assert_int_equal(letters("20260322-wtha", "wth", 1, 4), 4);
	withdraw("20260322-wtha", 2, "n_split");
	OK(receive("20260322-wthb", "wth", 2, &edition));
	assert_int_equal(letters("20260322-wthb", "wth", 1, 3), 1);
	/* The content blocks as long as one of its letters is there. */
	assert_int_equal(receive("20260322-wthc", "wth", 1, &edition), V_SKIP);
	withdraw("20260322-wtha", 1, "n_split");
	withdraw("20260322-wtha", 3, "n_split");
	withdraw("20260322-wtha", 4, "n_split");
	OK(pg_script(books->pg,
		"update job set state = 10 where id = '20260322-wtha'", &why));
	OK(receive("20260322-wthd", "wth", 1, &edition));
	assert_int_equal(letters("20260322-wthd", "wth", 1, 4), 3);
}

static void
test_receive__of_a_cancelled_job_only_what_left_blocks(void **state)
{
	struct rejected *rows;
	struct offer offer;
	size_t count;
	int edition = 0;

	(void)state;
	/* 1 and 2 offered, 3 cut but not offered, 4 on paper. */
	make_lots("20260323-cana", "can", "can", 4, 4, 2);
	offer = begin("m-can");
	assert_int_equal(offer.letters, 2);
	OK(pg_script(books->pg,
		"update job set state = 10 where id = '20260323-cana'", &why));
	OK(receive("20260323-canb", "can", 201, &edition));
	assert_int_equal(letters("20260323-canb", "can", 1, 4), 2);
	OK(store_rejected_list(books, "20260323-canb", 0, 10, false, &mem,
		&rows, &count, &why));
	assert_int_equal(count, 2);
	assert_int_equal(rows[0].record, 1);
	assert_int_equal(rows[0].code, CODE_DOUBLE_EARLIER);
	assert_int_equal(rows[1].record, 2);
	post(&offer, POST_ACKNOWLEDGED, 0);
}

static void
test_receive__a_job_whose_records_were_all_rejected_blocks_nothing(void **state)
{
	int64_t settled = 0;
	int edition = 0;

	(void)state;
	OK(receive("20260324-alla", "all", 1, &edition));
	assert_int_equal(letters("20260324-alla", "all", 1, 0), 0);
	make_routed("20260324-alla", 0);
	make_cut("20260324-alla", "all", 10);
	OK(store_settle(books, NOW, &settled, &why));
	assert_int_equal(job_now("20260324-alla").state, JOB_SETTLED);
	OK(receive("20260324-allb", "all", 1, &edition));
}

static void
test_receive__an_edition_is_read_again_without_its_digest(void **state)
{
	struct job_new job = job_of("20260326-crsb", "crash", 1);
	const uint8_t *sha256 = job.sha256;
	const struct split_end end = { .sha256 = sha256 };
	struct split *split = NULL;
	int edition = 0;

	(void)state;
	OK(receive("20260326-crsa", "crash", 1, &edition));
	OK(pg_script(books->pg,
		"update job set records = 1, letters = 1, n_split = 1 "
		"where id = '20260326-crsa'",
		&why));
	OK(allow("crash", 1, 2, NOW));
	OK(receive("20260326-crsb", "crash", 1, &edition));
	assert_int_equal(edition, 2);
	/* A crash; no edition waits any more, so the digest comes late. */
	job.sha256 = NULL;
	job.edition_out = &edition;
	OK(store_job_receive(books, &job, &why));
	assert_int_equal(edition, 2);
	OK(store_split_begin(books, "20260326-crsb", 1, &split, &why));
	OK(store_split_end(split, &end, NOW, &why));
	store_split_close(split);
	assert_int_equal(job_now("20260326-crsb").state, JOB_SPLIT);
}

static void
test_receive__content_may_be_known_at_the_end(void **state)
{
	struct job_new job = job_of("20260325-enda", "end", 1);
	const uint8_t *sha256 = job.sha256;
	struct split_end end = { .sha256 = sha256 };
	struct split *split = NULL;
	int i;

	(void)state;
	job.sha256 = NULL;
	for (i = 0; i < 2; i++) {
		job.id = i == 0 ? "20260325-enda" : "20260325-endb";
		/* Two without a digest are not the same content. */
		OK(store_job_receive(books, &job, &why));
		OK(store_job_receive(books, &job, &why));
	}
	OK(store_split_begin(books, "20260325-enda", 1, &split, &why));
	OK(store_split_end(split, &end, NOW, &why));
	store_split_close(split);
	assert_memory_equal(job_now("20260325-enda").sha256, sha256, 32);
	OK(pg_script(books->pg,
		"update job set records = 1, letters = 1, n_split = 1 "
		"where id = '20260325-enda'",
		&why));
	OK(store_split_begin(books, "20260325-endb", 1, &split, &why));
	assert_int_equal(store_split_end(split, &end, NOW, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_DELIVERED_AGAIN);
	assert_non_null(strstr(why.text, "20260325-enda"));
	store_split_close(split);
	assert_int_equal(job_now("20260325-endb").state, JOB_RECEIVED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_receive__an_edition_comes_once),
		cmocka_unit_test(
			test_receive__an_edition_of_a_refused_file_may_come_again),
		cmocka_unit_test(
			test_receive__a_permission_is_for_one_content_and_three_days),
		cmocka_unit_test(test_receive__a_permission_can_be_taken_back),
		cmocka_unit_test(test_receive__keys_block_within_their_edition),
		cmocka_unit_test(test_receive__withdrawn_letters_block_nothing),
		cmocka_unit_test(
			test_receive__of_a_cancelled_job_only_what_left_blocks),
		cmocka_unit_test(
			test_receive__a_job_whose_records_were_all_rejected_blocks_nothing),
		cmocka_unit_test(
			test_receive__an_edition_is_read_again_without_its_digest),
		cmocka_unit_test(test_receive__content_may_be_known_at_the_end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, books_open, books_close);
}
