/* tests/store/test_question.c - bulk questions: asked, sent, answered, once
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/store/books.h"

#define SENDER "00000099000000010000"
#define HOUR_MS INT64_C(3600000)

static const char *const here[] = { "simulator" };
static const struct store_part part = { here, 1, false };
static int message;

/* A question of its own sender about the first `count` numbers. */
static int64_t
ask(const char *sender, int64_t count)
{
	const struct question_new new = { .environment = "simulator",
		.sender = sender,
		.endpoint = "simulator",
		.kind = count == 0 ? QUESTION_ALL : QUESTION_LIST,
		.id = uuid_random(),
		.person = "automatic",
		.reason = "",
		.now_ms = NOW };
	static struct subscribed set;
	int64_t number = 0, i;

	for (i = 1; i <= count; i++)
		(void)subscribed_add(&set, bsn_of(i), false);
	OK(store_question_ask(
		books, &new, count == 0 ? NULL : &set, &number, &why));
	subscribed_done(&set);
	return number;
}

static struct question
row_of(int64_t number)
{
	struct question *rows;
	size_t count, i;

	OK(store_question_rows(books, NULL, 1000, &mem, &rows, &count, &why));
	for (i = 0; i < count; i++)
		if (rows[i].number == number)
			return rows[i];
	fail_msg("no question %lld", (long long)number);
	return rows[0];
}

/* The next one due leaves. */
static struct question
leave(int64_t expires_ms)
{
	struct question q;
	int64_t next_ms;

	OK(store_question_next(
		books, "simulator", NOW, &mem, &q, &next_ms, &why));
	if (q.message_id[0] == '\0') {
		q.message_id = arena_format(&mem, "q-%d@here", ++message);
		q.conversation_id = arena_format(&mem, "c-%d", message);
		q.content_id = "question";
		q.cpa_id = "cpa";
		q.parties = "A B";
		q.envelope = "<e/>";
		q.envelope_len = 4;
		q.sent_ms = NOW;
		q.expires_ms = expires_ms;
		q.payload_bytes = 77;
	}
	OK(store_question_begin(books, &q, "voorbeeld", NOW + 1000, &why));
	return q;
}

static struct inbound
keep(const char *ref_to, const char *cpa, int kind)
{
	struct buf reply = BUF_MAX(1000);
	struct inbound in = { .message_id =
				      arena_format(&mem, "in-%d", ++message),
		.cpa_id = cpa,
		.conversation_id = "",
		.ref_to = ref_to,
		.action = "GLOBE-R-A-Result",
		.parties = "A B",
		.kind = kind,
		.payload = "x",
		.payload_len = 1,
		.error_code = "SecurityFailure",
		.error_text = "no",
		.received_ms = NOW };

	OK(store_inbound_keep(books, &in, &reply, &why));
	buf_done(&reply);
	return in;
}

static void
test_question__one_of_a_sender_is_open(void **state)
{
	const struct question_new second = { .environment = "simulator",
		.sender = "1",
		.endpoint = "simulator",
		.kind = QUESTION_ALL,
		.id = uuid_random(),
		.person = "anna",
		.reason = "",
		.now_ms = NOW };
	struct question_new other = second;
	struct question q;
	int64_t number = ask("1", 3), unused;

	(void)state;
	assert_int_equal(
		store_question_ask(books, &second, NULL, &unused, &why),
		V_SKIP);
	assert_int_equal(why.code, CODE_STATE);
	/* Rehearsal and production do not wait for each other. */
	other.environment = "production";
	other.endpoint = "elsewhere";
	other.id = uuid_random();
	OK(store_question_ask(books, &other, NULL, &unused, &why));
	OK(store_question_open(books, "simulator", "1", &mem, &q, &why));
	assert_int_equal(q.number, number);
	assert_int_equal(q.asked, 3);
	assert_int_equal(q.state, QUESTION_READY);
	q = leave(NOW + HOUR_MS);
	OK(store_question_end(books, &q, QUESTION_TAKEN, 0, NOW,
		&(struct fault){ .code = CODE_NONE }, &why));
	assert_int_equal(row_of(number).state, QUESTION_ACKNOWLEDGED);
}

