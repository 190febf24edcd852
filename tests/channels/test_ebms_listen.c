/* tests/channels/test_ebms_listen.c - messages in, rule by rule
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
#include "channels/http_listen.h"
#include "tests/channels/agreement.h"
#include "tests/channels/shared.h"

#define OURS "00000099000000010000"
#define THEIRS "00000099000000020000"
#define NOW 1764000000000 /* 2025-11-24T16:00:00Z */
#define H "//Header/MessageHeader"

static const char *const both[] = { ACTION_BV_REQUEST, ACTION_BV_RESULT, NULL };

/* --- one request against a receiver with a keeper of our own --- */

struct world {
	struct arena mem;
	struct cpa cpa;
	struct ebms_listen_conf conf;
	struct http_request request;
	struct buf body;
	char content_type[200];

	/* what the keeper does and saw */
	enum verdict keep;
	const char *stored;
	int kept;
	struct ebms_inbound in;
	char message_id[300], ref_to[300], payload[2000], reply[20000];
	char reply_id[200], error_code[100], error_text[300];

	struct http_reply reply_http;
	struct fault note;
};

static void
copy(char *to, size_t size, const void *from, size_t len)
{
	assert_true(len < size);
	if (len > 0)
		memcpy(to, from, len);
	to[len] = '\0';
}

static enum verdict
keeper(void *self, const struct ebms_inbound *in, struct buf *stored,
	struct fault *why)
{
	struct world *w = self;

	w->kept++;
	w->in = *in;
	copy(w->message_id, sizeof(w->message_id), in->message_id,
		strlen(in->message_id));
	copy(w->ref_to, sizeof(w->ref_to), in->ref_to, strlen(in->ref_to));
	copy(w->payload, sizeof(w->payload), in->payload, in->payload_len);
	copy(w->reply, sizeof(w->reply), in->reply, in->reply_len);
	copy(w->reply_id, sizeof(w->reply_id), in->reply_id,
		strlen(in->reply_id));
	copy(w->error_code, sizeof(w->error_code), in->error_code,
		strlen(in->error_code));
	copy(w->error_text, sizeof(w->error_text), in->error_text,
		strlen(in->error_text));
	if (w->keep == V_SKIP)
		buf_text(stored, w->stored);
	if (w->keep == V_OK || w->keep == V_SKIP)
		return w->keep;
	return fault_set(why, w->keep, CODE_DATABASE, "away");
}

static void
world_init(struct world *w, const char *mode)
{
	struct buf text = BUF_MAX(100000);
	struct fault why;

	*w = (struct world){ .body = BUF_MAX(2000000) };
	agreement(&text, mode, "", "");
	assert_int_equal(cpa_read(text.bytes, text.len, OURS, both, false,
				 &w->mem, &w->cpa, &why),
		V_OK);
	buf_done(&text);
	w->conf = (struct ebms_listen_conf){
		.cpas = &w->cpa, .cpa_count = 1, .path = "/ebms"
	};
	w->request = (struct http_request){ .method = "POST",
		.path = "/ebms",
		.soap_action = "\"ebXML\"",
		.peer_oin = THEIRS };
	w->reply_http = (struct http_reply){ .body = BUF_MAX(100000) };
	w->keep = V_OK;
	w->stored = "";
}

static void
world_done(struct world *w)
{
	buf_done(&w->body);
	buf_done(&w->reply_http.body);
	arena_done(&w->mem);
}

static void
receive(struct world *w)
{
	buf_reset(&w->reply_http.body);
	w->reply_http.status = 0;
	w->reply_http.soap_action = false;
	w->reply_http.content_type = NULL;
	w->request.content_type = w->content_type;
	w->request.body = w->body.bytes != NULL ? w->body.bytes : "";
	w->request.body_len = w->body.len;
	w->kept = 0;
	ebms_receive(&w->conf, &w->request, NOW, keeper, w, &w->reply_http,
		&w->note);
}

/* --- messages of the other side --- */

static struct ebms_head
their_head(const char *service, const char *action)
{
	return (struct ebms_head){ .from = { THEIRS, "urn:osb:oin" },
		.to = { OURS, "urn:osb:oin" },
		.from_role = "SP",
		.to_role = "SR",
		.cpa_id = "test-cpa",
		.conversation_id = "conversation-1",
		.service = service,
		.service_type = strcmp(service, EBMS_SERVICE) == 0
					? ""
					: "urn:osb:services",
		.action = action,
		.message_id = "result-id@theirs.example",
		.ref_to = "request-id@ours.example",
		.created_ms = NOW - 60000 };
}

