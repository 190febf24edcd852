/* mobbjob/dry_show.h - a dry run on the screen
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_DRY_SHOW_H
#define MOBBJOB_DRY_SHOW_H

#include "mobbjob/dry.h"

/* Run it and tell; refused is told too and sets the exit code of the call. */
enum verdict dry_show(struct call *call, struct dry *dry, struct fault *why);

#endif
