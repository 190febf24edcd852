/* tests/store/test_gate.c - the limited production run in the books
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/store/books.h"
#include "tests/store/paper.h"

/* A job of production that is routed; every `paper`-th letter on paper, and
 * record `abroad` has a foreign address.
 */
static void
make_job(const char *id, const char *stream, const char *key, int64_t letters,
	int64_t paper, int64_t abroad)
{
	make_split(id, stream, key, 1, letters);
	OK(pg_do(books->pg,
		"update job set environment = 'production' where id = $1",
		PG_ARGS(PG_T(id)), NULL, &why));
	OK(pg_do(books->pg,
		"update letter set address = replace(address, 'Utrecht' || "
		"chr(31), 'Gent' || chr(31) || 'BE') where record = $2 "
		"and job_no = (select number from job where id = $1)",
		PG_ARGS(PG_T(id), PG_N(abroad)), NULL, &why));
	make_routed(id, paper);
}

static int64_t
number(const char *sql, const char *id)
{
	struct pg_rows rows = PG_ROWS_NONE;
	int64_t n;

	OK(pg_ask(books->pg, sql, PG_ARGS(PG_T(id)), &rows, &why));
	assert_int_equal(rows.count, 1);
	n = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	return n;
}

#define OF_JOB                                                                 \
	"from gate_letter g join route r on r.job_no = g.job_no "              \
	"and r.record = g.record "                                             \
	"where g.job_no = (select number from job where id = $1) "

static int64_t
chosen(const char *id)
{
	return number("select count(*) " OF_JOB, id);
}

static enum gate_way
pass(const char *id, int64_t allowed, int64_t want)
{
	enum gate_way way = 0;
	int64_t now = -1;

	OK(store_gate_pass(books, id, allowed, NOW, &way, &now, &why));
	assert_int_equal(now, want);
	return way;
}

static void
test_gate__half_box_half_paper_spread_and_one_abroad(void **state)
{
	static const struct {
		int64_t letters, paper, abroad, allowed, box, chosen;
	} cases[] = {
		{ 100, 2, 96, 10, 5, 10 },
		{ 100, 2, 0, 10, 5, 10 },
		{ 100, 0, 0, 10, 10, 10 }, /* nobody on paper */
		{ 100, 1, 77, 10, 0, 10 }, /* everybody */
		{ 100, 50, 0, 10, 8, 10 }, /* two on paper */
		{ 6, 2, 0, 50, 3, 6 },	   /* fewer than are allowed */
		{ 100, 2, 96, 1, 1, 1 },
		{ 100, 2, 96, 3, 2, 3 },
	};
	char id[16], name[16], key[8];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(id, sizeof(id), "20260601-sp%02zu", i);
		snprintf(name, sizeof(name), "spread-%zu", i);
		snprintf(key, sizeof(key), "sp%02zu", i);
		make_job(id, name, key, cases[i].letters, cases[i].paper,
			cases[i].abroad);
		assert_int_equal(pass(id, cases[i].allowed, cases[i].chosen),
			GATE_CHOSEN);
		assert_int_equal(
			number("select count(*) filter (where r.box) " OF_JOB,
				id),
			cases[i].box);
		if (cases[i].abroad > 0 && cases[i].allowed > 1)
			assert_int_equal(
				number("select count(*) filter "
				       "(where r.record in (77, 96)) " OF_JOB,
					id),
				1);
		/* Once, however often it comes by. */
		assert_int_equal(pass(id, cases[i].allowed, 0), GATE_CHOSEN);
	}
	/* Spread: in each half of the file half of them. */
	assert_in_range(
		number("select count(*) filter (where r.record <= 50) " OF_JOB,
			"20260601-sp01"),
		4, 6);
}

static void
test_gate__only_chosen_letters_are_cut_and_printed(void **state)
{
	struct letter *letters;
	const char **reasons;
	struct job job;
	size_t count;

	(void)state;
	make_job("20260602-cut1", "cutting", "cut1", 60, 3, 0);
	assert_int_equal(pass("20260602-cut1", 8, 8), GATE_CHOSEN);
	make_cut("20260602-cut1", "cut1", 100);
	job = job_now("20260602-cut1");
	assert_int_equal(job.state, JOB_SENDING);
	assert_true(job.gated);
	assert_int_equal(job.gate_letters, 8);
	assert_int_equal(
		number("select sum(o.letters)::bigint from lot o "
		       "join job j on j.number = o.job_no where j.id = $1",
			"20260602-cut1"),
		4);
	OK(store_print_letters(books, "20260602-cut1", 100, &mem, &letters,
		&reasons, &count, &why));
	assert_int_equal(count, 4);
	/* Paper that was not chosen is refused, whoever asks. */
	{
		struct letter other = letter_of("cut1",
			number("select min(r.record) from route r where not "
			       "r.box and r.job_no = (select number from job "
			       "where id = $1) and not exists (select from "
			       "gate_letter g where g.job_no = r.job_no "
			       "and g.record = r.record)",
				"20260602-cut1"),
			NULL);
		int64_t lot;

		assert_int_equal(
			store_print_cut(books, "20260602-cut1", "gate-print",
				&other, 1, NOW, &lot, &why),
			V_SKIP);
		assert_int_equal(why.code, CODE_PRINT_TWICE);
	}
}

