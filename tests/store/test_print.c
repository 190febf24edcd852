/* tests/store/test_print.c - the paper run, the end, and who may look
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/store/books.h"
#include "tests/store/paper.h"

static const struct fault unfit = { .code = CODE_ADDRESS,
	.text = "no address" };

static bool
ready(const char *id)
{
	struct job job;
	enum verdict v = store_print_ready(books, 0, &mem, &job, &why);

	return v == V_OK && strcmp(job.id, id) == 0;
}

/* Records 3, 6, 9 are on paper; 1 is declined by the box; 6 and 1 are held. */
static void
ready_to_print(void)
{
	const struct said said = { .key = "prnt",
		.from = 1,
		.to = 9,
		.exception = "NietActiefOfGeabonneerd",
		.at = 1,
		.at_to = 1 };
	struct letter *letters;
	const char **reasons;
	struct offer offer;
	size_t count;

	make_lots("20260501-prnt", "print", "prnt", 9, 3, 100);
	assert_false(ready("20260501-prnt"));
	offer = begin("m-prnt");
	assert_false(ready("20260501-prnt"));
	post(&offer, POST_ACKNOWLEDGED, 0);
	assert_false(ready("20260501-prnt"));
	(void)result("r-prnt", "m-prnt", &said);
	assert_int_equal(job_now("20260501-prnt").n_paper, 4);
	assert_true(ready("20260501-prnt"));

	OK(store_print_letters(books, "20260501-prnt", 3, &mem, &letters,
		&reasons, &count, &why));
	assert_int_equal(count, 3);
	assert_int_equal(letters[0].record, 1);
	assert_string_equal(
		reasons[0], "rejected_by_box(NietActiefOfGeabonneerd)");
	assert_int_equal(letters[2].record, 6);
	assert_string_equal(reasons[2], "not_subscribed");
	/* One may not be printed. */
	OK(store_letters_hold(books, "20260501-prnt", (const int64_t[]){ 6 }, 1,
		&unfit, NOW, &why));
	/* And one that was declined neither. */
	OK(store_letters_hold(books, "20260501-prnt", (const int64_t[]){ 1 }, 1,
		&unfit, NOW, &why));
	assert_int_equal(job_now("20260501-prnt").n_held, 2);
	OK(store_print_letters(books, "20260501-prnt", 10, &mem, &letters,
		&reasons, &count, &why));
	assert_int_equal(count, 2);
	assert_int_equal(letters[0].record, 3);
	assert_int_equal(letters[1].record, 9);
}

/* Cut the two that are left, in another order; *lot_out is the print lot. */
static void
cut_bundle(int64_t *lot_out)
{
	struct letter *letters, *again;
	const char **reasons, *previous;
	struct lot found;
	size_t count, n;
	int64_t lot = 0;
	int bundles;

	OK(store_print_letters(books, "20260501-prnt", 10, &mem, &letters,
		&reasons, &count, &why));
	assert_int_equal(count, 2);
	OK(store_print_count(
		books, "20260501-prnt", &mem, &bundles, &previous, &why));
	assert_int_equal(bundles, 0);
	assert_string_equal(previous, "");
	{
		struct letter order[2] = { letters[1], letters[0] };

		OK(store_print_cut(books, "20260501-prnt", "print-1", order, 2,
			NOW, &lot, &why));
	}
	assert_int_equal(job_now("20260501-prnt").n_bundled, 2);
	assert_false(ready("20260501-prnt"));
	/* Never in two bundles. */
	assert_int_equal(store_print_cut(books, "20260501-prnt", "print-2",
				 letters, 2, NOW, &lot, &why),
		V_SKIP);
	assert_int_equal(why.code, CODE_PRINT_TWICE);

	OK(store_print_unfinished(books, 0, &mem, &found, &why));
	assert_int_equal(found.number, lot);
	assert_string_equal(found.name, "print-1");
	assert_true(found.print);
	assert_int_equal(found.bytes, 2 * 4321);
	OK(store_lot_letters(books, lot, &mem, &again, &reasons, &n, &why));
	assert_int_equal(n, 2);
	assert_int_equal(again[0].record, 9); /* in the order given */
	assert_string_equal(reasons[0], "not_subscribed");
	*lot_out = lot;
}

