/* store/earlier.c - keys that an earlier job of the stream has
 *
 * A key blocks a second letter only while the first is open or has left: not
 * of a refused job, not when it was withdrawn, and of a cancelled job only
 * when it left before.  What left blocks for good: of letters that are kept no
 * longer (store/retention.h) the ids remain, which are made of the keys.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/books.h"

#define SQL_MAX 4096
#define FEW_LETTERS 1000 /* to look up is faster than to read the filters */

/* Letters of a cancelled job that left before, or may have. */
#define HAS_LEFT                                                               \
	"(n.state in (4, 5, 7, 10, 11, 12) or (n.state = 9 and n.lot_no <> "   \
	"0))"

enum verdict
earlier_lock(struct pg *pg, int64_t job_no, struct fault *why)
{
	return pg_do(pg,
		"select pg_advisory_xact_lock(hashtext('mobb split'), "
		"hashtext(stream)) from job where number = $1",
		PG_ARGS(PG_N(job_no)), NULL, why);
}

/* The jobs that may block: those with a filter, and the parts of the others. */
struct earlier {
	struct filter_job *filtered;
	size_t count;
	struct buf parts;  /* "-3,-7": of the filtered */
	struct buf others; /* the same, of the others */
};

static void
add_part(struct buf *list, int64_t part)
{
	/* Numbers in the text, so that other partitions are not looked at. */
	buf_format(list, "%s%" PRId64, list->len == 0 ? "" : ",", part);
}

static enum verdict
list_earlier(struct pg *pg, int64_t job_no, bool filters, struct earlier *e,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	int64_t last = 0;
	enum verdict v;
	int i;

	v = pg_ask(pg,
		"select e.part, e.number, e.letters, $2::int = 1 and exists "
		"(select from key_filter f where f.job_no = e.number "
		"and f.range = 0) from job e join job j "
		"on j.stream = e.stream and j.oin = e.oin "
		"and j.edition = e.edition "
		"where j.number = $1 and e.number <> $1 and e.state <> 9 "
		"and e.gone_ms = 0 "
		"and e.part <> 0 and e.letters > e.n_withdrawn "
		"order by e.part > 0, e.part desc, e.number",
		PG_ARGS(PG_N(job_no), PG_N(filters ? 1 : 0)), &rows, why);
	if (v != V_OK)
		return v;
	e->filtered = mem_new(((size_t)rows.count + 1) * sizeof(*e->filtered));
	for (i = 0; i < rows.count; i++) {
		int64_t part = pg_int(&rows, i, 0);

		if (pg_bool(&rows, i, 3)) {
			e->filtered[e->count++] =
				(struct filter_job){ .part = (int32_t)part,
					.number = pg_int(&rows, i, 1),
					.letters = pg_int(&rows, i, 2) };
			add_part(&e->parts, part);
		} else if (part != last) {
			add_part(&e->others, part);
			last = part;
		}
	}
	pg_rows_done(&rows);
	return V_OK;
}

/* What stands between a letter o of job e and a letter x of the new one. */
#define BLOCKS                                                                 \
	"join job e on e.number = o.job_no join job j on j.number = %" PRId64  \
	" and j.stream = e.stream and j.oin = e.oin "                          \
	"and j.edition = e.edition and j.number <> e.number "                  \
	"join lateral (select n.state, n.lot_no from letter_now n "            \
	"where n.part = o.part and n.job_no = o.job_no "                       \
	"and n.record = o.record limit 1) n on true "                          \
	"where e.state <> 9 and n.state <> 14 "                                \
	"and (e.state <> 10 or " HAS_LEFT ") "
#define SAME "'the same key as ' || e.id || '/' || o.record as reason "

