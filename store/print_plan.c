/* store/print_plan.c - the order of a paper run; see store/print.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "store/books.h"

#define PAGE_ROWS "2000" /* letters in memory while a plan is made */

/* May an attempt that is under way still bring it to a box?  A letter `x` of
 * which a person decided is left out: who did so took that risk.
 */
#define NEVER_BOTH                                                             \
	"(x.code in (1322, 1323) or not exists (select from attempt a "        \
	"where a.lot_no = x.lot_no and a.state in (1, 2, 3) "                  \
	"and case when a.part_of_lot then exists (select from receipt r "      \
	"where r.job_no = $2 and r.lot_no = x.lot_no "                         \
	"and r.record = x.record and r.attempt_no = a.number "                 \
	"and r.state = 4) else not exists (select from receipt r "             \
	"where r.job_no = $2 and r.lot_no = x.lot_no "                         \
	"and r.record = x.record and r.number <= a.receipt_mark) end)) "

/* Routed to paper and in no lot; and those whose newest receipt, in the newest
 * lot they have, says paper.
 */
#define LETS_ROUTED GATE_LETS("$3", "r.job_no", "r.record")
#define LETS_SAID GATE_LETS("$3", "$2", "x.record")
#define PAPER_SQL                                                              \
	"declare paper no scroll cursor for "                                  \
	"with paper as (select r.record, r.box, r.rule, "                      \
	"coalesce(x.said, '') as said from route r "                           \
	"left join lateral (select x.state, " SAID_SQL "as said "              \
	"from receipt x where x.job_no = r.job_no and x.lot_no = 0 "           \
	"and x.record = r.record order by x.number desc limit 1) x on true "   \
	"where r.job_no = $2 and not r.box "                                   \
	"and (select 1 from place p where p.job_no = r.job_no "                \
	"and p.record = r.record limit 1) is null "                            \
	"and coalesce(x.state, 3) = 3 and " LETS_ROUTED                        \
	"union all select x.record, r.box, "                                   \
	"r.rule, " SAID_SQL "from (select distinct on (lot_no, record) "       \
	"lot_no, job_no, record, state, code, wire_code from receipt "         \
	"where job_no = $2 order by lot_no, record, number desc) x "           \
	"join route r on r.job_no = $2 and r.record = x.record "               \
	"where x.state = 3 and (x.lot_no > 0 or r.box) "                       \
	"and x.lot_no = coalesce((select max(p.lot_no) from place p "          \
	"where p.job_no = $2 and p.record = x.record), 0) "                    \
	"and " NEVER_BOTH "and " LETS_SAID ") select " LETTER_COLUMNS          \
	", n.box, n.rule, n.said from paper n "                                \
	"join letter l on l.part = $1 and l.job_no = $2 "                      \
	"and l.record = n.record"

enum verdict
store_plan_begin(struct store *store, const char *job, struct fault *why)
{
	struct job_row row;
	enum verdict v = pg_begin(store->pg, why);

	if (v == V_OK)
		v = pg_script(store->pg,
			"drop table if exists pg_temp.print_order;"
			"create temp table if not exists print_plan ("
			"record bigint not null, id uuid not null, "
			"large boolean not null, weight integer not null, "
			"abroad boolean not null, sheets bigint not null, "
			"bytes bigint not null, key text collate \"C\");"
			"truncate pg_temp.print_plan;"
			/* All of it is read, not the first rows. */
			"set local cursor_tuple_fraction = 1",
			why);
	if (v == V_OK)
		v = job_peek(store->pg, job, &row, why);
	if (v == V_OK)
		v = pg_do(store->pg, PAPER_SQL,
			PG_ARGS(PG_N(row.part), PG_N(row.number),
				PG_N(row.gated ? 1 : 0)),
			NULL, why);
	return v == V_OK ? V_OK : pg_end(store->pg, v, why);
}

