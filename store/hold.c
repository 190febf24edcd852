/* store/hold.c - single letters that wait for a person
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdlib.h>

#include "store/books.h"

/* A letter before its lot, to box or to paper, or one that was declined. */
static bool
may_hold(enum letter_state state, int64_t lot)
{
	return state == LETTER_PAPER || (state == LETTER_BOX && lot == 0);
}

static enum verdict
hold_rows(struct pg *pg, const struct job_row *job, const struct pg_rows *rows,
	const struct fault *reason, int64_t now_ms, struct fault *why)
{
	struct counts counts = COUNTS_NONE;
	enum verdict v = V_OK;
	int i;

	for (i = 0; v == V_OK && i < rows->count; i++) {
		struct receipt_row row = { .record = pg_int(rows, i, 0),
			.state = LETTER_HELD,
			.code = reason->code };
		enum letter_state state = (enum letter_state)pg_int(rows, i, 1);
		/* Its receipt in that lot says paper, so the lot does not
		 * change by one more.
		 */
		struct lot_row lot = { .number = pg_int(rows, i, 2) };

		if (!may_hold(state, lot.number))
			return fault_set(why, V_SKIP, CODE_STATE,
				"letter %s/%" PRId64 " is %s", job->id,
				row.record, letter_word(state));
		v = receipts_write(pg, lot.number == 0 ? NULL : &lot,
			job->number, 0, &row, 1, now_ms, why);
		counts_move(&counts, state, LETTER_HELD, 1);
	}
	return v == V_OK ? counts_write(pg, job->number, &counts, why) : v;
}

enum verdict
store_letters_hold(struct store *store, const char *job, const int64_t *records,
	size_t count, const struct fault *reason, int64_t now_ms,
	struct fault *why)
{
	struct buf array = BUF_MAX(ARRAY_TEXT_MAX);
	struct pg_rows rows = PG_ROWS_NONE;
	struct pg *pg = store->pg;
	struct job_row row;
	enum verdict v;

	pg_array(&array, records, count);
	v = pg_begin(pg, why);
	if (v == V_OK)
		v = job_lock(pg, job, &row, why);
	if (v == V_OK)
		v = pg_ask(pg,
			"select record, state, lot_no from letter_now "
			"where part = $1 and job_no = $2 "
			"and record = any($3::bigint[]) order by record",
			PG_ARGS(PG_N(row.part), PG_N(row.number),
				PG_T(array.bytes)),
			&rows, why);
	if (v == V_OK && (size_t)rows.count != count)
		v = fault_set(why, V_SKIP, CODE_NO_JOB,
			"%zu letters to hold, %d found", count, rows.count);
	if (v == V_OK)
		v = hold_rows(pg, &row, &rows, reason, now_ms, why);
	pg_rows_done(&rows);
	if (v == V_OK)
		v = event_put(pg, now_ms, row.id, "automatic", "letters held",
			why,
			"%zu letters, the first is record %" PRId64
			": MOBB-%04d %s",
			count, records[0], (int)reason->code, reason->text);
	v = pg_end(pg, v, why);
	buf_done(&array);
	return v;
}
