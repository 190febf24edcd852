/* mobbjob/cmd_resolve.c - resolve: a person says what becomes of a letter
 *
 * For letters that are held, whose outcome nobody knows, or whose result does
 * not come.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "base/clock.h"
#include "mobbjob/decide.h"
#include "mobbjob/decided.h"
#include "mobbjob/job.h"

#define SEEN "seen"

/* The other side contradicts what is known: a person looked at it. */
static enum verdict
seen(struct call *call, struct fault *why)
{
	const char *reason = "";
	struct job job;
	enum verdict v = job_of(call, call->args[0], &job, why);

	if (v == V_OK && !call->options.dry_run) {
		v = decide_reason(call, &reason, why);
		if (v == V_OK)
			v = store_opinions_seen(call->site.store, job.id,
				call->person, reason, clock_now_ms(), why);
	}
	if (v == V_OK)
		decide_tell(call,
			"job %s: %s has seen what the other side says", job.id,
			call->person);
	return v;
}

static enum verdict
run(struct call *call, struct fault *why)
{
	struct decided_target target;
	enum decision as;
	enum verdict v;

	if (call->options.as != NULL && strcmp(call->options.as, SEEN) == 0)
		return seen(call, why);
	if (call->options.as == NULL || !decision_parse(call->options.as, &as))
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"say what becomes of it: --as delivered, paper, resend "
			"or withdrawn");
	v = decided_target(call, false, &target, why);
	if (v != V_OK)
		return v;
	return decided_run(call, &target, as, false, true, why);
}

const struct command command_resolve = {
	.name = "resolve",
	.args = "LETTER | JOB --lot N | JOB --refs FILE --as WHAT --reason "
		"TEXT",
	.help = "a person says what becomes of letters",
	.args_min = 1,
	.args_max = 1,
	.need = NEED_STORE,
	.changes = true,
	.may = PERSON_OPERATE,
	.run = run,
};
