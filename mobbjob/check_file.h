/* mobbjob/check_file.h - check of a batch file: which layout it is read by
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_CHECK_FILE_H
#define MOBBJOB_CHECK_FILE_H

#include "mobbjob/command.h"

/* The stream that has a file: by --stream, the folder of the spool it lies in,
 * or the only one there is.  V_BROKEN: CODE_USAGE.
 */
enum verdict check_stream(struct call *call, const char *path,
	const struct jobs_stream **stream_out, struct fault *why);

/* A dry run of the batch file at `path`, by --format, --stream, the folder it
 * lies in, or the only stream there is.
 */
enum verdict check_file(struct call *call, const char *path, struct fault *why);

#endif
