/* store/books.h - what the files of store/ share; private to store/
 *
 * One function per noun changes a state: job_step() and lot_step().  Who
 * changes letters locks the lot, then the job, in this order; counts per state
 * are collected in a struct counts and written to the job row once, in the
 * transaction that changed the letters.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef STORE_BOOKS_H
#define STORE_BOOKS_H

#include "store/pg.h"
#include "store/store.h"

#define JOB_ID_MAX 16 /* bytes, with the closing NUL */
#define ARRAY_TEXT_MAX ((size_t)256 * 1024 * 1024) /* "{1,2,..}" */
#define OWN_TABLE_LETTERS 10000 /* a job of so many has its own partition */

struct store {
	struct pg *pg;
	bool supervisor; /* lock A is ours */
	/* A person: letters are shown without what the citizen gets, or opened
	 * by the database, which records it.
	 */
	bool shown, opened;
};

/* Of an attempt; stored: never change. */
enum attempt_state {
	ATTEMPT_POSTING = 1, /* bytes are leaving now */
	ATTEMPT_OFFERED = 2, /* waits for an acknowledgment or a retry */
	ATTEMPT_ACKNOWLEDGED = 3,
	ATTEMPT_RESULTED = 4,
	ATTEMPT_FAILED = 5,
	ATTEMPT_EXPIRED = 6, /* no post was complete */
	ATTEMPT_UNKNOWN = 7, /* expired, perhaps received */
};

/* Nothing that came in about attempt `a` still waits to be applied: an
 * acknowledgment that is here, however late it is read, is in time.
 */
#define ATTEMPT_A_UNANSWERED                                                   \
	"not exists (select from inbound i where not i.applied "               \
	"and not i.reply_is_error and i.ref_to = a.message_id) "

/* Was the attempt sent under the agreement in this parameter?  Of old ones it is
 * not known.
 */
#define ATTEMPT_OF_CPA(parameter) "cpa_id in ('', " parameter ")"
/* Or between these parties?  A result may come hours later, when another
 * agreement is in force.
 */
#define ATTEMPT_OF_PARTIES(cpa, parties)                                       \
	"(" ATTEMPT_OF_CPA(cpa) " or parties = nullif(" parties ", ''))"

/* --- the private cluster (store/place.c) --- */

#define CLUSTER_PATH_MAX 1024

/* The folder it is in: `dir`, or where its link `place` leads when the server's
 * user cannot reach it; for root that is made when `make`.
 */
enum verdict cluster_place(const char *dir, bool make,
	char out[CLUSTER_PATH_MAX], struct fault *why);

/* --- parts (store/part.c) --- */

#define PART_TEXT_MAX ((size_t)1000000)

/* Is `column` of the part?  $1: part_names(), $2: 1 when it is all others. */
#define PART_HAS(column)                                                       \
	"(" column " = any(string_to_array($1, chr(31)))) <> ($2::int = 1) "

/* The names as text for PART_HAS. */
void part_names(const struct store_part *part, struct buf *out);

/* --- the limited production run (store/gate.c) --- */

/* May this letter leave: the job is not gated, or the letter was chosen?  The
 * columns with the name of their table.
 */
#define GATE_LETS(gated, job_no, record)                                       \
	"(" gated "::int = 0 or exists (select from gate_letter gl "           \
	"where gl.job_no = " job_no " and gl.record = " record ")) "

/* --- jobs (store/job.c) --- */

struct job_row {
	int64_t number, letters, received_ms;
	int32_t part; /* of its letters */
	enum job_state state;
	bool gated; /* only its chosen letters leave, store/gate.h */
	char id[JOB_ID_MAX];
};

/* V_SKIP CODE_NO_JOB.  job_lock() keeps the row until the transaction ends. */
enum verdict job_lock(
	struct pg *pg, const char *id, struct job_row *out, struct fault *why);
enum verdict job_lock_number(
	struct pg *pg, int64_t number, struct job_row *out, struct fault *why);
enum verdict job_peek(
	struct pg *pg, const char *id, struct job_row *out, struct fault *why);
/* Locked; V_SKIP CODE_STATE unless it is in `state`. */
enum verdict job_lock_in(struct pg *pg, const char *id, enum job_state state,
	struct job_row *out, struct fault *why);
/* The row must be locked.  A step that batch/states.h does not know is our
 * bug: V_BROKEN.
 */
enum verdict job_step(struct pg *pg, struct job_row *job, enum job_state to,
	struct fault *why);
/* -> held, with the reason. */
enum verdict job_hold(struct pg *pg, struct job_row *job,
	const struct fault *reason, struct fault *why);

