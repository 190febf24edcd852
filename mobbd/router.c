/* mobbd/router.c - the role that decides: box or paper, held or released
 *
 * Looks up who has a box in the register of answers, and has asked about who is
 * not in it (mobbd/ask.c); holds or releases the job, and cuts released jobs
 * into lots.  Asking discloses no letter.  Holds the TLS client key, not the
 * site key.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "batch/lot.h"
#include "batch/release.h"
#include "mobbd/ask.h"
#include "mobbd/dates.h"
#include "mobbd/role.h"

static enum verdict
router_open(struct role_run *run, struct fault *why)
{
	(void)why;
	run->own = asks_new(run);
	return V_OK;
}

static void
router_close(struct role_run *run)
{
	asks_free(run->own);
}

#define LOOKS_MAX 3 /* what is asked now is there at the second look */

/* Until all are decided.  V_SKIP: the job waits for answers. */
static enum verdict
decide(struct role_run *run, const struct job *job,
	const struct jobs_stream *stream, struct fault *why)
{
	struct store *store = run->site->store;
	struct routing routing = { .numbers = 0 };
	bool waits = false;
	enum verdict v;
	int look;

	v = ask_waits(run->own, job, stream, &waits, why);
	if (v != V_OK || waits)
		return v == V_OK ? V_SKIP : v;
	for (look = 0; look < LOOKS_MAX; look++) {
		v = store_route(store, job, stream->type, clock_now_ms(),
			&routing, why);
		if (v != V_END)
			return v;
		v = ask_about(run->own, job, stream, &routing, why);
		routing_done(&routing);
		if (v != V_OK)
			return v;
	}
	return fault_set(why, V_LATER, CODE_WUS_ANSWER,
		"what was asked is still not in the register");
}

/* Do the supplier's totals agree with what was read, those beside the file and
 * those in it?  Only then may a job go without a person.
 */
static bool
may_go(const struct job *job, const struct jobs_stream *stream,
	struct fault *reason)
{
	const struct release release = { .automatic = stream->automatic,
		.totals = job->totals,
		.letters = job->letters,
		.letters_max = stream->release_letters,
		.promised_letters = job->promised_letters,
		.promised_cents = job->promised_cents,
		.records = job->records,
		.cents = job->cents };

	if (job->hold_code != CODE_NONE) {
		fault_set(reason, V_LATER, job->hold_code, "%s",
			job->hold_reason);
		return false;
	}
	return release_check(&release, reason) == V_OK;
}

static enum verdict
route(struct role_run *run, const struct job *job,
	const struct jobs_stream *stream, struct fault *why)
{
	struct store *store = run->site->store;
	const struct page_limits limits = {
		.lot_letters = stream->endpoint_is->lot_letters,
		.lot_bytes = stream->endpoint_is->lot_bytes,
		.bundle_letters = stream->printer_is->bundle_letters,
		.bundle_bytes = stream->printer_is->bundle_bytes
	};
	struct fault reason = FAULT_NONE;
	bool go;
	enum verdict v;

	v = decide(run, job, stream, why);
	if (v != V_OK) {
		fault_at(why, "job %s", job->id);
		return v;
	}
	go = may_go(job, stream, &reason);
	v = store_brake_paper(store, job->id, stream->expect_paper,
		stream->paper_points, &reason, why);
	go = go && reason.code != CODE_PAPER_SHARE;
	if (v == V_OK)
		v = store_page_routed(store, job->id, &limits, why);
	if (v == V_OK)
		v = dates_routed(run, job, stream, &go, &reason, why);
	if (v == V_OK)
		v = store_job_persons(store, job->id, stream->persons, why);
	if (v == V_OK)
		v = store_job_routed(
			store, job->id, !go, &reason, clock_now_ms(), why);
	if (v == V_OK)
		log_line("job %s: routed, %s%s%s", job->id,
			go ? "released" : "held", go ? "" : ": ",
			go ? "" : reason.text);
	return v;
}

/* --- cutting lots --- */

struct cutting {
	struct lot_cut cut;
	struct lot_new *lots;
	size_t count, size;
	int64_t *records; /* of all lots, one after the other */
	size_t record_count, record_size;
	size_t lot_from; /* first record of the lot being filled */
	const struct journal *printed;
	int64_t *printed_records; /* those that a restored database forgot */
	size_t printed_count;
};

static void
close_lot(struct cutting *c)
{
	if (c->cut.letters == 0)
		return;
	if (c->count == c->size) {
		c->size = c->size == 0 ? 64 : c->size * 2;
		c->lots = mem_grow(c->lots, c->size * sizeof(*c->lots));
	}
	c->lots[c->count] = (struct lot_new){ .letters = c->cut.letters,
		.bytes = c->cut.bytes };
	c->lots[c->count].batch_id = lot_cut_close(&c->cut);
	c->count++;
}

static enum verdict
cut_letter(void *self, int64_t record, const struct uuid *id, int64_t box_bytes)
{
	struct cutting *c = self;

	if (journal_find(c->printed, id) != NULL) {
		c->printed_records = mem_grow(c->printed_records,
			(c->printed_count + 1) * sizeof(int64_t));
		c->printed_records[c->printed_count++] = record;
		return V_OK;
	}
	if (!lot_cut_fits(&c->cut, box_bytes))
		close_lot(c);
	if (c->record_count == c->record_size) {
		c->record_size =
			c->record_size == 0 ? 4096 : c->record_size * 2;
		c->records =
			mem_grow(c->records, c->record_size * sizeof(int64_t));
	}
	c->records[c->record_count++] = record;
	lot_cut_add(&c->cut, id, box_bytes);
	return V_OK;
}

