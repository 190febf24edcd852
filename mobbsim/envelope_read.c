/* mobbsim/envelope_read.c - reading and judging; see mobbsim/envelope.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/xml.h"
#include "mobbsim/envelope.h"

#define NS_SOAP "http://schemas.xmlsoap.org/soap/envelope/"
#define NS_EB                                                                  \
	"http://www.oasis-open.org/committees/ebxml-msg/schema/"               \
	"msg-header-2_0.xsd"
#define NS_DS "http://www.w3.org/2000/09/xmldsig#"
#define NS_XLINK "http://www.w3.org/1999/xlink"
#define SIGNALS "urn:oasis:names:tc:ebxml-msg:service"
#define TO_PARTY "urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH"
#define NEXT "http://schemas.xmlsoap.org/soap/actor/next"
#define TEXT_MAX 255 /* of an id, a party, a role, as others store it */
#define SKEW_MS INT64_C(300000)
#define REQUEST "GLOBE-R-BV-Request"
#define SUBSCRIPTIONS "GLOBE-R-A-Request"

static const char *
keep(struct arena *mem, const char *text)
{
	return text == NULL ? "" : arena_text(mem, text, strlen(text));
}

static const char *
text_of(struct arena *mem, const struct xml_node *node, const char *local)
{
	return keep(mem, xml_text(xml_child(node, NS_EB, local)));
}

static void
read_header(const struct xml_node *h, struct arena *mem, struct envelope *e)
{
	const struct xml_node *from = xml_child(h, NS_EB, "From");
	const struct xml_node *to = xml_child(h, NS_EB, "To");
	const struct xml_node *data = xml_child(h, NS_EB, "MessageData");
	const struct xml_node *id;

	e->version = keep(mem, xml_attr(h, NS_EB, "version"));
	id = xml_child(from, NS_EB, "PartyId");
	e->from = keep(mem, xml_text(id));
	e->from_type = id == NULL ? "" : keep(mem, xml_attr(id, NS_EB, "type"));
	e->from_role = text_of(mem, from, "Role");
	id = xml_child(to, NS_EB, "PartyId");
	e->to = keep(mem, xml_text(id));
	e->to_type = id == NULL ? "" : keep(mem, xml_attr(id, NS_EB, "type"));
	e->to_role = text_of(mem, to, "Role");
	e->cpa_id = text_of(mem, h, "CPAId");
	e->conversation = text_of(mem, h, "ConversationId");
	id = xml_child(h, NS_EB, "Service");
	e->service = keep(mem, xml_text(id));
	e->service_type =
		id == NULL ? "" : keep(mem, xml_attr(id, NS_EB, "type"));
	e->action = text_of(mem, h, "Action");
	e->message_id = text_of(mem, data, "MessageId");
	e->timestamp = text_of(mem, data, "Timestamp");
	e->time_to_live = text_of(mem, data, "TimeToLive");
	e->ref_to = text_of(mem, data, "RefToMessageId");
	e->duplicate_elimination =
		xml_child(h, NS_EB, "DuplicateElimination") != NULL;
}

static bool
says(const struct xml_node *n, const char *ns, const char *name,
	const char *value)
{
	const char *is = xml_attr(n, ns, name);

	return is != NULL && strcmp(is, value) == 0;
}

/* The blocks beside the MessageHeader; false when one must be understood and
 * is not.
 */
static bool
read_block(const struct xml_node *n, struct arena *mem, struct envelope *e)
{
	const char *must;

	if (xml_is(n, NS_EB, "MessageHeader") ||
		xml_is(n, NS_EB, "Acknowledgment"))
		return true;
	if (xml_is(n, NS_EB, "AckRequested")) {
		e->ack_requested = true;
		e->ack_version = keep(mem, xml_attr(n, NS_EB, "version"));
		e->ack_actor = keep(mem, xml_attr(n, NS_SOAP, "actor"));
		e->ack_signed = keep(mem, xml_attr(n, NS_EB, "signed"));
		return true;
	}
	if (xml_is(n, NS_EB, "ErrorList")) {
		const struct xml_node *error = xml_child(n, NS_EB, "Error");

		if (error != NULL)
			e->error_code =
				keep(mem, xml_attr(error, NS_EB, "errorCode"));
		e->error_severity =
			keep(mem, xml_attr(n, NS_EB, "highestSeverity"));
		return true;
	}
	if (xml_is(n, NS_EB, "SyncReply")) {
		e->sync_good = says(n, NS_EB, "version", "2.0") &&
			       says(n, NS_SOAP, "mustUnderstand", "1") &&
			       says(n, NS_SOAP, "actor", NEXT);
		return e->sync_reply = true;
	}
	if (xml_is(n, NS_EB, "MessageOrder"))
		return e->message_order = true;
	if (xml_is(n, NS_DS, "Signature"))
		return e->signature = true;
	must = xml_attr(n, NS_SOAP, "mustUnderstand");
	return must == NULL || strcmp(must, "1") != 0;
}

