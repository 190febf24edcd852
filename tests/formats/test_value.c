/* tests/formats/test_value.c - each type takes what it should and nothing else
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "formats/definition.h"

static struct arena mem;

static struct field
field(enum field_type type)
{
	return (struct field){ .name = "f",
		.type = type,
		.min = 1,
		.max = 200,
		.cents = 100,
		.sign_field = -1 };
}

static enum verdict
check(const struct field *f, const char *text, struct value *value,
	struct fault *why)
{
	const struct sound asked = value_sound_of(f);
	struct value sound;
	enum verdict v;
	bool quick;

	*value = (struct value){ .text = text,
		.len = text == NULL ? 0 : strlen(text) };
	*why = FAULT_NONE;
	sound = *value;
	quick = value_sound(&asked, &sound);
	v = value_check(f, value, NULL, &mem, why);
	if (quick) { /* then the long way says the same */
		assert_int_equal(v, V_OK);
		assert_ptr_equal(sound.text, value->text);
		assert_int_equal(sound.len, value->len);
		assert_int_equal(sound.number, value->number);
	}
	return v;
}

/* No fault quotes the value: the longest part of it that could be told. */
static void
assert_silent(const struct fault *why, const char *text)
{
	if (text != NULL && strlen(text) > 3)
		assert_null(strstr(why->text, text));
}

