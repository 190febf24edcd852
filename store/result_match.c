/* store/result_match.c - which attempt a result belongs to
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>

#include "store/books.h"

static enum verdict
find_attempt(struct pg *pg, const char *sql, const struct pg_arg *args,
	int64_t *number_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v = pg_ask(pg, sql, args, &rows, why);

	if (v != V_OK)
		return v;
	*number_out = rows.count > 0 ? pg_int(&rows, 0, 0) : 0;
	pg_rows_done(&rows);
	return V_OK;
}

static enum verdict
find(struct pg *pg, const struct inbound *in, const struct uuid *batch_id,
	int64_t *number_out, struct fault *why)
{
	int64_t number = 0;
	enum verdict v = V_OK;

	if (in->ref_to != NULL && in->ref_to[0] != '\0')
		v = find_attempt(pg,
			"select number from attempt where message_id = $1 "
			"and " ATTEMPT_OF_PARTIES("$2", "$3"),
			PG_ARGS(PG_T(in->ref_to), PG_T(in->cpa_id),
				PG_T(in->parties)),
			&number, why);
	if (v == V_OK && number == 0 && in->conversation_id != NULL &&
		in->conversation_id[0] != '\0')
		v = find_attempt(pg,
			"select number from attempt where conversation_id = $1 "
			"and " ATTEMPT_OF_PARTIES(
				"$2", "$3") " order by number desc limit 1",
			PG_ARGS(PG_T(in->conversation_id), PG_T(in->cpa_id),
				PG_T(in->parties)),
			&number, why);
	if (v == V_OK && number == 0)
		v = find_attempt(pg,
			"select a.number from attempt a "
			"join lot o on o.number = a.lot_no "
			"where o.batch_id = $1 and not o.print "
			"and " ATTEMPT_OF_PARTIES(
				"$2", "$3") " order by a.number desc limit 1",
			PG_ARGS(PG_U(batch_id), PG_T(in->cpa_id),
				PG_T(in->parties)),
			&number, why);
	if (v == V_OK && number == 0)
		v = fault_set(why, V_SKIP, CODE_RESULT,
			"the result belongs to no lot of ours");
	if (v == V_OK)
		*number_out = number;
	return v;
}

enum verdict
store_result_match(struct store *store, const struct inbound *in,
	const struct uuid *batch_id, struct arena *mem,
	struct result_match *match_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct pg *pg = store->pg;
	struct result_match match;
	int64_t number = 0;
	enum verdict v;

	v = find(pg, in, batch_id, &number, why);
	/* Nothing is locked, for what is decided by it is looked at again when
	 * it is applied.
	 */
	if (v == V_OK)
		v = pg_ask(pg,
			"select a.lot_no, a.letters, a.result_ms, j.id, "
			"j.stream, stream_place(j.stream, j.sender), "
			"exists (select from attempt e "
			"where e.lot_no = a.lot_no and e.number <> a.number "
			"and e.posts + e.agains > 0), o.batch_id <> $2 "
			"from attempt a "
			"join lot o on o.number = a.lot_no "
			"join job j on j.number = o.job_no "
			"where a.number = $1",
			PG_ARGS(PG_N(number), PG_U(batch_id)), &rows, why);
	if (v != V_OK)
		return v;
	assert(rows.count == 1);
	match = (struct result_match){ .attempt = number,
		.lot = pg_int(&rows, 0, 0),
		.letters = pg_int(&rows, 0, 1),
		.settled = pg_int(&rows, 0, 2) != 0,
		.stream = pg_text(&rows, 0, 4, mem),
		.place = pg_text(&rows, 0, 5, mem),
		.offered_before = pg_bool(&rows, 0, 6),
		.other_batch = pg_bool(&rows, 0, 7) };
	pg_word(&rows, 0, 3, match.job, sizeof(match.job));
	pg_rows_done(&rows);
	*match_out = match;
	return V_OK;
}