enum verdict
store_plan_letters(struct store *store, struct arena *mem,
	struct letter **letters_out, const char ***reasons_out,
	size_t *count_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(
		store->pg, "fetch " PAGE_ROWS " from paper", NULL, &rows, why);
	if (v == V_OK && rows.count == 0)
		v = V_END;
	if (v == V_OK)
		v = paper_read(
			&rows, mem, letters_out, reasons_out, count_out, why);
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_plan_add(struct store *store, const struct print_row *rows, size_t count,
	struct fault *why)
{
	struct pg_copy copy = PG_COPY_NONE;
	enum verdict v;
	size_t i;

	v = pg_copy_begin(&copy, store->pg,
		"copy pg_temp.print_plan (record, id, large, weight, abroad, "
		"sheets, bytes, key) from stdin (format binary)",
		why);
	for (i = 0; v == V_OK && i < count; i++) {
		v = pg_copy_row(&copy, 8, why);
		if (v != V_OK)
			break;
		pg_copy_i64(&copy, rows[i].record);
		pg_copy_bytes(
			&copy, rows[i].id.bytes, sizeof(rows[i].id.bytes));
		pg_copy_bool(&copy, rows[i].large);
		pg_copy_i32(&copy, rows[i].weight);
		pg_copy_bool(&copy, rows[i].abroad);
		pg_copy_i64(&copy, rows[i].sheets);
		pg_copy_i64(&copy, rows[i].bytes);
		pg_copy_text(&copy, rows[i].key);
	}
	if (v == V_OK)
		v = pg_copy_end(&copy, why);
	pg_copy_done(&copy);
	return v;
}

enum verdict
store_plan_end(struct store *store, enum verdict v, int64_t *letters_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;

	if (v == V_OK)
		v = pg_script(store->pg,
			"close paper;"
			"create temp table print_order as "
			"select row_number() over (order by large, weight, "
			"key, id) as nr, record, id, large, weight, abroad, "
			"sheets, bytes from pg_temp.print_plan;"
			"truncate pg_temp.print_plan;"
			"create unique index on print_order (nr);"
			"analyze print_order",
			why);
	if (v == V_OK)
		v = pg_ask(store->pg,
			"select count(*) from pg_temp.print_order", NULL, &rows,
			why);
	if (v == V_OK)
		*letters_out = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	return pg_end(store->pg, v, why);
}

static void
group_add(struct print_group *g, const struct pg_rows *rows, int row)
{
	g->last = pg_int(rows, row, 0);
	g->records[g->count] = pg_int(rows, row, 1);
	g->ids[g->count++] = pg_uuid(rows, row, 2);
	g->bytes += pg_int(rows, row, 5);
}

static void
group_new(struct print_group *g, const struct pg_rows *rows, struct arena *mem)
{
	size_t n = (size_t)rows->count;

	*g = (struct print_group){ .large = pg_bool(rows, 0, 3),
		.weight = (int)pg_int(rows, 0, 4),
		.records = arena_alloc(mem, n * sizeof(g->records[0])),
		.ids = arena_alloc(mem, n * sizeof(g->ids[0])) };
}

enum verdict
store_plan_next(struct store *store, int64_t after, size_t max,
	int64_t bytes_max, struct arena *mem, struct print_group *out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct print_group g;
	enum verdict v;
	int i;

	assert(max > 0 && bytes_max > 0);
	v = pg_ask(store->pg,
		"select nr, record, id, large, weight, bytes "
		"from pg_temp.print_order where nr > $1 order by nr limit $2",
		PG_ARGS(PG_N(after), PG_N((int64_t)max)), &rows, why);
	if (v == V_OK && rows.count == 0)
		v = V_END;
	if (v == V_OK) {
		group_new(&g, &rows, mem);
		for (i = 0; i < rows.count; i++) {
			if (pg_bool(&rows, i, 3) != g.large ||
				pg_int(&rows, i, 4) != g.weight)
				break;
			if (i > 0 && g.bytes + pg_int(&rows, i, 5) > bytes_max)
				break;
			group_add(&g, &rows, i);
		}
		*out = g;
	}
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_plan_proof(struct store *store, size_t max, struct arena *mem,
	struct print_group *out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct print_group g;
	enum verdict v;
	int i;

	assert(max > 0);
	v = pg_ask(store->pg,
		"with o as (select * from pg_temp.print_order), "
		"pick as (select nr, min(rank) as rank from ("
		"(select nr, 1 as rank from o order by nr limit 1) union all "
		"(select distinct on (large, weight) nr, 2 from o "
		"order by large, weight, nr) union all "
		"(select nr, 3 from o where abroad order by nr limit 1) "
		"union all (select nr, 4 from o order by sheets desc, nr "
		"limit 1) union all "
		"(select nr, 5 from o order by nr limit $1)) u "
		"group by nr order by rank, nr limit $1) "
		"select nr, record, id, large, weight, bytes "
		"from pick join o using (nr) order by nr",
		PG_ARGS(PG_N((int64_t)max)), &rows, why);
	if (v == V_OK && rows.count == 0)
		v = V_END;
	if (v == V_OK) {
		group_new(&g, &rows, mem);
		for (i = 0; i < rows.count; i++) {
			group_add(&g, &rows, i);
			if (pg_int(&rows, i, 4) != g.weight)
				g.weight = -1;
		}
		if (g.weight == -1)
			g.weight = 0;
		*out = g;
	}
	pg_rows_done(&rows);
	return v;
}
