/* tests/store/test_send.c - offers, posts, time to live, allowance
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "base/clock.h"
#include "batch/pace.h"
#include "tests/store/books.h"

static void
settle_all(void)
{
	int64_t count;

	OK(pg_script(books->pg,
		"delete from attempt; delete from lot; delete from place; "
		"delete from receipt; delete from pace; "
		"update job set state = 10 where state < 8",
		&why));
	OK(store_settle(books, NOW, &count, &why));
}

/* Of the second of three letters all that was given. */
static void
all_comes_back(const struct offer *offer)
{
	struct letter *letters;
	size_t count;

	OK(store_offer_letters(books, offer, &mem, &letters, &count, &why));
	assert_int_equal(count, 3);
	assert_int_equal(letters[1].record, 2);
	assert_int_equal(letters[1].bsn.number, bsn_of(2).number);
	assert_string_equal(letters[1].subject, "Aanslag 2026");
	assert_string_equal(letters[1].text, "Beste lezer");
	assert_string_equal(letters[1].address.town, "Utrecht");
	assert_int_equal(letters[1].dated, 20500);
	assert_int_equal(letters[1].document_count, 1);
	assert_int_equal(letters[1].attachments[0].bytes, 4321);
	assert_string_equal(letters[1].attachments[0].title, "Biljet");
	assert_int_equal(letters[1].bind[31], 2);
}

static void
test_send__a_lot_is_offered_acknowledged_and_settled(void **state)
{
	const struct said all = { .key = "life", .from = 1, .to = 3 };
	struct attempt_row *attempts;
	struct result_match match;
	struct letter_row row;
	struct offer offer;
	int64_t next_ms = 0, changed;
	size_t count;

	(void)state;
	settle_all();
	make_lots("20260301-life", "send", "life", 3, 0, 10);
	assert_int_equal(job_now("20260301-life").n_box, 3);
	OK(store_offer_next(books, "simulator", ANY_RULES, NOW, &mem, &offer,
		&next_ms, &why));
	assert_int_equal(offer.attempt, 0);
	assert_int_equal(offer.nth, 1);
	assert_int_equal(offer.letters, 3);
	assert_false(offer.offered_before);
	assert_string_equal(offer.oin, "00000099000000010000");
	assert_string_equal(offer.lot.endpoint, "simulator");
	all_comes_back(&offer);

	offer = begin("m-life");
	assert_true(offer.attempt > 0);
	assert_int_equal(job_now("20260301-life").n_offered, 3);
	assert_true(nothing_due(NOW));
	post(&offer, POST_COMPLETE, NOW + 30000);
	assert_true(nothing_due(NOW));
	acknowledge("a-life", "m-life");
	assert_int_equal(job_now("20260301-life").lots_acknowledged, 1);
	assert_true(nothing_due(NOW + 31000)); /* no retry any more */
	acknowledge("a-life2", "m-life");
	assert_int_equal(job_now("20260301-life").lots_acknowledged, 1);

	match = result("r-life", "m-life", &all);
	assert_int_equal(match.letters, 3);
	assert_false(match.settled);
	assert_false(match.offered_before);
	assert_int_equal(job_now("20260301-life").n_delivered, 3);
	assert_int_equal(job_now("20260301-life").lots_settled, 1);
	assert_int_equal(job_now("20260301-life").their_total, 3);
	assert_int_equal(job_now("20260301-life").their_delivered, 3);
	OK(store_letter_find(books, "life-2", &mem, &row, &why));
	assert_int_equal(row.state, LETTER_DELIVERED);
	assert_string_equal(row.message_id, "m-life");
	assert_true(row.offered_ms > 0 && row.acknowledged_ms == NOW &&
		    row.result_ms == NOW);
	OK(store_attempt_list(
		books, "20260301-life", &mem, &attempts, &count, &why));
	assert_int_equal(count, 1);
	assert_true(attempts[0].has_result);
	assert_int_equal(attempts[0].posts, 1);
	assert_int_equal(attempts[0].counters[0], 3);
	assert_int_equal(attempts[0].ours[0], 3);
	OK(store_settle(books, NOW, &changed, &why));
	assert_int_equal(changed, 1);
	assert_int_equal(job_now("20260301-life").state, JOB_SETTLED);
	{
		struct job job = job_now("20260301-life");

		assert_int_equal(job_open(&job), 0);
	}
}

