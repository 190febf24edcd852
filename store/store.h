/* store/store.h - the books: PostgreSQL, one function per question
 *
 * Front door of store/.  None takes SQL.  Each function is one transaction
 * unless it says otherwise; V_OK means committed.  V_LATER with CODE_DATABASE:
 * the database is away (the connection is dead: open anew).  V_BROKEN with
 * CODE_DATABASE_QUERY: a statement failed, which is our bug.
 *
 * Rows are written, not rewritten.  A letter's row is made at split; its place
 * in a lot is appended; then one lot row changes for a thousand letters.  A
 * letter's state is, for its newest place, its own receipt if it has one, else
 * the state of the lot; without a place what its route says.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/uuid.h"
#include "batch/finding.h"
#include "batch/letter.h"
#include "batch/print_receipt.h"
#include "batch/proof.h"
#include "batch/receipt.h"
#include "batch/report.h"
#include "batch/states.h"

struct store;

#define CONNINFO_MAX 400 /* bytes of a connection string, with its end */

/* --- the private cluster (store/cluster.c) --- */

/* Make (initdb) and start a cluster in `dir` (absolute) when it is not running;
 * UNIX socket only.  As root it runs as user postgres, so `dir` must be
 * reachable for that user.  conninfo_out: how to connect, as mobb; for others
 * than root and who made it, under their own name, and then it must be running
 * (V_LATER, CODE_DATABASE).
 * V_BROKEN: CODE_DATABASE_START.  Safe when two start it at once.
 */
enum verdict store_cluster_start(
	const char *dir, char conninfo_out[CONNINFO_MAX], struct fault *why);
/* How to connect if it runs; starts nothing.  V_LATER or V_SKIP: it does not. */
enum verdict store_cluster_look(
	const char *dir, char conninfo_out[CONNINFO_MAX], struct fault *why);
enum verdict store_cluster_stop(const char *dir, struct fault *why);

/* How to connect as the jobs file says: `database` is "private", then the
 * cluster in `dir` is started, or a connection string.
 */
enum verdict store_conninfo(const char *database, const char *dir,
	char conninfo_out[CONNINFO_MAX], struct fault *why);

/* --- connection, locks, waiting --- */

/* Connect; refuse a server with fsync, full_page_writes or synchronous_commit
 * off (CODE_DATABASE_UNSAFE).  V_LATER: CODE_DATABASE.
 */
enum verdict store_open(
	const char *conninfo, struct store **store_out, struct fault *why);
void store_close(struct store *store); /* accepts NULL */

/* Bring the schema up to date, under an advisory lock. */
enum verdict store_migrate(struct store *store, struct fault *why);
/* For who cannot: is it up to date?  V_BROKEN, CODE_DATABASE_VERSION. */
enum verdict store_check_version(struct store *store, struct fault *why);

/* CONTRACTS "One daemon": the supervisor takes A exclusively, then B
 * exclusively for a moment; role connections hold B shared.  V_LATER with
 * CODE_BUSY: another mobbd is active (`wait` false) -- with `wait` true it
 * waits up to 1 s and is called again.
 */
enum verdict store_lock_supervisor(
	struct store *store, bool wait, struct fault *why);
enum verdict store_lock_role(struct store *store, struct fault *why);
/* The listener on address `at`: V_LATER (CODE_BUSY): there is one already. */
enum verdict store_lock_listener(
	struct store *store, const char *at, struct fault *why);
/* Does something listen on `at`? */
enum verdict store_listening(struct store *store, const char *at,
	bool *listening_out, struct fault *why);
/* Is the connection there, and with it the locks?  V_LATER (CODE_DATABASE):
 * no, and another may have taken them.
 */
enum verdict store_alive(struct store *store, struct fault *why);

/* Every change of state does NOTIFY; wait for one, at most `ms`.  Also returns
 * when `also_fd` (-1: none) becomes readable or a signal came.
 */
void store_wait(struct store *store, int64_t ms, int also_fd);

/* --- jobs --- */

struct job {
	int64_t number;
	char id[16];
	const char *stream, *sender, *oin, *format, *file, *environment;
	const char *endpoint;
	enum job_state state;
	const char *reason; /* held or refused: why; "" */
	enum code reason_code;
	int edition;
	int64_t bytes;
	uint8_t sha256[32];
	int64_t promised_letters, promised_cents; /* -1: no control total */
	int64_t cents;
	int64_t records; /* in = letters + rejected */
	int64_t letters, rejected, warnings;
	/* letters per state; they add up to `letters` */
	int64_t n_split, n_box, n_paper, n_offered, n_unknown, n_resend, n_held,
		n_bundled, n_handed, n_delivered, n_posted, n_withdrawn;
	int64_t n_declined; /* of those on paper: declined by the box */
	int64_t n_returned; /* of those posted: came back, later */
	int64_t received_ms, split_ms, routed_ms, released_ms, settled_ms;
	const char *released_by;
	bool print_close; /* a person closed the paper run */
	bool filed;	  /* the file lies in done/ or bad/ */
	int64_t lots, lots_acknowledged, lots_settled;
	/* the other side's counters, added up over results */
	int64_t their_total, their_delivered;
	const char *delivery, *period; /* of the supplier, "" none */
	const char *control;	       /* the file's own totals, "" none */
	bool totals;		       /* it had some, and they agreed */
	enum code hold_code;	       /* known at split; released or not */
	const char *hold_reason;
	bool repaired; /* its rejected records were written as a file */
	/* Only so many chosen letters of it leave, see store/gate.h. */
	bool gated;
	int64_t gate_letters;
	int64_t n_known; /* of those delivered: the box had them already */
	/* As routed, and the share of paper expected then, ppm (-1: none), by
	 * that job ("": by the stream's setting).
	 */
	int64_t routed_box, routed_paper, expect_ppm;
	const char *expect_job;
	int persons;	 /* how many must release it when it is held */
	int64_t gone_ms; /* its letters are removed (store/retention.h); 0 not */
	int consents;	 /* of them have agreed; counted while it is held */
};

