/* tests/store/test_decide.c - letters that a person decides about
 *
 * After each step the counts of the job are those of its letters, one by one.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/store/books.h"
#include "tests/store/paper.h"

static void
clear(void)
{
	OK(pg_script(books->pg,
		"delete from attempt; delete from lot; delete from stop; "
		"update job set state = 10, filed = true where state < 8",
		&why));
}

/* What the job row says is what its letters are. */
static struct job
counted(const char *id)
{
	static const char sql[] =
		"select count(*) from (select n.state, count(*) as n "
		"from letter_now n join job j on j.part = n.part "
		"and j.number = n.job_no where j.id = $1 group by n.state) c, "
		"job j where j.id = $1 and c.n <> (array[n_split, n_box, "
		"n_paper, n_offered, n_delivered, 0, n_unknown, n_resend, "
		"n_held, n_bundled, n_handed, n_posted, 0, n_withdrawn])"
		"[c.state]";
	struct pg_rows rows = PG_ROWS_NONE;

	OK(pg_ask(books->pg, sql, PG_ARGS(PG_T(id)), &rows, &why));
	assert_int_equal(pg_int(&rows, 0, 0), 0);
	pg_rows_done(&rows);
	return job_now(id);
}

static struct decide_done
decide(const char *job, enum decision as, bool cancel, const int64_t *records,
	size_t count)
{
	const struct decide by = { .job = job,
		.records = records,
		.record_count = count,
		.as = as,
		.cancel = cancel,
		.expect = -1,
		.person = "j.jansen",
		.reason = "because",
		.now_ms = NOW };
	struct decide dry = by;
	struct decide_done look, done;

	dry.dry = true;
	OK(store_decide(books, &dry, &mem, &look, &why));
	OK(store_decide(books, &by, &mem, &done, &why));
	assert_memory_equal(look.of, done.of, sizeof(done.of));
	assert_int_equal(look.change, done.change);
	assert_int_equal(look.left, done.left);
	assert_int_equal(done.chosen, done.change + done.left + done.other);
	(void)counted(job);
	return done;
}

