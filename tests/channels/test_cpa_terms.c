/* tests/channels/test_cpa_terms.c - what may be there several times, times of
 * both sides, signals and certificates of an agreement
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "tests/channels/cpa.h"
#include "tests/channels/pki.h"

/* --- what may be there several times --- */

static void
test_cpa_terms__a_party_may_have_several_ids(void **state)
{
	static const char more[] =
		"<t:PartyId t:type=\"urn:duns\">123456789</t:PartyId>"
		"<t:PartyId t:type=\"urn:osb:oin\">";
	struct buf text = BUF_MAX(100000);
	struct arena mem = ARENA_EMPTY;
	struct mistakes m;
	const char *ids[2];
	struct fault why;
	struct cpa cpa;
	int i;

	(void)state;
	agreement(&text, "none", "<t:PartyId t:type=\"urn:osb:oin\">", more);
	assert_int_equal(check_text(&text, &mem, &cpa, &m), V_OK);
	/* named by the OIN, known by all */
	assert_string_equal(cpa.ours.id, OURS);
	assert_string_equal(cpa.theirs.id, THEIRS);
	assert_int_equal(cpa.our_id_count, 2);
	assert_int_equal(cpa.their_id_count, 2);
	assert_string_equal(cpa.our_ids[0].id, "123456789");
	assert_string_equal(cpa.our_ids[0].id_type, "urn:duns");
	assert_string_equal(cpa.our_ids[1].id, OURS);
	assert_string_equal(cpa.their_ids[1].id, THEIRS);
	assert_string_equal(cpa_find(&cpa, REQUEST, true)->from.id, OURS);
	assert_string_equal(cpa_find(&cpa, RESULT, false)->from.id, THEIRS);
	assert_int_equal(
		cpa_parties(text.bytes, text.len, &mem, ids, &why), V_OK);
	assert_string_equal(ids[0], "123456789");
	/* eight, and one too many */
	for (i = 3; i <= 9; i++) {
		agreement_replace(&text, "<t:PartyId t:type=\"urn:duns\">1234",
			"<t:PartyId>1</t:PartyId>"
			"<t:PartyId t:type=\"urn:duns\">1234");
		assert_int_equal(check_text(&text, &mem, &cpa, &m),
			i < 9 ? V_OK : V_BROKEN);
	}
	assert_non_null(strstr(m.all, "PartyId: more than 8 of them"));
	arena_done(&mem);
	buf_done(&text);
}

static void
test_cpa_terms__the_first_channel_and_the_best_endpoint_count(void **state)
{
	static const struct {
		const char *ends, *url;
	} cases[] = {
		{ "<t:Endpoint t:uri=\"https://a/\"/>"
		  "<t:Endpoint t:uri=\"https://b/\" t:type=\"request\"/>",
			"https://a/" },
		{ "<t:Endpoint t:uri=\"https://a/\" t:type=\"login\"/>"
		  "<t:Endpoint t:uri=\"https://b/\" t:type=\"request\"/>",
			"https://b/" },
		{ "<t:Endpoint t:uri=\"https://a/\" t:type=\"response\"/>"
		  "<t:Endpoint t:uri=\"https://b/\" t:type=\"allPurpose\"/>",
			"https://b/" },
		{ "<t:Endpoint t:uri=\"https://a/\" t:type=\"error\"/>"
		  "<t:Endpoint t:uri=\"https://b/\" t:type=\"login\"/>",
			"https://a/" },
	};
	struct arena mem = ARENA_EMPTY;
	struct mistakes m;
	struct cpa cpa;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf text = BUF_MAX(100000);

		agreement(&text, "none",
			"<t:Endpoint "
			"t:uri=\"https://theirs.example:28443/ebms\""
			" t:type=\"allPurpose\"/>",
			cases[i].ends);
		agreement_replace(&text, "<t:ChannelId>R_RM</t:ChannelId>",
			"<t:ChannelId>R_RM</t:ChannelId>"
			"<t:ChannelId>R_ACK</t:ChannelId>");
		assert_int_equal(check_text(&text, &mem, &cpa, &m), V_OK);
		assert_string_equal(
			cpa_find(&cpa, REQUEST, true)->url, cases[i].url);
		assert_string_equal(
			cpa_find(&cpa, REQUEST, true)->to_channel, "R_RM");
		assert_string_equal(cpa.their_signal_url, cases[i].url);
		buf_done(&text);
	}
	arena_done(&mem);
}