static void
test_send__a_retry_is_the_same_message(void **state)
{
	struct offer offer, retry;
	int64_t next_ms = 0, wait_ms;
	struct letter *letters;
	size_t count;

	(void)state;
	settle_all();
	make_lots("20260302-retr", "send", "retr", 2, 0, 10);
	offer = begin("m-retr");
	post(&offer, POST_UNKNOWN, NOW + 5000);
	assert_int_equal(store_offer_next(books, "simulator", ANY_RULES,
				 NOW + 4999, &mem, &retry, &next_ms, &why),
		V_END);
	assert_int_equal(next_ms, NOW + 5000);
	OK(store_offer_next(books, "simulator", ANY_RULES, NOW + 5000, &mem,
		&retry, &next_ms, &why));
	assert_int_equal(retry.attempt, offer.attempt);
	assert_string_equal(retry.message_id, "m-retr");
	assert_string_equal(retry.conversation_id, "c-m-retr");
	assert_memory_equal(retry.envelope, "<envelope/>", 12);
	assert_int_equal(retry.envelope_len, 11);
	assert_int_equal(retry.payload_bytes, 12345);
	assert_int_equal(retry.payload_sha256[5], 9);
	assert_int_equal(retry.posts, 1);
	assert_int_equal(retry.created_ms, NOW);
	OK(store_offer_letters(books, &retry, &mem, &letters, &count, &why));
	assert_int_equal(count, 2);
	OK(store_offer_begin(books, &retry, RULES(FAST, 1), &wait_ms, &why));
	/* Nobody else can begin it as well. */
	assert_int_equal(store_offer_begin(
				 books, &retry, RULES(FAST, 1), &wait_ms, &why),
		V_LATER);
	assert_int_equal(why.code, CODE_NONE);
	post(&retry, POST_ACKNOWLEDGED, 0);
	assert_int_equal(job_now("20260302-retr").lots_acknowledged, 1);
	assert_true(nothing_due(NOW + 50000));
}

static void
test_send__expired_but_never_received_is_cut_again(void **state)
{
	struct attempt_row *tries;
	struct offer offer;
	int64_t count = -1;
	struct lot *lots;
	size_t n;

	(void)state;
	settle_all();
	make_lots("20260303-cuta", "send", "cuta", 2, 0, 10);
	offer = begin("m-cuta");
	post(&offer, POST_NOT_RECEIVED, NOW + 1000);
	expire(NOW + 59999, 1000, 3, &count);
	assert_int_equal(count, 0);
	/* No retry of what has expired. */
	assert_true(nothing_due(NOW + 60000));
	expire(NOW + 60000, 1000, 3, &count);
	assert_int_equal(count, 1);
	assert_int_equal(job_now("20260303-cuta").n_box, 2);
	/* Why it was not received is still to be read. */
	OK(store_attempt_list(books, "20260303-cuta", &mem, &tries, &n, &why));
	assert_string_equal(tries[0].state, "expired");
	assert_string_equal(tries[0].reason, "said no");
	OK(store_lot_list(books, "20260303-cuta", &mem, &lots, &n, &why));
	assert_int_equal(lots[0].state, LOT_CUT);
	assert_int_equal(lots[0].attempts, 1);
	expire(NOW + 60000, 1000, 3, &count);
	assert_int_equal(count, 0);
}

static void
test_send__expired_and_perhaps_received_is_unknown(void **state)
{
	const struct said all = { .key = "unkn", .from = 1, .to = 2 };
	struct offer offer;
	struct letter_row row;
	int64_t count = -1, next_ms = 0;
	struct lot *lots;
	size_t n;
	int i;

	(void)state;
	settle_all();
	make_lots("20260303-unkn", "send", "unkn", 2, 0, 10);
	for (i = 0; i < 3; i++) {
		int64_t now_ms = NOW + 70000 * i;

		OK(store_offer_next(books, "simulator", ANY_RULES, now_ms, &mem,
			&offer, &next_ms, &why));
		assert_int_equal(offer.nth, i + 1);
		assert_int_equal(offer.offered_before, i > 0);
		address_offer(&offer, arena_format(&mem, "m-unkn-%d", i));
		offer.expires_ms = now_ms + 60000;
		OK(store_offer_begin(
			books, &offer, RULES(FAST, 1), &next_ms, &why));
		/* "500" too may come from a front that lost sight of what is
		 * behind it.
		 */
		post(&offer, i == 1 ? POST_AGAIN : POST_COMPLETE, 0);
		expire(now_ms + 60000, 10000, 2, &count);
		assert_int_equal(count, 1);
		if (i == 2)
			break;
		assert_int_equal(job_now("20260303-unkn").n_unknown, 2);
		/* Not before the pause is over. */
		assert_true(nothing_due(now_ms + 69999));
	}
	assert_int_equal(job_now("20260303-unkn").n_held, 2);
	assert_true(nothing_due(NOW + 1000000));
	OK(store_lot_list(books, "20260303-unkn", &mem, &lots, &n, &why));
	assert_int_equal(lots[0].state, LOT_HELD);
	assert_non_null(strstr(lots[0].reason, "unknown"));
	/* A late result of the first attempt tells after all. */
	(void)result("r-unkn", "m-unkn-0", &all);
	assert_int_equal(job_now("20260303-unkn").n_delivered, 2);
	OK(store_letter_find(books, "unkn-1", &mem, &row, &why));
	assert_int_equal(row.state, LETTER_DELIVERED);
}

