/* batch/subscribed.c - see batch/subscribed.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "batch/subscribed.h"

#define NUMBER_MAX 999999999

_Static_assert(SUBSCRIBED_CHUNK_BITS % 64 == 0, "whole words");

void
subscribed_done(struct subscribed *set)
{
	int i;

	for (i = 0; i < SUBSCRIBED_CHUNKS; i++)
		free(set->chunks[i]);
	*set = (struct subscribed){ .asked = 0 };
}

/* The ninth digit makes 9 a + 8 b + .. + 2 h - i a multiple of eleven; where
 * it would have to be ten, there is no number.
 */
struct bsn
subscribed_number(int chunk, int bit)
{
	int32_t place = chunk * SUBSCRIBED_CHUNK_BITS + bit, rest = place;
	int32_t sum = 0;
	int weight;

	assert(chunk >= 0 && chunk < SUBSCRIBED_CHUNKS);
	assert(bit >= 0 && bit < SUBSCRIBED_CHUNK_BITS);
	for (weight = 2; weight <= 9; weight++, rest /= 10)
		sum += weight * (rest % 10);
	if (place <= 0 || place >= SUBSCRIBED_PLACES || sum % 11 == 10)
		return BSN_NONE;
	return (struct bsn){ place * 10 + sum % 11 };
}

enum subscribed_was
subscribed_add(struct subscribed *set, struct bsn bsn, bool yes)
{
	struct subscribed_chunk **chunk, *at;
	int bit = subscribed_bit_of(bsn);
	uint8_t one = (uint8_t)(1U << (bit % 8));

	assert(bsn.number > 0 && bsn.number <= NUMBER_MAX);
	chunk = &set->chunks[subscribed_chunk_of(bsn)];
	if (*chunk == NULL)
		*chunk = mem_zero(1, sizeof(**chunk));
	at = *chunk;
	if ((at->asked[bit / 8] & one) != 0)
		return ((at->yes[bit / 8] & one) != 0) == yes
			       ? SUBSCRIBED_AGAIN
			       : SUBSCRIBED_CONTRADICTS;
	at->asked[bit / 8] |= one;
	set->asked++;
	if (yes) {
		at->yes[bit / 8] |= one;
		set->yes++;
	}
	return SUBSCRIBED_NEW;
}

bool
subscribed_find(const struct subscribed *set, struct bsn bsn, bool *yes_out)
{
	const struct subscribed_chunk *chunk;
	int bit = subscribed_bit_of(bsn);

	assert(bsn.number > 0 && bsn.number <= NUMBER_MAX);
	chunk = set->chunks[subscribed_chunk_of(bsn)];
	if (chunk == NULL || (chunk->asked[bit / 8] >> (bit % 8) & 1) == 0)
		return false;
	*yes_out = (chunk->yes[bit / 8] >> (bit % 8) & 1) != 0;
	return true;
}

void
subscribed_put(struct subscribed *set, int chunk,
	const uint8_t asked[SUBSCRIBED_CHUNK_BYTES],
	const uint8_t yes[SUBSCRIBED_CHUNK_BYTES])
{
	struct bsn bsn;
	int bit;

	assert(chunk >= 0 && chunk < SUBSCRIBED_CHUNKS);
	assert(set->chunks[chunk] == NULL);
	for (bit = 0; bit < SUBSCRIBED_CHUNK_BITS; bit++) {
		if (asked[bit / 8] == 0) {
			bit += 7; /* none of these eight */
			continue;
		}
		if ((asked[bit / 8] >> (bit % 8) & 1) == 0)
			continue;
		bsn = subscribed_number(chunk, bit);
		if (bsn.number != 0)
			(void)subscribed_add(
				set, bsn, (yes[bit / 8] >> (bit % 8) & 1) != 0);
	}
}

void
subscribed_apply(struct subscribed *set, const struct subscribed *changes)
{
	int c, i;

	for (c = 0; c < SUBSCRIBED_CHUNKS; c++) {
		const struct subscribed_chunk *from = changes->chunks[c];
		struct subscribed_chunk *to = set->chunks[c];

		if (from == NULL)
			continue;
		if (to == NULL)
			to = set->chunks[c] = mem_zero(1, sizeof(*to));
		for (i = 0; i < SUBSCRIBED_CHUNK_BYTES; i++) {
			unsigned asked = from->asked[i], yes = from->yes[i];

			if (asked == 0)
				continue;
			set->asked += __builtin_popcount(
				asked & ~(unsigned)to->asked[i]);
			set->yes += __builtin_popcount(yes) -
				    __builtin_popcount(to->yes[i] & asked);
			to->asked[i] = (uint8_t)(to->asked[i] | asked);
			to->yes[i] = (uint8_t)((to->yes[i] & ~asked) | yes);
		}
	}
}

bool
subscribed_next(const struct subscribed *set, int32_t *place,
	struct bsn *bsn_out, bool *yes_out)
{
	int32_t at = *place;

	assert(at >= 0);
	while (at < SUBSCRIBED_CHUNKS * SUBSCRIBED_CHUNK_BITS) {
		int chunk = at / SUBSCRIBED_CHUNK_BITS;
		int bit = at % SUBSCRIBED_CHUNK_BITS;
		const struct subscribed_chunk *in = set->chunks[chunk];

		if (in == NULL) {
			at = (chunk + 1) * SUBSCRIBED_CHUNK_BITS;
			continue;
		}
		if ((in->asked[bit / 8] >> (bit % 8)) == 0) {
			at += 8 - bit % 8; /* no more of these eight */
			continue;
		}
		at++;
		if ((in->asked[bit / 8] >> (bit % 8) & 1) == 0)
			continue;
		*bsn_out = subscribed_number(chunk, bit);
		*yes_out = (in->yes[bit / 8] >> (bit % 8) & 1) != 0;
		*place = at;
		return true;
	}
	*place = at;
	return false;
}
