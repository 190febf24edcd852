/* mobbjob/cmd_subscriptions.c - subscriptions: who has a box, by which answer
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "mobbjob/subscriptions.h"

static enum verdict
run(struct call *call, struct fault *why)
{
	static const struct {
		const char *word;
		size_t args;
		enum verdict (*run)(struct call *call, struct fault *why);
	} words[] = {
		{ "import", 2, subscriptions_import },
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(call->args[0], words[i].word) == 0 &&
			call->arg_count == words[i].args)
			return words[i].run(call, why);
	return fault_set(why, V_BROKEN, CODE_USAGE,
		"usage: mobbjob subscriptions %s", command_subscriptions.args);
}

const struct command command_subscriptions = {
	.name = "subscriptions",
	.args = "import FILE --sender S --date DAY",
	.help = "a list of who has a box into the register",
	.args_min = 1,
	.args_max = 2,
	.need = NEED_STORE,
	.changes = true,
	.run = run,
};