/* With cron the next run is often later than the time to live. */
static void
test_send__an_acknowledgment_read_late_is_in_time(void **state)
{
	struct inbound in = inbound_of("a-late", 2, "m-late");
	struct buf reply = BUF_MAX(1000);
	struct attempt_row *attempts;
	int64_t count = -1;
	struct offer offer;
	size_t n;

	(void)state;
	settle_all();
	make_lots("20260304-late", "send", "late", 2, 0, 10);
	offer = begin("m-late");
	post(&offer, POST_COMPLETE, NOW + 5000);
	in.received_ms = NOW + 1000;
	OK(store_inbound_keep(books, &in, &reply, &why));
	/* Kept, not yet applied: not sent again, nor given up. */
	assert_true(nothing_due(NOW + 6000));
	expire(NOW + 9000000, 1000, 3, &count);
	assert_int_equal(count, 0);
	OK(store_ack_apply(books, &in, NOW + 9000000, &why));
	assert_int_equal(job_now("20260304-late").lots_acknowledged, 1);
	OK(store_attempt_list(
		books, "20260304-late", &mem, &attempts, &n, &why));
	assert_int_equal(attempts[0].acknowledged_ms, NOW + 1000);
	buf_done(&reply);
}

static void
test_send__what_the_peer_refuses_is_held(void **state)
{
	struct inbound in = inbound_of("e-2", 3, "m-refu2");
	struct buf reply = BUF_MAX(100);
	struct offer offer;
	int64_t next_ms;

	(void)state;
	settle_all();
	make_lots("20260304-refu", "send", "refu", 4, 0, 2);
	offer = begin("m-refu1");
	post(&offer, POST_FAILED, 0);
	assert_int_equal(job_now("20260304-refu").n_held, 2);
	/* By a MessageError, later; twice changes nothing. */
	offer = begin("m-refu2");
	post(&offer, POST_COMPLETE, NOW + 1000);
	in.error_code = "SecurityFailure";
	in.error_text = "no";
	OK(store_inbound_keep(books, &in, &reply, &why));
	OK(store_ack_apply(books, &in, NOW, &why));
	OK(store_ack_apply(books, &in, NOW, &why));
	assert_int_equal(job_now("20260304-refu").n_held, 4);
	assert_true(nothing_due(NOW + 30000));
	buf_done(&reply);
	/* Our own payload was wrong: held before an attempt was made. */
	make_lots("20260304-ours", "send", "ours", 2, 0, 2);
	OK(store_offer_next(books, "simulator", ANY_RULES, NOW, &mem, &offer,
		&next_ms, &why));
	post(&offer, POST_HELD, 0);
	assert_int_equal(job_now("20260304-ours").n_held, 2);
	assert_true(nothing_due(NOW + 30000));
}

/* The payload of a retry would be other bytes: found before its post begins. */
static void
test_send__a_retry_that_is_held_is_not_due_again(void **state)
{
	struct offer offer, again;
	int64_t next_ms = 0;

	(void)state;
	settle_all();
	make_lots("20260305-othr", "send", "othr", 2, 0, 2);
	offer = begin("m-othr");
	post(&offer, POST_UNKNOWN, NOW + 1000);
	OK(store_offer_next(books, "simulator", ANY_RULES, NOW + 2000, &mem,
		&again, &next_ms, &why));
	assert_int_equal(again.attempt, offer.attempt);
	post(&again, POST_HELD, 0);
	assert_int_equal(job_now("20260305-othr").n_held, 2);
	assert_true(nothing_due(NOW + 2000));
	/* The first post may have arrived: what says so is heard. */
	acknowledge("a-othr", "m-othr");
	assert_int_equal(job_now("20260305-othr").n_offered, 2);
}

