/* mobbjob/cmd_rejects.c - rejects: records that became no letter, and why
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>

#include "batch/advice.h"
#include "mobbjob/job.h"
#include "mobbjob/show.h"

#define PAGE_ROWS 1000
#define CODES_MAX 64 /* different codes whose advice is told */

static const char *const heads[] = { "RECORD", "LINE", "CODE", "FIELD",
	"REFERENCE", "REASON", NULL };

/* Codes met, each once: the advice stands under the table. */
struct met {
	int codes[CODES_MAX];
	size_t count;
};

static void
meet(struct met *met, int code)
{
	size_t i;

	for (i = 0; i < met->count; i++)
		if (met->codes[i] == code)
			return;
	if (met->count < CODES_MAX)
		met->codes[met->count++] = code;
}

static void
print_json(const struct job *job, const struct rejected *row, struct arena *mem)
{
	const struct advice *advice = advice_find((int)row->code);
	struct json *o = json_new_object();

	json_add_text(o, "schema", "mobb.rejected/1");
	json_add_text(o, "job", job->id);
	json_add_int(o, "record", row->record);
	json_add_int(o, "part", row->part + 1);
	json_add_int(o, "line", row->line);
	json_add_int(o, "offset", row->offset);
	json_add_int(o, "bytes", row->bytes);
	json_add_text(o, "code", show_code((int)row->code, mem));
	json_add_text(o, "field", row->field);
	json_add_text(o, "reference", row->reference);
	json_add_text(o, "reason", row->reason);
	json_add_bool(o, "warning", row->warning);
	if (advice != NULL) {
		json_add_text(o, "title", advice->title);
		json_add_text(o, "what_to_do", advice->todo);
		json_add_text(o, "wat_te_doen", advice->doen);
	}
	json_write(o, stdout);
}

static void
print_page(struct call *call, const struct job *job,
	const struct rejected *rows, size_t count, struct met *met,
	struct arena *mem)
{
	struct table table;
	size_t i;

	for (i = 0; call->options.json && i < count; i++)
		print_json(job, &rows[i], mem);
	if (call->options.json)
		return;
	table_begin(&table, call->options.plain, mem, heads);
	for (i = 0; i < count; i++) {
		meet(met, (int)rows[i].code);
		if (rows[i].record == 0)
			table_text(&table, "file");
		else
			table_number(&table, rows[i].record);
		table_number(&table, rows[i].line);
		table_text(&table, show_code((int)rows[i].code, mem));
		table_text(&table, rows[i].field);
		table_text(&table, rows[i].reference);
		table_text(&table, rows[i].warning
					   ? arena_format(mem, "warning: %s",
						     rows[i].reason)
					   : rows[i].reason);
	}
	table_end(&table);
}

static void
print_advice(const struct met *met)
{
	size_t i;

	for (i = 0; i < met->count; i++) {
		const struct advice *advice = advice_find(met->codes[i]);

		if (advice == NULL)
			continue;
		printf("\nMOBB-%04d  %s\n  %s\n  what to do: %s\n",
			met->codes[i], advice->title, advice->what,
			advice->todo);
	}
}

static enum verdict
run(struct call *call, struct fault *why)
{
	struct arena mem = ARENA_EMPTY;
	struct met met = { .count = 0 };
	struct rejected *rows;
	struct job job;
	int64_t after = -1; /* record 0: the file as a whole */
	size_t count;
	enum verdict v;

	v = job_of(call, call->args[0], &job, why);
	while (v == V_OK) {
		arena_reset(&mem);
		v = store_rejected_list(call->site.store, job.id, after,
			PAGE_ROWS, call->options.all, &mem, &rows, &count, why);
		if (v != V_OK || count == 0)
			break;
		after = rows[count - 1].record;
		print_page(call, &job, rows, count, &met, &mem);
		if (count < PAGE_ROWS)
			break;
	}
	arena_done(&mem);
	if (v != V_OK || call->options.json || call->options.plain)
		return v;
	if (after < 0)
		puts("no record was rejected");
	print_advice(&met);
	return V_OK;
}

const struct command command_rejects = {
	.name = "rejects",
	.args = "JOB [--all]",
	.help = "records that became no letter, and why (--all: warnings too)",
	.args_min = 1,
	.args_max = 1,
	.need = NEED_STORE,
	.run = run,
};
