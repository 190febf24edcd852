/* mobbd/courier_ask.c - one bulk question about subscriptions leaves
 *
 * Like a lot (courier_lot.c): ids and envelope are stored before the first
 * byte, and a retry repeats the bytes, which the same numbers always give.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "channels/subscription.h"
#include "mobbd/courier.h"

#define REST_MS 60000 /* of a question that we cannot send now */

struct asking {
	struct role_run *run;
	struct question q;
	const struct jobs_sender *sender;
	const struct cpa *cpa;
	const struct cpa_action *action;
	struct http *http;
	struct subscribed numbers;
	struct subscription *payload;
};

/* Whose letters it is about: a sender with a stream at this endpoint. */
static enum verdict
find_sender(struct asking *a, struct fault *why)
{
	const struct courier *own = a->run->own;
	const struct jobs *jobs = &a->run->site->jobs;
	size_t i;

	for (i = 0; i < jobs->stream_count; i++) {
		const struct jobs_stream *s = &jobs->streams[i];

		if (s->endpoint_is == own->endpoint &&
			strcmp(s->sender_is->oin, a->q.sender) == 0) {
			a->sender = s->sender_is;
			return V_OK;
		}
	}
	return fault_set(why, V_SKIP, CODE_CONFIG_NAME,
		"no stream at endpoint %.40s is of sender %.40s",
		own->endpoint->name, a->q.sender);
}

/* A retry goes by the CPA it was made under. */
static enum verdict
connect_it(struct asking *a, struct fault *why)
{
	const struct courier *own = a->run->own;
	const struct site *site = a->run->site;
	enum verdict v;

	if (a->q.message_id[0] == '\0')
		v = site_cpa(site, a->sender, clock_now_ms(), &a->cpa, why);
	else
		v = site_agreed(site, a->sender, a->q.cpa_id, clock_now_ms(),
			&a->cpa, why);
	if (v == V_OK)
		v = peers_connect(own->peers, a->sender, own->endpoint, a->cpa,
			&a->http, why);
	if (v != V_OK)
		return v;
	a->action = cpa_find(a->cpa, ACTION_A_REQUEST, true);
	if (a->action == NULL)
		v = fault_set(why, V_SKIP, CODE_CPA,
			"the CPA does not let us send " ACTION_A_REQUEST);
	return v;
}

static void
new_message(struct asking *a, int64_t now_ms)
{
	struct arena *mem = &a->run->mem;
	struct buf envelope = BUF_MAX(65536);
	struct question *q = &a->q;
	char id[UUID_TEXT_MAX];
	struct ebms_ids ids;

	uuid_text(&q->id, id);
	ebms_ids_make(a->cpa, a->action, id, now_ms, &ids);
	q->content_id = arena_format(mem, "question-%s", id);
	ebms_envelope(a->cpa, a->action, &ids, q->content_id, &envelope);
	assert(!envelope.full);
	q->message_id = arena_text(mem, ids.message_id, strlen(ids.message_id));
	q->conversation_id = arena_text(
		mem, ids.conversation_id, strlen(ids.conversation_id));
	q->envelope = arena_text(mem, envelope.bytes, envelope.len);
	q->envelope_len = envelope.len;
	q->cpa_id = a->cpa->id;
	q->parties =
		arena_format(mem, "%s %s", a->cpa->ours.id, a->cpa->theirs.id);
	q->sent_ms = ids.created_ms;
	q->expires_ms = ids.expires_ms;
	buf_done(&envelope);
}

static enum verdict
rest(struct asking *a, struct fault *reason, struct fault *why)
{
	enum verdict v = store_question_rest(a->run->site->store, a->q.number,
		clock_now_ms() + REST_MS, reason->text, why);

	fault_at(reason, "question %" PRId64, a->q.number);
	if (v == V_OK && strcmp(a->q.reason, reason->text) != 0)
		log_fault(reason);
	return v;
}

/* What is not acknowledged in its answer is repeated, if the agreement has
 * acknowledgments at all.
 */
static enum verdict
ended(struct asking *a, enum verdict v, const struct ebms_reply *reply,
	struct fault *reason, struct fault *why)
{
	const struct courier *own = a->run->own;
	int64_t now_ms = clock_now_ms(), next_ms;
	enum question_end end = QUESTION_POSTED;

