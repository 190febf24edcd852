/* tests/store/test_request.c - what is asked of the couriers, and answered
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/store/books.h"

#define S INT64_C(1000)

static int64_t
ask(const char *endpoint, const char *sender, int64_t now_ms, int64_t until_ms)
{
	int64_t number = 0;

	OK(store_request_add(books, endpoint, sender, "jansen", now_ms,
		until_ms, &number, &why));
	assert_true(number > 0);
	return number;
}

static enum verdict
take(const char *endpoint, int64_t now_ms, struct request *out)
{
	return store_request_take(books, endpoint, now_ms, &mem, out, &why);
}

static struct finding
found(enum finding_grade grade, const char *what, const char *value)
{
	struct finding f = { .grade = grade, .code = CODE_CONNECT };

	snprintf(f.what, sizeof(f.what), "%s", what);
	finding_value(&f, "%s", value);
	return f;
}

static size_t
look(int64_t number, int64_t after, struct finding **out, bool *answered)
{
	int64_t answered_ms = -1;
	size_t count;

	OK(store_request_look(
		books, number, after, &mem, out, &count, &answered_ms, &why));
	assert_true(answered_ms == 0 || answered_ms >= NOW);
	*answered = answered_ms != 0;
	return count;
}

static void
test_request__one_courier_takes_it_and_answers_line_by_line(void **state)
{
	int64_t number = ask("a", "voorbeeld", NOW, NOW + 60 * S);
	struct finding line = found(FINDING_OK, "TCP", "12 ms"), *lines;
	struct request r;
	bool answered;

	(void)state;
	assert_int_equal(look(number, 0, &lines, &answered), 0);
	assert_false(answered);
	assert_int_equal(take("b", NOW, &r), V_END);
	OK(take("a", NOW, &r));
	assert_int_equal(r.number, number);
	assert_string_equal(r.endpoint, "a");
	assert_string_equal(r.sender, "voorbeeld");
	assert_string_equal(r.ping_id, "");
	assert_int_equal(take("a", NOW, &r), V_END);

	OK(store_request_found(books, number, &line, &why));
	assert_int_equal(look(number, 0, &lines, &answered), 1);
	assert_string_equal(lines[0].what, "TCP");
	assert_string_equal(lines[0].value, "12 ms");
	assert_int_equal(lines[0].grade, FINDING_OK);
	assert_false(answered);

	line = found(FINDING_FAIL, "WUS", "no connection");
	finding_advice(&line, "ask");
	OK(store_request_end(books, number, &line, 1, NOW + S, &why));
	assert_int_equal(look(number, 1, &lines, &answered), 1);
	assert_true(answered);
	assert_string_equal(lines[0].what, "WUS");
	assert_string_equal(lines[0].advice, "ask");
	assert_int_equal(lines[0].code, CODE_CONNECT);
	assert_int_equal(lines[0].grade, FINDING_FAIL);

	/* Nothing is added to what is answered. */
	OK(store_request_found(books, number, &line, &why));
	OK(store_request_end(books, number, &line, 1, NOW + 2 * S, &why));
	assert_int_equal(look(number, 0, &lines, &answered), 2);
}

static void
test_request__who_asks_again_within_ten_seconds_shares(void **state)
{
	int64_t first = ask("c", "voorbeeld", NOW, NOW + 60 * S), second;
	struct request r;

	(void)state;
	/* Also while it is open, however long that is. */
	assert_int_equal(
		ask("c", "voorbeeld", NOW + 30 * S, NOW + 90 * S), first);
	assert_int_not_equal(
		ask("c", "other", NOW + 30 * S, NOW + 90 * S), first);
	/* The one that waits longest counts. */
	OK(take("c", NOW + 70 * S, &r));
	assert_int_equal(r.number, first);
	assert_int_equal(r.until_ms, NOW + 90 * S);
	OK(store_request_end(books, first, NULL, 0, NOW + 70 * S, &why));
	assert_int_equal(
		ask("c", "voorbeeld", NOW + 80 * S - 1, NOW + 140 * S), first);
	second = ask("c", "voorbeeld", NOW + 80 * S, NOW + 140 * S);
	assert_int_not_equal(second, first);
}

static void
test_request__nobody_looks_when_nobody_waits_any_longer(void **state)
{
	int64_t first = ask("d", "voorbeeld", NOW, NOW + 60 * S), second;
	struct request r;

	(void)state;
	assert_int_equal(take("d", NOW + 60 * S, &r), V_END);
	second = ask("d", "voorbeeld", NOW + 61 * S, NOW + 121 * S);
	assert_int_not_equal(second, first);
	OK(take("d", NOW + 61 * S, &r));
	assert_int_equal(r.number, second);
}

/* Its courier died: nobody waits for that one again. */
static void
test_request__what_was_taken_and_never_answered_is_asked_anew(void **state)
{
	int64_t first = ask("i", "voorbeeld", NOW, NOW + 600 * S);
	struct request r;

	(void)state;
	OK(take("i", NOW, &r));
	assert_int_equal(
		ask("i", "voorbeeld", NOW + 89 * S, NOW + 600 * S), first);
	assert_int_not_equal(
		ask("i", "voorbeeld", NOW + 90 * S, NOW + 600 * S), first);
}

