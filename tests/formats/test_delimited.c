/* tests/formats/test_delimited.c - lines of values with a mark between them
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/formats/heard.h"

/* %s: more of input, then of limits */
#define DEFINITION                                                             \
	"format: t\nversion: 1\nkind: delimited\n"                             \
	"input: { container: [none], payload: \"*.csv\"%s }\n"                 \
	"limits: { record_bytes: 60, field: 20, records: 5%s }\n"              \
	"records:\n"                                                           \
	"  - { name: SP, when: \"1=SP\", key: [nr], columns: 4 }\n"            \
	"  - { name: CP, when: \"1=CP\", parent: SP, columns: 3 }\n"           \
	"fields:\n"                                                            \
	"  - { in: SP, name: nr, at: 2, type: digits, use: required }\n"       \
	"  - { in: SP, name: naam, at: 3, type: text, "                        \
	"normalise: [collapse] }\n"                                            \
	"  - { in: SP, name: plaats, at: 4, type: text }\n"                    \
	"  - { in: CP, name: wat, at: 2, type: text }\n"                       \
	"  - { in: CP, name: bedrag, at: 3, type: text }\n"                    \
	"letter:\n  reference: \"{nr}\"\n  subject: s\n"                       \
	"  text: \"<{naam}>\"\n  address: { name: \"{naam}\" }\n"

#define NAMED                                                                  \
	"format: t\nversion: 1\nkind: delimited\n"                             \
	"input: { container: [none], payload: \"*.csv\", header: names }\n"    \
	"records:\n  - { name: R, key: [nr] }\n"                               \
	"fields:\n"                                                            \
	"  - { in: R, name: nr, at: Nummer, type: digits, use: required }\n"   \
	"  - { in: R, name: naam, at: \"De naam\", type: text }\n"             \
	"letter:\n  reference: \"{nr}\"\n  subject: s\n"                       \
	"  text: \"<{naam}>\"\n  address: { name: \"{naam}\" }\n"

static struct definition *
made(const char *input, const char *limits)
{
	char text[2000];

	snprintf(text, sizeof(text), DEFINITION, input, limits);
	return heard_definition(text);
}

static struct definition *plain;

static enum verdict
give(const struct definition *d, const char *text, struct heard *h,
	struct fault *why)
{
	return heard_read(d, text, strlen(text), h, why);
}

static void
test_delimited__values_are_taken_apart(void **state)
{
	static const struct {
		const char *line, *text;
	} cases[] = {
		{ "SP;1;Dummy;X\n", "<Dummy>" },
		{ "SP;1;Dummy;X\r\n", "<Dummy>" },
		{ "SP;1;Dummy;X", "<Dummy>" },
		{ "SP;1;;\n", "<>" },
		{ "SP;1;\"\";\"\"\n", "<>" },
		{ "SP;1;\"Dummy; de\";X\n", "<Dummy; de>" },
		{ "SP;1;\"Zie \"\"B-17\"\"\";\n", "<Zie \"B-17\">" },
		{ "SP;1;\"\"\"\";X\n", "<\">" },
		{ "\"SP\";\"1\";\"a\";\"X\"\n", "<a>" },
		{ "SP;1;'s-Gravendeel;X\n", "<'s-Gravendeel>" },
		{ "SP;1;Achterhu\xc3\xbcskamp;X\n", "<Achterhu\xc3\xbcskamp>" },
		{ "SP;1;a;X\n\n\n\n", "<a>" },
		{ "\xef\xbb\xbfSP;1;a;X\n", "<a>" },
	};
	struct heard h;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(give(plain, cases[i].line, &h, &why), V_OK);
		assert_int_equal(h.letters, 1);
		assert_int_equal(h.rejects, 0);
		assert_string_equal(h.text, cases[i].text);
		heard_done(&h);
	}
}

static void
test_delimited__a_quote_may_hold_line_ends_where_the_layout_says_so(
	void **state)
{
	struct definition *d = made(", multiline: true", "");
	struct heard h;
	struct fault why;

	(void)state;
	assert_int_equal(give(d,
				 "SP;1;\"a\r\nb\";X\nSP;2;\"c\nd\n\";X\nSP;3;e;"
				 "X\n",
				 &h, &why),
		V_OK);
	assert_int_equal(h.letters, 3);
	/* The third line of the file's records is its sixth in an editor. */
	assert_non_null(strstr(h.said.bytes, "letter 3 line 6 at 28+"));
	heard_done(&h);
	definition_free(d);
}

