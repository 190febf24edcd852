/* mobbjob/report_since.c - report --since: one mail from cron, or none
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "batch/calendar.h"
#include "mobbjob/job.h"
#include "mobbjob/needs.h"
#include "mobbjob/report_view.h"
#include "mobbjob/show.h"

#define DATE_CHARS 10 /* "2026-11-27" */
#define MS_PER_MINUTE INT64_C(60000)

/* "yesterday", "today", a date, or a date with a time, by the clock here. */
static enum verdict
since_parse(const char *text, int64_t now_ms, int64_t *out, struct fault *why)
{
	int32_t today = calendar_day(now_ms);
	int y, m, d, hour = 0, minute = 0, len = 0;
	int32_t day;

	if (strcmp(text, "yesterday") == 0) {
		*out = calendar_moment(today - 1, 0);
		return V_OK;
	}
	if (strcmp(text, "today") == 0) {
		*out = calendar_moment(today, 0);
		return V_OK;
	}
	if (sscanf(text, "%4d-%2d-%2d%n", &y, &m, &d, &len) == 3 &&
		len == DATE_CHARS && clock_day(y, m, d, &day)) {
		text += len;
		len = 0;
		if ((*text == 'T' || *text == ' ') &&
			sscanf(text + 1, "%2d:%2d%n", &hour, &minute, &len) ==
				2)
			len++;
		if (text[len] == '\0' && hour >= 0 && hour < 24 &&
			minute >= 0 && minute < 60) {
			*out = calendar_moment(
				day, (hour * 60 + minute) * MS_PER_MINUTE);
			return V_OK;
		}
	}
	return fault_set(why, V_BROKEN, CODE_USAGE,
		"--since wants yesterday, today, YYYY-MM-DD or "
		"YYYY-MM-DDTHH:MM");
}

static void
print_json(struct call *call, int64_t since_ms, const struct need *needs,
	size_t need_count, const struct job *jobs, size_t job_count)
{
	struct json *o = json_new_object(), *list = json_new_array();
	size_t i;

	json_add_text(o, "schema", "mobb.since/1");
	json_add_time(o, "since", since_ms);
	for (i = 0; i < need_count; i++)
		json_append(list, need_json(&needs[i], &call->mem));
	json_add(o, "needs", list);
	list = json_new_array();
	for (i = 0; i < job_count; i++)
		json_append(list, job_json(&jobs[i]));
	json_add(o, "jobs", list);
	json_write(o, stdout);
}

static void
print_job(struct call *call, const struct job *job)
{
	struct arena *mem = &call->mem;

	printf("  %s  %s  %s: %s in, %s delivered, %s posted, %s rejected, %s "
	       "open\n",
		job->id, show_clean(job->stream, mem), job_word(job->state),
		show_number(job->letters + job->rejected, mem),
		show_number(job->n_delivered, mem),
		show_number(job->n_posted, mem),
		show_number(job->rejected, mem),
		show_number(job_open(job), mem));
}

static void
print(struct call *call, int64_t since_ms, const struct need *needs,
	size_t need_count, const struct job *jobs, size_t job_count)
{
	struct arena *mem = &call->mem;
	size_t i;

	if (need_count == 0)
		puts("Nothing needs a person.");
	else
		printf("%zu thing%s need%s a person:\n\n", need_count,
			need_count == 1 ? "" : "s", need_count == 1 ? "s" : "");
	for (i = 0; i < need_count; i++)
		printf("  %s\n      %s\n", needs_line(&needs[i], mem),
			show_clean(needs[i].todo, mem));
	printf("\nSince %s: %zu job%s.\n", show_time(since_ms, mem), job_count,
		job_count == 1 ? "" : "s");
	for (i = 0; i < job_count; i++)
		print_job(call, &jobs[i]);
}

/* A file that was refused is told, too: it will not come by itself. */
static bool
well(const struct job *jobs, size_t job_count, size_t need_count)
{
	size_t i;

	for (i = 0; i < job_count; i++)
		if (jobs[i].state == JOB_REFUSED)
			return false;
	return need_count == 0;
}

enum verdict
report_since(struct call *call, struct fault *why)
{
	struct need *needs;
	struct job *jobs;
	size_t need_count, job_count;
	int64_t since_ms = 0;
	enum verdict v;

	v = since_parse(call->options.since, clock_now_ms(), &since_ms, why);
	if (v == V_OK)
		v = needs_all(call, &needs, &need_count, why);
	if (v == V_OK)
		v = store_job_since(call->site.store, since_ms, &call->mem,
			&jobs, &job_count, why);
	if (v != V_OK)
		return v;
	if (well(jobs, job_count, need_count) && !call->options.always)
		return V_OK;
	if (call->options.json)
		print_json(call, since_ms, needs, need_count, jobs, job_count);
	else
		print(call, since_ms, needs, need_count, jobs, job_count);
	return V_OK;
}
