/* batch/jobs_check.h - the checks of a jobs file; private to batch/jobs*.c
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_JOBS_CHECK_H
#define BATCH_JOBS_CHECK_H

#include "batch/jobs.h"

/* Values, names and what belongs together; fills what jobs_parse() fills.
 * V_BROKEN with CODE_CONFIG_..; `jobs` was loaded whole.
 */
enum verdict jobs_check(struct jobs *jobs, struct fault *why);

/* Every list has items of `bytes` with their name first: one search for all.
 * NULL: none has it.
 */
const void *jobs_by_name(
	const void *items, size_t count, size_t bytes, const char *name);

#endif