/* -> refused, with the reason; nothing of it is kept but the row. */
enum verdict job_refuse(struct pg *pg, struct job_row *job,
	const struct fault *reason, int64_t now_ms, struct fault *why);

/* Keep the digest of content that was received without, as edition 1.
 * V_BROKEN with CODE_DELIVERED_AGAIN.
 */
enum verdict receive_content(struct pg *pg, int64_t job_no,
	const uint8_t sha256[32], struct fault *why);

/* --- keys of earlier jobs (store/earlier.c) --- */

/* Two splits of one stream go one after the other from here on, or neither
 * would see the other's letters.
 */
enum verdict earlier_lock(struct pg *pg, int64_t job_no, struct fault *why);
/* Make pg_temp.double (record, reason): letters of the new table, with their
 * unique index on the id, whose ids an earlier job of the stream has, where
 * they are open or have left.  *none_out: there is no such job, and no table
 * was made.
 */
enum verdict earlier_find(struct pg *pg, int64_t job_no, const char *table,
	int64_t letters, bool *none_out, struct fault *why);

/* --- filters over the ids of large jobs (store/filter.c) --- */

struct filter_job {
	int64_t number, letters;
	int32_t part;
};

/* Letters of the new table whose ids are, as far as the filters of these jobs
 * tell, in one of them: each that is, and few that are not.  They are added to
 * pg_temp.candidate (id, part, job_no).
 */
enum verdict filter_probe(struct pg *pg, const char *table,
	const struct filter_job *jobs, size_t count, struct fault *why);
/* Make the filter of a job from the ids in its new table. */
enum verdict filter_make(struct pg *pg, int64_t job_no, const char *table,
	int64_t letters, struct fault *why);

/* --- deliveries (store/delivery.c) --- */

/* Keep what the file says of itself, and whether that asks for a person. */
enum verdict delivery_keep(struct pg *pg, int64_t job_no,
	const struct split_end *end, struct fault *why);

/* --- the page row (store/page.c) --- */

/* Keep what the letters of a job weigh, at its split. */
enum verdict page_split(struct pg *pg, int64_t job_no,
	const struct forecast_load *load, struct fault *why);
/* The same added up again from a table of letters. */
enum verdict page_load(struct pg *pg, const char *table, int64_t job_no,
	struct forecast_load *out, struct fault *why);
/* If all its lots are acknowledged: keep when the last one was. */
enum verdict page_sent(struct pg *pg, int64_t job_no, struct fault *why);

/* --- what is held (store/stop.c) --- */

/* Is job `j` stopped by its stream, sender or endpoint? */
#define JOB_J_STOPPED                                                          \
	"exists (select from stop s where (s.kind = 1 and s.name in "          \
	"(j.stream, j.stream || '/' || j.sender)) "                            \
	"or (s.kind = 2 and s.name = j.sender) "                               \
	"or (s.kind = 3 and s.name = j.endpoint)) "

/* Before anything else is locked, by who lets letters go: a hold by a person
 * waits until the transaction ends.
 */
enum verdict stop_lock_shared(struct pg *pg, struct fault *why);
/* The same question as JOB_J_STOPPED; of a job that is held itself its row
 * tells.
 */
enum verdict stop_check(
	struct pg *pg, int64_t job_no, bool *stopped_out, struct fault *why);
/* Hold a stream, sender or endpoint, with an event; the first reason stays.
 * Not as exact as store_stop_set(): what is about to leave at this moment may.
 * new_out NULL: not asked for.
 */
enum verdict stop_put(struct pg *pg, enum stop_kind kind, const char *name,
	enum code code, const char *reason, const char *person, int64_t now_ms,
	bool *new_out, struct fault *why);

/* --- letters per state (store/count.c) --- */

struct counts {
	int64_t of[LETTER_WITHDRAWN + 1]; /* change per enum letter_state */
	int64_t declined;
	int64_t known;		       /* delivered: the box had it already */
	int64_t acknowledged, settled; /* lots */
	int64_t their_total, their_delivered;
};

#define COUNTS_NONE ((struct counts){ .declined = 0 })

void counts_move(struct counts *counts, enum letter_state from,
	enum letter_state to, int64_t letters);
enum verdict counts_write(struct pg *pg, int64_t job_no,
	const struct counts *counts, struct fault *why);

/* --- lots (store/lot.c) --- */

struct lot_row {
	int64_t number, job_no, letters, apart, resend_letters;
	int64_t acknowledged_ms; /* 0: not yet */
	int64_t leaving_ms;	 /* of a bundle; the same */
	int attempts;
	bool print;
	enum lot_state state;
};

