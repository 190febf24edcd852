/* mobbd/retention.c - see mobbd/retention.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "mobbd/retention.h"
#include "base/clock.h"
#include "base/log.h"

enum verdict
retention_step(struct role_run *run, bool *removed_out, struct fault *why)
{
	struct store *store = run->site->store;
	struct retention_rules rules =
		retention_rules(&run->site->jobs, &run->mem);
	struct job job;
	enum verdict v;

	*removed_out = false;
	v = store_retention_next(
		store, &rules, clock_now_ms(), &run->mem, &job, why);
	if (v == V_END)
		return V_OK;
	if (v == V_OK)
		v = store_retention_begin(store, job.id, clock_now_ms(), why);
	if (v == V_OK)
		v = spool_forget_print(run->site->spool, job.id, why);
	if (v == V_OK)
		v = spool_forget_job(run->site->spool, job.id, why);
	if (v == V_OK)
		v = store_retention_end(store, job.id, clock_now_ms(), why);
	if (v != V_OK) {
		fault_at(why, "job %s", job.id);
		return v;
	}
	log_line("job %s: its time is over, files and letters are removed",
		job.id);
	*removed_out = true;
	return V_OK;
}
