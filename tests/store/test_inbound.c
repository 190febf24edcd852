/* tests/store/test_inbound.c - what comes in: kept once, believed, forgotten
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <pthread.h>

#include "base/clock.h"
#include "tests/store/books.h"

#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)

static const struct store_part any = { .others = true };

static struct resend
never_again(void *self, const char *stream)
{
	(void)self;
	(void)stream;
	return (struct resend){ .times = 0 };
}

static void
clear(void)
{
	OK(pg_script(books->pg,
		"truncate inbound; truncate event; delete from attempt; "
		"delete from lot; delete from place; delete from receipt; "
		"update job set state = 10 where state < 8",
		&why));
}

static int64_t
number(const char *sql)
{
	struct pg_rows rows = PG_ROWS_NONE;
	int64_t n;

	OK(pg_ask(books->pg, sql, NULL, &rows, &why));
	assert_int_equal(rows.count, 1);
	n = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	return n;
}

/* Kept, with what a second one of the same id would get. */
static enum verdict
keep_in(struct store *store, const struct inbound *in, const char *reply)
{
	struct buf stored = BUF_MAX(1000);
	struct fault reason = FAULT_NONE;
	enum verdict v = store_inbound_keep(store, in, &stored, &reason);

	if (v == V_SKIP)
		assert_string_equal(stored.len > 0 ? stored.bytes : "", reply);
	buf_done(&stored);
	return v;
}

static struct inbound
with_reply(const char *id)
{
	struct inbound in = inbound_of(id, 1, "m");

	in.payload = "payload";
	in.payload_len = 7;
	in.reply = "<ack/>";
	in.reply_len = 6;
	in.reply_id = "ack-id";
	in.reply_url = "https://peer/ebms";
	return in;
}

/* The next offer, begun under this agreement and posted. */
static struct offer
sent(const char *message, const char *cpa)
{
	int64_t next_ms = -1, wait_ms = -1;
	struct offer offer;

	OK(store_offer_next(books, "simulator", ANY_RULES, NOW, &mem, &offer,
		&next_ms, &why));
	address_offer(&offer, message);
	offer.cpa_id = cpa;
	offer.parties = "us them";
	OK(store_offer_begin(books, &offer, RULES(FAST, 1000), &wait_ms, &why));
	post(&offer, POST_COMPLETE, NOW + 1000);
	return offer;
}

static void
signal_from(const char *cpa, const char *id, int kind, const char *ref_to)
{
	struct inbound in = inbound_of(id, kind, ref_to);

	in.cpa_id = cpa;
	in.error_code = kind == 3 ? "Inconsistent" : "";
	OK(keep_in(books, &in, ""));
	OK(store_ack_apply(books, &in, NOW, &why));
}

/* --- kept once --- */

struct racer {
	struct store *store;
	struct inbound in;
	enum verdict v;
};

static void *
race(void *self)
{
	struct racer *r = self;

	r->v = keep_in(r->store, &r->in, "<ack/>");
	return NULL;
}

/* The second post comes while the first is still being stored. */
static void
test_inbound__of_two_at_once_one_is_the_duplicate(void **state)
{
	struct racer racers[2];
	pthread_t threads[2];
	int i, round;

	(void)state;
	clear();
	for (i = 0; i < 2; i++)
		OK(store_open(conninfo, &racers[i].store, &why));
	for (round = 0; round < 20; round++) {
		char id[32];

		snprintf(id, sizeof(id), "race-%d", round);
		for (i = 0; i < 2; i++) {
			racers[i].in = with_reply(id);
			assert_int_equal(pthread_create(&threads[i], NULL, race,
						 &racers[i]),
				0);
		}
		for (i = 0; i < 2; i++)
			assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_true((racers[0].v == V_OK && racers[1].v == V_SKIP) ||
			    (racers[0].v == V_SKIP && racers[1].v == V_OK));
	}
	assert_int_equal(number("select count(*) from inbound"), 20);
	for (i = 0; i < 2; i++)
		store_close(racers[i].store);
}

