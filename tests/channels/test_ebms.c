/* tests/channels/test_ebms.c - messages out, and what the answers mean
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "channels/channel.h"
#include "channels/ebms.h"
#include "channels/http_bytes.h"
#include "tests/channels/agreement.h"
#include "tests/channels/shared.h"
#include "tests/channels/wire.h"

#define OURS "00000099000000010000"
#define XSD "ebms2/xsd/msg-header-2_0.xsd"
#define ID "5b1f4f0c-2d5c-4d0a-8c55-7f0f6a3e9d21@msh.sender.example"

static struct pki pki;
static const char *const both[] = { ACTION_BV_REQUEST, ACTION_BV_RESULT, NULL };

static bool
shared_cpa(const char *name, struct arena *mem, struct cpa *cpa)
{
	struct buf text = BUF_MAX(1000000);
	struct fault why;

	if (!shared_text(name, &text))
		return false;
	assert_int_equal(cpa_read(text.bytes, text.len, OURS, both, false, mem,
				 cpa, &why),
		V_OK);
	buf_done(&text);
	return true;
}

static int64_t
ms_of(const char *text)
{
	int64_t ms = 0;

	assert_true(clock_parse(text, &ms));
	return ms;
}

static bool
have_shared(void)
{
	struct buf text = BUF_MAX(100000);
	bool have = shared_text("ebms2/examples/03-acknowledgment.xml", &text);

	if (!have)
		print_message("# no shared data\n");
	buf_done(&text);
	return have;
}

/* Is what we write the example, byte for byte, and valid? */
static void
same_as(const char *name, const struct buf *got)
{
	struct buf want = BUF_MAX(100000);

	assert_true(shared_text(name, &want));
	assert_string_equal(got->bytes, want.bytes);
	assert_int_not_equal(shared_valid(XSD, got->bytes, got->len), 0);
	buf_done(&want);
}

static void
test_ebms__a_request_is_the_example(void **state)
{
	static const struct {
		const char *cpa, *example;
	} cases[] = {
		{ "ebms2/examples/cpa-mobb-osb-rm-async.xml",
			"ebms2/examples/01-request-async-envelope.xml" },
		{ "ebms2/examples/cpa-mobb-osb-rm-sync-fast.xml",
			"ebms2/examples/02-request-syncreply-envelope.xml" },
	};
	struct arena mem = ARENA_EMPTY;
	struct buf out = BUF_MAX(100000);
	struct ebms_ids ids;
	struct cpa cpa;
	size_t i;

	(void)state;
	if (!have_shared())
		skip();
	for (i = 0; i < 2; i++) {
		const struct cpa_action *action;

		assert_true(shared_cpa(cases[i].cpa, &mem, &cpa));
		action = cpa_find(&cpa, ACTION_BV_REQUEST, true);
		ebms_ids_make(&cpa, action,
			"0f2c7b1e-6f0a-4a53-9c7e-5d2f8f1f4c11",
			ms_of("2026-11-23T20:00:00Z"), &ids);
		assert_non_null(strstr(ids.message_id, "@localhost"));
		strcpy(ids.message_id, ID);
		buf_reset(&out);
		ebms_envelope(&cpa, action, &ids,
			"batch-8f6d1f7e-0b0f-4b5e-9f3d-0d5f2b7a6c10"
			"@msh.sender.example",
			&out);
		same_as(cases[i].example, &out);
	}
	buf_done(&out);
	arena_done(&mem);
}

static struct ebms_head
head_of(const char *action, const char *id, const char *ref_to, bool test)
{
	return (struct ebms_head){
		.from = { "00000099000000020000", "urn:osb:oin" },
		.to = { OURS, "urn:osb:oin" },
		.cpa_id = "MIJNOVERHEID-EBMS-BB-2-0_00000099000000010000_"
			  "00000099000000020000_test-async",
		.conversation_id = test ? "b8a9c0aa-0c1b-4f2d-8f59-"
					  "0a5ad0a1c901"
					: "0f2c7b1e-6f0a-4a53-9c7e-"
					  "5d2f8f1f4c11",
		.service = EBMS_SERVICE,
		.action = action,
		.message_id = id,
		.ref_to = ref_to,
	};
}

