/* mobbd/printer.c - the role that hands letters to the print supplier
 *
 * A run is planned (mobbd/printer_plan.c) and cut into bundles.  A bundle is
 * first a lot in the database, with its name and the order of its letters; then
 * it is written.  A crash between the two writes the same file again under the
 * same name.  What the journal knows of, in another bundle or as offered to the
 * box before a restore, is held instead of printed.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/version.h"
#include "batch/dates.h"
#include "channels/channel.h"
#include "mobbd/printer.h"

#define DAYS_BACK 60
#define REST_WAIT_MS 2000

static const char *
or_none(const char *text)
{
	return text == NULL ? "" : text;
}

/* What the jobs file says of the product; a form that was kept when it had no
 * such product (any more) stands for itself.
 */
static void
fill_product(const struct jobs_printer *printer, const struct bundle_form *form,
	struct print_bundle *b)
{
	size_t i;

	b->product = form->product;
	b->post = "";
	for (i = 0; i < printer->product_count; i++) {
		const struct jobs_product *p = &printer->products[i];

		if (strcmp(p->name, form->product) != 0)
			continue;
		b->product = p->code == NULL ? p->name : p->code;
		b->post = or_none(p->post);
		b->inserts = p->inserts;
		b->insert_count = p->insert_count;
	}
}

/* Where it comes back to.  What a stream of several senders says is of none of
 * them: there a sender's own goes first.
 */
static void
fill_return(const struct jobs_stream *stream, struct print_bundle *b)
{
	const struct jobs_sender *sender = stream->sender_is;
	bool of_stream = stream->return_line_count > 0 &&
			 (!stream->many || sender->return_address == NULL);

	b->return_lines =
		of_stream ? stream->return_address : &sender->return_address;
	b->return_line_count = of_stream ? stream->return_line_count
			       : sender->return_address == NULL ? 0
								: 1;
}

static void
fill_bundle(const struct job *job, const struct jobs_stream *stream,
	const struct bundle_form *form, int64_t created_ms,
	struct print_bundle *b)
{
	const struct jobs_printer *printer = stream->printer_is;

	*b = (struct print_bundle){ .name = form->name,
		.job = job->id,
		.stream = job->stream,
		.sender_oin = job->oin,
		.sender_name = job->sender,
		.delivery = job->file,
		.account = or_none(stream->sender_is->account),
		.environment = job->environment,
		.test = form->test,
		.previous = form->previous,
		.created_ms = created_ms,
		.version = MOBB_VERSION,
		.printer = printer->name,
		.envelope = form->envelope,
		.language = stream->language == NULL ? "nl" : stream->language,
		.colour = form->colour,
		.simplex = form->simplex,
		.weight = form->weight,
		.post_wanted = LETTER_DATE_NONE,
		.post_latest = LETTER_DATE_NONE,
		.returned = printer->returned == NULL ? "return"
						      : printer->returned,
		.contact = or_none(printer->contact),
		.receipts =
			printer->receipts == NULL ? "none" : printer->receipts,
		.merged = form->merged,
		.address = printer->address };
	fill_product(printer, form, b);
	fill_return(stream, b);
}

/* When it should be posted: so many working days after it was cut as the printer
 * takes.  At the latest: on the last day on which it arrives by the date on its
 * letters.
 */
static enum verdict
fill_days(struct role_run *run, const struct jobs_stream *stream,
	struct print_bundle *b, struct fault *why)
{
	struct calendar_local cut;
	struct dates_rules rules;
	struct dates_row row;
	int32_t day;
	enum verdict v =
		store_dates_get(run->site->store, b->job, &run->mem, &row, why);

	jobs_dates_rules(stream->printer_is, &rules);
	calendar_local(b->created_ms, &cut);
	b->post_wanted = calendar_add_working_days(cut.day, rules.print_days);
	if (v == V_END)
		return V_OK;
	if (v != V_OK || row.dates.by == LETTER_DATE_NONE)
		return v;
	/* What is posted on a day needs no more days of printing. */
	rules.print_days = 0;
	for (day = row.dates.by; day > row.dates.by - DAYS_BACK; day--)
		if (dates_arrival(&rules, day, NULL) <= row.dates.by) {
			b->post_latest = day;
			break;
		}
	return V_OK;
}

static enum verdict
open_folder(struct role_run *run, const struct jobs_printer *printer, bool test,
	int *out, struct fault *why)
{
	const char *folder = printer_folder(printer, test);
	int spool = spool_fd(run->site->spool);
	enum verdict v = test ? file_dirs(spool, folder, why) : V_OK;

	if (v == V_OK)
		v = file_dir(spool, folder, out, why);
	return v;
}

