/* mobbd/ask.h - who is subscribed? is asked, by the router
 *
 * Few numbers are asked by WUS at once; many in bulk: then the job waits for an
 * answer, which comes to the listener and is put in the register by the keeper.
 * What was asked and not answered is not asked again by itself.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBD_ASK_H
#define MOBBD_ASK_H

#include "mobbd/role.h"

struct asks;

struct asks *asks_new(struct role_run *run);
void asks_free(struct asks *asks); /* accepts NULL */

/* Before its letters are looked up: did nothing change since the job was found
 * to wait?  Then true.
 */
enum verdict ask_waits(struct asks *asks, const struct job *job,
	const struct jobs_stream *stream, bool *waits_out, struct fault *why);

/* About numbers that no answer decides.
 *
 * V_OK	   asked, and what was answered is in the register: look again
 * V_SKIP  the job waits, and shows why; ask_all() may ask in bulk
 * V_LATER the service does not answer now
 */
enum verdict ask_about(struct asks *asks, const struct job *job,
	const struct jobs_stream *stream, const struct routing *routing,
	struct fault *why);

/* After all jobs were looked at: one bulk question for each sender that needs
 * one.  *some: a question was made.
 */
enum verdict ask_all(struct asks *asks, bool *some, struct fault *why);

#endif
