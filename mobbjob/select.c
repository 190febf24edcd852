/* mobbjob/select.c - see mobbjob/select.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "batch/calendar.h"
#include "mobbjob/decide.h"
#include "mobbjob/job.h"
#include "mobbjob/person.h"
#include "mobbjob/select.h"
#include "mobbjob/show.h"

#define LINE_MAX 40
#define EXIT_SOME 3

static const char *const heads[] = { "JOB", "STREAM", "SENDER", "STATE",
	"LETTERS", "OPEN", "RECEIVED", "FILE", NULL };

struct chosen {
	struct job *jobs;
	size_t count;
	const char * * not ; /* of each: why it cannot be done, or NULL */
	size_t fit;
	int64_t letters; /* open, of those */
};

bool
select_given(const struct call *call, int names)
{
	const struct options *o = &call->options;
	int given = (o->stream != NULL) + (o->sender != NULL) +
		    (o->endpoint != NULL);

	return o->since != NULL || o->state != NULL || o->jobs != NULL ||
	       given > names;
}

static enum verdict
usage(struct fault *why, const char *text)
{
	return fault_set(why, V_BROKEN, CODE_USAGE, "%s", text);
}

/* From the beginning of that day, on a Dutch wall. */
static enum verdict
since_of(const struct call *call, int64_t *ms_out, struct fault *why)
{
	const char *text = call->options.since;
	int32_t day = calendar_day(clock_now_ms());

	*ms_out = 0;
	if (text == NULL)
		return V_OK;
	if (strcmp(text, "yesterday") == 0)
		day--;
	else if (strcmp(text, "today") != 0 && !calendar_parse_day(text, &day))
		return usage(why,
			"--since is today, yesterday or a day as YYYY-MM-DD");
	*ms_out = calendar_moment(day, 0);
	return V_OK;
}

static enum verdict
state_of(const struct call *call, enum job_state *out, struct fault *why)
{
	const char *text = call->options.state;
	int i;

	*out = (enum job_state)0;
	if (text == NULL)
		return V_OK;
	for (i = JOB_RECEIVED; i <= JOB_CANCELLED; i++)
		if (strcmp(job_word((enum job_state)i), text) == 0) {
			*out = (enum job_state)i;
			return V_OK;
		}
	return usage(why, "--state is a state of jobs, as in the list: held, "
			  "released ..");
}

/* A name that is in neither the jobs file nor the books finds nothing, and would
 * look as if there was nothing to do.
 */
static enum verdict
names_check(const struct call *call, struct fault *why)
{
	const struct jobs *jobs = &call->site.jobs;
	const struct options *o = &call->options;
	const char *what =
		o->stream != NULL && jobs_stream(jobs, o->stream) == NULL
			? o->stream
		: o->sender != NULL && jobs_sender(jobs, o->sender) == NULL
			? o->sender
		: o->endpoint != NULL &&
				jobs_endpoint(jobs, o->endpoint) == NULL
			? o->endpoint
			: NULL;

	if (what == NULL)
		return V_OK;
	return fault_set(why, V_SKIP, CODE_NO_JOB,
		"the jobs file has nothing named %.40s", what);
}

static enum verdict
choose(struct call *call, const struct select_what *what, struct chosen *out,
	struct fault *why)
{
	struct job_filter filter = { .stream = call->options.stream,
		.sender = call->options.sender,
		.endpoint = call->options.endpoint };
	struct chosen c = { .fit = 0 };
	enum verdict v = names_check(call, why);
	size_t i;

	if (v == V_OK)
		v = since_of(call, &filter.since_ms, why);
	if (v == V_OK)
		v = state_of(call, &filter.state, why);
	if (v == V_OK)
		v = store_job_select(call->site.store, &filter, SELECT_MAX + 1,
			&call->mem, &c.jobs, &c.count, why);
	if (v == V_OK && c.count > SELECT_MAX)
		v = fault_set(why, V_BROKEN, CODE_USAGE,
			"more than %d jobs: choose fewer", SELECT_MAX);
	if (v != V_OK)
		return v;
	c.not = arena_alloc(&call->mem, (c.count + 1) * sizeof(*c.not ));
	for (i = 0; v == V_OK && i < c.count; i++) {
		c.not [i] = what->not(call, &c.jobs[i]);
		if (c.not [i] != NULL)
			continue;
		v = person_may(call, c.jobs[i].sender, why);
		c.fit++;
		c.letters += job_open(&c.jobs[i]);
	}
	if (v == V_OK)
		*out = c;
	return v;
}

/* --- telling --- */

static void
add_row(struct call *call, struct table *table, const struct job *job)
{
	table_text(table, job->id);
	table_text(table, job->stream);
	table_text(table, job->sender);
	table_text(table, job_word(job->state));
	table_number(table, job->letters);
	table_number(table, job_open(job));
	table_time(table, job->received_ms);
	table_text(table, show_clean(job->file, &call->mem));
}

