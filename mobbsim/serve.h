/* mobbsim/serve.h - being the other side of the wire
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_SERVE_H
#define MOBBSIM_SERVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"

struct serve_plan {
	const char *dir;	/* the room */
	bool sink;		/* acknowledge and count only */
	const char *ready_file; /* written when it accepts; NULL: none */
	const char *faults;	/* a plan of them (troubles.h); NULL: none */
	int64_t seed;		/* a mixture of them; -1: none */
};

/* Serve until SIGTERM or SIGINT; prints "ready" when it accepts. */
enum verdict serve(const struct serve_plan *plan, struct fault *why);

#endif