static void
test_question__a_retry_repeats_the_same_message(void **state)
{
	const struct fault away = { .code = CODE_CONNECT, .text = "away" };
	int64_t number = ask("2", 2), next_ms;
	struct question q = leave(NOW + HOUR_MS), again;

	(void)state;
	assert_int_equal(row_of(number).posts, 1);
	/* It left a moment ago: not again before the next post is due. */
	assert_int_equal(store_question_next(books, "simulator", NOW, &mem,
				 &again, &next_ms, &why),
		V_END);
	assert_int_equal(next_ms, NOW + 1000);
	OK(store_question_next(
		books, "simulator", NOW + 1000, &mem, &again, &next_ms, &why));
	assert_string_equal(again.message_id, q.message_id);
	assert_memory_equal(again.envelope, "<e/>", 4);
	assert_int_equal(again.payload_bytes, 77);
	OK(store_question_end(books, &q, QUESTION_NOT_RECEIVED, NOW + 5000, NOW,
		&away, &why));
	assert_int_equal(row_of(number).posts, 0);
	assert_string_equal(row_of(number).reason, "away");
	/* Nothing of it arrived: after its time it is a new message. */
	{
		int64_t count;

		OK(store_question_expire(
			books, &part, NOW + HOUR_MS + 1, &count, &why));
		assert_int_equal(count, 1);
	}
	assert_int_equal(row_of(number).state, QUESTION_READY);
	assert_string_equal(row_of(number).message_id, "");
	(void)leave(NOW + HOUR_MS);
	(void)keep(row_of(number).message_id, "cpa", 2);
	{
		struct inbound in;

		OK(store_inbound_next(books, &mem, &in, &why));
		OK(store_ack_apply(books, &in, NOW, &why));
	}
	assert_int_equal(row_of(number).state, QUESTION_ACKNOWLEDGED);
}

static void
test_question__what_ran_out_is_asked_once_more(void **state)
{
	int64_t number = ask("3", 2), count;
	struct question q = leave(NOW + HOUR_MS), second;
	static struct subscribed set;

	(void)state;
	OK(store_question_expire(
		books, &part, NOW + HOUR_MS + 1, &count, &why));
	assert_int_equal(row_of(number).state, QUESTION_EXPIRED);
	OK(store_question_open(books, "simulator", "3", &mem, &second, &why));
	assert_int_not_equal(second.number, number);
	assert_true(second.again);
	assert_int_equal(second.asked, 2);
	assert_false(uuid_same(&q.id, &second.id));
	OK(store_question_numbers(books, second.number, &set, &why));
	assert_int_equal(set.asked, 2);
	subscribed_done(&set);
	/* And not a third time. */
	second = leave(NOW + HOUR_MS);
	OK(store_question_expire(
		books, &part, NOW + HOUR_MS + 1, &count, &why));
	assert_int_equal(row_of(second.number).state, QUESTION_EXPIRED);
	assert_int_equal(
		store_question_open(books, "simulator", "3", &mem, &q, &why),
		V_END);
}

static void
test_question__a_refused_one_is_told(void **state)
{
	int64_t number = ask("4", 0);
	struct question q = leave(NOW + HOUR_MS);
	struct event *events;
	struct inbound in;
	size_t count;

	(void)state;
	/* Not for another peer to say. */
	(void)keep(q.message_id, "other-cpa", 3);
	OK(store_inbound_next(books, &mem, &in, &why));
	OK(store_ack_apply(books, &in, NOW, &why));
	assert_int_equal(row_of(number).state, QUESTION_OFFERED);
	(void)keep(q.message_id, "cpa", 3);
	OK(store_inbound_next(books, &mem, &in, &why));
	OK(store_ack_apply(books, &in, NOW, &why));
	assert_int_equal(row_of(number).state, QUESTION_FAILED);
	OK(store_event_list(books, "", &mem, &events, &count, &why));
	assert_non_null(strstr(events[count - 1].text, "MOBB-2309"));
	assert_int_equal(CODE_QUESTION_FAILED, 2309);
	assert_int_equal(CODE_SUBSCRIPTION_GAP, 2305);
}