/* in - ends; 0 when every letter has its end. */
int64_t job_open(const struct job *job);

struct job_new {
	const char *id, *stream, *sender, *oin, *endpoint, *environment;
	const char *format, *file;
	int64_t bytes;
	const uint8_t *sha256; /* NULL: not known before the split ends */
	int64_t promised_letters, promised_cents;
	int64_t received_ms;
	int *edition_out; /* NULL, or set: the edition of its letters, from 1 */
};

/* S2 -> S3.  V_OK also when the id is there already (read it from the start).
 * V_SKIP with CODE_DELIVERED_AGAIN: the same content in the same stream has
 * open letters or letters that left; why names that job.  The books have it as
 * a refused job then, to be filed like any other.  An edition that a person
 * allowed for this content is used up by the job, and nothing of an earlier
 * edition blocks it.
 */
enum verdict store_job_receive(
	struct store *store, const struct job_new *job, struct fault *why);

/* A person lets this content of a stream come (again) as edition 2, 3 ...; the
 * next file with it, within EDITION_DAYS, is that edition.  V_SKIP:
 * CODE_DELIVERED_AGAIN, there is a job of this edition whose letters are open
 * or have left; why names it.
 */
#define EDITION_MAX 99
#define EDITION_DAYS 3
enum verdict store_edition_allow(struct store *store, const char *stream,
	const uint8_t sha256[32], int edition, const char *person,
	const char *reason, int64_t now_ms, struct fault *why);
/* Does an edition of some content of this stream wait for its file?  Then the
 * content must be known before letters get their ids.
 */
enum verdict store_edition_waiting(struct store *store, const char *stream,
	int64_t now_ms, bool *waiting_out, struct fault *why);
/* The file did not come after all; what was used up stays. */
enum verdict store_edition_forget(struct store *store, const char *stream,
	const uint8_t sha256[32], int edition, struct fault *why);

/* V_SKIP with CODE_NO_JOB.  Texts in `mem`. */
enum verdict store_job_get(struct store *store, const char *id,
	struct arena *mem, struct job *job_out, struct fault *why);
/* A part of an id, unambiguous: V_SKIP CODE_NO_JOB or CODE_AMBIGUOUS. */
enum verdict store_job_find(struct store *store, const char *part,
	struct arena *mem, struct job *job_out, struct fault *why);
/* Newest first; `all` false: only those not settled, refused, cancelled.
 * stream NULL: every.
 */
enum verdict store_job_list(struct store *store, bool all, const char *stream,
	struct arena *mem, struct job **jobs_out, size_t *count_out,
	struct fault *why);
/* Those that a person means: of a stream, sender and endpoint (NULL: any),
 * received since (0: ever), in that state (0: all that are unfinished).  Oldest
 * first, at most `max`.
 */
struct job_filter {
	const char *stream, *sender, *endpoint;
	int64_t since_ms;
	enum job_state state;
};
enum verdict store_job_select(struct store *store,
	const struct job_filter *filter, int64_t max, struct arena *mem,
	struct job **jobs_out, size_t *count_out, struct fault *why);

/* Sums of the counts that are kept on jobs, by stream or by sender; stream and
 * sender are "" where it is summed over them.
 */
struct job_total {
	const char *stream, *sender;
	int64_t jobs, held, in, delivered, posted, rejected, withdrawn;
	int64_t open; /* in - ends */
};
enum verdict store_job_totals(struct store *store, bool by_sender, bool all,
	struct arena *mem, struct job_total **rows_out, size_t *count_out,
	struct fault *why);

/* Jobs in one state, oldest first. */
enum verdict store_job_in(struct store *store, enum job_state state,
	struct arena *mem, struct job **jobs_out, size_t *count_out,
	struct fault *why);

/* received -> refused, nothing of it is kept but the job row and the reason. */
enum verdict store_job_refuse(struct store *store, const char *id,
	const struct fault *reason, int64_t now_ms, struct fault *why);
/* The file was moved to done/ or bad/. */
enum verdict store_job_filed(
	struct store *store, const char *id, struct fault *why);
/* Ended (settled or refused) but not filed: what the sweep finishes.  A file
 * whose rejected records have still to be written out of it stays.
 */
enum verdict store_job_unfiled(struct store *store, struct arena *mem,
	struct job **jobs_out, size_t *count_out, struct fault *why);

/* Its rejected records were written as a file that the supplier can repair, or
 * will never be.
 */
enum verdict store_job_repaired(
	struct store *store, const char *job, struct fault *why);

/* --- what was used (store/used.c) --- */

/* A definition, by `id` ("woz-biljet/1") and the digest of its text.  The
 * first use keeps the text.  V_BROKEN with CODE_FORMAT_CHANGED: it was used
 * with another text before; it must become the next version.
 */
enum verdict store_definition_used(struct store *store, const char *id,
	const uint8_t sha256[32], const char *text, size_t len,
	struct fault *why);
