/* mobbsim/cpa_read.c - what the simulator needs of an agreement; see cpa.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/xml.h"
#include "mobbsim/cpa.h"

#define NS                                                                     \
	"http://www.oasis-open.org/committees/ebxml-cppa/schema/"              \
	"cpp-cpa-2_0.xsd"
#define RESULT "GLOBE-R-BV-Result"
#define ANSWER "GLOBE-R-A-Result"
#define REQUEST "GLOBE-R-BV-Request"
#define RETRIES_MAX 100
#define BEST_EFFORT_MS 5000 /* between tries when nothing is agreed */

struct look {
	const struct xml_node *root, *mine, *peer;
	struct arena *mem;
	struct fault *why;
};

static enum verdict
absent(struct look *look, const char *what)
{
	fault_set(look->why, V_BROKEN, CODE_CPA, "%s is missing", what);
	fault_at(look->why, "cpa");
	return V_BROKEN;
}

static const char *
keep(struct look *look, const char *text)
{
	return text == NULL ? "" : arena_text(look->mem, text, strlen(text));
}

/* The child `local` whose attribute says `value`. */
static const struct xml_node *
child_with(const struct xml_node *node, const char *local,
	const char *attribute, const char *value)
{
	const struct xml_node *n;
	const char *is;

	if (value == NULL)
		return NULL;
	for (n = xml_child(node, NS, local); n != NULL; n = xml_again(n)) {
		is = xml_attr(n, NS, attribute);
		if (is != NULL && strcmp(is, value) == 0)
			return n;
	}
	return NULL;
}

static bool
party_has(const struct xml_node *party, const char *oin)
{
	const struct xml_node *id;

	for (id = xml_child(party, NS, "PartyId"); id != NULL;
		id = xml_again(id))
		if (strcmp(xml_text(id), oin) == 0)
			return true;
	return false;
}

/* The endpoint behind a channel of a party, NULL when there is none. */
static const char *
channel_url(const struct xml_node *party, const char *channel_id)
{
	const struct xml_node *channel, *transport;

	channel = child_with(party, "DeliveryChannel", "channelId", channel_id);
	if (channel == NULL)
		return NULL;
	transport = child_with(party, "Transport", "transportId",
		xml_attr(channel, NS, "transportId"));
	return xml_attr(xml_child(xml_child(transport, NS, "TransportReceiver"),
				NS, "Endpoint"),
		NS, "uri");
}

/* The binding of an action in one role: CanSend or CanReceive. */
static const struct xml_node *
binding(const struct xml_node *role, const char *can, const char *action)
{
	const struct xml_node *n, *this;
	const char *is;

	for (n = xml_child(xml_child(role, NS, "ServiceBinding"), NS, can);
		n != NULL; n = xml_again(n)) {
		this = xml_child(n, NS, "ThisPartyActionBinding");
		is = this == NULL ? NULL : xml_attr(this, NS, "action");
		if (is != NULL && strcmp(is, action) == 0)
			return this;
	}
	return NULL;
}

/* The role of a party in which it can do that. */
static const struct xml_node *
role_for(const struct xml_node *party, const char *can, const char *action)
{
	const struct xml_node *role;

	for (role = xml_child(party, NS, "CollaborationRole"); role != NULL;
		role = xml_again(role))
		if (binding(role, can, action) != NULL)
			return role;
	return NULL;
}

const struct cpa_terms *
cpa_agreed_id(const struct cpa_agreed *agreed, const char *id)
{
	size_t i;

	for (i = 0; i < agreed->count; i++)
		if (strcmp(agreed->terms[i].id, id) == 0)
			return &agreed->terms[i];
	return NULL;
}

const struct cpa_terms *
cpa_agreed_oin(const struct cpa_agreed *agreed, const char *oin)
{
	size_t i;

	for (i = 0; i < agreed->count; i++)
		if (strcmp(agreed->terms[i].peer_oin, oin) == 0)
			return &agreed->terms[i];
	return NULL;
}

bool
cpa_duration(const char *text, int64_t *ms_out)
{
	static const struct {
		char unit;
		bool time;
		int64_t ms;
	} units[] = { { 'D', false, 86400000 }, { 'H', true, 3600000 },
		{ 'M', true, 60000 }, { 'S', true, 1000 } };
	int64_t total = 0;
	bool time = false;
	size_t i;

	if (*text++ != 'P' || *text == '\0')
		return false;
	while (*text != '\0') {
		char *end;
		long n;

		if (*text == 'T') {
			time = true;
			text++;
			continue;
		}
		if (*text < '0' || *text > '9')
			return false;
		n = strtol(text, &end, 10);
		for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
			if (units[i].unit == *end && units[i].time == time)
				break;
		if (i == sizeof(units) / sizeof(units[0]) || n > 100000)
			return false;
		total += n * units[i].ms;
		text = end + 1;
	}
	*ms_out = total;
	return total > 0;
}

/* How receipt is confirmed over a channel; false when we cannot do that. */
static bool
read_mode(const struct xml_node *channel, enum cpa_mode *mode_out)
{
	const struct xml_node *how =
		xml_child(channel, NS, "MessagingCharacteristics");
	const char *sync = xml_attr(how, NS, "syncReplyMode");
	const char *ack = xml_attr(how, NS, "ackRequested");

	if (sync == NULL || ack == NULL)
		return false;
	if (strcmp(ack, "never") == 0)
		*mode_out = CPA_BEST_EFFORT;
	else if (strcmp(ack, "always") != 0)
		return false;
	else if (strcmp(sync, "none") == 0)
		*mode_out = CPA_ASYNC;
	else
		*mode_out = CPA_SYNC;
	return *mode_out != CPA_SYNC || strcmp(sync, "mshSignalsOnly") == 0;
}

