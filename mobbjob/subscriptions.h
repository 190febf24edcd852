/* mobbjob/subscriptions.h - what `mobbjob subscriptions` can do
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_SUBSCRIPTIONS_H
#define MOBBJOB_SUBSCRIPTIONS_H

#include "mobbjob/command.h"

/* Answers that are kept and questions that were put, newest first. */
enum verdict subscriptions_list(struct call *call, struct fault *why);

/* Ask the AbonnementService about the sender args[1]. */
enum verdict subscriptions_ask(struct call *call, struct fault *why);

/* The list args[1] of a person into the register, whole or not at all. */
enum verdict subscriptions_import(struct call *call, struct fault *why);

/* Answer args[1] of the register was wrong: it decides no more. */
enum verdict subscriptions_drop(struct call *call, struct fault *why);

/* --- shared --- */

/* As the jobs file calls who has this OIN; the OIN when it is not there. */
const char *subscriptions_sender(const struct call *call, const char *oin);

/* --endpoint, or the one that the sender's streams use. */
enum verdict subscriptions_endpoint(struct call *call,
	const struct jobs_sender *sender,
	const struct jobs_endpoint **endpoint_out, struct fault *why);

/* YYYY-MM-DD, alone or with THH:MM, where the person is; alone it begins with
 * the day, for nobody knows better.
 */
bool subscriptions_moment(const char *text, int64_t *ms_out);

#endif
