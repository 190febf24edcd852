/* mobbjob/keys.h - which keys were met before
 *
 * 64-bit digests of keys under a random seed, so that nobody can make two that
 * collide: 8 bytes a key in a table that is at most 7/8 full.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_KEYS_H
#define MOBBJOB_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct keys {
	uint64_t *slots; /* 0 is free */
	size_t count, size;
	uint64_t seed[2];
};

void keys_init(struct keys *keys);
void keys_done(struct keys *keys);

/* True when it was not met before. */
bool keys_add(struct keys *keys, const char *key);

#endif
