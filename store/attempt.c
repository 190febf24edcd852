/* store/attempt.c - what becomes of an attempt: posts, time, its letters
 *
 * A whole attempt changes its lot, and with one row the state of a thousand
 * letters.  An attempt with a part of a lot, which is settled by then, writes
 * receipts for its letters.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "store/books.h"

#define EXPIRE_AT_ONCE "1000" /* attempts looked at in one call */
#define STREAM_MAX 64	      /* a name of the jobs file has at most 40 */

/* --- rows --- */

enum verdict
attempt_lock(
	struct pg *pg, int64_t number, struct attempt *out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(pg,
		"select lot_no, letters, receipt_mark, expires_ms, nth, "
		"posts + agains, "
		"part_of_lot, result_ms, state from attempt "
		"where number = $1 for update",
		PG_ARGS(PG_N(number)), &rows, why);
	if (v != V_OK)
		return v;
	if (rows.count == 1)
		*out = (struct attempt){ .number = number,
			.lot_no = pg_int(&rows, 0, 0),
			.letters = pg_int(&rows, 0, 1),
			.mark = pg_int(&rows, 0, 2),
			.expires_ms = pg_int(&rows, 0, 3),
			.nth = (int)pg_int(&rows, 0, 4),
			.posts = (int)pg_int(&rows, 0, 5),
			.part = pg_bool(&rows, 0, 6),
			.result = pg_int(&rows, 0, 7) != 0,
			.state = (enum attempt_state)pg_int(&rows, 0, 8) };
	else
		v = fault_set(
			why, V_BROKEN, CODE_BUG, "no attempt %" PRId64, number);
	pg_rows_done(&rows);
	return v;
}

enum verdict
attempt_lock_all(struct pg *pg, int64_t number, struct lot_row *lot,
	struct job_row *job, struct attempt *attempt, struct fault *why)
{
	enum verdict v = lot_lock_of(pg, number, lot, job, why);

	return v == V_OK ? attempt_lock(pg, number, attempt, why) : v;
}

/* `columns` of letter l, place p, and x: the newest receipt of the lot. */
enum verdict
attempt_letters(struct pg *pg, const struct attempt *attempt,
	const struct job_row *job, const char *columns,
	struct pg_rows *rows_out, struct fault *why)
{
	/* Which of the lot's letters: of a part that left, those it gave a
	 * receipt; of a part that is to leave, those that wait; of a whole,
	 * those without a receipt when it began.
	 */
	static const char *const which[] = {
		"(select 1 from receipt r where r.job_no = p.job_no "
		"and r.lot_no = p.lot_no and r.record = p.record "
		"and r.number <= $4 limit 1) is null and $3::bigint >= 0",
		"exists (select from receipt r where r.job_no = p.job_no "
		"and r.lot_no = p.lot_no and r.record = p.record "
		"and r.attempt_no = $3 and r.state = 4) and $4::bigint >= 0",
		"x.state in (7, 8) and $3::bigint >= 0 and $4::bigint >= 0",
	};
	struct buf sql = BUF_MAX(4096);
	enum verdict v;

	buf_format(&sql,
		"select %s from place p join letter l on l.part = $1 "
		"and l.job_no = p.job_no and l.record = p.record "
		"left join lateral (select r.state, r.code, r.wire_code "
		"from receipt r where r.job_no = p.job_no "
		"and r.lot_no = p.lot_no and r.record = p.record "
		"order by r.number desc limit 1) x on true "
		"where p.lot_no = $2 and %s order by p.seq",
		columns,
		which[!attempt->part	       ? 0
			: attempt->number != 0 ? 1
					       : 2]);
	assert(!sql.full);
	v = pg_ask(pg, sql.bytes,
		PG_ARGS(PG_N(job->part), PG_N(attempt->lot_no),
			PG_N(attempt->number), PG_N(attempt->mark)),
		rows_out, why);
	buf_done(&sql);
	return v;
}

static enum verdict
set_state(struct pg *pg, struct attempt *attempt, enum attempt_state to,
	const char *reason, struct fault *why)
{
	enum verdict v;

	v = pg_do(pg,
		"update attempt set state = $2, next_post_ms = 0, "
		"reason = coalesce($3, reason) where number = $1",
		PG_ARGS(PG_N(attempt->number), PG_N(to), PG_T(reason)), NULL,
		why);
	if (v == V_OK)
		attempt->state = to;
	return v;
}

/* Letters of a part go on with a receipt each; the lot's number of letters to
 * resend follows.
 */
