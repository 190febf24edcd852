/* channels/ebms_listen.c - messages in; see channels/channel.h
 *
 * Nothing is answered with 2xx before it is kept: to the peer that means the
 * message is safe.  A SOAP fault is for what cannot be understood as a message
 * of a party we know; a MessageError for a message that breaks the agreement.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "channels/ebms_receiving.h"

#define REPLY_MAX ((size_t)262144)

void
receiving_note(struct receiving *r, enum code code, const char *what,
	const char *detail)
{
	char plain[160];

	(void)fault_set(r->note, V_SKIP, code, "%s: %s", what,
		ebms_plain(detail, plain, sizeof(plain)));
}

void
receiving_fault(struct receiving *r, const char *code, const char *text)
{
	receiving_note(r, CODE_EBMS, "message refused with a SOAP fault", text);
	r->reply->status = 500;
	r->reply->content_type = EBMS_XML;
	ebms_write_fault(code, text, &r->reply->body);
}

static void
answer_status(struct receiving *r, int status, const char *text)
{
	receiving_note(r, CODE_HTTP, "request refused", text);
	r->reply->status = status;
}

void
receiving_answer(struct receiving *r, const struct buf *envelope)
{
	r->reply->status = 200;
	r->reply->content_type = EBMS_XML;
	r->reply->soap_action = true;
	buf_add(&r->reply->body, envelope->bytes, envelope->len);
}

/* --- rows 1 to 6: from bytes to a message --- */

static bool
take_request(struct receiving *r)
{
	const struct http_request *q = r->request;

	if (strcmp(q->path, r->conf->path) != 0) {
		answer_status(r, 404, "no such path");
		return false;
	}
	if (strcmp(q->method, "POST") != 0) {
		answer_status(r, 405, "only POST");
		return false;
	}
	if (strcmp(q->soap_action, "ebXML") == 0)
		receiving_note(r, CODE_EBMS, "taken all the same",
			"SOAPAction without its quotes");
	else if (strcmp(q->soap_action, EBMS_SOAP_ACTION) != 0)
		receiving_fault(r, "Client", "SOAPAction is not ebXML");
	return r->reply->status == 0;
}

static bool
take_parts(struct receiving *r)
{
	const struct http_request *q = r->request;
	struct mime_type type;
	size_t root;

	if (!mime_type_read(q->content_type, &r->mem, &type)) {
		receiving_fault(r, "Client", "Content-Type cannot be read");
		return false;
	}
	r->soap = q->body;
	r->soap_len = q->body_len;
	if (strcmp(type.type, "text/xml") == 0 ||
		strcmp(type.type, "application/xml") == 0 ||
		strcmp(type.type, "application/soap+xml") == 0)
		return true;
	if (strcmp(type.type, "multipart/related") != 0) {
		receiving_fault(r, "Client", "Content-Type is not supported");
		return false;
	}
	if (!mime_split(q->body, q->body_len, type.boundary, &r->mem, r->parts,
		    &r->part_count)) {
		receiving_fault(r, "Client", "MIME structure cannot be read");
		return false;
	}
	root = mime_root(r->parts, r->part_count, type.start);
	if (r->parts[root].encoded) {
		receiving_fault(r, "Client", "the SOAP part cannot be decoded");
		return false;
	}
	r->soap = r->parts[root].bytes;
	r->soap_len = r->parts[root].len;
	return true;
}

static bool
take_envelope(struct receiving *r)
{
	const char *text = "";
	char where[100];
	struct fault why;

	if (r->soap_len > EBMS_ENVELOPE_MAX) {
		receiving_fault(r, "Client", "envelope is too large");
		return false;
	}
	if (xml_tree_parse(r->soap, r->soap_len, &r->tree, &why) != V_OK) {
		receiving_fault(r, "Client", why.text);
		return false;
	}
	switch (ebms_read(r->tree, &r->message, &text)) {
	case EBMS_FINE:
		return true;
	case EBMS_VERSION_MISMATCH:
		receiving_fault(r, "VersionMismatch", "not SOAP 1.1");
		return false;
	case EBMS_MUST_UNDERSTAND:
		receiving_fault(r, "MustUnderstand", text);
		return false;
	case EBMS_CLIENT:
	case EBMS_IS_FAULT:
		break;
	}
	receiving_fault(r, "Client",
		arena_format(&r->mem, "not a valid message: %s",
			ebms_plain(text, where, sizeof(where))));
	return false;
}

