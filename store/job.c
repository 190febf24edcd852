/* store/job.c - jobs: found, refused, filed; their state
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/books.h"

int64_t
job_open(const struct job *job)
{
	return job->letters - job->n_delivered - job->n_posted -
	       job->n_withdrawn;
}

/* --- one row, for those that change it --- */

static enum verdict
row_get(struct pg *pg, const char *sql, const struct pg_arg *args,
	struct job_row *out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct job_row job;
	enum verdict v = pg_ask(pg, sql, args, &rows, why);

	if (v != V_OK)
		return v;
	if (rows.count != 1) {
		pg_rows_done(&rows);
		return fault_set(why, V_SKIP, CODE_NO_JOB, "no such job");
	}
	job = (struct job_row){ .number = pg_int(&rows, 0, 0),
		.state = (enum job_state)pg_int(&rows, 0, 1),
		.part = (int32_t)pg_int(&rows, 0, 2),
		.letters = pg_int(&rows, 0, 3),
		.received_ms = pg_int(&rows, 0, 5),
		.gated = pg_bool(&rows, 0, 6) };
	pg_word(&rows, 0, 4, job.id, sizeof(job.id));
	pg_rows_done(&rows);
	*out = job;
	return V_OK;
}

#define ROW_SQL                                                                \
	"select number, state, part, letters, id, received_ms, gated from "    \
	"job "

enum verdict
job_peek(struct pg *pg, const char *id, struct job_row *out, struct fault *why)
{
	return row_get(
		pg, ROW_SQL "where id = $1", PG_ARGS(PG_T(id)), out, why);
}

enum verdict
job_lock(struct pg *pg, const char *id, struct job_row *out, struct fault *why)
{
	return row_get(pg, ROW_SQL "where id = $1 for update",
		PG_ARGS(PG_T(id)), out, why);
}

enum verdict
job_lock_number(
	struct pg *pg, int64_t number, struct job_row *out, struct fault *why)
{
	return row_get(pg, ROW_SQL "where number = $1 for update",
		PG_ARGS(PG_N(number)), out, why);
}

enum verdict
job_lock_in(struct pg *pg, const char *id, enum job_state state,
	struct job_row *out, struct fault *why)
{
	struct job_row job;
	enum verdict v = job_lock(pg, id, &job, why);

	if (v != V_OK)
		return v;
	if (job.state != state)
		return fault_set(why, V_SKIP, CODE_STATE,
			"the job is %s, not %s", job_word(job.state),
			job_word(state));
	*out = job;
	return V_OK;
}

enum verdict
job_step(struct pg *pg, struct job_row *job, enum job_state to,
	struct fault *why)
{
	enum verdict v;

	if (!job_may(job->state, to))
		return fault_set(why, V_BROKEN, CODE_BUG,
			"job %s: no way from %s to %s", job->id,
			job_word(job->state), job_word(to));
	v = pg_do(pg, "update job set state = $2 where number = $1",
		PG_ARGS(PG_N(job->number), PG_N(to)), NULL, why);
	if (v == V_OK)
		job->state = to;
	return v;
}

enum verdict
job_hold(struct pg *pg, struct job_row *job, const struct fault *reason,
	struct fault *why)
{
	enum verdict v = job_step(pg, job, JOB_HELD, why);

	if (v == V_OK)
		v = pg_do(pg,
			"update job set reason = $2, reason_code = $3, "
			"hold_ms = (extract(epoch from clock_timestamp()) "
			"* 1000)::bigint where number = $1",
			PG_ARGS(PG_N(job->number), PG_T(reason->text),
				PG_N(reason->code)),
			NULL, why);
	return v;
}

/* --- reading --- */

