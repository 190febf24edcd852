/* tests/channels/test_subscription_list.c - a list that a person made
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "channels/subscription.h"

#define A "123456782"
#define B "111222333"

struct source {
	const char *text;
	size_t at, len;
};

static enum verdict
read_some(
	void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct source *s = self;
	size_t n = s->len - s->at;

	(void)why;
	n = n > 7 ? 7 : n;
	n = n > len ? len : n;
	memcpy(bytes, s->text + s->at, n);
	s->at += n;
	*len_out = n;
	return V_OK;
}

static void
test_subscription_list__each_way_to_write_it(void **state)
{
	static const struct {
		const char *sentence, *text;
		int asked, yes, doubled;
	} cases[] = {
		{ "yes and no", A ";ja\n" B ";nee\n", 2, 1, 0 },
		{ "headings, CR LF, no last line end",
			"BSN;Geabonneerd\r\n" A ";ja\r\n" B ";nee", 2, 1, 0 },
		{ "a byte order mark before the headings",
			"\xef\xbb\xbf"
			"bsn,box\n" A ",TRUE\n" B ",FALSE\n",
			2, 1, 0 },
		{ "a byte order mark before a number",
			"\xef\xbb\xbf" A ";1\n" B ";0\n", 2, 1, 0 },
		{ "tabs, quotes and blanks", "\"" A "\"\t\"J\"\n " B " \t N \n",
			2, 1, 0 },
		{ "numbers only", A "\n" B "\n", 2, 2, 0 },
		{ "blank lines", "\n" A "\n\n" B "\n\n", 2, 2, 0 },
		{ "a zero lost by a spreadsheet", "12345672\n", 1, 1, 0 },
		{ "doubled", A ";ja\n" B ";nee\n" A ";yes\n", 2, 1, 1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct source s = { cases[i].text, 0, strlen(cases[i].text) };
		struct subscribed set = { .asked = 0 };
		struct subscription_read out;
		struct fault why = FAULT_NONE;

		if (subscription_list_read(read_some, &s, &set, &out, &why) !=
			V_OK)
			fail_msg("%s: %s: %s", cases[i].sentence, why.place,
				why.text);
		assert_int_equal(set.asked, cases[i].asked);
		assert_int_equal(set.yes, cases[i].yes);
		assert_int_equal(out.doubled, cases[i].doubled);
		assert_int_equal(
			out.entries, cases[i].asked + cases[i].doubled);
		subscribed_done(&set);
	}
}

static void
test_subscription_list__mistakes_are_named_by_line(void **state)
{
#define BLANKS_50 "                                                  "
	static const struct {
		const char *sentence, *text;
		enum code code;
		const char *place;
	} cases[] = {
		{ "empty", "", CODE_SUBSCRIPTION_FILE, "" },
		{ "headings only", "BSN;box\n", CODE_SUBSCRIPTION_FILE, "" },
		{ "no yes or no", A ";ja\n" B ";misschien\n",
			CODE_SUBSCRIPTION_FILE, "line 2" },
		{ "an empty answer", A ";ja\n" B ";\n", CODE_SUBSCRIPTION_FILE,
			"line 2" },
		{ "three columns", A ";ja;x\n", CODE_SUBSCRIPTION_FILE,
			"line 1" },
		{ "some with, some without", A ";ja\n" B "\n",
			CODE_SUBSCRIPTION_FILE, "line 2" },
		{ "some without, some with", A "\n" B ";nee\n",
			CODE_SUBSCRIPTION_FILE, "line 2" },
		{ "fails the test", A "\n123456789\n", CODE_SUBSCRIPTION_NUMBER,
			"line 2" },
		{ "headings in the middle", A ";ja\nBSN;box\n",
			CODE_SUBSCRIPTION_NUMBER, "line 2" },
		{ "ten digits", "0" A "\n", CODE_SUBSCRIPTION_NUMBER,
			"line 1" },
		{ "an answer and no number", A ";ja\n;ja\n",
			CODE_SUBSCRIPTION_NUMBER, "line 2" },
		{ "yes and no", A ";ja\n" B ";ja\n" A ";nee\n",
			CODE_SUBSCRIPTION_CONTRADICTS, "line 3" },
		{ "a line without end",
			A "\n" BLANKS_50 BLANKS_50 BLANKS_50 BLANKS_50 " ",
			CODE_SUBSCRIPTION_READ, "line 2" },
		{ "damaged gzip", "\x1f\x8b" A "\n", CODE_SUBSCRIPTION_READ,
			"" },
	};
	static const char utf16[] = "\xff\xfe"
				    "1\0002\000\n\000";
	struct source wide = { utf16, 0, sizeof(utf16) - 1 };
	struct subscribed set = { .asked = 0 };
	struct subscription_read out;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct source s = { cases[i].text, 0, strlen(cases[i].text) };

		why = FAULT_NONE;
		if (subscription_list_read(read_some, &s, &set, &out, &why) !=
				V_SKIP ||
			why.code != cases[i].code ||
			strcmp(why.place, cases[i].place) != 0)
			fail_msg("%s: %d, %s: %s", cases[i].sentence, why.code,
				why.place, why.text);
		assert_null(strstr(why.text, "12345678"));
		subscribed_done(&set);
	}
	assert_int_equal(
		subscription_list_read(read_some, &wide, &set, &out, &why),
		V_SKIP);
	assert_int_equal(why.code, CODE_SUBSCRIPTION_READ);
	subscribed_done(&set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_subscription_list__each_way_to_write_it),
		cmocka_unit_test(
			test_subscription_list__mistakes_are_named_by_line),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(
		"subscription list", tests, NULL, NULL);
}
