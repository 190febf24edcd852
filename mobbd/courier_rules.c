/* mobbd/courier_rules.c - what the jobs file says may leave now
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "mobbd/courier.h"
#include "mobbd/dates.h"

_Static_assert((int)JOBS_URGENT == (int)OFFER_URGENT &&
		       (int)JOBS_NORMAL == (int)OFFER_NORMAL &&
		       (int)JOBS_BULK == (int)OFFER_BULK,
	"the lanes of the jobs file are those of the store");

#define BLOCKED_WAIT_MS 500 /* a limit may be changed meanwhile */

void
courier_rules_open(struct courier *own, const struct jobs *jobs)
{
	own->streams = mem_zero(jobs->stream_count + 1, sizeof(*own->streams));
	own->senders = mem_zero(jobs->sender_count + 1, sizeof(*own->senders));
	clock_boot(own->boot);
}

void
courier_rules_close(struct courier *own)
{
	free(own->streams);
	free(own->senders);
}

/* The database's clock, asked for only where a window has to be open by it, too.
 * When it is away nothing is sent anyway.
 */
static int64_t
their_clock(struct role_run *run, int64_t now_ms)
{
	const struct jobs *jobs = &run->site->jobs;
	const struct courier *own = run->own;
	bool asked = dates_has_window(&own->endpoint->when.is);
	int64_t there_ms = now_ms;
	struct fault unused;
	size_t i;

	for (i = 0; i < jobs->stream_count && !asked; i++)
		asked = dates_has_window(&jobs->streams[i].when.is);
	if (asked)
		(void)store_clock(run->site->store, &there_ms, &unused);
	return there_ms;
}

void
courier_rules(
	struct role_run *run, int64_t now_ms, struct offer_rules *rules_out)
{
	const struct jobs *jobs = &run->site->jobs;
	struct courier *own = run->own;
	const struct window *here = &own->endpoint->when.is;
	int64_t there_ms = their_clock(run, now_ms);
	int64_t here_ms = dates_opens(here, NULL, now_ms, there_ms);
	size_t i, n = 0, senders = 0;

	for (i = 0; i < jobs->stream_count; i++) {
		const struct jobs_stream *s = &jobs->streams[i];
		int64_t opens_ms =
			dates_opens(&s->when.is, here, now_ms, there_ms);

		/* One of several senders has an entry for each. */
		if (i > 0 && strcmp(s->name, s[-1].name) == 0)
			continue;
		own->streams[n++] = (struct offer_stream){
			.name = s->name,
			.lane = (enum offer_lane)s->lane_is,
			.closed = opens_ms > now_ms,
			.opens_ms = opens_ms > now_ms ? opens_ms : 0,
		};
	}
	for (i = 0; i < jobs->sender_count; i++)
		if (jobs->senders[i].letters > 0)
			own->senders[senders++] = (struct offer_sender){
				.name = jobs->senders[i].name,
				.per_hour = jobs->senders[i].letters,
			};
	*rules_out = (struct offer_rules){
		.per_hour = own->endpoint->letters,
		.in_flight = own->endpoint->in_flight,
		.bytes_s = own->endpoint->bytes,
		.streams = own->streams,
		.stream_count = n,
		.senders = own->senders,
		.closed = here_ms > now_ms,
		.opens_ms = here_ms > now_ms ? here_ms : 0,
		.sender_count = senders,
		.lane_age_ms = own->endpoint->lane_age,
		.tick_us = clock_tick_ms() * 1000,
		.boot = own->boot,
	};
}

bool
courier_is_shut(const struct offer_rules *rules, const char *stream)
{
	size_t i;

	for (i = 0; stream != NULL && i < rules->stream_count; i++)
		if (strcmp(rules->streams[i].name, stream) == 0 &&
			rules->streams[i].closed)
			return true;
	return rules->closed;
}

/* --once waits for a window that opens soon, or before its own end (the
 * supervisor knows), when something waits for it.
 */
void
courier_shut(
	struct role_run *run, const struct offer_rules *rules, int64_t now_ms)
{
	int64_t first_ms = rules->closed ? rules->opens_ms : WINDOW_NEVER;
	size_t i;

	for (i = 0; i < rules->stream_count; i++)
		if (rules->streams[i].closed &&
			rules->streams[i].opens_ms < first_ms)
			first_ms = rules->streams[i].opens_ms;
	if (first_ms == WINDOW_NEVER)
		return;
	if (first_ms - now_ms < run->wait_ms)
		run->wait_ms = first_ms - now_ms;
	if (dates_box_waits(run->site, run->arg))
		run->blocked_until_ms = first_ms + 1;
}

/* An allowance comes by itself, so --once waits for it; a lot in flight ends
 * with an acknowledgment, which wakes us.
 */
void
courier_blocked(struct role_run *run, int64_t wait_ms)
{
	run->blocked_until_ms = clock_now_ms() + wait_ms + 1;
	run->wait_ms = wait_ms > 0 && wait_ms < BLOCKED_WAIT_MS
			       ? wait_ms
			       : BLOCKED_WAIT_MS;
}
