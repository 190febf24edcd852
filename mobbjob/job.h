/* mobbjob/job.h - a job on the screen; shared by the commands that show one
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_JOB_H
#define MOBBJOB_JOB_H

#include "base/json.h"
#include "batch/proof.h"
#include "mobbjob/command.h"
#include "store/store.h"

/* The job an argument means; a fault names the argument. */
enum verdict job_of(struct call *call, const char *part, struct job *job_out,
	struct fault *why);

/* For the sum; `uncounted` of all results (job_uncounted()). */
struct proof job_proof(const struct job *job, int64_t uncounted);
enum verdict job_uncounted(struct call *call, const struct job *job,
	int64_t *uncounted_out, struct fault *why);

/* "mobb.job/1"; lives until printed. */
struct json *job_json(const struct job *job);

/* One line: what a person has to do, "" when nothing; in `mem`. */
const char *job_person(const struct job *job, struct arena *mem);

#endif
