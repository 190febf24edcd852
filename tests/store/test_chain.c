/* tests/store/test_chain.c - cases of a chain test in the books
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/store/books.h"

static const struct chain_account accounts[] = {
	{ "one", { 999990019 }, true },
	{ "two", { 999990020 }, false },
};

/* A run of three: the second waits for the first, the third for all. */
static int64_t
plan(const char *endpoint, const char *stream)
{
	const struct chain_run run = { .endpoint = endpoint,
		.environment = "preproduction",
		.sender = "voorbeeld",
		.oin = "00000099000000010000",
		.stream = stream,
		.type = "WOZ",
		.down_ms = 5000,
		.person = "piet",
		.reason = "test",
		.at_ms = NOW };
	struct chain_row rows[] = {
		{ .nth = 1, .name = "first", .letters = 1 },
		{ .nth = 2, .name = "again", .letters = 1, .waits = 1 },
		{ .nth = 3,
			.name = "listener-down",
			.letters = 1,
			.waits = CHAIN_WAIT_ALL },
	};
	int64_t number = 0;

	rows[0].batch_id = rows[1].batch_id = uuid_random();
	rows[2].batch_id = uuid_random();
	OK(store_chain_plan(books, &run, accounts, 2, rows, 3, &number, &why));
	assert_true(number > 0);
	return number;
}

/* Its nth that is due, 0: none. */
static int
due(const char *endpoint, int64_t now_ms, struct chain_row *row,
	struct chain_run *run, int64_t *next_ms_out)
{
	enum verdict v = store_chain_next(
		books, endpoint, now_ms, &mem, row, run, next_ms_out, &why);

	if (v != V_END)
		OK(v);
	return v == V_END ? 0 : row->nth;
}

static void
begin_case(const struct chain_run *run, struct chain_row *row,
	const char *message, int64_t now_ms)
{
	int64_t wait_ms = -1;

	row->message_id = message;
	row->conversation_id = "c";
	row->content_id = "p";
	row->cpa_id = "cpa";
	row->parties = "A B";
	row->envelope = "<e/>";
	row->envelope_len = 4;
	row->created_ms = now_ms;
	row->expires_ms = now_ms + 60000;
	row->next_ms = now_ms + 10000;
	row->payload_bytes = 99;
	OK(store_chain_begin(
		books, run, row, RULES(FAST, 1), now_ms, &wait_ms, &why));
}

static struct inbound
keep(const char *id, int kind, const char *ref_to)
{
	struct inbound in = inbound_of(id, kind, ref_to);
	struct buf reply = BUF_MAX(1000);

	in.parties = "A B";
	OK(store_inbound_keep(books, &in, &reply, &why));
	buf_done(&reply);
	return in;
}

static void
answer(const char *id, const char *ref_to, const struct uuid *batch,
	const char *codes)
{
	struct inbound in = keep(id, 1, ref_to);
	bool ours = false;

	OK(store_chain_result(books, &in, batch, codes, 1, &ours, &why));
	assert_true(ours);
}

static struct chain_row
row_of(int64_t run, int nth)
{
	struct chain_row *rows;
	size_t count;

	OK(store_chain_rows(books, run, &mem, &rows, &count, &why));
	assert_int_equal(count, 3);
	return rows[nth - 1];
}

