/* tests/batch/test_address.c - what is printed on the envelope
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "batch/address.h"
#include "batch/country.h"

/* clang-format off */
#define NL(name, street, number, letter, addition, postcode, town)             \
	{ name, "", street, number, letter, addition, postcode, town, "",      \
		{ "", "", "" }, { NULL } }
#define FAR(name, country, one, two, three)                                    \
	{ name, "", "", "", "", "", "", "", country, { one, two, three },      \
		{ NULL } }
/* clang-format on */

static const struct address_rules usual = { ADDRESS_LINE_CHARS,
	ADDRESS_LINES_MAX, ADDRESS_LATIN };

/* The lines, joined with a bar. */
static const char *
lines(const struct address *address, struct arena *mem)
{
	struct address_print print;
	const char *all = "";
	size_t i;

	address_lines(address, &usual, mem, &print);
	for (i = 0; i < print.count; i++) {
		assert_true(text_chars(print.line[i], strlen(print.line[i])) <=
			    ADDRESS_LINE_CHARS);
		all = arena_format(
			mem, "%s%s%s", all, i == 0 ? "" : "|", print.line[i]);
	}
	return all;
}

static void
test_address__lines_as_the_post_wants_them(void **state)
{
	static const struct {
		const char *name;
		struct address address;
		const char *lines, *kix, *zone;
	} cases[] = {
		{ "plain",
			NL("J. Jansen", "Dorpsstraat", "7", "", "", "1234AB",
				"Demodam"),
			"J. Jansen|Dorpsstraat 7|1234 AB  DEMODAM", "1234AB7",
			"NL" },
		{ "letter",
			NL("J. Jansen", "Dorpsstraat", "7", "A", "", "1234 ab",
				"Demodam"),
			"J. Jansen|Dorpsstraat 7 A|1234 AB  DEMODAM",
			"1234AB7XA", "NL" },
		{ "addition",
			NL("J. Jansen", "Dorpsstraat", "13", "", "HS", "1231FZ",
				"'s-Gravenhage"),
			"J. Jansen|Dorpsstraat 13 HS|1231 FZ  'S-GRAVENHAGE",
			"1231FZ13XHS", "NL" },
		{ "number as addition",
			NL("J. Jansen", "Dorpsstraat", "156", "", "2", "1231GF",
				"Demodam"),
			"J. Jansen|Dorpsstraat 156-2|1231 GF  DEMODAM",
			"1231GF156X2", "NL" },
		{ "street with an apostrophe",
			NL("J. Jansen", "'s-Gravenweg", "7", "", "", "1234AB",
				"Demodam"),
			"J. Jansen|'s-Gravenweg 7|1234 AB  DEMODAM", "1234AB7",
			"NL" },
		{ "town with accents",
			NL("J. Jansen", "Dorpsstraat", "7", "", "", "1234AB",
				"S\xc3\xban\xc3\xa2lt"),
			"J. Jansen|Dorpsstraat 7|1234 AB  S\xc3\x9aN\xc3\x82LT",
			"1234AB7", "NL" },
		{ "long name is cut at a blank",
			NL("Jan Pieter Willem van der Meer van Oudshoorn tot "
			   "Demodam",
				"Dorpsstraat", "7", "", "", "1234AB",
				"Demodam"),
			"J.P.W. van der Meer van Oudshoorn|Dorpsstraat "
			"7|1234 AB  DEMODAM",
			"1234AB7", "NL" },
		{ "long street is cut, its number is not",
			NL("J. Jansen",
				"Burgemeester Van Heemstra van "
				"Demodamstraatweg",
				"12345", "B", "3", "1234AB", "Demodam"),
			"J. Jansen|Burgemeester Van Heemstra van 12345 "
			"B-3|1234 "
			"AB  DEMODAM",
			"1234AB12345XB3", "NL" },
		{ "Belgium",
			FAR("J. Jansen", "BE", "Kerkstraat 1", "9000 Gent", ""),
			"J. Jansen|Kerkstraat 1|9000 GENT|BELGIUM", "", "EU" },
		{ "lower case code, gap in the lines",
			FAR("J. Jansen", "us", "1 Main St", "",
				"Springfield IL 62701"),
			"J. Jansen|1 Main St|SPRINGFIELD IL 62701|UNITED "
			"STATES OF AMERICA",
			"", "WORLD" },
		{ "foreign by fields",
			{ "J. Jansen", "", "Hauptstr.", "5", "", "", "10115",
				"Berlin", "DE", { "", "", "" }, { NULL } },
			"J. Jansen|Hauptstr. 5|10115 BERLIN|GERMANY", "",
			"EU" },
		{ "six lines",
			{ "Demo BV", "J. Jansen", "", "", "", "", "", "", "GB",
				{ "1 High St", "Anyborough",
					"London SW1A 1AA" },
				{ NULL } },
			"Demo BV|T.a.v. J. Jansen|1 High St|Anyborough|LONDON "
			"SW1A 1AA|UNITED KINGDOM",
			"", "WORLD" },
		{ "PO box in one field",
			NL("J. Jansen", "postbus 12345", "", "", "", "2130VA",
				"Demodam"),
			"J. Jansen|Postbus 12345|2130 VA  DEMODAM",
			"2130VA12345", "NL" },
		{ "reply number",
			NL("Demo BV", "Antwoordnummer", "80430", "", "",
				"2130 va", "Demodam"),
			"Demo BV|Antwoordnummer 80430|2130 VA  DEMODAM",
			"2130VA80430", "NL" },
		{ "a street that is no PO box",
			NL("J. Jansen", "Postbusweg", "7", "", "", "1234AB",
				"Demodam"),
			"J. Jansen|Postbusweg 7|1234 AB  DEMODAM", "1234AB7",
			"NL" },
		{ "marks in front, line ends within",
			NL("*- J.\r\n  Jansen", ".Dorpsstraat", "7", "", "",
				"1234AB", "(Demodam,"),
			"J. Jansen|Dorpsstraat 7|1234 AB  DEMODAM", "1234AB7",
			"NL" },
		{ "the country is said twice",
			FAR("J. Jansen", "DE", "Hauptstr. 5", "10115 Berlin",
				"Germany"),
			"J. Jansen|Hauptstr. 5|10115 BERLIN|GERMANY", "",
			"EU" },
		{ "Cyrillic and Greek by their sound",
			FAR("\xd0\x96\xd0\xb0\xd0\xbd\xd0\xb0 "
			    "\xce\x8c\xce\xbc\xce\xb7\xcf\x81\xce\xbf\xcf\x82",
				"BG", "ul. 1", "1000 Sofia", ""),
			"Zhana Omiros|ul. 1|1000 SOFIA|BULGARIA", "", "EU" },
		{ "NL by code",
			{ "J. Jansen", "", "Postbus", "12", "", "", "2130VA",
				"Demodam", "NL", { "", "", "" }, { NULL } },
			"J. Jansen|Postbus 12|2130 VA  DEMODAM", "2130VA12",
			"NL" },
	};
	struct arena mem = ARENA_EMPTY;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct address *address = &cases[i].address;

		if (address_check(address, &usual, &why) != V_OK)
			fail_msg("%s: %s", cases[i].name, why.text);
		if (strcmp(lines(address, &mem), cases[i].lines) != 0)
			fail_msg("%s: %s", cases[i].name, lines(address, &mem));
		if (strcmp(address_kix(address, &mem), cases[i].kix) != 0)
			fail_msg("%s: %s", cases[i].name,
				address_kix(address, &mem));
		if (strcmp(address_zone(address), cases[i].zone) != 0)
			fail_msg(
				"%s: %s", cases[i].name, address_zone(address));
	}
	arena_done(&mem);
}