#define JOB_COLUMNS                                                            \
	"number, id, stream, sender, oin, format, file, environment, "         \
	"endpoint, state, reason, reason_code, edition, bytes, sha256, "       \
	"promised_letters, promised_cents, cents, records, letters, "          \
	"rejected, warnings, n_split, n_box, n_paper, n_offered, "             \
	"n_unknown, n_resend, n_held, n_bundled, n_handed, n_delivered, "      \
	"n_posted, n_withdrawn, n_declined, n_returned, received_ms, "         \
	"split_ms, "                                                           \
	"routed_ms, released_ms, settled_ms, released_by, print_close, "       \
	"filed, lots, lots_acknowledged, lots_settled, their_total, "          \
	"their_delivered, delivery, period, control, totals, hold_code, "      \
	"hold_reason, repaired, gated, gate_letters, n_known, routed_box, "    \
	"routed_paper, expect_ppm, expect_job, persons, "                      \
	"greatest(going_ms, gone_ms), "                                        \
	"case when state = 4 and persons > 1 "                                 \
	"then (select count(*) from job_consents(number)) else 0 end"

static void
job_read(
	const struct pg_rows *rows, int row, struct arena *mem, struct job *out)
{
	struct job j = { .number = pg_int(rows, row, 0) };
	const char **texts[] = { &j.stream, &j.sender, &j.oin, &j.format,
		&j.file, &j.environment, &j.endpoint };
	int64_t *numbers[] = { &j.promised_letters, &j.promised_cents, &j.cents,
		&j.records, &j.letters, &j.rejected, &j.warnings, &j.n_split,
		&j.n_box, &j.n_paper, &j.n_offered, &j.n_unknown, &j.n_resend,
		&j.n_held, &j.n_bundled, &j.n_handed, &j.n_delivered,
		&j.n_posted, &j.n_withdrawn, &j.n_declined, &j.n_returned,
		&j.received_ms, &j.split_ms, &j.routed_ms, &j.released_ms,
		&j.settled_ms };
	int i, column = 2;

	pg_word(rows, row, 1, j.id, sizeof(j.id));
	for (i = 0; i < 7; i++)
		*texts[i] = pg_text(rows, row, column++, mem);
	j.state = (enum job_state)pg_int(rows, row, column++);
	j.reason = pg_text(rows, row, column++, mem);
	j.reason_code = (enum code)pg_int(rows, row, column++);
	j.edition = (int)pg_int(rows, row, column++);
	j.bytes = pg_int(rows, row, column++);
	pg_fixed(rows, row, column++, j.sha256, sizeof(j.sha256));
	for (i = 0; i < (int)(sizeof(numbers) / sizeof(numbers[0])); i++)
		*numbers[i] = pg_int(rows, row, column++);
	j.released_by = pg_text(rows, row, column++, mem);
	j.print_close = pg_bool(rows, row, column++);
	j.filed = pg_bool(rows, row, column++);
	j.lots = pg_int(rows, row, column++);
	j.lots_acknowledged = pg_int(rows, row, column++);
	j.lots_settled = pg_int(rows, row, column++);
	j.their_total = pg_int(rows, row, column++);
	j.their_delivered = pg_int(rows, row, column++);
	j.delivery = pg_text(rows, row, column++, mem);
	j.period = pg_text(rows, row, column++, mem);
	j.control = pg_text(rows, row, column++, mem);
	j.totals = pg_bool(rows, row, column++);
	j.hold_code = (enum code)pg_int(rows, row, column++);
	j.hold_reason = pg_text(rows, row, column++, mem);
	j.repaired = pg_bool(rows, row, column++);
	j.gated = pg_bool(rows, row, column++);
	j.gate_letters = pg_int(rows, row, column++);
	j.n_known = pg_int(rows, row, column++);
	j.routed_box = pg_int(rows, row, column++);
	j.routed_paper = pg_int(rows, row, column++);
	j.expect_ppm = pg_int(rows, row, column++);
	j.expect_job = pg_text(rows, row, column++, mem);
	j.persons = (int)pg_int(rows, row, column++);
	j.gone_ms = pg_int(rows, row, column++);
	j.consents = (int)pg_int(rows, row, column++);
	*out = j;
}

static enum verdict
jobs_ask(struct store *store, const char *sql, const struct pg_arg *args,
	struct arena *mem, struct job **jobs_out, size_t *count_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct job *jobs;
	enum verdict v = pg_ask(store->pg, sql, args, &rows, why);
	int i;

	if (v != V_OK)
		return v;
	jobs = arena_alloc(mem, ((size_t)rows.count + 1) * sizeof(*jobs));
	for (i = 0; i < rows.count; i++)
		job_read(&rows, i, mem, &jobs[i]);
	*jobs_out = jobs;
	*count_out = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}

