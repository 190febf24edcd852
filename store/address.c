/* store/address.c - see store/address.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>

#include "store/books.h"

#define PACKED_MAX 65536 /* bytes */

struct found {
	enum letter_state state;
	int64_t lot;
	enum code code;	  /* of its newest receipt, if that holds it */
	const char *wire; /* what the box said of it, "" nothing */
};

/* The letter as it is now, its job locked: who cuts a bundle locks it too. */
static enum verdict
find(struct pg *pg, const struct job_row *job, int64_t record,
	struct arena *mem, struct found *out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(pg,
		"select n.state, n.lot_no, case when x.state = 9 then x.code "
		"else 0 end, coalesce((select y.wire_code from receipt y "
		"where y.job_no = n.job_no and y.lot_no = n.lot_no "
		"and y.record = n.record and y.wire_code <> '' "
		"order by y.number desc limit 1), '') from letter_now n "
		"left join lateral (select x.state, x.code from receipt x "
		"where x.job_no = n.job_no and x.lot_no = n.lot_no "
		"and x.record = n.record order by x.number desc limit 1) x "
		"on true "
		"where n.part = $1 and n.job_no = $2 and n.record = $3",
		PG_ARGS(PG_N(job->part), PG_N(job->number), PG_N(record)),
		&rows, why);
	if (v == V_OK && rows.count == 0)
		v = fault_set(why, V_SKIP, CODE_NO_JOB, "no such letter");
	if (v == V_OK)
		*out = (struct found){ .state = (enum letter_state)pg_int(
					       &rows, 0, 0),
			.lot = pg_int(&rows, 0, 1),
			.code = (enum code)pg_int(&rows, 0, 2),
			.wire = pg_text(&rows, 0, 3, mem) };
	pg_rows_done(&rows);
	return v;
}

/* What is in a bundle, or has its end, is as it was printed. */
static enum verdict
check(const struct job_row *job, enum letter_state state, struct fault *why)
{
	switch (state) {
	case LETTER_SPLIT:
	case LETTER_BOX:
	case LETTER_PAPER:
	case LETTER_OFFERED:
	case LETTER_DECLINED:
	case LETTER_UNKNOWN:
	case LETTER_RESEND:
	case LETTER_HELD:
		if (job->state != JOB_REFUSED && job->state != JOB_CANCELLED &&
			job->state != JOB_SETTLED)
			return V_OK;
		return fault_set(why, V_SKIP, CODE_STATE, "the job is %s",
			job_word(job->state));
	case LETTER_DELIVERED:
	case LETTER_BUNDLED:
	case LETTER_HANDED_OVER:
	case LETTER_POSTED:
	case LETTER_REJECTED:
	case LETTER_WITHDRAWN:
		break;
	}
	return fault_set(why, V_SKIP, CODE_ADDRESS_LATE, "the letter is %s",
		letter_word(state));
}

static bool
for_address(const struct found *found)
{
	return found->state == LETTER_HELD &&
	       (found->code == CODE_ADDRESS || found->code == CODE_POSTCODE ||
		       found->code == CODE_HOUSE_NUMBER);
}

/* As store/hold.c held it: its receipt in that lot is its own, so the lot does
 * not change.
 */
static enum verdict
to_paper(struct pg *pg, const struct job_row *job, const struct found *found,
	const struct address_change *change, int64_t event, struct fault *why)
{
	struct receipt_row row = { .record = change->record,
		.state = LETTER_PAPER,
		.code = CODE_ADDRESS_CORRECTED,
		.wire_code = found->wire,
		.event = event };
	struct lot_row lot = { .number = found->lot };
	struct counts counts = COUNTS_NONE;
	enum verdict v;

	v = receipts_write(pg, found->lot == 0 ? NULL : &lot, job->number, 0,
		&row, 1, change->now_ms, why);
	counts_move(&counts, LETTER_HELD, LETTER_PAPER, 1);
	return v == V_OK ? counts_write(pg, job->number, &counts, why) : v;
}

static enum verdict
keep(struct pg *pg, const struct job_row *job,
	const struct address_change *change, bool goes_on, int64_t *event_out,
	struct fault *why)
{
	struct buf packed = BUF_MAX(PACKED_MAX);
	enum verdict v;

