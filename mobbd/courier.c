/* mobbd/courier.c - the role that sends, one for each endpoint
 *
 * Every outgoing ebMS post is made here: lots (courier_lot.c), questions
 * (courier_ask.c) and the replies we owe (courier_push.c), in turns.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "mobbd/courier.h"
#include "mobbd/endpoint.h"

#define RESEND_MS 900000 /* of a stream that is no longer in the jobs file */

/* Lots of endpoints that the jobs file no longer has: nobody looks at them, so
 * it is said once, here.
 */
static enum verdict
note_others(struct role_run *run, struct fault *why)
{
	const struct courier *own = run->own;
	int64_t count = 0;
	enum verdict v;

	v = store_offers_note(run->site->store, &own->others,
		"the jobs file no longer has the endpoint of this lot", &count,
		why);
	if (v == V_OK && count > 0)
		log_line("%" PRId64 " lots wait for an endpoint that the jobs "
			 "file no longer has",
			count);
	return v;
}

static enum verdict
pusher_open(struct role_run *run, struct fault *why)
{
	const struct jobs *jobs = &run->site->jobs;
	struct courier *own = mem_zero(1, sizeof(*own));
	size_t i;

	run->own = own;
	own->names = mem_zero(jobs->endpoint_count + 1, sizeof(*own->names));
	for (i = 0; i < jobs->endpoint_count; i++)
		own->names[i] = jobs->endpoints[i].name;
	own->others = (struct store_part){ own->names, i, true };
	own->endpoint = jobs_endpoint(jobs, run->arg);
	if (own->endpoint == NULL)
		return fault_set(why, V_BROKEN, CODE_CONFIG_NAME,
			"the jobs file has no endpoint named '%.40s'",
			run->arg);
	own->first = own->endpoint == jobs->endpoints;
	own->here = (struct store_part){
		own->names + (own->endpoint - jobs->endpoints), 1, false
	};
	own->peers = peers_new(run);
	courier_rules_open(own, jobs);
	own->push_rest =
		mem_zero(run->site->cpa_of_count + 1, sizeof(*own->push_rest));
	own->cpa_ids =
		mem_zero(run->site->cpa_of_count + 1, sizeof(*own->cpa_ids));
	return V_OK;
}

static enum verdict
courier_open(struct role_run *run, struct fault *why)
{
	enum verdict v = pusher_open(run, why);
	const struct courier *own = run->own;

	if (v == V_OK && own->first)
		v = note_others(run, why);
	/* Only now: a courier of an endpoint that is new to the jobs file may
	 * be at work later, while we have not read it.
	 */
	if (v == V_OK && own->first)
		v = store_offers_take_back(run->site->store, &own->others, why);
	/* A rest of before is forgotten. */
	if (v == V_OK)
		v = store_endpoint_rest(run->site->store, own->endpoint->name,
			clock_now_ms(), 0, NULL, why);
	return v;
}

static void
courier_close(struct role_run *run)
{
	struct courier *own = run->own;

	if (own == NULL)
		return;
	peers_free(own->peers);
	courier_rules_close(own);
	free((void *)own->names);
	free(own->push_rest);
	free((void *)own->cpa_ids);
	journal_free(own->printed);
	free(own);
}

/* The endpoint was away a moment ago.  --once waits a while for it. */
static bool
resting(struct role_run *run, int64_t now_ms)
{
	const struct courier *own = run->own;
	struct fault unused;
	int64_t until_ms =
		peers_rest_ms(own->peers, own->endpoint, now_ms, &unused);

	if (until_ms == 0)
		return false;
	run->blocked_until_ms = now_ms;
	if (until_ms - now_ms < run->wait_ms)
		run->wait_ms = until_ms - now_ms;
	return true;
}

static enum verdict
send_next(struct role_run *run, struct fault *why)
{
	const struct courier *own = run->own;
	const struct jobs_stream *stream;
	int64_t now_ms = clock_now_ms(), next_ms = 0;
	struct fault reason = FAULT_NONE;
	struct offer_rules rules;
	struct offer offer;
	struct job job;
	enum verdict v;

	if (resting(run, now_ms))
		return V_END;
	courier_rules(run, now_ms, &rules);
	v = store_offer_next(run->site->store, own->endpoint->name, &rules,
		now_ms, &run->mem, &offer, &next_ms, why);
	if (v == V_LATER && why->code == CODE_NONE) {
		courier_blocked(run, next_ms == 0 ? 0 : next_ms - now_ms);
		return V_END;
	}
	if (v == V_END && next_ms > now_ms && next_ms - now_ms < run->wait_ms)
		run->wait_ms = next_ms - now_ms;
	if (v == V_END)
		courier_shut(run, &rules, now_ms);
	if (v == V_OK)
		v = role_begins(run, TOOK_LOT, own->endpoint->name, 0, why);
	if (v == V_OK)
		v = store_job_get(
			run->site->store, offer.lot.job, &run->mem, &job, why);
	if (v != V_OK)
		return v;
	if (site_stream(run->site, &job, &stream, &reason) != V_OK)
		return courier_rest(run, &offer, &reason, why);
	v = courier_lot(run, stream, &offer, why);
	if (v == V_END)
		(void)resting(run, clock_now_ms());
	else if (v != V_OK)
		fault_at(why, "lot %" PRId64, offer.lot.number);
	return v;
}

