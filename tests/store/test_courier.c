/* tests/store/test_courier.c - what couriers of several endpoints share
 *
 * Each has its own lots, attempts and replies; what none of them has is one's.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "base/clock.h"
#include "tests/store/books.h"

#define DAY INT64_C(86400000)

static const char *const names[] = { "simulator", "other" };
static const struct store_part simulator = { names, 1, false };
static const struct store_part other = { names + 1, 1, false };
static const struct store_part neither = { names, 2, true };

static void
clear_all(void)
{
	int64_t count;

	OK(pg_script(books->pg,
		"delete from attempt; delete from lot; delete from place; "
		"delete from receipt; delete from pace; delete from inbound; "
		"delete from event; "
		"update job set state = 10 where state < 8",
		&why));
	OK(store_settle(books, NOW, &count, &why));
}

/* Lots at an endpoint, of a stream. */
static void
lots_at(const char *endpoint, const char *id, const char *stream,
	const char *key, int64_t letters)
{
	make_lots(id, stream, key, letters, 0, 1);
	OK(pg_do(books->pg, "update job set endpoint = $2 where id = $1",
		PG_ARGS(PG_T(id), PG_T(endpoint)), NULL, &why));
}

/* Begin the next at an endpoint; until_ms: its time to live, 0 none. */
static struct offer
begin_at(const char *endpoint, const char *message, int64_t next_ms,
	int64_t until_ms)
{
	struct offer offer;
	int64_t ms = 0;

	OK(store_offer_next(books, endpoint, ANY_RULES, NOW + 2000, &mem,
		&offer, &ms, &why));
	address_offer(&offer, message);
	offer.next_ms = next_ms;
	offer.expires_ms = until_ms;
	OK(store_offer_begin(books, &offer, RULES(FAST, 100), &ms, &why));
	return offer;
}

/* Message id of what is due at an endpoint: "new" for a new attempt, "" none. */
static const char *
due_at(const char *endpoint, int64_t now_ms)
{
	struct offer offer;
	int64_t next_ms = 0;
	enum verdict v = store_offer_next(books, endpoint, ANY_RULES, now_ms,
		&mem, &offer, &next_ms, &why);

	if (v == V_END)
		return "";
	assert_ok(v, __LINE__);
	return offer.attempt == 0 ? "new" : offer.message_id;
}

static const char *
lot_reason(const char *job, size_t nth)
{
	struct lot *lots;
	size_t count;

	OK(store_lot_list(books, job, &mem, &lots, &count, &why));
	assert_true(nth < count);
	return lots[nth].reason;
}

static size_t
events_of(const char *job, const char *what)
{
	struct event *events;
	size_t count, i, n = 0;

	OK(store_event_list(books, job, &mem, &events, &count, &why));
	for (i = 0; i < count; i++)
		n += strcmp(events[i].what, what) == 0;
	return n;
}

static struct resend
by_stream(void *self, const char *stream)
{
	(void)self;
	if (strcmp(stream, "quick") == 0)
		return (struct resend){ 1000, 9, 1000 };
	return (struct resend){ 500000, 0, 500000 };
}

static void
test_courier__takes_back_its_own_an_interval_later(void **state)
{
	(void)state;
	clear_all();
	lots_at("simulator", "20260501-here", "s", "here", 1);
	lots_at("other", "20260501-ther", "s", "ther", 1);
	lots_at("forgotten", "20260501-forg", "s", "forg", 1);
	begin_at("simulator", "m-here", NOW + 10000, NOW + 90000);
	begin_at("other", "m-ther", NOW + 20000, NOW + 90000);
	begin_at("forgotten", "m-forg", NOW + 30000, NOW + 90000);
	OK(store_offers_take_back(books, &simulator, &why));
	/* Not before an interval after it began: it may have arrived. */
	assert_string_equal(due_at("simulator", NOW + 9999), "");
	assert_string_equal(due_at("simulator", NOW + 10000), "m-here");
	assert_string_equal(due_at("other", NOW + 80000), "");
	OK(store_offers_take_back(books, &other, &why));
	assert_string_equal(due_at("other", NOW + 20000), "m-ther");
	assert_string_equal(due_at("forgotten", NOW + 80000), "");
	OK(store_offers_take_back(books, &neither, &why));
	assert_string_equal(due_at("forgotten", NOW + 30000), "m-forg");
	/* Nor after its time to live. */
	assert_string_equal(due_at("simulator", NOW + 90000), "");
}

