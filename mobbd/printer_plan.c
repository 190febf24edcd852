/* mobbd/printer_plan.c - a paper run: its order, and its bundles one by one
 *
 * The plan is of the whole run and lives in the database session; it is made
 * anew when this process is, when the job rests, or when one of its letters is
 * not on paper any more.  What was cut is no part of a new one, so the order of
 * the run stays, whatever happens between.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "batch/calendar.h"
#include "channels/channel.h"
#include "mobbd/dates.h"
#include "mobbd/printer.h"

#define DECLINED "rejected_by_box" /* reasons that begin so came back */
#define MADE_BYTES 25000	   /* about, of a page that is made here */

/* What is known while a plan is made. */
struct planning {
	struct role_run *run;
	const struct jobs_stream *stream;
	struct bundle_form form; /* of the usual envelope */
	struct paper *paper;
	struct journal *printed, *boxed;
	/* Letters that may not be printed: held when the plan is kept. */
	struct held {
		int64_t record;
		struct fault reason;
	} * held;
	size_t held_count;
	struct arena mem; /* of one page of letters */
};

void
printer_form(const struct jobs_stream *stream, bool large, int weight,
	struct bundle_form *out)
{
	const struct jobs_printer *printer = stream->printer_is;
	const struct jobs_product *p = stream->product_is;
	const char *envelope = p == NULL ? NULL
			       : large	 ? p->envelope_large
					 : p->envelope;
	const char *environment = stream->endpoint_is->environment;

	*out = (struct bundle_form){ .name = "",
		.previous = "",
		.product = p == NULL ? "" : p->name,
		.envelope = envelope == NULL ? "" : envelope,
		.colour = p != NULL && p->in_colour,
		.simplex = p == NULL ? printer->simplex : p->simplex,
		.merged = printer->merged,
		.test = printer->test ||
			strcmp(environment, "preproduction") == 0,
		.weight = weight };
}

/* Why a letter may not be printed, or V_OK. */
static enum verdict
may_print(struct planning *p, struct letter *letter, const char *reason,
	struct fault *why)
{
	const char *where = journal_find(p->printed, &letter->id);
	uint8_t bind[32];
	int64_t pages;
	enum verdict v;

	letter_bind(letter, bind);
	if (memcmp(bind, letter->bind, sizeof(bind)) != 0)
		return fault_set(why, V_SKIP, CODE_CONTENT_CHANGED,
			"the letter is not what was taken in");
	if (where != NULL && strcmp(reason, PRINT_AGAIN) != 0)
		return fault_set(why, V_SKIP, CODE_PRINT_TWICE,
			"printed before, in bundle %s", where);
	if (strncmp(reason, DECLINED, strlen(DECLINED)) != 0 &&
		strcmp(reason, PRINT_PERSON) != 0 &&
		strcmp(reason, PRINT_AGAIN) != 0 &&
		journal_find(p->boxed, &letter->id) != NULL)
		return fault_set(why, V_SKIP, CODE_PRINT_TWICE,
			"offered to the box before: the journal knows this "
			"letter, the database does not");
	v = address_check(
		letter_post(letter), &p->stream->printer_is->address, why);
	return v == V_OK ? paper_pages(p->paper, letter, &pages, why) : v;
}

static struct print_row
row_of(struct planning *p, const struct letter *letter)
{
	struct bundle_load load = bundle_load(letter, p->form.simplex);
	const struct jobs_product *product = p->stream->product_is;
	const struct address *address = letter_post(letter);
	size_t i;

	for (i = 0; i < letter->printed_count; i++)
		if (letter->printed[i].place == ATTACHMENT_MADE)
			load.bytes +=
				MADE_BYTES * (int64_t)letter->printed[i].pages;
	return (struct print_row){ .record = letter->record,
		.id = letter->id,
		.large = product != NULL && product->envelope_sheets > 0 &&
			 load.sheets > product->envelope_sheets,
		.weight = bundle_weight(load.sheets),
		.abroad = strcmp(address_zone(address), "NL") != 0,
		.sheets = load.sheets,
		.bytes = load.bytes,
		.key = address_sort_key(address, &p->mem) };
}

static void
hold_later(struct planning *p, int64_t record, const struct fault *reason)
{
	if ((p->held_count & (p->held_count + 1)) == 0)
		p->held = mem_grow(
			p->held, (2 * p->held_count + 2) * sizeof(p->held[0]));
	p->held[p->held_count++] = (struct held){ record, *reason };
}