static enum verdict
no_job(struct fault *why, const char *what)
{
	return fault_set(why, V_SKIP, CODE_NO_JOB, "no job \"%.40s\"", what);
}

enum verdict
store_job_get(struct store *store, const char *id, struct arena *mem,
	struct job *job_out, struct fault *why)
{
	struct job *jobs;
	size_t count;
	enum verdict v;

	v = jobs_ask(store, "select " JOB_COLUMNS " from job where id = $1",
		PG_ARGS(PG_T(id)), mem, &jobs, &count, why);
	if (v == V_OK && count == 0)
		v = no_job(why, id);
	if (v == V_OK)
		*job_out = jobs[0];
	return v;
}

enum verdict
store_job_find(struct store *store, const char *part, struct arena *mem,
	struct job *job_out, struct fault *why)
{
	struct job *jobs;
	size_t count;
	enum verdict v;

	if (part[0] == '\0')
		return no_job(why, part);
	v = jobs_ask(store,
		"select " JOB_COLUMNS " from job where position($1 in id) > 0 "
		"order by id <> $1, number desc limit 2",
		PG_ARGS(PG_T(part)), mem, &jobs, &count, why);
	if (v != V_OK)
		return v;
	if (count == 0)
		return no_job(why, part);
	/* A whole id is never ambiguous. */
	if (count > 1 && strcmp(jobs[0].id, part) != 0)
		return fault_set(why, V_SKIP, CODE_AMBIGUOUS,
			"\"%.40s\" fits job %s, job %s and perhaps more", part,
			jobs[0].id, jobs[1].id);
	*job_out = jobs[0];
	return V_OK;
}

enum verdict
store_job_list(struct store *store, bool all, const char *stream,
	struct arena *mem, struct job **jobs_out, size_t *count_out,
	struct fault *why)
{
	return jobs_ask(store,
		"select " JOB_COLUMNS " from job "
		"where ($1::int = 1 or state not in (8, 9, 10)) "
		"and ($2::text is null or stream = $2) order by number desc",
		PG_ARGS(PG_N(all ? 1 : 0), PG_T(stream)), mem, jobs_out,
		count_out, why);
}

enum verdict
store_job_select(struct store *store, const struct job_filter *filter,
	int64_t max, struct arena *mem, struct job **jobs_out,
	size_t *count_out, struct fault *why)
{
	return jobs_ask(store,
		"select " JOB_COLUMNS " from job "
		"where ($1::text is null or stream = $1) "
		"and ($2::text is null or sender = $2) "
		"and ($3::text is null or endpoint = $3) "
		"and received_ms >= $4 and case $5::int when 0 "
		"then state not in (8, 9, 10) else state = $5 end "
		"order by number limit $6",
		PG_ARGS(PG_T(filter->stream), PG_T(filter->sender),
			PG_T(filter->endpoint), PG_N(filter->since_ms),
			PG_N(filter->state), PG_N(max)),
		mem, jobs_out, count_out, why);
}

enum verdict
store_job_totals(struct store *store, bool by_sender, bool all,
	struct arena *mem, struct job_total **rows_out, size_t *count_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct job_total *list;
	enum verdict v;
	int i;

	v = pg_ask(store->pg,
		"select case when $1::int = 1 then '' else stream end, "
		"case when $1::int = 1 then sender else '' end, count(*), "
		"count(*) filter (where state = 4), "
		"sum(letters + rejected)::bigint, sum(n_delivered)::bigint, "
		"sum(n_posted)::bigint, sum(rejected)::bigint, "
		"sum(n_withdrawn)::bigint from job "
		"where $2::int = 1 or state not in (8, 9, 10) "
		"group by 1, 2 order by 1, 2",
		PG_ARGS(PG_N(by_sender ? 1 : 0), PG_N(all ? 1 : 0)), &rows,
		why);
	if (v != V_OK)
		return v;
	list = arena_alloc(mem, ((size_t)rows.count + 1) * sizeof(*list));
	for (i = 0; i < rows.count; i++) {
		struct job_total *t = &list[i];

		*t = (struct job_total){ .stream = pg_text(&rows, i, 0, mem),
			.sender = pg_text(&rows, i, 1, mem),
			.jobs = pg_int(&rows, i, 2),
			.held = pg_int(&rows, i, 3),
			.in = pg_int(&rows, i, 4),
			.delivered = pg_int(&rows, i, 5),
			.posted = pg_int(&rows, i, 6),
			.rejected = pg_int(&rows, i, 7),
			.withdrawn = pg_int(&rows, i, 8) };
		t->open = t->in - t->delivered - t->posted - t->rejected -
			  t->withdrawn;
	}
	*rows_out = list;
	*count_out = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}

