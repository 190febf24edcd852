/* mobbd/courier_lot.c - one lot leaves: ids, journal, allowance, post, its end
 *
 * Ids and envelope are stored, and the allowance taken, in one transaction
 * before the first byte leaves; what became of the post is stored after it.  A
 * crash between the two leaves a post whose end is unknown: the next courier
 * makes it again, the same bytes under the same MessageId.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "mobbd/courier.h"
#include "mobbd/dates.h"

#define PAUSE_MAX_MS 30000 /* after a journal that could not be written */
#define REST_MS 60000	   /* of a lot that we cannot send */

struct sending {
	struct role_run *run;
	const struct jobs_stream *stream;
	const struct cpa *cpa;
	const struct cpa_action *action;
	struct http *http;
	struct content content;
	struct box *box;
	struct offer *offer;
	struct buf envelope;
	struct letter *letters;
	size_t letter_count;
	char content_id[120];
};

static enum verdict
open_payload(struct sending *s, struct fault *why)
{
	struct offer *o = s->offer;
	struct box_lot *lot = arena_alloc(&s->run->mem, sizeof(*lot));

	*lot = (struct box_lot){ .batch_id = o->lot.batch_id,
		.created_ms = o->created_ms,
		.oin = s->stream->sender_is->oin,
		.type = s->stream->type,
		.letters = s->letters,
		.letter_count = s->letter_count };
	return box_open(lot, &s->content, &s->box, why);
}

/* Ids, envelope and length of a new attempt; a retry has them already. */
static void
new_attempt(struct sending *s, int64_t now_ms)
{
	struct offer *o = s->offer;
	struct arena *mem = &s->run->mem;
	struct ebms_ids ids;
	char batch[UUID_TEXT_MAX];

	uuid_text(&o->lot.batch_id, batch);
	ebms_ids_make(s->cpa, s->action, batch, now_ms, &ids);
	snprintf(s->content_id, sizeof(s->content_id), "batch-%s", batch);
	s->envelope = BUF_MAX(65536);
	ebms_envelope(s->cpa, s->action, &ids, s->content_id, &s->envelope);
	assert(!s->envelope.full);
	o->cpa_id = s->cpa->id;
	o->parties =
		arena_format(mem, "%s %s", s->cpa->ours.id, s->cpa->theirs.id);
	o->message_id = arena_text(mem, ids.message_id, strlen(ids.message_id));
	o->conversation_id = arena_text(
		mem, ids.conversation_id, strlen(ids.conversation_id));
	o->content_id = arena_text(mem, s->content_id, strlen(s->content_id));
	o->envelope = arena_text(mem, s->envelope.bytes, s->envelope.len);
	o->envelope_len = s->envelope.len;
	o->created_ms = ids.created_ms;
	o->expires_ms = ids.expires_ms;
	buf_done(&s->envelope);
}

/* The journal is written before the first byte: also a database that is put
 * back to an earlier moment cannot make us forget what left.
 */
static enum verdict
journal(struct sending *s, struct fault *why)
{
	struct offer *o = s->offer;
	struct uuid *ids =
		arena_alloc(&s->run->mem, s->letter_count * sizeof(*ids));
	char name[UUID_TEXT_MAX + 120], batch[UUID_TEXT_MAX];
	size_t i;

	for (i = 0; i < s->letter_count; i++)
		ids[i] = s->letters[i].id;
	uuid_text(&o->lot.batch_id, batch);
	snprintf(name, sizeof(name), "%s.%.36s", batch, o->message_id);
	return spool_journal_add(s->run->site->spool, JOURNAL_BOX, name, ids,
		s->letter_count, why);
}

/* Books that were put back to an earlier moment may offer what was declined and
 * printed since.  Who puts them back stops us, so once is enough.
 */
