/* store/decide.h - a person decides about letters: resolve and cancel
 *
 * Part of store/store.h.  The one place where letters change because somebody
 * said so: what may be changed is in batch/decision.h.  Each letter gets a
 * receipt in its newest place that points to the event with person, reason and
 * time; a lot that is withdrawn as a whole changes as a whole.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef STORE_DECIDE_H
#define STORE_DECIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/uuid.h"
#include "batch/decision.h"

struct store;

struct decide {
	const char *job;
	int64_t lot;		/* only letters that are in it now; 0: all */
	const int64_t *records; /* only these, ascending; NULL: all */
	size_t record_count;
	enum decision as;
	bool cancel;	/* as withdrawn, without any risk */
	int64_t expect; /* letters that must change, or nothing does; -1 any */
	const char *person, *reason;
	int64_t now_ms;
	bool dry; /* count only */
};

/* A lot or bundle with letters that left, or may have. */
struct decide_lot {
	bool print;
	struct uuid batch_id;
	const char *name; /* of a bundle */
	enum lot_state state;
	int64_t letters; /* of those chosen */
};

struct decide_done {
	int64_t chosen; /* letters */
	int64_t change; /* of them: those that change */
	int64_t risk;	/* of these: may have been delivered already */
	int64_t left;	/* not changed: left, may have, or is leaving */
	int64_t other;	/* not changed: has its end, or another state */
	int64_t of[LETTER_WITHDRAWN + 1];   /* `change`, by state before */
	int64_t kept[LETTER_WITHDRAWN + 1]; /* `left` and `other`, likewise */
	bool cancelled;			    /* the job is, or would be */
	struct decide_lot *lots;	    /* in `mem` */
	size_t lot_count;
};

/* V_SKIP: CODE_STATE, the job is in no state for it; CODE_NOT_ALLOWED, not so
 * many letters as `expect` would change (out is filled in).  Nothing changed
 * then.
 */
enum verdict store_decide(struct store *store, const struct decide *decide,
	struct arena *mem, struct decide_done *out, struct fault *why);

/* Records of the letters of a job by their references, ascending, each once.
 * unknown_out: positions in `references` (from 0) that no letter has, at most
 * REFERENCES_UNKNOWN of *unknown_count.
 */
#define REFERENCES_MAX 1000000
#define REFERENCES_UNKNOWN 20
enum verdict store_references_find(struct store *store, const char *job,
	const char *const *references, size_t count, struct arena *mem,
	int64_t **records_out, size_t *count_out,
	int64_t unknown_out[REFERENCES_UNKNOWN], size_t *unknown_count,
	struct fault *why);

/* What persons decided about a letter, oldest first: their events. */
struct event;
enum verdict store_letter_decisions(struct store *store, const char *job,
	int64_t record, struct arena *mem, struct event **rows_out,
	size_t *count_out, struct fault *why);

/* Jobs in which the other side said something else about letters than was
 * known or decided, also those that have ended.
 */
struct opinion {
	char job[16];
	int64_t letters;
};
enum verdict store_opinions(struct store *store, struct arena *mem,
	struct opinion **rows_out, size_t *count_out, struct fault *why);
/* A person looked.  V_SKIP CODE_STATE: there was nothing. */
enum verdict store_opinions_seen(struct store *store, const char *job,
	const char *person, const char *reason, int64_t now_ms,
	struct fault *why);

#endif