/* One page of letters: those that may be printed go in the plan. */
static enum verdict
plan_page(struct planning *p, struct fault *why)
{
	struct store *store = p->run->site->store;
	struct print_row *rows;
	struct letter *letters;
	const char **reasons;
	size_t i, count, n = 0;
	enum verdict v;

	v = store_plan_letters(store, &p->mem, &letters, &reasons, &count, why);
	if (v != V_OK)
		return v;
	rows = arena_alloc(&p->mem, count * sizeof(*rows));
	for (i = 0; i < count; i++) {
		struct fault reason = FAULT_NONE;

		letter_print(&letters[i], &p->mem);
		v = may_print(p, &letters[i], reasons[i], &reason);
		if (v == V_OK) {
			rows[n++] = row_of(p, &letters[i]);
		} else if (v == V_SKIP) {
			hold_later(p, letters[i].record, &reason);
		} else {
			*why = reason; /* of no letter: the fonts */
			return v;
		}
	}
	v = store_plan_add(store, rows, n, why);
	arena_reset(&p->mem);
	return v;
}

static enum verdict
plan_letters(struct planning *p, const struct job *job, int64_t *letters_out,
	struct fault *why)
{
	struct store *store = p->run->site->store;
	struct spool *spool = p->run->site->spool;
	enum verdict v;

	v = spool_journal_load(spool, JOURNAL_PRINT, NULL, &p->printed, why);
	if (v == V_OK)
		v = spool_journal_load(
			spool, JOURNAL_BOX, NULL, &p->boxed, why);
	if (v == V_OK)
		v = paper_open(p->stream, &p->paper, why);
	if (v == V_OK)
		v = store_plan_begin(store, job->id, why);
	if (v != V_OK)
		return v;
	do
		v = plan_page(p, why);
	while (v == V_OK);
	return store_plan_end(store, v == V_END ? V_OK : v, letters_out, why);
}

/* Make the plan of a job.  *letters_out: in the plan; V_END: there is nothing
 * of it that can be printed now.
 */
static enum verdict
plan_job(struct role_run *run, const struct job *job,
	const struct jobs_stream *stream, int64_t *letters_out,
	struct fault *why)
{
	struct planning p = { .run = run, .stream = stream };
	enum verdict v;
	size_t i;

	printer_form(stream, false, 0, &p.form);
	v = plan_letters(&p, job, letters_out, why);
	for (i = 0; v == V_OK && i < p.held_count; i++)
		v = store_letters_hold(run->site->store, job->id,
			&p.held[i].record, 1, &p.held[i].reason, clock_now_ms(),
			why);
	if (v == V_OK && *letters_out == 0 && p.held_count == 0)
		v = V_END;
	paper_close(p.paper);
	journal_free(p.printed);
	journal_free(p.boxed);
	arena_done(&p.mem);
	free(p.held);
	return v;
}

/* The letters that are shown before the run, as a proof to be written. */
static enum verdict
cut_proof(struct role_run *run, const struct job *job,
	const struct jobs_stream *stream, int nth, struct fault *why)
{
	struct print_group group;
	char name[BUNDLE_NAME_MAX];
	struct bundle_form form;
	struct print_proof proof;
	enum verdict v;

	v = store_plan_proof(run->site->store, (size_t)stream->proof, &run->mem,
		&group, why);
	if (v != V_OK)
		return v == V_END ? V_OK : v;
	printer_form(stream, false, 0, &form);
	proof = (struct print_proof){ .nth = nth,
		.number = 1,
		.name = name,
		.test = form.test,
		.made_ms = clock_now_ms(),
		.records = group.records,
		.count = group.count };
	bundle_name(job->id, proof.made_ms, proof.number, group.ids,
		group.count, nth, form.test, name);
	return store_proof_cut(run->site->store, job->id, &proof, why);
}

/* Which proof comes next: its number, or 0 when there is to be none. */
static enum verdict
proof_wanted(struct role_run *run, const struct job *job,
	const struct jobs_stream *stream, int *nth_out, struct fault *why)
{
	struct print_proof proof;
	enum verdict v;

	*nth_out = 0;
	if (stream->proof == 0)
		return V_OK;
	v = store_proof_get(run->site->store, job->id, &run->mem, &proof, why);
	if (v == V_END)
		*nth_out = 1;
	else if (v == V_OK && proof.state == PROOF_ANEW)
		*nth_out = proof.nth + 1;
	return v == V_END ? V_OK : v;
}

/* Can what is cut for it be written? */
static bool
can_write(const struct printer_plan *plan, const struct jobs_stream *stream)
{
	struct bundle_form form;

	printer_form(stream, false, 0, &form);
	return printer_rest_may_cut(&plan->rest,
		printer_folder(stream->printer_is, form.test), stream->name);
}