static void
test_value__each_type_knows_its_own(void **state)
{
	static const struct {
		enum field_type type;
		const char *text;
		enum code code; /* CODE_NONE: sound */
	} cases[] = {
		{ FIELD_TEXT, "Achterhu\xc3\xbcskamp 21-a", CODE_NONE },
		{ FIELD_TEXT,
			"a\x01"
			"b",
			CODE_CHARACTERS },
		{ FIELD_TEXT, "a\x7f", CODE_CHARACTERS },
		{ FIELD_TEXT, "Jan\nStraat 1", CODE_CHARACTERS },
		{ FIELD_TEXT, "Jan\r", CODE_CHARACTERS },
		{ FIELD_TEXT, "a\tb", CODE_CHARACTERS },
		{ FIELD_TEXT, "\xc3\xab\nb", CODE_CHARACTERS },
		{ FIELD_TEXT,
			"a\xe2\x80\xa8"
			"b",
			CODE_CHARACTERS },
		{ FIELD_NAME, "Jan\nJansen", CODE_CHARACTERS },
		{ FIELD_TEXT, "abcdefgh\x7f", CODE_CHARACTERS },
		{ FIELD_TEXT, "abcdefg\x1f", CODE_CHARACTERS },
		{ FIELD_TEXT, "abcdefghijkl~nop q\xc3\xab", CODE_NONE },
		{ FIELD_TEXT, "a\xc2\x85", CODE_CHARACTERS },
		{ FIELD_TEXT, "Jans\xef\xbf\xbdn", CODE_CHARACTERS },
		{ FIELD_TEXT, "\xee\x80\x80", CODE_CHARACTERS },
		{ FIELD_NAME, "van der Achterhu\xc3\xbcskamp", CODE_NONE },
		{ FIELD_NAME, "F.M.C.E", CODE_NONE },
		{ FIELD_NAME, "\xc3\x85", CODE_NONE },
		{ FIELD_NAME, "Korting @ 100%", CODE_PERSON_NAME },
		{ FIELD_NAME, "-", CODE_PERSON_NAME },
		{ FIELD_NAME, "...", CODE_PERSON_NAME },
		{ FIELD_NAME, "\"Onbekend\"", CODE_PERSON_NAME },
		{ FIELD_NAME, "ONBEKEND", CODE_PERSON_NAME },
		{ FIELD_NAME, "Onbekendema", CODE_NONE },
		{ FIELD_NAME, "Jan\tJansen", CODE_CHARACTERS },
		{ FIELD_ALPHA, "Abz", CODE_NONE },
		{ FIELD_ALPHA, "Ab1", CODE_FIELD_FORM },
		{ FIELD_ALPHA, "\xc3\xa9", CODE_FIELD_FORM },
		{ FIELD_LETTER, "A", CODE_NONE },
		{ FIELD_LETTER, "AB", CODE_FIELD_FORM },
		{ FIELD_LETTER, "1", CODE_FIELD_FORM },
		{ FIELD_ALNUM, "2hg", CODE_NONE },
		{ FIELD_ALNUM, "2-hg", CODE_FIELD_FORM },
		{ FIELD_DIGITS, "000123", CODE_NONE },
		{ FIELD_DIGITS, "12345678901234567890123", CODE_NONE },
		{ FIELD_DIGITS, "12a", CODE_FIELD_FORM },
		{ FIELD_INT, "21", CODE_NONE },
		{ FIELD_INT, "21a", CODE_FIELD_FORM },
		{ FIELD_INT, "-21", CODE_FIELD_FORM },
		{ FIELD_OIN, "00000001001172773000", CODE_NONE },
		{ FIELD_OIN, "0000000100117277300", CODE_FIELD_FORM },
		{ FIELD_BSN, "999990019", CODE_NONE },
		{ FIELD_BSN, "010000008", CODE_NONE },
		{ FIELD_BSN, "999990018", CODE_BSN },
		{ FIELD_BSN, "000000000", CODE_BSN },
		{ FIELD_BSN, "99999001", CODE_BSN_FORM },
		{ FIELD_BSN, "1,2E+08", CODE_BSN_FORM },
		{ FIELD_BSN, "9999.90.019", CODE_BSN_FORM },
		{ FIELD_BSN, "999990019 ", CODE_BSN_FORM },
		{ FIELD_RSIN, "999990019", CODE_NONE },
		{ FIELD_RSIN, "999990018", CODE_FIELD_FORM },
		{ FIELD_ANPID, "01531234567890123", CODE_NONE },
		{ FIELD_ANPID, "0153123456789012", CODE_FIELD_FORM },
		{ FIELD_KVK, "01234567", CODE_NONE },
		{ FIELD_KVK, "1234567", CODE_FIELD_FORM },
		{ FIELD_IBAN, "NL91ABNA0417164300", CODE_NONE },
		{ FIELD_IBAN, "NL92ABNA0417164300", CODE_FIELD_FORM },
		{ FIELD_IBAN, "NL91 ABNA 0417 1643 00", CODE_FIELD_FORM },
		{ FIELD_IBAN, "nl91abna0417164300", CODE_FIELD_FORM },
		{ FIELD_IBAN, "NL91ABNA041716", CODE_FIELD_FORM },
		{ FIELD_COUNTRY, "BE", CODE_NONE },
		{ FIELD_COUNTRY, "be", CODE_ADDRESS },
		{ FIELD_COUNTRY, "ZZ", CODE_ADDRESS },
		{ FIELD_COUNTRY, "BEL", CODE_ADDRESS },
		{ FIELD_COUNTRY_BRP, "5010", CODE_NONE },
		{ FIELD_COUNTRY_BRP, "9999", CODE_ADDRESS },
		{ FIELD_COUNTRY_BRP, "5016", CODE_ADDRESS },
		{ FIELD_COUNTRY_BRP, "BE", CODE_ADDRESS },
		{ FIELD_BOOL_JN, "J", CODE_NONE },
		{ FIELD_BOOL_JN, "j", CODE_FIELD_FORM },
		{ FIELD_BOOL_10, "0", CODE_NONE },
		{ FIELD_BOOL_10, "J", CODE_FIELD_FORM },
		{ FIELD_BOOL_TRUE, "false", CODE_NONE },
		{ FIELD_BOOL_TRUE, "False", CODE_FIELD_FORM },
		{ FIELD_FILENAME, "us-202601-1.pdf", CODE_NONE },
		{ FIELD_FILENAME, "../etc", CODE_FIELD_FORM },
		{ FIELD_FILENAME, ".pdf", CODE_FIELD_FORM },
		{ FIELD_FILENAME, "a b.pdf", CODE_FIELD_FORM },
		{ FIELD_FILENAME, "a/b.pdf", CODE_FIELD_FORM },
		{ FIELD_SHA256,
			"0b3da51670760afa2c055e9681871eb28d5a56b3b14c555f7ebd9"
			"6412bdcdd57",
			CODE_NONE },
		{ FIELD_SHA256, "0b3da5", CODE_FIELD_FORM },
		{ FIELD_SHA256,
			"gb3da51670760afa2c055e9681871eb28d5a56b3b14c555f7ebd9"
			"6412bdcdd57",
			CODE_FIELD_FORM },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct field f = field(cases[i].type);
		struct value value;
		struct fault why;
		enum verdict v = check(&f, cases[i].text, &value, &why);

		if (why.code != cases[i].code)
			print_message("case %zu: %s\n", i, why.text);
		assert_int_equal(why.code, cases[i].code);
		assert_int_equal(v, cases[i].code == CODE_NONE ? V_OK : V_SKIP);
		assert_silent(&why, cases[i].text);
	}
}