/* --- rows 7 to 9: whose message, what kind, and may they --- */

static bool
take_agreement(struct receiving *r)
{
	const struct ebms_listen_conf *conf = r->conf;
	char id[120];
	size_t i;

	for (i = 0; i < conf->cpa_count; i++)
		if (strcmp(conf->cpas[i].id, r->message.cpa_id) == 0)
			break;
	if (i == conf->cpa_count) {
		receiving_fault(r, "Client",
			arena_format(&r->mem, "CPA %s not found",
				ebms_plain(r->message.cpa_id, id, sizeof(id))));
		return false;
	}
	r->cpa = &conf->cpas[i];
	r->gateways = conf->gateways == NULL ? NULL : conf->gateways[i];
	r->production = conf->production != NULL && conf->production[i];
	return true;
}

static enum ebms_kind
signal_kind(const struct ebms_message *m)
{
	static const struct {
		const char *action;
		enum ebms_kind kind;
	} kinds[] = {
		{ "Acknowledgment", EBMS_ACKNOWLEDGMENT },
		{ "MessageError", EBMS_MESSAGE_ERROR },
		{ "Ping", EBMS_PING },
		{ "Pong", EBMS_PONG },
		{ "StatusRequest", EBMS_STATUS_REQUEST },
		{ "StatusResponse", EBMS_STATUS_RESPONSE },
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(m->action, kinds[i].action) == 0)
			return kinds[i].kind;
	return 0;
}

/* What says which kind must be there, and nothing that says another; 0: no kind
 * we know.
 */
static enum ebms_kind
kind_of(const struct ebms_message *m)
{
	const bool business = strcmp(m->service, EBMS_SERVICE) != 0;
	const enum ebms_kind kind = business ? EBMS_BUSINESS : signal_kind(m);

	if (m->acknowledgment.there && kind != EBMS_ACKNOWLEDGMENT)
		return 0;
	if (m->errors.there && kind != EBMS_MESSAGE_ERROR &&
		kind != EBMS_ACKNOWLEDGMENT)
		return 0;
	if (m->status_request.there != (kind == EBMS_STATUS_REQUEST) ||
		m->status_response.there != (kind == EBMS_STATUS_RESPONSE))
		return 0;
	if ((kind == EBMS_ACKNOWLEDGMENT && !m->acknowledgment.there) ||
		(kind == EBMS_MESSAGE_ERROR && !m->errors.there))
		return 0;
	return kind;
}

static bool
certificate_fits(const struct receiving *r)
{
	const char *oin = r->request->peer_oin;
	const char *const *gateway = r->gateways;
	size_t i;

	if (*oin == '\0')
		return false;
	for (i = 0; i < r->message.from_count; i++)
		if (look_same_oin(r->message.from[i].id, oin))
			return true;
	for (; gateway != NULL && *gateway != NULL; gateway++)
		if (strcmp(*gateway, oin) == 0)
			return true;
	return false;
}

static bool
take_certificate(struct receiving *r)
{
	if (!certificate_fits(r)) {
		receiving_fault(r, "Client",
			"client certificate does not belong to the From party");
		receiving_note(r, CODE_PEER_OIN, "certificate of another party",
			r->request->peer_oin);
	} else if (r->production && r->request->peer_trial) {
		receiving_fault(r, "Client",
			"client certificate is for trials, the agreement is "
			"not");
		receiving_note(r, CODE_TRIAL,
			"certificate for trials in production, of",
			r->request->peer_oin);
	} else {
		return true;
	}
	return false;
}

