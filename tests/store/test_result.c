/* tests/store/test_result.c - results: matched, applied once, only exceptions
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/store/books.h"

static void
clear(void)
{
	OK(pg_script(books->pg,
		"delete from attempt; delete from lot; "
		"update job set state = 10 where state < 8",
		&why));
}

static void
test_result__exceptions_differ_the_rest_is_delivered(void **state)
{
	const struct said said = { .key = "exce",
		.from = 1,
		.to = 10,
		.exception = "NietActiefOfGeabonneerd",
		.at = 4,
		.at_to = 5 };
	struct pg_rows rows = PG_ROWS_NONE;
	struct attempt_row *attempts;
	struct result_match match;
	struct letter_row row;
	struct offer offer;
	size_t count;

	(void)state;
	clear();
	make_lots("20260401-exce", "result", "exce", 10, 0, 100);
	offer = begin("m-exce");
	post(&offer, POST_COMPLETE, NOW + 1000);
	/* Without an acknowledgment before it. */
	match = result("r-exce", "m-exce", &said);
	assert_int_equal(match.letters, 10);
	assert_string_equal(match.stream, "result");
	assert_int_equal(job_now("20260401-exce").n_delivered, 8);
	assert_int_equal(job_now("20260401-exce").n_paper, 2);
	assert_int_equal(job_now("20260401-exce").n_declined, 2);
	assert_int_equal(job_now("20260401-exce").lots_acknowledged, 1);
	OK(store_letter_find(books, "exce-4", &mem, &row, &why));
	assert_int_equal(row.state, LETTER_PAPER);
	assert_int_equal(row.code, CODE_NOT_SUBSCRIBED);
	assert_string_equal(row.wire_code, "NietActiefOfGeabonneerd");
	OK(pg_ask(
		books->pg, "select count(*) from receipt", NULL, &rows, &why));
	assert_int_equal(pg_int(&rows, 0, 0), 2);
	pg_rows_done(&rows);
	OK(store_attempt_list(
		books, "20260401-exce", &mem, &attempts, &count, &why));
	assert_int_equal(attempts[0].ours[0], 8);
	assert_int_equal(attempts[0].ours[1], 2);
	assert_string_equal(attempts[0].state, "result");

	/* The same message, and the same again under another id. */
	match = result("r-exce", "m-exce", &said);
	assert_true(match.settled);
	match = result("r-exce2", "m-exce", &said);
	assert_true(match.settled);
	assert_int_equal(job_now("20260401-exce").n_delivered, 8);
	assert_int_equal(job_now("20260401-exce").n_declined, 2);
	assert_int_equal(job_now("20260401-exce").their_total, 10);
	assert_int_equal(job_now("20260401-exce").lots_settled, 1);
}

static void
test_result__is_found_by_message_conversation_or_batch(void **state)
{
	struct inbound in = inbound_of("r-find", 1, "m-find");
	struct uuid batch = id_of("find", 1), none = id_of("nono", 1);
	struct result_match match;
	struct offer a, b;

	(void)state;
	clear();
	make_lots("20260402-find", "result", "find", 2, 0, 1);
	a = begin("m-find");
	b = begin("m-find2");
	OK(store_result_match(books, &in, &none, &mem, &match, &why));
	assert_int_equal(match.attempt, a.attempt);
	in.ref_to = "unknown";
	in.conversation_id = "c-m-find2";
	OK(store_result_match(books, &in, &none, &mem, &match, &why));
	assert_int_equal(match.attempt, b.attempt);
	in.conversation_id = "unknown";
	OK(store_result_match(books, &in, &batch, &mem, &match, &why));
	assert_int_equal(match.attempt, a.attempt);
	assert_int_equal(
		store_result_match(books, &in, &none, &mem, &match, &why),
		V_SKIP);
	assert_int_equal(why.code, CODE_RESULT);
}