enum definition_state {
	DEFINITION_UNUSED = 1,
	DEFINITION_SAME,    /* used, and not changed since */
	DEFINITION_CHANGED, /* used, and changed since */
};
enum verdict store_definition_known(struct store *store, const char *id,
	const uint8_t sha256[32], enum definition_state *state_out,
	struct fault *why);
/* The key that ids of letters are made with; the first one is kept.  V_BROKEN
 * with CODE_KEY: these books were begun with another one.
 */
enum verdict store_site_key(
	struct store *store, const uint8_t fingerprint[32], struct fault *why);

/* --- split (store/split.c) --- */

struct split; /* one open transaction */

struct rejected {
	int64_t record, line, offset;
	int64_t bytes; /* of the record with its lines */
	int part;      /* of a set, from 0 */
	enum code code;
	const char *field, *reason, *reference;
	bool warning;
};

/* `expected` decides where rows go: 10,000 or more (or -1, unknown and large)
 * get a table of their own.  Letters are COPYed in binary as they come.
 */
enum verdict store_split_begin(struct store *store, const char *job,
	int64_t expected, struct split **split_out, struct fault *why);
/* bsn_key: 16 bytes, see letter_bsn_key().  The letter's id, bind and
 * attachments are set.
 */
enum verdict store_split_letter(struct split *split,
	const struct letter *letter, const uint8_t bsn_key[16],
	struct fault *why);
enum verdict store_split_reject(
	struct split *split, const struct rejected *row, struct fault *why);
/* What the file says of itself. */
struct split_end {
	int64_t records, cents;
	const char *number;  /* of the delivery; NULL or "" none */
	const char *period;  /* the same */
	const char *control; /* its own totals, as text to show; the same */
	bool totals;	     /* it had totals, and they agreed */
	bool count_check;    /* hold when far from the job before */
	/* Held (CODE_REJECTS) when rejected records, and letters that a failed
	 * check turned to paper, are more than the limit.
	 */
	bool limited;
	int64_t reject_limit, turned;
	enum code hold; /* the reader wants a person, or CODE_NONE */
	const char *hold_reason;
	const uint8_t *sha256; /* of the content, if it was received without */
};
/* Build the indexes, find doubles (in this file: the later record becomes
 * CODE_DOUBLE; in an earlier job of the stream whose letters are open or have
 * left: CODE_DOUBLE_EARLIER), compare with earlier deliveries, count,
 * received -> split, commit.
 *
 * The job will be held, once routed, for what `end` says; for a delivery
 * number below the highest (CODE_NUMBER), or that of a job whose rejected
 * records were given back; for a period that was delivered (CODE_PERIOD); for
 * a number of records more than a fifth from the newest job of 100 letters or
 * more (CODE_COUNT_DIFFERS, when asked).  Compared are jobs of the same stream,
 * sender and edition that were not refused or cancelled.
 * V_BROKEN with CODE_NUMBER: the delivery number of another job; with
 * CODE_DELIVERED_AGAIN: content that was received without its digest is that of
 * another job, as in store_job_receive().
 */
enum verdict store_split_end(struct split *split, const struct split_end *end,
	int64_t now_ms, struct fault *why);
/* Roll back and free; after store_split_end() only frees.  Accepts NULL. */
void store_split_close(struct split *split);

/* --- route (store/route.c) --- */

#define BERICHT_TYPE_MAX 12 /* bytes of a BerichtType, with its end */

enum route_rule {	      /* stored: never change; below 128 */
	ROUTE_ASKED = 1,      /* WUS said yes or no */
	ROUTE_NOT_LISTED = 2, /* WUS did not mention the number: paper */
	ROUTE_PAPER_ONLY = 3, /* the letter's own paper_reason */
	ROUTE_LIST = 4,	      /* the answer to a bulk question says so */
	ROUTE_ALL = 5,	      /* in the list of all subscribers, or not */
	ROUTE_IMPORT = 6,     /* an imported list says so */
};

/* Numbers that no answer decides about, of one BerichtType. */
struct route_open {
	char type[BERICHT_TYPE_MAX];
	struct bsn *bsns; /* ascending, each once */
	size_t count, size;
};
#define ROUTE_TYPES_MAX 250 /* in one job */
struct routing {
	struct route_open *open; /* by type, only those with numbers */
	size_t open_count;
	int64_t numbers; /* in all of them */
};
void routing_done(struct routing *routing); /* twice does nothing */

/* Which way each letter of a job goes, by the register: the newest answer list
 * that says something decides, if it is not too old at now_ms.  `type`: that of
 * letters without one of their own.  A letter with a hold is held from here on:
 * in no lot and no bundle until a person decides about it.
 *
 * V_OK	   all letters have a route, with the answer and the rule; committed;
 *	   or had one already
 * V_END   some are not decided: routing_out says which (routing_done()), and
 *	   nothing was written
 * V_SKIP  CODE_STATE: the job is not in state split; CODE_LIMIT: more than
 *	   ROUTE_TYPES_MAX types
 */
enum verdict store_route(struct store *store, const struct job *job,
	const char *type, int64_t now_ms, struct routing *routing_out,
	struct fault *why);
/* Before a released job is cut: did an answer that decided about its letters
 * become too old?  Then its routes go, and it is split again: *undone_out.
 */
enum verdict store_route_undo(struct store *store, const char *job,
	int64_t now_ms, bool *undone_out, struct fault *why);

