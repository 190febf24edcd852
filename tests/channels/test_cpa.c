/* tests/channels/test_cpa.c - what agreements say, and what they may not say
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "tests/channels/cpa.h"

static void
check_ours(const struct cpa *cpa)
{
	const struct cpa_action *out = cpa_find(cpa, REQUEST, true);
	const struct cpa_action *in = cpa_find(cpa, RESULT, false);

	assert_string_equal(cpa->ours.id, OURS);
	assert_string_equal(cpa->ours.id_type, "urn:osb:oin");
	assert_string_equal(cpa->theirs.id, "00000099000000020000");
	assert_string_equal(cpa->our_host, "localhost");
	assert_string_equal(
		cpa->our_signal_url, "https://localhost:18443/ebms");
	assert_string_equal(
		cpa->their_signal_url, "https://localhost:28443/ebms");
	assert_non_null(out);
	assert_string_equal(out->from.id, OURS);
	assert_string_equal(out->from.role, "SR");
	assert_string_equal(out->to.role, "SP");
	assert_string_equal(out->service, "MIJNOVERHEID.ebMS.BB.2.0");
	assert_string_equal(out->service_type, "urn:osb:services");
	assert_string_equal(out->url, "https://localhost:28443/ebms");
	assert_true(out->ack_requested);
	assert_true(out->duplicate_elimination);
	assert_false(out->ack_free);
	assert_non_null(in);
	assert_string_equal(in->from.role, "SP");
	assert_string_equal(in->to.id, OURS);
	assert_string_equal(in->url, "https://localhost:18443/ebms");
	assert_null(cpa_find(cpa, REQUEST, false));
	assert_null(cpa_find(cpa, RESULT, true));
}

static void
test_cpa__the_examples_give_what_is_written(void **state)
{
	struct buf text = BUF_MAX(1000000);
	struct arena mem = ARENA_EMPTY;
	const struct cpa_action *out;
	struct fault why;
	struct cpa cpa;

	(void)state;
	if (!shared_text("ebms2/examples/cpa-mobb-osb-rm-async.xml", &text)) {
		print_message("# no shared data\n");
		skip();
	}
	assert_int_equal(cpa_read(text.bytes, text.len, OURS, both, false, &mem,
				 &cpa, &why),
		V_OK);
	check_ours(&cpa);
	out = cpa_find(&cpa, REQUEST, true);
	assert_false(out->sync_reply);
	assert_int_equal(out->retries, 8);
	assert_int_equal(out->interval_ms, 3 * 3600000);
	assert_int_equal(out->persist_ms, 5 * 86400000LL);
	buf_reset(&text);
	assert_true(shared_text(
		"ebms2/examples/cpa-mobb-osb-rm-sync-fast.xml", &text));
	assert_int_equal(cpa_read(text.bytes, text.len, OURS, both, false, &mem,
				 &cpa, &why),
		V_OK);
	check_ours(&cpa);
	out = cpa_find(&cpa, REQUEST, true);
	assert_true(out->sync_reply);
	assert_int_equal(out->retries, 3);
	assert_int_equal(out->interval_ms, 5000);
	assert_int_equal(out->persist_ms, 600000);
	arena_done(&mem);
	buf_done(&text);
}

/* --- agreements of others, each looked at by hand --- */

#define SIDES 2
static const char *const their_oins[SIDES] = { "00000000000000000000",
	"00000000000000000001" };