/* --- our answers --- */

struct ebms_head
receiving_head(struct receiving *r, const char *action)
{
	const struct ebms_message *m = &r->message;
	struct ebms_head head = {
		.from = { r->cpa->ours.id, r->cpa->ours.id_type },
		.to = { r->cpa->theirs.id, r->cpa->theirs.id_type },
		.from_role = *m->to_role != '\0' ? m->to_role : NULL,
		.to_role = *m->from_role != '\0' ? m->from_role : NULL,
		.cpa_id = m->cpa_id,
		.conversation_id = m->conversation_id,
		.service = EBMS_SERVICE,
		.action = action,
		.ref_to = m->message_id,
		.created_ms = r->now_ms,
	};
	struct ebms_error unused;

	ebms_message_id(r->cpa->our_host, r->answer_id);
	head.message_id = r->answer_id;
	/* The very ids that they used, when they are right. */
	if (ebms_check_signal(r->cpa, m, &unused)) {
		head.from_all = m->to;
		head.from_count = m->to_count;
		head.to_all = m->from;
		head.to_count = m->from_count;
	}
	return head;
}

struct ebms_inbound
receiving_inbound(struct receiving *r, enum ebms_kind kind)
{
	const struct ebms_message *m = &r->message;

	return (struct ebms_inbound){ .kind = kind,
		.message_id = m->message_id,
		.conversation_id = m->conversation_id,
		.cpa_id = m->cpa_id,
		.action = m->action,
		.ref_to = m->ref_to,
		.from = m->from[0].id,
		.parties = arena_format(
			&r->mem, "%s %s", r->cpa->ours.id, r->cpa->theirs.id),
		.sent_ms = m->sent_ms,
		.keep_ms = cpa_keep_ms(r->cpa),
		.error_code = "",
		.error_text = "",
		.reply = "",
		.reply_id = "",
		.reply_url = "" };
}

static bool
is_signal(enum ebms_kind kind)
{
	return kind == EBMS_ACKNOWLEDGMENT || kind == EBMS_MESSAGE_ERROR ||
	       kind == EBMS_PONG;
}

/* The id is known under another CPA: somebody else's message, or a mistake. */
static void
refuse_id(struct receiving *r, enum ebms_kind kind)
{
	if (!is_signal(kind)) {
		receiving_fault(r, "Client", "MessageId is already used");
		return;
	}
	receiving_note(r, CODE_EBMS, "signal ignored",
		"its MessageId is already used");
	r->reply->status = 204;
}

void
receiving_keep(struct receiving *r, struct ebms_inbound *in, bool sync,
	const char *signal)
{
	struct buf stored = BUF_MAX(REPLY_MAX);
	const struct buf *answer = &r->answer;
	struct fault why = FAULT_NONE;

	assert(!r->answer.full);
	if (answer->len > 0) {
		in->reply = answer->bytes;
		in->reply_len = answer->len;
		in->reply_id = r->answer_id;
		/* Answered in this connection: kept, but not to be pushed. */
		if (!sync)
			in->reply_url = cpa_signal_url(r->cpa, signal, false);
	}
	switch (r->keep(r->self, in, &stored, &why)) {
	case V_OK:
		break;
	case V_SKIP:
		/* Row 10 comes before the rest: what we found since is void. */
		*r->note = FAULT_NONE;
		if (is_signal(in->kind))
			receiving_note(r, CODE_EBMS, "signal ignored",
				"it came before");
		answer = &stored;
		break;
	case V_NEVER:
		refuse_id(r, in->kind);
		goto out;
	case V_END:
	case V_LATER:
	case V_UNKNOWN:
	case V_BROKEN:
		*r->note = why;
		r->reply->status = 503;
		goto out;
	}
	if (sync && answer->len > 0)
		receiving_answer(r, answer);
	else
		r->reply->status = 204;
out:
	buf_done(&stored);
}

/* --- business messages --- */

