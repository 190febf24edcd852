/* mobbjob/refs.h - a file with references, one a line
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_REFS_H
#define MOBBJOB_REFS_H

#include "mobbjob/command.h"

#define REFS_BYTES_MAX 100 /* of one reference */

struct refs {
	const char **references;
	int64_t *lines; /* where each stands, from 1 */
	size_t count;
};

/* Empty lines are skipped; at most REFERENCES_MAX.  In `mem` of the call.
 * V_BROKEN: CODE_USAGE, too many, too long, or none.
 */
enum verdict refs_read(struct call *call, const char *path, struct refs *out,
	struct fault *why);

/* Records of their letters, ascending.  V_SKIP with CODE_NO_JOB: the job has no
 * letter with one of them, and the place names the lines.
 */
enum verdict refs_find(struct call *call, const char *job,
	const struct refs *refs, int64_t **records_out, size_t *count_out,
	struct fault *why);

#endif
