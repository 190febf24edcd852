/* mobbsim/wus.h - the subscription service of the other side
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_WUS_H
#define MOBBSIM_WUS_H

#include <stddef.h>

#include "base/buf.h"
#include "mobbsim/citizen.h"

#define WUS_ASKED_MAX 250

/* Answer a ValidateAbonnementen; returns the HTTP status.  A citizen that is
 * late (citizen.h) counts as subscribed.
 */
int wus_answer(const char *soap_action, const char *body, size_t len,
	const char *sender_oin, const struct subscribers *subscribers,
	struct buf *out);

#endif
