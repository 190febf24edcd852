/* store/offer.c - which lot leaves next, and its leave to do so
 *
 * The allowance of the endpoint is taken in the transaction that lets a lot go
 * (store/allowance.c).
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>

#include "store/books.h"

/* --- next --- */

/* Read the lot and the rest of a new or known attempt. */
static enum verdict
fill(struct pg *pg, const struct pg_rows *found, struct arena *mem,
	struct offer *out, struct fault *why)
{
	struct offer o = { .attempt = 0,
		.message_id = "",
		.envelope = "",
		.conversation_id = "",
		.content_id = "" };
	struct pg_rows rows = PG_ROWS_NONE;
	int64_t apart, resend;
	size_t len;
	enum verdict v;

	v = pg_ask(pg,
		"select " LOT_COLUMNS ", o.apart, o.resend_letters, j.oin, "
		"exists (select from attempt a where a.lot_no = o.number "
		"and a.number <> $2 and a.posts + a.agains > 0) "
		"from lot o join job j on j.number = o.job_no "
		"where o.number = $1",
		PG_ARGS(PG_N(pg_int(found, 0, 0)), PG_N(pg_int(found, 0, 1))),
		&rows, why);
	if (v != V_OK)
		return v;
	assert(rows.count == 1);
	lot_read(&rows, 0, mem, &o.lot);
	apart = pg_int(&rows, 0, LOT_COLUMN_COUNT);
	resend = pg_int(&rows, 0, LOT_COLUMN_COUNT + 1);
	o.oin = pg_text(&rows, 0, LOT_COLUMN_COUNT + 2, mem);
	o.offered_before = pg_bool(&rows, 0, LOT_COLUMN_COUNT + 3);
	pg_rows_done(&rows);
	o.nth = o.lot.attempts + 1;
	o.letters = o.lot.state == LOT_SETTLED ? resend : o.lot.letters - apart;
	o.attempt = pg_int(found, 0, 1);
	if (o.attempt != 0) {
		o.nth = (int)pg_int(found, 0, 2);
		o.message_id = pg_text(found, 0, 3, mem);
		o.conversation_id = pg_text(found, 0, 4, mem);
		o.envelope = pg_bytes(found, 0, 5, &len);
		o.envelope = arena_text(mem, o.envelope, len);
		o.envelope_len = len;
		o.content_id = pg_text(found, 0, 6, mem);
		o.created_ms = pg_int(found, 0, 7);
		o.expires_ms = pg_int(found, 0, 8);
		o.posts = (int)pg_int(found, 0, 9);
		o.letters = pg_int(found, 0, 10);
		o.payload_bytes = pg_int(found, 0, 11);
		pg_fixed(found, 0, 12, o.payload_sha256,
			sizeof(o.payload_sha256));
		o.cpa_id = pg_text(found, 0, 13, mem);
	}
	*out = o;
	return V_OK;
}

static enum verdict
find_retry(struct pg *pg, const char *endpoint, int64_t now_ms,
	struct pg_rows *rows_out, struct fault *why)
{
	return pg_ask(pg,
		"select a.lot_no, a.number, a.nth, a.message_id, "
		"a.conversation_id, a.envelope, a.content_id, a.created_ms, "
		"a.expires_ms, a.posts, a.letters, a.payload_bytes, "
		"a.payload_sha256, a.cpa_id from attempt a "
		"join lot o on o.number = a.lot_no "
		"join job j on j.number = o.job_no "
		"where a.endpoint = $1 and a.state = 2 "
		"and a.next_post_ms > 0 and a.next_post_ms <= $2 "
		"and (a.expires_ms > $2 or (a.expires_ms = 0 "
		"and a.posts + a.agains = 0)) "
		"and j.state in (6, 7) and not " JOB_J_STOPPED
		"and " ATTEMPT_A_UNANSWERED
		"order by a.next_post_ms, a.number limit 1",
		PG_ARGS(PG_T(endpoint), PG_N(now_ms)), rows_out, why);
}

