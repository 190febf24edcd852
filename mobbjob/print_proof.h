/* mobbjob/print_proof.h - proofs of paper runs, as a part of print
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_PRINT_PROOF_H
#define MOBBJOB_PRINT_PROOF_H

#include "mobbjob/command.h"

/* print proof JOB --as good|bad|anew: what a person says of the newest proof. */
enum verdict print_proof_say(struct call *call, struct fault *why);

/* A line for each proof that somebody has to look at. */
enum verdict print_proof_list(struct call *call, struct fault *why);

#endif