/* The job has no routes yet, and why: shown with it until it has. */
struct route_wait {
	int64_t since_ms, numbers;
	enum code code;
	const char *reason;
};
enum verdict store_route_wait(struct store *store, const char *job,
	int64_t numbers, const struct fault *reason, int64_t now_ms,
	struct fault *why);
/* V_END: it waits for nothing. */
enum verdict store_route_waits(struct store *store, const char *job,
	struct arena *mem, struct route_wait *out, struct fault *why);

/* split -> routed -> released or held (reason with code); `person` for the
 * event ("automatic").  A job that was to be held at split is not released
 * here, whatever `hold` says.
 */
enum verdict store_job_routed(struct store *store, const char *job, bool hold,
	const struct fault *reason, int64_t now_ms, struct fault *why);
/* held -> released by a person, or back to split when it was held before it was
 * routed.  V_SKIP CODE_STATE: it is not held.
 */
enum verdict store_job_release(struct store *store, const char *job,
	const char *person, const char *reason, int64_t now_ms,
	struct fault *why);

/* --- lots --- */

struct lot {
	int64_t number;
	char job[16];
	bool print;
	struct uuid batch_id;
	const char *name; /* of a bundle, "" for the box */
	const char *endpoint, *stream;
	enum lot_state state;
	int64_t letters, bytes;
	int64_t due_ms;
	int attempts;
	int64_t cut_ms, handed_ms;
	uint8_t sha256[32]; /* of a bundle */
	const char *reason;
};

/* Letters of a job that go to the box and have no lot yet, in order of record:
 * what is needed to cut.  Calls back per letter.
 */
enum verdict store_cut_read(struct store *store, const char *job,
	enum verdict (*each)(void *self, int64_t record, const struct uuid *id,
		int64_t box_bytes),
	void *self, struct fault *why);

struct lot_new {
	struct uuid batch_id;
	int64_t letters, bytes;
	const int64_t *records;
};
/* released -> sending (or awaiting when there is no box letter), with all
 * lots and places, in one transaction.
 */
enum verdict store_cut_write(struct store *store, const char *job,
	const struct lot_new *lots, size_t count, int64_t now_ms,
	struct fault *why);

enum verdict store_lot_list(struct store *store, const char *job,
	struct arena *mem, struct lot **lots_out, size_t *count_out,
	struct fault *why);

/* --- sending (store/attempt.c) --- */

struct offer {
	struct lot lot;
	/* of a retry; attempt 0: a new attempt is to be made */
	int64_t attempt;
	int nth;
	const char *message_id, *conversation_id;
	const char *cpa_id; /* of the envelope; only its signals count */
	/* Of that CPA, "OURS THEIRS": a result may come under a later one. */
	const char *parties;
	const void *envelope;
	size_t envelope_len;
	const char *content_id;
	int64_t created_ms;
	int64_t expires_ms; /* 0: never, and one post (best effort) */
	/* The next post, should nobody hear how this one ended; for
	 * store_offer_begin()
	 */
	int64_t next_ms;
	int posts;	 /* complete or unknown so far */
	int64_t letters; /* of this attempt: all, or those to resend */
	int64_t payload_bytes;
	/* of what the payload is made of (channels' box_digest()); all zero:
	 * not known
	 */
	uint8_t payload_sha256[32];
	bool offered_before; /* an earlier attempt of this lot left */
	bool overdue;	     /* before its turn: it waited too long */
	const char *oin;     /* of the letters' sender */
};

/* The letters of an attempt, in order, with all that is sent. */
enum verdict store_offer_letters(struct store *store, const struct offer *offer,
	struct arena *mem, struct letter **letters_out, size_t *count_out,
	struct fault *why);

enum post_end {
	POST_COMPLETE = 1, /* accepted: wait for the acknowledgment */
	POST_ACKNOWLEDGED, /* acknowledged in the answer */
	POST_UNKNOWN,	   /* again at the next retry */
	POST_AGAIN,	   /* peer said later: at the next retry */
	POST_NOT_RECEIVED, /* nothing arrived: again at retry_ms */
	POST_FAILED,	   /* refused for good: the lot is held */
	POST_HELD,	   /* our payload is wrong: the lot is held */
};

/* What became of a post.  retry_ms: moment of the next one (AGAIN, UNKNOWN,
 * COMPLETE without acknowledgment, NOT_RECEIVED).
 */
enum verdict store_post_end(struct store *store, const struct offer *offer,
	enum post_end end, int64_t retry_ms, const struct fault *reason,
	struct fault *why);

/* Our side cannot send it now, for a reason that is shown with the lot: not
 * due before `until_ms`, so that others go on.
 */
enum verdict store_offer_rest(struct store *store, const struct offer *offer,
	int64_t until_ms, const char *reason, struct fault *why);
/* The same for all that the stream has at this endpoint. */
enum verdict store_stream_rest(struct store *store, const char *endpoint,
	const char *stream, int64_t until_ms, const char *reason,
	struct fault *why);

/* Whose work: that of these, or of all but these (what a jobs file no longer
 * names must not be forgotten).
 */
struct store_part {
	const char *const *names; /* lent */
	size_t count;
	bool others;
};

/* By who sends to these endpoints, when it posts nothing: posts that were under
 * way when its predecessor died, or when the database went away.  Nobody knows
 * whether they arrived: they are due an interval after they began.
 */
