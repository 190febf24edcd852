/* store/offer.c - which lot leaves next, and its leave to do so
 *
 * Each is one question to the database (schemas/db/0021-pace.sql); the allowance
 * is taken in the statement that lets a lot go.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>

#include "store/allowance.h"
#include "store/books.h"

/* --- next --- */

/* One question: what is due, and all there is to know about it.  First the
 * answer of mobb_offer_next(), then the attempt, then the lot.
 */
enum next_column {
	NEXT_WHAT,
	NEXT_MS,
	NEXT_ATTEMPT,
	NEXT_OVERDUE,
	NEXT_NTH,
	NEXT_MESSAGE,
	NEXT_CONVERSATION,
	NEXT_ENVELOPE,
	NEXT_CONTENT,
	NEXT_CREATED,
	NEXT_EXPIRES,
	NEXT_POSTS,
	NEXT_LETTERS,
	NEXT_BYTES,
	NEXT_SHA256,
	NEXT_CPA,
	NEXT_APART,
	NEXT_RESEND,
	NEXT_OIN,
	NEXT_BEFORE,
	NEXT_LOT,
};

#define NEXT_SQL                                                               \
	"select n.what, n.next_ms, n.attempt_no, n.overdue, a.nth, "           \
	"a.message_id, a.conversation_id, a.envelope, a.content_id, "          \
	"a.created_ms, a.expires_ms, a.posts, a.letters, a.payload_bytes, "    \
	"a.payload_sha256, a.cpa_id, o.apart, o.resend_letters, j.oin, "       \
	"exists (select from attempt x where x.lot_no = n.lot_no "             \
	"and x.number <> n.attempt_no and x.posts + x.agains > "               \
	"0), " LOT_COLUMNS " from mobb_offer_next($1, $2, "                    \
	"string_to_array($3, ' '), $4::int[], $5::bigint[], $6, " RULES_SQL(   \
		"$7", "$8", "$9", "$10", "$11", "$12",                         \
		"$13") ") n "                                                  \
		       "left join attempt a on a.number = n.attempt_no "       \
		       "left join lot o on o.number = n.lot_no "               \
		       "left join job j on j.number = o.job_no"

static void
read_retry(const struct pg_rows *rows, struct arena *mem, struct offer *o)
{
	size_t len;

	o->nth = (int)pg_int(rows, 0, NEXT_NTH);
	o->message_id = pg_text(rows, 0, NEXT_MESSAGE, mem);
	o->conversation_id = pg_text(rows, 0, NEXT_CONVERSATION, mem);
	o->envelope = pg_bytes(rows, 0, NEXT_ENVELOPE, &len);
	o->envelope = arena_text(mem, o->envelope, len);
	o->envelope_len = len;
	o->content_id = pg_text(rows, 0, NEXT_CONTENT, mem);
	o->created_ms = pg_int(rows, 0, NEXT_CREATED);
	o->expires_ms = pg_int(rows, 0, NEXT_EXPIRES);
	o->posts = (int)pg_int(rows, 0, NEXT_POSTS);
	o->letters = pg_int(rows, 0, NEXT_LETTERS);
	o->payload_bytes = pg_int(rows, 0, NEXT_BYTES);
	pg_fixed(rows, 0, NEXT_SHA256, o->payload_sha256,
		sizeof(o->payload_sha256));
	o->cpa_id = pg_text(rows, 0, NEXT_CPA, mem);
}

static void
read_offer(
	const struct pg_rows *rows, struct arena *mem, struct offer *offer_out)
{
	struct offer o = { .attempt = pg_int(rows, 0, NEXT_ATTEMPT),
		.overdue = pg_bool(rows, 0, NEXT_OVERDUE),
		.oin = pg_text(rows, 0, NEXT_OIN, mem),
		.offered_before = pg_bool(rows, 0, NEXT_BEFORE),
		.message_id = "",
		.envelope = "",
		.conversation_id = "",
		.content_id = "" };

	lot_read_at(rows, 0, NEXT_LOT, mem, &o.lot);
	o.nth = o.lot.attempts + 1;
	o.letters = o.lot.state == LOT_SETTLED
			    ? pg_int(rows, 0, NEXT_RESEND)
			    : o.lot.letters - pg_int(rows, 0, NEXT_APART);
	if (o.attempt != 0)
		read_retry(rows, mem, &o);
	*offer_out = o;
}

