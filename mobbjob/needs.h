/* mobbjob/needs.h - what needs a person
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_NEEDS_H
#define MOBBJOB_NEEDS_H

#include "base/json.h"
#include "mobbjob/command.h"

/* Of the books; none when they cannot be asked (`list` shows what it can). */
void needs_find(struct call *call, struct need **needs_out, size_t *count_out);

/* And files that wait in in/, and certificates that end: all there is. */
enum verdict needs_all(struct call *call, struct need **needs_out,
	size_t *count_out, struct fault *why);

/* "mobb.need/1"; lives until printed. */
struct json *need_json(const struct need *need, struct arena *mem);

/* "lots 12 and 3 more of 20260201-abcd, since ...: held: ... (MOBB-1315)" */
const char *needs_line(const struct need *need, struct arena *mem);

#endif
