/* mobbjob/decided.h - what cancel and resolve have in common: whose letters, a
 * look at what would change, the number typed, and what changed
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_DECIDED_H
#define MOBBJOB_DECIDED_H

#include "mobbjob/command.h"

struct decided_target {
	char job[16];
	bool one;	    /* a single letter: nobody has to type a number */
	const char *letter; /* its name, as given */
	int64_t lot;
	int64_t *records; /* NULL: all */
	size_t record_count;
};

/* The argument is a LETTER, or with --lot or --refs a JOB; `jobs`: it may be a
 * JOB without them as well.  V_SKIP CODE_AMBIGUOUS: it fits both.
 */
enum verdict decided_target(struct call *call, bool jobs,
	struct decided_target *out, struct fault *why);

/* Look, ask, change, tell.  `must`: for more than one letter --letters, or a
 * number typed at a terminal, is needed; else it is only checked when given.
 */
enum verdict decided_run(struct call *call, const struct decided_target *target,
	enum decision as, bool cancel, bool must, struct fault *why);

#endif
