/* mobbjob/cmd_retention.c - retention: what is removed, and when
 *
 * mobbd removes it by itself; this only shows.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>

#include "base/clock.h"
#include "mobbjob/job.h"
#include "mobbjob/show.h"

#define DAY_MS INT64_C(86400000)
#define AHEAD_MS (7 * DAY_MS)

static const char *const heads[] = { "JOB", "STREAM", "SENDER", "ENDED", "KEPT",
	"GOES", "LETTERS", "BYTES", "FILE", NULL };

static void
print_json(const struct retention_due *d, bool now)
{
	struct json *o = json_new_object();

	json_add_text(o, "schema", "mobb.retention/1");
	json_add_text(o, "job", d->job);
	json_add_text(o, "stream", d->stream);
	json_add_given(o, "sender", d->sender);
	json_add_text(o, "file", d->file);
	json_add_time(o, "ended_at", d->ended_ms);
	json_add_int(o, "keep_days", d->keep_ms / DAY_MS);
	json_add_time(o, "goes_at", d->goes_ms);
	json_add_bool(o, "due", now);
	json_add_int(o, "letters", d->letters);
	json_add_int(o, "bytes", d->bytes);
	json_write(o, stdout);
}

static enum verdict
run(struct call *call, struct fault *why)
{
	struct arena *mem = &call->mem;
	struct retention_rules rules = retention_rules(&call->site.jobs, mem);
	int64_t now_ms = clock_now_ms(), letters = 0;
	struct retention_due *rows;
	struct table table;
	size_t i, count, due = 0;
	enum verdict v;

	v = store_retention_list(call->site.store, &rules,
		call->options.all ? INT64_MAX : now_ms + AHEAD_MS, mem, &rows,
		&count, why);
	if (v != V_OK)
		return v;
	table_begin(&table, call->options.plain, mem, heads);
	for (i = 0; i < count; i++) {
		const struct retention_due *d = &rows[i];
		bool now = d->begun || d->goes_ms <= now_ms;

		due += now ? 1 : 0;
		letters += now ? d->letters : 0;
		if (call->options.json)
			print_json(d, now);
		table_text(&table, d->job);
		table_text(&table, d->stream);
		table_text(&table, d->sender);
		table_time(&table, d->ended_ms);
		table_text(&table, arena_format(mem, "%lldd",
					   (long long)(d->keep_ms / DAY_MS)));
		table_time(&table, d->goes_ms);
		table_number(&table, d->letters);
		table_number(&table, d->bytes);
		table_text(&table, show_clean(d->file, mem));
	}
	if (call->options.json || count == 0)
		table_drop(&table);
	else
		table_end(&table);
	if (!call->options.json && !call->options.plain)
		printf("%s%zu jobs with %s letters are removed now, %zu within "
		       "%s; counts and events remain\n",
			count == 0 ? "" : "\n", due, show_number(letters, mem),
			count - due,
			call->options.all ? "the times shown" : "7 days");
	return V_OK;
}

const struct command command_retention = {
	.name = "retention",
	.args = "[--all]",
	.help = "what is kept too long and goes, within 7 days or at all",
	.need = NEED_STORE,
	.run = run,
};
