/* mobbd/courier_rules.c - what the jobs file says may leave now
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdlib.h>

#include "base/clock.h"
#include "mobbd/courier.h"

#define BLOCKED_WAIT_MS 500 /* a limit may be changed meanwhile */

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

void
courier_rules(
	struct role_run *run, int64_t now_ms, struct offer_rules *rules_out)
{
	const struct jobs *jobs = &run->site->jobs;
	struct courier *own = run->own;
	const struct window *here = &own->endpoint->when.is;
	size_t i;

	for (i = 0; i < jobs->stream_count; i++) {
		const struct window *its = &jobs->streams[i].when.is;

		own->streams[i] = (struct offer_stream){
			.name = jobs->streams[i].name,
			.lane = OFFER_NORMAL,
			.closed = !window_both_open(its, here, now_ms),
		};
		if (own->streams[i].closed)
			own->streams[i].opens_ms =
				window_both_next_open(its, here, now_ms);
	}
	*rules_out = (struct offer_rules){
		.per_hour = own->endpoint->letters,
		.in_flight = own->endpoint->in_flight,
		.bytes_s = own->endpoint->bytes,
		.streams = own->streams,
		.stream_count = jobs->stream_count,
		.senders = own->senders,
		.closed = !window_open(here, now_ms),
		.opens_ms = window_next_open(here, now_ms),
	};
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
