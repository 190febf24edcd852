/* mobbjob/cmd_print.c - print: the paper queue, and what a person does about it
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "batch/brake.h"
#include "mobbjob/bundle.h"
#include "mobbjob/decide.h"
#include "mobbjob/job.h"
#include "mobbjob/print_proof.h"
#include "mobbjob/select.h"
#include "mobbjob/show.h"
#include "mobbjob/show_page.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)

static const char *const heads[] = { "BUNDLE", "STATE", "LETTERS", "POSTED",
	"HELD", "HANDED OVER", "AGE", "LATE", "STREAM", NULL };

/* --- what is shown --- */

static const char *
state_of(const struct queue_row *row)
{
	switch (row->lot.state) {
	case LOT_SETTLED:
		return "posted";
	case LOT_FAILED:
		return "turned down";
	case LOT_HANDED_OVER:
		return row->recall_ms != 0	   ? "recall asked"
		       : row->acknowledged_ms != 0 ? "acknowledged"
						   : "handed over";
	case LOT_CUT:
	case LOT_OFFERED:
	case LOT_ACKNOWLEDGED:
	case LOT_EXPIRED:
	case LOT_UNKNOWN:
	case LOT_HELD:
	case LOT_BUNDLED:
	case LOT_WITHDRAWN:
		break;
	}
	return lot_word(row->lot.state);
}

/* What a person should see to; "" nothing. */
static const char *
late_of(const struct call *call, const struct queue_row *row, int64_t now_ms)
{
	const struct jobs_stream *s =
		jobs_stream(&call->site.jobs, row->lot.stream);
	const struct jobs_printer *p = s == NULL ? NULL : s->printer_is;

	if (row->alarms > 0)
		return "alarm";
	if (row->lot.state != LOT_HANDED_OVER || p == NULL)
		return "";
	if (p->awaits_ack && row->acknowledged_ms == 0 &&
		said_ack_late(p->ack_by_ms, row->lot.handed_ms, now_ms))
		return "no ack";
	return brake_overdue(row->lot.handed_ms, now_ms, p->posted_within)
		       ? "not posted"
		       : "";
}

static const char *
age_of(const struct queue_row *row, int64_t now_ms, struct arena *mem)
{
	int64_t ms = now_ms - (row->lot.handed_ms != 0 ? row->lot.handed_ms
						       : row->lot.cut_ms);

	if (ms < 0 || row->lot.state == LOT_SETTLED)
		return "";
	if (ms < 2 * DAY_MS)
		return arena_format(mem, "%" PRId64 " h", ms / HOUR_MS);
	return arena_format(mem, "%" PRId64 " days", ms / DAY_MS);
}

/* All that were posted, or one by one. */
static int64_t
posted_of(const struct queue_row *row)
{
	return row->lot.state == LOT_SETTLED ? row->lot.letters - row->held
					     : row->posted;
}

static void
print_json(struct call *call, const struct queue_row *row, int64_t now_ms)
{
	static const uint8_t none[32];
	const struct lot *lot = &row->lot;
	struct json *o = json_new_object();

	json_add_text(o, "schema", "mobb.bundle/1");
	json_add_text(o, "bundle", lot->name);
	json_add_text(o, "job", lot->job);
	json_add_text(o, "stream", lot->stream);
	json_add_text(o, "state", state_of(row));
	json_add_int(o, "letters", lot->letters);
	json_add_int(o, "posted", posted_of(row));
	json_add_int(o, "held", row->held);
	json_add_int(o, "bytes", lot->bytes);
	json_add_time(o, "cut_at", lot->cut_ms);
	json_add_time(o, "handed_over_at", lot->handed_ms);
	json_add_time(o, "acknowledged_at", row->acknowledged_ms);
	json_add_time(o, "recall_asked_at", row->recall_ms);
	json_add_given(o, "posted_on",
		row->posted_days == LETTER_DATE_NONE
			? ""
			: show_day(row->posted_days, &call->mem));
	json_add_given(o, "late", late_of(call, row, now_ms));
	json_add_int(o, "alarms", row->alarms);
	json_add_given(o, "reason", lot->reason);
	if (memcmp(lot->sha256, none, sizeof(none)) == 0)
		json_add_null(o, "sha256");
	else
		json_add_text(
			o, "sha256", show_digest(lot->sha256, &call->mem));
	json_write(o, stdout);
}

