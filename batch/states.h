/* batch/states.h - the state table: which step may follow which
 *
 * DESIGN 6 as code.  The store asks before it changes a row, so a wrong step
 * is our bug and stops the transaction.  Numbers are stored: never change.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_STATES_H
#define BATCH_STATES_H

#include <stdbool.h>

enum job_state {
	JOB_RECEIVED = 1,
	JOB_SPLIT = 2,
	JOB_ROUTED = 3,
	JOB_HELD = 4,
	JOB_RELEASED = 5,
	JOB_SENDING = 6,
	JOB_AWAITING = 7, /* every lot left; results are awaited */
	JOB_SETTLED = 8,
	JOB_REFUSED = 9,
	JOB_CANCELLED = 10,
};

enum lot_state {
	LOT_CUT = 1,
	LOT_OFFERED = 2,
	LOT_ACKNOWLEDGED = 3,
	LOT_SETTLED = 4, /* box: results applied; print: posted */
	LOT_FAILED = 5,
	LOT_EXPIRED = 6,
	LOT_UNKNOWN = 7,
	LOT_HELD = 8,
	LOT_BUNDLED = 9,      /* print: being written */
	LOT_HANDED_OVER = 10, /* print: .ready is there */
	LOT_WITHDRAWN = 11,   /* nothing of it left or will, by a person */
};

enum letter_state {
	LETTER_SPLIT = 1,
	LETTER_BOX = 2,
	LETTER_PAPER = 3,
	LETTER_OFFERED = 4,
	LETTER_DELIVERED = 5,
	LETTER_DECLINED = 6, /* passes at once to paper, resend or held */
	LETTER_UNKNOWN = 7,
	LETTER_RESEND = 8,
	LETTER_HELD = 9,
	LETTER_BUNDLED = 10,
	LETTER_HANDED_OVER = 11,
	LETTER_POSTED = 12,
	LETTER_REJECTED = 13,
	LETTER_WITHDRAWN = 14,
};

bool job_may(enum job_state from, enum job_state to);
bool lot_may(enum lot_state from, enum lot_state to);
bool letter_may(enum letter_state from, enum letter_state to);
bool letter_ended(enum letter_state state);

/* Words as shown: "awaiting results", "handed over". */
const char *job_word(enum job_state state);
const char *lot_word(enum lot_state state);
const char *letter_word(enum letter_state state);

#endif
