/* batch/pace.c - see batch/pace.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>

#include "batch/pace.h"

#define US_PER_HOUR INT64_C(3600000000)
#define PACE_LETTERS_MAX INT64_C(1000000000) /* in one take */

_Static_assert(PACE_LETTERS_MAX < (INT64_MAX - PACE_PER_HOUR_MAX) / US_PER_HOUR,
	"the cost of the largest lot must fit in 64 bits");
_Static_assert(PACE_PER_HOUR_MAX < INT64_MAX / US_PER_HOUR,
	"an hour at the highest pace must fit in 64 bits");

/* Rounded up: what is lost to rounding is lost to us, never to the limit. */
int64_t
pace_cost_us(int64_t letters, int64_t per_hour)
{
	assert(letters >= 0 && letters <= PACE_LETTERS_MAX);
	assert(per_hour > 0 && per_hour <= PACE_PER_HOUR_MAX);
	return (letters * US_PER_HOUR + per_hour - 1) / per_hour;
}

bool
pace_take(int64_t *tat_us, int64_t now_us, int64_t letters, int64_t per_hour)
{
	assert(letters >= 0 && letters <= PACE_LETTERS_MAX);
	assert(per_hour >= 0 && per_hour <= PACE_PER_HOUR_MAX);
	/* A clock that ran back makes us wait, never hurry. */
	if (per_hour == 0 || *tat_us > now_us)
		return false;
	*tat_us = now_us + pace_cost_us(letters, per_hour);
	return true;
}

int64_t
pace_judge(int64_t window_us, int64_t per_hour, int64_t in_flight,
	int64_t largest_lot)
{
	int64_t hours = window_us / US_PER_HOUR, rest = window_us % US_PER_HOUR;

	assert(window_us >= 0 && in_flight >= 0 && largest_lot >= 0);
	assert(per_hour >= 0 && per_hour <= PACE_PER_HOUR_MAX);
	return hours * per_hour + rest * per_hour / US_PER_HOUR +
	       in_flight * largest_lot;
}
