/* store/route.c - which way each letter goes, and who let them go
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "store/books.h"

/* A sub-select with a limit is looked up by index for each row, whatever the
 * planner believes about a table that has just been filled.
 */
enum verdict
store_route_next(struct store *store, const char *job, size_t max,
	struct route_row *rows_out, size_t *count_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct job_row row;
	int64_t from = 0;
	enum verdict v;
	int i;

	assert(max > 0);
	v = job_peek(store->pg, job, &row, why);
	if (v != V_OK)
		return v;
	if (row.number == store->routed_job)
		from = store->routed_before;
	v = pg_ask(store->pg,
		"select l.record, l.bsn, l.paper, l.type, l.hold from letter l "
		"where l.part = $1 and l.job_no = $2 and l.record >= $3 "
		"and (select 1 from route r where r.job_no = l.job_no "
		"and r.record = l.record limit 1) is null "
		"order by l.record limit $4",
		PG_ARGS(PG_N(row.part), PG_N(row.number), PG_N(from),
			PG_N((int64_t)max)),
		&rows, why);
	if (v != V_OK)
		return v;
	for (i = 0; i < rows.count; i++) {
		struct route_row *r = &rows_out[i];

		*r = (struct route_row){ .record = pg_int(&rows, i, 0),
			.bsn = { (int32_t)pg_int(&rows, i, 1) },
			.paper = (enum paper_reason)pg_int(&rows, i, 2),
			.hold = (enum code)pg_int(&rows, i, 4) };
		pg_word(&rows, i, 3, r->type, sizeof(r->type));
	}
	if (rows.count > 0) {
		store->routed_job = row.number;
		store->routed_before = rows_out[0].record;
	}
	*count_out = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}

/* The answer a group was routed by; *number_out: its row. */
static enum verdict
put_answer(struct pg *pg, int64_t job_no, const char *source, int64_t asked_ms,
	int64_t yes, int64_t no, int64_t *number_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(pg,
		"insert into answer (job_no, source, asked_ms, letters, yes, "
		"no) values ($1, $2, $3, $4, $5, $6) returning number",
		PG_ARGS(PG_N(job_no), PG_T(source), PG_N(asked_ms),
			PG_N(yes + no), PG_N(yes), PG_N(no)),
		&rows, why);
	if (v != V_OK)
		return v;
	*number_out = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	return V_OK;
}

static enum verdict
copy_routes(struct pg *pg, int64_t job_no, int64_t answer,
	const struct route_row *rows, size_t count, struct fault *why)
{
	struct pg_copy copy = PG_COPY_NONE;
	enum verdict v;
	size_t i;

	v = pg_copy_begin(&copy, pg,
		"copy route (job_no, record, answer_no, rule, box) "
		"from stdin (format binary)",
		why);
	for (i = 0; v == V_OK && i < count; i++) {
		v = pg_copy_row(&copy, 5, why);
		if (v != V_OK)
			break;
		assert((int)rows[i].rule >= ROUTE_ASKED &&
			rows[i].rule <= ROUTE_PAPER_ONLY);
		pg_copy_i64(&copy, job_no);
		pg_copy_i64(&copy, rows[i].record);
		pg_copy_i64(&copy, answer);
		pg_copy_i16(&copy, (int16_t)rows[i].rule);
		pg_copy_bool(&copy, rows[i].box);
	}
	if (v == V_OK)
		v = pg_copy_end(&copy, why);
	pg_copy_done(&copy);
	return v;
}

/* Those that wait for a person before they are in any lot. */
static enum verdict
hold_routed(struct pg *pg, int64_t job_no, const struct route_row *rows,
	size_t count, int64_t now_ms, struct counts *counts, struct fault *why)
{
	struct receipt_row *held = mem_new((count + 1) * sizeof(*held));
	enum verdict v;
	size_t i, n = 0;

	for (i = 0; i < count; i++) {
		if (rows[i].hold == CODE_NONE)
			continue;
		held[n++] = (struct receipt_row){ .record = rows[i].record,
			.state = LETTER_HELD,
			.code = rows[i].hold };
		counts_move(counts, rows[i].box ? LETTER_BOX : LETTER_PAPER,
			LETTER_HELD, 1);
	}
	v = receipts_write(pg, NULL, job_no, 0, held, n, now_ms, why);
	free(held);
	return v;
}

enum verdict
store_route_put(struct store *store, const char *job,
	const struct route_row *rows, size_t count, const char *source,
	int64_t asked_ms, struct fault *why)
{
	struct pg *pg = store->pg;
	struct counts counts = COUNTS_NONE;
	int64_t boxes = 0, answer = 0;
	struct job_row row;
	enum verdict v;
	size_t i;

	for (i = 0; i < count; i++)
		boxes += rows[i].box ? 1 : 0;
	counts_move(&counts, LETTER_SPLIT, LETTER_BOX, boxes);
	counts_move(
		&counts, LETTER_SPLIT, LETTER_PAPER, (int64_t)count - boxes);
	v = pg_begin(pg, why);
	if (v == V_OK)
		v = job_lock_in(pg, job, JOB_SPLIT, &row, why);
	if (v == V_OK)
		v = put_answer(pg, row.number, source, asked_ms, boxes,
			(int64_t)count - boxes, &answer, why);
	if (v == V_OK)
		v = copy_routes(pg, row.number, answer, rows, count, why);
	if (v == V_OK)
		v = hold_routed(
			pg, row.number, rows, count, asked_ms, &counts, why);
	if (v == V_OK)
		v = counts_write(pg, row.number, &counts, why);
	return pg_end(pg, v, why);
}

