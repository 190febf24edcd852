/* store/chain.c - see store/chain.h: the plan, what is due, how posts end
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>

#include "store/allowance.h"
#include "store/books.h"

#define OVERDUE_MS INT64_C(3600000) /* what waits for all waits no longer */

const char *
chain_word(enum chain_state state)
{
	static const char *const words[] = { "", "planned", "leaving",
		"offered", "acknowledged", "answered", "failed", "expired" };

	assert((int)state > 0 && state <= CHAIN_EXPIRED);
	return words[state];
}

/* --- the plan --- */

static enum verdict
put_run(struct pg *pg, const struct chain_run *run, int64_t *number_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(pg,
		"insert into chain_run (endpoint, environment, sender, oin, "
		"stream, type, down_ms, person, reason, at_ms) "
		"values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
		"returning number",
		PG_ARGS(PG_T(run->endpoint), PG_T(run->environment),
			PG_T(run->sender), PG_T(run->oin), PG_T(run->stream),
			PG_T(run->type), PG_N(run->down_ms), PG_T(run->person),
			PG_T(run->reason), PG_N(run->at_ms)),
		&rows, why);
	if (v == V_OK)
		*number_out = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	return v;
}

static enum verdict
put_row(struct pg *pg, int64_t number, const struct chain_run *run,
	const struct chain_row *row, struct fault *why)
{
	return pg_do(pg,
		"insert into chain_case (run_no, endpoint, sender, nth, name, "
		"waits, batch_id, letters) "
		"values ($1, $2, $3, $4, $5, $6, $7, $8)",
		PG_ARGS(PG_N(number), PG_T(run->endpoint), PG_T(run->sender),
			PG_N(row->nth), PG_T(row->name), PG_N(row->waits),
			PG_U(&row->batch_id), PG_N(row->letters)),
		NULL, why);
}

enum verdict
store_chain_plan(struct store *store, const struct chain_run *run,
	const struct chain_account *accounts, size_t account_count,
	const struct chain_row *rows, size_t count, int64_t *number_out,
	struct fault *why)
{
	struct pg *pg = store->pg;
	int64_t number = 0;
	enum verdict v;
	size_t i;

	v = pg_begin(pg, why);
	if (v == V_OK)
		v = put_run(pg, run, &number, why);
	for (i = 0; v == V_OK && i < account_count; i++)
		v = pg_do(pg,
			"insert into chain_account (run_no, nth, sender, "
			"name, bsn, subscribed) "
			"values ($1, $2, $3, $4, $5, $6::int = 1)",
			PG_ARGS(PG_N(number), PG_N((int64_t)i + 1),
				PG_T(run->sender), PG_T(accounts[i].name),
				PG_N(accounts[i].bsn.number),
				PG_N(accounts[i].subscribed ? 1 : 0)),
			NULL, why);
	for (i = 0; v == V_OK && i < count; i++)
		v = put_row(pg, number, run, &rows[i], why);
	if (v == V_OK)
		v = event_put(pg, run->at_ms, "", run->person, "chain test",
			why, "run %" PRId64 " of %zu cases at endpoint %s: %s",
			number, count, run->endpoint, run->reason);
	v = pg_end(pg, v, why);
	if (v == V_OK)
		*number_out = number;
	return v;
}

/* --- reading --- */

#define RUN_COLUMNS                                                            \
	"u.number, u.endpoint, u.environment, u.sender, u.oin, u.stream, "     \
	"u.type, u.down_ms, u.person, u.reason, u.at_ms"
#define RUN_COLUMN_COUNT 11

static void
run_read(const struct pg_rows *rows, int row, struct arena *mem,
	struct chain_run *out)
{
	*out = (struct chain_run){ .number = pg_int(rows, row, 0),
		.endpoint = pg_text(rows, row, 1, mem),
		.environment = pg_text(rows, row, 2, mem),
		.sender = pg_text(rows, row, 3, mem),
		.oin = pg_text(rows, row, 4, mem),
		.stream = pg_text(rows, row, 5, mem),
		.type = pg_text(rows, row, 6, mem),
		.down_ms = pg_int(rows, row, 7),
		.person = pg_text(rows, row, 8, mem),
		.reason = pg_text(rows, row, 9, mem),
		.at_ms = pg_int(rows, row, 10) };
}

