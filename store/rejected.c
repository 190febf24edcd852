/* store/rejected.c - records that became no letter, and warnings
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "store/books.h"

enum verdict
store_rejected_list(struct store *store, const char *job, int64_t after_record,
	size_t max, bool warnings, struct arena *mem,
	struct rejected **rows_out, size_t *count_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct rejected *list;
	enum verdict v;
	int i;

	/* With ties: a record with two rows is never cut in two. */
	v = pg_ask(store->pg,
		"select r.record, line, byte_at, code, field, r.reason, "
		"reference, warning, file_part, bytes from rejected r "
		"where job_no = (select number from job where id = $1) "
		"and r.record > $2 and (not warning or $3::int = 1) "
		"order by r.record fetch first $4 rows with ties",
		PG_ARGS(PG_T(job), PG_N(after_record), PG_N(warnings ? 1 : 0),
			PG_N((int64_t)max)),
		&rows, why);
	if (v != V_OK)
		return v;
	list = arena_alloc(mem, ((size_t)rows.count + 1) * sizeof(*list));
	for (i = 0; i < rows.count; i++)
		list[i] = (struct rejected){ .record = pg_int(&rows, i, 0),
			.line = pg_int(&rows, i, 1),
			.offset = pg_int(&rows, i, 2),
			.code = (enum code)pg_int(&rows, i, 3),
			.field = pg_text(&rows, i, 4, mem),
			.reason = pg_text(&rows, i, 5, mem),
			.reference = pg_text(&rows, i, 6, mem),
			.warning = pg_bool(&rows, i, 7),
			.part = (int)pg_int(&rows, i, 8),
			.bytes = pg_int(&rows, i, 9) };
	*rows_out = list;
	*count_out = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}

/* What a supplier can repair.  A double is right in itself, and would be one
 * again; records of before bytes were kept cannot be cut out.
 */
#define REPAIRABLE                                                             \
	"from rejected r where job_no = (select number from job where id = "   \
	"$1) "                                                                 \
	"and not warning and r.bytes > 0 and r.code not in (208, 209) "

_Static_assert(CODE_DOUBLE == 208 && CODE_DOUBLE_EARLIER == 209,
	"the doubles of REPAIRABLE");

enum verdict
store_repair_due(
	struct store *store, const char *job, bool *due_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(store->pg, "select exists (select " REPAIRABLE ")",
		PG_ARGS(PG_T(job)), &rows, why);
	if (v == V_OK)
		*due_out = pg_bool(&rows, 0, 0);
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_rejected_pieces(struct store *store, const char *job, int part,
	int64_t from, size_t max, struct arena *mem,
	struct rejected_piece **pieces_out, size_t *count_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct rejected_piece *list;
	enum verdict v;
	int i;

	v = pg_ask(store->pg,
		"select byte_at, max(r.bytes) " REPAIRABLE
		"and file_part = $2 and byte_at >= $3 "
		"group by byte_at order by byte_at limit $4",
		PG_ARGS(PG_T(job), PG_N(part), PG_N(from), PG_N((int64_t)max)),
		&rows, why);
	if (v != V_OK)
		return v;
	list = arena_alloc(mem, ((size_t)rows.count + 1) * sizeof(*list));
	for (i = 0; i < rows.count; i++)
		list[i] = (struct rejected_piece){ pg_int(&rows, i, 0),
			pg_int(&rows, i, 1) };
	*pieces_out = list;
	*count_out = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}
