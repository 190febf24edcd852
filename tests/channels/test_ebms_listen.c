/* tests/channels/test_ebms_listen.c - messages in, rule by rule
 *
 * The rows are those of the table in spec ebms2.md 10.1, under an asynchronous
 * and a synchronous agreement.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/channels/receiver.h"

#define ACK                                                                    \
	"<eb:AckRequested eb:version=\"2.0\" soap:mustUnderstand=\"1\" "       \
	"soap:actor=\"" EBMS_TO_PARTY "\" eb:signed=\"false\"/>"
#define SYNC                                                                   \
	"<eb:SyncReply eb:version=\"2.0\" soap:mustUnderstand=\"1\" "          \
	"soap:actor=\"" EBMS_SOAP_NEXT "\"/>"

static const struct mode {
	const char *name;
	bool sync;
} modes[] = { { "none", false }, { "mshSignalsOnly", true } };

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
	assert_string_equal(w.conversation_id, "conversation-1");
	assert_string_equal(w.cpa_id, "test-cpa");
	assert_string_equal(w.action, ACTION_BV_RESULT);
	assert_false(w.in.reply_once);
	/* The longer of five days and nine times three hours. */
	assert_int_equal(w.in.keep_ms, 5 * 86400000);
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
	assert_int_equal(w.note.code, CODE_NONE);
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
	assert_int_equal(w.reply_http.body.len, 0);
	w.keep = V_NEVER;
	receive(&w);
	assert_int_equal(w.reply_http.status, 500);
	assert_non_null(strstr(w.reply_http.body.bytes, "already used"));
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
		{ "3 no delimiter", "--B--", "", 500, ":Client<" },
		{ "3 envelope in an unknown encoding", "<soap@theirs>\r\n",
			"<soap@theirs>\r\nContent-Transfer-Encoding: "
			"uuencode\r\n",
			500, ":Client<" },
		{ "4 no XML", "</soap:Envelope>", "", 500, ":Client<" },
		{ "4 DTD", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
			"<!DOCTYPE x [<!ENTITY y SYSTEM \"/etc/passwd\">]>",
			500, ":Client<" },
		{ "4 entity bomb", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
			"<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b "
			"\"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c "
			"\"&b;&b;&b;&b;&b;&b;&b;&b;\">]>",
			500, ":Client<" },
		{ "4 not UTF-8", "encoding=\"UTF-8\"",
			"encoding=\"ISO-8859-1\"", 500, ":Client<" },
		{ "4 SOAP 1.2", EBMS_SOAP,
			"http://www.w3.org/2003/05/soap-envelope", 500,
			":VersionMismatch<" },
		{ "4 no Envelope", "soap:Envelope", "soap:Letter", 500,
			":Client<" },
		{ "5 no Body", "soap:Body", "soap:Corps", 500, ":Client<" },
		{ "5 no header", "eb:MessageHeader", "eb:Header", 500,
			":Client<" },
		{ "5 no mustUnderstand", " soap:mustUnderstand=\"1\"", "", 500,
			":Client<" },
		{ "5 mustUnderstand true", "mustUnderstand=\"1\"",
			"mustUnderstand=\"true\"", 500, ":Client<" },
		{ "5 unqualified", "eb:version", "version", 500, ":Client<" },
		{ "5 empty action", ">" ACTION_BV_RESULT "<", "><", 500,
			":Client<" },
		{ "5 no PartyId",
			"<eb:PartyId eb:type=\"urn:osb:oin\">" OURS
			"</eb:PartyId>",
			"", 500, ":Client<" },
		{ "5 order", "<eb:CPAId>test-cpa</eb:CPAId>", "", 500,
			":Client<" },
		{ "5 no date", "2025-11-24T15:59:00.000Z", "yesterday", 500,
			":Client<" },
		{ "5 Manifest without Reference",
			"<eb:Reference xlink:type=\"simple\" "
			"xlink:href=\"cid:part-1@theirs\"/>",
			"", 500, ":Client<" },
		{ "5 two headers", "<eb:AckRequested",
			"<eb:SyncReply "
			"eb:version=\"2.0\" soap:mustUnderstand=\"1\" "
			"soap:actor=\"x\"/><eb:SyncReply eb:version=\"2.0\" "
			"soap:mustUnderstand=\"1\" soap:actor=\"x\"/>"
			"<eb:AckRequested",
			500, ":Client<" },
		{ "5 mustUnderstand of a stranger", "<eb:AckRequested",
			"<x:y xmlns:x=\"urn:x\" soap:mustUnderstand=\"true\"/>"
			"<eb:AckRequested",
			500, ":Client<" },
		{ "5 an id of 256", "result-id@theirs.example",
			"0123456789012345678901234567890123456789012345678901"
			"0123456789012345678901234567890123456789012345678901"
			"0123456789012345678901234567890123456789012345678901"
			"0123456789012345678901234567890123456789012345678901"
			"012345678901234567890123456789012345678901234567",
			500, ":Client<" },
		{ "6 unknown block", "<eb:AckRequested",
			"<x:y xmlns:x=\"urn:x\" soap:mustUnderstand=\"1\"/>"
			"<eb:AckRequested",
			500, ":MustUnderstand<" },
		{ "6 for the next MSH, which we are", "<eb:AckRequested",
			"<x:y xmlns:x=\"urn:x\" soap:mustUnderstand=\"1\" "
			"soap:actor=\"" EBMS_NEXT_MSH "\"/><eb:AckRequested",
			500, ":MustUnderstand<" },
		{ "6 unknown eb block", "<eb:AckRequested",
			"<eb:Via eb:version=\"2.0\" "
			"soap:mustUnderstand=\"1\"/><eb:AckRequested",
			500, ":MustUnderstand<" },
		{ "7 CPA", "test-cpa", "other-cpa", 500,
			"other-cpa not found" },
		{ "8 no kind", "MIJNOVERHEID.ebMS.BB.2.0", EBMS_SERVICE, 500,
			"no kind of message" },
		{ "8 an acknowledgment rides along", "<eb:AckRequested",
			"<eb:Acknowledgment eb:version=\"2.0\" "
			"soap:mustUnderstand=\"1\"><eb:Timestamp>2025-11-24T"
			"15:59:00Z</eb:Timestamp><eb:RefToMessageId>x"
			"</eb:RefToMessageId></eb:Acknowledgment>"
			"<eb:AckRequested",
			500, "no kind of message" },
		{ "8 a StatusRequest rides along", "<eb:Manifest",
			"<eb:StatusRequest eb:version=\"2.0\"><eb:Ref"
			"ToMessageId>x</eb:RefToMessageId></eb:StatusRequest>"
			"<eb:Manifest",
			500, "no kind of message" },
		{ "9 other party", THEIRS, "00000099000000030000", 500,
			"certificate" },
	};
	const size_t count = sizeof(cases) / sizeof(*cases);
	struct world w;
	size_t i;

	(void)state;
	for (i = 0; i < 2 * count; i++) {
		const struct mode *m = &modes[i / count];

		world_init(&w, m->name);
		a_result(&w, m->sync, cases[i % count].old,
			cases[i % count].new);
		receive(&w);
		if (w.reply_http.status != cases[i % count].status)
			print_message("# %s: %d %s\n", cases[i % count].name,
				w.reply_http.status, w.note.text);
		assert_int_equal(w.reply_http.status, cases[i % count].status);
		assert_int_equal(w.kept, 0);
		assert_int_not_equal(w.note.code, CODE_NONE);
		if (strstr(w.reply_http.body.bytes, cases[i % count].fault) ==
			NULL)
			print_message("# %s: %s\n", cases[i % count].name,
				w.reply_http.body.bytes);
		assert_non_null(strstr(
			w.reply_http.body.bytes, cases[i % count].fault));
		assert_string_equal(w.reply_http.content_type, EBMS_XML);
		assert_int_not_equal(
			shared_valid("ebms2/xsd/envelope.xsd",
				w.reply_http.body.bytes, w.reply_http.body.len),
			0);
		world_done(&w);
	}
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
	assert_non_null(strstr(w.reply_http.body.bytes, ":Client<"));
	w.request.soap_action = "\"urn:other\"";
	receive(&w);
	assert_int_equal(w.reply_http.status, 500);
	w.request.soap_action = "ebXML"; /* taken, and noted */
	receive(&w);
	assert_int_equal(w.reply_http.status, 204);
	assert_int_equal(w.note.code, CODE_EBMS);
	w.request.soap_action = "\"ebXML\"";
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
	static const char *const one[] = { "00000099000000040000", NULL };
	static const char *const *const gateways[] = { one };
	static const char *const *const none[] = { NULL };
	struct world w;

	(void)state;
	world_init(&w, "none");
	w.request.peer_oin = "00000099000000040000";
	a_result(&w, false, "", "");
	receive(&w);
	assert_int_equal(w.reply_http.status, 500);
	w.conf.gateways = none;
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