/* Row locks of the lot and then of its job, until the transaction ends.
 * V_SKIP CODE_NO_JOB.
 */
enum verdict lot_lock(struct pg *pg, int64_t number, struct lot_row *out,
	struct job_row *job_out, struct fault *why);
/* The same, of the attempt with this number. */
enum verdict lot_lock_of(struct pg *pg, int64_t attempt, struct lot_row *out,
	struct job_row *job_out, struct fault *why);
/* The state the letters without a receipt of their own have by this lot. */
enum letter_state lot_letters_are(const struct lot_row *lot);
/* Change the state, and with it that of its letters, in `counts`.  The same
 * state again does nothing.  reason NULL: leave it.
 */
enum verdict lot_step(struct pg *pg, struct lot_row *lot, enum lot_state to,
	const char *reason, struct counts *counts, struct fault *why);
/* New lot numbers, ascending. */
enum verdict lot_numbers(
	struct pg *pg, size_t count, int64_t *numbers_out, struct fault *why);

#define LOT_COLUMNS                                                            \
	"o.number, j.id, o.print, o.batch_id, o.name, j.endpoint, "            \
	"j.stream, o.state, o.letters, o.bytes, o.due_ms, o.attempts, "        \
	"o.cut_ms, o.handed_ms, o.sha256, o.reason"
#define LOT_COLUMN_COUNT 16
void lot_read(const struct pg_rows *rows, int row, struct arena *mem,
	struct lot *out);
/* `column`: where they begin. */
void lot_read_at(const struct pg_rows *rows, int row, int column,
	struct arena *mem, struct lot *out);

/* --- receipts: letters that differ from their lot (store/receipt.c) --- */

struct receipt_row {
	int64_t record;
	enum letter_state state;
	enum code code;
	const char *wire_code, *stage; /* NULL is "" */
	bool first;		       /* it had none of its own in this lot */
	int64_t due_ms; /* it is resent by itself from then on; 0: not */
	int64_t event;	/* of a person's decision, 0 none */
};

/* lot NULL: letters in no lot. */
enum verdict receipts_write(struct pg *pg, struct lot_row *lot, int64_t job_no,
	int64_t attempt, const struct receipt_row *rows, size_t count,
	int64_t at_ms, struct fault *why);

/* Give letters of `lot` whose newest receipt is `from` the state `to`, with a
 * receipt by `attempt` each; `by` not 0: only those whose newest is by that
 * attempt.
 */
enum verdict receipts_turn(struct pg *pg, const struct lot_row *lot,
	enum letter_state from, int64_t by, enum letter_state to,
	int64_t attempt, enum code code, int64_t at_ms, int64_t *turned_out,
	struct fault *why);

/* --- attempts (store/attempt.c) --- */

/* An attempt carries all letters of its lot that follow the lot, or a part of
 * it: those that had to be resent.  The newest receipt of the lot at its begin
 * (`mark`) tells later which those were.
 */
struct attempt {
	int64_t number, lot_no, letters, mark, expires_ms;
	int nth, posts;	   /* posts: after which the peer may have it */
	bool part, result; /* result: was applied */
	enum attempt_state state;
};

/* Row lock; the lot and the job must be locked already. */
enum verdict attempt_lock(
	struct pg *pg, int64_t number, struct attempt *out, struct fault *why);
/* Lot, job and attempt, in the order that everybody keeps. */
enum verdict attempt_lock_all(struct pg *pg, int64_t number,
	struct lot_row *lot, struct job_row *job, struct attempt *attempt,
	struct fault *why);
/* It was acknowledged: by an acknowledgment, or by a result. */
enum verdict attempt_acknowledge(struct pg *pg, struct attempt *attempt,
	struct lot_row *lot, int64_t now_ms, struct counts *counts,
	struct fault *why);
/* Not one post of it was received, and none is under way: its letters are cut
 * again, or wait to be resent.
 */
enum verdict attempt_take_back(struct pg *pg, struct attempt *attempt,
	struct lot_row *lot, int64_t now_ms, struct counts *counts,
	struct fault *why);
/* Its letters wait for a person. */
enum verdict attempt_hold(struct pg *pg, const struct attempt *attempt,
	struct lot_row *lot, enum code code, const char *reason, int64_t now_ms,
	struct counts *counts, struct fault *why);
/* Keep what a result counts, what its lines count, the digest of what it says,
 * and how many the box had already; at_ms 0: none of it was applied.
 */
