/* store/receipt.c - rows for letters that differ from their lot
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>

#include "store/books.h"

/* A column of the rows as an array. */
static void
column(struct buf *out, const struct receipt_row *rows, size_t count,
	int64_t (*value)(const struct receipt_row *row))
{
	int64_t *numbers = mem_new(count * sizeof(*numbers));
	size_t i;

	for (i = 0; i < count; i++)
		numbers[i] = value(&rows[i]);
	pg_array(out, numbers, count);
	free(numbers);
}

static int64_t
record_of(const struct receipt_row *row)
{
	return row->record;
}

static int64_t
state_of(const struct receipt_row *row)
{
	return row->state;
}

static int64_t
code_of(const struct receipt_row *row)
{
	return row->code;
}

static int64_t
due_of(const struct receipt_row *row)
{
	return row->due_ms;
}

static int64_t
event_of(const struct receipt_row *row)
{
	return row->event;
}

/* For a person: where policies hold COPY cannot write.  What a person decides
 * is of no attempt and has no words of the wire.
 */
static enum verdict
insert_rows(struct pg *pg, int64_t lot_no, int64_t job_no,
	const struct receipt_row *rows, size_t count, int64_t at_ms,
	struct fault *why)
{
	struct buf records = BUF_MAX(ARRAY_TEXT_MAX),
		   states = BUF_MAX(ARRAY_TEXT_MAX),
		   codes = BUF_MAX(ARRAY_TEXT_MAX),
		   dues = BUF_MAX(ARRAY_TEXT_MAX),
		   events = BUF_MAX(ARRAY_TEXT_MAX);
	enum verdict v;

	column(&records, rows, count, record_of);
	column(&states, rows, count, state_of);
	column(&codes, rows, count, code_of);
	column(&dues, rows, count, due_of);
	column(&events, rows, count, event_of);
	v = pg_do(pg,
		"insert into receipt (lot_no, job_no, record, attempt_no, "
		"state, code, at_ms, due_ms, event_no) select $1, $2, "
		"u.record, 0, u.state, u.code, $7, u.due, nullif(u.event, 0) "
		"from unnest($3::bigint[], $4::smallint[], $5::int[], "
		"$6::bigint[], $8::bigint[]) "
		"u (record, state, code, due, event)",
		PG_ARGS(PG_N(lot_no), PG_N(job_no), PG_T(records.bytes),
			PG_T(states.bytes), PG_T(codes.bytes), PG_T(dues.bytes),
			PG_N(at_ms), PG_T(events.bytes)),
		NULL, why);
	buf_done(&events);
	buf_done(&records);
	buf_done(&states);
	buf_done(&codes);
	buf_done(&dues);
	return v;
}

static enum verdict
copy_rows(struct pg *pg, int64_t lot_no, int64_t job_no, int64_t attempt,
	const struct receipt_row *rows, size_t count, int64_t at_ms,
	struct fault *why)
{
	struct pg_copy copy = PG_COPY_NONE;
	enum verdict v;
	size_t i;

	v = pg_copy_begin(&copy, pg,
		"copy receipt (lot_no, job_no, record, attempt_no, state, "
		"code, wire_code, stage, at_ms, due_ms, event_no) "
		"from stdin (format binary)",
		why);
	for (i = 0; v == V_OK && i < count; i++) {
		const struct receipt_row *r = &rows[i];

		v = pg_copy_row(&copy, 11, why);
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
		if (r->event != 0)
			pg_copy_i64(&copy, r->event);
		else
			pg_copy_null(&copy);
	}
	if (v == V_OK)
		v = pg_copy_end(&copy, why);
	pg_copy_done(&copy);
	return v;
}

enum verdict
receipts_write(struct pg *pg, struct lot_row *lot, int64_t job_no,
	int64_t attempt, const struct receipt_row *rows, size_t count,
	int64_t at_ms, struct fault *why)
{
	int64_t lot_no = lot == NULL ? 0 : lot->number;
	int64_t first = 0;
	enum verdict v;
	size_t i;

	if (count == 0)
		return V_OK;
	for (i = 0; i < count; i++)
		first += rows[i].first ? 1 : 0;
	v = pg_has_policies(pg)
		    ? insert_rows(pg, lot_no, job_no, rows, count, at_ms, why)
		    : copy_rows(pg, lot_no, job_no, attempt, rows, count, at_ms,
			      why);
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