static void
test_courier__expires_by_the_terms_of_the_stream(void **state)
{
	struct offer offer;
	int64_t count = 0;

	(void)state;
	clear_all();
	lots_at("simulator", "20260502-quic", "quick", "quic", 1);
	offer = begin_at("simulator", "m-quic", NOW + 5000, NOW + 60000);
	post(&offer, POST_UNKNOWN, NOW + 5000);
	lots_at("simulator", "20260502-once", "once", "once", 1);
	offer = begin_at("simulator", "m-once", NOW + 5000, NOW + 60000);
	post(&offer, POST_UNKNOWN, NOW + 5000);
	lots_at("other", "20260502-oth2", "quick", "oth2", 1);
	offer = begin_at("other", "m-oth2", NOW + 5000, NOW + 60000);
	post(&offer, POST_UNKNOWN, NOW + 5000);
	OK(store_expire(
		books, &simulator, NOW + 60000, by_stream, NULL, &count, &why));
	assert_int_equal(count, 2);
	assert_int_equal(job_now("20260502-quic").n_unknown, 1);
	assert_int_equal(job_now("20260502-once").n_held, 1);
	assert_int_equal(job_now("20260502-oth2").n_offered, 1);
	assert_string_equal(due_at("simulator", NOW + 60999), "");
	assert_string_equal(due_at("simulator", NOW + 61000), "new");
	OK(store_expire(
		books, &neither, NOW + 60000, by_stream, NULL, &count, &why));
	assert_int_equal(count, 0);
	OK(store_expire(
		books, &other, NOW + 60000, by_stream, NULL, &count, &why));
	assert_int_equal(count, 1);
}

/* Best effort: no time to live, one post; what did not arrive is no post. */
static void
test_courier__best_effort_is_one_post(void **state)
{
	struct offer offer, again;
	int64_t count = 0, ms = 0;

	(void)state;
	clear_all();
	lots_at("simulator", "20260503-effo", "quick", "effo", 2);
	offer = begin_at("simulator", "m-effo1", NOW, 0);
	post(&offer, POST_NOT_RECEIVED, NOW + 1000);
	OK(store_expire(books, &simulator, NOW + 9999999, by_stream, NULL,
		&count, &why));
	assert_int_equal(count, 0);
	OK(store_offer_next(books, "simulator", ANY_RULES, NOW + 1000, &mem,
		&again, &ms, &why));
	assert_string_equal(again.message_id, "m-effo1");
	OK(store_offer_begin(books, &again, RULES(FAST, 100), &ms, &why));
	post(&again, POST_ACKNOWLEDGED, 0); /* 2xx is the receipt */
	assert_int_equal(job_now("20260503-effo").lots_acknowledged, 1);

	offer = begin_at("simulator", "m-effo2", NOW, 0);
	post(&offer, POST_UNKNOWN, NOW + 1000);
	assert_string_equal(due_at("simulator", NOW + 9999999), "");
	OK(store_expire(
		books, &simulator, NOW + 1, by_stream, NULL, &count, &why));
	assert_int_equal(count, 1);
	assert_int_equal(job_now("20260503-effo").n_unknown, 1);
	/* Again as another message, with the same letters. */
	assert_string_equal(due_at("simulator", NOW + 1001), "new");
	offer = begin_at("simulator", "m-effo3", NOW, 0);
	OK(store_offers_take_back(books, &simulator, &why));
	assert_string_equal(due_at("simulator", NOW + 9999999), "");
	OK(store_expire(
		books, &simulator, NOW + 1, by_stream, NULL, &count, &why));
	assert_int_equal(count, 1);
	/* A result tells after all. */
	assert_int_equal(job_now("20260503-effo").n_unknown, 1);
}

static void
test_courier__one_stream_rests_and_others_go_on(void **state)
{
	struct offer offer;

	(void)state;
	clear_all();
	lots_at("simulator", "20260504-sick", "sick", "sick", 3);
	offer = begin_at("simulator", "m-sick", NOW, NOW + 900000);
	post(&offer, POST_NOT_RECEIVED, NOW + 1000);
	lots_at("simulator", "20260504-well", "well", "well", 1);
	lots_at("other", "20260504-else", "sick", "else", 1);
	OK(store_stream_rest(books, "simulator", "sick", NOW + 60000,
		"pki/ours.key: no key", &why));
	/* Lots, and what is to be posted again. */
	assert_string_equal(due_at("simulator", NOW + 59999), "new");
	offer = begin_at("simulator", "m-well", NOW, NOW + 900000);
	assert_string_equal(offer.lot.job, "20260504-well");
	assert_string_equal(due_at("simulator", NOW + 59999), "");
	assert_string_equal(due_at("simulator", NOW + 60000), "m-sick");
	assert_string_equal(due_at("other", NOW), "new");
	assert_string_equal(
		lot_reason("20260504-sick", 0), "pki/ours.key: no key");
	assert_string_equal(
		lot_reason("20260504-sick", 2), "pki/ours.key: no key");
	assert_string_equal(lot_reason("20260504-well", 0), "");
	assert_string_equal(lot_reason("20260504-else", 0), "");
	/* Once it leaves, the reason is gone. */
	OK(pg_script(books->pg, "update lot set due_ms = 0", &why));
	post(&offer, POST_ACKNOWLEDGED, 0);
	offer = begin_at("simulator", "m-sick2", NOW, NOW + 900000);
	assert_string_equal(lot_reason("20260504-sick", 1), "");
}

