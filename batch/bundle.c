/* batch/bundle.c - see batch/bundle.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/digest.h"
#include "batch/bundle.h"

#define MS_PER_DAY INT64_C(86400000)
#define SHEET_GRAMS 5
#define ENVELOPE_GRAMS 7 /* C5 with a window */

struct bundle_load
bundle_load(const struct letter *letter, bool simplex)
{
	struct bundle_load load = { 0 };
	size_t i;

	for (i = 0; i < letter->printed_count; i++) {
		const struct attachment *doc = &letter->printed[i];

		load.pages += doc->pages;
		load.sheets += simplex ? doc->pages : (doc->pages + 1) / 2;
		load.bytes += doc->bytes;
	}
	return load;
}

int
bundle_weight(int64_t sheets)
{
	static const int classes[] = { 20, 50, 100, 350 };
	int64_t grams = ENVELOPE_GRAMS + SHEET_GRAMS * sheets;
	size_t i;

	assert(sheets >= 0);
	for (i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (grams <= classes[i])
			return classes[i];
	return 2000;
}

void
bundle_name(const char *job, int64_t created_ms, int number,
	const struct uuid *ids, size_t count, int proof, bool test,
	char name_out[BUNDLE_NAME_MAX])
{
	struct digest *sum = digest_new();
	char hex[DIGEST_HEX_MAX], mark[24] = "";
	uint8_t hash[DIGEST_BYTES];
	int y, m, d, len;
	size_t i;

	assert(count > 0 && number > 0 && created_ms >= 0 && proof >= 0);
	for (i = 0; i < count; i++)
		digest_add(sum, ids[i].bytes, sizeof(ids[i].bytes));
	digest_end(sum, hash);
	digest_free(sum);
	digest_hex(hash, 4, hex);
	clock_date((int32_t)(created_ms / MS_PER_DAY), &y, &m, &d);
	if (proof == 1)
		snprintf(mark, sizeof(mark), "-PROOF");
	else if (proof > 1)
		snprintf(mark, sizeof(mark), "-PROOF%d", proof);
	len = snprintf(name_out, BUNDLE_NAME_MAX,
		"print-%s-%04d%02d%02d-%03d-%s%s%s", job, y, m, d, number, hex,
		mark, test ? "-TEST" : "");
	assert(len > 0 && len < BUNDLE_NAME_MAX);
}
