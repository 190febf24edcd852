/* store/night.h - what a run of --once leaves, and how long things take
 *
 * Part of store/store.h.  Read only.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef STORE_NIGHT_H
#define STORE_NIGHT_H

#include <stdint.h>

#include "base/fault.h"

struct store;

/* Of all jobs that are not at their end. */
struct left {
	int64_t files;	 /* taken in, not yet routed or released */
	int64_t box;	 /* letters that have not been offered, or again */
	int64_t paper;	 /* letters in no bundle that is handed over */
	int64_t results; /* letters offered, without a result */
	int64_t held;	 /* jobs that wait for a person */
};

enum verdict store_left(
	struct store *store, struct left *left_out, struct fault *why);

enum took {
	TOOK_LOT,      /* first byte to acknowledgment */
	TOOK_QUESTION, /* in bulk about subscriptions, likewise */
	TOOK_BUNDLE,   /* from its cut until it was handed over */
};

/* How long the next one will probably take: the longest of the newest five that
 * needed one post, lots and questions those at `endpoint`, a bundle for as many as
 * `letters`.  0: there was none yet.
 */
enum verdict store_took(struct store *store, enum took what,
	const char *endpoint, int64_t letters, int64_t *ms_out,
	struct fault *why);

#endif
