/* mobbjob/report_view.c - see mobbjob/report_view.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "mobbjob/decide.h"
#include "mobbjob/report_view.h"
#include "mobbjob/show.h"

/* The wire words of the counters, in wire order; the first is success. */
static const char *const answers[RECEIPT_COUNTERS] = { "Verwerkt",
	"NietActiefOfGeabonneerd", "TechnischProbleem",
	"BerichtTypeNietOndersteund", "PublicatieDatumLigtTeVerInDeToekomst",
	"AanmaakDatumInDeToekomst" };

static void
read_declines(struct report_view *v)
{
	struct report_answer *to;
	int i;

	for (i = 1; i <= RECEIPT_COUNTERS; i++) {
		int64_t letters = i == RECEIPT_COUNTERS ? v->tally.other
							: v->tally.answers[i];

		if (letters == 0)
			continue;
		to = &v->declines[v->decline_count++];
		*to = (struct report_answer){ "other answers", CODE_NONE,
			letters };
		if (i < RECEIPT_COUNTERS) {
			to->word = answers[i];
			(void)receipt_act(answers[i], false, &to->code);
		}
	}
}

static enum verdict
read_proof(struct call *call, struct report_view *v, struct fault *why)
{
	int64_t uncounted = 0;
	struct proof proof;
	enum verdict w = V_OK;

	if (v->job.split_ms == 0) {
		v->sum = PROOF_OPEN;
		snprintf(v->proof, sizeof(v->proof),
			"nothing of the file was counted");
		return V_OK;
	}
	/* Only where it could explain a difference: it is one look per lot. */
	if (v->job.n_delivered != v->job.their_delivered)
		w = store_job_uncounted(
			call->site.store, v->job.id, &uncounted, why);
	proof = job_proof(&v->job, uncounted);
	v->sum = proof_line(&proof, v->proof);
	return w;
}

/* That of a person, while it holds, else of the jobs file. */
static enum verdict
read_limit(struct call *call, struct report_view *v, struct fault *why)
{
	struct limit limit;
	enum verdict w = store_limit_find(call->site.store, LIMIT_ENDPOINT,
		v->job.endpoint, v->now_ms, &call->mem, &limit, why);

	if (w == V_OK)
		v->per_hour = limit.amount;
	return w == V_END ? V_OK : w;
}

enum verdict
report_view_make(struct call *call, const struct job *job,
	struct report_view *out, struct fault *why)
{
	const struct jobs_stream *stream =
		jobs_stream(&call->site.jobs, job->stream);
	const struct jobs_endpoint *endpoint =
		jobs_endpoint(&call->site.jobs, job->endpoint);
	enum verdict v;

	*out = (struct report_view){ .job = *job,
		.title = stream == NULL || stream->title == NULL
				 ? job->stream
				 : stream->title,
		.per_hour = endpoint == NULL ? -1 : endpoint->letters,
		.now_ms = clock_now_ms() };
	v = show_page_job(call, job, &out->page, why);
	out->has_page = v == V_OK;
	if (v == V_OK || v == V_END)
		v = store_tally(call->site.store, job->id, &call->mem,
			&out->tally, why);
	if (v == V_OK)
		v = read_limit(call, out, why);
	if (v == V_OK)
		v = read_proof(call, out, why);
	if (v == V_OK)
		v = store_job_closing(call->site.store, job->id, &call->mem,
			&out->closing, why);
	out->closed = v == V_OK;
	if (v != V_OK && v != V_END)
		return v;
	read_declines(out);
	return V_OK;
}

/* --- JSON --- */

static struct json *
json_hours(const struct report_view *v)
{
	struct json *list = json_new_array();
	size_t i;

	for (i = 0; i < v->tally.hour_count; i++) {
		struct json *o = json_new_object();

		json_add_time(o, "from", v->tally.hours[i].from_ms);
		json_add_int(o, "letters", v->tally.hours[i].letters);
		json_append(list, o);
	}
	return list;
}

