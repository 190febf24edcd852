/* tests/batch/test_money.c - what a year costs, to the cent
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "batch/money.h"

static const struct jobs_tariff seed = { 2018, 4700, 1200, 1000 };

static void
test_money__the_first_thousand_are_free(void **state)
{
	static const struct {
		const char *what;
		int64_t letters, logins, free_letters, free_logins, cents;
	} cases[] = {
		{ "nothing", 0, 0, 0, 0, 0 },
		{ "all of it free", 1000, 0, 1000, 0, 0 },
		{ "one more", 1001, 0, 1000, 0, 47 },
		{ "logins only", 0, 1001, 0, 1000, 12 },
		{ "together: letters first", 600, 600, 600, 400, 2400 },
		{ "both beyond", 2000, 500, 1000, 0, 47000 + 6000 },
		{ "a large city", 400000, 1000000, 1000, 0,
			399000 * 47 + INT64_C(12000000) },
		{ "taken back", -5, 10, 0, 10, 0 },
		{ "the most there is", MONEY_UNITS_MAX, MONEY_UNITS_MAX, 1000,
			0,
			(MONEY_UNITS_MAX - 1000) * 47 + MONEY_UNITS_MAX * 12 },
	};
	struct money_bill bill;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("# %s\n", cases[i].what);
		bill = money_bill(&seed, cases[i].letters, cases[i].logins);
		assert_int_equal(bill.free_letters, cases[i].free_letters);
		assert_int_equal(bill.free_logins, cases[i].free_logins);
		assert_int_equal(money_cents(bill.cost), cases[i].cents);
	}
}

/* A price with four digits is not rounded before the end. */
static void
test_money__rounds_once_half_up(void **state)
{
	static const struct jobs_tariff fine = { 2026, 25, 0, 0 };

	(void)state;
	assert_int_equal(money_cents(money_bill(&fine, 1, 0).cost), 0);
	assert_int_equal(money_cents(money_bill(&fine, 2, 0).cost), 1);
	assert_int_equal(
		money_cents(money_bill(&fine, 1000001, 0).cost), 250000);
	assert_int_equal(money_cents(49), 0);
	assert_int_equal(money_cents(50), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_money__the_first_thousand_are_free),
		cmocka_unit_test(test_money__rounds_once_half_up),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