static void
test_result__technical_trouble_is_sent_again_as_a_part(void **state)
{
	struct said said = { .key = "tech",
		.from = 1,
		.to = 5,
		.exception = "TechnischProbleem",
		.at = 2,
		.at_to = 3 };
	struct result_match match;
	struct letter *letters;
	struct letter_row row;
	struct offer offer;
	int64_t next_ms = 0, wait_ms;
	struct lot *lots;
	size_t count;
	int i;

	(void)state;
	clear();
	make_lots("20260403-tech", "result", "tech", 5, 0, 100);
	offer = begin("m-tech0");
	post(&offer, POST_COMPLETE, 0);
	(void)result("r-tech0", "m-tech0", &said);
	said.from = 2;
	said.to = 3;
	for (i = 1; i <= 2; i++) {
		const char *message = arena_format(&mem, "m-tech%d", i);

		assert_int_equal(job_now("20260403-tech").n_resend, 2);
		assert_int_equal(job_now("20260403-tech").n_delivered, 3);
		assert_int_equal(
			store_offer_next(books, "simulator", ANY_RULES,
				NOW + 899999, &mem, &offer, &next_ms, &why),
			V_END);
		assert_int_equal(next_ms, NOW + 900000);
		OK(store_offer_next(books, "simulator", ANY_RULES, NOW + 900000,
			&mem, &offer, &next_ms, &why));
		assert_int_equal(offer.letters, 2);
		assert_int_equal(offer.nth, i + 1);
		assert_true(offer.offered_before);
		OK(store_offer_letters(
			books, &offer, &mem, &letters, &count, &why));
		assert_int_equal(count, 2);
		assert_int_equal(letters[0].record, 2);
		address_offer(&offer, message);
		OK(store_offer_begin(
			books, &offer, RULES(FAST, 1), &wait_ms, &why));
		assert_int_equal(job_now("20260403-tech").n_offered, 2);
		/* The others stay delivered. */
		assert_int_equal(job_now("20260403-tech").n_delivered, 3);
		OK(store_offer_letters(
			books, &offer, &mem, &letters, &count, &why));
		assert_int_equal(count, 2);
		post(&offer, POST_COMPLETE, 0);
		acknowledge(arena_format(&mem, "a-tech%d", i), message);
		match = result(
			arena_format(&mem, "r-tech%d", i), message, &said);
		assert_int_equal(match.letters, 2);
		assert_true(match.offered_before);
	}
	/* Tries are used up: a person. */
	assert_int_equal(job_now("20260403-tech").n_held, 2);
	OK(store_lot_list(books, "20260403-tech", &mem, &lots, &count, &why));
	assert_int_equal(lots[0].state, LOT_SETTLED);
	OK(store_letter_find(books, "tech-2", &mem, &row, &why));
	assert_int_equal(row.state, LETTER_HELD);
	assert_int_equal(row.code, CODE_TECHNICAL);
	assert_string_equal(row.message_id, "m-tech2");
	OK(store_letter_find(books, "tech-1", &mem, &row, &why));
	assert_string_equal(row.message_id, "m-tech0");
	assert_true(nothing_due(NOW + 2000000));
}

