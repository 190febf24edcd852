/* mobbjob/cmd_needs.c - needs: all that waits for a person, and what to do
 *
 * What the books know (store/needs.h), files in in/ that cannot be taken, and
 * certificates that end.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "mobbjob/cert.h"
#include "mobbjob/needs.h"
#include "mobbjob/show.h"
#include "mobbjob/waits.h"

static const char *const heads[] = { "SINCE", "WHAT", "NAME", "JOB", "CODE",
	"WHY", "DO", NULL };

void
needs_find(struct call *call, struct need **needs_out, size_t *count_out)
{
	struct fault ignored;

	*count_out = 0;
	if (store_needs(call->site.store, &call->site.jobs, clock_now_ms(),
		    &call->mem, needs_out, count_out, &ignored) != V_OK)
		*count_out = 0;
}

const char *
needs_line(const struct need *need, struct arena *mem)
{
	bool of_job =
		need->job[0] != '\0' && strcmp(need->name, need->job) != 0;

	return arena_format(mem, "%s %s%s%s%s%s: %s (%s)", need->what,
		show_clean(need->name, mem), of_job ? " of " : "",
		of_job ? need->job : "", need->since_ms == 0 ? "" : ", since ",
		show_time(need->since_ms, mem), show_clean(need->text, mem),
		show_code((int)need->code, mem));
}

/* A file in in/, as one of the list. */
static struct need
of_wait(const struct wait *wait, struct arena *mem)
{
	return (struct need){ .what = "file",
		.name = arena_format(mem, "in/%s/%s", wait->stream, wait->file),
		.job = "",
		.code = wait->code,
		.since_ms = wait->changed_ms,
		.text = wait->text,
		.todo = arena_format(mem, "mobbjob explain %s",
			show_code((int)wait->code, mem)) };
}

struct json *
need_json(const struct need *need, struct arena *mem)
{
	struct json *o = json_new_object();

	json_add_text(o, "schema", "mobb.need/1");
	json_add_text(o, "what", need->what);
	json_add_text(o, "name", need->name);
	json_add_given(o, "job", need->job);
	json_add_text(o, "code", show_code((int)need->code, mem));
	json_add_time(o, "since", need->since_ms);
	json_add_text(o, "reason", need->text);
	json_add_text(o, "command", need->todo);
	return o;
}

static void
print(struct call *call, const struct need *needs, size_t count)
{
	struct arena *mem = &call->mem;
	struct table table;
	size_t i;

	if (call->options.json) {
		for (i = 0; i < count; i++)
			json_write(need_json(&needs[i], mem), stdout);
		return;
	}
	if (!call->options.plain) {
		for (i = 0; i < count; i++)
			printf("%s\n    %s\n", needs_line(&needs[i], mem),
				show_clean(needs[i].todo, mem));
		return;
	}
	table_begin(&table, true, mem, heads);
	for (i = 0; i < count; i++) {
		table_time(&table, needs[i].since_ms);
		table_text(&table, needs[i].what);
		table_text(&table, needs[i].name);
		table_text(&table, needs[i].job);
		table_text(&table, show_code((int)needs[i].code, mem));
		table_text(&table, needs[i].text);
		table_text(&table, needs[i].todo);
	}
	table_end(&table);
}

enum verdict
needs_all(struct call *call, struct need **needs_out, size_t *count_out,
	struct fault *why)
{
	struct need *needs, *all;
	struct wait *waits;
	const char *line;
	size_t count, wait_count, i;
	enum verdict v;

	v = store_needs(call->site.store, &call->site.jobs, clock_now_ms(),
		&call->mem, &needs, &count, why);
	if (v != V_OK)
		return v;
	waits_find(call, &waits, &wait_count);
	all = arena_alloc(&call->mem, (count + wait_count + 1) * sizeof(*all));
	memcpy(all, needs, count * sizeof(*all));
	for (i = 0; i < wait_count; i++)
		if (waits[i].person)
			all[count++] = of_wait(&waits[i], &call->mem);
	line = cert_line(call);
	if (line != NULL)
		all[count++] = (struct need){ .what = "certificate",
			.name = "",
			.job = "",
			.code = CODE_EXPIRING,
			.text = line,
			.todo = "mobbjob cert status" };
	*needs_out = all;
	*count_out = count;
	return V_OK;
}

static enum verdict
run(struct call *call, struct fault *why)
{
	struct need *all;
	size_t count;
	enum verdict v = needs_all(call, &all, &count, why);

	if (v != V_OK)
		return v;
	print(call, all, count);
	if (count == 0 && !call->options.json && !call->options.plain)
		puts("nothing needs a person");
	return V_OK;
}

const struct command command_needs = {
	.name = "needs",
	.args = "",
	.help = "what needs a person: since when, why, and the command for it",
	.need = NEED_STORE,
	.run = run,
};