static void
test_print__from_paper_to_posted(void **state)
{
	uint8_t sha256[32] = { 5 }, other[32] = { 6 };
	int64_t lot = 0, posted = 0, changed = 0;
	struct letter_row row;
	const char *previous;
	struct lot found;
	int bundles;

	(void)state;
	ready_to_print();
	cut_bundle(&lot);
	/* Not posted before it was handed over. */
	assert_int_equal(store_posted(books, "print-1", 20500, "anna", NOW,
				 &posted, &why),
		V_SKIP);
	assert_int_equal(why.code, CODE_STATE);
	OK(store_print_handed(books, lot, sha256, NOW + 1, &why));
	OK(store_print_handed(books, lot, sha256, NOW + 2, &why));
	assert_int_equal(
		store_print_handed(books, lot, other, NOW + 2, &why), V_SKIP);
	assert_int_equal(job_now("20260501-prnt").n_handed, 2);
	assert_int_equal(
		store_print_unfinished(books, 0, &mem, &found, &why), V_END);
	OK(store_posted(books, "print-1", 20500, "anna", NOW, &posted, &why));
	assert_int_equal(posted, 2);
	assert_int_equal(job_now("20260501-prnt").n_posted, 2);
	assert_int_equal(store_posted(books, "print-1", 20500, "anna", NOW,
				 &posted, &why),
		V_SKIP);
	assert_int_equal(
		store_posted(books, "", 20500, "anna", NOW, &posted, &why),
		V_SKIP);
	assert_int_equal(why.code, CODE_NO_JOB);
	OK(store_letter_find(books, "prnt-9", &mem, &row, &why));
	assert_int_equal(row.state, LETTER_POSTED);
	assert_string_equal(row.bundle, "print-1");
	assert_int_equal(row.posted_days, 20500);
	assert_int_equal(row.handed_ms, NOW + 1);
	OK(store_print_count(
		books, "20260501-prnt", &mem, &bundles, &previous, &why));
	assert_int_equal(bundles, 1);
	assert_string_equal(previous, "print-1");
	/* Two wait for a person: not settled. */
	OK(store_settle(books, NOW, &changed, &why));
	assert_int_equal(job_now("20260501-prnt").state, JOB_AWAITING);
}

