/* store/offer.h - what may leave now: lanes, windows and limits
 *
 * Part of store/store.h.  A courier says with each question what the jobs file
 * says; limits that a person set (store/limit.h) the store knows itself.
 *
 * Lanes.  Of what is due a lot of the lowest lane goes first; in a lane the job
 * with the fewest letters still to go, so that a small one overtakes a large
 * one at the next lot.  A job of which nothing left for lane_age_ms rises a
 * lane, and after as long again another one; one that is past the urgent lane
 * goes before it, but only one such lot in a tenth of lane_age_ms, so that an
 * urgent job waits for one lot and never for a crowd.
 *
 * Limits.  Letters an hour of the endpoint and of the sender, and bytes a
 * second of the endpoint, are three arrival times (batch/pace.h), all taken in
 * the transaction in which a lot begins.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef STORE_OFFER_H
#define STORE_OFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"

struct store;
struct offer;

enum offer_lane {
	OFFER_URGENT = 1,
	OFFER_NORMAL = 2, /* also of a stream that is not among the rules */
	OFFER_BULK = 3,
};

/* A stream of the jobs file.  The name has no byte below a space. */
struct offer_stream {
	const char *name;
	enum offer_lane lane;
	bool closed;	  /* by its window: nothing of it leaves now */
	int64_t opens_ms; /* when it is closed: until then; 0 nobody knows */
};

/* A sender with a limit of its own, on top of that of the endpoint. */
struct offer_sender {
	const char *name;
	int64_t per_hour; /* letters */
};

struct offer_rules {
	/* of the endpoint */
	int64_t per_hour;  /* letters that may begin; 0 is closed */
	int64_t in_flight; /* lots offered and not yet acknowledged */
	int64_t bytes_s;   /* 0: no limit */
	bool closed;	   /* by its window; nobody's lots leave */
	int64_t opens_ms;
	int64_t lane_age_ms; /* 0: lots do not age */
	const struct offer_stream *streams;
	size_t stream_count;
	const struct offer_sender *senders;
	size_t sender_count;
	/* A clock that no person can set: microseconds since the machine
	 * started, and which start it was ("" or NULL: there is none).  While it
	 * is the same machine, a jump of the database's clock changes nothing.
	 */
	int64_t tick_us;
	const char *boot;
};

/* The next lot due at this endpoint: a retry whose time has come, a lot with
 * letters to resend, a lot never offered; of jobs that are not held, nor
 * stopped by their stream, sender or endpoint, nor closed by the rules.
 *
 * V_OK     this one
 * V_END    nothing due now; *next_ms_out is when something will be (0: nothing
 *	    planned)
 * V_LATER  CODE_NONE: something is due, but a limit says not now; why->text
 *	    says which, *next_ms_out when it will be (0: when a lot in flight is
 *	    acknowledged)
 */
enum verdict store_offer_next(struct store *store, const char *endpoint,
	const struct offer_rules *rules, int64_t now_ms, struct arena *mem,
	struct offer *offer_out, int64_t *next_ms_out, struct fault *why);

/* Take the allowance and, in the same transaction, store the attempt (new:
 * ids, envelope, length) or count the retry; the lot becomes offered.  The
 * clock is the database's, or rules->tick_us.
 *
 * V_OK     begin: the first byte may leave; offer->attempt is set
 * V_LATER  CODE_NONE: not now; *wait_ms_out says how long (at most), when the
 *	    limit is lots in flight it is 0: wait for an acknowledgment; also
 *	    when the job, its stream, sender or endpoint was held meanwhile
 */
enum verdict store_offer_begin(struct store *store, struct offer *offer,
	const struct offer_rules *rules, int64_t *wait_ms_out,
	struct fault *why);

#endif
