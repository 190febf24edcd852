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
#include "mobbsim/subscribers.c"

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

/* The files of sim/, NULL for those that are not there. */
static enum verdict
load(const char *listed, const char *citizens, const char *changes,
	struct subscribers **list, struct fault *why)
{
	const struct {
		const char *name, *text;
	} files[] = { { "subscribers.txt", listed },
		{ "citizens.txt", citizens }, { "changes.txt", changes } };
	char dir[] = "/tmp/mobbsim-test-XXXXXX";
	enum verdict v;
	size_t i;
	int fd;

	assert_non_null(mkdtemp(dir));
	fd = open(dir, O_RDONLY | O_DIRECTORY);
	for (i = 0; i < 3; i++)
		if (files[i].text != NULL)
			assert_int_equal(
				file_put(fd, files[i].name, files[i].text,
					strlen(files[i].text), 0600, why),
				V_OK);
	*list = NULL;
	v = subscribers_load(fd, list, why);
	for (i = 0; i < 3; i++)
		(void)unlinkat(fd, files[i].name, 0);
	(void)close(fd);
	assert_int_equal(rmdir(dir), 0);
	return v;
}

static void
test_citizen__a_list_overrides_the_rule(void **state)
{
	struct subscribers *list;
	struct fault why = FAULT_NONE;

	(void)state;
	assert_int_equal(load("# who\n999990019\r\n\n123456782", NULL, NULL,
				 &list, &why),
		V_OK);
	assert_int_equal(subscribers_look(list, "999990019"), BOX_OPEN);
	assert_int_equal(subscribers_look(list, "123456782"), BOX_OPEN);
	assert_int_equal(subscribers_look(list, "999911685"), BOX_NONE);
	assert_int_equal(subscribers_look(list, "nonsense"), BOX_NONE);
	assert_int_equal(subscribers_look(NULL, "999911685"), BOX_OPEN);
	subscribers_free(list);
	assert_int_equal(load("", NULL, NULL, &list, &why), V_OK);
	assert_int_equal(subscribers_look(list, "999911685"), BOX_NONE);
	subscribers_free(list);
}

static void
test_citizen__a_list_that_makes_no_sense(void **state)
{
	static const struct {
		const char *listed, *changes, *place;
	} cases[] = {
		{ "999990019\n12345\n", NULL, "subscribers.txt:2" },
		{ "99999001x\n", NULL, "subscribers.txt:1" },
		{ "9999900191\n", NULL, "subscribers.txt:1" },
		{ NULL, "2026-03-01T10:00:00Z 999990019\n", "changes.txt:1" },
		{ NULL, "2026-03-01T10:00:00Z 999990019 true\n",
			"changes.txt:1" },
		{ NULL, "1-3-2026 999990019 yes\n", "changes.txt:1" },
		{ NULL, "2026-03-01T10:00:00Z 999990019 yes no\n",
			"changes.txt:1" },
	};
	struct subscribers *list;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		why = FAULT_NONE;
		assert_int_equal(load(cases[i].listed, NULL, cases[i].changes,
					 &list, &why),
			V_BROKEN);
		assert_string_equal(why.place, cases[i].place);
		assert_null(list);
	}
	/* No file at all: the rule. */
	assert_int_equal(load(NULL, NULL, NULL, &list, &why), V_OK);
	assert_null(list);
}

struct told {
	size_t all, yes;
	int32_t last;
	bool last_yes;
};

static void
tell(void *self, int32_t number, bool yes)
{
	struct told *t = self;

	assert_true(number > t->last);
	t->all++;
	t->yes += yes;
	t->last = number;
	t->last_yes = yes;
}

static void
test_citizen__everybody_with_a_box_is_told(void **state)
{
	struct told t = { 0 };

	(void)state;
	/* Those kept for tests, by the rule: about two thirds. */
	subscribers_all(NULL, true, tell, &t);
	assert_int_equal(t.all, CITIZEN_RESERVED);
	assert_in_range(t.yes, 5700, 6100);
	t.all = t.yes = 0;
	t.last = 0;
	subscribers_all(NULL, false, tell, &t);
	assert_in_range(t.all, 5700, 6100);
	assert_int_equal(t.yes, t.all);
}

static void
test_citizen__files_say_who_is_there(void **state)
{
	struct fault why = FAULT_NONE;
	struct subscribers *list;
	struct told t = { 0 };

	(void)state;
	/* By the rule, of two citizens. */
	assert_int_equal(
		load(NULL, "999911685\n999990019\n", NULL, &list, &why), V_OK);
	subscribers_all(list, false, tell, &t);
	assert_int_equal(t.all, 1);
	assert_int_equal(t.last, 999911685);
	subscribers_free(list);
	/* One with a box, of two. */
	t = (struct told){ 0 };
	assert_int_equal(
		load("999990019\n", "999911685\n", NULL, &list, &why), V_OK);
	subscribers_all(list, true, tell, &t);
	assert_int_equal(t.all, 2);
	assert_int_equal(t.yes, 1);
	assert_int_equal(t.last, 999990019);
	subscribers_free(list);
}

static void
test_citizen__the_last_change_counts(void **state)
{
	static const char changes[] = "2026-03-03T10:00:00Z 999990019 yes\n"
				      "2026-03-01T10:00:00Z 999990019 no\n"
				      "2026-03-02T10:00:00Z 999911685 no\n";
	struct fault why = FAULT_NONE;
	struct subscribers *list;
	struct told t = { 0 };
	int64_t since_ms;

	(void)state;
	assert_int_equal(load(NULL, NULL, changes, &list, &why), V_OK);
	assert_int_equal(subscribers_look(list, "999990019"), BOX_OPEN);
	assert_int_equal(subscribers_look(list, "999911685"), BOX_NONE);
	assert_true(clock_parse("2026-03-02T10:00:00Z", &since_ms));
	subscribers_changes(list, since_ms, tell, &t);
	assert_int_equal(t.all, 2);
	assert_int_equal(t.yes, 1);
	t = (struct told){ 0 };
	subscribers_changes(list, since_ms + 1, tell, &t);
	assert_int_equal(t.all, 1);
	assert_int_equal(t.last, 999990019);
	assert_true(t.last_yes);
	subscribers_changes(NULL, since_ms, tell, &t);
	assert_int_equal(t.all, 1);
	subscribers_free(list);
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
		cmocka_unit_test(test_citizen__everybody_with_a_box_is_told),
		cmocka_unit_test(test_citizen__files_say_who_is_there),
		cmocka_unit_test(test_citizen__the_last_change_counts),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
