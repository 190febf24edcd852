/* tests/store/test_walk.c - whatever happens in whatever order, it adds up
 *
 * A long walk of random steps over a few jobs: offers, posts that end in every
 * way, acknowledgments and results that come late, twice or not at all, time
 * that runs out, paper, holds.  After each step the counts kept on the job are
 * compared with the states of its letters, counted one by one.  At the end the
 * faults stop and every job must come to its end.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/store/books.h"
#include "tests/store/paper.h"

#define JOBS 3
#define LETTERS 12
#define STEPS 400
#define ATTEMPTS_MAX 600
#define RESENDS 3

static uint32_t seed = 20260601;
static int64_t now_ms = NOW;

struct walk_attempt {
	struct offer offer;
	char message[32];
	bool posting;
};

static struct walk_attempt attempts[ATTEMPTS_MAX];
static int attempt_count, message_count;
static char ids[JOBS][16];
static int64_t seen[LETTER_WITHDRAWN + 1];

static int
dice(int sides)
{
	seed = seed * 1103515245U + 12345U;
	return (int)((seed >> 16) % (uint32_t)sides);
}

/* --- what must hold --- */

/* One question for all, because it is asked after each step. */
static const char truth[] =
	"with s as (select n.state, count(*) as letters from letter_now n "
	"join job j on j.number = n.job_no and j.part = n.part "
	"where j.number = $1 group by n.state), "
	/* Never both: in a bundle, and not declined by the box. */
	"both_ways as (select from place p join lot o on o.number = p.lot_no "
	"and o.print where p.job_no = $1 and exists (select from place q "
	"join lot b on b.number = q.lot_no and not b.print "
	"where q.job_no = p.job_no and q.record = p.record "
	"and (select r.state from receipt r where r.job_no = q.job_no "
	"and r.lot_no = q.lot_no and r.record = q.record "
	"order by r.number desc limit 1) is distinct from 3)), "
	"printed_twice as (select p.record from place p join lot o "
	"on o.number = p.lot_no and o.print where p.job_no = $1 "
	"group by p.record having count(*) > 1), "
	"lots_wrong as (select from lot o where o.job_no = $1 and (apart <> "
	"(select count(distinct record) from receipt r "
	"where r.lot_no = o.number) or resend_letters <> (select count(*) from "
	"(select distinct on (record) state from receipt r "
	"where r.lot_no = o.number order by record, number desc) x "
	"where state in (7, 8)))) "
	"select state, letters from s "
	"union all select 100, count(*) from both_ways "
	"union all select 101, count(*) from printed_twice "
	"union all select 102, count(*) from lots_wrong";

static void
counts_are_true(const char *id)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct job job = job_now(id);
	const int64_t kept[] = { 0, job.n_split, job.n_box, job.n_paper,
		job.n_offered, job.n_delivered, 0, job.n_unknown, job.n_resend,
		job.n_held, job.n_bundled, job.n_handed, job.n_posted, 0,
		job.n_withdrawn };
	int64_t real[103] = { 0 };
	int i;

	OK(pg_ask(books->pg, truth, PG_ARGS(PG_N(job.number)), &rows, &why));
	for (i = 0; i < rows.count; i++)
		real[pg_int(&rows, i, 0)] = pg_int(&rows, i, 1);
	pg_rows_done(&rows);
	for (i = 1; i <= LETTER_WITHDRAWN; i++) {
		if (real[i] != kept[i])
			fail_msg("%s: %lld %s, %lld kept", id,
				(long long)real[i],
				letter_word((enum letter_state)i),
				(long long)kept[i]);
		seen[i] += real[i];
	}
	assert_int_equal(real[100], 0);
	assert_int_equal(real[101], 0);
	assert_int_equal(real[102], 0);
}

/* --- steps --- */

static void
step_offer(void)
{
	struct walk_attempt *a = &attempts[attempt_count];
	struct letter *letters;
	int64_t next_ms = 0, wait_ms = 0;
	struct offer offer;
	size_t count;
	enum verdict v;

	if (attempt_count == ATTEMPTS_MAX)
		return;
	v = store_offer_next(books, "simulator", ANY_RULES, now_ms, &mem,
		&offer, &next_ms, &why);
	if (v == V_END)
		return;
	assert_ok(v, __LINE__);
	OK(store_offer_letters(books, &offer, &mem, &letters, &count, &why));
	if (dice(40) == 0 && offer.attempt == 0) {
		post(&offer, POST_HELD, 0);
		return;
	}
	if (offer.attempt == 0) {
		snprintf(a->message, sizeof(a->message), "m-%d",
			message_count++);
		address_offer(&offer, a->message);
		offer.created_ms = now_ms;
		offer.expires_ms = now_ms + 60000;
	} else {
		snprintf(
			a->message, sizeof(a->message), "%s", offer.message_id);
	}
	v = store_offer_begin(books, &offer, RULES(FAST, 3), &wait_ms, &why);
	if (v == V_LATER && why.code == CODE_NONE)
		return;
	assert_ok(v, __LINE__);
	a->offer = offer;
	a->posting = true;
	attempt_count++;
}