static void
test_courier__lots_of_no_endpoint_say_so(void **state)
{
	int64_t count = 0;

	(void)state;
	clear_all();
	lots_at("gone", "20260505-gone", "s", "gone", 2);
	lots_at("other", "20260505-good", "s", "good", 1);
	OK(store_offers_note(
		books, &neither, "no such endpoint", &count, &why));
	assert_int_equal(count, 2);
	assert_string_equal(lot_reason("20260505-gone", 1), "no such endpoint");
	assert_string_equal(lot_reason("20260505-good", 0), "");
	OK(store_offers_note(
		books, &neither, "no such endpoint", &count, &why));
	assert_int_equal(count, 0);
}

/* A SOAP fault is tried again, but a person hears of the first. */
static void
test_courier__a_fault_of_the_peer_is_told_at_once(void **state)
{
	const struct fault fault = { .code = CODE_EBMS_ERROR,
		.text = "SOAP fault Client: no such CPA" };
	const struct fault busy = { .code = CODE_HTTP, .text = "status 503" };
	struct offer offer;
	int64_t ms = 0, i;

	(void)state;
	clear_all();
	lots_at("simulator", "20260506-alar", "s", "alar", 1);
	offer = begin_at("simulator", "m-alar", NOW, NOW + 900000);
	for (i = 1; i <= 3; i++) {
		OK(store_post_end(books, &offer, POST_AGAIN, NOW + i * 5000,
			&fault, &why));
		assert_string_equal(
			due_at("simulator", NOW + i * 5000 - 1), "");
		OK(store_offer_next(books, "simulator", ANY_RULES,
			NOW + i * 5000, &mem, &offer, &ms, &why));
		OK(store_offer_begin(
			books, &offer, RULES(FAST, 100), &ms, &why));
	}
	assert_int_equal(events_of("20260506-alar", "message fault"), 1);
	assert_string_equal(lot_reason("20260506-alar", 0), fault.text);
	post(&offer, POST_ACKNOWLEDGED, 0);
	assert_string_equal(lot_reason("20260506-alar", 0), "");

	lots_at("simulator", "20260506-busy", "s", "busy", 1);
	offer = begin_at("simulator", "m-busy", NOW, NOW + 900000);
	OK(store_post_end(books, &offer, POST_AGAIN, NOW + 5000, &busy, &why));
	assert_int_equal(events_of("20260506-busy", "message fault"), 0);
}

/* --- replies --- */

static void
owe(const char *id, const char *cpa, bool once, bool again)
{
	struct inbound in = inbound_of(id, 1, "");
	struct buf reply = BUF_MAX(1000);

	in.cpa_id = cpa;
	in.reply = "<ack/>";
	in.reply_len = 6;
	in.reply_id = arena_format(&mem, "ack-%s", id);
	in.reply_url = "https://peer/ebms";
	in.reply_once = once;
	assert_int_equal(store_inbound_keep(books, &in, &reply, &why),
		again ? V_SKIP : V_OK);
	buf_done(&reply);
}

/* Which message is answered next under these CPAs; "" none now. */
static const char *
next_reply(const struct store_part *cpas, int64_t now_ms, struct push *push)
{
	int64_t next_ms = -1;
	enum verdict v = store_push_next(
		books, cpas, now_ms, &mem, push, &next_ms, &why);

	if (v == V_END)
		return "";
	assert_ok(v, __LINE__);
	return push->message_id;
}

