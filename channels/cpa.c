/* channels/cpa.c - reading a collaboration protocol agreement; see look.h
 *
 * An action has a binding on each side, tied together by id.  How a message is
 * sent (acknowledgment, duplicates, retries, synchronous or not) is said by
 * the channel of the party that sends it; where it goes by the channel of the
 * party that receives it.
 *
 * Sources: cpp-cpa-2_0.xsd; spec ebms2.md section 14.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/xml.h"
#include "channels/look.h"

#define NS                                                                     \
	"http://www.oasis-open.org/committees/ebxml-cppa/schema/"              \
	"cpp-cpa-2_0.xsd"

#define CPA_BYTES_MAX ((size_t)8 << 20)
#define CPA_ACTIONS_MAX 200
#define CPA_TEXT_MAX 255 /* what ebms-core keeps of an id, role, action */
#define CPA_RETRIES_MAX 100

/* Reading under way. */
struct reading {
	const struct xml_node *root, *ours, *theirs;
	struct arena *mem;
	bool plain_http;
};

/* One side of an action. */
struct side {
	const struct xml_node *party, *role, *service, *binding;
};

__attribute__((format(printf, 3, 4))) static enum verdict
wrong(struct fault *why, const struct xml_node *node, const char *fmt, ...)
{
	char text[FAULT_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)fault_set(why, V_BROKEN, CODE_CPA, "%s", text);
	if (node != NULL)
		fault_at(why, "CPA line %ld, %s", xml_line(node),
			xml_local(node));
	return V_BROKEN;
}

static const char *
keep(struct reading *r, const char *text)
{
	return arena_text(r->mem, text, strlen(text));
}

/* Text that goes on the wire: there, not too long, no blanks inside. */
static enum verdict
wire_text(struct reading *r, const struct xml_node *at, const char *name,
	const char *text, const char **out, struct fault *why)
{
	if (text == NULL || *text == '\0')
		return wrong(why, at, "%s is missing", name);
	if (strlen(text) > CPA_TEXT_MAX || strpbrk(text, " \t\r\n") != NULL)
		return wrong(why, at, "%s is too long or has blanks", name);
	*out = keep(r, text);
	return V_OK;
}

/* --- parties --- */

static const struct xml_node *
party_id(const struct xml_node *party, const char *oin)
{
	const struct xml_node *id = xml_child(party, NS, "PartyId");

	while (id != NULL && oin != NULL && !look_same_oin(xml_text(id), oin))
		id = xml_again(id);
	return id;
}

static enum verdict
read_party(struct reading *r, const struct xml_node *party, const char *oin,
	struct cpa_party *out, struct fault *why)
{
	const struct xml_node *id = party_id(party, oin);
	const char *type;
	enum verdict v;

	v = wire_text(r, party, "PartyId", xml_text(id), &out->id, why);
	if (v != V_OK)
		return v;
	type = xml_attr(id, NS, "type");
	out->id_type = type == NULL ? "" : keep(r, type);
	out->role = NULL;
	return V_OK;
}

static enum verdict
find_parties(struct reading *r, const char *oin, struct fault *why)
{
	const struct xml_node *one = xml_child(r->root, NS, "PartyInfo");
	const struct xml_node *two = one == NULL ? NULL : xml_again(one);
	bool first, second;

	if (two == NULL || xml_again(two) != NULL)
		return wrong(why, r->root, "two PartyInfo expected");
	first = party_id(one, oin) != NULL;
	second = party_id(two, oin) != NULL;
	if (first == second)
		return wrong(why, r->root, "%s of the parties has OIN %s",
			first ? "both" : "none", oin);
	r->ours = first ? one : two;
	r->theirs = first ? two : one;
	return V_OK;
}

/* --- channels --- */

/* The child of a party by name and id. */
static const struct xml_node *
by_id(const struct xml_node *party, const char *local, const char *attr,
	const char *id)
{
	const struct xml_node *node = xml_child(party, NS, local);
	const char *has;

	for (; node != NULL; node = xml_again(node)) {
		has = xml_attr(node, NS, attr);
		if (has != NULL && id != NULL && strcmp(has, id) == 0)
			return node;
	}
	return NULL;
}

