/* store/question_answer.c - what becomes of a question
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>

#include "store/question_row.h"
#include "store/subscription_bits.h"

#define KIND_ACK 2 /* enum ebms_kind of channels/ */

static enum verdict
told(struct pg *pg, int64_t number, const char *what, enum code code,
	const char *text, int64_t now_ms, struct fault *why)
{
	return event_put(pg, now_ms, "", "automatic", what, why,
		"question %" PRId64 ": MOBB-%04d %s", number, (int)code, text);
}

enum verdict
question_failed(struct pg *pg, int64_t number, const struct fault *reason,
	int64_t now_ms, struct fault *why)
{
	int64_t changed = 0;
	enum verdict v = pg_do(pg,
		"update question set state = 8, next_post_ms = 0, reason = $2 "
		"where number = $1 and state in (2, 3, 7)",
		PG_ARGS(PG_N(number), PG_T(reason->text)), &changed, why);

	if (v == V_OK && changed == 1)
		v = told(pg, number, "question failed", CODE_QUESTION_FAILED,
			reason->text, now_ms, why);
	return v;
}

/* --- acknowledgments and errors --- */

enum verdict
question_ack(struct pg *pg, const struct inbound *in, int64_t now_ms,
	bool *ours_out, bool *foreign_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct fault reason;
	int64_t number = 0;
	enum verdict v;

	v = pg_ask(pg,
		"select number, " ATTEMPT_OF_CPA("$2") " from question "
						       "where message_id = $1 "
						       "for update",
		PG_ARGS(PG_T(in->ref_to), PG_T(in->cpa_id)), &rows, why);
	if (v == V_OK && rows.count == 1) {
		*ours_out = pg_bool(&rows, 0, 1);
		*foreign_out = !*ours_out;
		number = pg_int(&rows, 0, 0);
	}
	pg_rows_done(&rows);
	if (v != V_OK || !*ours_out)
		return v;
	if (in->kind == KIND_ACK)
		return pg_do(pg,
			"update question set state = 4, acknowledged_ms = $2, "
			"next_post_ms = 0, reason = '' "
			"where number = $1 and state in (2, 3)",
			PG_ARGS(PG_N(number), PG_N(in->received_ms)), NULL,
			why);
	(void)fault_set(&reason, V_NEVER, CODE_QUESTION_FAILED,
		"the peer answered with error %.60s: %.200s", in->error_code,
		in->error_text);
	return question_failed(pg, number, &reason, now_ms, why);
}

/* --- time to live --- */

/* The same question anew: another id, and another message. */
static enum verdict
ask_again(struct pg *pg, int64_t number, int64_t now_ms, struct fault *why)
{
	enum verdict v = pg_do(pg,
		"with new as (insert into question (environment, sender, "
		"endpoint, kind, id, since_ms, asked, state, again, person, "
		"created_ms) select environment, sender, endpoint, kind, "
		"gen_random_uuid(), since_ms, asked, 2, true, person, $2 "
		"from question where number = $1 returning number) "
		"insert into question_chunk (question_no, chunk, asked) "
		"select new.number, c.chunk, c.asked from new "
		"join question_chunk c on c.question_no = $1",
		PG_ARGS(PG_N(number), PG_N(now_ms)), NULL, why);

	if (v == V_OK)
		v = told(pg, number, "question asked again", CODE_EXPIRED,
			"not acknowledged within its time to live", now_ms,
			why);
	return v;
}

static enum verdict
expire_one(struct pg *pg, int64_t number, bool received, bool again,
	int64_t now_ms, struct fault *why)
{
	enum verdict v;

	if (!received)
		return pg_do(pg,
			"update question set state = 2, message_id = null, "
			"next_post_ms = 0, expires_ms = 0 where number = $1",
			PG_ARGS(PG_N(number)), NULL, why);
	v = pg_do(pg,
		"update question set state = 7, next_post_ms = 0, reason = "
		"'not acknowledged within its time to live' where number = $1",
		PG_ARGS(PG_N(number)), NULL, why);
	if (v == V_OK && !again)
		return ask_again(pg, number, now_ms, why);
	if (v == V_OK)
		v = told(pg, number, "question failed", CODE_QUESTION_FAILED,
			"asked twice, and not acknowledged", now_ms, why);
	return v;
}

enum verdict
store_question_expire(struct store *store, const struct store_part *endpoints,
	int64_t now_ms, int64_t *count_out, struct fault *why)
{
	struct buf names = BUF_MAX(PART_TEXT_MAX);
	struct pg_rows rows = PG_ROWS_NONE;
	struct pg *pg = store->pg;
	enum verdict v = pg_begin(pg, why);
	int i;

	part_names(endpoints, &names);
	if (v == V_OK)
		v = pg_ask(pg,
			"select number, posts > 0, again from question a "
			"where " PART_HAS(
				"endpoint") " and state = 3 "
					    "and expires_ms > 0 "
					    "and expires_ms <= $3 "
					    "and " ATTEMPT_A_UNANSWERED
					    "for update",
			PG_ARGS(PG_T(names.bytes),
				PG_N(endpoints->others ? 1 : 0), PG_N(now_ms)),
			&rows, why);
	for (i = 0; v == V_OK && i < rows.count; i++)
		v = expire_one(pg, pg_int(&rows, i, 0), pg_bool(&rows, i, 1),
			pg_bool(&rows, i, 2), now_ms, why);
	*count_out = v == V_OK ? rows.count : 0;
	pg_rows_done(&rows);
	buf_done(&names);
	return pg_end(pg, v, why);
}

