/* batch/release.h - may a job go without a person?
 *
 * One answer for the router, the books and a dry run: what `mobbjob check`
 * says would happen is what happens.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_RELEASE_H
#define BATCH_RELEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"

struct release {
	bool automatic; /* by the jobs file */
	bool totals;	/* the file had control totals, and they agreed */
	int64_t promised_letters, promised_cents; /* beside it; -1: not */
	int64_t records, cents;			  /* as read */
	int64_t letters, letters_max;		  /* max 0: no limit */
};

/* V_OK: it may go.  V_LATER with CODE_HELD: a person has to release it. */
enum verdict release_check(const struct release *release, struct fault *why);

/* What the stream says (-1: nothing), else what its layout says. */
int64_t release_chosen(int64_t stream, int64_t layout);

/* So many of `records` may be wrong: the larger of a count and a share. */
int64_t release_reject_limit(int64_t count, int64_t ppm, int64_t records);

/* V_LATER with CODE_REJECTS: more are wrong than the limit. */
enum verdict release_rejects(int64_t wrong, int64_t limit, struct fault *why);

#endif
