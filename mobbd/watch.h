/* mobbd/watch.h - what is overdue is told once
 *
 * The list of store/needs.h: each thing on it that waits for too long gets one
 * event and one line in the log, which a restart does not repeat.  It stays on
 * the list (`mobbjob needs`) until its cause is gone.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBD_WATCH_H
#define MOBBD_WATCH_H

#include "mobbd/site.h"

/* Look now; `mem` for the call. */
enum verdict watch_look(struct site *site, struct arena *mem, int64_t now_ms,
	struct fault *why);

#endif
