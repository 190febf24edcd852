/* mobbd/courier.h - what the files of the courier share; private to it
 *
 * A courier serves one endpoint: the lots of its streams, and the replies we
 * owe under the CPAs of the senders that use it.  The first endpoint's courier
 * also does what has no other: it forgets nothing that the jobs file no longer
 * names.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBD_COURIER_H
#define MOBBD_COURIER_H

#include "base/clock.h"
#include "channels/channel.h"
#include "mobbd/peers.h"
#include "mobbd/role.h"

struct push_rest {
	int fails; /* in a row */
	int64_t until_ms;
};

struct courier {
	const struct jobs_endpoint *endpoint;
	struct peers *peers;
	const char **names;	  /* of all endpoints */
	struct store_part here;	  /* this endpoint */
	struct store_part others; /* all that the jobs file does not name */
	bool first;
	struct push_rest *push_rest; /* one for each of site->cpa_of */
	const char **cpa_ids;	     /* room for as many */
	int64_t cpas_ms;	     /* tick of the next courier_cpas() */
	uint8_t cpas_told[32];	     /* digest of those that were missing */
	char told[16]; /* the job that was last warned about its dates */
	struct journal *printed; /* as it was at the start; NULL not yet read */
	struct offer_stream
		*streams; /* of the jobs file, as the rules have it */
	struct offer_sender *senders;
	char boot[CLOCK_BOOT_MAX];
};

/* --- mobbd/courier_rules.c --- */

void courier_rules_open(struct courier *own, const struct jobs *jobs);
void courier_rules_close(struct courier *own);
/* What may leave at this moment; the lists are lent until the next call. */
void courier_rules(
	struct role_run *run, int64_t now_ms, struct offer_rules *rules_out);
/* Something is due, and a limit says not now: for so long, 0 until an
 * acknowledgment comes.
 */
void courier_blocked(struct role_run *run, int64_t wait_ms);

/* --- mobbd/courier_lot.c --- */

/* Make and end one post of a lot that is due.  V_OK: it is on its way, or a
 * person has to look at it; V_END: not now (blocked, or not received).
 */
enum verdict courier_lot(struct role_run *run, const struct jobs_stream *stream,
	struct offer *offer, struct fault *why);

/* We cannot send this lot, for a reason of its own: the others go on. */
enum verdict courier_rest(struct role_run *run, const struct offer *offer,
	struct fault *reason, struct fault *why);

/* Is the window of the endpoint shut, or that of this stream (NULL: any)? */
bool courier_is_shut(const struct offer_rules *rules, const char *stream);

/* Nothing is due: because a window is shut? */
void courier_shut(
	struct role_run *run, const struct offer_rules *rules, int64_t now_ms);

/* --- mobbd/courier_push.c --- */

/* Push what is due, for a moment, so that lots and replies take turns; sets
 * *some when something was pushed.
 */
enum verdict courier_push(struct role_run *run, bool *some, struct fault *why);

/* --- mobbd/courier_ask.c --- */

/* Make and end one post of a bulk question that is due.  V_OK: done, or it
 * rests; V_END: none now.
 */
enum verdict courier_ask(struct role_run *run, struct fault *why);

/* --- mobbd/courier_chain.c --- */

/* Make and end one post of a case of a chain test that is due.  V_OK: done, or
 * it failed; V_END: none now.
 */
enum verdict courier_chain(struct role_run *run, struct fault *why);

/* --- mobbd/courier_cpas.c --- */

/* Now and then: is something under way under a CPA that nobody has?  A person is
 * told, once; replies under it are given up when their ids are forgotten.
 */
enum verdict courier_cpas(struct role_run *run, struct fault *why);

#endif
