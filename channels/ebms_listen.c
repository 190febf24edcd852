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

#include "channels/channel.h"
#include "channels/ebms.h"
#include "channels/http_listen.h"
#include "channels/mime.h"

#define REPLY_MAX ((size_t)65536)

/* One request under way. */
struct receiving {
	const struct ebms_listen_conf *conf;
	const struct http_request *request;
	int64_t now_ms;
	ebms_keep_fn *keep;
	void *keep_self;
	struct http_reply *reply;
	struct fault *note;

	struct arena mem;
	struct xml_tree *tree;
	struct mime_part parts[MIME_PARTS_MAX];
	size_t part_count;
	const char *soap;
	size_t soap_len;
	struct ebms_message message;
	const struct cpa *cpa;
	struct buf answer; /* the envelope we answer with */
	char answer_id[EBMS_OUR_ID_MAX];
};

static void
note_text(struct receiving *r, enum code code, const char *what,
	const char *detail)
{
	char plain[160];

	(void)fault_set(r->note, V_SKIP, code, "%s: %s", what,
		ebms_plain(detail, plain, sizeof(plain)));
}

/* 500 with a SOAP fault. */
static void
answer_fault(struct receiving *r, const char *code, const char *text)
{
	note_text(r, CODE_EBMS, "message refused with a SOAP fault", text);
	r->reply->status = 500;
	r->reply->content_type = EBMS_XML;
	ebms_write_fault(code, text, &r->reply->body);
}

static void
answer_status(struct receiving *r, int status, const char *text)
{
	note_text(r, CODE_HTTP, "request refused", text);
	r->reply->status = status;
}

static void
answer_envelope(struct receiving *r, const struct buf *envelope)
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
	if (strcmp(q->soap_action, EBMS_SOAP_ACTION) != 0 &&
		strcmp(q->soap_action, "ebXML") != 0) {
		answer_fault(r, "Client", "SOAPAction is not ebXML");
		return false;
	}
	return true;
}

static bool
take_parts(struct receiving *r)
{
	const struct http_request *q = r->request;
	struct mime_type type;
	size_t root;

	if (!mime_type_read(q->content_type, &r->mem, &type)) {
		answer_fault(r, "Client", "Content-Type cannot be read");
		return false;
	}
	r->soap = q->body;
	r->soap_len = q->body_len;
	if (strcmp(type.type, "text/xml") == 0 ||
		strcmp(type.type, "application/xml") == 0 ||
		strcmp(type.type, "application/soap+xml") == 0)
		return true;
	if (strcmp(type.type, "multipart/related") != 0) {
		answer_fault(r, "Client", "Content-Type is not supported");
		return false;
	}
	if (!mime_split(q->body, q->body_len, type.boundary, &r->mem, r->parts,
		    &r->part_count)) {
		answer_fault(r, "Client", "MIME structure cannot be read");
		return false;
	}
	root = mime_root(r->parts, r->part_count, type.start);
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
		answer_fault(r, "Client", "envelope is too large");
		return false;
	}
	if (xml_tree_parse(r->soap, r->soap_len, &r->tree, &why) != V_OK) {
		answer_fault(r, "Client", why.text);
		return false;
	}
	switch (ebms_read(r->tree, &r->message, &text)) {
	case EBMS_FINE:
		return true;
	case EBMS_VERSION_MISMATCH:
		answer_fault(r, "VersionMismatch", "not SOAP 1.1");
		return false;
	case EBMS_MUST_UNDERSTAND:
		answer_fault(r, "MustUnderstand", text);
		return false;
	case EBMS_CLIENT:
	case EBMS_IS_FAULT:
		break;
	}
	answer_fault(r, "Client",
		arena_format(&r->mem, "not a valid message: %s",
			ebms_plain(text, where, sizeof(where))));
	return false;
}

/* --- rows 7 to 9: whose message, and may they --- */