/* A second role at our side, ahead of the good one. */
static void
role_before(struct buf *text, const char *service, const char *confidential)
{
	struct buf role = BUF_MAX(10000);

	buf_format(&role,
		"<t:PartyRef x:href=\"urn:party\"/>\n<t:CollaborationRole>"
		"<t:ProcessSpecification t:name=\"BB\" t:version=\"2.0\""
		" x:href=\"urn:process\"/><t:Role t:name=\"X\""
		" x:href=\"urn:role\"/><t:ServiceBinding><t:Service>%s"
		"</t:Service><t:CanSend><t:ThisPartyActionBinding t:id=\"X1\""
		" t:action=\"GLOBE-R-BV-Request\" t:packageId=\"P\">"
		"<t:BusinessTransactionCharacteristics "
		"t:isConfidential=\"%s\"/>"
		"<t:ChannelId>S_RM</t:ChannelId></t:ThisPartyActionBinding>"
		"</t:CanSend></t:ServiceBinding></t:CollaborationRole>\n"
		"<t:CollaborationRole><t:ProcessSpecification t:name=\"BB\""
		" t:version=\"2.0\" x:href=\"urn:process\"/>"
		"<t:Role t:name=\"SR\"",
		service, confidential);
	agreement(text, "none",
		"<t:PartyRef x:href=\"urn:party\"/>\n<t:CollaborationRole>"
		"<t:ProcessSpecification t:name=\"BB\" t:version=\"2.0\""
		" x:href=\"urn:process\"/><t:Role t:name=\"SR\"",
		role.bytes);
	buf_done(&role);
}

static void
test_cpa_terms__what_nobody_uses_is_left_out_with_its_reason(void **state)
{
	static const char service[] = "MIJNOVERHEID.ebMS.BB.2.0";
	struct arena mem = ARENA_EMPTY;
	struct mistakes m;
	struct cpa cpa;
	struct buf text = BUF_MAX(100000);

	(void)state;
	/* The same action, encrypted, in another role: the plain one is used. */
	role_before(&text, "another", "persistent");
	agreement_replace(&text, "<t:Service>another",
		"<t:Service "
		"t:type=\"urn:osb:services\">MIJNOVERHEID.ebMS.BB.2.0");
	assert_int_equal(check_text(&text, &mem, &cpa, &m), V_OK);
	assert_int_equal(cpa.action_count, 2);
	assert_string_equal(cpa_find(&cpa, REQUEST, true)->from.role, "SR");
	assert_int_equal(cpa.left_out_count, 1);
	assert_string_equal(cpa.left_out[0].name, REQUEST);
	assert_string_equal(cpa.left_out[0].service, service);
	assert_true(cpa.left_out[0].we_send);
	assert_string_equal(cpa.left_out[0].reason, "encryption");
	assert_string_equal(cpa.left_out[0].place,
		"CPA line 5, PartyInfo/CollaborationRole/ServiceBinding/CanSend"
		"/ThisPartyActionBinding[X1]/"
		"BusinessTransactionCharacteristics");
	/* One that the other party does not have is wrong, and not used. */
	buf_reset(&text);
	role_before(&text, "another", "none");
	assert_int_equal(check_text(&text, &mem, &cpa, &m), V_OK);
	assert_int_equal(cpa.left_out_count, 1);
	assert_string_equal(cpa.left_out[0].reason,
		"the other party has no CanReceive of it");
	/* Two good ones: the first, and a note. */
	buf_reset(&text);
	role_before(&text, "another", "none");
	agreement_replace(&text, "<t:Service>another",
		"<t:Service "
		"t:type=\"urn:osb:services\">MIJNOVERHEID.ebMS.BB.2.0");
	assert_int_equal(check_text(&text, &mem, &cpa, &m), V_OK);
	assert_int_equal(cpa.action_count, 3);
	assert_string_equal(cpa_find(&cpa, REQUEST, true)->from.role, "X");
	assert_int_equal(cpa.note_count, 1);
	assert_string_equal(cpa.notes[0].text,
		"2 bindings of GLOBE-R-BV-Request can be used: this first one "
		"is");
	buf_done(&text);
	arena_done(&mem);
}

