/* mobbjob/decide.c - see mobbjob/decide.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "mobbjob/decide.h"
#include "mobbjob/show.h"

#define TELL_MAX 600

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
