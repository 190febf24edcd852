/* mobbjob/select.h - many jobs at once: chosen by what they are, shown, asked once
 *
 *	--stream S --sender X --endpoint E --since today|yesterday|DAY --state W
 *
 * Shown first with their counts; then a person says how many jobs are meant, by
 * --jobs N or at a terminal.  Each job is a transaction and an event of its
 * own, so what was done before a fault is done.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_SELECT_H
#define MOBBJOB_SELECT_H

#include "mobbjob/command.h"
#include "store/store.h"

#define SELECT_MAX 1000 /* jobs; more is a mistake */

struct select_what {
	const char *verb; /* "held": what becomes of them */
	/* NULL: it can be done to this job; else why not. */
	const char *(*not )(const struct call *call, const struct job *job);
	/* Do it to one, as recorded; V_SKIP: the next may still be done. */
	enum verdict (*one)(struct call *call, const struct job *job,
		const char *reason, struct fault *why);
};

/* Are jobs chosen?  `names` more than one name is needed, or --since, --state or
 * --jobs: one name alone means the stream, sender or endpoint itself.
 */
bool select_given(const struct call *call, int names);

/* V_OK also when some could not be done: then call->exit is 3. */
enum verdict select_run(
	struct call *call, const struct select_what *what, struct fault *why);

#endif