static enum verdict
turn_part(struct pg *pg, const struct attempt *attempt, struct lot_row *lot,
	enum letter_state from, enum letter_state to, enum code code,
	int64_t now_ms, struct counts *counts, struct fault *why)
{
	int64_t turned = 0;
	bool was = from == LETTER_RESEND || from == LETTER_UNKNOWN;
	bool is = to == LETTER_RESEND || to == LETTER_UNKNOWN;
	enum verdict v;

	v = receipts_turn(pg, lot, from, attempt->number, to, attempt->number,
		code, now_ms, &turned, why);
	if (v != V_OK)
		return v;
	counts_move(counts, from, to, turned);
	lot->resend_letters += (is ? turned : 0) - (was ? turned : 0);
	return pg_do(pg, "update lot set resend_letters = $2 where number = $1",
		PG_ARGS(PG_N(lot->number), PG_N(lot->resend_letters)), NULL,
		why);
}

/* --- ends of an attempt --- */

/* The lot too; first time only. */
static enum verdict
acknowledged_once(struct pg *pg, struct lot_row *lot, int64_t now_ms,
	struct counts *counts, struct fault *why)
{
	if (lot->acknowledged_ms != 0)
		return V_OK;
	lot->acknowledged_ms = now_ms;
	counts->acknowledged++;
	return pg_do(pg,
		"update lot set acknowledged_ms = $2 where number = $1",
		PG_ARGS(PG_N(lot->number), PG_N(now_ms)), NULL, why);
}

enum verdict
attempt_acknowledge(struct pg *pg, struct attempt *attempt, struct lot_row *lot,
	int64_t now_ms, struct counts *counts, struct fault *why)
{
	/* Held only because none came: now it has. */
	bool awaited = attempt->state == ATTEMPT_UNKNOWN;
	enum verdict v = V_OK;

	if (attempt->state == ATTEMPT_ACKNOWLEDGED ||
		attempt->state == ATTEMPT_RESULTED)
		return V_OK;
	v = pg_do(pg,
		"update attempt set state = $2, next_post_ms = 0, "
		"acknowledged_ms = $3 where number = $1",
		PG_ARGS(PG_N(attempt->number), PG_N(ATTEMPT_ACKNOWLEDGED),
			PG_N(now_ms)),
		NULL, why);
	if (v == V_OK)
		attempt->state = ATTEMPT_ACKNOWLEDGED;
	if (v == V_OK)
		v = acknowledged_once(pg, lot, now_ms, counts, why);
	/* A later attempt of the same letters goes its own way. */
	if (v != V_OK || attempt->nth != lot->attempts)
		return v;
	if (attempt->part && awaited)
		v = turn_part(pg, attempt, lot, LETTER_HELD, LETTER_OFFERED,
			CODE_NONE, now_ms, counts, why);
	if (v == V_OK && attempt->part)
		return turn_part(pg, attempt, lot, LETTER_UNKNOWN,
			LETTER_OFFERED, CODE_NONE, now_ms, counts, why);
	if (v != V_OK)
		return v;
	/* So late that the lot was to be offered anew. */
	if (lot->state == LOT_CUT)
		v = lot_step(pg, lot, LOT_OFFERED, NULL, counts, why);
	if (v == V_OK && lot_may(lot->state, LOT_ACKNOWLEDGED) &&
		(lot->state != LOT_HELD || awaited))
		v = lot_step(pg, lot, LOT_ACKNOWLEDGED, "", counts, why);
	return v;
}

enum verdict
attempt_hold(struct pg *pg, const struct attempt *attempt, struct lot_row *lot,
	enum code code, const char *reason, int64_t now_ms,
	struct counts *counts, struct fault *why)
{
	enum verdict v;

	if (!attempt->part)
		return lot_may(lot->state, LOT_HELD) &&
				       lot->state != LOT_SETTLED
			       ? lot_step(
					 pg, lot, LOT_HELD, reason, counts, why)
			       : V_OK;
	/* A part that never left has no number: all that wait. */
	v = attempt->number == 0
		    ? V_OK
		    : turn_part(pg, attempt, lot, LETTER_OFFERED, LETTER_HELD,
			      code, now_ms, counts, why);
	if (v == V_OK)
		v = turn_part(pg, attempt, lot, LETTER_RESEND, LETTER_HELD,
			code, now_ms, counts, why);
	if (v == V_OK)
		v = turn_part(pg, attempt, lot, LETTER_UNKNOWN, LETTER_HELD,
			code, now_ms, counts, why);
	if (v == V_OK)
		v = pg_do(pg, "update lot set reason = $2 where number = $1",
			PG_ARGS(PG_N(lot->number), PG_T(reason)), NULL, why);
	return v;
}

