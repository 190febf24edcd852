/* mobbjob/job.c - see mobbjob/job.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "mobbjob/job.h"
#include "mobbjob/person.h"
#include "mobbjob/show.h"

enum verdict
job_of(struct call *call, const char *part, struct job *job_out,
	struct fault *why)
{
	enum verdict v;

	v = store_job_find(call->site.store, part, &call->mem, job_out, why);
	if (v == V_SKIP && why->code == CODE_NO_JOB) {
		fault_set(why, v, CODE_NO_JOB, "no such job");
		fault_at(why, "JOB %s", part);
	}
	if (v == V_OK && person_changes(call)) {
		v = person_may(call, job_out->sender, why);
		if (v != V_OK)
			fault_at(why, "JOB %s", job_out->id);
	}
	return v;
}

enum verdict
stream_of(struct call *call, const char *name,
	const struct jobs_stream **stream_out, struct fault *why)
{
	const struct jobs *jobs = &call->site.jobs;
	const char *sender = call->options.sender;
	const struct jobs_stream *stream = jobs_stream_of(jobs, name, sender);
	enum verdict v = V_OK;

	if (stream == NULL && jobs_stream(jobs, name) == NULL)
		v = fault_set(why, V_SKIP, CODE_NO_JOB, "no such stream");
	else if (stream == NULL && sender != NULL)
		v = fault_set(why, V_SKIP, CODE_CONFIG_NAME,
			"the stream has no sender named %.40s", sender);
	else if (stream == NULL)
		v = fault_set(why, V_BROKEN, CODE_USAGE,
			"the stream has several senders: say which, --sender "
			"NAME");
	if (v != V_OK)
		fault_at(why, "STREAM %.60s", name);
	else
		*stream_out = stream;
	return v;
}

static void
json_counts(struct json *o, const struct job *job)
{
	json_add_int(o, "records", job->records);
	json_add_int(o, "in", job->letters + job->rejected);
	json_add_int(o, "letters", job->letters);
	json_add_int(o, "delivered", job->n_delivered);
	json_add_int(o, "posted", job->n_posted);
	json_add_int(o, "rejected", job->rejected);
	json_add_int(o, "withdrawn", job->n_withdrawn);
	json_add_int(o, "open", job_open(job));
	json_add_int(o, "warnings", job->warnings);
	json_add_int(o, "waiting_for_route", job->n_split);
	json_add_int(o, "to_box", job->n_box);
	json_add_int(o, "to_paper", job->n_paper);
	json_add_int(o, "offered", job->n_offered);
	json_add_int(o, "unknown", job->n_unknown);
	json_add_int(o, "to_resend", job->n_resend);
	json_add_int(o, "letters_held", job->n_held);
	json_add_int(o, "bundled", job->n_bundled);
	json_add_int(o, "handed_over", job->n_handed);
	json_add_int(o, "declined_by_box", job->n_declined);
	json_add_int(o, "returned", job->n_returned);
	json_add_int(o, "known_already", job->n_known);
	json_add_int(o, "routed_to_box", job->routed_box);
	json_add_int(o, "routed_to_paper", job->routed_paper);
	if (job->expect_ppm < 0)
		json_add_null(o, "expected_paper_ppm");
	else
		json_add_int(o, "expected_paper_ppm", job->expect_ppm);
	json_add_int(o, "lots", job->lots);
	json_add_int(o, "lots_acknowledged", job->lots_acknowledged);
	json_add_int(o, "lots_settled", job->lots_settled);
	json_add_int(o, "their_total", job->their_total);
	json_add_int(o, "their_delivered", job->their_delivered);
}

struct json *
job_json(const struct job *job)
{
	struct json *o = json_new_object();
	struct arena mem = ARENA_EMPTY;

	json_add_text(o, "schema", "mobb.job/1");
	json_add_text(o, "id", job->id);
	json_add_text(o, "job", job->id);
	json_add_text(o, "stream", job->stream);
	json_add_text(o, "sender", job->sender);
	json_add_text(o, "oin", job->oin);
	json_add_text(o, "endpoint", job->endpoint);
	json_add_text(o, "environment", job->environment);
	json_add_text(o, "format", job->format);
	json_add_text(o, "file", job->file);
	json_add_int(o, "file_bytes", job->bytes);
	json_add_text(o, "file_sha256", show_digest(job->sha256, &mem));
	json_add_text(o, "state", job_word(job->state));
	if (job->reason_code == CODE_NONE) {
		json_add_null(o, "code");
		json_add_null(o, "reason");
	} else {
		json_add_text(
			o, "code", show_code((int)job->reason_code, &mem));
		json_add_text(o, "reason", job->reason);
	}
	if (job->promised_letters < 0)
		json_add_null(o, "announced");
	else
		json_add_int(o, "announced", job->promised_letters);
	if (job->promised_cents < 0)
		json_add_null(o, "announced_cents");
	else
		json_add_int(o, "announced_cents", job->promised_cents);
	json_add_int(o, "cents", job->cents);
	json_add_int(o, "edition", job->edition);
	json_add_given(o, "delivery_number", job->delivery);
	json_add_given(o, "period", job->period);
	json_add_given(o, "control_total", job->control);
	json_add_bool(o, "control_total_agreed", job->totals);
	json_add_given(o, "hold_code", show_code((int)job->hold_code, &mem));
	json_add_given(o, "hold_reason", job->hold_reason);
	json_counts(o, job);
	json_add_bool(o, "gated", job->gated);
	json_add_int(o, "gate_letters", job->gate_letters);
	json_add_time(o, "received_at", job->received_ms);
	json_add_time(o, "split_at", job->split_ms);
	json_add_time(o, "routed_at", job->routed_ms);
	json_add_time(o, "released_at", job->released_ms);
	json_add_given(o, "released_by", job->released_by);
	json_add_int(o, "persons", job->persons);
	json_add_int(o, "consents", job->consents);
	json_add_time(o, "settled_at", job->settled_ms);
	json_add_time(o, "removed_at", job->gone_ms);
	arena_done(&mem);
	return o;
}

/* Behind the gate, while it is closed. */
static bool
job_rests(const struct job *job)
{
	return job_open(job) > 0 && job->gate_letters < job->letters &&
	       job->n_box + job->n_paper > 0;
}