/* The plan of the next job that has something to print. */
static enum verdict
plan_next(struct role_run *run, struct printer_plan *plan, struct fault *why)
{
	const struct jobs_stream *stream;
	int64_t after = plan->after, letters = 0, left = -1;
	struct job job;
	int proof = 0;
	bool go;
	enum verdict v;

	plan->after = 0;
	/* What is not in the jobs file rests, as does what may go to a box
	 * still; the next one goes on.
	 */
	do {
		v = store_print_ready(
			run->site->store, after, &run->mem, &job, why);
		if (v != V_OK)
			return v;
		after = job.number;
		stream = printer_stream(run, &job);
		if (stream == NULL || !can_write(plan, stream))
			continue;
		v = dates_before_paper(run, job.id, stream, &go, why);
		if (v != V_OK)
			return v;
		if (go)
			v = store_print_left(run->site->store,
				stream->printer_is->name,
				stream->printer_is->letters,
				calendar_day(clock_now_ms()), &left, why);
		if (v != V_OK)
			return v;
		if (!go || left == 0) /* used up: tomorrow */
			continue;
		v = plan_job(run, &job, stream, &letters, why);
		if (v == V_OK)
			break;
		if (v != V_END)
			return v;
	} while (true);
	if (letters == 0) /* but some are held now */
		return V_OK;
	v = proof_wanted(run, &job, stream, &proof, why);
	if (v == V_OK && proof > 0)
		return cut_proof(run, &job, stream, proof, why);
	if (v != V_OK)
		return v;
	memcpy(plan->job, job.id, sizeof(plan->job));
	plan->number = job.number;
	plan->place = 0;
	return V_OK;
}

/* One bundle of the plan, as a lot to be written. */
static enum verdict
cut_bundle(struct role_run *run, struct printer_plan *plan,
	const struct job *job, const struct jobs_stream *stream,
	struct fault *why)
{
	const struct jobs_printer *printer = stream->printer_is;
	struct store *store = run->site->store;
	struct print_group group;
	char name[BUNDLE_NAME_MAX];
	struct bundle_form form;
	int64_t lot, left = -1, now_ms = clock_now_ms();
	const char *previous;
	int count;
	enum verdict v;

	v = store_print_left(store, printer->name, printer->letters,
		calendar_day(now_ms), &left, why);
	if (v == V_OK && left == 0)
		v = V_END; /* the rest tomorrow */
	if (v != V_OK)
		return v;
	v = store_plan_next(store, plan->place,
		(size_t)(left > 0 && left < printer->bundle_letters
				 ? left
				 : printer->bundle_letters),
		printer->bundle_bytes, &run->mem, &group, why);
	if (v != V_OK)
		return v;
	printer_form(stream, group.large, group.weight, &form);
	v = store_print_count(
		store, job->id, &run->mem, &count, &previous, why);
	if (v != V_OK)
		return v;
	form.number = count + 1;
	form.previous = previous;
	form.name = name;
	form.printer = form.test ? NULL : printer->name;
	form.per_day = printer->letters;
	form.day = calendar_day(now_ms);
	bundle_name(job->id, now_ms, form.number, group.ids, group.count, 0,
		form.test, name);
	v = store_bundle_cut(store, job->id, &form, &group, now_ms, &lot, why);
	if (v == V_OK)
		plan->place = group.last;
	return v;
}

enum verdict
printer_cut(struct role_run *run, struct printer_plan *plan, struct fault *why)
{
	const struct jobs_stream *stream;
	struct job job;
	enum verdict v;

	if (plan->job[0] == '\0')
		return plan_next(run, plan, why);
	v = store_job_get(run->site->store, plan->job, &run->mem, &job, why);
	if (v != V_OK)
		return v;
	stream = printer_stream(run, &job);
	v = stream == NULL || !can_write(plan, stream) ||
			    !dates_hours(run, stream)
		    ? V_END
		    : cut_bundle(run, plan, &job, stream, why);
	if (v == V_OK || (v != V_END && v != V_SKIP))
		return v;
	/* At its end, or it is not what it was: there may be another plan. */
	plan->job[0] = '\0';
	if (v == V_SKIP && plan->place == 0 && why->code == CODE_PRINT_TWICE) {
		plan->after = plan->number; /* not again at once: the next */
		return V_LATER;
	}
	if (v == V_SKIP)
		log_line("job %s: the paper run is planned again: %s", job.id,
			why->text);
	return V_OK;
}
