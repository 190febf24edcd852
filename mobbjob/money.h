/* mobbjob/money.h - what the files of the command money share
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_MONEY_H
#define MOBBJOB_MONEY_H

#include "base/json.h"
#include "batch/money.h"
#include "mobbjob/command.h"

/* Its name in the jobs file, "" when it is not there any more. */
const char *money_sender(const struct call *call, const char *oin);
/* The logins that a person told of, -1: nobody did. */
int64_t money_logins(
	const struct money_said *said, size_t count, const char *oin);
/* "EUR 0.00 excluding VAT, ..."; `tariff` may be NULL. */
const char *money_cost(const struct jobs_tariff *tariff,
	const struct money_bill *bill, struct arena *mem);
void money_bill_json(struct json *o, const struct jobs_tariff *tariff,
	const struct money_bill *bill);
/* V_BROKEN, CODE_TARIFF */
enum verdict money_no_tariff(int year, struct fault *why);

/* The estimate of a year: on standard output, or as CSV to -o FILE. */
enum verdict money_estimate(struct call *call, int year, struct fault *why);

#endif
