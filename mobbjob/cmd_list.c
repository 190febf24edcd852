/* mobbjob/cmd_list.c - list: the jobs, and what needs a person
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>
#include <string.h>

#include "mobbjob/cert.h"
#include "mobbjob/check_cpa.h"
#include "mobbjob/job.h"
#include "mobbjob/limit.h"
#include "mobbjob/needs.h"
#include "mobbjob/show.h"
#include "mobbjob/show_dates.h"
#include "mobbjob/stop.h"
#include "mobbjob/waits.h"

#define TROUBLES_MAX 20

static const char *const heads[] = { "JOB", "STREAM", "ENVIRONMENT", "STATE",
	"IN", "DELIVERED", "POSTED", "REJECTED", "OPEN", "RECEIVED", "FILE",
	NULL };

/* Files in in/ that wait, for a person or by themselves. */
static size_t
print_waits(const struct wait *waits, size_t count, bool person, size_t n,
	struct arena *mem)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (waits[i].person != person)
			continue;
		if (n++ == 0)
			puts(person ? "\nneeds a person:" : "\nwaits:");
		printf("  %s\n", wait_line(&waits[i], mem));
	}
	return n;
}

/* Lots that are tried again by themselves; the reason may say that somebody has
 * to look, at this side or the other.
 */
static size_t
print_troubles(struct call *call, struct fault *why)
{
	struct lot_trouble *rows;
	size_t count = 0, i;

	if (store_lot_troubles(call->site.store, TROUBLES_MAX, &call->mem,
		    &rows, &count, why) != V_OK)
		return 0;
	if (count > 0)
		puts("\ntried again:");
	for (i = 0; i < count; i++)
		printf("  %s  lot %lld, offered %d times: %s\n", rows[i].job,
			(long long)rows[i].lot, rows[i].posts,
			show_clean(rows[i].reason, &call->mem));
	return count;
}

/* The ids of all CPAs; false: one cannot be read, so nobody knows. */
static bool
cpa_ids(struct call *call, struct store_part *ids)
{
	const struct jobs *jobs = &call->site.jobs;
	const char **list;
	size_t i, k, n = 0;
	bool all = true;

	for (i = 0; i < jobs->sender_count; i++)
		n += 1 + jobs->senders[i].cpa_before_count;
	list = arena_alloc(&call->mem, (n + 1) * sizeof(*list));
	*ids = (struct store_part){ .names = list, .others = true };
	for (i = 0; all && i < jobs->sender_count; i++) {
		const struct jobs_sender *s = &jobs->senders[i];

		for (k = 0; all && k <= s->cpa_before_count; k++) {
			list[ids->count] = check_cpa_id(call, s,
				k == 0 ? s->cpa : s->cpa_before[k - 1]);
			all = list[ids->count++] != NULL;
		}
	}
	return all;
}

/* What is under way under a CPA that the jobs file does not lead to. */
static size_t
print_cpas(struct call *call, size_t n)
{
	struct cpa_under_way *cpas;
	struct store_part ids;
	struct fault unused;
	size_t count = 0, i;

	if (!cpa_ids(call, &ids) ||
		store_cpas_under_way(call->site.store, &ids, &call->mem, &cpas,
			&count, &unused) != V_OK)
		return n;
	for (i = 0; i < count; i++) {
		if (n++ == 0)
			puts("\nneeds a person:");
		printf("  no sender has CPA %s any more, and under way under "
		       "it are %lld lots, %lld replies: put its file in "
		       "cpa_before (%s)\n",
			show_clean(cpas[i].cpa_id, &call->mem),
			(long long)cpas[i].lots, (long long)cpas[i].replies,
			show_code(CODE_CPA_GONE, &call->mem));
	}
	return n;
}

/* Streams, senders and endpoints that are held. */
static size_t
print_stops(struct call *call, size_t n)
{
	struct stop *stops;
	struct fault unused;
	size_t count = 0, i;

	if (store_stop_list(call->site.store, &call->mem, &stops, &count,
		    &unused) != V_OK)
		return n;
	for (i = 0; i < count; i++) {
		if (n++ == 0)
			puts("\nneeds a person:");
		printf("  %s: mobbjob release --%s %s\n",
			stop_line(&stops[i], &call->mem),
			stop_word(stops[i].kind), stops[i].name);
	}
	return n;
}

/* Is there a line of its own for it, or of its job? */
static bool
said_elsewhere(const struct need *need)
{
	return strcmp(need->what, "job") == 0 ||
	       strcmp(need->what, "letters") == 0 ||
	       strcmp(need->what, "opinion") == 0 ||
	       strncmp(need->todo, "mobbjob release --", 18) == 0;
}

/* What else there is: all of it is in `mobbjob needs`. */
static size_t
print_needs(struct call *call, size_t n)
{
	struct need *needs;
	size_t count, i;

	needs_find(call, &needs, &count);
	for (i = 0; i < count; i++) {
		if (said_elsewhere(&needs[i]))
			continue;
		if (n++ == 0)
			puts("\nneeds a person:");
		printf("  %s\n    %s\n", needs_line(&needs[i], &call->mem),
			show_clean(needs[i].todo, &call->mem));
	}
	return n;
}

