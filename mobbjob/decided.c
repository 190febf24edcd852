/* mobbjob/decided.c - see mobbjob/decided.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "mobbjob/decide.h"
#include "mobbjob/decided.h"
#include "mobbjob/job.h"
#include "mobbjob/refs.h"
#include "mobbjob/show.h"

#define NUMBER_MAX INT64_C(1000000000000)

/* --- whose letters --- */

static enum verdict
the_letter(struct call *call, struct decided_target *out, struct fault *why)
{
	struct letter_row row;
	struct job job;
	enum verdict v = store_letter_find(
		call->site.store, call->args[0], &call->mem, &row, why);

	if (v == V_OK)
		v = job_of(call, row.job, &job, why);
	if (v != V_OK)
		return v;
	memcpy(out->job, row.job, sizeof(out->job));
	out->one = true;
	out->letter = call->args[0];
	out->records = arena_alloc(&call->mem, sizeof(*out->records));
	out->records[0] = row.letter.record;
	out->record_count = 1;
	return V_OK;
}

static enum verdict
of_the_job(struct call *call, struct decided_target *out, struct fault *why)
{
	const struct options *o = &call->options;
	struct refs refs;
	struct job job;
	enum verdict v = job_of(call, call->args[0], &job, why);

	if (v != V_OK)
		return v;
	memcpy(out->job, job.id, sizeof(out->job));
	if (o->lot != NULL &&
		(!text_number(o->lot, NUMBER_MAX, &out->lot) || out->lot == 0))
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"--lot wants the number of a lot (mobbjob lots %s)",
			job.id);
	if (o->refs == NULL)
		return V_OK;
	v = refs_read(call, o->refs, &refs, why);
	if (v == V_OK)
		v = refs_find(call, job.id, &refs, &out->records,
			&out->record_count, why);
	return v;
}

enum verdict
decided_target(struct call *call, bool jobs, struct decided_target *out,
	struct fault *why)
{
	const struct options *o = &call->options;
	struct decided_target target = { .one = false };
	struct fault unused;
	struct job job;
	bool fits = false;
	enum verdict v;

	if (o->lot != NULL && o->refs != NULL)
		return fault_set(
			why, V_BROKEN, CODE_USAGE, "--lot or --refs, not both");
	if (o->lot == NULL && o->refs == NULL) {
		v = the_letter(call, &target, why);
		if (jobs && strchr(call->args[0], '/') == NULL)
			fits = job_of(call, call->args[0], &job, &unused) ==
			       V_OK;
		if (v == V_OK && fits)
			v = fault_set(why, V_SKIP, CODE_AMBIGUOUS,
				"this is the reference of a letter, and fits "
				"job %s: name the letter as JOB/RECORD, or the "
				"job whole",
				job.id);
		if (v == V_OK)
			*out = target;
		if (v == V_OK || v != V_SKIP || !jobs ||
			why->code != CODE_NO_JOB) {
			if (v == V_SKIP)
				fault_at(why, "LETTER %s", call->args[0]);
			return v;
		}
	}
	v = of_the_job(call, &target, why);
	if (v == V_OK)
		*out = target;
	return v;
}

/* --- telling --- */

static const char *
state_name(enum letter_state state)
{
	switch (state) {
	case LETTER_SPLIT:
		return "waiting for a route";
	case LETTER_BOX:
		return "to the box, not offered yet";
	case LETTER_PAPER:
		return "to paper, not in a bundle yet";
	case LETTER_OFFERED:
		return "offered, no result yet";
	case LETTER_UNKNOWN:
		return "outcome unknown";
	case LETTER_RESEND:
		return "to be resent";
	case LETTER_HELD:
		return "held for a person";
	case LETTER_BUNDLED:
		return "in a bundle that is being written";
	case LETTER_DELIVERED:
	case LETTER_DECLINED:
	case LETTER_HANDED_OVER:
	case LETTER_POSTED:
	case LETTER_REJECTED:
	case LETTER_WITHDRAWN:
		break;
	}
	return letter_word(state);
}