static void
test_chain__cases_wait_for_each_other(void **state)
{
	int64_t number = plan("pre1", "chain"), next_ms;
	struct chain_row row, now;
	struct chain_run run;
	bool down = true;

	(void)state;
	assert_int_equal(due("pre1", NOW, &row, &run, &next_ms), 1);
	assert_int_equal(run.number, number);
	assert_int_equal(due("other", NOW, &row, &run, &next_ms), 0);
	assert_int_equal(due("pre1", NOW, &row, &run, &next_ms), 1);
	begin_case(&run, &row, "m1", NOW);
	OK(store_chain_end(
		books, &row, CHAIN_OFFERED, NOW + 10000, NOW, "", &why));
	/* The second waits for its answer; the retry for its time. */
	assert_int_equal(due("pre1", NOW, &row, &run, &next_ms), 0);
	assert_int_equal(next_ms, NOW + 10000);
	assert_int_equal(due("pre1", NOW + 10000, &row, &run, &next_ms), 1);
	assert_int_equal(row.state, CHAIN_OFFERED);
	assert_string_equal(row.message_id, "m1");
	assert_int_equal(row.posts, 1);
	answer("r1", "m1", &row.batch_id, "Verwerkt");
	now = row_of(number, 1);
	assert_int_equal(now.state, CHAIN_ANSWERED);
	assert_string_equal(now.codes, "Verwerkt");
	assert_int_equal(now.results, 1);
	/* The same message once more, and another that contradicts. */
	OK(store_chain_again(books, "r1", &why));
	assert_int_equal(row_of(number, 1).results, 2);
	assert_string_equal(row_of(number, 1).reason, "");
	answer("r1b", "m1", &row.batch_id, "BerichtBestaatAl");
	assert_int_equal(row_of(number, 1).results, 3);
	assert_string_equal(row_of(number, 1).codes, "Verwerkt");
	assert_int_not_equal(row_of(number, 1).reason[0], 0);

	assert_int_equal(due("pre1", NOW, &row, &run, &next_ms), 2);
	begin_case(&run, &row, "m2", NOW);
	/* Two of one BatchID: the reference tells. */
	answer("r2", "m2", &row.batch_id, "BerichtBestaatAl");
	OK(store_chain_end(books, &row, CHAIN_ACKNOWLEDGED, 0, NOW, "", &why));
	assert_int_equal(row_of(number, 2).state, CHAIN_ANSWERED);
	assert_int_equal(row_of(number, 1).results, 3);

	assert_int_equal(due("pre1", NOW, &row, &run, &next_ms), 3);
	OK(store_chain_down(books, "cpa", NOW, &down, &why));
	assert_false(down);
	begin_case(&run, &row, "m3", NOW);
	OK(store_chain_down(books, "cpa", NOW + 4999, &down, &why));
	assert_true(down);
	OK(store_chain_down(books, "other", NOW + 4999, &down, &why));
	assert_false(down);
	OK(store_chain_down(books, "cpa", NOW + 5000, &down, &why));
	assert_false(down);
}

