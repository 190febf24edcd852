/* tests/store/test_route.c - routes are kept once; held or released; cut
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/store/books.h"
#include "tests/store/paper.h"

#define DAY_MS INT64_C(86400000)

/* Letters from .. to are subscribed or not, by an answer of its own sender. */
static int64_t
answer(const struct job *job, const char *type, enum answer_source source,
	int64_t asked_ms, int64_t from, int64_t to, bool yes)
{
	const struct answer_head head = { .environment = job->environment,
		.sender = job->oin,
		.type = type,
		.source = source,
		.whole = source == ANSWER_ALL,
		.asked_ms = asked_ms,
		.now_ms = NOW,
		.person = "automatic",
		.note = "" };
	static struct subscribed set;
	int64_t list, i;

	for (i = from; i <= to; i++)
		(void)subscribed_add(&set, bsn_of(i), yes);
	OK(store_answer_keep(books, &set, &head, &list, &why));
	subscribed_done(&set);
	return list;
}

static struct letter_row
letter_at(const char *job, int64_t record)
{
	struct letter_row row;

	OK(store_letter_find(books,
		arena_format(&mem, "%s/%lld", job, (long long)record), &mem,
		&row, &why));
	return row;
}

/* The books of these tests are shared: nothing known of anybody. */
static void
forget(void)
{
	OK(pg_script(books->pg,
		"delete from subscription_list; delete from subscription_chunk",
		&why));
}

static void
test_route__the_newest_answer_decides(void **state)
{
	const char *const id = "20260209-newe";
	struct routing routing;
	struct letter_row row;
	struct job job;
	int64_t list, all;

	(void)state;
	forget();
	make_split(id, "newest", "newe", 1, 12);
	job = job_now(id);
	all = answer(&job, "", ANSWER_ALL, NOW - 3 * DAY_MS, 1, 9, true);
	list = answer(&job, "", ANSWER_LIST, NOW - 2 * DAY_MS, 1, 2, false);
	(void)answer(&job, "OTHER", ANSWER_LIST, NOW, 1, 12, false);
	OK(store_route(books, &job, "WOZ", NOW, &routing, &why));
	assert_int_equal(job_now(id).n_box, 7);
	assert_int_equal(job_now(id).n_paper, 5);
	row = letter_at(id, 2);
	assert_false(row.box);
	assert_int_equal(row.rule, ROUTE_LIST);
	assert_int_equal(row.answer_list, list);
	assert_int_equal(row.answer_ms, NOW - 2 * DAY_MS);
	row = letter_at(id, 3);
	assert_true(row.box);
	assert_int_equal(row.rule, ROUTE_ALL);
	assert_int_equal(row.answer_list, all);
	/* Not among all: no box. */
	assert_false(letter_at(id, 12).box);
	/* Once more, as after a crash, changes nothing. */
	OK(store_route(books, &job, "WOZ", NOW, &routing, &why));
	assert_int_equal(job_now(id).n_box, 7);
}

/* Records 2 and 4 have no box, 3 and 5 have one; 2 to 5 may not be printed. */
static void
test_route__what_is_for_the_box_only_goes_nowhere_else(void **state)
{
	const char *const id = "20260209-only";
	struct decide by = { .job = id,
		.as = DECISION_PAPER,
		.records = (const int64_t[]){ 2 },
		.record_count = 1,
		.expect = -1,
		.person = "test",
		.reason = "test",
		.now_ms = NOW };
	struct decide_done done;
	struct routing routing;
	struct letter *letters;
	const char **reasons;
	struct letter_row row;
	struct job job;
	size_t count;

	(void)state;
	forget();
	make_split(id, "only", "only", 1, 6);
	OK(pg_script(books->pg,
		"update letter set paper = case when record < 4 then 7 else 8 "
		"end where record between 2 and 5 and job_no = (select number "
		"from job where id = '20260209-only')",
		&why));
	job = job_now(id);
	(void)answer(&job, "", ANSWER_LIST, NOW - 1, 1, 6, true);
	(void)answer(&job, "", ANSWER_LIST, NOW, 1, 2, false);
	(void)answer(&job, "", ANSWER_LIST, NOW, 4, 4, false);
	OK(store_route(books, &job, "WOZ", NOW, &routing, &why));
	job = job_now(id);
	assert_int_equal(job.n_box, 3);
	assert_int_equal(job.n_paper, 1);
	assert_int_equal(job.n_held, 1);
	assert_int_equal(job.n_withdrawn, 1);
	row = letter_at(id, 2);
	assert_int_equal(row.state, LETTER_HELD);
	assert_int_equal(row.code, CODE_BOX_ONLY);
	row = letter_at(id, 4);
	assert_int_equal(row.state, LETTER_WITHDRAWN);
	assert_int_equal(row.code, CODE_BOX_ONLY);
	assert_int_equal(letter_at(id, 5).state, LETTER_BOX);
	OK(store_print_letters(
		books, id, 100, &mem, &letters, &reasons, &count, &why));
	assert_int_equal(count, 1);
	assert_int_equal(letters[0].record, 1);
	/* Nor does a person print it. */
	OK(store_job_routed(books, id, true,
		&(struct fault){ .code = CODE_PAPER_SHARE }, NOW, &why));
	OK(store_decide(books, &by, &mem, &done, &why));
	assert_int_equal(done.change, 0);
	by.as = DECISION_WITHDRAWN;
	OK(store_decide(books, &by, &mem, &done, &why));
	assert_int_equal(done.change, 1);
}

