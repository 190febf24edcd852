/* store/question.c - bulk questions: made, sent, looked at
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "store/question_row.h"
#include "store/subscription_bits.h"

const char *
question_kind_word(enum question_kind kind)
{
	switch (kind) {
	case QUESTION_LIST:
		return "list";
	case QUESTION_ALL:
		return "all";
	case QUESTION_CHANGES:
		return "changes";
	}
	return "";
}

const char *
question_state_word(enum question_state state)
{
	switch (state) {
	case QUESTION_WANTED:
		return "wanted";
	case QUESTION_READY:
		return "ready";
	case QUESTION_OFFERED:
		return "offered";
	case QUESTION_ACKNOWLEDGED:
		return "acknowledged";
	case QUESTION_ANSWERED:
		return "answered";
	case QUESTION_REFUSED:
		return "answer refused";
	case QUESTION_EXPIRED:
		return "expired";
	case QUESTION_FAILED:
		return "failed";
	}
	return "";
}

/* --- rows --- */

void
question_read(const struct pg_rows *rows, int i, struct arena *mem,
	struct question *out)
{
	struct question q = { .number = pg_int(rows, i, 0) };
	const char *envelope;
	int c = 1;

	q.environment = pg_text(rows, i, c++, mem);
	q.sender = pg_text(rows, i, c++, mem);
	q.endpoint = pg_text(rows, i, c++, mem);
	q.kind = (enum question_kind)pg_int(rows, i, c++);
	q.state = (enum question_state)pg_int(rows, i, c++);
	q.id = pg_uuid(rows, i, c++);
	q.since_ms = pg_int(rows, i, c++);
	q.asked = pg_int(rows, i, c++);
	q.again = pg_bool(rows, i, c++);
	q.person = pg_text(rows, i, c++, mem);
	q.created_ms = pg_int(rows, i, c++);
	q.message_id = pg_text(rows, i, c++, mem);
	q.conversation_id = pg_text(rows, i, c++, mem);
	q.content_id = pg_text(rows, i, c++, mem);
	q.cpa_id = pg_text(rows, i, c++, mem);
	q.parties = pg_text(rows, i, c++, mem);
	envelope = pg_bytes(rows, i, c++, &q.envelope_len);
	q.envelope = arena_text(mem, envelope, q.envelope_len);
	q.sent_ms = pg_int(rows, i, c++);
	q.expires_ms = pg_int(rows, i, c++);
	q.payload_bytes = pg_int(rows, i, c++);
	q.posts = (int)pg_int(rows, i, c++);
	q.next_post_ms = pg_int(rows, i, c++);
	q.acknowledged_ms = pg_int(rows, i, c++);
	q.answered_ms = pg_int(rows, i, c++);
	q.list_no = pg_int(rows, i, c++);
	q.alarm_ms = pg_int(rows, i, c++);
	q.reason = pg_text(rows, i, c, mem);
	*out = q;
}

