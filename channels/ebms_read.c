/* channels/ebms_read.c - envelopes of strangers; see channels/ebms.h
 *
 * The structure is judged by a table of elements: which children, in which
 * order, how often, and which attributes.  The table goes no deeper than four
 * elements, so the check does not either, however deep the document is.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "channels/ebms.h"

enum content {
	KIDS = 0, /* elements only; `kids` says which */
	TEXT,	  /* not empty */
	DATE,	  /* xs:dateTime */
	FREE,	  /* whatever */
};

/* `kids`: names of eb elements in order, with ? 0..1, * 0..n, + 1..n; a final
 * "any" allows elements of other namespaces behind them.
 * `attributes`: V eb:version, M soap:mustUnderstand, A soap:actor, G eb:signed,
 * H eb:highestSeverity, C eb:errorCode, S eb:severity,
 * R xlink:href, O eb:location, U eb:messageStatus.
 */
static const struct element {
	const char *name;
	enum content content;
	const char *kids;
	const char *attributes;
} elements[] = {
	{ "MessageHeader", KIDS,
		"From To CPAId ConversationId Service Action MessageData "
		"DuplicateElimination? Description* any",
		"VM" },
	{ "From", KIDS, "PartyId+ Role?", "" },
	{ "To", KIDS, "PartyId+ Role?", "" },
	{ "PartyId", TEXT, "", "" },
	{ "Role", TEXT, "", "" },
	{ "CPAId", TEXT, "", "" },
	{ "ConversationId", TEXT, "", "" },
	{ "Service", TEXT, "", "" },
	{ "Action", TEXT, "", "" },
	{ "MessageData", KIDS,
		"MessageId Timestamp RefToMessageId? TimeToLive?", "" },
	{ "MessageId", TEXT, "", "" },
	{ "Timestamp", DATE, "", "" },
	{ "RefToMessageId", TEXT, "", "" },
	{ "TimeToLive", DATE, "", "" },
	{ "DuplicateElimination", FREE, "", "" },
	/* Words for people: nothing is refused for them. */
	{ "Description", FREE, "", "" },
	{ "SyncReply", KIDS, "any", "VMA" },
	{ "AckRequested", KIDS, "any", "VMG" },
	{ "Acknowledgment", KIDS, "Timestamp RefToMessageId From? any", "VM" },
	{ "ErrorList", KIDS, "Error+ any", "VMH" },
	{ "Error", KIDS, "Description? any", "CS" },
	{ "MessageOrder", KIDS, "SequenceNumber any", "VM" },
	{ "SequenceNumber", TEXT, "", "" },
	{ "Manifest", KIDS, "Reference+ any", "V" },
	{ "Reference", KIDS, "Schema* Description* any", "R" },
	{ "Schema", FREE, "", "O" },
	{ "StatusRequest", KIDS, "RefToMessageId any", "V" },
	{ "StatusResponse", KIDS, "RefToMessageId Timestamp? any", "VU" },
};

static const struct element *
element_of(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(elements) / sizeof(*elements); i++)
		if (strlen(elements[i].name) == len &&
			memcmp(elements[i].name, name, len) == 0)
			return &elements[i];
	return NULL;
}

static bool
one_of(const char *value, const char *a, const char *b)
{
	return value != NULL &&
	       (strcmp(value, a) == 0 || strcmp(value, b) == 0);
}

static bool
absent_or(const struct xml_node *node, const char *ns, const char *local,
	const char *wanted)
{
	const char *value = xml_attr(node, ns, local);

	return value == NULL || strcmp(value, wanted) == 0;
}

static bool
is_bool(const char *value)
{
	return one_of(value, "true", "false") || one_of(value, "1", "0");
}

static bool
is_status(const char *value)
{
	return one_of(value, "UnAuthorized", "NotRecognized") ||
	       one_of(value, "Received", "Processed") ||
	       one_of(value, "Forwarded", "Forwarded");
}

static bool
filled(const char *value)
{
	return value != NULL && *value != '\0';
}

