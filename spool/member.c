/* spool/member.c - see spool/member.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/archive.h"
#include "base/arena.h"
#include "base/digest.h"
#include "base/file.h"
#include "spool/member.h"
#include "spool/scratch.h"

#define FIRST ((size_t)256)
#define MEMBERS_MAX ((size_t)1 << 31)

struct member_slot {
	uint32_t index; /* + 1; 0: a free slot */
	uint32_t hash;
};

struct owner {
	uint64_t content; /* 0: a free slot */
	uint64_t owner;
};

/* A place in a table of any size, from 32 even bits. */
static size_t
slot_of(uint32_t hash, size_t slot_count)
{
	return (size_t)((uint64_t)hash * slot_count >> 32);
}

/* --- members --- */

void
member_table_init(struct member_table *t, int dir)
{
	*t = (struct member_table){ .dir = dir, .file = -1 };
	digest_random(t->seed, sizeof(t->seed));
}

void
member_table_done(struct member_table *t)
{
	if (t->file != -1)
		(void)close(t->file);
	free(t->slots);
	free(t->used);
	*t = (struct member_table){ .dir = -1, .file = -1 };
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

static uint32_t
hash_of(const uint8_t key[MEMBER_KEY])
{
	uint32_t hash;

	memcpy(&hash, key, sizeof(hash));
	return hash;
}

static size_t
next_slot(const struct member_table *t, size_t at)
{
	return at + 1 == t->slot_count ? 0 : at + 1;
}

static enum verdict
read_member(const struct member_table *t, size_t index, struct member *out,
	struct fault *why)
{
	enum verdict v;
	size_t got;

	v = file_read_at(t->file, out, sizeof(*out),
		(int64_t)(index * sizeof(*out)), &got, why);
	if (v == V_OK && got != sizeof(*out))
		v = fault_set(
			why, V_BROKEN, CODE_IO, "a scratch file lost its end");
	return v;
}

/* V_OK with the slot of the key, V_END with the free one where it goes. */
static enum verdict
find_slot(const struct member_table *t, const uint8_t key[MEMBER_KEY],
	size_t *at_out, struct member *found, struct fault *why)
{
	uint32_t hash = hash_of(key);
	size_t at = slot_of(hash, t->slot_count);
	enum verdict v;

	for (; t->slots[at].index != 0; at = next_slot(t, at)) {
		if (t->slots[at].hash != hash)
			continue;
		v = read_member(t, t->slots[at].index - 1, found, why);
		if (v != V_OK)
			return v;
		if (memcmp(found->key, key, MEMBER_KEY) == 0)
			break;
	}
	*at_out = at;
	return t->slots[at].index == 0 ? V_END : V_OK;
}

void
member_reserve(struct member_table *t, size_t more)
{
	struct member_slot *old = t->slots;
	size_t i, at, old_count = t->slot_count, want = t->count + more;

	assert(want < MEMBERS_MAX);
	if (want + want / 2 < t->slot_count)
		return;
	t->slot_count = want + want / 2 + 1;
	t->slots = mem_zero(t->slot_count, sizeof(t->slots[0]));
	for (i = 0; i < old_count; i++) {
		if (old[i].index == 0)
			continue;
		at = slot_of(old[i].hash, t->slot_count);
		while (t->slots[at].index != 0)
			at = next_slot(t, at);
		t->slots[at] = old[i];
	}
	free(old);
	t->used = mem_grow(t->used, want / 8 + 1);
	memset(t->used + (t->count + 7) / 8, 0,
		want / 8 + 1 - (t->count + 7) / 8);
}

enum verdict
member_put(const struct member_table *t, size_t index,
	const struct member *member, struct fault *why)
{
	ssize_t n;

	n = pwrite(t->file, member, sizeof(*member),
		(off_t)(index * sizeof(*member)));
	if (n == (ssize_t)sizeof(*member))
		return V_OK;
	if (n >= 0)
		errno = ENOSPC;
	return fault_errno(why, V_BROKEN, CODE_IO, "write a scratch file");
}

enum verdict
member_add(struct member_table *t, int part, const char *name,
	size_t *index_out, struct member *member_out, struct fault *why)
{
	struct member m = { .part = (uint16_t)part }, other;
	enum verdict v = V_OK;
	size_t at;

	if (t->file == -1)
		v = scratch_open(t->dir, &t->file, why);
	if (v != V_OK)
		return v;
	if (t->count + t->count / 2 + 1 >= t->slot_count)
		member_reserve(t, t->count / 2 + FIRST);
	key_of(t, part, name, m.key);
	v = find_slot(t, m.key, &at, &other, why);
	if (v == V_OK)
		return V_SKIP;
	if (v == V_END)
		v = member_put(t, t->count, &m, why);
	if (v != V_OK)
		return v;
	*index_out = t->count++;
	*member_out = m;
	t->slots[at] = (struct member_slot){ .index = (uint32_t)t->count,
		.hash = hash_of(m.key) };
	return V_OK;
}

enum verdict
member_find(const struct member_table *t, int part, const char *name,
	size_t *index_out, struct member *member_out, struct fault *why)
{
	uint8_t key[MEMBER_KEY];
	enum verdict v;
	size_t at;

	if (t->count == 0 || strlen(name) > ARCHIVE_NAME_MAX)
		return V_END;
	key_of(t, part, name, key);
	v = find_slot(t, key, &at, member_out, why);
	if (v == V_OK)
		*index_out = t->slots[at].index - 1;
	return v;
}

bool
member_use(struct member_table *t, size_t index)
{
	uint8_t bit = (uint8_t)(1u << (index % 8));
	bool first = (t->used[index / 8] & bit) == 0;

	assert(index < t->count);
	t->used[index / 8] |= bit;
	t->used_count += first;
	return first;
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
	size_t at = slot_of((uint32_t)content, t->slot_count);

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