#define ROW_COLUMNS                                                            \
	"c.number, c.run_no, c.nth, c.name, c.waits, c.batch_id, c.letters, "  \
	"c.state, c.message_id, c.conversation_id, c.content_id, c.cpa_id, "   \
	"c.parties, c.envelope, c.created_ms, c.expires_ms, c.next_post_ms, "  \
	"c.posts, c.payload_bytes, c.payload_sha256, c.posted_ms, "            \
	"c.acknowledged_ms, c.result_ms, c.results, c.total, c.codes, "        \
	"c.down_until_ms, c.reason"

static void
row_read(const struct pg_rows *rows, int row, int from, struct arena *mem,
	struct chain_row *out)
{
	struct chain_row r = { .number = pg_int(rows, row, from) };
	const char **texts[] = { &r.message_id, &r.conversation_id,
		&r.content_id, &r.cpa_id, &r.parties };
	size_t len;
	int i;

	r.run = pg_int(rows, row, from + 1);
	r.nth = (int)pg_int(rows, row, from + 2);
	r.name = pg_text(rows, row, from + 3, mem);
	r.waits = (int)pg_int(rows, row, from + 4);
	r.batch_id = pg_uuid(rows, row, from + 5);
	r.letters = pg_int(rows, row, from + 6);
	r.state = (enum chain_state)pg_int(rows, row, from + 7);
	for (i = 0; i < 5; i++)
		*texts[i] = pg_text(rows, row, from + 8 + i, mem);
	r.envelope = pg_bytes(rows, row, from + 13, &len);
	r.envelope = arena_text(mem, len == 0 ? "" : r.envelope, len);
	r.envelope_len = len;
	r.created_ms = pg_int(rows, row, from + 14);
	r.expires_ms = pg_int(rows, row, from + 15);
	r.next_ms = pg_int(rows, row, from + 16);
	r.posts = (int)pg_int(rows, row, from + 17);
	r.payload_bytes = pg_int(rows, row, from + 18);
	pg_fixed(rows, row, from + 19, r.payload_sha256,
		sizeof(r.payload_sha256));
	r.posted_ms = pg_int(rows, row, from + 20);
	r.acknowledged_ms = pg_int(rows, row, from + 21);
	r.result_ms = pg_int(rows, row, from + 22);
	r.results = (int)pg_int(rows, row, from + 23);
	r.total = pg_int(rows, row, from + 24);
	r.codes = pg_text(rows, row, from + 25, mem);
	r.down_until_ms = pg_int(rows, row, from + 26);
	r.reason = pg_text(rows, row, from + 27, mem);
	*out = r;
}

