/* store/earlier.c - keys that an earlier job of the stream has
 *
 * A key blocks a second letter only while the first is open or has left: not
 * of a refused job, not when it was withdrawn, and of a cancelled job only
 * when it left before.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/books.h"

#define SQL_MAX 2048

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

enum verdict
earlier_find(struct pg *pg, int64_t job_no, const char *table, bool *none_out,
	struct fault *why)
{
	struct buf parts = BUF_MAX(ARRAY_TEXT_MAX);
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;
	char *sql;
	int i;

	v = pg_ask(pg,
		"select distinct e.part from job e join job j "
		"on j.stream = e.stream and j.oin = e.oin "
		"and j.edition = e.edition "
		"where j.number = $1 and e.number <> $1 and e.state <> 9 "
		"and e.part <> 0 and e.letters > e.n_withdrawn",
		PG_ARGS(PG_N(job_no)), &rows, why);
	if (v != V_OK || rows.count == 0) {
		*none_out = true;
		pg_rows_done(&rows);
		return v;
	}
	/* Numbers in the text, so that other partitions are not looked at. */
	for (i = 0; i < rows.count; i++)
		buf_format(&parts, "%s%" PRId64, i == 0 ? "" : ",",
			pg_int(&rows, i, 0));
	pg_rows_done(&rows);
	sql = mem_new(parts.len + SQL_MAX);
	snprintf(sql, parts.len + SQL_MAX,
		"create temporary table double on commit drop as "
		"select x.record, min('the same key as ' || e.id || '/' || "
		"o.record) as reason from %s x "
		"join letter o on o.bericht_id = x.bericht_id "
		"join job e on e.number = o.job_no "
		"join lateral (select n.state, n.lot_no from letter_now n "
		"where n.part = o.part and n.job_no = o.job_no "
		"and n.record = o.record limit 1) n on true "
		"where o.part in (%s) and e.number <> %" PRId64 " "
		"and e.state <> 9 and n.state <> 14 "
		"and (e.state <> 10 or " HAS_LEFT ") group by x.record",
		table, parts.bytes, job_no);
	v = pg_script(pg, sql, why);
	free(sql);
	buf_done(&parts);
	return v;
}
