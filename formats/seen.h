/* formats/seen.h - values that were met before; private to formats/
 *
 * A table of 64-bit numbers made of hashed values.  It keeps them in order, so
 * that it grows where it lies: 8 bytes a value in a table that is 78 to 88 per
 * cent full, 9 to 10 MB for a million, at no moment more.  Hashes are seeded:
 * nobody can make values that collide.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef FORMATS_SEEN_H
#define FORMATS_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seen {
	uint64_t *slots; /* in ascending order; 0 is free */
	size_t count, size, slack;
	uint64_t seed;
	int note_bits; /* low bits of a slot that are no part of the key */
};

/* `note_bits` 0 .. 40. */
void seen_init(struct seen *seen, int note_bits);
void seen_done(struct seen *seen); /* twice is fine */

uint64_t seen_hash(const struct seen *seen, const char *text, uint64_t more);

/* `entry` will be put soon: fetch where it belongs, of a table that is larger
 * than any cache.
 */
void seen_expect(const struct seen *seen, uint64_t entry);

/* Find the key in the high bits of `entry`, or put `entry` in.  The slot is
 * lent until the next call; its low bits may be changed, but never so that the
 * whole becomes 0.
 */
uint64_t *seen_put(struct seen *seen, uint64_t entry, bool *fresh_out);

/* True when it was not met before. */
bool seen_add(struct seen *seen, const char *text);

size_t seen_bytes(const struct seen *seen);

#endif