enum verdict attempt_counters(struct pg *pg, const struct attempt *attempt,
	const struct receipt *receipt, bool unlisted_delivered, int64_t known,
	int64_t at_ms, struct fault *why);
/* Records and ids of its letters, in order: record, bericht_id, and the newest
 * receipt in this lot (state or null) and newest lot (of LETTER columns l).
 */
enum verdict attempt_letters(struct pg *pg, const struct attempt *attempt,
	const struct job_row *job, const char *columns,
	struct pg_rows *rows_out, struct fault *why);

/* --- brakes (store/brake.c) --- */

/* The newest results of a stream, a byte per letter of one result: 1 declined,
 * 0 not.  reason_out: set when more are declined than the limit.  When a person
 * has released the stream, whyever it was held, it counts anew.
 */
enum verdict declines_add(struct pg *pg, const char *stream, int64_t window,
	int64_t limit_ppm, const uint8_t *declined, size_t count,
	struct fault *reason_out, struct fault *why);
/* The job is released for the first time: it is the last run of its stream,
 * when it is large enough.
 */
enum verdict last_run_keep(struct pg *pg, const struct job_row *job,
	int64_t now_ms, struct fault *why);

/* --- inbound (store/inbound.c) --- */

/* Mark it applied; *already_out: it was, so change nothing. */
enum verdict inbound_applied(struct pg *pg, const struct inbound *in,
	bool *already_out, struct fault *why);

/* --- questions (store/question_answer.c) --- */

/* An acknowledgment or MessageError about a question; *ours_out: it was.
 * *foreign_out: about one that was sent under another agreement.
 */
enum verdict question_ack(struct pg *pg, const struct inbound *in,
	int64_t now_ms, bool *ours_out, bool *foreign_out, struct fault *why);

/* --- letters (store/letter.c) --- */

#define LETTER_COLUMNS                                                         \
	"l.record, l.line, l.byte_at, l.amount_cents, l.bsn, l.dated, "        \
	"l.paper, l.bericht_id, l.bind, l.reference, l.subject, l.body, "      \
	"l.address, l.docs, l.record_bytes, l.file_part, l.publish, "          \
	"l.deadline, l.type, l.hold, (select a.address from letter_address a " \
	"where a.job_no = l.job_no and a.record = l.record "                   \
	"order by a.number desc limit 1)"
#define LETTER_COLUMN_COUNT 21
/* From the first of LETTER_COLUMNS on.  V_BROKEN: the row makes no sense. */
enum verdict letter_read(const struct pg_rows *rows, int row, struct arena *mem,
	struct letter *out, struct fault *why);
/* The whole answer. */
enum verdict letters_read(const struct pg_rows *rows, struct arena *mem,
	struct letter **out, size_t *count_out, struct fault *why);

/* What was said of a letter on paper, by its receipt `x`: the word of the other
 * side, "!person" when somebody decided, "!again" when he did so although the
 * letter was printed before.
 */
#define SAID_SQL                                                               \
	"case when exists (select from lot f where f.number = x.lot_no "       \
	"and f.print and f.state = 5) then '!again' "                          \
	"when x.code not in (1322, 1323) then x.wire_code "                    \
	"when exists (select from receipt y where y.job_no = x.job_no "        \
	"and y.record = x.record and y.code in (306, 1366)) then '!again' "    \
	"else '!person' end "
/* LETTER_COLUMNS, box, rule and SAID_SQL, of the whole answer: letters, and the
 * reason of print of each.
 */
enum verdict paper_read(const struct pg_rows *rows, struct arena *mem,
	struct letter **letters_out, const char ***reasons_out,
	size_t *count_out, struct fault *why);

/* --- looking (store/look.c) --- */

/* One letter as shown; V_SKIP: CODE_NO_JOB. */
enum verdict look_letter(struct store *store, int64_t part, int64_t job_no,
	int64_t record, struct arena *mem, struct letter_row *out,
	struct fault *why);

/* --- events (store/event.c) --- */

__attribute__((format(printf, 7, 8))) enum verdict event_put(struct pg *pg,
	int64_t at_ms, const char *job, const char *person, const char *what,
	struct fault *why, const char *fmt, ...);

/* The same; receipts point to its number. */
__attribute__((format(printf, 8, 9))) enum verdict event_number(struct pg *pg,
	int64_t at_ms, const char *job, const char *person, const char *what,
	int64_t *number_out, struct fault *why, const char *fmt, ...);

/* The database's clock. */
enum verdict pg_now_ms(struct pg *pg, int64_t *ms_out, struct fault *why);

#endif