static void
print_states(struct call *call, const char *head,
	const int64_t of[LETTER_WITHDRAWN + 1], int64_t sum)
{
	int i;

	if (sum == 0)
		return;
	printf("%s\n", head);
	for (i = LETTER_SPLIT; i <= LETTER_WITHDRAWN; i++)
		if (of[i] > 0)
			printf("  %12s  %s\n", show_number(of[i], &call->mem),
				state_name((enum letter_state)i));
}

static const char *
lot_name(const struct decide_lot *lot, struct arena *mem)
{
	return lot->print ? lot->name : show_uuid(&lot->batch_id, mem);
}

static void
print_look(struct call *call, const struct decide_done *d, const char *what)
{
	struct arena *mem = &call->mem;
	size_t i;

	print_states(call,
		arena_format(mem, "%s %s:", what,
			call->options.dry_run ? "would be" : "are"),
		d->of, d->change);
	if (d->risk > 0)
		printf("  %12s  of these may be in a box already: to do this "
		       "is to accept that risk\n",
			show_number(d->risk, mem));
	print_states(call, "not changed:", d->kept, d->left + d->other);
	if (d->lot_count > 0)
		puts("left, or may have, in:");
	for (i = 0; i < d->lot_count; i++)
		printf("  %12s  %s %s, %s\n",
			show_number(d->lots[i].letters, mem),
			d->lots[i].print ? "bundle " : "BatchID",
			lot_name(&d->lots[i], mem), lot_word(d->lots[i].state));
}

static void
print_plain(struct call *call, const struct decide_done *d)
{
	int i;
	size_t k;

	printf("change\t%" PRId64 "\nrisk\t%" PRId64 "\nleft\t%" PRId64
	       "\nother\t%" PRId64 "\n",
		d->change, d->risk, d->left, d->other);
	for (i = LETTER_SPLIT; i <= LETTER_WITHDRAWN; i++)
		if (d->of[i] > 0)
			printf("change %s\t%" PRId64 "\n",
				letter_word((enum letter_state)i), d->of[i]);
	for (i = LETTER_SPLIT; i <= LETTER_WITHDRAWN; i++)
		if (d->kept[i] > 0)
			printf("kept %s\t%" PRId64 "\n",
				letter_word((enum letter_state)i), d->kept[i]);
	for (k = 0; k < d->lot_count; k++)
		printf("left %s\t%" PRId64 "\t%s\n",
			d->lots[k].print ? "bundle" : "batch",
			d->lots[k].letters, lot_name(&d->lots[k], &call->mem));
}

static void
add_states(
	struct json *o, const char *key, const int64_t of[LETTER_WITHDRAWN + 1])
{
	struct json *states = json_new_object();
	int i;

	for (i = LETTER_SPLIT; i <= LETTER_WITHDRAWN; i++)
		if (of[i] > 0)
			json_add_int(states, letter_word((enum letter_state)i),
				of[i]);
	json_add(o, key, states);
}

static void
print_json(struct call *call, const struct decided_target *target,
	const char *as, const struct decide_done *d)
{
	struct json *o = json_new_object(), *list = json_new_array();
	size_t i;

	json_add_text(o, "schema", "mobb.decided/1");
	json_add_bool(o, "dry_run", call->options.dry_run);
	json_add_text(o, "job", target->job);
	json_add_text(o, "as", as);
	json_add_text(o, "by", call->person);
	json_add_int(o, "chosen", d->chosen);
	json_add_int(o, "change", d->change);
	json_add_int(o, "risk", d->risk);
	json_add_int(o, "left", d->left);
	json_add_int(o, "other", d->other);
	add_states(o, "changed_by_state", d->of);
	add_states(o, "kept_by_state", d->kept);
	for (i = 0; i < d->lot_count; i++) {
		struct json *lot = json_new_object();

		json_add_text(lot, d->lots[i].print ? "bundle" : "batch_id",
			lot_name(&d->lots[i], &call->mem));
		json_add_int(lot, "letters", d->lots[i].letters);
		json_add_text(lot, "state", lot_word(d->lots[i].state));
		json_append(list, lot);
	}
	json_add(o, "left_in", list);
	json_add_bool(o, "job_cancelled", d->cancelled);
	json_write(o, stdout);
}

