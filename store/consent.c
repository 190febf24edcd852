/* store/consent.c - a job that two persons let go; see store/person.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>

#include "store/books.h"

enum verdict
store_job_persons(
	struct store *store, const char *job, int persons, struct fault *why)
{
	assert(persons == 1 || persons == 2);
	return pg_do(store->pg,
		"update job set persons = $2 where id = $1 and persons <> $2",
		PG_ARGS(PG_T(job), PG_N(persons)), NULL, why);
}

enum verdict
store_consent_list(struct store *store, const char *job, struct arena *mem,
	struct consent **list_out, size_t *count_out, int *persons_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct consent *list;
	enum verdict v;
	int i, n = 0;

	v = pg_ask(store->pg,
		"select j.persons, c.person, c.letters, c.at_ms, c.reason "
		"from job j left join lateral job_consents(j.number) c on true "
		"where j.id = $1 order by c.number",
		PG_ARGS(PG_T(job)), &rows, why);
	if (v == V_OK && rows.count == 0)
		v = fault_set(why, V_SKIP, CODE_NO_JOB, "no such job");
	if (v != V_OK)
		goto out;
	list = arena_alloc(mem, (size_t)rows.count * sizeof(*list));
	for (i = 0; i < rows.count; i++)
		if (!pg_null(&rows, i, 1))
			list[n++] = (struct consent){ .person = pg_text(
							      &rows, i, 1, mem),
				.letters = pg_int(&rows, i, 2),
				.at_ms = pg_int(&rows, i, 3),
				.reason = pg_text(&rows, i, 4, mem) };
	*persons_out = (int)pg_int(&rows, 0, 0);
	*list_out = list;
	*count_out = (size_t)n;
out:
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_consent_give(struct store *store, const char *job, const char *person,
	int64_t letters, const char *reason, int64_t now_ms, struct fault *why)
{
	struct pg *pg = store->pg;
	struct job_row row;
	enum verdict v = pg_begin(pg, why);

	/* Locked: what is agreed to is what is there. */
	if (v == V_OK)
		v = job_lock_in(pg, job, JOB_HELD, &row, why);
	/* The database sets time and mark, and checks the number. */
	if (v == V_OK)
		v = pg_do(pg,
			"insert into consent (job_no, person, letters, mark, "
			"reason, at_ms) values ($1, $2, $3, '', $4, $5)",
			PG_ARGS(PG_N(row.number), PG_T(person), PG_N(letters),
				PG_T(reason), PG_N(now_ms)),
			NULL, why);
	if (v == V_OK)
		v = event_put(pg, now_ms, row.id, person, "consent", why,
			"%" PRId64 " letters: %s", letters, reason);
	return pg_end(pg, v, why);
}

enum verdict
store_consent_withdraw(struct store *store, const char *job, const char *person,
	const char *reason, int64_t now_ms, struct fault *why)
{
	struct pg *pg = store->pg;
	struct job_row row;
	int64_t changed = 0;
	enum verdict v = pg_begin(pg, why);

	if (v == V_OK)
		v = job_lock(pg, job, &row, why);
	if (v == V_OK)
		v = pg_do(pg,
			"update consent set withdrawn_ms = $3 where job_no = "
			"$1 "
			"and person = $2 and withdrawn_ms = 0",
			PG_ARGS(PG_N(row.number), PG_T(person), PG_N(now_ms)),
			&changed, why);
	if (v == V_OK && changed == 0)
		v = fault_set(why, V_SKIP, CODE_NO_JOB,
			"%s has not agreed to this job", person);
	if (v == V_OK)
		v = event_put(pg, now_ms, row.id, person, "consent withdrawn",
			why, "%s", reason);
	return pg_end(pg, v, why);
}
