/* channels/cpa_channel.c - what a delivery channel says; see channels/cpa.h
 *
 * How a message is sent (acknowledgment, duplicates, retries, in the same
 * connection or not) is said by the channel of the party that sends it; where
 * it goes by the channel of the party that receives it.  What the two say about
 * TLS is not obeyed (real agreements still name SSL 3.0), but the certificates
 * are kept.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "base/digest.h"
#include "base/text.h"
#include "channels/cpa.h"

#define RETRIES_MAX 100
#define CERTIFICATES_MAX 200
/* Digikoppeling: what to count on when the parties have set nothing. */
#define PERSIST_UNSAID_MS ((int64_t)5 * 86400000)
#define NEXT_MSH "urn:oasis:names:tc:ebxml-msg:actor:nextMSH"

/* A channel of a party, with what belongs to it; what is not there is NULL. */
struct channel {
	const struct xml_node *party, *node;
	const struct xml_node *messaging;	  /* MessagingCharacteristics */
	const struct xml_node *sender, *receiver; /* ebXML..Binding */
	const struct xml_node *exchange, *transport;
	const struct xml_node *client, *server; /* Transport.. */
};

static const struct xml_node *
by_id(const struct xml_node *party, const char *local, const char *attr,
	const char *id)
{
	const struct xml_node *node = xml_child(party, CPA_NS, local);

	while (node != NULL && (id == NULL || !cpa_attr_is(node, attr, id)))
		node = xml_again(node);
	return node;
}

static const struct xml_node *
child(const struct xml_node *node, const char *local)
{
	return xml_child(node, CPA_NS, local);
}

static const char *
attr(const struct xml_node *node, const char *local)
{
	return xml_attr(node, CPA_NS, local);
}

static bool
channel_find(const struct cpa_reading *r, const struct xml_node *party,
	const char *id, struct channel *out)
{
	const struct xml_node *node, *transport, *exchange;

	node = by_id(party, "DeliveryChannel", "channelId", id);
	if (node == NULL)
		return cpa_absent(r);
	transport = by_id(
		party, "Transport", "transportId", attr(node, "transportId"));
	exchange = by_id(party, "DocExchange", "docExchangeId",
		attr(node, "docExchangeId"));
	*out = (struct channel){
		.party = party,
		.node = node,
		.messaging = child(node, "MessagingCharacteristics"),
		.sender = child(exchange, "ebXMLSenderBinding"),
		.receiver = child(exchange, "ebXMLReceiverBinding"),
		.exchange = exchange,
		.transport = transport,
		.client = child(transport, "TransportSender"),
		.server = child(transport, "TransportReceiver"),
	};
	return true;
}

/* Of several ChannelIds the first counts, as everywhere. */
static bool
channel_of(const struct cpa_reading *r, const struct cpa_side *side,
	struct channel *out)
{
	return channel_find(r, side->party,
		xml_text(child(side->binding, "ChannelId")), out);
}

/* --- certificates --- */

static void
certificate_add(struct cpa_reading *r, const struct xml_node *node, bool ours)
{
	struct cpa *cpa = r->cpa;
	const struct xml_node *info = xml_child(node, CPA_DSIG, "KeyInfo");
	const char *id = attr(node, "certId"), *text;
	struct cpa_certificate *c;
	struct fault why;
	uint8_t *der;
	size_t len;

	text = xml_text(xml_child(xml_child(info, CPA_DSIG, "X509Data"),
		CPA_DSIG, "X509Certificate"));
	if (id == NULL || *text == '\0')
		return; /* KeyInfo may also say it in another way */
	len = strlen(text);
	der = arena_alloc(r->mem, len / 4 * 3 + 3);
	if (!base64_decode(text, len, der, &len)) {
		(void)cpa_absent(r);
		return;
	}
	c = &cpa->certificates[cpa->certificate_count++];
	*c = (struct cpa_certificate){ .id = cpa_keep(r, id),
		.ours = ours,
		.line = xml_line(node),
		.der = { der, len } };
	if (certificate_look_der(&c->der, &c->look, &why) != V_OK)
		cpa_noted(r, node, "%s", why.text);
}

void
cpa_certificates_read(struct cpa_reading *r)
{
	const struct xml_node *party, *node;
	size_t count = 0;
	int side;

	for (side = 0; side < 2; side++) {
		node = child(side == 0 ? r->ours : r->theirs, "Certificate");
		for (; node != NULL; node = xml_again(node))
			count++;
	}
	if (count > CERTIFICATES_MAX) {
		(void)cpa_wrong(r, r->root, "more than %d certificates",
			CERTIFICATES_MAX);
		return;
	}
	r->cpa->certificates = arena_alloc(
		r->mem, (count + 1) * sizeof(*r->cpa->certificates));
	for (side = 0; side < 2; side++) {
		party = side == 0 ? r->ours : r->theirs;
		node = child(party, "Certificate");
		for (; node != NULL; node = xml_again(node))
			certificate_add(r, node, side == 0);
	}
}

