/* mobbsim/cpa_write.c - write the agreement; see mobbsim/cpa.h
 *
 * The lists below are the agreement: who sends what, over which channel.  One
 * function per element, in the order of the schema.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "mobbsim/cpa.h"

#define NS_CPA                                                                 \
	"http://www.oasis-open.org/committees/ebxml-cppa/schema/"              \
	"cpp-cpa-2_0.xsd"
#define NS_EB                                                                  \
	"http://www.oasis-open.org/committees/ebxml-msg/schema/"               \
	"msg-header-2_0.xsd"
#define NS_DS "http://www.w3.org/2000/09/xmldsig#"
#define NS_XLINK "http://www.w3.org/1999/xlink"
#define TO_PARTY "urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH"
#define SERVICE "MIJNOVERHEID.ebMS.BB.2.0"
#define SERVICE_TYPE "urn:osb:services"
#define PARTY_TYPE "urn:osb:oin"

static const struct {
	const char *name;
	bool ours_sends;
} actions[] = {
	{ "GLOBE-R-BV-Request", true },
	{ "GLOBE-R-A-Request", true },
	{ "GLOBE-R-BV-Result", false },
	{ "GLOBE-R-A-Result", false },
};

#define ACTIONS (sizeof(actions) / sizeof(actions[0]))

static void
write_binding(struct buf *out, const struct cpa_plan *plan,
	const struct cpa_side *self, const char *action, bool sends)
{
	const struct cpa_side *other =
		self == &plan->ours ? &plan->theirs : &plan->ours;
	const char *element = sends ? "CanSend" : "CanReceive";

	buf_format(out, "     <c:%s>\n", element);
	buf_format(out,
		"      <c:ThisPartyActionBinding c:id=\"%s-%s-%s\""
		" c:action=\"%s\" c:packageId=\"WithPayload\">\n",
		self->key, sends ? "out" : "in", action, action);
	buf_text(out, "       <c:BusinessTransactionCharacteristics"
		      " c:isNonRepudiationRequired=\"false\""
		      " c:isNonRepudiationReceiptRequired=\"false\""
		      " c:isConfidential=\"transient\""
		      " c:isAuthenticated=\"transient\""
		      " c:isTamperProof=\"transient\""
		      " c:isAuthorizationRequired=\"true\""
		      " c:isIntelligibleCheckRequired=\"false\""
		      " c:timeToPerform=\"P2D\"/>\n");
	buf_format(out, "       <c:ChannelId>%s-%s</c:ChannelId>\n", self->key,
		plan->mode == CPA_BEST_EFFORT ? "signals" : "reliable");
	buf_text(out, "      </c:ThisPartyActionBinding>\n");
	buf_format(out,
		"      <c:OtherPartyActionBinding>%s-%s-%s"
		"</c:OtherPartyActionBinding>\n",
		other->key, sends ? "in" : "out", action);
	buf_format(out, "     </c:%s>\n", element);
}

static void
write_role(struct buf *out, const struct cpa_plan *plan,
	const struct cpa_side *self)
{
	bool ours = self == &plan->ours;
	size_t i;

	buf_text(out, "   <c:CollaborationRole>\n"
		      "    <c:ProcessSpecification c:name=\"Berichtenbox\""
		      " c:version=\"2.0\" x:type=\"simple\""
		      " x:href=\"urn:mobb:rehearsal:process\"/>\n");
	buf_format(out,
		"    <c:Role c:name=\"%s\" x:type=\"simple\""
		" x:href=\"urn:mobb:rehearsal:role:%s\"/>\n",
		self->role, self->role);
	buf_text(out, "    <c:ServiceBinding>\n"
		      "     <c:Service c:type=\"" SERVICE_TYPE "\">" SERVICE
		      "</c:Service>\n");
	/* The schema wants all that is sent before all that is received. */
	for (i = 0; i < ACTIONS; i++)
		if (actions[i].ours_sends == ours)
			write_binding(out, plan, self, actions[i].name, true);
	for (i = 0; i < ACTIONS; i++)
		if (actions[i].ours_sends != ours)
			write_binding(out, plan, self, actions[i].name, false);
	buf_text(out, "    </c:ServiceBinding>\n"
		      "   </c:CollaborationRole>\n");
}

