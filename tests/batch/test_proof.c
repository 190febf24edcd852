/* tests/batch/test_proof.c - when "sum OK" is said, and when not
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "batch/proof.h"

static void
test_proof__says_ok_only_when_three_agree(void **state)
{
	static const struct {
		const char *name;
		struct proof proof;
		enum proof_sum sum;
		const char *end; /* of the line */
	} cases[] = {
		{ "all agree",
			{ 2000, 1281, 709, 10, 0, 0, 2000, 2000, -1, 0, 1281,
				0 },
			PROOF_OK, "+ 0 open   sum OK" },
		{ "with the amount", { 2, 2, 0, 0, 0, 0, 2, 2, 999, 999, 2, 0 },
			PROOF_OK, "sum OK" },
		{ "no total", { 3, 2, 1, 0, 0, 0, 3, -1, -1, 0, 2, 0 },
			PROOF_NO_TOTAL, "closes, no control total" },
		{ "still open", { 3, 2, 0, 0, 0, 1, 3, 3, -1, 0, 2, 0 },
			PROOF_OPEN, "1 open   sum OK, not finished" },
		{ "open, and they count more than we",
			{ 3, 0, 0, 0, 0, 3, 3, 3, -1, 0, 2, 0 }, PROOF_DIFFERS,
			"DIFFERS: the other side counts 2 delivered, we 0" },
		{ "open, no total", { 3, 2, 0, 0, 0, 1, 3, -1, -1, 0, 2, 0 },
			PROOF_NO_TOTAL,
			"closes, no control total, not finished" },
		{ "a letter is lost", { 4, 2, 1, 0, 0, 0, 4, 4, -1, 0, 2, 0 },
			PROOF_DIFFERS, "DIFFERS: the parts add up to 3" },
		{ "a letter too many", { 2, 2, 1, 0, 0, -1, 2, 2, -1, 0, 2, 0 },
			PROOF_DIFFERS, "DIFFERS: the parts add up to 2" },
		{ "supplier announced more",
			{ 3, 2, 1, 0, 0, 0, 3, 4, -1, 0, 2, 0 }, PROOF_DIFFERS,
			"DIFFERS: the supplier announced 4, the file holds 3" },
		{ "another amount",
			{ 3, 2, 1, 0, 0, 0, 3, 3, 100000, 99999, 2, 0 },
			PROOF_DIFFERS,
			"announced EUR 1,000.00, the file holds EUR 999.99" },
		{ "they count fewer", { 3, 2, 1, 0, 0, 0, 3, 3, -1, 0, 1, 0 },
			PROOF_DIFFERS,
			"DIFFERS: the other side counts 1 delivered, we 2" },
		{ "they count more", { 3, 2, 1, 0, 0, 0, 3, 3, -1, 0, 3, 0 },
			PROOF_DIFFERS,
			"DIFFERS: the other side counts 3 delivered, we 2" },
		{ "one was there already",
			{ 3, 2, 1, 0, 0, 0, 3, 3, -1, 0, 1, 1 }, PROOF_OK,
			"sum OK" },
		{ "they count fewer, without a total",
			{ 3, 2, 1, 0, 0, 0, 3, -1, -1, 0, 1, 0 }, PROOF_DIFFERS,
			"DIFFERS: the other side counts 1 delivered, we 2" },
		{ "records that fan out: records are compared",
			{ 5, 5, 0, 0, 0, 0, 2, 2, -1, 0, 5, 0 }, PROOF_OK,
			"sum OK" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char line[PROOF_LINE_MAX];
		enum proof_sum sum = proof_line(&cases[i].proof, line);
		size_t end = strlen(cases[i].end), len = strlen(line);

		if (sum != cases[i].sum || len < end ||
			strcmp(line + len - end, cases[i].end) != 0)
			fail_msg("%s: %d, %s", cases[i].name, (int)sum, line);
		if (sum != PROOF_OK && sum != PROOF_OPEN &&
			strstr(line, "sum OK") != NULL)
			fail_msg("%s: %s", cases[i].name, line);
	}
}

static void
test_proof__line_is_that_of_the_design(void **state)
{
	static const struct proof proof = { 2000, 1281, 709, 10, 0, 0, 2000,
		2000, -1, 0, 1281, 0 };
	char line[PROOF_LINE_MAX];

	(void)state;
	(void)proof_line(&proof, line);
	assert_string_equal(line,
		"in 2,000 = 1,281 delivered + 709 posted + 10 rejected + 0 "
		"withdrawn + 0 open   sum OK");
}

static void
test_proof__numbers(void **state)
{
	static const struct {
		int64_t value;
		const char *number, *amount;
	} cases[] = {
		{ 0, "0", "0.00" },
		{ 999, "999", "9.99" },
		{ 1000, "1,000", "10.00" },
		{ 1234567, "1,234,567", "12,345.67" },
		{ -5, "-5", "-0.05" },
		{ -123456, "-123,456", "-1,234.56" },
		{ INT64_MAX, "9,223,372,036,854,775,807",
			"92,233,720,368,547,758.07" },
		{ INT64_MIN, "-9,223,372,036,854,775,808",
			"-92,233,720,368,547,758.08" },
	};
	char text[PROOF_NUMBER_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		proof_number(cases[i].value, text);
		assert_string_equal(text, cases[i].number);
		proof_amount(cases[i].value, text);
		assert_string_equal(text, cases[i].amount);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_proof__says_ok_only_when_three_agree),
		cmocka_unit_test(test_proof__line_is_that_of_the_design),
		cmocka_unit_test(test_proof__numbers),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("proof", tests, NULL, NULL);
}