static enum verdict
not_printed(struct sending *s, struct fault *why)
{
	struct courier *own = s->run->own;
	enum verdict v = V_OK;
	size_t i;

	if (own->printed == NULL)
		v = spool_journal_load(s->run->site->spool, JOURNAL_PRINT, NULL,
			&own->printed, why);
	for (i = 0; v == V_OK && i < s->letter_count; i++)
		if (journal_find(own->printed, &s->letters[i].id) != NULL)
			v = fault_set(why, V_NEVER, CODE_PRINT_TWICE,
				"record %" PRId64 " was printed before: the "
				"journal knows, the database does not",
				s->letters[i].record);
	return v;
}

/* A retry must be the same bytes. */
static enum verdict
same_payload(const struct sending *s, struct fault *why)
{
	static const uint8_t unknown[32];
	int64_t bytes = box_body(s->box).bytes;
	uint8_t now[32];

	if (bytes != s->offer->payload_bytes)
		return fault_set(why, V_NEVER, CODE_PAYLOAD_CHANGED,
			"the payload had %" PRId64 " bytes, now %" PRId64,
			s->offer->payload_bytes, bytes);
	box_digest(s->box, now);
	if (memcmp(s->offer->payload_sha256, unknown, 32) != 0 &&
		memcmp(now, s->offer->payload_sha256, 32) != 0)
		return fault_set(why, V_NEVER, CODE_PAYLOAD_CHANGED,
			"the payload is not what was sent before");
	return V_OK;
}

/* When the next post of this attempt may be made. */
static int64_t
retry_ms(const struct sending *s, int64_t retry_after_s, int64_t now_ms)
{
	int64_t at = now_ms + s->action->interval_ms;

	if (retry_after_s > 0 && now_ms + retry_after_s * 1000 > at &&
		now_ms + retry_after_s * 1000 < s->offer->expires_ms)
		at = now_ms + retry_after_s * 1000;
	return at;
}

/* Without acknowledgments there is one post: what is not refused for good or
 * accepted may have been received.
 */
static enum post_end
end_of_answer(const struct sending *s, enum ebms_answer answer)
{
	switch (answer) {
	case EBMS_ACCEPTED:
		return POST_COMPLETE;
	case EBMS_ACKNOWLEDGED:
		return POST_ACKNOWLEDGED;
	case EBMS_REFUSED:
		return POST_FAILED;
	case EBMS_AGAIN:
		return s->action->ack_requested ? POST_AGAIN : POST_UNKNOWN;
	}
	return POST_UNKNOWN;
}

/* What the post's end means for the lot. */
static enum post_end
end_of_post(const struct sending *s, enum verdict v, enum ebms_answer answer)
{
	switch (v) {
	case V_OK:
		return end_of_answer(s, answer);
	case V_NEVER:
		return POST_HELD;
	case V_UNKNOWN:
		return POST_UNKNOWN;
	case V_LATER:
	case V_BROKEN:
	case V_END:
	case V_SKIP:
		return POST_NOT_RECEIVED;
	}
	return POST_UNKNOWN;
}

static const char *
word_of(enum post_end end)
{
	switch (end) {
	case POST_COMPLETE:
		return "offered";
	case POST_ACKNOWLEDGED:
		return "acknowledged in the answer";
	case POST_NOT_RECEIVED:
		return "not received";
	case POST_FAILED:
		return "refused by the peer";
	case POST_AGAIN:
		return "not taken now, offered again later";
	case POST_HELD:
		return "held";
	case POST_UNKNOWN:
		break;
	}
	return "outcome unknown";
}

/* Nothing arrived.  What is about the sender's way costs only the sender. */
static enum verdict
not_received(struct sending *s, const struct fault *reason, int64_t now_ms,
	int64_t *until_ms_out, struct fault *why)
{
	const struct courier *own = s->run->own;
	const struct jobs_endpoint *e = own->endpoint;
	struct store *store = s->run->site->store;

	if (*s->run->stop) {
		*until_ms_out = now_ms; /* the next courier goes on */
		return V_OK;
	}
	if (peers_away(own->peers, s->stream->sender_is, e, reason, now_ms,
		    until_ms_out))
		return store_stream_rest(store, e->name, s->stream->name,
			*until_ms_out, reason->text, why);
	return store_endpoint_rest(
		store, e->name, now_ms, *until_ms_out, reason, why);
}

