/* mobbjob/decide.c - see mobbjob/decide.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "mobbjob/decide.h"
#include "mobbjob/show.h"

#define TELL_MAX 600
#define NUMBER_LINE_MAX 40
#define LETTERS_MAX INT64_C(1000000000000)

enum verdict
decide_reason(struct call *call, const char **reason_out, struct fault *why)
{
	const char *reason = call->options.reason;
	char line[REASON_BYTES_MAX + 2];

	if (reason == NULL && isatty(STDIN_FILENO) && isatty(STDERR_FILENO)) {
		fputs("reason: ", stderr);
		if (fgets(line, sizeof(line), stdin) != NULL)
			reason = arena_text(&call->mem, line, strlen(line));
	}
	if (reason == NULL)
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"this needs --reason TEXT; it is recorded with your "
			"name");
	reason = text_trim(arena_text(&call->mem, reason, strlen(reason)));
	if (reason[0] == '\0' || strlen(reason) > REASON_BYTES_MAX ||
		text_chars(reason, strlen(reason)) < 0)
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"the reason must be text of 1 to %d bytes",
			REASON_BYTES_MAX);
	*reason_out = reason;
	return V_OK;
}

enum verdict
decide_reason_if(struct call *call, const char **reason_out, struct fault *why)
{
	if (call->options.reason == NULL && !call->site.jobs.persons_on) {
		*reason_out = "";
		return V_OK;
	}
	return decide_reason(call, reason_out, why);
}

enum verdict
decide_letters(struct call *call, int64_t letters, struct fault *why)
{
	const char *text = call->options.letters;
	char line[NUMBER_LINE_MAX], digits[NUMBER_LINE_MAX];
	int64_t typed;
	size_t n = 0;

	if (text == NULL && isatty(STDIN_FILENO) && isatty(STDERR_FILENO)) {
		fputs("how many letters may go? ", stderr);
		text = fgets(line, sizeof(line), stdin);
	}
	if (text == NULL)
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"this needs --letters N: how many letters may go");
	/* As it is shown: 1,281. */
	for (; *text != '\0' && n < sizeof(digits) - 1; text++)
		if (strchr(",. \n", *text) == NULL)
			digits[n++] = *text;
	digits[n] = '\0';
	if (!text_number(digits, LETTERS_MAX, &typed))
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"--letters must be a number");
	if (typed != letters)
		return fault_set(why, V_SKIP, CODE_TYPED,
			"not the %" PRId64 " letters that would go", typed);
	return V_OK;
}

void
decide_tell(const struct call *call, const char *fmt, ...)
{
	char text[TELL_MAX];
	struct json *o;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!call->options.json) {
		printf("%s%s\n", call->options.dry_run ? "would be: " : "",
			text);
		return;
	}
	o = json_new_object();
	json_add_text(o, "schema", "mobb.done/1");
	json_add_bool(o, "dry_run", call->options.dry_run);
	json_add_text(o, "by", call->person);
	json_add_text(o, "text", text);
	json_write(o, stdout);
}
