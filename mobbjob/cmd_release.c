/* mobbjob/cmd_release.c - release: let a held job go, or a whole stream, sender
 * or endpoint
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "base/clock.h"
#include "mobbjob/decide.h"
#include "mobbjob/job.h"
#include "mobbjob/show.h"
#include "mobbjob/stop.h"

static enum verdict
run(struct call *call, struct fault *why)
{
	const char *reason = "";
	struct stop_target target;
	struct job job;
	enum verdict v;

	v = stop_target(call, &target, why);
	if (v != V_OK || !target.job)
		return v == V_OK ? stop_release(call, &target, why) : v;
	v = job_of(call, call->args[0], &job, why);
	if (v != V_OK)
		return v;
	if (job.state != JOB_HELD) {
		v = fault_set(why, V_SKIP, CODE_STATE,
			"only a held job can be released, this one is %s",
			job_word(job.state));
		fault_at(why, "JOB %s", job.id);
		return v;
	}
	if (!call->options.dry_run) {
		v = decide_reason(call, &reason, why);
		if (v == V_OK)
			v = store_job_release(call->site.store, job.id,
				call->person, reason, clock_now_ms(), why);
	}
	if (v != V_OK)
		return v;
	decide_tell(call,
		"job %s released by %s: %s letters to the box, %s on paper",
		job.id, call->person,
		show_number(job.n_box + job.n_resend, &call->mem),
		show_number(job.n_paper, &call->mem));
	return V_OK;
}

const struct command command_release = {
	.name = "release",
	.args = "JOB | --stream S | --sender S | --endpoint E --reason TEXT",
	.help = "let go what is held",
	.args_max = 1,
	.need = NEED_STORE,
	.changes = true,
	.run = run,
};