enum verdict store_offers_take_back(struct store *store,
	const struct store_part *endpoints, struct fault *why);

/* Lots of these endpoints that wait show `reason`.  *count_out: how many that
 * did not show it before.
 */
enum verdict store_offers_note(struct store *store,
	const struct store_part *endpoints, const char *reason,
	int64_t *count_out, struct fault *why);

/* How a stream offers again what may have been received: the first pause, the
 * longest (batch/receipt.h), how often.
 */
struct resend {
	int64_t pause_ms, times, pause_max_ms;
};
typedef struct resend store_resend_fn(void *self, const char *stream);

/* Attempts at these endpoints whose time to live has passed, or whose only post
 * was not answered: never received -> the lot is cut again; else unknown, and
 * offered again with the same ids after a pause, so many times; then held for
 * a person.  *count_out: how many.
 */
enum verdict store_expire(struct store *store,
	const struct store_part *endpoints, int64_t now_ms,
	store_resend_fn *resend, void *resend_self, int64_t *count_out,
	struct fault *why);

/* --- inbound (store/inbound.c) --- */

struct inbound {
	const char *message_id, *cpa_id, *conversation_id, *ref_to, *action;
	const char *parties; /* of the CPA, as in struct offer */
	int kind; /* enum ebms_kind of channels: 1 business, 2 ack, 3 error */
	const void *payload;
	size_t payload_len;
	const char *error_code, *error_text;
	int64_t sent_ms; /* by the peer's clock; 0 not said */
	const char *reply, *reply_id, *reply_url; /* reply "": none */
	size_t reply_len;
	bool reply_is_error; /* kept, never applied */
	bool reply_once;     /* pushed once; the row is not kept for long */
	int64_t received_ms;
	int64_t keep_ms; /* its id at least so long; see store_inbound_purge */
};

/* Keep it, once.  V_OK kept; V_SKIP known already: the stored reply is in
 * reply_out (may be empty) and is to be pushed again; V_NEVER: known under
 * another CPA.
 */
enum verdict store_inbound_keep(struct store *store, const struct inbound *in,
	struct buf *reply_out, struct fault *why);

enum inbound_status {	     /* the same numbers as enum ebms_status */
	INBOUND_UNKNOWN = 1, /* no such message, a signal, or refused */
	INBOUND_OTHER_CPA,
	INBOUND_KEPT,
	INBOUND_APPLIED,
};
/* What became of a business message; received_ms_out: of the latter two. */
enum verdict store_inbound_status(struct store *store, const char *message_id,
	const char *cpa_id, enum inbound_status *status_out,
	int64_t *received_ms_out, struct fault *why);

/* Forget what nobody can ask for any more: payloads that were applied and are
 * INBOUND_DAYS old, and whole rows that are older than that and than their
 * keep_ms; of what was answered once, after an hour; never the result for which a
 * stream was stopped.  At most INBOUND_PURGE of
 * each in one transaction, which waits for nobody and holds up nobody.
 * *count_out: how many rows and payloads; less than INBOUND_PURGE: that was all.
 */
#define INBOUND_DAYS 35
#define INBOUND_PURGE 1000
enum verdict store_inbound_purge(struct store *store, int64_t now_ms,
	int64_t *count_out, struct fault *why);

/* The next that was not applied, oldest first.  V_END: none. */
enum verdict store_inbound_next(struct store *store, struct arena *mem,
	struct inbound *in_out, struct fault *why);

/* Acknowledgment or MessageError for an attempt of ours; marks the inbound
 * applied.  An id that is not ours is only noted.
 */
enum verdict store_ack_apply(struct store *store, const struct inbound *in,
	int64_t now_ms, struct fault *why);

/* Result: what to do per letter, decided by the caller. */
struct result_letter {
	struct uuid letter_id;
	enum receipt_act act;
	enum code code;
	const char *wire_code, *stage;
};

struct result_match {
	int64_t lot, attempt;
	char job[16];
	int64_t letters;     /* of the attempt */
	bool offered_before; /* an earlier attempt may have brought it */
	bool settled;	     /* results of this attempt were applied already */
	bool other_batch;    /* it names the BatchID of another lot */
	const char *stream;
	const char *place; /* that of one sender: "woz", or "woz/delft" where
			    * the stream has several */
};

/* The attempt a result belongs to: by RefToMessageId, then ConversationId,
 * then BatchID.  V_SKIP CODE_RESULT: none.
 */
enum verdict store_result_match(struct store *store, const struct inbound *in,
	const struct uuid *batch_id, struct arena *mem,
	struct result_match *match_out, struct fault *why);

/* Apply in one transaction: exceptions get receipt rows, the rest is settled
 * with the lot; counts of the job; inbound applied.  `contradiction` not NULL:
 * nothing is applied, the lot is held with that reason.  After `resends` tries
 * RECEIPT_RESEND becomes held; before that the pause grows from pause_ms to
 * pause_max_ms.  `stop`: the stream is misconfigured, and is held; the message
 * is kept as evidence.  It is also held when too many of the newest
 * decline_window results are declined (batch/brake.h; 0: no such brake).
 *
 * A second result of the same attempt is not applied.  Where it says something
 * else a person is told, and a letter that the first one sent to paper and the
 * second one calls delivered is held.
 */