static void
test_address__what_cannot_be_posted(void **state)
{
	static const struct {
		const char *name;
		struct address address;
		enum code code;
	} cases[] = {
		{ "no name",
			NL("", "Dorpsstraat", "7", "", "", "1234AB", "Demodam"),
			CODE_ADDRESS },
		{ "name of marks",
			NL("?!", "Dorpsstraat", "7", "", "", "1234AB",
				"Demodam"),
			CODE_ADDRESS },
		{ "no street", NL("J", "", "7", "", "", "1234AB", "Demodam"),
			CODE_ADDRESS },
		{ "no number",
			NL("J", "Dorpsstraat", "", "", "", "1234AB", "Demodam"),
			CODE_ADDRESS },
		{ "number in words",
			NL("J", "Dorpsstraat", "zeven", "", "", "1234AB",
				"Demodam"),
			CODE_ADDRESS },
		{ "addition without end",
			NL("J", "Dorpsstraat", "7", "", "achter de oude schuur",
				"1234AB", "Demodam"),
			CODE_ADDRESS },
		{ "no town", NL("J", "Dorpsstraat", "7", "", "", "1234AB", ""),
			CODE_ADDRESS },
		{ "town too long",
			NL("J", "Dorpsstraat", "7", "", "", "1234AB",
				"Demodam aan de Lange Lange Vaart"),
			CODE_ADDRESS },
		{ "no postcode",
			NL("J", "Dorpsstraat", "7", "", "", "", "Demodam"),
			CODE_POSTCODE },
		{ "begins with zero",
			NL("J", "Dorpsstraat", "7", "", "", "0123AB",
				"Demodam"),
			CODE_POSTCODE },
		{ "SS is not used",
			NL("J", "Dorpsstraat", "7", "", "", "1234ss",
				"Demodam"),
			CODE_POSTCODE },
		{ "too long",
			NL("J", "Dorpsstraat", "7", "", "", "1234ABC",
				"Demodam"),
			CODE_POSTCODE },
		{ "digits only",
			NL("J", "Dorpsstraat", "7", "", "", "123456",
				"Demodam"),
			CODE_POSTCODE },
		{ "PO box without a number",
			NL("J", "Postbus", "", "", "", "1234AB", "Demodam"),
			CODE_HOUSE_NUMBER },
		{ "PO box with an addition",
			NL("J", "Postbus", "12", "", "A", "1234AB", "Demodam"),
			CODE_HOUSE_NUMBER },
		{ "PO box of six digits",
			NL("J", "Postbus 123456", "", "", "", "1234AB",
				"Demodam"),
			CODE_HOUSE_NUMBER },
		{ "PO box of two numbers",
			NL("J", "Postbus 12", "13", "", "", "1234AB",
				"Demodam"),
			CODE_HOUSE_NUMBER },
		{ "foreign with one line", FAR("J", "BE", "9000 Gent", "", ""),
			CODE_ADDRESS },
		{ "foreign line that would lose its number",
			FAR("J", "BE",
				"Avenue du Marechal de la Demonstration 12 34",
				"1000 Bruxelles", ""),
			CODE_ADDRESS },
		{ "characters that nobody can write in Latin",
			FAR("\xe4\xbd\xa0\xe5\xa5\xbd", "CN", "a 1", "B", ""),
			CODE_ADDRESS },
		{ "unknown country", FAR("J", "XX", "a", "b", ""),
			CODE_ADDRESS },
		{ "country by name", FAR("J", "Belgie", "a", "b", ""),
			CODE_ADDRESS },
		{ "foreign without lines", FAR("J", "BE", "", "", ""),
			CODE_ADDRESS },
		{ "not UTF-8",
			NL("J\xff", "Dorpsstraat", "7", "", "", "1234AB",
				"Demodam"),
			CODE_ADDRESS },
	};
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum verdict v = address_check(&cases[i].address, &usual, &why);

		if (v != V_SKIP || why.code != cases[i].code)
			fail_msg("%s: verdict %d, code %d", cases[i].name,
				(int)v, (int)why.code);
	}
}

