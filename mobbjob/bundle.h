/* mobbjob/bundle.h - print bundles by name
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_BUNDLE_H
#define MOBBJOB_BUNDLE_H

#include "mobbjob/command.h"
#include "store/store.h"

/* The lot of the bundle `name` ("print-JOB-..", with or without ".zip").
 * V_SKIP: CODE_NO_JOB.
 */
enum verdict bundle_find(struct call *call, const char *name,
	struct lot *lot_out, struct fault *why);

#endif