static void
test_cpa__agreements_of_others_are_read(void **state)
{
	/* In `use` are actions of the agreement itself.  Names in capitals are
	 * those of the file.
	 */
	static const struct {
		const char *name;
		bool plain; /* http is allowed */
		const char *use[5];
		enum verdict v;
		int mistakes, unsupported;
		size_t actions, left_out;
		const char *says; /* among the mistakes of the first side */
	} cases[] = {
		/* plain, signed and encrypted, each best effort and reliable */
		{ "cpa-cv-https.xml", false, { "EchoRequest", "EchoResponse" },
			V_OK, 0, 0, 4, 8, "" },
		{ "cpa-cv-https.xml", false, { NULL }, V_OK, 0, 0, 4, 8, "" },
		{ "cpa-cv-https.xml", false, { "EchoReply" }, V_BROKEN, 1, 0, 4,
			8, "line 23, PartyInfo: there is no action EchoReply" },
		/* plain http is for who allows it; its two addresses */
		{ "cpaStubEBF.be.http.unsigned.xml", true,
			{ "afleveren", "bevestigAfleveren", "aanleveren",
				"bevestigAanleveren" },
			V_OK, 0, 0, 4, 0, "" },
		{ "cpaStubEBF.be.http.unsigned.xml", false, { "afleveren" },
			V_BROKEN, 2, 0, 0, 4,
			"line 77, PartyInfo/Transport[DIGIPOORT_transport_HTTP]"
			"/TransportReceiver/Endpoint: the address is plain" },
		{ "cpaStubEBF.rm.http.unsigned.xml", true,
			{ "afleveren", "bevestigAfleveren", "aanleveren",
				"bevestigAanleveren" },
			V_OK, 0, 0, 4, 0, "" },
		/* answers in the answer */
		{ "cpaStubEBF.rm.http.unsigned.sync.xml", true, { "afleveren" },
			V_BROKEN, 1, 1, 0, 4,
			"/MessagingCharacteristics: afleveren asks for "
			"syncReplyMode signalsAndResponse, which is not" },
		{ "cpaStubEBF.rm.http.unsigned.sync.xml", true, { NULL }, V_OK,
			0, 0, 0, 4, "" },
		/* signing, on both sides of the action */
		{ "cpaStubEBF.rm.https.signed.xml", false, { "afleveren" },
			V_BROKEN, 2, 2, 0, 4,
			"/ebXMLSenderBinding/SenderNonRepudiation: afleveren "
			"asks for signing" },
		{ "cpaStubEBF.rm.https.signed.xml", false, { NULL }, V_OK, 0, 0,
			0, 4, "" },
	};
	struct buf text = BUF_MAX(1000000);
	struct arena mem = ARENA_EMPTY;
	size_t i, side;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (side = 0; side < SIDES; side++) {
			struct mistakes m = { .count = 0 };
			struct fault why = FAULT_NONE;
			struct cpa cpa;
			char name[100];
			enum verdict v;

			buf_reset(&text);
			snprintf(name, sizeof(name), "ebms2/cpa/%s",
				cases[i].name);
			if (!shared_text(name, &text)) {
				print_message("# no shared data\n");
				skip();
			}
			v = cpa_check(text.bytes, text.len, their_oins[side],
				cases[i].use, cases[i].plain, on_mistake, &m,
				&mem, &cpa, &why);
			if (v != cases[i].v || m.count != cases[i].mistakes)
				print_message("# %zu %s: %s\n", i, name, m.all);
			assert_int_equal(v, cases[i].v);
			assert_int_equal(m.count, cases[i].mistakes);
			assert_int_equal(m.unsupported, cases[i].unsupported);
			assert_int_equal(cpa.action_count, cases[i].actions);
			assert_int_equal(cpa.left_out_count, cases[i].left_out);
			if (side == 0)
				assert_non_null(strstr(m.all, cases[i].says));
		}
	arena_done(&mem);
	buf_done(&text);
}