/* --- answers --- */

enum verdict
store_question_match(struct store *store, const struct inbound *in,
	const struct uuid *id, struct arena *mem, struct question *out,
	struct fault *why)
{
	const struct pg_arg by_id = id == NULL ? PG_T(NULL) : PG_U(id);
	enum verdict v;

	v = question_one(store->pg,
		"select " QUESTION_COLUMNS " from question "
		"where " ATTEMPT_OF_PARTIES("$1", "$2") " and state <> 1 "
							"and (message_id = $3 "
							"or conversation_id = "
							"nullif($4, '') "
							"or id = $5::uuid) "
							"order by message_id = "
							"$3 desc nulls last, "
							"id = $5::uuid desc "
							"nulls last, number "
							"desc limit 1",
		PG_ARGS(PG_T(in->cpa_id), PG_T(in->parties), PG_T(in->ref_to),
			PG_T(in->conversation_id), by_id),
		mem, out, why);
	if (v == V_END)
		v = fault_set(why, V_SKIP, CODE_RESULT,
			"answers no question of ours");
	return v;
}

/* Its row, locked.  *open_out: it may still get an answer, which may also come
 * after it ran out.
 */
static enum verdict
lock(struct pg *pg, int64_t number, bool *open_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v = pg_ask(pg,
		"select state in (2, 3, 4, 7) from question "
		"where number = $1 for update",
		PG_ARGS(PG_N(number)), &rows, why);

	if (v == V_OK)
		*open_out = rows.count == 1 && pg_bool(&rows, 0, 0);
	pg_rows_done(&rows);
	return v;
}

/* It had its end already. */
static enum verdict
come_late(struct pg *pg, const struct inbound *in, int64_t number,
	int64_t now_ms, struct fault *why)
{
	return event_put(pg, now_ms, "", "automatic", "message not used", why,
		"%.200s: question %" PRId64 " had its answer before",
		in->message_id, number);
}

enum verdict
store_question_answer(struct store *store, const struct inbound *in,
	int64_t number, const struct subscribed *set,
	const struct answer_head *head, bool *taken_out, struct fault *why)
{
	struct pg *pg = store->pg;
	bool already = false, open = false;
	int64_t list = 0;
	enum verdict v = pg_begin(pg, why);

	if (v == V_OK)
		v = inbound_applied(pg, in, &already, why);
	if (v == V_OK && !already)
		v = lock(pg, number, &open, why);
	if (v == V_OK && open)
		v = answer_put(pg, set, head, &list, why);
	if (v == V_OK && open)
		v = pg_do(pg,
			"update question set state = 5, answered_ms = $2, "
			"list_no = $3, next_post_ms = 0, reason = '', "
			"acknowledged_ms = case when acknowledged_ms = 0 "
			"then $4::bigint else acknowledged_ms end where number "
			"= $1",
			PG_ARGS(PG_N(number), PG_N(head->now_ms), PG_N(list),
				PG_N(in->received_ms)),
			NULL, why);
	if (v == V_OK && !open && !already)
		v = come_late(pg, in, number, head->now_ms, why);
	v = pg_end(pg, v, why);
	if (v == V_OK)
		*taken_out = open;
	return v;
}

enum verdict
store_question_refuse(struct store *store, const struct inbound *in,
	int64_t number, const struct fault *reason, int64_t now_ms,
	struct fault *why)
{
	struct pg *pg = store->pg;
	bool already = false, open = false;
	enum verdict v = pg_begin(pg, why);

	if (v == V_OK)
		v = inbound_applied(pg, in, &already, why);
	if (v == V_OK && !already)
		v = lock(pg, number, &open, why);
	if (v == V_OK && open)
		v = pg_do(pg,
			"update question set state = 6, answered_ms = $2, "
			"next_post_ms = 0, reason = $3 where number = $1",
			PG_ARGS(PG_N(number), PG_N(now_ms), PG_T(reason->text)),
			NULL, why);
	if (v == V_OK && open)
		v = told(pg, number, "answer refused", reason->code,
			reason->text, now_ms, why);
	if (v == V_OK && !open && !already)
		v = come_late(pg, in, number, now_ms, why);
	return pg_end(pg, v, why);
}

enum verdict
store_question_late(struct store *store, const char *endpoint,
	int64_t before_ms, int64_t now_ms, struct arena *mem,
	struct question *out, struct fault *why)
{
	struct pg *pg = store->pg;
	enum verdict v = pg_begin(pg, why);

	if (v == V_OK)
		v = question_one(pg,
			"update question set alarm_ms = $3 where number = "
			"(select number from question where endpoint = $1 "
			"and state in (2, 3, 4) and alarm_ms = 0 "
			"and greatest(sent_ms, created_ms) < $2 "
			"order by number limit 1) "
			"returning " QUESTION_COLUMNS,
			PG_ARGS(PG_T(endpoint), PG_N(before_ms), PG_N(now_ms)),
			mem, out, why);
	if (v == V_OK)
		v = told(pg, out->number, "question late",
			CODE_SUBSCRIPTION_LATE, "no answer yet", now_ms, why);
	return pg_end(pg, v, why);
}
