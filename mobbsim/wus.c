/* mobbsim/wus.c - see mobbsim/wus.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "base/xml.h"
#include "mobbsim/envelope.h"
#include "mobbsim/wus.h"

#define NS_SOAP "http://schemas.xmlsoap.org/soap/envelope/"
#define NS_SERVICE                                                             \
	"http://schemas.rdw.nl/GEB/BerichtenboxValidatieService/2009/01"
#define NS_TYPES                                                               \
	"http://schemas.rdw.nl/GEB/BerichtenboxValidatieService/Types/2009/01"
#define NS_SHARED "http://schemas.rdw.nl/GEB/Shared/Types/2009/01"
#define ACTION NS_SERVICE "/IBerichtenboxValidatieService/ValidateAbonnementen"
#define TYPE_MAX 8
#define BODY_MAX ((size_t)1000000)
#define STRANGER "999990019" /* passes the eleven-test */

static int
fault(struct buf *out, const char *code, const char *text)
{
	buf_reset(out);
	envelope_fault(code, text, out);
	return 500;
}

/* The fault the service itself gives, with a detail. */
static int
refuse(struct buf *out, const char *text)
{
	buf_reset(out);
	buf_text(out, "<s:Envelope xmlns:s=\"" NS_SOAP "\"><s:Body><s:Fault>"
		      "<faultcode>s:Client</faultcode><faultstring>");
	buf_xml(out, text);
	buf_text(out,
		"</faultstring><detail><ApplicationFault xmlns=\"" NS_SHARED
		"\"><Message>");
	buf_xml(out, text);
	buf_text(out, "</Message></ApplicationFault></detail></s:Fault>"
		      "</s:Body></s:Envelope>\n");
	return 500;
}

static bool
is_action(const char *given)
{
	size_t len = strlen(given);

	if (len >= 2 && given[0] == '"' && given[len - 1] == '"') {
		given++;
		len -= 2;
	}
	return len == sizeof(ACTION) - 1 && memcmp(given, ACTION, len) == 0;
}

static void
add_answer(struct buf *out, const char *bsn, const char *send)
{
	buf_text(out, "<t:Abonnement><t:klant><g:Key>");
	buf_xml(out, bsn);
	buf_format(out,
		"</g:Key><g:Rol>Burger</g:Rol></t:klant>"
		"<t:isBerichtSturen>%s</t:isBerichtSturen></t:Abonnement>\n",
		send);
}

/* The n-th answer (1 ..), and what is wrong with it. */
static void
add_odd(struct buf *out, const char *bsn, int64_t n, bool send,
	enum wus_odd odd)
{
	if (odd == WUS_EMPTY || (odd == WUS_HALF && n % 2 == 0))
		return;
	if (odd == WUS_YES_FOR_NO)
		send = !send;
	send = (send || odd == WUS_YES) && odd != WUS_NO;
	if (odd == WUS_NO_BOOLEAN && n == 1) {
		add_answer(out, bsn, "misschien");
		return;
	}
	add_answer(out, bsn, send ? "true" : "false");
	if (odd == WUS_DOUBLED)
		add_answer(out, bsn, send ? "true" : "false");
	if (odd == WUS_BOTH && n == 1)
		add_answer(out, bsn, send ? "false" : "true");
	if (odd == WUS_STRANGER && n == 1)
		add_answer(out, STRANGER, "true");
}

static int
answer(const struct xml_node *question, const char *sender_oin,
	const struct subscribers *subscribers, enum wus_odd odd,
	struct buf *out)
{
	const struct xml_node *klant;
	const char *type, *bsn;
	int64_t asked = 0;

	if (strcmp(xml_text(xml_child(
			   question, NS_TYPES, "berichtleverancierCode")),
		    sender_oin) != 0)
		return refuse(out, "berichtleverancierCode is not known");
	type = xml_text(xml_child(question, NS_TYPES, "berichtTypeCode"));
	if (type[0] == '\0' || strlen(type) > TYPE_MAX)
		return refuse(out, "berichtTypeCode is not known");
	buf_text(out, "<s:Envelope xmlns:s=\"" NS_SOAP "\"><s:Body>\n"
		      "<v:ValidateAbonnementenResponse xmlns:v=\"" NS_SERVICE
		      "\" xmlns:t=\"" NS_TYPES "\" xmlns:g=\"" NS_SHARED
		      "\">\n<v:ValidateAbonnementenResult>\n");
	klant = xml_child(
		xml_child(question, NS_TYPES, "klanten"), NS_SHARED, "Klant");
	for (; klant != NULL; klant = xml_again(klant)) {
		if (++asked > WUS_ASKED_MAX)
			return refuse(out, "more than 250 klanten");
		bsn = xml_text(xml_child(klant, NS_SHARED, "Key"));
		if (!citizen_eleven(bsn) ||
			strcmp(xml_text(xml_child(klant, NS_SHARED, "Rol")),
				"Burger") != 0)
			return refuse(out, "a Klant is not valid");
		add_odd(out, bsn, asked,
			subscribers_look(subscribers, bsn) != BOX_NONE, odd);
	}
	if (asked == 0)
		return refuse(out, "no klanten");
	buf_text(out, "</v:ValidateAbonnementenResult>\n"
		      "</v:ValidateAbonnementenResponse>\n"
		      "</s:Body></s:Envelope>\n");
	return 200;
}

int
wus_answer(const char *soap_action, const char *body, size_t len,
	const char *sender_oin, const struct subscribers *subscribers,
	enum wus_odd odd, struct buf *out)
{
	const struct xml_node *node;
	struct xml_tree *tree = NULL;
	struct fault unused;
	int status;

	if (odd == WUS_FAULT)
		return refuse(out, "the service is out of order");
	if (!is_action(soap_action))
		return fault(out, "Client", "SOAPAction is not known");
	if (len > BODY_MAX || xml_tree_parse(body, len, &tree, &unused) != V_OK)
		return fault(out, "Client", "not a SOAP envelope");
	node = xml_root(tree);
	if (!xml_is(node, NS_SOAP, "Envelope"))
		node = NULL;
	node = xml_child(xml_child(node, NS_SOAP, "Body"), NS_SERVICE,
		"ValidateAbonnementen");
	node = xml_child(node, NS_SERVICE, "validateAbonnementenAanvraag");
	if (node == NULL)
		status = fault(out, "Client", "no ValidateAbonnementen");
	else
		status = answer(node, sender_oin, subscribers, odd, out);
	xml_tree_free(tree);
	return status;
}
