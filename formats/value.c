/* formats/value.c - the closed list of field types
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "formats/definition.h"

#define MONEY_DIGITS_MAX 13

static enum verdict
bad(struct fault *why, enum code code, const char *what)
{
	return fault_set(why, V_SKIP, code, "%s", what);
}

static bool
only(const char *text, int (*is)(int))
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text >= 0x80 || !is((unsigned char)*text))
			return false;
	return true;
}

/* "1234 AB" becomes "1234AB"; SA, SD and SS are not used. */
static enum verdict
postcode(struct value *value, struct arena *mem, struct fault *why)
{
	const char *t = value->text;
	char p[7];
	size_t n = 0;

	for (; *t != '\0'; t++) {
		if (*t == ' ' && n == 4)
			continue;
		if (n == 6)
			return bad(why, CODE_POSTCODE, "no Dutch postcode");
		p[n++] = (char)toupper((unsigned char)*t);
	}
	p[n] = '\0';
	if (n != 6 || p[0] == '0' || strspn(p, "0123456789") != 4 ||
		!isupper((unsigned char)p[4]) ||
		!isupper((unsigned char)p[5]) ||
		(p[4] == 'S' && strchr("ADS", p[5]) != NULL))
		return bad(why, CODE_POSTCODE, "no Dutch postcode");
	value->text = arena_text(mem, p, n);
	value->len = n;
	return V_OK;
}

static enum verdict
date(struct value *value, struct fault *why)
{
	char part[5];
	int64_t y, m, d;

	if (value->len != 8 || !text_digits(value->text))
		return bad(why, CODE_DATE, "a date has eight digits: yyyymmdd");
	memcpy(part, value->text, 4);
	part[4] = '\0';
	(void)text_number(part, 9999, &y);
	memcpy(part, value->text + 4, 2);
	part[2] = '\0';
	(void)text_number(part, 99, &m);
	(void)text_number(value->text + 6, 99, &d);
	if (!clock_day((int)y, (int)m, (int)d, &value->days))
		return bad(why, CODE_DATE, "there is no such day");
	return V_OK;
}

/* 1 to 13 digits, a comma, two digits; for whole units without the comma. */
static enum verdict
money(const struct field *field, struct value *value, struct fault *why)
{
	bool comma = field->type == FIELD_MONEY_COMMA;
	size_t digits = strspn(value->text, "0123456789");
	char whole[MONEY_DIGITS_MAX + 1];
	int64_t units;

	if (digits == 0 || digits > MONEY_DIGITS_MAX ||
		(comma ? (value->text[digits] != ',' ||
				 strlen(value->text + digits + 1) != 2 ||
				 !text_digits(value->text + digits + 1))
		       : value->text[digits] != '\0'))
		return bad(why, CODE_AMOUNT,
			comma ? "an amount is written as 843,17"
			      : "an amount is a whole number");
	memcpy(whole, value->text, digits);
	whole[digits] = '\0';
	(void)text_number(whole, INT64_C(9999999999999), &units);
	value->cents = units * field->cents;
	if (comma)
		value->cents += (value->text[digits + 1] - '0') * 10 +
				(value->text[digits + 2] - '0');
	return V_OK;
}

static enum verdict
one_of(const struct field *field, const struct value *value, struct fault *why)
{
	size_t i;

	for (i = 0; i < field->value_count; i++)
		if (strcmp(field->values[i], value->text) == 0)
			return V_OK;
	return bad(why, CODE_FIELD_FORM, "not one of the values allowed");
}

static enum verdict
check_type(const struct field *field, struct value *value, struct arena *mem,
	struct fault *why)
{
	struct bsn ignored;

	switch (field->type) {
	case FIELD_TEXT: {
		const char *form = text_nfc(mem, value->text);

		if (form != value->text)
			value->len = strlen(form);
		value->text = form;
		return V_OK;
	}
	case FIELD_DIGITS:
	case FIELD_INT:
	case FIELD_OIN:
		if (!text_digits(value->text))
			return bad(why, CODE_FIELD_FORM, "digits only");
		return V_OK;
	case FIELD_BSN:
		return bsn_parse(value->text, &ignored, why);
	case FIELD_RSIN:
		if (bsn_parse(value->text, &ignored, why) != V_OK)
			return bad(why, CODE_FIELD_FORM, "no RSIN");
		return V_OK;
	case FIELD_ALNUM:
		return only(value->text, isalnum)
			       ? V_OK
			       : bad(why, CODE_FIELD_FORM,
					 "letters and digits only");
	case FIELD_LETTER:
		return only(value->text, isalpha)
			       ? V_OK
			       : bad(why, CODE_FIELD_FORM, "letters only");
	case FIELD_COUNTRY:
		return value->len == 2 && only(value->text, isupper)
			       ? V_OK
			       : bad(why, CODE_ADDRESS,
					 "a country is two capitals");
	case FIELD_POSTCODE:
		return postcode(value, mem, why);
	case FIELD_DATE:
		return date(value, why);
	case FIELD_YEAR:
		return value->len == 4 && text_digits(value->text)
			       ? V_OK
			       : bad(why, CODE_DATE, "a year has four digits");
	case FIELD_MONEY_COMMA:
	case FIELD_MONEY_INT:
		return money(field, value, why);
	case FIELD_ENUM:
		return one_of(field, value, why);
	}
	return V_OK;
}

/* StUF: a value that is not there is a nil with a reason, not an empty
 * element (formats.md 2.1).
 */
static enum verdict
check_nil(const struct field *field, struct value *value, struct fault *why)
{
	size_t i;

	if (value->len > 0)
		return bad(why, CODE_FIELD_NIL, "nil and a value");
	value->text = NULL;
	if (field->required)
		return bad(why, CODE_FIELD_NIL, "nil where a value is needed");
	if (value->nil_reason == NULL)
		return bad(why, CODE_FIELD_NIL, "nil without a reason");
	for (i = 0; i < field->nil_count; i++)
		if (strcmp(field->nils[i], value->nil_reason) == 0)
			return V_OK;
	if (field->nil_count == 0)
		return V_OK;
	return bad(why, CODE_FIELD_NIL, "this reason of a nil is not allowed");
}

enum verdict
value_check(const struct field *field, struct value *value, struct arena *mem,
	struct fault *why)
{
	int64_t chars;
	enum verdict v;

	if (value->nil)
		return check_nil(field, value, why);
	if (value->text == NULL || value->len == 0) {
		value->text = NULL;
		if (!field->required)
			return V_OK;
		return bad(why, CODE_FIELD_ABSENT, "required, but not there");
	}
	chars = text_chars(value->text, value->len);
	if (chars < 0)
		return bad(why, CODE_FIELD_FORM, "control characters");
	/* The type first: it knows better what is wrong than the length. */
	v = check_type(field, value, mem, why);
	if (v == V_OK && field->type == FIELD_TEXT &&
		chars != (int64_t)value->len)
		chars = text_chars(value->text, value->len);
	if (v == V_OK && field->type != FIELD_POSTCODE &&
		(chars < field->min || chars > field->max))
		return fault_set(why, V_SKIP, CODE_FIELD_FORM,
			"%" PRId64 " characters, allowed are %" PRId64
			" to %" PRId64,
			chars, field->min, field->max);
	return v;
}
