/* mobbjob/job.h - a job on the screen; shared by the commands that show one
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_JOB_H
#define MOBBJOB_JOB_H

#include "base/json.h"
#include "mobbjob/command.h"
#include "store/store.h"

/* The job an argument means; a fault names the argument. */
enum verdict job_of(struct call *call, const char *part, struct job *job_out,
	struct fault *why);

/* The stream of that name, of the sender of --sender: it must be said when there
 * are several.  V_SKIP: no such stream or sender; V_BROKEN, CODE_USAGE: which?
 */
enum verdict stream_of(struct call *call, const char *name,
	const struct jobs_stream **stream_out, struct fault *why);

/* "mobb.job/1"; lives until printed. */
struct json *job_json(const struct job *job);

/* One line: what a person has to do, "" when nothing; in `mem`. */
const char *job_person(const struct job *job, struct arena *mem);

#endif