static void
test_courier__replies_go_by_agreement(void **state)
{
	static const char *const cpas[] = { "cpa-a", "cpa \"b\", {c}" };
	const struct store_part a = { cpas, 1, false };
	const struct store_part b = { cpas + 1, 1, false };
	const struct store_part rest = { cpas, 2, true };
	const struct store_part none = { cpas, 0, false };
	int64_t next_ms = -1, count = 0;
	struct push push;

	(void)state;
	clear_all();
	owe("in-a", cpas[0], false, false);
	owe("in-b", cpas[1], true, false);
	owe("in-c", "cpa-c", false, false);
	assert_string_equal(next_reply(&none, NOW, &push), "");
	assert_string_equal(next_reply(&a, NOW, &push), "in-a");
	assert_false(push.once);
	assert_int_equal(push.reply_len, 6);
	assert_string_equal(push.reply_id, "ack-in-a");
	OK(store_push_end(books, &push, false, NOW + 1000, &why));
	assert_int_equal(store_push_next(books, &a, NOW + 999, &mem, &push,
				 &next_ms, &why),
		V_END);
	assert_int_equal(next_ms, NOW + 1000);
	assert_string_equal(next_reply(&a, NOW + 1000, &push), "in-a");
	assert_int_equal(push.tries, 1);
	OK(store_push_end(books, &push, true, 0, &why));
	assert_string_equal(next_reply(&a, NOW + 9000, &push), "");
	assert_string_equal(next_reply(&b, NOW, &push), "in-b");
	assert_true(push.once);

	/* Nobody has that agreement any more: it waits while it may matter. */
	assert_string_equal(next_reply(&rest, NOW, &push), "in-c");
	OK(store_push_drop(books, &rest, NOW + 34 * DAY, &count, &why));
	assert_int_equal(count, 0);
	assert_string_equal(next_reply(&rest, NOW + 9000, &push), "in-c");
	OK(store_push_drop(books, &rest, NOW + 36 * DAY, &count, &why));
	assert_int_equal(count, 1);
	assert_int_equal(events_of("", "reply not sent"), 1);
	assert_string_equal(next_reply(&rest, NOW + 9000, &push), "");
	OK(store_push_drop(books, &rest, NOW + 36 * DAY, &count, &why));
	assert_int_equal(count, 0);
	assert_string_equal(next_reply(&b, NOW, &push), "in-b");
	/* The peer asks again: it is owed again. */
	owe("in-a", cpas[0], false, true);
	assert_string_equal(next_reply(&a, NOW, &push), "in-a");
	assert_int_equal(push.tries, 0);
}

/* Lots and replies under way under a CPA, "1 2"; "" when it is not among them. */
static const char *
under_way(const struct store_part *cpas, const char *id)
{
	struct cpa_under_way *list;
	size_t count, i;

	OK(store_cpas_under_way(books, cpas, &mem, &list, &count, &why));
	for (i = 0; i < count; i++)
		if (strcmp(list[i].cpa_id, id) == 0)
			return arena_format(&mem, "%lld %lld",
				(long long)list[i].lots,
				(long long)list[i].replies);
	return "";
}

static void
test_courier__what_is_under_way_names_its_agreement(void **state)
{
	static const char *const cpas[] = { "cpa-now" };
	const struct store_part known = { cpas, 1, true };
	const struct store_part all = { cpas, 0, true };
	struct offer offer, again;
	int64_t ms = 0;

	(void)state;
	clear_all();
	lots_at("simulator", "20261205-cccc", "cpas", "cpas", 3);
	OK(store_offer_next(books, "simulator", ANY_RULES, NOW + 2000, &mem,
		&offer, &ms, &why));
	address_offer(&offer, "m-cpas");
	offer.cpa_id = "cpa-then";
	offer.next_ms = NOW + 3000;
	offer.expires_ms = NOW + 90000;
	OK(store_offer_begin(books, &offer, RULES(FAST, 100), &ms, &why));
	owe("in-then", "cpa-then", false, false);
	owe("in-now", "cpa-now", false, false);
	assert_string_equal(under_way(&known, "cpa-then"), "1 1");
	assert_string_equal(under_way(&known, "cpa-now"), "");
	assert_string_equal(under_way(&all, "cpa-now"), "0 1");
	/* A retry knows it. */
	OK(store_post_end(books, &offer, POST_UNKNOWN, NOW + 3000, NULL, &why));
	OK(store_offer_next(books, "simulator", ANY_RULES, NOW + 4000, &mem,
		&again, &ms, &why));
	assert_int_equal(again.attempt, offer.attempt);
	assert_string_equal(again.cpa_id, "cpa-then");
	/* Acknowledged, it waits for its result; then no more. */
	OK(store_post_end(books, &offer, POST_ACKNOWLEDGED, 0, NULL, &why));
	assert_string_equal(under_way(&known, "cpa-then"), "1 1");
	OK(pg_do(books->pg, "update attempt set result_ms = 1, state = 4", NULL,
		NULL, &why));
	assert_string_equal(under_way(&known, "cpa-then"), "0 1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_courier__takes_back_its_own_an_interval_later),
		cmocka_unit_test(
			test_courier__expires_by_the_terms_of_the_stream),
		cmocka_unit_test(test_courier__best_effort_is_one_post),
		cmocka_unit_test(
			test_courier__what_is_under_way_names_its_agreement),
		cmocka_unit_test(
			test_courier__one_stream_rests_and_others_go_on),
		cmocka_unit_test(test_courier__lots_of_no_endpoint_say_so),
		cmocka_unit_test(
			test_courier__a_fault_of_the_peer_is_told_at_once),
		cmocka_unit_test(test_courier__replies_go_by_agreement),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, books_open, books_close);
}
