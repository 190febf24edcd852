/* store/inbound.c - what the peer sent us: kept once, applied once
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/books.h"

#define KIND_ACK 2 /* enum ebms_kind of channels/ */
#define REASON_MAX 300
#define MESSAGE_ID_MAX 1000 /* what an index can hold */

static const char *
or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

/* --- keeping --- */

static enum verdict
insert(struct pg *pg, const struct inbound *in, int64_t *kept_out,
	struct fault *why)
{
	bool push = in->reply_len > 0 && or_empty(in->reply_url)[0] != '\0';

	return pg_do(pg,
		"insert into inbound (message_id, cpa_id, conversation_id, "
		"ref_to, action, kind, payload, error_code, error_text, reply, "
		"reply_id, reply_url, reply_is_error, received_ms, push_open, "
		"push_ms, sent_ms) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, "
		"$10, $11, $12, $13::int = 1, $14, $15::int = 1, $14, $16) "
		"on conflict (message_id) do nothing",
		PG_ARGS(PG_T(in->message_id), PG_T(or_empty(in->cpa_id)),
			PG_T(or_empty(in->conversation_id)),
			PG_T(or_empty(in->ref_to)), PG_T(or_empty(in->action)),
			PG_N(in->kind), PG_B(in->payload, in->payload_len),
			PG_T(or_empty(in->error_code)),
			PG_T(or_empty(in->error_text)),
			PG_B(in->reply, in->reply_len),
			PG_T(or_empty(in->reply_id)),
			PG_T(or_empty(in->reply_url)),
			PG_N(in->reply_is_error ? 1 : 0), PG_N(in->received_ms),
			PG_N(push ? 1 : 0), PG_N(in->sent_ms)),
		kept_out, why);
}

/* Known already: the same answer again, also when it is to be pushed. */
static enum verdict
repeat(struct pg *pg, const struct inbound *in, struct buf *reply_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	const char *reply;
	size_t len;
	enum verdict v;

	v = pg_ask(pg,
		"update inbound set push_open = length(reply) > 0 "
		"and reply_url <> '', push_ms = $3, push_tries = 0 "
		"where message_id = $1 and cpa_id = $2 returning reply",
		PG_ARGS(PG_T(in->message_id), PG_T(or_empty(in->cpa_id)),
			PG_N(in->received_ms)),
		&rows, why);
	if (v != V_OK)
		return v;
	if (rows.count == 0) {
		pg_rows_done(&rows);
		return fault_set(why, V_NEVER, CODE_EBMS,
			"this message id came before, under another CPA");
	}
	reply = pg_bytes(&rows, 0, 0, &len);
	buf_reset(reply_out);
	if (len > 0)
		buf_add(reply_out, reply, len);
	pg_rows_done(&rows);
	return V_OK;
}

enum verdict
store_inbound_keep(struct store *store, const struct inbound *in,
	struct buf *reply_out, struct fault *why)
{
	struct pg *pg = store->pg;
	int64_t kept = 0;
	enum verdict v;

	if (strlen(in->message_id) > MESSAGE_ID_MAX)
		return fault_set(why, V_NEVER, CODE_EBMS,
			"a message id of more than %d bytes", MESSAGE_ID_MAX);
	v = pg_begin(pg, why);
	if (v == V_OK)
		v = insert(pg, in, &kept, why);
	if (v == V_OK && kept == 0)
		v = repeat(pg, in, reply_out, why);
	v = pg_end(pg, v, why);
	if (v == V_OK && kept == 0)
		return fault_set(why, V_SKIP, CODE_NONE,
			"this message was received before");
	return v;
}

