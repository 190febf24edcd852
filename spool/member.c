/* spool/member.c - see spool/member.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/archive.h"
#include "base/arena.h"
#include "base/digest.h"
#include "spool/member.h"

#define FIRST ((size_t)256)
#define MEMBERS_MAX ((size_t)1 << 31)

struct owner {
	uint64_t content; /* 0: a free slot */
	uint64_t owner;
};

/* A place in a table of any size, from 32 even bits. */
static size_t
slot_of(uint64_t hash, size_t slot_count)
{
	return (size_t)((hash >> 32) * slot_count >> 32);
}

/* --- members --- */

void
member_table_init(struct member_table *t)
{
	*t = (struct member_table){ 0 };
	digest_random(t->seed, sizeof(t->seed));
}

void
member_table_done(struct member_table *t)
{
	free(t->members);
	free(t->slots);
	*t = (struct member_table){ 0 };
}

static void
key_of(const struct member_table *t, int part, const char *name,
	uint8_t key_out[MEMBER_KEY])
{
	uint8_t text[MEMBER_SEED + 4 + ARCHIVE_NAME_MAX], sha256[DIGEST_BYTES];
	size_t len = strlen(name);

	assert(len <= ARCHIVE_NAME_MAX && part >= 0);
	memcpy(text, t->seed, MEMBER_SEED);
	text[MEMBER_SEED] = (uint8_t)(part >> 24);
	text[MEMBER_SEED + 1] = (uint8_t)(part >> 16);
	text[MEMBER_SEED + 2] = (uint8_t)(part >> 8);
	text[MEMBER_SEED + 3] = (uint8_t)part;
	memcpy(text + MEMBER_SEED + 4, name, len);
	digest_of(text, MEMBER_SEED + 4 + len, sha256);
	memcpy(key_out, sha256, MEMBER_KEY);
}

/* The slot that holds the key, or the free one where it goes. */
static uint32_t *
find_slot(const struct member_table *t, const uint8_t key[MEMBER_KEY])
{
	uint64_t hash;
	size_t at;

	memcpy(&hash, key, sizeof(hash));
	at = slot_of(hash, t->slot_count);
	while (t->slots[at] != 0 &&
		memcmp(t->members[t->slots[at] - 1].key, key, MEMBER_KEY) != 0)
		at = at + 1 == t->slot_count ? 0 : at + 1;
	return &t->slots[at];
}

void
member_reserve(struct member_table *t, size_t more)
{
	size_t i, want = t->count + more;

	assert(want < MEMBERS_MAX);
	if (want <= t->size)
		return;
	t->size = want;
	t->members = mem_grow(t->members, want * sizeof(t->members[0]));
	free(t->slots);
	t->slot_count = want + want / 2 + 1;
	t->slots = mem_zero(t->slot_count, sizeof(t->slots[0]));
	for (i = 0; i < t->count; i++)
		*find_slot(t, t->members[i].key) = (uint32_t)i + 1;
}

struct member *
member_add(struct member_table *t, int part, const char *name)
{
	uint8_t key[MEMBER_KEY];
	struct member *m;
	uint32_t *slot;

	if (t->count == t->size)
		member_reserve(t, t->count / 2 + FIRST);
	key_of(t, part, name, key);
	slot = find_slot(t, key);
	if (*slot != 0)
		return NULL;
	m = &t->members[t->count++];
	*slot = (uint32_t)t->count;
	*m = (struct member){ .part = (uint16_t)part };
	memcpy(m->key, key, MEMBER_KEY);
	return m;
}

struct member *
member_find(const struct member_table *t, int part, const char *name)
{
	uint8_t key[MEMBER_KEY];
	uint32_t *slot;

	if (t->count == 0 || strlen(name) > ARCHIVE_NAME_MAX)
		return NULL;
	key_of(t, part, name, key);
	slot = find_slot(t, key);
	return *slot == 0 ? NULL : &t->members[*slot - 1];
}

void
member_place(struct member *m, int64_t offset)
{
	assert(offset >= 0 && offset <= MEMBER_OFFSET_MAX);
	m->offset_low = (uint32_t)offset;
	m->offset_high = (uint16_t)(offset >> 32);
}

int64_t
member_offset(const struct member *m)
{
	return (int64_t)m->offset_high << 32 | m->offset_low;
}

/* --- owners --- */

void
owner_table_init(struct owner_table *t)
{
	*t = (struct owner_table){ 0 };
	digest_random(t->seed, sizeof(t->seed));
}

void
owner_table_done(struct owner_table *t)
{
	free(t->slots);
	*t = (struct owner_table){ 0 };
}

uint64_t
owner_id(const struct owner_table *t, const void *key, size_t len)
{
	uint8_t mac[DIGEST_BYTES];
	uint64_t id;

	digest_hmac(t->seed, sizeof(t->seed), key, len, mac);
	memcpy(&id, mac, sizeof(id));
	return id == 0 ? 1 : id;
}

/* 64 bits of the digest under the table's seed, so that nobody can look for
 * contents that fall into one place.  Never 0.
 */
static uint64_t
content_id(const struct owner_table *t, const uint8_t sha256[32])
{
	uint64_t a, b;

	memcpy(&a, sha256, sizeof(a));
	memcpy(&b, sha256 + sizeof(a), sizeof(b));
	a = (a ^ t->seed[0]) * (t->seed[1] | 1);
	a = (a ^ a >> 29 ^ b) * UINT64_C(0x9e3779b97f4a7c15);
	a ^= a >> 32;
	return a == 0 ? 1 : a;
}

static struct owner *
owner_slot(const struct owner_table *t, uint64_t content)
{
	/* The low half: the high half was folded into it. */
	size_t at = slot_of(content << 32, t->slot_count);

	while (t->slots[at].content != 0 && t->slots[at].content != content)
		at = at + 1 == t->slot_count ? 0 : at + 1;
	return &t->slots[at];
}

void
owner_reserve(struct owner_table *t, size_t more)
{
	struct owner_table old = *t;
	size_t i, want = t->count + more;

	want += want / 4 + 1;
	if (want <= t->slot_count)
		return;
	t->slot_count = want;
	t->slots = mem_zero(want, sizeof(t->slots[0]));
	for (i = 0; i < old.slot_count; i++)
		if (old.slots[i].content != 0)
			*owner_slot(t, old.slots[i].content) = old.slots[i];
	free(old.slots);
}

bool
owner_take(struct owner_table *t, const uint8_t sha256[32], uint64_t owner)
{
	uint64_t content = content_id(t, sha256);
	struct owner *slot;

	assert(owner != 0);
	if (t->count + t->count / 5 + 1 >= t->slot_count)
		owner_reserve(t, t->count / 2 + FIRST);
	slot = owner_slot(t, content);
	if (slot->content != 0)
		return slot->owner == owner;
	slot->content = content;
	slot->owner = owner;
	t->count++;
	return true;
}