/* Replace every `old` in `text`; it must be there. */
static void
changed(const struct buf *text, const char *old, const char *new,
	struct buf *out)
{
	const char *p = text->bytes, *hit;

	if (*old != '\0')
		assert_non_null(strstr(p, old));
	while (*old != '\0' && (hit = strstr(p, old)) != NULL) {
		buf_add(out, p, (size_t)(hit - p));
		buf_text(out, new);
		p = hit + strlen(old);
	}
	buf_text(out, p);
}

/* A result, in a multipart with one payload, with one change. */
static void
a_result(struct world *w, bool sync, const char *old, const char *new)
{
	struct ebms_head head =
		their_head("MIJNOVERHEID.ebMS.BB.2.0", ACTION_BV_RESULT);
	struct buf soap = BUF_MAX(100000), text = BUF_MAX(100000);

	head.expires_ms = NOW + 3600000;
	head.duplicate_elimination = true;
	ebms_write_business(&head, sync, true, "part-1@theirs", &soap);
	buf_format(&text,
		"--B\r\nContent-Type: text/xml\r\nContent-ID: <soap@theirs>"
		"\r\n\r\n%s\r\n--B\r\nContent-Type: text/xml\r\n"
		"Content-ID: <part-1@theirs>\r\n\r\n<result/>\r\n--B--\r\n",
		soap.bytes);
	buf_reset(&w->body);
	changed(&text, old, new, &w->body);
	strcpy(w->content_type,
		"multipart/related; type=\"text/xml\"; boundary=B");
	buf_done(&soap);
	buf_done(&text);
}

/* A signal: Acknowledgment, MessageError, Ping, Pong, with one change. */
static void
a_signal(struct world *w, const char *action, const char *old, const char *new)
{
	static const struct ebms_error error = { "Inconsistent", "//x",
		"nr 999990019 wrong" };
	struct ebms_head head = their_head(EBMS_SERVICE, action);
	struct buf text = BUF_MAX(100000);

	if (strcmp(action, "Acknowledgment") == 0) {
		ebms_write_acknowledgment(&head, NOW, &text);
	} else if (strcmp(action, "MessageError") == 0) {
		ebms_write_error(&head, &error, &text);
	} else {
		if (strcmp(action, "Ping") == 0)
			head.ref_to = NULL;
		ebms_write_plain(&head, &text);
	}
	buf_reset(&w->body);
	changed(&text, old, new, &w->body);
	strcpy(w->content_type, "text/xml; charset=UTF-8");
	buf_done(&text);
}

/* --- reading our own answers --- */

static void
check_signal(const char *bytes, const char *action, const char *code,
	const char *location)
{
	struct xml_tree *tree = NULL;
	struct ebms_message m;
	struct fault why;
	const char *text;

	assert_int_equal(
		xml_tree_parse(bytes, strlen(bytes), &tree, &why), V_OK);
	assert_int_equal(ebms_read(tree, &m, &text), EBMS_FINE);
	assert_string_equal(m.service, EBMS_SERVICE);
	assert_string_equal(m.action, action);
	assert_string_equal(m.from[0].id, OURS);
	assert_string_equal(m.to[0].id, THEIRS);
	assert_string_equal(m.cpa_id, "test-cpa");
	assert_string_equal(m.conversation_id, "conversation-1");
	assert_string_equal(m.ref_to, "result-id@theirs.example");
	assert_int_equal(m.sent_ms, NOW);
	assert_non_null(strstr(m.message_id, "@ours.example"));
	if (code != NULL) {
		assert_string_equal(m.error_code, code);
		assert_string_equal(m.error_location, location);
	}
	assert_int_not_equal(shared_valid("ebms2/xsd/msg-header-2_0.xsd", bytes,
				     strlen(bytes)),
		0);
	xml_tree_free(tree);
}

/* --- tests --- */

static void
test_ebms_listen__a_result_is_kept_then_answered(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "none");
	a_result(&w, false, "", "");
	receive(&w);
	assert_int_equal(w.reply_http.status, 204);
	assert_int_equal(w.reply_http.body.len, 0);
	assert_int_equal(w.kept, 1);
	assert_int_equal(w.in.kind, EBMS_BUSINESS);
	assert_string_equal(w.message_id, "result-id@theirs.example");
	assert_string_equal(w.ref_to, "request-id@ours.example");
	assert_string_equal(w.payload, "<result/>");
	assert_true(w.in.ack_wanted);
	assert_false(w.in.reply_is_error);
	assert_int_equal(w.in.sent_ms, NOW - 60000);
	assert_string_equal(
		w.in.reply_url, "https://theirs.example:28443/ebms");
	assert_non_null(strstr(w.reply, w.reply_id));
	check_signal(w.reply, "Acknowledgment", NULL, NULL);
	assert_int_equal(w.note.code, CODE_NONE);
	world_done(&w);
}

