/* tests/base/test_encoding.c - a byte means one character or the file is wrong
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/encoding.h"

static void
test_encoding__three_are_known_by_name(void **state)
{
	enum encoding e = ENCODING_UTF8;

	(void)state;
	assert_true(encoding_find("iso-8859-1", &e));
	assert_int_equal(e, ENCODING_LATIN1);
	assert_true(encoding_find("windows-1252", &e));
	assert_int_equal(e, ENCODING_CP1252);
	assert_true(encoding_find("utf-8", &e));
	assert_int_equal(e, ENCODING_UTF8);
	assert_false(encoding_find("cp850", &e));
	assert_false(encoding_find("", &e));
}

static void
test_encoding__ascii_ends_at_the_first_other_byte(void **state)
{
	char bytes[40];
	size_t i;

	(void)state;
	memset(bytes, 'a', sizeof(bytes));
	assert_int_equal(encoding_ascii(bytes, sizeof(bytes)), sizeof(bytes));
	assert_int_equal(encoding_ascii(bytes, 0), 0);
	/* Each place in and between the words that are looked at whole. */
	for (i = 0; i < sizeof(bytes); i++) {
		bytes[i] = '\0';
		assert_int_equal(encoding_ascii(bytes, sizeof(bytes)), i);
		bytes[i] = '\x80';
		assert_int_equal(encoding_ascii(bytes, sizeof(bytes)), i);
		bytes[i] = '\x7f';
		assert_int_equal(
			encoding_ascii(bytes, sizeof(bytes)), sizeof(bytes));
		bytes[i] = 'a';
	}
}

static void
test_encoding__utf8_is_judged_strictly(void **state)
{
	static const struct {
		const char *bytes;
		size_t len, sound;
	} cases[] = {
		{ "ab\xc3\xab", 4, 4 },
		{ "\xe2\x82\xac", 3, 3 },
		{ "\xf0\x9f\x98\x80", 4, 4 },
		{ "\xf4\x8f\xbf\xbf", 4, 4 },
		{ "\xed\x9f\xbf", 3, 3 },
		{ "a\xeb" /* latin-1 */, 2, 1 },
		{ "ab\xc3", 3, 2 },
		{ "ab\xe2\x82", 4, 2 },
		{ "\xc0\xaf", 2, 0 },
		{ "\xc1\xbf", 2, 0 },
		{ "\xe0\x9f\xbf", 3, 0 },
		{ "\xf0\x8f\xbf\xbf", 4, 0 },
		{ "\xed\xa0\x80", 3, 0 },
		{ "\xf4\x90\x80\x80", 4, 0 },
		{ "\xf5\x80\x80\x80", 4, 0 },
		{ "\x80", 1, 0 },
		{ "\xc3\xc3", 2, 0 },
		{ "abcdefgh\0i", 10, 8 },
		{ "\xc3\xab\xc3\xab\xff", 5, 4 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(encoding_sound(ENCODING_UTF8, cases[i].bytes,
					 cases[i].len),
			cases[i].sound);
}

static void
test_encoding__latin1_has_every_byte_but_nul(void **state)
{
	char bytes[255], text[sizeof(bytes) * ENCODING_GROWS];
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i + 1);
	assert_int_equal(encoding_sound(ENCODING_LATIN1, bytes, sizeof(bytes)),
		sizeof(bytes));
	n = encoding_utf8(ENCODING_LATIN1, bytes, sizeof(bytes), text);
	assert_int_equal(n, 127 + 128 * 2);
	assert_int_equal(encoding_sound(ENCODING_UTF8, text, n), n);
	n = encoding_utf8(ENCODING_LATIN1, "Achterhu\xfcskamp\x80", 15, text);
	assert_int_equal(n, 17);
	assert_memory_equal(text, "Achterhu\xc3\xbcskamp\xc2\x80", 17);
	assert_int_equal(encoding_sound(ENCODING_LATIN1, "a\0", 2), 1);
}

static void
test_encoding__windows_1252_lacks_five(void **state)
{
	static const char five[] = "\x81\x8d\x8f\x90\x9d";
	char text[8];
	size_t i, sound = 0;

	(void)state;
	for (i = 0x80; i <= 0xff; i++) {
		char c = (char)i;

		sound += encoding_sound(ENCODING_CP1252, &c, 1);
	}
	assert_int_equal(sound, 128 - 5);
	for (i = 0; i < 5; i++)
		assert_int_equal(
			encoding_sound(ENCODING_CP1252, five + i, 1), 0);
	assert_int_equal(
		encoding_utf8(ENCODING_CP1252, "\x80\xeb", 2, text), 5);
	assert_memory_equal(text, "\xe2\x82\xac\xc3\xab", 5);
	assert_int_equal(encoding_utf8(ENCODING_CP1252, "\x9e", 1, text), 2);
	assert_memory_equal(text, "\xc5\xbe", 2);
}

static void
test_encoding__utf8_goes_through_as_it_is(void **state)
{
	char text[16];

	(void)state;
	assert_int_equal(encoding_utf8(ENCODING_UTF8, "\xc3\xab", 2, text), 2);
	assert_memory_equal(text, "\xc3\xab", 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_encoding__three_are_known_by_name),
		cmocka_unit_test(
			test_encoding__ascii_ends_at_the_first_other_byte),
		cmocka_unit_test(test_encoding__utf8_is_judged_strictly),
		cmocka_unit_test(test_encoding__latin1_has_every_byte_but_nul),
		cmocka_unit_test(test_encoding__windows_1252_lacks_five),
		cmocka_unit_test(test_encoding__utf8_goes_through_as_it_is),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