static enum verdict
received(struct sending *s, int64_t now_ms, struct fault *why)
{
	const struct courier *own = s->run->own;
	const struct jobs_endpoint *e = own->endpoint;

	if (!peers_back(own->peers, s->stream->sender_is, e))
		return V_OK;
	return store_endpoint_rest(
		s->run->site->store, e->name, now_ms, 0, NULL, why);
}

static enum verdict
post(struct sending *s, struct fault *why)
{
	struct http_body body = box_body(s->box);
	struct ebms_post post = { .cpa = s->cpa,
		.url = s->action->url,
		.message_id = s->offer->message_id,
		.envelope = s->offer->envelope,
		.envelope_len = s->offer->envelope_len,
		.content_id = s->offer->content_id,
		.payload = &body,
		.ack_requested = s->action->ack_requested,
		.sync_reply = s->action->sync_reply };
	struct ebms_reply reply = { .meaning = EBMS_AGAIN,
		.retry_after_s = -1 };
	struct fault reason = FAULT_NONE;
	int64_t now_ms, next_ms;
	enum post_end end;
	enum verdict v;

	v = ebms_post(s->http, &post, &reply, &reason);
	end = end_of_post(s, v, reply.meaning);
	now_ms = clock_now_ms();
	next_ms = retry_ms(s, reply.retry_after_s, now_ms);
	if (reason.code != CODE_NONE) {
		fault_at(&reason, "lot %" PRId64, s->offer->lot.number);
		log_fault(&reason);
	}
	log_line("job %s: lot %" PRId64 ", %" PRId64 " letters, %s",
		s->offer->lot.job, s->offer->lot.number, s->offer->letters,
		word_of(end));
	v = end == POST_NOT_RECEIVED
		    ? not_received(s, &reason, now_ms, &next_ms, why)
		    : received(s, now_ms, why);
	if (v == V_OK)
		v = store_post_end(s->run->site->store, s->offer, end, next_ms,
			&reason, why);
	if (v == V_OK && end == POST_NOT_RECEIVED)
		v = V_END;
	return v;
}

/* The journal cannot be written, so nothing leaves: not received. */
static enum verdict
not_posted(struct sending *s, enum verdict v, struct fault *why)
{
	struct fault ended;

	if (store_post_end(s->run->site->store, s->offer, POST_NOT_RECEIVED,
		    clock_now_ms() + PAUSE_MAX_MS, why, &ended) == V_OK)
		return v;
	*why = ended;
	return V_LATER;
}

/* Take the allowance and send; V_END: not allowed now. */
static enum verdict
begin_and_post(struct sending *s, struct fault *why)
{
	struct offer_rules rules;
	int64_t wait_ms = 0;
	enum verdict v;

	s->offer->next_ms = clock_now_ms() + s->action->interval_ms;
	s->offer->payload_bytes = box_body(s->box).bytes;
	box_digest(s->box, s->offer->payload_sha256);
	courier_rules(s->run, clock_now_ms(), &rules);
	/* It shut while the payload was made. */
	if (courier_is_shut(&rules, s->stream->name))
		return V_END;
	v = store_offer_begin(
		s->run->site->store, s->offer, &rules, &wait_ms, why);
	if (v == V_LATER && why->code == CODE_NONE) {
		courier_blocked(s->run, wait_ms);
		return V_END;
	}
	if (v != V_OK)
		return v;
	v = journal(s, why);
	if (v != V_OK)
		return not_posted(s, v, why);
	return post(s, why);
}

/* Our own fault, before anything left: the lot is held for a person. */
static enum verdict
hold(struct sending *s, const struct fault *reason, struct fault *why)
{
	log_fault(reason);
	return store_post_end(
		s->run->site->store, s->offer, POST_HELD, 0, reason, why);
}

enum verdict
courier_rest(struct role_run *run, const struct offer *offer,
	struct fault *reason, struct fault *why)
{
	enum verdict v = store_offer_rest(run->site->store, offer,
		clock_now_ms() + REST_MS, reason->text, why);