static const struct cpa_certificate *
certificate_of(struct cpa_reading *r, const struct xml_node *transport,
	const char *security, const char *reference)
{
	const char *id =
		attr(child(child(transport, security), reference), "certId");
	size_t i;

	for (i = 0; id != NULL && i < r->cpa->certificate_count; i++)
		if (strcmp(r->cpa->certificates[i].id, id) == 0)
			return &r->cpa->certificates[i];
	return NULL;
}

static const struct cpa_certificate *
client_of(struct cpa_reading *r, const struct channel *c)
{
	return certificate_of(r, c->client, "TransportClientSecurity",
		"ClientCertificateRef");
}

static const struct cpa_certificate *
server_of(struct cpa_reading *r, const struct channel *c)
{
	return certificate_of(r, c->server, "TransportServerSecurity",
		"ServerCertificateRef");
}

static void
shown_add(struct cpa_reading *r, enum cpa_shows which,
	const struct cpa_certificate *shown)
{
	struct cpa *cpa = r->cpa;
	struct certificate_der *list = cpa->shown[which];
	size_t i, count = cpa->shown_count[which];

	if (shown == NULL)
		return;
	cpa->certificates[shown - cpa->certificates].used = true;
	for (i = 0; i < count; i++)
		if (list[i].len == shown->der.len &&
			memcmp(list[i].bytes, shown->der.bytes, list[i].len) ==
				0)
			return;
	if (list == NULL)
		list = cpa->shown[which] = arena_alloc(
			r->mem, cpa->certificate_count * sizeof(*list));
	assert(count < cpa->certificate_count);
	list[cpa->shown_count[which]++] = shown->der;
}

void
cpa_certificates_sort(struct cpa_reading *r)
{
	const struct cpa *cpa = r->cpa;
	const struct cpa_action *a;
	size_t i;

	for (i = 0; i < cpa->action_count; i++) {
		a = &cpa->actions[i];
		shown_add(r, a->we_send ? CPA_OUR_CLIENT : CPA_THEIR_CLIENT,
			a->client);
		shown_add(r, a->we_send ? CPA_THEIR_SERVER : CPA_OUR_SERVER,
			a->server);
	}
	/* A party shows its signals' client where it pushes some. */
	for (i = 0; i < cpa->our_signal_count; i++) {
		shown_add(r, CPA_OUR_CLIENT, cpa->our_signals[i].client);
		shown_add(r, CPA_OUR_SERVER, cpa->our_signals[i].server);
	}
	for (i = 0; i < cpa->their_signal_count; i++) {
		shown_add(r, CPA_THEIR_CLIENT, cpa->their_signals[i].client);
		shown_add(r, CPA_THEIR_SERVER, cpa->their_signals[i].server);
	}
}

/* --- where --- */

/* One that is for everything or for requests, else the first. */
static const struct xml_node *
endpoint_of(const struct channel *c)
{
	const struct xml_node *first = child(c->server, "Endpoint"), *node;

	for (node = first; node != NULL; node = xml_again(node))
		if (attr(node, "type") == NULL ||
			cpa_attr_is(node, "type", "allPurpose") ||
			cpa_attr_is(node, "type", "request"))
			return node;
	return first;
}

static bool
channel_url(struct cpa_reading *r, const struct channel *c,
	const char **url_out, const char **host_out)
{
	const struct xml_node *end = endpoint_of(c);
	const char *url = attr(end, "uri");

	if (c->transport == NULL)
		return cpa_absent(r);
	if (c->server == NULL)
		return cpa_wrong(r, c->transport,
			"TransportReceiver is missing: nothing can be sent "
			"here");
	if (url == NULL)
		return cpa_absent(r);
	*url_out = cpa_keep(r, url);
	*host_out = look_host(url, r->plain_http, r->mem);
	if (*host_out != NULL)
		return true;
	if (look_host(url, true, r->mem) != NULL)
		return cpa_wrong(r, end,
			"the address is plain http, which only the endpoint "
			"of a simulator may allow");
	return cpa_wrong(r, end, "uri is no https address");
}

/* --- signals --- */

static const char *const signals[CPA_SIGNALS] = { "Acknowledgment",
	"MessageError", "Ping", "Pong", "StatusRequest", "StatusResponse" };

