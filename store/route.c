/* store/route.c - which way each letter goes, and who let them go
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>

#include "store/books.h"

/* More than a limited production run can have, in box lots and bundles. */
#define PLACES_MAX "5000"

/* --- back to split --- */

/* Routes are made anew; what a person decided about a letter stays, and what
 * left in a limited production run.
 */
static enum verdict
undo_counts(struct pg *pg, const struct job_row *job, struct fault *why)
{
	struct counts counts = COUNTS_NONE;
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(pg,
		"with x as (select distinct on (record) record, state from "
		"receipt "
		"where job_no = $1 and lot_no = 0 "
		"order by record, number desc), "
		"y as (select n.state from (select distinct record "
		"from place where job_no = $1) p join letter_now n "
		"on n.part = $2 and n.job_no = $1 and n.record = p.record "
		"where p.record not in (select record from x)) "
		"select n_box - (select count(*) from x where x.state = 2) "
		"- (select count(*) from y where y.state = 2), "
		"n_paper - (select count(*) from x where x.state = 3) "
		"- (select count(*) from y where y.state = 3) "
		"from job where number = $1",
		PG_ARGS(PG_N(job->number), PG_N(job->part)), &rows, why);
	if (v == V_OK) {
		counts_move(
			&counts, LETTER_BOX, LETTER_SPLIT, pg_int(&rows, 0, 0));
		counts_move(&counts, LETTER_PAPER, LETTER_SPLIT,
			pg_int(&rows, 0, 1));
	}
	pg_rows_done(&rows);
	return v == V_OK ? counts_write(pg, job->number, &counts, why) : v;
}

/* Not once letters of it are in lots: a job that was held half-way goes on where
 * it stopped.  Those of a limited production run are not the half of it: the
 * others may have rested for weeks.
 */
static enum verdict
is_too_old(struct pg *pg, int64_t job_no, int64_t now_ms, bool *old_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v = pg_ask(pg,
		"select (min(asked_ms) < $2 or bool_or(exists (select from "
		"subscription_list s where s.number = a.list_no and s.wrong))) "
		"and (not exists (select from lot o "
		"where o.job_no = $1) or (select j.gate_letters >= "
		"(select count(distinct p.record) from (select record "
		"from place where job_no = $1 limit " PLACES_MAX ") p) "
		"from job j where j.number = $1 and j.gate_letters > 0)) "
		"from answer a where job_no = $1",
		PG_ARGS(PG_N(job_no), PG_N(now_ms - ANSWER_MAX_MS)), &rows,
		why);

	if (v == V_OK)
		*old_out = pg_bool(&rows, 0, 0);
	pg_rows_done(&rows);
	return v;
}

static enum verdict
undo(struct pg *pg, struct job_row *job, int64_t now_ms, struct fault *why)
{
	enum verdict v = undo_counts(pg, job, why);

	if (v == V_OK)
		v = pg_do(pg, "delete from route_page where job_no = $1",
			PG_ARGS(PG_N(job->number)), NULL, why);
	if (v == V_OK)
		v = pg_do(pg, "delete from answer where job_no = $1",
			PG_ARGS(PG_N(job->number)), NULL, why);
	if (v == V_OK)
		v = job_step(pg, job, JOB_SPLIT, why);
	if (v == V_OK)
		v = pg_do(pg,
			"update job set routed_ms = 0, released_ms = 0, "
			"released_by = '' where number = $1",
			PG_ARGS(PG_N(job->number)), NULL, why);
	if (v == V_OK)
		v = event_put(pg, now_ms, job->id, "automatic", "split again",
			why,
			"MOBB-%04d an answer that decided about its letters is "
			"older than 7 days, or wrong: who has a box is "
			"looked up anew",
			(int)CODE_SUBSCRIPTION_OLD);
	return v;
}

enum verdict
store_route_undo(struct store *store, const char *job, int64_t now_ms,
	bool *undone_out, struct fault *why)
{
	struct pg *pg = store->pg;
	struct job_row row;
	bool old = false;
	enum verdict v = pg_begin(pg, why);

	if (v == V_OK)
		v = job_lock_in(pg, job, JOB_RELEASED, &row, why);
	if (v == V_OK)
		v = is_too_old(pg, row.number, now_ms, &old, why);
	if (v == V_OK && old)
		v = undo(pg, &row, now_ms, why);
	v = pg_end(pg, v, why);
	if (v == V_OK)
		*undone_out = old;
	return v;
}

/* --- waiting for a route --- */

enum verdict
store_route_wait(struct store *store, const char *job, int64_t numbers,
	const struct fault *reason, int64_t now_ms, struct fault *why)
{
	return pg_do(store->pg,
		"insert into route_wait as w (job_no, since_ms, numbers, code, "
		"reason) select number, $2, $3, $4, $5 from job where id = $1 "
		"on conflict (job_no) do update set numbers = $3, code = $4, "
		"reason = $5",
		PG_ARGS(PG_T(job), PG_N(now_ms), PG_N(numbers),
			PG_N(reason->code), PG_T(reason->text)),
		NULL, why);
}

enum verdict
store_route_waits(struct store *store, const char *job, struct arena *mem,
	struct route_wait *out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(store->pg,
		"select w.since_ms, w.numbers, w.code, w.reason "
		"from route_wait w join job j on j.number = w.job_no "
		"where j.id = $1 and j.state = 2",
		PG_ARGS(PG_T(job)), &rows, why);
	if (v == V_OK && rows.count == 0)
		v = V_END;
	else if (v == V_OK)
		*out = (struct route_wait){ .since_ms = pg_int(&rows, 0, 0),
			.numbers = pg_int(&rows, 0, 1),
			.code = (enum code)pg_int(&rows, 0, 2),
			.reason = pg_text(&rows, 0, 3, mem) };
	pg_rows_done(&rows);
	return v;
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
	else if (v == V_OK && hold &&
		 (reason->code == CODE_PAPER_SHARE ||
			 reason->code == CODE_DAGTEKENING))
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
