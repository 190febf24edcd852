/* mobbd/retention.h - jobs whose time is over lose what they say of citizens
 *
 * By `keep` of sender and stream (store/retention.h): first it is written down
 * that the job goes, then its files and bundles go, then its letters.  Whatever
 * comes between, the next step goes on with that job.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBD_RETENTION_H
#define MOBBD_RETENTION_H

#include "mobbd/role.h"

/* One job; *removed_out: there was one, perhaps there are more. */
enum verdict retention_step(
	struct role_run *run, bool *removed_out, struct fault *why);

#endif