static void
test_print__a_declined_letter_is_printed_and_the_job_settles(void **state)
{
	const struct said said = { .key = "decl",
		.from = 1,
		.to = 2,
		.exception = "BijlageTeGroot",
		.at = 2,
		.at_to = 2 };
	const uint8_t sha256[32] = { 1 };
	bool open = false, attention = false;
	int64_t lot, posted, changed, since_ms;
	struct letter *letters;
	const char **reasons;
	struct letter_row row;
	struct job *jobs;
	struct offer offer;
	size_t count;

	(void)state;
	OK(pg_now_ms(books->pg, &since_ms, &why));
	make_lots("20260502-decl", "print", "decl", 2, 0, 100);
	OK(store_summary(books, since_ms, &open, &attention, &why));
	assert_true(open);
	assert_false(attention);
	offer = begin("m-decl");
	post(&offer, POST_ACKNOWLEDGED, 0);
	(void)result("r-decl", "m-decl", &said);
	OK(store_summary(books, since_ms, &open, &attention, &why));
	assert_false(open);
	assert_true(attention);
	assert_true(ready("20260502-decl"));
	OK(store_print_letters(books, "20260502-decl", 10, &mem, &letters,
		&reasons, &count, &why));
	assert_int_equal(count, 1);
	assert_string_equal(reasons[0], "rejected_by_box(BijlageTeGroot)");
	OK(store_print_cut(books, "20260502-decl", "print-decl", letters, 1,
		NOW, &lot, &why));
	OK(store_lot_letters(
		books, lot, &mem, &letters, &reasons, &count, &why));
	assert_string_equal(reasons[0], "rejected_by_box(BijlageTeGroot)");
	/* A name is given once. */
	OK(store_print_handed(books, lot, sha256, NOW, &why));
	OK(store_posted(
		books, "print-decl", 20501, "anna", NOW, &posted, &why));
	OK(store_letter_find(books, "decl-2", &mem, &row, &why));
	assert_int_equal(row.state, LETTER_POSTED);
	assert_string_equal(row.wire_code, "BijlageTeGroot");
	assert_true(row.box_lot > 0 && row.print_lot > row.box_lot);
	OK(store_settle(books, NOW + 7, &changed, &why));
	assert_int_equal(changed, 1);
	assert_int_equal(job_now("20260502-decl").state, JOB_SETTLED);
	assert_int_equal(job_now("20260502-decl").settled_ms, NOW + 7);
	OK(store_settle(books, NOW + 7, &changed, &why));
	assert_int_equal(changed, 0);
	/* Its file has to be moved; then not any more. */
	OK(store_job_unfiled(books, &mem, &jobs, &count, &why));
	assert_int_equal(count, 1);
	assert_string_equal(jobs[0].id, "20260502-decl");
	OK(store_job_filed(books, "20260502-decl", &why));
	OK(store_job_unfiled(books, &mem, &jobs, &count, &why));
	assert_int_equal(count, 0);
	assert_int_equal(store_job_filed(books, "none", &why), V_SKIP);
}

static void
test_print__a_person_may_close_the_run(void **state)
{
	struct letter *letters;
	const char **reasons;
	size_t count;

	(void)state;
	make_lots("20260503-clos", "close", "clos", 4, 2, 100);
	assert_false(ready("20260503-clos"));
	OK(store_print_close(books, "20260503-clos", "anna", NOW, &why));
	assert_true(ready("20260503-clos"));
	assert_true(job_now("20260503-clos").print_close);
	/* What may be in a box is still not printed. */
	OK(store_print_letters(books, "20260503-clos", 10, &mem, &letters,
		&reasons, &count, &why));
	assert_int_equal(count, 2);
	assert_int_equal(letters[0].record, 2);
	/* Not even when asked for. */
	letters[0].record = 1;
	assert_int_equal(store_print_cut(books, "20260503-clos", "print-clos",
				 letters, 2, NOW, &(int64_t){ 0 }, &why),
		V_SKIP);
	assert_int_equal(why.code, CODE_PRINT_TWICE);
	assert_int_equal(
		store_print_close(books, "20260502-decl", "anna", NOW, &why),
		V_SKIP);
	assert_int_equal(why.code, CODE_STATE);
}

static void
test_print__a_job_without_letters_settles(void **state)
{
	struct job_new job = job_of("20260504-none", "empty", 240);
	struct rejected row = { .record = 1, .code = CODE_BSN };
	struct split *split = NULL;
	int64_t changed;

	(void)state;
	OK(store_job_receive(books, &job, &why));
	OK(store_split_begin(books, job.id, 1, &split, &why));
	OK(store_split_reject(split, &row, &why));
	OK(split_end(split, 1, 0));
	store_split_close(split);
	make_routed(job.id, 0);
	make_cut(job.id, "none", 1);
	OK(store_settle(books, NOW, &changed, &why));
	assert_int_equal(job_now(job.id).state, JOB_SETTLED);
	assert_int_equal(job_now(job.id).rejected, 1);
}

