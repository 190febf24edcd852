/* tests/channels/test_http_passed.c - a certificate as front proxies write it
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "channels/http_passed.h"

#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"
#define ESCAPED_BEGIN "-----BEGIN%20CERTIFICATE-----%0A"
#define ESCAPED_END "%0A-----END%20CERTIFICATE-----%0A"

/* The bytes fb ff 00 41 have + and / and a NUL in them: "+/8AQQ==". */
static const char der[] = { '\xfb', '\xff', '\0', 'A' };

static void
test_http_passed__four_ways_to_write_it_are_read(void **state)
{
	static const struct {
		const char *name, *value;
	} cases[] = {
		{ "nginx", ESCAPED_BEGIN "%2B%2F8AQQ%3D%3D" ESCAPED_END },
		{ "nginx, in lines",
			ESCAPED_BEGIN "%2B%2F8A%0AQQ%3D%3D" ESCAPED_END },
		{ "nginx, small letters",
			"-----BEGIN%20CERTIFICATE-----%0a%2b%2f8AQQ%3d%3d"
			"%0a-----END%20CERTIFICATE-----" },
		{ "HAProxy", "+/8AQQ==" },
		{ "RFC 9440", ":+/8AQQ==:" },
		{ "Apache", BEGIN " +/8AQQ== " END " " },
		{ "Apache, in lines", BEGIN " +/8A QQ== " END },
		{ "folded with tabs", BEGIN "\t+/8A\tQQ==\t" END },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf out = BUF_MAX(100);

		if (!http_passed(cases[i].value, &out))
			fail_msg("%s", cases[i].name);
		assert_int_equal(out.len, sizeof(der));
		assert_memory_equal(out.bytes, der, sizeof(der));
		buf_done(&out);
	}
}

static void
test_http_passed__anything_else_is_refused(void **state)
{
	static const struct {
		const char *name, *value;
	} cases[] = {
		{ "nothing", "" },
		{ "blanks", "  " },
		{ "two colons", "::" },
		{ "one colon", ":+/8AQQ==" },
		{ "no base64", "(certificate)" },
		{ "cut base64", "+/8AQ" },
		{ "a % alone", "+/8AQQ==%" },
		{ "half a %", "+/8AQQ==%2" },
		{ "no hex", "%zz" },
		{ "a NUL", "%00+/8AQQ==" },
		{ "no end", BEGIN " +/8AQQ==" },
		{ "nothing between", BEGIN END },
		{ "two of them", BEGIN "+/8AQQ==" END BEGIN "+/8AQQ==" END },
		{ "two in a list", ":+/8AQQ==:, :+/8AQQ==:" },
		{ "two of HAProxy", "+/8AQQ==,+/8AQQ==" },
		{ "more behind it", BEGIN "+/8AQQ==" END " x" },
		{ "a key", "-----BEGIN PRIVATE KEY-----+/8AQQ==" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf out = BUF_MAX(100);

		if (http_passed(cases[i].value, &out))
			fail_msg("%s", cases[i].name);
		assert_int_equal(out.len, 0);
		buf_done(&out);
	}
}

static void
test_http_passed__what_does_not_fit_is_refused(void **state)
{
	struct buf fits = BUF_MAX(9), small = BUF_MAX(8);

	(void)state;
	assert_true(http_passed("+/8AQQ==", &fits));
	assert_false(http_passed("+/8AQQ==", &small));
	buf_done(&fits);
	buf_done(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_http_passed__four_ways_to_write_it_are_read),
		cmocka_unit_test(test_http_passed__anything_else_is_refused),
		cmocka_unit_test(
			test_http_passed__what_does_not_fit_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
