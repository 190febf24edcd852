/* mobbjob/cmd_explain.c - explain: what a code means, in English and Dutch
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "batch/advice.h"
#include "mobbjob/command.h"

static const char *
outcome(char letter)
{
	switch (letter) {
	case 'B':
		return "the file is refused, nothing of it is sent";
	case 'R':
		return "the record is rejected, the rest goes on";
	case 'P':
		return "the letter goes on paper";
	case 'M':
		return "a person decides";
	case 'W':
		return "a warning, the letter goes on";
	case 'H':
		return "held until a person releases it";
	default:
		return "an error of the system, no letter is lost by it";
	}
}

/* "0203", "203", "MOBB-0203", "R203" */
static int
code_of(const char *text)
{
	int64_t number;

	if (strncmp(text, "MOBB-", 5) == 0 || strncmp(text, "mobb-", 5) == 0)
		text += 5;
	else if (text[0] != '\0' && strchr("BRPMWH", text[0]) != NULL)
		text += 1;
	return text_number(text, 9999, &number) ? (int)number : -1;
}

static void
print_json(const struct advice *advice)
{
	struct json *o = json_new_object();
	char code[16], letter[2] = { advice->outcome, '\0' };

	snprintf(code, sizeof(code), "MOBB-%04d", (int)advice->code);
	json_add_text(o, "schema", "mobb.code/1");
	json_add_text(o, "code", code);
	json_add_text(o, "outcome", letter);
	json_add_text(o, "outcome_text", outcome(advice->outcome));
	json_add_text(o, "title", advice->title);
	json_add_text(o, "titel", advice->titel);
	json_add_text(o, "what", advice->what);
	json_add_text(o, "what_to_do", advice->todo);
	json_add_text(o, "wat_te_doen", advice->doen);
	json_add_int(o, "exit", advice->exit);
	json_write(o, stdout);
}

static void
print_one(const struct advice *advice)
{
	printf("MOBB-%04d  %s\n"
	       "  outcome      %s\n"
	       "  meaning      %s\n"
	       "  what to do   %s\n"
	       "\n"
	       "  in het Nederlands: %s\n"
	       "  wat te doen  %s\n"
	       "\n"
	       "  exit code    %d\n",
		(int)advice->code, advice->title, outcome(advice->outcome),
		advice->what, advice->todo, advice->titel, advice->doen,
		advice->exit);
}

static enum verdict
run(struct call *call, struct fault *why)
{
	const struct advice *all, *advice;
	size_t i, count;

	if (call->arg_count == 0) {
		all = advice_all(&count);
		for (i = 0; i < count; i++)
			if (call->options.json)
				print_json(&all[i]);
			else
				printf("MOBB-%04d%c %c  %s\n", (int)all[i].code,
					call->options.plain ? '\t' : ' ',
					all[i].outcome, all[i].title);
		return V_OK;
	}
	advice = advice_find(code_of(call->args[0]));
	if (advice == NULL) {
		fault_set(why, V_SKIP, CODE_NO_JOB,
			"no such code; mobbjob explain lists all");
		fault_at(why, "CODE %s", call->args[0]);
		return V_SKIP;
	}
	if (call->options.json)
		print_json(advice);
	else
		print_one(advice);
	return V_OK;
}

const struct command command_explain = {
	.name = "explain",
	.args = "[CODE]",
	.help = "what a code means and what to do, in English and Dutch",
	.args_max = 1,
	.need = NEED_NOTHING,
	.run = run,
};