static void
test_cpa_terms__actions_and_answers_in_answers(void **state)
{
	struct buf text = BUF_MAX(CPA_BYTES_MAX), many = BUF_MAX(CPA_BYTES_MAX);
	struct arena mem = ARENA_EMPTY;
	struct mistakes m;
	struct cpa cpa;
	int i, count;

	(void)state;
	/* 200 of ours, and one too many. */
	for (count = 200; count <= 201; count++) {
		buf_reset(&many);
		buf_reset(&text);
		for (i = 0; i < count - 2; i++)
			buf_format(&many,
				"<t:CanSend><t:ThisPartyActionBinding"
				" t:id=\"N%d\" t:action=\"N%d\""
				" t:packageId=\"P\">"
				"<t:BusinessTransactionCharacteristics/>"
				"<t:ChannelId>S_RM</t:ChannelId>"
				"</t:ThisPartyActionBinding></t:CanSend>",
				i, i);
		buf_text(&many, "<t:CanSend><t:ThisPartyActionBinding"
				" t:id=\"S_GLOBE-R-BV-Request\"");
		agreement(&text, "none",
			"<t:CanSend><t:ThisPartyActionBinding"
			" t:id=\"S_GLOBE-R-BV-Request\"",
			many.bytes);
		assert_int_equal(check_text(&text, &mem, &cpa, &m),
			count == 200 ? V_OK : V_BROKEN);
		assert_int_equal(cpa.action_count + cpa.left_out_count, 200);
	}
	assert_non_null(strstr(m.all, "CanReceive: more than 200 actions"));
	buf_reset(&text);
	agreement(&text, "none", "</t:OtherPartyActionBinding></t:CanSend>",
		"</t:OtherPartyActionBinding><t:CanReceive>"
		"<t:ThisPartyActionBinding t:id=\"A1\" t:action=\"A\""
		" t:packageId=\"P\"><t:BusinessTransactionCharacteristics/>"
		"<t:ChannelId>S_RM</t:ChannelId></t:ThisPartyActionBinding>"
		"</t:CanReceive></t:CanSend>");
	agreement_replace(&text, "t:id=\"R_GLOBE-R-BV-Result", "t:id=\"RR");
	agreement_replace(&text, ">R_GLOBE-R-BV-Result<", ">RR<");
	agreement_replace(&text,
		"t:id=\"A1\" t:action=\"A\""
		" t:packageId=\"P\"><t:BusinessTransactionCharacteristics/>"
		"<t:ChannelId>S_RM</t:ChannelId></t:ThisPartyActionBinding>"
		"</t:CanReceive></t:CanSend>\n<t:CanReceive>"
		"<t:ThisPartyActionBinding t:id=\"R_",
		"t:id=\"A2\" t:action=\"A\""
		" t:packageId=\"P\"><t:BusinessTransactionCharacteristics/>"
		"<t:ChannelId>R_RM</t:ChannelId></t:ThisPartyActionBinding>"
		"</t:CanReceive></t:CanSend>\n<t:CanReceive>"
		"<t:ThisPartyActionBinding t:id=\"R_");
	assert_int_equal(check_text(&text, &mem, &cpa, &m), V_OK);
	assert_int_equal(cpa.action_count, 2);
	assert_int_equal(cpa.note_count, 1);
	assert_non_null(strstr(cpa.notes[0].text, "not used: a business"));
	buf_done(&many);
	buf_done(&text);
	arena_done(&mem);
}

/* --- times --- */

