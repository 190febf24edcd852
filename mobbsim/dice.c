/* mobbsim/dice.c - see mobbsim/dice.h
 *
 * SplitMix64: a counter and a mixing function; the constants are its own.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>

#include "mobbsim/dice.h"

static uint64_t
mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

uint64_t
dice_bits(struct dice *dice)
{
	dice->state += UINT64_C(0x9e3779b97f4a7c15);
	return mix(dice->state);
}

struct dice
dice_of(int64_t seed, int64_t record)
{
	return (struct dice){ mix((uint64_t)seed) ^
			      mix(~(uint64_t)record *
				      UINT64_C(0xd1342543de82ef95)) };
}

int64_t
dice_roll(struct dice *dice, int64_t below)
{
	assert(below > 0);
	/* The bias is below 2^-20 for anything rolled here. */
	return (int64_t)((dice_bits(dice) >> 1) % (uint64_t)below);
}
