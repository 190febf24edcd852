/* store/opinion.c - what was decided about a letter, and who contradicts it
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>

#include "store/books.h"

enum verdict
store_letter_decisions(struct store *store, const char *job, int64_t record,
	struct arena *mem, struct event **rows_out, size_t *count_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct event *list;
	enum verdict v;
	int i;

	v = pg_ask(store->pg,
		"select e.at_ms, e.job, e.person, e.what, e.text from event e "
		"join (select r.event_no from receipt r "
		"where r.job_no = (select number from job where id = $1) "
		"and r.record = $2 and r.event_no is not null "
		"union select a.event_no from letter_address a "
		"where a.job_no = (select number from job where id = $1) "
		"and a.record = $2) x on x.event_no = e.number "
		"order by e.number",
		PG_ARGS(PG_T(job), PG_N(record)), &rows, why);
	if (v != V_OK)
		return v;
	list = arena_alloc(mem, ((size_t)rows.count + 1) * sizeof(*list));
	for (i = 0; i < rows.count; i++) {
		list[i] = (struct event){ .at_ms = pg_int(&rows, i, 0),
			.person = pg_text(&rows, i, 2, mem),
			.what = pg_text(&rows, i, 3, mem),
			.text = pg_text(&rows, i, 4, mem) };
		pg_word(&rows, i, 1, list[i].job, sizeof(list[i].job));
	}
	*rows_out = list;
	*count_out = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}

enum verdict
store_opinions(struct store *store, struct arena *mem,
	struct opinion **rows_out, size_t *count_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct opinion *list;
	enum verdict v;
	int i;

	v = pg_ask(store->pg,
		"select j.id, sum(a.opinions)::bigint from attempt a "
		"join lot o on o.number = a.lot_no "
		"join job j on j.number = o.job_no where a.opinions > 0 "
		"group by j.id, j.number order by j.number",
		NULL, &rows, why);
	if (v != V_OK)
		return v;
	list = arena_alloc(mem, ((size_t)rows.count + 1) * sizeof(*list));
	for (i = 0; i < rows.count; i++) {
		list[i] = (struct opinion){ .letters = pg_int(&rows, i, 1) };
		pg_word(&rows, i, 0, list[i].job, sizeof(list[i].job));
	}
	*rows_out = list;
	*count_out = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}

enum verdict
store_opinions_seen(struct store *store, const char *job, const char *person,
	const char *reason, int64_t now_ms, struct fault *why)
{
	struct pg *pg = store->pg;
	int64_t changed = 0;
	enum verdict v;

	v = pg_begin(pg, why);
	if (v == V_OK)
		v = pg_do(pg,
			"update attempt a set opinions = 0 from lot o, job j "
			"where a.opinions > 0 and o.number = a.lot_no "
			"and j.number = o.job_no and j.id = $1",
			PG_ARGS(PG_T(job)), &changed, why);
	if (v == V_OK && changed == 0)
		v = fault_set(why, V_SKIP, CODE_STATE,
			"nothing contradicts what is known of this job");
	if (v == V_OK)
		v = event_put(pg, now_ms, job, person, "opinions seen", why,
			"%s", reason);
	return pg_end(pg, v, why);
}
