/* tests/formats/test_fixed.c - records of so many bytes
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/formats/heard.h"

/* %s: encoding, newline, more limits */
#define DEFINITION                                                             \
	"format: t\nversion: 1\nkind: fixed\n"                                 \
	"input: { container: [none], payload: \"*.txt\", encoding: %s, "       \
	"newline: %s, record_bytes: 12 }\n"                                    \
	"limits: { records: 3, field: 6 }\n"                                   \
	"records:\n"                                                           \
	"  - { name: R10, when: \"1-2=10\", key: [nr] }\n"                     \
	"  - { name: R20, when: \"1-2=20\", parent: R10 }\n"                   \
	"fields:\n"                                                            \
	"  - { in: R10, name: nr, at: 3+3, type: digits, use: required }\n"    \
	"  - { in: R10, name: naam, at: 6+7, type: text }\n"                   \
	"  - { in: R20, name: wat, at: 3+10, type: text }\n"                   \
	"letter:\n  reference: \"{nr}\"\n  subject: s\n"                       \
	"  text: \"<{naam}>\"\n  address: { name: \"{naam}\" }\n"

static struct definition *
made(const char *encoding, const char *newline)
{
	char text[2000];

	snprintf(text, sizeof(text), DEFINITION, encoding, newline);
	return heard_definition(text);
}

static void
test_fixed__values_are_cut_by_position_and_trimmed(void **state)
{
	static const struct {
		const char *encoding, *newline, *file, *said;
	} cases[] = {
		{ "iso-8859-1", "crlf",
			"10001Dummy  \r\n20abc       \r\n10002\xeb\xfc     "
			"\r\n",
			"letter 1 line 1 at 0+28: 001/<Dummy>\n"
			"letter 2 line 3 at 28+14: 002/<\xc3\xab\xc3\xbc>\n" },
		{ "utf-8", "any", "10001  a b  \n10002       ",
			"letter 1 line 1 at 0+13: 001/<a b>\n"
			"letter 2 line 2 at 13+12: 002/<>\n" },
		{ "windows-1252", "none", "10001\x80 1    10002x      ",
			"letter 1 line 1 at 0+12: 001/<\xe2\x82\xac 1>\n"
			"letter 2 line 2 at 12+12: 002/<x>\n" },
	};
	struct heard h;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct definition *d =
			made(cases[i].encoding, cases[i].newline);

		assert_int_equal(heard_read(d, cases[i].file,
					 strlen(cases[i].file), &h, &why),
			V_OK);
		assert_string_equal(h.said.bytes, cases[i].said);
		heard_done(&h);
		definition_free(d);
	}
}

static void
test_fixed__a_record_of_another_length_refuses_the_file(void **state)
{
	static const struct {
		const char *sentence, *encoding, *newline, *file;
		enum code code;
		const char *place;
	} cases[] = {
		{ "a byte short", "iso-8859-1", "crlf",
			"10001Dummy  \r\n10002Dummy \r\n10003Dummy  \r\n",
			CODE_RECORD_LENGTH, "line 2, byte 14" },
		{ "a byte long", "iso-8859-1", "crlf",
			"10001Dummy  \r\n10002Dummy   \r\n", CODE_RECORD_LENGTH,
			"line 2, byte 14" },
		{ "the CR lost", "iso-8859-1", "crlf",
			"10001Dummy  \r\n10002Dummy  \n", CODE_RECORD_LENGTH,
			"line 2, byte 14" },
		{ "LF where the layout says CR LF", "iso-8859-1", "crlf",
			"10001Dummy  \n", CODE_RECORD_LENGTH,
			"line 1, byte 0" },
		{ "line ends of two kinds", "iso-8859-1", "any",
			"10001Dummy  \n10002Dummy  \r\n", CODE_RECORD_LENGTH,
			"line 2, byte 13" },
		{ "cut off", "iso-8859-1", "crlf", "10001Dummy  \r\n10002D",
			CODE_RECORD_LENGTH, "line 2, byte 14" },
		{ "no line end at all", "iso-8859-1", "any",
			"10001Dummy  10002Dummy  ", CODE_RECORD_LENGTH,
			"line 1, byte 0" },
		{ "UTF-8 where one byte is a character", "iso-8859-1", "lf",
			"10001D\xc3\xbcmmy  \n", CODE_RECORD_LENGTH,
			"line 1, byte 0" },
		{ "a character of two bytes", "utf-8", "lf",
			"10001Dummy  \n10002D\xc3\xbcmm  \n",
			CODE_RECORD_LENGTH, "line 2, byte 19" },
		{ "a Ctrl-Z as last byte", "utf-8", "lf", "10001a      \n\x1a",
			CODE_RECORD_LENGTH, "line 2, byte 13" },
		{ "a Ctrl-Z behind the last byte", "utf-8", "lf",
			"10001a      \x1a", CODE_RECORD_LENGTH,
			"line 1, byte 0" },
		{ "an empty line", "utf-8", "lf", "10001Dummy  \n\n",
			CODE_RECORD_LENGTH, "line 2, byte 13" },
		{ "not UTF-8", "utf-8", "lf", "10001D\xfcmmy  \n",
			CODE_ENCODING, "line 1, byte 6" },
		{ "a byte order mark", "iso-8859-1", "lf",
			"\xef\xbb\xbf"
			"10001Dummy  \n",
			CODE_BOM, "line 1, byte 0" },
	};
	struct heard h;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct definition *d =
			made(cases[i].encoding, cases[i].newline);
		enum verdict v = heard_read(
			d, cases[i].file, strlen(cases[i].file), &h, &why);

		if (v != V_BROKEN || why.code != cases[i].code)
			fail_msg("%s: MOBB-%04d %s", cases[i].sentence,
				why.code, why.text);
		if (strstr(why.place, cases[i].place) == NULL)
			fail_msg("%s: %s", cases[i].sentence, why.place);
		heard_done(&h);
		definition_free(d);
	}
}