/* --- the queue --- */

static void
wait_json(const struct print_wait *w)
{
	struct json *o = json_new_object();

	json_add_text(o, "schema", "mobb.printwait/1");
	json_add_text(o, "job", w->job);
	json_add_text(o, "stream", w->stream);
	json_add_int(o, "letters", w->letters);
	json_add_int(o, "box_letters_open", w->box_open);
	json_add_bool(o, "closed", w->closed);
	json_add_time(o, "cutoff_at", w->cutoff_ms);
	json_write(o, stdout);
}

/* Paper letters that wait until the last box letter has its result, or for the
 * cut-off of their run.
 */
static enum verdict
print_waiting(struct call *call, struct fault *why)
{
	struct arena *mem = &call->mem;
	struct print_wait *rows;
	size_t i, count;
	enum verdict v =
		store_print_waits(call->site.store, mem, &rows, &count, why);

	for (i = 0; v == V_OK && i < count; i++) {
		const struct print_wait *w = &rows[i];

		if (call->options.json) {
			wait_json(w);
			continue;
		}
		printf("job %s: %s letters wait for a bundle%s%s\n", w->job,
			show_number(w->letters, mem),
			w->closed ? ", the run is closed"
				  : "; it closes by itself when every box "
				    "letter has its result, or by mobbjob "
				    "print close",
			w->closed || w->cutoff_ms == 0
				? ""
				: arena_format(mem, ", at the latest %s",
					  show_time(w->cutoff_ms, mem)));
	}
	return v;
}

static void
add_row(struct call *call, const struct queue_row *row, int64_t now_ms,
	struct table *table)
{
	table_text(table, row->lot.name);
	table_text(table, state_of(row));
	table_number(table, row->lot.letters);
	table_number(table, posted_of(row));
	table_number(table, row->held);
	table_time(table, row->lot.handed_ms);
	table_text(table, age_of(row, now_ms, &call->mem));
	table_text(table, late_of(call, row, now_ms));
	table_text(table, row->lot.stream);
}

static enum verdict
queue(struct call *call, struct fault *why)
{
	int64_t now_ms = clock_now_ms();
	struct queue_row *rows;
	struct table table;
	size_t i, count;
	enum verdict v;

	v = store_print_queue(call->site.store, call->options.all, NULL,
		&call->mem, &rows, &count, why);
	if (v != V_OK)
		return v;
	if (call->options.json) {
		for (i = 0; i < count; i++)
			print_json(call, &rows[i], now_ms);
		return print_waiting(call, why);
	}
	if (count == 0 && !call->options.plain)
		puts("no bundle waits to be posted");
	table_begin(&table, call->options.plain, &call->mem, heads);
	for (i = 0; i < count; i++)
		add_row(call, &rows[i], now_ms, &table);
	table_end(&table);
	if (call->options.plain)
		return V_OK;
	v = print_waiting(call, why);
	return v == V_OK ? print_proof_list(call, why) : v;
}

/* --- one bundle --- */

