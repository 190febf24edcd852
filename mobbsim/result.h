/* mobbsim/result.h - the outcome of a delivery, as the box sends it
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_RESULT_H
#define MOBBSIM_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "mobbsim/judge.h"
#include "mobbsim/payload.h"

/* What a result is about, and what is wrong with it on purpose. */
struct result_shape {
	size_t from, to;    /* these letters of the delivery; to 0: all */
	bool failures_only; /* no lines for what was delivered */
	bool reverse;	    /* delivered for declined, and back */
	bool counters;	    /* one success too many */
	const char
		*stranger; /* a line about this letter, not of the delivery */
	bool twice;	   /* the first letter again, with another code */
	bool unknown;	   /* the first letter has a code nobody knows */
};

/* A BerichtVerwerkResponse; `codes` has one entry per letter of the delivery.
 * Letters that cannot be named are left out, and not counted.
 */
void result_write(const struct payload *payload, const enum judge_code *codes,
	int64_t received_ms, int64_t now_ms, const struct result_shape *shape,
	struct buf *out);

#endif