/* What was offered before goes first; then the job with the fewest letters
 * still to go, so that a small one overtakes a large one at the next lot.
 */
static enum verdict
find_lot(struct pg *pg, const char *endpoint, int64_t now_ms,
	struct pg_rows *rows_out, struct fault *why)
{
	return pg_ask(pg,
		"select o.number, 0::bigint from lot o "
		"join job j on j.number = o.job_no "
		"where (o.state in (1, 7) or o.resend_letters > 0) "
		"and j.endpoint = $1 and j.state in (6, 7) and not o.print "
		"and not " JOB_J_STOPPED
		"and ((o.state in (1, 7) and o.letters > o.apart "
		"and o.due_ms <= $2) or (o.state = 4 and o.resend_letters > 0 "
		"and o.resend_ms <= $2)) "
		"and not exists (select from attempt a "
		"where a.lot_no = o.number and a.state in (1, 2)) "
		"order by o.state = 1, j.n_box, o.number limit 1",
		PG_ARGS(PG_T(endpoint), PG_N(now_ms)), rows_out, why);
}

/* When will something be due? */
static enum verdict
find_next(struct pg *pg, const char *endpoint, int64_t now_ms,
	int64_t *next_ms_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(pg,
		"select min(t) from (select a.next_post_ms as t "
		"from attempt a join lot o on o.number = a.lot_no "
		"join job j on j.number = o.job_no "
		"where a.endpoint = $1 and a.state = 2 "
		"and a.next_post_ms > $2 and j.state in (6, 7) "
		"and not " JOB_J_STOPPED
		"union all select case when o.state = 4 then o.resend_ms "
		"else o.due_ms end from lot o "
		"join job j on j.number = o.job_no "
		"where (o.state in (1, 7) or o.resend_letters > 0) "
		"and j.endpoint = $1 and j.state in (6, 7) and not o.print "
		"and not " JOB_J_STOPPED
		"and case when o.state = 4 then o.resend_ms else o.due_ms end "
		"> $2) n",
		PG_ARGS(PG_T(endpoint), PG_N(now_ms)), &rows, why);
	if (v != V_OK)
		return v;
	*next_ms_out = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	return V_OK;
}

