/* mobbjob/subscriptions.h - what `mobbjob subscriptions` can do
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_SUBSCRIPTIONS_H
#define MOBBJOB_SUBSCRIPTIONS_H

#include "mobbjob/command.h"

/* The list args[1] of a person into the register, whole or not at all. */
enum verdict subscriptions_import(struct call *call, struct fault *why);

#endif