static void
test_result__a_part_may_expire_and_end_well(void **state)
{
	struct said said = { .key = "part",
		.from = 1,
		.to = 4,
		.exception = "TechnischProbleem",
		.at = 1,
		.at_to = 2 };
	int64_t late_ms = NOW + 900000, next_ms = 0, count = 0;
	struct letter_row row;
	struct offer offer;

	(void)state;
	clear();
	make_lots("20260404-part", "result", "part", 4, 0, 100);
	offer = begin("m-part0");
	post(&offer, POST_COMPLETE, 0);
	(void)result("r-part0", "m-part0", &said);
	/* Never received: to be resent as before. */
	OK(store_offer_next(books, "simulator", ANY_RULES, late_ms, &mem,
		&offer, &next_ms, &why));
	address_offer(&offer, "m-part1");
	OK(store_offer_begin(books, &offer, RULES(FAST, 1), &next_ms, &why));
	post(&offer, POST_NOT_RECEIVED, late_ms + 1);
	expire(NOW + 60000, 1000, 5, &count);
	assert_int_equal(count, 1);
	assert_int_equal(job_now("20260404-part").n_resend, 2);
	/* Perhaps received: unknown, and once more. */
	OK(store_offer_next(books, "simulator", ANY_RULES, late_ms, &mem,
		&offer, &next_ms, &why));
	address_offer(&offer, "m-part2");
	OK(store_offer_begin(books, &offer, RULES(FAST, 1), &next_ms, &why));
	post(&offer, POST_COMPLETE, 0);
	expire(NOW + 60000, 1000, 5, &count);
	assert_int_equal(job_now("20260404-part").n_unknown, 2);
	OK(store_letter_find(books, "part-1", &mem, &row, &why));
	assert_int_equal(row.state, LETTER_UNKNOWN);
	assert_int_equal(row.code, CODE_EXPIRED);
	OK(store_offer_next(books, "simulator", ANY_RULES, late_ms, &mem,
		&offer, &next_ms, &why));
	assert_int_equal(offer.letters, 2);
	address_offer(&offer, "m-part3");
	OK(store_offer_begin(books, &offer, RULES(FAST, 1), &next_ms, &why));
	assert_int_equal(job_now("20260404-part").n_offered, 2);
	post(&offer, POST_COMPLETE, 0);
	said = (struct said){ .key = "part",
		.from = 1,
		.to = 2,
		.exception = "BerichtBestaatAl",
		.at = 1,
		.at_to = 1 };
	(void)result("r-part3", "m-part3", &said);
	assert_int_equal(job_now("20260404-part").n_delivered, 4);
	/* Delivered by an earlier attempt: flagged. */
	OK(store_letter_find(books, "part-1", &mem, &row, &why));
	assert_int_equal(row.state, LETTER_DELIVERED);
	assert_int_equal(row.code, CODE_EXISTS);
}

static void
test_result__a_contradiction_applies_nothing(void **state)
{
	struct said said = { .key = "cont",
		.from = 1,
		.to = 3,
		.contradiction = "the counters add up to more" };
	struct offer offer;
	struct lot *lots;
	size_t count;

	(void)state;
	clear();
	make_lots("20260405-cont", "result", "cont", 3, 0, 100);
	offer = begin("m-cont");
	post(&offer, POST_ACKNOWLEDGED, 0);
	(void)result("r-cont", "m-cont", &said);
	assert_int_equal(job_now("20260405-cont").n_held, 3);
	assert_int_equal(job_now("20260405-cont").their_total, 0);
	OK(store_lot_list(books, "20260405-cont", &mem, &lots, &count, &why));
	assert_int_equal(lots[0].state, LOT_HELD);
	assert_string_equal(lots[0].reason, said.contradiction);
	/* A corrected result settles it. */
	said.contradiction = NULL;
	(void)result("r-cont2", "m-cont", &said);
	assert_int_equal(job_now("20260405-cont").n_delivered, 3);
}

/* Letter 3 was declined, but its id came back as another: by their counters
 * two were delivered, and the unlisted 1 and 3 would be taken for them.
 */
static void
test_result__a_stranger_in_it_applies_nothing(void **state)
{
	const struct said said = { .key = "strn",
		.from = 2,
		.to = 4,
		.exception = "NietActiefOfGeabonneerd",
		.at = 4,
		.at_to = 4,
		.unlisted_delivered = true,
		.strangers = true };
	struct offer offer;

	(void)state;
	clear();
	make_lots("20260405-strn", "result", "strn", 3, 0, 100);
	offer = begin("m-strn");
	post(&offer, POST_ACKNOWLEDGED, 0);
	(void)result("r-strn", "m-strn", &said);
	assert_int_equal(job_now("20260405-strn").n_delivered, 0);
	assert_int_equal(job_now("20260405-strn").n_held, 3);
}

