/* channels/cpa_rules.c - see channels/cpa_rules.h
 *
 * Not looked at: what stands in elements of other namespaces, except keys and
 * certificates.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "channels/cpa.h"
#include "channels/cpa_rules.h"

#define XLINK "http://www.w3.org/1999/xlink"
#define XML_NS "http://www.w3.org/XML/1998/namespace"

#define LINK " xlink:type=simple| xlink:href=uri!"
#define PART "id=ID! mimetype! mimeparameters"
#define BINDING                                                                \
	"id=ID! action! packageId=>Packaging! xlink:type=simple| "             \
	"xlink:href=uri"
#define LEVEL "=none|transient|persistent|transient-and-persistent"
#define EXTENT "=always|never|perMessage"
#define TO_CERTIFICATE "certId=>Certificate!"
#define TO_SECURITY "securityId=>SecurityDetails!"
#define SIGNED "NonRepudiationProtocol HashFunction SignatureAlgorithm+ "

/* clang-format off */
static const struct cpa_rule rules[] = {
{ "CollaborationProtocolAgreement",
	"Status Start End ConversationConstraints? PartyInfo{2,2} SimplePart+ "
	"Packaging+ Signature? Comment*", "cpaid! version!", NULL },
{ "Status", "", "value=agreed|signed|proposed!", NULL },
{ "Start", NULL, "", "dateTime" },
{ "End", NULL, "", "dateTime" },
{ "ConversationConstraints", "",
	"invocationLimit=int concurrentConversations=int", NULL },
{ "PartyInfo",
	"PartyId+ PartyRef+ CollaborationRole+ Certificate* SecurityDetails* "
	"DeliveryChannel+ Transport+ DocExchange+ OverrideMshActionBinding*",
	"partyName! defaultMshChannelId=>DeliveryChannel! "
	"defaultMshPackageId=>Packaging!", NULL },
{ "PartyId", NULL, "type=uri", "" },
{ "PartyRef", "", "type=uri schemaLocation=uri" LINK, NULL },
{ "CollaborationRole",
	"ProcessSpecification Role ApplicationCertificateRef* "
	"ApplicationSecurityDetailsRef? ServiceBinding", "", NULL },
{ "ProcessSpecification", "ds:Reference*", "name! version! uuid=uri" LINK,
	NULL },
{ "Role", "", "name!" LINK, NULL },
{ "ApplicationCertificateRef", "", TO_CERTIFICATE, NULL },
{ "ApplicationSecurityDetailsRef", "", TO_SECURITY, NULL },
{ "ServiceBinding", "Service CanSend* CanReceive*", "", NULL },
{ "Service", NULL, "type", "" },
{ "CanSend", "ThisPartyActionBinding OtherPartyActionBinding? CanReceive*",
	"", NULL },
{ "CanReceive", "ThisPartyActionBinding OtherPartyActionBinding? CanSend*",
	"", NULL },
{ "ThisPartyActionBinding",
	"BusinessTransactionCharacteristics ActionContext? ChannelId+ #other*",
	BINDING, NULL },
{ "OtherPartyActionBinding", NULL, "", ">>ThisPartyActionBinding" },
{ "BusinessTransactionCharacteristics", "",
	"isNonRepudiationRequired=boolean "
	"isNonRepudiationReceiptRequired=boolean isConfidential" LEVEL
	" isAuthenticated" LEVEL " isTamperProof" LEVEL
	" isAuthorizationRequired=boolean isIntelligibleCheckRequired=boolean "
	"timeToAcknowledgeReceipt=duration timeToAcknowledgeAcceptance=duration "
	"timeToPerform=duration retryCount=integer", NULL },
{ "ActionContext", "CollaborationActivity? #other*",
	"binaryCollaboration! businessTransactionActivity! "
	"requestOrResponseAction!", NULL },
{ "CollaborationActivity", "CollaborationActivity?", "name", NULL },
{ "ChannelId", NULL, "", ">DeliveryChannel" },
{ "Certificate", "ds:KeyInfo", "certId=ID!", NULL },
{ "ds:KeyInfo",
	"ds:KeyName|ds:KeyValue|ds:RetrievalMethod|ds:X509Data|ds:PGPData|"
	"ds:SPKIData|ds:MgmtData|#other+", "Id=ID", "any" },
{ "ds:X509Data",
	"ds:X509IssuerSerial|ds:X509SKI|ds:X509SubjectName|"
	"ds:X509Certificate|ds:X509CRL|#other+", "", NULL },
{ "ds:X509IssuerSerial", "ds:X509IssuerName ds:X509SerialNumber", "", NULL },
{ "ds:X509IssuerName", NULL, "", "any" },
{ "ds:X509SerialNumber", NULL, "", "integer" },
{ "ds:X509SKI", NULL, "", "base64" },
{ "ds:X509SubjectName", NULL, "", "any" },
{ "ds:X509Certificate", NULL, "", "base64" },
{ "ds:X509CRL", NULL, "", "base64" },
{ "ds:KeyName", NULL, "", "any" },
{ "ds:KeyValue", "ds:DSAKeyValue|ds:RSAKeyValue|#other", "", "any" },
{ "ds:RSAKeyValue", "ds:Modulus ds:Exponent", "", NULL },
{ "ds:Modulus", NULL, "", "base64" },
{ "ds:Exponent", NULL, "", "base64" },
{ "SecurityDetails", "TrustAnchors? SecurityPolicy?", "securityId=ID!", NULL },
{ "TrustAnchors", "AnchorCertificateRef+", "", NULL },
{ "AnchorCertificateRef", "", TO_CERTIFICATE, NULL },
{ "SecurityPolicy", "", "", NULL },
{ "DeliveryChannel", "MessagingCharacteristics",
	"channelId=ID! transportId=>Transport! docExchangeId=>DocExchange!",
	NULL },
{ "MessagingCharacteristics", "",
	"syncReplyMode=none|mshSignalsOnly|signalsOnly|responseOnly|"
	"signalsAndResponse ackRequested" EXTENT " ackSignatureRequested" EXTENT
	" duplicateElimination" EXTENT " actor="
	"urn:oasis:names:tc:ebxml-msg:actor:nextMSH|"
	"urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH", NULL },
{ "Transport", "TransportSender? TransportReceiver?", "transportId=ID!", NULL },
{ "TransportSender",
	"TransportProtocol AccessAuthentication* TransportClientSecurity?", "",
	NULL },
{ "TransportReceiver",
	"TransportProtocol AccessAuthentication* Endpoint+ "
	"TransportServerSecurity?", "", NULL },
{ "TransportProtocol", NULL, "version", "" },
{ "AccessAuthentication", NULL, "", "basic|digest" },
{ "Endpoint", "",
	"uri=uri! type=login|request|response|error|allPurpose", NULL },
{ "TransportClientSecurity",
	"TransportSecurityProtocol ClientCertificateRef? "
	"ServerSecurityDetailsRef? EncryptionAlgorithm*", "", NULL },
{ "TransportServerSecurity",
	"TransportSecurityProtocol ServerCertificateRef "
	"ClientSecurityDetailsRef? EncryptionAlgorithm*", "", NULL },
{ "TransportSecurityProtocol", NULL, "version", "" },
{ "ClientCertificateRef", "", TO_CERTIFICATE, NULL },
{ "ServerCertificateRef", "", TO_CERTIFICATE, NULL },
{ "ServerSecurityDetailsRef", "", TO_SECURITY, NULL },
{ "ClientSecurityDetailsRef", "", TO_SECURITY, NULL },
{ "EncryptionAlgorithm", NULL,
	"minimumStrength=integer oid w3c enumerationType", "" },
{ "DocExchange", "ebXMLSenderBinding? ebXMLReceiverBinding?",
	"docExchangeId=ID!", NULL },
{ "ebXMLSenderBinding",
	"ReliableMessaging? PersistDuration? SenderNonRepudiation? "
	"SenderDigitalEnvelope? NamespaceSupported*", "version!", NULL },
{ "ebXMLReceiverBinding",
	"ReliableMessaging? PersistDuration? ReceiverNonRepudiation? "
	"ReceiverDigitalEnvelope? NamespaceSupported*", "version!", NULL },
{ "ReliableMessaging", "Retries? RetryInterval? MessageOrderSemantics", "",
	NULL },
{ "Retries", NULL, "", "integer" },
{ "RetryInterval", NULL, "", "duration" },
{ "MessageOrderSemantics", NULL, "", "Guaranteed|NotGuaranteed" },
{ "PersistDuration", NULL, "", "duration" },
{ "SenderNonRepudiation", SIGNED "SigningCertificateRef", "", NULL },
{ "ReceiverNonRepudiation", SIGNED "SigningSecurityDetailsRef?", "", NULL },
{ "NonRepudiationProtocol", NULL, "version", "" },
{ "HashFunction", NULL, "", "" },
{ "SignatureAlgorithm", NULL, "oid w3c enumerationType", "" },
{ "SigningCertificateRef", "", TO_CERTIFICATE, NULL },
{ "SigningSecurityDetailsRef", "", TO_SECURITY, NULL },
{ "SenderDigitalEnvelope",
	"DigitalEnvelopeProtocol EncryptionAlgorithm+ "
	"EncryptionSecurityDetailsRef?", "", NULL },
{ "ReceiverDigitalEnvelope",
	"DigitalEnvelopeProtocol EncryptionAlgorithm+ EncryptionCertificateRef",
	"", NULL },
{ "DigitalEnvelopeProtocol", NULL, "version", "" },
{ "EncryptionSecurityDetailsRef", "", TO_SECURITY, NULL },
{ "EncryptionCertificateRef", "", TO_CERTIFICATE, NULL },
{ "NamespaceSupported", NULL, "location=uri! version", "uri" },
{ "OverrideMshActionBinding", "", "action! channelId=>DeliveryChannel!", NULL },
{ "SimplePart", "NamespaceSupported*", PART " xlink:role=uri", NULL },
{ "Packaging", "ProcessingCapabilities CompositeList+", "id=ID!", NULL },
{ "ProcessingCapabilities", "", "parse=boolean! generate=boolean!", NULL },
{ "CompositeList", "Encapsulation|Composite+", "", NULL },
{ "Encapsulation", "Constituent", PART, NULL },
{ "Composite", "Constituent+", PART, NULL },
{ "Constituent", "SignatureTransforms? EncryptionTransforms?",
	"idref=>SimplePart|Encapsulation|Composite! "
	"excludedFromSignature=boolean minOccurs=natural maxOccurs=natural",
	NULL },
{ "SignatureTransforms", "ds:Transform+", "", NULL },
{ "EncryptionTransforms", "ds:Transform+", "", NULL },
{ "Signature", "ds:Signature{1,3}", "", NULL },
{ "Comment", NULL, "xml:lang=language", "" },
};
/* clang-format on */