static void
test_ebms__signals_are_the_examples(void **state)
{
	static const struct ebms_error error = { "MimeProblem",
		"cid:batch-8f6d1f7e-0b0f-4b5e-9f3d-0d5f2b7a6c10"
		"@msh.sender.example",
		"Payload part not present." };
	struct buf out = BUF_MAX(100000);
	struct ebms_head head;

	(void)state;
	if (!have_shared())
		skip();
	head = head_of("Acknowledgment",
		"c2a4f9b0-3c1e-4ad2-9a3a-9f7b0b1d6e02@msh.receiver.example", ID,
		false);
	head.from_role = "SP";
	head.to_role = "SR";
	head.created_ms = ms_of("2026-11-23T20:00:03.120Z");
	ebms_write_acknowledgment(&head, head.created_ms, &out);
	same_as("ebms2/examples/03-acknowledgment.xml", &out);

	head = head_of("MessageError",
		"77c0b9b1-41c9-4d4b-8a0e-6f9f6d1f0e03@msh.receiver.example", ID,
		false);
	head.created_ms = ms_of("2026-11-23T20:00:03.400Z");
	buf_reset(&out);
	ebms_write_error(&head, &error, &out);
	same_as("ebms2/examples/04-messageerror.xml", &out);

	head = head_of("Pong",
		"d1ec9a53-1cc0-4a5e-9e5f-6f5a0cf2b104@msh.receiver.example",
		"b8a9c0aa-0c1b-4f2d-8f59-0a5ad0a1c901@msh.sender.example",
		true);
	head.created_ms = ms_of("2026-11-23T20:00:01Z");
	buf_reset(&out);
	ebms_write_plain(&head, &out);
	same_as("ebms2/examples/06-pong.xml", &out);

	buf_reset(&out);
	ebms_write_fault("Client", "CPA unknown-cpa not found!", &out);
	same_as("ebms2/examples/10-soap-fault.xml", &out);
	buf_done(&out);
}

static void
test_ebms__odd_texts_stay_well_formed(void **state)
{
	static const struct ebms_error error = { "Inconsistent",
		"//x[@a=\"<\"]", "a & b > c" };
	struct buf out = BUF_MAX(100000);
	struct xml_tree *tree = NULL;
	struct ebms_message message;
	struct ebms_head head =
		head_of("MessageError", "<i&d>", "\"r'\x01", false);
	char plain[40];
	struct fault why;
	const char *text;

	(void)state;
	ebms_write_error(&head, &error, &out);
	assert_int_equal(xml_tree_parse(out.bytes, out.len, &tree, &why), V_OK);
	assert_int_equal(ebms_read(tree, &message, &text), EBMS_FINE);
	assert_string_equal(message.message_id, "<i&d>");
	assert_string_equal(message.error_location, "//x[@a=\"<\"]");
	assert_string_equal(message.error_text, "a & b > c");
	xml_tree_free(tree);
	buf_done(&out);

	assert_string_equal(ebms_plain("bsn 999990019, oin "
				       "00000099000000010000\n\xc3\xa9",
				    plain, sizeof(plain)),
		"bsn *********, oin 00000099000000010000");
}

static void
test_ebms__a_host_that_needs_quoting_does_not_end_in_an_id(void **state)
{
	char id[EBMS_OUR_ID_MAX];

	(void)state;
	ebms_message_id("[::1]", id);
	assert_non_null(strstr(id, "@---1-"));
}

/* --- posting --- */

#define ENVELOPE "<e/>"
#define HEAD200                                                                \
	"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: "            \
	"close\r\n\r\n"

/* The agreement of the posts below; what the channel is like. */
static struct cpa agreed;
static struct arena agreed_mem;
static bool best_effort, sync;

