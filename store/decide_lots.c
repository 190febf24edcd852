/* store/decide_lots.c - the lots of letters that a person decides about
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>

#include "store/deciding.h"

/* Each row, in the order that everybody keeps. */
static enum verdict
lock_lots(struct pg *pg, const char *job, int *count_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v = pg_ask(pg,
		"select number from lot "
		"where job_no = (select number from job where id = $1) "
		"order by number for update",
		PG_ARGS(PG_T(job)), &rows, why);

	if (v == V_OK)
		*count_out = rows.count;
	pg_rows_done(&rows);
	return v;
}

/* Asked once they are locked: a statement that waits for a lock reads the rest
 * as it was before.
 */
static enum verdict
read_lots(struct deciding *d, int locked, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;
	int i;

	v = pg_ask(d->pg,
		"select o.number, o.job_no, o.print, o.state, o.letters, "
		"o.apart, o.resend_letters, o.acknowledged_ms, o.attempts, "
		"o.leaving_ms, o.batch_id, o.name, n.number, n.state, "
		"coalesce((select bool_or(a.state = 1 or (a.posts + a.agains > "
		"0 "
		"and a.state <> 5)) from attempt a "
		"where a.lot_no = o.number), false) "
		"from lot o left join attempt n on n.lot_no = o.number "
		"and n.nth = o.attempts "
		"where o.job_no = $1 order by o.number",
		PG_ARGS(PG_N(d->job.number)), &rows, why);
	if (v == V_OK && rows.count != locked)
		v = fault_set(why, V_LATER, CODE_STATE,
			"the job is changing: try again in a moment");
	if (v != V_OK)
		goto out;
	d->lot_count = (size_t)rows.count;
	d->lots = arena_alloc(d->mem, (d->lot_count + 1) * sizeof(*d->lots));
	for (i = 0; i < rows.count; i++)
		d->lots[i] = (struct facts){
			.lot = { .number = pg_int(&rows, i, 0),
				.job_no = pg_int(&rows, i, 1),
				.print = pg_bool(&rows, i, 2),
				.state = (enum lot_state)pg_int(&rows, i, 3),
				.letters = pg_int(&rows, i, 4),
				.apart = pg_int(&rows, i, 5),
				.resend_letters = pg_int(&rows, i, 6),
				.acknowledged_ms = pg_int(&rows, i, 7),
				.attempts = (int)pg_int(&rows, i, 8),
				.leaving_ms = pg_int(&rows, i, 9) },
			.batch_id = pg_uuid(&rows, i, 10),
			.name = pg_text(&rows, i, 11, d->mem),
			.attempt = pg_int(&rows, i, 12),
			.attempt_state =
				(enum attempt_state)pg_int(&rows, i, 13),
			.posted = pg_bool(&rows, i, 14)
		};
out:
	pg_rows_done(&rows);
	return v;
}

enum verdict
deciding_lock(struct deciding *d, struct fault *why)
{
	int locked = 0;
	enum verdict v = lock_lots(d->pg, d->by->job, &locked, why);

	if (v == V_OK)
		v = job_lock(d->pg, d->by->job, &d->job, why);
	return v == V_OK ? read_lots(d, locked, why) : v;
}

enum verdict
deciding_take_back(struct deciding *d, struct fault *why)
{
	enum verdict v = V_OK;
	size_t i;

	for (i = 0; v == V_OK && d->by->cancel && i < d->lot_count; i++) {
		struct facts *f = &d->lots[i];
		struct attempt attempt;

		if (f->attempt_state != ATTEMPT_OFFERED)
			continue;
		v = attempt_lock(d->pg, f->attempt, &attempt, why);
		if (v == V_OK && attempt.posts == 0 &&
			attempt.state == ATTEMPT_OFFERED)
			v = attempt_take_back(d->pg, &attempt, &f->lot,
				d->by->now_ms, &d->counts, why);
		if (v == V_OK)
			f->attempt_state = attempt.state;
	}
	return v;
}

/* --- as a whole --- */

/* Every letter that follows the lot gets a receipt that says the same: from
 * here on the lot may end, and each letter goes its own way.
 */
static enum verdict
unfold(struct deciding *d, struct facts *f, enum letter_state state,
	struct fault *why)
{
	struct lot_row *lot = &f->lot;
	int64_t made = 0, follow = lot->letters - lot->apart;
	bool waits = state == LETTER_UNKNOWN || state == LETTER_RESEND;
	enum verdict v;

	v = pg_do(d->pg,
		"insert into receipt (lot_no, job_no, record, attempt_no, "
		"state, at_ms) select p.lot_no, p.job_no, p.record, 0, $3, $4 "
		"from place p where p.lot_no = $1 and not exists (select "
		"from receipt r where r.job_no = $2 and r.lot_no = $1 "
		"and r.record = p.record)",
		PG_ARGS(PG_N(lot->number), PG_N(d->job.number), PG_N(state),
			PG_N(d->by->now_ms)),
		&made, why);
	if (v == V_OK && made != follow)
		v = fault_set(why, V_BROKEN, CODE_BUG,
			"lot %" PRId64 ": %" PRId64 " letters follow it, "
			"%" PRId64 " counted",
			lot->number, made, follow);
	if (v != V_OK)
		return v;
	counts_move(&d->counts, lot_letters_are(lot), state, follow);
	lot->apart = lot->letters;
	f->resend += waits ? follow : 0;
	return pg_do(d->pg, "update lot set apart = letters where number = $1",
		PG_ARGS(PG_N(lot->number)), NULL, why);
}