static void
test_chain__signals_holds_and_expiry(void **state)
{
	int64_t number = plan("pre2", "chain-too"), next_ms, wait_ms = -1;
	struct stop_count count;
	struct chain_row row;
	struct chain_run run;
	struct inbound in;
	bool ours = true;

	(void)state;
	/* Held: the endpoint, and the stream. */
	OK(store_stop_set(
		books, STOP_ENDPOINT, "pre2", "piet", "x", NOW, &count, &why));
	assert_int_equal(due("pre2", NOW, &row, &run, &next_ms), 0);
	OK(store_stop_clear(
		books, STOP_ENDPOINT, "pre2", "piet", "x", NOW, &why));
	assert_int_equal(due("pre2", NOW, &row, &run, &next_ms), 1);
	OK(store_stop_set(books, STOP_STREAM, "chain-too", "piet", "x", NOW,
		&count, &why));
	assert_int_equal(store_chain_begin(books, &run, &row, RULES(FAST, 1),
				 NOW, &wait_ms, &why),
		V_LATER);
	OK(store_stop_clear(
		books, STOP_STREAM, "chain-too", "piet", "x", NOW, &why));
	/* A limit of nothing is respected. */
	assert_int_equal(store_chain_begin(books, &run, &row, RULES(0, 1), NOW,
				 &wait_ms, &why),
		V_LATER);
	assert_int_equal(why.code, CODE_NONE);
	begin_case(&run, &row, "n1", NOW);
	/* Nothing arrived: planned again. */
	OK(store_chain_end(
		books, &row, CHAIN_PLANNED, NOW + 1000, NOW, "away", &why));
	row = row_of(number, 1);
	assert_int_equal(row.state, CHAIN_PLANNED);
	assert_int_equal(row.posts, 0);
	assert_int_equal(due("pre2", NOW + 1000, &row, &run, &next_ms), 1);
	begin_case(&run, &row, "n2", NOW);
	in = keep("a1", 2, "n2");
	OK(store_chain_signal(books, &in, NOW, &ours, &why));
	assert_true(ours);
	assert_int_equal(row_of(number, 1).state, CHAIN_ACKNOWLEDGED);
	in = keep("a2", 2, "of-no-case");
	OK(store_chain_signal(books, &in, NOW, &ours, &why));
	assert_false(ours);
	answer("r9", "n2", &row.batch_id, "Verwerkt");
	/* Refused. */
	assert_int_equal(due("pre2", NOW, &row, &run, &next_ms), 2);
	begin_case(&run, &row, "n3", NOW);
	in = keep("e1", 3, "n3");
	OK(store_chain_signal(books, &in, NOW, &ours, &why));
	assert_true(ours);
	assert_int_equal(row_of(number, 2).state, CHAIN_FAILED);
	/* Never acknowledged; cut off in its post, by the way. */
	assert_int_equal(due("pre2", NOW, &row, &run, &next_ms), 3);
	begin_case(&run, &row, "n4", NOW);
	assert_int_equal(due("pre2", NOW + 10000, &row, &run, &next_ms), 3);
	assert_int_equal(due("pre2", NOW + 60000, &row, &run, &next_ms), 0);
	assert_int_equal(row_of(number, 3).state, CHAIN_EXPIRED);
	/* Its result may still come. */
	answer("r10", "n4", &row.batch_id, "Verwerkt");
	assert_int_equal(row_of(number, 3).state, CHAIN_ANSWERED);
}

/* With one post agreed on, what was cut off is not made again, and does not stay
 * in flight.
 */
static void
test_chain__one_post_that_was_cut_off_expires(void **state)
{
	int64_t number = plan("pre3", "chain-once"), next_ms, wait_ms = -1;
	struct chain_row row;
	struct chain_run run;

	(void)state;
	assert_int_equal(due("pre3", NOW, &row, &run, &next_ms), 1);
	begin_case(&run, &row, "o1", NOW);
	OK(pg_do(books->pg,
		"update chain_case set expires_ms = 0 where number = $1",
		PG_ARGS(PG_N(row.number)), NULL, &why));
	assert_int_equal(due("pre3", NOW + 9999, &row, &run, &next_ms), 0);
	assert_int_equal(row_of(number, 1).state, CHAIN_POSTING);
	/* One in flight is all that is allowed: the next case has to wait. */
	assert_int_equal(due("pre3", NOW + 10000, &row, &run, &next_ms), 2);
	assert_int_equal(row_of(number, 1).state, CHAIN_EXPIRED);
	begin_case(&run, &row, "o2", NOW);
	row = row_of(number, 3);
	assert_int_equal(store_chain_begin(books, &run, &row, RULES(FAST, 1),
				 NOW, &wait_ms, &why),
		V_LATER);
	assert_int_equal(wait_ms, 0);
}

static void
test_chain__production_is_refused_by_the_table(void **state)
{
	const struct chain_run run = { .endpoint = "p",
		.environment = "production",
		.sender = "s",
		.oin = "o",
		.stream = "s",
		.type = "t",
		.person = "piet",
		.reason = "x" };
	int64_t number = 0;

	(void)state;
	assert_int_equal(store_chain_plan(books, &run, accounts, 2, NULL, 0,
				 &number, &why),
		V_BROKEN);
	assert_int_equal(why.code, CODE_DATABASE_QUERY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chain__cases_wait_for_each_other),
		cmocka_unit_test(test_chain__signals_holds_and_expiry),
		cmocka_unit_test(test_chain__one_post_that_was_cut_off_expires),
		cmocka_unit_test(
			test_chain__production_is_refused_by_the_table),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(
		"chain", tests, books_open, books_close);
}
