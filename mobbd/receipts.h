/* mobbd/receipts.h - what the printer says, and what we ask of him
 *
 * A part of the keeper's step: applies each file in print/in once, and tells
 * the printer which bundles are recalled.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBD_RECEIPTS_H
#define MOBBD_RECEIPTS_H

#include "mobbd/role.h"

/* *some: there was something.  *rest_ms: after a folder that cannot be used,
 * not again before.
 */
enum verdict receipts_take(
	struct role_run *run, int64_t *rest_ms, bool *some, struct fault *why);

#endif