/* A lot of letters that were not chosen is not written, whatever asks for it. */
static void
test_gate__a_lot_of_others_is_a_bug(void **state)
{
	int64_t records[20], i;
	struct lot_new lot = { .letters = 20, .bytes = 1, .records = records };

	(void)state;
	for (i = 0; i < 20; i++)
		records[i] = i + 1;
	make_job("20260603-bug1", "bugs", "bug1", 20, 0, 0);
	assert_int_equal(pass("20260603-bug1", 8, 8), GATE_CHOSEN);
	assert_int_equal(
		store_cut_write(books, "20260603-bug1", &lot, 1, NOW, &why),
		V_BROKEN);
	assert_int_equal(why.code, CODE_BUG);
	assert_int_equal(job_now("20260603-bug1").state, JOB_RELEASED);
}

static enum verdict
choose_n(const char *stream, enum gate_rule rule, int64_t n, int64_t seed,
	const char *const *refs, size_t count)
{
	const struct gate_choice choice = { .rule = rule,
		.letters = n,
		.seed = seed,
		.references = refs,
		.reference_count = count };

	return store_gate_choose(books, "voorbeeld", stream, 8, &choice, "piet",
		"agreed", NOW, &why);
}

static void
test_gate__a_list_waits_for_its_letters(void **state)
{
	static const char *const refs[] = { "lis1-7", "lis2-3", "lis1-9" };
	struct gate gate;

	(void)state;
	assert_int_equal(
		store_gate_get(books, "voorbeeld", "lists", &mem, &gate, &why),
		V_SKIP);
	OK(choose_n("lists", GATE_LIST, 0, 0, refs, 3));
	make_job("20260604-lis1", "lists", "lis1", 10, 0, 0);
	assert_int_equal(pass("20260604-lis1", 8, 2), GATE_CHOSEN);
	OK(store_gate_get(books, "voorbeeld", "lists", &mem, &gate, &why));
	assert_int_equal(gate.references, 1);
	assert_int_equal(gate.taken, 2);
	assert_int_equal(gate.rule, GATE_LIST);
	assert_string_equal(gate.person, "piet");
	make_job("20260604-lis2", "lists", "lis2", 10, 0, 0);
	assert_int_equal(pass("20260604-lis2", 8, 1), GATE_CHOSEN);
	make_job("20260604-lis3", "lists", "lis3", 10, 0, 0);
	assert_int_equal(pass("20260604-lis3", 8, 0), GATE_RESTS);
	OK(store_gate_get(books, "voorbeeld", "lists", &mem, &gate, &why));
	assert_int_equal(gate.rule, GATE_NONE);
	assert_int_equal(gate.jobs, 3);
}

static void
test_gate__a_person_chooses_more_within_what_is_left(void **state)
{
	int64_t same;

	(void)state;
	OK(choose_n("more", GATE_RANDOM, 3, 4711, NULL, 0));
	make_job("20260605-mor1", "more", "mor1", 40, 2, 0);
	assert_int_equal(pass("20260605-mor1", 8, 3), GATE_CHOSEN);
	make_cut("20260605-mor1", "mor1", 100);
	same = number("select min(r.record) * 100 + max(r.record) " OF_JOB,
		"20260605-mor1");
	make_job("20260605-mor2", "more", "mor2", 40, 2, 0);
	assert_int_equal(pass("20260605-mor2", 8, 0), GATE_RESTS);
	/* 5 are left. */
	assert_int_equal(choose_n("more", GATE_SPREAD, 6, 0, NULL, 0), V_SKIP);
	assert_int_equal(why.code, CODE_GATE_FULL);
	OK(choose_n("more", GATE_SPREAD, 2, 0, NULL, 0));
	/* The first job is looked at again; then nothing is left to choose. */
	assert_int_equal(job_now("20260605-mor1").state, JOB_RELEASED);
	assert_int_equal(pass("20260605-mor1", 8, 2), GATE_CHOSEN);
	make_cut("20260605-mor1", "mor9", 100);
	assert_int_equal(pass("20260605-mor2", 8, 0), GATE_RESTS);
	OK(choose_n("more", GATE_SPREAD, 0, 0, NULL, 0));
	assert_int_equal(pass("20260605-mor2", 8, 3), GATE_CHOSEN);
	assert_int_equal(choose_n("more", GATE_SPREAD, 0, 0, NULL, 0), V_SKIP);
	assert_int_equal(why.code, CODE_GATE_FULL);
	/* The same seed, the same letters. */
	OK(choose_n("seeds", GATE_RANDOM, 3, 4711, NULL, 0));
	make_job("20260605-see1", "seeds", "see1", 40, 2, 0);
	assert_int_equal(pass("20260605-see1", 8, 3), GATE_CHOSEN);
	assert_int_equal(
		number("select min(r.record) * 100 + max(r.record) " OF_JOB,
			"20260605-see1"),
		same);
}

