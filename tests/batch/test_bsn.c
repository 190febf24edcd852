/* tests/batch/test_bsn.c - which nine digits are a citizen number
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "batch/bsn.h"

static void
test_bsn__only_what_passes_the_eleven_test(void **state)
{
	static const struct {
		const char *name, *text;
		enum verdict v;
		enum code code;
		int32_t number;
	} cases[] = {
		{ "passes", "111222333", V_OK, CODE_NONE, 111222333 },
		{ "passes too", "123456782", V_OK, CODE_NONE, 123456782 },
		{ "leading zero kept as a number", "012345672", V_OK, CODE_NONE,
			12345672 },
		{ "last digit one off", "111222334", V_SKIP, CODE_BSN, 0 },
		{ "guess", "123456789", V_SKIP, CODE_BSN, 0 },
		{ "all zero", "000000000", V_SKIP, CODE_BSN, 0 },
		{ "eight digits", "12345678", V_SKIP, CODE_BSN_FORM, 0 },
		{ "ten digits", "1112223330", V_SKIP, CODE_BSN_FORM, 0 },
		{ "empty", "", V_SKIP, CODE_BSN_FORM, 0 },
		{ "letter", "11122233a", V_SKIP, CODE_BSN_FORM, 0 },
		{ "dots", "111.222.3", V_SKIP, CODE_BSN_FORM, 0 },
		{ "blank in front", " 11122233", V_SKIP, CODE_BSN_FORM, 0 },
		{ "sign", "-11222333", V_SKIP, CODE_BSN_FORM, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bsn bsn = { -7 };
		struct fault why = FAULT_NONE;
		enum verdict v = bsn_parse(cases[i].text, &bsn, &why);

		if (v != cases[i].v || why.code != cases[i].code)
			fail_msg("%s: verdict %d, code %d", cases[i].name,
				(int)v, (int)why.code);
		if (bsn.number != (v == V_OK ? cases[i].number : -7))
			fail_msg("%s: number %d", cases[i].name,
				(int)bsn.number);
		if (cases[i].text[0] != '\0' &&
			strstr(why.text, cases[i].text) != NULL)
			fail_msg("%s: the fault shows it", cases[i].name);
	}
}

/* Of any eleven numbers in a row that differ in the last digits, the test
 * finds every single wrong digit.
 */
static void
test_bsn__one_wrong_digit_is_always_found(void **state)
{
	int32_t power = 1, digit;
	int place;

	(void)state;
	for (place = 0; place < 9; place++, power *= 10)
		for (digit = 0; digit < 10; digit++) {
			int32_t was = 123456782 / power % 10;
			int32_t other = 123456782 + (digit - was) * power;

			assert_true(bsn_valid(other) == (digit == was));
		}
}

static void
test_bsn__the_range_for_tests_holds_9091(void **state)
{
	int32_t number;
	int count = 0;

	(void)state;
	for (number = 999900000; number <= 999999999; number++)
		count += bsn_valid(number);
	assert_int_equal(count, 9091);
	assert_false(bsn_valid(0));
	assert_false(bsn_valid(-11));
	assert_false(bsn_valid(INT32_MAX));
}

static void
test_bsn__digits_and_mask(void **state)
{
	char text[BSN_TEXT_MAX];

	(void)state;
	bsn_digits((struct bsn){ 12345672 }, text);
	assert_string_equal(text, "012345672");
	bsn_masked((struct bsn){ 123456782 }, text);
	assert_string_equal(text, "******782");
	bsn_digits(BSN_NONE, text);
	assert_string_equal(text, "000000000");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bsn__only_what_passes_the_eleven_test),
		cmocka_unit_test(test_bsn__one_wrong_digit_is_always_found),
		cmocka_unit_test(test_bsn__the_range_for_tests_holds_9091),
		cmocka_unit_test(test_bsn__digits_and_mask),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("bsn", tests, NULL, NULL);
}