static void
test_result__a_part_with_a_contradiction_says_so(void **state)
{
	struct said said = { .key = "cprt",
		.from = 1,
		.to = 3,
		.exception = "TechnischProbleem",
		.at = 2,
		.at_to = 2 };
	int64_t next_ms = 0;
	struct letter_row row;
	struct offer offer;

	(void)state;
	clear();
	make_lots("20260408-cprt", "result", "cprt", 3, 0, 100);
	offer = begin("m-cprt0");
	post(&offer, POST_COMPLETE, 0);
	(void)result("r-cprt0", "m-cprt0", &said);
	OK(store_offer_next(books, "simulator", ANY_RULES, NOW + 900000, &mem,
		&offer, &next_ms, &why));
	assert_int_equal(offer.letters, 1);
	address_offer(&offer, "m-cprt1");
	OK(store_offer_begin(books, &offer, RULES(FAST, 1), &next_ms, &why));
	post(&offer, POST_COMPLETE, 0);
	said = (struct said){ .key = "cprt",
		.from = 2,
		.to = 2,
		.contradiction = "the counters add up to more" };
	(void)result("r-cprt1", "m-cprt1", &said);
	OK(store_letter_find(books, "cprt-2", &mem, &row, &why));
	assert_int_equal(row.state, LETTER_HELD);
	assert_int_equal(row.code, CODE_RESULT_COUNTS);
	OK(store_letter_find(books, "cprt-1", &mem, &row, &why));
	assert_int_equal(row.state, LETTER_DELIVERED);
}

static void
test_result__a_misconfigured_stream_stops_whole(void **state)
{
	const struct said said = { .key = "misc",
		.from = 1,
		.to = 2,
		.exception = "BerichtTypeNietOndersteund",
		.at = 1,
		.at_to = 2 };
	struct pg_rows rows = PG_ROWS_NONE;
	struct stop *stops;
	struct offer offer;
	int64_t purged;
	size_t count;

	(void)state;
	clear();
	make_lots("20260406-misc", "wrong", "misc", 4, 0, 2);
	make_lots("20260406-mis2", "wrong", "mis2", 4, 0, 2);
	offer = begin("m-misc");
	post(&offer, POST_ACKNOWLEDGED, 0);
	(void)result("r-misc", "m-misc", &said);
	OK(store_stop_list(books, &mem, &stops, &count, &why));
	assert_int_equal(count, 1);
	assert_int_equal(stops[0].kind, STOP_STREAM);
	assert_string_equal(stops[0].name, "wrong");
	assert_int_equal(stops[0].code, CODE_STREAM_WRONG);
	assert_non_null(strstr(stops[0].reason, "BerichtTypeNietOndersteund"));
	assert_int_equal(job_now("20260406-misc").n_held, 2);
	/* Of no job of it does anything more leave. */
	assert_true(nothing_due(NOW + 1));
	/* What said so is kept, however old it gets. */
	assert_non_null(strstr(stops[0].reason, "r-misc"));
	OK(pg_ask(books->pg,
		"select evidence from inbound where message_id = 'r-misc'",
		NULL, &rows, &why));
	assert_true(pg_bool(&rows, 0, 0));
	pg_rows_done(&rows);
	do
		OK(store_inbound_purge(
			books, NOW + INT64_C(400) * 86400000, &purged, &why));
	while (purged > 0);
	OK(pg_ask(books->pg, "select from inbound where message_id = 'r-misc'",
		NULL, &rows, &why));
	assert_int_equal(rows.count, 1);
	pg_rows_done(&rows);
	/* Released, it goes on. */
	OK(store_stop_clear(
		books, STOP_STREAM, "wrong", "jansen", "mended", NOW, &why));
	assert_false(nothing_due(NOW + 1));
}

/* What the stream wants of its letters they do once it is released. */
static void
test_result__letters_of_a_stopped_stream_wait_for_its_release(void **state)
{
	struct receipt_choice choice = {
		.code = (char[]){ "BerichtTypeNietOndersteund" },
		.act = (char[]){ "resend" }
	};
	const struct said said = { .key = "mend",
		.from = 1,
		.to = 2,
		.exception = "BerichtTypeNietOndersteund",
		.at = 1,
		.at_to = 2,
		.choice = &choice };
	struct offer offer;
	int64_t next_ms;

	(void)state;
	clear();
	OK(receipt_choice_check(&choice, &why));
	make_lots("20260410-mend", "mend", "mend", 2, 0, 2);
	offer = begin("m-mend");
	post(&offer, POST_ACKNOWLEDGED, 0);
	(void)result("r-mend", "m-mend", &said);
	assert_int_equal(job_now("20260410-mend").n_resend, 2);
	assert_true(nothing_due(NOW + 900000));
	OK(store_stop_clear(
		books, STOP_STREAM, "mend", "jansen", "mended", NOW, &why));
	OK(store_offer_next(books, "simulator", ANY_RULES, NOW + 900000, &mem,
		&offer, &next_ms, &why));
	assert_int_equal(offer.letters, 2);
}

