/* store/page_pick.c - letters of a job to look at
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "store/books.h"

#define ABROAD_PAGE 1000 /* addresses looked at in one go */
#define OF_JOB "from letter l where l.part = $1 and l.job_no = $2 "

/* The first row's record. */
static enum verdict
one(struct pg *pg, const char *sql, const struct pg_arg *args,
	int64_t *record_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v = pg_ask(pg, sql, args, &rows, why);

	if (v == V_OK && rows.count == 0)
		v = V_END;
	else if (v == V_OK && rows.count > 1)
		v = fault_set(why, V_SKIP, CODE_AMBIGUOUS,
			"more than one letter of the job has this reference");
	else if (v == V_OK)
		*record_out = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	return v;
}

/* A country may be written in more ways than one: the database leaves out what
 * is surely Dutch, the rest is looked at here.
 */
static enum verdict
abroad(struct pg *pg, const struct job_row *job, int64_t *record_out,
	struct fault *why)
{
	struct arena mem = ARENA_EMPTY;
	int64_t after = 0, found = 0;
	int got = 1, i;
	enum verdict v = V_OK;

	while (v == V_OK && got > 0 && found == 0) {
		struct pg_rows rows = PG_ROWS_NONE;

		v = pg_ask(pg,
			"select record, address "
			"from letter_abroad($1, $2, $3, $4)",
			PG_ARGS(PG_N(job->part), PG_N(job->number), PG_N(after),
				PG_N(ABROAD_PAGE)),
			&rows, why);
		got = v == V_OK ? rows.count : 0;
		for (i = 0; i < got && found == 0; i++) {
			struct address address;

			after = pg_int(&rows, i, 0);
			address_unpack(
				pg_text(&rows, i, 1, &mem), &mem, &address);
			if (strcmp(address_zone(&address), "NL") != 0)
				found = after;
		}
		pg_rows_done(&rows);
		arena_reset(&mem);
	}
	arena_done(&mem);
	if (v == V_OK && found == 0)
		return V_END;
	if (v == V_OK)
		*record_out = found;
	return v;
}

enum verdict
store_page_pick(struct store *store, const char *job, enum page_pick pick,
	int64_t from, int64_t *record_out, struct fault *why)
{
	static const char *const sql[] = {
		[PAGE_FIRST] = "select l.record " OF_JOB
			       "and l.record >= $3 order by l.record limit 1",
		[PAGE_LAST] = "select l.record " OF_JOB "and l.record >= $3 "
			      "order by l.record desc limit 1",
		[PAGE_LARGEST] = "select l.record " OF_JOB "and l.record >= $3 "
				 "order by l.box_bytes desc, l.record limit 1",
	};
	struct job_row row;
	enum verdict v = job_peek(store->pg, job, &row, why);

	assert(pick >= PAGE_FIRST && pick <= PAGE_FROM);
	if (v != V_OK)
		return v;
	if (pick == PAGE_ABROAD)
		return abroad(store->pg, &row, record_out, why);
	return one(store->pg, sql[pick == PAGE_FROM ? PAGE_FIRST : pick],
		PG_ARGS(PG_N(row.part), PG_N(row.number),
			PG_N(pick == PAGE_FROM ? from : 0)),
		record_out, why);
}

enum verdict
store_page_reference(struct store *store, const char *job,
	const char *reference, int64_t *record_out, struct fault *why)
{
	struct job_row row;
	enum verdict v = job_peek(store->pg, job, &row, why);

	if (v != V_OK)
		return v;
	return one(store->pg,
		"select l.record " OF_JOB
		"and l.reference = $3 order by l.record limit 2",
		PG_ARGS(PG_N(row.part), PG_N(row.number), PG_T(reference)),
		record_out, why);
}
