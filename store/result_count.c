/* store/result_count.c - the counters of a result, theirs beside ours
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "store/books.h"

#define COUNTERS_TEXT_MAX 160

static void
counters_text(
	const int64_t counters[RECEIPT_COUNTERS], char out[COUNTERS_TEXT_MAX])
{
	size_t used = 0;
	int i;

	for (i = 0; i < RECEIPT_COUNTERS; i++)
		used += (size_t)snprintf(out + used, COUNTERS_TEXT_MAX - used,
			"%c%" PRId64, i == 0 ? '{' : ',', counters[i]);
	snprintf(out + used, COUNTERS_TEXT_MAX - used, "}");
}

/* What their lines say, by the same counters. */
static enum verdict
count_lines(struct pg *pg, const struct receipt *receipt,
	int64_t ours[RECEIPT_COUNTERS], struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	size_t len, i;
	enum verdict v;
	int row;

	v = pg_ask(pg, "select wire_code, counter from wire_counter", NULL,
		&rows, why);
	if (v != V_OK)
		return v;
	for (i = 0; i < receipt->line_count; i++)
		for (row = 0; row < rows.count; row++) {
			int64_t at = pg_int(&rows, row, 1);

			if (strcmp(pg_bytes(&rows, row, 0, &len),
				    receipt->lines[i].code) == 0 &&
				at < RECEIPT_COUNTERS)
				ours[at]++;
		}
	pg_rows_done(&rows);
	return V_OK;
}

enum verdict
attempt_counters(struct pg *pg, const struct attempt *attempt,
	const struct receipt *receipt, bool unlisted_delivered, int64_t known,
	int64_t at_ms, struct fault *why)
{
	int64_t counted[RECEIPT_COUNTERS] = { 0 };
	char theirs[COUNTERS_TEXT_MAX], ours[COUNTERS_TEXT_MAX];
	uint8_t digest[DIGEST_BYTES];
	enum verdict v = count_lines(pg, receipt, counted, why);

	if (v != V_OK)
		return v;
	if (unlisted_delivered)
		counted[0] += attempt->letters - (int64_t)receipt->line_count;
	counters_text(receipt->counters, theirs);
	counters_text(counted, ours);
	receipt_digest(receipt, digest);
	return pg_do(pg,
		"update attempt set total = $2, counters = $3::bigint[], "
		"ours = $4::bigint[], result_ms = $5, state = $6, "
		"result_sha256 = $7, known = $8 where number = $1",
		PG_ARGS(PG_N(attempt->number), PG_N(receipt->total),
			PG_T(theirs), PG_T(ours), PG_N(at_ms),
			PG_N(ATTEMPT_RESULTED), PG_B(digest, sizeof(digest)),
			PG_N(known)),
		NULL, why);
}
