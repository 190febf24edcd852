/* mobbsim/troubles.h - a plan of faults: what goes wrong, when, and until when
 *
 * A file of lines as in trouble.h; # begins a comment.  Besides:
 *
 *	seed 7		for chance; 1 unless given
 *	until 40 posts	after so many POSTs all is well
 *	for 20s		after this time all is well
 *
 * Of the lines that fit an event the first counts.  What is counted goes on
 * after a restart with the same plan.  One plan may be asked from any thread.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_TROUBLES_H
#define MOBBSIM_TROUBLES_H

#include <pthread.h>

#include "base/digest.h"
#include "mobbsim/trouble.h"

#define TROUBLES_MAX 200

struct troubles {
	struct trouble lines[TROUBLES_MAX];
	size_t count;
	int64_t seed, until_posts, for_ms; /* 0: no end */

	/* while it runs */
	pthread_mutex_t lock;
	int64_t begun_ms;
	int64_t posts, counts[TROUBLE_ONS];
	uint8_t digest[DIGEST_BYTES]; /* of the plan */
	int state_fd, log_fd;	      /* -1: not kept */
};

/* Read a plan; `name` is for the place of a mistake.  Begin with zeroes. */
enum verdict troubles_parse(const char *name, char *text,
	struct troubles *troubles, struct fault *why);
void troubles_print(const struct troubles *troubles, struct buf *out);

/* A mixture made of a seed; the same seed, the same plan. */
void troubles_roll(struct troubles *troubles, int64_t seed);
/* A plan of one fault, its value and moments rolled. */
void troubles_roll_one(struct troubles *troubles, enum trouble_on on,
	enum trouble_kind kind, int64_t seed);

/* Begin, or go on as far as faults.state in `dir` says; the plan goes to
 * faults.txt and each fault that happens to faults.csv: at;on;count;fault.
 */
enum verdict troubles_begin(
	struct troubles *troubles, int dir, int64_t now_ms, struct fault *why);
void troubles_end(struct troubles *troubles);

/* Something happens: NULL when it goes well.  Accepts no plan: NULL. */
const struct trouble *troubles_next(
	struct troubles *troubles, enum trouble_on on, int64_t now_ms);
/* Is nobody to listen now?  Counts nothing. */
bool troubles_away(struct troubles *troubles, int64_t now_ms);

#endif
