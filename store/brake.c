/* store/brake.c - see store/brake.h; and the window of declines
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>

#include "batch/brake.h"
#include "store/books.h"

/* --- paper --- */

static enum verdict
last_run(struct pg *pg, const struct job_row *job, struct brake_paper *out,
	char job_out[JOB_ID_MAX], struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(pg,
		"select j.n_box, j.n_paper, r.letters, r.paper, r.job "
		"from job j left join last_run r "
		"on r.stream = stream_place(j.stream, j.sender) and r.job <> "
		"j.id where j.number = $1",
		PG_ARGS(PG_N(job->number)), &rows, why);
	if (v != V_OK)
		return v;
	assert(rows.count == 1);
	out->paper = pg_int(&rows, 0, 1);
	out->letters = out->paper + pg_int(&rows, 0, 0);
	out->last_letters = pg_int(&rows, 0, 2);
	out->last_paper = pg_int(&rows, 0, 3);
	pg_word(&rows, 0, 4, job_out, JOB_ID_MAX);
	pg_rows_done(&rows);
	return V_OK;
}

enum verdict
store_brake_paper(struct store *store, const char *job, int64_t expect_ppm,
	int64_t points, struct fault *reason_out, struct fault *why)
{
	struct brake_paper brake = { .expect_ppm = expect_ppm,
		.points = points };
	struct pg *pg = store->pg;
	char last_job[JOB_ID_MAX] = "";
	struct fault reason = FAULT_NONE;
	struct job_row row;
	enum verdict v;

	v = pg_begin(pg, why);
	if (v == V_OK)
		v = job_lock_in(pg, job, JOB_SPLIT, &row, why);
	if (v == V_OK)
		v = last_run(pg, &row, &brake, last_job, why);
	if (v == V_OK)
		v = pg_do(pg,
			"update job set routed_box = $2, routed_paper = $3, "
			"expect_ppm = $4, expect_job = $5 where number = $1",
			PG_ARGS(PG_N(row.number),
				PG_N(brake.letters - brake.paper),
				PG_N(brake.paper),
				PG_N(brake_paper_expected(&brake)),
				PG_T(expect_ppm >= 0 ? "" : last_job)),
			NULL, why);
	v = pg_end(pg, v, why);
	if (v == V_OK && brake_paper(&brake, &reason) != V_OK)
		*reason_out = reason;
	return v;
}

enum verdict
last_run_keep(struct pg *pg, const struct job_row *job, int64_t now_ms,
	struct fault *why)
{
	return pg_do(pg,
		"insert into last_run as r (stream, job, letters, paper, "
		"released_ms) select stream_place(stream, sender), "
		"id, routed_box + routed_paper, "
		"routed_paper, $2 from job where number = $1 "
		"and released_ms = 0 and routed_box + routed_paper >= $3 "
		"on conflict (stream) do update set job = excluded.job, "
		"letters = excluded.letters, paper = excluded.paper, "
		"released_ms = excluded.released_ms",
		PG_ARGS(PG_N(job->number), PG_N(now_ms),
			PG_N(BRAKE_LETTERS_MIN)),
		NULL, why);
}

/* --- declines --- */

/* Its row is locked: two results at once are counted one after the other.
 * *stopped_out: it was held when the last was counted, *held_out: it is now.
 */
static enum verdict
lock_declines(struct pg *pg, const char *stream, struct pg_rows *rows_out,
	bool *stopped_out, bool *held_out, struct fault *why)
{
	enum verdict v;

	v = pg_do(pg,
		"insert into declines (stream) values ($1) "
		"on conflict do nothing",
		PG_ARGS(PG_T(stream)), NULL, why);
	if (v == V_OK)
		v = pg_ask(pg,
			"select results, stopped, exists (select from stop s "
			"where s.kind = $2 and s.name in (stream, "
			"split_part(stream, '/', 1))) from declines where "
			"stream = $1 for update",
			PG_ARGS(PG_T(stream), PG_N(STOP_STREAM)), rows_out,
			why);
	if (v != V_OK)
		return v;
	assert(rows_out->count == 1);
	*stopped_out = pg_bool(rows_out, 0, 1);
	*held_out = pg_bool(rows_out, 0, 2);
	return V_OK;
}

enum verdict
declines_add(struct pg *pg, const char *stream, int64_t window,
	int64_t limit_ppm, const uint8_t *declined, size_t count,
	struct fault *reason_out, struct fault *why)
{
	struct brake_declines brake = { .limit_ppm = limit_ppm };
	struct pg_rows rows = PG_ROWS_NONE;
	bool stopped = false, held = false;
	uint8_t *results;
	const char *old;
	size_t len, i;
	enum verdict v;

	v = lock_declines(pg, stream, &rows, &stopped, &held, why);
	if (v != V_OK)
		return v;
	old = pg_bytes(&rows, 0, 0, &len);
	if (stopped && !held)
		len = 0; /* a person has looked at those */
	results = mem_new((size_t)window + 1);
	brake.results = (int64_t)brake_slide((const uint8_t *)old, len,
		declined, count, (size_t)window, results);
	for (i = 0; i < (size_t)brake.results; i++)
		brake.declined += results[i];
	stopped = brake_declines(&brake, reason_out) != V_OK || held;
	v = pg_do(pg,
		"update declines set results = $2, stopped = $3::int = 1 "
		"where stream = $1",
		PG_ARGS(PG_T(stream), PG_B(results, (size_t)brake.results),
			PG_N(stopped ? 1 : 0)),
		NULL, why);
	free(results);
	pg_rows_done(&rows);
	return v;
}