enum verdict
store_job_in(struct store *store, enum job_state state, struct arena *mem,
	struct job **jobs_out, size_t *count_out, struct fault *why)
{
	return jobs_ask(store,
		"select " JOB_COLUMNS " from job where state = $1 "
		"order by number",
		PG_ARGS(PG_N(state)), mem, jobs_out, count_out, why);
}

enum verdict
store_job_since(struct store *store, int64_t since_ms, struct arena *mem,
	struct job **jobs_out, size_t *count_out, struct fault *why)
{
	return jobs_ask(store,
		"select " JOB_COLUMNS " from job where greatest(received_ms, "
		"split_ms, routed_ms, released_ms, settled_ms) >= $1 "
		"or (state not in (1, 8, 9, 10) and exists (select from lot o "
		"where o.job_no = job.number and greatest(o.handed_ms, "
		"o.cut_ms) >= $1)) order by number limit 1000",
		PG_ARGS(PG_N(since_ms)), mem, jobs_out, count_out, why);
}

enum verdict
store_job_unfiled(struct store *store, struct arena *mem, struct job **jobs_out,
	size_t *count_out, struct fault *why)
{
	return jobs_ask(store,
		"select " JOB_COLUMNS " from job "
		"where state in (8, 9, 10) and not filed "
		"and (repaired or rejected = 0 or not exists (select from "
		"rejected r where r.job_no = number and not r.warning "
		"and r.bytes > 0 and r.code not in (208, 209))) "
		"order by number",
		NULL, mem, jobs_out, count_out, why);
}

/* --- ends --- */

enum verdict
job_refuse(struct pg *pg, struct job_row *job, const struct fault *reason,
	int64_t now_ms, struct fault *why)
{
	enum verdict v = job_step(pg, job, JOB_REFUSED, why);

	if (v == V_OK)
		v = pg_do(pg,
			"update job set reason = $2, reason_code = $3, "
			"settled_ms = $4 where number = $1",
			PG_ARGS(PG_N(job->number), PG_T(reason->text),
				PG_N(reason->code), PG_N(now_ms)),
			NULL, why);
	if (v == V_OK)
		v = event_put(pg, now_ms, job->id, "automatic", "refused", why,
			"MOBB-%04d %s", (int)reason->code, reason->text);
	return v;
}

enum verdict
store_job_refuse(struct store *store, const char *id,
	const struct fault *reason, int64_t now_ms, struct fault *why)
{
	struct pg *pg = store->pg;
	struct job_row job;
	enum verdict v;

	v = pg_begin(pg, why);
	if (v == V_OK)
		v = job_lock_in(pg, id, JOB_RECEIVED, &job, why);
	if (v == V_OK)
		v = job_refuse(pg, &job, reason, now_ms, why);
	return pg_end(pg, v, why);
}

static enum verdict
mark(struct store *store, const char *id, const char *sql, struct fault *why)
{
	int64_t changed;
	enum verdict v;

	v = pg_do(store->pg, sql, PG_ARGS(PG_T(id)), &changed, why);
	if (v == V_OK && changed != 1)
		v = no_job(why, id);
	return v;
}

enum verdict
store_job_filed(struct store *store, const char *id, struct fault *why)
{
	return mark(
		store, id, "update job set filed = true where id = $1", why);
}

enum verdict
store_job_repaired(struct store *store, const char *id, struct fault *why)
{
	return mark(
		store, id, "update job set repaired = true where id = $1", why);
}
