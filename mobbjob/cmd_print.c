/* mobbjob/cmd_print.c - print: the paper queue; print close and proof JOB
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "mobbjob/decide.h"
#include "mobbjob/job.h"
#include "mobbjob/print_proof.h"
#include "mobbjob/show.h"

static const char *const heads[] = { "BUNDLE", "STATE", "LETTERS", "BYTES",
	"HANDED OVER", "STREAM", NULL };

static void
print_json(struct call *call, const struct lot *lot)
{
	static const uint8_t none[32];
	struct json *o = json_new_object();

	json_add_text(o, "schema", "mobb.bundle/1");
	json_add_text(o, "bundle", lot->name);
	json_add_text(o, "job", lot->job);
	json_add_text(o, "stream", lot->stream);
	json_add_text(o, "state",
		lot->state == LOT_SETTLED ? "posted" : lot_word(lot->state));
	json_add_int(o, "letters", lot->letters);
	json_add_int(o, "bytes", lot->bytes);
	json_add_time(o, "cut_at", lot->cut_ms);
	json_add_time(o, "handed_over_at", lot->handed_ms);
	if (memcmp(lot->sha256, none, sizeof(none)) == 0)
		json_add_null(o, "sha256");
	else
		json_add_text(
			o, "sha256", show_digest(lot->sha256, &call->mem));
	json_write(o, stdout);
}

static enum verdict
add_job(struct call *call, const struct job *job, struct table *table,
	struct fault *why)
{
	struct lot *lots;
	size_t i, count;
	enum verdict v;

	v = store_lot_list(
		call->site.store, job->id, &call->mem, &lots, &count, why);
	for (i = 0; v == V_OK && i < count; i++) {
		const struct lot *lot = &lots[i];

		if (!lot->print ||
			(lot->state == LOT_SETTLED && !call->options.all))
			continue;
		if (call->options.json)
			print_json(call, lot);
		table_text(table, lot->name);
		table_text(table, lot->state == LOT_SETTLED
					  ? "posted"
					  : lot_word(lot->state));
		table_number(table, lot->letters);
		table_number(table, lot->bytes);
		table_time(table, lot->handed_ms);
		table_text(table, job->stream);
	}
	return v;
}

/* Paper letters that wait until the last box letter has its result. */
static void
print_waiting(struct call *call, const struct job *jobs, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (jobs[i].n_paper > 0)
			printf("job %s: %s letters wait for a bundle%s\n",
				jobs[i].id,
				show_number(jobs[i].n_paper, &call->mem),
				jobs[i].print_close
					? ", the run is closed"
					: "; it closes by itself when every "
					  "box letter has its result, or by "
					  "mobbjob print close");
}

static enum verdict
queue(struct call *call, struct fault *why)
{
	struct table table;
	struct job *jobs;
	size_t i, count;
	enum verdict v;

	v = store_job_list(call->site.store, call->options.all, NULL,
		&call->mem, &jobs, &count, why);
	if (v != V_OK)
		return v;
	table_begin(&table, call->options.plain, &call->mem, heads);
	for (i = 0; v == V_OK && i < count; i++)
		v = add_job(call, &jobs[i], &table, why);
	if (v != V_OK || call->options.json) {
		table_drop(&table);
		return v;
	}
	if (table.count == table.columns && !call->options.plain)
		puts("no bundle waits to be posted");
	table_end(&table);
	if (call->options.plain)
		return V_OK;
	print_waiting(call, jobs, count);
	return print_proof_list(call, why);
}

static enum verdict
close_run(struct call *call, struct fault *why)
{
	struct event event = { .at_ms = clock_now_ms(),
		.person = call->person,
		.what = "reason" };
	const char *reason;
	struct job job;
	enum verdict v;

	v = job_of(call, call->args[1], &job, why);
	if (v == V_OK && !call->options.dry_run) {
		v = decide_reason(call, &reason, why);
		if (v == V_OK)
			v = store_print_close(call->site.store, job.id,
				call->person, event.at_ms, why);
		if (v == V_OK) {
			memcpy(event.job, job.id, sizeof(event.job));
			event.text = reason;
			v = store_event_add(call->site.store, &event, why);
		}
	}
	if (v != V_OK)
		return v;
	decide_tell(call,
		"job %s: paper run closed by %s, %s letters go in a bundle now",
		job.id, call->person, show_number(job.n_paper, &call->mem));
	return V_OK;
}

static bool
looks(const struct call *call)
{
	return call->arg_count == 0;
}

static enum verdict
run(struct call *call, struct fault *why)
{
	if (call->arg_count == 0)
		return queue(call, why);
	if (call->arg_count == 2 && strcmp(call->args[0], "close") == 0)
		return close_run(call, why);
	if (call->arg_count == 2 && strcmp(call->args[0], "proof") == 0)
		return print_proof_say(call, why);
	return fault_set(why, V_BROKEN, CODE_USAGE,
		"usage: mobbjob print, mobbjob print close JOB, or mobbjob "
		"print proof JOB --as good|bad|anew");
}

const struct command command_print = {
	.name = "print",
	.args = "[close JOB | proof JOB --as good|bad|anew]",
	.help = "the paper queue; close: bundle without waiting longer",
	.args_max = 2,
	.need = NEED_STORE,
	.changes = true,
	.may = PERSON_OPERATE,
	.looks = looks,
	.run = run,
};
