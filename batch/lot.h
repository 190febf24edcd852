/* batch/lot.h - cutting letters into lots
 *
 * Pure.  Feed the letters in order; a lot is full at the count or the bytes,
 * whichever comes first.  The same letters give the same lots and the same
 * BatchID: it is made of the ids of the letters.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_LOT_H
#define BATCH_LOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/uuid.h"

#define LOT_LETTERS_MAX 1000
#define LOT_BYTES_MAX INT64_C(100000000)
#define LOT_OVERHEAD_BYTES 2048 /* head and tail of the payload */

struct digest;

struct lot_cut {
	int64_t letters_max, bytes_max;
	int64_t letters, bytes; /* of the lot being filled */
	struct digest *ids;
};

void lot_cut_init(struct lot_cut *cut, int64_t letters_max, int64_t bytes_max);
/* Does one more letter of `bytes` fit? An empty lot takes any letter. */
bool lot_cut_fits(const struct lot_cut *cut, int64_t bytes);
void lot_cut_add(struct lot_cut *cut, const struct uuid *id, int64_t bytes);
/* Close the lot, give its BatchID, start the next. At least one letter. */
struct uuid lot_cut_close(struct lot_cut *cut);
void lot_cut_done(struct lot_cut *cut);

#endif
