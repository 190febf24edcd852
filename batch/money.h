/* batch/money.h - what a year of an organisation costs
 *
 * A letter that was delivered and a DigiD login are units; the first ones of a
 * year are free, both together (jobs.h, struct jobs_tariff).  Which units were
 * the first is not known here, so the free ones are taken off letters first,
 * the rest off logins: the bill of Logius decides.  Whole numbers all the way;
 * amounts are hundredths of a cent, excluding VAT.
 *
 * Source: spec berichtenbox.md 5.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_MONEY_H
#define BATCH_MONEY_H

#include <stdint.h>

#include "batch/jobs.h"

#define MONEY_UNITS_MAX INT64_C(10000000000) /* of a year */

struct money_bill {
	int64_t letters, logins;
	int64_t free_letters, free_logins; /* of these */
	int64_t cost;			   /* hundredths of a cent, exact */
};

/* Fewer than none (a correction of another year) counts as none. */
struct money_bill money_bill(
	const struct jobs_tariff *tariff, int64_t letters, int64_t logins);

/* Whole cents, half up. */
int64_t money_cents(int64_t hundredths);

#endif