static void
show(struct call *call, const struct chosen *c, const struct select_what *what)
{
	struct table table;
	size_t i;

	table_begin(&table, call->options.plain, &call->mem, heads);
	for (i = 0; i < c->count; i++)
		if (c->not [i] == NULL)
			add_row(call, &table, &c->jobs[i]);
	if (c->fit == 0)
		table_drop(&table);
	else
		table_end(&table);
	if (call->options.plain)
		return;
	for (i = 0; i < c->count; i++)
		if (c->not [i] != NULL)
			printf("not %s, %s\n", c->jobs[i].id, c->not [i]);
	printf("%s%zu job%s with %s open letters would be %s\n",
		c->count > 0 ? "\n" : "", c->fit, c->fit == 1 ? "" : "s",
		show_number(c->letters, &call->mem), what->verb);
	(void)fflush(stdout);
}

/* "mobb.selected/1": one of them, and what came of it. */
static void
tell(struct call *call, const struct job *job, const struct select_what *what,
	const char * not, const struct fault *why)
{
	struct json *o;

	if (!call->options.json) {
		if (not == NULL && why == NULL)
			printf("%s %s\n", job->id, what->verb);
		else if (not == NULL)
			printf("not %s, MOBB-%04d: %s\n", job->id,
				(int)why->code, why->text);
		return;
	}
	o = json_new_object();
	json_add_text(o, "schema", "mobb.selected/1");
	json_add_text(o, "job", job->id);
	json_add_text(o, "stream", job->stream);
	json_add_text(o, "sender", job->sender);
	json_add_text(o, "state", job_word(job->state));
	json_add_int(o, "letters", job->letters);
	json_add_int(o, "open", job_open(job));
	json_add_text(o, "what", what->verb);
	json_add_bool(o, "dry_run", call->options.dry_run);
	json_add_bool(o, "done",
		not == NULL && why == NULL && !call->options.dry_run);
	json_add_given(o, "reason",
		not != NULL   ? not
		: why != NULL ? why->text
			      : NULL);
	json_write(o, stdout);
}

/* --- asking, doing --- */

static enum verdict
ask(const struct call *call, size_t jobs, struct fault *why)
{
	const char *text = call->options.jobs;
	char line[LINE_MAX], digits[LINE_MAX];
	int64_t typed;
	size_t n = 0;

	if (text == NULL && isatty(STDIN_FILENO) && isatty(STDERR_FILENO)) {
		fputs("how many jobs do you mean? ", stderr);
		text = fgets(line, sizeof(line), stdin);
	}
	if (text == NULL)
		return usage(why, "this needs --jobs N: how many jobs you mean "
				  "(--dry-run shows them)");
	for (; *text != '\0' && n < sizeof(digits) - 1; text++)
		if (strchr(",. \n", *text) == NULL)
			digits[n++] = *text;
	digits[n] = '\0';
	if (!text_number(digits, INT32_MAX, &typed))
		return usage(why, "--jobs must be a number");
	if (typed != (int64_t)jobs)
		return fault_set(why, V_SKIP, CODE_SELECTION,
			"%" PRId64 " jobs are meant, %zu were found", typed,
			jobs);
	return V_OK;
}

static enum verdict
do_all(struct call *call, const struct chosen *c,
	const struct select_what *what, const char *reason, struct fault *why)
{
	enum verdict v = V_OK;
	size_t i, done = 0;

	for (i = 0; i < c->count; i++) {
		const struct job *job = &c->jobs[i];
		struct fault one = FAULT_NONE;

		if (c->not [i] != NULL) {
			tell(call, job, what, c->not [i], NULL);
			continue;
		}
		v = what->one(call, job, reason, &one);
		tell(call, job, what, NULL, v == V_OK ? NULL : &one);
		if (v != V_OK && v != V_SKIP) {
			*why = one;
			fault_at(why, "JOB %s, after %zu of %zu", job->id, done,
				c->fit);
			return v;
		}
		done += v == V_OK ? 1 : 0;
	}
	if (done < c->fit)
		call->exit = EXIT_SOME;
	if (!call->options.json && !call->options.plain)
		printf("%zu of %zu jobs %s by %s\n", done, c->fit, what->verb,
			call->person);
	return V_OK;
}

enum verdict
select_run(struct call *call, const struct select_what *what, struct fault *why)
{
	const char *reason = "";
	struct chosen c;
	enum verdict v = choose(call, what, &c, why);
	size_t i;

	if (v != V_OK)
		return v;
	if (!call->options.json)
		show(call, &c, what);
	if (call->options.dry_run || c.fit == 0) {
		for (i = 0; call->options.json && i < c.count; i++)
			tell(call, &c.jobs[i], what, c.not [i], NULL);
		return V_OK;
	}
	v = ask(call, c.fit, why);
	if (v == V_OK)
		v = decide_reason(call, &reason, why);
	if (v != V_OK)
		return v;
	call->options.reason = reason; /* nobody is asked again */
	return do_all(call, &c, what, reason, why);
}
