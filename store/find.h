/* store/find.h - one letter among all jobs: what a helpdesk asks
 *
 * Part of store/store.h.  Every look-up goes by index, whatever the number of
 * jobs: by BerichtID, by reference, by BatchID, or by the keyed digest of a
 * citizen number.  Newest job first.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef STORE_FIND_H
#define STORE_FIND_H

#include "store/store.h"

#define FIND_MAX 100 /* hits of one look-up */

struct find_letters {
	struct letter_row *rows; /* as store_letter_find() gives them */
	size_t count;
	bool more; /* there are more than were asked for */
};

/* By BerichtID when `what` is one, else by reference.  V_OK with count 0: no
 * such letter.  `max` is 1 .. FIND_MAX.
 */
enum verdict store_find_letters(struct store *store, const char *what,
	size_t max, struct arena *mem, struct find_letters *out,
	struct fault *why);

/* By the digest of a citizen number (letter_bsn_key()) made with the site key
 * that has this fingerprint.  That `person` looked one up, and how many letters
 * there were, becomes an event in the same transaction: no record, no answer.
 * V_BROKEN with CODE_KEY: the books were made with another site key.
 */
enum verdict store_find_bsn(struct store *store, const uint8_t bsn_key[16],
	const uint8_t fingerprint[32], const char *person, int64_t now_ms,
	size_t max, struct arena *mem, struct find_letters *out,
	struct fault *why);

/* A record that did not become a letter. */
struct find_rejected {
	char job[16];
	const char *stream;
	int64_t record, line;
	enum code code;
	const char *reason;
	int64_t at_ms;
};
enum verdict store_find_rejected(struct store *store, const char *reference,
	size_t max, struct arena *mem, struct find_rejected **rows_out,
	size_t *count_out, struct fault *why);

/* A lot by its BatchID, with its newest attempt.  V_END: there is none. */
struct find_lot {
	char job[16];
	const char *stream;
	int64_t number, letters;
	int64_t apart; /* of these: with an outcome of their own */
	enum lot_state state;
	int64_t cut_ms, offered_ms, acknowledged_ms, result_ms;
};
enum verdict store_find_lot(struct store *store, const struct uuid *batch_id,
	struct arena *mem, struct find_lot *out, struct fault *why);

#endif
