/* tests/channels/test_ebms_signal.c - signals in: believed, ignored, answered
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/channels/receiver.h"

#define SYNC                                                                   \
	"<eb:SyncReply eb:version=\"2.0\" soap:mustUnderstand=\"1\" "          \
	"soap:actor=\"" EBMS_SOAP_NEXT "\"/>"

static void
test_ebms_signal__signals_are_kept(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "none");
	a_signal(&w, "Acknowledgment", "", "");
	receive(&w);
	assert_int_equal(w.reply_http.status, 204);
	assert_int_equal(w.in.kind, EBMS_ACKNOWLEDGMENT);
	assert_string_equal(w.ref_to, "request-id@ours.example");
	assert_string_equal(w.reply, "");
	a_signal(&w, "Acknowledgment", "<eb:Role>SP</eb:Role>", "");
	receive(&w);
	assert_int_equal(w.kept, 1);
	a_signal(&w, "MessageError", "", "");
	receive(&w);
	assert_int_equal(w.reply_http.status, 204);
	assert_int_equal(w.in.kind, EBMS_MESSAGE_ERROR);
	assert_string_equal(w.error_code, "Inconsistent");
	assert_string_equal(w.error_text, "nr ********* wrong //x");
	assert_string_equal(w.reply, "");
	/* Nothing is refused for the words. */
	a_signal(&w, "MessageError", " xml:lang=\"en-US\"", "");
	receive(&w);
	assert_int_equal(w.reply_http.status, 204);
	assert_int_equal(w.in.kind, EBMS_MESSAGE_ERROR);
	/* Of several errors the one that is none of the warnings. */
	a_signal(&w, "MessageError", "<eb:Error ",
		"<eb:Error eb:errorCode=\"Unknown\" eb:severity=\"Warning\"/>"
		"<eb:Error ");
	receive(&w);
	assert_string_equal(w.error_code, "Inconsistent");
	a_signal(&w, "Pong", "", "");
	receive(&w);
	assert_int_equal(w.reply_http.status, 204);
	assert_int_equal(w.in.kind, EBMS_PONG);
	world_done(&w);
}

/* Synchronous or not: a signal is never answered with one. */
static void
test_ebms_signal__each_ends_with_204(void **state)
{
	static const char *const actions[] = { "Acknowledgment", "MessageError",
		"Pong" };
	struct world w;
	size_t i;

	(void)state;
	for (i = 0; i < 6; i++) {
		world_init(&w, i < 3 ? "none" : "mshSignalsOnly");
		a_signal(&w, actions[i % 3], "", "");
		receive(&w);
		assert_int_equal(w.reply_http.status, 204);
		assert_int_equal(w.kept, 1);
		assert_int_equal(w.note.code, CODE_NONE);
		assert_string_equal(w.in.reply_url, "");
		/* Known: noted, no effect. */
		w.keep = V_SKIP;
		receive(&w);
		assert_int_equal(w.reply_http.status, 204);
		assert_int_equal(w.reply_http.body.len, 0);
		assert_int_equal(w.note.code, CODE_EBMS);
		/* Known under another CPA: a fault would bring it back. */
		w.keep = V_NEVER;
		receive(&w);
		assert_int_equal(w.reply_http.status, 204);
		assert_int_equal(w.note.code, CODE_EBMS);
		w.keep = V_LATER;
		receive(&w);
		assert_int_equal(w.reply_http.status, 503);
		world_done(&w);
	}
}

/* The agreement may have ended meanwhile: what it acknowledges has not. */
static void
test_ebms_signal__late_ones_are_taken(void **state)
{
	struct world w;

	(void)state;
	world_of(&w, "none", "2039-01-01T00:00:00Z", "2021-01-01T00:00:00Z");
	a_signal(&w, "Acknowledgment", "", "");
	receive(&w);
	assert_int_equal(w.reply_http.status, 204);
	assert_int_equal(w.kept, 1);
	world_done(&w);
}

/* No error about an error: noted, 204, no effect. */
static void
test_ebms_signal__a_wrong_signal_has_no_effect(void **state)
{
	static const struct {
		const char *action, *old, *new;
	} cases[] = {
		{ "Acknowledgment", OURS, "00000099000000030000" },
		{ "Acknowledgment", "actor:toPartyMSH", "actor:nextMSH" },
		{ "Acknowledgment", "<eb:Acknowledgment eb:version=\"2.0\"",
			"<eb:Acknowledgment eb:version=\"1.0\"" },
		{ "Acknowledgment",
			"request-id@ours.example</eb:"
			"RefToMessageId>\n      </eb:MessageData>",
			"other</eb:RefToMessageId></eb:MessageData>" },
		{ "MessageError", "<eb:MessageHeader eb:version=\"2.0\"",
			"<eb:MessageHeader eb:version=\"1.0\"" },
		{ "MessageError", "Severity=\"Error\"",
			"Severity=\"Warning\"" },
	};
	struct world w;
	size_t i;

	(void)state;
	world_init(&w, "none");
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		a_signal(&w, cases[i].action, cases[i].old, cases[i].new);
		receive(&w);
		assert_int_equal(w.reply_http.status, 204);
		assert_int_equal(w.kept, 0);
		assert_int_not_equal(w.note.code, CODE_NONE);
	}
	a_signal(&w, "Acknowledgment", ">Acknowledgment<", ">MessageError<");
	receive(&w);
	assert_int_equal(w.reply_http.status, 500);
	a_signal(&w, "Ping", ">Ping<", ">StatusRequest<");
	receive(&w);
	assert_int_equal(w.reply_http.status, 500);
	a_signal(&w, "Ping", ">Ping<", ">ping<");
	receive(&w);
	assert_int_equal(w.reply_http.status, 500);
	world_done(&w);
}