/* --- hold or release --- */

static enum verdict
released(struct pg *pg, struct job_row *job, const char *person,
	const char *reason, int64_t now_ms, struct fault *why)
{
	/* Before the step: that makes it released for whoever looks. */
	enum verdict v = last_run_keep(pg, job, now_ms, why);

	if (v == V_OK)
		v = job_step(pg, job, JOB_RELEASED, why);
	if (v == V_OK)
		v = pg_do(pg,
			"update job set released_ms = $2, released_by = $3, "
			"reason = '', reason_code = 0 where number = $1",
			PG_ARGS(PG_N(job->number), PG_N(now_ms), PG_T(person)),
			NULL, why);
	if (v == V_OK)
		v = event_put(pg, now_ms, job->id, person, "released", why,
			"%s", reason);
	return v;
}

/* Does every letter have a route?  *reason_out: why it was to be held at split,
 * CODE_NONE when it was not.
 */
static enum verdict
check_routed(struct pg *pg, const struct job_row *job, struct fault *reason_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;
	size_t len;

	v = pg_ask(pg,
		"select n_split, hold_code, hold_reason from job "
		"where number = $1",
		PG_ARGS(PG_N(job->number)), &rows, why);
	if (v == V_OK && pg_int(&rows, 0, 0) != 0)
		v = fault_set(why, V_SKIP, CODE_STATE,
			"%" PRId64 " letters have no route yet",
			pg_int(&rows, 0, 0));
	if (v == V_OK)
		(void)fault_set(reason_out, V_LATER,
			(enum code)pg_int(&rows, 0, 1), "%s",
			pg_bytes(&rows, 0, 2, &len));
	pg_rows_done(&rows);
	return v;
}

/* It is held for two reasons, and a person has to know both. */
static void
also(struct fault *held, const struct fault *reason)
{
	struct fault first = *held;

	(void)fault_set(held, V_LATER, first.code,
		"%.120s; and MOBB-%04d %.170s", first.text, (int)reason->code,
		reason->text);
}

enum verdict
store_job_routed(struct store *store, const char *job, bool hold,
	const struct fault *reason, int64_t now_ms, struct fault *why)
{
	struct pg *pg = store->pg;
	struct fault held = FAULT_NONE;
	struct job_row row;
	enum verdict v;

	v = pg_begin(pg, why);
	if (v == V_OK)
		v = job_lock_in(pg, job, JOB_SPLIT, &row, why);
	if (v == V_OK)
		v = check_routed(pg, &row, &held, why);
	if (v == V_OK && held.code == CODE_NONE && hold)
		held = *reason;
	else if (v == V_OK && hold && reason->code == CODE_PAPER_SHARE)
		also(&held, reason);
	if (v == V_OK)
		v = job_step(pg, &row, JOB_ROUTED, why);
	if (v == V_OK)
		v = pg_do(pg, "update job set routed_ms = $2 where number = $1",
			PG_ARGS(PG_N(row.number), PG_N(now_ms)), NULL, why);
	if (v == V_OK && held.code != CODE_NONE)
		v = job_hold(pg, &row, &held, why);
	if (v == V_OK && held.code != CODE_NONE)
		v = event_put(pg, now_ms, row.id, "automatic", "held", why,
			"MOBB-%04d %s", (int)held.code, held.text);
	if (v == V_OK && held.code == CODE_NONE)
		v = released(pg, &row, "automatic", "", now_ms, why);
	if (v == V_OK && row.letters >= OWN_TABLE_LETTERS)
		v = pg_script(pg, "analyze route", why);
	return pg_end(pg, v, why);
}

/* Held by a person before it was routed: that comes first. */
static enum verdict
back_to_split(struct pg *pg, struct job_row *job, const char *person,
	const char *reason, int64_t now_ms, struct fault *why)
{
	enum verdict v = job_step(pg, job, JOB_SPLIT, why);

	if (v == V_OK)
		v = pg_do(pg,
			"update job set reason = '', reason_code = 0 "
			"where number = $1",
			PG_ARGS(PG_N(job->number)), NULL, why);
	if (v == V_OK)
		v = event_put(pg, now_ms, job->id, person, "released", why,
			"not routed yet, so that it goes on with that: %s",
			reason);
	return v;
}

static enum verdict
is_routed(struct pg *pg, int64_t job_no, bool *routed_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v =
		pg_ask(pg, "select routed_ms > 0 from job where number = $1",
			PG_ARGS(PG_N(job_no)), &rows, why);

	if (v == V_OK)
		*routed_out = pg_bool(&rows, 0, 0);
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_job_release(struct store *store, const char *job, const char *person,
	const char *reason, int64_t now_ms, struct fault *why)
{
	struct pg *pg = store->pg;
	struct job_row row;
	bool routed = false;
	enum verdict v;

	v = pg_begin(pg, why);
	if (v == V_OK)
		v = job_lock_in(pg, job, JOB_HELD, &row, why);
	if (v == V_OK)
		v = is_routed(pg, row.number, &routed, why);
	if (v == V_OK)
		v = routed ? released(pg, &row, person, reason, now_ms, why)
			   : back_to_split(
				     pg, &row, person, reason, now_ms, why);
	return pg_end(pg, v, why);
}
