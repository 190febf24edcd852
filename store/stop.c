/* store/stop.c - see store/stop.h
 *
 * The stop lock comes before all others: it is never asked for by who has a
 * row locked already.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>

#include "store/books.h"

#define STOP_LOCK "hashtext('mobb stop'), 0"

/* Unfinished jobs: none of the others has letters that could leave. */
#define JOB_OPEN "j.state not in (8, 9, 10) "
#define STOP_COLUMNS "s.kind, s.name, s.code, s.reason, s.person, s.since_ms "

const char *
stop_word(enum stop_kind kind)
{
	switch (kind) {
	case STOP_STREAM:
		return "stream";
	case STOP_SENDER:
		return "sender";
	case STOP_ENDPOINT:
		break;
	}
	return "endpoint";
}

/* --- for who lets letters go --- */

enum verdict
stop_lock_shared(struct pg *pg, struct fault *why)
{
	return pg_do(pg, "select pg_advisory_xact_lock_shared(" STOP_LOCK ")",
		NULL, NULL, why);
}

static enum verdict
lock_stop(struct pg *pg, struct fault *why)
{
	return pg_do(pg, "select pg_advisory_xact_lock(" STOP_LOCK ")", NULL,
		NULL, why);
}

enum verdict
stop_check(struct pg *pg, int64_t job_no, bool *stopped_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(pg,
		"select from job j where j.number = $1 and " JOB_J_STOPPED,
		PG_ARGS(PG_N(job_no)), &rows, why);
	if (v == V_OK)
		*stopped_out = rows.count > 0;
	pg_rows_done(&rows);
	return v;
}

enum verdict
stop_put(struct pg *pg, enum stop_kind kind, const char *name, enum code code,
	const char *reason, const char *person, int64_t now_ms, bool *new_out,
	struct fault *why)
{
	int64_t made = 0;
	enum verdict v;

	v = pg_do(pg,
		"insert into stop (kind, name, code, reason, person, since_ms) "
		"values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
		PG_ARGS(PG_N(kind), PG_T(name), PG_N(code), PG_T(reason),
			PG_T(person), PG_N(now_ms)),
		&made, why);
	if (v == V_OK && made > 0)
		v = event_put(pg, now_ms, "", person, "held", why,
			"%s %.60s: MOBB-%04d %s", stop_word(kind), name,
			(int)code, reason);
	if (v == V_OK && new_out != NULL)
		*new_out = made > 0;
	return v;
}

/* --- counting --- */

/* Letters of `c` that left, or are leaving, but have no end yet:
 *
 * whole: letters that follow their lot; of a lot that is offered its newest
 *	attempt tells whether anything left.
 * parts: letters of settled lots that were offered once more, or stand by
 *	themselves since a person decided about others of their lot.
 */
#define COUNT_SQL                                                              \
	", whole as (select o.state, o.letters - o.apart as letters, "         \
	"o.acknowledged_ms > 0 as acknowledged, "                              \
	"coalesce(a.state = 1 or a.posts + a.agains > 0, false) as posted "    \
	"from lot o join c on c.number = o.job_no "                            \
	"left join attempt a on a.lot_no = o.number and a.nth = o.attempts "   \
	"where not o.print and o.state in (2, 3, 8)), "                        \
	"parts as (select a.state, a.state = 1 or a.posts + a.agains > 0 as "  \
	"posted, "                                                             \
	"(select count(*) from (select distinct on (r.record) r.state, "       \
	"r.attempt_no from receipt r where r.job_no = o.job_no "               \
	"and r.lot_no = o.number order by r.record, r.number desc) x "         \
	"where x.state = 4 and x.attempt_no in (0, a.number)) as letters "     \
	"from lot o join c on c.number = o.job_no "                            \
	"join attempt a on a.lot_no = o.number and a.nth = o.attempts "        \
	"where not o.print and o.state = 4 and a.state in (1, 2, 3)), "        \
	"bundles as (select o.letters - o.apart as letters from lot o "        \
	"join c on c.number = o.job_no where o.state = 9 "                     \
	"and o.leaving_ms > 0), "                                              \
	"w as (select coalesce(sum(letters) filter (where state = 3), 0) "     \
	"as left_, coalesce(sum(letters) filter (where state = 2 "             \
	"and posted), 0) as flying, count(*) filter (where state = 2 "         \
	"and posted) as lots, coalesce(sum(letters) filter (where state = 8 "  \
	"and posted and not acknowledged), 0) as unknown from whole), "        \
	"p as (select coalesce(sum(letters) filter (where state = 3), 0) "     \
	"as left_, coalesce(sum(letters) filter (where state <> 3 "            \
	"and posted), 0) as flying, count(*) filter (where state <> 3 "        \
	"and posted) as lots from parts), "                                    \
	"b as (select coalesce(sum(letters), 0) as flying, count(*) as lots "  \
	"from bundles) "                                                       \
	"select count(c.number), coalesce(sum(c.letters), 0)::bigint, "        \
	"(coalesce(sum(c.n_delivered + c.n_handed + c.n_posted), 0) "          \
	"+ max(w.left_) + max(p.left_))::bigint, "                             \
	"(max(w.flying) + max(p.flying) + max(b.flying))::bigint, "            \
	"(coalesce(sum(c.n_unknown), 0) + max(w.unknown))::bigint, "           \
	"(coalesce(sum(c.n_held), 0) - max(w.unknown))::bigint, "              \
	"coalesce(sum(c.n_withdrawn), 0)::bigint, "                            \
	"max(w.lots) + max(p.lots), max(b.lots), "                             \
	"coalesce(sum(c.n_declined), 0)::bigint "                              \
	"from w cross join p cross join b left join c on true"