/* What they agree, as its first party acts on it. */
static void
test_cpa__agreements_of_others_say_this(void **state)
{
	struct buf text = BUF_MAX(1000000);
	struct arena mem = ARENA_EMPTY;
	const struct cpa_action *a;
	const struct certificate_der *der;
	struct fault why;
	struct cpa cpa;
	size_t count;

	(void)state;
	if (!shared_text("ebms2/cpa/cpa-cv-https.xml", &text)) {
		print_message("# no shared data\n");
		skip();
	}
	assert_int_equal(cpa_read(text.bytes, text.len, their_oins[0], NULL,
				 false, &mem, &cpa, &why),
		V_OK);
	assert_string_equal(cpa.id, "CPAID_EchoService-1-0");
	assert_string_equal(cpa.ours.id_type, "urn:cv:oin");
	assert_string_equal(cpa.our_name, "DK Compliancevoorziening ebMS");
	assert_string_equal(cpa.their_name, "Consumer");
	a = &cpa.actions[0];
	assert_string_equal(a->name, "EchoResponse");
	assert_true(a->we_send);
	assert_string_equal(a->service, "EchoService$1.0");
	assert_string_equal(a->service_type, "urn:cv:be:services");
	assert_false(a->ack_requested);
	assert_false(a->duplicate_elimination);
	assert_int_equal(a->ttl_ms, 0);
	assert_int_equal(a->keep_ms, 5 * DAY_MS); /* nothing is said */
	a = &cpa.actions[2];
	assert_string_equal(a->service_type, "urn:cv:rm:services");
	assert_true(a->ack_requested && a->duplicate_elimination);
	assert_int_equal(a->retries, 5);
	assert_int_equal(a->interval_ms, 5 * 60000);
	assert_int_equal(a->ttl_ms, 30 * 60000);
	assert_int_equal(a->keep_ms, 30 * 60000);
	assert_string_equal(
		a->client->id, "ComplianceVoorziening_ClientCertificate");
	assert_string_equal(a->server->id, "Consumer_ServerCertificate");
	assert_string_equal(a->server->look.subject, "localhost");
	assert_string_equal(cpa.left_out[0].reason, "signing");
	assert_string_equal(cpa.left_out[2].reason, "signing; encryption");
	assert_int_equal(cpa.certificate_count, 8);
	assert_true(cpa.certificates[2].used);	/* server */
	assert_false(cpa.certificates[0].used); /* signing */
	der = cpa_certificates(&cpa, CPA_THEIR_SERVER, &count);
	assert_int_equal(count, 1);
	assert_int_equal(der[0].len, cpa.certificates[6].der.len);
	/* signals go over a channel that asks for signing: they are not */
	assert_string_equal(cpa_signal(&cpa, "Acknowledgment", false)->channel,
		"Consumer_BE_Signed_Channel");
	buf_reset(&text);
	assert_true(shared_text(
		"ebms2/cpa/cpaStubEBF.rm.http.unsigned.xml", &text));
	assert_int_equal(cpa_read(text.bytes, text.len, their_oins[0], NULL,
				 true, &mem, &cpa, &why),
		V_OK);
	a = cpa_find(&cpa, "afleveren", true);
	assert_string_equal(a->service, "osb:afleveren:1.1$1.0");
	assert_string_equal(a->from.role, "DIGIPOORT");
	assert_string_equal(
		a->actor, "urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH");
	assert_string_equal(a->to.role, "OVERHEID");
	assert_string_equal(a->url, "http://localhost:8088/ebms");
	assert_true(a->ack_requested && !a->sync_reply);
	assert_null(a->client);
	assert_null(a->server);
	assert_null(cpa_find(&cpa, "afleveren", false));
	assert_non_null(cpa_find(&cpa, "aanleveren", false));
	assert_null(cpa_certificates(&cpa, CPA_OUR_CLIENT, &count));
	assert_int_equal(count, 0);
	arena_done(&mem);
	buf_done(&text);
}

/* --- mistakes --- */

