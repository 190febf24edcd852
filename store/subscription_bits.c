/* store/subscription_bits.c - see store/subscription_bits.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "store/subscription_bits.h"

static uint64_t
word_at(const uint8_t *bits)
{
	uint64_t word;

	memcpy(&word, bits, sizeof(word));
	return word;
}

static int64_t
ones(uint64_t word)
{
	word -= word >> 1 & UINT64_C(0x5555555555555555);
	word = (word & UINT64_C(0x3333333333333333)) +
	       (word >> 2 & UINT64_C(0x3333333333333333));
	word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	return (int64_t)(word * UINT64_C(0x0101010101010101) >> 56);
}

int64_t
chunk_count(const uint8_t *bits)
{
	int64_t count = 0;
	size_t i;

	for (i = 0; i < CHUNK_BYTES; i += sizeof(uint64_t)) {
		uint64_t word = word_at(bits + i);

		if (word != 0)
			count += ones(word);
	}
	return count;
}

size_t
chunk_pack(const uint8_t *bits, uint8_t *out)
{
	size_t count = (size_t)chunk_count(bits), len = 0, i;

	if (count * 2 >= CHUNK_BYTES) {
		memcpy(out, bits, CHUNK_BYTES);
		return CHUNK_BYTES;
	}
	for (i = 0; count > 0 && i < CHUNK_BYTES; i++) {
		unsigned byte = bits[i], b;

		for (b = 0; byte != 0 && b < 8; b++) {
			if ((byte >> b & 1) == 0)
				continue;
			out[len++] = (uint8_t)(i >> 5);
			out[len++] = (uint8_t)((i & 31) << 3 | b);
		}
	}
	assert(len == count * 2);
	return len;
}

bool
chunk_unpack(const void *packed, size_t len, uint8_t *bits)
{
	const uint8_t *in = packed;
	size_t i;

	if (len > CHUNK_BYTES || len % 2 != 0)
		return false;
	if (len == CHUNK_BYTES) {
		for (i = 0; i < len; i++)
			bits[i] |= in[i];
		return true;
	}
	for (i = 0; i < len; i += 2)
		bit_set(bits, (uint32_t)in[i] << 8 | in[i + 1]);
	return true;
}

void
few_add(struct buf *out, uint32_t bit, bool yes, bool silent)
{
	uint32_t entry =
		bit << 2 | (silent ? FEW_SILENT : 0) | (yes ? FEW_YES : 0);
	const uint8_t bytes[FEW_BYTES] = { (uint8_t)(entry >> 24),
		(uint8_t)(entry >> 16 & 0xff), (uint8_t)(entry >> 8 & 0xff),
		(uint8_t)(entry & 0xff) };

	assert(bit < BITS_COUNT);
	buf_add(out, (const char *)bytes, sizeof(bytes));
	assert(!out->full);
}

enum verdict
bits_read(struct pg *pg, const char *sql, int64_t number, uint8_t *bits,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v = pg_ask(pg, sql, PG_ARGS(PG_N(number)), &rows, why);
	int i;

	for (i = 0; v == V_OK && i < rows.count; i++) {
		int64_t chunk = pg_int(&rows, i, 0);
		size_t len;
		const char *bytes = pg_bytes(&rows, i, 1, &len);

		if (chunk < 0 || chunk >= (int64_t)CHUNK_COUNT ||
			!chunk_unpack(
				bytes, len, bits + (size_t)chunk * CHUNK_BYTES))
			v = fault_set(why, V_BROKEN, CODE_DATABASE_QUERY,
				"a chunk of subscriptions makes no sense");
	}
	pg_rows_done(&rows);
	return v;
}

enum verdict
subscribed_read(struct pg *pg, const char *sql, int64_t number,
	struct subscribed *set, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v = pg_ask(pg, sql, PG_ARGS(PG_N(number)), &rows, why);
	int i;

	for (i = 0; v == V_OK && i < rows.count; i++) {
		struct subscribed_chunk chunk = { { 0 }, { 0 } };
		int64_t at = pg_int(&rows, i, 0);
		size_t len[2];
		const char *asked = pg_bytes(&rows, i, 1, &len[0]);
		const char *yes = pg_bytes(&rows, i, 2, &len[1]);

		if (at < 0 || at >= (int64_t)CHUNK_COUNT ||
			!chunk_unpack(asked, len[0], chunk.asked) ||
			!chunk_unpack(yes, len[1], chunk.yes))
			v = fault_set(why, V_BROKEN, CODE_DATABASE_QUERY,
				"a chunk of subscriptions makes no sense");
		else
			subscribed_put(set, (int)at, chunk.asked, chunk.yes);
	}
	pg_rows_done(&rows);
	return v;
}