#define ONLY(...)                                                              \
	((const int64_t[]){ __VA_ARGS__ }),                                    \
		sizeof((const int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)

static struct letter_row
letter_is(const char *what, enum letter_state state)
{
	struct letter_row row;

	OK(store_letter_find(books, what, &mem, &row, &why));
	if (row.state != state)
		fail_msg("%s is %s", what, letter_word(row.state));
	return row;
}

static size_t
printable(const char *job)
{
	struct letter *letters;
	const char **reasons;
	size_t count;

	OK(store_print_letters(
		books, job, 1000, &mem, &letters, &reasons, &count, &why));
	return count;
}

static bool
print_ready(void)
{
	struct job job;

	return store_print_ready(books, 0, &mem, &job, &why) == V_OK;
}

static void
test_decide__a_whole_job_is_cancelled(void **state)
{
	struct decide_done done;
	struct job_new again = job_of("20260601-agai", "woz", 0);

	(void)state;
	clear();
	make_split("20260601-all0", "woz", "all0", 1, 20);
	done = decide("20260601-all0", DECISION_WITHDRAWN, true, NULL, 0);
	assert_int_equal(done.of[LETTER_SPLIT], 20);
	assert_true(done.cancelled);
	assert_int_equal(job_now("20260601-all0").state, JOB_CANCELLED);
	make_lots("20260601-all1", "woz", "all1", 20, 4, 6);
	done = decide("20260601-all1", DECISION_WITHDRAWN, true, NULL, 0);
	assert_int_equal(done.of[LETTER_BOX], 15);
	assert_int_equal(done.of[LETTER_PAPER], 5);
	assert_int_equal(counted("20260601-all1").state, JOB_CANCELLED);
	assert_true(nothing_due(NOW));
	assert_false(print_ready());
	(void)letter_is("all1-3", LETTER_WITHDRAWN);
	(void)letter_is("all1-4", LETTER_WITHDRAWN);
	/* The same letters may come again. */
	OK(store_job_receive(books, &again, &why));
	make_lots("20260601-all2", "woz", "all1", 20, 4, 6);
	assert_int_equal(job_now("20260601-all2").rejected, 0);
}

static void
test_decide__what_left_stays(void **state)
{
	struct decide_done done;
	struct offer one, two, three;

	(void)state;
	clear();
	make_lots("20260602-left", "woz", "left", 40, 0, 10);
	one = begin("m-left1");
	post(&one, POST_ACKNOWLEDGED, 0);
	two = begin("m-left2");
	post(&two, POST_UNKNOWN, NOW + 1000);
	three = begin("m-left3");
	post(&three, POST_NOT_RECEIVED, NOW + 1000);
	done = decide("20260602-left", DECISION_WITHDRAWN, true, NULL, 0);
	/* Nothing of the third arrived: it has not left. */
	assert_int_equal(done.change, 20);
	assert_int_equal(done.left, 20);
	assert_int_equal(done.lot_count, 2);
	assert_int_equal(done.lots[0].letters, 10);
	assert_false(done.cancelled);
	assert_int_equal(job_now("20260602-left").state, JOB_SENDING);
	assert_false(nothing_due(NOW + 2000)); /* the second, once more */
	assert_int_equal(
		decide("20260602-left", DECISION_WITHDRAWN, true, NULL, 0)
			.change,
		0);
}

/* A bundle that is being written is written anew without it. */
static void
test_decide__a_letter_is_taken_out_of_a_bundle(void **state)
{
	struct letter *letters;
	const char **reasons;
	struct lot left;
	int64_t lot;
	size_t count;

	(void)state;
	clear();
	make_lots("20260603-bund", "woz", "bund", 6, 1, 10);
	OK(store_print_letters(books, "20260603-bund", 100, &mem, &letters,
		&reasons, &count, &why));
	OK(store_print_cut(books, "20260603-bund", "print-bund-1", letters,
		count, NOW, &lot, &why));
	(void)decide("20260603-bund", DECISION_WITHDRAWN, true, ONLY(2, 5));
	(void)letter_is("bund-2", LETTER_WITHDRAWN);
	(void)letter_is("bund-3", LETTER_PAPER);
	assert_int_equal(store_print_leave(books, lot, NOW, &why), V_SKIP);
	assert_int_equal(
		store_print_unfinished(books, 0, &mem, &left, &why), V_END);
	assert_int_equal(printable("20260603-bund"), 4);
	/* Once it is being handed over it is too late. */
	OK(store_print_letters(books, "20260603-bund", 100, &mem, &letters,
		&reasons, &count, &why));
	OK(store_print_cut(books, "20260603-bund", "print-bund-2", letters,
		count, NOW, &lot, &why));
	OK(store_print_leave(books, lot, NOW, &why));
	assert_int_equal(
		decide("20260603-bund", DECISION_WITHDRAWN, true, ONLY(3)).left,
		1);
	(void)letter_is("bund-3", LETTER_BUNDLED);
}

/* Letters that a person has to see, before they are in any lot. */
static void
test_decide__held_before_any_lot(void **state)
{
	const struct fault person = { .code = CODE_PERSON, .text = "died" };
	struct job job;

	(void)state;
	clear();
	make_split("20260604-held", "woz", "held", 1, 8);
	make_routed("20260604-held", 8);
	OK(store_letters_hold(books, "20260604-held",
		((const int64_t[]){ 1, 2, 3, 8 }), 4, &person, NOW, &why));
	make_cut("20260604-held", "held", 10);
	assert_int_equal(counted("20260604-held").n_held, 4);
	(void)decide("20260604-held", DECISION_PAPER, false, ONLY(1));
	(void)decide("20260604-held", DECISION_WITHDRAWN, false, ONLY(2));
	assert_int_equal(
		decide("20260604-held", DECISION_RESEND, false, ONLY(8)).other,
		1); /* has no box */
	(void)decide("20260604-held", DECISION_RESEND, false, ONLY(3));
	(void)letter_is("held-1", LETTER_PAPER);
	(void)letter_is("held-2", LETTER_WITHDRAWN);
	(void)letter_is("held-3", LETTER_BOX);
	(void)letter_is("held-8", LETTER_HELD);
	assert_int_equal(printable("20260604-held"), 1);
	/* To the box: it has to be cut. */
	job = job_now("20260604-held");
	assert_int_equal(job.state, JOB_RELEASED);
	make_cut("20260604-held", "hel2", 10);
	assert_int_equal(counted("20260604-held").n_box, 5);
	assert_int_equal(job_now("20260604-held").lots, 2);
}

/* The outcome of a lot is unknown: each of its letters goes its own way, and the
 * rest is offered again.
 */
static void
test_decide__unknown(void **state)
{
	struct decide_done done;
	struct offer offer;
	int64_t expired;

	(void)state;
	clear();
	make_lots("20260605-unkn", "woz", "unkn", 8, 0, 10);
	offer = begin("m-unkn");
	post(&offer, POST_UNKNOWN, 0);
	expire(NOW + 70000, 0, 5, &expired);
	assert_int_equal(expired, 1);
	(void)letter_is("unkn-1", LETTER_UNKNOWN);
	done = decide("20260605-unkn", DECISION_PAPER, false, ONLY(1, 2));
	assert_int_equal(done.risk, 2);
	assert_int_equal(letter_is("unkn-1", LETTER_PAPER).code, CODE_RISK);
	assert_false(print_ready()); /* the others are unknown still */
	(void)decide("20260605-unkn", DECISION_DELIVERED, false, ONLY(3));
	assert_int_equal(
		letter_is("unkn-3", LETTER_DELIVERED).code, CODE_RESOLVED);
	done = decide("20260605-unkn", DECISION_WITHDRAWN, false, ONLY(4));
	assert_int_equal(done.risk, 1);
	/* Cancel takes no risk. */
	assert_int_equal(
		decide("20260605-unkn", DECISION_WITHDRAWN, true, NULL, 0).left,
		5);
}

/* Tries used up: held as a lot.  Some are offered again, the others wait. */
static void
test_decide__part_of_a_held_lot(void **state)
{
	struct said said = { .key = "part", .from = 1, .to = 8 };
	struct offer offer;
	struct job job;
	int64_t expired;

	(void)state;
	clear();
	make_lots("20260606-part", "woz", "part", 8, 0, 10);
	offer = begin("m-part");
	post(&offer, POST_UNKNOWN, 0);
	expire(NOW + 70000, 0, 0, &expired);
	(void)letter_is("part-1", LETTER_HELD);
	(void)decide("20260606-part", DECISION_RESEND, false, ONLY(1, 2, 3));
	(void)letter_is("part-1", LETTER_RESEND);
	(void)letter_is("part-4", LETTER_HELD);
	offer = begin("m-part2");
	assert_int_equal(offer.letters, 3);
	assert_true(offer.offered_before);
	post(&offer, POST_ACKNOWLEDGED, 0);
	(void)counted("20260606-part");
	said.exception = "BerichtBestaatAl";
	said.at = 2;
	said.at_to = 2;
	(void)result("r-part", "m-part2", &said);
	job = counted("20260606-part");
	assert_int_equal(job.n_delivered, 3);
	assert_int_equal(job.n_held, 5);
	assert_int_equal(
		letter_is("part-2", LETTER_DELIVERED).code, CODE_EXISTS);
	/* All of them at once: the lot leaves as it was. */
	(void)decide(
		"20260606-part", DECISION_RESEND, false, ONLY(4, 5, 6, 7, 8));
	offer = begin("m-part3");
	assert_int_equal(offer.letters, 5);
}

static void
test_decide__a_whole_held_lot_leaves_again(void **state)
{
	struct offer offer;
	int64_t expired;

	(void)state;
	clear();
	make_lots("20260607-whol", "woz", "whol", 4, 0, 10);
	offer = begin("m-whol");
	post(&offer, POST_UNKNOWN, 0);
	expire(NOW + 70000, 0, 0, &expired);
	(void)decide("20260607-whol", DECISION_RESEND, false, ONLY(1, 2, 3, 4));
	(void)letter_is("whol-1", LETTER_UNKNOWN);
	offer = begin("m-whol2");
	assert_int_equal(offer.letters, 4);
	assert_true(offer.offered_before);
}

/* Acknowledged, and no result ever comes: what is decided does not keep the
 * paper of the job waiting.
 */
static void
test_decide__no_result(void **state)
{
	struct offer offer;

	(void)state;
	clear();
	make_lots("20260608-nore", "woz", "nore", 9, 3, 10);
	offer = begin("m-nore");
	/* While nobody knows whether it arrived, nobody decides either. */
	assert_int_equal(
		decide("20260608-nore", DECISION_PAPER, false, ONLY(1)).change,
		0);
	post(&offer, POST_ACKNOWLEDGED, 0);
	assert_false(print_ready());
	assert_int_equal(decide("20260608-nore", DECISION_PAPER, false,
				 ONLY(1, 2, 4, 5, 7, 8))
				 .risk,
		6);
	assert_true(print_ready());
	assert_int_equal(printable("20260608-nore"), 9);
}

/* What comes later does not change what was decided, and is told. */
static void
test_decide__second_opinions(void **state)
{
	struct said said = { .key = "seco", .from = 1, .to = 6 };
	struct opinion *opinions;
	struct offer offer;
	struct event *events;
	struct job job;
	size_t count;

	(void)state;
	clear();
	make_lots("20260609-seco", "woz", "seco", 6, 0, 10);
	offer = begin("m-seco");
	post(&offer, POST_ACKNOWLEDGED, 0);
	(void)decide("20260609-seco", DECISION_PAPER, false, ONLY(1));
	(void)decide("20260609-seco", DECISION_WITHDRAWN, false, ONLY(2));
	(void)decide("20260609-seco", DECISION_DELIVERED, false, ONLY(3, 4));
	said.exception = "NietActiefOfGeabonneerd";
	said.at = 4;
	said.at_to = 4;
	(void)result("r-seco", "m-seco", &said);
	/* On paper, and in the box: it is not printed. */
	assert_int_equal(letter_is("seco-1", LETTER_HELD).code, CODE_OPINION);
	(void)letter_is("seco-2", LETTER_WITHDRAWN);
	(void)letter_is("seco-3", LETTER_DELIVERED);
	(void)letter_is("seco-4", LETTER_DELIVERED);
	(void)letter_is("seco-5", LETTER_DELIVERED);
	job = counted("20260609-seco");
	assert_int_equal(job.n_declined, 0);
	OK(store_opinions(books, &mem, &opinions, &count, &why));
	assert_int_equal(count, 1);
	assert_int_equal(opinions[0].letters, 3); /* 1, 2 and 4 */
	OK(store_opinions_seen(
		books, "20260609-seco", "j.jansen", "called", NOW, &why));
	OK(store_opinions(books, &mem, &opinions, &count, &why));
	assert_int_equal(count, 0);
	OK(store_letter_decisions(
		books, "20260609-seco", 1, &mem, &events, &count, &why));
	assert_int_equal(count, 1);
	assert_string_equal(events[0].person, "j.jansen");
	assert_non_null(strstr(events[0].text, "risk accepted"));
}

/* Not so many as were typed: nothing. */
static void
test_decide__the_number_typed(void **state)
{
	struct decide by = { .job = "20260610-type",
		.as = DECISION_WITHDRAWN,
		.cancel = true,
		.expect = 7,
		.person = "j.jansen",
		.reason = "because",
		.now_ms = NOW };
	struct decide_done done;

	(void)state;
	clear();
	make_lots("20260610-type", "woz", "type", 8, 0, 10);
	assert_int_equal(store_decide(books, &by, &mem, &done, &why), V_SKIP);
	assert_int_equal(why.code, CODE_NOT_ALLOWED);
	assert_int_equal(done.change, 8);
	assert_int_equal(job_now("20260610-type").n_box, 8);
	by.expect = 8;
	OK(store_decide(books, &by, &mem, &done, &why));
	by.expect = -1;
	assert_int_equal(store_decide(books, &by, &mem, &done, &why), V_SKIP);
	assert_int_equal(why.code, CODE_STATE);
}

static void
test_decide__references(void **state)
{
	const char *refs[] = { "refs-5", "nobody", "refs-2", "refs-2",
		"nobody either" };
	int64_t *records, unknown[REFERENCES_UNKNOWN];
	size_t count, unknown_count;

	(void)state;
	clear();
	make_split("20260611-refs", "woz", "refs", 1, 8);
	OK(store_references_find(books, "20260611-refs", refs, 5, &mem,
		&records, &count, unknown, &unknown_count, &why));
	assert_int_equal(count, 2);
	assert_int_equal(records[0], 2);
	assert_int_equal(records[1], 5);
	assert_int_equal(unknown_count, 2);
	assert_int_equal(unknown[0], 1);
	assert_int_equal(unknown[1], 4);
}

/* The numbers of a hold, by where each letter is. */
static void
test_decide__a_hold_counts(void **state)
{
	struct stop_count n;
	struct offer one, two, three, four;
	struct said said = { .key = "hold", .from = 1, .to = 10 };

	(void)state;
	clear();
	make_lots("20260612-hold", "gemeente", "hold", 50, 0, 10);
	one = begin("m-hold1");
	post(&one, POST_ACKNOWLEDGED, 0);
	said.exception = "TechnischProbleem";
	said.at = 1;
	said.at_to = 2;
	(void)result("r-hold", "m-hold1", &said);
	two = begin("m-hold2");
	post(&two, POST_ACKNOWLEDGED, 0);
	three = begin("m-hold3"); /* its bytes are leaving */
	four = begin("m-hold4");
	post(&four, POST_NOT_RECEIVED, NOW + 1000);
	OK(store_job_hold(
		books, "20260612-hold", "j.jansen", "wrong", NOW, &n, &why));
	assert_int_equal(n.letters, 50);
	assert_int_equal(n.left, 8 + 10);
	assert_int_equal(n.in_flight, 10);
	assert_int_equal(n.lots_in_flight, 1);
	assert_int_equal(n.waiting, 2 + 10 + 10);
	assert_true(nothing_due(NOW + 10000000));
	post(&three, POST_COMPLETE, NOW + 1000);
	assert_true(nothing_due(NOW + 10000000));
	OK(store_job_release(
		books, "20260612-hold", "j.jansen", "right", NOW, &why));
	make_cut("20260612-hold", "hold", 10);
	assert_false(nothing_due(NOW + 2000));
	OK(store_stop_set(books, STOP_SENDER, "voorbeeld", "j.jansen", "all",
		NOW, &n, &why));
	assert_int_equal(n.letters, 50);
	assert_true(nothing_due(NOW + 2000));
	assert_int_equal(store_stop_set(books, STOP_SENDER, "voorbeeld",
				 "p.pietersen", "again", NOW, &n, &why),
		V_SKIP);
	OK(store_stop_clear(
		books, STOP_SENDER, "voorbeeld", "j.jansen", "ok", NOW, &why));
	assert_false(nothing_due(NOW + 2000));
}

/* A bundle that is written but not handed over stops; one that is being handed
 * over is in flight.
 */
static void
test_decide__a_hold_stops_a_bundle(void **state)
{
	struct letter *letters;
	struct stop_count n;
	const char **reasons;
	struct lot left;
	int64_t lot;
	size_t count;

	(void)state;
	clear();
	make_lots("20260613-hbun", "woz", "hbun", 6, 1, 10);
	OK(store_print_letters(books, "20260613-hbun", 100, &mem, &letters,
		&reasons, &count, &why));
	OK(store_print_cut(books, "20260613-hbun", "print-hbun-1", letters,
		count, NOW, &lot, &why));
	OK(store_job_hold(
		books, "20260613-hbun", "j.jansen", "wrong", NOW, &n, &why));
	assert_int_equal(n.in_flight, 0);
	assert_int_equal(n.waiting, 6);
	assert_int_equal(store_print_leave(books, lot, NOW, &why), V_SKIP);
	assert_int_equal(
		store_print_unfinished(books, 0, &mem, &left, &why), V_END);
	assert_false(print_ready());
	OK(store_job_release(
		books, "20260613-hbun", "j.jansen", "right", NOW, &why));
	make_cut("20260613-hbun", "hbun", 10);
	OK(store_print_unfinished(books, 0, &mem, &left, &why));
	assert_int_equal(left.number, lot);
	OK(store_print_leave(books, lot, NOW, &why));
	OK(store_stop_set(
		books, STOP_STREAM, "woz", "j.jansen", "late", NOW, &n, &why));
	assert_int_equal(n.in_flight, 6);
	assert_int_equal(n.bundles_in_flight, 1);
	/* It ends by itself, also after a crash. */
	OK(store_print_unfinished(books, 0, &mem, &left, &why));
	OK(store_print_leave(books, lot, NOW, &why));
	OK(store_stop_clear(
		books, STOP_STREAM, "woz", "j.jansen", "ok", NOW, &why));
}

/* Some of a lot without a result are offered again: the others can be decided
 * about still, whatever became of those.
 */
static void
test_decide__the_rest_of_a_lot_without_a_result(void **state)
{
	struct said said = { .key = "rest", .from = 1, .to = 8 };
	struct offer offer;

	(void)state;
	clear();
	make_lots("20260613-rest", "woz", "rest", 9, 9, 10);
	offer = begin("m-rest1");
	post(&offer, POST_ACKNOWLEDGED, 0);
	(void)decide("20260613-rest", DECISION_RESEND, false, ONLY(1, 2));
	offer = begin("m-rest2");
	assert_int_equal(offer.letters, 2);
	/* Those that leave now are nobody's to decide about. */
	assert_int_equal(
		decide("20260613-rest", DECISION_PAPER, false, ONLY(1)).change,
		0);
	assert_int_equal(
		decide("20260613-rest", DECISION_PAPER, false, ONLY(3)).risk,
		1);
	post(&offer, POST_ACKNOWLEDGED, 0);
	(void)result("r-rest2", "m-rest2", &said);
	(void)letter_is("rest-1", LETTER_DELIVERED);
	(void)letter_is("rest-4", LETTER_OFFERED);
	assert_int_equal(decide("20260613-rest", DECISION_DELIVERED, false,
				 ONLY(4, 5, 6, 7, 8))
				 .change,
		5);
	assert_true(print_ready());
	assert_int_equal(printable("20260613-rest"), 2);
}

/* The first post may have arrived; the second cannot be made.  Nobody knows: it
 * is not taken back, and paper is a risk.
 */
static void
test_decide__a_retry_that_is_held(void **state)
{
	struct offer offer;
	struct decide_done done;

	(void)state;
	clear();
	make_lots("20260614-retr", "woz", "retr", 4, 0, 10);
	offer = begin("m-retr");
	post(&offer, POST_UNKNOWN, NOW + 1000);
	post(&offer, POST_HELD, 0);
	(void)letter_is("retr-1", LETTER_HELD);
	done = decide("20260614-retr", DECISION_WITHDRAWN, true, NULL, 0);
	assert_int_equal(done.change, 0);
	assert_int_equal(done.left, 4);
	done = decide("20260614-retr", DECISION_PAPER, false, ONLY(1));
	assert_int_equal(done.risk, 1);
	/* What says that it arrived is heard. */
	acknowledge("a-retr", "m-retr");
	(void)letter_is("retr-2", LETTER_OFFERED);
	(void)counted("20260614-retr");
}

/* A person wants a letter in the box; then its job is looked up anew, and the
 * register says paper by now.  What the person said stands.
 */
static void
test_decide__to_the_box_against_a_later_answer(void **state)
{
	const struct fault person = { .code = CODE_PERSON, .text = "died" };
	const int64_t later = NOW + INT64_C(8) * 86400000;
	bool undone = false;

	(void)state;
	clear();
	make_split("20260615-late", "woz", "late", 1, 4);
	make_routed("20260615-late", 0);
	OK(store_letters_hold(books, "20260615-late", ((const int64_t[]){ 2 }),
		1, &person, NOW, &why));
	OK(pg_script(books->pg,
		"update job set state = 7 where id = '20260615-late'", &why));
	(void)decide("20260615-late", DECISION_RESEND, false, ONLY(2));
	assert_int_equal(job_now("20260615-late").state, JOB_RELEASED);
	OK(store_route_undo(books, "20260615-late", later, &undone, &why));
	assert_true(undone);
	make_ways("20260615-late", 2);
	OK(store_job_routed(books, "20260615-late", false, NULL, later, &why));
	assert_int_equal(counted("20260615-late").n_box, 3);
	make_cut("20260615-late", "late", 10);
	assert_true(letter_is("late-2", LETTER_BOX).box_lot > 0);
	assert_int_equal(printable("20260615-late"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decide__a_whole_job_is_cancelled),
		cmocka_unit_test(test_decide__what_left_stays),
		cmocka_unit_test(
			test_decide__a_letter_is_taken_out_of_a_bundle),
		cmocka_unit_test(test_decide__held_before_any_lot),
		cmocka_unit_test(test_decide__unknown),
		cmocka_unit_test(test_decide__part_of_a_held_lot),
		cmocka_unit_test(test_decide__a_whole_held_lot_leaves_again),
		cmocka_unit_test(test_decide__no_result),
		cmocka_unit_test(test_decide__second_opinions),
		cmocka_unit_test(test_decide__the_number_typed),
		cmocka_unit_test(test_decide__references),
		cmocka_unit_test(test_decide__a_hold_counts),
		cmocka_unit_test(test_decide__a_hold_stops_a_bundle),
		cmocka_unit_test(
			test_decide__the_rest_of_a_lot_without_a_result),
		cmocka_unit_test(test_decide__a_retry_that_is_held),
		cmocka_unit_test(
			test_decide__to_the_box_against_a_later_answer),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(
		"decide", tests, books_open, books_close);
}