static void
test_ebms_listen__a_synchronous_agreement_answers_at_once(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "mshSignalsOnly");
	a_result(&w, true, "", "");
	receive(&w);
	assert_int_equal(w.reply_http.status, 200);
	assert_true(w.reply_http.soap_action);
	assert_string_equal(
		w.reply_http.content_type, "text/xml; charset=UTF-8");
	check_signal(w.reply_http.body.bytes, "Acknowledgment", NULL, NULL);
	assert_string_equal(w.reply, w.reply_http.body.bytes);
	assert_string_equal(w.in.reply_url, ""); /* not pushed as well */
	/* A Ping need not say so: the agreement does. */
	a_signal(&w, "Ping", "", "");
	receive(&w);
	assert_int_equal(w.reply_http.status, 200);
	check_signal(w.reply_http.body.bytes, "Pong", NULL, NULL);
	world_done(&w);
}

/* The same octets again, not a new acknowledgment. */
static void
test_ebms_listen__a_duplicate_gets_the_stored_reply(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "mshSignalsOnly");
	w.keep = V_SKIP;
	w.stored = "<stored/>";
	a_result(&w, true, "", "");
	receive(&w);
	assert_int_equal(w.reply_http.status, 200);
	assert_string_equal(w.reply_http.body.bytes, "<stored/>");
	/* Also when it would be refused by now. */
	a_result(&w, true, "2025-11-24T17:00:00.000Z",
		"2025-11-24T10:00:00.000Z");
	receive(&w);
	assert_string_equal(w.reply_http.body.bytes, "<stored/>");
	/* The first one may not have asked for any. */
	w.stored = "";
	receive(&w);
	assert_int_equal(w.reply_http.status, 204);
	world_done(&w);
	world_init(&w, "none");
	w.keep = V_SKIP;
	w.stored = "<stored/>";
	a_result(&w, false, "", "");
	receive(&w);
	assert_int_equal(w.reply_http.status, 204);
	assert_int_equal(w.reply_http.body.len, 0);
	world_done(&w);
}

static void
test_ebms_listen__nothing_is_accepted_that_is_not_kept(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "none");
	a_result(&w, false, "", "");
	w.keep = V_LATER;
	receive(&w);
	assert_int_equal(w.reply_http.status, 503);
	assert_int_equal(w.note.code, CODE_DATABASE);
	w.keep = V_BROKEN;
	receive(&w);
	assert_int_equal(w.reply_http.status, 503);
	w.keep = V_NEVER;
	receive(&w);
	assert_int_equal(w.reply_http.status, 500);
	assert_non_null(strstr(w.reply_http.body.bytes, "already used"));
	a_signal(&w, "Acknowledgment", "", "");
	w.keep = V_LATER;
	receive(&w);
	assert_int_equal(w.reply_http.status, 503);
	world_done(&w);
}

