/* store/dates.c - see store/dates.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>

#include "store/books.h"

enum verdict
store_clock(struct store *store, int64_t *now_ms_out, struct fault *why)
{
	return pg_now_ms(store->pg, now_ms_out, why);
}

static struct pg_arg
day_arg(int32_t day)
{
	return day == LETTER_DATE_NONE ? PG_T(NULL) : PG_N(day);
}

static int32_t
day_of(const struct pg_rows *rows, int row, int column)
{
	return pg_null(rows, row, column) ? LETTER_DATE_NONE
					  : (int32_t)pg_int(rows, row, column);
}

/* --- keeping --- */

/* What it says already is no news. */
static enum verdict
keep_guard(struct pg *pg, const struct job_row *job, const struct fault *guard,
	int64_t now_ms, struct fault *why)
{
	bool some = guard != NULL && guard->code != CODE_NONE;
	struct pg_rows rows = PG_ROWS_NONE;
	const char *text = some ? guard->text : "";
	int64_t event = 0;
	bool same;
	enum verdict v;

	v = pg_ask(pg,
		"select guard_text = $2 from job_dates where job_no = $1",
		PG_ARGS(PG_N(job->number), PG_T(text)), &rows, why);
	same = v == V_OK && pg_bool(&rows, 0, 0);
	pg_rows_done(&rows);
	if (v != V_OK || same)
		return v;
	if (some)
		v = event_number(pg, now_ms, job->id, "automatic",
			"dagtekening", &event, why, "MOBB-%04d %s",
			(int)guard->code, text);
	return v == V_OK ? pg_do(pg,
				   "update job_dates set guard_code = $2, "
				   "guard_text = $3, guard_event = $4 "
				   "where job_no = $1",
				   PG_ARGS(PG_N(job->number),
					   PG_N(some ? guard->code : 0),
					   PG_T(text), PG_N(event)),
				   NULL, why)
			 : v;
}

enum verdict
store_dates_set(struct store *store, const char *job, const struct dates *d,
	const struct fault *guard, int64_t now_ms, struct fault *why)
{
	struct pg *pg = store->pg;
	struct job_row row;
	enum verdict v = pg_begin(pg, why);

	if (v == V_OK)
		v = job_lock(pg, job, &row, why);
	if (v == V_OK)
		v = pg_do(pg,
			"insert into job_dates (job_no, publish, must_by, "
			"cutoff_ms, why, due, arrives, box_latest_ms) "
			"values ($1, $2::int, $3::int, $4, $5, $6, $7, $8) "
			"on conflict (job_no) do update set "
			"publish = excluded.publish, "
			"must_by = excluded.must_by, "
			"cutoff_ms = excluded.cutoff_ms, why = excluded.why, "
			"due = excluded.due, arrives = excluded.arrives, "
			"box_latest_ms = excluded.box_latest_ms",
			PG_ARGS(PG_N(row.number), day_arg(d->publish),
				day_arg(d->by), PG_N(d->cutoff_ms),
				PG_N(d->why), PG_N(d->due), PG_N(d->arrives),
				PG_N(d->box_latest_ms)),
			NULL, why);
	if (v == V_OK)
		v = keep_guard(pg, &row, guard, now_ms, why);
	return pg_end(pg, v, why);
}

#define ACCEPTED_SQL                                                           \
	"d.guard_event > 0 and exists (select from event e "                   \
	"where e.job = j.id and e.number > d.guard_event "                     \
	"and e.what = 'released' and e.person <> 'automatic')"

enum verdict
store_dates_get(struct store *store, const char *job, struct arena *mem,
	struct dates_row *out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(store->pg,
		"select d.publish, d.must_by, d.cutoff_ms, d.why, d.due, "
		"d.arrives, d.box_latest_ms, d.closed_ms, d.closed_count, "
		"d.guard_code, d.guard_text, " ACCEPTED_SQL
		" from job j join job_dates d on d.job_no = j.number "
		"where j.id = $1",
		PG_ARGS(PG_T(job)), &rows, why);
	if (v == V_OK && rows.count == 0)
		v = V_END;
	else if (v == V_OK)
		*out = (struct dates_row){
			.dates = { .publish = day_of(&rows, 0, 0),
				.by = day_of(&rows, 0, 1),
				.cutoff_ms = pg_int(&rows, 0, 2),
				.why = (enum dates_why)pg_int(&rows, 0, 3),
				.due = (int32_t)pg_int(&rows, 0, 4),
				.arrives = (int32_t)pg_int(&rows, 0, 5),
				.box_latest_ms = pg_int(&rows, 0, 6) },
			.closed_ms = pg_int(&rows, 0, 7),
			.closed_count = (int)pg_int(&rows, 0, 8),
			.guard = (enum code)pg_int(&rows, 0, 9),
			.guard_text = pg_text(&rows, 0, 10, mem),
			.accepted = pg_bool(&rows, 0, 11)
		};
	pg_rows_done(&rows);
	return v;
}

/* --- about to leave --- */