/* A sub-select with a limit or an offset is looked up by index for each row. */
static enum verdict
find_others(struct pg *pg, int64_t job_no, const char *table, bool few,
	const struct buf *parts, struct fault *why)
{
	size_t size = parts->len + SQL_MAX;
	char *sql = mem_new(size);
	enum verdict v;

	snprintf(sql, size,
		"insert into pg_temp.same select x.record, " SAME
		"from %s x join lateral (select o.part, o.job_no, o.record "
		"from letter o where o.part in (%s) "
		"and o.bericht_id = x.bericht_id%s) o on true " BLOCKS,
		table, parts->bytes, few ? " offset 0" : "", job_no);
	v = pg_script(pg, sql, why);
	free(sql);
	return v;
}

/* What the filters suspect, looked up in the one partition it may be in. */
static enum verdict
find_filtered(struct pg *pg, int64_t job_no, const char *table,
	const struct earlier *earlier, struct fault *why)
{
	size_t size = earlier->parts.len + SQL_MAX;
	char *sql = mem_new(size);
	enum verdict v;

	v = pg_script(pg,
		"create temporary table candidate (id uuid not null, "
		"part integer not null, job_no bigint not null) "
		"on commit drop",
		why);
	if (v == V_OK)
		v = filter_probe(
			pg, table, earlier->filtered, earlier->count, why);
	snprintf(sql, size,
		"insert into pg_temp.same select x.record, " SAME
		"from (select c.id, o.* from pg_temp.candidate c "
		"join lateral (select o.part, o.job_no, o.record "
		"from letter o where o.part in (%s) and o.part = c.part "
		"and o.bericht_id = c.id limit 1) o on true offset 0) o "
		"join lateral (select x.record from %s x "
		"where x.bericht_id = o.id limit 1) x on true " BLOCKS,
		earlier->parts.bytes, table, job_no);
	if (v == V_OK)
		v = pg_script(pg, sql, why);
	free(sql);
	return v;
}

/* Are there ids of letters that are kept no longer? */
static enum verdict
any_gone(struct pg *pg, bool *any_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v =
		pg_ask(pg, "select from letter_left limit 1", NULL, &rows, why);

	*any_out = v == V_OK && rows.count > 0;
	pg_rows_done(&rows);
	return v;
}

static enum verdict
find_gone(struct pg *pg, const char *table, struct fault *why)
{
	char sql[SQL_MAX];

	snprintf(sql, sizeof(sql),
		"insert into pg_temp.same select x.record, 'the same key as ' "
		"|| g.job || '/' || g.record from %s x "
		"join letter_left g on g.bericht_id = x.bericht_id",
		table);
	return pg_script(pg, sql, why);
}

enum verdict
earlier_find(struct pg *pg, int64_t job_no, const char *table, int64_t letters,
	bool *none_out, struct fault *why)
{
	struct earlier e = { .parts = BUF_MAX(ARRAY_TEXT_MAX),
		.others = BUF_MAX(ARRAY_TEXT_MAX) };
	bool few = letters <= FEW_LETTERS, gone = false;
	enum verdict v = list_earlier(pg, job_no, !few, &e, why);

	if (v == V_OK)
		v = any_gone(pg, &gone, why);
	*none_out = v == V_OK && e.count == 0 && e.others.len == 0 && !gone;
	if (v == V_OK && !*none_out)
		v = pg_script(pg,
			"create temporary table same (record bigint not null, "
			"reason text not null) on commit drop",
			why);
	if (v == V_OK && e.count > 0)
		v = find_filtered(pg, job_no, table, &e, why);
	if (v == V_OK && e.others.len > 0)
		v = find_others(pg, job_no, table, few, &e.others, why);
	if (v == V_OK && gone)
		v = find_gone(pg, table, why);
	if (v == V_OK && !*none_out)
		v = pg_script(pg,
			"create temporary table double on commit drop as "
			"select record, min(reason) as reason "
			"from pg_temp.same group by record",
			why);
	free(e.filtered);
	buf_done(&e.parts);
	buf_done(&e.others);
	return v;
}
