/* tests/fuzz/fuzz_cpa.c - any bytes as an agreement, and as a result
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "channels/channel.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const char *const use[] = { ACTION_BV_REQUEST, ACTION_BV_RESULT,
		NULL };
	struct arena mem = ARENA_EMPTY;
	struct receipt receipt;
	struct fault why;
	struct cpa cpa;
	size_t i;

	if (cpa_read((const char *)bytes, len, "00000099000000010000", use,
		    false, &mem, &cpa, &why) == V_OK) {
		assert(cpa.start_ms < cpa.end_ms && strlen(cpa.id) > 0);
		for (i = 0; i < cpa.action_count; i++)
			assert(strncmp(cpa.actions[i].url, "https://", 8) == 0);
	}
	if (box_result_read(bytes, len, &mem, &receipt, &why) == V_OK)
		assert(receipt.total >= 0 && receipt.line_count <= 1000);
	arena_done(&mem);
	return 0;
}