static struct walk_attempt *
some_attempt(void)
{
	return attempt_count == 0 ? NULL : &attempts[dice(attempt_count)];
}

static void
step_post_end(bool faults)
{
	static const enum post_end ends[] = { POST_COMPLETE, POST_ACKNOWLEDGED,
		POST_UNKNOWN, POST_AGAIN, POST_NOT_RECEIVED, POST_FAILED,
		POST_COMPLETE, POST_COMPLETE, POST_UNKNOWN, POST_AGAIN,
		POST_COMPLETE, POST_ACKNOWLEDGED };
	int i;

	for (i = 0; i < attempt_count; i++)
		if (attempts[i].posting && (!faults || dice(2) == 0)) {
			post(&attempts[i].offer,
				faults ? ends[dice(12)] : POST_COMPLETE,
				now_ms + dice(70000));
			attempts[i].posting = false;
		}
}

static void
step_acknowledge(void)
{
	struct walk_attempt *a = some_attempt();

	if (a != NULL)
		acknowledge(arena_format(&mem, "a-%d", message_count++),
			a->message);
}

/* A result about an attempt, with whatever codes. */
static void
result_of(struct walk_attempt *a, bool faults)
{
	static const char *const words[] = { "Verwerkt", "Verwerkt",
		"NietActiefOfGeabonneerd", "TechnischProbleem",
		"BerichtBestaatAl", "BerichtTypeNietOndersteund",
		"BijlageTeGroot", "Onzin", "Verwerkt", "TechnischProbleem" };
	struct inbound in = inbound_of(
		arena_format(&mem, "r-%d", message_count++), 1, a->message);
	struct result_letter letters[LETTERS];
	struct receipt_line lines[LETTERS];
	struct uuid batch = a->offer.lot.batch_id;
	struct receipt receipt = { .lines = lines, .batch_id = batch };
	struct buf reply = BUF_MAX(10);
	struct result_match match;
	struct result_apply apply = { .match = &match,
		.receipt = &receipt,
		.letters = letters,
		.now_ms = now_ms,
		.pause_ms = 5000,
		.pause_max_ms = 5000,
		.resends = RESENDS,
		.decline_window = 1000,
		.decline_limit = 1000000, /* no brake: the walk goes on */
		.unlisted_delivered = true };
	struct uuid *letter_ids;
	int64_t i;

	OK(store_inbound_keep(books, &in, &reply, &why));
	OK(store_result_match(books, &in, &batch, &mem, &match, &why));
	assert_in_range(match.letters, 1, LETTERS);
	letter_ids = matched_ids(&match);
	for (i = 0; i < match.letters; i++) {
		struct result_letter *l = &letters[receipt.line_count];
		struct receipt_line *line = &lines[receipt.line_count];

		if (dice(4) == 0)
			continue; /* not listed: delivered */
		receipt.line_count++;
		line->letter_id = letter_ids[i];
		strcpy(line->code, words[faults ? dice(10) : 0]);
		*l = (struct result_letter){ .letter_id = letter_ids[i],
			.wire_code = line->code,
			.stage = "NA" };
		l->act =
			receipt_act(line->code, match.offered_before, &l->code);
		apply.stop = apply.stop || l->act == RECEIPT_HOLD_STREAM;
	}
	apply.letter_count = receipt.line_count;
	receipt.total = match.letters;
	if (faults && dice(15) == 0)
		apply.contradiction = "does not add up";
	OK(store_result_apply(books, &in, &apply, &why));
	/* Twice changes nothing; the counts are looked at behind us. */
	if (dice(3) == 0)
		OK(store_result_apply(books, &in, &apply, &why));
	buf_done(&reply);
}

static void
step_result(bool faults)
{
	struct walk_attempt *a = some_attempt();

	if (a != NULL)
		result_of(a, faults);
}

static void
step_time(void)
{
	int64_t count;

	now_ms += dice(30000);
	expire(now_ms, 3000, RESENDS, &count);
}

