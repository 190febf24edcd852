/* mobbjob/waits.h - files in the spool that cannot be taken in yet
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_WAITS_H
#define MOBBJOB_WAITS_H

#include "base/json.h"
#include "mobbjob/command.h"

struct wait {
	const char *stream, *file;
	enum code code;
	const char *text;
	bool person; /* somebody must do something about it */
	int64_t changed_ms, bytes, missing_bytes;
};

/* All of them, by stream, in `mem` of the call; none where there is no spool or
 * we may not look into it.
 */
void waits_find(struct call *call, struct wait **waits_out, size_t *count_out);

/* "mobb.wait/1"; lives until printed. */
struct json *wait_json(const struct wait *wait, struct arena *mem);
/* One line for people. */
const char *wait_line(const struct wait *wait, struct arena *mem);

#endif