static bool
check_attributes(const struct xml_node *node, const char *wanted)
{
	static const char *const never_empty[] = { "type", "version",
		"location", "id" };
	bool good = true;
	const char *value;
	size_t i;

	for (i = 0; good && i < 4; i++) {
		value = xml_attr(node, EBMS_NS, never_empty[i]);
		good = value == NULL || *value != '\0';
	}
	for (; good && *wanted != '\0'; wanted++) {
		if (*wanted == 'V')
			good = filled(xml_attr(node, EBMS_NS, "version"));
		else if (*wanted == 'M')
			good = one_of(
				xml_attr(node, EBMS_SOAP, "mustUnderstand"),
				"0", "1");
		else if (*wanted == 'A')
			good = filled(xml_attr(node, EBMS_SOAP, "actor"));
		else if (*wanted == 'G')
			good = is_bool(xml_attr(node, EBMS_NS, "signed"));
		else if (*wanted == 'H')
			good = one_of(
				xml_attr(node, EBMS_NS, "highestSeverity"),
				"Error", "Warning");
		else if (*wanted == 'S')
			good = one_of(xml_attr(node, EBMS_NS, "severity"),
				"Error", "Warning");
		else if (*wanted == 'C')
			good = filled(xml_attr(node, EBMS_NS, "errorCode"));
		else if (*wanted == 'R')
			good = filled(xml_attr(node, EBMS_XLINK, "href")) &&
			       absent_or(node, EBMS_XLINK, "type", "simple");
		else if (*wanted == 'O')
			good = filled(xml_attr(node, EBMS_NS, "location"));
		else
			good = is_status(
				xml_attr(node, EBMS_NS, "messageStatus"));
	}
	return good;
}

static bool check_element(const struct xml_node *node,
	const struct element *element, const char **where_out);

/* Take as many of `node` and its followers as one word of the model asks. */
static bool
check_word(const struct xml_node **node, const char *word, size_t len,
	const char **where_out)
{
	char mark = word[len - 1];
	const struct element *element;
	int count = 0;

	if (mark == '?' || mark == '*' || mark == '+')
		len--;
	else
		mark = '1';
	element = element_of(word, len);
	assert(element != NULL);
	while (*node != NULL && xml_is(*node, EBMS_NS, element->name)) {
		if (count == 1 && (mark == '?' || mark == '1'))
			break;
		if (!check_element(*node, element, where_out))
			return false;
		count++;
		*node = xml_next(*node);
	}
	*where_out = element->name;
	return count > 0 || mark == '?' || mark == '*';
}

static bool
check_kids(const struct xml_node *node, const struct element *element,
	const char **where_out)
{
	const struct xml_node *kid = xml_first(node);
	const char *word = element->kids;
	bool any = false;
	size_t len;

	if (xml_text(node)[0] != '\0') {
		*where_out = element->name;
		return false;
	}
	for (; *word != '\0'; word += strspn(word, " ")) {
		len = strcspn(word, " ");
		any = len == 3 && memcmp(word, "any", 3) == 0;
		if (!any && !check_word(&kid, word, len, where_out))
			return false;
		word += len;
	}
	for (; any && kid != NULL; kid = xml_next(kid))
		if (strcmp(xml_ns(kid), EBMS_NS) == 0)
			break;
	*where_out = element->name;
	return kid == NULL;
}

static bool
check_element(const struct xml_node *node, const struct element *element,
	const char **where_out)
{
	int64_t ms;

	*where_out = element->name;
	if (!check_attributes(node, element->attributes))
		return false;
	switch (element->content) {
	case KIDS:
		return check_kids(node, element, where_out);
	case TEXT:
		return xml_first(node) == NULL && *xml_text(node) != '\0';
	case DATE:
		return xml_first(node) == NULL &&
		       clock_parse(xml_text(node), &ms);
	case FREE:
		break;
	}
	return true;
}

/* --- reading what was found in order --- */

static const struct xml_node *
kid(const struct xml_node *node, const char *name)
{
	return xml_child(node, EBMS_NS, name);
}

static bool
short_enough(const char *text)
{
	return strlen(text) <= EBMS_ID_MAX;
}

static bool
read_parties(const struct xml_node *side, struct ebms_party *parties,
	size_t *count, const char **role)
{
	const struct xml_node *id = kid(side, "PartyId");
	const char *type;

	for (*count = 0; id != NULL; id = xml_again(id)) {
		if (*count == EBMS_PARTIES_MAX)
			return false;
		type = xml_attr(id, EBMS_NS, "type");
		parties[*count].id = xml_text(id);
		parties[*count].type = type == NULL ? "" : type;
		if (!short_enough(parties[*count].id) ||
			!short_enough(parties[*count].type))
			return false;
		++*count;
	}
	*role = xml_text(kid(side, "Role"));
	return short_enough(*role);
}

