/* mobbd/repair.h - rejected records, given back as a batch file
 *
 * The same layout and the documents they name, in out/STREAM/, so that the
 * supplier repairs only these and delivers them again.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBD_REPAIR_H
#define MOBBD_REPAIR_H

#include "mobbd/role.h"

/* Write the rejected records of a job that was split, whose file lies in
 * work/: one file for each part that has some.  Doubles are left out.  What
 * was written before is written again, the same.
 *
 * V_OK     done, or there is nothing to give back, or it can never be done;
 *	    the job and its events say which
 * else     not now: the database is away, or the disk does not do it
 */
enum verdict repair_write(struct role_run *run,
	const struct jobs_stream *stream, const struct job *job,
	const struct claim *claim, struct fault *why);

/* It can never be done, for a reason that the events of the job will show. */
enum verdict repair_never(struct role_run *run, const struct job *job,
	const struct fault *reason, struct fault *why);

#endif
