/* tests/batch/test_bundle.c - classes of weight, and the names of bundles
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "batch/bundle.h"

/* Sheets of 5 grams in an envelope of 7. */
static void
test_bundle__a_class_holds_what_weighs_so_much(void **state)
{
	static const struct {
		int64_t sheets;
		int grams;
	} cases[] = { { 0, 20 }, { 1, 20 }, { 2, 20 }, { 3, 50 }, { 8, 50 },
		{ 9, 100 }, { 18, 100 }, { 19, 350 }, { 68, 350 }, { 69, 2000 },
		{ 5000, 2000 } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(
			bundle_weight(cases[i].sheets), cases[i].grams);
}

static void
test_bundle__each_document_begins_on_a_new_sheet(void **state)
{
	struct attachment docs[2] = { { .pages = 3, .bytes = 10 },
		{ .pages = 1, .bytes = 5 } };
	struct letter letter = { .printed = docs, .printed_count = 2 };
	struct bundle_load both = bundle_load(&letter, false);
	struct bundle_load one = bundle_load(&letter, true);

	(void)state;
	assert_int_equal(both.pages, 4);
	assert_int_equal(both.sheets, 3);
	assert_int_equal(both.bytes, 15);
	assert_int_equal(one.sheets, 4);
}

static void
test_bundle__the_same_letters_in_order_are_the_same_name(void **state)
{
	struct uuid ids[2] = { { { 1 } }, { { 2 } } };
	struct uuid turned[2] = { { { 2 } }, { { 1 } } };
	char a[BUNDLE_NAME_MAX], b[BUNDLE_NAME_MAX];

	(void)state;
	bundle_name("20260215-k3f7", INT64_C(1771120800000), 7, ids, 2, 0,
		false, a);
	bundle_name("20260215-k3f7", INT64_C(1771120800000), 7, ids, 2, 0,
		false, b);
	assert_string_equal(a, b);
	assert_memory_equal(a, "print-20260215-k3f7-20260215-007-", 33);
	assert_int_equal(strlen(a), 41);
	bundle_name("20260215-k3f7", INT64_C(1771120800000), 7, turned, 2, 0,
		false, b);
	assert_string_not_equal(a, b);
	bundle_name("20260215-k3f7", INT64_C(1771120800000), 7, ids, 1, 0,
		false, b);
	assert_string_not_equal(a, b);
}

static void
test_bundle__marks_stand_behind_the_name(void **state)
{
	struct uuid id = { { 1 } };
	char name[BUNDLE_NAME_MAX];

	(void)state;
	bundle_name("20260215-k3f7", 0, 1, &id, 1, 1, false, name);
	assert_string_equal(name + 41, "-PROOF");
	bundle_name("20260215-k3f7", 0, 1, &id, 1, 3, true, name);
	assert_string_equal(name + 41, "-PROOF3-TEST");
	bundle_name("20260215-k3f7", 0, 1, &id, 1, 0, true, name);
	assert_string_equal(name + 41, "-TEST");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_bundle__a_class_holds_what_weighs_so_much),
		cmocka_unit_test(
			test_bundle__each_document_begins_on_a_new_sheet),
		cmocka_unit_test(
			test_bundle__the_same_letters_in_order_are_the_same_name),
		cmocka_unit_test(test_bundle__marks_stand_behind_the_name),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("bundle", tests, NULL, NULL);
}