/* Each agreement has its own. */
static void
test_ebms_listen__a_gateway_of_another_party_may_not(void **state)
{
	static const char *const one[] = { "00000099000000040000", NULL };
	static const char *const *const gateways[] = { NULL, one };
	struct cpa cpas[2];
	struct world w;

	(void)state;
	world_init(&w, "none");
	cpas[0] = cpas[1] = w.cpa;
	cpas[1].id = "other-cpa";
	w.conf.cpas = cpas;
	w.conf.cpa_count = 2;
	w.conf.gateways = gateways;
	w.request.peer_oin = "00000099000000040000";
	a_result(&w, false, "", "");
	receive(&w);
	assert_int_equal(w.reply_http.status, 500);
	assert_int_equal(w.kept, 0);
	a_result(&w, false, "test-cpa", "other-cpa");
	receive(&w);
	assert_int_equal(w.reply_http.status, 204);
	world_done(&w);
}

/* Nor may a certificate for trials, whatever its OIN; in each agreement that is
 * of production.
 */
static void
test_ebms_listen__trial_never_meets_production(void **state)
{
	static const bool production[] = { true, false };
	struct cpa cpas[2];
	struct world w;

	(void)state;
	world_init(&w, "none");
	cpas[0] = cpas[1] = w.cpa;
	cpas[1].id = "other-cpa";
	w.conf.cpas = cpas;
	w.conf.cpa_count = 2;
	w.request.peer_trial = true;
	a_result(&w, false, "", "");
	receive(&w);
	assert_int_equal(w.reply_http.status, 204);
	w.conf.production = production;
	receive(&w);
	assert_int_equal(w.reply_http.status, 500);
	assert_int_equal(w.kept, 0);
	assert_int_equal(w.note.code, CODE_TRIAL);
	assert_non_null(strstr(w.reply_http.body.bytes, ":Client<"));
	w.request.peer_trial = false;
	receive(&w);
	assert_int_equal(w.reply_http.status, 204);
	w.request.peer_trial = true;
	a_result(&w, false, "test-cpa", "other-cpa");
	receive(&w);
	assert_int_equal(w.reply_http.status, 204);
	world_done(&w);
}

