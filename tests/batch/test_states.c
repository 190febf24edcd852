/* tests/batch/test_states.c - which step may follow which
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "batch/states.h"

static void
test_states__ends_have_no_way_out(void **state)
{
	int to, from, ends = 0;

	(void)state;
	for (from = LETTER_SPLIT; from <= LETTER_WITHDRAWN; from++) {
		int ways = 0;

		for (to = LETTER_SPLIT; to <= LETTER_WITHDRAWN; to++)
			ways += letter_may(
				(enum letter_state)from, (enum letter_state)to);
		assert_true(
			letter_ended((enum letter_state)from) == (ways == 0));
		ends += ways == 0;
	}
	assert_int_equal(ends, 4);
	for (to = JOB_RECEIVED; to <= JOB_CANCELLED; to++) {
		assert_false(job_may(JOB_SETTLED, (enum job_state)to));
		assert_false(job_may(JOB_REFUSED, (enum job_state)to));
		assert_false(job_may(JOB_CANCELLED, (enum job_state)to));
	}
}

/* Never both: what may lie in a box becomes paper only through a decline or a
 * person.
 */
static void
test_states__an_unknown_outcome_is_no_paper(void **state)
{
	int from;

	(void)state;
	for (from = LETTER_SPLIT; from <= LETTER_WITHDRAWN; from++) {
		bool may = letter_may((enum letter_state)from, LETTER_PAPER);
		bool should = from == LETTER_SPLIT || from == LETTER_DECLINED ||
			      from == LETTER_HELD || from == LETTER_BUNDLED ||
			      from == LETTER_HANDED_OVER;

		if (may != should)
			fail_msg("%s -> paper",
				letter_word((enum letter_state)from));
	}
	assert_false(letter_may(LETTER_UNKNOWN, LETTER_BUNDLED));
	assert_false(letter_may(LETTER_OFFERED, LETTER_BUNDLED));
	assert_false(letter_may(LETTER_BUNDLED, LETTER_OFFERED));
	assert_false(letter_may(LETTER_PAPER, LETTER_OFFERED));
	assert_false(letter_may(LETTER_OFFERED, LETTER_WITHDRAWN));
}

static void
test_states__nothing_is_sent_before_release(void **state)
{
	int from;

	(void)state;
	for (from = JOB_RECEIVED; from <= JOB_ROUTED; from++)
		assert_false(job_may((enum job_state)from, JOB_SENDING));
	assert_true(job_may(JOB_ROUTED, JOB_HELD));
	assert_true(job_may(JOB_HELD, JOB_RELEASED));
	assert_true(job_may(JOB_RELEASED, JOB_SENDING));
	assert_false(job_may(JOB_SENDING, JOB_CANCELLED));
	assert_false(job_may(JOB_SENDING, JOB_REFUSED));
}

static void
test_states__the_usual_ways(void **state)
{
	static const enum letter_state box[] = { LETTER_SPLIT, LETTER_BOX,
		LETTER_OFFERED, LETTER_DECLINED, LETTER_PAPER, LETTER_BUNDLED,
		LETTER_HANDED_OVER, LETTER_POSTED };
	static const enum lot_state lot[] = { LOT_CUT, LOT_OFFERED, LOT_EXPIRED,
		LOT_UNKNOWN, LOT_OFFERED, LOT_ACKNOWLEDGED, LOT_SETTLED,
		LOT_OFFERED, LOT_CUT };
	static const enum job_state job[] = { JOB_RECEIVED, JOB_SPLIT,
		JOB_ROUTED, JOB_RELEASED, JOB_SENDING, JOB_AWAITING,
		JOB_SETTLED };
	size_t i;

	(void)state;
	for (i = 1; i < sizeof(box) / sizeof(box[0]); i++)
		assert_true(letter_may(box[i - 1], box[i]));
	for (i = 1; i < sizeof(lot) / sizeof(lot[0]); i++)
		assert_true(lot_may(lot[i - 1], lot[i]));
	for (i = 1; i < sizeof(job) / sizeof(job[0]); i++)
		assert_true(job_may(job[i - 1], job[i]));
	assert_true(lot_may(LOT_BUNDLED, LOT_HANDED_OVER));
	assert_true(lot_may(LOT_HANDED_OVER, LOT_SETTLED));
	assert_false(lot_may(LOT_BUNDLED, LOT_SETTLED));
	assert_false(lot_may(LOT_CUT, LOT_ACKNOWLEDGED));
}

static void
test_states__words_are_those_of_the_design(void **state)
{
	int i, k;

	(void)state;
	assert_string_equal(job_word(JOB_AWAITING), "awaiting results");
	assert_string_equal(lot_word(LOT_HANDED_OVER), "handed over");
	assert_string_equal(letter_word(LETTER_HANDED_OVER), "handed over");
	for (i = LETTER_SPLIT; i <= LETTER_WITHDRAWN; i++)
		for (k = i + 1; k <= LETTER_WITHDRAWN; k++)
			assert_string_not_equal(
				letter_word((enum letter_state)i),
				letter_word((enum letter_state)k));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states__ends_have_no_way_out),
		cmocka_unit_test(test_states__an_unknown_outcome_is_no_paper),
		cmocka_unit_test(test_states__nothing_is_sent_before_release),
		cmocka_unit_test(test_states__the_usual_ways),
		cmocka_unit_test(test_states__words_are_those_of_the_design),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("states", tests, NULL, NULL);
}
