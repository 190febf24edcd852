/* batch/brake.c - see batch/brake.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "batch/brake.h"
#include "batch/calendar.h"

#define MILLION INT64_C(1000000)
#define POINT_PPM 10000

static int64_t
share_ppm(int64_t part, int64_t whole)
{
	assert(part >= 0 && whole > 0);
	return part / whole * MILLION + part % whole * MILLION / whole;
}

int64_t
brake_paper_expected(const struct brake_paper *b)
{
	if (b->expect_ppm >= 0)
		return b->expect_ppm;
	if (b->last_letters >= BRAKE_LETTERS_MIN)
		return share_ppm(b->last_paper, b->last_letters);
	return -1;
}

/* Is the difference more than three times what chance makes of two jobs?  Twice
 * would hold every twentieth small job for nothing.  Squares, so that no root is
 * needed.
 */
static bool
beyond_chance(const struct brake_paper *b, int64_t expected, int64_t off)
{
	bool setting = b->expect_ppm >= 0;
	double p = (double)expected / MILLION;
	double share = 1.0 / (double)b->letters;
	double difference = (double)off / MILLION;

	if (!setting) {
		p = (double)(b->paper + b->last_paper) /
		    (double)(b->letters + b->last_letters);
		share += 1.0 / (double)b->last_letters;
	}
	return difference * difference > 9 * p * (1 - p) * share;
}

static enum verdict
held(const struct brake_paper *b, int64_t expected, struct fault *why)
{
	int64_t share = share_ppm(b->paper, b->letters);

	if (expected < 0)
		return fault_set(why, V_LATER, CODE_PAPER_SHARE,
			"%" PRId64 " of %" PRId64
			" letters go on paper, and there is no earlier job or "
			"setting that expects so",
			b->paper, b->letters);
	return fault_set(why, V_LATER, CODE_PAPER_SHARE,
		"%" PRId64 " of %" PRId64 " letters go on paper, %" PRId64
		".%" PRId64 "%%; expected is %" PRId64 ".%" PRId64
		"%%%s, and it may be %" PRId64 " points off",
		b->paper, b->letters, share / POINT_PPM,
		share % POINT_PPM / 1000, expected / POINT_PPM,
		expected % POINT_PPM / 1000,
		b->expect_ppm >= 0 ? "" : " (the last run)", b->points);
}

enum verdict
brake_paper(const struct brake_paper *b, struct fault *why)
{
	int64_t expected = brake_paper_expected(b), share, off;
	bool all;

	assert(b->paper >= 0 && b->paper <= b->letters);
	if (b->letters < BRAKE_FEW ||
		(expected < 0 && b->letters < BRAKE_LETTERS_MIN))
		return V_OK;
	share = share_ppm(b->paper, b->letters);
	all = b->paper == 0 || b->paper == b->letters;
	if (expected < 0)
		return all ? held(b, expected, why) : V_OK;
	off = share > expected ? share - expected : expected - share;
	if ((all || off > b->points * POINT_PPM) &&
		beyond_chance(b, expected, off))
		return held(b, expected, why);
	return V_OK;
}

enum verdict
brake_declines(const struct brake_declines *b, struct fault *why)
{
	int64_t of = b->results;

	assert(b->declined >= 0 && b->declined <= b->results);
	if (of < BRAKE_LETTERS_MIN)
		of = BRAKE_LETTERS_MIN;
	if (b->declined * MILLION <= of * b->limit_ppm)
		return V_OK;
	return fault_set(why, V_LATER, CODE_DECLINES,
		"%" PRId64 " of the newest %" PRId64
		" results of the stream are declined, the limit is %" PRId64
		".%" PRId64 "%%",
		b->declined, b->results, b->limit_ppm / POINT_PPM,
		b->limit_ppm % POINT_PPM / 1000);
}

size_t
brake_slide(const uint8_t *old, size_t old_count, const uint8_t *add,
	size_t add_count, size_t window, uint8_t *out)
{
	size_t keep;

	assert(window > 0);
	if (add_count >= window) {
		memcpy(out, add + (add_count - window), window);
		return window;
	}
	keep = window - add_count;
	if (keep > old_count)
		keep = old_count;
	if (keep > 0)
		memcpy(out, old + (old_count - keep), keep);
	if (add_count > 0)
		memcpy(out + keep, add, add_count);
	return keep + add_count;
}

bool
brake_overdue(int64_t from_ms, int64_t now_ms, int64_t days)
{
	if (days == 0)
		return now_ms > from_ms;
	return calendar_working_days_over(from_ms, now_ms) >= days;
}
