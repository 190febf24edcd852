/* mobbjob/cmd_why.c - why: what happened to one letter, step by step
 *
 * Plain sentences with the time of each: what a civil servant reads out when
 * somebody asks where a letter is.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "batch/advice.h"
#include "mobbjob/command.h"
#include "mobbjob/letter.h"
#include "mobbjob/show.h"

#define SENTENCE_MAX 600

/* One step; without a moment the sentence stands under the one before. */
__attribute__((format(printf, 3, 4))) static void
step(struct call *call, int64_t ms, const char *fmt, ...)
{
	char text[SENTENCE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	printf("%-19s%s%s\n", show_time(ms, &call->mem),
		call->options.plain ? "\t" : "  ",
		show_clean(text, &call->mem));
}

static void
tell_intake(
	struct call *call, const struct letter_row *row, const struct job *job)
{
	const struct letter *letter = &row->letter;
	char bsn[BSN_TEXT_MAX];
	size_t i;

	step(call, job->received_ms, "file %s was taken in as job %s",
		job->file, row->job);
	step(call, row->split_ms,
		"record %" PRId64 ", line %" PRId64
		": all checks passed, the letter got id %s",
		letter->record, letter->line,
		show_uuid(&letter->id, &call->mem));
	if (letter->bsn.number != 0) {
		bsn_masked(letter->bsn, bsn);
		step(call, 0, "for citizen %s, reference %s", bsn,
			letter->reference);
	} else {
		step(call, 0,
			"for somebody without a citizen number, "
			"reference %s",
			letter->reference);
	}
	if (letter->publish != LETTER_DATE_NONE)
		step(call, 0, "not to be published before %s",
			show_day(letter->publish, &call->mem));
	if (letter->deadline != LETTER_DATE_NONE)
		step(call, 0, "the citizen may object or pay until %s",
			show_day(letter->deadline, &call->mem));
	for (i = 0; i < letter->document_count; i++)
		step(call, 0,
			"document %zu: %s bytes, %" PRId32
			" page%s, %sSHA-256 at intake %s",
			i + 1,
			show_number(letter->attachments[i].bytes, &call->mem),
			letter->attachments[i].pages,
			letter->attachments[i].pages == 1 ? "" : "s",
			!attachment_to_paper(&letter->attachments[i])
				? "only for the box, "
			: !attachment_to_box(&letter->attachments[i])
				? "only for paper, "
				: "",
			show_digest(letter->attachments[i].sha256, &call->mem));
}

static void
tell_route(struct call *call, const struct letter_row *row)
{
	if (row->rule == 0) {
		step(call, 0, "box or paper is not decided yet");
		return;
	}
	step(call, row->answer_ms, "route: %s%s%s", letter_route(row),
		row->letter.paper == PAPER_NONE ? "" : ": ",
		paper_reason_name(row->letter.paper));
	if (paper_never(row->letter.paper) && !row->box)
		step(call, 0, "%s: for the box only, so it is not printed",
			show_code(CODE_BOX_ONLY, &call->mem));
	if (row->rule == ROUTE_PAPER_ONLY || row->answer_source[0] == '\0')
		return;
	if (row->answer_list == 0)
		step(call, 0, "as answered by %s", row->answer_source);
	else
		step(call, 0,
			"as answered by %s, answer %" PRId64
			" of `mobbjob subscriptions`",
			row->answer_source, row->answer_list);
}

static void
tell_box(struct call *call, const struct letter_row *row)
{
	const struct advice *advice = advice_find((int)row->code);

	if (row->box_lot == 0)
		return;
	step(call, 0, "in lot %" PRId64 ", BatchID %s", row->box_lot,
		show_uuid(&row->batch_id, &call->mem));
	if (row->offered_ms != 0)
		step(call, row->offered_ms, "offered with MessageId %s",
			row->message_id);
	if (row->acknowledged_ms != 0)
		step(call, row->acknowledged_ms,
			"the other side acknowledged that it has the lot");
	if (row->result_ms == 0)
		return;
	/* The word itself is kept for letters that differ from their lot. */
	step(call, row->result_ms, "result: %s",
		row->wire_code[0] != '\0' ? row->wire_code : "processed");
	if (row->code == CODE_EXISTS && row->state == LETTER_DELIVERED)
		step(call, 0,
			"an earlier try of ours had brought it: it counts as "
			"delivered");
	if (row->code != CODE_NONE && advice != NULL)
		step(call, 0, "%s: %s", show_code((int)row->code, &call->mem),
			advice->what);
}

/* Held since it was routed, for what its record says. */
static void
tell_hold(struct call *call, const struct letter_row *row)
{
	const struct advice *advice = advice_find((int)row->letter.hold);

	if (row->letter.hold == CODE_NONE)
		return;
	step(call, 0, "a person decides about it: %s%s%s",
		show_code((int)row->letter.hold, &call->mem),
		advice == NULL ? "" : " ", advice == NULL ? "" : advice->title);
	if (row->state == LETTER_HELD && advice != NULL)
		step(call, 0, "what to do: %s", advice->todo);
}

/* What went wrong with the lot, try by try; nothing after a result. */
static enum verdict
tell_tries(struct call *call, const struct letter_row *row, struct fault *why)
{
	struct attempt_row *rows;
	size_t i, count;
	enum verdict v;

	if (row->box_lot == 0 || row->result_ms != 0)
		return V_OK;
	v = store_attempt_list(
		call->site.store, row->job, &call->mem, &rows, &count, why);
	for (i = 0; v == V_OK && i < count; i++)
		if (rows[i].lot == row->box_lot && rows[i].reason[0] != '\0')
			step(call, 0, "try %d: %s", rows[i].nth,
				show_clean(rows[i].reason, &call->mem));
	return v;
}

/* What had to give way on the envelope, when this is somebody who may see it. */
static void
tell_envelope(
	struct call *call, const struct letter_row *row, const char *stream)
{
	const struct address_rules rules =
		jobs_address_rules(&call->site.jobs, stream);
	const struct address *address = letter_post(&row->letter);
	struct address_print print;
	struct fault unfit;

	if (address_check(address, &rules, &unfit) != V_OK)
		return;
	address_lines(address, &rules, &call->mem, &print);
	if (print.cut != 0)
		step(call, 0, "shortened on the envelope: %s",
			address_cut_words(print.cut, &call->mem));
}

static void
tell_paper(struct call *call, const struct letter_row *row, const char *stream)
{
	if (row->print_lot == 0)
		return;
	tell_envelope(call, row, stream);
	step(call, 0, "in print bundle %s", row->bundle);
	if (row->handed_ms != 0)
		step(call, row->handed_ms, "handed over to the printer");
	if (row->taken_ms != 0)
		step(call, row->taken_ms, "the printer said that it has it");
	if (row->print_code == CODE_PRINT_REJECTED)
		step(call, 0, "the printer refused it: %s %s (%s)",
			row->print_word, row->print_text,
			show_code((int)row->print_code, &call->mem));
	if (row->posted_days != LETTER_DATE_NONE)
		step(call, 0, "posted on %s",
			show_day(row->posted_days, &call->mem));
	if (row->returned != 0)
		step(call, row->returned_ms,
			"came back by the post on %s: %s%s (%s)",
			show_day(row->returned_days, &call->mem),
			returned_word(row->returned),
			row->new_address ? ", a new address is known" : "",
			show_code(CODE_RETURNED, &call->mem));
}

/* What persons decided about it, with the risk they accepted. */
static enum verdict
tell_decisions(
	struct call *call, const struct letter_row *row, struct fault *why)
{
	struct event *rows;
	size_t i, count;
	enum verdict v = store_letter_decisions(call->site.store, row->job,
		row->letter.record, &call->mem, &rows, &count, why);

	for (i = 0; v == V_OK && i < count; i++)
		step(call, rows[i].at_ms, "%s by %s: %s", rows[i].what,
			rows[i].person, rows[i].text);
	return v;
}

enum verdict
why_tell(struct call *call, const struct letter_row *row, struct fault *why)
{
	struct job job;
	enum verdict v;

	v = store_job_get(call->site.store, row->job, &call->mem, &job, why);
	if (v != V_OK)
		return v;
	tell_intake(call, row, &job);
	tell_route(call, row);
	tell_hold(call, row);
	if (job.released_ms != 0 && strcmp(job.released_by, "automatic") == 0)
		step(call, job.released_ms,
			"the job went by itself: its totals agree");
	else if (job.released_ms != 0)
		step(call, job.released_ms, "the job was released by %s",
			job.released_by);
	tell_box(call, row);
	v = tell_tries(call, row, why);
	if (v != V_OK)
		return v;
	tell_paper(call, row, job.stream);
	v = tell_decisions(call, row, why);
	if (v != V_OK)
		return v;
	if (row->state == LETTER_HELD && row->code != CODE_NONE)
		step(call, 0, "now: %s, %s", letter_word(row->state),
			show_code((int)row->code, &call->mem));
	else
		step(call, 0, "now: %s", letter_word(row->state));
	return V_OK;
}

static enum verdict
run(struct call *call, struct fault *why)
{
	struct letter_row row;
	enum verdict v;

	v = store_letter_find(
		call->site.store, call->args[0], &call->mem, &row, why);
	if (v != V_OK) {
		fault_at(why, "LETTER %s", call->args[0]);
		return v;
	}
	if (call->options.json) {
		json_write(letter_json(&row), stdout);
		return V_OK;
	}
	return why_tell(call, &row, why);
}

const struct command command_why = {
	.name = "why",
	.args = "LETTER",
	.help = "what happened to one letter, step by step",
	.args_min = 1,
	.args_max = 1,
	.need = NEED_STORE,
	.run = run,
};
