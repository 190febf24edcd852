/* store/question.h - what we ask in bulk about subscriptions, and its answer
 *
 * Part of store/store.h.  A question is made when no answer of the register
 * decides about letters, or when a person wants one; the courier of its
 * endpoint sends it, with ids and envelope stored before the first byte; its
 * answer goes into the register in one transaction, or it is refused.  Of a
 * sender one question is open at a time: it is for all jobs that wait.
 *
 * Source: spec berichtenbox.md 4.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef STORE_QUESTION_H
#define STORE_QUESTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/uuid.h"
#include "batch/subscribed.h"

struct store;
struct inbound;
struct store_part;

enum question_kind { /* stored; the numbers of enum subscription_kind */
	QUESTION_LIST = 1,
	QUESTION_ALL = 2,
	QUESTION_CHANGES = 3,
};

enum question_state { /* stored: never change; below ANSWERED it is open */
	QUESTION_WANTED = 1, /* by a person: about whom is not filled in yet */
	QUESTION_READY = 2,
	QUESTION_OFFERED = 3,
	QUESTION_ACKNOWLEDGED = 4,
	QUESTION_ANSWERED = 5,
	QUESTION_REFUSED = 6, /* its answer cannot be used */
	QUESTION_EXPIRED = 7, /* not acknowledged in time */
	QUESTION_FAILED = 8,  /* the peer does not take it */
};

const char *question_kind_word(enum question_kind kind);
const char *question_state_word(enum question_state state);

struct question {
	int64_t number;
	const char *environment, *sender; /* OIN */
	const char *endpoint;
	enum question_kind kind;
	enum question_state state;
	struct uuid id;	  /* VerzoekId */
	int64_t since_ms; /* of changes */
	int64_t asked;	  /* numbers */
	bool again;	  /* instead of one that ran out */
	const char *person;
	int64_t created_ms;
	/* "" and 0 before it is sent the first time; see struct offer */
	const char *message_id, *conversation_id, *content_id;
	const char *cpa_id, *parties;
	const void *envelope;
	size_t envelope_len;
	int64_t sent_ms, expires_ms;
	int64_t payload_bytes;
	int posts;
	int64_t next_post_ms;
	int64_t acknowledged_ms, answered_ms;
	int64_t list_no; /* its answer in the register, 0 none */
	int64_t alarm_ms;
	const char *reason;
};

/* --- making --- */

struct question_new {
	const char *environment, *sender, *endpoint;
	enum question_kind kind;
	struct uuid id;
	int64_t since_ms;
	const char *person, *reason; /* of the event */
	int64_t now_ms;
};
/* `numbers`: those of a list (bits `asked`); NULL: they are filled in later, or
 * it is about everybody.  An open one that is late (store_question_late) is given up
 * for it.  V_SKIP (CODE_STATE): one of this sender is open.
 */
enum verdict store_question_ask(struct store *store,
	const struct question_new *question, const struct subscribed *numbers,
	int64_t *number_out, struct fault *why);
/* Wanted -> ready, about these; without any it is not needed: answered. */
enum verdict store_question_fill(struct store *store, int64_t number,
	const struct subscribed *numbers, int64_t now_ms, struct fault *why);
/* Those wanted before before_ms about whom nobody waits: not asked. */
enum verdict store_question_unneeded(struct store *store, int64_t before_ms,
	int64_t now_ms, struct fault *why);
/* The numbers of a list, into an empty set. */
enum verdict store_question_numbers(struct store *store, int64_t number,
	struct subscribed *set, struct fault *why);
/* The open question of a sender.  V_END: none. */
enum verdict store_question_open(struct store *store, const char *environment,
	const char *sender, struct arena *mem, struct question *out,
	struct fault *why);
/* Numbers that a list of this sender asked about since since_ms, and that has
 * ended: what of them is still not decided got no answer, and is not asked
 * again by itself.  Into `set`, which may hold some.
 */
enum verdict store_question_asked(struct store *store, const char *environment,
	const char *sender, int64_t since_ms, struct subscribed *set,
	struct fault *why);
/* Changes with every answer and every end of a question of this sender. */
enum verdict store_question_mark(struct store *store, const char *environment,
	const char *sender, int64_t *mark_out, struct fault *why);

/* --- sending, by the courier of the endpoint --- */

/* The next to post there.  V_END: none; *next_ms_out: when one will be, 0: not
 * planned.
 */
enum verdict store_question_next(struct store *store, const char *endpoint,
	int64_t now_ms, struct arena *mem, struct question *out,
	int64_t *next_ms_out, struct fault *why);
/* Store ids and envelope (the first time) and count the post, before its first
 * byte.  next_ms: of the next post, should nobody hear how this one ends.
 * `name`: of the sender, as it may be held.  V_SKIP (CODE_STATE): sender or
 * endpoint is held, or it is no longer open.
 */
enum verdict store_question_begin(struct store *store,
	const struct question *question, const char *name, int64_t next_ms,
	struct fault *why);
enum question_end {
	QUESTION_POSTED = 1,   /* complete, or nobody knows */
	QUESTION_TAKEN,	       /* acknowledged in the answer */
	QUESTION_NOT_RECEIVED, /* again at retry_ms */
	QUESTION_NEVER,	       /* refused for good, or our own defect */
};
/* retry_ms 0: not again. */
enum verdict store_question_end(struct store *store,
	const struct question *question, enum question_end end,
	int64_t retry_ms, int64_t now_ms, const struct fault *reason,
	struct fault *why);
/* It cannot be sent now: not before until_ms. */
enum verdict store_question_rest(struct store *store, int64_t number,
	int64_t until_ms, const char *reason, struct fault *why);
/* Those at these endpoints whose time to live has passed without an
 * acknowledgment: never received -> ready again; else asked once more as a new
 * question, and when that runs out too a person is told.
 */
enum verdict store_question_expire(struct store *store,
	const struct store_part *endpoints, int64_t now_ms, int64_t *count_out,
	struct fault *why);

/* --- answers, by the keeper --- */

/* The question that a message answers: by RefToMessageId, ConversationId, or
 * its id (NULL: not known); under its CPA, or between its parties.  V_SKIP
 * (CODE_RESULT): none of ours.
 */
enum verdict store_question_match(struct store *store, const struct inbound *in,
	const struct uuid *id, struct arena *mem, struct question *out,
	struct fault *why);
/* Its answer goes into the register, `in` is applied; all in one transaction.
 * *taken_out false: it had its answer before, and only `in` is applied.
 * V_SKIP as store_answer_keep().
 */
struct answer_head;
enum verdict store_question_answer(struct store *store,
	const struct inbound *in, int64_t number, const struct subscribed *set,
	const struct answer_head *head, bool *taken_out, struct fault *why);
/* Its answer cannot be used: nothing of it is kept, `in` is applied, and a
 * person is told by an event.
 */
enum verdict store_question_refuse(struct store *store,
	const struct inbound *in, int64_t number, const struct fault *reason,
	int64_t now_ms, struct fault *why);
/* The next open question at an endpoint that was sent (or made) before
 * before_ms and that nobody was told about; now it is told by an event.
 * V_END: none.
 */
enum verdict store_question_late(struct store *store, const char *endpoint,
	int64_t before_ms, int64_t now_ms, struct arena *mem,
	struct question *out, struct fault *why);

/* --- looking --- */

/* Newest first, at most `max`; sender NULL: every. */
enum verdict store_question_rows(struct store *store, const char *sender,
	size_t max, struct arena *mem, struct question **rows_out,
	size_t *count_out, struct fault *why);

#endif
