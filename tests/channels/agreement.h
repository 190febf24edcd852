/* tests/channels/agreement.h - a small CPA for tests, with one change
 *
 * We are 00000099000000010000 (SR), they 00000099000000020000 (SP).  It is
 * built as cpp-cpa-2_0.xsd wants it.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef TESTS_CHANNELS_AGREEMENT_H
#define TESTS_CHANNELS_AGREEMENT_H

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static inline void
agreement_binding(struct buf *out, const char *can, const char *side,
	const char *other, const char *action)
{
	buf_format(out,
		"<t:%s><t:ThisPartyActionBinding t:id=\"%s_%s\""
		" t:action=\"%s\" t:packageId=\"P\">"
		"<t:BusinessTransactionCharacteristics"
		" t:isConfidential=\"transient\""
		" t:isNonRepudiationRequired=\"false\"/>"
		"<t:ChannelId>%s_RM</t:ChannelId>"
		"</t:ThisPartyActionBinding>"
		"<t:OtherPartyActionBinding>%s_%s</t:OtherPartyActionBinding>"
		"</t:%s>\n",
		can, side, action, action, side, other, action, can);
}

static inline void
agreement_channel(struct buf *out, const char *id, const char *transport,
	const char *exchange, const char *mode, const char *always)
{
	buf_format(out,
		"<t:DeliveryChannel t:channelId=\"%s\" t:transportId=\"%s\""
		" t:docExchangeId=\"%s\"><t:MessagingCharacteristics"
		" t:syncReplyMode=\"%s\" t:ackRequested=\"%s\""
		" t:ackSignatureRequested=\"never\""
		" t:duplicateElimination=\"%s\"/></t:DeliveryChannel>\n",
		id, transport, exchange, mode, always, always);
}

static inline void
agreement_transport(struct buf *out, const char *id, const char *url)
{
	buf_format(out,
		"<t:Transport t:transportId=\"%s\"><t:TransportReceiver>"
		"<t:TransportProtocol t:version=\"1.1\">HTTP"
		"</t:TransportProtocol>"
		"<t:Endpoint t:uri=\"%s\" t:type=\"allPurpose\"/>"
		"</t:TransportReceiver></t:Transport>\n",
		id, url);
}

static inline void
agreement_binding_of(struct buf *out, const char *what)
{
	buf_format(out,
		"<t:ebXML%sBinding t:version=\"2.0\"><t:ReliableMessaging>"
		"<t:Retries>8</t:Retries>"
		"<t:RetryInterval>PT3H</t:RetryInterval>"
		"<t:MessageOrderSemantics>NotGuaranteed"
		"</t:MessageOrderSemantics></t:ReliableMessaging>"
		"<t:PersistDuration>P5D</t:PersistDuration>"
		"</t:ebXML%sBinding>\n",
		what, what);
}

static inline void
agreement_party(struct buf *out, bool ours, const char *mode)
{
	const char *me = ours ? "S" : "R", *they = ours ? "R" : "S";
	const char *id = ours ? "S_T" : "R_T";

	buf_format(out,
		"<t:PartyInfo t:partyName=\"%s\""
		" t:defaultMshChannelId=\"%s_DEF\""
		" t:defaultMshPackageId=\"P\">"
		"<t:PartyId t:type=\"urn:osb:oin\">%s</t:PartyId>"
		"<t:PartyRef x:href=\"urn:party\"/>\n"
		"<t:CollaborationRole><t:ProcessSpecification t:name=\"BB\""
		" t:version=\"2.0\" x:href=\"urn:process\"/>"
		"<t:Role t:name=\"%s\" x:href=\"urn:role\"/>"
		"<t:ServiceBinding><t:Service t:type=\"urn:osb:services\">"
		"MIJNOVERHEID.ebMS.BB.2.0</t:Service>\n",
		me, me, ours ? "00000099000000010000" : "00000099000000020000",
		ours ? "SR" : "SP");
	agreement_binding(out, "CanSend", me, they,
		ours ? "GLOBE-R-BV-Request" : "GLOBE-R-BV-Result");
	agreement_binding(out, "CanReceive", me, they,
		ours ? "GLOBE-R-BV-Result" : "GLOBE-R-BV-Request");
	buf_text(out, "</t:ServiceBinding></t:CollaborationRole>\n");
	agreement_channel(out, ours ? "S_DEF" : "R_DEF", id,
		ours ? "S_DX" : "R_DX", mode, "never");
	agreement_channel(out, ours ? "S_RM" : "R_RM", id,
		ours ? "S_DX" : "R_DX", mode, "always");
	if (!ours)
		agreement_channel(out, "R_ACK", "R_T2", "R_DX", mode, "never");
	agreement_transport(out, id,
		ours ? "https://ours.example:18443/ebms"
		     : "https://theirs.example:28443/ebms");
	if (!ours)
		agreement_transport(
			out, "R_T2", "https://acks.example:28443/ebms");
	buf_format(out, "<t:DocExchange t:docExchangeId=\"%s_DX\">\n", me);
	agreement_binding_of(out, "Sender");
	agreement_binding_of(out, "Receiver");
	buf_format(out, "</t:DocExchange>%s</t:PartyInfo>\n",
		ours ? "" : "<!--override-->");
}

/* Every `old` in the text becomes `new`. */
static inline void
agreement_replace(struct buf *text, const char *old, const char *new)
{
	struct buf was = *text;
	const char *p = was.bytes, *hit;

	*text = BUF_MAX(was.max);
	for (; (hit = strstr(p, old)) != NULL; p = hit + strlen(old)) {
		buf_add(text, p, (size_t)(hit - p));
		buf_text(text, new);
	}
	buf_text(text, p);
	buf_done(&was);
}

/* The whole agreement, every `old` replaced by `new` ("" for no change). */
static inline void
agreement(struct buf *out, const char *mode, const char *old, const char *new)
{
	buf_text(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<t:CollaborationProtocolAgreement xmlns:t=\"http://www.oasis-"
		"open.org/committees/ebxml-cppa/schema/cpp-cpa-2_0.xsd\""
		" xmlns:x=\"http://www.w3.org/1999/xlink\""
		" t:cpaid=\"test-cpa\" t:version=\"2_0b\">\n"
		"<t:Status t:value=\"agreed\"/>"
		"<t:Start>2020-01-01T00:00:00Z</t:Start>"
		"<t:End>2039-01-01T00:00:00Z</t:End>\n");
	agreement_party(out, true, mode);
	agreement_party(out, false, mode);
	buf_text(out,
		"<t:SimplePart t:id=\"H\" t:mimetype=\"text/xml\"/>"
		"<t:Packaging t:id=\"P\"><t:ProcessingCapabilities"
		" t:parse=\"true\" t:generate=\"true\"/><t:CompositeList>"
		"<t:Composite t:id=\"C\" t:mimetype=\"multipart/related\">"
		"<t:Constituent t:idref=\"H\"/></t:Composite>"
		"</t:CompositeList></t:Packaging>\n"
		"</t:CollaborationProtocolAgreement>\n");
	if (*old != '\0')
		agreement_replace(out, old, new);
}

#endif