static void
test_inbound__a_duplicate_during_the_push_is_pushed_if_that_fails(void **state)
{
	struct inbound in = with_reply("dup-push");
	struct push push;
	int64_t next_ms = -1;

	(void)state;
	clear();
	OK(keep_in(books, &in, ""));
	OK(store_push_next(books, &any, NOW, &mem, &push, &next_ms, &why));
	assert_int_equal(keep_in(books, &in, "<ack/>"), V_SKIP);
	OK(store_push_end(books, &push, false, NOW + 1, &why));
	OK(store_push_next(books, &any, NOW + 1, &mem, &push, &next_ms, &why));
	assert_memory_equal(push.reply, "<ack/>", 6);
	assert_int_equal(keep_in(books, &in, "<ack/>"), V_SKIP);
	OK(store_push_end(books, &push, true, 0, &why));
	assert_int_equal(number("select count(*) from inbound"), 1);
}

static void
test_inbound__a_signal_that_comes_again_writes_nothing(void **state)
{
	struct inbound in = inbound_of("sig-twice", 2, "m-none");
	int64_t before;

	(void)state;
	clear();
	OK(keep_in(books, &in, ""));
	before = number("select xmin::text::bigint from inbound");
	assert_int_equal(keep_in(books, &in, ""), V_SKIP);
	assert_int_equal(
		number("select xmin::text::bigint from inbound"), before);
	in.cpa_id = "another";
	assert_int_equal(keep_in(books, &in, ""), V_NEVER);
}

/* A question of the peer is answered, and nobody has to apply it. */
static void
test_inbound__a_ping_is_no_work_for_the_keeper(void **state)
{
	struct inbound in = with_reply("ping-1"), next;
	struct push push;
	int64_t next_ms = -1, count = -1;

	(void)state;
	clear();
	in.kind = 4;
	in.payload_len = 0;
	in.reply_once = true;
	OK(keep_in(books, &in, ""));
	assert_int_equal(store_inbound_next(books, &mem, &next, &why), V_END);
	/* Not forgotten before its answer left. */
	OK(store_inbound_purge(books, NOW + 2 * HOUR, &count, &why));
	assert_int_equal(count, 0);
	OK(store_push_next(books, &any, NOW, &mem, &push, &next_ms, &why));
	OK(store_push_end(books, &push, true, 0, &why));
	OK(store_inbound_purge(books, NOW + HOUR, &count, &why));
	assert_int_equal(count, 0);
	OK(store_inbound_purge(books, NOW + HOUR + 1, &count, &why));
	assert_int_equal(count, 1);
}

/* --- whom it is about --- */

