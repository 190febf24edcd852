/* store/refs.c - letters of a job by the references of a list
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>

#include "store/books.h"

static enum verdict
copy_references(struct pg *pg, const char *const *references, size_t count,
	struct fault *why)
{
	struct pg_copy copy = PG_COPY_NONE;
	enum verdict v;
	size_t i;

	v = pg_script(pg,
		"create temporary table asked (place bigint not null, "
		"reference text collate \"C\" not null) on commit drop",
		why);
	if (v == V_OK)
		v = pg_copy_begin(&copy, pg,
			"copy pg_temp.asked (place, reference) from stdin "
			"(format binary)",
			why);
	for (i = 0; v == V_OK && i < count; i++) {
		v = pg_copy_row(&copy, 2, why);
		if (v != V_OK)
			break;
		pg_copy_i64(&copy, (int64_t)i);
		pg_copy_text(&copy, references[i]);
	}
	if (v == V_OK)
		v = pg_copy_end(&copy, why);
	pg_copy_done(&copy);
	return v == V_OK ? pg_script(pg, "analyze pg_temp.asked", why) : v;
}

/* Numbers of one column, at most `max`. */
static void
numbers(const struct pg_rows *rows, int64_t *out, size_t max, size_t *count_out)
{
	size_t i;

	for (i = 0; i < (size_t)rows->count && i < max; i++)
		out[i] = pg_int(rows, (int)i, 0);
	*count_out = i;
}

static enum verdict
find(struct pg *pg, const struct job_row *job, struct arena *mem,
	int64_t **records_out, size_t *count_out,
	int64_t unknown_out[REFERENCES_UNKNOWN], size_t *unknown_count,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	size_t unused;
	enum verdict v;

	v = pg_ask(pg,
		"select distinct l.record from pg_temp.asked a "
		"join letter l on l.part = $1 and l.job_no = $2 "
		"and l.reference = a.reference order by l.record",
		PG_ARGS(PG_N(job->part), PG_N(job->number)), &rows, why);
	if (v == V_OK) {
		*records_out = arena_alloc(
			mem, ((size_t)rows.count + 1) * sizeof(**records_out));
		numbers(&rows, *records_out, (size_t)rows.count, count_out);
	}
	pg_rows_done(&rows);
	if (v == V_OK)
		v = pg_ask(pg,
			"select a.place from pg_temp.asked a "
			"where not exists (select from letter l "
			"where l.part = $1 and l.job_no = $2 "
			"and l.reference = a.reference) order by a.place",
			PG_ARGS(PG_N(job->part), PG_N(job->number)), &rows,
			why);
	if (v == V_OK) {
		numbers(&rows, unknown_out, REFERENCES_UNKNOWN, &unused);
		*unknown_count = (size_t)rows.count;
	}
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_references_find(struct store *store, const char *job,
	const char *const *references, size_t count, struct arena *mem,
	int64_t **records_out, size_t *count_out,
	int64_t unknown_out[REFERENCES_UNKNOWN], size_t *unknown_count,
	struct fault *why)
{
	struct pg *pg = store->pg;
	struct job_row row;
	enum verdict v;

	assert(count <= REFERENCES_MAX);
	v = pg_begin(pg, why);
	if (v == V_OK)
		v = job_peek(pg, job, &row, why);
	if (v == V_OK)
		v = copy_references(pg, references, count, why);
	if (v == V_OK)
		v = find(pg, &row, mem, records_out, count_out, unknown_out,
			unknown_count, why);
	/* Only the temporary table has to go. */
	return pg_end(pg, v, why);
}
