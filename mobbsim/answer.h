/* mobbsim/answer.h - the answer to a bulk question about subscriptions
 *
 * Its real schema is not public; this one is of our own making:
 *
 *	AbonnementAntwoord {namespace of the question}
 *	  BerichtLeverancier
 *	    OIN
 *	  VerzoekId
 *	  Abonnement		for each number, in order
 *	    BSN
 *	    Geabonneerd		true or false
 *
 * What is below the root is unqualified.  About a list there is an entry for
 * each number asked about, in the same order; about all one for each citizen
 * with a box; about changes one for each number that changed.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_ANSWER_H
#define MOBBSIM_ANSWER_H

#include <stdbool.h>

#include "base/buf.h"
#include "mobbsim/question.h"
#include "mobbsim/subscribers.h"

/* What is wrong with an answer on purpose; all zeroes: nothing. */
struct answer_shape {
	const char *oin, *id; /* else those of the question */
	bool empty;	      /* no entries */
	bool all_no, all_yes;
	bool swapped;	  /* yes for no, and no for yes */
	bool half;	  /* every second number is missing */
	bool doubled;	  /* every entry twice */
	bool contradict;  /* yes and no about the first number */
	bool stranger;	  /* a number that was not asked about */
	bool not_boolean; /* misschien about the first number */
	bool other_names; /* AbonnementenLijst, Aanvraag, Leverancier, Burger,
			   * Nummer, Actief, with J and N */
};

void answer_write(const struct question *question,
	const struct subscribers *subscribers, const struct answer_shape *shape,
	struct buf *out);

#endif