/* Rows 1 to 9 of the order of checks: no message, no error to push. */
static void
test_ebms_listen__what_is_no_message_gets_a_fault(void **state)
{
	static const struct {
		const char *name, *old, *new;
		int status;
		const char *fault; /* NULL: no body */
	} cases[] = {
		{ "no delimiter", "--B--", "", 500, ":Client<" },
		{ "no XML", "</soap:Envelope>", "", 500, ":Client<" },
		{ "DTD", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
			"<!DOCTYPE x [<!ENTITY y SYSTEM \"/etc/passwd\">]>",
			500, ":Client<" },
		{ "SOAP 1.2", EBMS_SOAP,
			"http://www.w3.org/2003/05/soap-envelope", 500,
			":VersionMismatch<" },
		{ "no Envelope", "soap:Envelope", "soap:Letter", 500,
			":Client<" },
		{ "no Body", "soap:Body", "soap:Corps", 500, ":Client<" },
		{ "no header", "eb:MessageHeader", "eb:Header", 500,
			":Client<" },
		{ "no mustUnderstand", " soap:mustUnderstand=\"1\"", "", 500,
			":Client<" },
		{ "mustUnderstand true", "mustUnderstand=\"1\"",
			"mustUnderstand=\"true\"", 500, ":Client<" },
		{ "unqualified", "eb:version", "version", 500, ":Client<" },
		{ "empty action", ">" ACTION_BV_RESULT "<", "><", 500,
			":Client<" },
		{ "no PartyId",
			"<eb:PartyId eb:type=\"urn:osb:oin\">" OURS
			"</eb:PartyId>",
			"", 500, ":Client<" },
		{ "order", "<eb:CPAId>test-cpa</eb:CPAId>", "", 500,
			":Client<" },
		{ "no date", "2025-11-24T15:59:00.000Z", "yesterday", 500,
			":Client<" },
		{ "Manifest without Reference",
			"<eb:Reference xlink:type=\"simple\" "
			"xlink:href=\"cid:part-1@theirs\"/>",
			"", 500, ":Client<" },
		{ "two headers", "<eb:AckRequested",
			"<eb:SyncReply "
			"eb:version=\"2.0\" soap:mustUnderstand=\"1\" "
			"soap:actor=\"x\"/><eb:SyncReply eb:version=\"2.0\" "
			"soap:mustUnderstand=\"1\" soap:actor=\"x\"/>"
			"<eb:AckRequested",
			500, ":Client<" },
		{ "unknown block", "<eb:AckRequested",
			"<x:y xmlns:x=\"urn:x\" soap:mustUnderstand=\"1\"/>"
			"<eb:AckRequested",
			500, ":MustUnderstand<" },
		{ "unknown eb block", "<eb:AckRequested",
			"<eb:Via eb:version=\"2.0\" "
			"soap:mustUnderstand=\"1\"/><eb:AckRequested",
			500, ":MustUnderstand<" },
		{ "CPA", "test-cpa", "other-cpa", 500, "other-cpa not found" },
		{ "no kind", "MIJNOVERHEID.ebMS.BB.2.0", EBMS_SERVICE, 500,
			":Client<" },
		{ "other party", THEIRS, "00000099000000030000", 500,
			"certificate" },
	};
	struct world w;
	size_t i;

	(void)state;
	world_init(&w, "none");
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		a_result(&w, false, cases[i].old, cases[i].new);
		receive(&w);
		if (w.reply_http.status != cases[i].status)
			print_message("# %s: %d %s\n", cases[i].name,
				w.reply_http.status, w.note.text);
		assert_int_equal(w.reply_http.status, cases[i].status);
		assert_int_equal(w.kept, 0);
		assert_int_not_equal(w.note.code, CODE_NONE);
		if (strstr(w.reply_http.body.bytes, cases[i].fault) == NULL)
			print_message("# %s: %s\n", cases[i].name,
				w.reply_http.body.bytes);
		assert_non_null(
			strstr(w.reply_http.body.bytes, cases[i].fault));
	}
	world_done(&w);
}

static void
test_ebms_listen__blocks_we_may_ignore_are_ignored(void **state)
{
	static const char *const blocks[] = {
		"<x:y xmlns:x=\"urn:x\"/>",
		"<x:y xmlns:x=\"urn:x\" soap:mustUnderstand=\"0\"/>",
		("<x:y xmlns:x=\"urn:x\" soap:mustUnderstand=\"1\" "
		 "soap:actor=\"urn:somebody:else\"/>"),
		"<eb:Via soap:mustUnderstand=\"0\"/>",
	};
	struct buf new = BUF_MAX(1000);
	struct world w;
	size_t i;

	(void)state;
	world_init(&w, "none");
	for (i = 0; i < 4; i++) {
		buf_reset(&new);
		buf_format(&new, "%s<eb:AckRequested", blocks[i]);
		a_result(&w, false, "<eb:AckRequested", new.bytes);
		receive(&w);
		assert_int_equal(w.reply_http.status, 204);
		assert_false(w.in.reply_is_error);
	}
	buf_done(&new);
	world_done(&w);
}

