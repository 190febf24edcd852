/* batch/release.c - see batch/release.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>

#include "batch/release.h"

#define MILLION 1000000

enum verdict
release_check(const struct release *r, struct fault *why)
{
	if (!r->automatic)
		return fault_set(why, V_LATER, CODE_HELD,
			"this stream is released by a person");
	if (r->letters_max > 0 && r->letters > r->letters_max)
		return fault_set(why, V_LATER, CODE_HELD,
			"%" PRId64 " letters, without a person at most "
			"%" PRId64 " go (release_letters)",
			r->letters, r->letters_max);
	if (r->promised_letters < 0 && !r->totals)
		return fault_set(why, V_LATER, CODE_HELD,
			"no control total: the supplier did not say how many "
			"letters there are");
	if (r->promised_letters >= 0 && r->promised_letters != r->records)
		return fault_set(why, V_LATER, CODE_HELD,
			"the supplier announced %" PRId64
			" letters, the file holds %" PRId64,
			r->promised_letters, r->records);
	if (r->promised_cents >= 0 && r->promised_cents != r->cents)
		return fault_set(why, V_LATER, CODE_HELD,
			"the supplier announced an amount of %" PRId64
			".%02d euro, the records add up to %" PRId64 ".%02d",
			r->promised_cents / 100, (int)(r->promised_cents % 100),
			r->cents / 100, (int)(r->cents % 100));
	return V_OK;
}

int64_t
release_chosen(int64_t stream, int64_t layout)
{
	return stream >= 0 ? stream : layout;
}

int64_t
release_reject_limit(int64_t count, int64_t ppm, int64_t records)
{
	int64_t share =
		records / MILLION * ppm + records % MILLION * ppm / MILLION;

	return share > count ? share : count;
}

enum verdict
release_rejects(int64_t wrong, int64_t limit, struct fault *why)
{
	if (wrong <= limit)
		return V_OK;
	return fault_set(why, V_LATER, CODE_REJECTS,
		"%" PRId64 " records are wrong, %" PRId64
		" are allowed before a person looks",
		wrong, limit);
}
