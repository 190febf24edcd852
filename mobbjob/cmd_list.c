/* mobbjob/cmd_list.c - list: the jobs, and what needs a person
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>

#include "mobbjob/job.h"
#include "mobbjob/show.h"

static const char *const heads[] = { "JOB", "STREAM", "STATE", "IN",
	"DELIVERED", "POSTED", "REJECTED", "OPEN", "RECEIVED", "FILE", NULL };

static void
print_person(const struct call *call, const struct job *jobs, size_t count,
	struct arena *mem)
{
	size_t i, n = 0;

	if (call->options.plain)
		return;
	for (i = 0; i < count; i++) {
		const char *what = job_person(&jobs[i], mem);

		if (what[0] == '\0')
			continue;
		if (n++ == 0)
			puts("\nneeds a person:");
		printf("  %s  %s\n", jobs[i].id, what);
		if (jobs[i].state == JOB_HELD && jobs[i].reason[0] != '\0')
			printf("    held: %s\n",
				show_clean(jobs[i].reason, mem));
	}
	if (n == 0)
		puts(count == 0 ? "nothing is unfinished"
				: "\nnothing needs a person");
}

static enum verdict
run(struct call *call, struct fault *why)
{
	struct table table;
	struct job *jobs;
	size_t i, count;
	enum verdict v;

	v = store_job_list(call->site.store, call->options.all, NULL,
		&call->mem, &jobs, &count, why);
	if (v != V_OK)
		return v;
	if (call->options.json) {
		for (i = 0; i < count; i++)
			json_write(job_json(&jobs[i]), stdout);
		return V_OK;
	}
	table_begin(&table, call->options.plain, &call->mem, heads);
	for (i = 0; i < count; i++) {
		const struct job *job = &jobs[i];

		table_text(&table, job->id);
		table_text(&table, job->stream);
		table_text(&table, job_word(job->state));
		table_number(&table, job->letters + job->rejected);
		table_number(&table, job->n_delivered);
		table_number(&table, job->n_posted);
		table_number(&table, job->rejected);
		table_number(&table, job_open(job));
		table_time(&table, job->received_ms);
		table_text(&table, job->file);
	}
	table_end(&table);
	print_person(call, jobs, count, &call->mem);
	return V_OK;
}

const struct command command_list = {
	.name = "list",
	.args = "[--all]",
	.help = "jobs that are unfinished, and what needs a person",
	.need = NEED_STORE,
	.run = run,
};