/* Of several agreements the one that the message names is asked, with its own
 * period: a former one is good for what was under way, for a while.
 */
static void
test_ebms_listen__a_former_agreement_ends_later(void **state)
{
	static const struct {
		int64_t end_ms, late_ms;
		const char *answer; /* NULL: an acknowledgment, and no note */
	} cases[] = {
		{ NOW + 1, 0, NULL },
		{ NOW - 86400000, 0, "Invalid CPA." },
		{ NOW - 86400000, 2 * 86400000, "<eb:Action>Acknowledgment" },
		{ NOW - 86400000, 3600000, "Invalid CPA." },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct cpa cpas[2];
		struct world w;

		world_init(&w, "none");
		cpas[0] = cpas[1] = w.cpa;
		cpas[0].id = "present-cpa";
		cpas[0].end_ms = 0; /* not asked */
		cpas[1].end_ms = cases[i].end_ms;
		cpas[1].late_ms = cases[i].late_ms;
		w.conf.cpas = cpas;
		w.conf.cpa_count = 2;
		a_result(&w, false, "", "");
		receive(&w);
		assert_int_equal(w.kept, 1);
		if (cases[i].answer == NULL)
			assert_int_equal(w.note.code, CODE_NONE);
		else {
			assert_non_null(strstr(w.reply, cases[i].answer));
			assert_non_null(strstr(w.note.text, "/@cpaid"));
		}
		world_done(&w);
	}
}

/* What other handlers write as one string is the same pair of type and value. */
static void
test_ebms_listen__type_and_value_may_be_one_string(void **state)
{
	static const char *const pairs[][2] = {
		{ "<eb:Service eb:type=\"urn:osb:services\">"
		  "MIJNOVERHEID.ebMS.BB.2.0",
			"<eb:Service>urn:osb:services:"
			"MIJNOVERHEID.ebMS.BB.2.0" },
		{ "eb:type=\"urn:osb:oin\">" OURS, ">urn:osb:oin:" OURS },
		{ "eb:type=\"urn:osb:oin\">" THEIRS, ">urn:osb:oin:" THEIRS },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		struct world w;

		world_init(&w, "none");
		a_result(&w, false, pairs[i][0], pairs[i][1]);
		receive(&w);
		assert_int_equal(w.reply_http.status, 204);
		assert_int_equal(w.kept, 1);
		assert_non_null(strstr(w.reply, "<eb:Action>Acknowledgment"));
		world_done(&w);
	}
}

/* Rows 11 to 24, in their order: {change, code, location}; `only`: under one
 * kind of agreement.
 */
