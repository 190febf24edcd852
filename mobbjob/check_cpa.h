/* mobbjob/check_cpa.h - check: what a CPA says, and what is wrong with it
 *
 * A CPA is read as one of its parties: the sender of the jobs file whose OIN it
 * names, or --oin.  Where neither is known, as each of the two.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_CHECK_CPA_H
#define MOBBJOB_CHECK_CPA_H

#include "mobbjob/command.h"

/* The CPAs of all senders, also those before: in one line, or with all they say.
 * Two that have the same id must be the same.
 */
void check_cpas(struct call *call, bool whole);

/* The id of a sender's CPA, right or wrong; NULL: it cannot be read. */
const char *check_cpa_id(
	struct call *call, const struct jobs_sender *sender, const char *file);

/* A CPA by itself, with all it says.  V_BROKEN: it cannot be read, or the jobs
 * file cannot.
 */
enum verdict check_cpa_file(
	struct call *call, const char *path, struct fault *why);

#endif