/* A full disk or a folder that may not be written is mended by a person; what
 * goes there waits for it, in the database, and is written then.
 */
static enum verdict
cannot_write(struct role_run *run, const char *name, const char *folder,
	const char *stream, enum verdict v, struct fault *why)
{
	struct printer_plan *plan = run->own;
	const struct fault cause = *why;

	if (v != V_BROKEN || (why->code != CODE_IO && why->code != CODE_SPOOL))
		return v;
	fault_set(why, V_LATER, CODE_BUNDLE_WRITE,
		"bundle %.100s cannot be written: %.200s", name, cause.text);
	run->line->trouble = 1;
	printer_rest_shut(&plan->rest, folder, stream);
	printer_rest_tell(&plan->rest, name, why);
	return V_LATER;
}

/* Is the folder shut in this step?  Then it waits.  (What it was is told.) */
static enum verdict
may_write(struct role_run *run, const char *folder, struct fault *why)
{
	struct printer_plan *plan = run->own;

	if (!printer_rest_waits(&plan->rest, folder))
		return V_OK;
	return fault_set(why, V_LATER, CODE_BUNDLE_WRITE,
		"%.100s takes no bundles", folder);
}

/* The bundle with its documents, also those that are made for it. */
static enum verdict
write_documents(struct role_run *run, const struct print_bundle *b,
	struct paper *paper, int out, uint8_t sha256[32], struct fault *why)
{
	struct content documents, content;
	enum verdict v =
		spool_content_open(run->site->spool, b->job, &documents, why);

	if (v != V_OK)
		return v;
	v = paper_make(
		paper, b->letters, b->letter_count, &documents, out, why);
	if (v == V_OK) {
		content = paper_content(paper);
		v = print_write(b, &content, out, sha256, why);
	}
	spool_content_close(&documents);
	return v;
}

static enum verdict
write_bundle(struct role_run *run, const struct jobs_printer *printer,
	struct print_bundle *b, struct paper *paper, int64_t lot,
	struct fault *why)
{
	struct site *site = run->site;
	const char *name = b->name;
	struct uuid *ids =
		arena_alloc(&run->mem, (b->letter_count + 1) * sizeof(*ids));
	uint8_t sha256[32];
	int out = -1;
	enum verdict v;
	size_t i;

	for (i = 0; i < b->letter_count; i++)
		ids[i] = b->letters[i].id;
	v = open_folder(run, printer, b->test, &out, why);
	if (v == V_OK)
		v = write_documents(run, b, paper, out, sha256, why);
	if (v == V_OK)
		v = store_print_leave(site->store, lot, clock_now_ms(), why);
	/* Not before: what is held or withdrawn until then was not printed. */
	if (v == V_OK)
		v = spool_journal_add(site->spool, JOURNAL_PRINT, name, ids,
			b->letter_count, why);
	if (v == V_OK)
		v = spool_handed_add(site->spool, name, sha256, why);
	if (v == V_OK)
		v = print_ready(name, out, why);
	if (out != -1)
		(void)close(out);
	/* Something changed since intake: nothing of it may be printed. */
	if (v == V_NEVER) {
		struct fault reason = *why;

		fault_at(&reason, "bundle %s", name);
		log_fault(&reason);
		return store_print_hold(
			site->store, lot, &reason, clock_now_ms(), why);
	}
	if (v == V_OK)
		v = store_print_handed(
			site->store, lot, sha256, clock_now_ms(), why);
	if (v == V_OK)
		log_line("job %s: bundle %s, %zu letters, handed over", b->job,
			name, b->letter_count);
	return v;
}

/* Written whole, but the database did not hear of it.  The printer may have
 * taken it since: it is never written again.  V_SKIP: not yet whole.
 */
static enum verdict
handed_before(struct role_run *run, const struct jobs_printer *printer,
	const struct lot *lot, bool test, struct fault *why)
{
	struct site *site = run->site;
	uint8_t sha256[32];
	int out = -1;
	enum verdict v = spool_handed(site->spool, lot->name, sha256, why);

	if (v == V_OK)
		v = open_folder(run, printer, test, &out, why);
	if (v != V_OK)
		return v;
	v = print_ready(lot->name, out, why);
	(void)close(out);
	if (v == V_OK || v == V_SKIP)
		v = store_print_handed(
			site->store, lot->number, sha256, clock_now_ms(), why);
	if (v == V_OK)
		log_line("job %s: bundle %s was handed over before", lot->job,
			lot->name);
	return v;
}