static void
test_ebms_listen__the_request_itself(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "none");
	a_result(&w, false, "", "");
	w.request.path = "/other";
	receive(&w);
	assert_int_equal(w.reply_http.status, 404);
	w.request.path = "/ebms";
	w.request.method = "GET";
	receive(&w);
	assert_int_equal(w.reply_http.status, 405);
	w.request.method = "POST";
	w.request.soap_action = "";
	receive(&w);
	assert_int_equal(w.reply_http.status, 500);
	w.request.soap_action = "ebXML";
	receive(&w);
	assert_int_equal(w.reply_http.status, 204);
	strcpy(w.content_type, "application/json");
	receive(&w);
	assert_int_equal(w.reply_http.status, 500);
	strcpy(w.content_type, "");
	receive(&w);
	assert_int_equal(w.reply_http.status, 500);
	strcpy(w.content_type, "multipart/related");
	receive(&w);
	assert_int_equal(w.reply_http.status, 500);
	w.request.peer_oin = "";
	a_result(&w, false, "", "");
	receive(&w);
	assert_int_equal(w.reply_http.status, 500);
	assert_int_equal(w.note.code, CODE_PEER_OIN);
	buf_reset(&w.body);
	strcpy(w.content_type, "text/xml");
	receive(&w);
	assert_int_equal(w.reply_http.status, 500);
	world_done(&w);
}

static void
test_ebms_listen__a_gateway_may_speak_for_the_party(void **state)
{
	static const char *const gateways[] = { "00000099000000040000", NULL };
	struct world w;

	(void)state;
	world_init(&w, "none");
	w.request.peer_oin = "00000099000000040000";
	a_result(&w, false, "", "");
	receive(&w);
	assert_int_equal(w.reply_http.status, 500);
	w.conf.gateways = gateways;
	receive(&w);
	assert_int_equal(w.reply_http.status, 204);
	w.request.peer_oin = "00000099000000050000";
	receive(&w);
	assert_int_equal(w.reply_http.status, 500);
	world_done(&w);
}

#define ACK                                                                    \
	"<eb:AckRequested eb:version=\"2.0\" soap:mustUnderstand=\"1\" "       \
	"soap:actor=\"" EBMS_TO_PARTY "\" eb:signed=\"false\"/>"
#define SYNC                                                                   \
	"<eb:SyncReply eb:version=\"2.0\" soap:mustUnderstand=\"1\" "          \
	"soap:actor=\"" EBMS_SOAP_NEXT "\"/>"

/* Rows 11 to 24, in their order: {change, code, location}. */
static const struct row {
	const char *name, *old, *new, *code, *location;
} rows[] = {
	{ "11 before the agreement", "2025-11-24T15:59:00.000Z",
		"2019-11-24T15:59:00Z", "Inconsistent", H "/@cpaid" },
	{ "11 after the agreement", "2025-11-24T15:59:00.000Z",
		"2049-11-24T15:59:00+01:00", "Inconsistent", H "/@cpaid" },
	{ "12 version", "<eb:MessageHeader eb:version=\"2.0\"",
		"<eb:MessageHeader eb:version=\"1.0\"", "Inconsistent",
		H "/@version" },
	{ "14 no role", "<eb:Role>SP</eb:Role>", "", "Inconsistent",
		H "/From/Role" },
	{ "14 no role", "<eb:Role>SR</eb:Role>", "", "Inconsistent",
		H "/To/Role" },
	{ "15 service", " eb:type=\"urn:osb:services\"", "", "Inconsistent",
		H "/Service" },
	{ "16 action", ACTION_BV_RESULT, "Something", "ValueNotRecognized",
		H "/Action" },
	{ "16 direction", ACTION_BV_RESULT, ACTION_BV_REQUEST,
		"ValueNotRecognized", H "/Action" },
	{ "16 role", ">SP<", ">XX<", "ValueNotRecognized", H "/Action" },
	{ "16 service", "MIJNOVERHEID.ebMS.BB.2.0", "Other",
		"ValueNotRecognized", H "/Action" },
	{ "18 too late", "2025-11-24T17:00:00.000Z", "2025-11-24T15:54:00.000Z",
		"TimeToLiveExpired", H "/MessageData/TimeToLive" },
	{ "19 duplicates", "<eb:DuplicateElimination/>", "", "Inconsistent",
		H "/DuplicateElimination" },
	{ "20 no AckRequested", ACK, "", "Inconsistent",
		"//Header/AckRequested" },
	{ "20 version", "<eb:AckRequested eb:version=\"2.0\"",
		"<eb:AckRequested eb:version=\"2.1\"", "Inconsistent",
		"//Header/AckRequested/@version" },
	{ "20 actor", EBMS_TO_PARTY, "urn:x", "Inconsistent",
		"//Header/AckRequested/@actor" },
	{ "20 nextMSH", EBMS_TO_PARTY, EBMS_NEXT_MSH, "NotSupported",
		"//Header/AckRequested/@actor" },
	{ "20 signed", "eb:signed=\"false\"", "eb:signed=\"true\"",
		"Inconsistent", "//Header/AckRequested/@signed" },
	{ "21 SyncReply", ACK, ACK SYNC, "Inconsistent", "//Header/SyncReply" },
	{ "22 order", ACK,
		ACK "<eb:MessageOrder eb:version=\"2.0\" "
		    "soap:mustUnderstand=\"1\"><eb:SequenceNumber>0"
		    "</eb:SequenceNumber></eb:MessageOrder>",
		"NotSupported", "//Header/MessageOrder" },
	{ "23 signature", ACK, ACK "<ds:Signature xmlns:ds=\"" EBMS_DSIG "\"/>",
		"SecurityFailure", "//Header/Signature" },
	{ "24 version", "<eb:Manifest eb:version=\"2.0\"",
		"<eb:Manifest eb:version=\"1\"", "Inconsistent",
		"//Body/Manifest/@version" },
	{ "24 no cid", "cid:part-1@theirs", "http://theirs/part-1",
		"MimeProblem", "//Body/Manifest/Reference[@href]" },
	{ "24 no part", "cid:part-1@theirs", "cid:part-2@theirs", "MimeProblem",
		"cid:part-2@theirs" },
};

