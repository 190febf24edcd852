/* mobbjob/cmd_show.c - show: one job, with the sum
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>

#include "mobbjob/job.h"
#include "mobbjob/show.h"
#include "mobbjob/show_page.h"
#include "mobbjob/stop.h"

static void
moment(struct call *call, const char *name, int64_t ms, const char *by)
{
	if (ms == 0)
		return;
	show_line(call, name,
		arena_format(&call->mem, "%s%s%s", show_time(ms, &call->mem),
			by[0] == '\0' ? "" : " by ", by));
}

/* What the supplier announced beside the file. */
static void
print_announced(struct call *call, const struct job *job)
{
	struct arena *mem = &call->mem;
	const char *amount = "";

	if (job->promised_cents >= 0)
		amount = arena_format(mem, ", %s announced and %s read",
			show_amount(job->promised_cents, mem),
			show_amount(job->cents, mem));
	show_line(call, "control total",
		arena_format(mem, "%s letters announced, %s records read%s",
			show_number(job->promised_letters, mem),
			show_number(job->records, mem), amount));
}

static void
print_totals(struct call *call, const struct job *job)
{
	if (job->split_ms == 0)
		return;
	if (job->promised_letters >= 0)
		print_announced(call, job);
	if (job->control[0] != '\0' || job->totals)
		show_line(call, "control total",
			arena_format(&call->mem, "%s the file itself%s%s",
				job->totals ? "agrees with" : "of",
				job->control[0] == '\0' ? "" : ": ",
				show_clean(job->control, &call->mem)));
	else if (job->promised_letters < 0)
		show_line(call, "control total",
			"none: the supplier did not say how many there are");
}

/* The supplier's own words for the file. */
static void
print_delivery(struct call *call, const struct job *job)
{
	struct arena *mem = &call->mem;

	if (job->edition > 1)
		show_line(call, "edition",
			arena_format(mem,
				"%d, let in by a person (mobbjob "
				"events %s)",
				job->edition, job->id));
	if (job->delivery[0] != '\0')
		show_line(call, "number", show_clean(job->delivery, mem));
	if (job->period[0] != '\0')
		show_line(call, "period", show_clean(job->period, mem));
	if (job->hold_code != CODE_NONE && job->reason_code == CODE_NONE)
		show_line(call, "hold",
			arena_format(mem, "%s: %s%s",
				show_code((int)job->hold_code, mem),
				show_clean(job->hold_reason, mem),
				job->released_ms == 0 ? "" : " (released)"));
}

/* Letters that are on their way, by where they are. */
static void
print_open(struct call *call, const struct job *job)
{
	const struct {
		const char *name;
		int64_t letters;
	} rows[] = {
		{ "waiting for a route", job->n_split },
		{ "to the box, not offered yet", job->n_box },
		{ "offered, no result yet", job->n_offered },
		{ "outcome unknown, paper is blocked", job->n_unknown },
		{ "to be resent", job->n_resend },
		{ "held for a person", job->n_held },
		{ "to paper, not in a bundle yet", job->n_paper },
		{ "in a bundle that is being written", job->n_bundled },
		{ "handed over to the printer, not posted yet", job->n_handed },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].letters > 0)
			show_line(call, "open",
				arena_format(&call->mem, "%s %s",
					show_number(
						rows[i].letters, &call->mem),
					rows[i].name));
}

static void
print_head(struct call *call, const struct job *job)
{
	struct arena *mem = &call->mem;
	const char *window;
	struct fault unused;
	int64_t opens_ms;
	struct stop stop;

	show_line(call, "job", job->id);
	show_line(call, "state", job_word(job->state));
	if (job->reason_code != CODE_NONE)
		show_line(call, "reason",
			arena_format(mem, "%s: %s",
				show_code((int)job->reason_code, mem),
				show_clean(job->reason, mem)));
	if (stop_of_job(call, job, &stop, &unused) == V_OK)
		show_line(call, "nothing leaves", stop_line(&stop, mem));
	window = show_window_of(call, job, &opens_ms);
	if (window != NULL)
		show_line(call, "window", window);
	if (job->state == JOB_HELD && job->persons > 1)
		show_line(call, "persons",
			job->consents > 0
				? "one agreed, it waits for a second person"
				: "two have to release it");
	show_line(call, "stream",
		arena_format(mem, "%s, sender %s, endpoint %s", job->stream,
			job->sender, job->endpoint));
	show_line(call, "environment",
		call->options.plain ? job->environment
				    : jobs_loud(job->environment));
	show_line(call, "file",
		arena_format(mem, "%s, %s bytes", show_clean(job->file, mem),
			show_number(job->bytes, mem)));
	show_line(call, "file sha256", show_digest(job->sha256, mem));
	show_line(call, "definition", job->format);
	print_delivery(call, job);
	moment(call, "received", job->received_ms, "");
	moment(call, "split", job->split_ms, "");
	moment(call, "routed", job->routed_ms, "");
	moment(call, "released", job->released_ms,
		job->released_by == NULL ? "" : job->released_by);
	moment(call, "settled", job->settled_ms, "");
	moment(call, "removed", job->gone_ms, "retention");
	print_totals(call, job);
	if (job->gated)
		show_line(call, "gate",
			arena_format(mem,
				"limited production run: only %s chosen "
				"letters leave until Logius released "
				"production (mobbjob lpr %s)",
				show_number(job->gate_letters, mem),
				job->stream));
	if (job->lots > 0)
		show_line(call, "box lots",
			arena_format(mem,
				"%s, %s acknowledged, %s settled; the other "
				"side counts %s delivered",
				show_number(job->lots, mem),
				show_number(job->lots_acknowledged, mem),
				show_number(job->lots_settled, mem),
				show_number(job->their_delivered, mem)));
	if (job->n_declined > 0)
		show_line(call, "declined",
			arena_format(mem, "%s by the box, so they go on paper",
				show_number(job->n_declined, mem)));
	if (job->n_returned > 0)
		show_line(call, "returned",
			arena_format(mem,
				"%s of those posted came back by the post",
				show_number(job->n_returned, mem)));
	if (job->rejected > 0)
		show_line(call, "rejected",
			arena_format(mem, "%s (mobbjob rejects %s)",
				show_number(job->rejected, mem), job->id));
	if (job->n_known > 0)
		show_line(call, "known already",
			arena_format(mem,
				"%s of those delivered: an earlier try had "
				"brought them (%s)",
				show_number(job->n_known, mem),
				show_code(CODE_EXISTS, mem)));
	if (job->warnings > 0)
		show_line(call, "warnings", show_number(job->warnings, mem));
}