/* Decisions that the other side contradicts. */
static size_t
print_opinions(struct call *call, size_t n)
{
	struct opinion *rows;
	struct fault unused;
	size_t count = 0, i;

	if (store_opinions(call->site.store, &call->mem, &rows, &count,
		    &unused) != V_OK)
		return n;
	for (i = 0; i < count; i++) {
		if (n++ == 0)
			puts("\nneeds a person:");
		printf("  %s  the other side says something else about %s "
		       "letters than is known here (mobbjob events %s); when "
		       "looked at: mobbjob resolve %s --as seen\n",
			rows[i].job, show_number(rows[i].letters, &call->mem),
			rows[i].job, rows[i].job);
	}
	return n;
}

static void
json_stops(struct call *call)
{
	struct stop *stops;
	struct fault unused;
	size_t count = 0, i;

	if (store_stop_list(call->site.store, &call->mem, &stops, &count,
		    &unused) != V_OK)
		return;
	for (i = 0; i < count; i++)
		json_write(stop_json(&stops[i], &call->mem), stdout);
}

static void
print_person(struct call *call, const struct job *jobs, size_t count,
	const struct wait *waits, size_t wait_count, struct arena *mem)
{
	struct fault unused;
	const char *line;
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
	n = print_needs(call, n);
	n = print_waits(waits, wait_count, true, n, mem);
	line = cert_line(call);
	if (line != NULL) {
		if (n++ == 0)
			puts("\nneeds a person:");
		printf("  %s\n", show_clean(line, mem));
	}
	n = print_cpas(call, n);
	n = print_stops(call, n);
	n = print_opinions(call, n);
	n += print_troubles(call, &unused);
	if (n == 0)
		puts(count + wait_count == 0 ? "nothing is unfinished"
					     : "\nnothing needs a person");
	(void)print_waits(waits, wait_count, false, 0, mem);
	(void)show_windows(call);
}

/* --- sums --- */

static const char *const sum_heads[] = { "", "JOBS", "HELD", "IN", "DELIVERED",
	"POSTED", "REJECTED", "WITHDRAWN", "OPEN", NULL };

static void
sum_json(const struct job_total *t, bool by_sender)
{
	struct json *o = json_new_object();

	json_add_text(o, "schema", "mobb.total/1");
	json_add_text(o, by_sender ? "sender" : "stream",
		by_sender ? t->sender : t->stream);
	json_add_int(o, "jobs", t->jobs);
	json_add_int(o, "held", t->held);
	json_add_int(o, "in", t->in);
	json_add_int(o, "delivered", t->delivered);
	json_add_int(o, "posted", t->posted);
	json_add_int(o, "rejected", t->rejected);
	json_add_int(o, "withdrawn", t->withdrawn);
	json_add_int(o, "open", t->open);
	json_write(o, stdout);
}

static void
sum_row(struct table *table, const char *name, const struct job_total *t)
{
	table_text(table, name);
	table_number(table, t->jobs);
	table_number(table, t->held);
	table_number(table, t->in);
	table_number(table, t->delivered);
	table_number(table, t->posted);
	table_number(table, t->rejected);
	table_number(table, t->withdrawn);
	table_number(table, t->open);
}

static enum verdict
sums(struct call *call, bool by_sender, struct fault *why)
{
	const char *names[sizeof(sum_heads) / sizeof(sum_heads[0])];
	struct job_total *rows;
	struct table table;
	size_t i, count;
	enum verdict v;

	v = store_job_totals(call->site.store, by_sender, call->options.all,
		&call->mem, &rows, &count, why);
	if (v != V_OK)
		return v;
	memcpy(names, sum_heads, sizeof(names));
	names[0] = by_sender ? "SENDER" : "STREAM";
	table_begin(&table, call->options.plain, &call->mem, names);
	for (i = 0; i < count; i++) {
		if (call->options.json)
			sum_json(&rows[i], by_sender);
		sum_row(&table, by_sender ? rows[i].sender : rows[i].stream,
			&rows[i]);
	}
	if (call->options.json)
		table_drop(&table);
	else
		table_end(&table);
	return V_OK;
}

static enum verdict
run(struct call *call, struct fault *why)
{
	const char *by = call->options.by;
	struct table table;
	struct wait *waits;
	struct job *jobs;
	size_t i, count, wait_count;
	enum verdict v;

	if (by != NULL && strcmp(by, "stream") != 0 &&
		strcmp(by, "sender") != 0)
		return fault_set(
			why, V_BROKEN, CODE_USAGE, "--by is stream or sender");
	if (by != NULL)
		return sums(call, strcmp(by, "sender") == 0, why);
	v = store_job_list(call->site.store, call->options.all, NULL,
		&call->mem, &jobs, &count, why);
	if (v != V_OK)
		return v;
	waits_find(call, &waits, &wait_count);
	if (call->options.json) {
		for (i = 0; i < count; i++)
			json_write(job_json(&jobs[i]), stdout);
		for (i = 0; i < wait_count; i++)
			json_write(wait_json(&waits[i], &call->mem), stdout);
		json_stops(call);
		(void)show_windows(call);
		return V_OK;
	}
	table_begin(&table, call->options.plain, &call->mem, heads);
	for (i = 0; i < count; i++) {
		const struct job *job = &jobs[i];

		table_text(&table, job->id);
		table_text(&table, job->stream);
		table_text(&table, call->options.plain
					   ? job->environment
					   : jobs_loud(job->environment));
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
	if (!call->options.plain)
		limit_print_list(call, jobs, count);
	print_person(call, jobs, count, waits, wait_count, &call->mem);
	return V_OK;
}

const struct command command_list = {
	.name = "list",
	.args = "[--all] [--by stream|sender]",
	.help = "jobs that are unfinished, and what needs a person",
	.need = NEED_STORE,
	.run = run,
};