static bool
read_header(const struct xml_node *node, struct ebms_message *out)
{
	const struct xml_node *data = kid(node, "MessageData");
	const struct xml_node *live = kid(data, "TimeToLive");
	const char *type = xml_attr(kid(node, "Service"), EBMS_NS, "type");

	if (!read_parties(kid(node, "From"), out->from, &out->from_count,
		    &out->from_role) ||
		!read_parties(kid(node, "To"), out->to, &out->to_count,
			&out->to_role))
		return false;
	out->version = xml_attr(node, EBMS_NS, "version");
	out->cpa_id = xml_text(kid(node, "CPAId"));
	out->conversation_id = xml_text(kid(node, "ConversationId"));
	out->service = xml_text(kid(node, "Service"));
	out->service_type = type == NULL ? "" : type;
	out->action = xml_text(kid(node, "Action"));
	out->message_id = xml_text(kid(data, "MessageId"));
	out->ref_to = xml_text(kid(data, "RefToMessageId"));
	(void)clock_parse(xml_text(kid(data, "Timestamp")), &out->sent_ms);
	if (live != NULL)
		(void)clock_parse(xml_text(live), &out->expires_ms);
	out->duplicate_elimination = kid(node, "DuplicateElimination") != NULL;
	return short_enough(out->cpa_id) &&
	       short_enough(out->conversation_id) &&
	       short_enough(out->service) && short_enough(out->action) &&
	       short_enough(out->message_id) && short_enough(out->ref_to);
}

static bool
read_block(const struct xml_node *node, struct ebms_block *out)
{
	if (out->there)
		return false;
	out->there = true;
	out->version = xml_attr(node, EBMS_NS, "version");
	out->actor = xml_attr(node, EBMS_SOAP, "actor");
	return true;
}

/* Of several errors the first that is not only a warning. */
static bool
read_errors(const struct xml_node *node, struct ebms_message *out)
{
	const struct xml_node *error = kid(node, "Error"), *other = error;
	const char *location;

	while (other != NULL &&
		!one_of(xml_attr(other, EBMS_NS, "severity"), "Error", "Error"))
		other = xml_again(other);
	if (other != NULL)
		error = other;
	location = xml_attr(error, EBMS_NS, "location");

	out->error_final = one_of(
		xml_attr(node, EBMS_NS, "highestSeverity"), "Error", "Error");
	out->error_code = xml_attr(error, EBMS_NS, "errorCode");
	out->error_text = xml_text(kid(error, "Description"));
	out->error_location = location == NULL ? "" : location;
	return read_block(node, &out->errors);
}

/* One block of soap:Header in the eb namespace whose structure is right. */
static bool
take_block(const struct xml_node *node, struct ebms_message *out)
{
	const char *name = xml_local(node);

	if (strcmp(name, "MessageHeader") == 0)
		return out->version == NULL && read_header(node, out);
	if (strcmp(name, "SyncReply") == 0)
		return read_block(node, &out->sync_reply);
	if (strcmp(name, "AckRequested") == 0) {
		/* Once per actor; the one we must refuse wins. */
		const char *actor = xml_attr(node, EBMS_SOAP, "actor");
		bool next = actor != NULL && strcmp(actor, EBMS_NEXT_MSH) == 0;

		if (out->ack_requested.there && !next)
			return out->ack_requested.actor != NULL &&
			       strcmp(out->ack_requested.actor,
				       EBMS_NEXT_MSH) == 0;
		out->ack_requested.there = false;
		out->ack_signed =
			one_of(xml_attr(node, EBMS_NS, "signed"), "true", "1");
		return read_block(node, &out->ack_requested);
	}
	if (strcmp(name, "Acknowledgment") == 0) {
		out->acknowledged = xml_text(kid(node, "RefToMessageId"));
		return short_enough(out->acknowledged) &&
		       read_block(node, &out->acknowledgment);
	}
	if (strcmp(name, "ErrorList") == 0)
		return read_errors(node, out);
	out->order = true;
	return strcmp(name, "MessageOrder") == 0;
}

