/* store/chain.h - chain tests: planned by a person, sent by a courier
 *
 * Part of store/store.h.  Own tables, so that the books of real letters stay
 * clean; the limits of the endpoint and what is held count all the same.  A
 * case is one delivery: a message with its own MessageId, repeated with the
 * same bytes as the agreement says, until it is acknowledged.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef STORE_CHAIN_H
#define STORE_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/uuid.h"
#include "batch/chain.h"

struct store;
struct offer_rules;
struct inbound;

enum chain_state { /* stored: never change */
	CHAIN_PLANNED = 1,
	CHAIN_POSTING = 2,
	CHAIN_OFFERED = 3, /* waits for an acknowledgment or a retry */
	CHAIN_ACKNOWLEDGED = 4,
	CHAIN_ANSWERED = 5, /* its first result came */
	CHAIN_FAILED = 6,   /* refused by the other side, or by us */
	CHAIN_EXPIRED = 7,  /* never acknowledged; a result may still come */
};

const char *chain_word(enum chain_state state);

struct chain_run {
	int64_t number;
	const char *endpoint, *environment, *sender, *oin, *stream, *type;
	int64_t down_ms; /* the listener is down so long in its case; 0: a
			  * person does it */
	const char *person, *reason;
	int64_t at_ms;
};

struct chain_row {
	int64_t number, run;
	int nth;
	const char *name; /* chain_find() */
	int waits;	  /* for this nth, 0 none, CHAIN_WAIT_ALL */
	struct uuid batch_id;
	int64_t letters;
	enum chain_state state;
	/* of its message */
	const char *message_id, *conversation_id, *content_id, *cpa_id,
		*parties;
	const void *envelope;
	size_t envelope_len;
	int64_t created_ms, expires_ms, next_ms;
	int posts;
	int64_t payload_bytes;
	uint8_t payload_sha256[32];
	/* of what came back */
	int64_t posted_ms, acknowledged_ms, result_ms;
	int results;
	int64_t total;
	const char *codes; /* "Verwerkt"; "Verwerkt 998, NietActief.. 2" */
	int64_t down_until_ms;
	const char *reason; /* why it failed, "" */
};

/* Keep a plan; run->number is not looked at.  In rows name, nth, waits, batch_id
 * and letters are.  V_BROKEN with CODE_DATABASE_QUERY: also for production,
 * which the table itself refuses.
 */
enum verdict store_chain_plan(struct store *store, const struct chain_run *run,
	const struct chain_account *accounts, size_t account_count,
	const struct chain_row *rows, size_t count, int64_t *number_out,
	struct fault *why);

/* A run of this endpoint; number 0: its newest.  V_SKIP CODE_NO_JOB. */
enum verdict store_chain_run(struct store *store, const char *endpoint,
	int64_t number, struct arena *mem, struct chain_run *run_out,
	struct fault *why);
/* With their citizen numbers (the courier), or without. */
enum verdict store_chain_accounts(struct store *store, int64_t run,
	bool numbers, struct arena *mem, struct chain_account **accounts_out,
	size_t *count_out, struct fault *why);
enum verdict store_chain_rows(struct store *store, int64_t run,
	struct arena *mem, struct chain_row **rows_out, size_t *count_out,
	struct fault *why);

/* The next case that is due at this endpoint, of a run that is not held: a
 * retry, or a new one whose turn it is.  What was never acknowledged in time
 * expires here.  V_END: none; *next_ms_out is when one will be, 0: nobody
 * knows.
 */
enum verdict store_chain_next(struct store *store, const char *endpoint,
	int64_t now_ms, struct arena *mem, struct chain_row *row_out,
	struct chain_run *run_out, int64_t *next_ms_out, struct fault *why);

/* Before its first byte: take the allowance of the endpoint and keep ids,
 * envelope and digest (of a retry: count it).  row->next_ms: when it is posted
 * again should nobody hear how it ended.  V_LATER, CODE_NONE: not now, as
 * store_offer_begin() says.
 */
enum verdict store_chain_begin(struct store *store, const struct chain_run *run,
	const struct chain_row *row, const struct offer_rules *rules,
	int64_t now_ms, int64_t *wait_ms_out, struct fault *why);

/* How the post ended: state _OFFERED (again at next_ms), _ACKNOWLEDGED or
 * _FAILED; with _PLANNED nothing arrived, and it is made anew at next_ms.
 */
enum verdict store_chain_end(struct store *store, const struct chain_row *row,
	enum chain_state state, int64_t next_ms, int64_t now_ms,
	const char *reason, struct fault *why);

/* A message that came in, if it is about a case; *ours_out says so, then it is
 * applied.  An acknowledgment or a MessageError.
 */
enum verdict store_chain_signal(struct store *store, const struct inbound *in,
	int64_t now_ms, bool *ours_out, struct fault *why);
/* A result; codes as in struct chain_row.  A second one is counted. */
enum verdict store_chain_result(struct store *store, const struct inbound *in,
	const struct uuid *batch_id, const char *codes, int64_t total,
	bool *ours_out, struct fault *why);
/* The same message came once more: was it the result of a case? */
enum verdict store_chain_again(
	struct store *store, const char *message_id, struct fault *why);

/* Is the listener down now for what comes under this CPA? */
enum verdict store_chain_down(struct store *store, const char *cpa_id,
	int64_t now_ms, bool *down_out, struct fault *why);

#endif