static void
test_delimited__places_are_bytes_and_lines_of_the_file(void **state)
{
	struct heard h;
	struct fault why;

	(void)state;
	assert_int_equal(
		give(plain,
			"\xef\xbb\xbfSP;1;\xc3\xab;X\r\nCP;x;1\r\nSP;2;b;X\r\n",
			&h, &why),
		V_OK);
	assert_string_equal(h.said.bytes,
		"letter 1 line 1 at 3+19: 1/<\xc3\xab>\n"
		"letter 2 line 3 at 22+10: 2/<b>\n");
	heard_done(&h);
}

static void
test_delimited__a_bad_line_costs_itself(void **state)
{
	static const struct {
		const char *sentence, *line;
	} cases[] = {
		{ "too few columns", "SP;2;b\n" },
		{ "too many columns", "SP;2;b;X;\n" },
		{ "a quote in a value", "SP;2;b\"c;X\n" },
		{ "text behind a quote", "SP;2;\"b\"c;X\n" },
		{ "a quote behind a quote", "SP;2;\"b\" \"c\";X\n" },
		{ "an unknown kind", "XX;2;b;X\n" },
		{ "no kind at all", ";2;b;X\n" },
		{ "an empty line", "\n" },
		{ "a Ctrl-Z too early", "\x1a\n" },
	};
	char text[100];
	struct heard h;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), "%sSP;3;c;X\n", cases[i].line);
		if (give(plain, text, &h, &why) != V_OK)
			fail_msg("%s: %s", cases[i].sentence, why.text);
		if (h.letters != 1 || h.rejects != 1)
			fail_msg("%s", cases[i].sentence);
		assert_int_equal(h.code, CODE_COLUMNS);
		assert_int_equal(h.line, 1);
		assert_string_equal(h.text, "<c>");
		heard_done(&h);
	}
}

static void
test_delimited__a_wrong_file_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *sentence, *input, *text;
		size_t len; /* 0: as long as it is */
		enum code code;
		const char *place;
	} cases[] = {
		{ "a quote that is never closed", "",
			"SP;1;a;X\nSP;2;\"b;X\nSP;3;c;X\n", 0, CODE_COLUMNS,
			"line 2, byte 9" },
		{ "two open quotes that would make one record of two", "",
			"SP;1;\"a;X\nSP;2;b\";X\nSP;3;c;X\n", 0, CODE_COLUMNS,
			"line 1, byte 0" },
		{ "a line end in a quote", "", "SP;1;a;X\nSP;2;\"b\nb\";X\n", 0,
			CODE_COLUMNS, "line 2, byte 9" },
		{ "a CR in a quote", "", "SP;1;\"b\rb\";X\n", 0, CODE_COLUMNS,
			"line 1, byte 0" },
		{ "a quote at the end of the file", "", "SP;1;a;\"X", 0,
			CODE_COLUMNS, "line 1, byte 0" },
		{ "a stray quote that swallows lines", ", multiline: true",
			"SP;1;a\"b;\"X\nSP;2;\"b;X\n", 0, CODE_COLUMNS,
			"line 1, byte 0" },
		{ "text behind a quote of two lines", ", multiline: true",
			"SP;1;\"a;X\nSP;2;\"b;X", 0, CODE_COLUMNS,
			"line 1, byte 0" },
		{ "line ends of two kinds", "", "SP;1;a;X\r\nSP;2;b;X\n", 0,
			CODE_COLUMNS, "line 2, byte 10" },
		{ "a CR alone", "", "SP;1;a;X\rSP;2;b;X\n", 0, CODE_COLUMNS,
			"line 1, byte 0" },
		{ "LF where the layout says CR LF", ", newline: crlf",
			"SP;1;a;X\n", 0, CODE_COLUMNS, "line 1, byte 0" },
		{ "CR LF where the layout says LF", ", newline: lf",
			"SP;1;a;X\r\n", 0, CODE_COLUMNS, "line 1, byte 0" },
		{ "latin-1 bytes in UTF-8", "", "SP;1;a;X\nSP;2;b\xeb;X\n", 0,
			CODE_ENCODING, "line 2, byte 15" },
		{ "an overlong form", "", "SP;1;\xc0\xaf;X\n", 0, CODE_ENCODING,
			"line 1, byte 5" },
		{ "a NUL", "", "SP;1;a;X\nSP;2;\0;X\n", 18, CODE_ENCODING,
			"line 2, byte 14" },
		{ "nothing in windows-1252", ", encoding: windows-1252",
			"SP;1;\x81;X\n", 0, CODE_ENCODING, "line 1, byte 5" },
		{ "UTF-16", "", "\xff\xfeS\0P\0", 6, CODE_BOM,
			"line 1, byte 0" },
		{ "UTF-16 without a mark", "", "S\0P\0;\0", 6, CODE_BOM,
			"line 1, byte 0" },
		{ "UTF-16 of the other end", "", "\xfe\xff\0S\0P", 6, CODE_BOM,
			"line 1, byte 0" },
		{ "a Ctrl-Z as last line", "", "SP;1;a;X\r\n\r\n\x1a", 0,
			CODE_COLUMNS, "line 3, byte 12" },
		{ "a Ctrl-Z behind the last value", "", "SP;1;a;X\x1a", 0,
			CODE_COLUMNS, "line 1, byte 8" },
		{ "a mark that is not allowed", ", bom: refuse",
			"\xef\xbb\xbfSP;1;a;X\n", 0, CODE_BOM,
			"line 1, byte 0" },
		{ "a mark in latin-1", ", encoding: iso-8859-1",
			"\xef\xbb\xbfSP;1;a;X\n", 0, CODE_BOM,
			"line 1, byte 0" },
	};
	struct heard h;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct definition *d = made(cases[i].input, "");
		size_t len = cases[i].len != 0 ? cases[i].len
					       : strlen(cases[i].text);
		enum verdict v = heard_read(d, cases[i].text, len, &h, &why);

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
test_delimited__older_encodings_become_utf8(void **state)
{
	struct definition *latin = made(", encoding: iso-8859-1", "");
	struct definition *cp1252 = made(", encoding: windows-1252", "");
	struct heard h;
	struct fault why;

	(void)state;
	assert_int_equal(
		give(latin, "SP;1;\"\xeb\"\"\xfc\";X\n", &h, &why), V_OK);
	assert_string_equal(h.text, "<\xc3\xab\"\xc3\xbc>");
	heard_done(&h);
	assert_int_equal(give(cp1252, "SP;1;\x80 5;X\n", &h, &why), V_OK);
	assert_string_equal(h.text, "<\xe2\x82\xac 5>");
	heard_done(&h);
	definition_free(latin);
	definition_free(cp1252);
}