static enum verdict
channel_of(const struct xml_node *party, const struct xml_node *at,
	const char *id, const struct xml_node **out, struct fault *why)
{
	*out = by_id(party, "DeliveryChannel", "channelId", id);
	if (*out == NULL)
		return wrong(why, at, "names a DeliveryChannel that is absent");
	if (xml_child(*out, NS, "MessagingCharacteristics") == NULL)
		return wrong(why, *out, "MessagingCharacteristics are missing");
	return V_OK;
}

/* Where a message to this channel goes. */
static enum verdict
channel_url(struct reading *r, const struct xml_node *party,
	const struct xml_node *channel, const char **url_out,
	const char **host_out, struct fault *why)
{
	const struct xml_node *transport = by_id(party, "Transport",
		"transportId", xml_attr(channel, NS, "transportId"));
	const struct xml_node *end = xml_child(
		xml_child(transport, NS, "TransportReceiver"), NS, "Endpoint");
	const char *url = xml_attr(end, NS, "uri"), *host;

	if (url == NULL)
		return wrong(why, channel, "no Endpoint to receive at");
	host = look_host(url, r->plain_http, r->mem);
	if (host == NULL)
		return wrong(why, end, "uri is no https address");
	*url_out = keep(r, url);
	*host_out = host;
	return V_OK;
}

static bool
attr_is(const struct xml_node *node, const char *local, const char *value)
{
	const char *has = xml_attr(node, NS, local);

	return has != NULL && strcmp(has, value) == 0;
}

/* Where signals to this party go, and whether it waits for them. */
static enum verdict
signal_channel(struct reading *r, const struct xml_node *party,
	const char **url_out, const char **host_out, bool *sync_out,
	struct fault *why)
{
	const struct xml_node *over = by_id(
		party, "OverrideMshActionBinding", "action", "Acknowledgment");
	const char *id = xml_attr(party, NS, "defaultMshChannelId");
	const struct xml_node *channel;
	enum verdict v;

	if (over != NULL)
		id = xml_attr(over, NS, "channelId");
	v = channel_of(party, party, id, &channel, why);
	if (v != V_OK)
		return v;
	*sync_out = attr_is(xml_child(channel, NS, "MessagingCharacteristics"),
		"syncReplyMode", "mshSignalsOnly");
	return channel_url(r, party, channel, url_out, host_out, why);
}

/* --- actions --- */

/* What we cannot do; NULL when there is nothing. */
static const char *
unsupported(const struct xml_node *mc, const struct xml_node *ebxml,
	const struct xml_node *binding)
{
	const struct xml_node *business =
		xml_child(binding, NS, "BusinessTransactionCharacteristics");
	const struct xml_node *order =
		xml_child(xml_child(ebxml, NS, "ReliableMessaging"), NS,
			"MessageOrderSemantics");
	const char *mode = xml_attr(mc, NS, "syncReplyMode");

	if (mode != NULL && strcmp(mode, "none") != 0 &&
		strcmp(mode, "mshSignalsOnly") != 0)
		return "this syncReplyMode";
	if (attr_is(mc, "ackSignatureRequested", "always") ||
		xml_child(ebxml, NS, "SenderNonRepudiation") != NULL ||
		attr_is(business, "isNonRepudiationRequired", "true"))
		return "signing";
	if (xml_child(ebxml, NS, "SenderDigitalEnvelope") != NULL ||
		attr_is(business, "isConfidential", "persistent") ||
		attr_is(business, "isConfidential", "transient-and-persistent"))
		return "encryption";
	if (strcmp(xml_text(order), "Guaranteed") == 0)
		return "message order";
	return NULL;
}

static enum verdict
read_reliable(
	const struct xml_node *ebxml, struct cpa_action *out, struct fault *why)
{
	const struct xml_node *reliable =
		xml_child(ebxml, NS, "ReliableMessaging");
	const struct xml_node *retries = xml_child(reliable, NS, "Retries");
	const struct xml_node *interval =
		xml_child(reliable, NS, "RetryInterval");
	int64_t n = 0;

	if (!out->ack_requested)
		return V_OK;
	if (retries != NULL &&
		!text_number(xml_text(retries), CPA_RETRIES_MAX, &n))
		return wrong(why, retries, "0 to %d expected", CPA_RETRIES_MAX);
	out->retries = (int)n;
	if (interval == NULL && out->ack_free) {
		/* The sender chooses, and without repeats there is no use. */
		out->ack_requested = false;
		return V_OK;
	}
	if (interval == NULL)
		return wrong(why, ebxml, "RetryInterval is missing");
	if (!look_duration(xml_text(interval), &out->interval_ms) ||
		out->interval_ms <= 0)
		return wrong(why, interval, "no duration we can use");
	return V_OK;
}

