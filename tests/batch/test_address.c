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

#define NL(name, street, number, letter, addition, postcode, town)             \
	{                                                                      \
		name, "", street, number, letter, addition, postcode, town,    \
			"",                                                    \
		{                                                              \
			"", "", ""                                             \
		}                                                              \
	}
#define FAR(name, country, one, two, three)                                    \
	{                                                                      \
		name, "", "", "", "", "", "", "", country,                     \
		{                                                              \
			one, two, three                                        \
		}                                                              \
	}

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
			"Jan Pieter Willem van der Meer van|Dorpsstraat "
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
				"Berlin", "DE", { "", "", "" } },
			"J. Jansen|Hauptstr. 5|10115 BERLIN|GERMANY", "",
			"EU" },
		{ "six lines",
			{ "Demo BV", "J. Jansen", "", "", "", "", "", "", "GB",
				{ "1 High St", "Anyborough",
					"London SW1A 1AA" } },
			"Demo BV|T.a.v. J. Jansen|1 High St|Anyborough|LONDON "
			"SW1A 1AA|UNITED KINGDOM",
			"", "WORLD" },
		{ "NL by code",
			{ "J. Jansen", "", "Postbus", "12", "", "", "2130VA",
				"Demodam", "NL", { "", "", "" } },
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
		"g", "h", "NL", { "i", "j\x1fk", "" } };
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
		cmocka_unit_test(test_address__sorts_as_the_post_does),
		cmocka_unit_test(test_address__comes_back_as_it_was),
		cmocka_unit_test(test_address__every_country_is_found),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
