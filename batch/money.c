/* batch/money.c - see batch/money.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>

#include "batch/money.h"

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

struct money_bill
money_bill(const struct jobs_tariff *t, int64_t letters, int64_t logins)
{
	struct money_bill bill = { .letters = letters < 0 ? 0 : letters,
		.logins = logins < 0 ? 0 : logins };

	assert(letters <= MONEY_UNITS_MAX && logins <= MONEY_UNITS_MAX);
	bill.free_letters = least(t->free, bill.letters);
	bill.free_logins = least(t->free - bill.free_letters, bill.logins);
	bill.cost = (bill.letters - bill.free_letters) * t->letter +
		    (bill.logins - bill.free_logins) * t->login;
	return bill;
}

int64_t
money_cents(int64_t hundredths)
{
	assert(hundredths >= 0);
	return (hundredths + 50) / 100;
}
