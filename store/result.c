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

#include "base/digest.h"
#include "store/books.h"

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
	uint8_t *declined;	 /* per letter of the attempt: 1, or 0 */
	int64_t resend, waiting; /* letters that wait now, and did before */
	int64_t second_opinions;
	int64_t tries; /* of this lot that left, this one included; 0: unasked */
	bool again;    /* a second result of this attempt */
};

/* Columns of load_letters(). */
enum {
	RECORD,
	ID,
	OWN,	  /* state of its own receipt, null when it has none */
	OWN_CODE, /* and what that says */
	MOVED,	  /* it has a place in a later lot */
	PUBLISH,  /* day, null */
	PAPER,	  /* enum paper_reason */
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

static bool
may_resend(const struct applying *a)
{
	return a->tries <= a->in->resends;
}

/* What the result makes of letter `row`; *due_ms_out: when it is held only
 * until its publication date has come near.
 */
static enum letter_state
state_of(const struct applying *a, int row, const struct result_letter *l,
	int64_t *due_ms_out)
{
	*due_ms_out = 0;
	if (l == NULL)
		return a->in->unlisted_delivered ? LETTER_DELIVERED
						 : LETTER_HELD;
	switch (l->act) {
	case RECEIPT_DELIVERED:
		return LETTER_DELIVERED;
	case RECEIPT_PAPER:
		return LETTER_PAPER;
	case RECEIPT_RESEND:
		return may_resend(a) ? LETTER_RESEND : LETTER_HELD;
	case RECEIPT_RESEND_DATED:
		if (may_resend(a) && !pg_null(&a->letters, row, PUBLISH))
			*due_ms_out = receipt_publish_from_ms(
				(int32_t)pg_int(&a->letters, row, PUBLISH));
		break;
	case RECEIPT_HOLD_LETTER:
	case RECEIPT_HOLD_STREAM:
		break;
	}
	return LETTER_HELD;
}

/* May a letter in state `from`, for reason `code`, become `to` by this result?
 */
static bool
changes(enum letter_state from, enum code code, enum letter_state to)
{
	switch (from) {
	case LETTER_BOX: /* cut again, and received after all */
	case LETTER_OFFERED:
	case LETTER_UNKNOWN:
	case LETTER_RESEND:
		return true;
	case LETTER_HELD:
		/* What the box says it has never goes on paper by itself. */
		return to == LETTER_DELIVERED ||
		       (to == LETTER_PAPER && code != CODE_EXISTS &&
			       code != CODE_RESULT_OTHER);
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

static void
add_receipt(struct applying *a, int row, enum letter_state from,
	enum letter_state to, enum code code, const struct result_letter *l)
{
	a->rows[a->row_count++] =
		(struct receipt_row){ .record =
					      pg_int(&a->letters, row, RECORD),
			.state = to,
			.code = code,
			.wire_code = l == NULL ? "" : l->wire_code,
			.stage = l == NULL ? "" : l->stage,
			.first = pg_null(&a->letters, row, OWN) };
	counts_move(&a->counts, from, to, 1);
	a->counts.declined +=
		(to == LETTER_PAPER ? 1 : 0) - (from == LETTER_PAPER ? 1 : 0);
}

/* Did a person say what becomes of it?  What he wants to be offered again ends
 * by the next result.
 */
static bool
by_person(const struct applying *a, int row)
{
	return decision_made((enum code)pg_int(&a->letters, row, OWN_CODE)) &&
	       pg_int(&a->letters, row, OWN) != LETTER_RESEND;
}

/* Another result about this letter was applied before, or it has gone on, or a
 * person decided about it.
 */
static void
second_opinion(struct applying *a, int row, enum letter_state from,
	enum letter_state to, const struct result_letter *l)
{
	bool person = by_person(a, row);

	if (from == to)
		return;
	if (from == LETTER_DELIVERED || to == LETTER_DELIVERED ||
		pg_bool(&a->letters, row, MOVED) ||
		(a->again && (from == LETTER_PAPER || from == LETTER_HELD)))
		a->second_opinions++;
	/* Never both: not on paper while one says that the box took it. */
	if ((a->again || person) && from == LETTER_PAPER &&
		to == LETTER_DELIVERED && !pg_bool(&a->letters, row, MOVED)) {
		add_receipt(a, row, from, LETTER_HELD,
			person ? CODE_OPINION : CODE_RESULT_OTHER, l);
		a->counts.declined += person ? 1 : 0; /* it never was */
	}
}

/* What is for the box only is never printed. */
static void
never_paper(const struct applying *a, int row, enum letter_state *to,
	enum code *code)
{
	const enum paper_reason paper =
		(enum paper_reason)pg_int(&a->letters, row, PAPER);

	if (*to != LETTER_PAPER || !paper_never(paper))
		return;
	*to = paper == PAPER_BACK ? LETTER_WITHDRAWN : LETTER_HELD;
	*code = CODE_BOX_ONLY;
}

/* One letter of the attempt. */
static void
apply_letter(struct applying *a, int row)
{
	struct uuid id = pg_uuid(&a->letters, row, ID);
	const struct result_letter *l = listed(a, &id);
	enum letter_state own =
		(enum letter_state)pg_int(&a->letters, row, OWN);
	enum letter_state from = own != 0 ? own : lot_letters_are(&a->lot);
	bool follows = own == 0 && a->lot.state != LOT_SETTLED && !a->again;
	enum code code = l == NULL ? CODE_NONE : l->code;
	int64_t due_ms;
	enum letter_state to = state_of(a, row, l, &due_ms);

	if (l == NULL && to == LETTER_HELD)
		code = CODE_RESULT_COUNTS;
	never_paper(a, row, &to, &code);
	/* What is offered again has no outcome yet: an outage of the other side
	 * ends by itself.
	 */
	a->declined[row] =
		to == LETTER_DELIVERED || to == LETTER_RESEND ? 0 : 1;
	/* A letter that follows its lot would become delivered with it. */
	if (a->again || pg_bool(&a->letters, row, MOVED) || by_person(a, row) ||
		(!follows &&
			!changes(from,
				(enum code)pg_int(&a->letters, row, OWN_CODE),
				to))) {
		second_opinion(a, row, from, to, l);
		return;
	}
	if (from == LETTER_RESEND || from == LETTER_UNKNOWN)
		a->waiting += own != 0 ? 1 : 0;
	a->resend += to == LETTER_RESEND ? 1 : 0;
	if (to == LETTER_DELIVERED && code == CODE_EXISTS)
		a->counts.known++;
	if (follows && to == LETTER_DELIVERED && code == CODE_NONE)
		return; /* with the lot */
	add_receipt(a, row, from, to, code, l);
	a->rows[a->row_count - 1].due_ms = due_ms;
}

static enum verdict
load_letters(struct applying *a, struct fault *why)
{
	return attempt_letters(a->pg, &a->attempt, &a->job,
		"p.record, l.bericht_id, x.state, x.code, "
		"(select max(q.lot_no) from place q where q.job_no = p.job_no "
		"and q.record = p.record) > p.lot_no, l.publish, l.paper",
		&a->letters, why);
}

static enum verdict
apply_letters(struct applying *a, struct fault *why)
{
	size_t n = a->in->letter_count, i;
	int row;

	a->sorted = mem_new((n + 1) * sizeof(a->sorted[0]));
	for (i = 0; i < n; i++)
		a->sorted[i] = &a->in->letters[i];
	qsort(a->sorted, n, sizeof(a->sorted[0]), by_id);
	a->rows = mem_new(((size_t)a->letters.count + 1) * sizeof(a->rows[0]));
	a->declined = mem_zero((size_t)a->letters.count + 1, 1);
	for (row = 0; row < a->letters.count; row++)
		apply_letter(a, row);
	return receipts_write(a->pg, &a->lot, a->job.number, a->attempt.number,
		a->rows, a->row_count, a->in->now_ms, why);
}

static enum verdict
count_tries(struct applying *a, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;
	size_t i;

	for (i = 0; i < a->in->letter_count; i++)
		if (a->in->letters[i].act == RECEIPT_RESEND ||
			a->in->letters[i].act == RECEIPT_RESEND_DATED)
			break;
	if (i == a->in->letter_count)
		return V_OK; /* nobody asks */
	v = pg_ask(a->pg,
		"select count(*) from attempt "
		"where lot_no = $1 and (posts + agains > 0 or number = $2)",
		PG_ARGS(PG_N(a->lot.number), PG_N(a->attempt.number)), &rows,
		why);
	if (v != V_OK)
		return v;
	a->tries = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	return V_OK;
}

/* --- the lot, the job, the counters --- */

static enum verdict
settle_lot(struct applying *a, struct fault *why)
{
	int64_t due_ms = 0;
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
	if (a->resend > 0)
		due_ms = a->in->now_ms + receipt_pause_ms(a->in->pause_ms,
						 a->in->pause_max_ms, a->tries);
	return pg_do(a->pg,
		"update lot set resend_letters = resend_letters + $2, "
		"resend_ms = case when $3::bigint > 0 then $3::bigint "
		"else resend_ms end "
		"where number = $1",
		PG_ARGS(PG_N(a->lot.number), PG_N(a->resend - a->waiting),
			PG_N(due_ms)),
		NULL, why);
}

static enum verdict
keep_counters(struct applying *a, bool applied, struct fault *why)
{
	const struct receipt *receipt = a->in->receipt;

	if (applied) {
		a->counts.their_total += receipt->total;
		a->counts.their_delivered += receipt->counters[0];
	}
	return attempt_counters(a->pg, &a->attempt, receipt,
		a->in->unlisted_delivered, applied ? a->counts.known : 0,
		applied ? a->in->now_ms : 0, why);
}

/* --- the stream --- */

/* The word that stops it. */
static const char *
stopping(const struct result_apply *in)
{
	const struct receipt *receipt = in->receipt;
	enum code code;
	size_t i;

	for (i = 0; i < receipt->line_count; i++)
		if (receipt_act(receipt->lines[i].code, false, &code) ==
			RECEIPT_HOLD_STREAM)
			return receipt->lines[i].code;
	return "";
}

/* It is misconfigured: nothing more of it leaves, and what said so is kept. */
static enum verdict
stop_stream(
	struct applying *a, const struct inbound *message, struct fault *why)
{
	char reason[300];
	enum verdict v;

	snprintf(reason, sizeof(reason),
		"the other side says that the stream is misconfigured: %.60s "
		"(lot %" PRId64 " of job %s; kept as evidence: the result with "
		"MessageId %.100s)",
		stopping(a->in), a->lot.number, a->job.id, message->message_id);
	v = pg_do(a->pg,
		"update inbound set evidence = true where message_id = $1",
		PG_ARGS(PG_T(message->message_id)), NULL, why);
	if (v == V_OK)
		v = stop_put(a->pg, STOP_STREAM, a->in->match->place,
			CODE_STREAM_WRONG, reason, "automatic", a->in->now_ms,
			NULL, why);
	return v;
}

/* Too many declined: the stream stops as well. */
static enum verdict
count_declines(struct applying *a, struct fault *why)
{
	struct fault reason = FAULT_NONE;
	enum verdict v;

	if (a->in->decline_window == 0)
		return V_OK;
	v = declines_add(a->pg, a->in->match->place, a->in->decline_window,
		a->in->decline_limit, a->declined, (size_t)a->letters.count,
		&reason, why);
	if (v == V_OK && reason.code != CODE_NONE)
		v = stop_put(a->pg, STOP_STREAM, a->in->match->place,
			reason.code, reason.text, "automatic", a->in->now_ms,
			NULL, why);
	return v;
}

static enum verdict
note(struct applying *a, struct fault *why)
{
	const struct receipt *r = a->in->receipt;

	return event_put(a->pg, a->in->now_ms, a->job.id, "automatic",
		a->again ? "second result" : "result", why,
		"lot %" PRId64 " attempt %d: total %" PRId64
		", delivered %" PRId64 ", %zu exceptions of ours",
		a->lot.number, a->attempt.nth, r->total, r->counters[0],
		a->row_count);
}

static enum verdict
note_opinions(struct applying *a, struct fault *why)
{
	enum verdict v;

	if (a->second_opinions == 0)
		return V_OK;
	v = pg_do(a->pg,
		"update attempt set opinions = greatest(opinions, $2) "
		"where number = $1",
		PG_ARGS(PG_N(a->attempt.number), PG_N(a->second_opinions)),
		NULL, why);
	if (v == V_OK)
		v = event_put(a->pg, a->in->now_ms, a->job.id, "automatic",
			"second opinion", why,
			"lot %" PRId64 " attempt %d: MOBB-%04d it says "
			"something else than was known about %" PRId64
			" letters; not applied, a person should look",
			a->lot.number, a->attempt.nth, (int)CODE_RESULT_OTHER,
			a->second_opinions);
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
apply_all(struct applying *a, const struct inbound *message, struct fault *why)
{
	enum verdict v;

	/* A result counts as the acknowledgment. */
	v = attempt_acknowledge(
		a->pg, &a->attempt, &a->lot, a->in->now_ms, &a->counts, why);
	if (v == V_OK && a->in->stop)
		v = stop_stream(a, message, why);
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
	if (v == V_OK)
		v = count_declines(a, why);
	if (v == V_OK)
		v = note(a, why);
	return v == V_OK ? note_opinions(a, why) : v;
}

/* One result of this attempt was applied.  The same once more is nothing new;
 * another one is compared with it letter by letter.
 */
static enum verdict
apply_again(struct applying *a, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	uint8_t digest[DIGEST_BYTES], before[DIGEST_BYTES];
	enum verdict v;

	v = pg_ask(a->pg, "select result_sha256 from attempt where number = $1",
		PG_ARGS(PG_N(a->attempt.number)), &rows, why);
	if (v != V_OK)
		return v;
	pg_fixed(&rows, 0, 0, before, sizeof(before));
	pg_rows_done(&rows);
	receipt_digest(a->in->receipt, digest);
	if (memcmp(before, digest, sizeof(digest)) == 0)
		return V_OK;
	a->again = true;
	if (a->in->contradiction != NULL)
		return event_put(a->pg, a->in->now_ms, a->job.id, "automatic",
			"second result", why,
			"lot %" PRId64 " attempt %d: not applied, the first "
			"one stands: %s",
			a->lot.number, a->attempt.nth, a->in->contradiction);
	v = count_tries(a, why);
	if (v == V_OK)
		v = apply_letters(a, why);
	if (v == V_OK && a->second_opinions > 0)
		v = note(a, why);
	return v == V_OK ? note_opinions(a, why) : v;
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
apply_checked(struct applying *a, struct result_apply *checked,
	const struct inbound *message, struct fault *why)
{
	enum verdict v = V_OK;

	if (checked->contradiction == NULL && checked->match->other_batch)
		checked->contradiction =
			"the result names the BatchID of another lot";
	if (checked->contradiction == NULL)
		v = load_letters(a, why);
	if (v == V_OK && checked->contradiction == NULL && names_a_stranger(a))
		checked->contradiction =
			"the result names a letter that was not in the lot";
	if (v != V_OK)
		return v;
	return a->attempt.result ? apply_again(a, why)
				 : apply_all(a, message, why);
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
	if (v == V_OK && !already)
		v = apply_checked(&a, &checked, in, why);
	if (v == V_OK)
		v = counts_write(a.pg, a.job.number, &a.counts, why);
	pg_rows_done(&a.letters);
	free(a.sorted);
	free(a.rows);
	free(a.declined);
	return pg_end(a.pg, v, why);
}
