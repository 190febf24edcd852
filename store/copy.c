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
put(uint8_t *to, uint64_t value, int len)
{
	while (len-- > 0) {
		to[len] = (uint8_t)(value & 0xff);
		value >>= 8;
	}
}

void
pg_copy_put(struct pg_copy *copy, uint64_t value, int len)
{
	put(pg_copy_room(copy, (size_t)len), value, len);
}

void
pg_copy_i64(struct pg_copy *copy, int64_t value)
{
	uint8_t *to = pg_copy_room(copy, 12);

	put(to, 8, 4);
	put(to + 4, (uint64_t)value, 8);
}

void
pg_copy_i32(struct pg_copy *copy, int32_t value)
{
	uint8_t *to = pg_copy_room(copy, 8);

	put(to, 4, 4);
	put(to + 4, (uint64_t)(uint32_t)value, 4);
}

void
pg_copy_i16(struct pg_copy *copy, int16_t value)
{
	uint8_t *to = pg_copy_room(copy, 6);

	put(to, 2, 4);
	put(to + 4, (uint64_t)(uint16_t)value, 2);
}

void
pg_copy_bool(struct pg_copy *copy, bool value)
{
	uint8_t *to = pg_copy_room(copy, 5);

	put(to, 1, 4);
	to[4] = value ? 1 : 0;
}

void
pg_copy_bytes(struct pg_copy *copy, const void *bytes, size_t len)
{
	uint8_t *to = pg_copy_room(copy, len + 4);

	assert(len <= INT32_MAX);
	put(to, len, 4);
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
	pg_copy_put(copy, UINT32_MAX, 4);
}