bool
piece_is(struct piece piece, const char *text)
{
	return strlen(text) == piece.len &&
	       memcmp(piece.text, text, piece.len) == 0;
}

/* The next piece up to one of `ends`; false when there is none. */
static bool
piece_next(const char **text, const char *ends, struct piece *out)
{
	*text += strspn(*text, ends);
	if (**text == '\0')
		return false;
	out->text = *text;
	out->len = strcspn(*text, ends);
	*text += out->len;
	return true;
}

bool
piece_word(struct piece type, const char **at, struct piece *out)
{
	const char *end = type.text + type.len, *word;

	word = *at == NULL ? type.text : *at;
	if (word >= end || !piece_next(&word, "|?*+{! ", out) || word > end)
		return false;
	*at = word;
	return true;
}

bool
cpa_rule_called(struct piece name, const char *ns, const char *local)
{
	static const struct {
		const char *prefix, *ns;
	} spaces[] = {
		{ "ds:", CPA_DSIG },
		{ "xlink:", XLINK },
		{ "xml:", XML_NS },
	};
	const char *wanted = CPA_NS;
	size_t i, len;

	if (piece_is(name, "#other"))
		return *ns != '\0' && strcmp(ns, CPA_NS) != 0;
	for (i = 0; i < sizeof(spaces) / sizeof(*spaces); i++) {
		len = strlen(spaces[i].prefix);
		if (name.len > len &&
			memcmp(name.text, spaces[i].prefix, len) == 0) {
			wanted = spaces[i].ns;
			name.text += len;
			name.len -= len;
		}
	}
	return piece_is(name, local) && strcmp(ns, wanted) == 0;
}