static void
test_ebms_listen__a_broken_rule_gives_its_error(void **state)
{
	struct world w;
	size_t i;

	(void)state;
	world_init(&w, "none");
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		a_result(&w, false, rows[i].old, rows[i].new);
		receive(&w);
		if (w.reply_http.status != 204 || w.kept != 1)
			print_message("# %s: %d %s\n", rows[i].name,
				w.reply_http.status, w.note.text);
		assert_int_equal(w.reply_http.status, 204);
		assert_int_equal(w.kept, 1);
		assert_true(w.in.reply_is_error);
		assert_int_equal(w.in.payload_len, 0);
		check_signal(w.reply, "MessageError", rows[i].code,
			rows[i].location);
		assert_int_equal(w.note.code, CODE_EBMS);
	}
	world_done(&w);
}

static void
test_ebms_listen__a_synchronous_error_is_answered_with_200(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "mshSignalsOnly");
	a_result(&w, true, "cid:part-1@theirs", "cid:part-2@theirs");
	receive(&w);
	assert_int_equal(w.reply_http.status, 200);
	check_signal(w.reply_http.body.bytes, "MessageError", "MimeProblem",
		"cid:part-2@theirs");
	assert_true(w.in.reply_is_error);
	/* SyncReply missing: the channel says synchronous all the same. */
	a_result(&w, false, "", "");
	receive(&w);
	assert_int_equal(w.reply_http.status, 200);
	check_signal(w.reply_http.body.bytes, "MessageError", "Inconsistent",
		"//Header/SyncReply");
	a_result(&w, true, "<eb:SyncReply eb:version=\"2.0\"",
		"<eb:SyncReply eb:version=\"3.0\"");
	receive(&w);
	check_signal(w.reply_http.body.bytes, "MessageError", "Inconsistent",
		"//Header/SyncReply/@version");
	a_result(&w, true, EBMS_SOAP_NEXT, "urn:x");
	receive(&w);
	check_signal(w.reply_http.body.bytes, "MessageError", "Inconsistent",
		"//Header/SyncReply/@actor");
	world_done(&w);
}

/* Row 13: nobody to push to, so the fault names the error. */
static void
test_ebms_listen__wrong_parties(void **state)
{
	static const struct {
		const char *old, *new, *where;
	} cases[] = {
		{ OURS, "00000099000000030000", "/To/PartyId" },
		{ "eb:type=\"urn:osb:oin\">" OURS, ">" OURS, "/To/PartyId" },
		{ "urn:osb:oin", "urn:x:oin", "/From/PartyId" },
		{ "eb:type=\"urn:osb:oin\">" THEIRS,
			"eb:type=\"urn:x\">" THEIRS, "/From/PartyId" },
	};
	struct world w;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		world_init(&w, "none");
		a_result(&w, false, cases[i].old, cases[i].new);
		receive(&w);
		assert_int_equal(w.reply_http.status, 500);
		assert_non_null(
			strstr(w.reply_http.body.bytes, "Inconsistent"));
		assert_non_null(
			strstr(w.reply_http.body.bytes, cases[i].where));
		assert_int_equal(w.kept, 0);
		world_done(&w);
		world_init(&w, "mshSignalsOnly");
		a_result(&w, true, cases[i].old, cases[i].new);
		receive(&w);
		assert_int_equal(w.reply_http.status, 200);
		assert_non_null(strstr(
			w.reply_http.body.bytes, "errorCode=\"Inconsistent\""));
		assert_int_equal(w.kept, 0);
		world_done(&w);
	}
}

