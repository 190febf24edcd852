/* spool/scratch.h - a file without a name, for what does not fit in memory
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef SPOOL_SCRATCH_H
#define SPOOL_SCRATCH_H

#include "base/fault.h"

/* In the folder `dir`; -1: in $TMPDIR or /tmp, for nothing is written where a
 * claim without a folder lies.  It is gone with its descriptor, whatever ends
 * us.
 */
enum verdict scratch_open(int dir, int *fd_out, struct fault *why);

#endif
