/* tests/store/test_utf8.c - what is no character becomes a question mark
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "store/utf8.h"

static void
test_utf8__bad_bytes_are_mended(void **state)
{
	static const struct {
		const char *name, *in, *out;
	} cases[] = {
		{ "nothing", "", "" },
		{ "ASCII with controls", "a\tb\x01", "a\tb\x01" },
		{ "two, three and four bytes",
			"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
			"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ "cut after one byte", "caf\xc3", "caf?" },
		{ "cut after three bytes", "x\xf0\x9f\x98", "x???" },
		{ "a lonely continuation", "\x80z", "?z" },
		{ "overlong", "\xc0\xaf", "??" },
		{ "overlong in three", "\xe0\x80\x80", "???" },
		{ "a surrogate", "\xed\xa0\x80", "???" },
		{ "above U+10FFFF", "\xf4\x90\x80\x80", "????" },
		{ "highest", "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf" },
		{ "Latin-1", "caf\xe9 noir", "caf? noir" },
		{ "good after bad", "\xff\xc3\xa9\xfe", "?\xc3\xa9?" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[32];

		strcpy(text, cases[i].in);
		utf8_mend(text, strlen(text));
		if (strcmp(text, cases[i].out) != 0)
			fail_msg("%s", cases[i].name);
		assert_int_equal(utf8_good(text, strlen(text)), strlen(text));
	}
	assert_int_equal(utf8_good("ab\0c", 4), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utf8__bad_bytes_are_mended),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