static const struct row {
	const char *only, *name, *old, *new, *code, *location;
} rows[] = {
	{ NULL, "11 before the agreement", "2025-11-24T15:59:00.000Z",
		"2019-11-24T15:59:00Z", "Inconsistent", H "/@cpaid" },
	{ NULL, "11 after the agreement", "2025-11-24T15:59:00.000Z",
		"2049-11-24T15:59:00+01:00", "Inconsistent", H "/@cpaid" },
	{ NULL, "12 version", "<eb:MessageHeader eb:version=\"2.0\"",
		"<eb:MessageHeader eb:version=\"1.0\"", "Inconsistent",
		H "/@version" },
	{ NULL, "13 to somebody else", OURS, "00000099000000030000",
		"Inconsistent", H "/To/PartyId" },
	{ NULL, "13 to an id without type", "eb:type=\"urn:osb:oin\">" OURS,
		">" OURS, "Inconsistent", H "/To/PartyId" },
	{ NULL, "13 to us and somebody else",
		"<eb:PartyId eb:type=\"urn:osb:oin\">" OURS,
		"<eb:PartyId>urn:x:y</eb:PartyId>"
		"<eb:PartyId eb:type=\"urn:osb:oin\">" OURS,
		"Inconsistent", H "/To/PartyId" },
	{ NULL, "14 no role", "<eb:Role>SP</eb:Role>", "", "Inconsistent",
		H "/From/Role" },
	{ NULL, "14 no role", "<eb:Role>SR</eb:Role>", "", "Inconsistent",
		H "/To/Role" },
	{ NULL, "15 service", " eb:type=\"urn:osb:services\"", "",
		"Inconsistent", H "/Service" },
	{ NULL, "16 action", ACTION_BV_RESULT, "Something",
		"ValueNotRecognized", H "/Action" },
	{ NULL, "16 direction", ACTION_BV_RESULT, ACTION_BV_REQUEST,
		"ValueNotRecognized", H "/Action" },
	{ NULL, "16 role", ">SP<", ">XX<", "ValueNotRecognized", H "/Action" },
	{ NULL, "16 service", "MIJNOVERHEID.ebMS.BB.2.0", "Other",
		"ValueNotRecognized", H "/Action" },
	{ NULL, "16 roles swapped", "<eb:Role>SP</eb:Role>",
		"<eb:Role>SR</eb:Role>", "ValueNotRecognized", H "/Action" },
	{ NULL, "18 too late", "2025-11-24T17:00:00.000Z",
		"2025-11-24T15:54:00.000Z", "TimeToLiveExpired",
		H "/MessageData/TimeToLive" },
	{ NULL, "19 duplicates", "<eb:DuplicateElimination/>", "",
		"Inconsistent", H "/DuplicateElimination" },
	{ NULL, "20 no AckRequested", ACK, "", "Inconsistent",
		"//Header/AckRequested" },
	{ NULL, "20 version", "<eb:AckRequested eb:version=\"2.0\"",
		"<eb:AckRequested eb:version=\"2.1\"", "Inconsistent",
		"//Header/AckRequested/@version" },
	{ NULL, "20 actor", EBMS_TO_PARTY, "urn:x", "Inconsistent",
		"//Header/AckRequested/@actor" },
	{ NULL, "20 nextMSH", EBMS_TO_PARTY, EBMS_NEXT_MSH, "NotSupported",
		"//Header/AckRequested/@actor" },
	{ NULL, "20 signed", "eb:signed=\"false\"", "eb:signed=\"true\"",
		"Inconsistent", "//Header/AckRequested/@signed" },
	{ "none", "21 SyncReply", ACK, ACK SYNC, "Inconsistent",
		"//Header/SyncReply" },
	{ "mshSignalsOnly", "21 no SyncReply", SYNC, "", "Inconsistent",
		"//Header/SyncReply" },
	{ "mshSignalsOnly", "21 version", "<eb:SyncReply eb:version=\"2.0\"",
		"<eb:SyncReply eb:version=\"3.0\"", "Inconsistent",
		"//Header/SyncReply/@version" },
	{ "mshSignalsOnly", "21 actor", EBMS_SOAP_NEXT, "urn:x", "Inconsistent",
		"//Header/SyncReply/@actor" },
	{ NULL, "22 order", ACK,
		ACK "<eb:MessageOrder eb:version=\"2.0\" "
		    "soap:mustUnderstand=\"1\"><eb:SequenceNumber>0"
		    "</eb:SequenceNumber></eb:MessageOrder>",
		"NotSupported", "//Header/MessageOrder" },
	{ NULL, "23 signature", ACK,
		ACK "<ds:Signature xmlns:ds=\"" EBMS_DSIG "\"/>",
		"SecurityFailure", "//Header/Signature" },
	{ NULL, "24 version", "<eb:Manifest eb:version=\"2.0\"",
		"<eb:Manifest eb:version=\"1\"", "Inconsistent",
		"//Body/Manifest/@version" },
	{ NULL, "24 no cid", "cid:part-1@theirs", "http://theirs/part-1",
		"MimeProblem",
		"//Body/Manifest/Reference[@href='http://theirs/part-1']" },
	{ NULL, "24 no part at all", "<part-1@theirs>", "<part-3@theirs>",
		"MimeProblem", "cid:part-1@theirs" },
	{ NULL, "24 in an unknown encoding", "<part-1@theirs>\r\n",
		"<part-1@theirs>\r\nContent-Transfer-Encoding: uuencode\r\n",
		"MimeProblem", "cid:part-1@theirs" },
	{ NULL, "24 broken base64", "<part-1@theirs>\r\n",
		"<part-1@theirs>\r\nContent-Transfer-Encoding: base64\r\n",
		"MimeProblem", "cid:part-1@theirs" },
	{ NULL, "24 no part", "cid:part-1@theirs", "cid:part-2@theirs",
		"MimeProblem", "cid:part-2@theirs" },
};

