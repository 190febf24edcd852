/* tests/mobbsim/test_envelope.c - envelopes written, read and judged
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "mobbsim/envelope_read.c"
#include "mobbsim/envelope_write.c"

#define NOW INT64_C(1794990400000) /* 2026-11-18T08:26:40Z */
#define TEXT_BYTES 4000

static const struct cpa_terms terms = {
	.id = "cpa-1",
	.peer_oin = "00000099000000010000",
	.peer_role = "SR",
	.my_oin = "00000099000000020000",
	.my_role = "SP",
	.party_type = "urn:osb:oin",
	.service = "BOX",
	.service_type = "urn:osb:services",
	.answer_url = "",
	.retries = 8,
	.interval_ms = 5000,
};

/* A delivery as it should be, with marks where a case changes it. */
static const char good[] =
	"<s:Envelope xmlns:s=\"" NS_SOAP "\" xmlns:e=\"" NS_EB
	"\" xmlns:l=\"" NS_XLINK "\"><s:Header>"
	"<e:MessageHeader e:version=\"2.0\" s:mustUnderstand=\"1\">"
	"<e:From><e:PartyId e:type=\"urn:osb:oin\">00000099000000010000"
	"</e:PartyId><e:Role>SR</e:Role></e:From>"
	"<e:To><e:PartyId e:type=\"urn:osb:oin\">00000099000000020000"
	"</e:PartyId><e:Role>SP</e:Role></e:To>"
	"<e:CPAId>cpa-1</e:CPAId><e:ConversationId>c</e:ConversationId>"
	"<e:Service e:type=\"urn:osb:services\">BOX</e:Service>"
	"<e:Action>GLOBE-R-BV-Request</e:Action>"
	"<e:MessageData><e:MessageId>m@x</e:MessageId>"
	"<e:Timestamp>2026-11-18T08:00:00Z</e:Timestamp>"
	"<e:TimeToLive>2026-11-18T09:00:00.5+00:00</e:TimeToLive>"
	"</e:MessageData><e:DuplicateElimination/></e:MessageHeader>"
	"<e:AckRequested e:version=\"2.0\" s:mustUnderstand=\"1\""
	" e:signed=\"false\"/></s:Header><s:Body>"
	"<e:Manifest e:version=\"2.0\"><e:Reference l:type=\"simple\""
	" l:href=\"cid:p@x\"/></e:Manifest></s:Body></s:Envelope>";

/* `good` with the first `from` replaced. */
static void
change(const char *from, const char *to, char out[TEXT_BYTES])
{
	const char *at = strstr(good, from);

	assert_non_null(at);
	snprintf(out, TEXT_BYTES, "%.*s%s%s", (int)(at - good), good, to,
		at + strlen(from));
}

static void
test_envelope__a_delivery_is_read_and_right(void **state)
{
	struct envelope_wrong wrong;
	struct arena mem = ARENA_EMPTY;
	struct fault why = FAULT_NONE;
	struct envelope e;

	(void)state;
	assert_int_equal(
		envelope_read(good, strlen(good), &mem, &e, &why), V_OK);
	assert_int_equal(e.kind, ENVELOPE_BUSINESS);
	assert_string_equal(e.message_id, "m@x");
	assert_string_equal(e.conversation, "c");
	assert_string_equal(e.ref_to, "");
	assert_int_equal(e.reference_count, 1);
	assert_string_equal(e.references[0], "cid:p@x");
	assert_false(envelope_wrong(&e, &terms, NOW, &wrong));
	arena_done(&mem);
}