enum verdict
store_inbound_next(struct store *store, struct arena *mem,
	struct inbound *in_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct inbound in = { .message_id = "" };
	const char *bytes;
	enum verdict v;

	v = pg_ask(store->pg,
		"select message_id, cpa_id, conversation_id, ref_to, action, "
		"kind, payload, error_code, error_text, reply_id, reply_url, "
		"received_ms from inbound where not applied "
		"and not reply_is_error order by number limit 1",
		NULL, &rows, why);
	if (v != V_OK)
		return v;
	if (rows.count == 0) {
		pg_rows_done(&rows);
		return V_END;
	}
	in.message_id = pg_text(&rows, 0, 0, mem);
	in.cpa_id = pg_text(&rows, 0, 1, mem);
	in.conversation_id = pg_text(&rows, 0, 2, mem);
	in.ref_to = pg_text(&rows, 0, 3, mem);
	in.action = pg_text(&rows, 0, 4, mem);
	in.kind = (int)pg_int(&rows, 0, 5);
	bytes = pg_bytes(&rows, 0, 6, &in.payload_len);
	in.payload = arena_text(mem, bytes, in.payload_len);
	in.error_code = pg_text(&rows, 0, 7, mem);
	in.error_text = pg_text(&rows, 0, 8, mem);
	in.reply = ""; /* it left already */
	in.reply_id = pg_text(&rows, 0, 9, mem);
	in.reply_url = pg_text(&rows, 0, 10, mem);
	in.received_ms = pg_int(&rows, 0, 11);
	pg_rows_done(&rows);
	*in_out = in;
	return V_OK;
}

enum verdict
inbound_applied(struct pg *pg, const struct inbound *in, bool *already_out,
	struct fault *why)
{
	int64_t changed = 0;
	enum verdict v;

	v = pg_do(pg,
		"update inbound set applied = true "
		"where message_id = $1 and not applied",
		PG_ARGS(PG_T(in->message_id)), &changed, why);
	if (v == V_OK)
		*already_out = changed == 0;
	return v;
}

/* --- acknowledgments and errors --- */

/* The attempt with this message id; 0: none of ours. */
static enum verdict
attempt_by_message(
	struct pg *pg, const char *id, int64_t *number_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(pg, "select number from attempt where message_id = $1",
		PG_ARGS(PG_T(or_empty(id))), &rows, why);
	if (v != V_OK)
		return v;
	*number_out = rows.count == 1 ? pg_int(&rows, 0, 0) : 0;
	pg_rows_done(&rows);
	return V_OK;
}

/* The peer refused the message itself: a person decides about the lot.  After
 * an acknowledgment such an error is only noted.
 */
static enum verdict
apply_error(struct pg *pg, const struct inbound *in, struct attempt *attempt,
	struct lot_row *lot, const struct job_row *job, int64_t now_ms,
	struct counts *counts, struct fault *why)
{
	char reason[REASON_MAX];
	enum verdict v = V_OK;

	snprintf(reason, sizeof(reason),
		"the peer answered with error %.60s: "
		"%.200s",
		or_empty(in->error_code), or_empty(in->error_text));
	if (attempt->state == ATTEMPT_POSTING ||
		attempt->state == ATTEMPT_OFFERED ||
		attempt->state == ATTEMPT_UNKNOWN ||
		attempt->state == ATTEMPT_EXPIRED) {
		v = pg_do(pg,
			"update attempt set state = $2, next_post_ms = 0, "
			"reason = $3 where number = $1",
			PG_ARGS(PG_N(attempt->number), PG_N(ATTEMPT_FAILED),
				PG_T(reason)),
			NULL, why);
		if (v == V_OK)
			v = attempt_hold(pg, attempt, lot, CODE_EBMS_ERROR,
				reason, now_ms, counts, why);
	}
	if (v == V_OK)
		v = event_put(pg, now_ms, job->id, "automatic", "message error",
			why, "lot %" PRId64 " attempt %d: %s", lot->number,
			attempt->nth, reason);
	return v;
}

enum verdict
store_ack_apply(struct store *store, const struct inbound *in, int64_t now_ms,
	struct fault *why)
{
	struct counts counts = COUNTS_NONE;
	struct pg *pg = store->pg;
	struct attempt attempt;
	struct lot_row lot;
	struct job_row job;
	int64_t number = 0;
	bool already = false;
	enum verdict v;

