/* store/result.c - the other side's result, applied once
 *
 * Delivered is what the letters of a settled lot are; only exceptions get a
 * receipt.  A late result of an earlier attempt settles the lot as well; what
 * has an end, or went on to paper, is not changed by a second opinion, which
 * is noted for a person.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/books.h"

#define COUNTERS_TEXT_MAX 160

/* --- which attempt --- */

static enum verdict
find_attempt(struct pg *pg, const char *sql, const struct pg_arg *args,
	int64_t *number_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v = pg_ask(pg, sql, args, &rows, why);

	if (v != V_OK)
		return v;
	*number_out = rows.count > 0 ? pg_int(&rows, 0, 0) : 0;
	pg_rows_done(&rows);
	return V_OK;
}

static enum verdict
find(struct pg *pg, const struct inbound *in, const struct uuid *batch_id,
	int64_t *number_out, struct fault *why)
{
	int64_t number = 0;
	enum verdict v = V_OK;

	if (in->ref_to != NULL && in->ref_to[0] != '\0')
		v = find_attempt(pg,
			"select number from attempt where message_id = $1 "
			"and " ATTEMPT_OF_PARTIES("$2", "$3"),
			PG_ARGS(PG_T(in->ref_to), PG_T(in->cpa_id),
				PG_T(in->parties)),
			&number, why);
	if (v == V_OK && number == 0 && in->conversation_id != NULL &&
		in->conversation_id[0] != '\0')
		v = find_attempt(pg,
			"select number from attempt where conversation_id = $1 "
			"and " ATTEMPT_OF_PARTIES(
				"$2", "$3") " order by number desc limit 1",
			PG_ARGS(PG_T(in->conversation_id), PG_T(in->cpa_id),
				PG_T(in->parties)),
			&number, why);
	if (v == V_OK && number == 0)
		v = find_attempt(pg,
			"select a.number from attempt a "
			"join lot o on o.number = a.lot_no "
			"where o.batch_id = $1 and not o.print "
			"and " ATTEMPT_OF_PARTIES(
				"$2", "$3") " order by a.number desc limit 1",
			PG_ARGS(PG_U(batch_id), PG_T(in->cpa_id),
				PG_T(in->parties)),
			&number, why);
	if (v == V_OK && number == 0)
		v = fault_set(why, V_SKIP, CODE_RESULT,
			"the result belongs to no lot of ours");
	if (v == V_OK)
		*number_out = number;
	return v;
}

enum verdict
store_result_match(struct store *store, const struct inbound *in,
	const struct uuid *batch_id, struct arena *mem,
	struct result_match *match_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct pg *pg = store->pg;
	struct result_match match;
	int64_t number = 0;
	enum verdict v;

	v = find(pg, in, batch_id, &number, why);
	/* Nothing is locked, for what is decided by it is looked at again when
	 * it is applied.
	 */
	if (v == V_OK)
		v = pg_ask(pg,
			"select a.lot_no, a.letters, a.result_ms, j.id, "
			"j.stream, exists (select from attempt e "
			"where e.lot_no = a.lot_no and e.number <> a.number "
			"and e.posts + e.agains > 0) from attempt a "
			"join lot o on o.number = a.lot_no "
			"join job j on j.number = o.job_no "
			"where a.number = $1",
			PG_ARGS(PG_N(number)), &rows, why);
	if (v != V_OK)
		return v;
	assert(rows.count == 1);
	match = (struct result_match){ .attempt = number,
		.lot = pg_int(&rows, 0, 0),
		.letters = pg_int(&rows, 0, 1),
		.settled = pg_int(&rows, 0, 2) != 0,
		.stream = pg_text(&rows, 0, 4, mem),
		.offered_before = pg_bool(&rows, 0, 5) };
	pg_word(&rows, 0, 3, match.job, sizeof(match.job));
	pg_rows_done(&rows);
	*match_out = match;
	return V_OK;
}

/* --- what each letter becomes --- */

