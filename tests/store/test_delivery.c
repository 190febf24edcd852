/* tests/store/test_delivery.c - a file next to the files before it
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/store/books.h"

/* A job of some letters whose file says `end` of itself. */
static enum verdict
take(const char *id, const char *stream, int64_t letters,
	const struct split_end *end)
{
	static uint8_t content;
	struct job_new job = job_of(id, stream, ++content);
	struct split_end all = *end;
	struct split *split = NULL;
	uint8_t bsn_key[16] = { 0 };
	enum verdict v;
	int64_t i;

	OK(store_job_receive(books, &job, &why));
	OK(store_split_begin(books, id, letters, &split, &why));
	for (i = 1; i <= letters; i++) {
		struct letter l = letter_of(id + 9, i, NULL);

		OK(store_split_letter(split, &l, bsn_key, &why));
	}
	all.records = letters;
	v = store_split_end(split, &all, NOW, &why);
	store_split_close(split);
	return v;
}

static void
refuse(const char *id)
{
	const struct fault reason = { .code = CODE_NUMBER, .text = "no" };

	OK(store_job_refuse(books, id, &reason, NOW, &why));
}

static void
test_delivery__what_the_file_says_is_kept(void **state)
{
	struct job job;

	(void)state;
	OK(take("20260301-kept", "kept", 2,
		&(struct split_end){ .cents = 250,
			.number = "000042",
			.period = "202601",
			.control = "2 letters, EUR 2.50",
			.totals = true }));
	job = job_now("20260301-kept");
	assert_string_equal(job.delivery, "000042");
	assert_string_equal(job.period, "202601");
	assert_string_equal(job.control, "2 letters, EUR 2.50");
	assert_true(job.totals);
	assert_int_equal(job.cents, 250);
	assert_int_equal(job.hold_code, CODE_NONE);
	assert_int_equal(job.edition, 1);
	assert_false(job.repaired);
	OK(take("20260301-bare", "kept", 1, &(struct split_end){ 0 }));
	job = job_now("20260301-bare");
	assert_string_equal(job.delivery, "");
	assert_string_equal(job.period, "");
	assert_false(job.totals);
}

static void
test_delivery__a_number_with_other_content_is_refused(void **state)
{
	const struct split_end end = { .number = "42" };

	(void)state;
	OK(take("20260302-numa", "number", 1, &end));
	assert_int_equal(take("20260302-numb", "number", 1, &end), V_BROKEN);
	assert_int_equal(why.code, CODE_NUMBER);
	assert_non_null(strstr(why.text, "20260302-numa"));
	assert_int_equal(job_now("20260302-numb").state, JOB_RECEIVED);
	refuse("20260302-numb");
	/* Another stream counts for itself; what was refused does not count. */
	OK(take("20260302-numc", "other number", 1, &end));
	OK(take("20260302-numd", "number", 1,
		&(struct split_end){ .number = "43" }));
	assert_int_equal(job_now("20260302-numd").hold_code, CODE_NONE);
}

static void
test_delivery__a_refused_number_may_come_again(void **state)
{
	const struct split_end end = { .number = "7" };

	(void)state;
	OK(take("20260302-rfsa", "again", 1, &end));
	OK(pg_script(books->pg,
		"update job set state = 10 where id = '20260302-rfsa'", &why));
	OK(take("20260302-rfsb", "again", 1, &end));
	assert_int_equal(job_now("20260302-rfsb").hold_code, CODE_NONE);
}

static void
test_delivery__a_smaller_number_is_held(void **state)
{
	struct job job;

	(void)state;
	OK(take("20260303-bcka", "back", 1,
		&(struct split_end){ .number = "9" }));
	OK(take("20260303-bckb", "back", 1,
		&(struct split_end){ .number = "000042" }));
	assert_int_equal(job_now("20260303-bckb").hold_code, CODE_NONE);
	OK(take("20260303-bckc", "back", 1,
		&(struct split_end){ .number = "41" }));
	job = job_now("20260303-bckc");
	assert_int_equal(job.hold_code, CODE_NUMBER);
	assert_string_equal(job.hold_reason, "number 41 after 42");
	/* What is no number cannot be smaller. */
	OK(take("20260303-bckd", "back", 1,
		&(struct split_end){ .number = "40'); drop table job" }));
	assert_int_equal(job_now("20260303-bckd").hold_code, CODE_NONE);
}

static void
test_delivery__what_was_given_back_comes_as_the_same_number(void **state)
{
	const struct split_end end = { .number = "12" };

	(void)state;
	OK(take("20260303-repa", "repair", 1, &end));
	OK(store_job_repaired(books, "20260303-repa", &why));
	assert_true(job_now("20260303-repa").repaired);
	OK(take("20260303-repb", "repair", 1, &end));
	assert_int_equal(job_now("20260303-repb").hold_code, CODE_NUMBER);
	assert_non_null(strstr(job_now("20260303-repb").hold_reason,
		"repair of job 20260303-repa"));
	/* In pieces: the first file was given back, that is what counts. */
	OK(take("20260303-repc", "repair", 1, &end));
	assert_int_equal(job_now("20260303-repc").hold_code, CODE_NUMBER);
	assert_non_null(strstr(job_now("20260303-repc").hold_reason,
		"repair of job 20260303-repa"));
	assert_int_equal(
		store_job_repaired(books, "20260303-none", &why), V_SKIP);
}

