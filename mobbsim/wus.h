/* mobbsim/wus.h - the subscription service of the other side
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_WUS_H
#define MOBBSIM_WUS_H

#include <stddef.h>

#include "base/buf.h"
#include "mobbsim/subscribers.h"

#define WUS_ASKED_MAX 250

/* What is wrong with an answer on purpose. */
enum wus_odd {
	WUS_WELL = 0,
	WUS_HALF,	/* half of the answers */
	WUS_BOTH,	/* yes and no about one citizen */
	WUS_STRANGER,	/* one about somebody else */
	WUS_NO_BOOLEAN, /* neither yes nor no */
	WUS_FAULT,	/* the fault of the service */
	WUS_EMPTY,	/* about nobody */
	WUS_NO,		/* no to everybody */
	WUS_YES,	/* yes to everybody */
	WUS_YES_FOR_NO, /* yes and no the wrong way round */
	WUS_DOUBLED,	/* each answer twice */
};

/* Answer a ValidateAbonnementen; returns the HTTP status.  A citizen that is
 * late (citizen.h) counts as subscribed.
 */
int wus_answer(const char *soap_action, const char *body, size_t len,
	const char *sender_oin, const struct subscribers *subscribers,
	enum wus_odd odd, struct buf *out);

#endif