static void
test_cpa_terms__times_of_both_sides(void **state)
{
	struct buf text = BUF_MAX(100000);
	struct arena mem = ARENA_EMPTY;
	const struct cpa_action *a;
	struct mistakes m;
	struct cpa cpa;

	(void)state;
	/* The sender keeps a day, the receiver five. */
	agreement(&text, "none",
		"<t:PersistDuration>P5D</t:PersistDuration>"
		"</t:ebXMLSenderBinding>",
		"<t:PersistDuration>P1D</t:PersistDuration>"
		"</t:ebXMLSenderBinding>");
	assert_int_equal(check_text(&text, &mem, &cpa, &m), V_OK);
	a = cpa_find(&cpa, REQUEST, true);
	assert_int_equal(a->ttl_ms, 27 * HOUR_MS);
	assert_int_equal(a->sender_persist_ms, DAY_MS);
	assert_int_equal(a->receiver_persist_ms, 5 * DAY_MS);
	assert_int_equal(a->persist_ms, DAY_MS);
	assert_int_equal(a->keep_ms, 27 * HOUR_MS); /* the window is longer */
	a = cpa_find(&cpa, RESULT, false);
	assert_int_equal(a->persist_ms, 5 * DAY_MS);
	assert_int_equal(a->keep_ms, 5 * DAY_MS);
	/* A month is 30 days. */
	agreement_replace(&text, "P5D", "P1M");
	assert_int_equal(check_text(&text, &mem, &cpa, &m), V_OK);
	assert_int_equal(cpa_find(&cpa, RESULT, false)->keep_ms, 30 * DAY_MS);
	/* Nothing said: five days. */
	agreement_replace(
		&text, "<t:PersistDuration>P1M</t:PersistDuration>", "");
	assert_int_equal(check_text(&text, &mem, &cpa, &m), V_OK);
	a = cpa_find(&cpa, RESULT, false);
	assert_int_equal(a->persist_ms, 0);
	assert_int_equal(a->keep_ms, 5 * DAY_MS);
	/* No acknowledgments, no repeats. */
	agreement_replace(
		&text, "t:ackRequested=\"always\"", "t:ackRequested=\"never\"");
	assert_int_equal(check_text(&text, &mem, &cpa, &m), V_OK);
	a = cpa_find(&cpa, REQUEST, true);
	assert_false(a->ack_requested);
	assert_int_equal(a->retries, 0);
	assert_int_equal(a->ttl_ms, 0);
	arena_done(&mem);
	buf_done(&text);
}

/* The sender's channel counts, and a difference is noted. */
static void
test_cpa_terms__the_two_channels_of_an_action_may_differ(void **state)
{
	struct buf text = BUF_MAX(100000);
	struct arena mem = ARENA_EMPTY;
	struct mistakes m;
	struct cpa cpa;

	(void)state;
	agreement(&text, "none",
		"t:channelId=\"S_RM\" t:transportId=\"S_T\""
		" t:docExchangeId=\"S_DX\"><t:MessagingCharacteristics"
		" t:syncReplyMode=\"none\"",
		"t:channelId=\"S_RM\" t:transportId=\"S_T\""
		" t:docExchangeId=\"S_DX\"><t:MessagingCharacteristics"
		" t:syncReplyMode=\"mshSignalsOnly\"");
	assert_int_equal(check_text(&text, &mem, &cpa, &m), V_OK);
	assert_true(cpa_find(&cpa, REQUEST, true)->sync_reply);
	assert_false(cpa_find(&cpa, RESULT, false)->sync_reply);
	assert_int_equal(cpa.note_count, 2);
	assert_non_null(strstr(cpa.notes[0].text,
		"GLOBE-R-BV-Request: the channel of the sender says otherwise "
		"about syncReplyMode"));
	assert_non_null(strstr(cpa.notes[0].place, "DeliveryChannel[R_RM]"));
	arena_done(&mem);
	buf_done(&text);
}