static bool
certificate_fits(const struct receiving *r)
{
	const char *oin = r->request->peer_oin;
	const char *const *gateway = r->conf->gateways;
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
take_agreement(struct receiving *r)
{
	char id[120];
	size_t i;

	for (i = 0; i < r->conf->cpa_count && r->cpa == NULL; i++)
		if (strcmp(r->conf->cpas[i].id, r->message.cpa_id) == 0)
			r->cpa = &r->conf->cpas[i];
	if (r->cpa == NULL) {
		answer_fault(r, "Client",
			arena_format(&r->mem, "CPA %s not found",
				ebms_plain(r->message.cpa_id, id, sizeof(id))));
		return false;
	}
	if (!certificate_fits(r)) {
		answer_fault(r, "Client",
			"client certificate does not belong to the From party");
		note_text(r, CODE_PEER_OIN, "certificate of another party",
			r->request->peer_oin);
		return false;
	}
	return true;
}

/* EBMS_OTHER: a signal we do not answer; 0: no kind at all. */
static int
kind_of(const struct ebms_message *m)
{
	bool signal = m->acknowledgment.there || m->errors.there;

	if (strcmp(m->service, EBMS_SERVICE) != 0)
		return signal || m->status_request.there ||
				       m->status_response.there
			       ? 0
			       : EBMS_BUSINESS;
	if (strcmp(m->action, "Acknowledgment") == 0)
		return m->acknowledgment.there ? EBMS_ACKNOWLEDGMENT : 0;
	if (strcmp(m->action, "MessageError") == 0)
		return m->errors.there ? EBMS_MESSAGE_ERROR : 0;
	if (signal)
		return 0;
	if (strcmp(m->action, "Ping") == 0)
		return EBMS_PING;
	if (strcmp(m->action, "Pong") == 0)
		return EBMS_PONG;
	if (strcmp(m->action, "StatusRequest") == 0 ||
		strcmp(m->action, "StatusResponse") == 0)
		return EBMS_OTHER;
	return 0;
}

/* --- our answers --- */

/* The head of a signal about the message: parties and roles swapped. */
static struct ebms_head
signal_head(struct receiving *r, const char *action)
{
	const struct ebms_message *m = &r->message;

	ebms_message_id(r->cpa->our_host, r->answer_id);
	return (struct ebms_head){
		.from = { r->cpa->ours.id, r->cpa->ours.id_type },
		.to = { r->cpa->theirs.id, r->cpa->theirs.id_type },
		.from_role = *m->to_role != '\0' ? m->to_role : NULL,
		.to_role = *m->from_role != '\0' ? m->from_role : NULL,
		.cpa_id = m->cpa_id,
		.conversation_id = m->conversation_id,
		.service = EBMS_SERVICE,
		.action = action,
		.message_id = r->answer_id,
		.ref_to = m->message_id,
		.created_ms = r->now_ms,
	};
}

static struct ebms_inbound
inbound_of(struct receiving *r, enum ebms_kind kind)
{
	const struct ebms_message *m = &r->message;

	return (struct ebms_inbound){ .kind = kind,
		.message_id = m->message_id,
		.conversation_id = m->conversation_id,
		.cpa_id = m->cpa_id,
		.action = m->action,
		.ref_to = m->ref_to,
		.from = m->from[0].id,
		.sent_ms = m->sent_ms,
		.error_code = "",
		.error_text = "",
		.reply = "",
		.reply_id = "",
		.reply_url = "" };
}

static void
attach_answer(struct receiving *r, struct ebms_inbound *in, bool sync)
{
	assert(!r->answer.full);
	if (r->answer.len == 0)
		return;
	in->reply = r->answer.bytes;
	in->reply_len = r->answer.len;
	in->reply_id = r->answer_id;
	/* Answered in this connection: kept, but not to be pushed. */
	if (!sync)
		in->reply_url = r->cpa->their_signal_url;
}

/* Keep it, then answer.  `sync`: the reply goes into this answer; otherwise it
 * is pushed later by whoever keeps it.
 */
static void
keep_and_answer(struct receiving *r, const struct ebms_inbound *in, bool sync)
{
	struct buf stored = BUF_MAX(REPLY_MAX);
	const struct buf *answer = &r->answer;
	struct fault why = FAULT_NONE;

	switch (r->keep(r->keep_self, in, &stored, &why)) {
	case V_OK:
		break;
	case V_SKIP:
		answer = &stored;
		break;
	case V_NEVER:
		answer_fault(r, "Client", "MessageId is already used");
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
		answer_envelope(r, answer);
	else
		r->reply->status = 204;
out:
	buf_done(&stored);
}

/* --- business messages --- */

static void
refuse_business(struct receiving *r, const struct ebms_error *error, bool sync)
{
	struct ebms_inbound in = inbound_of(r, EBMS_BUSINESS);
	struct ebms_head head = signal_head(r, "MessageError");
	struct ebms_error unused;
	char text[160];

	ebms_write_error(&head, error, &r->answer);
	(void)fault_set(r->note, V_SKIP, CODE_EBMS,
		"message refused with %s at %s", error->code,
		ebms_plain(error->location, text, sizeof(text)));
	if (!ebms_check_parties(r->cpa, &r->message, &unused)) {
		/* Nobody we could push an error to, and nothing to keep. */
		if (sync)
			answer_envelope(r, &r->answer);
		else
			answer_fault(r, "Client",
				arena_format(&r->mem, "%s: %s", error->code,
					error->location));
		return;
	}
	in.reply_is_error = true;
	attach_answer(r, &in, sync);
	keep_and_answer(r, &in, sync);
}

static void
take_business(struct receiving *r)
{
	const struct ebms_message *m = &r->message;
	const struct mime_part *payload = NULL;
	const struct cpa_action *action = NULL;
	struct ebms_inbound in = inbound_of(r, EBMS_BUSINESS);
	struct ebms_error error;
	struct ebms_head head;
	const char *noted;
	bool good, sync;

	good = ebms_check(r->cpa, m, r->now_ms, r->conf->lenient, &action,
		&noted, &error);
	if (good)
		good = ebms_check_manifest(
			m, r->parts, r->part_count, &r->mem, &payload, &error);
	sync = action != NULL ? action->sync_reply : m->sync_reply.there;
	if (!good) {
		refuse_business(r, &error, sync);
		return;
	}
	if (noted != NULL)
		note_text(r, CODE_EBMS,
			"accepted, though the agreement says otherwise", noted);
	in.ack_wanted = m->ack_requested.there;
	if (payload != NULL) {
		in.payload = payload->bytes;
		in.payload_len = payload->len;
	}
	if (in.ack_wanted) {
		head = signal_head(r, "Acknowledgment");
		ebms_write_acknowledgment(&head, r->now_ms, &r->answer);
	}
	attach_answer(r, &in, sync);
	keep_and_answer(r, &in, sync);
}

/* --- signals --- */

static const char *
plain_copy(struct receiving *r, const char *text)
{
	char plain[200];

	return arena_format(
		&r->mem, "%s", ebms_plain(text, plain, sizeof(plain)));
}

/* A signal that is wrong is noted and answered with 204: an error about an
 * error would never end.
 */
static void
take_signal(struct receiving *r, enum ebms_kind kind)
{
	const struct ebms_message *m = &r->message;
	struct ebms_inbound in = inbound_of(r, kind);
	struct ebms_error error = { "Inconsistent", "", "" };
	const struct ebms_block *ack = &m->acknowledgment;
	bool good = ebms_check_parties(r->cpa, m, &error);

	if (good && strcmp(m->version, "2.0") != 0)
		good = false,
		error.location = "//Header/MessageHeader/@version";
	if (good && kind == EBMS_ACKNOWLEDGMENT) {
		if (strcmp(ack->version, "2.0") != 0 ||
			(ack->actor != NULL &&
				strcmp(ack->actor, EBMS_TO_PARTY) != 0) ||
			(*m->ref_to != '\0' &&
				strcmp(m->ref_to, m->acknowledged) != 0))
			good = false,
			error.location = "//Header/Acknowledgment";
		in.ref_to = m->acknowledged;
	}
	if (!good) {
		note_text(r, CODE_EBMS, "signal ignored", error.location);
		r->reply->status = 204;
		return;
	}
	if (kind == EBMS_MESSAGE_ERROR) {
		in.error_code = plain_copy(r, m->error_code);
		in.error_text = arena_format(&r->mem, "%s %s",
			plain_copy(r, m->error_text),
			plain_copy(r, m->error_location));
		/* A warning changes nothing. */
		if (!m->error_final) {
			note_text(r, CODE_EBMS_ERROR, "warning of the peer",
				m->error_code);
			r->reply->status = 204;
			return;
		}
	}
	keep_and_answer(r, &in, false);
}

static void
take_ping(struct receiving *r)
{
	struct ebms_inbound in = inbound_of(r, EBMS_PING);
	struct ebms_head head = signal_head(r, "Pong");
	struct ebms_error error;

	if (!ebms_check_parties(r->cpa, &r->message, &error)) {
		answer_fault(r, "Client",
			arena_format(
				&r->mem, "%s: %s", error.code, error.location));
		return;
	}
	ebms_write_plain(&head, &r->answer);
	/* ebms-core waits here for the Pong, with SyncReply or without. */
	if (r->message.sync_reply.there || r->cpa->their_signals_sync) {
		answer_envelope(r, &r->answer);
		return;
	}
	attach_answer(r, &in, false);
	keep_and_answer(r, &in, false);
}

static void
take_message(struct receiving *r)
{
	switch (kind_of(&r->message)) {
	case EBMS_BUSINESS:
		take_business(r);
		break;
	case EBMS_ACKNOWLEDGMENT:
		take_signal(r, EBMS_ACKNOWLEDGMENT);
		break;
	case EBMS_MESSAGE_ERROR:
		take_signal(r, EBMS_MESSAGE_ERROR);
		break;
	case EBMS_PONG:
		take_signal(r, EBMS_PONG);
		break;
	case EBMS_PING:
		take_ping(r);
		break;
	case EBMS_OTHER:
		if (r->message.status_response.there) {
			note_text(r, CODE_EBMS, "signal ignored",
				"StatusResponse");
			r->reply->status = 204;
		} else {
			answer_fault(
				r, "Client", "StatusRequest is not supported");
		}
		break;
	default:
		answer_fault(r, "Client", "no kind of message we know");
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
		.keep_self = keep_self,
		.reply = reply,
		.note = note,
		.mem = ARENA_EMPTY,
		.answer = BUF_MAX(REPLY_MAX) };

	*note = FAULT_NONE;
	if (take_request(&r) && take_parts(&r) && take_envelope(&r) &&
		take_agreement(&r))
		take_message(&r);
	assert(reply->status != 0);
	xml_tree_free(r.tree);
	buf_done(&r.answer);
	arena_done(&r.mem);
}
