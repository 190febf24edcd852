/* tests/batch/test_decision.c - what a person may decide about a letter
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "batch/decision.h"

static const enum decision all[] = { DECISION_DELIVERED, DECISION_PAPER,
	DECISION_RESEND, DECISION_WITHDRAWN };

static struct decision_letter
in_lot(enum letter_state state)
{
	return (struct decision_letter){
		.state = state, .box = true, .in_lot = true, .posted = true
	};
}

static void
test_decision__words(void **state)
{
	enum decision found;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		assert_true(decision_parse(decision_word(all[i]), &found));
		assert_int_equal(found, all[i]);
	}
	assert_false(decision_parse("posted", &found));
	assert_false(decision_parse("", &found));
}

/* What has its end, or goes its own way, waits for nobody's decision. */
static void
test_decision__only_what_waits(void **state)
{
	static const enum letter_state none[] = { LETTER_SPLIT, LETTER_BOX,
		LETTER_PAPER, LETTER_OFFERED, LETTER_DELIVERED, LETTER_DECLINED,
		LETTER_BUNDLED, LETTER_HANDED_OVER, LETTER_POSTED,
		LETTER_REJECTED, LETTER_WITHDRAWN };
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		for (k = 0; k < 4; k++) {
			struct decision_letter l = in_lot(none[i]);

			assert_int_equal(
				decision_may(all[k], false, &l), DECISION_NO);
		}
}

/* Paper of what may be in a box is a risk that somebody accepts. */
static void
test_decision__risk(void **state)
{
	struct decision_letter unknown = in_lot(LETTER_UNKNOWN);
	struct decision_letter held = in_lot(LETTER_HELD);
	struct decision_letter resend = in_lot(LETTER_RESEND);
	struct decision_letter offered = in_lot(LETTER_OFFERED);

	(void)state;
	assert_int_equal(
		decision_may(DECISION_PAPER, false, &unknown), DECISION_RISK);
	assert_int_equal(decision_may(DECISION_WITHDRAWN, false, &unknown),
		DECISION_RISK);
	assert_int_equal(decision_may(DECISION_DELIVERED, false, &unknown),
		DECISION_YES);
	assert_int_equal(
		decision_may(DECISION_RESEND, false, &unknown), DECISION_YES);
	assert_int_equal(
		decision_may(DECISION_PAPER, false, &held), DECISION_RISK);
	held.refused = true;
	assert_int_equal(
		decision_may(DECISION_PAPER, false, &held), DECISION_YES);
	held.refused = false;
	held.posted = false;
	assert_int_equal(
		decision_may(DECISION_PAPER, false, &held), DECISION_YES);
	assert_int_equal(
		decision_may(DECISION_PAPER, false, &resend), DECISION_YES);
	/* Its result does not come. */
	offered.awaited = true;
	assert_int_equal(
		decision_may(DECISION_PAPER, false, &offered), DECISION_RISK);
}

/* To the box goes only what has one, and not from a bundle. */
static void
test_decision__resend_needs_a_box(void **state)
{
	struct decision_letter l = { .state = LETTER_HELD };

	(void)state;
	assert_int_equal(decision_may(DECISION_RESEND, false, &l), DECISION_NO);
	l.box = true;
	assert_int_equal(
		decision_may(DECISION_RESEND, false, &l), DECISION_YES);
	l.in_lot = l.print = true;
	assert_int_equal(decision_may(DECISION_RESEND, false, &l), DECISION_NO);
}

/* Cancel takes back what certainly did not leave, and nothing else. */
static void
test_decision__cancel(void **state)
{
	int s, yes = 0;

	(void)state;
	for (s = LETTER_SPLIT; s <= LETTER_WITHDRAWN; s++) {
		struct decision_letter l = in_lot((enum letter_state)s);
		enum decision_may may =
			decision_may(DECISION_WITHDRAWN, true, &l);

		assert_int_not_equal(may, DECISION_RISK);
		if (may == DECISION_YES)
			assert_false(decision_left(&l));
		yes += may == DECISION_YES;
		assert_int_equal(
			decision_may(DECISION_PAPER, true, &l), DECISION_NO);
	}
	assert_int_equal(yes, 5); /* split, box, paper, resend, bundled */
	{
		struct decision_letter l = in_lot(LETTER_BUNDLED);

		l.leaving = true;
		assert_true(decision_left(&l));
		assert_int_equal(decision_may(DECISION_WITHDRAWN, true, &l),
			DECISION_NO);
		l = in_lot(LETTER_HELD);
		l.refused = true;
		assert_int_equal(decision_may(DECISION_WITHDRAWN, true, &l),
			DECISION_YES);
	}
}

static void
test_decision__codes(void **state)
{
	(void)state;
	assert_true(decision_made(CODE_RISK));
	assert_true(decision_made(CODE_RESOLVED));
	assert_true(decision_made(CODE_CANCELLED));
	assert_false(decision_made(CODE_OPINION));
	assert_true(decision_refused(CODE_NOT_SUBSCRIBED));
	assert_false(decision_refused(CODE_EXISTS));
	assert_false(decision_refused(CODE_EXPIRED));
	assert_false(decision_refused(CODE_RESULT_UNKNOWN));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decision__words),
		cmocka_unit_test(test_decision__only_what_waits),
		cmocka_unit_test(test_decision__risk),
		cmocka_unit_test(test_decision__resend_needs_a_box),
		cmocka_unit_test(test_decision__cancel),
		cmocka_unit_test(test_decision__codes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("decision", tests, NULL, NULL);
}
