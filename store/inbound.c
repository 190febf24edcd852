/* store/inbound.c - what the peer sent us: kept once, applied once
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/books.h"

#define KIND_BUSINESS 1 /* enum ebms_kind of channels/ */
#define KIND_ACK 2
#define KIND_ERROR 3
#define REASON_MAX 300
#define MESSAGE_ID_MAX 1000 /* what an index can hold */
#define HOUR_MS INT64_C(3600000)
#define DAYS_MS (INBOUND_DAYS * 24 * HOUR_MS)

static const char *
or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

/* --- keeping --- */

/* Is there something to do with it?  A Ping, Pong or StatusRequest is done with
 * its answer.
 */
static bool
is_work(int kind)
{
	return kind == KIND_BUSINESS || kind == KIND_ACK || kind == KIND_ERROR;
}

static int64_t
keep_until_ms(const struct inbound *in)
{
	if (in->reply_once || !is_work(in->kind))
		return in->received_ms + HOUR_MS;
	return in->received_ms +
	       (in->keep_ms > DAYS_MS ? in->keep_ms : DAYS_MS);
}

static enum verdict
insert(struct pg *pg, const struct inbound *in, int64_t *kept_out,
	struct fault *why)
{
	bool push = in->reply_len > 0 && or_empty(in->reply_url)[0] != '\0';

	return pg_do(pg,
		"insert into inbound (message_id, cpa_id, conversation_id, "
		"ref_to, action, kind, payload, error_code, error_text, reply, "
		"reply_id, reply_url, reply_is_error, received_ms, push_open, "
		"push_ms, reply_once, keep_until_ms, applied, sent_ms, "
		"parties) "
		"values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
		"$11, $12, $13::int = 1, $14, $15::int = 1, $14, "
		"$16::int = 1, $17, $18::int = 1, $19, $20) "
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
			PG_N(push ? 1 : 0), PG_N(in->reply_once ? 1 : 0),
			PG_N(keep_until_ms(in)),
			PG_N(is_work(in->kind) ? 0 : 1), PG_N(in->sent_ms),
			PG_T(or_empty(in->parties))),
		kept_out, why);
}

/* Known already: the same answer again, also when it is to be pushed.  What has
 * none is not written to.
 */
static enum verdict
repeat(struct pg *pg, const struct inbound *in, struct buf *reply_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	const char *reply;
	size_t len;
	enum verdict v;

	v = pg_ask(pg,
		"with old as (select number, reply from inbound "
		"where message_id = $1 and cpa_id = $2), "
		"again as (update inbound i set push_open = true, "
		"push_ms = $3, push_tries = 0 from old "
		"where i.number = old.number and i.reply_url <> '' "
		"and octet_length(i.reply) > 0) select reply from old",
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

/* Two statements, each whole by itself: one commit for a message that is new.
 * Of two that come at once the second waits for the first and then finds it.
 */
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
	v = insert(pg, in, &kept, why);
	if (v != V_OK || kept == 1)
		return v;
	v = repeat(pg, in, reply_out, why);
	if (v == V_OK)
		v = fault_set(why, V_SKIP, CODE_NONE,
			"this message was received before");
	return v;
}

enum verdict
store_inbound_status(struct store *store, const char *message_id,
	const char *cpa_id, enum inbound_status *status_out,
	int64_t *received_ms_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum inbound_status status = INBOUND_UNKNOWN;
	enum verdict v;

	v = pg_ask(store->pg,
		"select cpa_id = $2, applied, received_ms from inbound "
		"where message_id = $1 and kind = 1 and not reply_is_error",
		PG_ARGS(PG_T(message_id), PG_T(cpa_id)), &rows, why);
	if (v != V_OK)
		return v;
	if (rows.count == 1) {
		status = !pg_bool(&rows, 0, 0)	? INBOUND_OTHER_CPA
			 : pg_bool(&rows, 0, 1) ? INBOUND_APPLIED
						: INBOUND_KEPT;
		*received_ms_out = pg_int(&rows, 0, 2);
	}
	*status_out = status;
	pg_rows_done(&rows);
	return V_OK;
}

/* Others may hold a row: it goes with the next purge.  What goes altogether goes
 * first.
 */
enum verdict
store_inbound_purge(struct store *store, int64_t now_ms, int64_t *count_out,
	struct fault *why)
{
	int64_t rows = 0, payloads = 0;
	enum verdict v;

	v = pg_do(store->pg,
		"delete from inbound where number in (select number "
		"from inbound where keep_until_ms < $1 and not push_open "
		"and (applied or reply_is_error) and not evidence "
		"order by keep_until_ms limit $2 for update skip locked)",
		PG_ARGS(PG_N(now_ms), PG_N(INBOUND_PURGE)), &rows, why);
	if (v == V_OK && rows < INBOUND_PURGE)
		v = pg_do(store->pg,
			"update inbound set payload = '' where number in "
			"(select number from inbound where received_ms < $1 "
			"and applied and not evidence and "
			"octet_length(payload) > 0 "
			"order by received_ms limit $2 for update skip locked)",
			PG_ARGS(PG_N(now_ms - DAYS_MS), PG_N(INBOUND_PURGE)),
			&payloads, why);
	if (v == V_OK)
		*count_out = rows + payloads;
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
		"received_ms, parties from inbound where not applied "
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
	in.parties = pg_text(&rows, 0, 12, mem);
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

/* The attempt that the message is about, 0: none of ours.  *foreign_out: it was
 * sent under another agreement, so it is not for this peer to say.
 */
static enum verdict
attempt_of(struct pg *pg, const struct inbound *in, int64_t *number_out,
	bool *foreign_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(pg,
		"select number, " ATTEMPT_OF_CPA("$2") " from attempt "
						       "where message_id = $1",
		PG_ARGS(PG_T(or_empty(in->ref_to)), PG_T(or_empty(in->cpa_id))),
		&rows, why);
	if (v != V_OK)
		return v;
	*foreign_out = rows.count == 1 && !pg_bool(&rows, 0, 1);
	*number_out =
		rows.count == 1 && !*foreign_out ? pg_int(&rows, 0, 0) : 0;
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
	bool already = false, foreign = false, question = false;
	enum verdict v;

	v = pg_begin(pg, why);
	if (v == V_OK)
		v = inbound_applied(pg, in, &already, why);
	if (v == V_OK && !already)
		v = attempt_of(pg, in, &number, &foreign, why);
	if (v == V_OK && !already && number == 0)
		v = question_ack(pg, in, now_ms, &question, &foreign, why);
	if (v == V_OK && !already && number == 0 && !question)
		v = event_put(pg, now_ms, "", "automatic", "message not used",
			why, "%.200s: %s", in->message_id,
			foreign ? "refers to what was sent under another CPA"
				: "refers to no lot of ours");
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
	bool foreign = false;
	enum verdict v = attempt_of(pg, in, &number, &foreign, why);

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