static enum verdict
read_persist(const struct xml_node *exchange, const char *local,
	struct cpa_action *out, struct fault *why)
{
	const struct xml_node *persist = xml_child(
		xml_child(exchange, NS, local), NS, "PersistDuration");

	if (persist != NULL &&
		!look_duration(xml_text(persist), &out->persist_ms))
		return wrong(why, persist, "no duration we can use");
	return V_OK;
}

/* How the sending side sends. */
static enum verdict
read_sending(const struct side *side, struct cpa_action *out,
	const char **cannot_out, struct fault *why)
{
	const struct xml_node *channel, *mc, *exchange, *ebxml;
	enum verdict v;

	v = channel_of(side->party, side->binding,
		xml_text(xml_child(side->binding, NS, "ChannelId")), &channel,
		why);
	if (v != V_OK)
		return v;
	mc = xml_child(channel, NS, "MessagingCharacteristics");
	exchange = by_id(side->party, "DocExchange", "docExchangeId",
		xml_attr(channel, NS, "docExchangeId"));
	if (exchange == NULL)
		return wrong(
			why, channel, "names a DocExchange that is absent");
	ebxml = xml_child(exchange, NS, "ebXMLSenderBinding");
	out->ack_requested = !attr_is(mc, "ackRequested", "never");
	out->ack_free =
		out->ack_requested && !attr_is(mc, "ackRequested", "always");
	out->duplicate_elimination =
		!attr_is(mc, "duplicateElimination", "never");
	out->duplicate_free = out->duplicate_elimination &&
			      !attr_is(mc, "duplicateElimination", "always");
	out->sync_reply = attr_is(mc, "syncReplyMode", "mshSignalsOnly");
	*cannot_out = unsupported(mc, ebxml, side->binding);
	v = read_reliable(ebxml, out, why);
	if (v == V_OK && out->we_send)
		v = read_persist(exchange, "ebXMLSenderBinding", out, why);
	return v;
}

/* Where the receiving side receives. */
static enum verdict
read_receiving(struct reading *r, const struct side *side,
	struct cpa_action *out, struct fault *why)
{
	const struct xml_node *channel, *exchange;
	const char *host;
	enum verdict v;

	v = channel_of(side->party, side->binding,
		xml_text(xml_child(side->binding, NS, "ChannelId")), &channel,
		why);
	if (v == V_OK)
		v = channel_url(r, side->party, channel, &out->url, &host, why);
	if (v != V_OK || out->we_send)
		return v;
	exchange = by_id(side->party, "DocExchange", "docExchangeId",
		xml_attr(channel, NS, "docExchangeId"));
	return read_persist(exchange, "ebXMLReceiverBinding", out, why);
}

static bool
side_fits(const struct side *ours, const struct side *theirs, const char *other)
{
	const char *id = xml_attr(theirs->binding, NS, "id");
	const char *type = xml_attr(ours->service, NS, "type");
	const char *their_type = xml_attr(theirs->service, NS, "type");

	if (*other != '\0')
		return id != NULL && strcmp(id, other) == 0;
	return strcmp(xml_text(ours->service), xml_text(theirs->service)) ==
		       0 &&
	       strcmp(type == NULL ? "" : type,
		       their_type == NULL ? "" : their_type) == 0 &&
	       attr_is(theirs->binding, "action",
		       xml_attr(ours->binding, NS, "action"));
}

/* The binding at the other side: by id, else by service and action. */
static bool
other_side(const struct reading *r, const struct side *ours, const char *can,
	const char *other, struct side *out)
{
	const struct xml_node *role, *node;
	struct side side = { .party = r->theirs };

	role = xml_child(r->theirs, NS, "CollaborationRole");
	for (; role != NULL; role = xml_again(role)) {
		side.role = role;
		side.service = xml_child(
			xml_child(role, NS, "ServiceBinding"), NS, "Service");
		node = xml_child(
			xml_child(role, NS, "ServiceBinding"), NS, can);
		for (; node != NULL; node = xml_again(node)) {
			side.binding =
				xml_child(node, NS, "ThisPartyActionBinding");
			if (side.binding == NULL ||
				!side_fits(ours, &side, other))
				continue;
			*out = side;
			return true;
		}
	}
	return false;
}