	v = pg_begin(pg, why);
	if (v == V_OK)
		v = inbound_applied(pg, in, &already, why);
	if (v == V_OK && !already)
		v = attempt_by_message(pg, in->ref_to, &number, why);
	if (v == V_OK && !already && number == 0)
		v = event_put(pg, now_ms, "", "automatic", "message not used",
			why, "%.200s: refers to no message of ours",
			in->message_id);
	if (v == V_OK && number != 0)
		v = attempt_lock_all(pg, number, &lot, &job, &attempt, why);
	if (v == V_OK && number != 0)
		v = in->kind == KIND_ACK
			    ? attempt_acknowledge(pg, &attempt, &lot,
				      in->received_ms, &counts, why)
			    : apply_error(pg, in, &attempt, &lot, &job, now_ms,
				      &counts, why);
	if (v == V_OK && number != 0)
		v = counts_write(pg, job.number, &counts, why);
	return pg_end(pg, v, why);
}

/* --- what cannot be used --- */

/* It answers an attempt of ours, but not so that we can read it: a person has to
 * look, for no other answer may come.  One that can be read still counts.
 */
static enum verdict
hold_answered(struct pg *pg, const struct inbound *in,
	const struct fault *reason, int64_t now_ms, char job_out[JOB_ID_MAX],
	struct fault *why)
{
	struct counts counts = COUNTS_NONE;
	struct attempt attempt;
	struct lot_row lot;
	struct job_row job;
	int64_t number = 0;
	enum verdict v = attempt_by_message(pg, in->ref_to, &number, why);

	if (v != V_OK || number == 0)
		return v;
	v = attempt_lock_all(pg, number, &lot, &job, &attempt, why);
	if (v != V_OK)
		return v;
	memcpy(job_out, job.id, JOB_ID_MAX);
	if (attempt.result)
		return V_OK;
	v = attempt_acknowledge(
		pg, &attempt, &lot, in->received_ms, &counts, why);
	if (v == V_OK)
		v = attempt_hold(pg, &attempt, &lot, reason->code, reason->text,
			now_ms, &counts, why);
	return v == V_OK ? counts_write(pg, job.number, &counts, why) : v;
}

enum verdict
store_inbound_useless(struct store *store, const struct inbound *in,
	const struct fault *reason, struct fault *why)
{
	struct pg *pg = store->pg;
	char job[JOB_ID_MAX] = "";
	bool already = false;
	int64_t now_ms = 0;
	enum verdict v;

	v = pg_begin(pg, why);
	if (v == V_OK)
		v = inbound_applied(pg, in, &already, why);
	if (v == V_OK)
		v = pg_now_ms(pg, &now_ms, why);
	if (v == V_OK && !already && reason->code == CODE_RESULT)
		v = hold_answered(pg, in, reason, now_ms, job, why);
	if (v == V_OK && !already)
		v = event_put(pg, now_ms, job, "automatic", "message not used",
			why, "%.200s: MOBB-%04d %s", in->message_id,
			(int)reason->code, reason->text);
	return pg_end(pg, v, why);
}

/* --- replies to be pushed --- */

enum verdict
store_push_next(struct store *store, int64_t now_ms, struct arena *mem,
	struct push *push_out, int64_t *next_ms_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct push push = { .message_id = "" };
	const char *bytes;
	enum verdict v;

	v = pg_ask(store->pg,
		"select message_id, cpa_id, reply_url, reply_id, reply, "
		"push_tries, push_ms from inbound where push_open "
		"order by push_ms limit 1",
		NULL, &rows, why);
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
	pg_rows_done(&rows);
	*push_out = push;
	return V_OK;
}

enum verdict
store_push_end(struct store *store, const struct push *push, bool sent,
	int64_t retry_ms, struct fault *why)
{
	return pg_do(store->pg,
		"update inbound set push_open = ($2::int = 0), push_ms = $3, "
		"push_tries = push_tries + 1 where message_id = $1",
		PG_ARGS(PG_T(push->message_id), PG_N(sent ? 1 : 0),
			PG_N(retry_ms)),
		NULL, why);
}