static struct resend
resend_of(void *self, const char *stream)
{
	const struct jobs_stream *s = jobs_stream(self, stream);

	return s == NULL ? (struct resend){ RESEND_MS, 0, RESEND_MS }
			 : (struct resend){ s->resend, s->resends,
				   s->resend_max };
}

/* What waited too long. */
static enum verdict
expire(struct role_run *run, const struct store_part *part, bool *some,
	struct fault *why)
{
	int64_t count = 0;
	enum verdict v;

	v = store_expire(run->site->store, part, clock_now_ms(), resend_of,
		&run->site->jobs, &count, why);
	if (v == V_OK && count > 0) {
		log_line("%" PRId64 " attempts ended without an "
			 "acknowledgment",
			count);
		*some = true;
	}
	return v;
}

/* Questions that nobody acknowledged in time. */
static enum verdict
questions_expire(struct role_run *run, bool *some, struct fault *why)
{
	const struct courier *own = run->own;
	int64_t count = 0;
	enum verdict v = store_question_expire(
		run->site->store, &own->here, clock_now_ms(), &count, why);

	if (v == V_OK && count > 0) {
		log_line("%" PRId64 " questions ended without an "
			 "acknowledgment",
			count);
		*some = true;
	}
	return v;
}

/* Of this endpoint, and of those that nobody serves. */
static enum verdict
clear(struct role_run *run, bool *some, struct fault *why)
{
	const struct courier *own = run->own;
	enum verdict v;

	/* We post nothing now: what is marked so was cut off, by a crash or by
	 * a database that went away before it heard of the end.
	 */
	v = store_offers_take_back(run->site->store, &own->here, why);
	if (v == V_OK)
		v = expire(run, &own->here, some, why);
	if (v == V_OK && own->first)
		v = expire(run, &own->others, some, why);
	if (v == V_OK)
		v = questions_expire(run, some, why);
	if (v == V_OK && own->first)
		v = courier_cpas(run, why);
	return v;
}

/* Somebody wants to know how the connection is. */
static enum verdict
look(struct role_run *run, bool *some, struct fault *why)
{
	const struct endpoint_look look = { run->site, &run->mem, run->stop };
	const struct courier *own = run->own;
	int64_t until_ms = 0, now_ms = clock_now_ms();
	enum verdict v = endpoint_step(&look, own->endpoint, &until_ms, why);

	*some = *some || v == V_OK;
	if (v == V_END && until_ms > now_ms) {
		run->blocked_until_ms = until_ms;
		if (until_ms - now_ms < run->wait_ms)
			run->wait_ms = until_ms - now_ms;
	}
	return v == V_END ? V_OK : v;
}

static enum verdict
courier_step(struct role_run *run, struct fault *why)
{
	bool some = false, listening = false;
	enum verdict v;

	v = courier_push(run, &some, why);
	if (v == V_OK)
		v = clear(run, &some, why);
	if (v == V_OK)
		v = look(run, &some, why);
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
	v = courier_ask(run, why);
	if (v == V_END)
		v = send_next(run, why);
	if (v == V_END)
		v = courier_chain(run, why);
	return v == V_END && some ? V_OK : v;
}

static enum verdict
pusher_step(struct role_run *run, struct fault *why)
{
	bool some = false;
	enum verdict v = courier_push(run, &some, why);

	return v == V_OK && !some ? V_END : v;
}

const struct role role_courier = {
	.name = "courier",
	.needs = SITE_SPOOL | SITE_CPAS,
	.locks = true,
	.step_max_ms = 3600000, /* a lot over a slow line */
	.open = courier_open,
	.step = courier_step,
	.close = courier_close,
};

/* Beside a listener that stands alone: a result that comes between two runs of
 * --once is acknowledged at once.  It touches no lot, so it needs no lock; when
 * a courier pushes the same reply, the peer has the same bytes twice.
 */
const struct role role_pusher = {
	.name = "pusher",
	.needs = SITE_CPAS,
	.locks = false,
	.open = pusher_open,
	.step = pusher_step,
	.close = courier_close,
};
