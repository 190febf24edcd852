/* store/tally.c - see store/tally.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>

#include "store/books.h"

#define HOUR_MS INT64_C(3600000)

/* --- what left, hour by hour --- */

/* Tries of which a byte may have left. */
#define LEFT_SQL                                                               \
	"from lot o join attempt a on a.lot_no = o.number "                    \
	"where o.job_no = $1 and not o.print and a.begun_ms > 0 "              \
	"and (a.posts > 0 or a.acknowledged_ms > 0 or a.state in (1, 2)) "

static enum verdict
read_span(
	struct pg *pg, int64_t job_no, struct job_tally *out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	int64_t span = 0;
	enum verdict v;

	v = pg_ask(pg,
		"select coalesce(max(a.begun_ms) - min(a.begun_ms), "
		"0) " LEFT_SQL,
		PG_ARGS(PG_N(job_no)), &rows, why);
	if (v == V_OK)
		span = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	out->hour_ms = HOUR_MS * (span / HOUR_MS / (TALLY_HOURS_MAX - 1) + 1);
	return v;
}

static enum verdict
read_hours(struct pg *pg, int64_t job_no, struct arena *mem,
	struct job_tally *out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v = read_span(pg, job_no, out, why);
	int i;

	if (v == V_OK)
		v = pg_ask(pg,
			"select a.begun_ms - a.begun_ms % $2, "
			"sum(a.letters)::bigint " LEFT_SQL
			"group by 1 order by 1",
			PG_ARGS(PG_N(job_no), PG_N(out->hour_ms)), &rows, why);
	if (v != V_OK)
		return v;
	out->hours = arena_alloc(
		mem, ((size_t)rows.count + 1) * sizeof(*out->hours));
	for (i = 0; i < rows.count && i < TALLY_HOURS_MAX; i++)
		out->hours[i] = (struct tally_hour){ pg_int(&rows, i, 0),
			pg_int(&rows, i, 1) };
	out->hour_count = (size_t)i;
	pg_rows_done(&rows);
	return V_OK;
}

/* --- what the box answered, what was rejected --- */

static enum verdict
read_answers(
	struct pg *pg, int64_t job_no, struct job_tally *out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;
	int i;

	_Static_assert(RECEIPT_COUNTERS == 6, "as many as are selected");
	v = pg_ask(pg,
		"select coalesce(sum(counters[1]), 0)::bigint, "
		"coalesce(sum(counters[2]), 0)::bigint, "
		"coalesce(sum(counters[3]), 0)::bigint, "
		"coalesce(sum(counters[4]), 0)::bigint, "
		"coalesce(sum(counters[5]), 0)::bigint, "
		"coalesce(sum(counters[6]), 0)::bigint, coalesce(sum(a.total), "
		"0)::bigint "
		"from lot o join attempt a on a.lot_no = o.number "
		"where o.job_no = $1 and a.result_ms > 0",
		PG_ARGS(PG_N(job_no)), &rows, why);
	if (v != V_OK)
		return v;
	out->other = pg_int(&rows, 0, RECEIPT_COUNTERS);
	for (i = 0; i < RECEIPT_COUNTERS; i++) {
		out->answers[i] = pg_int(&rows, 0, i);
		out->other -= out->answers[i];
	}
	if (out->other < 0)
		out->other = 0;
	pg_rows_done(&rows);
	return V_OK;
}

static enum verdict
read_codes(struct pg *pg, int64_t job_no, struct arena *mem,
	struct job_tally *out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;
	int i;

	v = pg_ask(pg,
		"select code, count(*) from rejected where job_no = $1 "
		"and not warning group by code order by 2 desc, 1 limit $2",
		PG_ARGS(PG_N(job_no), PG_N(TALLY_CODES_MAX)), &rows, why);
	if (v != V_OK)
		return v;
	out->codes = arena_alloc(
		mem, ((size_t)rows.count + 1) * sizeof(*out->codes));
	for (i = 0; i < rows.count; i++)
		out->codes[i] =
			(struct tally_code){ (enum code)pg_int(&rows, i, 0),
				pg_int(&rows, i, 1) };
	out->code_count = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}

enum verdict
store_tally(struct store *store, const char *job, struct arena *mem,
	struct job_tally *out, struct fault *why)
{
	struct pg *pg = store->pg;
	struct job_tally t = { .hour_ms = HOUR_MS };
	struct job_row row;
	enum verdict v = job_peek(pg, job, &row, why);

	if (v == V_OK)
		v = read_hours(pg, row.number, mem, &t, why);
	if (v == V_OK)
		v = read_answers(pg, row.number, &t, why);
	if (v == V_OK)
		v = read_codes(pg, row.number, mem, &t, why);
	if (v == V_OK)
		*out = t;
	return v;
}