static bool
persist_read(
	struct cpa_reading *r, const struct xml_node *binding, int64_t *ms_out)
{
	const struct xml_node *node = child(binding, "PersistDuration");

	if (node != NULL && !look_duration(xml_text(node), ms_out))
		return cpa_wrong(r, node, "no duration that can be used");
	return true;
}

static bool
signal_read(struct cpa_reading *r, const struct xml_node *party,
	const char *channel, struct cpa_signal *out)
{
	const char *mode;
	struct channel c;
	bool good;

	if (channel == NULL)
		return cpa_absent(r);
	if (!channel_find(r, party, channel, &c))
		return false;
	mode = attr(c.messaging, "syncReplyMode");
	out->channel = cpa_keep(r, channel);
	out->sync = mode != NULL && strcmp(mode, "mshSignalsOnly") == 0;
	out->client = client_of(r, &c);
	out->server = server_of(r, &c);
	good = channel_url(r, &c, &out->url, &out->host);
	return persist_read(r, c.receiver, &out->persist_ms) && good;
}

static const char *
signal_known(const char *name)
{
	size_t i;

	for (i = 0; name != NULL && i < CPA_SIGNALS; i++)
		if (strcmp(signals[i], name) == 0)
			return signals[i];
	return NULL;
}

bool
cpa_signals_read(struct cpa_reading *r, bool ours)
{
	const struct xml_node *party = ours ? r->ours : r->theirs;
	const struct xml_node *node = child(party, "OverrideMshActionBinding");
	struct cpa_signal *all =
		ours ? r->cpa->our_signals : r->cpa->their_signals;
	size_t *count =
		ours ? &r->cpa->our_signal_count : &r->cpa->their_signal_count;
	const char *name;
	size_t i;
	bool good;

	good = signal_read(
		r, party, attr(party, "defaultMshChannelId"), &all[0]);
	*count = 1;
	for (; node != NULL; node = xml_again(node)) {
		name = signal_known(attr(node, "action"));
		for (i = 1; name != NULL && i < *count; i++)
			if (strcmp(all[i].name, name) == 0)
				break;
		if (name == NULL || i < *count) {
			cpa_noted(r, node, "not used: %s",
				name == NULL ? "there is no such signal"
					     : "it is a second one");
			continue;
		}
		assert(i <= CPA_SIGNALS);
		all[i].name = name;
		*count = i + 1;
		good = signal_read(
			       r, party, attr(node, "channelId"), &all[i]) &&
		       good;
	}
	return good;
}

/* --- how --- */

static bool
is_true(const struct xml_node *node, const char *local)
{
	return cpa_attr_is(node, local, "true") ||
	       cpa_attr_is(node, local, "1");
}

/* What both sides of an action can ask for that we do not do. */
static bool
side_good(struct cpa_reading *r, const struct cpa_side *side,
	const struct xml_node *ebxml, bool sends)
{
	const struct xml_node *business =
		child(side->binding, "BusinessTransactionCharacteristics");
	const struct xml_node *order = child(
		child(ebxml, "ReliableMessaging"), "MessageOrderSemantics");
	const struct xml_node *sign = child(ebxml,
		sends ? "SenderNonRepudiation" : "ReceiverNonRepudiation");
	const struct xml_node *hide = child(ebxml,
		sends ? "SenderDigitalEnvelope" : "ReceiverDigitalEnvelope");
	bool good = true;

	if (sign == NULL &&
		(is_true(business, "isNonRepudiationRequired") ||
			is_true(business, "isNonRepudiationReceiptRequired")))
		sign = business;
	if (hide == NULL &&
		(cpa_attr_is(business, "isConfidential", "persistent") ||
			cpa_attr_is(business, "isConfidential",
				"transient-and-persistent")))
		hide = business;
	if (sign != NULL)
		good = cpa_cannot(r, sign, "signing");
	if (hide != NULL)
		good = cpa_cannot(r, hide, "encryption");
	if (strcmp(xml_text(order), "Guaranteed") == 0)
		good = cpa_cannot(r, order, "message order");
	return good;
}

static bool
messaging_good(
	struct cpa_reading *r, const struct xml_node *messaging, bool ack)
{
	const char *mode = attr(messaging, "syncReplyMode");
	bool good = true;

	if (mode != NULL && strcmp(mode, "none") != 0 &&
		strcmp(mode, "mshSignalsOnly") != 0)
		good = cpa_cannot(r, messaging,
			arena_format(r->mem, "syncReplyMode %.20s", mode));
	if (ack && cpa_attr_is(messaging, "ackSignatureRequested", "always"))
		good = cpa_cannot(r, messaging, "signed acknowledgments");
	if (ack && cpa_attr_is(messaging, "actor", NEXT_MSH))
		good = cpa_cannot(r, messaging,
			"acknowledgments of the next MSH (actor nextMSH)");
	return good;
}