static void
test_inbound__only_the_partner_of_a_lot_may_speak_about_it(void **state)
{
	const struct said said = { .key = "part", .from = 1, .to = 4 };
	struct inbound in = inbound_of("r-part", 1, "m-part");
	struct uuid batch = id_of("part", 1);
	struct result_match match;
	struct offer offer;

	(void)state;
	clear();
	make_lots("20260401-part", "inbound", "part", 4, 0, 10);
	offer = sent("m-part", "cpa-a");
	signal_from("cpa-b", "a-b", 2, "m-part");
	signal_from("cpa-b", "e-b", 3, "m-part");
	assert_int_equal(job_now("20260401-part").lots_acknowledged, 0);
	assert_int_equal(job_now("20260401-part").n_offered, 4);
	assert_int_equal(number("select count(*) from event where text like "
				"'%under another CPA%'"),
		2);
	/* Not by message id, conversation or batch. */
	in.cpa_id = "cpa-b";
	in.conversation_id = "c-m-part";
	assert_int_equal(
		store_result_match(books, &in, &batch, &mem, &match, &why),
		V_SKIP);
	assert_int_equal(why.code, CODE_RESULT);
	/* Of other parties neither; of the same, a result that comes after
	 * the agreement was renewed counts.
	 */
	in.parties = "us others";
	assert_int_equal(
		store_result_match(books, &in, &batch, &mem, &match, &why),
		V_SKIP);
	in.parties = "";
	assert_int_equal(
		store_result_match(books, &in, &batch, &mem, &match, &why),
		V_SKIP);
	in.parties = "us them";
	OK(store_result_match(books, &in, &batch, &mem, &match, &why));
	assert_int_equal(match.attempt, offer.attempt);
	in.ref_to = in.conversation_id = "";
	OK(store_result_match(books, &in, &batch, &mem, &match, &why));
	assert_int_equal(match.attempt, offer.attempt);
	/* Under the same agreement it always does. */
	in.parties = "";
	in.ref_to = "m-part";
	in.cpa_id = "cpa-a";
	OK(store_result_match(books, &in, &batch, &mem, &match, &why));
	assert_int_equal(match.attempt, offer.attempt);
	signal_from("cpa-a", "a-a", 2, "m-part");
	assert_int_equal(job_now("20260401-part").lots_acknowledged, 1);
	/* Another acknowledgment, and one of nothing that we know. */
	signal_from("cpa-a", "a-a2", 2, "m-part");
	signal_from("cpa-a", "a-none", 2, "m-none");
	signal_from("cpa-a", "e-none", 3, "ack-of-ours");
	assert_int_equal(number("select count(*) from event where text like "
				"'%refers to no lot of ours'"),
		2);
	assert_int_equal(job_now("20260401-part").lots_acknowledged, 1);
	assert_int_equal(job_now("20260401-part").n_offered, 4);
	/* Of an attempt from before agreements were kept, anybody. */
	OK(pg_script(books->pg, "update attempt set cpa_id = ''", &why));
	(void)result("r-old", "m-part", &said);
	assert_int_equal(job_now("20260401-part").n_delivered, 4);
}

/* Held only because no acknowledgment came: a late one is believed, for the
 * letters may be in their boxes.
 */
static void
test_inbound__a_late_acknowledgment_ends_the_hold(void **state)
{
	const struct said said = { .key = "late",
		.from = 1,
		.to = 3,
		.exception = "TechnischProbleem",
		.at = 2,
		.at_to = 2 };
	const struct said all = { .key = "late", .from = 1, .to = 3 };
	int64_t count = 0, next_ms = 0, wait_ms;
	struct offer offer;

	(void)state;
	clear();
	make_lots("20260402-late", "inbound", "late", 3, 0, 10);
	(void)sent("m-late", "cpa");
	OK(store_expire(
		books, &any, NOW + 60001, never_again, NULL, &count, &why));
	assert_int_equal(count, 1);
	assert_int_equal(job_now("20260402-late").n_held, 3);
	signal_from("cpa", "a-late", 2, "m-late");
	assert_int_equal(job_now("20260402-late").n_held, 0);
	assert_int_equal(job_now("20260402-late").n_offered, 3);
	assert_int_equal(job_now("20260402-late").lots_acknowledged, 1);
	assert_true(nothing_due(NOW + 100000));
	/* The same for the part that has to go again. */
	(void)result("r-late", "m-late", &said);
	assert_int_equal(job_now("20260402-late").n_resend, 1);
	OK(store_offer_next(books, "simulator", ANY_RULES, NOW + 900000, &mem,
		&offer, &next_ms, &why));
	address_offer(&offer, "m-late2");
	offer.cpa_id = "cpa";
	OK(store_offer_begin(books, &offer, RULES(FAST, 1000), &wait_ms, &why));
	post(&offer, POST_COMPLETE, NOW + 901000);
	OK(store_expire(
		books, &any, NOW + 960001, never_again, NULL, &count, &why));
	assert_int_equal(job_now("20260402-late").n_held, 1);
	signal_from("cpa", "a-late2", 2, "m-late2");
	assert_int_equal(job_now("20260402-late").n_held, 0);
	assert_int_equal(job_now("20260402-late").n_offered, 1);
	(void)result("r-late2", "m-late2", &all);
	assert_int_equal(job_now("20260402-late").n_delivered, 3);
}

