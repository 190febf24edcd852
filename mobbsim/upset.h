/* mobbsim/upset.h - what a trouble does to a connection and its answer
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_UPSET_H
#define MOBBSIM_UPSET_H

#include "mobbsim/door.h"
#include "mobbsim/push_item.h"
#include "mobbsim/trouble.h"

/* All accept NULL: no trouble. */

/* How the body is read. */
void upset_reading(const struct trouble *trouble, struct door_manner *manner);
/* Is the message not to be processed? */
bool upset_refuses(const struct trouble *trouble);
/* The answer that would have been given becomes another. */
void upset_answer(const struct trouble *trouble, struct door_manner *manner,
	struct door_reply *reply);
/* How something is pushed; all but the certificate. */
void upset_push(const struct trouble *trouble, struct push_manner *manner);

#endif
