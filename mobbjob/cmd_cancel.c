/* mobbjob/cmd_cancel.c - cancel: take back what has not left
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "mobbjob/decided.h"
#include "mobbjob/select.h"

static const char *
cannot(const struct call *call, const struct job *job)
{
	(void)call;
	if (job->state == JOB_RECEIVED)
		return "it is still being read";
	return job->state >= JOB_SETTLED ? "it has ended" : NULL;
}

/* Each tells what of it had left. */
static enum verdict
cancel_one(struct call *call, const struct job *job, const char *reason,
	struct fault *why)
{
	struct decided_target target = { .one = false };

	(void)reason; /* in the options */
	memcpy(target.job, job->id, sizeof(target.job));
	return decided_run(call, &target, DECISION_WITHDRAWN, true, false, why);
}

static enum verdict
run(struct call *call, struct fault *why)
{
	static const struct select_what many = { "cancelled", cannot,
		cancel_one };
	struct decided_target target;
	enum verdict v;

	if (call->arg_count == 0 && select_given(call, 0))
		return select_run(call, &many, why);
	if (call->arg_count == 0)
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"name a JOB, a LETTER, or many by --stream, --sender, "
			"--since or --state");
	if (call->options.lot != NULL)
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"a lot is not cancelled: name a JOB, a LETTER, or JOB "
			"--refs FILE");
	v = decided_target(call, true, &target, why);
	if (v != V_OK)
		return v;
	return decided_run(call, &target, DECISION_WITHDRAWN, true, false, why);
}

const struct command command_cancel = {
	.name = "cancel",
	.args = "JOB | LETTER | JOB --refs FILE | many --reason TEXT",
	.help = "take back what has not left; says what did",
	.args_max = 1,
	.need = NEED_STORE,
	.changes = true,
	.may = PERSON_OPERATE,
	.run = run,
};
