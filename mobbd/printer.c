/* mobbd/printer.c - the role that hands letters to the print supplier
 *
 * A bundle is first a lot in the database, with its name and the order of its
 * letters; then it is written.  A crash between the two writes the same file
 * again under the same name.  What the journal knows of, in another bundle or
 * as offered to the box before a restore, is held instead of printed.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/version.h"
#include "channels/channel.h"
#include "mobbd/paper.h"
#include "mobbd/role.h"

#define DECLINED "rejected_by_box" /* reasons that begin so came back */

static enum verdict
fill_bundle(struct role_run *run, const struct job *job, struct print_bundle *b,
	struct fault *why)
{
	const struct jobs_stream *stream = site_stream_now(run->site, job);
	int count;
	enum verdict v;

	*b = (struct print_bundle){ .job = job->id,
		.stream = job->stream,
		.sender_oin = job->oin,
		.sender_name = job->sender,
		.delivery = job->file,
		.environment = job->environment,
		.version = MOBB_VERSION,
		.simplex = stream != NULL && stream->printer_is->simplex,
		.address = stream != NULL ? stream->printer_is->address
					  : ADDRESS_RULES };
	v = store_print_count(run->site->store, job->id, &run->mem, &count,
		&b->previous, why);
	b->number = count + 1;
	return v;
}

/* Why a letter may not be printed, or V_OK. */
static enum verdict
may_print(struct paper *paper, struct letter *letter, const char *reason,
	const struct address_rules *rules, const struct journal *printed,
	const struct journal *boxed, struct fault *why)
{
	const char *where = journal_find(printed, &letter->id);
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
		journal_find(boxed, &letter->id) != NULL)
		return fault_set(why, V_SKIP, CODE_PRINT_TWICE,
			"offered to the box before: the journal knows this "
			"letter, the database does not");
	v = address_check(letter_post(letter), rules, why);
	return v == V_OK ? paper_pages(paper, letter, &pages, why) : v;
}

/* Hold what may not be printed; the rest moves to the front. */
static enum verdict
sift(struct role_run *run, struct print_bundle *b, struct paper *paper,
	struct fault *why)
{
	struct letter *letters = b->letters;
	const char **reasons = b->reasons;
	struct journal *printed = NULL, *boxed = NULL;
	struct spool *spool = run->site->spool;
	size_t i, n = 0;
	enum verdict v;

	v = spool_journal_load(spool, JOURNAL_PRINT, NULL, &printed, why);
	if (v == V_OK)
		v = spool_journal_load(spool, JOURNAL_BOX, NULL, &boxed, why);
	for (i = 0; v == V_OK && i < b->letter_count; i++) {
		struct fault reason = FAULT_NONE;

		letter_print(&letters[i], &run->mem);
		v = may_print(paper, &letters[i], reasons[i], &b->address,
			printed, boxed, &reason);
		if (v == V_OK) {
			letters[n] = letters[i];
			reasons[n++] = reasons[i];
		} else if (v == V_SKIP) {
			v = store_letters_hold(run->site->store, b->job,
				&letters[i].record, 1, &reason, clock_now_ms(),
				why);
		} else {
			*why = reason; /* of no letter: the fonts */
		}
	}
	journal_free(printed);
	journal_free(boxed);
	if (v == V_OK)
		b->letter_count = n;
	return v;
}

/* As many as the printer takes in one bundle, and one at least. */
static size_t
fit(const struct letter *letters, size_t count, int64_t bytes_max)
{
	int64_t bytes = 0;
	size_t i, k;

	for (i = 0; i < count; i++) {
		for (k = 0; k < letters[i].printed_count; k++)
			bytes += letters[i].printed[k].bytes;
		if (i > 0 && bytes > bytes_max)
			break;
	}
	return i;
}

/* The bundle with its documents, also those that are made for it. */
static enum verdict
write_documents(struct role_run *run, const struct print_bundle *b,
	struct paper *paper, const char *name, int out, uint8_t sha256[32],
	struct fault *why)
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
		v = print_write(b, name, &content, out, sha256, why);
	}
	spool_content_close(&documents);
	return v;
}

