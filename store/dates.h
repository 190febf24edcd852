/* store/dates.h - the three dates of a job, as kept
 *
 * Part of store/store.h; the dates themselves are made by batch/dates.h.
 *
 * Two clocks: the caller's, which is the wall clock of the machine, and the
 * database's.  A window is open, and a cut-off has come, only when both say so.
 * A clock that is set forward by mistake on one of two machines lets nothing
 * leave early; on one machine both are the same clock, and then it is wrong by
 * itself: what leaves is then outside by the true hour, but not by any clock
 * that we have.  A clock that is set back makes us wait, never hurry.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef STORE_DATES_H
#define STORE_DATES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "batch/dates.h"

struct store;

/* What the database's clock says. */
enum verdict store_clock(
	struct store *store, int64_t *now_ms_out, struct fault *why);

struct dates_row {
	struct dates dates;
	int64_t closed_ms; /* the last cut-off that came; 0: none */
	int closed_count; /* so many came: after the first it is a supplement */
	/* What the guard said, CODE_NONE: nothing; and whether a person released
	 * the job since.
	 */
	enum code guard;
	const char *guard_text;
	bool accepted;
};

/* Keep them; again when the job is released.  guard NULL or CODE_NONE: nothing
 * is late.  What the guard says anew becomes an event.
 */
enum verdict store_dates_set(struct store *store, const char *job,
	const struct dates *dates, const struct fault *guard, int64_t now_ms,
	struct fault *why);

/* V_END: none are kept (not routed yet, or of before there were dates); text in
 * `mem`.
 */
enum verdict store_dates_get(struct store *store, const char *job,
	struct arena *mem, struct dates_row *out, struct fault *why);

/* Letters are about to leave that come too late for their date.  block: the job
 * is held with this reason, unless a person released it after the guard spoke;
 * else it is an event, once a job.  *go_out: they may leave.
 */
enum verdict store_dates_late(struct store *store, const char *job, bool block,
	const struct fault *reason, int64_t now_ms, bool *go_out,
	struct fault *why);

/* The earliest date on a letter of the job that goes on paper and is in no
 * bundle yet; LETTER_DATE_NONE: none has one.
 */
enum verdict store_dates_paper(struct store *store, const char *job,
	int32_t *dated_out, struct fault *why);

/* The next cut-off of a job's printer; 0: there is none. */
typedef int64_t dates_cutoff(
	void *self, const char *stream, const char *sender, int64_t now_ms);

/* Close the paper runs whose cut-off has come, as print_close by a person does;
 * and those that it closed before and that are all in bundles now are open
 * again until the next one, for what comes later.  *count_out: changed;
 * *next_ms_out: the next cut-off of any job, 0 none.
 */
enum verdict store_dates_close(struct store *store, dates_cutoff *cutoff,
	void *self, int64_t now_ms, int64_t *count_out, int64_t *next_ms_out,
	struct fault *why);

/* Letters that could leave now, but for a window: of one endpoint and stream. */
struct dates_waits {
	const char *stream, *sender, *endpoint;
	int64_t jobs, box, paper; /* letters in lots, and for bundles */
};
/* By stream and sender, whether a window is open or not: the caller knows
 * that.  Texts in `mem`.
 */
enum verdict store_dates_waits(struct store *store, struct arena *mem,
	struct dates_waits **rows_out, size_t *count_out, struct fault *why);

#endif
