/* store/address.h - addresses that a person corrects
 *
 * Part of store/store.h.  A correction is a row of its own: the letter stays
 * as delivered, with its bind.  It counts wherever a letter is read for paper
 * (struct letter, `corrected`), until the letter is in a bundle; then nothing
 * changes it any more, so that a bundle can be written again.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef STORE_ADDRESS_H
#define STORE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "batch/address.h"
#include "batch/states.h"

struct store;

struct address_change {
	const char *job;
	int64_t record;
	const struct address *address;
	const char *person, *reason;
	int64_t now_ms;
	bool dry; /* look only */
};

/* Keep the correction, with an event; a letter that was held for its address
 * goes on to paper in the same step.  *before_out, *after_out: its state.
 * V_SKIP: CODE_NO_JOB; CODE_STATE, it is printed, delivered or withdrawn.
 */
enum verdict store_address_correct(struct store *store,
	const struct address_change *change, enum letter_state *before_out,
	enum letter_state *after_out, struct fault *why);

/* Who corrected it last; V_END: nobody. */
struct address_said {
	const char *person, *reason;
	int64_t at_ms;
};
enum verdict store_address_said(struct store *store, const char *job,
	int64_t record, struct arena *mem, struct address_said *out,
	struct fault *why);

/* Letters that are held for their address, the oldest first, at most `max`. */
struct address_wait {
	char job[16];
	int64_t record, since_ms;
	const char *stream, *reference;
	enum code code;
};
enum verdict store_address_waiting(struct store *store, int max,
	struct arena *mem, struct address_wait **rows_out, size_t *count_out,
	struct fault *why);

#endif