enum verdict
store_chain_run(struct store *store, const char *endpoint, int64_t number,
	struct arena *mem, struct chain_run *run_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(store->pg,
		"select " RUN_COLUMNS " from chain_run u where u.endpoint = $1 "
		"and $2::bigint in (0, u.number) order by u.number desc limit "
		"1",
		PG_ARGS(PG_T(endpoint), PG_N(number)), &rows, why);
	if (v == V_OK && rows.count == 0)
		v = fault_set(why, V_SKIP, CODE_NO_JOB,
			"no such chain test at endpoint %.40s", endpoint);
	if (v == V_OK)
		run_read(&rows, 0, mem, run_out);
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_chain_accounts(struct store *store, int64_t run, bool numbers,
	struct arena *mem, struct chain_account **accounts_out,
	size_t *count_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct chain_account *accounts;
	enum verdict v;
	int i;

	v = pg_ask(store->pg,
		numbers ? "select name, subscribed, bsn from chain_account "
			  "where run_no = $1 order by nth"
			: "select name, subscribed, 0 from chain_account "
			  "where run_no = $1 order by nth",
		PG_ARGS(PG_N(run)), &rows, why);
	if (v != V_OK)
		return v;
	accounts =
		arena_alloc(mem, ((size_t)rows.count + 1) * sizeof(*accounts));
	for (i = 0; i < rows.count; i++)
		accounts[i] = (struct chain_account){ .name = pg_text(
							      &rows, i, 0, mem),
			.bsn = { (int32_t)pg_int(&rows, i, 2) },
			.subscribed = pg_bool(&rows, i, 1) };
	*accounts_out = accounts;
	*count_out = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}

enum verdict
store_chain_rows(struct store *store, int64_t run, struct arena *mem,
	struct chain_row **rows_out, size_t *count_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct chain_row *all;
	enum verdict v;
	int i;

	v = pg_ask(store->pg,
		"select " ROW_COLUMNS " from chain_case c "
		"where c.run_no = $1 order by c.nth",
		PG_ARGS(PG_N(run)), &rows, why);
	if (v != V_OK)
		return v;
	all = arena_alloc(mem, ((size_t)rows.count + 1) * sizeof(*all));
	for (i = 0; i < rows.count; i++)
		row_read(&rows, i, 0, mem, &all[i]);
	*rows_out = all;
	*count_out = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}

/* --- what is due --- */

/* Does the case no longer wait for others? */
#define TURN_SQL                                                               \
	"(c.waits = 0 "                                                        \
	"or (c.waits > 0 and exists (select from chain_case b "                \
	"where b.run_no = c.run_no and b.nth = c.waits "                       \
	"and b.state in (5, 6, 7))) "                                          \
	"or (c.waits = -1 and (u.at_ms + $3::bigint < $2 or not exists "       \
	"(select "                                                             \
	"from chain_case b where b.run_no = c.run_no and b.nth <> c.nth "      \
	"and b.state not in (5, 6, 7))))) "

#define DUE_SQL                                                                \
	"from chain_case c join chain_run u on u.number = c.run_no "           \
	"where c.endpoint = $1 and c.state in (1, 2, 3) "                      \
	"and not exists (select from stop s where (s.kind = 1 "                \
	"and s.name in (u.stream, u.stream || '/' || u.sender)) "              \
	"or (s.kind = 2 and s.name = u.sender) "                               \
	"or (s.kind = 3 and s.name = u.endpoint)) and " TURN_SQL

static enum verdict
expire(struct pg *pg, const char *endpoint, int64_t now_ms, struct fault *why)
{
	return pg_do(pg,
		"update chain_case set state = 7, next_post_ms = 0, "
		"reason = 'not acknowledged in time' where endpoint = $1 "
		"and ((state in (2, 3) and expires_ms > 0 "
		"and expires_ms <= $2) or (state = 2 and expires_ms = 0 "
		"and next_post_ms <= $2))",
		PG_ARGS(PG_T(endpoint), PG_N(now_ms)), NULL, why);
}

static enum verdict
next_of(struct pg *pg, const char *endpoint, int64_t now_ms,
	int64_t *next_ms_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(pg,
		"select least(min(c.next_post_ms) filter "
		"(where c.next_post_ms > $2), min(c.expires_ms) filter "
		"(where c.expires_ms > $2 and c.state in (2, 3))) " DUE_SQL,
		PG_ARGS(PG_T(endpoint), PG_N(now_ms), PG_N(OVERDUE_MS)), &rows,
		why);
	if (v == V_OK)
		*next_ms_out = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_chain_next(struct store *store, const char *endpoint, int64_t now_ms,
	struct arena *mem, struct chain_row *row_out, struct chain_run *run_out,
	int64_t *next_ms_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct pg *pg = store->pg;
	enum verdict v = expire(pg, endpoint, now_ms, why);

	*next_ms_out = 0;
	/* What is marked as leaving was cut off: this courier posts nothing
	 * now.  It is due an interval after it began, like any retry; with one
	 * post agreed on (expires_ms 0) it is not made again, but expires.
	 */
	if (v == V_OK)
		v = pg_ask(pg,
			"select " RUN_COLUMNS ", " ROW_COLUMNS " " DUE_SQL
			"and c.next_post_ms <= $2 and (c.state = 1 "
			"or (c.next_post_ms > 0 and c.expires_ms > $2)) "
			"order by c.state = 1, c.run_no, c.nth limit 1",
			PG_ARGS(PG_T(endpoint), PG_N(now_ms), PG_N(OVERDUE_MS)),
			&rows, why);
	if (v == V_OK && rows.count > 0) {
		run_read(&rows, 0, mem, run_out);
		row_read(&rows, 0, RUN_COLUMN_COUNT, mem, row_out);
	} else if (v == V_OK) {
		v = next_of(pg, endpoint, now_ms, next_ms_out, why);
		if (v == V_OK)
			v = V_END;
	}
	pg_rows_done(&rows);
	return v;
}

/* --- one post --- */

static enum verdict
check_row(struct pg *pg, const struct chain_row *row, int64_t *wait_ms_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	bool good;
	enum verdict v;

	v = pg_ask(pg,
		"select c.state = $2::int and not exists (select from stop s "
		"where (s.kind = 1 and s.name in (u.stream, "
		"u.stream || '/' || u.sender)) "
		"or (s.kind = 2 and s.name = u.sender) "
		"or (s.kind = 3 and s.name = u.endpoint)) from chain_case c "
		"join chain_run u on u.number = c.run_no "
		"where c.number = $1 for update of c",
		PG_ARGS(PG_N(row->number), PG_N(row->state)), &rows, why);
	if (v != V_OK)
		return v;
	good = rows.count == 1 && pg_bool(&rows, 0, 0);
	pg_rows_done(&rows);
	*wait_ms_out = 1;
	return good ? V_OK
		    : fault_set(why, V_LATER, CODE_NONE,
			      "the case changed meanwhile");
}

static enum verdict
begin_row(struct pg *pg, const struct chain_run *run,
	const struct chain_row *row, int64_t now_ms, struct fault *why)
{
	const struct chain_case *c = chain_find(row->name);
	bool down = c != NULL && c->trait == CHAIN_DOWN && run->down_ms > 0;

	return pg_do(pg,
		"update chain_case set state = 2, message_id = $2, "
		"conversation_id = $3, content_id = $4, envelope = $5, "
		"cpa_id = $6, parties = $7, created_ms = $8, expires_ms = $9, "
		"next_post_ms = $10, payload_bytes = $11, "
		"payload_sha256 = $12, reason = '', "
		"posted_ms = case when posted_ms = 0 then $13::bigint "
		"else posted_ms end, down_until_ms = "
		"case when $14::bigint > 0 and down_until_ms = 0 then "
		"$13::bigint + $14::bigint "
		"else down_until_ms end where number = $1",
		PG_ARGS(PG_N(row->number), PG_T(row->message_id),
			PG_T(row->conversation_id), PG_T(row->content_id),
			PG_B(row->envelope, row->envelope_len),
			PG_T(row->cpa_id), PG_T(row->parties),
			PG_N(row->created_ms), PG_N(row->expires_ms),
			PG_N(row->next_ms), PG_N(row->payload_bytes),
			PG_B(row->payload_sha256, 32), PG_N(now_ms),
			PG_N(down ? run->down_ms : 0)),
		NULL, why);
}

enum verdict
store_chain_begin(struct store *store, const struct chain_run *run,
	const struct chain_row *row, const struct offer_rules *rules,
	int64_t now_ms, int64_t *wait_ms_out, struct fault *why)
{
	struct pg *pg = store->pg;
	enum verdict v;

	assert(row->letters > 0 && row->letters <= CHAIN_LETTERS_MAX);
	v = pg_begin(pg, why);
	if (v == V_OK)
		v = stop_lock_shared(pg, why);
	if (v == V_OK)
		v = check_row(pg, row, wait_ms_out, why);
	if (v == V_OK)
		v = allowance_take_chain(pg, run->endpoint, run->sender,
			row->number, row->letters,
			row->payload_bytes + (int64_t)row->envelope_len, rules,
			wait_ms_out, why);
	if (v == V_OK)
		v = begin_row(pg, run, row, now_ms, why);
	return pg_end(pg, v, why);
}

enum verdict
store_chain_end(struct store *store, const struct chain_row *row,
	enum chain_state state, int64_t next_ms, int64_t now_ms,
	const char *reason, struct fault *why)
{
	assert(state == CHAIN_PLANNED || state == CHAIN_OFFERED ||
		state == CHAIN_ACKNOWLEDGED || state == CHAIN_FAILED);
	/* A result may have been quicker than the end of the post. */
	return pg_do(store->pg,
		"update chain_case set "
		"state = case when state = 2 then $2::int else state end, "
		"next_post_ms = case when $2::int in (1, 3) and state = 2 then "
		"$3::bigint "
		"else 0 end, posts = posts + case when $2::int = 1 then 0 else "
		"1 "
		"end, posted_ms = case when $2::int = 1 and posts = 0 then 0 "
		"else posted_ms end, down_until_ms = case when $2::int = 1 "
		"then 0 "
		"else down_until_ms end, acknowledged_ms = case "
		"when $2::int = 4 and acknowledged_ms = 0 then $4::bigint "
		"else acknowledged_ms end, reason = $5 where number = $1",
		PG_ARGS(PG_N(row->number), PG_N(state), PG_N(next_ms),
			PG_N(now_ms), PG_T(reason)),
		NULL, why);
}