static enum verdict
write_bundle(struct role_run *run, struct print_bundle *b, struct paper *paper,
	const char *name, int64_t lot, struct fault *why)
{
	struct site *site = run->site;
	struct uuid *ids =
		arena_alloc(&run->mem, (b->letter_count + 1) * sizeof(*ids));
	uint8_t sha256[32];
	int out = -1;
	enum verdict v;
	size_t i;

	for (i = 0; i < b->letter_count; i++)
		ids[i] = b->letters[i].id;
	v = file_dir(spool_fd(site->spool), "print/out", &out, why);
	if (v != V_OK)
		return v;
	v = write_documents(run, b, paper, name, out, sha256, why);
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

/* Cut the next letters of a job and write them. */
static enum verdict
print_job(struct role_run *run, const struct job *job,
	const struct jobs_stream *stream, struct paper *paper,
	struct fault *why)
{
	const struct jobs_printer *printer = stream->printer_is;
	char name[PRINT_NAME_MAX];
	struct print_bundle b;
	int64_t lot;
	enum verdict v = fill_bundle(run, job, &b, why);

	if (v == V_OK)
		v = store_print_letters(run->site->store, job->id,
			(size_t)printer->bundle_letters, &run->mem, &b.letters,
			&b.reasons, &b.letter_count, why);
	if (v == V_OK)
		v = sift(run, &b, paper, why);
	if (v != V_OK || b.letter_count == 0)
		return v;
	b.letter_count = fit(b.letters, b.letter_count, printer->bundle_bytes);
	b.created_ms = clock_now_ms();
	print_name(&b, name);
	v = store_print_cut(run->site->store, job->id, name, b.letters,
		b.letter_count, b.created_ms, &lot, why);
	return v == V_OK ? write_bundle(run, &b, paper, name, lot, why) : v;
}

/* The next bundle of a job that is ready for print. */
static enum verdict
print_next(struct role_run *run, struct fault *why)
{
	const struct jobs_stream *stream;
	struct paper *paper = NULL;
	struct job job;
	int64_t after = 0;
	enum verdict v;

	/* Taken out of the jobs file: it rests, and the next one goes on. */
	do {
		v = store_print_ready(
			run->site->store, after, &run->mem, &job, why);
		if (v != V_OK)
			return v;
		stream = site_stream_now(run->site, &job);
		after = job.number;
	} while (stream == NULL);
	v = paper_open(stream, stream->sender_is, &paper, why);
	if (v == V_OK)
		v = print_job(run, &job, stream, paper, why);
	paper_close(paper);
	return v;
}

/* Written whole, but the database did not hear of it.  The printer may have
 * taken it since: it is never written again.  V_SKIP: not yet whole.
 */
static enum verdict
handed_before(struct role_run *run, const struct lot *lot, struct fault *why)
{
	struct site *site = run->site;
	uint8_t sha256[32];
	int out = -1;
	enum verdict v = spool_handed(site->spool, lot->name, sha256, why);

	if (v == V_OK)
		v = file_dir(spool_fd(site->spool), "print/out", &out, why);
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

/* A bundle that was cut but perhaps not written whole. */
static enum verdict
finish_one(struct role_run *run, struct fault *why)
{
	const struct jobs_stream *stream;
	struct paper *paper = NULL;
	char name[PRINT_NAME_MAX];
	struct print_bundle b;
	struct job job;
	struct lot lot;
	enum verdict v;
	size_t i;

	v = store_print_unfinished(run->site->store, &run->mem, &lot, why);
	if (v == V_OK)
		v = handed_before(run, &lot, why);
	if (v != V_SKIP)
		return v;
	v = store_job_get(run->site->store, lot.job, &run->mem, &job, why);
	if (v != V_OK)
		return v;
	v = fill_bundle(run, &job, &b, why);
	b.number--; /* this lot is counted already */
	b.created_ms = lot.cut_ms;
	if (v == V_OK)
		v = store_lot_letters(run->site->store, lot.number, &run->mem,
			&b.letters, &b.reasons, &b.letter_count, why);
	if (v != V_OK)
		return v;
	for (i = 0; i < b.letter_count; i++)
		letter_print(&b.letters[i], &run->mem);
	print_name(&b, name);
	if (strcmp(name, lot.name) != 0)
		return fault_set(why, V_BROKEN, CODE_BUG,
			"bundle %s would become %s", lot.name, name);
	stream = jobs_stream(&run->site->jobs, job.stream);
	if (stream == NULL)
		return fault_set(why, V_SKIP, CODE_STATE,
			"stream %.100s is not in the jobs file", job.stream);
	v = paper_open(stream, stream->sender_is, &paper, why);
	if (v == V_OK)
		v = write_bundle(run, &b, paper, name, lot.number, why);
	paper_close(paper);
	return v;
}

static enum verdict
printer_step(struct role_run *run, struct fault *why)
{
	enum verdict v;

	v = finish_one(run, why);
	if (v == V_END)
		v = print_next(run, why);
	/* Held while it was being made: there may be others to print. */
	return v == V_SKIP && why->code == CODE_STATE ? V_OK : v;
}

const struct role role_printer = {
	.name = "printer",
	.needs = SITE_SPOOL,
	.locks = true,
	.step = printer_step,
};