struct result_apply {
	const struct result_match *match;
	const struct receipt *receipt;
	const struct result_letter *letters; /* only listed exceptions and
					      * deliveries, any order */
	size_t letter_count;
	bool unlisted_delivered;
	const char *contradiction;
	bool stop;
	int64_t now_ms, pause_ms, pause_max_ms, resends;
	int64_t decline_window, decline_limit; /* results, ppm */
};
enum verdict store_result_apply(struct store *store, const struct inbound *in,
	const struct result_apply *apply, struct fault *why);
/* Letters that wait for their publication date to come near: those whose
 * moment has come are to be resent.  *count_out: how many.
 */
enum verdict store_results_due(struct store *store, int64_t now_ms,
	int64_t *count_out, struct fault *why);
/* A result that cannot be read or matched: noted as an event, applied.  If it
 * answers an attempt of ours, its letters wait for a person.
 */
enum verdict store_inbound_useless(struct store *store,
	const struct inbound *in, const struct fault *reason,
	struct fault *why);

/* --- replies to be pushed (store/push.c) --- */

struct push {
	const char *message_id; /* of the inbound */
	const char *cpa_id, *url, *reply_id;
	const void *reply;
	size_t reply_len;
	int tries;
	bool once; /* not repeated */
};
/* The next under one of these CPAs.  V_END: none due now; *next_ms_out is when
 * one will be (0: none is open).
 */
enum verdict store_push_next(struct store *store,
	const struct store_part *cpa_ids, int64_t now_ms, struct arena *mem,
	struct push *push_out, int64_t *next_ms_out, struct fault *why);
/* Done with (sent, or given up), or again at retry_ms. */
enum verdict store_push_end(struct store *store, const struct push *push,
	bool done, int64_t retry_ms, struct fault *why);
/* Replies under these CPAs are given up when their messages need not be known
 * any more (keep_ms), each with an event.
 */
enum verdict store_push_drop(struct store *store,
	const struct store_part *cpa_ids, int64_t now_ms, int64_t *count_out,
	struct fault *why);

/* --- agreements that are in use (store/cpas.c) --- */

struct cpa_under_way {
	const char *cpa_id;
	int64_t lots;	 /* offered, or waiting for their result */
	int64_t replies; /* not sent yet */
};
/* CPAs of the part under which something is under way, by id, at most
 * CPAS_UNDER_WAY.  Lots that left under a CPA we did not note are not counted.
 */
#define CPAS_UNDER_WAY 100
enum verdict store_cpas_under_way(struct store *store,
	const struct store_part *cpa_ids, struct arena *mem,
	struct cpa_under_way **cpas_out, size_t *count_out, struct fault *why);

/* --- paper (store/bundle.c) --- */

/* The next job after number `after` with paper letters to bundle: every box
 * letter has its result, or a person closed the run; released, and with no
 * proof that waits.  V_END: none.  A plan may find that none of them may go.
 */
enum verdict store_print_ready(struct store *store, int64_t after,
	struct arena *mem, struct job *job_out, struct fault *why);
/* Reasons of print that a person made: on paper by resolve; and although the
 * letter was printed before.
 */
#define PRINT_PERSON "decided_by_person"
#define PRINT_AGAIN "printed_again"
/* Print lots still in state bundled (a crash or a hold came between), of jobs
 * that are not held, and those that had begun to leave; the first behind lot
 * `after`.  V_END: none.
 */
enum verdict store_print_unfinished(struct store *store, int64_t after,
	struct arena *mem, struct lot *lot_out, struct fault *why);
enum verdict store_lot_letters(struct store *store, int64_t lot,
	struct arena *mem, struct letter **letters_out,
	const char ***reasons_out, size_t *count_out, struct fault *why);
/* The bundle is written and is about to be handed over.  V_OK: do so, whatever
 * is held from now on.  V_SKIP, CODE_STATE: it is held, or withdrawn; not now.
 */
enum verdict store_print_leave(
	struct store *store, int64_t lot, int64_t now_ms, struct fault *why);
enum verdict store_print_handed(struct store *store, int64_t lot,
	const uint8_t sha256[32], int64_t now_ms, struct fault *why);
/* A bundle that cannot be written because something changed since intake: its
 * letters are held for a person.
 */
enum verdict store_print_hold(struct store *store, int64_t lot,
	const struct fault *reason, int64_t now_ms, struct fault *why);
/* Number of print lots of a job so far, and the name of the newest bundle of
 * the stream that was written ("" when none).
 */
enum verdict store_print_count(struct store *store, const char *job,
	struct arena *mem, int *count_out, const char **previous_out,
	struct fault *why);
/* These paper letters may not be printed: a person decides. */
enum verdict store_letters_hold(struct store *store, const char *job,
	const int64_t *records, size_t count, const struct fault *reason,
	int64_t now_ms, struct fault *why);
/* handed over -> posted, by a person.  `bundle`: its name. */
enum verdict store_posted(struct store *store, const char *bundle,
	int32_t date_days, const char *person, int64_t now_ms,
	int64_t *letters_out, struct fault *why);
enum verdict store_print_close(struct store *store, const char *job,
	const char *person, int64_t now_ms, struct fault *why);

/* --- the report back (store/report.c) --- */

enum report_kind {
	REPORT_LETTER = 1,
	REPORT_REJECTED,
	REPORT_WARNING, /* beside the letter of the same record */
};

