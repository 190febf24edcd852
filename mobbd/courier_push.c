/* mobbd/courier_push.c - replies: acknowledgments and errors for what came in
 *
 * An address that does not answer must not hold up the lots: it is given a
 * short time, and the replies under that CPA rest.  An answer that refuses one
 * (a peer that was put back knows nothing of its message) holds up no other.  A
 * reply is given up after some tries: the peer's own retry asks for it again.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "mobbd/courier.h"

#define TRIES_MAX 5
#define PAUSE_FIRST_MS 1000
#define PAUSE_MAX_MS 30000
#define CONNECT_MS 5000
#define ANSWER_MS 15000
#define TURN_MS 2000 /* then it is the turn of a lot */

/* Where a sender's replies go out: at the endpoint that its streams use. */
static const struct jobs_endpoint *
endpoint_of(const struct jobs *jobs, const struct jobs_sender *sender)
{
	size_t i;

	for (i = 0; i < jobs->stream_count; i++)
		if (jobs->streams[i].sender_is == sender)
			return jobs->streams[i].endpoint_is;
	for (i = 0; i < jobs->endpoint_count; i++)
		if (sender->environment == NULL ||
			strcmp(jobs->endpoints[i].environment,
				sender->environment) == 0)
			return &jobs->endpoints[i];
	return NULL;
}

/* CPAs whose replies leave here; now: without those that rest. */
static struct store_part
cpas_here(const struct role_run *run, int64_t now_ms, int64_t *until_ms_out)
{
	const struct courier *own = run->own;
	const struct site *site = run->site;
	struct store_part part = { .names = own->cpa_ids };
	size_t i;

	for (i = 0; i < site->cpa_of_count; i++) {
		const struct site_cpa *of = &site->cpa_of[i];
		int64_t until_ms = own->push_rest[i].until_ms;

		/* Of two senders with one CPA the first pushes. */
		if (of->cpa == NULL ||
			site_cpa_named(site, of->cpa->id) != of ||
			endpoint_of(&site->jobs, of->sender) != own->endpoint)
			continue;
		if (until_ms <= now_ms)
			own->cpa_ids[part.count++] = of->cpa->id;
		else if (*until_ms_out == 0 || until_ms < *until_ms_out)
			*until_ms_out = until_ms;
	}
	return part;
}

enum pushed {
	PUSHED,
	PUSH_REFUSED, /* this one; others may do */
	PUSH_AWAY,    /* nobody answered */
};

static enum pushed
post(struct role_run *run, const struct push *push, const struct site_cpa *of,
	struct fault *why)
{
	const struct courier *own = run->own;
	struct ebms_post post = { .cpa = of->cpa,
		.url = push->url,
		.message_id = push->reply_id,
		.envelope = push->reply,
		.envelope_len = push->reply_len };
	struct ebms_reply reply;
	struct http *http;
	enum verdict v;

	v = peers_connect(
		own->peers, of->sender, own->endpoint, of->cpa, &http, why);
	if (v != V_OK) {
		*why = FAULT_NONE; /* it was told */
		return PUSH_AWAY;
	}
	http_patience(http, CONNECT_MS, ANSWER_MS);
	v = ebms_post(http, &post, &reply, why);
	http_patience(http, 0, 0);
	if (v != V_OK)
		return PUSH_AWAY;
	return reply.meaning == EBMS_ACCEPTED ||
			       reply.meaning == EBMS_ACKNOWLEDGED
		       ? PUSHED
		       : PUSH_REFUSED;
}

/* Nobody answered: the replies of that agreement rest, longer each time. */
static void
take_rest(struct push_rest *rest)
{
	int64_t ms = PAUSE_FIRST_MS << (rest->fails > 5 ? 5 : rest->fails);

	rest->fails++;
	rest->until_ms =
		clock_now_ms() + (ms > PAUSE_MAX_MS ? PAUSE_MAX_MS : ms);
}

static enum verdict
push_one(struct role_run *run, const struct push *push, bool *sent_out,
	struct fault *why)
{
	const struct site_cpa *of = site_cpa_named(run->site, push->cpa_id);
	struct courier *own = run->own;
	struct fault reason = FAULT_NONE;
	struct push_rest *rest;
	int64_t pause_ms =
		PAUSE_FIRST_MS
		<< (push->tries < TRIES_MAX ? push->tries : TRIES_MAX);
	enum pushed end;
	bool sent, over;

	assert(of != NULL);
	rest = &own->push_rest[of - run->site->cpa_of];
	end = post(run, push, of, &reason);
	sent = end == PUSHED;
	over = push->once || push->tries + 1 >= TRIES_MAX;
	if (reason.code != CODE_NONE)
		log_fault(&reason);
	if (!sent && over)
		log_line("the reply to message %.100s is given up",
			push->message_id);
	if (end == PUSH_AWAY)
		take_rest(rest);
	else
		rest->fails = 0;
	*sent_out = sent;
	return store_push_end(run->site->store, push, sent || over,
		clock_now_ms() + pause_ms, why);
}

/* Look again when a reply is due; --once waits a while for it. */
static void
wait_until(struct role_run *run, int64_t until_ms, int64_t now_ms)
{
	if (until_ms == 0)
		return;
	if (until_ms - now_ms < run->wait_ms)
		run->wait_ms = until_ms > now_ms ? until_ms - now_ms : 1;
	run->blocked_until_ms = now_ms;
}

enum verdict
courier_push(struct role_run *run, bool *some, struct fault *why)
{
	int64_t end_ms = clock_tick_ms() + TURN_MS;
	enum verdict v = V_OK;

	while (v == V_OK && !*run->stop && clock_tick_ms() < end_ms) {
		int64_t now_ms = clock_now_ms(), next_ms = 0, until_ms = 0;
		struct store_part part = cpas_here(run, now_ms, &until_ms);
		struct push push;
		bool sent;

		v = store_push_next(run->site->store, &part, now_ms, &run->mem,
			&push, &next_ms, why);
		if (v == V_END) {
			wait_until(run, next_ms, now_ms);
			wait_until(run, until_ms, now_ms);
			return V_OK;
		}
		if (v == V_OK)
			v = push_one(run, &push, &sent, why);
		if (v == V_OK)
			*some = *some || sent;
	}
	return v;
}
