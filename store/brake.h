/* store/brake.h - the paper brake: what a job is compared with
 *
 * Part of store/store.h; the decision is batch/brake.h.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef STORE_BRAKE_H
#define STORE_BRAKE_H

#include <stdint.h>

#include "base/fault.h"

struct store;

/* By the router, when every letter of the job has a route and before it is
 * released: keep its shares and what they were compared with on its row.
 * expect_ppm -1: the last run of the stream.  *reason_out: MOBB-1311 when it
 * is to be held for them, else unchanged.
 */
enum verdict store_brake_paper(struct store *store, const char *job,
	int64_t expect_ppm, int64_t points, struct fault *reason_out,
	struct fault *why);

#endif