static void
test_send__a_post_that_was_cut_short_is_taken_back(void **state)
{
	struct offer offer, again;
	int64_t next_ms;

	(void)state;
	settle_all();
	make_lots("20260305-back", "send", "back", 1, 0, 2);
	offer = begin("m-back");
	assert_true(nothing_due(NOW + 1000));
	OK(store_offers_take_back(books, &everywhere, &why));
	OK(store_offer_next(books, "simulator", ANY_RULES, NOW + 1, &mem,
		&again, &next_ms, &why));
	assert_int_equal(again.attempt, offer.attempt);
	assert_int_equal(again.posts, 1);
	OK(store_offers_take_back(books, &everywhere, &why));
}

static void
test_send__an_acknowledgment_may_come_before_the_post_ends(void **state)
{
	struct offer offer;

	(void)state;
	settle_all();
	make_lots("20260305-fast", "send", "fast", 1, 0, 2);
	offer = begin("m-fast");
	acknowledge("a-fast", "m-fast");
	post(&offer, POST_COMPLETE, NOW + 1000);
	assert_int_equal(job_now("20260305-fast").lots_acknowledged, 1);
	assert_true(nothing_due(NOW + 2000));
	/* An acknowledgment of something we never sent is only noted. */
	acknowledge("a-none", "m-none");
}

static void
test_send__a_held_job_sends_nothing_and_goes_on(void **state)
{
	struct offer offer;
	int64_t wait_ms = 0, next_ms = 0;

	(void)state;
	settle_all();
	make_lots("20260306-hold", "send", "hold", 2, 0, 1);
	OK(store_offer_next(books, "simulator", ANY_RULES, NOW, &mem, &offer,
		&next_ms, &why));
	OK(pg_script(books->pg,
		"update job set state = 4 where id = '20260306-hold'", &why));
	/* Held between looking and beginning. */
	address_offer(&offer, "m-hold");
	assert_int_equal(store_offer_begin(
				 books, &offer, RULES(FAST, 5), &wait_ms, &why),
		V_LATER);
	assert_true(nothing_due(NOW));
	OK(store_job_release(books, "20260306-hold", "anna", "ok", NOW, &why));
	make_cut("20260306-hold", "none", 10);
	assert_int_equal(job_now("20260306-hold").state, JOB_SENDING);
	assert_false(nothing_due(NOW));
}

static void
test_send__a_small_job_overtakes_at_the_next_lot(void **state)
{
	struct offer offer;
	int64_t next_ms = 0;

	(void)state;
	settle_all();
	make_lots("20260306-larg", "send", "larg", 20, 0, 5);
	offer = begin("m-larg");
	make_lots("20260306-tiny", "send", "tiny", 2, 0, 5);
	OK(store_offer_next(books, "simulator", ANY_RULES, NOW, &mem, &offer,
		&next_ms, &why));
	assert_string_equal(offer.lot.job, "20260306-tiny");
	assert_int_equal(store_offer_next(books, "elsewhere", ANY_RULES, NOW,
				 &mem, &offer, &next_ms, &why),
		V_END);
}

/* --- the allowance --- */

static void
test_send__in_flight_waits_for_an_acknowledgment(void **state)
{
	struct store *other = NULL;
	struct offer first, second;
	int64_t next_ms = 0, wait_ms = -1;

	(void)state;
	settle_all();
	OK(store_open(conninfo, &other, &why));
	make_lots("20260307-flig", "send", "flig", 3, 0, 1);
	first = begin("m-flig1");
	OK(store_offer_next(other, "simulator", ANY_RULES, NOW, &mem, &second,
		&next_ms, &why));
	address_offer(&second, "m-flig2");
	assert_int_equal(store_offer_begin(other, &second, RULES(FAST, 1),
				 &wait_ms, &why),
		V_LATER);
	assert_int_equal(why.code, CODE_NONE);
	assert_int_equal(wait_ms, 0);
	assert_int_equal(second.attempt, 0);
	/* Still in flight after the post; not after the acknowledgment. */
	post(&first, POST_COMPLETE, NOW + 1000);
	assert_int_equal(store_offer_begin(other, &second, RULES(FAST, 1),
				 &wait_ms, &why),
		V_LATER);
	acknowledge("a-flig", "m-flig1");
	OK(store_offer_begin(other, &second, RULES(FAST, 1), &wait_ms, &why));
	store_close(other);
}

