/* mobbd/expiry.h - certificates that end soon are told in time
 *
 * At 90, 60, 30, 14, 7 and 1 days before a certificate ends, and when it has
 * ended: each threshold of each certificate once, in the log and as an event,
 * which a restart does not repeat.  Who begins with 5 days left hears of 7, not
 * of those before.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBD_EXPIRY_H
#define MOBBD_EXPIRY_H

#include "mobbd/site.h"

/* Look at all certificates of the jobs file, at this time; `mem` for the call.
 * What cannot be read is passed over: who uses it will say so.
 */
enum verdict expiry_look(struct site *site, struct arena *mem, int64_t now_ms,
	struct fault *why);

#endif