static enum verdict
print_receipts(struct call *call, int64_t lot, struct fault *why)
{
	static const char *const columns[] = { "RECEIPT", "SAYS", "AT", "GOOD",
		"AGAIN", "BAD", NULL };
	struct printed_row *rows;
	struct table table;
	size_t i, count;
	enum verdict v = store_printed_list(
		call->site.store, lot, &call->mem, &rows, &count, why);

	if (v != V_OK || count == 0)
		return v;
	putchar('\n');
	table_begin(&table, call->options.plain, &call->mem, columns);
	for (i = 0; i < count; i++) {
		table_text(&table, rows[i].name);
		table_text(&table, rows[i].said == 0
					   ? "cannot be read"
					   : print_said_word(rows[i].said));
		table_time(&table, rows[i].at_ms);
		table_number(&table, rows[i].good);
		table_number(&table, rows[i].again);
		table_number(&table, rows[i].bad);
	}
	table_end(&table);
	return V_OK;
}

static enum verdict
one(struct call *call, struct fault *why)
{
	int64_t now_ms = clock_now_ms();
	struct queue_row *rows;
	struct lot lot;
	size_t count = 0;
	enum verdict v = bundle_find(call, call->args[0], &lot, why);

	if (v == V_OK)
		v = store_print_queue(call->site.store, true, lot.name,
			&call->mem, &rows, &count, why);
	if (v != V_OK || count == 0)
		return v;
	if (call->options.json) {
		print_json(call, &rows[0], now_ms);
		return V_OK;
	}
	show_line(call, "bundle", rows[0].lot.name);
	show_line(call, "job", rows[0].lot.job);
	show_line(call, "state", state_of(&rows[0]));
	show_line(call, "letters",
		arena_format(&call->mem, "%s, %s posted, %s held",
			show_number(rows[0].lot.letters, &call->mem),
			show_number(posted_of(&rows[0]), &call->mem),
			show_number(rows[0].held, &call->mem)));
	if (rows[0].lot.handed_ms != 0)
		show_line(call, "handed over",
			show_time(rows[0].lot.handed_ms, &call->mem));
	if (rows[0].acknowledged_ms != 0)
		show_line(call, "acknowledged",
			show_time(rows[0].acknowledged_ms, &call->mem));
	if (rows[0].recall_ms != 0)
		show_line(call, "recall",
			arena_format(&call->mem, "asked at %s",
				show_time(rows[0].recall_ms, &call->mem)));
	if (rows[0].posted_days != LETTER_DATE_NONE)
		show_line(call, "posted on",
			show_day(rows[0].posted_days, &call->mem));
	if (rows[0].lot.reason[0] != '\0')
		show_line(call, "reason",
			show_clean(rows[0].lot.reason, &call->mem));
	if (late_of(call, &rows[0], now_ms)[0] != '\0')
		show_line(call, "late", late_of(call, &rows[0], now_ms));
	return print_receipts(call, rows[0].lot.number, why);
}

/* --- deciding --- */

static enum verdict
close_one(struct call *call, const struct job *job, const char *reason,
	struct fault *why)
{
	struct event event = { .at_ms = clock_now_ms(),
		.person = call->person,
		.what = "reason",
		.text = reason };
	enum verdict v;

	v = store_print_close(
		call->site.store, job->id, call->person, event.at_ms, why);
	if (v != V_OK)
		return v;
	memcpy(event.job, job->id, sizeof(event.job));
	return store_event_add(call->site.store, &event, why);
}

static enum verdict
close_run(struct call *call, struct fault *why)
{
	const char *reason;
	struct job job;
	enum verdict v;

	v = job_of(call, call->args[1], &job, why);
	if (v == V_OK && !call->options.dry_run) {
		v = decide_reason(call, &reason, why);
		if (v == V_OK)
			v = close_one(call, &job, reason, why);
	}
	if (v != V_OK)
		return v;
	decide_tell(call,
		"job %s: paper run closed by %s, %s letters go in a bundle now",
		job.id, call->person, show_number(job.n_paper, &call->mem));
	return V_OK;
}

static const char *
cannot_close(const struct call *call, const struct job *job)
{
	(void)call;
	return job->print_close		   ? "its run is closed already"
	       : job->n_paper == 0	   ? "nothing of it waits for a bundle"
	       : job->state < JOB_RELEASED ? "it is not released"
					   : NULL;
}