static void
test_result__a_second_opinion_changes_no_end(void **state)
{
	struct said said = { .key = "seco", .from = 1, .to = 2 };
	int64_t count = 0, next_ms = 0;
	struct result_match match;
	struct event *events;
	struct job job;
	struct offer offer;
	size_t n;

	(void)state;
	clear();
	make_lots("20260407-seco", "result", "seco", 2, 0, 2);
	offer = begin("m-seco0");
	post(&offer, POST_COMPLETE, 0);
	expire(NOW + 60000, 1000, 5, &count);
	OK(store_offer_next(books, "simulator", ANY_RULES, NOW + 70000, &mem,
		&offer, &next_ms, &why));
	address_offer(&offer, "m-seco1");
	OK(store_offer_begin(books, &offer, RULES(FAST, 1), &next_ms, &why));
	post(&offer, POST_COMPLETE, 0);
	/* The first attempt's result comes late: one on paper. */
	said.exception = "NietActiefOfGeabonneerd";
	said.at = said.at_to = 2;
	match = result("r-seco0", "m-seco0", &said);
	assert_true(match.offered_before);
	assert_int_equal(job_now("20260407-seco").n_delivered, 1);
	assert_int_equal(job_now("20260407-seco").n_paper, 1);
	/* While the second may still bring it to a box: no paper. */
	assert_int_equal(store_print_ready(books, 0, &mem, &job, &why), V_END);
	/* It says the other way round. */
	said.at = said.at_to = 1;
	match = result("r-seco1", "m-seco1", &said);
	assert_int_equal(match.letters, 2);
	assert_int_equal(job_now("20260407-seco").n_delivered, 2);
	assert_int_equal(job_now("20260407-seco").n_paper, 0);
	assert_int_equal(job_now("20260407-seco").n_declined, 0);
	OK(store_event_list(books, "20260407-seco", &mem, &events, &n, &why));
	assert_string_equal(events[n - 1].what, "second opinion");
}

static void
test_result__what_is_useless_is_noted_once(void **state)
{
	struct inbound in = inbound_of("u-1", 1, "nothing"), next;
	struct fault reason = { .code = CODE_RESULT, .text = "no XML" };
	struct buf reply = BUF_MAX(100);

	(void)state;
	OK(pg_script(books->pg, "update inbound set applied = true", &why));
	OK(store_inbound_keep(books, &in, &reply, &why));
	OK(store_inbound_next(books, &mem, &next, &why));
	assert_string_equal(next.message_id, "u-1");
	OK(store_inbound_useless(books, &next, &reason, &why));
	OK(store_inbound_useless(books, &next, &reason, &why));
	assert_int_equal(store_inbound_next(books, &mem, &next, &why), V_END);
	buf_done(&reply);
}

/* --- what comes in --- */

static void
test_result__one_that_cannot_be_read_asks_a_person(void **state)
{
	struct inbound in = inbound_of("u-2", 1, "m-usel");
	struct fault reason = { .code = CODE_RESULT, .text = "no XML" };
	const struct said said = { .key = "usel", .from = 1, .to = 3 };
	struct buf reply = BUF_MAX(100);
	struct offer offer;

	(void)state;
	clear();
	make_lots("20260409-usel", "result", "usel", 3, 0, 100);
	offer = begin("m-usel");
	post(&offer, POST_COMPLETE, NOW + 1000);
	OK(store_inbound_keep(books, &in, &reply, &why));
	OK(store_inbound_useless(books, &in, &reason, &why));
	OK(store_inbound_useless(books, &in, &reason, &why));
	assert_int_equal(job_now("20260409-usel").n_held, 3);
	/* One that can be read ends it, and a later bad one changes nothing. */
	(void)result("r-usel", "m-usel", &said);
	assert_int_equal(job_now("20260409-usel").n_delivered, 3);
	in.message_id = "u-3";
	OK(store_inbound_keep(books, &in, &reply, &why));
	OK(store_inbound_useless(books, &in, &reason, &why));
	assert_int_equal(job_now("20260409-usel").n_delivered, 3);
	buf_done(&reply);
}