/* --- looking, asking, doing --- */

/* The number of letters, given or typed; -1: nobody was asked. */
static enum verdict
number_typed(struct call *call, const struct decided_target *target,
	const struct decide_done *look, bool must, int64_t *number_out,
	struct fault *why)
{
	const char *text = call->options.letters;
	char line[32];

	*number_out = -1;
	if (text == NULL && (target->one || look->change == 0))
		return V_OK;
	if (text == NULL && isatty(STDIN_FILENO) && isatty(STDERR_FILENO)) {
		fputs("type the number of letters that change: ", stderr);
		if (fgets(line, sizeof(line), stdin) != NULL)
			text = text_trim(
				arena_text(&call->mem, line, strlen(line)));
	}
	if (text == NULL && !must)
		return V_OK;
	if (text == NULL)
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"this changes %" PRId64 " letters: say so with "
			"--letters %" PRId64,
			look->change, look->change);
	if (!text_number(text, NUMBER_MAX, number_out))
		return fault_set(
			why, V_BROKEN, CODE_USAGE, "--letters wants a number");
	return V_OK;
}

static enum verdict
nothing(const struct decided_target *target, const struct decide_done *d,
	const char *what, struct fault *why)
{
	int i;

	if (d->chosen == 0)
		return fault_set(why, V_SKIP, CODE_NO_JOB,
			"no letter of job %s is in lot %" PRId64, target->job,
			target->lot);
	if (!target->one)
		return fault_set(why, V_SKIP, CODE_STATE,
			"none of these %" PRId64 " letters can be %s",
			d->chosen, what);
	for (i = LETTER_SPLIT; i < LETTER_WITHDRAWN && d->kept[i] == 0; i++)
		;
	fault_set(why, V_SKIP, CODE_STATE, "the letter cannot be %s, it is: %s",
		what, state_name((enum letter_state)i));
	fault_at(why, "LETTER %s", target->letter);
	return V_SKIP;
}

static enum verdict
look(struct call *call, struct decide *by, const struct decided_target *target,
	const char *what, struct decide_done *out, struct fault *why)
{
	enum verdict v;

	by->dry = true;
	v = store_decide(call->site.store, by, &call->mem, out, why);
	if (v != V_OK)
		return v;
	if (call->options.json || call->options.plain)
		return V_OK;
	print_look(call, out, what);
	fflush(stdout);
	return out->change == 0 && !out->cancelled
		       ? nothing(target, out, what, why)
		       : V_OK;
}

enum verdict
decided_run(struct call *call, const struct decided_target *target,
	enum decision as, bool cancel, bool must, struct fault *why)
{
	const char *what = cancel || as == DECISION_WITHDRAWN ? "withdrawn"
			   : as == DECISION_DELIVERED ? "taken as delivered"
			   : as == DECISION_PAPER     ? "put on paper"
						      : "offered again";
	struct decide by = { .job = target->job,
		.lot = target->lot,
		.records = target->records,
		.record_count = target->record_count,
		.as = as,
		.cancel = cancel,
		.expect = -1,
		.person = call->person,
		.reason = "",
		.now_ms = clock_now_ms() };
	struct decide_done d;
	enum verdict v = look(call, &by, target, what, &d, why);

	if (v == V_OK && !call->options.dry_run) {
		v = number_typed(call, target, &d, must, &by.expect, why);
		if (v == V_OK)
			v = decide_reason(call, &by.reason, why);
		by.dry = false;
		if (v == V_OK)
			v = store_decide(
				call->site.store, &by, &call->mem, &d, why);
	}
	if (v != V_OK)
		return v;
	if (call->options.json)
		print_json(call, target, decision_word(as), &d);
	else if (call->options.plain)
		print_plain(call, &d);
	if (d.change == 0 && !d.cancelled)
		return nothing(target, &d, what, why);
	if (!call->options.json && !call->options.plain)
		decide_tell(call, "job %s: %s letter%s %s by %s%s", target->job,
			show_number(d.change, &call->mem),
			d.change == 1 ? "" : "s", what, call->person,
			d.cancelled ? "; the job is cancelled" : "");
	return V_OK;
}