static void
test_delimited__limits_hold_at_the_limit_and_one_past_it(void **state)
{
	struct heard h;
	struct fault why;

	(void)state;
	/* a value of 20 and of 21 bytes */
	assert_int_equal(
		give(plain, "SP;1;12345678901234567890;X\n", &h, &why), V_OK);
	assert_int_equal(h.letters, 1);
	heard_done(&h);
	assert_int_equal(
		give(plain, "SP;1;123456789012345678901;X\n", &h, &why), V_OK);
	assert_int_equal(h.rejects, 1);
	assert_int_equal(h.code, CODE_LIMIT);
	heard_done(&h);
	/* a line of 60 and of 61 bytes, its end included */
	assert_int_equal(give(plain,
				 "SP;123456789;12345678901234567890;"
				 "\"12345678901234567\"\"\"\"\"\"\"\n",
				 &h, &why),
		V_OK);
	assert_int_equal(h.letters, 1);
	heard_done(&h);
	assert_int_equal(give(plain,
				 "SP;123456789;12345678901234567890;"
				 "\"1234567890123456\"\"\"\"\"\"\"\"\"\n",
				 &h, &why),
		V_BROKEN);
	assert_int_equal(why.code, CODE_LIMIT);
	heard_done(&h);
	/* five records and six */
	assert_int_equal(give(plain, "SP;1;;\nSP;2;;\nSP;3;;\nSP;4;;\nSP;5;;\n",
				 &h, &why),
		V_OK);
	assert_int_equal(h.letters, 5);
	heard_done(&h);
	assert_int_equal(give(plain,
				 "SP;1;;\nSP;2;;\nSP;3;;\nSP;4;;\nSP;5;;\n"
				 "SP;6;;\n",
				 &h, &why),
		V_BROKEN);
	assert_int_equal(why.code, CODE_LIMIT);
	heard_done(&h);
}