static enum verdict
fail(struct pg *pg, struct attempt *attempt, struct lot_row *lot,
	const struct job_row *job, const struct fault *reason, int64_t now_ms,
	struct counts *counts, struct fault *why)
{
	enum verdict v = V_OK;

	/* What an earlier post of it became nobody knows. */
	if (attempt->number != 0)
		v = set_state(pg, attempt,
			attempt->posts > 0 ? ATTEMPT_UNKNOWN : ATTEMPT_FAILED,
			reason->text, why);
	if (v == V_OK)
		v = attempt_hold(pg, attempt, lot, reason->code, reason->text,
			now_ms, counts, why);
	if (v == V_OK)
		v = event_put(pg, now_ms, job->id, "automatic", "lot held", why,
			"lot %" PRId64 ": MOBB-%04d %s", lot->number,
			(int)reason->code, reason->text);
	return v;
}

/* --- after a post --- */

/* *agains_out: how often the peer said later, this time included. */
static enum verdict
count_post(struct pg *pg, const struct attempt *attempt, enum post_end end,
	int64_t *agains_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	bool left = end == POST_COMPLETE || end == POST_ACKNOWLEDGED ||
		    end == POST_UNKNOWN || end == POST_FAILED;
	enum verdict v;

	v = pg_ask(pg,
		"update attempt set posts = posts + $2, agains = agains + $3 "
		"where number = $1 returning agains",
		PG_ARGS(PG_N(attempt->number), PG_N(left ? 1 : 0),
			PG_N(end == POST_AGAIN ? 1 : 0)),
		&rows, why);
	if (v != V_OK)
		return v;
	*agains_out = rows.count == 1 ? pg_int(&rows, 0, 0) : 0;
	pg_rows_done(&rows);
	return V_OK;
}

/* The peer cannot make anything of our messages: it is tried again, because
 * its operator may mend it, but ours must know from the first time on.
 */
static enum verdict
alarm(struct pg *pg, const struct attempt *attempt, const struct lot_row *lot,
	const struct job_row *job, const struct fault *reason, int64_t now_ms,
	struct fault *why)
{
	enum verdict v;

	v = pg_do(pg, "update lot set reason = $2 where number = $1",
		PG_ARGS(PG_N(lot->number), PG_T(reason->text)), NULL, why);
	if (v != V_OK)
		return v;
	return event_put(pg, now_ms, job->id, "automatic", "message fault", why,
		"lot %" PRId64 " attempt %d: MOBB-%04d %s", lot->number,
		attempt->nth, (int)reason->code, reason->text);
}

/* Nothing was posted: our own payload was wrong. */
static enum verdict
never_begun(struct pg *pg, const struct offer *offer,
	const struct fault *reason, int64_t now_ms, struct fault *why)
{
	struct counts counts = COUNTS_NONE;
	struct attempt attempt = { .lot_no = offer->lot.number };
	struct lot_row lot;
	struct job_row job;
	enum verdict v = lot_lock(pg, offer->lot.number, &lot, &job, why);

	if (v != V_OK)
		return v;
	attempt.part = lot.state == LOT_SETTLED;
	v = fail(pg, &attempt, &lot, &job, reason, now_ms, &counts, why);
	return v == V_OK ? counts_write(pg, job.number, &counts, why) : v;
}

static enum verdict
ended(struct pg *pg, const struct offer *offer, enum post_end end,
	int64_t retry_ms, const struct fault *reason, int64_t now_ms,
	struct fault *why)
{
	struct counts counts = COUNTS_NONE;
	struct attempt attempt;
	struct lot_row lot;
	struct job_row job;
	int64_t agains = 0;
	enum verdict v =
		attempt_lock_all(pg, offer->attempt, &lot, &job, &attempt, why);