static enum verdict
count(struct pg *pg, const char *sql, const struct pg_arg *args,
	struct stop_count *out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct stop_count n;
	enum verdict v = pg_ask(pg, sql, args, &rows, why);

	if (v != V_OK)
		return v;
	assert(rows.count == 1);
	n = (struct stop_count){ .jobs = pg_int(&rows, 0, 0),
		.letters = pg_int(&rows, 0, 1),
		.left = pg_int(&rows, 0, 2),
		.in_flight = pg_int(&rows, 0, 3),
		.unknown = pg_int(&rows, 0, 4),
		.held = pg_int(&rows, 0, 5),
		.withdrawn = pg_int(&rows, 0, 6),
		.lots_in_flight = pg_int(&rows, 0, 7),
		.bundles_in_flight = pg_int(&rows, 0, 8),
		.declined = pg_int(&rows, 0, 9) };
	pg_rows_done(&rows);
	n.waiting = n.letters - n.left - n.in_flight - n.unknown - n.held -
		    n.withdrawn;
	*out = n;
	return V_OK;
}

static enum verdict
count_job(struct pg *pg, const char *job, struct stop_count *out,
	struct fault *why)
{
	return count(pg,
		"with c as (select * from job where id = $1)" COUNT_SQL,
		PG_ARGS(PG_T(job)), out, why);
}

static enum verdict
count_all(struct pg *pg, enum stop_kind kind, const char *name,
	struct stop_count *out, struct fault *why)
{
	return count(pg,
		"with c as (select * from job j where " JOB_OPEN
		"and $2 in (case $1::int when 1 then j.stream "
		"when 2 then j.sender else j.endpoint end, "
		"case $1::int when 1 then j.stream || '/' || j.sender "
		"end))" COUNT_SQL,
		PG_ARGS(PG_N(kind), PG_T(name)), out, why);
}

enum verdict
store_stop_count_job(struct store *store, const char *job,
	struct stop_count *out, struct fault *why)
{
	return count_job(store->pg, job, out, why);
}

enum verdict
store_stop_count(struct store *store, enum stop_kind kind, const char *name,
	struct stop_count *out, struct fault *why)
{
	return count_all(store->pg, kind, name, out, why);
}

/* --- by a person --- */

enum verdict
store_job_hold(struct store *store, const char *job, const char *person,
	const char *reason, int64_t now_ms, struct stop_count *out,
	struct fault *why)
{
	struct pg *pg = store->pg;
	struct fault held = { .code = CODE_STOPPED };
	struct job_row row;
	bool may = false;
	enum verdict v;

