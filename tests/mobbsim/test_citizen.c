/* tests/mobbsim/test_citizen.c - numbers that pass, none twice; who has a box
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

/* The room is no library: a test takes the files it tests. */
#include "mobbsim/citizen.c"
#include "mobbsim/dice.c"

#include "batch/bsn.h"

#define MANY 30000

static void
test_citizen__numbers_pass_and_none_comes_twice(void **state)
{
	struct citizens citizens;
	char bsn[CITIZEN_TEXT_MAX];
	uint8_t *seen = mem_zero(1000000000 / 8, 1);
	struct fault why = FAULT_NONE;
	struct bsn parsed;
	int i;

	(void)state;
	citizens_init(&citizens, 7);
	for (i = 0; i < MANY; i++) {
		citizens_next(&citizens, bsn);
		assert_int_equal(bsn_parse(bsn, &parsed, &why), V_OK);
		assert_true(citizen_eleven(bsn));
		assert_int_equal(bsn[0], '9');
		/* The reserved range first, and only while it lasts. */
		assert_int_equal(
			memcmp(bsn, "9999", 4) == 0, i < CITIZEN_RESERVED);
		assert_false(
			seen[parsed.number / 8] & (1 << parsed.number % 8));
		seen[parsed.number / 8] |= (uint8_t)(1 << parsed.number % 8);
	}
	citizens_done(&citizens);
	free(seen);
}

static void
test_citizen__the_seed_decides(void **state)
{
	char a[CITIZEN_TEXT_MAX], b[CITIZEN_TEXT_MAX], c[CITIZEN_TEXT_MAX];
	struct citizens one, again, other;
	int i, differ = 0;

	(void)state;
	citizens_init(&one, 1);
	citizens_init(&again, 1);
	citizens_init(&other, 2);
	for (i = 0; i < CITIZEN_RESERVED + 100; i++) {
		citizens_next(&one, a);
		citizens_next(&again, b);
		citizens_next(&other, c);
		assert_string_equal(a, b);
		differ += strcmp(a, c) != 0;
	}
	assert_true(differ > CITIZEN_RESERVED / 2);
	citizens_done(&one);
	citizens_done(&again);
	citizens_done(&other);
}

/* The digests begin with a6211c89, 59b15b7e and 99c7a385 (sha256sum), which is
 * 7849, 5518 and 7573 mod 10000.
 */
static void
test_citizen__the_rule_of_the_box(void **state)
{
	struct citizens citizens;
	char bsn[CITIZEN_TEXT_MAX];
	int i, of[3] = { 0 };

	(void)state;
	assert_int_equal(citizen_box("999990019"), BOX_NONE);
	assert_int_equal(citizen_box("999911685"), BOX_OPEN);
	assert_int_equal(citizen_box("999979309"), BOX_NONE);
	citizens_init(&citizens, 3);
	for (i = 0; i < MANY; i++) {
		citizens_next(&citizens, bsn);
		of[citizen_box(bsn)]++;
	}
	citizens_done(&citizens);
	assert_in_range(of[BOX_OPEN], MANY * 61 / 100, MANY * 65 / 100);
	assert_in_range(of[BOX_LATE], MANY * 15 / 1000, MANY * 25 / 1000);
}

static void
test_citizen__eleven(void **state)
{
	(void)state;
	assert_true(citizen_eleven("999990019"));
	assert_true(citizen_eleven("123456782"));
	assert_false(citizen_eleven("123456789"));
	assert_false(citizen_eleven("000000000"));
	assert_false(citizen_eleven("12345678"));
	assert_false(citizen_eleven("1234567820"));
	assert_false(citizen_eleven("12345678x"));
	assert_false(citizen_eleven(""));
}

static enum verdict
load(const char *text, struct subscribers **list, struct fault *why)
{
	char dir[] = "/tmp/mobbsim-test-XXXXXX";
	enum verdict v;
	int fd;

	assert_non_null(mkdtemp(dir));
	fd = open(dir, O_RDONLY | O_DIRECTORY);
	if (text != NULL)
		assert_int_equal(
			file_put(fd, "s", text, strlen(text), 0600, why), V_OK);
	v = subscribers_load(fd, "s", list, why);
	(void)unlinkat(fd, "s", 0);
	(void)close(fd);
	(void)rmdir(dir);
	return v;
}

static void
test_citizen__a_list_overrides_the_rule(void **state)
{
	struct subscribers *list = NULL;
	struct fault why = FAULT_NONE;

	(void)state;
	assert_int_equal(
		load("# who\n999990019\r\n\n123456782", &list, &why), V_OK);
	assert_int_equal(citizen_look(list, "999990019"), BOX_OPEN);
	assert_int_equal(citizen_look(list, "123456782"), BOX_OPEN);
	assert_int_equal(citizen_look(list, "999911685"), BOX_NONE);
	assert_int_equal(citizen_look(list, "nonsense"), BOX_NONE);
	assert_int_equal(citizen_look(NULL, "999911685"), BOX_OPEN);
	subscribers_free(list);
	assert_int_equal(load("", &list, &why), V_OK);
	assert_int_equal(citizen_look(list, "999911685"), BOX_NONE);
	subscribers_free(list);
}

static void
test_citizen__a_list_that_makes_no_sense(void **state)
{
	struct subscribers *list = NULL;
	struct fault why = FAULT_NONE;

	(void)state;
	assert_int_equal(load(NULL, &list, &why), V_SKIP);
	assert_int_equal(load("999990019\n12345\n", &list, &why), V_BROKEN);
	assert_string_equal(why.place, "s:2");
	assert_int_equal(load("99999001x\n", &list, &why), V_BROKEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_citizen__numbers_pass_and_none_comes_twice),
		cmocka_unit_test(test_citizen__the_seed_decides),
		cmocka_unit_test(test_citizen__the_rule_of_the_box),
		cmocka_unit_test(test_citizen__eleven),
		cmocka_unit_test(test_citizen__a_list_overrides_the_rule),
		cmocka_unit_test(test_citizen__a_list_that_makes_no_sense),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