/* Has a row of its own: that of a job of before there were dates is made. */
static enum verdict
look_late(struct pg *pg, int64_t job_no, bool *accepted_out, bool *warned_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_do(pg,
		"insert into job_dates (job_no, cutoff_ms, why, due, arrives, "
		"box_latest_ms) values ($1, 0, 1, 0, 0, 0) "
		"on conflict do nothing",
		PG_ARGS(PG_N(job_no)), NULL, why);
	if (v == V_OK)
		v = pg_ask(pg,
			"select " ACCEPTED_SQL ", d.warned from job j "
			"join job_dates d on d.job_no = j.number "
			"where j.number = $1",
			PG_ARGS(PG_N(job_no)), &rows, why);
	if (v == V_OK) {
		*accepted_out = pg_bool(&rows, 0, 0);
		*warned_out = pg_bool(&rows, 0, 1);
	}
	pg_rows_done(&rows);
	return v;
}

static enum verdict
warn_late(struct pg *pg, const struct job_row *job, const struct fault *reason,
	int64_t now_ms, struct fault *why)
{
	enum verdict v =
		event_put(pg, now_ms, job->id, "automatic", "dagtekening", why,
			"MOBB-%04d %s", (int)reason->code, reason->text);

	return v == V_OK ? pg_do(pg,
				   "update job_dates set warned = true "
				   "where job_no = $1",
				   PG_ARGS(PG_N(job->number)), NULL, why)
			 : v;
}

static enum verdict
hold_late(struct pg *pg, struct job_row *job, const struct fault *reason,
	int64_t now_ms, struct fault *why)
{
	enum verdict v;

	if (!job_may(job->state, JOB_HELD))
		return V_OK;
	v = job_hold(pg, job, reason, why);
	if (v == V_OK)
		v = keep_guard(pg, job, reason, now_ms, why);
	if (v == V_OK)
		v = event_put(pg, now_ms, job->id, "automatic", "held", why,
			"MOBB-%04d %s", (int)reason->code, reason->text);
	return v;
}

enum verdict
store_dates_late(struct store *store, const char *job, bool block,
	const struct fault *reason, int64_t now_ms, bool *go_out,
	struct fault *why)
{
	struct pg *pg = store->pg;
	bool accepted = false, warned = false;
	struct job_row row;
	enum verdict v = pg_begin(pg, why);

	if (v == V_OK)
		v = job_lock(pg, job, &row, why);
	if (v == V_OK)
		v = look_late(pg, row.number, &accepted, &warned, why);
	if (v == V_OK && block && !accepted)
		v = hold_late(pg, &row, reason, now_ms, why);
	else if (v == V_OK && !block && !warned)
		v = warn_late(pg, &row, reason, now_ms, why);
	v = pg_end(pg, v, why);
	if (v == V_OK)
		*go_out = !block || accepted;
	return v;
}

enum verdict
store_dates_paper(struct store *store, const char *job, int32_t *dated_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	/* When all letters have the same date nobody looks at them. */
	v = pg_ask(store->pg,
		"select case when p.dated_first = p.dated_last "
		"then p.dated_first when p.dated_first is not null "
		"then (select min(l.dated) from letter l "
		"join letter_now n on n.part = l.part and n.job_no = l.job_no "
		"and n.record = l.record where l.part = j.part "
		"and l.job_no = j.number and n.part = j.part "
		"and n.job_no = j.number and n.state = 3) end "
		"from job j left join page p on p.job_no = j.number "
		"where j.id = $1",
		PG_ARGS(PG_T(job)), &rows, why);
	if (v == V_OK)
		*dated_out = rows.count == 0 ? LETTER_DATE_NONE
					     : day_of(&rows, 0, 0);
	pg_rows_done(&rows);
	return v;
}

/* --- the cut-off --- */

#define OPEN_SQL "j.n_box + j.n_offered + j.n_unknown + j.n_resend"

/* Closed with nothing on paper it would stay closed: then only the next cut-off
 * is noted.
 */
static enum verdict
close_run(struct pg *pg, const struct job_row *job, int64_t paper,
	int64_t next_ms, int64_t now_ms, struct fault *why)
{
	enum verdict v;

	v = pg_do(pg,
		"update job set print_close = $2::int = 1 "
		"where number = $1",
		PG_ARGS(PG_N(job->number), PG_N(paper > 0 ? 1 : 0)), NULL, why);
	if (v == V_OK)
		v = pg_do(pg,
			"update job_dates set closed = $2::int = 1, "
			"closed_ms = cutoff_ms, closed_count = closed_count "
			"+ $2::int, cutoff_ms = $3 where job_no = $1",
			PG_ARGS(PG_N(job->number), PG_N(paper > 0 ? 1 : 0),
				PG_N(next_ms)),
			NULL, why);
	if (v == V_OK && paper > 0)
		v = event_put(pg, now_ms, job->id, "automatic", "print closed",
			why,
			"the cut-off has come: %" PRId64
			" letters go in bundles now, what comes later makes a "
			"supplement",
			paper);
	return v;
}

