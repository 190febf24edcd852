/* tests/batch/test_advice.c - no fault without advice
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "batch/advice.h"

/* Read from the header's text, so that a new code cannot be forgotten. */
static void
test_advice__every_code_has_some(void **state)
{
	FILE *file = fopen("base/code.h", "r");
	char line[256];
	size_t codes = 0, count;

	(void)state;
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		char name[64];
		int number;

		if (sscanf(line, " %63[A-Z_] = %d", name, &number) != 2 ||
			strncmp(name, "CODE_", 5) != 0)
			continue;
		codes++;
		if (advice_find(number) == NULL)
			fail_msg("%s (%d) has no advice", name, number);
	}
	fclose(file);
	(void)advice_all(&count);
	assert_int_equal(codes, count);
	assert_true(codes > 70);
}

static void
test_advice__is_complete_and_in_order(void **state)
{
	static const int exits[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
		70 };
	size_t i, e, count;
	const struct advice *all = advice_all(&count);

	(void)state;
	for (i = 0; i < count; i++) {
		const struct advice *a = &all[i];

		if (i > 0 && all[i - 1].code >= a->code)
			fail_msg("%d is out of order", (int)a->code);
		if (strchr("BRPMWH-", a->outcome) == NULL)
			fail_msg("%d: outcome %c", (int)a->code, a->outcome);
		if (a->title[0] == '\0' || a->titel[0] == '\0' ||
			a->what[0] == '\0' || a->todo[0] == '\0' ||
			a->doen[0] == '\0')
			fail_msg("%d: a text is missing", (int)a->code);
		if (text_chars(a->titel, strlen(a->titel)) < 0 ||
			text_chars(a->doen, strlen(a->doen)) < 0)
			fail_msg("%d: not UTF-8", (int)a->code);
		/* "what to do:" is a sentence. */
		if (a->todo[strlen(a->todo) - 1] != '.' ||
			a->doen[strlen(a->doen) - 1] != '.' ||
			a->what[strlen(a->what) - 1] != '.')
			fail_msg("%d: no full stop", (int)a->code);
		for (e = 0; e < sizeof(exits) / sizeof(exits[0]); e++)
			if (exits[e] == a->exit)
				break;
		if (e == sizeof(exits) / sizeof(exits[0]))
			fail_msg("%d: exit %d", (int)a->code, a->exit);
	}
}

static void
test_advice__fits_the_range_of_the_code(void **state)
{
	size_t i, count;
	const struct advice *all = advice_all(&count);

	(void)state;
	for (i = 0; i < count; i++) {
		int code = (int)all[i].code;

		/* A rejected record stops no program and refuses no file,
		 * but for a document of two citizens.
		 */
		if (code >= 201 && code < 300 && code != CODE_DOCUMENT_TWICE)
			assert_true(all[i].exit == 3 || all[i].exit == 0);
		if (code >= 1101 && code < 1106 && code != CODE_DATABASE_QUERY)
			assert_int_equal(all[i].exit, 6);
		if (all[i].outcome == 'B')
			assert_true(code < 300);
	}
	assert_null(advice_find(9999));
	assert_null(advice_find(-1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_advice__every_code_has_some),
		cmocka_unit_test(test_advice__is_complete_and_in_order),
		cmocka_unit_test(test_advice__fits_the_range_of_the_code),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("advice", tests, NULL, NULL);
}