static enum verdict
post(const char *reply, bool signal_only, enum ebms_answer *answer,
	int64_t *after, struct wire *w, struct fault *why)
{
	struct http_peer peer = { .trust = pki.root,
		.certificate = pki.client,
		.key = pki.client_key,
		.oin = PKI_THEIRS,
		.answer_ms = 1200 };
	struct http_bytes bytes = { .bytes = "<payload/>", .len = 10 };
	struct http_body payload = http_bytes_body(&bytes);
	struct ebms_post post = { .cpa = &agreed,
		.message_id = ID,
		.envelope = ENVELOPE,
		.envelope_len = strlen(ENVELOPE),
		.content_id = "c@d",
		.payload = signal_only ? NULL : &payload,
		.ack_requested = !signal_only && !best_effort,
		.sync_reply = sync };
	struct ebms_reply got = { .meaning = 0, .retry_after_s = -7 };
	struct http *http = NULL;
	enum verdict v;

	*w = (struct wire){ .pki = &pki, .deed = WIRE_ANSWER, .text = reply };
	if (strcmp(reply, "cut") == 0)
		*w = (struct wire){
			.pki = &pki, .deed = WIRE_CLOSE, .read = 1
		};
	wire_begin(w);
	assert_int_equal(http_open(&peer, &http, why), V_OK);
	post.url = w->url;
	v = ebms_post(http, &post, &got, why);
	*answer = got.meaning;
	*after = got.retry_after_s;
	http_close(http);
	wire_end(w);
	return v;
}

static void
test_ebms__a_message_is_multipart(void **state)
{
	static const char want[] =
		"Content-Type: text/xml; charset=UTF-8\r\n"
		"Content-ID: <" ID ">\r\n\r\n" ENVELOPE "\r\n--";
	enum ebms_answer answer;
	struct fault why;
	struct wire w;
	char first[8192];
	int64_t after;

	(void)state;
	assert_int_equal(
		post(WIRE_204, false, &answer, &after, &w, &why), V_OK);
	assert_int_equal(answer, EBMS_ACCEPTED);
	assert_int_equal(after, -1);
	assert_non_null(strstr(w.got, "SOAPAction: \"ebXML\"\r\n"));
	assert_non_null(strstr(w.got,
		"Content-Type: multipart/related; type=\"text/xml\"; "
		"boundary=\"mobb-"));
	assert_non_null(strstr(w.got, "start=\"<" ID ">\""));
	assert_null(strstr(w.got, "Expect"));
	assert_null(strstr(w.got, "chunked"));
	assert_non_null(strstr(w.got, want));
	assert_non_null(strstr(w.got, "\r\n\r\n<payload/>\r\n--mobb-"));
	assert_string_equal(w.got + w.got_len - 4, "--\r\n");
	/* A retry repeats it to the last byte of the body. */
	strcpy(first, strstr(w.got, "\r\n\r\n"));
	assert_int_equal(
		post(WIRE_204, false, &answer, &after, &w, &why), V_OK);
	assert_string_equal(strstr(w.got, "\r\n\r\n"), first);
	/* A signal is the bare envelope. */
	assert_int_equal(post(WIRE_204, true, &answer, &after, &w, &why), V_OK);
	assert_non_null(strstr(w.got, "Content-Type: text/xml"));
	assert_string_equal(strstr(w.got, "\r\n\r\n") + 4, ENVELOPE);
}

/* A signal about `ref_to` with this action, as a whole HTTP answer. */
static void
answer_of(struct buf *out, int status, const char *action, const char *ref_to)
{
	static const struct ebms_error error = { "Inconsistent",
		"//Header/SyncReply", "nr 999990019" };
	struct ebms_head head = head_of(action, "x@y", ref_to, false);
	struct buf text = BUF_MAX(100000);

	head.cpa_id = "test-cpa";
	buf_reset(out);
	if (strcmp(action, "Acknowledgment") == 0)
		ebms_write_acknowledgment(&head, 0, &text);
	else if (strcmp(action, "MessageError") == 0)
		ebms_write_error(&head, &error, &text);
	else if (strcmp(action, "Fault") == 0)
		ebms_write_fault("Client", "CPA not found", &text);
	else
		ebms_write_plain(&head, &text);
	buf_format(out,
		"HTTP/1.1 %d X\r\nContent-Type: text/xml\r\n"
		"Content-Length: %zu\r\nRetry-After: 9\r\n\r\n%s",
		status, text.len, text.bytes);
	buf_done(&text);
}