static enum verdict
read_side(struct reading *r, const struct side *side, struct cpa_party *out,
	const char *oin, struct fault *why)
{
	enum verdict v = read_party(r, side->party, oin, out, why);

	if (v != V_OK)
		return v;
	return wire_text(r, side->role, "Role",
		xml_attr(xml_child(side->role, NS, "Role"), NS, "name"),
		&out->role, why);
}

/* `cannot_out` NULL: the action can be used. */
static enum verdict
read_action(struct reading *r, const struct side *ours,
	const struct side *theirs, bool we_send, const char *oin,
	struct cpa_action *out, const char **cannot_out, struct fault *why)
{
	const struct side *from = we_send ? ours : theirs;
	const struct side *to = we_send ? theirs : ours;
	const char *type = xml_attr(ours->service, NS, "type");
	enum verdict v;

	*out = (struct cpa_action){ .we_send = we_send };
	out->service_type = type == NULL ? "" : keep(r, type);
	v = wire_text(r, ours->binding, "action",
		xml_attr(ours->binding, NS, "action"), &out->name, why);
	if (v == V_OK)
		v = wire_text(r, ours->role, "Service", xml_text(ours->service),
			&out->service, why);
	if (v == V_OK)
		v = read_side(r, from, &out->from, we_send ? oin : NULL, why);
	if (v == V_OK)
		v = read_side(r, to, &out->to, we_send ? NULL : oin, why);
	if (v == V_OK)
		v = read_sending(from, out, cannot_out, why);
	if (v == V_OK)
		v = read_receiving(r, to, out, why);
	return v;
}

static bool
in_use(const char *const *use, const char *name)
{
	while (use != NULL && *use != NULL && strcmp(*use, name) != 0)
		use++;
	return use != NULL && *use != NULL;
}

/* One CanSend or CanReceive of ours.  An action that nobody uses may be of a
 * kind we cannot do or even be wrong: it is left out.
 */
static enum verdict
take_action(struct reading *r, struct side *ours, const struct xml_node *can,
	const char *oin, const char *const *use, struct cpa *cpa,
	struct fault *why)
{
	bool we_send = xml_is(can, NS, "CanSend"), used;
	const char *name, *cannot = NULL;
	struct cpa_action action;
	struct side theirs;
	enum verdict v;

	ours->binding = xml_child(can, NS, "ThisPartyActionBinding");
	name = xml_attr(ours->binding, NS, "action");
	if (name == NULL)
		return wrong(why, can, "no action");
	used = in_use(use, name);
	if (!other_side(r, ours, we_send ? "CanReceive" : "CanSend",
		    xml_text(xml_child(can, NS, "OtherPartyActionBinding")),
		    &theirs))
		return used ? wrong(why, ours->binding,
				      "the other party has no such action")
			    : V_OK;
	v = read_action(r, ours, &theirs, we_send, oin, &action, &cannot, why);
	if (v != V_OK)
		return used ? v : V_OK;
	if (cannot != NULL && used && cpa_find(cpa, name, we_send) == NULL) {
		(void)fault_set(why, V_BROKEN, CODE_CPA_UNSUPPORTED,
			"%s asks for %s, which is not supported", name, cannot);
		fault_at(why, "CPA line %ld", xml_line(ours->binding));
	}
	if (cannot != NULL)
		return V_OK;
	if (cpa->action_count == CPA_ACTIONS_MAX)
		return wrong(why, can, "more than %d actions", CPA_ACTIONS_MAX);
	cpa->actions[cpa->action_count++] = action;
	return V_OK;
}

static enum verdict
take_actions(struct reading *r, const char *oin, const char *const *use,
	struct cpa *cpa, struct fault *why)
{
	const struct xml_node *role, *binding, *can;
	struct fault cannot = FAULT_NONE;
	enum verdict v = V_OK;

