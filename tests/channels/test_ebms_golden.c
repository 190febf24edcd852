/* tests/channels/test_ebms_golden.c - the complete examples of the wire
 *
 * Requests are taken as they are on the wire, byte for byte; what we write with
 * the same ids and moments is the same as the examples, and what we write of
 * any kind fits the official schemas.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "channels/http_read.h"
#include "tests/channels/receiver.h"

#define CPA_ASYNC "ebms2/examples/cpa-mobb-osb-rm-async.xml"
#define CPA_SYNC "ebms2/examples/cpa-mobb-osb-rm-sync-fast.xml"
#define MIDNIGHT INT64_C(1795464000000) /* 2026-11-23T20:00:00Z */

/* As the party `oin` of an example agreement, called by `peer`. */
static void
world_shared(
	struct world *w, const char *cpa, const char *oin, const char *peer)
{
	struct buf text = BUF_MAX(1000000);
	struct fault why;

	world_init(w, "none");
	if (!shared_text(cpa, &text)) {
		print_message("# no examples here\n");
		world_done(w);
		buf_done(&text);
		skip();
	}
	assert_int_equal(cpa_read(text.bytes, text.len, oin, both, false,
				 &w->mem, &w->cpa, &why),
		V_OK);
	w->request.peer_oin = peer;
	buf_done(&text);
}

/* The bytes of a file, through the reader of HTTP, to the receiver. */
static void
receive_file(struct world *w, const char *name)
{
	struct buf text = BUF_MAX(1000000);
	struct http_read read;
	size_t used = 0;

	assert_true(shared_text(name, &text));
	http_read_init(&read, 1000000, NULL);
	while (used < text.len && read.stage != HTTP_REFUSED)
		used += http_read_feed(
			&read, text.bytes + used, text.len - used);
	assert_int_equal(read.stage, HTTP_DONE);
	w->request.method = read.method;
	w->request.path = read.path;
	w->request.content_type = read.content_type;
	w->request.soap_action = read.soap_action;
	w->request.body = read.body.bytes;
	w->request.body_len = read.body.len;
	buf_reset(&w->reply_http.body);
	w->kept = 0;
	ebms_receive(&w->conf, &w->request, MIDNIGHT + 4000, keeper, w,
		&w->reply_http, &w->note);
	if (w->note.code != CODE_NONE)
		print_message("# %s: %s\n", name, w->note.text);
	assert_int_equal(w->note.code, CODE_NONE);
	http_read_done(&read);
	buf_done(&text);
}

static void
test_ebms_golden__the_wire_examples_are_taken(void **state)
{
	struct world w;

	(void)state;
	world_shared(&w, CPA_ASYNC, THEIRS, OURS);
	receive_file(&w, "ebms2/examples/20-http-request-async.bin");
	assert_int_equal(w.reply_http.status, 204);
	assert_int_equal(w.kept, 1);
	assert_int_equal(w.in.kind, EBMS_BUSINESS);
	assert_false(w.in.reply_is_error);
	assert_string_equal(w.payload,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<!-- application document goes here, byte for byte -->\n"
		"<Berichten xmlns=\"http://schemas.rdw.nl/GEB/BerichtVerwerk"
		"Service/Types/2009/01\"/>\n");
	world_done(&w);
	world_shared(&w, CPA_ASYNC, OURS, THEIRS);
	receive_file(&w, "ebms2/examples/21-http-request-ack.bin");
	assert_int_equal(w.reply_http.status, 204);
	assert_int_equal(w.in.kind, EBMS_ACKNOWLEDGMENT);
	assert_string_equal(w.ref_to,
		"5b1f4f0c-2d5c-4d0a-8c55-7f0f6a3e9d21@msh.sender.example");
	world_done(&w);
}

/* The same request under the synchronous agreement: its acknowledgment is like
 * the one of the examples.
 */