static void
test_route__what_is_not_decided_is_told_and_nothing_written(void **state)
{
	const char *const id = "20260209-open";
	struct routing routing;
	struct job job;

	(void)state;
	forget();
	make_split(id, "open", "open", 1, 12);
	job = job_now(id);
	(void)answer(&job, "", ANSWER_LIST, NOW, 1, 9, true);
	assert_int_equal(
		store_route(books, &job, "WOZ", NOW, &routing, &why), V_END);
	assert_int_equal(routing.numbers, 3);
	assert_int_equal(routing.open_count, 1);
	assert_string_equal(routing.open[0].type, "WOZ");
	assert_int_equal(routing.open[0].bsns[0].number, bsn_of(10).number);
	routing_done(&routing);
	assert_int_equal(job_now(id).n_split, 12);
	/* What comes of preproduction does not help. */
	{
		struct job other = job;

		other.environment = "preproduction";
		(void)answer(&other, "", ANSWER_LIST, NOW, 1, 12, true);
	}
	assert_int_equal(
		store_route(books, &job, "WOZ", NOW + 1, &routing, &why),
		V_END);
	routing_done(&routing);
	/* Nor does what is seven days old, to the millisecond. */
	(void)answer(&job, "", ANSWER_LIST, NOW - ANSWER_MAX_MS, 10, 12, true);
	assert_int_equal(
		store_route(books, &job, "WOZ", NOW + 1, &routing, &why),
		V_END);
	routing_done(&routing);
	OK(store_route(books, &job, "WOZ", NOW, &routing, &why));
	assert_int_equal(job_now(id).n_box, 12);
}

static void
test_route__old_answers_send_a_released_job_back(void **state)
{
	const char *const id = "20260209-back";
	struct fault reason = { .code = CODE_PRINT_TWICE, .text = "journal" };
	const int64_t records[] = { 2 };
	struct routing routing;
	bool undone = true;
	struct job job;

	(void)state;
	forget();
	make_split(id, "back", "back", 1, 5);
	make_routed(id, 5);
	OK(store_letters_hold(books, id, records, 1, &reason, NOW, &why));
	OK(store_route_undo(books, id, NOW + ANSWER_MAX_MS, &undone, &why));
	assert_false(undone);
	OK(store_route_undo(books, id, NOW + ANSWER_MAX_MS + 1, &undone, &why));
	assert_true(undone);
	job = job_now(id);
	assert_int_equal(job.state, JOB_SPLIT);
	assert_int_equal(job.n_split, 4);
	assert_int_equal(job.n_held, 1); /* a person decides about that one */
	(void)answer(&job, "", ANSWER_LIST, NOW, 1, 5, false);
	OK(store_route(books, &job, "WOZ", NOW, &routing, &why));
	assert_int_equal(job_now(id).n_paper, 4);
	assert_int_equal(job_now(id).n_held, 1);
	assert_int_equal(letter_at(id, 2).state, LETTER_HELD);
}

static void
test_route__a_held_job_waits_for_a_person(void **state)
{
	struct fault reason = { .code = CODE_HELD, .text = "no control total" };
	struct event *events;
	size_t count;

	(void)state;
	make_split("20260210-held", "route", "held", 1, 1);
	make_ways("20260210-held", 0);
	OK(store_job_routed(books, "20260210-held", true, &reason, NOW, &why));
	assert_int_equal(job_now("20260210-held").state, JOB_HELD);
	assert_string_equal(job_now("20260210-held").reason, reason.text);
	assert_int_equal(job_now("20260210-held").reason_code, CODE_HELD);
	OK(store_job_release(
		books, "20260210-held", "anna", "checked", NOW + 5, &why));
	assert_int_equal(job_now("20260210-held").state, JOB_RELEASED);
	assert_int_equal(job_now("20260210-held").released_ms, NOW + 5);
	assert_string_equal(job_now("20260210-held").released_by, "anna");
	assert_string_equal(job_now("20260210-held").reason, "");
	assert_int_equal(store_job_release(books, "20260210-held", "anna", "x",
				 NOW, &why),
		V_SKIP);
	assert_int_equal(why.code, CODE_STATE);
	OK(store_event_list(
		books, "20260210-held", &mem, &events, &count, &why));
	assert_int_equal(count, 2);
	assert_string_equal(events[1].person, "anna");
	assert_string_equal(events[1].what, "released");
	assert_string_equal(events[1].text, "checked");
}

