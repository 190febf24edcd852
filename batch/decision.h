/* batch/decision.h - what a person may decide about one letter
 *
 * Pure: the rules of `mobbjob resolve` and `mobbjob cancel`.  A letter that may
 * have been delivered can still be put on paper or withdrawn, but somebody has
 * to accept the risk by name.  Cancel takes back only what certainly did not
 * leave; what is on its way now is left alone by both.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_DECISION_H
#define BATCH_DECISION_H

#include <stdbool.h>

#include "base/code.h"
#include "batch/states.h"

enum decision {
	DECISION_DELIVERED = 1, /* there is evidence that the box has it */
	DECISION_PAPER,		/* print it */
	DECISION_RESEND,	/* offer it (again), with the same ids */
	DECISION_WITHDRAWN,	/* nobody gets it */
};

/* "delivered", "paper", "resend", "withdrawn" */
const char *decision_word(enum decision decision);
bool decision_parse(const char *word, enum decision *out);

struct decision_letter {
	enum letter_state state;
	bool box;     /* its route; false when it has none */
	bool never;   /* printed: the supplier wants it in the box only */
	bool in_lot;  /* the rest is about its newest lot */
	bool print;   /* a bundle */
	bool posted;  /* of the box: it left, or may have */
	bool awaited; /* acknowledged; only the result is missing */
	bool refused; /* the other side said that it did not take it */
	bool leaving; /* a bundle that is being handed over */
};

enum decision_may {
	DECISION_NO = 0,
	DECISION_YES,
	DECISION_RISK, /* yes, but it may have been delivered already */
};

/* `cancel`: by cancel, which never takes a risk. */
enum decision_may decision_may(enum decision decision, bool cancel,
	const struct decision_letter *letter);

/* Has it left, may it have, or is it on its way out now? */
bool decision_left(const struct decision_letter *letter);

/* Does what the other side said about a letter mean that it was not taken? */
bool decision_refused(enum code code);

/* Was a receipt with this code made by a person? */
bool decision_made(enum code code);

#endif