static void
write_certificate(
	struct buf *out, const char *key, const char *use, const char *base64)
{
	buf_format(out, "   <c:Certificate c:certId=\"%s-%s\">\n", key, use);
	buf_text(out, "    <ds:KeyInfo><ds:X509Data><ds:X509Certificate>\n");
	buf_text(out, base64);
	buf_text(out, "    </ds:X509Certificate></ds:X509Data></ds:KeyInfo>\n"
		      "   </c:Certificate>\n");
}

static void
write_channel(struct buf *out, const char *key, const char *name,
	const char *always, enum cpa_mode mode)
{
	buf_format(out,
		"   <c:DeliveryChannel c:channelId=\"%s-%s\""
		" c:transportId=\"%s-https\" c:docExchangeId=\"%s-x-%s\">\n",
		key, name, key, key, name);
	buf_format(out,
		"    <c:MessagingCharacteristics c:syncReplyMode=\"%s\""
		" c:ackRequested=\"%s\" c:ackSignatureRequested=\"never\""
		" c:duplicateElimination=\"%s\" c:actor=\"" TO_PARTY "\"/>\n",
		mode == CPA_SYNC ? "mshSignalsOnly" : "none", always, always);
	buf_text(out, "   </c:DeliveryChannel>\n");
}

static void
write_transport(struct buf *out, const struct cpa_side *side)
{
	const char *key = side->key;

	buf_format(out, "   <c:Transport c:transportId=\"%s-https\">\n", key);
	buf_format(out,
		"    <c:TransportSender>\n"
		"     <c:TransportProtocol c:version=\"1.1\">HTTP"
		"</c:TransportProtocol>\n"
		"     <c:TransportClientSecurity>\n"
		"      <c:TransportSecurityProtocol c:version=\"1.2\">TLS"
		"</c:TransportSecurityProtocol>\n"
		"      <c:ClientCertificateRef c:certId=\"%s-client\"/>\n"
		"      <c:ServerSecurityDetailsRef c:securityId=\"%s-tls\"/>\n"
		"     </c:TransportClientSecurity>\n"
		"    </c:TransportSender>\n",
		key, key);
	buf_text(out, "    <c:TransportReceiver>\n"
		      "     <c:TransportProtocol c:version=\"1.1\">HTTP"
		      "</c:TransportProtocol>\n"
		      "     <c:Endpoint c:type=\"allPurpose\" c:uri=\"");
	buf_xml(out, side->url);
	buf_format(out,
		"\"/>\n"
		"     <c:TransportServerSecurity>\n"
		"      <c:TransportSecurityProtocol c:version=\"1.2\">TLS"
		"</c:TransportSecurityProtocol>\n"
		"      <c:ServerCertificateRef c:certId=\"%s-server\"/>\n"
		"      <c:ClientSecurityDetailsRef c:securityId=\"%s-tls\"/>\n"
		"     </c:TransportServerSecurity>\n"
		"    </c:TransportReceiver>\n"
		"   </c:Transport>\n",
		key, key);
}

static void
write_reliable(struct buf *out, const struct cpa_plan *plan, const char *which)
{
	buf_format(out, "    <c:ebXML%sBinding c:version=\"2.0\">\n", which);
	buf_format(out,
		"     <c:ReliableMessaging>\n"
		"      <c:Retries>%d</c:Retries>\n"
		"      <c:RetryInterval>%s</c:RetryInterval>\n"
		"      <c:MessageOrderSemantics>NotGuaranteed"
		"</c:MessageOrderSemantics>\n"
		"     </c:ReliableMessaging>\n"
		"     <c:PersistDuration>%s</c:PersistDuration>\n",
		plan->retries, plan->interval, plan->persist);
	buf_format(out, "    </c:ebXML%sBinding>\n", which);
}

static void
write_exchanges(struct buf *out, const struct cpa_plan *plan, const char *key)
{
	buf_format(out,
		"   <c:DocExchange c:docExchangeId=\"%s-x-signals\">\n"
		"    <c:ebXMLSenderBinding c:version=\"2.0\"/>\n"
		"    <c:ebXMLReceiverBinding c:version=\"2.0\"/>\n"
		"   </c:DocExchange>\n",
		key);
	if (plan->mode == CPA_BEST_EFFORT)
		return;
	buf_format(out,
		"   <c:DocExchange c:docExchangeId=\"%s-x-reliable\">\n", key);
	write_reliable(out, plan, "Sender");
	write_reliable(out, plan, "Receiver");
	buf_text(out, "   </c:DocExchange>\n");
}