/* --- the closing statement --- */

/* It may add up and still not be what the supplier or the other side counts. */
static enum verdict
sum_agrees(struct store *store, const char *id, char sum_out[PROOF_LINE_MAX],
	struct fault *why)
{
	struct arena mem = ARENA_EMPTY;
	int64_t uncounted = 0;
	struct proof proof;
	struct job job;
	enum verdict v = store_job_get(store, id, &mem, &job, why);

	if (v == V_OK)
		v = store_job_uncounted(store, id, &uncounted, why);
	if (v == V_OK) {
		proof = job_proof(&job, uncounted);
		if (proof_line(&proof, sum_out) == PROOF_DIFFERS)
			v = fault_set(
				why, V_SKIP, CODE_NOT_PROVEN, "%s", sum_out);
	}
	arena_done(&mem);
	return v;
}

static enum verdict
may_close(struct pg *pg, const struct job_row *job, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	if (job->state == JOB_RECEIVED || job->state == JOB_REFUSED)
		return fault_set(why, V_SKIP, CODE_STATE,
			"the job is %s: it has no letters",
			job_word(job->state));
	v = pg_ask(pg,
		"select j.letters - j.n_delivered - j.n_posted - "
		"j.n_withdrawn, "
		"coalesce(c.person, '') from job j "
		"left join job_closing c on c.job_no = j.number "
		"where j.number = $1",
		PG_ARGS(PG_N(job->number)), &rows, why);
	if (v == V_OK && pg_int(&rows, 0, 0) != 0)
		v = fault_set(why, V_SKIP, CODE_NOT_ENDED,
			"%" PRId64 " of its letters %s still open",
			pg_int(&rows, 0, 0),
			pg_int(&rows, 0, 0) == 1 ? "is" : "are");
	else if (v == V_OK && !pg_null(&rows, 0, 1) &&
		 pg_int(&rows, 0, 0) == 0) {
		char person[64];

		pg_word(&rows, 0, 1, person, sizeof(person));
		if (person[0] != '\0')
			v = fault_set(why, V_SKIP, CODE_STATE,
				"it was closed before, by %s", person);
	}
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_job_close(struct store *store, const char *job,
	const struct closing *closing, bool dry, struct fault *why)
{
	struct pg *pg = store->pg;
	char sum[PROOF_LINE_MAX] = "";
	struct job_row row;
	enum verdict v;

	v = pg_begin(pg, why);
	if (v == V_OK)
		v = job_lock(pg, job, &row, why);
	if (v == V_OK)
		v = may_close(pg, &row, why);
	if (v == V_OK)
		v = sum_agrees(store, row.id, sum, why);
	if (v == V_OK && dry)
		v = V_END; /* nothing is kept */
	if (v == V_OK)
		v = pg_do(pg,
			"insert into job_closing (job_no, records, delivered, "
			"posted, rejected, withdrawn, sum, person, reason, "
			"at_ms) select number, letters + rejected, "
			"n_delivered, n_posted, rejected, n_withdrawn, $2, $3, "
			"$4, $5 from job where number = $1",
			PG_ARGS(PG_N(row.number), PG_T(sum),
				PG_T(closing->person), PG_T(closing->reason),
				PG_N(closing->at_ms)),
			NULL, why);
	if (v == V_OK)
		v = event_put(pg, closing->at_ms, row.id, closing->person,
			"closed", why, "%s: %s", sum, closing->reason);
	v = pg_end(pg, v, why);
	return v == V_END ? V_OK : v;
}

enum verdict
store_job_closing(struct store *store, const char *job, struct arena *mem,
	struct closing *out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(store->pg,
		"select c.records, c.delivered, c.posted, c.rejected, "
		"c.withdrawn, c.at_ms, c.sum, c.person, c.reason "
		"from job_closing c join job j on j.number = c.job_no "
		"where j.id = $1",
		PG_ARGS(PG_T(job)), &rows, why);
	if (v == V_OK && rows.count == 0)
		v = V_END;
	if (v == V_OK)
		*out = (struct closing){ .records = pg_int(&rows, 0, 0),
			.delivered = pg_int(&rows, 0, 1),
			.posted = pg_int(&rows, 0, 2),
			.rejected = pg_int(&rows, 0, 3),
			.withdrawn = pg_int(&rows, 0, 4),
			.at_ms = pg_int(&rows, 0, 5),
			.sum = pg_text(&rows, 0, 6, mem),
			.person = pg_text(&rows, 0, 7, mem),
			.reason = pg_text(&rows, 0, 8, mem) };
	pg_rows_done(&rows);
	return v;
}