/* Of a stream that Logius did not release yet only chosen letters are cut, or
 * none: V_SKIP, the job rests.
 */
static enum verdict
pass_gate(struct role_run *run, const struct job *job,
	const struct jobs_stream *stream, struct fault *why)
{
	enum gate_way way = GATE_RESTS;
	int64_t chosen = 0;
	enum verdict v;

	v = store_gate_pass(run->site->store, job->id, stream->lpr,
		clock_now_ms(), &way, &chosen, why);
	if (v == V_OK && chosen > 0)
		log_line("job %s: limited production run, %" PRId64
			 " letters chosen",
			job->id, chosen);
	return v == V_OK && way == GATE_RESTS ? V_SKIP : v;
}

static enum verdict
cut(struct role_run *run, const struct job *job,
	const struct jobs_stream *stream, struct fault *why)
{
	struct store *store = run->site->store;
	struct journal *printed = NULL;
	struct cutting c = { 0 };
	enum verdict v;
	size_t i, from = 0;
	bool undone = false;

	/* What rests is not asked about. */
	v = pass_gate(run, job, stream, why);
	if (v == V_OK)
		v = store_route_undo(
			store, job->id, clock_now_ms(), &undone, why);
	if (v == V_OK && undone) {
		log_line("job %s: who has a box was found out more than 7 days "
			 "ago, or wrongly; looked up anew",
			job->id);
		return V_OK;
	}
	if (v == V_OK)
		v = dates_released(run, job, stream, why);
	if (v == V_OK)
		v = spool_journal_load(
			run->site->spool, JOURNAL_PRINT, NULL, &printed, why);
	if (v != V_OK)
		return v;
	c.printed = printed;
	lot_cut_init(&c.cut, stream->endpoint_is->lot_letters,
		stream->endpoint_is->lot_bytes);
	v = store_cut_read(store, job->id, cut_letter, &c, why);
	if (v == V_OK && c.printed_count > 0) {
		struct fault reason;

		fault_set(&reason, V_NEVER, CODE_PRINT_TWICE,
			"printed before: the journal knows this letter, the "
			"database does not");
		v = store_letters_hold(store, job->id, c.printed_records,
			c.printed_count, &reason, clock_now_ms(), why);
	}
	if (v == V_OK) {
		close_lot(&c);
		for (i = 0; i < c.count; i++) {
			c.lots[i].records = c.records + from;
			from += (size_t)c.lots[i].letters;
		}
		v = store_cut_write(
			store, job->id, c.lots, c.count, clock_now_ms(), why);
	}
	if (v == V_OK)
		log_line("job %s: %zu lots cut for %zu letters", job->id,
			c.count, c.record_count);
	journal_free(printed);
	lot_cut_done(&c.cut);
	free(c.lots);
	free(c.records);
	free(c.printed_records);
	return v;
}

typedef enum verdict job_work(struct role_run *run, const struct job *job,
	const struct jobs_stream *stream, struct fault *why);

/* Work on every job in a state; one that cannot go on now does not hold up
 * the others.
 */
static enum verdict
each_job(struct role_run *run, enum job_state state, job_work *work, bool *some,
	struct fault *why)
{
	enum verdict v, result = V_OK;
	struct job *jobs;
	struct fault one;
	size_t count, i;

	v = store_job_in(
		run->site->store, state, &run->mem, &jobs, &count, why);
	if (v != V_OK)
		return v;
	for (i = 0; i < count && !*run->stop; i++) {
		const struct jobs_stream *stream;

		if (site_stream(run->site, &jobs[i], &stream, &one) != V_OK)
			continue; /* not as it was: it rests */
		v = work(run, &jobs[i], stream, &one);
		if (v == V_OK) {
			*some = true;
			continue;
		}
		/* A sender that cannot be used: told, and it rests. */
		if (v == V_SKIP)
			continue;
		*why = one;
		if (v != V_LATER || one.code == CODE_DATABASE)
			return v;
		result = V_LATER;
	}
	return result;
}

static enum verdict
router_step(struct role_run *run, struct fault *why)
{
	bool some = false;
	enum verdict v;

	v = each_job(run, JOB_SPLIT, route, &some, why);
	if (v == V_OK || v == V_LATER) {
		struct fault other;
		enum verdict w = ask_all(run->own, &some, &other);

		if (w != V_OK) {
			*why = other;
			return w;
		}
	}
	if (v == V_OK || v == V_LATER) {
		struct fault other = *why;
		enum verdict w =
			each_job(run, JOB_RELEASED, cut, &some, &other);

		if (w != V_OK) {
			*why = other;
			return w;
		}
	}
	if (v != V_OK)
		return v;
	return some ? V_OK : V_END;
}

const struct role role_router = {
	.name = "router",
	.needs = SITE_SPOOL | SITE_CPAS,
	.locks = true,
	.open = router_open,
	.step = router_step,
	.close = router_close,
};