struct applying {
	struct pg *pg;
	const struct result_apply *in;
	struct attempt attempt;
	struct lot_row lot;
	struct job_row job;
	struct counts counts;
	struct pg_rows letters; /* of the attempt, see load_letters() */
	const struct result_letter **sorted;
	struct receipt_row *rows;
	size_t row_count;
	int64_t resend, waiting; /* letters that wait now, and did before */
	int64_t second_opinions;
	bool may_resend;
};

static int
by_id(const void *a, const void *b)
{
	const struct result_letter *const *x = a, *const *y = b;

	return memcmp((*x)->letter_id.bytes, (*y)->letter_id.bytes,
		sizeof((*x)->letter_id.bytes));
}

static const struct result_letter *
listed(const struct applying *a, const struct uuid *id)
{
	struct result_letter key = { .letter_id = *id };
	const struct result_letter *key_at = &key;
	const struct result_letter *const *found;

	if (a->in->letter_count == 0)
		return NULL;
	found = bsearch(&key_at, a->sorted, a->in->letter_count,
		sizeof(a->sorted[0]), by_id);
	return found == NULL ? NULL : *found;
}

static enum letter_state
state_of(const struct applying *a, const struct result_letter *l)
{
	if (l == NULL)
		return a->in->unlisted_delivered ? LETTER_DELIVERED
						 : LETTER_HELD;
	switch (l->act) {
	case RECEIPT_DELIVERED:
		return LETTER_DELIVERED;
	case RECEIPT_PAPER:
		return LETTER_PAPER;
	case RECEIPT_RESEND:
		return a->may_resend ? LETTER_RESEND : LETTER_HELD;
	case RECEIPT_HOLD_LETTER:
	case RECEIPT_HOLD_STREAM:
		break;
	}
	return LETTER_HELD;
}

/* May a letter in state `from` become `to` by this result? */
static bool
changes(enum letter_state from, enum letter_state to)
{
	switch (from) {
	case LETTER_BOX: /* cut again, and received after all */
	case LETTER_OFFERED:
	case LETTER_UNKNOWN:
	case LETTER_RESEND:
		return true;
	case LETTER_HELD:
		return to == LETTER_DELIVERED || to == LETTER_PAPER;
	case LETTER_PAPER:
		return to == LETTER_DELIVERED;
	case LETTER_SPLIT:
	case LETTER_DELIVERED:
	case LETTER_DECLINED:
	case LETTER_BUNDLED:
	case LETTER_HANDED_OVER:
	case LETTER_POSTED:
	case LETTER_REJECTED:
	case LETTER_WITHDRAWN:
		break;
	}
	return false;
}

/* One letter of the attempt: `own` its receipt's state, 0 when it follows the
 * lot; `moved`: it has a place in a later lot.
 */
static void
apply_letter(struct applying *a, int64_t record, const struct uuid *id,
	enum letter_state own, bool moved)
{
	const struct result_letter *l = listed(a, id);
	enum letter_state to = state_of(a, l);
	enum letter_state from = own != 0 ? own : lot_letters_are(&a->lot);
	bool follows = own == 0 && a->lot.state != LOT_SETTLED;
	enum code code = l == NULL ? CODE_NONE : l->code;

	if (l == NULL && to == LETTER_HELD)
		code = CODE_RESULT_COUNTS;
	/* A letter that follows its lot would become delivered with it. */
	if (moved || (!follows && !changes(from, to))) {
		if (from != to && (moved || from == LETTER_DELIVERED ||
					  to == LETTER_DELIVERED))
			a->second_opinions++;
		return;
	}
	if (from == LETTER_RESEND || from == LETTER_UNKNOWN)
		a->waiting += own != 0 ? 1 : 0;
	if (follows && to == LETTER_DELIVERED && code == CODE_NONE)
		return; /* with the lot */
	a->rows[a->row_count++] = (struct receipt_row){ .record = record,
		.state = to,
		.code = code,
		.wire_code = l == NULL ? "" : l->wire_code,
		.stage = l == NULL ? "" : l->stage,
		.first = own == 0 };
	counts_move(&a->counts, from, to, 1);
	a->resend += to == LETTER_RESEND ? 1 : 0;
	a->counts.declined +=
		(to == LETTER_PAPER ? 1 : 0) - (from == LETTER_PAPER ? 1 : 0);
}