/* One change in a good agreement, and all that must be said of it. */
static void
test_cpa__a_wrong_agreement_is_refused(void **state)
{
	static const struct {
		const char *old, *new;
		int mistakes, unsupported;
		const char *says;
	} cases[] = {
		{ "", "", 0, 0, "" },
		/* head */
		{ "agreed", "signed", 0, 0, "" },
		{ "agreed", "proposed", 1, 0,
			"CPA line 3, Status: it is proposed, not agreed" },
		{ "2020-01-01T00:00:00Z", "2020-01-01", 1, 0,
			"CPA line 3, Start: it cannot be '2020-01-01'" },
		{ "2020-01-01T00:00:00Z", "2040-01-01T00:00:00Z", 1, 0,
			"CPA line 3, End: it ends before it starts" },
		{ "cpaid=\"test-cpa\"", "cpaid=\"a b\"", 1, 0,
			"CPA line 2, CollaborationProtocolAgreement: cpaid is "
			"too long or has blanks" },
		{ "t:cpaid=\"test-cpa\"", "cpaid=\"test-cpa\"", 2, 0,
			"it has no attribute 'cpaid' without a namespace" },
		{ "<t:Status", "<!-- --><t:Statu", 2, 0,
			"CPA line 3, Statu: may not be here" },
		/* parties */
		{ OURS, OURS "_OTA", 0, 0, "" },
		{ OURS, OURS "_X", 1, 0, "none of the parties has OIN " OURS },
		{ THEIRS, OURS, 1, 0, "both parties have OIN " OURS },
		{ THEIRS, "no spaces", 1, 0,
			"PartyInfo/PartyId: PartyId is too long or has" },
		/* where */
		{ "https://theirs.example:28443/ebms",
			"http://theirs.example/ebms", 1, 0,
			"PartyInfo/Transport[R_T]/TransportReceiver/Endpoint: "
			"the address is plain http" },
		{ "https://theirs.example:28443/ebms",
			"https://u@theirs.example/ebms", 1, 0,
			"uri is no https address" },
		{ "https://theirs.example:28443/ebms",
			"https://theirs.example/a b", 1, 0,
			"uri is no https address" },
		{ "https://theirs.example:28443/ebms", "ftp://theirs.example",
			1, 0, "uri is no https address" },
		{ "<t:TransportReceiver><t:TransportProtocol t:version=\"1.1\">"
		  "HTTP</t:TransportProtocol><t:Endpoint"
		  " t:uri=\"https://ours.example:18443/ebms\""
		  " t:type=\"allPurpose\"/></t:TransportReceiver>",
			"", 1, 0,
			"PartyInfo/Transport[S_T]: TransportReceiver is "
			"missing: nothing can be sent here" },
		/* what belongs together */
		{ "t:channelId=\"S_RM\"", "t:channelId=\"S_XX\"", 2, 0,
			"ThisPartyActionBinding[S_GLOBE-R-BV-Request]/ChannelId"
			": there is no DeliveryChannel 'S_RM'" },
		{ "t:transportId=\"R_T\">", "t:transportId=\"R_X\">", 2, 0,
			"PartyInfo/DeliveryChannel[R_DEF]: there is no "
			"Transport 'R_T'" },
		{ "<t:DocExchange t:docExchangeId=\"S_DX\">",
			"<t:DocExchange t:docExchangeId=\"X\">", 2, 0,
			"there is no DocExchange 'S_DX'" },
		{ "t:docExchangeId=\"S_DX\"><t:M",
			"t:docExchangeId=\"R_DX\"><t:M", 2, 0,
			"DeliveryChannel[S_DEF]: 'R_DX' in line 26 is of the "
			"wrong party" },
		{ "t:transportId=\"S_T\" ", "t:transportId=\"S_DX\" ", 2, 0,
			"'S_DX' in line 12 is no Transport" },
		{ "t:channelId=\"S_DEF\"", "t:channelId=\"S_RM\"", 2, 0,
			"DeliveryChannel[S_RM]: the id 'S_RM' is that of "
			"line" },
		{ "<t:OtherPartyActionBinding>R_GLOBE-R-BV-Request",
			"<t:OtherPartyActionBinding>S_GLOBE-R-BV-Request", 1, 0,
			"'S_GLOBE-R-BV-Request' in line 6 is of the wrong "
			"party" },
		{ "<t:OtherPartyActionBinding>R_GLOBE-R-BV-Request",
			"<t:OtherPartyActionBinding>R_GLOBE-R-BV-Result", 1, 0,
			"the other party has no CanReceive of it" },
		{ "t:id=\"R_GLOBE-R-BV-Request\" t:action=\"GLOBE-R-BV-Req",
			"t:id=\"R_GLOBE-R-BV-Request\" t:action=\"Req", 1, 0,
			"OtherPartyActionBinding: its action or Service is not "
			"that of line" },
		{ "t:action=\"GLOBE-R-BV-Result\"", "t:action=\"Other\"", 1, 0,
			"PartyInfo: there is no action GLOBE-R-BV-Result" },
		{ "t:name=\"SR\"", "t:name=\"S\tR\"", 0, 0, "" },
		{ "t:name=\"SR\"", "t:name=\"S&#10;R\"", 1, 0,
			"CollaborationRole/Role: name is too long or has" },
		/* how: in the exchange of each sending side */
		{ "<t:Retries>8<", "<t:Retries>101<", 2, 0,
			"PartyInfo/DocExchange[S_DX]/ebXMLSenderBinding/"
			"ReliableMessaging/Retries: 0 to 100 expected" },
		{ "<t:Retries>8<", "<t:Retries>100<", 0, 0, "" },
		{ "<t:Retries>8<", "<t:Retries>-1<", 2, 0, "0 to 100 expect" },
		{ "<t:Retries>8<", "<t:Retries>x<", 4, 0, "it cannot be 'x'" },
		{ "<t:Retries>8</t:Retries>", "", 0, 0, "" },
		{ "<t:RetryInterval>PT3H</t:RetryInterval>", "", 2, 0,
			"/ReliableMessaging: acknowledgments are asked for, "
			"but there is no RetryInterval" },
		{ "PT3H", "3H", 4, 0, "RetryInterval: it cannot be '3H'" },
		{ "PT3H", "PT0S", 2, 0, "no duration that can be used" },
		{ "PT3H", "-PT3H", 2, 0, "no duration that can be used" },
		{ "PT3H", "P1M", 0, 0, "" },
		{ "P5D", "5 days", 4, 0, "PersistDuration: it cannot be '5 " },
		{ "P5D", "P20Y", 4, 0, "no duration that can be used" },
		/* what we do not do */
		{ "t:ackSignatureRequested=\"never\"",
			"t:ackSignatureRequested=\"always\"", 2, 2,
			"PartyInfo/DeliveryChannel[S_RM]/"
			"MessagingCharacteristics: GLOBE-R-BV-Request asks for "
			"signed acknowledgments, which is not supported" },
		{ "t:duplicateElimination=\"always\"",
			"t:duplicateElimination=\"always\" t:actor=\"urn:oasis:"
			"names:tc:ebxml-msg:actor:nextMSH\"",
			2, 2,
			"acknowledgments of the next MSH (actor nextMSH)" },
		{ "t:syncReplyMode=\"none\"", "t:syncReplyMode=\"signalsOnly\"",
			2, 2, "asks for syncReplyMode signalsOnly, which" },
		{ "t:syncReplyMode=\"none\"",
			"t:syncReplyMode=\"responseOnly\"", 2, 2,
			"GLOBE-R-BV-Result asks for syncReplyMode respon" },
		{ "t:isNonRepudiationRequired=\"false\"",
			"t:isNonRepudiationRequired=\"true\"", 4, 4,
			"ThisPartyActionBinding[S_GLOBE-R-BV-Request]/"
			"BusinessTransactionCharacteristics: GLOBE-R-BV-Request"
			" asks for signing" },
		{ "t:isNonRepudiationRequired=\"false\"",
			"t:isNonRepudiationReceiptRequired=\"1\"", 4, 4,
			"asks for signing" },
		{ "t:isConfidential=\"transient\"",
			"t:isConfidential=\"persistent\"", 4, 4,
			"asks for encryption" },
		{ "t:isConfidential=\"transient\"",
			"t:isConfidential=\"transient-and-persistent\"", 4, 4,
			"asks for encryption" },
		{ "NotGuaranteed", "Guaranteed", 4, 4,
			"/ReliableMessaging/MessageOrderSemantics: GLOBE-R-BV-"
			"Request asks for message order" },
		{ "HTTP</t:TransportProtocol>",
			"HTTP</t:TransportProtocol><t:AccessAuthentication>"
			"basic</t:AccessAuthentication>",
			2, 2,
			"/TransportReceiver/AccessAuthentication: "
			"GLOBE-R-BV-Request asks for HTTP authentication" },
		{ "</t:PersistDuration></t:ebXMLReceiverBinding>",
			"</t:PersistDuration><t:ReceiverNonRepudiation>"
			"<t:NonRepudiationProtocol>p</t:NonRepudiationProtocol>"
			"<t:HashFunction>h</t:HashFunction>"
			"<t:SignatureAlgorithm>s</t:SignatureAlgorithm>"
			"</t:ReceiverNonRepudiation></t:ebXMLReceiverBinding>",
			2, 2,
			"/ebXMLReceiverBinding/ReceiverNonRepudiation: "
			"GLOBE-R-BV-Request asks for signing" },
	};
	struct arena mem = ARENA_EMPTY;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf text = BUF_MAX(100000);
		struct mistakes m;
		struct cpa cpa;

		agreement(&text, "none", cases[i].old, cases[i].new);
		(void)check_text(&text, &mem, &cpa, &m);
		if (m.count != cases[i].mistakes ||
			m.unsupported != cases[i].unsupported ||
			strstr(m.all, cases[i].says) == NULL)
			fail_msg("%zu, %s: %d, %d: %s", i, cases[i].new,
				m.count, m.unsupported, m.all);
		buf_done(&text);
	}
	arena_done(&mem);
}

