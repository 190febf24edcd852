/* batch/pace.h - how many letters may leave now: the rule of the pace row
 *
 * GCRA: one number, the theoretical arrival time (TAT) of the next lot.  A lot
 * of n letters may begin when TAT <= now; then TAT = max(TAT, now) + n / rate.
 * So a burst is one lot and never more.  The row in the database is changed by
 * the same formula in one UPDATE (store/pace.c); this is the rule as code, for
 * tests and for saying when the next lot may go.
 *
 * Microseconds, because 3,600,000 letters an hour is one a millisecond.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_PACE_H
#define BATCH_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define PACE_PER_HOUR_MAX INT64_C(1000000000)

/* False: not now; *tat_us is untouched.  per_hour 0 is closed. */
bool pace_take(
	int64_t *tat_us, int64_t now_us, int64_t letters, int64_t per_hour);
int64_t pace_cost_us(int64_t letters, int64_t per_hour);

/* The judge: most letters that may begin in a window. */
int64_t pace_judge(int64_t window_us, int64_t per_hour, int64_t in_flight,
	int64_t largest_lot);

#endif
