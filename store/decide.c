/* store/decide.c - see store/decide.h
 *
 * Twice over the letters, a page at a time: to count what would change, and to
 * change it.  All lots of the job are locked, then the job, so that nothing
 * begins to leave between the two.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/deciding.h"

/* For a part, the job must stand still or be on its way: what is read, routed
 * or cut meanwhile would not know of it.
 */
static enum verdict
check_job(const struct deciding *d, struct fault *why)
{
	bool whole = d->by->cancel && d->by->records == NULL;

	switch (d->job.state) {
	case JOB_HELD:
	case JOB_SENDING:
	case JOB_AWAITING:
		return V_OK;
	case JOB_SPLIT:
	case JOB_ROUTED:
	case JOB_RELEASED:
		if (whole)
			return V_OK;
		return fault_set(why, V_SKIP, CODE_STATE,
			"the job is %s, which goes on by itself: hold it "
			"first, then decide about some of its letters",
			job_word(d->job.state));
	case JOB_RECEIVED:
		return fault_set(why, V_SKIP, CODE_STATE,
			"the file is still being read: try again in a moment");
	case JOB_SETTLED:
	case JOB_REFUSED:
	case JOB_CANCELLED:
		break;
	}
	return fault_set(why, V_SKIP, CODE_STATE, "the job is %s",
		job_word(d->job.state));
}

static enum verdict
note(struct deciding *d, struct fault *why)
{
	const struct decide_done *o = &d->out;
	char lot[40] = "", risk[80] = "";

	if (d->by->lot != 0)
		snprintf(lot, sizeof(lot), " of lot %" PRId64, d->by->lot);
	if (o->risk > 0)
		snprintf(risk, sizeof(risk),
			"; risk accepted: %" PRId64 " may be delivered",
			o->risk);
	return event_number(d->pg, d->by->now_ms, d->job.id, d->by->person,
		d->by->cancel ? "cancelled" : "resolved", &d->event, why,
		"%" PRId64 " letters%s as %s (%" PRId64 " had left)%s: %s",
		o->change, lot, decision_word(d->by->as), o->left, risk,
		d->by->reason);
}

/* Is every letter of it withdrawn, now or by what is about to be done? */
static enum verdict
all_withdrawn(struct deciding *d, bool *all_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v = pg_ask(d->pg,
		"select letters = n_withdrawn + $2::bigint from job "
		"where number = $1",
		PG_ARGS(PG_N(d->job.number), PG_N(d->out.change)), &rows, why);

	if (v == V_OK)
		*all_out =
			d->by->as == DECISION_WITHDRAWN && pg_bool(&rows, 0, 0);
	pg_rows_done(&rows);
	return v;
}

static enum verdict
end_job(struct deciding *d, struct fault *why)
{
	bool again = d->by->as == DECISION_RESEND &&
		     d->counts.of[LETTER_BOX] > 0 && d->job.state != JOB_HELD;
	enum verdict v = V_OK;

	if (d->by->as == DECISION_DELIVERED)
		v = pg_do(d->pg,
			"update job set n_decided = n_decided + $2 "
			"where number = $1",
			PG_ARGS(PG_N(d->job.number), PG_N(d->out.change)), NULL,
			why);
	/* By way of held: only a person takes this step. */
	if (v == V_OK && d->out.cancelled &&
		(d->job.state == JOB_SENDING || d->job.state == JOB_AWAITING))
		v = job_step(d->pg, &d->job, JOB_HELD, why);
	/* What goes to the box has to be cut into lots. */
	if (v == V_OK && again)
		v = job_step(d->pg, &d->job, JOB_RELEASED, why);
	if (v != V_OK || !d->out.cancelled)
		return v;
	v = job_step(d->pg, &d->job, JOB_CANCELLED, why);
	if (v == V_OK)
		v = pg_do(d->pg,
			"update job set settled_ms = $2, reason = $3, "
			"reason_code = $4 where number = $1",
			PG_ARGS(PG_N(d->job.number), PG_N(d->by->now_ms),
				PG_T(d->by->reason), PG_N(CODE_CANCELLED)),
			NULL, why);
	return v;
}

static enum verdict
change(struct deciding *d, struct fault *why)
{
	enum verdict v = note(d, why);

	if (v == V_OK)
		v = deciding_lots(d, why);
	if (v == V_OK)
		v = deciding_letters(d, why);
	if (v == V_OK)
		v = deciding_lots_end(d, why);
	if (v == V_OK)
		v = counts_write(d->pg, d->job.number, &d->counts, why);
	return v == V_OK ? end_job(d, why) : v;
}

static void
list_lots(struct deciding *d)
{
	size_t i;

	d->out.lots =
		arena_alloc(d->mem, (d->lot_count + 1) * sizeof(*d->out.lots));
	for (i = 0; i < d->lot_count; i++)
		if (d->lots[i].left > 0)
			d->out.lots[d->out.lot_count++] = (struct decide_lot){
				.print = d->lots[i].lot.print,
				.batch_id = d->lots[i].batch_id,
				.name = d->lots[i].name,
				.state = d->lots[i].lot.state,
				.letters = d->lots[i].left
			};
}

static enum verdict
decide(struct deciding *d, struct fault *why)
{
	enum verdict v = deciding_lock(d, why);

	if (v == V_OK)
		v = check_job(d, why);
	if (v == V_OK)
		v = deciding_take_back(d, why);
	if (v == V_OK)
		v = deciding_count(d, why);
	if (v == V_OK)
		v = all_withdrawn(d, &d->out.cancelled, why);
	if (v != V_OK)
		return v;
	list_lots(d);
	if (d->by->expect >= 0 && d->by->expect != d->out.change)
		return fault_set(why, V_SKIP, CODE_NOT_ALLOWED,
			"%" PRId64 " letters would change, not %" PRId64,
			d->out.change, d->by->expect);
	if (d->by->dry || (d->out.change == 0 && !d->out.cancelled))
		return V_END; /* nothing is kept */
	return change(d, why);
}

enum verdict
store_decide(struct store *store, const struct decide *by, struct arena *mem,
	struct decide_done *out, struct fault *why)
{
	struct deciding d = { .pg = store->pg,
		.by = by,
		.mem = mem,
		.counts = COUNTS_NONE,
		.page = mem_new((DECIDE_PAGE + 1) * sizeof(struct one)),
		.rows = mem_new(
			(DECIDE_PAGE + 1) * sizeof(struct receipt_row)) };
	enum verdict v = pg_begin(d.pg, why);

	assert(by->lot == 0 || by->records == NULL);
	if (v == V_OK)
		v = decide(&d, why);
	v = pg_end(d.pg, v, why);
	free(d.page);
	free(d.rows);
	*out = d.out;
	return v == V_END ? V_OK : v;
}