	address_pack(change->address, &packed);
	if (packed.full)
		return fault_set(
			why, V_SKIP, CODE_ADDRESS, "the address is too long");
	v = event_number(pg, change->now_ms, job->id, change->person,
		"address corrected", event_out, why, "record %" PRId64 "%s: %s",
		change->record, goes_on ? ", and on to paper" : "",
		change->reason);
	if (v == V_OK)
		v = pg_do(pg,
			"insert into letter_address (job_no, record, address, "
			"event_no, person, reason, at_ms) "
			"values ($1, $2, $3, $4, $5, $6, $7)",
			PG_ARGS(PG_N(job->number), PG_N(change->record),
				PG_T(packed.bytes), PG_N(*event_out),
				PG_T(change->person), PG_T(change->reason),
				PG_N(change->now_ms)),
			NULL, why);
	buf_done(&packed);
	return v;
}

enum verdict
store_address_correct(struct store *store, const struct address_change *change,
	enum letter_state *before_out, enum letter_state *after_out,
	struct fault *why)
{
	struct arena mem = ARENA_EMPTY;
	struct pg *pg = store->pg;
	struct found found = { .lot = 0 };
	struct job_row job;
	int64_t event = 0;
	enum verdict v;

	v = pg_begin(pg, why);
	if (v == V_OK)
		v = job_lock(pg, change->job, &job, why);
	if (v == V_OK)
		v = find(pg, &job, change->record, &mem, &found, why);
	if (v == V_OK)
		v = check(&job, found.state, why);
	if (v == V_OK && change->dry)
		v = V_END; /* nothing is kept */
	if (v == V_OK)
		v = keep(pg, &job, change, for_address(&found), &event, why);
	if (v == V_OK && for_address(&found))
		v = to_paper(pg, &job, &found, change, event, why);
	v = pg_end(pg, v, why);
	if (v == V_END)
		v = V_OK;
	if (v == V_OK) {
		*before_out = found.state;
		*after_out = for_address(&found) ? LETTER_PAPER : found.state;
	}
	arena_done(&mem);
	return v;
}

enum verdict
store_address_said(struct store *store, const char *job, int64_t record,
	struct arena *mem, struct address_said *out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(store->pg,
		"select a.person, a.reason, a.at_ms from letter_address a "
		"where a.job_no = (select number from job where id = $1) "
		"and a.record = $2 order by a.number desc limit 1",
		PG_ARGS(PG_T(job), PG_N(record)), &rows, why);
	if (v == V_OK && rows.count == 0)
		v = V_END;
	if (v == V_OK)
		*out = (struct address_said){ .person =
						      pg_text(&rows, 0, 0, mem),
			.reason = pg_text(&rows, 0, 1, mem),
			.at_ms = pg_int(&rows, 0, 2) };
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_address_waiting(struct store *store, int max, struct arena *mem,
	struct address_wait **rows_out, size_t *count_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct address_wait *list;
	enum verdict v;
	int i;

	/* What comes after it is in the same lot: only from there does a letter
	 * go into another.
	 */
	v = pg_ask(store->pg,
		"select j.id, x.record, x.at_ms, j.stream, l.reference, x.code "
		"from job j join receipt x on x.job_no = j.number "
		"and x.state = 9 and x.code in (212, 213, 214) "
		"join letter l on l.part = j.part and l.job_no = j.number "
		"and l.record = x.record "
		"where j.state not in (8, 9, 10) and j.n_held > 0 "
		"and not exists (select from receipt y "
		"where y.job_no = x.job_no and y.lot_no = x.lot_no "
		"and y.record = x.record and y.number > x.number) "
		"order by x.at_ms, x.job_no, x.record limit $1",
		PG_ARGS(PG_N(max)), &rows, why);
	if (v != V_OK)
		return v;
	list = arena_alloc(mem, ((size_t)rows.count + 1) * sizeof(*list));
	for (i = 0; i < rows.count; i++) {
		list[i] = (struct address_wait){ .record = pg_int(&rows, i, 1),
			.since_ms = pg_int(&rows, i, 2),
			.stream = pg_text(&rows, i, 3, mem),
			.reference = pg_text(&rows, i, 4, mem),
			.code = (enum code)pg_int(&rows, i, 5) };
		pg_word(&rows, i, 0, list[i].job, sizeof(list[i].job));
	}
	*rows_out = list;
	*count_out = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}