	v = pg_begin(pg, why);
	if (v == V_OK)
		v = lock_stop(pg, why);
	if (v == V_OK)
		v = job_lock(pg, job, &row, why);
	if (v == V_OK)
		v = count_job(pg, job, out, why);
	if (v == V_OK)
		may = job_may(row.state, JOB_HELD);
	fault_set(&held, V_LATER, CODE_STOPPED, "%s: %s", person, reason);
	if (v == V_OK && may)
		v = job_hold(pg, &row, &held, why);
	if (v == V_OK && may)
		v = event_put(pg, now_ms, row.id, person, "held", why,
			"%s; %" PRId64 " letters had left, %" PRId64
			" were in flight",
			reason, out->left, out->in_flight);
	v = pg_end(pg, v, why);
	if (v == V_OK && !may)
		v = fault_set(why, V_SKIP, CODE_STATE, "the job is %s",
			row.state == JOB_RECEIVED ? "still being read"
						  : job_word(row.state));
	return v;
}

enum verdict
store_stop_set(struct store *store, enum stop_kind kind, const char *name,
	const char *person, const char *reason, int64_t now_ms,
	struct stop_count *out, struct fault *why)
{
	struct pg *pg = store->pg;
	bool new = false;
	enum verdict v;

	v = pg_begin(pg, why);
	if (v == V_OK)
		v = lock_stop(pg, why);
	if (v == V_OK)
		v = stop_put(pg, kind, name, CODE_STOPPED, reason, person,
			now_ms, &new, why);
	if (v == V_OK)
		v = count_all(pg, kind, name, out, why);
	v = pg_end(pg, v, why);
	if (v == V_OK && !new)
		v = fault_set(why, V_SKIP, CODE_STATE, "the %s is held already",
			stop_word(kind));
	return v;
}

enum verdict
store_stop_clear(struct store *store, enum stop_kind kind, const char *name,
	const char *person, const char *reason, int64_t now_ms,
	struct fault *why)
{
	struct pg *pg = store->pg;
	int64_t gone = 0;
	enum verdict v;

	v = pg_begin(pg, why);
	if (v == V_OK)
		v = pg_do(pg, "delete from stop where kind = $1 and name = $2",
			PG_ARGS(PG_N(kind), PG_T(name)), &gone, why);
	if (v == V_OK && gone == 0)
		v = fault_set(why, V_SKIP, CODE_STATE, "the %s is not held",
			stop_word(kind));
	if (v == V_OK)
		v = event_put(pg, now_ms, "", person, "released", why,
			"%s %.60s: %s", stop_word(kind), name, reason);
	return pg_end(pg, v, why);
}

/* --- looking --- */

static void
stop_read(const struct pg_rows *rows, int row, struct arena *mem,
	struct stop *out)
{
	*out = (struct stop){ .kind = (enum stop_kind)pg_int(rows, row, 0),
		.name = pg_text(rows, row, 1, mem),
		.code = (enum code)pg_int(rows, row, 2),
		.reason = pg_text(rows, row, 3, mem),
		.person = pg_text(rows, row, 4, mem),
		.since_ms = pg_int(rows, row, 5) };
}

enum verdict
store_stop_list(struct store *store, struct arena *mem, struct stop **rows_out,
	size_t *count_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct stop *list;
	enum verdict v;
	int i;

	v = pg_ask(store->pg,
		"select " STOP_COLUMNS "from stop s order by s.kind, s.name",
		NULL, &rows, why);
	if (v != V_OK)
		return v;
	list = arena_alloc(mem, ((size_t)rows.count + 1) * sizeof(*list));
	for (i = 0; i < rows.count; i++)
		stop_read(&rows, i, mem, &list[i]);
	*rows_out = list;
	*count_out = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}

enum verdict
store_stop_find(struct store *store, const char *stream, const char *sender,
	const char *endpoint, struct arena *mem, struct stop *out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(store->pg,
		"select " STOP_COLUMNS "from stop s "
		"where (s.kind, s.name) in ((1, $1::text), "
		"(1, $1::text || '/' || $2::text), (2, $2::text), "
		"(3, $3::text)) order by s.kind, s.name limit 1",
		PG_ARGS(PG_T(stream), PG_T(sender), PG_T(endpoint)), &rows,
		why);
	if (v == V_OK && rows.count == 0)
		v = V_END;
	if (v == V_OK)
		stop_read(&rows, 0, mem, out);
	pg_rows_done(&rows);
	return v;
}