static void
test_envelope__each_breach_has_its_code(void **state)
{
	static const struct {
		const char *from, *to, *code;
	} cases[] = {
		{ "MessageHeader e:version=\"2.0\"",
			"MessageHeader e:version=\"1.0\"", "Inconsistent" },
		{ "00000099000000010000", "00000099000000030000",
			"Inconsistent" },
		{ "e:type=\"urn:osb:oin\"", "", "Inconsistent" },
		{ "00000099000000020000", "00000099000000030000",
			"Inconsistent" },
		{ "<e:Role>SR</e:Role>", "", "Inconsistent" },
		{ "<e:Role>SP</e:Role>", "<e:Role>SR</e:Role>",
			"Inconsistent" },
		{ ">BOX<", ">OTHER<", "ValueNotRecognized" },
		{ "GLOBE-R-BV-Request", "GLOBE-R-BV-Result",
			"ValueNotRecognized" },
		/* Nowhere to answer it. */
		{ "GLOBE-R-BV-Request", "GLOBE-R-A-Request",
			"ValueNotRecognized" },
		{ "2026-11-18T08:00:00Z", "yesterday", "Inconsistent" },
		{ "2026-11-18T09:00:00.5+00:00", "2026-11-18T08:00:00Z",
			"TimeToLiveExpired" },
		{ "<e:DuplicateElimination/>", "", "Inconsistent" },
		{ "e:signed=\"false\"", "e:signed=\"true\"", "Inconsistent" },
		{ " e:signed=\"false\"/>",
			" e:signed=\"false\" s:actor=\"urn:oasis:names:tc:"
			"ebxml-msg:actor:nextMSH\"/>",
			"Inconsistent" },
		{ "</s:Header>",
			"<e:SyncReply s:mustUnderstand=\"1\"/></s:Header>",
			"Inconsistent" },
		{ "</s:Header>", "<e:MessageOrder/></s:Header>",
			"NotSupported" },
		{ "</s:Header>",
			"<d:Signature xmlns:d=\"" NS_DS "\"/></s:Header>",
			"SecurityFailure" },
		{ "cid:p@x", "http://example.org/", "MimeProblem" },
		{ "<e:Reference l:type=\"simple\" l:href=\"cid:p@x\"/>", "",
			"MimeProblem" },
	};
	struct envelope_wrong wrong;
	struct arena mem = ARENA_EMPTY;
	struct fault why = FAULT_NONE;
	char text[TEXT_BYTES];
	struct envelope e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		change(cases[i].from, cases[i].to, text);
		assert_int_equal(
			envelope_read(text, strlen(text), &mem, &e, &why),
			V_OK);
		assert_true(envelope_wrong(&e, &terms, NOW, &wrong));
		assert_string_equal(wrong.code, cases[i].code);
		arena_reset(&mem);
	}
	arena_done(&mem);
}

#define SYNC                                                                   \
	"<e:SyncReply s:mustUnderstand=\"1\" e:version=\"2.0\" "               \
	"s:actor=\"" NEXT "\"/>"

/* How receipt is confirmed is agreed, and has to be asked for like that. */
static void
test_envelope__asks_for_what_was_agreed(void **state)
{
	static const struct {
		enum cpa_mode mode;
		const char *from, *to;
		bool wrong;
	} cases[] = {
		{ CPA_SYNC, "</s:Header>", SYNC "</s:Header>", false },
		{ CPA_SYNC, "</s:Header>", "</s:Header>", true },
		{ CPA_SYNC, "</s:Header>",
			"<e:SyncReply s:mustUnderstand=\"1\" "
			"e:version=\"2.0\"/></s:Header>",
			true },
		{ CPA_ASYNC, "</s:Header>", SYNC "</s:Header>", true },
		{ CPA_ASYNC, "</s:Header>", "</s:Header>", false },
		{ CPA_BEST_EFFORT, "</s:Header>", "</s:Header>", true },
	};
	struct envelope_wrong wrong;
	struct arena mem = ARENA_EMPTY;
	struct fault why = FAULT_NONE;
	struct cpa_terms agreed = terms;
	char text[TEXT_BYTES];
	struct envelope e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		agreed.mode = cases[i].mode;
		change(cases[i].from, cases[i].to, text);
		assert_int_equal(
			envelope_read(text, strlen(text), &mem, &e, &why),
			V_OK);
		assert_int_equal(envelope_wrong(&e, &agreed, NOW, &wrong),
			cases[i].wrong);
		arena_reset(&mem);
	}
	e.ack_requested = e.duplicate_elimination = false;
	assert_false(envelope_wrong(&e, &agreed, NOW, &wrong));
	arena_done(&mem);
}

