/* store/money.h - what was delivered in a year, and what persons said about it
 *
 * Part of store/store.h.  The ledger has a row for each year, environment,
 * organisation (OIN) and stream; it grows in the transaction that makes letters
 * delivered (a trigger of schemas/db/0015-money.sql), so that nothing is counted
 * to show it.  The year is that of the clock in the Netherlands.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef STORE_MONEY_H
#define STORE_MONEY_H

#include "store/store.h"

struct money_row {
	int year;
	const char *environment, *oin, *stream;
	int64_t delivered;
};

/* Of one year, by OIN, environment and stream. */
enum verdict store_money_ledger(struct store *store, int year,
	struct arena *mem, struct money_row **rows_out, size_t *count_out,
	struct fault *why);

/* What a person said of a year: how many logins there were, or how many letters
 * a stream will have.
 */
struct money_said {
	int year;
	const char *oin;
	const char *stream; /* "" for logins */
	bool login;
	int64_t count;
	const char *person, *reason;
	int64_t at_ms;
};

/* Said last of each. */
enum verdict store_money_said(struct store *store, int year, struct arena *mem,
	struct money_said **rows_out, size_t *count_out, struct fault *why);

/* Keep it; recorded as an event. */
enum verdict store_money_say(
	struct store *store, const struct money_said *said, struct fault *why);

#endif
