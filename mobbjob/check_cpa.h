/* mobbjob/check_cpa.h - check: what a CPA says, and what is wrong with it
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_CHECK_CPA_H
#define MOBBJOB_CHECK_CPA_H

#include "mobbjob/command.h"

/* The CPA of a sender, in one line. */
void check_cpa(struct call *call, const struct jobs_sender *sender);

/* A CPA by itself: for one of the senders of the jobs file. */
enum verdict check_cpa_file(
	struct call *call, const char *path, struct fault *why);

#endif