static bool
read_manifest(
	const struct xml_node *body, struct arena *mem, struct envelope *e)
{
	const struct xml_node *reference;
	const char *href;

	reference = xml_child(
		xml_child(body, NS_EB, "Manifest"), NS_EB, "Reference");
	for (; reference != NULL; reference = xml_again(reference)) {
		if (e->reference_count == ENVELOPE_REFERENCES_MAX)
			return false;
		href = xml_attr(reference, NS_XLINK, "href");
		e->references[e->reference_count++] = keep(mem, href);
	}
	return true;
}

static enum envelope_kind
kind_of(const struct envelope *e, const struct xml_node *header)
{
	if (strcmp(e->service, SIGNALS) != 0)
		return ENVELOPE_BUSINESS;
	if (strcmp(e->action, "Acknowledgment") == 0 &&
		xml_child(header, NS_EB, "Acknowledgment") != NULL)
		return ENVELOPE_ACKNOWLEDGMENT;
	if (strcmp(e->action, "MessageError") == 0 && e->error_code[0] != '\0')
		return ENVELOPE_ERROR;
	if (strcmp(e->action, "Ping") == 0)
		return ENVELOPE_PING;
	return ENVELOPE_OTHER_SIGNAL;
}

static enum verdict
read_envelope(const struct xml_node *root, struct arena *mem,
	struct envelope *e, struct fault *why)
{
	const struct xml_node *header, *n;

	if (!xml_is(root, NS_SOAP, "Envelope"))
		return fault_set(
			why, V_SKIP, CODE_EBMS, "not a SOAP 1.1 envelope");
	header = xml_child(root, NS_SOAP, "Header");
	n = xml_child(header, NS_EB, "MessageHeader");
	if (n == NULL)
		return fault_set(why, V_SKIP, CODE_EBMS, "no MessageHeader");
	read_header(n, mem, e);
	for (n = xml_first(header); n != NULL; n = xml_next(n))
		if (!read_block(n, mem, e))
			return fault_set(why, V_SKIP, CODE_EBMS,
				"a header block is not understood");
	if (!read_manifest(xml_child(root, NS_SOAP, "Body"), mem, e))
		return fault_set(why, V_SKIP, CODE_EBMS, "Manifest too long");
	if (e->message_id[0] == '\0' || strlen(e->message_id) > TEXT_MAX ||
		strlen(e->conversation) > TEXT_MAX ||
		strlen(e->cpa_id) > TEXT_MAX || strlen(e->ref_to) > TEXT_MAX ||
		e->from[0] == '\0' || e->conversation[0] == '\0')
		return fault_set(why, V_SKIP, CODE_EBMS,
			"MessageHeader is incomplete or too long");
	e->kind = kind_of(e, header);
	return V_OK;
}

enum verdict
envelope_read(const char *bytes, size_t len, struct arena *mem,
	struct envelope *out, struct fault *why)
{
	struct envelope e = {
		.ack_version = "",
		.ack_actor = "",
		.ack_signed = "",
		.error_code = "",
		.error_severity = "",
	};
	struct xml_tree *tree = NULL;
	enum verdict v;

	if (len > ENVELOPE_BYTES_MAX)
		return fault_set(
			why, V_SKIP, CODE_EBMS, "envelope is too large");
	v = xml_tree_parse(bytes, len, &tree, why);
	if (v != V_OK)
		return V_SKIP;
	v = read_envelope(xml_root(tree), mem, &e, why);
	xml_tree_free(tree);
	if (v == V_OK)
		*out = e;
	return v;
}

static bool
say(struct envelope_wrong *wrong, const char *code, const char *location,
	const char *text)
{
	*wrong = (struct envelope_wrong){ code, location, text, false };
	return true;
}

/* Does a moment lie in the past, or is it none at all? */
static bool
past(const char *moment, int64_t now_ms)
{
	int64_t ms;

	return !clock_parse(moment, &ms) || ms + SKEW_MS < now_ms;
}

