/* store/result_due.c - letters that wait for their publication date
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "store/books.h"

/* Those of one lot. */
static enum verdict
due_of_lot(struct pg *pg, int64_t number, int64_t now_ms, int64_t *turned_out,
	struct fault *why)
{
	struct counts counts = COUNTS_NONE;
	struct lot_row lot;
	struct job_row job;
	enum verdict v = lot_lock(pg, number, &lot, &job, why);

	if (v == V_OK)
		v = pg_do(pg,
			"insert into receipt (lot_no, job_no, record, "
			"attempt_no, state, code, wire_code, stage, at_ms) "
			"select lot_no, job_no, record, attempt_no, $3, code, "
			"wire_code, stage, $4 from (select distinct on "
			"(record) * from receipt where job_no = $2 "
			"and lot_no = $1 order by record, number desc) r "
			"where state = $5 and due_ms > 0 and due_ms <= $4",
			PG_ARGS(PG_N(number), PG_N(job.number),
				PG_N(LETTER_RESEND), PG_N(now_ms),
				PG_N(LETTER_HELD)),
			turned_out, why);
	if (v == V_OK)
		v = pg_do(pg,
			"update receipt set due_ms = 0 where job_no = $2 "
			"and lot_no = $1 and due_ms > 0 and due_ms <= $3",
			PG_ARGS(PG_N(number), PG_N(job.number), PG_N(now_ms)),
			NULL, why);
	if (v == V_OK)
		v = pg_do(pg,
			"update lot set resend_letters = resend_letters + $2, "
			"resend_ms = $3 where number = $1",
			PG_ARGS(PG_N(number), PG_N(*turned_out), PG_N(now_ms)),
			NULL, why);
	if (v != V_OK)
		return v;
	counts_move(&counts, LETTER_HELD, LETTER_RESEND, *turned_out);
	return counts_write(pg, job.number, &counts, why);
}

enum verdict
store_results_due(struct store *store, int64_t now_ms, int64_t *count_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct pg *pg = store->pg;
	int64_t count = 0;
	enum verdict v;
	int i;

	v = pg_ask(pg,
		"select distinct lot_no from receipt "
		"where due_ms > 0 and due_ms <= $1",
		PG_ARGS(PG_N(now_ms)), &rows, why);
	for (i = 0; v == V_OK && i < rows.count; i++) {
		int64_t turned = 0;

		v = pg_begin(pg, why);
		if (v == V_OK)
			v = due_of_lot(
				pg, pg_int(&rows, i, 0), now_ms, &turned, why);
		v = pg_end(pg, v, why);
		count += turned;
	}
	pg_rows_done(&rows);
	if (v == V_OK)
		*count_out = count;
	return v;
}
