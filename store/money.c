/* store/money.c - see store/money.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>

#include "store/books.h"

enum verdict
store_money_ledger(struct store *store, int year, struct arena *mem,
	struct money_row **rows_out, size_t *count_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct money_row *list;
	enum verdict v;
	int i;

	v = pg_ask(store->pg,
		"select environment, oin, stream, delivered from ledger "
		"where year = $1 order by oin, environment, stream",
		PG_ARGS(PG_N(year)), &rows, why);
	if (v != V_OK)
		return v;
	list = arena_alloc(mem, ((size_t)rows.count + 1) * sizeof(*list));
	for (i = 0; i < rows.count; i++)
		list[i] = (struct money_row){ .year = year,
			.environment = pg_text(&rows, i, 0, mem),
			.oin = pg_text(&rows, i, 1, mem),
			.stream = pg_text(&rows, i, 2, mem),
			.delivered = pg_int(&rows, i, 3) };
	*rows_out = list;
	*count_out = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}

enum verdict
store_money_said(struct store *store, int year, struct arena *mem,
	struct money_said **rows_out, size_t *count_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct money_said *list;
	enum verdict v;
	int i;

	v = pg_ask(store->pg,
		"select distinct on (sender, login, stream) sender, login, "
		"stream, count, person, reason, at_ms from year_said "
		"where year = $1 order by sender, login, stream, number desc",
		PG_ARGS(PG_N(year)), &rows, why);
	if (v != V_OK)
		return v;
	list = arena_alloc(mem, ((size_t)rows.count + 1) * sizeof(*list));
	for (i = 0; i < rows.count; i++)
		list[i] = (struct money_said){ .year = year,
			.oin = pg_text(&rows, i, 0, mem),
			.login = pg_bool(&rows, i, 1),
			.stream = pg_text(&rows, i, 2, mem),
			.count = pg_int(&rows, i, 3),
			.person = pg_text(&rows, i, 4, mem),
			.reason = pg_text(&rows, i, 5, mem),
			.at_ms = pg_int(&rows, i, 6) };
	*rows_out = list;
	*count_out = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}

enum verdict
store_money_say(
	struct store *store, const struct money_said *said, struct fault *why)
{
	struct pg *pg = store->pg;
	enum verdict v = pg_begin(pg, why);

	if (v != V_OK)
		return v;
	v = pg_do(pg,
		"insert into year_said (year, sender, stream, login, count, "
		"person, reason, at_ms) values ($1, $2, $3, $4::int = 1, $5, "
		"$6, $7, $8)",
		PG_ARGS(PG_N(said->year), PG_T(said->oin), PG_T(said->stream),
			PG_N(said->login), PG_N(said->count),
			PG_T(said->person), PG_T(said->reason),
			PG_N(said->at_ms)),
		NULL, why);
	if (v == V_OK)
		v = event_put(pg, said->at_ms, "", said->person, "money", why,
			"%" PRId64 " %s%s in %d of OIN %s: %s", said->count,
			said->login ? "logins" : "letters of stream ",
			said->stream, said->year, said->oin, said->reason);
	return pg_end(pg, v, why);
}
