/* store/limit.c - see store/limit.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>

#include "base/clock.h"
#include "store/books.h"

#define COLUMNS "l.kind, l.name, l.amount, l.until_ms, l.since_ms, l.person, "
#define LIMIT_SQL "select " COLUMNS "l.reason from "

const char *
limit_word(enum limit_kind kind)
{
	switch (kind) {
	case LIMIT_SENDER:
		return "sender";
	case LIMIT_ENDPOINT:
		return "endpoint";
	case LIMIT_PRINTER:
		break;
	}
	return "printer";
}

const char *
limit_unit(enum limit_kind kind)
{
	return kind == LIMIT_PRINTER ? "d" : "h";
}

static struct limit
read_limit(const struct pg_rows *rows, int row, struct arena *mem)
{
	return (struct limit){ .kind = (enum limit_kind)pg_int(rows, row, 0),
		.name = pg_text(rows, row, 1, mem),
		.amount = pg_int(rows, row, 2),
		.until_ms = pg_int(rows, row, 3),
		.since_ms = pg_int(rows, row, 4),
		.person = pg_text(rows, row, 5, mem),
		.reason = pg_text(rows, row, 6, mem) };
}

enum verdict
store_limit_find(struct store *store, enum limit_kind kind, const char *name,
	int64_t now_ms, struct arena *mem, struct limit *limit_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v = pg_ask(store->pg,
		LIMIT_SQL "mobb_limit_row($1::int, $2, $3) l",
		PG_ARGS(PG_N(kind), PG_T(name), PG_N(now_ms)), &rows, why);

	if (v == V_OK && rows.count == 0)
		v = V_END;
	if (v == V_OK)
		*limit_out = read_limit(&rows, 0, mem);
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_limit_list(struct store *store, int64_t now_ms, struct arena *mem,
	struct limit **limits_out, size_t *count_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct limit *limits;
	enum verdict v;
	int i;

	v = pg_ask(store->pg,
		LIMIT_SQL "pace_limit l where l.until_ms = 0 or l.until_ms > "
			  "$1 order by l.kind, l.name",
		PG_ARGS(PG_N(now_ms)), &rows, why);
	if (v != V_OK)
		return v;
	limits = arena_alloc(mem, ((size_t)rows.count + 1) * sizeof(*limits));
	for (i = 0; i < rows.count; i++)
		limits[i] = read_limit(&rows, i, mem);
	*limits_out = limits;
	*count_out = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}

static enum verdict
remove_limit(struct pg *pg, enum limit_kind kind, const char *name,
	int64_t *gone_out, struct fault *why)
{
	return pg_do(pg, "delete from pace_limit where kind = $1 and name = $2",
		PG_ARGS(PG_N(kind), PG_T(name)), gone_out, why);
}

enum verdict
store_limit_set(struct store *store, const struct limit *limit, int64_t of_file,
	struct fault *why)
{
	char until[CLOCK_TEXT_MAX] = "it is taken off";
	struct pg *pg = store->pg;
	enum verdict v;

	assert(limit->amount > 0);
	if (limit->until_ms > 0)
		clock_local(limit->until_ms, until);
	v = pg_begin(pg, why);
	if (v == V_OK)
		v = remove_limit(pg, limit->kind, limit->name, NULL, why);
	if (v == V_OK)
		v = pg_do(pg,
			"insert into pace_limit (kind, name, amount, until_ms, "
			"since_ms, person, reason) "
			"values ($1, $2, $3, $4, $5, $6, $7)",
			PG_ARGS(PG_N(limit->kind), PG_T(limit->name),
				PG_N(limit->amount), PG_N(limit->until_ms),
				PG_N(limit->since_ms), PG_T(limit->person),
				PG_T(limit->reason)),
			NULL, why);
	if (v == V_OK)
		v = event_put(pg, limit->since_ms, "", limit->person, "limit",
			why,
			"%s %.60s: %" PRId64
			"/%s until %s; the jobs file says %" PRId64 "/%s%s%s",
			limit_word(limit->kind), limit->name, limit->amount,
			limit_unit(limit->kind), until, of_file,
			limit_unit(limit->kind),
			of_file == 0 ? " (no limit): " : ": ", limit->reason);
	return pg_end(pg, v, why);
}

enum verdict
store_limit_off(struct store *store, enum limit_kind kind, const char *name,
	const char *person, const char *reason, int64_t now_ms,
	struct fault *why)
{
	struct pg *pg = store->pg;
	int64_t gone = 0;
	enum verdict v;

	v = pg_begin(pg, why);
	if (v == V_OK)
		v = remove_limit(pg, kind, name, &gone, why);
	if (v == V_OK && gone == 0)
		v = fault_set(why, V_SKIP, CODE_STATE,
			"nobody set a limit of %s %.60s", limit_word(kind),
			name);
	if (v == V_OK)
		v = event_put(pg, now_ms, "", person, "limit", why,
			"%s %.60s: as the jobs file says: %s", limit_word(kind),
			name, reason);
	return pg_end(pg, v, why);
}

enum verdict
store_limits_end(struct store *store, int64_t now_ms, int64_t *count_out,
	struct fault *why)
{
	return pg_do(store->pg,
		"with gone as (delete from pace_limit where until_ms > 0 "
		"and until_ms <= least($1, (extract(epoch from "
		"clock_timestamp()) * 1000)::bigint) "
		"returning kind, name, amount, person) "
		"insert into event (at_ms, job, person, what, text) "
		"select $1, '', 'automatic', 'limit', case kind "
		"when 2 then 'sender ' when 3 then 'endpoint ' "
		"else 'printer ' end || name || ': the limit of ' || amount "
		"|| case kind when 4 then '/d' else '/h' end || ' by ' "
		"|| person || ' has ended' from gone",
		PG_ARGS(PG_N(now_ms)), count_out, why);
}

/* --- the letters of a day --- */

enum verdict
store_print_allowance(struct store *store, const char *printer, int64_t letters,
	int64_t per_day, int32_t day, int64_t *may_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	assert(letters >= 0);
	v = pg_ask(store->pg, "select mobb_print_take($1, $2::int, $3, $4)",
		PG_ARGS(PG_T(printer), PG_N(day), PG_N(letters), PG_N(per_day)),
		&rows, why);
	if (v == V_OK)
		*may_out = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_print_left(struct store *store, const char *printer, int64_t per_day,
	int32_t day, int64_t *left_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(store->pg,
		"select l.n, greatest(0, l.n - coalesce((select d.letters "
		"from print_day d where d.printer = $1 and d.day = $2::int), "
		"0)) from (select mobb_limit(4, $1, $3, (extract(epoch from "
		"clock_timestamp()) * 1000)::bigint) as n) l",
		PG_ARGS(PG_T(printer), PG_N(day), PG_N(per_day)), &rows, why);
	if (v == V_OK)
		*left_out = pg_int(&rows, 0, 0) == 0 ? -1 : pg_int(&rows, 0, 1);
	pg_rows_done(&rows);
	return v;
}
