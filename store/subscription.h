/* store/subscription.h - the register: who is subscribed, by which answer
 *
 * An answer list is one answer about numbers of one sender: of the WUS service, of a bulk question, or of a file.  It comes as a set (batch/subscribed.h) and is
 * in the register whole or not at all.  Who is looked up is looked for in the
 * newest list first; a list older than ANSWER_MAX_MS decides nothing.
 *
 * Source: spec berichtenbox.md 2 (at most 7 days older than the batch) and 4.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef STORE_SUBSCRIPTION_H
#define STORE_SUBSCRIPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "batch/subscribed.h"

struct store;

#define ANSWER_MAX_MS (INT64_C(7) * 86400000)

enum answer_source { /* stored: never change */
	ANSWER_WUS = 1,
	ANSWER_LIST = 2,    /* of a bulk question about these numbers */
	ANSWER_ALL = 3,	    /* of a bulk question about everybody */
	ANSWER_CHANGES = 4, /* the same, made from what changed since */
	ANSWER_IMPORT = 5,  /* of a file */
};

/* "wus", "list", "all", "changes", "import" */
const char *answer_source_word(enum answer_source source);

/* --- keeping an answer --- */

/* The newest list about everybody of this sender and type that was asked at or
 * after since_ms (0: ever) and is not too old at now_ms; *list_out 0: none.
 * Changes since since_ms may be applied to it.
 */
enum verdict store_answer_base(struct store *store, const char *environment,
	const char *sender, const char *type, int64_t since_ms, int64_t now_ms,
	int64_t *list_out, int64_t *asked_ms_out, struct fault *why);
/* Who is subscribed by a list about everybody, into an empty set; then
 * subscribed_apply() of what changed, and keep it as a new one.  V_SKIP
 * (CODE_STATE): it is not about everybody, or too old and dropped.
 */
enum verdict store_answer_load(struct store *store, int64_t list_no,
	struct subscribed *set, struct fault *why);

struct answer_head {
	/* Of the endpoint that answered: what preproduction says decides about
	 * no letter of production.
	 */
	const char *environment;
	const char *sender; /* OIN */
	const char *type;   /* BerichtType, "": all of this sender */
	enum answer_source source;
	/* It is about everybody: who is not in it is not subscribed. */
	bool whole;
	int64_t asked_ms; /* the moment that it speaks of */
	int64_t now_ms;
	const char *person;  /* "automatic" */
	const char *note;    /* for people: a file name, doubled entries; "" */
	int64_t question_no; /* that it answers; 0 none */
};
/* Into the register, in one transaction with an event.  *list_out: its number.
 * V_SKIP (CODE_SUBSCRIPTION_OLD): asked later than now_ms, or more than
 * ANSWER_MAX_MS before it.
 */
enum verdict store_answer_keep(struct store *store,
	const struct subscribed *set, const struct answer_head *head,
	int64_t *list_out, struct fault *why);

/* --- WUS: a few numbers at a time --- */

struct wus_line {
	struct bsn bsn;
	bool subscribed;
	bool silent; /* the service did not mention it: not subscribed */
};
/* Keep an answer about `count` (1 .. 10,000) numbers, asked at asked_ms. */
enum verdict store_wus_keep(struct store *store, const char *environment,
	const char *sender, const char *type, const struct wus_line *lines,
	size_t count, int64_t asked_ms, struct fault *why);

/* Count numbers that are about to be asked at this endpoint: at most `per_day`
 * on one day (Europe/Amsterdam, by the database's clock).  What was counted
 * stays counted, whatever becomes of the question.  V_END: no room.
 */
enum verdict store_wus_take(struct store *store, const char *endpoint,
	int64_t numbers, int64_t per_day, struct fault *why);
/* How many may still be asked today. */
enum verdict store_wus_room(struct store *store, const char *endpoint,
	int64_t per_day, int64_t *room_out, struct fault *why);

/* --- looking --- */

struct answer_row {
	int64_t number;
	const char *environment, *sender, *type;
	enum answer_source source;
	bool whole, dropped; /* dropped: too old or wrong, it decides no more */
	bool wrong;	     /* a person said so */
	int64_t asked_ms, applied_ms;
	int64_t asked, yes, no;
	const char *person, *note;
};
/* Newest first; sender NULL: every; at most `max`. */
enum verdict store_answer_rows(struct store *store, const char *sender,
	size_t max, struct arena *mem, struct answer_row **rows_out,
	size_t *count_out, struct fault *why);

/* A person says that an answer is wrong: it decides about no letter any more,
 * and a job whose letters it decided about, none of them in a lot yet, is routed
 * anew when it is released.  *jobs_out: how many such jobs there are.  V_SKIP:
 * CODE_NO_JOB, no such answer; CODE_STATE, it decides no more already.
 */
enum verdict store_answer_wrong(struct store *store, int64_t number,
	const char *person, const char *reason, int64_t now_ms,
	int64_t *jobs_out, struct fault *why);

/* The bits of lists that are older than ANSWER_MAX_MS go; their rows stay. */
enum verdict store_answers_drop(struct store *store, int64_t now_ms,
	int64_t *count_out, struct fault *why);

#endif