/* The job's stream; V_LATER: what is called so rests. */
static enum verdict
stream_of(struct role_run *run, const struct job *job, const char *name,
	const struct jobs_stream **stream_out, struct fault *why)
{
	struct printer_plan *plan = run->own;

	*stream_out = printer_stream(run, job);
	if (*stream_out != NULL)
		return V_OK;
	fault_set(why, V_LATER, CODE_CONFIG_NAME,
		"bundle %.100s rests: stream %.60s of sender %.60s is not in "
		"the jobs file any more, or not for %.20s",
		name, job->stream, job->sender, job->environment);
	printer_rest_tell(&plan->rest, name, why);
	return V_LATER;
}

static void
letters_print(struct print_bundle *b, struct arena *mem)
{
	size_t i;

	for (i = 0; i < b->letter_count; i++)
		letter_print(&b->letters[i], mem);
}

/* The same letters are the same name, or something is very wrong. */
static enum verdict
check_name(const struct print_bundle *b, int number, int proof,
	struct arena *mem, struct fault *why)
{
	struct uuid *ids =
		arena_alloc(mem, (b->letter_count + 1) * sizeof(*ids));
	char name[BUNDLE_NAME_MAX];
	size_t i;

	for (i = 0; i < b->letter_count; i++)
		ids[i] = b->letters[i].id;
	if (b->letter_count == 0)
		return fault_set(why, V_BROKEN, CODE_BUG,
			"bundle %s has no letters", b->name);
	bundle_name(b->job, b->created_ms, number, ids, b->letter_count, proof,
		b->test, name);
	if (strcmp(name, b->name) != 0)
		return fault_set(why, V_BROKEN, CODE_BUG,
			"bundle %s would become %s", b->name, name);
	return V_OK;
}

/* The bundle of a lot, with the form it was cut in. */
static enum verdict
finish_lot(struct role_run *run, const struct lot *lot, const struct job *job,
	const struct jobs_stream *stream, const struct bundle_form *form,
	struct fault *why)
{
	struct paper *paper = NULL;
	struct print_bundle b;
	enum verdict v;

	v = handed_before(run, stream->printer_is, lot, form->test, why);
	if (v != V_SKIP)
		return v;
	v = role_begins(run, TOOK_BUNDLE, "", lot->letters, why);
	if (v != V_OK)
		return v;
	fill_bundle(job, stream, form, lot->cut_ms, &b);
	v = store_lot_letters(run->site->store, lot->number, &run->mem,
		&b.letters, &b.reasons, &b.letter_count, why);
	if (v == V_OK)
		v = fill_days(run, stream, &b, why);
	if (v != V_OK)
		return v;
	letters_print(&b, &run->mem);
	v = check_name(&b, form->number, 0, &run->mem, why);
	if (v == V_OK)
		v = paper_open(stream, &paper, why);
	if (v == V_OK)
		v = write_bundle(
			run, stream->printer_is, &b, paper, lot->number, why);
	paper_close(paper);
	return v;
}

/* A bundle that was cut but perhaps not written whole: the first behind
 * *number, which becomes its own.
 */
static enum verdict
finish_bundle(struct role_run *run, int64_t *number, struct fault *why)
{
	struct store *store = run->site->store;
	const struct jobs_stream *stream;
	struct bundle_form form;
	const char *folder;
	struct job job;
	struct lot lot;
	enum verdict v;

	v = store_print_unfinished(store, *number, &run->mem, &lot, why);
	if (v != V_OK)
		return v;
	*number = lot.number;
	v = store_job_get(store, lot.job, &run->mem, &job, why);
	if (v == V_OK)
		v = stream_of(run, &job, lot.name, &stream, why);
	if (v == V_OK)
		v = store_bundle_form(store, lot.number, &run->mem, &form, why);
	if (v != V_OK)
		return v;
	folder = printer_folder(stream->printer_is, form.test);
	v = may_write(run, folder, why);
	if (v == V_OK)
		v = finish_lot(run, &lot, &job, stream, &form, why);
	return cannot_write(run, form.name, folder, stream->name, v, why);
}