static void
test_result__inbound_is_kept_once_and_answered_alike(void **state)
{
	struct inbound in = inbound_of("i-1", 1, "m"), next;
	struct buf reply = BUF_MAX(1000);
	struct push push;
	int64_t next_ms = -1;

	(void)state;
	in.payload = "ab\0cd";
	in.payload_len = 5;
	in.reply = "<ack/>";
	in.reply_len = 6;
	in.reply_id = "i-1-ack";
	in.reply_url = "https://peer/ebms";
	OK(store_inbound_keep(books, &in, &reply, &why));
	OK(store_inbound_next(books, &mem, &next, &why));
	assert_int_equal(next.payload_len, 5);
	assert_memory_equal(next.payload, "ab\0cd", 5);
	/* The reply is pushed, later when it fails. */
	OK(store_push_next(
		books, &everywhere, NOW, &mem, &push, &next_ms, &why));
	assert_string_equal(push.message_id, "i-1");
	assert_string_equal(push.url, "https://peer/ebms");
	assert_memory_equal(push.reply, "<ack/>", 6);
	OK(store_push_end(books, &push, false, NOW + 2000, &why));
	assert_int_equal(store_push_next(books, &everywhere, NOW, &mem, &push,
				 &next_ms, &why),
		V_END);
	assert_int_equal(next_ms, NOW + 2000);
	OK(store_push_next(
		books, &everywhere, NOW + 2000, &mem, &push, &next_ms, &why));
	assert_int_equal(push.tries, 1);
	OK(store_push_end(books, &push, true, 0, &why));
	assert_int_equal(store_push_next(books, &everywhere, NOW + 9000, &mem,
				 &push, &next_ms, &why),
		V_END);
	assert_int_equal(next_ms, 0);
	/* Again: the stored reply, also to be pushed once more. */
	in.reply = "<other/>";
	in.reply_len = 8;
	in.received_ms = NOW + 10000;
	assert_int_equal(store_inbound_keep(books, &in, &reply, &why), V_SKIP);
	assert_int_equal(reply.len, 6);
	assert_memory_equal(reply.bytes, "<ack/>", 6);
	OK(store_push_next(
		books, &everywhere, NOW + 10000, &mem, &push, &next_ms, &why));
	assert_memory_equal(push.reply, "<ack/>", 6);
	/* Under another CPA it is refused. */
	in.cpa_id = "another";
	assert_int_equal(store_inbound_keep(books, &in, &reply, &why), V_NEVER);
	/* And so is an id that no index can hold. */
	in.message_id = arena_format(&mem, "%1001d", 1);
	assert_int_equal(store_inbound_keep(books, &in, &reply, &why), V_NEVER);
	/* Errors we answered are kept, never applied. */
	in = inbound_of("i-err", 1, "m");
	in.reply_is_error = true;
	OK(store_inbound_keep(books, &in, &reply, &why));
	OK(store_inbound_next(books, &mem, &next, &why));
	assert_string_equal(next.message_id, "i-1");
	buf_done(&reply);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_result__exceptions_differ_the_rest_is_delivered),
		cmocka_unit_test(
			test_result__is_found_by_message_conversation_or_batch),
		cmocka_unit_test(
			test_result__technical_trouble_is_sent_again_as_a_part),
		cmocka_unit_test(test_result__a_part_may_expire_and_end_well),
		cmocka_unit_test(test_result__a_contradiction_applies_nothing),
		cmocka_unit_test(test_result__a_stranger_in_it_applies_nothing),
		cmocka_unit_test(
			test_result__a_part_with_a_contradiction_says_so),
		cmocka_unit_test(
			test_result__a_misconfigured_stream_stops_whole),
		cmocka_unit_test(
			test_result__letters_of_a_stopped_stream_wait_for_its_release),
		cmocka_unit_test(test_result__a_second_opinion_changes_no_end),
		cmocka_unit_test(test_result__what_is_useless_is_noted_once),
		cmocka_unit_test(
			test_result__one_that_cannot_be_read_asks_a_person),
		cmocka_unit_test(
			test_result__inbound_is_kept_once_and_answered_alike),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, books_open, books_close);
}