/* --- Ping --- */

static void
test_ebms_signal__a_ping_gets_a_pong(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "none");
	a_signal(&w, "Ping", "", "");
	receive(&w);
	assert_int_equal(w.reply_http.status, 204);
	assert_int_equal(w.in.kind, EBMS_PING);
	assert_true(w.in.reply_once);
	assert_string_equal(
		w.in.reply_url, "https://theirs.example:28443/ebms");
	check_signal(w.reply, "Pong", NULL, NULL);
	a_signal(&w, "Ping", "</soap:Header>", SYNC "</soap:Header>");
	receive(&w);
	assert_int_equal(w.reply_http.status, 200);
	assert_true(w.reply_http.soap_action);
	assert_int_equal(w.kept, 0);
	check_signal(w.reply_http.body.bytes, "Pong", NULL, NULL);
	/* Wrong: there is no error to push, only a fault. */
	a_signal(&w, "Ping", OURS, "00000099000000030000");
	receive(&w);
	assert_int_equal(w.reply_http.status, 500);
	assert_non_null(strstr(
		w.reply_http.body.bytes, "Inconsistent: " H "/To/PartyId"));
	a_signal(&w, "Ping", "<eb:MessageHeader eb:version=\"2.0\"",
		"<eb:MessageHeader eb:version=\"1.0\"");
	receive(&w);
	assert_int_equal(w.reply_http.status, 500);
	world_done(&w);
	/* The agreement says that they wait for it in the connection. */
	world_init(&w, "mshSignalsOnly");
	a_signal(&w, "Ping", "", "");
	receive(&w);
	assert_int_equal(w.reply_http.status, 200);
	check_signal(w.reply_http.body.bytes, "Pong", NULL, NULL);
	world_done(&w);
}

/* --- StatusRequest --- */

static void
ask_status(struct world *w, const char *header)
{
	struct buf text = BUF_MAX(10000);

	a_signal(w, "Ping", ">Ping<", ">StatusRequest<");
	changed(&w->body, "<soap:Body/>",
		"<soap:Body><eb:StatusRequest eb:version=\"2.0\">"
		"<eb:RefToMessageId>asked@theirs.example</eb:RefToMessageId>"
		"</eb:StatusRequest></soap:Body>",
		&text);
	buf_reset(&w->body);
	changed(&text, "</soap:Header>", header, &w->body);
	buf_done(&text);
	receive(w);
}

static void
test_ebms_signal__a_status_is_told(void **state)
{
	static const struct {
		enum ebms_status status;
		const char *word;
		bool time;
	} cases[] = {
		{ EBMS_NOT_RECOGNIZED, "NotRecognized", false },
		{ EBMS_UNAUTHORIZED, "UnAuthorized", false },
		{ EBMS_RECEIVED, "Received", true },
		{ EBMS_PROCESSED, "Processed", true },
	};
	struct buf word = BUF_MAX(100);
	const char *text;
	struct world w;
	size_t i;

	(void)state;
	for (i = 0; i < 8; i++) {
		world_init(&w, i < 4 ? "none" : "mshSignalsOnly");
		w.status = cases[i % 4].status;
		ask_status(&w, "</soap:Header>");
		assert_string_equal(w.status_of, "asked@theirs.example");
		assert_string_equal(w.status_cpa, "test-cpa");
		assert_int_equal(w.reply_http.status, i < 4 ? 204 : 200);
		text = i < 4 ? w.reply : w.reply_http.body.bytes;
		check_signal(text, "StatusResponse", NULL, NULL);
		buf_reset(&word);
		buf_format(&word, "eb:messageStatus=\"%s\"", cases[i % 4].word);
		assert_non_null(strstr(text, word.bytes));
		assert_non_null(strstr(
			text, "<eb:RefToMessageId>asked@theirs.example<"));
		assert_int_equal(
			strstr(text, "2025-11-24T15:59:59.000Z") != NULL,
			cases[i % 4].time);
		if (i < 4) {
			assert_int_equal(w.in.kind, EBMS_STATUS_REQUEST);
			assert_true(w.in.reply_once);
			assert_string_equal(w.in.reply_url,
				"https://theirs.example:28443/ebms");
		}
		world_done(&w);
	}
	buf_done(&word);
}

static void
test_ebms_signal__a_status_that_cannot_be_told(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "none");
	w.status = EBMS_RECEIVED;
	/* In this connection, for they wait. */
	ask_status(&w, SYNC "</soap:Header>");
	assert_int_equal(w.reply_http.status, 200);
	assert_int_equal(w.kept, 0);
	w.status_verdict = V_LATER;
	ask_status(&w, "</soap:Header>");
	assert_int_equal(w.reply_http.status, 503);
	assert_int_equal(w.note.code, CODE_DATABASE);
	w.conf.status = NULL;
	ask_status(&w, "</soap:Header>");
	assert_int_equal(w.reply_http.status, 500);
	world_done(&w);
	/* By another party: row 9. */
	world_init(&w, "none");
	w.request.peer_oin = "00000099000000030000";
	ask_status(&w, "</soap:Header>");
	assert_int_equal(w.reply_http.status, 500);
	assert_string_equal(w.status_of, "");
	world_done(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ebms_signal__signals_are_kept),
		cmocka_unit_test(test_ebms_signal__each_ends_with_204),
		cmocka_unit_test(test_ebms_signal__late_ones_are_taken),
		cmocka_unit_test(
			test_ebms_signal__a_wrong_signal_has_no_effect),
		cmocka_unit_test(test_ebms_signal__a_ping_gets_a_pong),
		cmocka_unit_test(test_ebms_signal__a_status_is_told),
		cmocka_unit_test(
			test_ebms_signal__a_status_that_cannot_be_told),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
