/* mobbsim/options.h - the command line of `mobbsim batch`
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_OPTIONS_H
#define MOBBSIM_OPTIONS_H

#include <getopt.h>

#include "mobbsim/batch.h"

extern const struct option options_batch[];

/* Take one option into the plan; NULL, or what is wrong with it. */
const char *options_take(struct batch_plan *plan, int option, char *value);

/* What is wrong with the plan as a whole, NULL when nothing is. */
const char *options_judge(const struct batch_plan *plan);

#endif
