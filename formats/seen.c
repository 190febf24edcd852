/* formats/seen.c - see formats/seen.h
 *
 * Linear probing, but a run of slots is kept in ascending order, and where a
 * key belongs is its share of the whole range: so the table is one ascending
 * row with gaps.  To grow it is enough to close the gaps, move the row to the
 * far end of a longer table, and lay it out again from the front.  No second
 * table is ever needed.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "formats/seen.h"

#define SEEN_FIRST ((size_t)2048)
#define SEEN_SLACK ((size_t)256) /* behind the last home */
#define FULL_PERCENT 88
#define LINE_SLOTS 8   /* of a cache line */
#define EXPECT_LINES 3 /* most runs are shorter */

void
seen_init(struct seen *seen, int note_bits)
{
	assert(note_bits >= 0 && note_bits <= 40);
	*seen = (struct seen){ .note_bits = note_bits };
	digest_random(&seen->seed, sizeof(seen->seed));
}

void
seen_done(struct seen *seen)
{
	free(seen->slots);
	seen->slots = NULL;
	seen->count = seen->size = seen->slack = 0;
}

static uint64_t
mix(uint64_t h)
{
	h ^= h >> 32;
	h *= UINT64_C(0xd6e8feb86659fd93);
	h ^= h >> 29;
	h *= UINT64_C(0x9e3779b97f4a7c15);
	h ^= h >> 32;
	return h;
}

uint64_t
seen_hash(const struct seen *seen, const char *text, uint64_t more)
{
	uint64_t h = mix(seen->seed ^ more), word;
	size_t len = strlen(text);

	h ^= (uint64_t)len;
	for (; len > 0; text += sizeof(word)) {
		size_t n = len < sizeof(word) ? len : sizeof(word);

		word = 0;
		memcpy(&word, text, n);
		h = mix(h ^ word ^ seen->seed);
		len -= n;
		if (len == 0)
			break;
	}
	return h;
}

/* Where a key belongs: its share of the range, in 32 bits of precision. */
static size_t
home(const struct seen *seen, uint64_t entry)
{
	return (size_t)(((entry >> 32) * (uint64_t)seen->size) >> 32);
}

/* All in one row at the front. */
static void
close_gaps(struct seen *seen)
{
	size_t i, n = 0, total = seen->size + seen->slack;

	for (i = 0; i < total; i++)
		if (seen->slots[i] != 0)
			seen->slots[n++] = seen->slots[i];
	assert(n == seen->count);
}

/* Lay the row of `count` at the end of the table out again.  False when the
 * last ones find no room behind their home: the row then still is whole.
 */
static bool
lay_out(struct seen *seen)
{
	size_t total = seen->size + seen->slack, from = total - seen->count;
	size_t next = 0;
	bool fits = true;

	for (; from < total; from++) {
		uint64_t entry = seen->slots[from];
		size_t at = home(seen, entry);

		if (at < next)
			at = next;
		if (at > from) {
			at = from;
			fits = false;
		}
		seen->slots[from] = 0;
		seen->slots[at] = entry;
		next = at + 1;
	}
	return fits;
}

static void
grow(struct seen *seen)
{
	size_t total;

	do {
		if (seen->slots != NULL)
			close_gaps(seen);
		seen->size = seen->size == 0 ? SEEN_FIRST
					     : seen->size + seen->size / 8;
		seen->slack = SEEN_SLACK;
		total = seen->size + seen->slack;
		assert(total < SIZE_MAX / sizeof(*seen->slots));
		seen->slots =
			mem_grow(seen->slots, total * sizeof(*seen->slots));
		memmove(seen->slots + total - seen->count, seen->slots,
			seen->count * sizeof(*seen->slots));
		memset(seen->slots, 0,
			(total - seen->count) * sizeof(*seen->slots));
	} while (!lay_out(seen));
}

void
seen_expect(const struct seen *seen, uint64_t entry)
{
	const uint64_t *slot;
	int i;

	if (seen->slots == NULL)
		return;
	slot = seen->slots + home(seen, entry);
	for (i = 0; i < EXPECT_LINES; i++) /* SEEN_SLACK is behind it */
		__builtin_prefetch(slot + i * LINE_SLOTS);
}

uint64_t *
seen_put(struct seen *seen, uint64_t entry, bool *fresh_out)
{
	uint64_t key;
	size_t i, end, total;

	if (entry >> seen->note_bits == 0)
		entry |= UINT64_C(1) << seen->note_bits; /* 0 is free */
	if (seen->count * 100 >= seen->size * FULL_PERCENT)
		grow(seen);
	key = entry >> seen->note_bits;
	for (;;) {
		total = seen->size + seen->slack;
		i = home(seen, key << seen->note_bits);
		while (i < total && seen->slots[i] != 0 &&
			seen->slots[i] >> seen->note_bits < key)
			i++;
		*fresh_out = i == total || seen->slots[i] == 0 ||
			     seen->slots[i] >> seen->note_bits != key;
		if (!*fresh_out)
			return &seen->slots[i];
		for (end = i; end < total && seen->slots[end] != 0; end++)
			;
		if (end < total)
			break;
		grow(seen); /* the slack is full */
	}
	memmove(seen->slots + i + 1, seen->slots + i,
		(end - i) * sizeof(*seen->slots));
	seen->slots[i] = entry;
	seen->count++;
	return &seen->slots[i];
}

bool
seen_add(struct seen *seen, const char *text)
{
	bool fresh;

	assert(seen->note_bits == 0);
	(void)seen_put(seen, seen_hash(seen, text, 0), &fresh);
	return fresh;
}

size_t
seen_bytes(const struct seen *seen)
{
	return (seen->size + seen->slack) * sizeof(*seen->slots);
}