static void
test_ebms_golden__the_synchronous_answer_is_like_theirs(void **state)
{
	struct buf text = BUF_MAX(100000), body = BUF_MAX(100000);
	struct xml_tree *ours = NULL, *theirs = NULL;
	struct ebms_message a, b;
	const char *at, *where;
	struct fault why;
	struct world w;

	(void)state;
	world_shared(&w, CPA_SYNC, THEIRS, OURS);
	assert_true(shared_text(
		"ebms2/examples/02-request-syncreply-envelope.xml", &text));
	buf_format(&w.body,
		"--B\r\n\r\n%s\r\n--B\r\nContent-ID: <batch-8f6d1f7e-0b0f-4b5e-"
		"9f3d-0d5f2b7a6c10@msh.sender.example>\r\n\r\n<x/>\r\n--B--",
		text.bytes);
	strcpy(w.content_type, "multipart/related; boundary=B");
	w.request.content_type = w.content_type;
	w.request.body = w.body.bytes;
	w.request.body_len = w.body.len;
	ebms_receive(&w.conf, &w.request, MIDNIGHT + 3120, keeper, &w,
		&w.reply_http, &w.note);
	assert_int_equal(w.reply_http.status, 200);
	assert_true(w.reply_http.soap_action);
	assert_true(shared_text(
		"ebms2/examples/22-http-response-sync-ack.bin", &text));
	at = strstr(text.bytes, "\r\n\r\n") + 4;
	assert_int_equal(
		xml_tree_parse(at, (size_t)(text.bytes + text.len - at),
			&theirs, &why),
		V_OK);
	assert_int_equal(xml_tree_parse(w.reply_http.body.bytes,
				 w.reply_http.body.len, &ours, &why),
		V_OK);
	assert_int_equal(ebms_read(theirs, &a, &where), EBMS_FINE);
	assert_int_equal(ebms_read(ours, &b, &where), EBMS_FINE);
	/* But for the id and the host in it, which are the receiver's. */
	changed(&w.reply_http.body, b.message_id, a.message_id, &body);
	assert_string_equal(body.bytes, at);
	xml_tree_free(ours);
	xml_tree_free(theirs);
	buf_done(&text);
	buf_done(&body);
	world_done(&w);
}

/* --- what we write --- */

#define CPA_ID                                                                 \
	"MIJNOVERHEID-EBMS-BB-2-0_00000099000000010000_"                       \
	"00000099000000020000_test-"
#define REQUEST_ID "5b1f4f0c-2d5c-4d0a-8c55-7f0f6a3e9d21@msh.sender.example"
#define RESULT_ID "91c1f7a6-8a1f-4f7b-8a90-3c1b0e2f5507@msh.receiver.example"
#define CONVERSATION "0f2c7b1e-6f0a-4a53-9c7e-5d2f8f1f4c11"
#define PING "b8a9c0aa-0c1b-4f2d-8f59-0a5ad0a1c901"
#define ASKED "3d0f7a40-9a6e-4c1c-8a6b-1b8a5f8a2205"
#define BATCH "batch-8f6d1f7e-0b0f-4b5e-9f3d-0d5f2b7a6c10@msh.sender.example"

static struct ebms_head
from_us(const char *cpa, const char *action)
{
	return (struct ebms_head){ .from = { OURS, "urn:osb:oin" },
		.to = { THEIRS, "urn:osb:oin" },
		.cpa_id = cpa,
		.conversation_id = CONVERSATION,
		.service = EBMS_SERVICE,
		.action = action,
		.message_id = REQUEST_ID,
		.created_ms = MIDNIGHT };
}

static struct ebms_head
from_them(const char *action, const char *message_id, const char *ref_to,
	int64_t created_ms)
{
	struct ebms_head head = from_us(CPA_ID "async", action);

	head.to = head.from;
	head.from = (struct ebms_party){ THEIRS, "urn:osb:oin" };
	head.message_id = message_id;
	head.ref_to = ref_to;
	head.created_ms = created_ms;
	return head;
}

static void
business(struct ebms_head *head, const char *from_role, const char *to_role,
	int64_t live_ms)
{
	head->service = "MIJNOVERHEID.ebMS.BB.2.0";
	head->service_type = "urn:osb:services";
	head->from_role = from_role;
	head->to_role = to_role;
	head->duplicate_elimination = true;
	head->expires_ms = head->created_ms + live_ms;
}

static void
same_as(const char *name, struct buf *ours)
{
	struct buf theirs = BUF_MAX(100000);

	assert_false(ours->full);
	if (!shared_text(name, &theirs)) {
		print_message("# no examples here\n");
		buf_done(&theirs);
		buf_done(ours);
		skip();
	}
	if (strcmp(ours->bytes, theirs.bytes) != 0)
		print_message("# differs from %s:\n%s\n", name, ours->bytes);
	assert_string_equal(ours->bytes, theirs.bytes);
	if (strstr(ours->bytes, "soap:Fault") == NULL)
		assert_int_not_equal(shared_valid("ebms2/xsd/"
						  "msg-header-2_0.xsd",
					     ours->bytes, ours->len),
			0);
	assert_int_not_equal(
		shared_valid("ebms2/xsd/envelope.xsd", ours->bytes, ours->len),
		0);
	buf_reset(ours);
	buf_done(&theirs);
}