	fault_at(reason, "lot %" PRId64, offer->lot.number);
	if (v == V_OK && strcmp(offer->lot.reason, reason->text) != 0)
		log_fault(reason);
	return v;
}

/* The sender cannot be used here: all that its stream has rests.  That was
 * logged once, and is shown with each lot.
 */
static enum verdict
rest_stream(struct role_run *run, const struct jobs_stream *stream,
	const struct fault *reason, struct fault *why)
{
	char text[FAULT_TEXT_MAX];

	snprintf(text, sizeof(text), "%.200s: %.110s", reason->place,
		reason->text);
	return store_stream_rest(run->site->store, stream->endpoint,
		stream->name, clock_now_ms() + REST_MS, text, why);
}

/* The payload is there: what is left to check, and the post. */
static enum verdict
check_and_post(struct sending *s, struct fault *why)
{
	struct fault reason = FAULT_NONE;
	enum verdict v;

	if (s->offer->attempt == 0)
		new_attempt(s, clock_now_ms());
	v = not_printed(s, &reason);
	if (v == V_OK)
		v = open_payload(s, &reason);
	if (v == V_OK && s->offer->attempt != 0)
		v = same_payload(s, &reason);
	if (v == V_OK)
		v = begin_and_post(s, why);
	else if (v == V_NEVER)
		v = hold(s, &reason, why);
	else
		*why = reason;
	box_close(s->box);
	return v;
}

/* Its dates, before anything of it leaves.  *go_out false: not now, it rests or
 * its job is held.
 */
static enum verdict
check_dates(struct sending *s, bool *go_out, struct fault *why)
{
	struct courier *own = s->run->own;
	int64_t until_ms = 0;
	enum verdict v;

	*go_out = true;
	if (s->offer->attempt != 0)
		return V_OK;
	v = dates_before_box(s->run, s->offer->lot.job, s->stream, s->letters,
		s->letter_count, own->told, go_out, &until_ms, why);
	if (v == V_OK && until_ms != 0)
		v = store_offer_rest(s->run->site->store, s->offer, until_ms,
			"it is published later than 13 days from now, and the "
			"box takes it then",
			why);
	return v;
}

enum verdict
courier_lot(struct role_run *run, const struct jobs_stream *stream,
	struct offer *offer, struct fault *why)
{
	const struct courier *own = run->own;
	struct sending s = { .run = run, .stream = stream, .offer = offer };
	struct fault reason = FAULT_NONE;
	bool go = true;
	enum verdict v;

	/* A retry goes by the CPA that it was made under. */
	if (offer->attempt != 0 &&
		site_agreed(run->site, stream->sender_is, offer->cpa_id,
			clock_now_ms(), &s.cpa, &reason) != V_OK &&
		reason.code == CODE_CPA_GONE)
		return courier_rest(run, offer, &reason, why);
	v = peers_connect(own->peers, stream->sender_is, own->endpoint, s.cpa,
		&s.http, &reason);
	if (v == V_OK && s.cpa == NULL)
		v = site_cpa(run->site, stream->sender_is, clock_now_ms(),
			&s.cpa, &reason);
	if (v == V_OK) {
		s.action = cpa_find(s.cpa, ACTION_BV_REQUEST, true);
		if (s.action == NULL)
			v = fault_set(&reason, V_SKIP, CODE_CPA,
				"the CPA does not let us "
				"send " ACTION_BV_REQUEST);
	}
	if (v != V_OK)
		return rest_stream(run, stream, &reason, why);
	v = store_offer_letters(run->site->store, offer, &run->mem, &s.letters,
		&s.letter_count, why);
	if (v == V_OK)
		v = check_dates(&s, &go, why);
	if (v != V_OK || !go)
		return v;
	if (spool_content_open(run->site->spool, offer->lot.job, &s.content,
		    &reason) != V_OK)
		return courier_rest(run, offer, &reason, why);
	v = check_and_post(&s, why);
	spool_content_close(&s.content);
	return v;
}