static void
test_request__a_pong_is_waited_for(void **state)
{
	int64_t one = ask("e", "een", NOW, NOW + 60 * S);
	int64_t two = ask("e", "twee", NOW, NOW + 60 * S);
	struct inbound in = { .message_id = "pong@there",
		.cpa_id = "cpa",
		.conversation_id = "",
		.ref_to = "ping-2@here",
		.action = "Pong",
		.kind = 5,
		.sent_ms = NOW + 7 * S,
		.received_ms = NOW + 2 * S };
	struct buf reply = BUF_MAX(1000);
	struct request r;
	struct pong pong;

	(void)state;
	OK(take("e", NOW, &r));
	OK(take("e", NOW, &r));
	assert_int_equal(
		store_request_waiting(books, "e", &mem, &r, &pong, &why),
		V_END);
	OK(store_request_pinged(books, one, "ping-1@here", NOW, &why));
	OK(store_request_pinged(books, two, "ping-2@here", NOW + S, &why));
	OK(store_request_waiting(books, "e", &mem, &r, &pong, &why));
	assert_int_equal(r.number, one);
	assert_int_equal(r.ping_ms, NOW);
	assert_int_equal(pong.received_ms, 0);

	OK(store_inbound_keep(books, &in, &reply, &why));
	OK(store_request_waiting(books, "e", &mem, &r, &pong, &why));
	assert_int_equal(r.number, two);
	assert_string_equal(r.ping_id, "ping-2@here");
	assert_string_equal(r.sender, "twee");
	assert_int_equal(pong.received_ms, NOW + 2 * S);
	assert_int_equal(pong.sent_ms, NOW + 7 * S);

	OK(store_request_end(books, two, NULL, 0, NOW + 3 * S, &why));
	OK(store_request_waiting(books, "e", &mem, &r, &pong, &why));
	assert_int_equal(r.number, one);
	/* An answer to another message is no answer. */
	assert_int_equal(pong.received_ms, 0);
	buf_done(&reply);
}

static void
test_request__after_an_hour_it_is_forgotten(void **state)
{
	int64_t first = ask("f", "voorbeeld", NOW, NOW + 60 * S), rows_left;
	struct finding line = found(FINDING_OK, "TCP", "12 ms"), *lines;
	struct pg_rows rows = PG_ROWS_NONE;
	bool answered;

	(void)state;
	OK(store_request_end(books, first, &line, 1, NOW, &why));
	(void)ask("f", "voorbeeld", NOW + 3600 * S, NOW + 3660 * S);
	assert_int_equal(look(first, 0, &lines, &answered), 1);
	(void)ask("g", "voorbeeld", NOW + 3600 * S + 1, NOW + 3660 * S);
	assert_int_equal(look(first, 0, &lines, &answered), 0);
	OK(pg_ask(books->pg,
		"select count(*) from finding where request_no not in "
		"(select number from request)",
		NULL, &rows, &why));
	rows_left = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	assert_int_equal(rows_left, 0);
}

static void
test_request__an_endpoint_rests_and_goes_again(void **state)
{
	struct fault reason = FAULT_NONE;
	struct resting rest;

	(void)state;
	OK(store_endpoint_resting(books, "h", &mem, &rest, &why));
	assert_int_equal(rest.until_ms, 0);
	assert_string_equal(rest.reason, "");
	fault_set(&reason, V_LATER, CODE_CONNECT, "no connection");
	OK(store_endpoint_rest(books, "h", NOW, NOW + S, &reason, &why));
	fault_set(&reason, V_LATER, CODE_TLS, "handshake");
	OK(store_endpoint_rest(
		books, "h", NOW + S, NOW + 3 * S, &reason, &why));
	OK(store_endpoint_resting(books, "h", &mem, &rest, &why));
	assert_int_equal(rest.since_ms, NOW);
	assert_int_equal(rest.until_ms, NOW + 3 * S);
	assert_int_equal(rest.code, CODE_TLS);
	assert_string_equal(rest.reason, "handshake");
	OK(store_endpoint_rest(books, "h", NOW + 4 * S, 0, NULL, &why));
	OK(store_endpoint_resting(books, "h", &mem, &rest, &why));
	assert_int_equal(rest.until_ms, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_request__one_courier_takes_it_and_answers_line_by_line),
		cmocka_unit_test(
			test_request__who_asks_again_within_ten_seconds_shares),
		cmocka_unit_test(
			test_request__nobody_looks_when_nobody_waits_any_longer),
		cmocka_unit_test(
			test_request__what_was_taken_and_never_answered_is_asked_anew),
		cmocka_unit_test(test_request__a_pong_is_waited_for),
		cmocka_unit_test(test_request__after_an_hour_it_is_forgotten),
		cmocka_unit_test(
			test_request__an_endpoint_rests_and_goes_again),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, books_open, books_close);
}
