/* store/printed.h - what the printer said about bundles, and the paper queue
 *
 * Part of store/store.h.  A receipt file is applied in one transaction, once:
 * the same name and content again changes nothing.  Counts of letters, lots and
 * jobs change with it.  What a person should look at becomes an alarm, which
 * stays among the needs (store/needs.h) until somebody has seen it.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef STORE_PRINTED_H
#define STORE_PRINTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "batch/jobs.h"
#include "batch/print_receipt.h"
#include "store/store.h"

struct store;

struct printed_file {
	const char *name; /* as dropped; letters, digits, . - and _ */
	uint8_t sha256[32];
	const struct print_receipt *said; /* NULL: it cannot be read .. */
	const struct fault *unread;	  /* .. because of this */
};

struct printed_done {
	bool known;		  /* the same file was applied before */
	int64_t good, again, bad; /* lines: applied, known already, not */
	char job[16];		  /* "" of no one job */
	const char *text; /* what is wrong with it, a sentence a line; in `mem`,
			   * "" nothing */
};

/* Apply it.  done->bad > 0: somebody
 * should look at the file.
 * V_LATER CODE_STATE: it is about a bundle that is being handed over at this
 * moment, in our books.
 */
enum verdict store_printed_apply(struct store *store,
	const struct printed_file *file, int64_t now_ms, struct arena *mem,
	struct printed_done *done, struct fault *why);

/* --- recall, again, seen: by a person --- */

/* Ask the printer not to print the bundle.  V_SKIP: CODE_NO_JOB; CODE_STATE, it
 * was not handed over, or was posted.  Asked before: V_OK.
 */
enum verdict store_recall(struct store *store, const char *bundle,
	const char *person, const char *reason, int64_t now_ms,
	struct fault *why);

/* For mobbd: bundles that are recalled or were turned down, until print/out
 * says so.  V_END: none.
 */
struct recall {
	int64_t lot, letters, asked_ms;
	bool refused; /* nothing of it will be printed */
	char job[16];
	const char *bundle, *stream;
	uint8_t sha256[32];
};
enum verdict store_recall_next(struct store *store, int64_t after,
	struct arena *mem, struct recall *out, struct fault *why);
enum verdict store_recall_told(
	struct store *store, int64_t lot, int64_t now_ms, struct fault *why);

/* The letters of a bundle that the printer turned down go on paper again, in a
 * new bundle; letters that it refused one by one stay as they are.  dry: only
 * count.  V_SKIP: CODE_NO_JOB; CODE_STATE, it was not turned down, or went
 * again before.
 */
enum verdict store_print_again(struct store *store, const char *bundle,
	const char *person, const char *reason, bool dry, int64_t now_ms,
	int64_t *letters_out, struct fault *why);

/* Somebody looked at the alarms of a receipt file.  V_SKIP CODE_NO_JOB: it has
 * none that is open.
 */
enum verdict store_alarms_seen(struct store *store, const char *file,
	const char *person, const char *reason, bool dry, int64_t now_ms,
	int64_t *alarms_out, struct fault *why);

/* --- the paper queue --- */

struct queue_row {
	struct lot lot;
	int64_t acknowledged_ms, recall_ms;
	int64_t posted, held; /* of the letters, one by one */
	int32_t posted_days;  /* LETTER_DATE_NONE */
	int64_t alarms;	      /* open ones */
};
/* Bundles that have not their end, or `all`; by number.  One question, whatever
 * the number of jobs.  bundle NULL: every; else the one with this name.
 */
enum verdict store_print_queue(struct store *store, bool all,
	const char *bundle, struct arena *mem, struct queue_row **rows_out,
	size_t *count_out, struct fault *why);

/* Jobs with letters on paper that are in no bundle yet. */
struct print_wait {
	char job[16];
	const char *stream;
	int64_t letters, box_open; /* on paper; box letters without a result */
	bool closed;		   /* the paper run */
	int64_t cutoff_ms;	   /* it closes then at the latest; 0 never */
};
enum verdict store_print_waits(struct store *store, struct arena *mem,
	struct print_wait **rows_out, size_t *count_out, struct fault *why);

/* Receipt files about a bundle, oldest first. */
struct printed_row {
	const char *name;
	enum print_said said; /* 0: could not be read */
	int64_t at_ms, good, again, bad;
};
enum verdict store_printed_list(struct store *store, int64_t lot,
	struct arena *mem, struct printed_row **rows_out, size_t *count_out,
	struct fault *why);

#endif
