/* mobbd/retention.c - see mobbd/retention.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "mobbd/retention.h"
#include "base/clock.h"
#include "base/log.h"

static enum verdict
files_away(struct role_run *run, const struct job *job, struct fault *why)
{
	struct spool *spool = run->site->spool;
	struct lot *lots;
	size_t i, count;
	enum verdict v;

	v = store_lot_list(
		run->site->store, job->id, &run->mem, &lots, &count, why);
	for (i = 0; v == V_OK && i < count; i++)
		if (lots[i].print)
			v = spool_forget_bundle(spool, lots[i].name, why);
	return v == V_OK ? spool_forget_job(spool, job->id, why) : v;
}

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
		v = files_away(run, &job, why);
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