/* Texts are lent until the next row. */
struct report_row {
	enum report_kind kind;
	int64_t record, line, offset;
	int part;
	const char *reference;
	enum code code; /* of the letter's own state, or of the reject */
	/* of a rejected record or a warning */
	const char *field, *message;
	/* of a letter */
	enum letter_state state;
	enum route_rule rule; /* 0: not routed yet */
	bool box;
	enum paper_reason paper;
	const char *wire_code;	    /* "" none */
	int64_t lot;		    /* newest, 0 none */
	enum returned_why returned; /* by the post; 0: it was not */
	int32_t returned_day;
	bool new_address; /* the post knows one */
};

struct report; /* a page of rows at a time; memory does not grow with the job */

/* All letters, rejected records and warnings of a job in order of record: a
 * letter before its warnings.  The state of each is that of the moment its
 * page is read.  V_END: no more.
 */
enum verdict store_report_begin(struct store *store, const char *job,
	struct report **report_out, struct fault *why);
enum verdict store_report_next(
	struct report *report, struct report_row *row_out, struct fault *why);
void store_report_close(struct report *report); /* accepts NULL */

struct report_due {
	struct job job;
	const char *mark; /* what it counts, for store_job_reported() */
	bool final;	  /* settled, refused or cancelled: the last one */
};

/* The next job after number `after` (0: from the first) whose report is not
 * as the books are: never made; the job came a step further (split, held, on
 * its way, ended); or letters changed, and the last report is old enough: a
 * minute, and for large jobs longer, half a millisecond a letter.  V_END: none.
 */
enum verdict store_report_due(struct store *store, int64_t after,
	int64_t now_ms, struct arena *mem, struct report_due *due_out,
	struct fault *why);
/* The report with this mark was written. */
enum verdict store_job_reported(struct store *store, const char *job,
	const char *mark, bool final, int64_t now_ms, struct fault *why);

/* For the sum; `uncounted`: letters in results that no counter counts, and those
 * that a person said are delivered.
 */
struct proof job_proof(const struct job *job, int64_t uncounted);
enum verdict store_job_uncounted(struct store *store, const char *job,
	int64_t *uncounted_out, struct fault *why);

/* The names of what goes to the supplier about a job: of its report, and the
 * beginning of the file with its rejected records.  The same at any time, and
 * no other job's.
 */
struct report_names {
	char report[REPORT_NAME_MAX], rejected[REPORT_NAME_MAX];
};
enum verdict store_report_names(struct store *store, const struct job *job,
	struct report_names *names_out, struct fault *why);

/* The whole report as text (schemas/report.md), given to `write` in pieces;
 * what that returns other than V_OK ends it (store/report_write.c).
 */
enum verdict store_report_write(struct store *store, const struct job *job,
	int64_t now_ms,
	enum verdict (*write)(
		void *self, const void *bytes, size_t len, struct fault *why),
	void *self, struct fault *why);

/* Are there rejected records that the supplier can repair?  Doubles are not. */
enum verdict store_repair_due(
	struct store *store, const char *job, bool *due_out, struct fault *why);
struct rejected_piece {
	int64_t offset, bytes;
};
/* Where these lie in a part, each once, ascending, from offset `from` on, at
 * most `max`.
 */
enum verdict store_rejected_pieces(struct store *store, const char *job,
	int part, int64_t from, size_t max, struct arena *mem,
	struct rejected_piece **pieces_out, size_t *count_out,
	struct fault *why);

/* --- settle --- */

/* Jobs in which everything has an end: sending/awaiting -> settled.  Also
 * sending -> awaiting.  *count_out: how many changed.
 */
enum verdict store_settle(struct store *store, int64_t now_ms,
	int64_t *count_out, struct fault *why);

/* --- looking (store/look.c); for mobbjob --- */

struct letter_row {
	struct letter letter; /* bsn included: mask it */
	char job[16];
	enum letter_state state;
	bool box; /* route */
	enum route_rule rule;
	const char *answer_source; /* "wus", "list" ..; "" none */
	int64_t answer_ms;	   /* asked at */
	int64_t answer_list;	   /* in the register; 0 before it was there */
	int64_t split_ms;
	/* newest places: the box lot and the print lot, 0 none */
	int64_t box_lot, print_lot;
	struct uuid batch_id;
	const char *message_id; /* newest attempt */
	int64_t offered_ms, acknowledged_ms, result_ms;
	const char *wire_code; /* "" none */
	enum code code;
	const char *bundle;
	int64_t handed_ms;
	int64_t taken_ms;     /* acknowledged by the printer */
	int32_t posted_days;  /* LETTER_DATE_NONE */
	enum code print_code; /* what the printer said of the letter .. */
	const char *print_word, *print_text; /* .. in his words, "" nothing */
	enum returned_why returned;	     /* by the post; 0: it was not */
	int32_t returned_days;
	int64_t returned_ms; /* when we heard of it */
	bool new_address;
};

/* By BerichtID, JOB/record, or reference.  V_SKIP: CODE_NO_JOB, _AMBIGUOUS. */
enum verdict store_letter_find(struct store *store, const char *what,
	struct arena *mem, struct letter_row *out, struct fault *why);
/* The same, with all that the citizen reads and the whole number.  That a
 * person asked is an event of the database.  V_SKIP, CODE_NOT_ALLOWED.
 */
enum verdict store_letter_open(struct store *store, const char *what,
	struct arena *mem, struct letter_row *out, struct fault *why);
/* Letters of a job after `record`, at most `max`; state 0: every. */
enum verdict store_letter_list(struct store *store, const char *job,
	int64_t after, size_t max, enum letter_state state, struct arena *mem,
	struct letter_row **rows_out, size_t *count_out, struct fault *why);