static void
test_gate__opened_the_rest_is_cut_exactly(void **state)
{
	struct gate gate;
	int64_t jobs = 0;
	struct job job;

	(void)state;
	make_job("20260606-opn1", "opens", "opn1", 30, 0, 0);
	assert_int_equal(pass("20260606-opn1", 8, 8), GATE_CHOSEN);
	make_cut("20260606-opn1", "opn1", 100);
	OK(store_gate_open(books, "voorbeeld", "opens", "piet",
		"Logius mail of 3 March", NOW, &jobs, &why));
	assert_int_equal(jobs, 1);
	job = job_now("20260606-opn1");
	assert_int_equal(job.state, JOB_RELEASED);
	assert_false(job.gated);
	assert_int_equal(pass("20260606-opn1", 8, 0), GATE_ALL);
	make_cut("20260606-opn1", "opn9", 100);
	assert_int_equal(
		number("select count(distinct record) from place where "
		       "job_no = (select number from job where id = $1)",
			"20260606-opn1"),
		30);
	assert_int_equal(
		number("select count(*) from place where "
		       "job_no = (select number from job where id = $1)",
			"20260606-opn1"),
		30);
	assert_int_equal(store_gate_open(books, "voorbeeld", "opens", "piet",
				 "again", NOW, &jobs, &why),
		V_SKIP);
	assert_int_equal(why.code, CODE_STATE);
	assert_int_equal(choose_n("opens", GATE_SPREAD, 1, 0, NULL, 0), V_SKIP);
	assert_int_equal(why.code, CODE_STATE);
	OK(store_gate_get(books, "voorbeeld", "opens", &mem, &gate, &why));
	assert_true(gate.open);
	assert_string_equal(gate.reason, "Logius mail of 3 March");
	/* A stream beside it has a gate of its own. */
	make_job("20260606-opn2", "opens-too", "opn2", 30, 0, 0);
	assert_int_equal(pass("20260606-opn2", 8, 8), GATE_CHOSEN);
	/* And what is no production has none. */
	make_split("20260606-opn3", "opens-not", "opn3", 1, 30);
	make_routed("20260606-opn3", 0);
	assert_int_equal(pass("20260606-opn3", 8, 0), GATE_ALL);
	assert_int_equal(chosen("20260606-opn3"), 0);
}

/* What rested for weeks is looked up anew, without the letters that left. */
static void
test_gate__old_answers_do_not_decide_about_the_rest(void **state)
{
	const int64_t later = NOW + INT64_C(8) * 86400000;
	int64_t jobs = 0;
	bool undone = true;
	struct job job;

	(void)state;
	make_job("20260607-old1", "olds", "old1", 60, 3, 0);
	assert_int_equal(pass("20260607-old1", 8, 8), GATE_CHOSEN);
	make_cut("20260607-old1", "old1", 100);
	OK(store_gate_open(books, "voorbeeld", "olds", "piet", "mail", later,
		&jobs, &why));
	OK(store_route_undo(books, "20260607-old1", NOW, &undone, &why));
	assert_false(undone);
	OK(store_route_undo(books, "20260607-old1", later, &undone, &why));
	assert_true(undone);
	job = job_now("20260607-old1");
	assert_int_equal(job.state, JOB_SPLIT);
	/* 4 are in a lot; 4 on paper were chosen, but are in none. */
	assert_int_equal(job.n_box, 4);
	assert_int_equal(job.n_split, 56);
	make_routed("20260607-old1", 2);
	job = job_now("20260607-old1");
	assert_int_equal(job.n_split, 0);
	assert_int_equal(pass("20260607-old1", 8, 0), GATE_ALL);
	make_cut("20260607-old1", "old9", 100);
	assert_int_equal(
		number("select count(*) - count(distinct record) from place "
		       "where job_no = (select number from job where id = $1)",
			"20260607-old1"),
		0);
	/* Not again: now more has left than the limited run. */
	OK(pg_do(books->pg, "update job set state = 5 where id = $1",
		PG_ARGS(PG_T("20260607-old1")), NULL, &why));
	OK(store_route_undo(books, "20260607-old1",
		later + INT64_C(99) * 86400000, &undone, &why));
	assert_false(undone);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_gate__half_box_half_paper_spread_and_one_abroad),
		cmocka_unit_test(
			test_gate__only_chosen_letters_are_cut_and_printed),
		cmocka_unit_test(test_gate__a_lot_of_others_is_a_bug),
		cmocka_unit_test(test_gate__a_list_waits_for_its_letters),
		cmocka_unit_test(
			test_gate__a_person_chooses_more_within_what_is_left),
		cmocka_unit_test(test_gate__opened_the_rest_is_cut_exactly),
		cmocka_unit_test(
			test_gate__old_answers_do_not_decide_about_the_rest),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(
		"gate", tests, books_open, books_close);
}
