/* batch/states.c - see batch/states.h
 *
 * A row per state: the states that may follow, as bits.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "batch/states.h"

#define BIT(state) (UINT32_C(1) << (state))

struct row {
	const char *word;
	uint32_t next;
};

#define ROWS(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const struct row jobs[] = {
	[JOB_RECEIVED] = { "received",
		BIT(JOB_SPLIT) | BIT(JOB_REFUSED) | BIT(JOB_CANCELLED) },
	[JOB_SPLIT] = { "split",
		BIT(JOB_ROUTED) | BIT(JOB_HELD) | BIT(JOB_CANCELLED) },
	[JOB_ROUTED] = { "routed",
		BIT(JOB_HELD) | BIT(JOB_RELEASED) | BIT(JOB_CANCELLED) },
	/* Held half-way (by a person, or a stream that is misconfigured) goes
	 * on where it was, before it was routed too; results of what had left
	 * may settle it meanwhile.
	 */
	[JOB_HELD] = { "held", BIT(JOB_SPLIT) | BIT(JOB_RELEASED) |
				       BIT(JOB_SENDING) | BIT(JOB_AWAITING) |
				       BIT(JOB_SETTLED) | BIT(JOB_CANCELLED) },
	/* Split again: what decided about its letters is too old. */
	[JOB_RELEASED] = { "released", BIT(JOB_SENDING) | BIT(JOB_AWAITING) |
					       BIT(JOB_HELD) | BIT(JOB_SPLIT) |
					       BIT(JOB_CANCELLED) },
	/* Back to released: letters that rested are to be cut as well. */
	[JOB_SENDING] = { "sending", BIT(JOB_AWAITING) | BIT(JOB_SETTLED) |
					     BIT(JOB_HELD) |
					     BIT(JOB_RELEASED) },
	[JOB_AWAITING] = { "awaiting results",
		BIT(JOB_SENDING) | BIT(JOB_SETTLED) | BIT(JOB_HELD) |
			BIT(JOB_RELEASED) },
	[JOB_SETTLED] = { "settled", 0 },
	[JOB_REFUSED] = { "refused", 0 },
	[JOB_CANCELLED] = { "cancelled", 0 },
};

static const struct row lots[] = {
	[LOT_CUT] = { "cut",
		BIT(LOT_OFFERED) | BIT(LOT_HELD) | BIT(LOT_WITHDRAWN) },
	/* Back to cut: not one post of it was complete. */
	[LOT_OFFERED] = { "offered",
		BIT(LOT_CUT) | BIT(LOT_ACKNOWLEDGED) | BIT(LOT_SETTLED) |
			BIT(LOT_FAILED) | BIT(LOT_EXPIRED) | BIT(LOT_UNKNOWN) |
			BIT(LOT_HELD) },
	[LOT_ACKNOWLEDGED] = { "acknowledged",
		BIT(LOT_OFFERED) | BIT(LOT_SETTLED) | BIT(LOT_FAILED) |
			BIT(LOT_UNKNOWN) | BIT(LOT_HELD) },
	/* Letters to be resent make the lot leave once more. */
	[LOT_SETTLED] = { "settled", BIT(LOT_OFFERED) | BIT(LOT_HELD) },
	[LOT_FAILED] = { "failed", BIT(LOT_CUT) | BIT(LOT_OFFERED) |
					   BIT(LOT_SETTLED) | BIT(LOT_HELD) },
	[LOT_EXPIRED] = { "expired",
		BIT(LOT_CUT) | BIT(LOT_OFFERED) | BIT(LOT_ACKNOWLEDGED) |
			BIT(LOT_SETTLED) | BIT(LOT_UNKNOWN) | BIT(LOT_HELD) },
	/* An unknown outcome ends by what we hear, or is offered again. */
	[LOT_UNKNOWN] = { "unknown",
		BIT(LOT_OFFERED) | BIT(LOT_ACKNOWLEDGED) | BIT(LOT_SETTLED) |
			BIT(LOT_FAILED) | BIT(LOT_EXPIRED) | BIT(LOT_HELD) },
	[LOT_HELD] = { "held",
		BIT(LOT_CUT) | BIT(LOT_OFFERED) | BIT(LOT_ACKNOWLEDGED) |
			BIT(LOT_SETTLED) | BIT(LOT_FAILED) | BIT(LOT_BUNDLED) |
			BIT(LOT_UNKNOWN) | BIT(LOT_WITHDRAWN) },
	[LOT_BUNDLED] = { "bundled",
		BIT(LOT_HANDED_OVER) | BIT(LOT_HELD) | BIT(LOT_WITHDRAWN) },
	[LOT_HANDED_OVER] = { "handed over",
		BIT(LOT_SETTLED) | BIT(LOT_FAILED) },
	[LOT_WITHDRAWN] = { "withdrawn", 0 },
};