enum verdict store_rejected_list(struct store *store, const char *job,
	int64_t after_record, size_t max, bool warnings, struct arena *mem,
	struct rejected **rows_out, size_t *count_out, struct fault *why);

struct attempt_row {
	int64_t lot;
	int nth, posts;
	const char *message_id, *state;
	const char *reason; /* "" or why it did not go well */
	int64_t created_ms, acknowledged_ms, result_ms;
	int64_t letters;
	bool has_result;
	int64_t total, counters[RECEIPT_COUNTERS]; /* theirs */
	int64_t ours[RECEIPT_COUNTERS];		   /* what their lines say */
	int64_t known;	  /* delivered: the box had them already */
	int64_t opinions; /* letters about which a later result differs */
};
enum verdict store_attempt_list(struct store *store, const char *job,
	struct arena *mem, struct attempt_row **rows_out, size_t *count_out,
	struct fault *why);

/* A lot that is tried again and again: it has not been acknowledged, and the
 * last try, or the wait for one, has a reason.
 */
struct lot_trouble {
	int64_t lot;
	char job[16];
	int posts; /* of its newest attempt */
	const char *reason;
};
/* Oldest lot first, at most `max`. */
enum verdict store_lot_troubles(struct store *store, int max, struct arena *mem,
	struct lot_trouble **rows_out, size_t *count_out, struct fault *why);

struct event {
	int64_t at_ms;
	char job[16];
	const char *person, *what, *text;
};
enum verdict store_event_add(
	struct store *store, const struct event *event, struct fault *why);
/* Unless the same was added before; *new_out: it was not. */
enum verdict store_event_once(struct store *store, const struct event *event,
	bool *new_out, struct fault *why);
enum verdict store_event_list(struct store *store, const char *job,
	struct arena *mem, struct event **rows_out, size_t *count_out,
	struct fault *why);

/* For the exit code of --once: is a box letter open; was something rejected,
 * declined, held in jobs that changed since `since_ms`?
 */
enum verdict store_summary(struct store *store, int64_t since_ms,
	bool *open_out, bool *attention_out, struct fault *why);

/* --- looking at connections (store/request.c) --- */

/* mobbjob asks, a courier looks.  One request is one endpoint with one sender
 * that uses it; it and its findings are kept for an hour.
 */
struct request {
	int64_t number;
	const char *endpoint, *sender;
	int64_t until_ms;    /* the asker waits no longer */
	const char *ping_id; /* MessageId, "" none sent */
	int64_t ping_ms;
};

/* One that is open, or was answered less than 10 s ago, is shared: the peer is
 * not flooded.  What is older than an hour is forgotten.
 */
enum verdict store_request_add(struct store *store, const char *endpoint,
	const char *sender, const char *person, int64_t now_ms,
	int64_t until_ms, int64_t *number_out, struct fault *why);
/* The oldest that nobody has taken and somebody still waits for; it is ours
 * now.  `endpoint` is lent to it.  V_END: none.
 */
enum verdict store_request_take(struct store *store, const char *endpoint,
	int64_t now_ms, struct arena *mem, struct request *out,
	struct fault *why);
enum verdict store_request_found(struct store *store, int64_t number,
	const struct finding *finding, struct fault *why);
/* Its Ping has left (or is about to), and its Pong may come to the listener. */
enum verdict store_request_pinged(struct store *store, int64_t number,
	const char *ping_id, int64_t now_ms, struct fault *why);
struct pong {
	int64_t received_ms; /* 0: not yet */
	int64_t sent_ms;     /* its Timestamp, by the peer's clock */
};
/* One whose Pong has come, else the oldest that waits for one.  V_END: none. */
enum verdict store_request_waiting(struct store *store, const char *endpoint,
	struct arena *mem, struct request *out, struct pong *pong_out,
	struct fault *why);
/* The last findings; after this nothing is added. */
enum verdict store_request_end(struct store *store, int64_t number,
	const struct finding *findings, size_t count, int64_t now_ms,
	struct fault *why);
/* What was found, behind the first `after` lines; *answered_ms_out: when it was
 * whole, 0: not yet.
 */
enum verdict store_request_look(struct store *store, int64_t number,
	int64_t after, struct arena *mem, struct finding **findings_out,
	size_t *count_out, int64_t *answered_ms_out, struct fault *why);

struct resting {
	int64_t since_ms, until_ms; /* until 0: it does not rest */
	enum code code;
	const char *reason;
};
/* By its courier: nothing goes there before `until_ms`, and why; 0: it goes
 * again, and `reason` is not looked at.
 */
enum verdict store_endpoint_rest(struct store *store, const char *endpoint,
	int64_t now_ms, int64_t until_ms, const struct fault *reason,
	struct fault *why);
enum verdict store_endpoint_resting(struct store *store, const char *endpoint,
	struct arena *mem, struct resting *out, struct fault *why);

#include "store/address.h"
#include "store/brake.h"
#include "store/chain.h"
#include "store/dates.h"
#include "store/decide.h"
#include "store/find.h"
#include "store/gate.h"
#include "store/limit.h"
#include "store/money.h"
#include "store/needs.h"
#include "store/night.h"
#include "store/offer.h"
#include "store/page.h"
#include "store/person.h"
#include "store/print.h"
#include "store/printed.h"
#include "store/question.h"
#include "store/retention.h"
#include "store/stop.h"
#include "store/subscription.h"
#include "store/tally.h"

#endif