/* A proof: written as a bundle is, but no letter of it counts as printed. */
static enum verdict
write_proof(struct role_run *run, const struct jobs_stream *stream,
	struct print_bundle *b, const struct print_proof *proof,
	struct fault *why)
{
	struct paper *paper = NULL;
	uint8_t sha256[32];
	int out = -1;
	enum verdict v = paper_open(stream, &paper, why);

	if (v == V_OK)
		v = open_folder(run, stream->printer_is, b->test, &out, why);
	if (v == V_OK)
		v = write_documents(run, b, paper, out, sha256, why);
	if (v == V_OK)
		v = print_ready(b->name, out, why);
	if (v == V_OK)
		v = store_proof_written(run->site->store, proof, sha256,
			stream->printer_is->proof_wait, clock_now_ms(), why);
	if (v == V_OK)
		log_line("job %s: proof %s, %zu letters, handed over", b->job,
			b->name, b->letter_count);
	if (out != -1)
		(void)close(out);
	paper_close(paper);
	return v;
}

/* The same of a proof, by the number of its job. */
static enum verdict
finish_proof(struct role_run *run, int64_t *number, struct fault *why)
{
	struct store *store = run->site->store;
	const struct jobs_stream *stream;
	struct bundle_form form;
	struct print_bundle b;
	struct print_proof proof;
	const char *folder;
	struct job job;
	enum verdict v;

	v = store_proof_unfinished(store, *number, &run->mem, &proof, why);
	if (v == V_OK)
		v = store_job_get(store, proof.job, &run->mem, &job, why);
	if (v != V_OK)
		return v;
	*number = job.number;
	v = stream_of(run, &job, proof.name, &stream, why);
	if (v != V_OK)
		return v;
	folder = printer_folder(stream->printer_is, proof.test);
	v = may_write(run, folder, why);
	if (v != V_OK)
		return v;
	printer_form(stream, false, 0, &form);
	form.name = proof.name;
	form.test = proof.test;
	fill_bundle(&job, stream, &form, proof.made_ms, &b);
	b.proof = true;
	v = store_proof_letters(store, &proof, &run->mem, &b.letters,
		&b.reasons, &b.letter_count, why);
	if (v == V_OK)
		v = fill_days(run, stream, &b, why);
	if (v != V_OK)
		return v;
	letters_print(&b, &run->mem);
	v = check_name(&b, proof.number, proof.nth, &run->mem, why);
	if (v == V_OK)
		v = write_proof(run, stream, &b, &proof, why);
	return cannot_write(run, proof.name, folder, stream->name, v, why);
}

/* All that `finish` finds, until something was written.  What rests is passed
 * by.  Who took the time to fail is the last one to be tried again.
 */
static enum verdict
finish_all(struct role_run *run,
	enum verdict (*finish)(struct role_run *, int64_t *, struct fault *),
	int64_t *begin, struct fault *why)
{
	struct printer_plan *plan = run->own;
	int64_t number = *begin;
	bool again = number > 0;

	while (!*run->stop) {
		size_t shut = plan->rest.shut_count;
		enum verdict v = finish(run, &number, why);

		if (v == V_END && again) {
			again = false;
			number = 0;
			continue;
		}
		if (v != V_LATER || (why->code != CODE_CONFIG_NAME &&
					    why->code != CODE_BUNDLE_WRITE))
			return v;
		plan->rest.some = true;
		if (plan->rest.shut_count > shut)
			*begin = number;
	}
	return V_END;
}

static enum verdict
printer_open(struct role_run *run, struct fault *why)
{
	(void)why;
	run->own = mem_zero(1, sizeof(struct printer_plan));
	return V_OK;
}

static enum verdict
printer_step(struct role_run *run, struct fault *why)
{
	struct printer_plan *plan = run->own;
	enum verdict v;

	run->line->trouble = 0;
	printer_rest_begin(&plan->rest);
	v = finish_all(run, finish_bundle, &plan->rest.bundle, why);
	if (v == V_END)
		v = finish_all(run, finish_proof, &plan->rest.proof, why);
	if (v == V_END)
		v = printer_cut(run, plan, why);
	if (v == V_END && plan->rest.some && !run->board->once)
		run->wait_ms = REST_WAIT_MS;
	/* Held while it was being made: there may be others to print. */
	return v == V_SKIP && why->code == CODE_STATE ? V_OK : v;
}

static void
printer_close(struct role_run *run)
{
	free(run->own);
	run->own = NULL;
}

const struct role role_printer = {
	.name = "printer",
	.needs = SITE_SPOOL,
	.locks = true,
	.open = printer_open,
	.step = printer_step,
	.close = printer_close,
};