/* Two connections offer as fast as they can; begun letters stay below the
 * limit of any window.
 */
static void
test_send__two_connections_keep_one_limit(void **state)
{
	/* one a millisecond */
	const struct offer_rules *rules = RULES(3600000, 100);
	struct store *stores[2] = { books, NULL };
	int64_t begin_ms, begun = 0, waits = 0, i, next_ms, wait_ms;
	char name[32];

	(void)state;
	settle_all();
	OK(store_open(conninfo, &stores[1], &why));
	make_lots("20260307-pace", "send", "pace", 1000, 0, 100);
	begin_ms = clock_tick_ms();
	for (i = 0; begun < 1000; i++) {
		struct store *s = stores[i % 2];
		struct offer offer;
		enum verdict v;
		int64_t now_ms;

		v = store_offer_next(s, "simulator", rules, NOW, &mem, &offer,
			&next_ms, &why);
		if (v == V_LATER) { /* another one's turn to ask */
			waits++;
			assert_in_range(next_ms - NOW, 1, 202);
			clock_sleep_ms(i % 3);
			continue;
		}
		assert_ok(v, __LINE__);
		snprintf(name, sizeof(name), "m-pace-%d", (int)i);
		address_offer(&offer, name);
		v = store_offer_begin(s, &offer, rules, &wait_ms, &why);
		now_ms = clock_tick_ms();
		if (v == V_LATER) {
			assert_in_range(wait_ms, 1, 102);
			clock_sleep_ms(wait_ms);
			continue;
		}
		assert_ok(v, __LINE__);
		begun += offer.letters;
		/* What began in a window is at most the rate and one lot, and
		 * another one that made up for being late.
		 */
		assert_true(begun <= now_ms - begin_ms + 1 + 200);
	}
	assert_true(waits > 0);
	store_close(stores[1]);
}

#define SLOW 3600000 /* a lot of 1000 letters costs a second */

static void
test_send__a_closed_limit_waits(void **state)
{
	struct offer offer;
	int64_t next_ms = 0, wait_ms = 0;

	(void)state;
	settle_all();
	make_lots("20260307-shut", "send", "shut", 1, 0, 1);
	OK(store_offer_next(books, "simulator", ANY_RULES, NOW, &mem, &offer,
		&next_ms, &why));
	address_offer(&offer, "m-shut");
	assert_int_equal(
		store_offer_begin(books, &offer, RULES(0, 1), &wait_ms, &why),
		V_LATER);
	assert_true(wait_ms > 0);
	/* A clock that was ahead when the last lot left, or a limit that was
	 * lower: wait, but no longer than the largest lot costs now.
	 */
	OK(pg_script(books->pg,
		"update pace set tat_us = (extract(epoch from "
		"clock_timestamp()) * 1000000)::bigint + 3600000000",
		&why));
	assert_int_equal(store_offer_begin(
				 books, &offer, RULES(SLOW, 1), &wait_ms, &why),
		V_LATER);
	assert_in_range(wait_ms, 900, 1001);
	assert_int_equal(job_now("20260307-shut").n_box, 1);
	clock_sleep_ms(wait_ms);
	OK(store_offer_begin(books, &offer, RULES(SLOW, 1), &wait_ms, &why));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_send__a_lot_is_offered_acknowledged_and_settled),
		cmocka_unit_test(test_send__a_retry_is_the_same_message),
		cmocka_unit_test(
			test_send__expired_but_never_received_is_cut_again),
		cmocka_unit_test(
			test_send__expired_and_perhaps_received_is_unknown),
		cmocka_unit_test(
			test_send__an_acknowledgment_read_late_is_in_time),
		cmocka_unit_test(
			test_send__a_retry_that_is_held_is_not_due_again),
		cmocka_unit_test(test_send__what_the_peer_refuses_is_held),
		cmocka_unit_test(
			test_send__a_post_that_was_cut_short_is_taken_back),
		cmocka_unit_test(
			test_send__an_acknowledgment_may_come_before_the_post_ends),
		cmocka_unit_test(
			test_send__a_held_job_sends_nothing_and_goes_on),
		cmocka_unit_test(
			test_send__a_small_job_overtakes_at_the_next_lot),
		cmocka_unit_test(
			test_send__in_flight_waits_for_an_acknowledgment),
		cmocka_unit_test(test_send__two_connections_keep_one_limit),
		cmocka_unit_test(test_send__a_closed_limit_waits),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, books_open, books_close);
}
