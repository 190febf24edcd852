/* tests/batch/test_release.c - a job goes alone only when its totals agree
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "batch/release.h"

static void
test_release__only_what_agrees_goes_alone(void **state)
{
	static const struct {
		struct release release;
		const char *why; /* NULL: it goes */
	} cases[] = {
		{ { true, false, 3, -1, 3, 100, 3, 0 }, NULL },
		{ { true, false, 3, 100, 3, 100, 3, 0 }, NULL },
		{ { true, true, -1, -1, 3, 100, 3, 0 }, NULL },
		{ { false, true, 3, 100, 3, 100, 3, 0 }, "by a person" },
		{ { true, false, -1, -1, 3, 100, 3, 0 }, "no control total" },
		{ { true, true, 4, -1, 3, 100, 3, 0 }, "announced 4 letters" },
		{ { true, true, 3, 101, 3, 100, 3, 0 }, "1.01 euro" },
		{ { true, false, 3, -1, 3, 100, 3, 3 }, NULL },
		{ { true, false, 3, -1, 3, 100, 3, 2 }, "at most 2 go" },
		/* An amount alone does not say how many there are. */
		{ { true, false, -1, 100, 3, 100, 3, 0 }, "no control total" },
	};
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (cases[i].why == NULL) {
			assert_int_equal(
				release_check(&cases[i].release, &why), V_OK);
			continue;
		}
		assert_int_equal(
			release_check(&cases[i].release, &why), V_LATER);
		assert_int_equal(why.code, CODE_HELD);
		assert_non_null(strstr(why.text, cases[i].why));
	}
}

static void
test_release__the_larger_of_count_and_share_may_be_wrong(void **state)
{
	struct fault why;

	(void)state;
	/* What the stream says, else what its layout says. */
	assert_int_equal(release_chosen(-1, 7), 7);
	assert_int_equal(release_chosen(0, 7), 0);
	assert_int_equal(release_reject_limit(50, 5000, 9999), 50);
	assert_int_equal(release_reject_limit(50, 5000, 20000), 100);
	assert_int_equal(release_reject_limit(0, 5000, 199), 0);
	assert_int_equal(release_reject_limit(1, 1000000, INT64_C(3000000001)),
		INT64_C(3000000001));
	assert_int_equal(release_rejects(50, 50, &why), V_OK);
	assert_int_equal(release_rejects(51, 50, &why), V_LATER);
	assert_int_equal(why.code, CODE_REJECTS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_release__only_what_agrees_goes_alone),
		cmocka_unit_test(
			test_release__the_larger_of_count_and_share_may_be_wrong),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
