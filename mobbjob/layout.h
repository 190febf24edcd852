/* mobbjob/layout.h - definitions: where they lie, and reading them
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_LAYOUT_H
#define MOBBJOB_LAYOUT_H

#include "formats/format.h"
#include "mobbjob/command.h"

#define LAYOUT_BYTES_MAX 1000000 /* of a definition */

/* Read the definition at `path`; `wanted` "woz-biljet/1", or NULL when any
 * will do.  `tell` (may be NULL) hears every mistake; `why` has the first.
 * V_BROKEN: CODE_CONFIG.. or CODE_FORMAT.
 */
enum verdict layout_read(const char *path, const char *wanted,
	void (*tell)(void *self, const struct fault *mistake), void *self,
	struct definition **definition_out, struct fault *why);

/* The folder of definitions: that of the jobs file when one is open, else
 * ./formats.
 */
const char *layout_folder(struct call *call);

/* The path of "woz-biljet/1", "woz-biljet" or "DIR/woz-biljet.yaml", in `mem`
 * of the call.  NULL and a fault: no such name can be.
 */
const char *layout_path(struct call *call, const char *name, struct fault *why);
/* The part of such a name that must be the definition's id, else NULL. */
const char *layout_wanted(const char *name);

/* The definition of a stream. */
enum verdict layout_of_stream(struct call *call,
	const struct jobs_stream *stream, struct definition **definition_out,
	struct fault *why);

#endif
