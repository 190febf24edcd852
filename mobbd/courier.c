/* mobbd/courier.c - the role that sends: lots, and the replies we owe
 *
 * Every outgoing ebMS post is made here.  Ids and envelope are stored, and the
 * allowance taken, in one transaction before the first byte leaves; what
 * became of the post is stored after it.  A crash between the two leaves a
 * post whose end is unknown: the next mobbd makes it again, the same bytes
 * under the same MessageId.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "channels/channel.h"
#include "mobbd/peers.h"
#include "mobbd/role.h"

#define PAUSE_FIRST_MS 1000 /* after a post that was not received */
#define PAUSE_MAX_MS 30000
#define BLOCKED_WAIT_MS 500 /* a lot is read anew each time it is tried */
#define REST_MS 60000	    /* of a lot that we cannot send */
#define PUSH_TRIES_MAX 5    /* then the peer's own retry asks again */

struct courier {
	struct peers *peers;
	int64_t *pause_ms; /* per endpoint: grows while it is away */
	int64_t *rest_until_ms;
	struct journal *printed; /* as it was at the start; NULL not yet read */
};

static enum verdict
courier_open(struct role_run *run, struct fault *why)
{
	const struct jobs *jobs = &run->site->jobs;
	struct courier *own = mem_zero(1, sizeof(*own));

	(void)why;
	own->peers = peers_new(run->site);
	own->pause_ms =
		mem_zero(jobs->endpoint_count + 1, sizeof(*own->pause_ms));
	own->rest_until_ms =
		mem_zero(jobs->endpoint_count + 1, sizeof(*own->rest_until_ms));
	run->own = own;
	return V_OK;
}

static void
courier_close(struct role_run *run)
{
	struct courier *own = run->own;

	if (own == NULL)
		return;
	peers_free(own->peers);
	free(own->pause_ms);
	free(own->rest_until_ms);
	journal_free(own->printed);
	free(own);
}

/* --- replies: acknowledgments and errors for what came in --- */

static const struct jobs_sender *
sender_of_cpa(const struct site *site, const char *cpa_id)
{
	size_t i;

	for (i = 0; i < site->jobs.sender_count; i++)
		if (strcmp(site->cpas[i].id, cpa_id) == 0)
			return &site->jobs.senders[i];
	return NULL;
}

/* The endpoint a sender's streams use: where its replies go as well. */
static const struct jobs_endpoint *
endpoint_of_sender(const struct site *site, const struct jobs_sender *sender)
{
	size_t i;

	for (i = 0; i < site->jobs.stream_count; i++)
		if (site->jobs.streams[i].sender_is == sender)
			return site->jobs.streams[i].endpoint_is;
	return NULL;
}

static enum verdict
push_one(struct role_run *run, const struct push *push, struct fault *why)
{
	const struct jobs_sender *sender =
		sender_of_cpa(run->site, push->cpa_id);
	const struct jobs_endpoint *endpoint =
		sender == NULL ? NULL : endpoint_of_sender(run->site, sender);
	enum ebms_answer answer = EBMS_AGAIN;
	struct fault post = FAULT_NONE;
	const struct courier *own = run->own;
	struct http *http = NULL;
	int64_t retry_after_s;
	enum verdict v = V_BROKEN;
	bool sent;

	if (endpoint != NULL) {
		v = peers_connect(own->peers, sender, endpoint, &http, &post);
		if (v == V_OK)
			v = ebms_post(http, push->url, push->reply_id,
				push->reply, push->reply_len, NULL, NULL,
				&answer, &retry_after_s, &post);
	}
	sent = v == V_OK &&
	       (answer == EBMS_ACCEPTED || answer == EBMS_ACKNOWLEDGED);
	if (!sent)
		log_fault(&post);
	/* Not for ever: the peer asks again by sending its message again. */
	if (!sent && push->tries + 1 >= PUSH_TRIES_MAX)
		sent = true;
	return store_push_end(run->site->store, push, sent,
		clock_now_ms() + (PAUSE_FIRST_MS << push->tries), why);
}