	next_ms =
		a->action->ack_requested ? now_ms + a->action->interval_ms : 0;
	if (v == V_OK && reply->meaning == EBMS_ACKNOWLEDGED)
		end = QUESTION_TAKEN;
	else if ((v == V_OK && reply->meaning == EBMS_REFUSED) || v == V_NEVER)
		end = QUESTION_NEVER;
	else if (v == V_LATER || v == V_BROKEN || v == V_SKIP) {
		end = QUESTION_NOT_RECEIVED;
		next_ms = now_ms; /* being stopped: the next courier goes on */
		if (!*a->run->stop)
			(void)peers_away(own->peers, a->sender, own->endpoint,
				reason, now_ms, &next_ms);
	}
	if (v == V_OK)
		(void)peers_back(own->peers, a->sender, own->endpoint);
	if (reason->code != CODE_NONE) {
		fault_at(reason, "question %" PRId64, a->q.number);
		log_fault(reason);
	}
	log_line("question %" PRId64 ": %s, %" PRId64 " numbers, %s",
		a->q.number, question_kind_word(a->q.kind), a->q.asked,
		end == QUESTION_POSTED	       ? "offered"
		: end == QUESTION_TAKEN	       ? "acknowledged in the answer"
		: end == QUESTION_NOT_RECEIVED ? "not received"
					       : "failed");
	return store_question_end(
		a->run->site->store, &a->q, end, next_ms, now_ms, reason, why);
}

static enum verdict
begin_and_post(struct asking *a, struct fault *why)
{
	struct http_body body = subscription_body(a->payload);
	struct ebms_post post = { .cpa = a->cpa,
		.url = a->action->url,
		.message_id = a->q.message_id,
		.envelope = a->q.envelope,
		.envelope_len = a->q.envelope_len,
		.content_id = a->q.content_id,
		.payload = &body,
		.ack_requested = a->action->ack_requested,
		.sync_reply = a->action->sync_reply };
	struct ebms_reply reply = { .meaning = EBMS_AGAIN,
		.retry_after_s = -1 };
	struct fault reason = FAULT_NONE;
	enum verdict v;

	v = store_question_begin(a->run->site->store, &a->q, a->sender->name,
		clock_now_ms() + a->action->interval_ms, &reason);
	if (v == V_SKIP)
		return rest(a, &reason, why);
	if (v != V_OK) {
		*why = reason;
		return v;
	}
	v = ebms_post(a->http, &post, &reply, &reason);
	return ended(a, v, &reply, &reason, why);
}

static enum verdict
make_and_post(struct asking *a, struct fault *why)
{
	const struct subscription_question question = { .id = a->q.id,
		.oin = a->q.sender,
		.kind = (enum subscription_kind)a->q.kind,
		.since_ms = a->q.since_ms,
		.numbers = &a->numbers };
	bool again = a->q.message_id[0] != '\0';
	struct fault reason = FAULT_NONE;
	enum verdict v = V_OK;
	int64_t bytes;

	if (a->q.kind == QUESTION_LIST)
		v = store_question_numbers(
			a->run->site->store, a->q.number, &a->numbers, why);
	if (v != V_OK)
		return v;
	if (!again)
		new_message(a, clock_now_ms());
	a->payload = subscription_open(&question);
	bytes = subscription_body(a->payload).bytes;
	if (again && bytes != a->q.payload_bytes) {
		(void)fault_set(&reason, V_NEVER, CODE_PAYLOAD_CHANGED,
			"the payload is not what was sent before");
		v = store_question_end(a->run->site->store, &a->q,
			QUESTION_NEVER, 0, clock_now_ms(), &reason, why);
	} else {
		a->q.payload_bytes = bytes;
		v = begin_and_post(a, why);
	}
	subscription_close(a->payload);
	return v;
}

enum verdict
courier_ask(struct role_run *run, struct fault *why)
{
	const struct courier *own = run->own;
	struct asking a = { .run = run };
	struct fault reason = FAULT_NONE;
	int64_t now_ms = clock_now_ms(), next_ms = 0;
	enum verdict v;

	if (peers_rest_ms(own->peers, own->endpoint, now_ms, &reason) != 0)
		return V_END;
	reason = FAULT_NONE;
	v = store_question_next(run->site->store, own->endpoint->name, now_ms,
		&run->mem, &a.q, &next_ms, why);
	if (v == V_END && next_ms > now_ms && next_ms - now_ms < run->wait_ms)
		run->wait_ms = next_ms - now_ms;
	if (v == V_OK)
		v = role_begins(
			run, TOOK_QUESTION, own->endpoint->name, 0, why);
	if (v != V_OK)
		return v;
	v = find_sender(&a, &reason);
	if (v == V_OK)
		v = connect_it(&a, &reason);
	if (v != V_OK)
		return rest(&a, &reason, why);
	v = make_and_post(&a, why);
	subscribed_done(&a.numbers);
	return v;
}