/* Given names go first, then they become initials, then the surname is cut at
 * a word: each in a line that is just too short for the step before.
 */
static void
test_address__a_name_is_shortened_in_order(void **state)
{
	static const struct {
		const char *name;
		int line_chars;
		const char *printed;
		int cut;
	} cases[] = {
		{ "Johannes Pieter van der Meer-Jansen", 35,
			"Johannes Pieter van der Meer-Jansen", 0 },
		{ "Johannes Pieter van der Meer-Jansen", 34,
			"Johannes van der Meer-Jansen", ADDRESS_CUT_GIVEN },
		{ "Anna Maximiliana van den Oudenboomgaard", 32,
			"Anna van den Oudenboomgaard", ADDRESS_CUT_GIVEN },
		{ "Maximiliana Anna van den Oudenboomgaard", 33,
			"M.A. van den Oudenboomgaard", ADDRESS_CUT_INITIALS },
		{ "Jan-Willem IJsbrand van Oudenboomgaardenstein", 34,
			"J.W.IJ. van Oudenboomgaardenstein",
			ADDRESS_CUT_INITIALS },
		{ "J.P. Johannes van Oudenboomgaardenstein", 34,
			"J.P. van Oudenboomgaardenstein", ADDRESS_CUT_GIVEN },
		{ "Anna Jansen van der Oudenboomgaard van Demodam", 34,
			"A.J. van der Oudenboomgaard",
			ADDRESS_CUT_INITIALS | ADDRESS_CUT_NAME },
		{ "J. van der Oudenboomgaard-van Demodamstein", 34,
			"J. van der Oudenboomgaard", ADDRESS_CUT_NAME },
		{ "Stichting Vrienden van het Demonstratiemuseum", 40,
			"Stichting Vrienden", ADDRESS_CUT_NAME },
		{ "Abcdefghijklmnopqrstuvwxyzabcdefghijkl", 30,
			"Abcdefghijklmnopqrstuvwxyzabcd", ADDRESS_CUT_NAME },
		{ "\xc3\x89lise Chantal Antoinette van Oudshoorn", 30,
			"\xc3\x89lise van Oudshoorn", ADDRESS_CUT_GIVEN },
	};
	struct arena mem = ARENA_EMPTY;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct address_rules rules = { cases[i].line_chars, 6,
			ADDRESS_LATIN };
		struct address a =
			NL(cases[i].name, "A", "1", "", "", "1000AA", "X");
		struct address_print print;

		address_lines(&a, &rules, &mem, &print);
		if (strcmp(print.line[0], cases[i].printed) != 0 ||
			print.cut != cases[i].cut)
			fail_msg("%s in %d: %s, cut %d", cases[i].name,
				cases[i].line_chars, print.line[0], print.cut);
		assert_string_equal(print.line[1], "A 1");
	}
	assert_string_equal(address_cut_words(0, &mem), "");
	assert_string_equal(
		address_cut_words(
			ADDRESS_CUT_INITIALS | ADDRESS_CUT_NAME, &mem),
		"given names as initials, name cut");
	arena_done(&mem);
}

