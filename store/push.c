/* store/push.c - replies that we owe: which is next, and what became of it
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>

#include "store/books.h"

#define DROP_AT_ONCE "1000"

enum verdict
store_push_next(struct store *store, const struct store_part *cpa_ids,
	int64_t now_ms, struct arena *mem, struct push *push_out,
	int64_t *next_ms_out, struct fault *why)
{
	struct buf names = BUF_MAX(PART_TEXT_MAX);
	struct pg_rows rows = PG_ROWS_NONE;
	struct push push = { .message_id = "" };
	const char *bytes;
	enum verdict v;

	part_names(cpa_ids, &names);
	v = pg_ask(store->pg,
		"select message_id, cpa_id, reply_url, reply_id, reply, "
		"push_tries, push_ms, reply_once from inbound "
		"where push_open and " PART_HAS(
			"cpa_id") "order by push_ms limit 1",
		PG_ARGS(PG_T(names.bytes), PG_N(cpa_ids->others ? 1 : 0)),
		&rows, why);
	buf_done(&names);
	if (v != V_OK)
		return v;
	if (rows.count == 0 || pg_int(&rows, 0, 6) > now_ms) {
		*next_ms_out = rows.count == 0 ? 0 : pg_int(&rows, 0, 6);
		pg_rows_done(&rows);
		return V_END;
	}
	push.message_id = pg_text(&rows, 0, 0, mem);
	push.cpa_id = pg_text(&rows, 0, 1, mem);
	push.url = pg_text(&rows, 0, 2, mem);
	push.reply_id = pg_text(&rows, 0, 3, mem);
	bytes = pg_bytes(&rows, 0, 4, &push.reply_len);
	push.reply = arena_text(mem, bytes, push.reply_len);
	push.tries = (int)pg_int(&rows, 0, 5);
	push.once = pg_bool(&rows, 0, 7);
	pg_rows_done(&rows);
	*push_out = push;
	return V_OK;
}

enum verdict
store_push_end(struct store *store, const struct push *push, bool done,
	int64_t retry_ms, struct fault *why)
{
	return pg_do(store->pg,
		"update inbound set push_open = ($2::int = 0), push_ms = $3, "
		"push_tries = push_tries + 1 where message_id = $1",
		PG_ARGS(PG_T(push->message_id), PG_N(done ? 1 : 0),
			PG_N(retry_ms)),
		NULL, why);
}

enum verdict
store_push_drop(struct store *store, const struct store_part *cpa_ids,
	int64_t now_ms, int64_t *count_out, struct fault *why)
{
	struct buf names = BUF_MAX(PART_TEXT_MAX);
	struct pg_rows rows = PG_ROWS_NONE;
	struct arena mem = ARENA_EMPTY;
	struct pg *pg = store->pg;
	enum verdict v = pg_begin(pg, why);
	int i;

	part_names(cpa_ids, &names);
	if (v == V_OK)
		v = pg_ask(pg,
			"update inbound set push_open = false "
			"where number in (select number from inbound "
			"where push_open and keep_until_ms < $3 "
			"and " PART_HAS("cpa_id") "limit " DROP_AT_ONCE
						  ") returning message_id",
			PG_ARGS(PG_T(names.bytes),
				PG_N(cpa_ids->others ? 1 : 0), PG_N(now_ms)),
			&rows, why);
	for (i = 0; v == V_OK && i < rows.count; i++)
		v = event_put(pg, now_ms, "", "automatic", "reply not sent",
			why, "%.200s: no sender has its CPA any more",
			pg_text(&rows, i, 0, &mem));
	v = pg_end(pg, v, why);
	if (v == V_OK)
		*count_out = rows.count;
	pg_rows_done(&rows);
	arena_done(&mem);
	buf_done(&names);
	return v;
}
