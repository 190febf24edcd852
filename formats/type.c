/* formats/type.c - the closed lists of field types and normalise steps
 *
 * A type is a name in the definition, a row here and a case in
 * formats/value.c; a step likewise.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "formats/compile.h"

/* How many characters a value has; a definition may only ask for less. */
static const struct {
	struct field_type_words words;
	int64_t min, max;
} types[FIELD_TYPES] = {
	[FIELD_TEXT] = { { "text", "text", "" }, 0, FIELD_LENGTH_MAX },
	[FIELD_NAME] = { { "name", "name of a person: letters, no digits",
				 "Dummy" },
		0, 200 },
	[FIELD_ALPHA] = { { "alpha", "letters A-Z a-z", "WOZ" }, 0, 200 },
	[FIELD_LETTER] = { { "letter", "one letter A-Z a-z", "A" }, 1, 1 },
	[FIELD_ALNUM] = { { "alnum", "letters A-Z a-z and digits", "2hg" }, 0,
		200 },
	[FIELD_DIGITS] = { { "digits", "digits; leading zeros count",
				   "0000003255468" },
		0, 200 },
	[FIELD_INT] = { { "int", "whole number", "21" }, 1, 18 },
	[FIELD_OIN] = { { "oin",
				"OIN (organisatie-identificatienummer), "
				"20 digits",
				"00000099000000010000" },
		20, 20 },
	[FIELD_BSN] = { { "bsn",
				"BSN (burgerservicenummer), 9 digits with "
				"the eleven-test",
				"999990019" },
		9, 9 },
	[FIELD_RSIN] = { { "rsin", "RSIN, 9 digits with the eleven-test",
				 "001234567" },
		9, 9 },
	[FIELD_ANPID] = { { "anpid",
				  "number of a person or organisation outside "
				  "BRP and Handelsregister, 17 digits",
				  "01530000000000017" },
		17, 17 },
	[FIELD_KVK] = { { "kvk", "KVK number, 8 digits", "12345678" }, 8, 8 },
	[FIELD_IBAN] = { { "iban", "IBAN, with its check digits",
				 "NL91ABNA0417164300" },
		15, 34 },
	[FIELD_POSTCODE] = { { "postcode_nl", "Dutch postcode", "1234AB" }, 6,
		7 },
	[FIELD_COUNTRY] = { { "country_iso", "country, two capitals (ISO 3166)",
				    "BE" },
		2, 2 },
	[FIELD_COUNTRY_BRP] = { { "country_brp",
					"country, four digits (landentabel "
					"BRP)",
					"5010" },
		4, 4 },
	[FIELD_DATE_YMD] = { { "date:ymd", "date, yyyymmdd", "20260215" }, 8,
		8 },
	[FIELD_DATE_ISO] = { { "date:iso", "date, yyyy-mm-dd", "2026-02-15" },
		10, 10 },
	[FIELD_DATE_DMY] = { { "date:dmy", "date, dd-mm-yyyy", "15-02-2026" },
		10, 10 },
	[FIELD_YEAR] = { { "year", "year, four digits", "2026" }, 4, 4 },
	[FIELD_PERIOD_MONTH] = { { "period:month",
					 "period, year and month 01 to 12",
					 "202601" },
		6, 6 },
	[FIELD_PERIOD_WEEKS] = { { "period:weeks",
					 "period, year and four weeks 01 to 13",
					 "202613" },
		6, 6 },
	[FIELD_PERIOD] = { { "period",
				   "period, year and month or four weeks, "
				   "01 to 13",
				   "202601" },
		6, 6 },
	[FIELD_TIME] = { { "time",
				 "date and time, yyyymmddThhmmss; the T may "
				 "be left out",
				 "20260215T020000" },
		14, 18 },
	[FIELD_MONEY_COMMA] = { { "money:comma",
					"amount, comma and two decimals",
					"843,17" },
		4, 20 },
	[FIELD_MONEY_POINT] = { { "money:point",
					"amount, point and two decimals",
					"843.17" },
		4, 20 },
	[FIELD_MONEY_INT] = { { "money:int", "amount without decimals",
				      "308000" },
		1, 19 },
	[FIELD_MONEY_IMPLIED] = { { "money:implied",
					  "amount, its decimals written "
					  "without point or comma",
					  "84317" },
		1, 19 },
	[FIELD_BOOL_JN] = { { "bool:jn", "J (yes) or N (no)", "J" }, 1, 1 },
	[FIELD_BOOL_10] = { { "bool:10", "1 (yes) or 0 (no)", "1" }, 1, 1 },
	[FIELD_BOOL_TRUE] = { { "bool:true", "true or false", "true" }, 4, 5 },
	[FIELD_ENUM] = { { "enum", "one of the values listed", "" }, 0,
		FIELD_LENGTH_MAX },
	[FIELD_FILENAME] = { { "filename", "file name: A-Z a-z 0-9 . _ - only",
				     "woz-2026-000000001.pdf" },
		1, 120 },
	[FIELD_SHA256] = { { "sha256", "SHA-256 of the document, 64 hex digits",
				   "9f86d081884c7d659a2feaa0c55ad015"
				   "a3bf4f1b2b0b822cd15d6c15b0f00a08" },
		64, 64 },
};

