/* mobbjob/keys.c - see mobbjob/keys.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "mobbjob/keys.h"

#define FIRST_SIZE 4096 /* a power of two */

void
keys_init(struct keys *keys)
{
	*keys = (struct keys){ .size = FIRST_SIZE };
	keys->slots = mem_zero(keys->size, sizeof(*keys->slots));
	digest_random(keys->seed, sizeof(keys->seed));
}

void
keys_done(struct keys *keys)
{
	free(keys->slots);
	*keys = (struct keys){ 0 };
}

static uint64_t
turn(uint64_t x, int by)
{
	return x << by | x >> (64 - by);
}

static void
sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = turn(v[1], 13) ^ v[0];
	v[3] = turn(v[3], 16) ^ v[2];
	v[0] = turn(v[0], 32) + v[3];
	v[2] += v[1];
	v[3] = turn(v[3], 21) ^ v[0];
	v[1] = turn(v[1], 17) ^ v[2];
	v[2] = turn(v[2], 32);
}

/* SipHash-1-3; 0 is kept for free slots. */
static uint64_t
hash(const uint64_t seed[2], const char *text)
{
	size_t len = strlen(text), left = len;
	uint64_t v[4] = { seed[0] ^ UINT64_C(0x736f6d6570736575),
		seed[1] ^ UINT64_C(0x646f72616e646f6d),
		seed[0] ^ UINT64_C(0x6c7967656e657261),
		seed[1] ^ UINT64_C(0x7465646279746573) };
	uint64_t word;

	for (; left >= 8; left -= 8, text += 8) {
		memcpy(&word, text, 8);
		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	word = 0;
	memcpy(&word, text, left);
	word ^= (uint64_t)len << 56;
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
	v[2] ^= 0xff;
	sip_round(v);
	sip_round(v);
	sip_round(v);
	word = v[0] ^ v[1] ^ v[2] ^ v[3];
	return word != 0 ? word : 1;
}

static bool
put(uint64_t *slots, size_t size, uint64_t entry)
{
	size_t at = entry & (size - 1);

	while (slots[at] != 0) {
		if (slots[at] == entry)
			return false;
		at = (at + 1) & (size - 1);
	}
	slots[at] = entry;
	return true;
}

bool
keys_add(struct keys *keys, const char *key)
{
	size_t i;

	if (keys->count >= keys->size / 8 * 7) {
		size_t size = keys->size * 2;
		uint64_t *slots = mem_zero(size, sizeof(*slots));

		for (i = 0; i < keys->size; i++)
			if (keys->slots[i] != 0)
				(void)put(slots, size, keys->slots[i]);
		free(keys->slots);
		keys->slots = slots;
		keys->size = size;
	}
	if (!put(keys->slots, keys->size, hash(keys->seed, key)))
		return false;
	keys->count++;
	return true;
}
