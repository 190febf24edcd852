/* tests/mobbsim/test_flaw.c - exactly so many bad records, evenly, in turn
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mobbsim/flaw.c"

static void
test_flaw__exactly_as_many_as_asked(void **state)
{
	int64_t letters, bad, record, found;

	(void)state;
	for (letters = 1; letters <= 120; letters++)
		for (bad = 0; bad <= letters; bad++) {
			found = 0;
			for (record = 1; record <= letters; record++)
				found += flaw_at(record, letters, bad, true) !=
					 FLAW_NONE;
			assert_int_equal(found, bad);
		}
	found = 0;
	for (record = 1; record <= 1000003; record++)
		found += flaw_at(record, 1000003, 997, false) != FLAW_NONE;
	assert_int_equal(found, 997);
}

static void
test_flaw__all_kinds_in_turn(void **state)
{
	int of[FLAW_COUNT] = { 0 };
	int64_t record;
	enum flaw flaw;

	(void)state;
	for (record = 1; record <= 1000; record++)
		of[flaw_at(record, 1000, 24, true)]++;
	for (flaw = FLAW_BSN; flaw < FLAW_COUNT; flaw++)
		assert_int_equal(of[flaw], 2);
	for (record = 1; record <= 1000; record++)
		assert_false(
			flaw_of_document(flaw_at(record, 1000, 24, false)));
}

/* A double needs a sound record before it. */
static void
test_flaw__a_double_never_comes_first(void **state)
{
	int64_t letters, bad;

	(void)state;
	for (letters = 1; letters <= 60; letters++)
		for (bad = 1; bad <= letters; bad++)
			assert_int_not_equal(
				flaw_at(1, letters, bad, true), FLAW_DOUBLE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flaw__exactly_as_many_as_asked),
		cmocka_unit_test(test_flaw__all_kinds_in_turn),
		cmocka_unit_test(test_flaw__a_double_never_comes_first),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
