/* mobbjob/cmd_events.c - events: who decided what, and when
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>

#include "mobbjob/job.h"
#include "mobbjob/show.h"

static const char *const heads[] = { "AT", "BY", "WHAT", "TEXT", NULL };

static enum verdict
run(struct call *call, struct fault *why)
{
	struct table table;
	struct event *rows;
	struct job job = { .id = "" };
	enum verdict v = V_OK;
	size_t i, count;

	if (call->arg_count > 0)
		v = job_of(call, call->args[0], &job, why);
	if (v == V_OK)
		v = store_event_list(call->site.store, job.id, &call->mem,
			&rows, &count, why);
	if (v != V_OK)
		return v;
	table_begin(&table, call->options.plain, &call->mem, heads);
	for (i = 0; i < count; i++) {
		struct json *o;

		table_time(&table, rows[i].at_ms);
		table_text(&table, rows[i].person);
		table_text(&table, rows[i].what);
		table_text(&table, rows[i].text);
		if (!call->options.json)
			continue;
		o = json_new_object();
		json_add_text(o, "schema", "mobb.event/1");
		json_add_given(o, "job", job.id);
		json_add_time(o, "at", rows[i].at_ms);
		json_add_text(o, "by", rows[i].person);
		json_add_text(o, "what", rows[i].what);
		json_add_text(o, "text", rows[i].text);
		json_write(o, stdout);
	}
	if (call->options.json)
		table_drop(&table);
	else
		table_end(&table);
	return V_OK;
}

const struct command command_events = {
	.name = "events",
	.args = "[JOB]",
	.help = "who decided what, and when; what belongs to no job",
	.args_max = 1,
	.need = NEED_STORE,
	.run = run,
};
