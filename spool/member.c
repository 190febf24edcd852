/* spool/member.c - see spool/member.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "spool/member.h"

#define FIRST_SLOTS ((size_t)1024)
#define MEMBERS_MAX ((size_t)1 << 31)
#define KEY_BYTES 16 /* of a digest, enough to be one of a kind */

struct owner {
	uint8_t content[KEY_BYTES]; /* all zero: a free slot */
	uint8_t owner[KEY_BYTES];
};

/* FNV-1a; a supplier who makes names collide only slows down his own file. */
static size_t
hash(const char *name)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (; *name != '\0'; name++)
		h = (h ^ (unsigned char)*name) * UINT64_C(1099511628211);
	return (size_t)(h ^ h >> 32);
}

static void
slot_put(struct member_table *t, size_t index)
{
	size_t at = hash(t->members[index].name) & (t->slot_count - 1);

	while (t->slots[at] != 0)
		at = (at + 1) & (t->slot_count - 1);
	t->slots[at] = (uint32_t)index + 1;
}

void
member_add(struct member_table *t, const struct member *member)
{
	size_t i;

	assert(t->count < MEMBERS_MAX);
	if (t->count == t->size) {
		t->size = t->size == 0 ? FIRST_SLOTS / 2 : t->size * 2;
		t->members =
			mem_grow(t->members, t->size * sizeof(t->members[0]));
		free(t->slots);
		t->slot_count = t->size * 2;
		t->slots = mem_zero(t->slot_count, sizeof(t->slots[0]));
		for (i = 0; i < t->count; i++)
			slot_put(t, i);
	}
	t->members[t->count] = *member;
	t->members[t->count].name =
		arena_text(&t->names, member->name, strlen(member->name));
	slot_put(t, t->count++);
}

struct member *
member_find(const struct member_table *t, const char *name)
{
	size_t at;

	if (t->count == 0)
		return NULL;
	at = hash(name) & (t->slot_count - 1);
	for (; t->slots[at] != 0; at = (at + 1) & (t->slot_count - 1))
		if (strcmp(t->members[t->slots[at] - 1].name, name) == 0)
			return &t->members[t->slots[at] - 1];
	return NULL;
}

void
member_table_done(struct member_table *t)
{
	arena_done(&t->names);
	free(t->members);
	free(t->slots);
	*t = MEMBER_TABLE_EMPTY;
}

static struct owner *
owner_slot(const struct owner_table *t, const uint8_t *content)
{
	static const uint8_t none[KEY_BYTES];
	size_t at;

	memcpy(&at, content, sizeof(at));
	at &= t->slot_count - 1;
	while (memcmp(t->slots[at].content, none, KEY_BYTES) != 0 &&
		memcmp(t->slots[at].content, content, KEY_BYTES) != 0)
		at = (at + 1) & (t->slot_count - 1);
	return &t->slots[at];
}

static void
owner_grow(struct owner_table *t)
{
	static const uint8_t none[KEY_BYTES];
	struct owner_table old = *t;
	size_t i;

	t->slot_count = old.slot_count == 0 ? FIRST_SLOTS : old.slot_count * 2;
	t->slots = mem_zero(t->slot_count, sizeof(t->slots[0]));
	for (i = 0; i < old.slot_count; i++)
		if (memcmp(old.slots[i].content, none, KEY_BYTES) != 0)
			*owner_slot(t, old.slots[i].content) = old.slots[i];
	free(old.slots);
}

bool
owner_take(struct owner_table *t, const uint8_t sha256[32],
	const uint8_t owner[32])
{
	static const uint8_t none[KEY_BYTES];
	struct owner *slot;

	_Static_assert(sizeof(size_t) <= KEY_BYTES, "slot from the digest");
	if (t->count * 2 >= t->slot_count)
		owner_grow(t);
	slot = owner_slot(t, sha256);
	if (memcmp(slot->content, none, KEY_BYTES) != 0)
		return memcmp(slot->owner, owner, KEY_BYTES) == 0;
	memcpy(slot->content, sha256, KEY_BYTES);
	memcpy(slot->owner, owner, KEY_BYTES);
	t->count++;
	return true;
}

void
owner_table_done(struct owner_table *t)
{
	free(t->slots);
	*t = OWNER_TABLE_EMPTY;
}