static bool
is_header_block(const char *name)
{
	static const char *const names[] = { "MessageHeader", "SyncReply",
		"AckRequested", "Acknowledgment", "ErrorList", "MessageOrder" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* A block that we do not know: may we pass over it?  We are the last of all
 * who could be meant, and the next one too.
 */
static enum ebms_refusal
pass_over(const struct xml_node *node)
{
	const char *must = xml_attr(node, EBMS_SOAP, "mustUnderstand");
	const char *actor = xml_attr(node, EBMS_SOAP, "actor");

	if (must == NULL || strcmp(must, "0") == 0)
		return EBMS_FINE;
	if (strcmp(must, "1") != 0)
		return EBMS_CLIENT; /* neither, which is not valid */
	if (actor != NULL && *actor != '\0' &&
		strcmp(actor, EBMS_SOAP_NEXT) != 0 &&
		strcmp(actor, EBMS_NEXT_MSH) != 0 &&
		strcmp(actor, EBMS_TO_PARTY) != 0)
		return EBMS_FINE;
	return EBMS_MUST_UNDERSTAND;
}

static enum ebms_refusal
read_blocks(const struct xml_node *header, struct ebms_message *out,
	const char **text_out)
{
	enum ebms_refusal refusal = EBMS_FINE, one;
	const struct xml_node *node;
	const char *name;

	node = header == NULL ? NULL : xml_first(header);
	for (; node != NULL; node = xml_next(node)) {
		name = xml_local(node);
		*text_out = name;
		if (xml_is(node, EBMS_DSIG, "Signature")) {
			out->signature = true;
			continue;
		}
		if (strcmp(xml_ns(node), EBMS_NS) != 0 ||
			!is_header_block(name)) {
			one = pass_over(node);
			if (one == EBMS_CLIENT)
				return one;
			refusal = one == EBMS_FINE ? refusal : one;
			continue;
		}
		if (!check_element(
			    node, element_of(name, strlen(name)), text_out) ||
			!take_block(node, out))
			return EBMS_CLIENT;
	}
	if (out->version == NULL) {
		*text_out = "MessageHeader";
		return EBMS_CLIENT;
	}
	*text_out = "header block not understood";
	return refusal;
}

static bool
read_manifest(const struct xml_node *node, struct ebms_message *out)
{
	const struct xml_node *reference = kid(node, "Reference");

	for (; reference != NULL; reference = xml_again(reference)) {
		if (out->reference_count == EBMS_REFERENCES_MAX)
			return false;
		out->references[out->reference_count++] =
			xml_attr(reference, EBMS_XLINK, "href");
	}
	return read_block(node, &out->manifest);
}

static bool
read_status_request(const struct xml_node *node, struct ebms_message *out)
{
	out->status_of = xml_text(kid(node, "RefToMessageId"));
	return short_enough(out->status_of) &&
	       read_block(node, &out->status_request);
}

static enum ebms_refusal
read_body(const struct xml_node *body, struct ebms_message *out,
	const char **text_out)
{
	const struct xml_node *node;
	const char *name;
	bool good;

	for (node = xml_first(body); node != NULL; node = xml_next(node)) {
		name = xml_local(node);
		*text_out = name;
		if (xml_is(node, EBMS_SOAP, "Fault")) {
			*text_out =
				xml_text(xml_child(node, NULL, "faultcode"));
			return EBMS_IS_FAULT;
		}
		if (strcmp(xml_ns(node), EBMS_NS) != 0)
			continue;
		if (strcmp(name, "Manifest") != 0 &&
			strcmp(name, "StatusRequest") != 0 &&
			strcmp(name, "StatusResponse") != 0)
			return EBMS_CLIENT;
		if (!check_element(
			    node, element_of(name, strlen(name)), text_out))
			return EBMS_CLIENT;
		if (strcmp(name, "Manifest") == 0)
			good = read_manifest(node, out);
		else if (strcmp(name, "StatusRequest") == 0)
			good = read_status_request(node, out);
		else
			good = read_block(node, &out->status_response);
		if (!good)
			return EBMS_CLIENT;
	}
	return EBMS_FINE;
}

enum ebms_refusal
ebms_read(const struct xml_tree *tree, struct ebms_message *out,
	const char **text_out)
{
	const struct xml_node *root = xml_root(tree), *header, *body;
	struct ebms_message message = { .acknowledged = "",
		.status_of = "",
		.error_code = "",
		.error_text = "",
		.error_location = "" };
	enum ebms_refusal refusal;

	*text_out = "Envelope";
	if (!xml_is(root, EBMS_SOAP, "Envelope"))
		return xml_is(root, NULL, "Envelope") ? EBMS_VERSION_MISMATCH
						      : EBMS_CLIENT;
	header = xml_child(root, EBMS_SOAP, "Header");
	body = xml_child(root, EBMS_SOAP, "Body");
	if (body == NULL || xml_again(body) != NULL ||
		(header != NULL && xml_again(header) != NULL))
		return EBMS_CLIENT;
	refusal = read_body(body, &message, text_out);
	if (refusal == EBMS_IS_FAULT)
		return refusal;
	if (refusal == EBMS_FINE)
		refusal = read_blocks(header, &message, text_out);
	if (refusal == EBMS_FINE)
		*out = message;
	return refusal;
}

char *
ebms_plain(const char *text, char *out, size_t size)
{
	size_t n = 0, digits;

	assert(size > 1);
	while (*text != '\0' && n < size - 1) {
		digits = strspn(text, "0123456789");
		/* Shorter is no citizen number, longer is an OIN. */
		if (digits >= 8 && digits < 20) {
			for (; digits > 0 && n < size - 1; digits--, text++)
				out[n++] = '*';
			continue;
		}
		do {
			out[n++] = *text > ' ' && *text < 0x7f ? *text : ' ';
			text++;
		} while (digits-- > 1 && n < size - 1);
	}
	out[n] = '\0';
	return out;
}