/* Record, id, state of its own receipt, and whether it has a later place. */
static enum verdict
load_letters(struct applying *a, struct fault *why)
{
	return attempt_letters(a->pg, &a->attempt, &a->job,
		"p.record, l.bericht_id, x.state, (select max(q.lot_no) "
		"from place q where q.job_no = p.job_no "
		"and q.record = p.record) > p.lot_no",
		&a->letters, why);
}

static enum verdict
apply_letters(struct applying *a, struct fault *why)
{
	const struct pg_rows *rows = &a->letters;
	size_t n = a->in->letter_count, i;
	enum verdict v;
	int row;

	a->sorted = mem_new((n + 1) * sizeof(a->sorted[0]));
	for (i = 0; i < n; i++)
		a->sorted[i] = &a->in->letters[i];
	qsort(a->sorted, n, sizeof(a->sorted[0]), by_id);
	a->rows = mem_new(((size_t)rows->count + 1) * sizeof(a->rows[0]));
	for (row = 0; row < rows->count; row++) {
		struct uuid id = pg_uuid(rows, row, 1);

		apply_letter(a, pg_int(rows, row, 0), &id,
			(enum letter_state)pg_int(rows, row, 2),
			pg_bool(rows, row, 3));
	}
	v = receipts_write(a->pg, &a->lot, a->job.number, a->attempt.number,
		a->rows, a->row_count, a->in->now_ms, why);
	free(a->sorted);
	free(a->rows);
	return v;
}

/* Tries of this lot that left, this one included. */
static enum verdict
count_tries(struct applying *a, struct fault *why)
{
	int64_t tries = 0;
	enum verdict v;
	size_t i;

	for (i = 0; i < a->in->letter_count; i++)
		if (a->in->letters[i].act == RECEIPT_RESEND)
			break;
	if (i == a->in->letter_count)
		return V_OK; /* nobody asks */
	v = find_attempt(a->pg,
		"select count(*) from attempt "
		"where lot_no = $1 and (posts + agains > 0 or number = $2)",
		PG_ARGS(PG_N(a->lot.number), PG_N(a->attempt.number)), &tries,
		why);
	a->may_resend = tries <= a->in->resends;
	return v;
}

/* --- the lot, the job, the counters --- */

static enum verdict
settle_lot(struct applying *a, struct fault *why)
{
	enum verdict v = V_OK;

	if (!a->attempt.part && a->lot.state != LOT_SETTLED) {
		/* Received although we thought it was not. */
		if (a->lot.state == LOT_CUT)
			v = lot_step(a->pg, &a->lot, LOT_OFFERED, NULL,
				&a->counts, why);
		if (v == V_OK)
			v = lot_step(a->pg, &a->lot, LOT_SETTLED, "",
				&a->counts, why);
	}
	if (v != V_OK || (a->resend == 0 && a->waiting == 0))
		return v;
	return pg_do(a->pg,
		"update lot set resend_letters = resend_letters + $2, "
		"resend_ms = case when $3::int = 1 then $4 else resend_ms end "
		"where number = $1",
		PG_ARGS(PG_N(a->lot.number), PG_N(a->resend - a->waiting),
			PG_N(a->resend > 0 ? 1 : 0), PG_N(a->in->resend_ms)),
		NULL, why);
}

static void
counters_text(
	const int64_t counters[RECEIPT_COUNTERS], char out[COUNTERS_TEXT_MAX])
{
	size_t used = 0;
	int i;

	for (i = 0; i < RECEIPT_COUNTERS; i++)
		used += (size_t)snprintf(out + used, COUNTERS_TEXT_MAX - used,
			"%c%" PRId64, i == 0 ? '{' : ',', counters[i]);
	snprintf(out + used, COUNTERS_TEXT_MAX - used, "}");
}