	cpa->actions =
		arena_alloc(r->mem, CPA_ACTIONS_MAX * sizeof(*cpa->actions));
	role = xml_child(r->ours, NS, "CollaborationRole");
	for (; role != NULL; role = xml_again(role)) {
		struct side ours = { .party = r->ours, .role = role };

		binding = xml_child(role, NS, "ServiceBinding");
		ours.service = xml_child(binding, NS, "Service");
		if (ours.service == NULL)
			return wrong(why, role, "no Service");
		for (can = xml_first(binding); can != NULL;
			can = xml_next(can)) {
			if (!xml_is(can, NS, "CanSend") &&
				!xml_is(can, NS, "CanReceive"))
				continue;
			v = take_action(r, &ours, can, oin, use, cpa, &cannot);
			if (v != V_OK) {
				*why = cannot;
				return v;
			}
		}
	}
	for (; use != NULL && *use != NULL; use++) {
		if (cpa_find(cpa, *use, true) != NULL ||
			cpa_find(cpa, *use, false) != NULL)
			continue;
		if (cannot.code != CODE_CPA_UNSUPPORTED)
			return wrong(why, r->ours, "no action %s", *use);
		*why = cannot;
		return V_BROKEN;
	}
	return V_OK;
}

static enum verdict
read_root(struct reading *r, const char *oin, const char *const *use,
	struct cpa *cpa, struct fault *why)
{
	const struct xml_node *root = r->root;
	const struct xml_node *status = xml_child(root, NS, "Status");
	const struct xml_node *start = xml_child(root, NS, "Start");
	const struct xml_node *end = xml_child(root, NS, "End");
	const char *host;
	enum verdict v;
	bool sync;

	if (!xml_is(root, NS, "CollaborationProtocolAgreement"))
		return wrong(why, root, "is no CPA");
	v = wire_text(
		r, root, "cpaid", xml_attr(root, NS, "cpaid"), &cpa->id, why);
	if (v != V_OK)
		return v;
	if (!attr_is(status, "value", "agreed") &&
		!attr_is(status, "value", "signed"))
		return wrong(why, status != NULL ? status : root,
			"Status is not agreed");
	if (!clock_parse(xml_text(start), &cpa->start_ms) ||
		!clock_parse(xml_text(end), &cpa->end_ms) ||
		cpa->start_ms >= cpa->end_ms)
		return wrong(why, root, "Start and End are no period");
	v = find_parties(r, oin, why);
	if (v == V_OK)
		v = read_party(r, r->ours, oin, &cpa->ours, why);
	if (v == V_OK)
		v = read_party(r, r->theirs, NULL, &cpa->theirs, why);
	if (v == V_OK)
		v = signal_channel(r, r->ours, &cpa->our_signal_url,
			&cpa->our_host, &sync, why);
	if (v == V_OK)
		v = signal_channel(r, r->theirs, &cpa->their_signal_url, &host,
			&cpa->their_signals_sync, why);
	if (v == V_OK)
		v = take_actions(r, oin, use, cpa, why);
	return v;
}

enum verdict
cpa_read(const char *text, size_t len, const char *oin, const char *const *use,
	bool plain_http, struct arena *mem, struct cpa *cpa_out,
	struct fault *why)
{
	struct reading r = { .mem = mem, .plain_http = plain_http };
	struct xml_tree *tree = NULL;
	struct cpa cpa = { 0 };
	enum verdict v;

	assert(oin != NULL && *oin != '\0');
	if (len > CPA_BYTES_MAX)
		return wrong(why, NULL, "larger than %zu bytes", CPA_BYTES_MAX);
	v = xml_tree_parse(text, len, &tree, why);
	if (v != V_OK) {
		why->code = CODE_CPA;
		return v;
	}
	r.root = xml_root(tree);
	v = read_root(&r, oin, use, &cpa, why);
	if (v == V_OK)
		*cpa_out = cpa;
	xml_tree_free(tree);
	return v;
}

const struct cpa_action *
cpa_find(const struct cpa *cpa, const char *action, bool we_send)
{
	size_t i;

	for (i = 0; i < cpa->action_count; i++)
		if (cpa->actions[i].we_send == we_send &&
			strcmp(cpa->actions[i].name, action) == 0)
			return &cpa->actions[i];
	return NULL;
}