static void
step_print(void)
{
	struct letter *letters;
	const char **reasons;
	uint8_t sha256[32] = { 1 };
	struct job job;
	int64_t lot, posted;
	size_t count;
	char name[32];
	enum verdict v = store_print_ready(books, 0, &mem, &job, &why);

	if (v == V_END)
		return;
	assert_ok(v, __LINE__);
	OK(store_print_letters(books, job.id, (size_t)dice(5) + 1, &mem,
		&letters, &reasons, &count, &why));
	assert_true(count > 0);
	snprintf(name, sizeof(name), "print-%d", message_count++);
	OK(store_print_cut(
		books, job.id, name, letters, count, now_ms, &lot, &why));
	counts_are_true(job.id);
	OK(store_print_handed(books, lot, sha256, now_ms, &why));
	counts_are_true(job.id);
	OK(store_posted(books, name, 20500, "anna", now_ms, &posted, &why));
	assert_int_equal(posted, count);
}

/* A result that says the stream is wrong closes its valve. */
static void
open_valve(void)
{
	enum verdict v = store_stop_clear(
		books, STOP_STREAM, "walk", "anna", "go on", now_ms, &why);

	assert_true(v == V_OK || v == V_SKIP);
}

static void
step_release(void)
{
	const char *id = ids[dice(JOBS)];

	open_valve();
	if (job_now(id).state != JOB_HELD)
		return;
	OK(store_job_release(books, id, "anna", "go on", now_ms, &why));
	make_cut(id, "none", 100);
}

static void
step_hold_paper(void)
{
	const struct fault reason = { .code = CODE_ADDRESS, .text = "unfit" };
	struct letter *letters;
	const char **reasons;
	size_t count;
	const char *id = ids[dice(JOBS)];

	OK(store_print_letters(
		books, id, 1, &mem, &letters, &reasons, &count, &why));
	if (count == 1)
		OK(store_letters_hold(books, id, &letters[0].record, 1, &reason,
			now_ms, &why));
}

static void
step(int which)
{
	int64_t count;

	switch (which) {
	case 0:
	case 1:
	case 2:
		step_offer();
		break;
	case 3:
	case 4:
		step_post_end(true);
		break;
	case 5:
		step_acknowledge();
		break;
	case 6:
	case 7:
		step_result(true);
		break;
	case 8:
		step_time();
		break;
	case 9:
		step_print();
		break;
	case 10:
		step_release();
		break;
	case 11:
		OK(store_settle(books, now_ms, &count, &why));
		break;
	case 12:
		if (dice(8) == 0)
			step_hold_paper();
		break;
	default:
		if (dice(10) == 0) {
			int i;

			OK(store_offers_take_back(books, &everywhere, &why));
			for (i = 0; i < attempt_count; i++)
				attempts[i].posting = false;
		}
	}
}

static void
test_walk__the_counts_are_those_of_the_letters(void **state)
{
	int round, i, j;

	(void)state;
	for (round = 0; round < 3; round++) {
		attempt_count = 0;
		for (j = 0; j < JOBS; j++) {
			char key[8];

			snprintf(ids[j], sizeof(ids[j]), "2026060%c-walk%c",
				(char)('1' + round), (char)('a' + j));
			snprintf(key, sizeof(key), "w%c-%c",
				(char)('0' + round), (char)('0' + j));
			make_lots(ids[j], "walk", key, LETTERS, 4, 4);
		}
		for (i = 0; i < STEPS; i++) {
			step(dice(14));
			for (j = 0; j < JOBS; j++)
				counts_are_true(ids[j]);
			arena_reset(&mem);
		}
		/* Quiet: everything open ends, but for what a person holds. */
		for (i = 0; i < 60; i++) {
			step_post_end(false);
			step_offer();
			step_post_end(false);
			while (attempt_count > 0)
				result_of(&attempts[--attempt_count], false);
			open_valve();
			for (j = 0; j < JOBS; j++)
				if (job_now(ids[j]).state == JOB_HELD) {
					OK(store_job_release(books, ids[j],
						"anna", "", now_ms, &why));
					make_cut(ids[j], "none", 100);
				}
			step_print();
			now_ms += 70000;
			step_time();
			arena_reset(&mem);
		}
		for (j = 0; j < JOBS; j++) {
			struct job job = job_now(ids[j]);

			counts_are_true(ids[j]);
			if (job_open(&job) != job.n_held)
				fail_msg("%s: %lld open, %lld held", job.id,
					(long long)job_open(&job),
					(long long)job.n_held);
		}
	}
	/* It was a walk through every state, or it proves little. */
	for (i = LETTER_BOX; i <= LETTER_POSTED; i++)
		if (i != LETTER_DECLINED && seen[i] == 0)
			fail_msg("no letter was ever %s",
				letter_word((enum letter_state)i));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_walk__the_counts_are_those_of_the_letters),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, books_open, books_close);
}
