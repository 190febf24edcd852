/* mobbjob/cpa_show.h - a CPA as a table
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_CPA_SHOW_H
#define MOBBJOB_CPA_SHOW_H

#include "channels/look.h"
#include "mobbjob/command.h"

struct cpa_view {
	const char *path;
	const char *sender; /* of the jobs file; NULL: none */
	const struct cpa *cpa;
};

/* What could be read: head and parties, then a block for the actions that have
 * the same terms.  --plain: a line for each term of each action.  --json: an
 * object for each action, "mobb.cpa/1", also for those that cannot be used.
 */
void cpa_show(struct call *call, const struct cpa_view *view);

/* "27 h", "5 d", "1 d 3 h"; in `mem`. */
const char *cpa_show_span(int64_t ms, struct arena *mem);

#endif