static const char *const steps[] = {
	[STEP_NONE] = "",
	[STEP_TRIM] = "trim",
	[STEP_COLLAPSE] = "collapse",
	[STEP_UPPER] = "upper",
	[STEP_LOWER] = "lower",
	[STEP_STRIP_ZEROS] = "strip_zeros",
	[STEP_PAD] = "pad",
	[STEP_POSTCODE] = "postcode",
	[STEP_NFC] = "nfc",
	[STEP_DROP_CONTROL] = "drop_control",
	[STEP_CP1252] = "cp1252",
};

const struct field_type_words *
field_type_words(enum field_type type)
{
	assert((unsigned)type < FIELD_TYPES);
	assert(types[type].words.name != NULL);
	return &types[type].words;
}

void
field_type_length(enum field_type type, int64_t *min_out, int64_t *max_out)
{
	assert((unsigned)type < FIELD_TYPES);
	*min_out = types[type].min;
	*max_out = types[type].max;
}

bool
field_type_money(enum field_type type)
{
	return type == FIELD_MONEY_COMMA || type == FIELD_MONEY_POINT ||
	       type == FIELD_MONEY_INT || type == FIELD_MONEY_IMPLIED;
}

bool
field_type_date(enum field_type type)
{
	return type == FIELD_DATE_YMD || type == FIELD_DATE_ISO ||
	       type == FIELD_DATE_DMY;
}

bool
field_type_bool(enum field_type type)
{
	return type == FIELD_BOOL_JN || type == FIELD_BOOL_10 ||
	       type == FIELD_BOOL_TRUE;
}

const char *
field_step_name(enum field_step step)
{
	assert((size_t)step < sizeof(steps) / sizeof(steps[0]));
	return steps[step];
}

bool
field_type_named(const char *name, enum field_type *out, const char **near_out)
{
	struct yaml_guess guess = { .word = name };
	int i;

	for (i = 0; i < FIELD_TYPES; i++) {
		if (strcmp(types[i].words.name, name) == 0) {
			*out = (enum field_type)i;
			return true;
		}
		yaml_guess(&guess, types[i].words.name);
	}
	*near_out = guess.best;
	return false;
}

bool
field_step_named(const char *name, enum field_step *out, const char **near_out)
{
	struct yaml_guess guess = { .word = name };
	size_t i;

	for (i = STEP_TRIM; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (strcmp(steps[i], name) == 0) {
			*out = (enum field_step)i;
			return true;
		}
		yaml_guess(&guess, steps[i]);
	}
	*near_out = guess.best;
	return false;
}