const char *
job_person(const struct job *job, struct arena *mem)
{
	const char *all = "";

	if (job->gated && job->state != JOB_HELD && job_rests(job))
		all = arena_format(mem,
			"limited production run: %s of %s letters were "
			"chosen, the rest waits until Logius released "
			"production (mobbjob lpr %s)",
			show_number(job->gate_letters, mem),
			show_number(job->letters, mem), job->stream);
	if (job->state == JOB_HELD && job->consents > 0)
		return arena_format(mem,
			"waits for a second person: mobbjob release %s "
			"--letters N --reason TEXT",
			job->id);
	if (job->state == JOB_HELD && job->persons > 1)
		return arena_format(mem,
			"two persons look at it and release it: mobbjob "
			"release %s --letters N --reason TEXT",
			job->id);
	if (job->state == JOB_HELD)
		return arena_format(mem,
			"look at it and release it: mobbjob release %s "
			"--reason TEXT",
			job->id);
	if (job->n_held > 0)
		all = arena_format(mem,
			"%s%s%s letter%s held (mobbjob letters %s)", all,
			all[0] == '\0' ? "" : "; ",
			show_number(job->n_held, mem),
			job->n_held == 1 ? " is" : "s are", job->id);
	if (job->n_handed > 0)
		all = arena_format(mem,
			"%s%s%s letter%s with the printer: mobbjob posted "
			"BUNDLE --date DAY",
			all, all[0] == '\0' ? "" : "; ",
			show_number(job->n_handed, mem),
			job->n_handed == 1 ? " is" : "s are");
	return all;
}