static void
test_value__a_postcode_is_given_its_form(void **state)
{
	static const struct {
		const char *text, *form; /* NULL: refused */
	} cases[] = {
		{ "1234AB", "1234AB" },
		{ "1234 AB", "1234AB" },
		{ "1234ab", "1234AB" },
		{ "1234  ab", "1234AB" },
		{ "0234AB", NULL },
		{ "1234SA", NULL },
		{ "1234SD", NULL },
		{ "1234 ss", NULL },
		{ "1234SB", "1234SB" },
		{ "12345", NULL },
		{ "B-1000", NULL },
		{ "12 34AB", NULL },
		{ "1234ABC", NULL },
		{ "1234\xc3\xa9", NULL },
	};
	struct field f = field(FIELD_POSTCODE);
	size_t i;

	(void)state;
	f.min = f.max = 6;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct value value;
		struct fault why;
		enum verdict v = check(&f, cases[i].text, &value, &why);

		if (cases[i].form == NULL) {
			assert_int_equal(v, V_SKIP);
			assert_int_equal(why.code, CODE_POSTCODE);
			continue;
		}
		assert_int_equal(v, V_OK);
		assert_string_equal(value.text, cases[i].form);
		assert_int_equal(value.len, 6);
	}
}

static void
test_value__dates_are_days_that_exist(void **state)
{
	static const struct {
		enum field_type type;
		const char *text;
		bool incomplete, sound;
		int y, m, d;
	} cases[] = {
		{ FIELD_DATE_YMD, "20260228", false, true, 2026, 2, 28 },
		{ FIELD_DATE_YMD, "20240229", false, true, 2024, 2, 29 },
		{ FIELD_DATE_YMD, "20260229", false, false, 0, 0, 0 },
		{ FIELD_DATE_YMD, "20260230", false, false, 0, 0, 0 },
		{ FIELD_DATE_YMD, "20261301", false, false, 0, 0, 0 },
		{ FIELD_DATE_YMD, "19950200", false, false, 0, 0, 0 },
		{ FIELD_DATE_YMD, "19950200", true, true, 1995, 2, 1 },
		{ FIELD_DATE_YMD, "19950000", true, true, 1995, 1, 1 },
		{ FIELD_DATE_YMD, "19950015", true, false, 0, 0, 0 },
		{ FIELD_DATE_YMD, "19951300", true, false, 0, 0, 0 },
		{ FIELD_DATE_YMD, "00000000", true, false, 0, 0, 0 },
		{ FIELD_DATE_YMD, "0", false, false, 0, 0, 0 },
		{ FIELD_DATE_YMD, "2026-02-28", false, false, 0, 0, 0 },
		{ FIELD_DATE_YMD, "1-3-2026", false, false, 0, 0, 0 },
		{ FIELD_DATE_ISO, "2026-02-28", false, true, 2026, 2, 28 },
		{ FIELD_DATE_ISO, "20260228", false, false, 0, 0, 0 },
		{ FIELD_DATE_DMY, "28-02-2026", false, true, 2026, 2, 28 },
		{ FIELD_DATE_DMY, "1-3-2026", false, false, 0, 0, 0 },
		{ FIELD_DATE_DMY, "2026-02-28", false, false, 0, 0, 0 },
		{ FIELD_TIME, "20260215T020000", false, true, 2026, 2, 15 },
		{ FIELD_TIME, "20260215020000", false, true, 2026, 2, 15 },
		{ FIELD_TIME, "20260215020000123", false, true, 2026, 2, 15 },
		{ FIELD_TIME, "20260215T240000", false, false, 0, 0, 0 },
		{ FIELD_TIME, "20260215T026000", false, false, 0, 0, 0 },
		{ FIELD_TIME, "20260215T02000", false, false, 0, 0, 0 },
		{ FIELD_TIME, "20260230T020000", false, false, 0, 0, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct field f = field(cases[i].type);
		struct value value;
		struct fault why;
		int32_t days = 0;
		enum verdict v;

		f.incomplete = cases[i].incomplete;
		v = check(&f, cases[i].text, &value, &why);
		if (!cases[i].sound) {
			assert_int_equal(v, V_SKIP);
			assert_int_equal(why.code, CODE_DATE);
			continue;
		}
		assert_int_equal(v, V_OK);
		assert_true(
			clock_day(cases[i].y, cases[i].m, cases[i].d, &days));
		assert_int_equal(value.days, days);
	}
}

static void
test_value__years_and_periods_are_numbers(void **state)
{
	static const struct {
		enum field_type type;
		const char *text;
		int64_t number; /* 0: refused */
	} cases[] = {
		{ FIELD_YEAR, "2026", 2026 },
		{ FIELD_YEAR, "26", 0 },
		{ FIELD_YEAR, "0000", 0 },
		{ FIELD_YEAR, "202a", 0 },
		{ FIELD_PERIOD_MONTH, "202601", 202601 },
		{ FIELD_PERIOD_MONTH, "202612", 202612 },
		{ FIELD_PERIOD_MONTH, "202613", 0 },
		{ FIELD_PERIOD_MONTH, "202600", 0 },
		{ FIELD_PERIOD_WEEKS, "202613", 202613 },
		{ FIELD_PERIOD_WEEKS, "202614", 0 },
		{ FIELD_PERIOD, "202613", 202613 },
		{ FIELD_PERIOD, "202614", 0 },
		{ FIELD_PERIOD, "2026-1", 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct field f = field(cases[i].type);
		struct value value;
		struct fault why;
		enum verdict v = check(&f, cases[i].text, &value, &why);

		assert_int_equal(v, cases[i].number == 0 ? V_SKIP : V_OK);
		assert_int_equal(value.number, cases[i].number);
		if (v != V_OK)
			assert_int_equal(why.code, CODE_DATE);
	}
}

#define WRONG INT64_MIN

static void
test_value__amounts_are_cents_however_they_are_written(void **state)
{
	static const struct {
		enum field_type type;
		enum field_sign sign;
		const char *text;
		int64_t cents;
	} cases[] = {
		{ FIELD_MONEY_COMMA, SIGN_NONE, "843,17", 84317 },
		{ FIELD_MONEY_COMMA, SIGN_NONE, "0,00", 0 },
		{ FIELD_MONEY_COMMA, SIGN_NONE, "9999999999999,99",
			INT64_C(999999999999999) },
		{ FIELD_MONEY_COMMA, SIGN_NONE, "0000009999999999999,99",
			INT64_C(999999999999999) },
		{ FIELD_MONEY_COMMA, SIGN_NONE, "10000000000000,00", WRONG },
		{ FIELD_MONEY_COMMA, SIGN_NONE, "843.17", WRONG },
		{ FIELD_MONEY_COMMA, SIGN_NONE, "843", WRONG },
		{ FIELD_MONEY_COMMA, SIGN_NONE, "843,1", WRONG },
		{ FIELD_MONEY_COMMA, SIGN_NONE, "843,170", WRONG },
		{ FIELD_MONEY_COMMA, SIGN_NONE, ",17", WRONG },
		{ FIELD_MONEY_COMMA, SIGN_NONE, "1.843,17", WRONG },
		{ FIELD_MONEY_COMMA, SIGN_NONE, "-12,00", WRONG },
		{ FIELD_MONEY_COMMA, SIGN_NONE, "+12,00", WRONG },
		{ FIELD_MONEY_COMMA, SIGN_MINUS, "-12,00", -1200 },
		{ FIELD_MONEY_COMMA, SIGN_MINUS, "12,00", 1200 },
		{ FIELD_MONEY_COMMA, SIGN_MINUS, "+12,00", WRONG },
		{ FIELD_MONEY_COMMA, SIGN_MINUS, "--12,00", WRONG },
		{ FIELD_MONEY_COMMA, SIGN_MINUS, "-", WRONG },
		{ FIELD_MONEY_COMMA, SIGN_TRAIL, "12,00-", -1200 },
		{ FIELD_MONEY_COMMA, SIGN_TRAIL, "12,00+", 1200 },
		{ FIELD_MONEY_COMMA, SIGN_TRAIL, "12,00", WRONG },
		{ FIELD_MONEY_POINT, SIGN_NONE, "843.17", 84317 },
		{ FIELD_MONEY_POINT, SIGN_NONE, "843,17", WRONG },
		{ FIELD_MONEY_INT, SIGN_NONE, "308000", 30800000 },
		{ FIELD_MONEY_INT, SIGN_NONE, "308000,00", WRONG },
		{ FIELD_MONEY_INT, SIGN_LEAD, "+000007305", 730500 },
		{ FIELD_MONEY_INT, SIGN_LEAD, "-000000400", -40000 },
		{ FIELD_MONEY_INT, SIGN_LEAD, "000000400", WRONG },
		{ FIELD_MONEY_INT, SIGN_LEAD, "+", WRONG },
		{ FIELD_MONEY_INT, SIGN_LEAD, "+1e3", WRONG },
		{ FIELD_MONEY_IMPLIED, SIGN_NONE, "84317", 84317 },
		{ FIELD_MONEY_IMPLIED, SIGN_NONE, "000000000084317", 84317 },
		{ FIELD_MONEY_IMPLIED, SIGN_LEAD, "-84317", -84317 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct field f = field(cases[i].type);
		struct value value;
		struct fault why;
		enum verdict v;

		f.sign = cases[i].sign;
		f.decimals = 2;
		v = check(&f, cases[i].text, &value, &why);
		if (cases[i].cents == WRONG) {
			assert_int_equal(v, V_SKIP);
			assert_int_equal(why.code, CODE_AMOUNT);
			continue;
		}
		assert_int_equal(v, V_OK);
		assert_true(value.cents == cases[i].cents);
	}
}

static void
test_value__a_unit_of_cents_is_not_times_hundred(void **state)
{
	struct field f = field(FIELD_MONEY_INT);
	struct value value;
	struct fault why;

	(void)state;
	f.cents = 1;
	assert_int_equal(check(&f, "84317", &value, &why), V_OK);
	assert_int_equal(value.cents, 84317);
}

static void
test_value__parts_of_a_cent_are_refused(void **state)
{
	struct field f = field(FIELD_MONEY_IMPLIED);
	struct value value;
	struct fault why;

	(void)state;
	f.decimals = 3;
	assert_int_equal(check(&f, "843170", &value, &why), V_OK);
	assert_int_equal(value.cents, 84317);
	assert_int_equal(check(&f, "843171", &value, &why), V_SKIP);
	assert_int_equal(why.code, CODE_AMOUNT);
}

static void
test_value__a_sign_may_stand_in_another_field(void **state)
{
	struct field f = field(FIELD_MONEY_INT);
	struct value minus = { .text = "-", .len = 1 };
	struct value plus = { .text = "+", .len = 1 };
	struct value other = { .text = "D", .len = 1 }, none = { 0 };
	struct value value = { .text = "25", .len = 2 };
	struct fault why;

	(void)state;
	f.sign = SIGN_SPLIT;
	assert_int_equal(value_check(&f, &value, &minus, &mem, &why), V_OK);
	assert_int_equal(value.cents, -2500);
	assert_int_equal(value_check(&f, &value, &plus, &mem, &why), V_OK);
	assert_int_equal(value.cents, 2500);
	assert_int_equal(value_check(&f, &value, &other, &mem, &why), V_SKIP);
	assert_int_equal(value_check(&f, &value, &none, &mem, &why), V_SKIP);
	assert_int_equal(value_check(&f, &value, NULL, &mem, &why), V_SKIP);
	assert_int_equal(why.code, CODE_AMOUNT);
}

static void
test_value__absent_empty_and_preset_are_told_apart(void **state)
{
	struct field f = field(FIELD_DATE_YMD);
	struct value value;
	struct fault why;

	(void)state;
	assert_int_equal(check(&f, NULL, &value, &why), V_OK);
	assert_null(value.text);
	assert_int_equal(check(&f, "", &value, &why), V_OK);
	assert_null(value.text);
	f.empty = "00000000";
	assert_int_equal(check(&f, "00000000", &value, &why), V_OK);
	assert_null(value.text);
	f.required = true;
	assert_int_equal(check(&f, "00000000", &value, &why), V_SKIP);
	assert_int_equal(why.code, CODE_FIELD_ABSENT);
	assert_int_equal(check(&f, NULL, &value, &why), V_SKIP);
	assert_int_equal(why.code, CODE_FIELD_ABSENT);
	f.preset = "20260101";
	assert_int_equal(check(&f, NULL, &value, &why), V_OK);
	assert_string_equal(value.text, "20260101");
	assert_int_equal(check(&f, "00000000", &value, &why), V_OK);
	assert_string_equal(value.text, "20260101");
	assert_int_equal(check(&f, "20260202", &value, &why), V_OK);
	assert_string_equal(value.text, "20260202");
}

static void
test_value__a_nil_needs_an_allowed_reason_and_no_value(void **state)
{
	static char geen[] = "geenWaarde";
	char *nils[] = { geen };
	struct field f = field(FIELD_TEXT);
	struct value value = { .nil = true, .nil_reason = "geenWaarde" };
	struct fault why;

	(void)state;
	assert_int_equal(value_check(&f, &value, NULL, &mem, &why), V_OK);
	assert_null(value.text);
	f.nils = nils;
	f.nil_count = 1;
	assert_int_equal(value_check(&f, &value, NULL, &mem, &why), V_OK);
	value.nil_reason = "waardeOnbekend";
	assert_int_equal(value_check(&f, &value, NULL, &mem, &why), V_SKIP);
	assert_int_equal(why.code, CODE_FIELD_NIL);
	value.nil_reason = NULL;
	assert_int_equal(value_check(&f, &value, NULL, &mem, &why), V_SKIP);
	value.nil_reason = "geenWaarde";
	value.text = "x";
	value.len = 1;
	assert_int_equal(value_check(&f, &value, NULL, &mem, &why), V_SKIP);
	assert_int_equal(why.code, CODE_FIELD_NIL);
	value = (struct value){ .nil = true, .nil_reason = "geenWaarde" };
	f.required = true;
	assert_int_equal(value_check(&f, &value, NULL, &mem, &why), V_SKIP);
	assert_int_equal(why.code, CODE_FIELD_NIL);
}

static void
test_value__length_counts_characters_at_the_limit_and_past_it(void **state)
{
	struct field f = field(FIELD_TEXT);
	struct value value;
	struct fault why;

	(void)state;
	f.min = 2;
	f.max = 4;
	assert_int_equal(
		check(&f, "\xc3\xab\xc3\xab\xc3\xab\xc3\xab", &value, &why),
		V_OK);
	assert_int_equal(check(&f, "abcde", &value, &why), V_SKIP);
	assert_int_equal(why.code, CODE_FIELD_FORM);
	assert_int_equal(check(&f, "a", &value, &why), V_SKIP);
	assert_int_equal(why.code, CODE_FIELD_FORM);
	f.full_warns = true;
	assert_int_equal(check(&f, "abc", &value, &why), V_OK);
	assert_int_equal(check(&f, "abcd", &value, &why), V_END);
	assert_int_equal(why.code, CODE_PERSON_NAME);
}

static void
test_value__a_value_may_have_to_end_in_a_certain_way(void **state)
{
	struct field f = field(FIELD_DATE_YMD);
	struct value value;
	struct fault why;

	(void)state;
	f.ends = "0101";
	assert_int_equal(check(&f, "20250101", &value, &why), V_OK);
	assert_int_equal(check(&f, "20250201", &value, &why), V_SKIP);
	assert_int_equal(why.code, CODE_FIELD_FORM);
	f = field(FIELD_TEXT);
	f.ends = "0101";
	assert_int_equal(check(&f, "101", &value, &why), V_SKIP);
}

static void
test_value__steps_bring_a_value_into_its_form(void **state)
{
	static const struct {
		enum field_step step[3];
		const char *text, *form;
		enum verdict v;
		enum code code;
	} cases[] = {
		{ { STEP_TRIM }, "  a b \t", "a b", V_OK, CODE_NONE },
		{ { STEP_TRIM }, "ab", "ab", V_OK, CODE_NONE },
		{ { STEP_COLLAPSE }, "a \t\n b  c", "a b c", V_OK, CODE_NONE },
		{ { STEP_COLLAPSE }, "a\tb", "a b", V_OK, CODE_NONE },
		{ { STEP_TRIM, STEP_COLLAPSE }, " a  b ", "a b", V_OK,
			CODE_NONE },
		{ { STEP_UPPER }, "i\xc4\xb1\xc3\xa9z", "I\xc4\xb1\xc3\xa9Z",
			V_OK, CODE_NONE },
		{ { STEP_LOWER }, "I\xc4\xb0Z", "i\xc4\xb0z", V_OK, CODE_NONE },
		{ { STEP_STRIP_ZEROS }, "00021", "21", V_OK, CODE_NONE },
		{ { STEP_STRIP_ZEROS }, "000", "0", V_OK, CODE_NONE },
		{ { STEP_PAD }, "1234", "00001234", V_END, CODE_FIELD_FORM },
		{ { STEP_PAD }, "12345678", "12345678", V_OK, CODE_NONE },
		{ { STEP_PAD }, "12 4", "12 4", V_OK, CODE_NONE },
		{ { STEP_POSTCODE }, "1234 ab", "1234AB", V_OK, CODE_NONE },
		{ { STEP_POSTCODE }, "B-10000000", "B-10000000", V_OK,
			CODE_NONE },
		{ { STEP_NFC }, "e\xcc\x88", "\xc3\xab", V_OK, CODE_NONE },
		{ { STEP_DROP_CONTROL },
			"a\x01"
			"b\x7f\xc2\x85"
			"c\xc3\xa9 d",
			"abc\xc3\xa9 d", V_OK, CODE_NONE },
		/* A blank between words does not go with them. */
		{ { STEP_DROP_CONTROL }, "a\x01\tb", NULL, V_SKIP,
			CODE_CHARACTERS },
		{ { STEP_DROP_CONTROL, STEP_COLLAPSE }, "a\x01\tb", "a b", V_OK,
			CODE_NONE },
		{ { STEP_COLLAPSE }, "a\r\nb\n", "a b ", V_OK, CODE_NONE },
		{ { STEP_TRIM }, "a\nb\n", NULL, V_SKIP, CODE_CHARACTERS },
		{ { STEP_CP1252 }, "\xc2\x80 5 \xc2\x92s",
			"\xe2\x82\xac 5 \xe2\x80\x99s", V_END,
			CODE_CHARACTERS },
		{ { STEP_CP1252 }, "\xc3\xa9\xc2\xa0", "\xc3\xa9\xc2\xa0", V_OK,
			CODE_NONE },
		{ { STEP_CP1252 }, "\xc2\x81", NULL, V_SKIP, CODE_CHARACTERS },
		{ { STEP_TRIM }, "   ", NULL, V_OK, CODE_NONE },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct field f = field(FIELD_TEXT);
		struct value value;
		struct fault why;
		enum verdict v;

		memcpy(f.steps, cases[i].step, sizeof(cases[i].step));
		f.pad = 8;
		v = check(&f, cases[i].text, &value, &why);
		if (v != cases[i].v)
			print_message("case %zu\n", i);
		assert_int_equal(v, cases[i].v);
		assert_int_equal(why.code, cases[i].code);
		if (v == V_SKIP)
			continue;
		if (cases[i].form == NULL) {
			assert_null(value.text);
			continue;
		}
		assert_string_equal(value.text, cases[i].form);
		assert_int_equal(value.len, strlen(cases[i].form));
	}
}

static void
test_value__a_lost_zero_of_a_bsn_comes_back_and_is_told(void **state)
{
	struct field f = field(FIELD_BSN);
	struct value value;
	struct fault why;

	(void)state;
	f.min = f.max = 9;
	f.steps[0] = STEP_PAD;
	f.pad = 9;
	assert_int_equal(check(&f, "10000008", &value, &why), V_END);
	assert_int_equal(why.code, CODE_BSN_FORM);
	assert_string_equal(value.text, "010000008");
	assert_int_equal(value.number, 10000008);
	assert_null(strstr(why.text, "10000008"));
	/* A repair does not hide that it is wrong. */
	assert_int_equal(check(&f, "10000009", &value, &why), V_SKIP);
	assert_int_equal(why.code, CODE_BSN);
	assert_int_equal(check(&f, "1,2E+08", &value, &why), V_SKIP);
	assert_int_equal(why.code, CODE_BSN_FORM);
}

static void
test_value__a_name_that_is_not_latin_is_a_remark(void **state)
{
	struct field f = field(FIELD_NAME);
	struct value value;
	struct fault why;

	(void)state;
	assert_int_equal(
		check(&f, "\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd", &value, &why),
		V_END);
	assert_int_equal(why.code, CODE_CHARACTERS);
	assert_int_equal(check(&f, "O\xe2\x80\x99Neil \xc5\x9a\xe1\xba\xbd",
				 &value, &why),
		V_OK);
	/* Composed first: a mark of its own is no strange letter. */
	assert_int_equal(check(&f, "No\xcc\x88l", &value, &why), V_OK);
	assert_string_equal(value.text, "N\xc3\xb6l");
}

static void
test_value__words_become_numbers_and_choices(void **state)
{
	static char di01[] = "Di01";
	char *values[] = { di01 };
	struct field f = field(FIELD_BOOL_JN);
	struct value value;
	struct fault why;

	(void)state;
	assert_int_equal(check(&f, "J", &value, &why), V_OK);
	assert_true(value.yes);
	assert_int_equal(check(&f, "N", &value, &why), V_OK);
	assert_false(value.yes);
	f = field(FIELD_BOOL_TRUE);
	assert_int_equal(check(&f, "true", &value, &why), V_OK);
	assert_true(value.yes);
	f = field(FIELD_BOOL_10);
	assert_int_equal(check(&f, "1", &value, &why), V_OK);
	assert_true(value.yes);
	f = field(FIELD_DIGITS);
	assert_int_equal(check(&f, "999999999999999999", &value, &why), V_OK);
	assert_true(value.number == INT64_C(999999999999999999));
	f = field(FIELD_COUNTRY_BRP);
	assert_int_equal(check(&f, "6029", &value, &why), V_OK);
	assert_string_equal(value.text, "DE");
	f = field(FIELD_ENUM);
	f.values = values;
	f.value_count = 1;
	assert_int_equal(check(&f, "Di01", &value, &why), V_OK);
	assert_int_equal(check(&f, "Di0", &value, &why), V_SKIP);
	assert_int_equal(why.code, CODE_FIELD_FORM);
}

/* Several bytes are looked at together: none may hide among its neighbours. */
static void
test_value__every_byte_at_every_place_is_seen(void **state)
{
	const struct field text = field(FIELD_TEXT);
	const struct field digits = field(FIELD_DIGITS);
	struct field date = field(FIELD_DATE_YMD);
	char t[32];
	size_t len, at;
	int c;

	(void)state;
	date.max = 8;
	for (len = 1; len <= 20; len++)
		for (at = 0; at < len; at++)
			for (c = 1; c < 0x80; c++) {
				struct value value;
				struct fault why;
				bool digit = c >= '0' && c <= '9';
				enum verdict v;

				memset(t, '1', len);
				t[len] = '\0';
				t[at] = (char)c;
				v = check(&text, t, &value, &why);
				assert_int_equal(
					v == V_OK, c >= 0x20 && c < 0x7f);
				v = check(&digits, t, &value, &why);
				assert_int_equal(v == V_OK, digit);
				if (digit && len <= 18)
					assert_int_equal(value.number,
						strtoll(t, NULL, 10));
				if (!digit)
					assert_int_not_equal(
						check(&date, t, &value, &why),
						V_OK);
			}
}

static void
test_value__the_locale_changes_nothing(void **state)
{
	struct field f = field(FIELD_ALPHA);
	struct value value;
	struct fault why;

	(void)state;
	/* Where it is installed; elsewhere the first half is the test. */
	(void)setlocale(LC_ALL, "tr_TR.UTF-8");
	f.steps[0] = STEP_UPPER;
	assert_int_equal(check(&f, "istanbul", &value, &why), V_OK);
	assert_string_equal(value.text, "ISTANBUL");
	f = field(FIELD_ALPHA);
	(void)setlocale(LC_ALL, "nl_NL.ISO-8859-1");
	assert_int_equal(check(&f, "\xe9", &value, &why), V_SKIP);
	(void)setlocale(LC_ALL, "C");
}

static int
set_down(void **state)
{
	(void)state;
	arena_done(&mem);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_value__each_type_knows_its_own),
		cmocka_unit_test(test_value__a_postcode_is_given_its_form),
		cmocka_unit_test(test_value__dates_are_days_that_exist),
		cmocka_unit_test(test_value__years_and_periods_are_numbers),
		cmocka_unit_test(
			test_value__amounts_are_cents_however_they_are_written),
		cmocka_unit_test(
			test_value__a_unit_of_cents_is_not_times_hundred),
		cmocka_unit_test(test_value__parts_of_a_cent_are_refused),
		cmocka_unit_test(test_value__a_sign_may_stand_in_another_field),
		cmocka_unit_test(
			test_value__absent_empty_and_preset_are_told_apart),
		cmocka_unit_test(
			test_value__a_nil_needs_an_allowed_reason_and_no_value),
		cmocka_unit_test(
			test_value__length_counts_characters_at_the_limit_and_past_it),
		cmocka_unit_test(
			test_value__a_value_may_have_to_end_in_a_certain_way),
		cmocka_unit_test(test_value__steps_bring_a_value_into_its_form),
		cmocka_unit_test(
			test_value__a_lost_zero_of_a_bsn_comes_back_and_is_told),
		cmocka_unit_test(
			test_value__a_name_that_is_not_latin_is_a_remark),
		cmocka_unit_test(test_value__words_become_numbers_and_choices),
		cmocka_unit_test(test_value__every_byte_at_every_place_is_seen),
		cmocka_unit_test(test_value__the_locale_changes_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, set_down);
}
