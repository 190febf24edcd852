/* store/limit.h - limits that a person sets, and the letters of a day
 *
 * Part of store/store.h.  A limit of a person stands instead of that of the
 * jobs file, from the next lot on, until its end or until it is taken off; the
 * database knows it, so no restart is needed and none changes it.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef STORE_LIMIT_H
#define STORE_LIMIT_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"

struct store;

enum limit_kind { /* stored: never change; as enum stop_kind */
	LIMIT_SENDER = 2,
	LIMIT_ENDPOINT = 3,
	LIMIT_PRINTER = 4,
};

/* "sender", "endpoint", "printer" */
const char *limit_word(enum limit_kind kind);
/* What it counts: "h", an hour, or "d", a day. */
const char *limit_unit(enum limit_kind kind);

struct limit {
	enum limit_kind kind;
	const char *name;
	int64_t amount;	  /* letters an hour, of a printer a day */
	int64_t until_ms; /* 0: until it is taken off */
	int64_t since_ms;
	const char *person, *reason;
};

/* The limit that a person set and that holds at this moment.  V_END: none, so
 * that of the jobs file holds.
 */
enum verdict store_limit_find(struct store *store, enum limit_kind kind,
	const char *name, int64_t now_ms, struct arena *mem,
	struct limit *limit_out, struct fault *why);

/* All that hold, by kind and name. */
enum verdict store_limit_list(struct store *store, int64_t now_ms,
	struct arena *mem, struct limit **limits_out, size_t *count_out,
	struct fault *why);

/* Set it, in the place of one before; amount > 0.  `of_file`: what the jobs
 * file says, for the event, 0: no limit.
 */
enum verdict store_limit_set(struct store *store, const struct limit *limit,
	int64_t of_file, struct fault *why);

/* Take it off; V_SKIP, CODE_STATE: there is none. */
enum verdict store_limit_off(struct store *store, enum limit_kind kind,
	const char *name, const char *person, const char *reason,
	int64_t now_ms, struct fault *why);

/* Those whose end has come, by both clocks, are recorded and removed; by that of
 * the database they do not hold any more whether this was called or not.
 */
enum verdict store_limits_end(struct store *store, int64_t now_ms,
	int64_t *count_out, struct fault *why);

/* How many of `letters` may go to this printer on this day (days since 1970, as
 * the calendar in Europe/Amsterdam has them); per_day: of the jobs file, 0 no
 * limit.  They are taken at once, in the transaction of the caller if there is
 * one, and two callers never take the same.
 */
enum verdict store_print_allowance(struct store *store, const char *printer,
	int64_t letters, int64_t per_day, int32_t day, int64_t *may_out,
	struct fault *why);
/* The same, only looked at: what is left of today; -1: there is no limit. */
enum verdict store_print_left(struct store *store, const char *printer,
	int64_t per_day, int32_t day, int64_t *left_out, struct fault *why);

#endif