static void
test_ebms__signals_in_the_answer(void **state)
{
	static const struct {
		int status;
		const char *action, *ref_to;
		enum verdict v;
		enum ebms_answer answer;
		enum code code;
	} cases[] = {
		{ 200, "Acknowledgment", ID, V_OK, EBMS_ACKNOWLEDGED, 0 },
		{ 202, "Acknowledgment", ID, V_OK, EBMS_ACKNOWLEDGED, 0 },
		{ 200, "Acknowledgment", "other@x", V_UNKNOWN, 0, CODE_ANSWER },
		{ 200, "MessageError", ID, V_OK, EBMS_REFUSED,
			CODE_EBMS_ERROR },
		{ 500, "MessageError", ID, V_OK, EBMS_REFUSED,
			CODE_EBMS_ERROR },
		{ 500, "MessageError", "other@x", V_OK, EBMS_AGAIN, CODE_HTTP },
		{ 500, "Acknowledgment", ID, V_OK, EBMS_AGAIN, CODE_HTTP },
		{ 200, "Fault", ID, V_OK, EBMS_AGAIN, CODE_EBMS_ERROR },
		{ 500, "Fault", ID, V_OK, EBMS_AGAIN, CODE_EBMS_ERROR },
		{ 200, "Pong", ID, V_OK, EBMS_ACKNOWLEDGED, 0 },
		{ 404, "Acknowledgment", ID, V_OK, EBMS_REFUSED, CODE_HTTP },
	};
	struct buf reply = BUF_MAX(100000);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		enum ebms_answer answer;
		struct fault why = FAULT_NONE;
		struct wire w;
		enum verdict v;
		int64_t after;

		answer_of(&reply, cases[i].status, cases[i].action,
			cases[i].ref_to);
		v = post(reply.bytes, false, &answer, &after, &w, &why);
		if (v != cases[i].v || answer != cases[i].answer ||
			why.code != cases[i].code)
			print_message("# %d %s: %d %d MOBB-%d %s\n",
				cases[i].status, cases[i].action, v, answer,
				why.code, why.text);
		assert_int_equal(v, cases[i].v);
		assert_int_equal(answer, cases[i].answer);
		assert_int_equal(why.code, cases[i].code);
		assert_null(strstr(why.text, "999990019"));
		if (cases[i].answer == EBMS_REFUSED &&
			cases[i].code == CODE_EBMS_ERROR)
			assert_non_null(strstr(why.text, "//Header/SyncReply"));
		if (strcmp(cases[i].action, "Fault") == 0)
			assert_non_null(strstr(why.text, "CPA not found"));
		if (v == V_OK)
			assert_int_equal(after, 9);
	}
	buf_done(&reply);
}

