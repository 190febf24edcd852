/* batch/lot.c - see batch/lot.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stddef.h>

#include "base/digest.h"
#include "batch/lot.h"

/* Another maker of ids from the same letters would start with another word. */
static const char label[] = "mobb lot 1";

static void
start(struct lot_cut *cut)
{
	cut->letters = 0;
	cut->bytes = 0;
	digest_add(cut->ids, label, sizeof(label));
}

void
lot_cut_init(struct lot_cut *cut, int64_t letters_max, int64_t bytes_max)
{
	assert(letters_max > 0 && letters_max <= LOT_LETTERS_MAX);
	assert(bytes_max > LOT_OVERHEAD_BYTES && bytes_max <= LOT_BYTES_MAX);
	*cut = (struct lot_cut){ .letters_max = letters_max,
		.bytes_max = bytes_max,
		.ids = digest_new() };
	start(cut);
}

bool
lot_cut_fits(const struct lot_cut *cut, int64_t bytes)
{
	assert(bytes >= 0);
	if (cut->letters == 0)
		return true;
	return cut->letters < cut->letters_max &&
	       bytes <= cut->bytes_max - LOT_OVERHEAD_BYTES - cut->bytes;
}

void
lot_cut_add(struct lot_cut *cut, const struct uuid *id, int64_t bytes)
{
	assert(lot_cut_fits(cut, bytes));
	digest_add(cut->ids, id->bytes, sizeof(id->bytes));
	cut->letters++;
	cut->bytes += bytes;
}

struct uuid
lot_cut_close(struct lot_cut *cut)
{
	uint8_t sum[DIGEST_BYTES];

	assert(cut->letters > 0);
	digest_end(cut->ids, sum);
	start(cut);
	return uuid_of_digest(sum);
}

void
lot_cut_done(struct lot_cut *cut)
{
	digest_free(cut->ids);
	cut->ids = NULL;
}
