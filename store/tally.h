/* store/tally.h - what the report of a job adds up, and its closing statement
 *
 * Part of store/store.h.  Letters are not counted one by one: the hours come
 * from attempts (a thousand letters each), the answers of the box from the
 * counters of its results, and only rejected records, which have a limit, from
 * their rows.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef STORE_TALLY_H
#define STORE_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "batch/receipt.h"

struct job;
struct store;

#define TALLY_HOURS_MAX 400 /* bars; of a longer run each is several hours */
#define TALLY_CODES_MAX 100

struct tally_hour {
	int64_t from_ms, letters; /* that began to leave */
};

struct tally_code {
	enum code code;
	int64_t records;
};

struct job_tally {
	int64_t hour_ms; /* what one bar is: one hour, or more */
	struct tally_hour *hours;
	size_t hour_count; /* those in which something left */
	/* The counters of results, in wire order, and what none counts. */
	int64_t answers[RECEIPT_COUNTERS], other;
	struct tally_code *codes; /* why records were rejected, most first */
	size_t code_count;
};
enum verdict store_tally(struct store *store, const char *job,
	struct arena *mem, struct job_tally *out, struct fault *why);

/* A statement of a person that all letters of a job have their end. */
struct closing {
	int64_t records, delivered, posted, rejected, withdrawn;
	const char *sum, *person, *reason;
	int64_t at_ms;
};
/* Of `closing` person, reason and at_ms; the sums are those of the books.  V_SKIP:
 * CODE_NOT_ENDED, letters are open; CODE_NOT_PROVEN, the line of the proof says
 * DIFFERS (batch/proof.h); CODE_STATE, nothing of it was taken, or it was closed
 * before.  `dry`: look only.  Recorded as an event.
 */
enum verdict store_job_close(struct store *store, const char *job,
	const struct closing *closing, bool dry, struct fault *why);
/* V_END: not closed. */
enum verdict store_job_closing(struct store *store, const char *job,
	struct arena *mem, struct closing *out, struct fault *why);

/* Jobs in which something happened since then, oldest first; ended ones too. */
enum verdict store_job_since(struct store *store, int64_t since_ms,
	struct arena *mem, struct job **jobs_out, size_t *count_out,
	struct fault *why);

#endif