/* What is no agreement at all has one mistake, without an element. */
static void
test_cpa__what_is_no_agreement(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "", ": empty\n" },
		{ "<a", "line 1: not well-formed\n" },
		{ "<!DOCTYPE x><x/>", ": a DOCTYPE is not allowed\n" },
		{ "<x/>", ": it is no CollaborationProtocolAgreement\n" },
		{ "<CollaborationProtocolAgreement/>",
			": it is no CollaborationProtocolAgreement\n" },
	};
	struct buf huge = BUF_MAX(CPA_BYTES_MAX + 1);
	struct arena mem = ARENA_EMPTY;
	struct mistakes m;
	const char *ids[2];
	struct fault why;
	struct cpa cpa;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf text = BUF_MAX(1000);

		buf_text(&text, cases[i].text);
		assert_int_equal(check_text(&text, &mem, &cpa, &m), V_BROKEN);
		assert_string_equal(m.all, cases[i].says);
		assert_null(cpa.id);
		assert_int_equal(
			cpa_parties(cases[i].text, strlen(cases[i].text), &mem,
				ids, &why),
			V_BROKEN);
		assert_int_equal(why.code, CODE_CPA);
		buf_done(&text);
	}
	/* At the limit it is read, one byte more is refused. */
	agreement(&huge, "none", "", "");
	while (huge.len < CPA_BYTES_MAX)
		buf_add(&huge, "\n", 1);
	assert_int_equal(check_text(&huge, &mem, &cpa, &m), V_OK);
	buf_add(&huge, "\n", 1);
	assert_int_equal(check_text(&huge, &mem, &cpa, &m), V_BROKEN);
	assert_string_equal(m.all, ": larger than 2000000 bytes\n");
	buf_done(&huge);
	arena_done(&mem);
}