static enum verdict
push_all(struct role_run *run, bool *some, struct fault *why)
{
	struct push push;
	int64_t next_ms;
	enum verdict v;

	while (!*run->stop) {
		v = store_push_next(run->site->store, clock_now_ms(), &run->mem,
			&push, &next_ms, why);
		if (v == V_END)
			return V_OK;
		if (v != V_OK)
			return v;
		v = push_one(run, &push, why);
		if (v != V_OK)
			return v;
		*some = true;
	}
	return V_OK;
}

/* --- lots --- */

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
	enum verdict v;

	*lot = (struct box_lot){ .batch_id = o->lot.batch_id,
		.created_ms = o->created_ms,
		.oin = s->stream->sender_is->oin,
		.type = s->stream->type,
		.letters = s->letters,
		.letter_count = s->letter_count };
	v = box_open(lot, &s->content, &s->box, why);
	return v;
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

/* A retry must be the same bytes: read the payload once without sending. */
static enum verdict
same_payload(struct sending *s, struct fault *why)
{
	static const uint8_t unknown[32];
	struct http_body body = box_body(s->box);
	char block[16384];
	uint8_t now[32];
	size_t got;
	enum verdict v;

	if (body.bytes != s->offer->payload_bytes)
		return fault_set(why, V_NEVER, CODE_PAYLOAD_CHANGED,
			"the payload had %" PRId64 " bytes, now %" PRId64,
			s->offer->payload_bytes, body.bytes);
	if (memcmp(s->offer->payload_sha256, unknown, 32) == 0)
		return V_OK;
	do {
		v = body.read(body.self, block, sizeof(block), &got, why);
	} while (v == V_OK && got > 0);
	if (v != V_OK)
		return v;
	box_digest(s->box, now);
	if (memcmp(now, s->offer->payload_sha256, 32) != 0)
		return fault_set(why, V_NEVER, CODE_PAYLOAD_CHANGED,
			"the payload is not what was sent before");
	return body.rewind(body.self, why);
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

/* What the post's end means for the lot. */
static enum post_end
post_meaning(enum verdict v, enum ebms_answer answer)
{
	switch (v) {
	case V_OK:
		switch (answer) {
		case EBMS_ACCEPTED:
			return POST_COMPLETE;
		case EBMS_ACKNOWLEDGED:
			return POST_ACKNOWLEDGED;
		case EBMS_REFUSED:
			return POST_FAILED;
		case EBMS_AGAIN:
			return POST_AGAIN;
		}
		return POST_UNKNOWN;
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

static enum verdict
post(struct sending *s, struct fault *why)
{
	struct courier *own = s->run->own;
	size_t e =
		(size_t)(s->stream->endpoint_is - s->run->site->jobs.endpoints);
	struct http_body body = box_body(s->box);
	enum ebms_answer answer = EBMS_AGAIN;
	struct fault reason = FAULT_NONE;
	int64_t after_s = -1, now_ms, next_ms;
	uint8_t sha256[32] = { 0 };
	enum post_end end;
	enum verdict v;

	v = ebms_post(s->http, s->action->url, s->offer->message_id,
		s->offer->envelope, s->offer->envelope_len,
		s->offer->content_id, &body, &answer, &after_s, &reason);
	end = post_meaning(v, answer);
	now_ms = clock_now_ms();
	next_ms = retry_ms(s, after_s, now_ms);
	if (end == POST_NOT_RECEIVED) {
		int64_t *pause = &own->pause_ms[e];

		*pause = *pause == 0		     ? PAUSE_FIRST_MS
			 : *pause * 2 > PAUSE_MAX_MS ? PAUSE_MAX_MS
						     : *pause * 2;
		next_ms = now_ms + *pause;
		own->rest_until_ms[e] = next_ms;
	} else {
		own->pause_ms[e] = 0;
		if (end != POST_HELD)
			box_digest(s->box, sha256);
	}
	if (reason.code != CODE_NONE) {
		fault_at(&reason, "lot %" PRId64, s->offer->lot.number);
		log_fault(&reason);
	}
	log_line("job %s: lot %" PRId64 ", %" PRId64 " letters, %s",
		s->offer->lot.job, s->offer->lot.number, s->offer->letters,
		end == POST_COMPLETE	   ? "offered"
		: end == POST_ACKNOWLEDGED ? "acknowledged"
		: end == POST_NOT_RECEIVED ? "not received"
		: end == POST_FAILED	   ? "refused by the peer"
		: end == POST_AGAIN ? "not taken now, offered again later"
		: end == POST_HELD  ? "held"
				    : "outcome unknown");
	return store_post_end(s->run->site->store, s->offer, end, next_ms,
		sha256, &reason, why);
}

/* The journal cannot be written, so nothing leaves: not received. */
static enum verdict
not_posted(struct sending *s, enum verdict v, struct fault *why)
{
	static const uint8_t none[32];
	struct fault ended;

	if (store_post_end(s->run->site->store, s->offer, POST_NOT_RECEIVED,
		    clock_now_ms() + PAUSE_MAX_MS, none, why, &ended) == V_OK)
		return v;
	*why = ended;
	return V_LATER;
}

/* Take the allowance and send; V_END: not allowed now. */
static enum verdict
begin_and_post(struct sending *s, struct fault *why)
{
	const struct jobs_endpoint *e = s->stream->endpoint_is;
	int64_t wait_ms = 0;
	enum verdict v;

	s->offer->payload_bytes = box_body(s->box).bytes;
	v = store_offer_begin(s->run->site->store, s->offer, e->letters,
		e->in_flight, &wait_ms, why);
	if (v == V_LATER && why->code == CODE_NONE) {
		/* An allowance comes by itself; a lot in flight ends with an
		 * acknowledgment, which wakes us.
		 */
		s->run->line->blocked_until_ms = clock_now_ms() + wait_ms + 1;
		s->run->wait_ms = wait_ms > 0 && wait_ms < BLOCKED_WAIT_MS
					  ? wait_ms
					  : BLOCKED_WAIT_MS;
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
	static const uint8_t none[32];

	log_fault(reason);
	return store_post_end(
		s->run->site->store, s->offer, POST_HELD, 0, none, reason, why);
}

/* We cannot send this lot, for a reason of its own: the others go on. */
static enum verdict
rest(struct role_run *run, const struct offer *offer, struct fault *reason,
	struct fault *why)
{
	enum verdict v = store_offer_rest(run->site->store, offer,
		clock_now_ms() + REST_MS, reason->text, why);

	fault_at(reason, "lot %" PRId64, offer->lot.number);
	if (v == V_OK && strcmp(offer->lot.reason, reason->text) != 0)
		log_fault(reason);
	return v;
}

static enum verdict
send_lot(struct role_run *run, const struct jobs_stream *stream,
	struct offer *offer, struct fault *why)
{
	const struct courier *own = run->own;
	struct sending s = { .run = run,
		.stream = stream,
		.offer = offer,
		.cpa = site_cpa(run->site, stream->sender_is) };
	struct fault reason = FAULT_NONE;
	bool content = false;
	enum verdict v;

	s.action = cpa_find(s.cpa, ACTION_BV_REQUEST, true);
	if (s.action == NULL)
		return fault_set(why, V_BROKEN, CODE_CPA,
			"the CPA does not let us send " ACTION_BV_REQUEST);
	v = peers_connect(own->peers, stream->sender_is, stream->endpoint_is,
		&s.http, why);
	if (v == V_OK)
		v = store_offer_letters(run->site->store, offer, &run->mem,
			&s.letters, &s.letter_count, why);
	if (v == V_OK) {
		v = spool_content_open(
			run->site->spool, offer->lot.job, &s.content, &reason);
		content = v == V_OK;
		if (!content)
			return rest(run, offer, &reason, why);
	}
	if (v != V_OK)
		return v;
	if (offer->attempt == 0)
		new_attempt(&s, clock_now_ms());
	v = not_printed(&s, &reason);
	if (v == V_OK)
		v = open_payload(&s, &reason);
	if (v == V_OK && offer->attempt != 0)
		v = same_payload(&s, &reason);
	if (v == V_OK)
		v = begin_and_post(&s, why);
	else if (v == V_NEVER)
		v = hold(&s, &reason, why);
	else
		*why = reason;
	box_close(s.box);
	if (content)
		spool_content_close(&s.content);
	return v;
}

static enum verdict
send_next(
	struct role_run *run, struct jobs_endpoint *endpoint, struct fault *why)
{
	const struct courier *own = run->own;
	size_t e = (size_t)(endpoint - run->site->jobs.endpoints);
	const struct jobs_stream *stream;
	int64_t now_ms = clock_now_ms(), next_ms = 0;
	struct fault reason = FAULT_NONE;
	struct offer offer;
	struct job job;
	enum verdict v;

	if (own->rest_until_ms[e] > now_ms) {
		run->line->blocked_until_ms = own->rest_until_ms[e];
		if (own->rest_until_ms[e] - now_ms < run->wait_ms)
			run->wait_ms = own->rest_until_ms[e] - now_ms;
		return V_END;
	}
	v = store_offer_next(run->site->store, endpoint->name, now_ms,
		&run->mem, &offer, &next_ms, why);
	if (v == V_END && next_ms > now_ms && next_ms - now_ms < run->wait_ms)
		run->wait_ms = next_ms - now_ms;
	if (v == V_OK)
		v = store_job_get(
			run->site->store, offer.lot.job, &run->mem, &job, why);
	if (v != V_OK)
		return v;
	if (site_stream(run->site, &job, &stream, &reason) != V_OK)
		return rest(run, &offer, &reason, why);
	v = send_lot(run, stream, &offer, why);
	if (v != V_OK && v != V_END)
		fault_at(why, "lot %" PRId64, offer.lot.number);
	return v;
}

static enum verdict
expire(struct role_run *run, bool *some, struct fault *why)
{
	int64_t count = 0, resend_ms = 60000, resends = 5;
	enum verdict v;

	if (run->site->jobs.stream_count > 0) {
		resend_ms = run->site->jobs.streams[0].resend;
		resends = run->site->jobs.streams[0].resends;
	}
	v = store_expire(run->site->store, clock_now_ms(), resend_ms, resends,
		&count, why);
	if (v == V_OK && count > 0) {
		log_line("%" PRId64 " attempts expired without an "
			 "acknowledgment",
			count);
		*some = true;
	}
	return v;
}

static enum verdict
courier_step(struct role_run *run, struct fault *why)
{
	bool some = false, listening = false;
	enum verdict v;
	size_t i;

	v = push_all(run, &some, why);
	/* We post nothing now: what is marked so was cut off, by a crash or by
	 * a database that went away before it heard of the end.
	 */
	if (v == V_OK)
		v = store_offers_take_back(run->site->store, why);
	if (v == V_OK)
		v = expire(run, &some, why);
	if (v == V_OK)
		v = store_listening(run->site->store, run->site->jobs.listen.at,
			&listening, why);
	if (v != V_OK)
		return v;
	if (!listening) {
		v = fault_set(why, V_LATER, CODE_NO_LISTENER,
			"nothing is sent while nothing listens for results");
		fault_at(why, "%s", run->site->jobs.listen.at);
		return v;
	}
	for (i = 0; i < run->site->jobs.endpoint_count && !*run->stop; i++) {
		arena_reset(&run->mem);
		v = send_next(run, &run->site->jobs.endpoints[i], why);
		if (v == V_OK)
			some = true;
		else if (v != V_END)
			return v;
	}
	return some ? V_OK : V_END;
}

const struct role role_courier = {
	.name = "courier",
	.needs = SITE_SPOOL | SITE_CPAS,
	.locks = true,
	.open = courier_open,
	.step = courier_step,
	.close = courier_close,
};