static void
test_envelope__an_odd_acknowledgment(void **state)
{
	static const struct {
		struct envelope_odd odd;
		const char *has, *has_not;
	} cases[] = {
		{ { .ref_to = "n@z" }, "RefToMessageId>n@z<", ">m@x<" },
		{ { .cpa_id = "cpa-9" }, "<e:CPAId>cpa-9<", "cpa-1" },
		{ { .wrong_parties = true },
			"<e:From><e:PartyId e:type=\"urn:osb:oin\">"
			"00000099000000010000",
			"<e:To><e:PartyId e:type=\"urn:osb:oin\">"
			"00000099000000010000" },
		{ { .no_actor = true }, "<e:Acknowledgment", "toPartyMSH" },
		{ { .next_msh = true }, ":nextMSH\"", "toPartyMSH" },
		{ { .no_role = true }, "<e:Acknowledgment", "<e:Role>" },
		{ { .block = true }, "<o:Oddity", "s:mustUnderstand=\"1\">?" },
		{ { .must_understand = true }, "s:mustUnderstand=\"1\">?",
			"s:mustUnderstand=\"0\"" },
	};
	struct buf out = BUF_MAX(100000);
	struct arena mem = ARENA_EMPTY;
	struct fault why = FAULT_NONE;
	struct envelope e;
	size_t i;

	(void)state;
	assert_int_equal(
		envelope_read(good, strlen(good), &mem, &e, &why), V_OK);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_reset(&out);
		envelope_ack(&e, &terms, "a@y", NOW, &cases[i].odd, &out);
		assert_non_null(strstr(out.bytes, cases[i].has));
		assert_null(strstr(out.bytes, cases[i].has_not));
	}
	arena_done(&mem);
	buf_done(&out);
}

/* The clock of the other side may be up to five minutes off. */
static void
test_envelope__expiry_allows_for_clocks(void **state)
{
	struct envelope_wrong wrong;
	struct arena mem = ARENA_EMPTY;
	struct fault why = FAULT_NONE;
	struct envelope e;
	int64_t live_ms;

	(void)state;
	assert_int_equal(
		envelope_read(good, strlen(good), &mem, &e, &why), V_OK);
	assert_true(clock_parse(e.time_to_live, &live_ms));
	assert_false(envelope_wrong(&e, &terms, live_ms + 300000, &wrong));
	assert_true(envelope_wrong(&e, &terms, live_ms + 300001, &wrong));
	arena_done(&mem);
}

static void
test_envelope__what_is_no_ebms(void **state)
{
	static const struct {
		const char *from, *to;
	} cases[] = {
		{ NS_SOAP, "http://www.w3.org/2003/05/soap-envelope" },
		{ "<e:MessageId>m@x</e:MessageId>", "" },
		{ "<e:ConversationId>c</e:ConversationId>", "" },
		{ "</s:Header>", "<x xmlns=\"urn:x\" s:mustUnderstand=\"1\"/>"
				 "</s:Header>" },
		{ "<s:Envelope", "<!DOCTYPE x><s:Envelope" },
		{ "</s:Envelope>", "" },
	};
	struct arena mem = ARENA_EMPTY;
	struct fault why = FAULT_NONE;
	char text[TEXT_BYTES];
	struct envelope e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		change(cases[i].from, cases[i].to, text);
		assert_int_equal(
			envelope_read(text, strlen(text), &mem, &e, &why),
			V_SKIP);
	}
	assert_int_equal(envelope_read("", 0, &mem, &e, &why), V_SKIP);
	arena_done(&mem);
}

/* What we write of them, they could read of us. */
static void
test_envelope__signals_name_what_they_answer(void **state)
{
	static const struct envelope_wrong wrong = { "MimeProblem", "cid:p&x",
		"part <is> not there", false };
	struct buf out = BUF_MAX(100000);
	struct arena mem = ARENA_EMPTY;
	struct fault why = FAULT_NONE;
	struct envelope e, back;

	(void)state;
	assert_int_equal(
		envelope_read(good, strlen(good), &mem, &e, &why), V_OK);
	envelope_ack(&e, &terms, "a@y", NOW, NULL, &out);
	assert_int_equal(
		envelope_read(out.bytes, out.len, &mem, &back, &why), V_OK);
	assert_int_equal(back.kind, ENVELOPE_ACKNOWLEDGMENT);
	assert_string_equal(back.ref_to, "m@x");
	assert_string_equal(back.message_id, "a@y");
	assert_string_equal(back.from, terms.my_oin);
	assert_string_equal(back.to, terms.peer_oin);
	assert_string_equal(back.conversation, "c");
	assert_string_equal(back.service_type, "");

	buf_reset(&out);
	envelope_error(&e, &terms, &wrong, "b@y", NOW, &out);
	assert_int_equal(
		envelope_read(out.bytes, out.len, &mem, &back, &why), V_OK);
	assert_int_equal(back.kind, ENVELOPE_ERROR);
	assert_string_equal(back.error_code, "MimeProblem");
	assert_string_equal(back.error_severity, "Error");

	buf_reset(&out);
	envelope_pong(&e, &terms, "c@y", NOW, &out);
	assert_int_equal(
		envelope_read(out.bytes, out.len, &mem, &back, &why), V_OK);
	assert_string_equal(back.action, "Pong");
	arena_done(&mem);
	buf_done(&out);
}