/* What their lines say, by the same counters. */
static enum verdict
count_lines(
	struct applying *a, int64_t ours[RECEIPT_COUNTERS], struct fault *why)
{
	const struct receipt *receipt = a->in->receipt;
	struct pg_rows rows = PG_ROWS_NONE;
	size_t len, i;
	enum verdict v;
	int row;

	v = pg_ask(a->pg, "select wire_code, counter from wire_counter", NULL,
		&rows, why);
	if (v != V_OK)
		return v;
	for (i = 0; i < receipt->line_count; i++)
		for (row = 0; row < rows.count; row++) {
			int64_t at = pg_int(&rows, row, 1);

			if (strcmp(pg_bytes(&rows, row, 0, &len),
				    receipt->lines[i].code) == 0 &&
				at < RECEIPT_COUNTERS)
				ours[at]++;
		}
	pg_rows_done(&rows);
	if (a->in->unlisted_delivered)
		ours[0] += a->attempt.letters - (int64_t)receipt->line_count;
	return V_OK;
}

static enum verdict
keep_counters(struct applying *a, bool applied, struct fault *why)
{
	const struct receipt *receipt = a->in->receipt;
	int64_t counted[RECEIPT_COUNTERS] = { 0 };
	char theirs[COUNTERS_TEXT_MAX], ours[COUNTERS_TEXT_MAX];
	enum verdict v = count_lines(a, counted, why);

	if (v != V_OK)
		return v;
	counters_text(receipt->counters, theirs);
	counters_text(counted, ours);
	v = pg_do(a->pg,
		"update attempt set total = $2, counters = $3::bigint[], "
		"ours = $4::bigint[], result_ms = $5, state = $6 "
		"where number = $1",
		PG_ARGS(PG_N(a->attempt.number), PG_N(receipt->total),
			PG_T(theirs), PG_T(ours),
			PG_N(applied ? a->in->now_ms : 0),
			PG_N(ATTEMPT_RESULTED)),
		NULL, why);
	if (v == V_OK && applied) {
		a->counts.their_total += receipt->total;
		a->counts.their_delivered += receipt->counters[0];
	}
	return v;
}

/* The stream is misconfigured: nothing more of this job leaves. */
static enum verdict
hold_job(struct applying *a, struct fault *why)
{
	struct fault reason = { .code = CODE_STREAM_WRONG };
	const char *wire = "";
	enum verdict v;
	size_t i;

	if (a->job.state != JOB_SENDING && a->job.state != JOB_AWAITING)
		return V_OK;
	for (i = 0; i < a->in->letter_count; i++)
		if (a->in->letters[i].act == RECEIPT_HOLD_STREAM)
			wire = a->in->letters[i].wire_code;
	snprintf(reason.text, sizeof(reason.text),
		"the other side says the stream is misconfigured: %.60s",
		wire == NULL ? "" : wire);
	v = job_hold(a->pg, &a->job, &reason, why);
	if (v == V_OK)
		v = event_put(a->pg, a->in->now_ms, a->job.id, "automatic",
			"held", why, "MOBB-%04d %s", (int)reason.code,
			reason.text);
	return v;
}

static enum verdict
note(struct applying *a, struct fault *why)
{
	const struct receipt *r = a->in->receipt;
	enum verdict v;

	v = event_put(a->pg, a->in->now_ms, a->job.id, "automatic", "result",
		why,
		"lot %" PRId64 " attempt %d: total %" PRId64
		", delivered %" PRId64 ", %zu exceptions of ours",
		a->lot.number, a->attempt.nth, r->total, r->counters[0],
		a->row_count);
	if (v == V_OK && a->second_opinions > 0)
		v = event_put(a->pg, a->in->now_ms, a->job.id, "automatic",
			"second opinion", why,
			"lot %" PRId64 " attempt %d says something else than "
			"an earlier result about %" PRId64
			" letters; not applied, a person should look",
			a->lot.number, a->attempt.nth, a->second_opinions);
	return v;
}