/* --- questions about a message --- */

static enum inbound_status
status_of(const char *id, const char *cpa, int64_t *at_ms)
{
	enum inbound_status status = 0;

	*at_ms = 0;
	OK(store_inbound_status(books, id, cpa, &status, at_ms, &why));
	return status;
}

static void
test_inbound__its_status_can_be_asked(void **state)
{
	struct inbound in = with_reply("stat-1");
	bool already;
	int64_t at;

	(void)state;
	clear();
	assert_int_equal(status_of("stat-1", "cpa", &at), INBOUND_UNKNOWN);
	OK(keep_in(books, &in, ""));
	assert_int_equal(status_of("stat-1", "cpa", &at), INBOUND_KEPT);
	assert_int_equal(at, NOW);
	assert_int_equal(status_of("stat-1", "other", &at), INBOUND_OTHER_CPA);
	OK(inbound_applied(books->pg, &in, &already, &why));
	assert_int_equal(status_of("stat-1", "cpa", &at), INBOUND_APPLIED);
	assert_int_equal(at, NOW);
	/* One that was refused was not received. */
	in = with_reply("stat-2");
	in.reply_is_error = true;
	OK(keep_in(books, &in, ""));
	assert_int_equal(status_of("stat-2", "cpa", &at), INBOUND_UNKNOWN);
	/* A signal has none. */
	in = inbound_of("stat-ack", 2, "m-none");
	OK(keep_in(books, &in, ""));
	assert_int_equal(status_of("stat-ack", "cpa", &at), INBOUND_UNKNOWN);
}

/* --- forgotten --- */

static void
aged(const char *id, bool applied, bool error, int64_t keep_ms)
{
	struct inbound in = with_reply(id);
	bool already;

	in.keep_ms = keep_ms;
	in.reply_is_error = error;
	in.reply_url = "";
	OK(keep_in(books, &in, ""));
	if (applied)
		OK(inbound_applied(books->pg, &in, &already, &why));
}

static int64_t
purged(int64_t now_ms)
{
	int64_t count = -1;

	OK(store_inbound_purge(books, now_ms, &count, &why));
	return count;
}

static void
test_inbound__what_is_old_is_forgotten(void **state)
{
	struct inbound in = with_reply("old-push");

	(void)state;
	clear();
	aged("old-applied", true, false, 5 * DAY);
	aged("old-error", false, true, 5 * DAY);
	aged("old-waits", false, false, 5 * DAY);
	aged("old-long", true, false, 40 * DAY);
	OK(keep_in(books, &in, "")); /* its reply has not left */
	assert_int_equal(purged(NOW + INBOUND_DAYS * DAY), 0);
	/* Two rows, and the payload of the one whose id is kept longer. */
	assert_int_equal(purged(NOW + INBOUND_DAYS * DAY + 1), 3);
	assert_int_equal(purged(NOW + INBOUND_DAYS * DAY + 1), 0);
	assert_int_equal(number("select count(*) from inbound where message_id "
				"in ('old-waits', 'old-long', 'old-push')"),
		3);
	assert_int_equal(
		number("select count(*) from inbound where payload <> ''"), 2);
	/* Its id is known for as long as the agreement says. */
	in = with_reply("old-long");
	assert_int_equal(keep_in(books, &in, "<ack/>"), V_SKIP);
	assert_int_equal(purged(NOW + 40 * DAY), 0);
	assert_int_equal(purged(NOW + 40 * DAY + 1), 1);
	assert_int_equal(purged(NOW + 400 * DAY), 0);
	assert_int_equal(number("select count(*) from inbound"), 2);
}

struct purging {
	struct store *store;
	int64_t count, batches;
};

