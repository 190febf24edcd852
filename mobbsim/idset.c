/* mobbsim/idset.c - see mobbsim/idset.h
 *
 * Open addressing, at most half full.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "mobbsim/idset.h"

#define FIRST_SIZE ((size_t)1024)

/* The entry of `id`, or the free one where it belongs. */
static struct idset_entry *
place(const struct idset *set, const uint8_t id[IDSET_BYTES])
{
	uint64_t a, b;
	size_t i;

	memcpy(&a, id, sizeof(a));
	memcpy(&b, id + sizeof(a), sizeof(b));
	/* Ids are random but for a few fixed bits; mix both halves. */
	a = (a ^ b) * UINT64_C(0x9e3779b97f4a7c15);
	i = (size_t)(a >> 20) & (set->size - 1);
	while (set->entries[i].number != 0 &&
		memcmp(set->entries[i].id, id, IDSET_BYTES) != 0)
		i = (i + 1) & (set->size - 1);
	return &set->entries[i];
}

uint32_t
idset_get(const struct idset *set, const uint8_t id[IDSET_BYTES])
{
	return set->size == 0 ? 0 : place(set, id)->number;
}

static void
grow(struct idset *set)
{
	struct idset old = *set;
	size_t i;

	set->size = old.size == 0 ? FIRST_SIZE : 2 * old.size;
	set->entries = mem_zero(set->size, sizeof(*set->entries));
	for (i = 0; i < old.size; i++)
		if (old.entries[i].number != 0)
			*place(set, old.entries[i].id) = old.entries[i];
	free(old.entries);
}

void
idset_put(struct idset *set, const uint8_t id[IDSET_BYTES], uint32_t number)
{
	struct idset_entry *entry;

	assert(number > 0);
	if (2 * (set->used + 1) > set->size)
		grow(set);
	entry = place(set, id);
	if (entry->number == 0)
		set->used++;
	memcpy(entry->id, id, IDSET_BYTES);
	entry->number = number;
}

void
idset_done(struct idset *set)
{
	free(set->entries);
	*set = IDSET_EMPTY;
}