/* No way leads from offered or unknown to paper but through a decline, or a
 * person who accepts the risk (batch/decision.h): never both box and paper.
 */
static const struct row letters[] = {
	[LETTER_SPLIT] = { "split", BIT(LETTER_BOX) | BIT(LETTER_PAPER) |
					    BIT(LETTER_REJECTED) |
					    BIT(LETTER_WITHDRAWN) },
	/* Split again: see JOB_RELEASED. */
	[LETTER_BOX] = { "box", BIT(LETTER_SPLIT) | BIT(LETTER_OFFERED) |
					BIT(LETTER_HELD) |
					BIT(LETTER_WITHDRAWN) },
	[LETTER_PAPER] = { "paper", BIT(LETTER_SPLIT) | BIT(LETTER_BUNDLED) |
					    BIT(LETTER_HELD) |
					    BIT(LETTER_WITHDRAWN) },
	[LETTER_OFFERED] = { "offered",
		BIT(LETTER_BOX) | BIT(LETTER_DELIVERED) | BIT(LETTER_DECLINED) |
			BIT(LETTER_UNKNOWN) },
	[LETTER_DELIVERED] = { "delivered", 0 },
	/* Withdrawn: for the box only, and the supplier is told. */
	[LETTER_DECLINED] = { "declined",
		BIT(LETTER_PAPER) | BIT(LETTER_RESEND) | BIT(LETTER_HELD) |
			BIT(LETTER_WITHDRAWN) },
	[LETTER_UNKNOWN] = { "unknown",
		BIT(LETTER_OFFERED) | BIT(LETTER_DELIVERED) |
			BIT(LETTER_DECLINED) | BIT(LETTER_HELD) },
	[LETTER_RESEND] = { "resend", BIT(LETTER_OFFERED) | BIT(LETTER_HELD) |
					      BIT(LETTER_WITHDRAWN) },
	/* A person decides, by name and with a reason. */
	[LETTER_HELD] = { "held", BIT(LETTER_PAPER) | BIT(LETTER_RESEND) |
					  BIT(LETTER_DELIVERED) |
					  BIT(LETTER_WITHDRAWN) },
	[LETTER_BUNDLED] = { "bundled", BIT(LETTER_HANDED_OVER) |
						BIT(LETTER_PAPER) |
						BIT(LETTER_HELD) },
	[LETTER_HANDED_OVER] = { "handed over",
		BIT(LETTER_POSTED) | BIT(LETTER_PAPER) },
	[LETTER_POSTED] = { "posted", 0 },
	[LETTER_REJECTED] = { "rejected", 0 },
	[LETTER_WITHDRAWN] = { "withdrawn", 0 },
};

static bool
may(const struct row *rows, int count, int from, int to)
{
	assert(from > 0 && from < count && to > 0 && to < count);
	return (rows[from].next & BIT(to)) != 0;
}

static const char *
word(const struct row *rows, int count, int state)
{
	assert(state > 0 && state < count);
	return rows[state].word;
}

bool
job_may(enum job_state from, enum job_state to)
{
	return may(jobs, ROWS(jobs), (int)from, (int)to);
}

bool
lot_may(enum lot_state from, enum lot_state to)
{
	return may(lots, ROWS(lots), (int)from, (int)to);
}

bool
letter_may(enum letter_state from, enum letter_state to)
{
	return may(letters, ROWS(letters), (int)from, (int)to);
}

bool
letter_ended(enum letter_state state)
{
	assert((int)state > 0 && (int)state < ROWS(letters));
	return letters[state].next == 0;
}

const char *
job_word(enum job_state state)
{
	return word(jobs, ROWS(jobs), (int)state);
}

const char *
lot_word(enum lot_state state)
{
	return word(lots, ROWS(lots), (int)state);
}

const char *
letter_word(enum letter_state state)
{
	return word(letters, ROWS(letters), (int)state);
}