	if (v == V_OK)
		v = count_post(pg, &attempt, end, &agains, why);
	if (v == V_OK && end == POST_AGAIN && agains == 1 &&
		reason->code == CODE_EBMS_ERROR)
		v = alarm(pg, &attempt, &lot, &job, reason, now_ms, why);
	if (v != V_OK)
		return v;
	/* The acknowledgment, or even the result, may have come first.  A retry
	 * that is held before its post begins is offered still, and so is a
	 * post that was taken back; what the peer said counts all the same.
	 */
	if (attempt.state != ATTEMPT_POSTING && end != POST_ACKNOWLEDGED &&
		!((end == POST_HELD || end == POST_FAILED) &&
			attempt.state == ATTEMPT_OFFERED))
		return V_OK;
	switch (end) {
	case POST_COMPLETE:
	case POST_UNKNOWN:
	case POST_AGAIN:
	case POST_NOT_RECEIVED:
		return pg_do(pg,
			"update attempt set state = $2, next_post_ms = $3, "
			"reason = $4 where number = $1",
			PG_ARGS(PG_N(attempt.number), PG_N(ATTEMPT_OFFERED),
				PG_N(retry_ms),
				PG_T(reason == NULL ? "" : reason->text)),
			NULL, why);
	case POST_ACKNOWLEDGED:
		v = attempt_acknowledge(
			pg, &attempt, &lot, now_ms, &counts, why);
		break;
	case POST_FAILED:
	case POST_HELD:
		v = fail(
			pg, &attempt, &lot, &job, reason, now_ms, &counts, why);
		break;
	}
	return v == V_OK ? counts_write(pg, job.number, &counts, why) : v;
}

enum verdict
store_post_end(struct store *store, const struct offer *offer,
	enum post_end end, int64_t retry_ms, const struct fault *reason,
	struct fault *why)
{
	static const struct fault none = { .code = CODE_NONE };
	struct pg *pg = store->pg;
	int64_t now_ms = 0;
	enum verdict v;

	if (reason == NULL)
		reason = &none;
	assert(offer->attempt != 0 || end == POST_HELD || end == POST_FAILED);
	v = pg_begin(pg, why);
	if (v == V_OK)
		v = pg_now_ms(pg, &now_ms, why);
	if (v == V_OK && offer->attempt == 0)
		v = never_begun(pg, offer, reason, now_ms, why);
	else if (v == V_OK)
		v = ended(pg, offer, end, retry_ms, reason, now_ms, why);
	return pg_end(pg, v, why);
}

enum verdict
store_offers_take_back(struct store *store, const struct store_part *endpoints,
	struct fault *why)
{
	struct buf names = BUF_MAX(PART_TEXT_MAX);
	enum verdict v;

	part_names(endpoints, &names);
	/* Nobody knows how much of it left: unknown, the same bytes again. */
	v = pg_do(store->pg,
		"update attempt set state = 2, posts = posts + 1, "
		"next_post_ms = greatest(next_post_ms, 1), "
		"reason = 'mobbd stopped during the post' "
		"where state = 1 and " PART_HAS("endpoint"),
		PG_ARGS(PG_T(names.bytes), PG_N(endpoints->others ? 1 : 0)),
		NULL, why);
	buf_done(&names);
	return v;
}

/* --- time to live --- */

/* Tries that left, of the same letters. */
static enum verdict
count_tries(struct pg *pg, int64_t lot, int64_t *tries_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(pg,
		"select count(*) from attempt where lot_no = $1 "
		"and posts + agains > 0",
		PG_ARGS(PG_N(lot)), &rows, why);
	if (v != V_OK)
		return v;
	*tries_out = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	return V_OK;
}

/* Its letters are to be offered again at `due_ms`. */
static enum verdict
offer_again(struct pg *pg, const struct attempt *attempt, struct lot_row *lot,
	bool received, int64_t due_ms, int64_t now_ms, struct counts *counts,
	struct fault *why)
{
	enum verdict v;

	if (attempt->part)
		v = turn_part(pg, attempt, lot, LETTER_OFFERED,
			received ? LETTER_UNKNOWN : LETTER_RESEND, CODE_EXPIRED,
			now_ms, counts, why);
	else if (lot->state == LOT_OFFERED)
		v = lot_step(pg, lot, received ? LOT_UNKNOWN : LOT_CUT,
			received ? "no acknowledgment in time" : "", counts,
			why);
	else
		return V_OK; /* settled meanwhile by another attempt */
	if (v != V_OK)
		return v;
	return pg_do(pg,
		attempt->part
			? "update lot set resend_ms = $2 where number = $1"
			: "update lot set due_ms = $2 where number = $1",
		PG_ARGS(PG_N(lot->number), PG_N(due_ms)), NULL, why);
}

