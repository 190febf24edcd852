/* tests/fuzz/fuzz_result.c - any bytes as what became of the letters
 *
 * Whatever is read as a result is in its limits, lists no letter twice, and
 * says only words that may be shown; the counters are then judged as the keeper
 * judges them.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "channels/channel.h"

#define WORD "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void
is_word(const char *text, size_t size)
{
	size_t len = strnlen(text, size);

	assert(len < size && strspn(text, WORD) == len);
}

static void
walk(const struct receipt *r)
{
	size_t i, k;

	is_word(r->sender, sizeof(r->sender));
	assert(r->total >= 0 && r->total <= INT32_MAX);
	for (i = 0; i < RECEIPT_COUNTERS; i++)
		assert(r->counters[i] >= 0 && r->counters[i] <= INT32_MAX);
	assert(r->line_count <= 1000);
	for (i = 0; i < r->line_count; i++) {
		is_word(r->lines[i].code, sizeof(r->lines[i].code));
		is_word(r->lines[i].stage, sizeof(r->lines[i].stage));
		assert(r->lines[i].code[0] != '\0');
		for (k = 0; k < i; k++)
			assert(!uuid_same(&r->lines[i].letter_id,
				&r->lines[k].letter_id));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena mem = ARENA_EMPTY;
	struct fault why = FAULT_NONE;
	struct receipt receipt;
	enum verdict v;

	v = box_result_read(bytes, len, &mem, &receipt, &why);
	if (v == V_OK) {
		walk(&receipt);
	} else {
		assert(v == V_SKIP && why.code == CODE_RESULT);
		assert(why.text[0] != '\0');
	}
	arena_done(&mem);
	return 0;
}