static void
test_cpa_terms__limits_and_signature_are_read(void **state)
{
	struct buf text = BUF_MAX(100000);
	struct arena mem = ARENA_EMPTY;
	struct mistakes m;
	struct cpa cpa;

	(void)state;
	agreement(&text, "none", "</t:End>",
		"</t:End><t:ConversationConstraints t:invocationLimit=\"100\""
		" t:concurrentConversations=\"4\"/>");
	assert_int_equal(check_text(&text, &mem, &cpa, &m), V_OK);
	assert_int_equal(cpa.invocations_max, 100);
	assert_int_equal(cpa.conversations_max, 4);
	assert_string_equal(cpa.status, "agreed");
	assert_string_equal(cpa.version, "2_0b");
	/* A signed agreement is taken at its word, and that is said. */
	agreement_replace(&text, "</t:Packaging>",
		"</t:Packaging><t:Signature><d:Signature"
		" xmlns:d=\"http://www.w3.org/2000/09/xmldsig#\"/>"
		"</t:Signature>");
	agreement_replace(&text, "agreed", "signed");
	assert_int_equal(check_text(&text, &mem, &cpa, &m), V_OK);
	assert_string_equal(cpa.status, "signed");
	assert_int_equal(cpa.note_count, 1);
	assert_string_equal(cpa.notes[0].text,
		"the signature of the CPA itself is not checked");
	agreement_replace(&text, "\"100\"", "\"-1\"");
	assert_int_equal(check_text(&text, &mem, &cpa, &m), V_OK);
	assert_int_equal(cpa.invocations_max, 0);
	arena_done(&mem);
	buf_done(&text);
}

/* --- signals and certificates --- */

static void
test_cpa_terms__signals_may_have_a_channel_of_their_own(void **state)
{
	static const char acks[] = "https://acks.example:28443/ebms";
	static const char others[] = "https://theirs.example:28443/ebms";
	static const char *const names[] = { "Acknowledgment", "MessageError",
		"Ping", "Pong", "StatusRequest", "StatusResponse" };
	struct arena mem = ARENA_EMPTY;
	struct mistakes m;
	struct cpa cpa;
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct buf text = BUF_MAX(100000);

		agreement(&text, "none", "<!--override-->",
			"<t:OverrideMshActionBinding t:action=\"SIGNAL\""
			" t:channelId=\"R_ACK\"/>");
		agreement_replace(&text, "SIGNAL", names[i]);
		assert_int_equal(check_text(&text, &mem, &cpa, &m), V_OK);
		for (k = 0; k < sizeof(names) / sizeof(*names); k++) {
			assert_string_equal(
				cpa_signal_url(&cpa, names[k], false),
				k == i ? acks : others);
			assert_string_equal(
				cpa_signal_url(&cpa, names[k], true),
				"https://ours.example:18443/ebms");
		}
		assert_string_equal(
			cpa.their_signal_url, i == 0 ? acks : others);
		assert_string_equal(cpa.our_host, "ours.example");
		assert_string_equal(
			cpa_signal(&cpa, names[i], false)->channel, "R_ACK");
		assert_int_equal(cpa_signal(&cpa, names[i], false)->persist_ms,
			5 * DAY_MS);
		assert_int_equal(cpa.note_count, 0);
		buf_done(&text);
	}
	arena_done(&mem);
}

static void
test_cpa_terms__odd_channels_of_signals(void **state)
{
	struct buf text = BUF_MAX(100000);
	struct arena mem = ARENA_EMPTY;
	struct mistakes m;
	struct cpa cpa;

	(void)state;
	agreement(&text, "none", "<!--override-->",
		"<t:OverrideMshActionBinding t:action=\"Ping\""
		" t:channelId=\"R_ACK\"/>"
		"<t:OverrideMshActionBinding t:action=\"Ping\""
		" t:channelId=\"R_RM\"/>"
		"<t:OverrideMshActionBinding t:action=\"Peng\""
		" t:channelId=\"R_RM\"/>");
	assert_int_equal(check_text(&text, &mem, &cpa, &m), V_OK);
	assert_string_equal(cpa_signal_url(&cpa, "Ping", false),
		"https://acks.example:28443/ebms");
	assert_int_equal(cpa.their_signal_count, 2);
	assert_int_equal(cpa.note_count, 2);
	assert_string_equal(cpa.notes[0].text, "not used: it is a second one");
	assert_string_equal(
		cpa.notes[1].text, "not used: there is no such signal");
	/* The mode is that of the channel the acknowledgments take. */
	assert_false(cpa.their_signals_sync);
	buf_reset(&text);
	agreement(&text, "mshSignalsOnly", "", "");
	assert_int_equal(check_text(&text, &mem, &cpa, &m), V_OK);
	assert_true(cpa.their_signals_sync);
	/* Not even a signal may go over plain http. */
	buf_reset(&text);
	agreement(&text, "none", "<!--override-->",
		"<t:OverrideMshActionBinding t:action=\"Pong\""
		" t:channelId=\"R_ACK\"/>");
	agreement_replace(&text, "https://acks", "http://acks");
	assert_int_equal(check_text(&text, &mem, &cpa, &m), V_BROKEN);
	assert_non_null(strstr(m.all, "Transport[R_T2]/TransportReceiver/"));
	arena_done(&mem);
	buf_done(&text);
}

