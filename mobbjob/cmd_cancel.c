/* mobbjob/cmd_cancel.c - cancel: take back what has not left
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "mobbjob/decided.h"

static enum verdict
run(struct call *call, struct fault *why)
{
	struct decided_target target;
	enum verdict v;

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
	.args = "JOB | LETTER | JOB --refs FILE --reason TEXT",
	.help = "take back what has not left; says what did",
	.args_min = 1,
	.args_max = 1,
	.need = NEED_STORE,
	.changes = true,
	.may = PERSON_OPERATE,
	.run = run,
};