static void
test_route__lots_hold_each_box_letter_once(void **state)
{
	static struct cutting c;
	struct letter_row row;
	struct lot *lots;
	size_t count;

	(void)state;
	make_lots("20260211-lots", "lots", "lots", 10, 4, 3);
	OK(store_lot_list(books, "20260211-lots", &mem, &lots, &count, &why));
	assert_int_equal(count, 3); /* 8 letters, 4 and 8 are paper */
	assert_int_equal(
		lots[0].letters + lots[1].letters + lots[2].letters, 8);
	assert_int_equal(lots[2].letters, 2);
	assert_int_equal(lots[0].state, LOT_CUT);
	assert_string_equal(lots[0].job, "20260211-lots");
	assert_int_equal(job_now("20260211-lots").state, JOB_SENDING);
	assert_int_equal(job_now("20260211-lots").lots, 3);
	c.count = 0;
	OK(store_cut_read(books, "20260211-lots", cut_one, &c, &why));
	assert_int_equal(c.count, 0);
	/* And not again. */
	assert_int_equal(
		store_cut_write(books, "20260211-lots", NULL, 0, NOW, &why),
		V_SKIP);
	OK(store_letter_find(books, "20260211-lots/5", &mem, &row, &why));
	assert_int_equal(row.box_lot, lots[1].number);
	assert_int_equal(row.state, LETTER_BOX);
	assert_string_equal(row.letter.reference, "lots-5");
}

static void
test_route__a_letter_left_out_of_the_lots_is_noticed(void **state)
{
	const int64_t records[] = { 1, 2 };
	struct lot_new lot = { .letters = 2, .bytes = 9, .records = records };

	(void)state;
	make_split("20260211-left", "lots", "left", 1, 3);
	make_routed("20260211-left", 0);
	lot.batch_id = id_of("left", 1);
	assert_int_equal(
		store_cut_write(books, "20260211-left", &lot, 1, NOW, &why),
		V_BROKEN);
	assert_int_equal(why.code, CODE_BUG);
	assert_int_equal(job_now("20260211-left").state, JOB_RELEASED);
	assert_int_equal(job_now("20260211-left").lots, 0);
}

static void
test_route__without_box_letters_results_are_not_awaited(void **state)
{
	(void)state;
	make_lots("20260211-papr", "lots", "papr", 3, 1, 10);
	assert_int_equal(job_now("20260211-papr").state, JOB_AWAITING);
	assert_int_equal(job_now("20260211-papr").n_paper, 3);
}

static void
test_route__a_letter_held_before_the_cut_is_not_cut(void **state)
{
	struct fault reason = { .code = CODE_PRINT_TWICE, .text = "journal" };
	const int64_t records[] = { 2 };
	struct letter_row row;
	struct lot *lots;
	size_t count;

	(void)state;
	make_split("20260211-hold", "lots", "hold", 1, 3);
	make_routed("20260211-hold", 0);
	OK(store_letters_hold(
		books, "20260211-hold", records, 1, &reason, NOW, &why));
	make_cut("20260211-hold", "hold", 10);
	OK(store_lot_list(books, "20260211-hold", &mem, &lots, &count, &why));
	assert_int_equal(count, 1);
	assert_int_equal(lots[0].letters, 2);
	assert_int_equal(job_now("20260211-hold").n_held, 1);
	OK(store_letter_find(books, "20260211-hold/2", &mem, &row, &why));
	assert_int_equal(row.state, LETTER_HELD);
	assert_int_equal(row.code, CODE_PRINT_TWICE);
	/* In a lot it cannot be held that way. */
	assert_int_equal(store_letters_hold(books, "20260211-hold",
				 (const int64_t[]){ 1 }, 1, &reason, NOW, &why),
		V_SKIP);
	assert_int_equal(why.code, CODE_STATE);
}

