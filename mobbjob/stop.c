/* mobbjob/stop.c - see mobbjob/stop.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "base/clock.h"
#include "mobbjob/decide.h"
#include "mobbjob/job.h"
#include "mobbjob/person.h"
#include "mobbjob/show.h"
#include "mobbjob/stop.h"

/* Is it in the jobs file? */
static bool
named(const struct jobs *jobs, enum stop_kind kind, const char *name)
{
	size_t i;

	switch (kind) {
	case STOP_STREAM:
		return jobs_stream(jobs, name) != NULL ||
		       jobs_stream_at(jobs, name) != NULL;
	case STOP_SENDER:
		for (i = 0; i < jobs->sender_count; i++)
			if (strcmp(jobs->senders[i].name, name) == 0)
				return true;
		return false;
	case STOP_ENDPOINT:
		for (i = 0; i < jobs->endpoint_count; i++)
			if (strcmp(jobs->endpoints[i].name, name) == 0)
				return true;
		return false;
	}
	return false;
}

/* An endpoint is of all senders, a stream of each that it has. */
static enum verdict
may(struct call *call, const struct stop_target *target, struct fault *why)
{
	const struct jobs *jobs = &call->site.jobs;
	enum verdict v = V_OK;
	size_t i;

	if (target->kind == STOP_SENDER)
		return person_may(call, target->name, why);
	if (target->kind == STOP_ENDPOINT)
		return person_may(call, "", why);
	for (i = 0; v == V_OK && i < jobs->stream_count; i++)
		if (strcmp(jobs->streams[i].name, target->name) == 0 ||
			strcmp(jobs->streams[i].folder, target->name) == 0)
			v = person_may(call, jobs->streams[i].sender, why);
	return v;
}

static enum verdict
check_name(
	struct call *call, const struct stop_target *target, struct fault *why)
{
	struct stop stop;
	enum verdict v;

	if (named(&call->site.jobs, target->kind, target->name))
		return may(call, target, why);
	v = store_stop_find(call->site.store,
		target->kind == STOP_STREAM ? target->name : NULL,
		target->kind == STOP_SENDER ? target->name : NULL,
		target->kind == STOP_ENDPOINT ? target->name : NULL, &call->mem,
		&stop, why);
	if (v == V_END) {
		v = fault_set(why, V_SKIP, CODE_NO_JOB,
			"the jobs file has no such %s", target->word);
		fault_at(why, "%s %.60s", target->word, target->name);
	}
	return v;
}

enum verdict
stop_target(struct call *call, struct stop_target *out, struct fault *why)
{
	const struct options *o = &call->options;
	const struct {
		enum stop_kind kind;
		const char *name;
	} kinds[] = { { STOP_STREAM, o->stream }, { STOP_SENDER, o->sender },
		{ STOP_ENDPOINT, o->endpoint } };
	struct stop_target target = { .may_be_held = true };
	size_t i, given = call->arg_count;
	struct job job;
	enum verdict v;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].name != NULL) {
			given++;
			target.kind = kinds[i].kind;
			target.name = kinds[i].name;
			target.word = stop_word(kinds[i].kind);
		}
	if (given != 1)
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"name one thing: a JOB, --stream, --sender or "
			"--endpoint");
	if (call->arg_count == 0) {
		v = check_name(call, &target, why);
	} else {
		v = job_of(call, call->args[0], &job, why);
		target.job = true;
		target.word = "job";
		target.name = arena_text(&call->mem, job.id, strlen(job.id));
		target.state = job.state;
		target.may_be_held = v == V_OK && job.state == JOB_HELD;
	}
	if (v == V_OK)
		*out = target;
	return v;
}

const char *
stop_target_option(const struct stop_target *target, struct arena *mem)
{
	return target->job ? target->name
			   : arena_format(mem, "--%s %s", target->word,
				     target->name);
}

enum verdict
stop_of_job(struct call *call, const struct job *job, struct stop *out,
	struct fault *why)
{
	return store_stop_find(call->site.store, job->stream, job->sender,
		job->endpoint, &call->mem, out, why);
}

const char *
stop_line(const struct stop *stop, struct arena *mem)
{
	return arena_format(mem, "%s %s is held since %s by %s: %s (%s)",
		stop_word(stop->kind), stop->name,
		show_time(stop->since_ms, mem), stop->person,
		show_clean(stop->reason, mem), show_code((int)stop->code, mem));
}

struct json *
stop_json(const struct stop *stop, struct arena *mem)
{
	struct json *o = json_new_object();

	json_add_text(o, "schema", "mobb.stop/1");
	json_add_text(o, "kind", stop_word(stop->kind));
	json_add_text(o, "name", stop->name);
	json_add_text(o, "code", show_code((int)stop->code, mem));
	json_add_text(o, "reason", stop->reason);
	json_add_text(o, "by", stop->person);
	json_add_time(o, "since", stop->since_ms);
	return o;
}

enum verdict
stop_release(
	struct call *call, const struct stop_target *target, struct fault *why)
{
	const char *reason = "";
	struct stop stop;
	enum verdict v = store_stop_find(call->site.store,
		target->kind == STOP_STREAM ? target->name : NULL,
		target->kind == STOP_SENDER ? target->name : NULL,
		target->kind == STOP_ENDPOINT ? target->name : NULL, &call->mem,
		&stop, why);

	if (v == V_END)
		return fault_set(why, V_SKIP, CODE_STATE, "the %s is not held",
			target->word);
	if (v == V_OK && !call->options.dry_run) {
		v = decide_reason(call, &reason, why);
		if (v == V_OK)
			v = store_stop_clear(call->site.store, target->kind,
				target->name, call->person, reason,
				clock_now_ms(), why);
	}
	if (v == V_OK)
		decide_tell(call,
			"%s %s released by %s: it goes on where it "
			"stopped",
			target->word, target->name, call->person);
	return v;
}
