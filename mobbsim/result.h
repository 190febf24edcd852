/* mobbsim/result.h - the outcome of a delivery, as the box sends it
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_RESULT_H
#define MOBBSIM_RESULT_H

#include <stdint.h>

#include "base/buf.h"
#include "mobbsim/judge.h"
#include "mobbsim/payload.h"

/* A BerichtVerwerkResponse; `codes` has one entry per letter.  Letters that
 * cannot be named are left out, and not counted.
 */
void result_write(const struct payload *payload, const enum judge_code *codes,
	int64_t received_ms, int64_t now_ms, struct buf *out);

#endif