/* The answer to a broken rule: kept, and pushed or in this connection. */
static void
check_refused(
	struct world *w, bool sync, const char *code, const char *location)
{
	assert_int_equal(w->kept, 1);
	assert_true(w->in.reply_is_error);
	assert_false(w->in.reply_once);
	assert_int_equal(w->in.payload_len, 0);
	assert_int_equal(w->note.code, CODE_EBMS);
	check_signal(w->reply, "MessageError", code, location);
	assert_int_equal(w->reply_http.status, sync ? 200 : 204);
	assert_string_equal(w->in.reply_url,
		sync ? "" : "https://theirs.example:28443/ebms");
	if (sync)
		assert_string_equal(w->reply_http.body.bytes, w->reply);
	else
		assert_int_equal(w->reply_http.body.len, 0);
}

static void
test_ebms_listen__a_broken_rule_gives_its_error(void **state)
{
	const size_t count = sizeof(rows) / sizeof(*rows);
	struct world w;
	size_t i;

	(void)state;
	for (i = 0; i < 2 * count; i++) {
		const struct mode *m = &modes[i / count];
		const struct row *row = &rows[i % count];

		if (row->only != NULL && strcmp(row->only, m->name) != 0)
			continue;
		world_init(&w, m->name);
		a_result(&w, m->sync, row->old, row->new);
		receive(&w);
		if (w.kept != 1 || !w.in.reply_is_error)
			print_message("# %s, %s: %d %s\n", row->name, m->name,
				w.reply_http.status, w.note.text);
		check_refused(&w, m->sync, row->code, row->location);
		world_done(&w);
	}
}

/* Row 10 comes before all of them: a message that is known is not judged. */
static void
test_ebms_listen__a_known_message_is_not_judged(void **state)
{
	const size_t count = sizeof(rows) / sizeof(*rows);
	struct world w;
	size_t i;

	(void)state;
	for (i = 0; i < 2 * count; i++) {
		const struct mode *m = &modes[i / count];
		const struct row *row = &rows[i % count];

		if (row->only != NULL && strcmp(row->only, m->name) != 0)
			continue;
		world_init(&w, m->name);
		w.keep = V_SKIP;
		w.stored = "<stored/>";
		a_result(&w, m->sync, row->old, row->new);
		receive(&w);
		assert_int_equal(w.reply_http.status, m->sync ? 200 : 204);
		if (m->sync)
			assert_string_equal(
				w.reply_http.body.bytes, "<stored/>");
		assert_int_equal(w.note.code, CODE_NONE);
		w.keep = V_NEVER;
		receive(&w);
		assert_int_equal(w.reply_http.status, 500);
		assert_non_null(
			strstr(w.reply_http.body.bytes, "already used"));
		world_done(&w);
	}
}

/* Whatever else is wrong, the channel of the action says how the sender wants
 * to be answered; where there is none, its SyncReply.
 */
static void
test_ebms_listen__the_channel_says_where_the_error_goes(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "mshSignalsOnly");
	a_result(&w, false, "<eb:MessageHeader eb:version=\"2.0\"",
		"<eb:MessageHeader eb:version=\"1.0\"");
	receive(&w);
	check_refused(&w, true, "Inconsistent", H "/@version");
	/* No such action, and no SyncReply. */
	a_result(&w, false, ACTION_BV_RESULT, "Something");
	receive(&w);
	check_refused(&w, false, "ValueNotRecognized", H "/Action");
	world_done(&w);
}

/* What only one kind of channel asks for. */
static void
test_ebms_listen__best_effort_wants_neither(void **state)
{
	struct world w;

	(void)state;
	world_of(&w, "none", "always", "never");
	a_result(&w, false, "", "");
	receive(&w);
	check_refused(&w, false, "Inconsistent", H "/DuplicateElimination");
	a_result(&w, false, "<eb:DuplicateElimination/>", "");
	receive(&w);
	check_refused(&w, false, "Inconsistent", "//Header/AckRequested");
	world_done(&w);
	/* perMessage: the sender chooses, in each message. */
	world_of(&w, "none", "always", "perMessage");
	a_result(&w, false, "", "");
	receive(&w);
	assert_int_equal(w.reply_http.status, 204);
	assert_true(w.in.ack_wanted);
	a_result(&w, false, ACK, "");
	receive(&w);
	assert_int_equal(w.reply_http.status, 204);
	assert_false(w.in.reply_is_error);
	assert_false(w.in.ack_wanted);
	assert_string_equal(w.reply, "");
	assert_string_equal(w.in.reply_url, "");
	world_done(&w);
}

