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

static const enum flaw all[] = { FLAW_BSN, FLAW_ABSENT, FLAW_DATE, FLAW_DOUBLE,
	FLAW_DOC_MISSING, FLAW_DOC_LOCKED };
#define ALL (sizeof(all) / sizeof(all[0]))

static struct flaws
chosen(bool documents, const char *names)
{
	struct flaws flaws;

	assert_true(flaws_choose(all, ALL, documents, names, &flaws));
	return flaws;
}

static void
test_flaw__exactly_as_many_as_asked(void **state)
{
	struct flaws flaws = chosen(true, NULL);
	int64_t letters, bad, record, found;

	(void)state;
	for (letters = 1; letters <= 120; letters++)
		for (bad = 0; bad <= letters; bad++) {
			found = 0;
			for (record = 1; record <= letters; record++)
				found += flaw_at(&flaws, record, letters,
						 bad) != FLAW_NONE;
			assert_int_equal(found, bad);
		}
	found = 0;
	for (record = 1; record <= 1000003; record++)
		found += flaw_at(&flaws, record, 1000003, 997) != FLAW_NONE;
	assert_int_equal(found, 997);
}

static void
test_flaw__all_kinds_in_turn(void **state)
{
	struct flaws flaws = chosen(true, NULL), bare = chosen(false, NULL);
	int of[FLAW_COUNT] = { 0 };
	int64_t record;
	size_t i;

	(void)state;
	for (record = 1; record <= 1000; record++)
		of[flaw_at(&flaws, record, 1000, 2 * ALL)]++;
	for (i = 0; i < ALL; i++)
		assert_int_equal(of[all[i]], 2);
	for (record = 1; record <= 1000; record++)
		assert_false(flaw_of_document(
			flaw_at(&bare, record, 1000, 2 * ALL)));
}

/* A double needs a sound record before it. */
static void
test_flaw__a_double_never_comes_first(void **state)
{
	struct flaws flaws = chosen(true, "double");
	int64_t letters, bad;

	(void)state;
	for (letters = 1; letters <= 60; letters++)
		for (bad = 1; bad <= letters; bad++)
			assert_int_not_equal(
				flaw_at(&flaws, 1, letters, bad), FLAW_DOUBLE);
}

static void
test_flaw__only_those_named(void **state)
{
	struct flaws flaws = chosen(true, "date,bsn");

	(void)state;
	assert_int_equal(flaws.count, 2);
	assert_int_equal(flaws.list[0], FLAW_BSN);
	assert_int_equal(flaws.list[1], FLAW_DATE);
	assert_false(flaws_choose(all, ALL, true, "bsn,dat", &flaws));
	assert_false(flaws_choose(all, ALL, true, "bsn,", &flaws));
	assert_false(flaws_choose(all, ALL, true, "", &flaws));
	assert_false(flaws_choose(all, ALL, true, "columns", &flaws));
	assert_false(flaws_choose(all, ALL, false, "doc-missing", &flaws));
}

/* Each has a name of its own and a code; one goes on as a letter. */
static void
test_flaw__each_has_a_name_and_a_code(void **state)
{
	enum flaw a, b;

	(void)state;
	for (a = FLAW_NONE + 1; a < FLAW_COUNT; a++) {
		assert_int_not_equal(flaw_code(a), CODE_NONE);
		assert_int_equal(flaw_rejects(a), a != FLAW_POSTCODE);
		for (b = FLAW_NONE; b < a; b++)
			assert_string_not_equal(flaw_name(a), flaw_name(b));
	}
	assert_false(flaw_rejects(FLAW_NONE));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flaw__exactly_as_many_as_asked),
		cmocka_unit_test(test_flaw__all_kinds_in_turn),
		cmocka_unit_test(test_flaw__a_double_never_comes_first),
		cmocka_unit_test(test_flaw__only_those_named),
		cmocka_unit_test(test_flaw__each_has_a_name_and_a_code),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
