/* mobbjob/cmd_lots.c - lots: what left together, ours and theirs
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>

#include "mobbjob/job.h"
#include "mobbjob/show.h"

static const char *const lot_heads[] = { "LOT", "STATE", "LETTERS", "BYTES",
	"CUT", "TRIES", "BATCHID OR BUNDLE", NULL };
static const char *const try_heads[] = { "LOT", "TRY", "STATE", "POSTS",
	"LETTERS", "OFFERED", "ACKNOWLEDGED", "RESULT", "MESSAGEID", NULL };

/* In the order of the wire. */
static const char *const counters[RECEIPT_COUNTERS] = { "delivered",
	"not_subscribed", "technical", "type", "publication_date",
	"creation_date" };

static const char *
name_of(const struct lot *lot, struct arena *mem)
{
	return lot->print ? lot->name : show_uuid(&lot->batch_id, mem);
}

static struct json *
attempt_json(const struct attempt_row *row)
{
	struct json *o = json_new_object(), *theirs, *ours;
	size_t c;

	json_add_int(o, "nth", row->nth);
	json_add_text(o, "attempt_state", row->state);
	json_add_int(o, "posts", row->posts);
	json_add_text(o, "message_id", row->message_id);
	json_add_text(o, "reason", row->reason);
	json_add_int(o, "letters", row->letters);
	json_add_time(o, "offered_at", row->created_ms);
	json_add_time(o, "acknowledged_at", row->acknowledged_ms);
	json_add_time(o, "result_at", row->result_ms);
	if (!row->has_result)
		return o;
	theirs = json_new_object();
	ours = json_new_object();
	json_add_int(theirs, "total", row->total);
	for (c = 0; c < RECEIPT_COUNTERS; c++) {
		json_add_int(theirs, counters[c], row->counters[c]);
		json_add_int(ours, counters[c], row->ours[c]);
	}
	json_add_int(o, "known_already", row->known);
	json_add_int(o, "second_opinions", row->opinions);
	json_add(o, "their_counters", theirs);
	json_add(o, "their_lines", ours);
	return o;
}

static void
print_json(struct call *call, const struct lot *lot,
	const struct attempt_row *rows, size_t count)
{
	struct json *o = json_new_object(), *list = json_new_array();
	size_t i;

	json_add_text(o, "schema", "mobb.lot/1");
	json_add_int(o, "lot", lot->number);
	json_add_text(o, "job", lot->job);
	json_add_text(o, "kind", lot->print ? "print" : "box");
	json_add_text(o, lot->print ? "bundle" : "batch_id",
		name_of(lot, &call->mem));
	json_add_text(o, "state", lot_word(lot->state));
	json_add_text(o, "reason", lot->reason == NULL ? "" : lot->reason);
	json_add_int(o, "letters", lot->letters);
	json_add_int(o, "bytes", lot->bytes);
	json_add_int(o, "tries", lot->attempts);
	json_add_time(o, "cut_at", lot->cut_ms);
	json_add_time(o, "due_at", lot->due_ms);
	json_add_time(o, "handed_over_at", lot->handed_ms);
	for (i = 0; i < count; i++)
		if (rows[i].lot == lot->number)
			json_append(list, attempt_json(&rows[i]));
	json_add(o, "attempts", list);
	json_write(o, stdout);
}

static void
print_lots(struct call *call, const struct lot *lots, size_t count)
{
	struct table table;
	size_t i;

	table_begin(&table, call->options.plain, &call->mem, lot_heads);
	for (i = 0; i < count; i++) {
		table_number(&table, lots[i].number);
		table_text(&table, lot_word(lots[i].state));
		table_number(&table, lots[i].letters);
		table_number(&table, lots[i].bytes);
		table_time(&table, lots[i].cut_ms);
		table_number(&table, lots[i].attempts);
		table_text(&table, name_of(&lots[i], &call->mem));
	}
	table_end(&table);
	for (i = 0; !call->options.plain && i < count; i++)
		if (lots[i].reason != NULL && lots[i].reason[0] != '\0')
			printf("  lot %lld is %s: %s\n",
				(long long)lots[i].number,
				lot_word(lots[i].state),
				show_clean(lots[i].reason, &call->mem));
}

/* Their counters beside what their lines say. */
static void
print_counters(struct call *call, const struct attempt_row *row)
{
	struct arena *mem = &call->mem;
	size_t c;

	if (!row->has_result)
		return;
	printf("  lot %lld try %d, they count: %s in all", (long long)row->lot,
		row->nth, show_number(row->total, mem));
	for (c = 0; c < RECEIPT_COUNTERS; c++) {
		if (c > 0 && row->counters[c] == 0 && row->ours[c] == 0)
			continue;
		printf(", %s %s", show_number(row->counters[c], mem),
			counters[c]);
		if (row->counters[c] != row->ours[c])
			printf(" (we: %s)", show_number(row->ours[c], mem));
	}
	if (row->known > 0)
		printf("; %s known already", show_number(row->known, mem));
	if (row->opinions > 0)
		printf("; a later result says something else about %s",
			show_number(row->opinions, mem));
	putchar('\n');
}

static void
print_reason(struct call *call, const struct attempt_row *row)
{
	if (row->reason[0] != '\0')
		printf("  lot %lld try %d: %s\n", (long long)row->lot, row->nth,
			show_clean(row->reason, &call->mem));
}

static void
print_attempts(struct call *call, const struct attempt_row *rows, size_t count)
{
	struct table table;
	size_t i;

	if (count == 0 || call->options.plain)
		return;
	putchar('\n');
	table_begin(&table, false, &call->mem, try_heads);
	for (i = 0; i < count; i++) {
		table_number(&table, rows[i].lot);
		table_number(&table, rows[i].nth);
		table_text(&table, rows[i].state);
		table_number(&table, rows[i].posts);
		table_number(&table, rows[i].letters);
		table_time(&table, rows[i].created_ms);
		table_time(&table, rows[i].acknowledged_ms);
		table_time(&table, rows[i].result_ms);
		table_text(&table, rows[i].message_id);
	}
	table_end(&table);
	for (i = 0; i < count; i++)
		print_reason(call, &rows[i]);
	for (i = 0; i < count; i++)
		print_counters(call, &rows[i]);
}

static enum verdict
run(struct call *call, struct fault *why)
{
	struct attempt_row *rows;
	struct lot *lots;
	struct job job;
	size_t i, count, tries;
	enum verdict v;

	v = job_of(call, call->args[0], &job, why);
	if (v == V_OK)
		v = store_lot_list(call->site.store, job.id, &call->mem, &lots,
			&count, why);
	if (v == V_OK)
		v = store_attempt_list(call->site.store, job.id, &call->mem,
			&rows, &tries, why);
	if (v != V_OK)
		return v;
	if (call->options.json) {
		for (i = 0; i < count; i++)
			print_json(call, &lots[i], rows, tries);
		return V_OK;
	}
	print_lots(call, lots, count);
	print_attempts(call, rows, tries);
	if (count == 0 && !call->options.plain)
		puts("no lot was cut yet");
	return V_OK;
}

const struct command command_lots = {
	.name = "lots",
	.args = "JOB",
	.help = "what left together: BatchIDs, times, their counters and ours",
	.args_min = 1,
	.args_max = 1,
	.need = NEED_STORE,
	.run = run,
};