static void
test_ebms_listen__leniency_is_for_the_channel_only(void **state)
{
	struct world w;
	size_t i;

	(void)state;
	world_init(&w, "none");
	w.conf.lenient = true;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		bool channel =
			strncmp(rows[i].name, "19", 2) == 0 ||
			strncmp(rows[i].name, "21", 2) == 0 ||
			(strncmp(rows[i].name, "20", 2) == 0 &&
				strcmp(rows[i].code, "Inconsistent") == 0);

		a_result(&w, false, rows[i].old, rows[i].new);
		receive(&w);
		assert_int_equal(w.reply_http.status, 204);
		assert_int_equal(w.in.reply_is_error, !channel);
		assert_int_equal(w.note.code, CODE_EBMS);
		if (channel)
			assert_string_equal(w.payload, "<result/>");
	}
	world_done(&w);
}

static void
test_ebms_listen__what_other_products_write_is_taken(void **state)
{
	static const struct {
		const char *name, *old, *new;
	} cases[] = {
		{ "local time", "2025-11-24T15:59:00.000Z",
			"2025-11-24T16:59:00.000+01:00" },
		{ "no zone", "2025-11-24T15:59:00.000Z",
			"2025-11-24T15:59:00" },
		{ "clock 5 minutes off", "2025-11-24T17:00:00.000Z",
			"2025-11-24T15:56:00Z" },
		{ "no TimeToLive",
			"<eb:TimeToLive>2025-11-24T17:00:00.000Z"
			"</eb:TimeToLive>",
			"" },
		{ "no actor", " soap:actor=\"" EBMS_TO_PARTY "\"", "" },
		{ "no declaration",
			"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", "" },
		{ "blanks", ">test-cpa<", ">\n test-cpa\n<" },
		{ "no RefToMessageId",
			"<eb:RefToMessageId>request-id@ours."
			"example</eb:RefToMessageId>",
			"" },
		{ "cid in percent", "cid:part-1@theirs",
			"cid:part%2D1%40theirs" },
		{ "description", "</eb:MessageHeader>",
			"<eb:Description xml:lang=\"nl\">x</eb:Description>"
			"<x:z xmlns:x=\"urn:x\"/></eb:MessageHeader>" },
		{ "two party ids",
			"<eb:PartyId eb:type=\"urn:osb:oin\">" THEIRS,
			"<eb:PartyId>urn:x:y</eb:PartyId><eb:PartyId "
			"eb:type=\"urn:osb:oin\">" THEIRS },
	};
	struct world w;
	size_t i;

	(void)state;
	world_init(&w, "none");
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		a_result(&w, false, cases[i].old, cases[i].new);
		receive(&w);
		if (w.reply_http.status != 204 || w.in.reply_is_error)
			print_message("# %s: %d %s\n", cases[i].name,
				w.reply_http.status, w.note.text);
		assert_int_equal(w.reply_http.status, 204);
		assert_false(w.in.reply_is_error);
		assert_string_equal(w.payload, "<result/>");
	}
	/* The root may be the second part. */
	a_result(&w, false, "", "");
	strcpy(w.content_type,
		"multipart/related; boundary=B; start=\"<soap@theirs>\"");
	receive(&w);
	assert_string_equal(w.payload, "<result/>");
	world_done(&w);
}

static void
test_ebms_listen__signals_are_kept(void **state)
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
	a_signal(&w, "Pong", "", "");
	receive(&w);
	assert_int_equal(w.reply_http.status, 204);
	assert_int_equal(w.in.kind, EBMS_PONG);
	w.keep = V_SKIP;
	a_signal(&w, "Acknowledgment", "", "");
	receive(&w);
	assert_int_equal(w.reply_http.status, 204);
	world_done(&w);
}

/* No error about an error: noted, 204, no effect. */
static void
test_ebms_listen__a_wrong_signal_has_no_effect(void **state)
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
	world_done(&w);
}

static void
test_ebms_listen__a_ping_gets_a_pong(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "none");
	a_signal(&w, "Ping", "", "");
	receive(&w);
	assert_int_equal(w.reply_http.status, 204);
	assert_int_equal(w.in.kind, EBMS_PING);
	check_signal(w.reply, "Pong", NULL, NULL);
	a_signal(&w, "Ping", "</soap:Header>", SYNC "</soap:Header>");
	receive(&w);
	assert_int_equal(w.reply_http.status, 200);
	assert_int_equal(w.kept, 0);
	check_signal(w.reply_http.body.bytes, "Pong", NULL, NULL);
	a_signal(&w, "Ping", OURS, "00000099000000030000");
	receive(&w);
	assert_int_equal(w.reply_http.status, 500);
	world_done(&w);
}