const struct cpa_rule *
cpa_rule_of(const struct xml_node *node)
{
	size_t i;

	for (i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		struct piece name = { rules[i].name, strlen(rules[i].name) };

		if (cpa_rule_called(name, xml_ns(node), xml_local(node)))
			return &rules[i];
	}
	return NULL;
}

bool
cpa_rule_attribute(const char **list, struct cpa_rule_attribute *attribute_out)
{
	struct cpa_rule_attribute a = { .needed = false };
	struct piece all;

	if (!piece_next(list, " ", &all))
		return false;
	a.needed = all.text[all.len - 1] == '!';
	all.len -= a.needed;
	a.name = all;
	for (a.name.len = 0; a.name.len < all.len; a.name.len++)
		if (all.text[a.name.len] == '=')
			break;
	if (a.name.len < all.len) {
		a.type.text = all.text + a.name.len + 1;
		a.type.len = all.len - a.name.len - 1;
	}
	*attribute_out = a;
	return true;
}

size_t
cpa_rule_items(const struct cpa_rule *rule,
	struct cpa_rule_item items_out[CPA_RULE_ITEMS_MAX])
{
	const char *inside = rule->inside;
	struct piece all;
	size_t count = 0;

	while (piece_next(&inside, " ", &all)) {
		struct cpa_rule_item item = { all, 1, 1 };
		char last = all.text[all.len - 1];

		assert(count < CPA_RULE_ITEMS_MAX);
		if (last == '?' || last == '*')
			item.min = 0;
		if (last == '+' || last == '*')
			item.max = SIZE_MAX;
		if (strchr("?*+", last) != NULL)
			item.names.len--;
		if (last == '}') { /* "{1,3}" */
			item.names.len -= strlen("{1,3}");
			item.min = (size_t)(all.text[all.len - 4] - '0');
			item.max = (size_t)(all.text[all.len - 2] - '0');
		}
		items_out[count++] = item;
	}
	return count;
}

bool
cpa_rule_item_is(const struct cpa_rule_item *item, const struct xml_node *node)
{
	const char *at = NULL;
	struct piece word;

	while (piece_word(item->names, &at, &word))
		if (cpa_rule_called(word, xml_ns(node), xml_local(node)))
			return true;
	return false;
}