/* Retries and interval of what we send over a channel. */
static enum verdict
read_retries(struct look *look, const struct xml_node *channel,
	struct cpa_terms *terms)
{
	const struct xml_node *exchange, *reliable;
	char *end;

	exchange = child_with(look->mine, "DocExchange", "docExchangeId",
		xml_attr(channel, NS, "docExchangeId"));
	reliable = xml_child(xml_child(exchange, NS, "ebXMLSenderBinding"), NS,
		"ReliableMessaging");
	terms->retries =
		strtol(xml_text(xml_child(reliable, NS, "Retries")), &end, 10);
	if (reliable == NULL || *end != '\0' || terms->retries < 0 ||
		terms->retries > RETRIES_MAX ||
		!cpa_duration(
			xml_text(xml_child(reliable, NS, "RetryInterval")),
			&terms->interval_ms))
		return absent(look, "Retries or RetryInterval of " RESULT);
	return V_OK;
}

/* What we send results over, and how the peer sends deliveries. */
static enum verdict
read_channels(struct look *look, const char *mine_id, struct cpa_terms *terms)
{
	const struct xml_node *mine, *theirs, *role;
	enum cpa_mode mode;

	role = role_for(look->peer, "CanSend", REQUEST);
	mine = child_with(look->mine, "DeliveryChannel", "channelId", mine_id);
	theirs =
		role == NULL
			? NULL
			: child_with(look->peer, "DeliveryChannel", "channelId",
				  xml_text(xml_child(
					  binding(role, "CanSend", REQUEST), NS,
					  "ChannelId")));
	if (mine == NULL || theirs == NULL)
		return absent(look, "the channel of " RESULT " or " REQUEST);
	if (!read_mode(mine, &mode) || !read_mode(theirs, &terms->mode) ||
		mode != terms->mode)
		return absent(look, "one mode that we know, for both ways,");
	if (mode != CPA_BEST_EFFORT)
		return read_retries(look, mine, terms);
	terms->retries = 8;
	terms->interval_ms = BEST_EFFORT_MS;
	return V_OK;
}

static enum verdict
read_peer(struct look *look, struct cpa_terms *terms)
{
	const struct xml_node *role, *override, *id;
	const char *url, *signal;

	role = role_for(look->peer, "CanReceive", RESULT);
	if (role == NULL)
		return absent(look, "a party that can receive " RESULT);
	terms->peer_role =
		keep(look, xml_attr(xml_child(role, NS, "Role"), NS, "name"));
	url = channel_url(look->peer,
		xml_text(xml_child(
			binding(role, "CanReceive", RESULT), NS, "ChannelId")));
	if (url == NULL)
		return absent(look, "the endpoint for " RESULT);
	terms->result_url = keep(look, url);
	terms->answer_url = keep(look,
		channel_url(look->peer,
			xml_text(
				xml_child(binding(role_for(look->peer,
							  "CanReceive", ANSWER),
						  "CanReceive", ANSWER),
					NS, "ChannelId"))));
	id = xml_child(look->peer, NS, "PartyId");
	terms->peer_oin = keep(look, xml_text(id));
	terms->party_type = xml_attr(id, NS, "type");
	terms->party_type =
		keep(look, terms->party_type == NULL ? "" : terms->party_type);
	override = child_with(look->peer, "OverrideMshActionBinding", "action",
		"Acknowledgment");
	signal = override != NULL
			 ? xml_attr(override, NS, "channelId")
			 : xml_attr(look->peer, NS, "defaultMshChannelId");
	url = channel_url(look->peer, signal);
	if (url == NULL)
		return absent(look, "the endpoint for signals");
	terms->signal_url = keep(look, url);
	return V_OK;
}

static enum verdict
read_mine(struct look *look, struct cpa_terms *terms)
{
	const struct xml_node *role, *service;
	const char *type;

	role = role_for(look->mine, "CanSend", RESULT);
	if (role == NULL)
		return absent(look, "a party that can send " RESULT);
	terms->my_role =
		keep(look, xml_attr(xml_child(role, NS, "Role"), NS, "name"));
	service =
		xml_child(xml_child(role, NS, "ServiceBinding"), NS, "Service");
	terms->service = keep(look, xml_text(service));
	type = xml_attr(service, NS, "type");
	terms->service_type = keep(look, type == NULL ? "" : type);
	return read_channels(look,
		xml_text(xml_child(
			binding(role, "CanSend", RESULT), NS, "ChannelId")),
		terms);
}

enum verdict
cpa_terms_read(const char *text, size_t len, const char *oin, struct arena *mem,
	struct cpa_terms *terms_out, struct fault *why)
{
	struct look look = { .mem = mem, .why = why };
	struct cpa_terms terms = { 0 };
	const struct xml_node *party;
	struct xml_tree *tree = NULL;
	enum verdict v;

	v = xml_tree_parse(text, len, &tree, why);
	if (v != V_OK)
		return v;
	look.root = xml_root(tree);
	for (party = xml_child(look.root, NS, "PartyInfo"); party != NULL;
		party = xml_again(party))
		if (party_has(party, oin))
			look.mine = party;
		else
			look.peer = party;
	if (look.mine == NULL || look.peer == NULL ||
		xml_attr(look.root, NS, "cpaid") == NULL) {
		v = absent(&look, "a party, or the id of the agreement,");
		goto out;
	}
	terms.id = keep(&look, xml_attr(look.root, NS, "cpaid"));
	terms.my_oin = keep(&look, oin);
	v = read_peer(&look, &terms);
	if (v == V_OK)
		v = read_mine(&look, &terms);
	if (v == V_OK)
		*terms_out = terms;
out:
	xml_tree_free(tree);
	return v;
}