static enum verdict
due_now(struct deciding *d, struct facts *f, struct fault *why)
{
	f->whole = true;
	return pg_do(d->pg,
		"update lot set due_ms = $2, resend_ms = $2 where number = $1",
		PG_ARGS(PG_N(f->lot.number), PG_N(d->by->now_ms)), NULL, why);
}

static enum verdict
resend_lot(struct deciding *d, struct facts *f, struct fault *why)
{
	bool all = f->follow == f->lot.letters - f->lot.apart;
	enum lot_state to = f->posted ? LOT_UNKNOWN : LOT_CUT;
	enum verdict v = V_OK;

	/* They leave together anyway. */
	if (f->lot.state == LOT_UNKNOWN)
		return due_now(d, f, why);
	if (all && lot_may(f->lot.state, to)) {
		v = lot_step(d->pg, &f->lot, to, "", &d->counts, why);
		return v == V_OK ? due_now(d, f, why) : v;
	}
	v = unfold(d, f, lot_letters_are(&f->lot), why);
	if (v == V_OK)
		v = lot_step(
			d->pg, &f->lot, LOT_SETTLED, NULL, &d->counts, why);
	return v;
}

static enum verdict
withdraw_lot(struct deciding *d, struct facts *f, struct fault *why)
{
	bool all = f->follow == f->lot.letters - f->lot.apart;
	enum verdict v = V_OK;

	if (f->lot.state != LOT_CUT && f->lot.state != LOT_BUNDLED)
		return V_OK;
	/* A bundle is written whole or not at all: the others go in another. */
	if (!all && f->lot.state == LOT_BUNDLED)
		v = unfold(d, f, LETTER_PAPER, why);
	else if (!all)
		return V_OK;
	f->whole = all;
	if (v == V_OK)
		v = lot_step(d->pg, &f->lot, LOT_WITHDRAWN,
			"withdrawn by a person", &d->counts, why);
	return v;
}

enum verdict
deciding_lots(struct deciding *d, struct fault *why)
{
	enum verdict v = V_OK;
	size_t i;

	for (i = 0; v == V_OK && i < d->lot_count; i++) {
		struct facts *f = &d->lots[i];

		if (f->follow == 0)
			continue;
		if (d->by->as == DECISION_RESEND)
			v = resend_lot(d, f, why);
		else if (d->by->as == DECISION_WITHDRAWN)
			v = withdraw_lot(d, f, why);
	}
	return v;
}

/* No letter of an attempt waits for it any more: it does not keep paper
 * waiting either.
 */
static enum verdict
close_attempts(struct deciding *d, const struct facts *f, struct fault *why)
{
	return pg_do(d->pg,
		"update attempt a set state = $2, reason = 'a person decided' "
		"where a.lot_no = $1 and a.state = $3 and not exists (select "
		"from (select distinct on (r.record) r.state, r.attempt_no "
		"from receipt r where r.job_no = $4 and r.lot_no = $1 "
		"order by r.record, r.number desc) x where x.state = 4 "
		"and " DECIDING_OF_ATTEMPT("x.attempt_no") ")",
		PG_ARGS(PG_N(f->lot.number), PG_N(ATTEMPT_UNKNOWN),
			PG_N(ATTEMPT_ACKNOWLEDGED), PG_N(d->job.number)),
		NULL, why);
}

/* Nothing follows it any more: it ends. */
static enum verdict
end_lot(struct deciding *d, struct facts *f, struct fault *why)
{
	enum lot_state to = f->lot.state == LOT_CUT || f->lot.print
				    ? LOT_WITHDRAWN
				    : LOT_SETTLED;
	enum verdict v = V_OK;

	if (f->lot.apart == f->lot.letters && lot_may(f->lot.state, to) &&
		f->lot.state != LOT_OFFERED)
		v = lot_step(d->pg, &f->lot, to, NULL, &d->counts, why);
	if (v == V_OK && f->resend != 0)
		v = pg_do(d->pg,
			"update lot set resend_letters = resend_letters + $2 "
			"where number = $1",
			PG_ARGS(PG_N(f->lot.number), PG_N(f->resend)), NULL,
			why);
	if (v == V_OK && d->by->as == DECISION_RESEND)
		v = due_now(d, f, why);
	if (v == V_OK && !f->lot.print && f->lot.state != LOT_ACKNOWLEDGED)
		v = close_attempts(d, f, why);
	return v;
}

enum verdict
deciding_lots_end(struct deciding *d, struct fault *why)
{
	enum verdict v = V_OK;
	size_t i;

	for (i = 0; v == V_OK && i < d->lot_count; i++)
		if (d->lots[i].change > 0)
			v = end_lot(d, &d->lots[i], why);
	return v;
}