enum verdict
attempt_take_back(struct pg *pg, struct attempt *attempt, struct lot_row *lot,
	int64_t now_ms, struct counts *counts, struct fault *why)
{
	int64_t turned = 0;
	enum verdict v;

	assert(attempt->state == ATTEMPT_OFFERED && attempt->posts == 0);
	v = set_state(pg, attempt, ATTEMPT_EXPIRED, NULL, why);
	if (v != V_OK)
		return v;
	if (!attempt->part)
		return offer_again(
			pg, attempt, lot, false, now_ms, now_ms, counts, why);
	/* Of no attempt: a person says so. */
	v = receipts_turn(pg, lot, LETTER_OFFERED, attempt->number,
		LETTER_RESEND, 0, CODE_NONE, now_ms, &turned, why);
	counts_move(counts, LETTER_OFFERED, LETTER_RESEND, turned);
	lot->resend_letters += turned;
	if (v == V_OK)
		v = pg_do(pg,
			"update lot set resend_letters = $2, resend_ms = $3 "
			"where number = $1",
			PG_ARGS(PG_N(lot->number), PG_N(lot->resend_letters),
				PG_N(now_ms)),
			NULL, why);
	return v;
}

/* Is there nothing more to be expected of it? */
static bool
is_over(const struct attempt *attempt, int64_t now_ms)
{
	if (attempt->state != ATTEMPT_OFFERED)
		return false;
	if (attempt->expires_ms == 0) /* best effort: one post */
		return attempt->posts > 0;
	return attempt->expires_ms <= now_ms;
}

static enum verdict
expire_one(struct pg *pg, int64_t number, int64_t now_ms,
	const struct resend *resend, bool *done_out, struct fault *why)
{
	struct counts counts = COUNTS_NONE;
	struct attempt attempt;
	struct lot_row lot;
	struct job_row job;
	int64_t tries = 0;
	bool received;
	enum verdict v =
		attempt_lock_all(pg, number, &lot, &job, &attempt, why);

	if (v != V_OK || !is_over(&attempt, now_ms))
		return v;
	received = attempt.posts > 0;
	v = count_tries(pg, lot.number, &tries, why);
	if (v == V_OK)
		v = set_state(pg, &attempt,
			received ? ATTEMPT_UNKNOWN : ATTEMPT_EXPIRED,
			received ? "no acknowledgment in time" : NULL, why);
	if (v == V_OK && received && tries > resend->times)
		v = attempt_hold(pg, &attempt, &lot, CODE_EXPIRED,
			"no acknowledgment in time, tries used up: the outcome "
			"is unknown",
			now_ms, &counts, why);
	else if (v == V_OK)
		v = offer_again(pg, &attempt, &lot, received,
			received ? now_ms + receipt_pause_ms(resend->pause_ms,
						    resend->pause_max_ms, tries)
				 : now_ms,
			now_ms, &counts, why);
	if (v == V_OK)
		v = counts_write(pg, job.number, &counts, why);
	if (v == V_OK)
		v = event_put(pg, now_ms, job.id, "automatic", "expired", why,
			"lot %" PRId64 " attempt %d: %s", lot.number,
			attempt.nth,
			!received		? "never received, cut again"
			: tries > resend->times ? "unknown, tries used up"
						: "unknown, to be offered "
						  "again");
	*done_out = v == V_OK;
	return v;
}

enum verdict
store_expire(struct store *store, const struct store_part *endpoints,
	int64_t now_ms, store_resend_fn *resend, void *resend_self,
	int64_t *count_out, struct fault *why)
{
	struct buf names = BUF_MAX(PART_TEXT_MAX);
	struct pg_rows rows = PG_ROWS_NONE;
	struct pg *pg = store->pg;
	int64_t count = 0;
	enum verdict v;
	int i;

	part_names(endpoints, &names);
	v = pg_ask(pg,
		"select a.number, j.stream from attempt a "
		"join lot o on o.number = a.lot_no "
		"join job j on j.number = o.job_no where a.state = 2 "
		"and a.expires_ms <= $3 "
		"and (a.expires_ms > 0 or a.posts + a.agains > 0) "
		"and " PART_HAS(
			"a.endpoint") "and " ATTEMPT_A_UNANSWERED
				      "order by a.number limit " EXPIRE_AT_ONCE,
		PG_ARGS(PG_T(names.bytes), PG_N(endpoints->others ? 1 : 0),
			PG_N(now_ms)),
		&rows, why);
	buf_done(&names);
	for (i = 0; v == V_OK && i < rows.count; i++) {
		char stream[STREAM_MAX];
		struct resend terms;
		bool done = false;

		pg_word(&rows, i, 1, stream, sizeof(stream));
		terms = resend(resend_self, stream);
		v = pg_begin(pg, why);
		if (v == V_OK)
			v = expire_one(pg, pg_int(&rows, i, 0), now_ms, &terms,
				&done, why);
		v = pg_end(pg, v, why);
		count += v == V_OK && done ? 1 : 0;
	}
	pg_rows_done(&rows);
	if (v == V_OK)
		*count_out = count;
	return v;
}