/* Row 13: nobody we know, so the fault names the error. */
static void
test_ebms_listen__from_an_unknown_party(void **state)
{
	static const struct {
		const char *old, *new;
	} cases[] = {
		{ "eb:type=\"urn:osb:oin\">" THEIRS,
			"eb:type=\"urn:x\">" THEIRS },
		{ "eb:type=\"urn:osb:oin\">" THEIRS, ">" THEIRS },
		{ "urn:osb:oin", "urn:x:oin" },
		/* Theirs and one more that the agreement does not have. */
		{ "<eb:PartyId eb:type=\"urn:osb:oin\">" THEIRS,
			"<eb:PartyId eb:type=\"urn:osb:oin\">"
			"00000099000000030000</eb:PartyId>"
			"<eb:PartyId eb:type=\"urn:osb:oin\">" THEIRS },
	};
	const size_t count = sizeof(cases) / sizeof(*cases);
	struct world w;
	size_t i;

	(void)state;
	for (i = 0; i < 2 * count; i++) {
		const struct mode *m = &modes[i / count];

		world_init(&w, m->name);
		a_result(&w, m->sync, cases[i % count].old,
			cases[i % count].new);
		receive(&w);
		assert_int_equal(w.kept, 0);
		assert_int_equal(w.reply_http.status, m->sync ? 200 : 500);
		if (m->sync)
			check_signal(w.reply_http.body.bytes, "MessageError",
				"Inconsistent", H "/From/PartyId");
		else
			assert_non_null(strstr(w.reply_http.body.bytes,
				"<faultstring>Inconsistent: " H
				"/From/PartyId</faultstring>"));
		world_done(&w);
	}
}

/* A certificate of another party below the same root: its OIN beside the name
 * of the party is not enough.
 */
static void
test_ebms_listen__nobody_speaks_for_another(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "none");
	w.request.peer_oin = "00000099000000030000";
	a_result(&w, false, "<eb:PartyId eb:type=\"urn:osb:oin\">" THEIRS,
		"<eb:PartyId eb:type=\"urn:osb:oin\">00000099000000030000"
		"</eb:PartyId><eb:PartyId eb:type=\"urn:osb:oin\">" THEIRS);
	receive(&w);
	assert_int_equal(w.reply_http.status, 500);
	assert_int_equal(w.kept, 0);
	a_signal(&w, "Acknowledgment",
		"        <eb:PartyId eb:type=\"urn:osb:oin\">" THEIRS,
		"<eb:PartyId eb:type=\"urn:osb:oin\">00000099000000030000"
		"</eb:PartyId><eb:PartyId eb:type=\"urn:osb:oin\">" THEIRS);
	receive(&w);
	assert_int_equal(w.reply_http.status, 204);
	assert_int_equal(w.kept, 0);
	world_done(&w);
}

#define TWO_IDS                                                                \
	"<t:PartyId t:type=\"urn:osb:oin\">" THEIRS                            \
	"</t:PartyId><t:PartyId>urn:x:y</t:PartyId>"

