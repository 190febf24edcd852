/* mobbd/report.h - reports to the suppliers, in out/STREAM/
 *
 * Each job has one, written anew as it proceeds, for the last time when it is
 * settled, refused or cancelled.  When is for the books to say.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBD_REPORT_H
#define MOBBD_REPORT_H

#include "mobbd/role.h"

/* Write the reports that are due; *some is set when one was.  One that cannot
 * be written is logged and tried again after a while: nothing waits for it.
 * V_LATER: the database is away, or we have to stop.
 */
enum verdict report_write(
	struct role_run *run, int64_t *rest_ms, bool *some, struct fault *why);

#endif
