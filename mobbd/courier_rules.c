/* mobbd/courier_rules.c - what the jobs file says may leave now
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdlib.h>

#include "base/clock.h"
#include "mobbd/courier.h"
#include "mobbd/dates.h"

#define BLOCKED_WAIT_MS 500	/* a limit may be changed meanwhile */

void
courier_rules_open(struct courier *own, const struct jobs *jobs)
{
	own->streams = mem_zero(jobs->stream_count + 1, sizeof(*own->streams));
	own->senders = mem_zero(jobs->sender_count + 1, sizeof(*own->senders));
}

void
courier_rules_close(struct courier *own)
{
	free(own->streams);
	free(own->senders);
}

static bool
has_window(const struct window *w)
{
	return w->count > 0 || w->off.count > 0 || w->off.holidays;
}

/* The database's clock, asked for only where a window has to be open by it, too.
 * When it is away nothing is sent anyway.
 */
static int64_t
their_clock(struct role_run *run, int64_t now_ms)
{
	const struct jobs *jobs = &run->site->jobs;
	const struct courier *own = run->own;
	bool asked = has_window(&own->endpoint->when.is);
	int64_t there_ms = now_ms;
	struct fault unused;
	size_t i;

	for (i = 0; i < jobs->stream_count && !asked; i++)
		asked = has_window(&jobs->streams[i].when.is);
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
	size_t i;

	for (i = 0; i < jobs->stream_count; i++) {
		const struct window *its = &jobs->streams[i].when.is;
		int64_t opens_ms = dates_opens(its, here, now_ms, there_ms);

		own->streams[i] = (struct offer_stream){
			.name = jobs->streams[i].name,
			.lane = OFFER_NORMAL,
			.closed = opens_ms > now_ms,
			.opens_ms = opens_ms > now_ms ? opens_ms : 0,
		};
	}
	*rules_out = (struct offer_rules){
		.per_hour = own->endpoint->letters,
		.in_flight = own->endpoint->in_flight,
		.bytes_s = own->endpoint->bytes,
		.streams = own->streams,
		.stream_count = jobs->stream_count,
		.senders = own->senders,
		.closed = here_ms > now_ms,
		.opens_ms = here_ms > now_ms ? here_ms : 0,
	};
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
	if (dates_tell_waits(run->site, false) != 0)
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
