/* store/copy.c - rows of a binary COPY, as bytes; sent by store/pg.c
 *
 * A row costs no allocation: the buffer grows to the largest piece and stays.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "store/pg.h"
#include "store/utf8.h"

#define COPY_SIZE_FIRST ((size_t)128 * 1024)

uint8_t *
pg_copy_room(struct pg_copy *copy, size_t len)
{
	assert(len < SIZE_MAX / 4);
	if (copy->size - copy->len < len) {
		size_t size = copy->size == 0 ? COPY_SIZE_FIRST : copy->size;

		while (size - copy->len < len)
			size *= 2;
		copy->bytes = mem_grow(copy->bytes, size);
		copy->size = size;
	}
	copy->len += len;
	return copy->bytes + copy->len - len;
}

static void
put16(uint8_t *to, uint16_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)(value & 0xff);
}

static void
put32(uint8_t *to, uint32_t value)
{
	to[0] = (uint8_t)(value >> 24);
	to[1] = (uint8_t)(value >> 16 & 0xff);
	to[2] = (uint8_t)(value >> 8 & 0xff);
	to[3] = (uint8_t)(value & 0xff);
}

void
pg_copy_count(struct pg_copy *copy, uint16_t value)
{
	put16(pg_copy_room(copy, 2), value);
}

void
pg_copy_i64(struct pg_copy *copy, int64_t value)
{
	uint8_t *to = pg_copy_room(copy, 12);

	put32(to, 8);
	put32(to + 4, (uint32_t)((uint64_t)value >> 32));
	put32(to + 8, (uint32_t)((uint64_t)value & UINT32_MAX));
}

void
pg_copy_i32(struct pg_copy *copy, int32_t value)
{
	uint8_t *to = pg_copy_room(copy, 8);

	put32(to, 4);
	put32(to + 4, (uint32_t)value);
}

void
pg_copy_i16(struct pg_copy *copy, int16_t value)
{
	uint8_t *to = pg_copy_room(copy, 6);

	put32(to, 2);
	put16(to + 4, (uint16_t)value);
}

void
pg_copy_bool(struct pg_copy *copy, bool value)
{
	uint8_t *to = pg_copy_room(copy, 5);

	put32(to, 1);
	to[4] = value ? 1 : 0;
}

void
pg_copy_bytes(struct pg_copy *copy, const void *bytes, size_t len)
{
	uint8_t *to;

	assert(len <= INT32_MAX);
	to = pg_copy_room(copy, len + 4);
	put32(to, (uint32_t)len);
	if (len > 0)
		memcpy(to + 4, bytes, len);
}

void
pg_copy_text(struct pg_copy *copy, const char *text)
{
	size_t len = text == NULL ? 0 : strlen(text);

	if (text == NULL) {
		pg_copy_null(copy);
		return;
	}
	pg_copy_bytes(copy, text, len);
	utf8_mend((char *)copy->bytes + copy->len - len, len);
}

void
pg_copy_null(struct pg_copy *copy)
{
	put32(pg_copy_room(copy, 4), UINT32_MAX);
}