/* A party may have several ids, and use some or all of them. */
static void
test_ebms_listen__a_party_under_two_ids(void **state)
{
	struct world w;

	(void)state;
	world_of(&w, "none",
		"<t:PartyId t:type=\"urn:osb:oin\">" THEIRS "</t:PartyId>",
		TWO_IDS);
	a_result(&w, false, "", "");
	receive(&w);
	assert_false(w.in.reply_is_error);
	check_signal(w.reply, "Acknowledgment", NULL, NULL);
	assert_null(strstr(w.reply, "urn:x:y"));
	/* The acknowledgment names them all, as they did. */
	a_result(&w, false,
		"<eb:PartyId eb:type=\"urn:osb:oin\">" THEIRS "</eb:PartyId>",
		"<eb:PartyId eb:type=\"urn:osb:oin\">" THEIRS
		"</eb:PartyId><eb:PartyId>urn:x:y</eb:PartyId>");
	receive(&w);
	assert_int_equal(w.reply_http.status, 204);
	assert_false(w.in.reply_is_error);
	check_signal(w.reply, "Acknowledgment", NULL, NULL);
	assert_non_null(strstr(w.reply, "<eb:PartyId>urn:x:y</eb:PartyId>"));
	/* Without the one that the certificate has, nobody is known. */
	a_result(&w, false,
		"<eb:PartyId eb:type=\"urn:osb:oin\">" THEIRS "</eb:PartyId>",
		"<eb:PartyId>urn:x:y</eb:PartyId>");
	receive(&w);
	assert_int_equal(w.reply_http.status, 500);
	assert_int_equal(w.note.code, CODE_PEER_OIN);
	world_done(&w);
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

		if (rows[i].only != NULL && strcmp(rows[i].only, "none") != 0)
			continue;
		a_result(&w, false, rows[i].old, rows[i].new);
		receive(&w);
		assert_int_equal(w.reply_http.status, 204);
		assert_int_equal(w.in.reply_is_error, !channel);
		assert_int_equal(w.note.code, CODE_EBMS);
		if (channel)
			assert_string_equal(w.payload, "<result/>");
	}
	/* One that we overlook must not hide what nobody can do. */
	a_result(&w, false, "<eb:DuplicateElimination/>", "<!---->");
	receive(&w);
	assert_false(w.in.reply_is_error);
	a_result(&w, false,
		"<eb:DuplicateElimination/>\n    </eb:MessageHeader>\n"
		"    " ACK,
		"</eb:MessageHeader><eb:AckRequested eb:version=\"2.0\" "
		"soap:mustUnderstand=\"1\" soap:actor=\"" EBMS_NEXT_MSH
		"\" eb:signed=\"false\"/>");
	receive(&w);
	check_refused(
		&w, false, "NotSupported", "//Header/AckRequested/@actor");
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
		{ "seven digits", "2025-11-24T15:59:00.000Z",
			"2025-11-24T10:59:00.1234567-05:00" },
		{ "midnight at the end of a day", "2025-11-24T17:00:00.000Z",
			"2025-11-24T24:00:00Z" },
		{ "blanks around ids", ">" THEIRS "<", ">\n\t" THEIRS " <" },
		{ "blanks around the action", ">" ACTION_BV_RESULT "<",
			"> " ACTION_BV_RESULT "\n<" },
		{ "CDATA", ">test-cpa<", "><![CDATA[test-cpa]]><" },
		{ "schemaLocation", "<soap:Envelope ",
			"<soap:Envelope xmlns:xsi=\"http://www.w3.org/2001/"
			"XMLSchema-instance\" xsi:schemaLocation=\"http://a "
			"http://b\" " },
		{ "unknown RefToMessageId", "request-id@ours.example",
			"no-such-id" },
		{ "the scheme in capitals", "cid:part-1@theirs",
			"CID:part-1@theirs" },
		{ "percent in the Content-ID", "<part-1@theirs>",
			"<part-1%40theirs>" },
		{ "Content-ID without brackets", "<part-1@theirs>",
			"part-1@theirs" },
		{ "bare LF in part headers",
			"Content-Type: text/xml\r\nContent-ID: "
			"<part-1@theirs>\r\n\r\n",
			"Content-Type: text/xml\nContent-ID: "
			"<part-1@theirs>\n\n" },
		{ "base64", "<part-1@theirs>\r\n\r\n<result/>",
			"<part-1@theirs>\r\ncontent-transfer-encoding: Base64"
			"\r\n\r\nPHJl\r\nc3VsdC8+" },
		{ "quoted-printable", "<part-1@theirs>\r\n\r\n<result/>",
			"<part-1@theirs>\r\nContent-Transfer-Encoding: "
			"quoted-printable\r\n\r\n<re=\r\nsult=2F>" },
		{ "binary", "<part-1@theirs>\r\n",
			"<part-1@theirs>\r\nContent-Transfer-Encoding: binary"
			"\r\nContent-Disposition: attachment; "
			"filename=\"null\"\r\n" },
		{ "preamble",
			"--B\r\nContent-Type: text/xml\r\n"
			"Content-ID: <soap@theirs>",
			"This is a message\r\n--B\r\nContent-ID: "
			"<soap@theirs>" },
		{ "epilogue", "--B--\r\n", "--B--\r\nbye\r\n" },
		{ "nobody asked for this part", "--B--\r\n",
			"--B\r\nContent-ID: <x>\r\n\r\ny\r\n--B--\r\n" },
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
	world_done(&w);
}

/* Content-Type as products write it. */
static void
test_ebms_listen__any_multipart_is_taken(void **state)
{
	static const struct {
		const char *type, *boundary;
	} cases[] = {
		{ "multipart/related; boundary=B", "B" },
		{ "Multipart/Related;start-info=\"text/xml\";BOUNDARY=\"B\"",
			"B" },
		{ "multipart/related; boundary=\"-=0f3c-11=-\"; "
		  "type=\"text/xml\"; start=\"<soap@theirs>\"; "
		  "start-info=\"text/xml\"",
			"-=0f3c-11=-" },
		{ "multipart/related; boundary=-=0f3c-11=-; type=text/xml",
			"-=0f3c-11=-" },
		{ "multipart/related; boundary=\"a b'c:d?e\"", "a b'c:d?e" },
		{ "multipart/related; boundary=B; start=\"<no-such-part>\"",
			"B" },
	};
	struct buf whole = BUF_MAX(10000);
	struct world w;
	size_t i;

	(void)state;
	world_init(&w, "none");
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		buf_reset(&whole);
		a_result(&w, false, "--B", "--\001");
		changed(&w.body, "\001", cases[i].boundary, &whole);
		buf_reset(&w.body);
		buf_text(&w.body, whole.bytes);
		strcpy(w.content_type, cases[i].type);
		receive(&w);
		if (w.reply_http.status != 204)
			print_message("# %s\n", cases[i].type);
		assert_int_equal(w.reply_http.status, 204);
		assert_string_equal(w.payload, "<result/>");
	}
	buf_done(&whole);
	world_done(&w);
}