static void
test_delivery__a_period_again_is_held(void **state)
{
	const struct split_end end = { .period = "202601" };
	const struct split_end both = { .period = "202601",
		.hold = CODE_REJECTS,
		.hold_reason = "12 of 20 rejected" };
	struct job job;

	(void)state;
	OK(take("20260304-pera", "period", 1, &end));
	OK(take("20260304-perb", "period", 1, &end));
	job = job_now("20260304-perb");
	assert_int_equal(job.hold_code, CODE_PERIOD);
	assert_non_null(strstr(job.hold_reason, "20260304-pera"));
	/* What the reader wants comes first; both are told. */
	OK(take("20260304-perc", "period", 1, &both));
	job = job_now("20260304-perc");
	assert_int_equal(job.hold_code, CODE_REJECTS);
	assert_non_null(strstr(job.hold_reason, "12 of 20 rejected; "));
	assert_non_null(strstr(job.hold_reason, "20260304-perb"));
	/* A job without letters does not count, nor a cancelled one. */
	OK(take("20260304-perd", "none", 0, &end));
	OK(take("20260304-pere", "none", 1, &end));
	assert_int_equal(job_now("20260304-pere").hold_code, CODE_NONE);
	OK(pg_script(books->pg,
		"update job set state = 10 where id = '20260304-pere'", &why));
	OK(take("20260304-perf", "none", 1, &end));
	assert_int_equal(job_now("20260304-perf").hold_code, CODE_NONE);
}

static void
test_delivery__a_number_of_records_far_from_before_is_held(void **state)
{
	const struct split_end end = { .count_check = true };

	(void)state;
	OK(take("20260305-cnta", "count", 99, &end));
	OK(take("20260305-cntb", "count", 150, &end)); /* 99 says nothing */
	assert_int_equal(job_now("20260305-cntb").hold_code, CODE_NONE);
	OK(take("20260305-cntc", "count", 120, &end)); /* a fifth less */
	assert_int_equal(job_now("20260305-cntc").hold_code, CODE_NONE);
	OK(take("20260305-cntd", "count", 145, &end)); /* one past a fifth */
	assert_int_equal(
		job_now("20260305-cntd").hold_code, CODE_COUNT_DIFFERS);
	assert_string_equal(job_now("20260305-cntd").hold_reason,
		"145 records, job 20260305-cntc before had 120");
	/* Only when asked. */
	OK(take("20260305-cnte", "count", 1, &(struct split_end){ 0 }));
	assert_int_equal(job_now("20260305-cnte").hold_code, CODE_NONE);
}

static void
test_delivery__a_hold_at_split_holds_whatever_release_says(void **state)
{
	struct event *events;
	size_t count;

	(void)state;
	OK(take("20260306-hold", "hold", 3,
		&(struct split_end){ .hold = CODE_REJECTS,
			.hold_reason = "too many rejected" }));
	make_routed("20260306-hold", 0); /* without a hold */
	assert_int_equal(job_now("20260306-hold").state, JOB_HELD);
	assert_int_equal(job_now("20260306-hold").reason_code, CODE_REJECTS);
	assert_string_equal(
		job_now("20260306-hold").reason, "too many rejected");
	OK(store_event_list(
		books, "20260306-hold", &mem, &events, &count, &why));
	assert_string_equal(events[0].what, "held");
	assert_non_null(strstr(events[0].text, "MOBB-0130"));
	/* A person lets it go; why it was held stays known. */
	OK(store_job_release(
		books, "20260306-hold", "anna", "looked at", NOW, &why));
	assert_int_equal(job_now("20260306-hold").state, JOB_RELEASED);
	assert_int_equal(job_now("20260306-hold").hold_code, CODE_REJECTS);
	assert_int_equal(job_now("20260306-hold").reason_code, CODE_NONE);
}

static void
test_delivery__a_period_of_a_later_year_is_held(void **state)
{
	struct job job;

	(void)state;
	OK(take("20260307-ahea", "ahead", 1,
		&(struct split_end){ .period = "999901" }));
	job = job_now("20260307-ahea");
	assert_int_equal(job.hold_code, CODE_PERIOD);
	assert_string_equal(
		job.hold_reason, "period 999901 is of a later year");
	OK(take("20260307-aheb", "ahead", 1,
		&(struct split_end){ .period = "2026" }));
	assert_int_equal(job_now("20260307-aheb").hold_code, CODE_NONE);
}

static void
test_delivery__long_reasons_are_cut_not_lost(void **state)
{
	char reason[400];

	(void)state;
	memset(reason, 'x', sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = '\0';
	OK(take("20260306-lnga", "long", 1,
		&(struct split_end){ .period = "2026" }));
	OK(take("20260306-lngb", "long", 1,
		&(struct split_end){ .period = "2026",
			.hold = CODE_REJECTS,
			.hold_reason = reason }));
	assert_int_equal(job_now("20260306-lngb").hold_code, CODE_REJECTS);
	assert_int_equal(strlen(job_now("20260306-lngb").hold_reason),
		FAULT_TEXT_MAX - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_delivery__what_the_file_says_is_kept),
		cmocka_unit_test(
			test_delivery__a_number_with_other_content_is_refused),
		cmocka_unit_test(
			test_delivery__a_refused_number_may_come_again),
		cmocka_unit_test(test_delivery__a_smaller_number_is_held),
		cmocka_unit_test(
			test_delivery__what_was_given_back_comes_as_the_same_number),
		cmocka_unit_test(test_delivery__a_period_again_is_held),
		cmocka_unit_test(
			test_delivery__a_number_of_records_far_from_before_is_held),
		cmocka_unit_test(
			test_delivery__a_hold_at_split_holds_whatever_release_says),
		cmocka_unit_test(
			test_delivery__a_period_of_a_later_year_is_held),
		cmocka_unit_test(test_delivery__long_reasons_are_cut_not_lost),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, books_open, books_close);
}
