/* mobbsim/idset.h - a number for each 16-byte id, for millions of them
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_IDSET_H
#define MOBBSIM_IDSET_H

#include <stddef.h>
#include <stdint.h>

#define IDSET_BYTES 16

struct idset_entry {
	uint8_t id[IDSET_BYTES];
	uint32_t number; /* 0: the place is free */
};

struct idset {
	struct idset_entry *entries;
	size_t size, used; /* size is a power of two, or 0 */
};

#define IDSET_EMPTY ((struct idset){ 0 })

/* Its number; 0 when it is not there. */
uint32_t idset_get(const struct idset *set, const uint8_t id[IDSET_BYTES]);

/* `number` > 0. */
void idset_put(
	struct idset *set, const uint8_t id[IDSET_BYTES], uint32_t number);

void idset_done(struct idset *set);

#endif