/* The proof, or why there is none: before the split nothing is counted. */
static bool
sum_of(const struct job *job, int64_t uncounted, char text[PROOF_LINE_MAX])
{
	struct proof proof = job_proof(job, uncounted);
	enum proof_sum sum;

	if (job->split_ms == 0) {
		snprintf(text, PROOF_LINE_MAX, "%s",
			job->state == JOB_RECEIVED
				? "the file is not read to its end yet"
				: "the file was not taken: nothing of it was "
				  "or will be sent");
		return false;
	}
	sum = proof_line(&proof, text);
	return sum == PROOF_OK || sum == PROOF_OPEN;
}

/* page NULL: there is none. */
static void
print_all(struct call *call, const struct job *job,
	const struct show_page *page, const char *sum)
{
	struct arena *mem = &call->mem;
	const char *person = job_person(job, mem);

	print_head(call, job);
	if (page != NULL)
		show_page_print(call, page);
	print_open(call, job);
	if (job->letters + job->rejected != job->records)
		show_line(call, "fan-out",
			arena_format(mem,
				"%s records -> %s letters and %s rejected",
				show_number(job->records, mem),
				show_number(job->letters, mem),
				show_number(job->rejected, mem)));
	show_line(call, "sum", sum);
	if (job->state == JOB_HELD && job->letters > 0)
		show_line(call, "look first",
			arena_format(mem,
				"mobbjob sample %s -o DIR --reason TEXT",
				job->id));
	if (person[0] != '\0')
		show_line(call, "needs a person", person);
}

static enum verdict
run(struct call *call, struct fault *why)
{
	char text[PROOF_LINE_MAX];
	struct show_page page;
	const char *window;
	struct json *o;
	struct stop stop;
	struct job job;
	int64_t uncounted = 0, opens_ms;
	bool good, has_page;
	enum verdict v;

	v = job_of(call, call->args[0], &job, why);
	/* Only where it could explain a difference: it is one look per lot. */
	if (v == V_OK && job.n_delivered != job.their_delivered)
		v = store_job_uncounted(
			call->site.store, job.id, &uncounted, why);
	if (v != V_OK)
		return v;
	v = show_page_job(call, &job, &page, why);
	if (v != V_OK && v != V_END)
		return v;
	has_page = v == V_OK;
	good = sum_of(&job, uncounted, text);
	if (!call->options.json) {
		print_all(call, &job, has_page ? &page : NULL, text);
		return V_OK;
	}
	o = job_json(&job);
	if (stop_of_job(call, &job, &stop, why) == V_OK)
		json_add(o, "stopped_by", stop_json(&stop, &call->mem));
	else
		json_add_null(o, "stopped_by");
	window = show_window_of(call, &job, &opens_ms);
	json_add_given(o, "window", window == NULL ? "" : window);
	json_add_time(o, "window_opens",
		window == NULL || opens_ms == WINDOW_NEVER ? 0 : opens_ms);
	json_add_bool(o, "sum_ok", good);
	json_add_bool(o, "finished", job_open(&job) == 0);
	json_add_text(o, "proof", text);
	if (has_page)
		json_add(o, "page", show_page_json(call, &page));
	else
		json_add_null(o, "page");
	json_write(o, stdout);
	return V_OK;
}

const struct command command_show = {
	.name = "show",
	.args = "JOB",
	.help = "one job: what it is and takes, where it is, does the sum "
		"close",
	.args_min = 1,
	.args_max = 1,
	.need = NEED_STORE,
	.run = run,
};