static struct json *
json_reasons(const struct report_view *v, struct arena *mem)
{
	struct json *list = json_new_array();
	size_t i;

	for (i = 0; i < v->tally.code_count; i++) {
		struct json *o = json_new_object();

		json_add_text(
			o, "code", show_code((int)v->tally.codes[i].code, mem));
		json_add_int(o, "records", v->tally.codes[i].records);
		json_append(list, o);
	}
	return list;
}

static struct json *
json_declines(const struct report_view *v, struct arena *mem)
{
	struct json *list = json_new_array();
	size_t i;

	for (i = 0; i < v->decline_count; i++) {
		struct json *o = json_new_object();

		json_add_text(o, "answer", v->declines[i].word);
		json_add_given(
			o, "code", show_code((int)v->declines[i].code, mem));
		json_add_int(o, "letters", v->declines[i].letters);
		json_append(list, o);
	}
	return list;
}

struct json *
report_json(const struct report_view *v, struct arena *mem)
{
	const struct job *job = &v->job;
	struct json *o = json_new_object();

	json_add_text(o, "schema", "mobb.report/1");
	json_add_text(o, "job", job->id);
	json_add_text(o, "stream", job->stream);
	json_add_text(o, "sender", job->sender);
	json_add_text(o, "environment", job->environment);
	json_add_text(o, "file", job->file);
	json_add_text(o, "state", job_word(job->state));
	json_add_time(o, "received_at", job->received_ms);
	json_add_time(o, "settled_at", job->settled_ms);
	json_add_int(o, "in", job->letters + job->rejected);
	json_add_int(o, "delivered", job->n_delivered);
	json_add_int(o, "posted", job->n_posted);
	json_add_int(o, "rejected", job->rejected);
	json_add_int(o, "withdrawn", job->n_withdrawn);
	json_add_int(o, "open", job_open(job));
	json_add_int(o, "returned", job->n_returned);
	json_add_text(o, "proof", v->proof);
	json_add_bool(o, "sum_ok", v->sum == PROOF_OK);
	json_add_int(o, "hour_seconds", v->tally.hour_ms / 1000);
	if (v->per_hour > 0)
		json_add_int(o, "limit_per_hour", v->per_hour);
	json_add(o, "hours", json_hours(v));
	json_add(o, "declines", json_declines(v, mem));
	json_add(o, "rejects", json_reasons(v, mem));
	if (v->has_page && v->page.cents >= 0)
		json_add_int(o, "cost_cents", v->page.cents);
	if (v->closed) {
		json_add_text(o, "closed_by", v->closing.person);
		json_add_time(o, "closed_at", v->closing.at_ms);
		json_add_text(o, "closed_because", v->closing.reason);
		json_add_text(o, "closed_sum", v->closing.sum);
	}
	return o;
}

/* --- closing --- */

enum verdict
report_close(struct call *call, const struct job *job, struct fault *why)
{
	struct report_view *view = arena_alloc(&call->mem, sizeof(*view));
	bool dry = call->options.dry_run;
	struct closing closing = { .person = call->person, .reason = "" };
	enum verdict v = report_view_make(call, job, view, why);

	closing.at_ms = view->now_ms;
	/* Look first: nobody gives a reason for what cannot be. */
	if (v == V_OK)
		v = store_job_close(
			call->site.store, job->id, &closing, true, why);
	if (v == V_OK && !dry)
		v = decide_reason(call, &closing.reason, why);
	if (v == V_OK && !dry)
		v = store_job_close(
			call->site.store, job->id, &closing, false, why);
	if (v != V_OK) {
		fault_at(why, "JOB %s", job->id);
		return v;
	}
	if (call->options.json) {
		v = report_view_make(call, job, view, why);
		if (v == V_OK)
			json_write(report_json(view, &call->mem), stdout);
		return v;
	}
	puts(view->proof);
	decide_tell(call, "job %s is closed by %s", job->id, call->person);
	return V_OK;
}