/* The wire examples: we are the party they are sent to. */
static void
test_ebms_listen__the_wire_examples_are_taken(void **state)
{
	static const struct {
		const char *name;
		const char *oin, *peer;
		enum ebms_kind kind;
	} cases[] = {
		{ "ebms2/examples/20-http-request-async.bin", THEIRS, OURS,
			EBMS_BUSINESS },
		{ "ebms2/examples/21-http-request-ack.bin", OURS, THEIRS,
			EBMS_ACKNOWLEDGMENT },
	};
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct buf text = BUF_MAX(1000000);
		const char *at, *end;
		struct fault why;
		struct world w;

		world_init(&w, "none");
		if (!shared_text("ebms2/examples/cpa-mobb-osb-rm-async.xml",
			    &text)) {
			print_message("# no shared data\n");
			world_done(&w);
			skip();
		}
		assert_int_equal(cpa_read(text.bytes, text.len, cases[i].oin,
					 both, false, &w.mem, &w.cpa, &why),
			V_OK);
		assert_true(shared_text(cases[i].name, &text));
		at = strstr(text.bytes, "Content-Type: ") + 14;
		end = strstr(at, "\r\n");
		copy(w.content_type, sizeof(w.content_type), at,
			(size_t)(end - at));
		at = strstr(text.bytes, "\r\n\r\n") + 4;
		buf_add(&w.body, at, (size_t)(text.bytes + text.len - at));
		w.request.peer_oin = cases[i].peer;
		w.request.content_type = w.content_type;
		w.request.body = w.body.bytes;
		w.request.body_len = w.body.len;
		ebms_receive(&w.conf, &w.request, 1795464000000 + 1000, keeper,
			&w, &w.reply_http, &w.note);
		if (w.reply_http.status != 204)
			print_message("# %s\n", w.note.text);
		assert_int_equal(w.reply_http.status, 204);
		assert_int_equal(w.in.kind, cases[i].kind);
		assert_false(w.in.reply_is_error);
		if (i == 0)
			assert_non_null(strstr(w.payload,
				"<!-- application document goes here"));
		world_done(&w);
		buf_done(&text);
	}
}

static void
test_ebms_listen__a_huge_envelope_is_refused(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "none");
	a_signal(&w, "Ping", "", "");
	while (w.body.len <= EBMS_ENVELOPE_MAX)
		buf_text(&w.body, "                                        ");
	receive(&w);
	assert_int_equal(w.reply_http.status, 500);
	assert_non_null(strstr(w.reply_http.body.bytes, "too large"));
	world_done(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_ebms_listen__a_result_is_kept_then_answered),
		cmocka_unit_test(
			test_ebms_listen__a_synchronous_agreement_answers_at_once),
		cmocka_unit_test(
			test_ebms_listen__a_duplicate_gets_the_stored_reply),
		cmocka_unit_test(
			test_ebms_listen__nothing_is_accepted_that_is_not_kept),
		cmocka_unit_test(
			test_ebms_listen__what_is_no_message_gets_a_fault),
		cmocka_unit_test(
			test_ebms_listen__blocks_we_may_ignore_are_ignored),
		cmocka_unit_test(test_ebms_listen__the_request_itself),
		cmocka_unit_test(
			test_ebms_listen__a_gateway_may_speak_for_the_party),
		cmocka_unit_test(
			test_ebms_listen__a_broken_rule_gives_its_error),
		cmocka_unit_test(
			test_ebms_listen__a_synchronous_error_is_answered_with_200),
		cmocka_unit_test(test_ebms_listen__wrong_parties),
		cmocka_unit_test(
			test_ebms_listen__leniency_is_for_the_channel_only),
		cmocka_unit_test(
			test_ebms_listen__what_other_products_write_is_taken),
		cmocka_unit_test(test_ebms_listen__signals_are_kept),
		cmocka_unit_test(
			test_ebms_listen__a_wrong_signal_has_no_effect),
		cmocka_unit_test(test_ebms_listen__a_ping_gets_a_pong),
		cmocka_unit_test(test_ebms_listen__the_wire_examples_are_taken),
		cmocka_unit_test(test_ebms_listen__a_huge_envelope_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