/* The base64 of a PEM file's certificate. */
static void
pem_body(const char *path, struct buf *out)
{
	struct buf pem = BUF_MAX(10000);
	struct fault why;
	const char *at, *end;

	assert_int_equal(file_get(AT_FDCWD, path, &pem, &why), V_OK);
	at = strstr(pem.bytes, "-----BEGIN CERTIFICATE-----") + 27;
	end = strstr(at, "-----END");
	buf_add(out, at, (size_t)(end - at));
	buf_done(&pem);
}

static void
certificate_put(struct buf *text, const char *id, const char *path)
{
	struct buf one = BUF_MAX(20000);

	buf_format(&one,
		"<t:Certificate t:certId=\"%s\"><d:KeyInfo"
		" xmlns:d=\"http://www.w3.org/2000/09/xmldsig#\"><d:X509Data>"
		"<d:X509Certificate>",
		id);
	if (path != NULL)
		pem_body(path, &one);
	else
		buf_text(&one, "AAAA");
	buf_format(&one,
		"</d:X509Certificate></d:X509Data></d:KeyInfo></t:Certificate>"
		"<t:DeliveryChannel t:channelId=\"%c_DEF\"",
		id[0]);
	agreement_replace(text,
		id[0] == 'S' ? "<t:DeliveryChannel t:channelId=\"S_DEF\""
			     : "<t:DeliveryChannel t:channelId=\"R_DEF\"",
		one.bytes);
	buf_done(&one);
}

/* Both ends of the transport of one party name their certificates. */
static void
certificates_name(struct buf *text, const char *transport, const char *client,
	const char *server)
{
	struct buf old = BUF_MAX(1000), new = BUF_MAX(2000);

	buf_format(&old, "<t:Transport t:transportId=\"%s\">", transport);
	buf_format(&new,
		"<t:Transport t:transportId=\"%s\"><t:TransportSender>"
		"<t:TransportProtocol>HTTP</t:TransportProtocol>"
		"<t:TransportClientSecurity><t:TransportSecurityProtocol"
		" t:version=\"3.0\">SSL</t:TransportSecurityProtocol>"
		"<t:ClientCertificateRef t:certId=\"%s\"/>"
		"</t:TransportClientSecurity></t:TransportSender>",
		transport, client);
	agreement_replace(text, old.bytes, new.bytes);
	buf_reset(&old);
	buf_reset(&new);
	buf_format(&old, "%s.example:%s/ebms\" t:type=\"allPurpose\"/>",
		transport[0] == 'S' ? "ours" : "theirs",
		transport[0] == 'S' ? "18443" : "28443");
	buf_format(&new,
		"%s<t:TransportServerSecurity><t:TransportSecurityProtocol"
		" t:version=\"3.0\">SSL</t:TransportSecurityProtocol>"
		"<t:ServerCertificateRef t:certId=\"%s\"/>"
		"</t:TransportServerSecurity>",
		old.bytes, server);
	agreement_replace(text, old.bytes, new.bytes);
	buf_done(&old);
	buf_done(&new);
}

