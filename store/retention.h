/* store/retention.h - what is kept of a job, and until when
 *
 * Included by store/store.h.  A job that has ended is kept for as long as the jobs file says (`keep`), by
 * its stream and sender.  Then its rows about letters go, with all they say of
 * citizens; the job with its counts, its lots, its events and what was paid for
 * it remain, so that the sum still closes.  Its files go in between, and a crash
 * at any moment is finished by the next look.
 *
 * Never of a job that has not ended, is not filed, or has no last report.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef STORE_RETENTION_H
#define STORE_RETENTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"

struct job;
struct jobs;
struct store;

/* Of jobs of this stream and sender; keep_ms 0: always.  Of others nothing is
 * removed.
 */
struct retention_rule {
	const char *stream, *oin;
	int64_t keep_ms;
};

/* From the jobs file, in `mem`. */
struct retention_rules {
	const struct retention_rule *rules;
	size_t count;
};
struct retention_rules retention_rules(
	const struct jobs *jobs, struct arena *mem);

/* One that has to go: what was begun first, then what ended first.  V_END:
 * none.
 */
enum verdict store_retention_next(struct store *store,
	const struct retention_rules *rules, int64_t now_ms, struct arena *mem,
	struct job *job_out, struct fault *why);
/* From now on it is being removed.  V_SKIP CODE_STATE: it has not ended. */
enum verdict store_retention_begin(struct store *store, const char *job,
	int64_t now_ms, struct fault *why);
/* Its files are gone: its letters go, and the event says so. */
enum verdict store_retention_end(struct store *store, const char *job,
	int64_t now_ms, struct fault *why);

/* For people: what goes until `until_ms`, the first first, at most
 * RETENTION_LIST_MAX.
 */
#define RETENTION_LIST_MAX 1000
struct retention_due {
	const char *job, *stream, *sender, *file;
	int64_t ended_ms, keep_ms, goes_ms, letters, bytes;
	bool begun;
};
enum verdict store_retention_list(struct store *store,
	const struct retention_rules *rules, int64_t until_ms,
	struct arena *mem, struct retention_due **rows_out, size_t *count_out,
	struct fault *why);

#endif
