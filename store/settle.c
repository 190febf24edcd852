/* store/settle.c - when everything has its end; what a run leaves open
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>

#include "store/books.h"

/* Where the counts say the job is; its own state when nothing changes.  A held
 * job only ends: a person decides about the rest.
 */
#define TARGET_SQL                                                             \
	"case when letters = n_delivered + n_posted + n_withdrawn "            \
	"and (state <> 4 or letters > 0) then 8 "                              \
	"when state = 6 and n_box + n_resend + n_unknown = 0 then 7 "          \
	"when state = 7 and n_box + n_resend + n_unknown > 0 then 6 "          \
	"else state end"

static enum verdict
settle_one(struct pg *pg, int64_t number, int64_t now_ms, bool *changed_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum job_state to = JOB_RECEIVED;
	struct job_row job;
	enum verdict v = job_lock_number(pg, number, &job, why);

	/* Locked: the counts stand still from here on. */
	if (v == V_OK)
		v = pg_ask(pg,
			"select " TARGET_SQL " from job where number = $1",
			PG_ARGS(PG_N(number)), &rows, why);
	if (v == V_OK)
		to = (enum job_state)pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	if (v != V_OK || to == job.state)
		return v;
	v = job_step(pg, &job, to, why);
	if (v == V_OK && to == JOB_SETTLED)
		v = pg_do(pg,
			"update job set settled_ms = $2 where number = $1",
			PG_ARGS(PG_N(number), PG_N(now_ms)), NULL, why);
	if (v == V_OK && to == JOB_SETTLED)
		v = event_put(pg, now_ms, job.id, "automatic", "settled", why,
			"every letter has its end");
	*changed_out = v == V_OK;
	return v;
}

enum verdict
store_settle(struct store *store, int64_t now_ms, int64_t *count_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct pg *pg = store->pg;
	int64_t count = 0;
	enum verdict v;
	int i;

	v = pg_ask(pg,
		"select number from job where state in (4, 6, 7) "
		"and " TARGET_SQL " <> state order by number",
		NULL, &rows, why);
	for (i = 0; v == V_OK && i < rows.count; i++) {
		bool changed = false;

		v = pg_begin(pg, why);
		if (v == V_OK)
			v = settle_one(
				pg, pg_int(&rows, i, 0), now_ms, &changed, why);
		v = pg_end(pg, v, why);
		count += v == V_OK && changed ? 1 : 0;
	}
	pg_rows_done(&rows);
	if (v == V_OK)
		*count_out = count;
	return v;
}

enum verdict
store_summary(struct store *store, int64_t since_ms, bool *open_out,
	bool *attention_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(store->pg,
		"select coalesce(bool_or(state not in (8, 9, 10) and "
		"(state in (1, 2, 3) or n_split + case when gated "
		"then (select coalesce(sum(o.letters - o.apart), 0) from lot o "
		"where o.job_no = job.number and not o.print and o.state = 1) "
		"else n_box end "
		"+ n_offered + n_unknown + n_resend > 0)), false), "
		"coalesce(bool_or(changed_ms >= $1 and "
		"(rejected > 0 or n_declined > 0 or n_held > 0 "
		"or state in (4, 9) or gated)), false) "
		"from job where changed_ms >= $1 or state not in (8, 9, 10)",
		PG_ARGS(PG_N(since_ms)), &rows, why);
	if (v != V_OK)
		return v;
	*open_out = pg_bool(&rows, 0, 0);
	*attention_out = pg_bool(&rows, 0, 1);
	pg_rows_done(&rows);
	return V_OK;
}