static void
test_address__a_printer_has_its_lines_and_characters(void **state)
{
	static const struct {
		enum address_charset charset;
		const char *name, *printed;
		int replaced;
	} cases[] = {
		{ ADDRESS_LATIN, "Zo\xc3\xab \xc5\x81uk\xc5\x9f",
			"Zo\xc3\xab \xc5\x81uk\xc5\x9f", 0 },
		{ ADDRESS_LATIN1, "Zo\xc3\xab \xc5\x81uk\xc5\x9f",
			"Zo\xc3\xab Luks", 2 },
		{ ADDRESS_ASCII, "Zo\xc3\xab \xc5\x81uk\xc5\x9f", "Zoe Luks",
			3 },
		{ ADDRESS_ASCII, "Gro\xc3\x9f \xc3\x98ster", "Gross Oster", 2 },
		{ ADDRESS_UNICODE, "\xd0\x96", "\xd0\x96", 0 },
	};
	struct address a = { "Demo", "J. Jansen", "A", "1", "", "", "1000AA",
		"X", "", { "", "", "" }, { NULL } };
	struct address_rules rules = { 40, 3, ADDRESS_LATIN };
	struct arena mem = ARENA_EMPTY;
	struct address_print print;
	struct fault why;
	size_t i;

	(void)state;
	assert_int_equal(address_check(&a, &rules, &why), V_SKIP);
	assert_string_equal(
		why.text, "address has more lines than the 3 of the printer");
	rules.lines = 4;
	assert_int_equal(address_check(&a, &rules, &why), V_OK);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		a.name = cases[i].name;
		rules.charset = cases[i].charset;
		address_lines(&a, &rules, &mem, &print);
		assert_string_equal(print.line[0], cases[i].printed);
		assert_int_equal(print.replaced, cases[i].replaced);
	}
	arena_done(&mem);
}