enum verdict
question_one(struct pg *pg, const char *sql, const struct pg_arg *args,
	struct arena *mem, struct question *out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v = pg_ask(pg, sql, args, &rows, why);

	if (v == V_OK && rows.count == 0)
		v = V_END;
	else if (v == V_OK)
		question_read(&rows, 0, mem, out);
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_question_rows(struct store *store, const char *sender, size_t max,
	struct arena *mem, struct question **rows_out, size_t *count_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct question *out;
	enum verdict v;
	int i;

	/* Whoever looks may not see envelopes. */
	v = pg_ask(store->pg,
		"select " QUESTION_COLUMNS_WITH(
			"''::bytea") " from question "
				     "where $1::text is null or sender = $1 "
				     "order by number desc limit $2",
		PG_ARGS(PG_T(sender), PG_N((int64_t)max)), &rows, why);
	if (v != V_OK)
		return v;
	out = arena_alloc(mem, ((size_t)rows.count + 1) * sizeof(*out));
	for (i = 0; i < rows.count; i++)
		question_read(&rows, i, mem, &out[i]);
	*rows_out = out;
	*count_out = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}

/* --- making --- */

static enum verdict
insert(struct pg *pg, const struct question_new *q, int64_t asked,
	enum question_state state, int64_t *number_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(pg,
		"insert into question (environment, sender, endpoint, kind, "
		"id, since_ms, asked, state, person, created_ms) "
		"values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
		"on conflict (sender, environment) where state < 5 do nothing "
		"returning number",
		PG_ARGS(PG_T(q->environment), PG_T(q->sender),
			PG_T(q->endpoint), PG_N(q->kind), PG_U(&q->id),
			PG_N(q->since_ms), PG_N(asked), PG_N(state),
			PG_T(q->person), PG_N(q->now_ms)),
		&rows, why);
	if (v == V_OK && rows.count == 0)
		v = fault_set(why, V_SKIP, CODE_STATE,
			"a question about sender %s is open", q->sender);
	if (v == V_OK)
		*number_out = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	return v;
}

static enum verdict
copy_numbers(struct pg *pg, int64_t number, const struct subscribed *set,
	struct fault *why)
{
	struct pg_copy copy = PG_COPY_NONE;
	uint8_t room[CHUNK_BYTES];
	enum verdict v;
	size_t c;

	v = pg_copy_begin(&copy, pg,
		"copy question_chunk (question_no, chunk, asked) "
		"from stdin (format binary)",
		why);
	for (c = 0; v == V_OK && c < CHUNK_COUNT; c++) {
		if (set->chunks[c] == NULL)
			continue;
		v = pg_copy_row(&copy, 3, why);
		if (v != V_OK)
			break;
		pg_copy_i64(&copy, number);
		pg_copy_i16(&copy, (int16_t)c);
		pg_copy_bytes(
			&copy, room, chunk_pack(set->chunks[c]->asked, room));
	}
	if (v == V_OK)
		v = pg_copy_end(&copy, why);
	pg_copy_done(&copy);
	return v;
}

/* A person does not wait any longer for an answer that is late; should it come,
 * it is still taken.
 */
static enum verdict
give_up_late(struct pg *pg, const struct question_new *q, struct fault *why)
{
	return pg_do(pg,
		"update question set state = 7, "
		"reason = 'late, and asked again by a person' "
		"where environment = $1 and sender = $2 "
		"and state in (2, 3, 4) and alarm_ms > 0",
		PG_ARGS(PG_T(q->environment), PG_T(q->sender)), NULL, why);
}

enum verdict
store_question_ask(struct store *store, const struct question_new *question,
	const struct subscribed *numbers, int64_t *number_out,
	struct fault *why)
{
	bool wanted = question->kind == QUESTION_LIST && numbers == NULL;
	int64_t number = 0, asked = numbers == NULL ? 0 : numbers->asked;
	struct pg *pg = store->pg;
	enum verdict v = pg_begin(pg, why);

	if (v == V_OK)
		v = give_up_late(pg, question, why);
	if (v == V_OK)
		v = insert(pg, question, asked,
			wanted ? QUESTION_WANTED : QUESTION_READY, &number,
			why);
	if (v == V_OK && numbers != NULL)
		v = copy_numbers(pg, number, numbers, why);
	if (v == V_OK)
		v = event_put(pg, question->now_ms, "", question->person,
			"subscriptions asked", why,
			"question %" PRId64 " (%s) about sender %s, %" PRId64
			" numbers%s%s",
			number, question_kind_word(question->kind),
			question->sender, asked,
			question->reason[0] == '\0' ? "" : ": ",
			question->reason);
	v = pg_end(pg, v, why);
	if (v == V_OK)
		*number_out = number;
	return v;
}

enum verdict
store_question_fill(struct store *store, int64_t number,
	const struct subscribed *numbers, int64_t now_ms, struct fault *why)
{
	struct pg *pg = store->pg;
	int64_t changed = 0;
	bool none = numbers->asked == 0;
	enum verdict v = pg_begin(pg, why);

	if (v == V_OK)
		v = pg_do(pg,
			"update question set state = $2, asked = $3, "
			"answered_ms = $4, reason = $5 "
			"where number = $1 and state = 1",
			PG_ARGS(PG_N(number),
				PG_N(none ? QUESTION_ANSWERED : QUESTION_READY),
				PG_N(numbers->asked), PG_N(none ? now_ms : 0),
				PG_T(none ? "nobody waits: not asked" : "")),
			&changed, why);
	if (v == V_OK && changed == 1 && !none)
		v = copy_numbers(pg, number, numbers, why);
	return pg_end(pg, v, why);
}

enum verdict
store_question_unneeded(struct store *store, int64_t before_ms, int64_t now_ms,
	struct fault *why)
{
	return pg_do(store->pg,
		"update question set state = 5, answered_ms = $2, "
		"reason = 'nobody waits: not asked' "
		"where state = 1 and created_ms < $1",
		PG_ARGS(PG_N(before_ms), PG_N(now_ms)), NULL, why);
}

enum verdict
store_question_numbers(struct store *store, int64_t number,
	struct subscribed *set, struct fault *why)
{
	return subscribed_read(store->pg,
		"select chunk, asked, ''::bytea from question_chunk "
		"where question_no = $1",
		number, set, why);
}

enum verdict
store_question_open(struct store *store, const char *environment,
	const char *sender, struct arena *mem, struct question *out,
	struct fault *why)
{
	return question_one(store->pg,
		"select " QUESTION_COLUMNS " from question "
		"where environment = $1 and sender = $2 and state < 5",
		PG_ARGS(PG_T(environment), PG_T(sender)), mem, out, why);
}

enum verdict
store_question_asked(struct store *store, const char *environment,
	const char *sender, int64_t since_ms, struct subscribed *set,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;
	int i;

	v = pg_ask(store->pg,
		"select number from question where environment = $1 "
		"and sender = $2 and kind = 1 and state >= 5 "
		"and created_ms >= $3 order by number",
		PG_ARGS(PG_T(environment), PG_T(sender), PG_N(since_ms)), &rows,
		why);
	for (i = 0; v == V_OK && i < rows.count; i++) {
		struct subscribed one = { .asked = 0 };

		v = store_question_numbers(
			store, pg_int(&rows, i, 0), &one, why);
		if (v == V_OK)
			subscribed_apply(set, &one);
		subscribed_done(&one);
	}
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_question_mark(struct store *store, const char *environment,
	const char *sender, int64_t *mark_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(store->pg,
		"select coalesce((select max(number) from subscription_list "
		"where environment = $1 and sender = $2), 0) * 1000000 "
		"+ coalesce((select count(*) * 2 + "
		"count(*) filter (where state >= 5 or state = 1) "
		"from question where environment = $1 and sender = $2), 0)",
		PG_ARGS(PG_T(environment), PG_T(sender)), &rows, why);
	if (v == V_OK)
		*mark_out = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	return v;
}

/* --- sending --- */

enum verdict
store_question_next(struct store *store, const char *endpoint, int64_t now_ms,
	struct arena *mem, struct question *out, int64_t *next_ms_out,
	struct fault *why)
{
	enum verdict v;

	*next_ms_out = 0;
	v = question_one(store->pg,
		"select " QUESTION_COLUMNS " from question "
		"where endpoint = $1 and (state = 2 or (state = 3 "
		"and next_post_ms > 0 and (expires_ms = 0 or expires_ms > $2)))"
		" order by next_post_ms, number limit 1",
		PG_ARGS(PG_T(endpoint), PG_N(now_ms)), mem, out, why);
	if (v == V_OK && out->next_post_ms > now_ms) {
		*next_ms_out = out->next_post_ms;
		v = V_END;
	}
	return v;
}

static enum verdict
stopped(struct pg *pg, const char *name, const char *endpoint,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v = stop_lock_shared(pg, why);

	if (v == V_OK)
		v = pg_ask(pg,
			"select exists (select from stop where (kind = 2 "
			"and name = $1) or (kind = 3 and name = $2))",
			PG_ARGS(PG_T(name), PG_T(endpoint)), &rows, why);
	if (v == V_OK && pg_bool(&rows, 0, 0))
		v = fault_set(why, V_SKIP, CODE_STATE,
			"the sender or the endpoint is held");
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_question_begin(struct store *store, const struct question *q,
	const char *name, int64_t next_ms, struct fault *why)
{
	struct pg *pg = store->pg;
	int64_t changed = 0;
	enum verdict v = pg_begin(pg, why);

	assert(q->message_id[0] != '\0' && q->envelope_len > 0);
	if (v == V_OK)
		v = stopped(pg, name, q->endpoint, why);
	if (v == V_OK)
		v = pg_do(pg,
			"update question set state = 3, posts = posts + 1, "
			"next_post_ms = case when $4::bigint > 0 then "
			"$2::bigint else 0 end, "
			"expires_ms = $4, message_id = $3, "
			"conversation_id = $5, content_id = $6, envelope = $7, "
			"cpa_id = $8, parties = $9, sent_ms = $10, "
			"payload_bytes = $11, reason = '' "
			"where number = $1 and state in (2, 3)",
			PG_ARGS(PG_N(q->number), PG_N(next_ms),
				PG_T(q->message_id), PG_N(q->expires_ms),
				PG_T(q->conversation_id), PG_T(q->content_id),
				PG_B(q->envelope, q->envelope_len),
				PG_T(q->cpa_id), PG_T(q->parties),
				PG_N(q->sent_ms), PG_N(q->payload_bytes)),
			&changed, why);
	if (v == V_OK && changed == 0)
		v = fault_set(why, V_SKIP, CODE_STATE, "it is not open");
	return pg_end(pg, v, why);
}

/* An acknowledgment may have come before the post ended: then the state is no
 * longer offered, and only a refusal still says something.
 */
enum verdict
store_question_end(struct store *store, const struct question *q,
	enum question_end end, int64_t retry_ms, int64_t now_ms,
	const struct fault *reason, struct fault *why)
{
	struct pg *pg = store->pg;
	const char *text = reason->code == CODE_NONE ? "" : reason->text;
	enum verdict v = V_OK;

	switch (end) {
	case QUESTION_POSTED:
		return pg_do(pg,
			"update question set reason = $2, next_post_ms = "
			"case when expires_ms > 0 then $3::bigint else 0 end "
			"where number = $1 and state = 3",
			PG_ARGS(PG_N(q->number), PG_T(text), PG_N(retry_ms)),
			NULL, why);
	case QUESTION_TAKEN:
		return pg_do(pg,
			"update question set state = 4, acknowledged_ms = $2, "
			"next_post_ms = 0, reason = '' "
			"where number = $1 and state = 3",
			PG_ARGS(PG_N(q->number), PG_N(now_ms)), NULL, why);
	case QUESTION_NOT_RECEIVED:
		return pg_do(pg,
			"update question set posts = posts - 1, reason = $2, "
			"next_post_ms = $3 where number = $1 and state = 3 "
			"and posts > 0",
			PG_ARGS(PG_N(q->number), PG_T(text), PG_N(retry_ms)),
			NULL, why);
	case QUESTION_NEVER:
		break;
	}
	v = pg_begin(pg, why);
	if (v == V_OK)
		v = question_failed(pg, q->number, reason, now_ms, why);
	return pg_end(pg, v, why);
}

enum verdict
store_question_rest(struct store *store, int64_t number, int64_t until_ms,
	const char *reason, struct fault *why)
{
	return pg_do(store->pg,
		"update question set next_post_ms = $2, reason = $3 "
		"where number = $1 and state in (2, 3)",
		PG_ARGS(PG_N(number), PG_N(until_ms), PG_T(reason)), NULL, why);
}