static void
test_ebms_golden__messages_with_a_payload(void **state)
{
	struct ebms_head head = from_us(CPA_ID "async", ACTION_BV_REQUEST);
	struct buf out = BUF_MAX(100000);

	(void)state;
	business(&head, "SR", "SP", 27 * 3600000);
	ebms_write_business(&head, false, true, BATCH, &out);
	same_as("ebms2/examples/01-request-async-envelope.xml", &out);
	head.cpa_id = CPA_ID "sync";
	head.expires_ms = MIDNIGHT + 20000;
	ebms_write_business(&head, true, true, BATCH, &out);
	same_as("ebms2/examples/02-request-syncreply-envelope.xml", &out);
	head = from_them(
		ACTION_BV_RESULT, RESULT_ID, REQUEST_ID, MIDNIGHT + 2470000);
	business(&head, "SP", "SR", 27 * 3600000);
	ebms_write_business(
		&head, false, true, "result-1@msh.receiver.example", &out);
	same_as("ebms2/examples/09-result-envelope.xml", &out);
	buf_done(&out);
}

static void
test_ebms_golden__signals(void **state)
{
	static const struct ebms_error mime = { "MimeProblem", "cid:" BATCH,
		"Payload part not present." };
	static const struct ebms_error failure = { "DeliveryFailure", "",
		"Retries exhausted." };
	struct buf out = BUF_MAX(100000);
	struct ebms_head head;

	(void)state;
	head = from_them("Acknowledgment",
		"c2a4f9b0-3c1e-4ad2-9a3a-9f7b0b1d6e02@msh.receiver.example",
		REQUEST_ID, MIDNIGHT + 3120);
	head.from_role = "SP";
	head.to_role = "SR";
	ebms_write_acknowledgment(&head, MIDNIGHT + 3120, &out);
	same_as("ebms2/examples/03-acknowledgment.xml", &out);
	head = from_them("MessageError",
		"77c0b9b1-41c9-4d4b-8a0e-6f9f6d1f0e03@msh.receiver.example",
		REQUEST_ID, MIDNIGHT + 3400);
	ebms_write_error(&head, &mime, &out);
	same_as("ebms2/examples/04-messageerror.xml", &out);
	head = from_them("MessageError",
		"0c9b9c70-8fb3-4b7c-9f2e-0c4b71f47708@msh.receiver.example",
		REQUEST_ID, MIDNIGHT + 97201000);
	ebms_write_error(&head, &failure, &out);
	same_as("ebms2/examples/11-deliveryfailure-error.xml", &out);
	ebms_write_fault("Client", "CPA unknown-cpa not found!", &out);
	same_as("ebms2/examples/10-soap-fault.xml", &out);
	buf_done(&out);
}

static void
test_ebms_golden__questions_and_answers(void **state)
{
	struct buf out = BUF_MAX(100000);
	struct ebms_head head;

	(void)state;
	head = from_us(CPA_ID "async", "Ping");
	head.conversation_id = PING;
	head.message_id = PING "@msh.sender.example";
	ebms_write_plain(&head, &out);
	same_as("ebms2/examples/05-ping.xml", &out);
	head = from_them("Pong",
		"d1ec9a53-1cc0-4a5e-9e5f-6f5a0cf2b104@msh.receiver.example",
		PING "@msh.sender.example", MIDNIGHT + 1000);
	head.conversation_id = PING;
	ebms_write_plain(&head, &out);
	same_as("ebms2/examples/06-pong.xml", &out);
	head = from_them("StatusResponse",
		"e4fd3d1c-7f6e-4c1f-9d9c-2f4f0f5d3306@msh.receiver.example",
		ASKED "@msh.sender.example", MIDNIGHT + 300000);
	head.conversation_id = ASKED;
	ebms_write_status(&head, "Received", REQUEST_ID, MIDNIGHT + 3120, &out);
	same_as("ebms2/examples/08-statusresponse.xml", &out);
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ebms_golden__the_wire_examples_are_taken),
		cmocka_unit_test(
			test_ebms_golden__the_synchronous_answer_is_like_theirs),
		cmocka_unit_test(test_ebms_golden__messages_with_a_payload),
		cmocka_unit_test(test_ebms_golden__signals),
		cmocka_unit_test(test_ebms_golden__questions_and_answers),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
