/* mobbsim/citizen.c - see mobbsim/citizen.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "mobbsim/citizen.h"
#include "mobbsim/dice.h"

#define SHARE 10000
#define SHARE_BOX 6500
#define SHARE_LATE 200

/* Eight digits determine the ninth: walk over these. */
#define EIGHT_FIRST INT64_C(90000000)
#define EIGHT_COUNT INT64_C(9990000) /* up to 99989999 */

enum box
citizen_box(const char *bsn)
{
	uint8_t sum[DIGEST_BYTES];
	char text[32];
	uint32_t u;
	int n;

	n = snprintf(text, sizeof(text), "mobbsim:%s", bsn);
	assert(n > 0 && (size_t)n < sizeof(text));
	digest_of(text, (size_t)n, sum);
	u = (uint32_t)sum[0] << 24 | (uint32_t)sum[1] << 16 |
	    (uint32_t)sum[2] << 8 | sum[3];
	u %= SHARE;
	return u < SHARE_LATE ? BOX_LATE : u < SHARE_BOX ? BOX_OPEN : BOX_NONE;
}

/* Weighted sum of the first eight digits; the ninth has to equal it mod 11. */
static int64_t
eight_sum(int64_t eight)
{
	int64_t sum = 0, weight;

	for (weight = 2; weight <= 9; weight++, eight /= 10)
		sum += weight * (eight % 10);
	return sum % 11;
}

bool
citizen_eleven(const char *bsn)
{
	char *end;
	long n;

	if (strlen(bsn) != 9 || strspn(bsn, "0123456789") != 9)
		return false;
	n = strtol(bsn, &end, 10);
	return n > 0 && eight_sum(n / 10) == n % 10;
}

static int64_t
no_common(int64_t step, int64_t count)
{
	int64_t a, b, rest;

	for (;; step++) {
		for (a = step, b = count; b != 0; a = b, b = rest)
			rest = a % b;
		if (a == 1)
			return step;
	}
}

void
citizens_init(struct citizens *citizens, int64_t seed)
{
	struct dice dice = dice_of(seed, -1);
	int32_t number, *all;
	size_t n = 0, i;

	all = mem_new(CITIZEN_RESERVED * sizeof(*all));
	for (number = CITIZEN_RESERVED_FIRST; number <= CITIZEN_RESERVED_LAST;
		number++)
		if (eight_sum(number / 10) == number % 10) {
			assert(n < CITIZEN_RESERVED);
			all[n++] = number;
		}
	assert(n == CITIZEN_RESERVED);
	for (i = n - 1; i > 0; i--) {
		size_t j = (size_t)dice_roll(&dice, (int64_t)i + 1);
		int32_t t = all[i];

		all[i] = all[j];
		all[j] = t;
	}
	*citizens = (struct citizens){
		.reserved = all,
		.walk = dice_roll(&dice, EIGHT_COUNT),
		.step = no_common(
			1000003 + dice_roll(&dice, 1000000), EIGHT_COUNT),
	};
}

void
citizens_next(struct citizens *citizens, char text_out[CITIZEN_TEXT_MAX])
{
	int64_t eight, last;

	if (citizens->used < CITIZEN_RESERVED) {
		snprintf(text_out, CITIZEN_TEXT_MAX, "%09d",
			(int)citizens->reserved[citizens->used++]);
		return;
	}
	/* One in eleven has no ninth digit that fits. */
	do {
		citizens->walk =
			(citizens->walk + citizens->step) % EIGHT_COUNT;
		eight = EIGHT_FIRST + citizens->walk;
		last = eight_sum(eight);
	} while (last == 10);
	snprintf(text_out, CITIZEN_TEXT_MAX, "%09d", (int)(eight * 10 + last));
}

void
citizens_done(struct citizens *citizens)
{
	free(citizens->reserved);
	*citizens = (struct citizens){ 0 };
}
