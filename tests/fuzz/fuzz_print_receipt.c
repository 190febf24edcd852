/* tests/fuzz/fuzz_print_receipt.c - any bytes as a receipt of a printer
 *
 * The first byte says of which kind.  Whatever is read is in its limits, has no
 * control characters and no row of digits that may be a citizen number.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "channels/print_receipt.h"

#define TODAY 20544

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void
is_shown(const char *text, size_t max)
{
	size_t len = strlen(text), row = 0, i;

	assert(len <= max && text_chars(text, len) >= 0);
	for (i = 0; i < len; i++) {
		row = text[i] >= '0' && text[i] <= '9' ? row + 1 : 0;
		assert(row < 8);
	}
}

static void
walk(const struct print_receipt *r)
{
	size_t i;

	is_shown(r->code, SAID_CODE_MAX - 1);
	is_shown(r->text, SAID_TEXT_MAX);
	assert(r->row_count <= RECEIPT_ROWS_MAX && r->bad_count >= 0);
	for (i = 0; i < r->row_count; i++) {
		const struct said_row *row = &r->rows[i];

		assert(row->line >= 1);
		assert(i == 0 || row->line > r->rows[i - 1].line);
		assert(row->day <= TODAY + 1);
		assert(row->pages >= SAID_NONE && row->pages <= 10000);
		assert(row->sheets >= SAID_NONE && row->sheets <= 10000);
		is_shown(row->code, SAID_CODE_MAX - 1);
		is_shown(row->text, SAID_TEXT_MAX);
		assert(row->bundle == NULL ||
			(r->said == PRINT_RETURNED && row->place > 0 &&
				strlen(row->bundle) < SAID_BUNDLE_MAX));
		if (r->said == PRINT_RETURNED)
			(void)returned_woord(row->why);
	}
	for (i = 0; i < SAID_BAD_MAX && (int64_t)i < r->bad_count; i++)
		assert(r->bad[i].line >= 1 && r->bad[i].why != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena mem = ARENA_EMPTY;
	struct fault why = FAULT_NONE;
	char name[200], bundle[SAID_BUNDLE_MAX];
	struct print_receipt receipt;
	enum print_said said;
	enum verdict v;

	if (len == 0)
		return 0;
	/* The same bytes as a name. */
	memcpy(name, bytes, len < sizeof(name) ? len : sizeof(name) - 1);
	name[len < sizeof(name) ? len : sizeof(name) - 1] = '\0';
	if (print_receipt_name(name, &said, bundle, &why) == V_OK)
		assert(strlen(bundle) < SAID_BUNDLE_MAX);
	said = (enum print_said)(1 + bytes[0] % 6);
	v = print_receipt_read(
		said, bytes + 1, len - 1, TODAY, &mem, &receipt, &why);
	if (v == V_OK)
		walk(&receipt);
	else
		assert(v == V_SKIP && why.code == CODE_RECEIPT);
	arena_done(&mem);
	return 0;
}
