/* mobbsim/dice.h - numbers that look random and are the same every time
 *
 * Each record rolls its own dice, made of the seed and its number, so what a
 * record holds does not depend on the records before it.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_DICE_H
#define MOBBSIM_DICE_H

#include <stdint.h>

struct dice {
	uint64_t state;
};

struct dice dice_of(int64_t seed, int64_t record);

/* 64 bits. */
uint64_t dice_bits(struct dice *dice);

/* 0 .. below - 1; `below` > 0 and far smaller than 2^64. */
int64_t dice_roll(struct dice *dice, int64_t below);

#endif