static void
test_print__letters_are_found_three_ways(void **state)
{
	struct letter_row row;
	struct uuid id = id_of("look", 3);
	char text[UUID_TEXT_MAX];

	(void)state;
	make_split("20260505-look", "look", "look", 1, 5);
	uuid_text(&id, text);
	OK(store_letter_find(books, text, &mem, &row, &why));
	assert_int_equal(row.letter.record, 3);
	assert_string_equal(row.job, "20260505-look");
	assert_int_equal(row.state, LETTER_SPLIT);
	assert_int_equal(row.box_lot, 0);
	assert_string_equal(row.bundle, "");
	assert_int_equal(row.posted_days, LETTER_DATE_NONE);
	OK(store_letter_find(books, "5-look/4", &mem, &row, &why));
	assert_int_equal(row.letter.record, 4);
	OK(store_letter_find(books, "look-5", &mem, &row, &why));
	assert_int_equal(row.letter.record, 5);
	assert_int_equal(
		store_letter_find(books, "look-6", &mem, &row, &why), V_SKIP);
	assert_int_equal(why.code, CODE_NO_JOB);
	make_split("20260505-twic", "look again", "look", 5, 5);
	assert_int_equal(
		store_letter_find(books, "look-5", &mem, &row, &why), V_SKIP);
	assert_int_equal(why.code, CODE_AMBIGUOUS);
}

/* --- who may look --- */

static void
test_print__looking_shows_no_citizen(void **state)
{
	static const char *const hidden[] = { "bsn", "bsn_key", "subject",
		"body", "address", "name", "docs" };
	struct pg_rows rows = PG_ROWS_NONE;
	struct pg *pg = books->pg;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		OK(pg_ask(pg,
			"select count(*) from information_schema.columns "
			"where table_name in ('mobb_jobs', 'mobb_letters', "
			"'mobb_lots') and column_name = $1",
			PG_ARGS(PG_T(hidden[i])), &rows, &why));
		assert_int_equal(pg_int(&rows, 0, 0), 0);
		pg_rows_done(&rows);
	}
	/* The role has the three views and nothing else. */
	OK(pg_ask(pg,
		"select relname from pg_class c "
		"where relnamespace = 'public'::regnamespace "
		"and relkind in ('r', 'v', 'p') "
		"and has_table_privilege('mobb_look', c.oid, 'select') "
		"order by 1",
		NULL, &rows, &why));
	assert_int_equal(rows.count, 3);
	assert_string_equal(pg_text(&rows, 0, 0, &mem), "mobb_jobs");
	assert_string_equal(pg_text(&rows, 1, 0, &mem), "mobb_letters");
	assert_string_equal(pg_text(&rows, 2, 0, &mem), "mobb_lots");
	pg_rows_done(&rows);
	/* And they say what the books say. */
	OK(pg_ask(pg,
		"select state from mobb_letters where job = '20260501-prnt' "
		"and record = 9",
		NULL, &rows, &why));
	assert_string_equal(pg_text(&rows, 0, 0, &mem), "posted");
	pg_rows_done(&rows);
	OK(pg_ask(pg,
		"select state, \"in\", posted from mobb_jobs "
		"where job = '20260501-prnt'",
		NULL, &rows, &why));
	assert_string_equal(pg_text(&rows, 0, 0, &mem), "awaiting results");
	assert_int_equal(pg_int(&rows, 0, 1), 9);
	assert_int_equal(pg_int(&rows, 0, 2), 2);
	pg_rows_done(&rows);
	OK(pg_ask(pg, "select count(*) from mobb_lots where posted is not null",
		NULL, &rows, &why));
	assert_int_equal(pg_int(&rows, 0, 0), 2);
	pg_rows_done(&rows);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_print__from_paper_to_posted),
		cmocka_unit_test(
			test_print__a_declined_letter_is_printed_and_the_job_settles),
		cmocka_unit_test(test_print__a_person_may_close_the_run),
		cmocka_unit_test(test_print__a_job_without_letters_settles),
		cmocka_unit_test(test_print__letters_are_found_three_ways),
		cmocka_unit_test(test_print__looking_shows_no_citizen),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, books_open, books_close);
}
