/* store/chain_in.c - what comes back about a chain test; see store/chain.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdio.h>

#include "store/books.h"

#define KIND_ERROR 3 /* enum ebms_kind */
#define REASON_MAX 300

static enum verdict
find(struct pg *pg, const char *sql, const struct pg_arg *args,
	int64_t *number_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v = pg_ask(pg, sql, args, &rows, why);

	if (v == V_OK)
		*number_out = rows.count > 0 ? pg_int(&rows, 0, 0) : 0;
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_chain_signal(struct store *store, const struct inbound *in,
	int64_t now_ms, bool *ours_out, struct fault *why)
{
	struct pg *pg = store->pg;
	char reason[REASON_MAX] = "";
	bool error = in->kind == KIND_ERROR, already = false;
	int64_t number = 0;
	enum verdict v;

	*ours_out = false;
	v = find(pg,
		"select number from chain_case where message_id = $1 "
		"and message_id <> '' and " ATTEMPT_OF_CPA("$2"),
		PG_ARGS(PG_T(in->ref_to), PG_T(in->cpa_id)), &number, why);
	if (v != V_OK || number == 0)
		return v;
	if (error)
		snprintf(reason, sizeof(reason),
			"the peer answered with error %.60s: %.200s",
			in->error_code, in->error_text);
	v = pg_begin(pg, why);
	if (v == V_OK)
		v = inbound_applied(pg, in, &already, why);
	if (v == V_OK && !already)
		v = pg_do(pg,
			"update chain_case set state = case "
			"when state not in (2, 3, 7) then state "
			"when $2::int = 1 then 6 else 4 end, "
			"next_post_ms = 0, acknowledged_ms = case "
			"when $2::int = 0 and acknowledged_ms = 0 then "
			"$3::bigint "
			"else acknowledged_ms end, reason = $4 "
			"where number = $1",
			PG_ARGS(PG_N(number), PG_N(error ? 1 : 0), PG_N(now_ms),
				PG_T(reason)),
			NULL, why);
	v = pg_end(pg, v, why);
	*ours_out = v == V_OK;
	return v;
}

/* By the message it answers, else its conversation (the newest of it), else the
 * batch; the case it belongs to must have left.
 */
static enum verdict
find_result(struct pg *pg, const struct inbound *in,
	const struct uuid *batch_id, int64_t *number_out, struct fault *why)
{
	return find(pg,
		"select number from chain_case where state > 1 "
		"and message_id <> '' and " ATTEMPT_OF_PARTIES("$3",
			"$4") " "
			      "and (case when $1 <> '' then message_id = $1 "
			      "else batch_id = $2 end) order by number desc "
			      "limit 1",
		PG_ARGS(PG_T(in->ref_to), PG_U(batch_id), PG_T(in->cpa_id),
			PG_T(in->parties)),
		number_out, why);
}

enum verdict
store_chain_result(struct store *store, const struct inbound *in,
	const struct uuid *batch_id, const char *codes, int64_t total,
	bool *ours_out, struct fault *why)
{
	struct pg *pg = store->pg;
	bool already = false;
	int64_t number = 0;
	enum verdict v = find_result(pg, in, batch_id, &number, why);

	*ours_out = false;
	if (v != V_OK || number == 0)
		return v;
	v = pg_begin(pg, why);
	if (v == V_OK)
		v = inbound_applied(pg, in, &already, why);
	/* The first result counts; one that says otherwise is a reason to look
	 * at it.
	 */
	if (v == V_OK && !already)
		v = pg_do(pg,
			"update chain_case set state = 5, next_post_ms = 0, "
			"results = results + 1, "
			"acknowledged_ms = case when acknowledged_ms = 0 "
			"then $2::bigint else acknowledged_ms end, "
			"reason = case when results > 0 and codes <> $3::text "
			"then 'a second result says ' || $3::text else '' end, "
			"codes = case when results = 0 then $3::text else "
			"codes end, "
			"total = case when results = 0 then $4::bigint else "
			"total end, "
			"result_id = case when results = 0 then $5::text "
			"else result_id end, result_ms = "
			"case when results = 0 then $2::bigint else result_ms "
			"end "
			"where number = $1",
			PG_ARGS(PG_N(number), PG_N(in->received_ms),
				PG_T(codes), PG_N(total), PG_T(in->message_id)),
			NULL, why);
	v = pg_end(pg, v, why);
	*ours_out = v == V_OK;
	return v;
}

enum verdict
store_chain_again(
	struct store *store, const char *message_id, struct fault *why)
{
	return pg_do(store->pg,
		"update chain_case set results = results + 1 "
		"where result_id = $1 and result_id <> ''",
		PG_ARGS(PG_T(message_id)), NULL, why);
}

enum verdict
store_chain_down(struct store *store, const char *cpa_id, int64_t now_ms,
	bool *down_out, struct fault *why)
{
	int64_t number = 0;
	enum verdict v;

	v = find(store->pg,
		"select number from chain_case where cpa_id = $1 "
		"and down_until_ms > 0 and down_until_ms > $2 limit 1",
		PG_ARGS(PG_T(cpa_id), PG_N(now_ms)), &number, why);
	*down_out = v == V_OK && number != 0;
	return v;
}