static enum verdict
apply_contradiction(struct applying *a, struct fault *why)
{
	enum verdict v = keep_counters(a, false, why);

	if (v == V_OK)
		v = attempt_hold(a->pg, &a->attempt, &a->lot,
			CODE_RESULT_COUNTS, a->in->contradiction, a->in->now_ms,
			&a->counts, why);
	if (v == V_OK)
		v = event_put(a->pg, a->in->now_ms, a->job.id, "automatic",
			"result contradicts", why,
			"lot %" PRId64 " attempt %d: %s", a->lot.number,
			a->attempt.nth, a->in->contradiction);
	return v;
}

static enum verdict
apply_all(struct applying *a, struct fault *why)
{
	enum verdict v;

	/* A result counts as the acknowledgment. */
	v = attempt_acknowledge(
		a->pg, &a->attempt, &a->lot, a->in->now_ms, &a->counts, why);
	if (v != V_OK)
		return v;
	if (a->in->contradiction != NULL)
		return apply_contradiction(a, why);
	v = count_tries(a, why);
	if (v == V_OK)
		v = apply_letters(a, why);
	if (v == V_OK)
		v = settle_lot(a, why);
	if (v == V_OK)
		v = keep_counters(a, true, why);
	if (v == V_OK && a->in->hold)
		v = hold_job(a, why);
	return v == V_OK ? note(a, why) : v;
}

static int
compare_ids(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct uuid));
}

/* Does it name a letter that was not in the attempt?  Then those it does not
 * name are not the ones its counters speak of.
 */
static bool
names_a_stranger(const struct applying *a)
{
	size_t n = (size_t)a->letters.count, i;
	struct uuid *ids = mem_new((n + 1) * sizeof(*ids));
	bool stranger = false;

	for (i = 0; i < n; i++)
		ids[i] = pg_uuid(&a->letters, (int)i, 1);
	qsort(ids, n, sizeof(*ids), compare_ids);
	for (i = 0; i < a->in->letter_count && !stranger; i++)
		stranger = bsearch(&a->in->letters[i].letter_id, ids, n,
				   sizeof(*ids), compare_ids) == NULL;
	free(ids);
	return stranger;
}

/* What was decided about it, unless it speaks of letters it should not. */
static enum verdict
apply_checked(
	struct applying *a, struct result_apply *checked, struct fault *why)
{
	enum verdict v = V_OK;

	if (checked->contradiction == NULL)
		v = load_letters(a, why);
	if (v == V_OK && checked->contradiction == NULL && names_a_stranger(a))
		checked->contradiction =
			"the result names a letter that was not in the lot";
	return v == V_OK ? apply_all(a, why) : v;
}

enum verdict
store_result_apply(struct store *store, const struct inbound *in,
	const struct result_apply *apply, struct fault *why)
{
	struct result_apply checked = *apply;
	struct applying a = { .pg = store->pg,
		.in = &checked,
		.counts = COUNTS_NONE,
		.letters = PG_ROWS_NONE };
	bool already = false;
	enum verdict v;

	assert(apply->match->attempt > 0);
	v = pg_begin(a.pg, why);
	if (v == V_OK)
		v = inbound_applied(a.pg, in, &already, why);
	if (v == V_OK)
		v = attempt_lock_all(a.pg, apply->match->attempt, &a.lot,
			&a.job, &a.attempt, why);
	if (v == V_OK && !already && !a.attempt.result)
		v = apply_checked(&a, &checked, why);
	if (v == V_OK)
		v = counts_write(a.pg, a.job.number, &a.counts, why);
	pg_rows_done(&a.letters);
	return pg_end(a.pg, v, why);
}