static void
test_delimited__a_quote_left_open_does_not_eat_memory(void **state)
{
	struct definition *d = made(", multiline: true", "");
	struct buf b = BUF_MAX(4000000);
	struct heard h;
	struct fault why;

	(void)state;
	buf_text(&b, "SP;1;\"");
	while (b.len < 3000000)
		buf_text(&b, "a line that goes on and on\n");
	assert_int_equal(heard_read(d, b.bytes, b.len, &h, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_LIMIT);
	heard_done(&h);
	definition_free(d);
	buf_done(&b);
}

static void
test_delimited__a_header_row_names_columns_in_any_order(void **state)
{
	struct definition *d = heard_definition(NAMED);
	struct heard h;
	struct fault why;

	(void)state;
	assert_int_equal(give(d, "De naam;Nummer\na;1\nb;2\n", &h, &why), V_OK);
	assert_int_equal(h.letters, 2);
	assert_int_equal(h.remarks, 0);
	assert_string_equal(h.text, "<b>");
	heard_done(&h);
	/* An optional column may lack. */
	assert_int_equal(give(d, "\"Nummer\"\r\n1\r\n", &h, &why), V_OK);
	assert_string_equal(h.text, "<>");
	heard_done(&h);
	/* Others are told once, by their numbers. */
	assert_int_equal(give(d, "x;Nummer;y\n1;2;3\n4;5;6\n", &h, &why), V_OK);
	assert_int_equal(h.letters, 2);
	assert_int_equal(h.remarks, 1);
	assert_int_equal(h.code, CODE_UNKNOWN_FIELD);
	assert_non_null(strstr(h.reason, "2 columns"));
	assert_non_null(strstr(h.reason, "1, 3"));
	heard_done(&h);
	definition_free(d);
}

static void
test_delimited__a_header_row_that_does_not_fit_refuses_the_file(void **state)
{
	static const char *const texts[] = {
		"De naam\na\n",	      /* a required column is not there */
		"1;Dummy\n2;Dommy\n", /* no header row at all */
		"Nummer;Nummer\n1;2\n",
		"Num\"mer;x\n1;2\n",
	};
	struct definition *d = heard_definition(NAMED);
	struct heard h;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(give(d, texts[i], &h, &why), V_BROKEN);
		assert_int_equal(why.code, CODE_COLUMNS);
		assert_null(strstr(why.text, "Dummy"));
		heard_done(&h);
	}
	/* A line of another length than the first is one bad record. */
	assert_int_equal(give(d, "Nummer;x\n1\n2;3\n", &h, &why), V_OK);
	assert_int_equal(h.letters, 1);
	assert_int_equal(h.rejects, 1);
	heard_done(&h);
	definition_free(d);
}

static void
test_delimited__the_sample_of_benefits_is_read_whole(void **state)
{
	struct heard h;
	struct fault why;

	(void)state;
	if (heard_sample("formats/uitkering-csv.yaml",
		    "uitkering-0153-20260123T021500-000042.csv", &h,
		    &why) != V_OK)
		fail_msg("%s: %s", why.place, why.text);
	assert_int_equal(h.letters, 2);
	assert_int_equal(h.rejects, 0);
	assert_int_equal(h.counts.records, 2);
	assert_int_equal(h.counts.cents, 62143);
	assert_true(h.counts.totals);
	assert_non_null(strstr(h.name, "Dummy; de"));
	heard_done(&h);
}

static int
set_up(void **state)
{
	(void)state;
	plain = made("", "");
	return 0;
}

static int
set_down(void **state)
{
	(void)state;
	definition_free(plain);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_delimited__values_are_taken_apart),
		cmocka_unit_test(
			test_delimited__a_quote_may_hold_line_ends_where_the_layout_says_so),
		cmocka_unit_test(
			test_delimited__places_are_bytes_and_lines_of_the_file),
		cmocka_unit_test(test_delimited__a_bad_line_costs_itself),
		cmocka_unit_test(
			test_delimited__a_wrong_file_is_refused_with_its_place),
		cmocka_unit_test(test_delimited__older_encodings_become_utf8),
		cmocka_unit_test(
			test_delimited__limits_hold_at_the_limit_and_one_past_it),
		cmocka_unit_test(
			test_delimited__a_quote_left_open_does_not_eat_memory),
		cmocka_unit_test(
			test_delimited__a_header_row_names_columns_in_any_order),
		cmocka_unit_test(
			test_delimited__the_sample_of_benefits_is_read_whole),
		cmocka_unit_test(
			test_delimited__a_header_row_that_does_not_fit_refuses_the_file),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, set_down);
}
