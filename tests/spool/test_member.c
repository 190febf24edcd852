/* tests/spool/test_member.c - a member is found by its name and part only
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "spool/member.h"

#define MANY 20000

static void
test_member__each_is_found_by_part_and_name(void **state)
{
	struct member_table t;
	struct member *m;
	char name[40];
	int i;

	(void)state;
	member_table_init(&t);
	assert_null(member_find(&t, 0, "none"));
	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "d/%d.pdf", i / 2);
		m = member_add(&t, i % 2, name);
		assert_non_null(m);
		m->pages = (uint16_t)i;
		member_place(m, MEMBER_OFFSET_MAX - i);
	}
	assert_int_equal(t.count, MANY);
	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "d/%d.pdf", i / 2);
		m = member_find(&t, i % 2, name);
		assert_non_null(m);
		assert_int_equal(m->pages, (uint16_t)i);
		assert_int_equal(m->part, i % 2);
		assert_true(member_offset(m) == MEMBER_OFFSET_MAX - i);
		assert_null(member_add(&t, i % 2, name));
		assert_null(member_find(&t, 2, name));
		assert_null(member_find(&t, i % 2, name + 1));
	}
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	assert_null(member_find(&t, 0, name));
	member_table_done(&t);
	member_table_done(&t);
}

/* Two threads write to members while a third adds. */
static void
test_member__none_moves_within_what_was_reserved(void **state)
{
	struct member_table t;
	struct member *first;
	char name[40];
	int i;

	(void)state;
	member_table_init(&t);
	member_reserve(&t, 1000);
	first = member_add(&t, 0, "first");
	for (i = 1; i < 1000; i++) {
		snprintf(name, sizeof(name), "%d", i);
		assert_non_null(member_add(&t, 0, name));
	}
	assert_ptr_equal(first, member_find(&t, 0, "first"));
	member_table_done(&t);
}

static void
test_owner__content_belongs_to_the_first_who_takes_it(void **state)
{
	struct owner_table t;
	uint8_t sha256[32] = { 0 };
	uint64_t a, b;
	uint32_t i;

	(void)state;
	owner_table_init(&t);
	a = owner_id(&t, "a", 1);
	b = owner_id(&t, "b", 1);
	assert_true(a != 0 && b != 0 && a != b);
	assert_true(a == owner_id(&t, "a", 1));
	assert_true(a != owner_id(&t, "a", 2));
	/* Digests that differ in one place, wherever it is. */
	for (i = 0; i < MANY; i++) {
		memcpy(sha256 + i % 11, &i, sizeof(i));
		sha256[15] = (uint8_t)(i % 11);
		assert_true(owner_take(&t, sha256, i % 2 == 0 ? a : b));
		assert_true(owner_take(&t, sha256, i % 2 == 0 ? a : b));
		assert_false(owner_take(&t, sha256, i % 2 == 0 ? b : a));
		memset(sha256, 0, sizeof(sha256));
	}
	owner_table_done(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_member__each_is_found_by_part_and_name),
		cmocka_unit_test(
			test_member__none_moves_within_what_was_reserved),
		cmocka_unit_test(
			test_owner__content_belongs_to_the_first_who_takes_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
