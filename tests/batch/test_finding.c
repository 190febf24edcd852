/* tests/batch/test_finding.c - marks, lines and exit codes of a look */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "batch/finding.h"

#define DAY INT64_C(86400000)
#define NOW INT64_C(1770000000000)

static void
test_finding__what_ends_soon_is_warned_about(void **state)
{
	static const struct {
		const char *sentence;
		int64_t start_ms, end_ms, soon;
		enum finding_grade grade;
		int64_t days;
	} cases[] = {
		{ "a year to go", NOW - DAY, NOW + 365 * DAY, 90, FINDING_OK,
			365 },
		{ "ninety days to go", NOW - DAY, NOW + 90 * DAY, 90,
			FINDING_OK, 90 },
		{ "a moment less", NOW - DAY, NOW + 90 * DAY - 1, 90,
			FINDING_WARN, 89 },
		{ "its last moment", NOW - DAY, NOW, 90, FINDING_WARN, 0 },
		{ "a moment too late", NOW - DAY, NOW - 1, 90, FINDING_FAIL,
			-1 },
		{ "ten days too late", NOW - 99 * DAY, NOW - 10 * DAY, 90,
			FINDING_FAIL, -10 },
		{ "begins tomorrow", NOW + DAY, NOW + 9 * DAY, 0, FINDING_FAIL,
			9 },
		{ "ends before it begins", NOW + DAY, NOW - DAY, 90,
			FINDING_FAIL, -1 },
		{ "nobody wants to know", NOW - DAY, NOW + 1, 0, FINDING_OK,
			0 },
	};
	int64_t days;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("# %s\n", cases[i].sentence);
		assert_int_equal(
			finding_period(cases[i].start_ms, cases[i].end_ms,
				cases[i].soon, NOW, &days),
			cases[i].grade);
		assert_int_equal(days, cases[i].days);
	}
}

static void
test_finding__a_clock_may_be_a_minute_away(void **state)
{
	(void)state;
	assert_int_equal(finding_clock(0), FINDING_OK);
	assert_int_equal(finding_clock(60000), FINDING_OK);
	assert_int_equal(finding_clock(-60000), FINDING_OK);
	assert_int_equal(finding_clock(60001), FINDING_WARN);
	assert_int_equal(finding_clock(-60001), FINDING_WARN);
	assert_int_equal(finding_clock(300000), FINDING_WARN);
	assert_int_equal(finding_clock(300001), FINDING_FAIL);
	assert_int_equal(finding_clock(-300001), FINDING_FAIL);
}

static void
test_finding__a_line_and_its_advice(void **state)
{
	struct finding f = { .grade = FINDING_FAIL, .what = "TCP" };
	struct buf out = BUF_MAX(1000);
	char large[400];

	(void)state;
	finding_value(&f, "no answer from %s", "192.0.2.1");
	finding_text(&f, &out);
	assert_string_equal(out.bytes,
		"  fail  TCP               no answer from 192.0.2.1\n");
	buf_reset(&out);
	f.grade = FINDING_WARN;
	finding_advice(&f, "ask %s", "Logius");
	finding_text(&f, &out);
	assert_string_equal(out.bytes,
		"  warn  TCP               no answer from 192.0.2.1\n"
		"                          what to do: ask Logius\n");
	buf_done(&out);

	memset(large, 'x', sizeof(large));
	large[sizeof(large) - 1] = '\0';
	finding_value(&f, "%s", large);
	finding_advice(&f, "%s", large);
	assert_int_equal(strlen(f.value), FINDING_VALUE_MAX - 1);
	assert_int_equal(strlen(f.advice), FINDING_ADVICE_MAX - 1);
	assert_string_equal(finding_word(FINDING_OK), "ok");
}

static void
test_finding__certificates_decide_the_exit_code(void **state)
{
	const struct finding good = { .grade = FINDING_OK },
			     warn = { .grade = FINDING_WARN,
				     .code = CODE_CERTIFICATE },
			     wire = { .grade = FINDING_FAIL,
				     .code = CODE_CONNECT },
			     none = { .grade = FINDING_FAIL },
			     paper = { .grade = FINDING_FAIL,
				     .code = CODE_CERTIFICATE };

	(void)state;
	assert_int_equal(finding_exit(0, &good), 0);
	assert_int_equal(finding_exit(0, &warn), 0);
	assert_int_equal(finding_exit(0, &wire), 7);
	assert_int_equal(finding_exit(0, &none), 7);
	assert_int_equal(finding_exit(7, &good), 7);
	assert_int_equal(finding_exit(7, &paper), 8);
	assert_int_equal(finding_exit(8, &wire), 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finding__what_ends_soon_is_warned_about),
		cmocka_unit_test(test_finding__a_clock_may_be_a_minute_away),
		cmocka_unit_test(test_finding__a_line_and_its_advice),
		cmocka_unit_test(
			test_finding__certificates_decide_the_exit_code),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