static void
test_question__an_answer_is_taken_once(void **state)
{
	struct answer_head head = { .environment = "simulator",
		.sender = "5",
		.type = "",
		.source = ANSWER_LIST,
		.asked_ms = NOW,
		.now_ms = NOW,
		.person = "automatic",
		.note = "" };
	static struct subscribed set;
	struct question q, found;
	struct inbound in;
	struct answer_row *rows;
	int64_t number = ask("5", 2);
	size_t count;
	bool taken;

	(void)state;
	q = leave(NOW + HOUR_MS);
	in = keep(q.message_id, "cpa", 1);
	OK(store_question_match(books, &in, NULL, &mem, &found, &why));
	assert_int_equal(found.number, number);
	(void)subscribed_add(&set, bsn_of(1), true);
	OK(store_question_answer(
		books, &in, number, &set, &head, &taken, &why));
	assert_true(taken);
	q = row_of(number);
	assert_int_equal(q.state, QUESTION_ANSWERED);
	assert_true(q.list_no > 0);
	/* The result is its acknowledgment too. */
	assert_int_equal(q.acknowledged_ms, NOW);
	in = keep(q.message_id, "cpa", 1);
	OK(store_question_answer(
		books, &in, number, &set, &head, &taken, &why));
	assert_false(taken);
	OK(store_answer_rows(books, "5", 10, &mem, &rows, &count, &why));
	assert_int_equal(count, 1);
	subscribed_done(&set);
	/* What got no answer is not asked again by itself. */
	OK(store_question_asked(
		books, "simulator", "5", NOW - HOUR_MS, &set, &why));
	assert_int_equal(set.asked, 2);
	subscribed_done(&set);
	/* Of another agreement, between other parties: not ours. */
	in = keep(q.message_id, "other", 1);
	in.parties = "A C";
	assert_int_equal(
		store_question_match(books, &in, &q.id, &mem, &found, &why),
		V_SKIP);
	assert_int_equal(why.code, CODE_RESULT);
	/* By its id alone. */
	in.parties = "A B";
	in.ref_to = "";
	OK(store_question_match(books, &in, &q.id, &mem, &found, &why));
	assert_int_equal(found.number, number);
}

static void
test_question__a_late_one_is_told_once(void **state)
{
	int64_t number = ask("6", 0);
	struct question q = leave(NOW + HOUR_MS), late;
	struct event *events;
	size_t count;

	(void)state;
	assert_int_equal(store_question_late(books, "simulator", NOW, NOW, &mem,
				 &late, &why),
		V_END);
	do
		OK(store_question_late(
			books, "simulator", NOW + 1, NOW, &mem, &late, &why));
	while (late.number != number);
	assert_int_equal(store_question_late(books, "simulator", NOW + 1, NOW,
				 &mem, &late, &why),
		V_END);
	OK(store_event_list(books, "", &mem, &events, &count, &why));
	assert_non_null(strstr(events[count - 1].text, "MOBB-2304"));
	OK(store_question_end(books, &q, QUESTION_NEVER, 0, NOW,
		&(struct fault){
			.code = CODE_PAYLOAD_CHANGED, .text = "changed" },
		&why));
}

static void
test_question__nothing_is_asked_while_it_is_held(void **state)
{
	int64_t number = ask("7", 1), next_ms;
	struct stop_count unused;
	struct question q;

	(void)state;
	OK(store_stop_set(books, STOP_SENDER, "voorbeeld", "anna", "wait", NOW,
		&unused, &why));
	OK(store_question_next(
		books, "simulator", NOW, &mem, &q, &next_ms, &why));
	q.message_id = "q-held@here";
	q.envelope = "<e/>";
	q.envelope_len = 4;
	q.expires_ms = NOW + HOUR_MS;
	assert_int_equal(
		store_question_begin(books, &q, "voorbeeld", NOW + 1000, &why),
		V_SKIP);
	assert_int_equal(why.code, CODE_STATE);
	assert_int_equal(row_of(number).state, QUESTION_READY);
	OK(store_stop_clear(
		books, STOP_SENDER, "voorbeeld", "anna", "go", NOW, &why));
	OK(store_question_begin(books, &q, "voorbeeld", NOW + 1000, &why));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_question__one_of_a_sender_is_open),
		cmocka_unit_test(
			test_question__a_retry_repeats_the_same_message),
		cmocka_unit_test(
			test_question__what_ran_out_is_asked_once_more),
		cmocka_unit_test(test_question__a_refused_one_is_told),
		cmocka_unit_test(test_question__an_answer_is_taken_once),
		cmocka_unit_test(test_question__a_late_one_is_told_once),
		cmocka_unit_test(
			test_question__nothing_is_asked_while_it_is_held),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, books_open, books_close);
}