/* What a person writes in lines is printed so, and sorted like fields. */
static void
test_address__lines_of_a_person_are_printed(void **state)
{
	static const struct {
		const char *line[ADDRESS_LINES_MAX];
		enum code code;
		const char *lines, *kix, *key;
	} cases[] = {
		{ { "J. Jansen", "p/a De Linde", "Plein 1945 12 A",
			  "1234ab Demodam" },
			CODE_NONE,
			"J. Jansen|p/a De Linde|Plein 1945 12 A|1234 AB  "
			"DEMODAM",
			"1234AB12XA", "1 1234AB 00000012  A" },
		{ { "Demo", "Postbus 7", "1234 AB  Demodam aan Zee" },
			CODE_NONE, "Demo|Postbus 7|1234 AB  DEMODAM AAN ZEE",
			"1234AB7", "1P 1234AB 00000007" },
		{ { "J. Jansen", "Kerkstraat 1", "9000 Gent", "Belgium" },
			CODE_NONE, "J. Jansen|Kerkstraat 1|9000 GENT|BELGIUM",
			"", "2 BE  9000 GENT    KERKSTRAAT 00000001" },
		{ { "J. Jansen", "Dorpsstraat 7", "Demodam" }, CODE_POSTCODE,
			NULL, NULL, NULL },
		{ { "J. Jansen", "1234 AB  Demodam" }, CODE_ADDRESS, NULL, NULL,
			NULL },
		{ { "J. Jansen", "Dorpsstraat", "1234 AB  Demodam" },
			CODE_HOUSE_NUMBER, NULL, NULL, NULL },
		{ { "J. Jansen", "-", "Dorpsstraat 7", "1234 AB  Demodam" },
			CODE_ADDRESS, NULL, NULL, NULL },
		{ { "J. Jansen", "Dorpsstraat 7", "1234 AB" }, CODE_ADDRESS,
			NULL, NULL, NULL },
		{ { "J. Jansen", "9000 Gent", "Belgium" }, CODE_ADDRESS, NULL,
			NULL, NULL },
	};
	struct arena mem = ARENA_EMPTY;
	struct address made, back;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf packed = BUF_MAX(1000);
		enum verdict v =
			address_of_lines(cases[i].line, &mem, &made, &why);

		if (cases[i].code != CODE_NONE) {
			assert_int_equal(v, V_SKIP);
			assert_int_equal(why.code, cases[i].code);
			continue;
		}
		assert_int_equal(v, V_OK);
		address_pack(&made, &packed);
		address_unpack(packed.bytes, &mem, &back);
		buf_done(&packed);
		assert_int_equal(address_check(&back, &usual, &why), V_OK);
		assert_string_equal(lines(&back, &mem), cases[i].lines);
		assert_string_equal(address_kix(&back, &mem), cases[i].kix);
		assert_string_equal(
			address_sort_key(&back, &mem), cases[i].key);
	}
	arena_done(&mem);
}