static void
test_cpa__all_mistakes_are_told_once(void **state)
{
	struct buf text = BUF_MAX(100000);
	struct arena mem = ARENA_EMPTY;
	struct mistakes m;
	struct cpa cpa;

	(void)state;
	agreement(&text, "none", "agreed", "proposed");
	agreement_replace(&text, "t:name=\"SR\"", "t:nam=\"SR\"");
	agreement_replace(&text, "NotGuaranteed", "Guaranteed");
	agreement_replace(&text, "https://theirs", "http://theirs");
	assert_int_equal(check_text(&text, &mem, &cpa, &m), V_BROKEN);
	assert_string_equal(m.all,
		"CPA line 5, PartyInfo/CollaborationRole/Role: it has no "
		"attribute 'nam'\n"
		"CPA line 5, PartyInfo/CollaborationRole/Role: attribute name "
		"is missing\n"
		"CPA line 3, Status: it is proposed, not agreed\n"
		"CPA line 24, PartyInfo/Transport[R_T]/TransportReceiver/"
		"Endpoint: the address is plain http, which only the endpoint "
		"of a simulator may allow\n"
		"CPA line 13, PartyInfo/DocExchange[S_DX]/ebXMLSenderBinding/"
		"ReliableMessaging/MessageOrderSemantics: GLOBE-R-BV-Request "
		"asks for message order, which is not supported\n"
		"CPA line 28, PartyInfo/DocExchange[R_DX]/ebXMLReceiverBinding/"
		"ReliableMessaging/MessageOrderSemantics: GLOBE-R-BV-Request "
		"asks for message order, which is not supported\n"
		"CPA line 27, PartyInfo/DocExchange[R_DX]/ebXMLSenderBinding/"
		"ReliableMessaging/MessageOrderSemantics: GLOBE-R-BV-Result "
		"asks for message order, which is not supported\n"
		"CPA line 14, PartyInfo/DocExchange[S_DX]/ebXMLReceiverBinding/"
		"ReliableMessaging/MessageOrderSemantics: GLOBE-R-BV-Result "
		"asks for message order, which is not supported\n");
	/* What could be read is there all the same. */
	assert_string_equal(cpa.id, "test-cpa");
	assert_string_equal(cpa.ours.id, OURS);
	assert_int_equal(cpa.action_count, 0);
	assert_int_equal(cpa.left_out_count, 2);
	arena_done(&mem);
	buf_done(&text);
}

