/* mobbd/report.c - see mobbd/report.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "mobbd/report.h"
#include "base/clock.h"
#include "base/log.h"

#define REST_MS 30000 /* after one that could not be written */

struct writing {
	struct role_run *run;
	struct spool_out *out;
};

/* A long report must not hold up our end. */
static enum verdict
add(void *self, const void *bytes, size_t len, struct fault *why)
{
	struct writing *w = self;

	if (*w->run->stop)
		return fault_set(why, V_LATER, CODE_NONE, "told to stop");
	return spool_out_add(w->out, bytes, len, why);
}

static enum verdict
write_one(struct role_run *run, const struct job *job, int64_t now_ms,
	struct fault *why)
{
	struct writing w = { .run = run };
	struct report_names names;
	enum verdict v;

	v = store_report_names(run->site->store, job, &names, why);
	if (v == V_OK)
		v = spool_out_begin(run->site->spool,
			site_folder(run->site, job), names.report, &w.out, why);
	if (v != V_OK)
		return v;
	v = store_report_write(run->site->store, job, now_ms, add, &w, why);
	if (v != V_OK) {
		spool_out_cancel(w.out);
		return v;
	}
	return spool_out_end(w.out, why);
}

/* Not the disk's fault, but that of the books, or ours. */
static bool
ends_all(enum verdict v, const struct fault *why)
{
	return why->code == CODE_DATABASE || why->code == CODE_DATABASE_QUERY ||
	       (v == V_LATER && why->code == CODE_NONE);
}

enum verdict
report_write(
	struct role_run *run, int64_t *rest_ms, bool *some, struct fault *why)
{
	struct store *store = run->site->store;
	int64_t after = 0, now_ms = clock_now_ms();
	struct arena mem = ARENA_EMPTY;
	struct report_due due;
	enum verdict v = V_OK;

	/* A clock that was set back does not silence us. */
	if (now_ms < *rest_ms && *rest_ms - now_ms <= REST_MS)
		return V_OK;
	while (!*run->stop) {
		arena_reset(&mem);
		v = store_report_due(store, after, now_ms, &mem, &due, why);
		if (v != V_OK)
			break;
		after = due.job.number;
		v = write_one(run, &due.job, now_ms, why);
		if (v == V_OK)
			v = store_job_reported(store, due.job.id, due.mark,
				due.final, now_ms, why);
		if (v == V_OK) {
			*some = true;
			continue;
		}
		if (ends_all(v, why))
			break;
		fault_at(why, "report of job %s", due.job.id);
		log_fault(why);
		*rest_ms = now_ms + REST_MS;
	}
	arena_done(&mem);
	return v == V_OK || v == V_END || !ends_all(v, why) ? V_OK : v;
}