/* The payload first, and the envelope where `start` says. */
static void
test_ebms_listen__the_root_may_be_the_second_part(void **state)
{
	struct buf text = BUF_MAX(10000);
	struct world w;
	char *cut;

	(void)state;
	world_init(&w, "none");
	a_result(&w, false, "", "");
	cut = strstr(w.body.bytes + 3, "\r\n--B\r\n");
	buf_format(&text,
		"--B\r\nContent-ID: <part-1@theirs>\r\n\r\n<result/>\r\n%.*s"
		"\r\n--B--",
		(int)(cut - w.body.bytes), w.body.bytes);
	buf_reset(&w.body);
	buf_text(&w.body, text.bytes);
	strcpy(w.content_type,
		"multipart/related; boundary=B; start=\"<soap@theirs>\"");
	receive(&w);
	assert_int_equal(w.reply_http.status, 204);
	assert_string_equal(w.payload, "<result/>");
	/* Without `start` the first part is the envelope, which it is not. */
	strcpy(w.content_type, "multipart/related; boundary=B");
	receive(&w);
	assert_int_equal(w.reply_http.status, 500);
	buf_done(&text);
	world_done(&w);
}

/* Not every message carries something. */
static void
test_ebms_listen__a_message_without_payload(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "none");
	a_result(&w, false,
		"<soap:Body>\n    <eb:Manifest eb:version=\"2.0\">\n"
		"      <eb:Reference xlink:type=\"simple\" xlink:href="
		"\"cid:part-1@theirs\"/>\n    </eb:Manifest>\n"
		"  </soap:Body>",
		"<soap:Body/>");
	receive(&w);
	assert_int_equal(w.reply_http.status, 204);
	assert_false(w.in.reply_is_error);
	assert_int_equal(w.in.payload_len, 0);
	world_done(&w);
}

/* The largest answer that a stranger can make us write. */
static void
test_ebms_listen__long_names_fit_the_answer(void **state)
{
	struct buf role = BUF_MAX(2000), longest = BUF_MAX(2000);
	struct world w;
	int i;

	(void)state;
	for (i = 0; i < EBMS_ID_MAX; i++)
		buf_text(&role, "&quot;");
	buf_format(&longest, "<eb:Role>%s</eb:Role>", role.bytes);
	world_init(&w, "none");
	a_result(&w, false, "<eb:Role>SP</eb:Role>", longest.bytes);
	receive(&w);
	check_refused(&w, false, "ValueNotRecognized", H "/Action");
	buf_reset(&longest);
	buf_format(&longest, "<eb:Role>%s&quot;</eb:Role>", role.bytes);
	a_result(&w, false, "<eb:Role>SP</eb:Role>", longest.bytes);
	receive(&w);
	assert_int_equal(w.reply_http.status, 500);
	/* A reference is repeated, but not all of it and in whole characters. */
	buf_reset(&longest);
	buf_text(&longest, "cid:x");
	for (i = 0; i < 400; i++)
		buf_text(&longest, "\xc3\xa9");
	a_result(&w, false, "cid:part-1@theirs", longest.bytes);
	receive(&w);
	assert_true(w.in.reply_is_error);
	longest.bytes[199] = '\0';
	check_refused(&w, false, "MimeProblem", longest.bytes);
	buf_done(&role);
	buf_done(&longest);
	world_done(&w);
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
	assert_false(w.body.full);
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
			test_ebms_listen__type_and_value_may_be_one_string),
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
			test_ebms_listen__a_gateway_of_another_party_may_not),
		cmocka_unit_test(
			test_ebms_listen__a_former_agreement_ends_later),
		cmocka_unit_test(
			test_ebms_listen__trial_never_meets_production),
		cmocka_unit_test(
			test_ebms_listen__a_broken_rule_gives_its_error),
		cmocka_unit_test(
			test_ebms_listen__a_known_message_is_not_judged),
		cmocka_unit_test(
			test_ebms_listen__the_channel_says_where_the_error_goes),
		cmocka_unit_test(test_ebms_listen__best_effort_wants_neither),
		cmocka_unit_test(test_ebms_listen__from_an_unknown_party),
		cmocka_unit_test(test_ebms_listen__nobody_speaks_for_another),
		cmocka_unit_test(test_ebms_listen__a_party_under_two_ids),
		cmocka_unit_test(
			test_ebms_listen__leniency_is_for_the_channel_only),
		cmocka_unit_test(
			test_ebms_listen__what_other_products_write_is_taken),
		cmocka_unit_test(test_ebms_listen__any_multipart_is_taken),
		cmocka_unit_test(
			test_ebms_listen__the_root_may_be_the_second_part),
		cmocka_unit_test(test_ebms_listen__a_message_without_payload),
		cmocka_unit_test(test_ebms_listen__long_names_fit_the_answer),
		cmocka_unit_test(test_ebms_listen__a_huge_envelope_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