enum verdict
store_offer_next(struct store *store, const char *endpoint,
	const struct offer_rules *rules, int64_t now_ms, struct arena *mem,
	struct offer *offer_out, int64_t *next_ms_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct pg *pg = store->pg;
	enum verdict v;

	if (rules->closed) {
		*next_ms_out = rules->opens_ms;
		return V_END;
	}
	v = find_retry(pg, endpoint, now_ms, &rows, why);
	if (v == V_OK && rows.count == 0) {
		pg_rows_done(&rows);
		v = find_lot(pg, endpoint, now_ms, &rows, why);
	}
	if (v == V_OK && rows.count > 0)
		v = fill(pg, &rows, mem, offer_out, why);
	else if (v == V_OK) {
		v = find_next(pg, endpoint, now_ms, next_ms_out, why);
		if (v == V_OK)
			v = V_END;
	}
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_offer_rest(struct store *store, const struct offer *offer,
	int64_t until_ms, const char *reason, struct fault *why)
{
	struct pg *pg = store->pg;
	enum verdict v = pg_begin(pg, why);

	if (v == V_OK && offer->attempt != 0)
		v = pg_do(pg,
			"update attempt set next_post_ms = $2, reason = $3 "
			"where number = $1 and state = 2",
			PG_ARGS(PG_N(offer->attempt), PG_N(until_ms),
				PG_T(reason)),
			NULL, why);
	else if (v == V_OK)
		v = pg_do(pg,
			"update lot set due_ms = $2, resend_ms = $2 "
			"where number = $1",
			PG_ARGS(PG_N(offer->lot.number), PG_N(until_ms)), NULL,
			why);
	if (v == V_OK)
		v = pg_do(pg, "update lot set reason = $2 where number = $1",
			PG_ARGS(PG_N(offer->lot.number), PG_T(reason)), NULL,
			why);
	return pg_end(pg, v, why);
}

/* In the order that everybody locks in: lots, then attempts. */
enum verdict
store_stream_rest(struct store *store, const char *endpoint, const char *stream,
	int64_t until_ms, const char *reason, struct fault *why)
{
	struct pg *pg = store->pg;
	enum verdict v = pg_begin(pg, why);

	if (v == V_OK)
		v = pg_do(pg,
			"update lot o set reason = $4, "
			"due_ms = greatest(o.due_ms, $3), resend_ms = "
			"case when o.resend_letters > 0 "
			"then greatest(o.resend_ms, $3) else o.resend_ms end "
			"from job j where j.number = o.job_no "
			"and j.endpoint = $1 and j.stream = $2 "
			"and j.state in (6, 7) and not o.print "
			"and (o.state in (1, 7) or o.resend_letters > 0 "
			"or exists (select from attempt a "
			"where a.lot_no = o.number and a.state = 2 "
			"and a.next_post_ms > 0 and a.next_post_ms < $3))",
			PG_ARGS(PG_T(endpoint), PG_T(stream), PG_N(until_ms),
				PG_T(reason)),
			NULL, why);
	if (v == V_OK)
		v = pg_do(pg,
			"update attempt a set next_post_ms = $3 "
			"from lot o join job j on j.number = o.job_no "
			"where o.number = a.lot_no and a.endpoint = $1 "
			"and a.state = 2 and j.stream = $2 "
			"and a.next_post_ms > 0 and a.next_post_ms < $3",
			PG_ARGS(PG_T(endpoint), PG_T(stream), PG_N(until_ms)),
			NULL, why);
	return pg_end(pg, v, why);
}

enum verdict
store_offers_note(struct store *store, const struct store_part *endpoints,
	const char *reason, int64_t *count_out, struct fault *why)
{
	struct buf names = BUF_MAX(PART_TEXT_MAX);
	enum verdict v;

	part_names(endpoints, &names);
	v = pg_do(store->pg,
		"update lot o set reason = $3 from job j "
		"where j.number = o.job_no and not o.print "
		"and (o.state in (1, 7) or o.resend_letters > 0 "
		"or exists (select from attempt a where a.lot_no = o.number "
		"and a.state in (1, 2))) "
		"and j.state in (6, 7) and o.reason <> $3 "
		"and " PART_HAS("j.endpoint"),
		PG_ARGS(PG_T(names.bytes), PG_N(endpoints->others ? 1 : 0),
			PG_T(reason)),
		count_out, why);
	buf_done(&names);
	return v;
}

/* --- letters --- */

/* The attempt as kept, or as it would be made now. */
static enum verdict
attempt_of(struct pg *pg, const struct offer *offer, struct attempt *out,
	struct fault *why)
{
	if (offer->attempt != 0)
		return attempt_lock(pg, offer->attempt, out, why);
	*out = (struct attempt){ .lot_no = offer->lot.number,
		.mark = INT64_MAX,
		.part = offer->lot.state == LOT_SETTLED };
	return V_OK;
}

enum verdict
store_offer_letters(struct store *store, const struct offer *offer,
	struct arena *mem, struct letter **letters_out, size_t *count_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct attempt attempt;
	struct job_row job;
	enum verdict v;

	v = attempt_of(store->pg, offer, &attempt, why);
	if (v == V_OK)
		v = job_peek(store->pg, offer->lot.job, &job, why);
	if (v == V_OK)
		v = attempt_letters(
			store->pg, &attempt, &job, LETTER_COLUMNS, &rows, why);
	if (v == V_OK && rows.count != offer->letters)
		v = fault_set(why, V_BROKEN, CODE_BUG,
			"lot %" PRId64 ": %d letters found, %" PRId64
			" expected",
			offer->lot.number, rows.count, offer->letters);
	if (v == V_OK)
		v = letters_read(&rows, mem, letters_out, count_out, why);
	pg_rows_done(&rows);
	return v;
}

/* --- begin --- */

static enum verdict
changed_meanwhile(struct fault *why, int64_t *wait_ms_out)
{
	*wait_ms_out = 1;
	return fault_set(why, V_LATER, CODE_NONE, "the lot changed meanwhile");
}

static enum verdict
begin_retry(struct pg *pg, const struct offer *offer, int64_t *wait_ms_out,
	struct fault *why)
{
	int64_t changed = 0;
	enum verdict v;

	v = pg_do(pg,
		"update attempt set state = 1, next_post_ms = $2, "
		"payload_sha256 = $3 where number = $1 and state = 2",
		PG_ARGS(PG_N(offer->attempt), PG_N(offer->next_ms),
			PG_B(offer->payload_sha256, 32)),
		&changed, why);
	if (v == V_OK && changed != 1)
		v = changed_meanwhile(why, wait_ms_out);
	return v;
}

static enum verdict
insert_attempt(struct pg *pg, struct offer *offer, const struct lot_row *lot,
	int64_t now_ms, int64_t *number_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(pg,
		"insert into attempt (lot_no, endpoint, nth, message_id, "
		"conversation_id, content_id, envelope, created_ms, "
		"expires_ms, begun_ms, state, payload_bytes, payload_sha256, "
		"letters, part_of_lot, receipt_mark, cpa_id, next_post_ms, "
		"parties) "
		"select number, $2, attempts + 1, $3, $4, $5, $6, $7, $8, $9, "
		"1, $10, $11, $12, $13::int = 1, coalesce((select "
		"max(r.number) from receipt r "
		"where r.job_no = lot.job_no and r.lot_no = lot.number), 0), "
		"$14, $15, $16 from lot where number = $1 "
		"returning number, nth",
		PG_ARGS(PG_N(lot->number), PG_T(offer->lot.endpoint),
			PG_T(offer->message_id), PG_T(offer->conversation_id),
			PG_T(offer->content_id == NULL ? ""
						       : offer->content_id),
			PG_B(offer->envelope, offer->envelope_len),
			PG_N(offer->created_ms), PG_N(offer->expires_ms),
			PG_N(now_ms), PG_N(offer->payload_bytes),
			PG_B(offer->payload_sha256, 32), PG_N(offer->letters),
			PG_N(lot->state == LOT_SETTLED ? 1 : 0),
			PG_T(offer->cpa_id == NULL ? "" : offer->cpa_id),
			PG_N(offer->next_ms),
			PG_T(offer->parties == NULL ? "" : offer->parties)),
		&rows, why);
	if (v != V_OK)
		return v;
	*number_out = pg_int(&rows, 0, 0);
	offer->nth = (int)pg_int(&rows, 0, 1);
	pg_rows_done(&rows);
	return pg_do(pg,
		"update lot set attempts = attempts + 1 where number = $1",
		PG_ARGS(PG_N(lot->number)), NULL, why);
}

/* The letters that wait get a receipt that says they are offered. */
static enum verdict
offer_part(struct pg *pg, struct lot_row *lot, int64_t attempt, int64_t now_ms,
	struct counts *counts, struct fault *why)
{
	int64_t resend = 0, unknown = 0;
	enum verdict v;

	v = receipts_turn(pg, lot, LETTER_RESEND, 0, LETTER_OFFERED, attempt,
		CODE_NONE, now_ms, &resend, why);
	if (v == V_OK)
		v = receipts_turn(pg, lot, LETTER_UNKNOWN, 0, LETTER_OFFERED,
			attempt, CODE_NONE, now_ms, &unknown, why);
	if (v != V_OK)
		return v;
	counts_move(counts, LETTER_RESEND, LETTER_OFFERED, resend);
	counts_move(counts, LETTER_UNKNOWN, LETTER_OFFERED, unknown);
	if (resend + unknown != lot->resend_letters)
		return fault_set(why, V_BROKEN, CODE_BUG,
			"lot %" PRId64 ": %" PRId64
			" letters to resend, %" PRId64 " counted",
			lot->number, resend + unknown, lot->resend_letters);
	lot->resend_letters = 0;
	return pg_do(pg, "update lot set resend_letters = 0 where number = $1",
		PG_ARGS(PG_N(lot->number)), NULL, why);
}

static enum verdict
begin_new(struct pg *pg, struct offer *offer, const struct lot_row *now,
	int64_t *number_out, struct fault *why)
{
	struct counts counts = COUNTS_NONE;
	struct lot_row lot = *now;
	int64_t now_ms = 0;
	enum verdict v = pg_now_ms(pg, &now_ms, why);

	if (v == V_OK)
		v = insert_attempt(pg, offer, &lot, now_ms, number_out, why);
	if (v == V_OK && lot.state == LOT_SETTLED)
		v = offer_part(pg, &lot, *number_out, now_ms, &counts, why);
	else if (v == V_OK)
		v = lot_step(pg, &lot, LOT_OFFERED, "", &counts, why);
	return v == V_OK ? counts_write(pg, lot.job_no, &counts, why) : v;
}

/* Is the lot still what store_offer_next() saw?  Locks lot and job. */
static enum verdict
check_lot(struct pg *pg, const struct offer *offer, struct lot_row *lot,
	int64_t *wait_ms_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct job_row job;
	int64_t letters;
	bool open, stopped = false;
	enum verdict v = lot_lock(pg, offer->lot.number, lot, &job, why);

	if (v == V_OK)
		v = stop_check(pg, job.number, &stopped, why);
	if (v == V_OK)
		v = pg_ask(pg,
			"select from attempt where lot_no = $1 "
			"and state in (1, 2) and number <> $2 limit 1",
			PG_ARGS(PG_N(lot->number), PG_N(offer->attempt)), &rows,
			why);
	if (v != V_OK)
		return v;
	open = rows.count > 0;
	pg_rows_done(&rows);
	letters = lot->state == LOT_SETTLED ? lot->resend_letters
					    : lot->letters - lot->apart;
	if (open || stopped ||
		(job.state != JOB_SENDING && job.state != JOB_AWAITING))
		return changed_meanwhile(why, wait_ms_out);
	if (offer->attempt == 0 &&
		(lot->state != offer->lot.state || letters != offer->letters))
		return changed_meanwhile(why, wait_ms_out);
	return V_OK;
}

enum verdict
store_offer_begin(struct store *store, struct offer *offer,
	const struct offer_rules *rules, int64_t *wait_ms_out,
	struct fault *why)
{
	struct pg *pg = store->pg;
	int64_t number = offer->attempt;
	struct lot_row lot;
	enum verdict v;

	assert(offer->letters > 0);
	v = allowance_mend(pg, offer->lot.endpoint, rules->per_hour, why);
	if (v == V_OK)
		v = pg_begin(pg, why);
	if (v == V_OK)
		v = stop_lock_shared(pg, why);
	if (v == V_OK)
		v = allowance_lock(pg, offer->lot.endpoint, why);
	if (v == V_OK)
		v = check_lot(pg, offer, &lot, wait_ms_out, why);
	if (v == V_OK)
		v = allowance_take(pg, offer->lot.endpoint, offer->attempt, 0,
			offer->letters, rules->per_hour, rules->in_flight,
			wait_ms_out, why);
	if (v == V_OK && number != 0)
		v = begin_retry(pg, offer, wait_ms_out, why);
	else if (v == V_OK)
		v = begin_new(pg, offer, &lot, &number, why);
	v = pg_end(pg, v, why);
	if (v == V_OK)
		offer->attempt = number;
	return v;
}