static void
test_fixed__a_nul_is_no_text(void **state)
{
	struct definition *d = made("iso-8859-1", "lf");
	struct heard h;
	struct fault why;

	(void)state;
	assert_int_equal(
		heard_read(d, "10001Du\0my  \n", 13, &h, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_ENCODING);
	assert_non_null(strstr(why.place, "byte 7"));
	heard_done(&h);
	definition_free(d);
}

static void
test_fixed__an_unknown_kind_costs_itself(void **state)
{
	static const char file[] = "77001Dummy  \n10002b      \n";
	struct definition *d = made("iso-8859-1", "lf");
	struct heard h;
	struct fault why;

	(void)state;
	assert_int_equal(heard_read(d, file, strlen(file), &h, &why), V_OK);
	assert_int_equal(h.letters, 1);
	assert_int_equal(h.rejects, 1);
	assert_int_equal(h.code, CODE_COLUMNS);
	assert_int_equal(h.line, 1);
	heard_done(&h);
	definition_free(d);
}

static void
test_fixed__limits_hold_at_the_limit_and_one_past_it(void **state)
{
	static const char three[] =
		"10001a      \n10002a      \n10003a      \n10004a      \n";
	static const char value[] = "10001123456 \n100021234567\n";
	struct definition *d = made("iso-8859-1", "lf");
	struct heard h;
	struct fault why;

	(void)state;
	assert_int_equal(heard_read(d, three, 39, &h, &why), V_OK);
	assert_int_equal(h.letters, 3);
	heard_done(&h);
	assert_int_equal(heard_read(d, three, 52, &h, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_LIMIT);
	heard_done(&h);
	/* a value of six bytes and of seven */
	assert_int_equal(heard_read(d, value, strlen(value), &h, &why), V_OK);
	assert_int_equal(h.letters, 1);
	assert_int_equal(h.rejects, 1);
	assert_int_equal(h.code, CODE_LIMIT);
	assert_string_equal(h.field, "naam");
	heard_done(&h);
	definition_free(d);
}

static void
test_fixed__the_sample_of_annual_statements_is_read_whole(void **state)
{
	struct heard h;
	struct fault why;

	(void)state;
	if (heard_sample("formats/jaaropgave-vast.yaml",
		    "jaaropgave-0153-20260126T021500-000017.txt", &h,
		    &why) != V_OK)
		fail_msg("%s: %s", why.place, why.text);
	assert_int_equal(h.rejects, 0);
	assert_int_equal(h.letters, 3);
	assert_int_equal(h.counts.records, h.letters);
	assert_true(h.counts.totals);
	heard_done(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_fixed__values_are_cut_by_position_and_trimmed),
		cmocka_unit_test(
			test_fixed__a_record_of_another_length_refuses_the_file),
		cmocka_unit_test(
			test_fixed__the_sample_of_annual_statements_is_read_whole),
		cmocka_unit_test(test_fixed__a_nul_is_no_text),
		cmocka_unit_test(test_fixed__an_unknown_kind_costs_itself),
		cmocka_unit_test(
			test_fixed__limits_hold_at_the_limit_and_one_past_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