static void
test_cpa_terms__certificates_are_kept(void **state)
{
	struct buf text = BUF_MAX(100000);
	struct arena mem = ARENA_EMPTY;
	const struct certificate_der *der;
	const struct cpa_action *a;
	struct certificate seen;
	struct mistakes m;
	struct fault why;
	struct pki pki;
	struct cpa cpa;
	size_t count;

	(void)state;
	pki_init(&pki);
	agreement(&text, "none", "", "");
	certificate_put(&text, "S_C", pki.client);
	certificate_put(&text, "S_S", pki.server);
	certificate_put(&text, "S_SIGN", pki.expired);
	certificate_put(&text, "R_C", pki.stranger);
	certificate_put(&text, "R_S", NULL);
	certificates_name(&text, "S_T", "S_C", "S_S");
	certificates_name(&text, "R_T", "R_C", "R_S");
	if (check_text(&text, &mem, &cpa, &m) != V_OK)
		fail_msg("%s", m.all);
	assert_int_equal(cpa.certificate_count, 5);
	a = cpa_find(&cpa, REQUEST, true);
	assert_string_equal(a->client->id, "S_C");
	assert_true(a->client->ours && a->client->used);
	assert_string_equal(a->client->look.oin, PKI_OURS);
	assert_string_equal(a->server->id, "R_S");
	assert_false(a->server->ours);
	a = cpa_find(&cpa, RESULT, false);
	assert_string_equal(a->client->id, "R_C");
	assert_string_equal(a->server->id, "S_S");
	/* What is named and used, at each end, once. */
	der = cpa_certificates(&cpa, CPA_OUR_CLIENT, &count);
	assert_int_equal(count, 1);
	assert_int_equal(certificate_look_der(der, &seen, &why), V_OK);
	assert_string_equal(seen.subject, "client");
	der = cpa_certificates(&cpa, CPA_THEIR_CLIENT, &count);
	assert_int_equal(count, 1);
	assert_int_equal(certificate_look_der(der, &seen, &why), V_OK);
	(void)cpa_certificates(&cpa, CPA_OUR_SERVER, &count);
	assert_int_equal(count, 1);
	/* One that is none is noted, no more: we use our own. */
	der = cpa_certificates(&cpa, CPA_THEIR_SERVER, &count);
	assert_int_equal(count, 1);
	assert_int_equal(der->len, 3);
	assert_int_equal(cpa.note_count, 1);
	assert_non_null(strstr(cpa.notes[0].place, "Certificate[R_S]"));
	assert_int_equal(cpa_find(&cpa, REQUEST, true)->server->look.end_ms, 0);
	pki_done(&pki);
	arena_done(&mem);
	buf_done(&text);
}

static void
test_cpa_terms__per_message_leaves_the_choice(void **state)
{
	struct buf text = BUF_MAX(100000);
	struct arena mem = ARENA_EMPTY;
	const struct cpa_action *out;
	struct fault why;
	struct cpa cpa;

	(void)state;
	agreement(&text, "none", "t:ackRequested=\"always\"",
		"t:ackRequested=\"perMessage\"");
	assert_int_equal(cpa_read(text.bytes, text.len, OURS, both, false, &mem,
				 &cpa, &why),
		V_OK);
	out = cpa_find(&cpa, REQUEST, true);
	assert_true(out->ack_requested);
	assert_true(out->ack_free);
	assert_false(out->duplicate_free);
	arena_done(&mem);
	buf_done(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cpa_terms__a_party_may_have_several_ids),
		cmocka_unit_test(
			test_cpa_terms__the_first_channel_and_the_best_endpoint_count),
		cmocka_unit_test(
			test_cpa_terms__what_nobody_uses_is_left_out_with_its_reason),
		cmocka_unit_test(
			test_cpa_terms__actions_and_answers_in_answers),
		cmocka_unit_test(test_cpa_terms__times_of_both_sides),
		cmocka_unit_test(
			test_cpa_terms__the_two_channels_of_an_action_may_differ),
		cmocka_unit_test(test_cpa_terms__limits_and_signature_are_read),
		cmocka_unit_test(
			test_cpa_terms__signals_may_have_a_channel_of_their_own),
		cmocka_unit_test(test_cpa_terms__odd_channels_of_signals),
		cmocka_unit_test(test_cpa_terms__certificates_are_kept),
		cmocka_unit_test(test_cpa_terms__per_message_leaves_the_choice),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