static void
test_envelope__a_result_lives_as_long_as_it_is_tried(void **state)
{
	static const struct envelope_result result = { ENVELOPE_RESULT, "r@y",
		"c", "m@x", "result@y", NOW };
	struct buf out = BUF_MAX(100000);
	struct arena mem = ARENA_EMPTY;
	struct fault why = FAULT_NONE;
	struct envelope e;
	int64_t live_ms;

	(void)state;
	envelope_result(&result, &terms, &out);
	assert_int_equal(
		envelope_read(out.bytes, out.len, &mem, &e, &why), V_OK);
	assert_int_equal(e.kind, ENVELOPE_BUSINESS);
	assert_string_equal(e.action, "GLOBE-R-BV-Result");
	assert_true(e.ack_requested && e.duplicate_elimination);
	assert_string_equal(e.references[0], "cid:result@y");
	assert_true(clock_parse(e.time_to_live, &live_ms));
	assert_int_equal(live_ms, NOW + 45000);
	arena_done(&mem);
	buf_done(&out);
}

static const char *
standard(const char *schema, char path[300])
{
	const char *shared = getenv("MOBB_SHARED");

	snprintf(path, 300, "%s/ebms2/xsd/%s",
		shared == NULL ? "../shared" : shared, schema);
	return path;
}

/* Judged by the schema of the standard. */
static void
judge(const char *schema, const struct buf *out)
{
	struct fault why = FAULT_NONE;
	struct xml_schema *xsd = NULL;
	char path[300];

	(void)standard(schema, path);
	assert_int_equal(xml_schema_load(path, &xsd, &why), V_OK);
	if (xml_schema_check(xsd, out->bytes, out->len, &why) != V_OK)
		fail_msg("%s: %s", why.place, why.text);
	xml_schema_free(xsd);
}

static void
test_envelope__valid_by_the_standard(void **state)
{
	static const struct envelope_odd odd = { .no_actor = true,
		.block = true };
	struct cpa_terms in_answer = terms;
	static const struct envelope_result result = { ENVELOPE_RESULT, "r@y",
		"c", "m@x", "result@y", NOW };
	static const struct envelope_wrong wrong = { "Inconsistent", "//x",
		"why", true };
	struct buf out = BUF_MAX(100000);
	struct arena mem = ARENA_EMPTY;
	struct fault why = FAULT_NONE;
	struct envelope e;
	char path[300];

	(void)state;
	in_answer.mode = CPA_SYNC;
	if (access(standard("envelope.xsd", path), R_OK) == -1) {
		print_message("# no %s\n", path);
		skip();
	}
	assert_int_equal(
		envelope_read(good, strlen(good), &mem, &e, &why), V_OK);
	envelope_ack(&e, &terms, "a@y", NOW, NULL, &out);
	judge("envelope.xsd", &out);
	judge("msg-header-2_0.xsd", &out);
	buf_reset(&out);
	envelope_error(&e, &terms, &wrong, "b@y", NOW, &out);
	judge("msg-header-2_0.xsd", &out);
	buf_reset(&out);
	envelope_pong(&e, &terms, "c@y", NOW, &out);
	judge("msg-header-2_0.xsd", &out);
	buf_reset(&out);
	envelope_result(&result, &terms, &out);
	judge("msg-header-2_0.xsd", &out);
	buf_reset(&out);
	envelope_result(&result, &in_answer, &out);
	judge("msg-header-2_0.xsd", &out);
	buf_reset(&out);
	envelope_ack(&e, &terms, "d@y", NOW, &odd, &out);
	judge("msg-header-2_0.xsd", &out);
	buf_reset(&out);
	envelope_fault("Client", "no <such> thing", &out);
	judge("envelope.xsd", &out);
	arena_done(&mem);
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_envelope__a_delivery_is_read_and_right),
		cmocka_unit_test(test_envelope__each_breach_has_its_code),
		cmocka_unit_test(test_envelope__asks_for_what_was_agreed),
		cmocka_unit_test(test_envelope__an_odd_acknowledgment),
		cmocka_unit_test(test_envelope__expiry_allows_for_clocks),
		cmocka_unit_test(test_envelope__what_is_no_ebms),
		cmocka_unit_test(test_envelope__signals_name_what_they_answer),
		cmocka_unit_test(
			test_envelope__a_result_lives_as_long_as_it_is_tried),
		cmocka_unit_test(test_envelope__valid_by_the_standard),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
