/* mobbjob/cmd_release.c - release: let a held job go, or a whole stream, sender
 * or endpoint
 *
 * A stream with `release: two-persons` takes two: each types how many letters
 * may go, and what the first one said counts while the job stays as it is.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "base/clock.h"
#include "mobbjob/decide.h"
#include "mobbjob/job.h"
#include "mobbjob/select.h"
#include "mobbjob/show.h"
#include "mobbjob/stop.h"

/* As the job was routed, or as the jobs file has it now: what takes more. */
static int
persons_of(const struct call *call, const struct job *job)
{
	const struct jobs_stream *stream =
		jobs_stream(&call->site.jobs, job->stream);

	return stream != NULL && stream->persons > job->persons
		       ? stream->persons
		       : job->persons;
}

static enum verdict
release(struct call *call, const struct job *job, const char *with,
	const char *reason, struct fault *why)
{
	enum verdict v = V_OK;

	if (!call->options.dry_run)
		v = store_job_release(call->site.store, job->id, call->person,
			reason, clock_now_ms(), why);
	if (v == V_OK)
		decide_tell(call,
			"job %s released by %s%s%s: %s letters to the box, %s "
			"on paper",
			job->id, call->person, with[0] == '\0' ? "" : " and ",
			with,
			show_number(job->n_box + job->n_resend, &call->mem),
			show_number(job->n_paper, &call->mem));
	return v;
}

/* The first says so, the second lets it go. */
static enum verdict
agree(struct call *call, const struct job *job, const char *reason,
	struct fault *why)
{
	struct store *store = call->site.store;
	const char *with = "", *before = "";
	struct consent *list;
	size_t i, count;
	int persons;
	enum verdict v;

	v = store_consent_list(
		store, job->id, &call->mem, &list, &count, &persons, why);
	for (i = 0; v == V_OK && i < count; i++)
		if (strcmp(list[i].person, call->person) == 0)
			before = show_time(list[i].at_ms, &call->mem);
		else
			with = list[i].person;
	if (v == V_OK && with[0] == '\0' && before[0] != '\0')
		v = fault_set(why, V_SKIP, CODE_SECOND_PERSON,
			"%s agreed at %s; it takes another person too",
			call->person, before);
	if (v == V_OK)
		v = decide_letters(call, job_open(job), why);
	if (v == V_OK && !call->options.dry_run)
		v = store_consent_give(store, job->id, call->person,
			job_open(job), reason, clock_now_ms(), why);
	if (v != V_OK)
		return v;
	if (with[0] != '\0')
		return release(call, job, with, reason, why);
	decide_tell(call,
		"job %s: %s agrees to %s letters; it waits for a second person",
		job->id, call->person, show_number(job_open(job), &call->mem));
	return V_OK;
}

static enum verdict
withdraw(struct call *call, const struct job *job, const char *reason,
	struct fault *why)
{
	enum verdict v = V_OK;

	if (!call->options.dry_run)
		v = store_consent_withdraw(call->site.store, job->id,
			call->person, reason, clock_now_ms(), why);
	if (v == V_OK)
		decide_tell(call, "job %s: %s does not agree any more", job->id,
			call->person);
	return v;
}

static const char *
cannot(const struct call *call, const struct job *job)
{
	if (job->state != JOB_HELD)
		return "it is not held";
	return persons_of(call, job) > 1 ? "two persons release it, one by one"
					 : NULL;
}

static enum verdict
release_one(struct call *call, const struct job *job, const char *reason,
	struct fault *why)
{
	return store_job_release(call->site.store, job->id, call->person,
		reason, clock_now_ms(), why);
}

static enum verdict
run(struct call *call, struct fault *why)
{
	static const struct select_what many = { "released", cannot,
		release_one };
	const char *reason = "";
	struct stop_target target;
	struct job job;
	enum verdict v;

	if (call->arg_count == 0 && select_given(call, 1))
		return select_run(call, &many, why);
	v = stop_target(call, &target, why);
	if (v != V_OK || !target.job)
		return v == V_OK ? stop_release(call, &target, why) : v;
	v = job_of(call, call->args[0], &job, why);
	if (v != V_OK)
		return v;
	if (job.state != JOB_HELD)
		v = fault_set(why, V_SKIP, CODE_STATE,
			"only a held job can be released, this one is %s",
			job_word(job.state));
	if (v == V_OK && !call->options.dry_run)
		v = decide_reason(call, &reason, why);
	if (v == V_OK && call->options.withdraw)
		v = withdraw(call, &job, reason, why);
	else if (v == V_OK && persons_of(call, &job) > 1)
		v = agree(call, &job, reason, why);
	else if (v == V_OK) {
		if (call->options.letters != NULL)
			v = decide_letters(call, job_open(&job), why);
		if (v == V_OK)
			v = release(call, &job, "", reason, why);
	}
	if (v != V_OK)
		fault_at(why, "JOB %s", job.id);
	return v;
}

const struct command command_release = {
	.name = "release",
	.args = "JOB [--letters N | --withdraw] | --stream S | --sender S | "
		"--endpoint E | many",
	.help = "let go what is held",
	.args_max = 1,
	.need = NEED_STORE,
	.changes = true,
	.may = PERSON_RELEASE,
	.run = run,
};