enum verdict
store_offer_next(struct store *store, const char *endpoint,
	const struct offer_rules *rules, int64_t now_ms, struct arena *mem,
	struct offer *offer_out, int64_t *next_ms_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct rules_text text;
	int64_t what;
	enum verdict v;

	if (rules->closed) {
		*next_ms_out = rules->opens_ms;
		return V_END;
	}
	rules_text(rules, &text);
	v = pg_ask(store->pg, NEXT_SQL,
		PG_ARGS(PG_T(endpoint), PG_N(now_ms), PG_T(text.streams.bytes),
			PG_T(text.lanes.bytes), PG_T(text.opens.bytes),
			PG_N(rules->lane_age_ms), RULES_ARGS(rules, &text)),
		&rows, why);
	rules_text_done(&text);
	if (v != V_OK)
		return v;
	assert(rows.count == 1);
	what = pg_int(&rows, 0, NEXT_WHAT);
	if (what != 0)
		*next_ms_out = pg_int(&rows, 0, NEXT_MS);
	if (what < 0)
		v = V_END;
	else if (what > 0)
		v = allowance_not_now((int)what, why);
	else
		read_offer(&rows, mem, offer_out);
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_offer_rest(struct store *store, const struct offer *offer,
	int64_t until_ms, const char *reason, struct fault *why)
{
	struct pg *pg = store->pg;
	enum verdict v = pg_begin(pg, why);

	if (v == V_OK && offer->attempt != 0)
		v = pg_do(pg,
			"update attempt set next_post_ms = $2, reason = $3 "
			"where number = $1 and state = 2",
			PG_ARGS(PG_N(offer->attempt), PG_N(until_ms),
				PG_T(reason)),
			NULL, why);
	else if (v == V_OK)
		v = pg_do(pg,
			"update lot set due_ms = $2, resend_ms = $2 "
			"where number = $1",
			PG_ARGS(PG_N(offer->lot.number), PG_N(until_ms)), NULL,
			why);
	if (v == V_OK)
		v = pg_do(pg, "update lot set reason = $2 where number = $1",
			PG_ARGS(PG_N(offer->lot.number), PG_T(reason)), NULL,
			why);
	return pg_end(pg, v, why);
}

/* In the order that everybody locks in: lots, then attempts. */
enum verdict
store_stream_rest(struct store *store, const char *endpoint, const char *stream,
	int64_t until_ms, const char *reason, struct fault *why)
{
	struct pg *pg = store->pg;
	enum verdict v = pg_begin(pg, why);

	if (v == V_OK)
		v = pg_do(pg,
			"update lot o set reason = $4, "
			"due_ms = greatest(o.due_ms, $3), resend_ms = "
			"case when o.resend_letters > 0 "
			"then greatest(o.resend_ms, $3) else o.resend_ms end "
			"from job j where j.number = o.job_no "
			"and j.endpoint = $1 and j.stream = $2 "
			"and j.state in (6, 7) and not o.print "
			"and (o.state in (1, 7) or o.resend_letters > 0 "
			"or exists (select from attempt a "
			"where a.lot_no = o.number and a.state = 2 "
			"and a.next_post_ms > 0 and a.next_post_ms < $3))",
			PG_ARGS(PG_T(endpoint), PG_T(stream), PG_N(until_ms),
				PG_T(reason)),
			NULL, why);
	if (v == V_OK)
		v = pg_do(pg,
			"update attempt a set next_post_ms = $3 "
			"from lot o join job j on j.number = o.job_no "
			"where o.number = a.lot_no and a.endpoint = $1 "
			"and a.state = 2 and j.stream = $2 "
			"and a.next_post_ms > 0 and a.next_post_ms < $3",
			PG_ARGS(PG_T(endpoint), PG_T(stream), PG_N(until_ms)),
			NULL, why);
	return pg_end(pg, v, why);
}

enum verdict
store_offers_note(struct store *store, const struct store_part *endpoints,
	const char *reason, int64_t *count_out, struct fault *why)
{
	struct buf names = BUF_MAX(PART_TEXT_MAX);
	enum verdict v;

	part_names(endpoints, &names);
	v = pg_do(store->pg,
		"update lot o set reason = $3 from job j "
		"where j.number = o.job_no and not o.print "
		"and (o.state in (1, 7) or o.resend_letters > 0 "
		"or exists (select from attempt a where a.lot_no = o.number "
		"and a.state in (1, 2))) "
		"and j.state in (6, 7) and o.reason <> $3 "
		"and " PART_HAS("j.endpoint"),
		PG_ARGS(PG_T(names.bytes), PG_N(endpoints->others ? 1 : 0),
			PG_T(reason)),
		count_out, why);
	buf_done(&names);
	return v;
}

/* --- letters --- */

/* The attempt as kept, or as it would be made now. */
static enum verdict
attempt_of(struct pg *pg, const struct offer *offer, struct attempt *out,
	struct fault *why)
{
	if (offer->attempt != 0)
		return attempt_lock(pg, offer->attempt, out, why);
	*out = (struct attempt){ .lot_no = offer->lot.number,
		.mark = INT64_MAX,
		.part = offer->lot.state == LOT_SETTLED };
	return V_OK;
}

enum verdict
store_offer_letters(struct store *store, const struct offer *offer,
	struct arena *mem, struct letter **letters_out, size_t *count_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct attempt attempt;
	struct job_row job;
	enum verdict v;

	v = attempt_of(store->pg, offer, &attempt, why);
	if (v == V_OK)
		v = job_peek(store->pg, offer->lot.job, &job, why);
	if (v == V_OK)
		v = attempt_letters(
			store->pg, &attempt, &job, LETTER_COLUMNS, &rows, why);
	if (v == V_OK && rows.count != offer->letters)
		v = fault_set(why, V_BROKEN, CODE_BUG,
			"lot %" PRId64 ": %d letters found, %" PRId64
			" expected",
			offer->lot.number, rows.count, offer->letters);
	if (v == V_OK)
		v = letters_read(&rows, mem, letters_out, count_out, why);
	pg_rows_done(&rows);
	return v;
}

/* --- begin --- */

/* The letters that wait get a receipt that says they are offered. */
static enum verdict
offer_part(struct pg *pg, struct lot_row *lot, int64_t attempt, int64_t now_ms,
	struct counts *counts, struct fault *why)
{
	int64_t resend = 0, unknown = 0;
	enum verdict v;

	v = receipts_turn(pg, lot, LETTER_RESEND, 0, LETTER_OFFERED, attempt,
		CODE_NONE, now_ms, &resend, why);
	if (v == V_OK)
		v = receipts_turn(pg, lot, LETTER_UNKNOWN, 0, LETTER_OFFERED,
			attempt, CODE_NONE, now_ms, &unknown, why);
	if (v != V_OK)
		return v;
	counts_move(counts, LETTER_RESEND, LETTER_OFFERED, resend);
	counts_move(counts, LETTER_UNKNOWN, LETTER_OFFERED, unknown);
	if (resend + unknown != lot->resend_letters)
		return fault_set(why, V_BROKEN, CODE_BUG,
			"lot %" PRId64 ": %" PRId64
			" letters to resend, %" PRId64 " counted",
			lot->number, resend + unknown, lot->resend_letters);
	lot->resend_letters = 0;
	return pg_do(pg, "update lot set resend_letters = 0 where number = $1",
		PG_ARGS(PG_N(lot->number)), NULL, why);
}

/* Those letters of a settled lot, in the transaction that let them go. */
static enum verdict
begin_part(struct pg *pg, const struct offer *offer, int64_t attempt,
	struct fault *why)
{
	struct counts counts = COUNTS_NONE;
	struct lot_row lot;
	struct job_row job;
	int64_t now_ms = 0;
	enum verdict v = lot_lock(pg, offer->lot.number, &lot, &job, why);

	if (v == V_OK)
		v = pg_now_ms(pg, &now_ms, why);
	if (v == V_OK)
		v = offer_part(pg, &lot, attempt, now_ms, &counts, why);
	return v == V_OK ? counts_write(pg, lot.job_no, &counts, why) : v;
}

#define BEGIN_SQL                                                              \
	"select what, wait_us, number, nth from mobb_offer_begin($1, $2, $3, " \
	"$4::int, $5, $6::int = 1, " RULES_SQL("$7", "$8", "$9", "$10", "$11", \
		"$12", "$13") ", $14, $15, $16, $17, $18, $19, $20, $21, "     \
			      "$22, $23, $24)"

static const char *
or_none(const char *text)
{
	return text == NULL ? "" : text;
}

/* One question, one answer: was it let go, under which number? */
static enum verdict
ask_begin(struct pg *pg, struct offer *offer, const struct offer_rules *rules,
	int64_t *wait_ms_out, int64_t *number_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct rules_text text;
	int64_t what;
	enum verdict v;

	rules_text(rules, &text);
	v = pg_ask(pg, BEGIN_SQL,
		PG_ARGS(PG_T(offer->lot.endpoint), PG_N(offer->lot.number),
			PG_N(offer->attempt), PG_N(offer->lot.state),
			PG_N(offer->letters), PG_N(offer->overdue ? 1 : 0),
			RULES_ARGS(rules, &text), PG_T(offer->message_id),
			PG_T(offer->conversation_id),
			PG_T(or_none(offer->content_id)),
			PG_B(offer->envelope, offer->envelope_len),
			PG_N(offer->created_ms), PG_N(offer->expires_ms),
			PG_N(offer->payload_bytes),
			PG_B(offer->payload_sha256, 32),
			PG_T(or_none(offer->cpa_id)), PG_N(offer->next_ms),
			PG_T(or_none(offer->parties))),
		&rows, why);
	rules_text_done(&text);
	if (v != V_OK)
		return v;
	assert(rows.count == 1);
	what = pg_int(&rows, 0, 0);
	if (what != 0) {
		*wait_ms_out = (pg_int(&rows, 0, 1) + 999) / 1000;
		v = allowance_not_now((int)what, why);
	} else {
		*number_out = pg_int(&rows, 0, 2);
		offer->nth = (int)pg_int(&rows, 0, 3);
	}
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_offer_begin(struct store *store, struct offer *offer,
	const struct offer_rules *rules, int64_t *wait_ms_out,
	struct fault *why)
{
	bool part = offer->attempt == 0 && offer->lot.state == LOT_SETTLED;
	struct pg *pg = store->pg;
	int64_t number = 0;
	enum verdict v = V_OK;

	assert(offer->letters > 0);
	if (part)
		v = pg_begin(pg, why);
	if (v == V_OK)
		v = ask_begin(pg, offer, rules, wait_ms_out, &number, why);
	if (part && v == V_OK)
		v = begin_part(pg, offer, number, why);
	if (part)
		v = pg_end(pg, v, why);
	if (v == V_OK)
		offer->attempt = number;
	return v;
}
