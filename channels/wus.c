/* channels/wus.c - asking who is subscribed; see channel.h
 *
 * ValidateAbonnementen: SOAP 1.1, document/literal, unsigned.  Numbers are in
 * the question and in the answer, never in a fault.
 *
 * Sources: spec berichtenbox.md section 4.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/xml.h"
#include "channels/channel.h"
#include "channels/http_bytes.h"

#define SOAP "http://schemas.xmlsoap.org/soap/envelope/"
#define NS_SERVICE                                                             \
	"http://schemas.rdw.nl/GEB/BerichtenboxValidatieService/2009/01"
#define NS_TYPES                                                               \
	"http://schemas.rdw.nl/GEB/BerichtenboxValidatieService/Types/2009/01"
#define NS_SHARED "http://schemas.rdw.nl/GEB/Shared/Types/2009/01"
#define ACTION NS_SERVICE "/IBerichtenboxValidatieService/ValidateAbonnementen"

#define QUESTION_MAX ((size_t)65536)

static void
question(const char *oin, const char *type, const struct wus_answer *answers,
	size_t count, struct buf *out)
{
	char digits[BSN_TEXT_MAX];
	size_t i;

	buf_text(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<soap:Envelope xmlns:soap=\"" SOAP "\"><soap:Body>"
		"<s:ValidateAbonnementen xmlns:s=\"" NS_SERVICE "\""
		" xmlns:t=\"" NS_TYPES "\" xmlns:g=\"" NS_SHARED "\">"
		"<s:validateAbonnementenAanvraag><t:berichtleverancierCode>");
	buf_xml(out, oin);
	buf_text(out, "</t:berichtleverancierCode><t:berichtTypeCode>");
	buf_xml(out, type);
	buf_text(out, "</t:berichtTypeCode><t:klanten>");
	for (i = 0; i < count; i++) {
		bsn_digits(answers[i].bsn, digits);
		buf_format(out,
			"<g:Klant><g:Key>%s</g:Key><g:Rol>Burger</g:Rol>"
			"</g:Klant>",
			digits);
	}
	buf_text(out,
		"</t:klanten></s:validateAbonnementenAanvraag>"
		"</s:ValidateAbonnementen></soap:Body></soap:Envelope>\n");
	assert(!out->full);
}

static enum verdict
contradicts(struct fault *why, const char *text)
{
	return fault_set(why, V_BROKEN, CODE_WUS_ANSWER,
		"subscription service: %s", text);
}

static bool
read_bool(const char *text, bool *out)
{
	if (strcmp(text, "true") == 0 || strcmp(text, "1") == 0)
		*out = true;
	else if (strcmp(text, "false") == 0 || strcmp(text, "0") == 0)
		*out = false;
	else
		return false;
	return true;
}

/* One Abonnement, noted at every question about this number. */
static enum verdict
take_answer(const struct xml_node *node, struct wus_answer *answers,
	size_t count, struct fault *why)
{
	const struct xml_node *key =
		xml_child(xml_child(node, NULL, "klant"), NULL, "Key");
	bool subscribed, asked = false;
	int64_t number;
	size_t i;

	if (!xml_is(node, NULL, "Abonnement") ||
		!text_number(xml_text(key), 999999999, &number) ||
		!read_bool(xml_text(xml_child(node, NULL, "isBerichtSturen")),
			&subscribed))
		return contradicts(why, "answer without number or yes or no");
	for (i = 0; i < count; i++) {
		if (answers[i].bsn.number != number)
			continue;
		if (answers[i].answered && answers[i].subscribed != subscribed)
			return contradicts(
				why, "two different answers for one number");
		answers[i].answered = asked = true;
		answers[i].subscribed = subscribed;
	}
	return asked ? V_OK : contradicts(why, "answer for a number not asked");
}

static enum verdict
take_answers(const struct xml_node *root, int status,
	struct wus_answer *answers, size_t count, struct fault *why)
{
	const struct xml_node *body = xml_child(root, SOAP, "Body");
	const struct xml_node *fault = xml_child(body, SOAP, "Fault");
	const struct xml_node *list, *node;
	enum verdict v = V_OK;

	if (fault != NULL) {
		/* The message itself may name a number: only its kind. */
		node = xml_child(fault, NULL, "detail");
		node = node == NULL ? NULL : xml_first(node);
		return fault_set(why, V_LATER, CODE_WUS,
			"subscription service: %.60s",
			node == NULL ? "fault" : xml_local(node));
	}
	list = xml_child(
		xml_child(body, NS_SERVICE, "ValidateAbonnementenResponse"),
		NS_SERVICE, "ValidateAbonnementenResult");
	if (status != 200 || list == NULL)
		return fault_set(why, V_LATER, CODE_WUS,
			"subscription service: no answer, status %d", status);
	for (node = xml_first(list); v == V_OK && node != NULL;
		node = xml_next(node))
		v = take_answer(node, answers, count, why);
	return v;
}

static enum verdict
read_answer(const struct http_answer *answer, struct wus_answer *answers,
	size_t count, struct fault *why)
{
	struct xml_tree *tree = NULL;
	enum verdict v;

	v = xml_tree_parse(answer->body.bytes, answer->body.len, &tree, why);
	if (v != V_OK)
		return fault_set(why, V_LATER, CODE_WUS,
			"subscription service: answer is no XML, status %d",
			answer->status);
	v = take_answers(xml_root(tree), answer->status, answers, count, why);
	xml_tree_free(tree);
	return v;
}

enum verdict
wus_ask(struct http *http, const char *url, const char *oin, const char *type,
	struct wus_answer *answers, size_t count, struct fault *why)
{
	static const char *const headers[] = {
		"Content-Type: text/xml; charset=utf-8",
		"SOAPAction: \"" ACTION "\"", NULL
	};
	struct buf text = BUF_MAX(QUESTION_MAX);
	struct wus_answer *mine;
	struct http_answer answer;
	struct http_bytes bytes;
	struct http_body body;
	enum verdict v;
	size_t i;

	assert(count > 0 && count <= WUS_GROUP_MAX);
	question(oin, type, answers, count, &text);
	mine = mem_new(count * sizeof(*mine));
	memcpy(mine, answers, count * sizeof(*mine));
	for (i = 0; i < count; i++)
		mine[i].answered = mine[i].subscribed = false;
	bytes = (struct http_bytes){ .bytes = text.bytes, .len = text.len };
	body = http_bytes_body(&bytes);
	v = http_post(http, url, headers, &body, &answer, why);
	if (v == V_OK) {
		v = read_answer(&answer, mine, count, why);
		http_answer_done(&answer);
	} else if (v == V_UNKNOWN) {
		v = V_LATER; /* asking twice does no harm */
	}
	if (v == V_OK)
		memcpy(answers, mine, count * sizeof(*mine));
	free(mine);
	buf_done(&text);
	return v;
}