static void *
purge_all(void *self)
{
	struct purging *p = self;
	struct fault reason;
	int64_t count = INBOUND_PURGE;

	while (count >= INBOUND_PURGE) {
		if (store_inbound_purge(
			    p->store, NOW + 36 * DAY, &count, &reason) != V_OK)
			return NULL;
		p->count += count;
		p->batches++;
	}
	return self;
}

/* Messages come in meanwhile as fast as before, and a row that somebody holds
 * is left for the next time.
 */
static void
test_inbound__forgetting_holds_up_nobody(void **state)
{
	struct purging p = { .count = 0 };
	int64_t begin_ms, longest_ms = 0, kept = 0;
	pthread_t thread;
	void *ended = NULL;

	(void)state;
	clear();
	OK(pg_script(books->pg,
		"insert into inbound (message_id, cpa_id, conversation_id, "
		"ref_to, action, kind, payload, error_code, error_text, reply, "
		"reply_id, reply_url, reply_is_error, received_ms, push_open, "
		"push_ms, applied, keep_until_ms) select 'bulk-' || n, 'cpa', "
		"'', '', '', 1, convert_to(repeat(n::text, 600), 'UTF8'), '', "
		"'', '', '', '', false, 1, false, 0, true, 1 "
		"from generate_series(1, 20000) n",
		&why));
	OK(store_open(conninfo, &p.store, &why));
	OK(pg_begin(books->pg, &why));
	OK(pg_do(books->pg,
		"select from inbound where message_id = 'bulk-7' for update",
		NULL, NULL, &why));
	assert_non_null(purge_all(&p));
	OK(pg_end(books->pg, V_OK, &why));
	assert_int_equal(p.count, 19999);
	OK(pg_script(books->pg,
		"insert into inbound (message_id, cpa_id, conversation_id, "
		"ref_to, action, kind, payload, error_code, error_text, reply, "
		"reply_id, reply_url, reply_is_error, received_ms, push_open, "
		"push_ms, applied, keep_until_ms) select 'bulk-' || n, 'cpa', "
		"'', '', '', 1, convert_to(repeat(n::text, 600), 'UTF8'), '', "
		"'', '', '', '', false, 1, false, 0, true, 1 "
		"from generate_series(20001, 40000) n",
		&why));
	p.count = p.batches = 0;
	assert_int_equal(pthread_create(&thread, NULL, purge_all, &p), 0);
	do {
		char id[32];
		struct inbound in;

		snprintf(id, sizeof(id), "new-%d", (int)kept++);
		in = with_reply(id);
		begin_ms = clock_tick_ms();
		OK(keep_in(books, &in, ""));
		begin_ms = clock_tick_ms() - begin_ms;
		longest_ms = begin_ms > longest_ms ? begin_ms : longest_ms;
	} while (number("select count(*) from inbound where keep_until_ms = 1 "
			"limit 1") > 0);
	assert_int_equal(pthread_join(thread, &ended), 0);
	assert_non_null(ended);
	assert_int_equal(p.count, 20001);
	print_message("# %d batches; %d kept meanwhile, the slowest in %d ms\n",
		(int)p.batches, (int)kept, (int)longest_ms);
	assert_true(kept >= 3 && longest_ms < 1000);
	store_close(p.store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_inbound__of_two_at_once_one_is_the_duplicate),
		cmocka_unit_test(
			test_inbound__a_duplicate_during_the_push_is_pushed_if_that_fails),
		cmocka_unit_test(
			test_inbound__a_signal_that_comes_again_writes_nothing),
		cmocka_unit_test(
			test_inbound__a_ping_is_no_work_for_the_keeper),
		cmocka_unit_test(
			test_inbound__only_the_partner_of_a_lot_may_speak_about_it),
		cmocka_unit_test(
			test_inbound__a_late_acknowledgment_ends_the_hold),
		cmocka_unit_test(test_inbound__its_status_can_be_asked),
		cmocka_unit_test(test_inbound__what_is_old_is_forgotten),
		cmocka_unit_test(test_inbound__forgetting_holds_up_nobody),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, books_open, books_close);
}
