/* mobbd/answer.h - the answer to a bulk question, applied by the keeper
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBD_ANSWER_H
#define MOBBD_ANSWER_H

#include "mobbd/role.h"

/* A GLOBE-R-A-Result: whole into the register, or nothing of it.  It is read by
 * the mapping of the endpoint that was asked.
 *
 * V_OK	   it was taken; or it is to our question and cannot be used, so that the
 *	   question is refused, and a person was told
 * V_SKIP  it is to no question of ours, another's or another sender's: our own
 *	   question, if there is one, stays open; the message is to be noted
 */
enum verdict answer_in(
	struct role_run *run, const struct inbound *in, struct fault *why);

#endif
