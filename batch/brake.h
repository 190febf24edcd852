/* batch/brake.h - when so much goes wrong that a person must look
 *
 * Pure: counts in, a decision out.  Two brakes.  Paper: a job whose share of
 * paper is far from what is usual for its stream is held before anything of it
 * leaves, because an expired, empty or wrong subscription answer looks just
 * like that.  Declines: a stream of whose newest results too many are declined
 * stops, because a misconfigured stream is declined letter after letter.
 * Shares are in parts per million (ppm).
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_BRAKE_H
#define BATCH_BRAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

/* In fewer letters (or results) chance alone makes any share. */
#define BRAKE_LETTERS_MIN 100
/* Where a share is expected fewer will do, for what is far off. */
#define BRAKE_FEW 10

struct brake_paper {
	int64_t letters, paper; /* of the job, as routed */
	int64_t expect_ppm;	/* by the stream's setting; -1: none */
	int64_t last_letters,
		last_paper; /* of the last run; 0: there is none */
	int64_t points;	    /* percentage points that it may be off */
};

/* What the job is compared with, ppm; -1: with nothing. */
int64_t brake_paper_expected(const struct brake_paper *brake);

/* V_LATER with CODE_PAPER_SHARE: held.  A job of BRAKE_LETTERS_MIN letters or
 * more is, when nothing is expected and all of it goes on paper, or nothing;
 * and when its share is off by more than the points and by more than chance
 * explains.  All on paper, or nothing, is held for any difference that chance
 * does not explain.  Chance is three times the standard deviation of the
 * difference between two such shares: in jobs of some 1,600 letters or more less
 * than the usual 5 points, in one of 100 letters 20.  A job of BRAKE_FEW to
 * BRAKE_LETTERS_MIN letters is judged only when something is expected; a smaller
 * one never.
 */
enum verdict brake_paper(const struct brake_paper *brake, struct fault *why);

struct brake_declines {
	int64_t results;  /* in the window */
	int64_t declined; /* of those */
	int64_t limit_ppm;
};

/* V_LATER with CODE_DECLINES: more are declined than the limit.  In a window
 * with fewer than BRAKE_LETTERS_MIN results it is the limit of so many.
 */
enum verdict brake_declines(
	const struct brake_declines *brake, struct fault *why);

/* The newest results of a stream, the oldest first: a byte each, 1 declined.
 * Adds those to the end and forgets what is too old.  `old` and `add` are
 * lent; `out` has room for `window`; returns how many are in it.
 */
size_t brake_slide(const uint8_t *old, size_t old_count, const uint8_t *add,
	size_t add_count, size_t window, uint8_t *out);

/* Are so many working days over that began after `from_ms` (batch/calendar.h:
 * Monday to Friday, no holiday)?  Both moments in ms since 1970.
 */
bool brake_overdue(int64_t from_ms, int64_t now_ms, int64_t days);

#endif
