/* mobbjob/check_file.h - check of a batch file: which layout it is read by
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_CHECK_FILE_H
#define MOBBJOB_CHECK_FILE_H

#include "mobbjob/command.h"

/* A dry run of the batch file at `path`, by --format, --stream, the folder it
 * lies in, or the only stream there is.
 */
enum verdict check_file(struct call *call, const char *path, struct fault *why);

#endif