static void
write_party(struct buf *out, const struct cpa_plan *plan,
	const struct cpa_side *self)
{
	const char *key = self->key;

	buf_text(out, "  <c:PartyInfo c:partyName=\"");
	buf_xml(out, self->name);
	buf_format(out,
		"\" c:defaultMshChannelId=\"%s-signals\""
		" c:defaultMshPackageId=\"Bare\">\n",
		key);
	buf_format(out,
		"   <c:PartyId c:type=\"" PARTY_TYPE "\">%s</c:PartyId>\n"
		"   <c:PartyRef x:type=\"simple\""
		" x:href=\"urn:mobb:rehearsal:party:%s\"/>\n",
		self->oin, self->oin);
	write_role(out, plan, self);
	write_certificate(out, key, "client", self->client_base64);
	write_certificate(out, key, "server", self->server_base64);
	buf_format(out,
		"   <c:SecurityDetails c:securityId=\"%s-tls\">\n"
		"    <c:TrustAnchors>\n"
		"     <c:AnchorCertificateRef c:certId=\"%s-server\"/>\n"
		"    </c:TrustAnchors>\n"
		"   </c:SecurityDetails>\n",
		key, key);
	write_channel(out, key, "signals", "never", plan->mode);
	if (plan->mode != CPA_BEST_EFFORT)
		write_channel(out, key, "reliable", "always", plan->mode);
	write_transport(out, self);
	write_exchanges(out, plan, key);
	buf_text(out, "  </c:PartyInfo>\n");
}

static void
write_packaging(struct buf *out, const char *id, bool payload)
{
	buf_format(out, "  <c:Packaging c:id=\"%s\">\n", id);
	buf_text(out, "   <c:ProcessingCapabilities c:parse=\"true\""
		      " c:generate=\"true\"/>\n"
		      "   <c:CompositeList>\n");
	buf_format(out,
		"    <c:Composite c:id=\"%sParts\""
		" c:mimetype=\"multipart/related\""
		" c:mimeparameters=\"type=text/xml\">\n",
		id);
	buf_text(out, "     <c:Constituent c:idref=\"Envelope\"/>\n");
	if (payload)
		buf_text(out, "     <c:Constituent c:idref=\"Document\"/>\n");
	buf_text(out, "    </c:Composite>\n"
		      "   </c:CompositeList>\n"
		      "  </c:Packaging>\n");
}

void
cpa_write(const struct cpa_plan *plan, struct buf *out)
{
	assert(plan->retries >= 0);
	buf_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		      "<c:CollaborationProtocolAgreement"
		      " xmlns:c=\"" NS_CPA "\"\n"
		      " xmlns:ds=\"" NS_DS "\" xmlns:x=\"" NS_XLINK "\"\n");
	buf_text(out, " c:cpaid=\"");
	buf_xml(out, plan->id);
	buf_format(out,
		"\" c:version=\"2_0b\">\n"
		"  <c:Status c:value=\"agreed\"/>\n"
		"  <c:Start>%s</c:Start>\n"
		"  <c:End>%s</c:End>\n",
		plan->start, plan->end);
	write_party(out, plan, &plan->ours);
	write_party(out, plan, &plan->theirs);
	buf_text(out, "  <c:SimplePart c:id=\"Envelope\""
		      " c:mimetype=\"text/xml\">\n"
		      "   <c:NamespaceSupported c:location=\"" NS_EB "\""
		      " c:version=\"2.0\">" NS_EB "</c:NamespaceSupported>\n"
		      "  </c:SimplePart>\n"
		      "  <c:SimplePart c:id=\"Document\""
		      " c:mimetype=\"text/xml\"/>\n");
	write_packaging(out, "Bare", false);
	write_packaging(out, "WithPayload", true);
	buf_text(out, "</c:CollaborationProtocolAgreement>\n");
}
