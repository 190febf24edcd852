/* store/receipt.c - rows for letters that differ from their lot
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>

#include "store/books.h"

enum verdict
receipts_write(struct pg *pg, struct lot_row *lot, int64_t job_no,
	int64_t attempt, const struct receipt_row *rows, size_t count,
	int64_t at_ms, struct fault *why)
{
	struct pg_copy copy = PG_COPY_NONE;
	int64_t lot_no = lot == NULL ? 0 : lot->number;
	int64_t first = 0;
	enum verdict v;
	size_t i;

	if (count == 0)
		return V_OK;
	v = pg_copy_begin(&copy, pg,
		"copy receipt (lot_no, job_no, record, attempt_no, state, "
		"code, wire_code, stage, at_ms, due_ms) "
		"from stdin (format binary)",
		why);
	for (i = 0; v == V_OK && i < count; i++) {
		const struct receipt_row *r = &rows[i];

		v = pg_copy_row(&copy, 10, why);
		if (v != V_OK)
			break;
		pg_copy_i64(&copy, lot_no);
		pg_copy_i64(&copy, job_no);
		pg_copy_i64(&copy, r->record);
		pg_copy_i64(&copy, attempt);
		pg_copy_i16(&copy, (int16_t)r->state);
		pg_copy_i32(&copy, (int32_t)r->code);
		pg_copy_text(&copy, r->wire_code == NULL ? "" : r->wire_code);
		pg_copy_text(&copy, r->stage == NULL ? "" : r->stage);
		pg_copy_i64(&copy, at_ms);
		pg_copy_i64(&copy, r->due_ms);
		first += r->first ? 1 : 0;
	}
	if (v == V_OK)
		v = pg_copy_end(&copy, why);
	pg_copy_done(&copy);
	if (v != V_OK || lot == NULL || first == 0)
		return v;
	assert(lot->apart + first <= lot->letters);
	lot->apart += first;
	return pg_do(pg, "update lot set apart = $2 where number = $1",
		PG_ARGS(PG_N(lot->number), PG_N(lot->apart)), NULL, why);
}

enum verdict
receipts_turn(struct pg *pg, const struct lot_row *lot, enum letter_state from,
	int64_t by, enum letter_state to, int64_t attempt, enum code code,
	int64_t at_ms, int64_t *turned_out, struct fault *why)
{
	return pg_do(pg,
		"insert into receipt (lot_no, job_no, record, attempt_no, "
		"state, code, at_ms) "
		"select lot_no, job_no, record, $5::bigint, $6::smallint, "
		"$7::int, $8::bigint from (select distinct on (record) lot_no, "
		"job_no, record, attempt_no, state from receipt "
		"where job_no = $1 and lot_no = $2 "
		"order by record, number desc) r "
		"where state = $3 and ($4::bigint = 0 or attempt_no = $4)",
		PG_ARGS(PG_N(lot->job_no), PG_N(lot->number), PG_N(from),
			PG_N(by), PG_N(attempt), PG_N(to), PG_N(code),
			PG_N(at_ms)),
		turned_out, why);
}