/* Each sorts before the next, byte by byte. */
static void
test_address__sorts_as_the_post_does(void **state)
{
	static const struct address order[] = {
		NL("J", "A", "9", "", "", "1000AA", "X"),
		NL("J", "A", "10", "", "", "1000AA", "X"),
		NL("J", "A", "10", "", "2", "1000AA", "X"),
		NL("J", "A", "10", "", "10", "1000AA", "X"),
		NL("J", "A", "10", "", "HS", "1000AA", "X"),
		NL("J", "A", "10", "A", "", "1000AA", "X"),
		NL("J", "A", "10", "b", "", "1000AA", "X"),
		NL("J", "A", "10", "C", "", "1000AA", "X"),
		NL("J", "A", "1", "", "", "1000ab", "X"),
		NL("J", "A", "1", "", "", "1001 AA", "X"),
		NL("J", "Postbus", "9", "", "", "1000AA", "X"),
		NL("J", "Postbus 10", "", "", "", "1000AA", "X"),
		NL("J", "Antwoordnummer", "2", "", "", "1000AB", "X"),
		FAR("J", "BE", "Kerkstraat 2", "9000 Gent", ""),
		FAR("J", "BE", "Kerkstraat 10", "9000 Gent", ""),
		FAR("J", "DE", "A", "B", ""),
		FAR("J", "AU", "A", "B", ""),
		FAR("J", "US", "A", "B", ""),
	};
	struct arena mem = ARENA_EMPTY;
	size_t i;

	(void)state;
	for (i = 1; i < sizeof(order) / sizeof(order[0]); i++) {
		const char *a = address_sort_key(&order[i - 1], &mem);
		const char *b = address_sort_key(&order[i], &mem);

		if (strcmp(a, b) >= 0)
			fail_msg("'%s' is not before '%s'", a, b);
		assert_true(b[strlen(b) - 1] != ' ');
	}
	arena_done(&mem);
}

static void
test_address__comes_back_as_it_was(void **state)
{
	static const struct address address = { "a", "b", "c", "d", "e", "f",
		"g", "h", "NL", { "i", "j\x1fk", "" }, { NULL } };
	struct arena mem = ARENA_EMPTY;
	struct buf out = BUF_MAX(1000);
	struct address back;

	(void)state;
	address_pack(&address, &out);
	address_unpack(out.bytes, &mem, &back);
	assert_string_equal(back.name, "a");
	assert_string_equal(back.attention, "b");
	assert_string_equal(back.addition, "f");
	assert_string_equal(back.town, "h");
	assert_string_equal(back.country, "NL");
	assert_string_equal(back.foreign[0], "i");
	/* What would look like a border does not move the fields. */
	assert_string_equal(back.foreign[1], "j k");
	assert_string_equal(back.foreign[2], "");
	address_unpack("x", &mem, &back);
	assert_string_equal(back.name, "x");
	assert_string_equal(back.foreign[2], "");
	buf_done(&out);
	arena_done(&mem);
}

static void
test_address__every_country_is_found(void **state)
{
	int a, b, found = 0, eu = 0;
	char code[3] = "";

	(void)state;
	for (a = 'A'; a <= 'Z'; a++)
		for (b = 'A'; b <= 'Z'; b++) {
			code[0] = (char)a;
			code[1] = (char)b;
			if (country_find(code) == NULL)
				continue;
			found++;
			eu += country_find(code)->eu;
			assert_true(strlen(country_find(code)->name) <=
				    ADDRESS_LINE_CHARS);
		}
	assert_int_equal(found, 249);
	assert_int_equal(eu, 27);
	assert_null(country_find("A"));
	assert_null(country_find("NLD"));
	assert_null(country_find(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_address__lines_as_the_post_wants_them),
		cmocka_unit_test(test_address__what_cannot_be_posted),
		cmocka_unit_test(test_address__a_name_is_shortened_in_order),
		cmocka_unit_test(
			test_address__a_printer_has_its_lines_and_characters),
		cmocka_unit_test(test_address__lines_of_a_person_are_printed),
		cmocka_unit_test(test_address__sorts_as_the_post_does),
		cmocka_unit_test(test_address__comes_back_as_it_was),
		cmocka_unit_test(test_address__every_country_is_found),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
