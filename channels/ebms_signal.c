/* channels/ebms_signal.c - signals in; see channels/ebms_receiving.h
 *
 * A signal that is wrong is noted and answered with 204: an error about an
 * error would never end, and a fault only makes the peer repeat itself.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "channels/ebms_receiving.h"

#define PLAIN_MAX 200 /* of a stranger's text that is kept */

static const char *
plain_copy(struct receiving *r, const char *text)
{
	char plain[PLAIN_MAX];

	return arena_format(
		&r->mem, "%s", ebms_plain(text, plain, sizeof(plain)));
}

static void
ignore(struct receiving *r, enum code code, const char *what, const char *text)
{
	receiving_note(r, code, what, text);
	r->reply->status = 204;
}

/* An acknowledgment by the party itself, of one message. */
static bool
good_acknowledgment(const struct ebms_message *m)
{
	const struct ebms_block *ack = &m->acknowledgment;

	return strcmp(ack->version, "2.0") == 0 &&
	       (ack->actor == NULL || strcmp(ack->actor, EBMS_TO_PARTY) == 0) &&
	       (*m->ref_to == '\0' || strcmp(m->ref_to, m->acknowledged) == 0);
}

void
receiving_signal(struct receiving *r, enum ebms_kind kind)
{
	const struct ebms_message *m = &r->message;
	struct ebms_inbound in = receiving_inbound(r, kind);
	struct ebms_error error;

	if (!ebms_check_signal(r->cpa, m, &error)) {
		ignore(r, CODE_EBMS, "signal ignored", error.location);
		return;
	}
	if (kind == EBMS_STATUS_RESPONSE) {
		/* We never ask, so nobody waits for it. */
		ignore(r, CODE_EBMS, "signal ignored", m->action);
		return;
	}
	if (kind == EBMS_ACKNOWLEDGMENT) {
		if (!good_acknowledgment(m)) {
			ignore(r, CODE_EBMS, "signal ignored",
				"//Header/Acknowledgment");
			return;
		}
		in.ref_to = m->acknowledged;
	}
	if (kind == EBMS_MESSAGE_ERROR) {
		/* A warning changes nothing. */
		if (!m->error_final) {
			ignore(r, CODE_EBMS_ERROR, "warning of the peer",
				m->error_code);
			return;
		}
		in.error_code = plain_copy(r, m->error_code);
		in.error_text = arena_format(&r->mem, "%s %s",
			plain_copy(r, m->error_text),
			plain_copy(r, m->error_location));
	}
	receiving_keep(r, &in, false, "");
}

/* --- what asks for an answer of its own --- */

/* Nobody is told of such an error but by a fault. */
static bool
good_question(struct receiving *r)
{
	struct ebms_error error;

	if (ebms_check_signal(r->cpa, &r->message, &error))
		return true;
	receiving_fault(r, "Client",
		arena_format(&r->mem, "%s: %s", error.code, error.location));
	return false;
}

/* In this connection and forgotten, or pushed once: a Pong or StatusResponse is
 * neither kept nor acknowledged.
 */
static void
answer_question(struct receiving *r, enum ebms_kind kind, const char *answer)
{
	const struct cpa_signal *asked =
		cpa_signal(r->cpa, r->message.action, false);
	struct ebms_inbound in = receiving_inbound(r, kind);

	assert(!r->answer.full);
	if (r->message.sync_reply.there || asked->sync) {
		receiving_answer(r, &r->answer);
		return;
	}
	in.reply_once = true;
	receiving_keep(r, &in, false, answer);
}

void
receiving_ping(struct receiving *r)
{
	struct ebms_head head;

	if (!good_question(r))
		return;
	head = receiving_head(r, "Pong");
	ebms_write_plain(&head, &r->answer);
	answer_question(r, EBMS_PING, "Pong");
}

static const char *
status_word(enum ebms_status status)
{
	switch (status) {
	case EBMS_NOT_RECOGNIZED:
		break;
	case EBMS_UNAUTHORIZED:
		return "UnAuthorized";
	case EBMS_RECEIVED:
		return "Received";
	case EBMS_PROCESSED:
		return "Processed";
	}
	return "NotRecognized";
}

void
receiving_status(struct receiving *r)
{
	const struct ebms_message *m = &r->message;
	enum ebms_status status = EBMS_NOT_RECOGNIZED;
	struct fault why = FAULT_NONE;
	int64_t received_ms = 0;
	struct ebms_head head;
	bool told;

	if (!good_question(r))
		return;
	if (r->conf->status == NULL) {
		receiving_fault(r, "Client", "StatusRequest is not supported");
		return;
	}
	if (r->conf->status(r->self, m->status_of, m->cpa_id, &status,
		    &received_ms, &why) != V_OK) {
		*r->note = why;
		r->reply->status = 503;
		return;
	}
	told = status == EBMS_RECEIVED || status == EBMS_PROCESSED;
	head = receiving_head(r, "StatusResponse");
	ebms_write_status(&head, status_word(status), m->status_of,
		told ? received_ms : 0, &r->answer);
	answer_question(r, EBMS_STATUS_REQUEST, "StatusResponse");
}