static void
refuse_business(struct receiving *r, const struct ebms_error *error, bool sync)
{
	struct ebms_inbound in = receiving_inbound(r, EBMS_BUSINESS);
	struct ebms_head head = receiving_head(r, "MessageError");
	char text[160];

	ebms_write_error(&head, error, &r->answer);
	(void)fault_set(r->note, V_SKIP, CODE_EBMS,
		"message refused with %s at %s", error->code,
		ebms_plain(error->location, text, sizeof(text)));
	if (ebms_from_them(r->cpa, &r->message)) {
		in.reply_is_error = true;
		receiving_keep(r, &in, sync, "MessageError");
	} else if (sync) {
		/* Nobody we know, and nothing to keep. */
		receiving_answer(r, &r->answer);
	} else {
		receiving_fault(r, "Client",
			arena_format(&r->mem, "%s: %s", error->code,
				error->location));
	}
}

/* Does the sender wait for our answer in this connection? */
static bool
is_sync(const struct receiving *r)
{
	const struct cpa_action *action = NULL;

	if (ebms_from_them(r->cpa, &r->message))
		action = ebms_action(r->cpa, &r->message);
	return action != NULL ? action->sync_reply
			      : r->message.sync_reply.there;
}

static void
take_business(struct receiving *r)
{
	const struct ebms_message *m = &r->message;
	const struct mime_part *payload = NULL;
	struct ebms_inbound in = receiving_inbound(r, EBMS_BUSINESS);
	struct ebms_error error;
	struct ebms_head head;
	const char *noted;
	bool good;

	good = ebms_check(
		r->cpa, m, r->now_ms, r->conf->lenient, &noted, &error);
	if (good)
		good = ebms_check_manifest(
			m, r->parts, r->part_count, &r->mem, &payload, &error);
	if (!good) {
		refuse_business(r, &error, is_sync(r));
		return;
	}
	if (noted != NULL)
		receiving_note(r, CODE_EBMS,
			"accepted, though the agreement says otherwise", noted);
	in.ack_wanted = m->ack_requested.there;
	if (payload != NULL) {
		in.payload = payload->bytes;
		in.payload_len = payload->len;
	}
	if (in.ack_wanted) {
		head = receiving_head(r, "Acknowledgment");
		ebms_write_acknowledgment(&head, r->now_ms, &r->answer);
	}
	receiving_keep(r, &in, is_sync(r), "Acknowledgment");
}

static void
take_message(struct receiving *r, enum ebms_kind kind)
{
	switch (kind) {
	case EBMS_BUSINESS:
		take_business(r);
		break;
	case EBMS_ACKNOWLEDGMENT:
	case EBMS_MESSAGE_ERROR:
	case EBMS_PONG:
	case EBMS_STATUS_RESPONSE:
		receiving_signal(r, kind);
		break;
	case EBMS_PING:
		receiving_ping(r);
		break;
	case EBMS_STATUS_REQUEST:
		receiving_status(r);
		break;
	}
}

void
ebms_receive(const struct ebms_listen_conf *conf,
	const struct http_request *request, int64_t now_ms, ebms_keep_fn *keep,
	void *keep_self, struct http_reply *reply, struct fault *note)
{
	struct receiving r = { .conf = conf,
		.request = request,
		.now_ms = now_ms,
		.keep = keep,
		.self = keep_self,
		.reply = reply,
		.note = note,
		.mem = ARENA_EMPTY,
		.answer = BUF_MAX(REPLY_MAX) };
	enum ebms_kind kind = 0;

	*note = FAULT_NONE;
	reply->status = 0;
	if (take_request(&r) && take_parts(&r) && take_envelope(&r) &&
		take_agreement(&r)) {
		kind = kind_of(&r.message);
		if (kind == 0)
			receiving_fault(
				&r, "Client", "no kind of message we know");
		else if (take_certificate(&r))
			take_message(&r, kind);
	}
	assert(reply->status != 0);
	xml_tree_free(r.tree);
	buf_done(&r.answer);
	arena_done(&r.mem);
}