static void
test_route__a_large_job_is_routed_and_cut(void **state)
{
	struct letter_row *rows, one;
	size_t count;

	(void)state;
	make_lots("20260212-larg", "large", "larg", 12000, 3, 1000);
	assert_int_equal(job_now("20260212-larg").lots, 8);
	assert_int_equal(job_now("20260212-larg").n_box, 8000);
	assert_int_equal(job_now("20260212-larg").n_paper, 4000);
	OK(store_letter_list(books, "20260212-larg", 11990, 5, LETTER_PAPER,
		&mem, &rows, &count, &why));
	assert_int_equal(count, 4);
	assert_int_equal(rows[0].letter.record, 11991);
	OK(store_letter_find(books, "larg-777", &mem, &one, &why));
	assert_int_equal(one.letter.record, 777);
}

static void
test_route__a_letter_with_a_hold_waits_for_a_person(void **state)
{
	const char *const id = "20260214-hold";
	struct job_new job = job_of(id, "hold", 240);
	static struct cutting c;
	struct split *split = NULL;
	uint8_t bsn_key[16] = { 0 };
	struct letter *letters;
	const char **reasons;
	struct letter_row row;
	size_t count, i;

	(void)state;
	OK(store_job_receive(books, &job, &why));
	OK(store_split_begin(books, id, 4, &split, &why));
	for (i = 1; i <= 4; i++) {
		struct letter l = letter_of("hold", (int64_t)i, NULL);

		/* 1, 2 and 4 to the box, 3 on paper; 2 and 4 held. */
		l.hold = i % 2 == 0 ? CODE_PERSON : CODE_NONE;
		l.type = i == 1 ? "WOZ2" : NULL;
		l.publish = i == 1 ? 20600 : LETTER_DATE_NONE;
		l.deadline = i == 1 ? 20650 : LETTER_DATE_NONE;
		l.part = i == 1 ? 2 : 0;
		l.bytes = 777;
		OK(store_split_letter(split, &l, bsn_key, &why));
	}
	OK(split_end(split, 4, 0));
	store_split_close(split);
	make_ways(id, 3);
	assert_int_equal(job_now(id).n_held, 2);
	assert_int_equal(job_now(id).n_box, 1);
	assert_int_equal(job_now(id).n_paper, 1);
	OK(store_job_routed(books, id, false, NULL, NOW, &why));
	c.count = 0;
	OK(store_cut_read(books, id, cut_one, &c, &why));
	assert_int_equal(c.count, 1);
	assert_int_equal(c.records[0], 1);
	make_cut(id, "hold", 10);
	OK(store_print_letters(
		books, id, 10, &mem, &letters, &reasons, &count, &why));
	assert_int_equal(count, 1);
	assert_int_equal(letters[0].record, 3);
	OK(store_letter_find(books, "20260214-hold/2", &mem, &row, &why));
	assert_int_equal(row.state, LETTER_HELD);
	assert_int_equal(row.code, CODE_PERSON);
	assert_int_equal(row.letter.hold, CODE_PERSON);
	assert_null(row.letter.type);
	assert_int_equal(row.letter.publish, LETTER_DATE_NONE);
	assert_int_equal(row.letter.deadline, LETTER_DATE_NONE);
	assert_int_equal(row.letter.part, 0);
	OK(store_letter_find(books, "20260214-hold/1", &mem, &row, &why));
	assert_string_equal(row.letter.type, "WOZ2");
	assert_int_equal(row.letter.deadline, 20650);
	assert_int_equal(row.letter.publish, 20600);
	assert_int_equal(row.letter.part, 2);
	assert_int_equal(row.letter.bytes, 777);
	assert_int_equal(row.letter.hold, CODE_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_route__the_newest_answer_decides),
		cmocka_unit_test(
			test_route__what_is_for_the_box_only_goes_nowhere_else),
		cmocka_unit_test(
			test_route__what_is_not_decided_is_told_and_nothing_written),
		cmocka_unit_test(
			test_route__old_answers_send_a_released_job_back),
		cmocka_unit_test(test_route__a_held_job_waits_for_a_person),
		cmocka_unit_test(test_route__lots_hold_each_box_letter_once),
		cmocka_unit_test(
			test_route__a_letter_left_out_of_the_lots_is_noticed),
		cmocka_unit_test(
			test_route__without_box_letters_results_are_not_awaited),
		cmocka_unit_test(
			test_route__a_letter_held_before_the_cut_is_not_cut),
		cmocka_unit_test(test_route__a_large_job_is_routed_and_cut),
		cmocka_unit_test(
			test_route__a_letter_with_a_hold_waits_for_a_person),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, books_open, books_close);
}