static bool
wrong_party(const struct envelope *e, const struct cpa_terms *terms,
	struct envelope_wrong *wrong)
{
	if (strcmp(e->from, terms->peer_oin) != 0 ||
		strcmp(e->from_type, terms->party_type) != 0)
		return say(wrong, "Inconsistent",
			"//Header/MessageHeader/From/PartyId",
			"not a party of this agreement");
	if (strcmp(e->to, terms->my_oin) != 0 ||
		strcmp(e->to_type, terms->party_type) != 0)
		return say(wrong, "Inconsistent",
			"//Header/MessageHeader/To/PartyId", "not me");
	if (strcmp(e->from_role, terms->peer_role) != 0)
		return say(wrong, "Inconsistent",
			"//Header/MessageHeader/From/Role", "wrong role");
	if (strcmp(e->to_role, terms->my_role) != 0)
		return say(wrong, "Inconsistent",
			"//Header/MessageHeader/To/Role", "wrong role");
	return false;
}

static bool
wrong_manifest(const struct envelope *e, struct envelope_wrong *wrong)
{
	size_t i;

	if (e->reference_count == 0)
		return say(wrong, "MimeProblem", "//Body/Manifest",
			"a payload is expected");
	for (i = 0; i < e->reference_count; i++)
		if (strncmp(e->references[i], "cid:", 4) != 0)
			return say(wrong, "MimeProblem",
				"//Body/Manifest/Reference",
				"only parts of this message");
	return false;
}

/* Is receipt to be confirmed as it was agreed? */
static bool
wrong_mode(const struct envelope *e, const struct cpa_terms *terms,
	struct envelope_wrong *wrong)
{
	bool reliable = terms->mode != CPA_BEST_EFFORT;

	if (e->duplicate_elimination != reliable)
		return say(wrong, "Inconsistent",
			"//Header/MessageHeader/DuplicateElimination",
			reliable ? "the agreement says always"
				 : "the agreement says never");
	if (e->ack_requested != reliable)
		return say(wrong, "Inconsistent", "//Header/AckRequested",
			reliable ? "the agreement says always"
				 : "the agreement says never");
	if (reliable && (strcmp(e->ack_version, "2.0") != 0 ||
				strcmp(e->ack_signed, "false") != 0 ||
				(e->ack_actor[0] != '\0' &&
					strcmp(e->ack_actor, TO_PARTY) != 0)))
		return say(wrong, "Inconsistent", "//Header/AckRequested",
			"the agreement says not signed, for the party's MSH");
	if (e->sync_reply != (terms->mode == CPA_SYNC) ||
		e->sync_reply != e->sync_good)
		return say(wrong, "Inconsistent", "//Header/SyncReply",
			"the agreement says otherwise");
	return false;
}

bool
envelope_wrong(const struct envelope *e, const struct cpa_terms *terms,
	int64_t now_ms, struct envelope_wrong *wrong_out)
{
	assert(e->kind == ENVELOPE_BUSINESS);
	if (strcmp(e->version, "2.0") != 0)
		return say(wrong_out, "Inconsistent",
			"//Header/MessageHeader/@version", "2.0 is expected");
	if (wrong_party(e, terms, wrong_out))
		return true;
	if (strcmp(e->service, terms->service) != 0 ||
		strcmp(e->service_type, terms->service_type) != 0 ||
		(strcmp(e->action, REQUEST) != 0 &&
			(strcmp(e->action, SUBSCRIPTIONS) != 0 ||
				terms->answer_url[0] == '\0')))
		return say(wrong_out, "ValueNotRecognized",
			"//Header/MessageHeader/Action",
			"not in this agreement");
	if (past(e->timestamp, INT64_MIN / 2))
		return say(wrong_out, "Inconsistent",
			"//Header/MessageHeader/MessageData/Timestamp",
			"not a moment");
	if (e->time_to_live[0] != '\0' && past(e->time_to_live, now_ms))
		return say(wrong_out, "TimeToLiveExpired",
			"//Header/MessageHeader/MessageData/TimeToLive",
			"came too late");
	if (wrong_mode(e, terms, wrong_out))
		return true;
	if (e->message_order)
		return say(wrong_out, "NotSupported", "//Header/MessageOrder",
			"no ordering");
	if (e->signature)
		return say(wrong_out, "SecurityFailure", "//Header/Signature",
			"the agreement says not signed");
	return wrong_manifest(e, wrong_out);
}
