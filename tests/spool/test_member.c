/* tests/spool/test_member.c - a member is found by its name and part only
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "spool/member.h"

#define MANY 20000

static void
test_member__each_is_found_by_part_and_name(void **state)
{
	struct member_table t;
	struct fault why = FAULT_NONE;
	struct member m;
	char name[40];
	size_t index;
	int i;

	(void)state;
	member_table_init(&t, -1);
	assert_int_equal(member_find(&t, 0, "none", &index, &m, &why), V_END);
	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "d/%d.pdf", i / 2);
		assert_int_equal(
			member_add(&t, i % 2, name, &index, &m, &why), V_OK);
		assert_int_equal(index, i);
		m.pages = i;
		m.offset = INT64_MAX - i;
		/* Half of them are put after others were added. */
		if (i % 2 == 0)
			assert_int_equal(member_put(&t, index, &m, &why), V_OK);
		assert_int_equal(
			member_add(&t, i % 2, name, &index, &m, &why), V_SKIP);
	}
	assert_int_equal(t.count, MANY);
	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "d/%d.pdf", i / 2);
		assert_int_equal(
			member_find(&t, i % 2, name, &index, &m, &why), V_OK);
		assert_int_equal(index, i);
		assert_int_equal(m.pages, i % 2 == 0 ? i : 0);
		assert_true(m.offset == (i % 2 == 0 ? INT64_MAX - i : 0));
		assert_int_equal(m.part, i % 2);
		assert_int_equal(
			member_find(&t, 2, name, &index, &m, &why), V_END);
		assert_int_equal(
			member_find(&t, i % 2, name + 1, &index, &m, &why),
			V_END);
	}
	member_table_done(&t);
	member_table_done(&t);
}

static void
test_member__is_used_once(void **state)
{
	struct member_table t;
	struct fault why = FAULT_NONE;
	struct member m;
	char name[40];
	size_t index, i;

	(void)state;
	member_table_init(&t, -1);
	/* Marks stay while the table grows. */
	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "%zu", i);
		assert_int_equal(
			member_add(&t, 0, name, &index, &m, &why), V_OK);
		if (i % 3 == 0)
			assert_true(member_use(&t, index));
	}
	assert_int_equal(t.used_count, (MANY + 2) / 3);
	for (i = 0; i < MANY; i++)
		assert_int_equal(member_use(&t, i), i % 3 != 0);
	assert_int_equal(t.used_count, MANY);
	member_table_done(&t);
}

static void
test_member__a_folder_that_cannot_be_written_is_told(void **state)
{
	struct member_table t;
	struct fault why = FAULT_NONE;
	struct member m;
	size_t index;
	int dir = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_true(dir != -1);
	member_table_init(&t, dir);
	assert_int_equal(
		member_add(&t, 0, "a.pdf", &index, &m, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_SPOOL);
	member_table_done(&t);
	close(dir);
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
		cmocka_unit_test(test_member__is_used_once),
		cmocka_unit_test(
			test_member__a_folder_that_cannot_be_written_is_told),
		cmocka_unit_test(
			test_owner__content_belongs_to_the_first_who_takes_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