static void
test_cpa__mistakes_are_limited(void **state)
{
	struct buf text = BUF_MAX(CPA_BYTES_MAX), many = BUF_MAX(1000000);
	struct arena mem = ARENA_EMPTY;
	struct mistakes m;
	struct cpa cpa;
	int i;

	(void)state;
	for (i = 0; i < 3 * CPA_MISTAKES_MAX; i++)
		buf_text(&many, "\n<t:Odd/>");
	agreement(&text, "none", "<!--override-->", many.bytes);
	assert_int_equal(check_text(&text, &mem, &cpa, &m), V_BROKEN);
	assert_int_equal(m.count, CPA_MISTAKES_MAX);
	buf_done(&many);
	buf_done(&text);
	arena_done(&mem);
}

static void
test_cpa__durations(void **state)
{
	static const struct {
		const char *text;
		int64_t ms; /* -1: refused */
	} cases[] = {
		{ "PT3H", 10800000 },
		{ "P5D", 432000000 },
		{ "PT10S", 10000 },
		{ "PT1M", 60000 },
		{ "P1M", 2592000000 },
		{ "P1Y2M3DT4H5M6S", 31536000000 + 5184000000 + 259200000 +
					    14400000 + 300000 + 6000 },
		{ "PT0.5S", 500 },
		{ "PT1.25S", 1250 },
		{ "P0D", 0 },
		{ "", -1 },
		{ "P", -1 },
		{ "PT", -1 },
		{ "P1H", -1 },
		{ "PT1D", -1 },
		{ "-P1D", -1 },
		{ "P1D1D", -1 },
		{ "PT1S1M", -1 },
		{ "P1.5D", -1 },
		{ "P1", -1 },
		{ "1D", -1 },
		{ "P 1D", -1 },
		{ "P1DT", -1 },
		{ "P11Y", -1 },
		{ "P9999999999D", -1 },
		{ "P999999999Y", -1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int64_t ms = -1;
		bool good = look_duration(cases[i].text, &ms);

		if (ms != cases[i].ms)
			print_message("# %s\n", cases[i].text);
		assert_int_equal(good, cases[i].ms >= 0);
		assert_int_equal(ms, cases[i].ms);
	}
}

static void
test_cpa__addresses(void **state)
{
	static const struct {
		const char *url, *host; /* NULL: refused */
		bool plain;
	} cases[] = {
		{ "https://a.example/ebms", "a.example", false },
		{ "https://a.example", "a.example", false },
		{ "https://a.example:443", "a.example", false },
		{ "https://a.example:1/", "a.example", false },
		{ "https://a.example:65535/x?y=z#q", "a.example", false },
		{ "https://a.example?x", "a.example", false },
		{ "https://10.0.0.1:8443/", "10.0.0.1", false },
		{ "https://[2001:db8::1]:8443/", "[2001:db8::1]", false },
		{ "https://[::1]", "[::1]", false },
		{ "http://a.example/", NULL, false },
		{ "http://a.example/", "a.example", true },
		{ "HTTPS://a.example/", NULL, false },
		{ "https:/a.example/", NULL, false },
		{ "https://", NULL, false },
		{ "https:///x", NULL, false },
		{ "https://:443/", NULL, false },
		{ "https://a.example:/", NULL, false },
		{ "https://a.example:0/", NULL, false },
		{ "https://a.example:65536/", NULL, false },
		{ "https://a.example:4x/", NULL, false },
		{ "https://a.example:000443/", NULL, false },
		{ "https://u@a.example/", NULL, false },
		{ "https://u:p@a.example/", NULL, false },
		{ "https://a b/", NULL, false },
		{ "https://a.example/\xc3\xa9", NULL, false },
		{ "https://a.example/\n", NULL, false },
		{ "https://a|b/", NULL, false },
		{ "https://[::1/", NULL, false },
		{ "https://[]/", NULL, false },
		{ "https://[x]/", NULL, false },
		{ "ftp://a.example/", NULL, true },
	};
	struct arena mem = ARENA_EMPTY;
	char url[1100];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *host =
			look_host(cases[i].url, cases[i].plain, &mem);

		if ((host == NULL) != (cases[i].host == NULL))
			print_message("# %s\n", cases[i].url);
		if (cases[i].host == NULL)
			assert_null(host);
		else
			assert_string_equal(host, cases[i].host);
	}
	/* 80 characters of host, 1000 of address, and one too many. */
	snprintf(url, sizeof(url), "https://%080d/", 0);
	assert_non_null(look_host(url, false, &mem));
	snprintf(url, sizeof(url), "https://%081d/", 0);
	assert_null(look_host(url, false, &mem));
	snprintf(url, sizeof(url), "https://a/%0990d", 0);
	assert_non_null(look_host(url, false, &mem));
	snprintf(url, sizeof(url), "https://a/%0991d", 0);
	assert_null(look_host(url, false, &mem));
	arena_done(&mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cpa__the_examples_give_what_is_written),
		cmocka_unit_test(test_cpa__agreements_of_others_are_read),
		cmocka_unit_test(test_cpa__agreements_of_others_say_this),
		cmocka_unit_test(test_cpa__a_wrong_agreement_is_refused),
		cmocka_unit_test(test_cpa__what_is_no_agreement),
		cmocka_unit_test(test_cpa__all_mistakes_are_told_once),
		cmocka_unit_test(test_cpa__mistakes_are_limited),
		cmocka_unit_test(test_cpa__durations),
		cmocka_unit_test(test_cpa__addresses),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