static void
test_ebms__what_a_status_means(void **state)
{
	static const struct {
		const char *reply;
		enum verdict v;
		enum ebms_answer answer;
	} cases[] = {
		{ "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", V_OK,
			EBMS_ACCEPTED },
		{ "HTTP/1.1 202 OK\r\nContent-Length: 0\r\n\r\n", V_OK,
			EBMS_ACCEPTED },
		{ HEAD200 "<html/>", V_UNKNOWN, 0 },
		{ HEAD200 "hello", V_UNKNOWN, 0 },
		{ "HTTP/1.1 302 X\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
			V_OK, EBMS_REFUSED },
		{ "HTTP/1.1 400 X\r\nContent-Length: 0\r\n\r\n", V_OK,
			EBMS_REFUSED },
		{ "HTTP/1.1 403 X\r\nContent-Length: 0\r\n\r\n", V_OK,
			EBMS_REFUSED },
		{ "HTTP/1.1 408 X\r\nContent-Length: 0\r\n\r\n", V_OK,
			EBMS_AGAIN },
		{ "HTTP/1.1 413 X\r\nContent-Length: 0\r\n\r\n", V_OK,
			EBMS_REFUSED },
		{ "HTTP/1.1 429 X\r\nContent-Length: 0\r\n\r\n", V_OK,
			EBMS_AGAIN },
		{ "HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n", V_OK,
			EBMS_AGAIN },
		{ "HTTP/1.1 500 X\r\nContent-Length: 5\r\n\r\nhello", V_OK,
			EBMS_AGAIN },
		{ "HTTP/1.1 501 X\r\nContent-Length: 0\r\n\r\n", V_OK,
			EBMS_REFUSED },
		{ "HTTP/1.1 502 X\r\nContent-Length: 0\r\n\r\n", V_OK,
			EBMS_AGAIN },
		{ "HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n", V_OK,
			EBMS_AGAIN },
		{ "HTTP/1.1 505 X\r\nContent-Length: 0\r\n\r\n", V_OK,
			EBMS_REFUSED },
		{ "HTTP/1.1 510 X\r\nContent-Length: 0\r\n\r\n", V_OK,
			EBMS_REFUSED },
		{ "", V_UNKNOWN, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		enum ebms_answer answer;
		struct fault why = FAULT_NONE;
		struct wire w;
		enum verdict v;
		int64_t after;

		v = post(cases[i].reply, false, &answer, &after, &w, &why);
		if (v != cases[i].v || answer != cases[i].answer)
			print_message("# %.20s: %d %d MOBB-%d %s\n",
				cases[i].reply, v, answer, why.code, why.text);
		assert_int_equal(v, cases[i].v);
		assert_int_equal(answer, cases[i].answer);
		assert_int_equal(w.connections, 1);
	}
}

static void
test_ebms__an_answer_may_be_multipart(void **state)
{
	struct buf reply = BUF_MAX(100000), text = BUF_MAX(100000);
	struct ebms_head head = head_of("Acknowledgment", "x@y", ID, false);
	enum ebms_answer answer;
	struct fault why;
	struct wire w;
	int64_t after;

	(void)state;
	head.cpa_id = "test-cpa";
	ebms_write_acknowledgment(&head, 0, &text);
	buf_format(&reply,
		"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: "
		"multipart/related; boundary=B; start=\"<s>\"\r\n\r\n"
		"--B\r\nContent-ID: <t>\r\n\r\nx\r\n"
		"--B\r\nContent-ID: <s>\r\n\r\n%s\r\n--B--\r\n",
		text.bytes);
	assert_int_equal(
		post(reply.bytes, false, &answer, &after, &w, &why), V_OK);
	assert_int_equal(answer, EBMS_ACKNOWLEDGED);
	buf_done(&reply);
	buf_done(&text);
}

static int
make_pki(void **state)
{
	struct buf text = BUF_MAX(100000);
	struct fault why;

	(void)state;
	agreement(&text, "none", "", "");
	assert_int_equal(cpa_read(text.bytes, text.len, OURS, both, false,
				 &agreed_mem, &agreed, &why),
		V_OK);
	buf_done(&text);
	pki_init(&pki);
	return 0;
}

static int
drop_pki(void **state)
{
	(void)state;
	arena_done(&agreed_mem);
	pki_done(&pki);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ebms__a_request_is_the_example),
		cmocka_unit_test(test_ebms__signals_are_the_examples),
		cmocka_unit_test(test_ebms__odd_texts_stay_well_formed),
		cmocka_unit_test(
			test_ebms__a_host_that_needs_quoting_does_not_end_in_an_id),
		cmocka_unit_test(test_ebms__a_message_is_multipart),
		cmocka_unit_test(test_ebms__signals_in_the_answer),
		cmocka_unit_test(test_ebms__what_a_status_means),
		cmocka_unit_test(test_ebms__an_answer_may_be_multipart),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