static const struct select_what many_close = { "closed", cannot_close,
	close_one };

static enum verdict
recall(struct call *call, struct fault *why)
{
	const char *reason = "";
	struct lot lot;
	enum verdict v = bundle_find(call, call->args[1], &lot, why);

	if (v == V_OK && !call->options.dry_run)
		v = decide_reason(call, &reason, why);
	if (v == V_OK && lot.state != LOT_HANDED_OVER)
		v = fault_set(why, V_SKIP, CODE_STATE,
			"only a bundle that the printer has and did not post "
			"can be recalled, this one is %s",
			lot.state == LOT_SETTLED ? "posted"
						 : lot_word(lot.state));
	if (v == V_OK && !call->options.dry_run)
		v = store_recall(call->site.store, lot.name, call->person,
			reason, clock_now_ms(), why);
	if (v != V_OK)
		return v;
	decide_tell(call,
		"bundle %s: the printer is asked not to print its %s letters; "
		"they are with him until his nack says that he did not",
		lot.name, show_number(lot.letters, &call->mem));
	return V_OK;
}

static enum verdict
again(struct call *call, struct fault *why)
{
	const char *reason = "";
	int64_t letters = 0;
	struct lot lot;
	enum verdict v = bundle_find(call, call->args[1], &lot, why);

	if (v == V_OK && !call->options.dry_run)
		v = decide_reason(call, &reason, why);
	if (v == V_OK)
		v = store_print_again(call->site.store, lot.name, call->person,
			reason, call->options.dry_run, clock_now_ms(), &letters,
			why);
	if (v != V_OK)
		return v;
	decide_tell(call, "bundle %s: its %s letters go in a new bundle",
		lot.name, show_number(letters, &call->mem));
	return V_OK;
}

static enum verdict
seen(struct call *call, struct fault *why)
{
	const char *reason = "";
	int64_t alarms = 0;
	enum verdict v = V_OK;

	if (!call->options.dry_run)
		v = decide_reason(call, &reason, why);
	if (v == V_OK)
		v = store_alarms_seen(call->site.store, call->args[1],
			call->person, reason, call->options.dry_run,
			clock_now_ms(), &alarms, why);
	if (v != V_OK)
		return v;
	decide_tell(call, "receipt %s: %s alarms seen by %s",
		show_clean(call->args[1], &call->mem),
		show_number(alarms, &call->mem), call->person);
	return V_OK;
}

static const struct {
	const char *word;
	enum verdict (*run)(struct call *call, struct fault *why);
} deeds[] = { { "close", close_run }, { "proof", print_proof_say },
	{ "recall", recall }, { "again", again }, { "seen", seen } };

static bool
looks(const struct call *call)
{
	return call->arg_count < 2;
}

static enum verdict
run(struct call *call, struct fault *why)
{
	size_t i;

	if (call->arg_count == 0)
		return queue(call, why);
	if (call->arg_count == 1 && strcmp(call->args[0], "close") == 0 &&
		select_given(call, 0))
		return select_run(call, &many_close, why);
	if (call->arg_count == 1)
		return one(call, why);
	for (i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
		if (strcmp(call->args[0], deeds[i].word) == 0)
			return deeds[i].run(call, why);
	return fault_set(why, V_BROKEN, CODE_USAGE,
		"usage: mobbjob print [BUNDLE], print close JOB, print proof "
		"JOB --as good|bad|anew, print recall|again BUNDLE, or print "
		"seen FILE");
}

const struct command command_print = {
	.name = "print",
	.args = "[BUNDLE | close JOB | ..]",
	.help = "the paper queue; close, recall, again, seen",
	.args_max = 2,
	.need = NEED_STORE,
	.changes = true,
	.may = PERSON_OPERATE,
	.looks = looks,
	.run = run,
};