static enum verdict
open_again(struct pg *pg, const struct job_row *job, struct fault *why)
{
	enum verdict v = pg_do(pg,
		"update job set print_close = false where number = $1",
		PG_ARGS(PG_N(job->number)), NULL, why);

	return v == V_OK ? pg_do(pg,
				   "update job_dates set closed = false "
				   "where job_no = $1",
				   PG_ARGS(PG_N(job->number)), NULL, why)
			 : v;
}

/* The job is locked, and asked once more. */
static enum verdict
change_run(struct pg *pg, int64_t number, int64_t next_ms, int64_t now_ms,
	bool *changed_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct job_row job;
	bool close = false, again = false;
	int64_t paper = 0;
	enum verdict v = pg_begin(pg, why);

	if (v == V_OK)
		v = job_lock_number(pg, number, &job, why);
	if (v == V_OK)
		v = pg_ask(pg,
			"select j.n_paper, not j.print_close "
			"and d.cutoff_ms > 0 and d.cutoff_ms <= $2, "
			"j.print_close and d.closed and j.n_paper = 0 "
			"from job j join job_dates d on d.job_no = j.number "
			"where j.number = $1 and j.state in (6, 7)",
			PG_ARGS(PG_N(number), PG_N(now_ms)), &rows, why);
	if (v == V_OK && rows.count > 0) {
		paper = pg_int(&rows, 0, 0);
		close = pg_bool(&rows, 0, 1);
		again = pg_bool(&rows, 0, 2);
	}
	pg_rows_done(&rows);
	if (v == V_OK && close)
		v = close_run(pg, &job, paper, next_ms, now_ms, why);
	else if (v == V_OK && again)
		v = open_again(pg, &job, why);
	v = pg_end(pg, v, why);
	*changed_out = v == V_OK && (close || again);
	return v;
}

static enum verdict
find_next(struct pg *pg, int64_t *next_ms_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(pg,
		"select coalesce(min(d.cutoff_ms), 0)::bigint from job_dates d "
		"join job j on j.number = d.job_no where d.cutoff_ms > 0 "
		"and j.state in (6, 7) and not j.print_close",
		NULL, &rows, why);
	if (v == V_OK)
		*next_ms_out = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_dates_close(struct store *store, dates_cutoff *cutoff, void *self,
	int64_t now_ms, int64_t *count_out, int64_t *next_ms_out,
	struct fault *why)
{
	struct arena mem = ARENA_EMPTY;
	struct pg_rows rows = PG_ROWS_NONE;
	struct pg *pg = store->pg;
	int64_t there_ms = 0, count = 0;
	enum verdict v = pg_now_ms(pg, &there_ms, why);
	int i;

	if (there_ms < now_ms)
		now_ms = there_ms; /* by both clocks */
	if (v == V_OK)
		v = pg_ask(pg,
			"select j.number, j.stream, j.sender from job_dates d "
			"join job j on j.number = d.job_no "
			"where d.cutoff_ms > 0 and j.state in (6, 7) "
			"and ((not j.print_close and d.cutoff_ms <= $1 "
			"and j.n_paper + " OPEN_SQL " > 0) "
			"or (j.print_close and d.closed and j.n_paper = 0 "
			"and " OPEN_SQL " > 0)) order by j.number",
			PG_ARGS(PG_N(now_ms)), &rows, why);
	for (i = 0; v == V_OK && i < rows.count; i++) {
		bool changed = false;

		v = change_run(pg, pg_int(&rows, i, 0),
			cutoff(self, pg_text(&rows, i, 1, &mem),
				pg_text(&rows, i, 2, &mem), now_ms),
			now_ms, &changed, why);
		count += changed;
	}
	pg_rows_done(&rows);
	arena_done(&mem);
	if (v == V_OK)
		v = find_next(pg, next_ms_out, why);
	if (v == V_OK)
		*count_out = count;
	return v;
}

/* --- waiting for a window --- */

enum verdict
store_dates_waits(struct store *store, struct arena *mem,
	struct dates_waits **rows_out, size_t *count_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct dates_waits *list;
	enum verdict v;
	int i;

	v = pg_ask(store->pg,
		"select j.stream, j.sender, j.endpoint, count(*), "
		"sum(j.n_box + j.n_resend)::bigint, sum(j.n_paper)::bigint "
		"from job j where j.state in (5, 6, 7) "
		"and j.n_box + j.n_resend + j.n_paper > 0 "
		"and not " JOB_J_STOPPED "group by 1, 2, 3 order by 1, 2, 3",
		NULL, &rows, why);
	if (v != V_OK)
		return v;
	list = arena_alloc(mem, ((size_t)rows.count + 1) * sizeof(*list));
	for (i = 0; i < rows.count; i++)
		list[i] = (struct dates_waits){ .stream = pg_text(
							&rows, i, 0, mem),
			.sender = pg_text(&rows, i, 1, mem),
			.endpoint = pg_text(&rows, i, 2, mem),
			.jobs = pg_int(&rows, i, 3),
			.box = pg_int(&rows, i, 4),
			.paper = pg_int(&rows, i, 5) };
	*rows_out = list;
	*count_out = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}
