/* store/subscription_bits.h - numbers as bits; private to store/
 *
 * Eight digits of a BSN determine the ninth: they are its bit, 0 .. 99,999,999.
 * A chunk is 65,536 bits.  In the books it is 8192 bytes, or shorter: the
 * places of the bits that are set, in order, two bytes each.  A small answer is
 * no chunks but 4 bytes a number: its bit, then whether it was not mentioned,
 * and whether it is subscribed.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef STORE_SUBSCRIPTION_BITS_H
#define STORE_SUBSCRIPTION_BITS_H

#include "store/books.h"

#define BITS_COUNT UINT32_C(100000000)
#define CHUNK_BYTES ((size_t)SUBSCRIBED_CHUNK_BYTES)
#define CHUNK_COUNT ((size_t)SUBSCRIBED_CHUNKS)
#define BITS_BYTES (CHUNK_COUNT * CHUNK_BYTES)
_Static_assert(BITS_BYTES * 8 >= BITS_COUNT, "every number has a bit");

#define FEW_MAX 10000
#define FEW_BYTES 4

static inline uint32_t
bit_of(struct bsn bsn)
{
	return (uint32_t)bsn.number / 10;
}

static inline bool
bit_get(const uint8_t *bits, uint32_t bit)
{
	return (bits[bit >> 3] >> (bit & 7) & 1) != 0;
}

static inline void
bit_set(uint8_t *bits, uint32_t bit)
{
	bits[bit >> 3] = (uint8_t)(bits[bit >> 3] | 1U << (bit & 7));
}

static inline void
bit_clear(uint8_t *bits, uint32_t bit)
{
	bits[bit >> 3] = (uint8_t)(bits[bit >> 3] & ~(1U << (bit & 7)));
}

/* Bits that are set in a chunk. */
int64_t chunk_count(const uint8_t *bits);
/* A chunk into `out` (CHUNK_BYTES); returns its length. */
size_t chunk_pack(const uint8_t *bits, uint8_t *out);
/* Adds what was packed.  False: it makes no sense. */
bool chunk_unpack(const void *packed, size_t len, uint8_t *bits);

/* One entry of a small answer. */
void few_add(struct buf *out, uint32_t bit, bool yes, bool silent);
static inline uint32_t
few_get(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	       (uint32_t)at[2] << 8 | at[3];
}
#define FEW_YES 1U
#define FEW_SILENT 2U
#define FEW_BIT(entry) ((entry) >> 2)

/* Add the chunks that `sql` finds (chunk, bytes) for the number $1. */
enum verdict bits_read(struct pg *pg, const char *sql, int64_t number,
	uint8_t *bits, struct fault *why);

/* The same, but `sql` finds (chunk, asked, yes), into a set. */
enum verdict subscribed_read(struct pg *pg, const char *sql, int64_t number,
	struct subscribed *set, struct fault *why);

/* store_answer_keep() in a transaction of the caller (store/subscription.c). */
enum verdict answer_put(struct pg *pg, const struct subscribed *set,
	const struct answer_head *head, int64_t *list_out, struct fault *why);

#endif
