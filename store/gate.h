/* store/gate.h - the limited production run: who may leave before Logius
 * released production
 *
 * Every (sender, stream) at an endpoint of production has a gate, closed until
 * a person opens it.  While it is closed, at most so many letters leave as the
 * stream's `lpr` allows, over all jobs together; they are chosen once, by a
 * rule or from a list, and kept (gate_letter).  The first job that is cut is
 * chosen from by GATE_SPREAD, unless a person said otherwise before; later jobs
 * rest wholly until the gate is opened or a person chooses more, within what
 * is left.  Only chosen letters of a gated job are cut and printed.
 *
 * Lock order: gate, then job.
 *
 * Source: spec berichtenbox.md 1: go-live goes through a limited productierun,
 * a small number of real letters, checked, then the rest.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef STORE_GATE_H
#define STORE_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"

struct store;

#define GATE_REFERENCE_MAX 100 /* bytes of a reference in a list */

/* How the next letters are chosen; stored: never change.  Half of them box and
 * half paper, as far as there are; a foreign address among the paper ones if
 * there is one.
 */
enum gate_rule {
	GATE_NONE = 0,	 /* nothing more is chosen */
	GATE_SPREAD = 1, /* evenly over the job, by record */
	GATE_RANDOM = 2, /* by a seed; the same seed, the same letters */
	GATE_LIST = 3,	 /* references named by a person, whatever channel */
};

struct gate {
	const char *sender, *stream;
	bool open;
	int64_t allowed; /* as the jobs file said when it was last asked */
	int64_t taken;	 /* chosen so far */
	enum gate_rule rule;
	int64_t references;	     /* of a list, not found in a job yet */
	int64_t jobs;		     /* that have letters resting behind it */
	const char *person, *reason; /* of the last decision, "" none */
	int64_t changed_ms;	     /* 0: nobody decided anything */
};

/* V_SKIP CODE_NO_JOB: nothing of this stream met its gate yet. */
enum verdict store_gate_get(struct store *store, const char *sender,
	const char *stream, struct arena *mem, struct gate *gate_out,
	struct fault *why);

enum gate_way {
	GATE_ALL = 1, /* no gate, or open: all letters go */
	GATE_CHOSEN,  /* the chosen letters go */
	GATE_RESTS,   /* nothing of this job goes now */
};

/* A released job comes to its gate; when it is closed and something is to be
 * chosen, that is done here, in the same transaction.  *chosen_out: how many
 * letters were chosen now.  V_SKIP CODE_STATE: the job is not released.
 */
enum verdict store_gate_pass(struct store *store, const char *job,
	int64_t allowed, int64_t now_ms, enum gate_way *way_out,
	int64_t *chosen_out, struct fault *why);

struct gate_choice {
	enum gate_rule rule; /* GATE_SPREAD, GATE_RANDOM or GATE_LIST */
	int64_t letters;     /* 0: as many as are allowed */
	int64_t seed;
	const char *const *references; /* of GATE_LIST */
	size_t reference_count;
};

/* A person says how the next letters are chosen; it takes the place of what was
 * said before, and jobs that rest are looked at again.  V_SKIP: CODE_GATE_FULL,
 * more than `allowed` leaves room for; CODE_STATE, the gate is open.
 */
enum verdict store_gate_choose(struct store *store, const char *sender,
	const char *stream, int64_t allowed, const struct gate_choice *choice,
	const char *person, const char *reason, int64_t now_ms,
	struct fault *why);

/* A person records that Logius released production: what rests goes on, jobs
 * that come later pass.  *jobs_out: how many rested.  V_SKIP CODE_STATE: it is
 * open.
 */
enum verdict store_gate_open(struct store *store, const char *sender,
	const char *stream, const char *person, const char *reason,
	int64_t now_ms, int64_t *jobs_out, struct fault *why);

#endif