static bool
reliable_read(
	struct cpa_reading *r, const struct channel *c, struct cpa_action *out)
{
	const struct xml_node *reliable = child(c->sender, "ReliableMessaging");
	const struct xml_node *retries = child(reliable, "Retries");
	const struct xml_node *interval = child(reliable, "RetryInterval");
	int64_t n = 0;

	if (!out->ack_requested)
		return true;
	if (retries != NULL && !text_number(xml_text(retries), RETRIES_MAX, &n))
		return cpa_wrong(r, retries, "0 to %d expected", RETRIES_MAX);
	out->retries = (int)n;
	if (interval == NULL && out->ack_free) {
		/* The sender chooses, and without repeats there is no use. */
		out->ack_requested = false;
		return true;
	}
	if (c->exchange == NULL)
		return cpa_absent(r);
	if (interval == NULL)
		return cpa_wrong(r, reliable != NULL ? reliable : c->exchange,
			"acknowledgments are asked for, but there is no "
			"RetryInterval");
	if (!look_duration(xml_text(interval), &out->interval_ms) ||
		out->interval_ms <= 0)
		return cpa_wrong(r, interval, "no duration that can be used");
	out->ttl_ms = (1 + n) * out->interval_ms;
	return true;
}

bool
cpa_sending(struct cpa_reading *r, const struct cpa_side *side,
	struct cpa_action *out)
{
	const struct xml_node *mc;
	struct channel c;
	bool good;

	if (!channel_of(r, side, &c))
		return false;
	mc = c.messaging;
	out->from_channel = cpa_keep(r, attr(c.node, "channelId"));
	out->actor = cpa_keep(r, cpa_attr(mc, "actor"));
	out->ack_requested = !cpa_attr_is(mc, "ackRequested", "never");
	out->ack_free = out->ack_requested &&
			!cpa_attr_is(mc, "ackRequested", "always");
	out->duplicate_elimination =
		!cpa_attr_is(mc, "duplicateElimination", "never");
	out->duplicate_free =
		out->duplicate_elimination &&
		!cpa_attr_is(mc, "duplicateElimination", "always");
	out->sync_reply = cpa_attr_is(mc, "syncReplyMode", "mshSignalsOnly");
	out->client = client_of(r, &c);
	good = messaging_good(r, mc, out->ack_requested);
	good = side_good(r, side, c.sender, true) && good;
	good = reliable_read(r, &c, out) && good;
	return persist_read(r, c.sender, &out->sender_persist_ms) && good;
}

/* The receiver's channel should ask for the same; the sender's counts. */
static void
compare(struct cpa_reading *r, const struct cpa_action *a,
	const struct xml_node *mc)
{
	const char *mode = attr(mc, "syncReplyMode");
	bool ack = !cpa_attr_is(mc, "ackRequested", "never");
	bool sync = mode != NULL && strcmp(mode, "none") != 0;

	if (ack == (a->ack_requested || a->ack_free) && sync == a->sync_reply)
		return;
	cpa_noted(r, mc,
		"%s: the channel of the sender says otherwise about %s; "
		"that of the sender counts",
		a->name,
		sync != a->sync_reply ? "syncReplyMode" : "ackRequested");
}

bool
cpa_receiving(struct cpa_reading *r, const struct cpa_side *side,
	struct cpa_action *out)
{
	int64_t persist_ms;
	const char *host;
	struct channel c;
	bool good;

	if (!channel_of(r, side, &c))
		return false;
	out->to_channel = cpa_keep(r, attr(c.node, "channelId"));
	out->server = server_of(r, &c);
	good = side_good(r, side, c.receiver, false);
	if (child(c.server, "AccessAuthentication") != NULL)
		good = cpa_cannot(r, child(c.server, "AccessAuthentication"),
			"HTTP authentication");
	good = channel_url(r, &c, &out->url, &host) && good;
	good = persist_read(r, c.receiver, &out->receiver_persist_ms) && good;
	out->persist_ms = out->we_send ? out->sender_persist_ms
				       : out->receiver_persist_ms;
	persist_ms = out->persist_ms == 0 ? PERSIST_UNSAID_MS : out->persist_ms;
	out->keep_ms = out->ttl_ms > persist_ms ? out->ttl_ms : persist_ms;
	if (good && c.messaging != NULL)
		compare(r, out, c.messaging);
	return good;
}
