/* mobbjob/cmd_subscriptions.c - subscriptions: who has a box, by which answer
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "mobbjob/subscriptions.h"

static bool
looks(const struct call *call)
{
	return call->arg_count == 0;
}

static enum verdict
run(struct call *call, struct fault *why)
{
	static const struct {
		const char *word;
		size_t args;
		enum verdict (*run)(struct call *call, struct fault *why);
	} words[] = {
		{ "ask", 2, subscriptions_ask },
		{ "drop", 2, subscriptions_drop },
		{ "import", 2, subscriptions_import },
	};
	size_t i;

	if (call->arg_count == 0)
		return subscriptions_list(call, why);

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(call->args[0], words[i].word) == 0 &&
			call->arg_count == words[i].args)
			return words[i].run(call, why);
	return fault_set(why, V_BROKEN, CODE_USAGE,
		"usage: mobbjob subscriptions %s", command_subscriptions.args);
}

const struct command command_subscriptions = {
	.name = "subscriptions",
	.args = "[ask SENDER | import FILE | drop NO]",
	.help = "who has a box, by which answer; ask, import, drop one",
	.args_max = 2,
	.need = NEED_STORE,
	.changes = true,
	.looks = looks,
	.run = run,
};
