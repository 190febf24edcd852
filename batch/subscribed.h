/* batch/subscribed.h - who was asked about, and who of them is subscribed
 *
 * Two bits for each citizen number that can exist: asked about, and yes.  The
 * first eight digits of a number are its place, for the ninth follows from
 * them (or there is none).  The places are divided in chunks of 65,536, which
 * is how the register stores them; a chunk that has no bit takes no memory.
 * All numbers of the country take 25 MB, however many were asked about.
 *
 * One thread at a time.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_SUBSCRIBED_H
#define BATCH_SUBSCRIBED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "batch/bsn.h"

#define SUBSCRIBED_CHUNK_BITS 65536
#define SUBSCRIBED_CHUNK_BYTES (SUBSCRIBED_CHUNK_BITS / 8)
#define SUBSCRIBED_PLACES 100000000 /* eight digits */
#define SUBSCRIBED_CHUNKS                                                      \
	((SUBSCRIBED_PLACES + SUBSCRIBED_CHUNK_BITS - 1) /                     \
		SUBSCRIBED_CHUNK_BITS)

/* Bit n of a chunk is bit n % 8, counted from the least, of byte n / 8: as
 * PostgreSQL's get_bit() counts.  No bit is in `yes` that is not in `asked`.
 */
struct subscribed_chunk {
	uint8_t asked[SUBSCRIBED_CHUNK_BYTES], yes[SUBSCRIBED_CHUNK_BYTES];
};

struct subscribed {
	struct subscribed_chunk *chunks[SUBSCRIBED_CHUNKS]; /* NULL: no bit */
	int64_t asked, yes;				    /* how many */
};

/* Which chunk a number is in, and its bit there. */
static inline int
subscribed_chunk_of(struct bsn bsn)
{
	return bsn.number / 10 / SUBSCRIBED_CHUNK_BITS;
}

static inline int
subscribed_bit_of(struct bsn bsn)
{
	return bsn.number / 10 % SUBSCRIBED_CHUNK_BITS;
}

/* The number at a place; BSN_NONE where there is none. */
struct bsn subscribed_number(int chunk, int bit);

/* A zeroed struct is empty; so it is after this. */
void subscribed_done(struct subscribed *set);

enum subscribed_was {
	SUBSCRIBED_NEW,	       /* was not there */
	SUBSCRIBED_AGAIN,      /* was there, with the same answer */
	SUBSCRIBED_CONTRADICTS /* was there with the other one, and stays so */
};

/* `bsn` is a number that passes the eleven-test. */
enum subscribed_was subscribed_add(
	struct subscribed *set, struct bsn bsn, bool yes);

/* This number will be added in a moment: fetch its bits from memory meanwhile.
 * Half the time of reading an answer would else be waiting for them.  (A
 * function that only fetches is thrown away by gcc unless it is inlined.)
 */
static inline __attribute__((always_inline)) void
subscribed_soon(const struct subscribed *set, struct bsn bsn)
{
	const struct subscribed_chunk *chunk =
		set->chunks[subscribed_chunk_of(bsn)];
	int at = subscribed_bit_of(bsn) / 8;

	if (chunk == NULL)
		return;
	__builtin_prefetch(&chunk->asked[at], 1);
	__builtin_prefetch(&chunk->yes[at], 1);
}

/* False: not asked about. */
bool subscribed_find(
	const struct subscribed *set, struct bsn bsn, bool *yes_out);

/* Put a whole chunk in, as the register stored it; bits that stand for no
 * number are left out.  The chunk is not there yet.
 */
void subscribed_put(struct subscribed *set, int chunk,
	const uint8_t asked[SUBSCRIBED_CHUNK_BYTES],
	const uint8_t yes[SUBSCRIBED_CHUNK_BYTES]);

/* What changed, over what was: each number in `changes` gets its answer. */
void subscribed_apply(struct subscribed *set, const struct subscribed *changes);

/* In the order of the numbers, from `place` (0 at first) on; *place becomes
 * that of the next.  False: there are no more.
 */
bool subscribed_next(const struct subscribed *set, int32_t *place,
	struct bsn *bsn_out, bool *yes_out);

#endif
