/* formats/value_money.c - amounts as suppliers write them, to cents
 *
 * Systems write the same euro as 843,17 or 843.17 or 84317 or 843, with the
 * sign in front, behind, in a column of its own, or not at all.  The field
 * says which; nothing is guessed, because a guess is wrong by a factor hundred.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "formats/value.h"

#define MONEY_DIGITS_MAX 13 /* leading zeros apart */
#define MONEY_DECIMALS_MAX 6

static enum verdict
bad(struct fault *why, const char *what)
{
	return fault_set(why, V_SKIP, CODE_AMOUNT, "%s", what);
}

/* Take the sign off the text [*from, *to). */
static enum verdict
take_sign(const struct field *field, const struct value *sign,
	const char **from, const char **to, bool *minus_out, struct fault *why)
{
	const char *at = *from;

	*minus_out = false;
	switch (field->sign) {
	case SIGN_NONE:
		return **from != '-' ? V_OK
				     : bad(why, "an amount below zero is not "
						"allowed here");
	case SIGN_MINUS:
		*minus_out = **from == '-';
		*from += *minus_out;
		return V_OK;
	case SIGN_LEAD:
		*from += 1;
		break;
	case SIGN_TRAIL:
		at = *to - 1;
		*to -= 1;
		break;
	case SIGN_SPLIT:
		if (sign == NULL || sign->text == NULL || sign->len != 1)
			return bad(why, "the sign of the amount is not there");
		at = sign->text;
		break;
	}
	*minus_out = *at == '-';
	if (*at != '-' && *at != '+')
		return bad(why, field->sign == SIGN_LEAD
					? "an amount begins with + or -"
				: field->sign == SIGN_TRAIL
					? "an amount ends with + or -"
					: "the sign of an amount is + or -");
	return V_OK;
}

/* 843,17: digits, the mark, two digits. */
static enum verdict
with_decimals(const struct field *field, char mark, const char *from,
	const char *to, int64_t *cents_out, struct fault *why)
{
	const char *at = from;
	int64_t units;

	while (at < to && value_is(*at, CLASS_DIGIT))
		at++;
	if (at == from || to - at != 3 || *at != mark ||
		!value_is(at[1], CLASS_DIGIT) || !value_is(at[2], CLASS_DIGIT))
		return bad(why, mark == ',' ? "an amount is written as 843,17"
					    : "an amount is written as 843.17");
	while (from < at - 1 && *from == '0')
		from++;
	if (at - from > MONEY_DIGITS_MAX)
		return bad(why, "an amount of more than 13 digits");
	units = value_number(from, (size_t)(at - from));
	*cents_out = units * field->cents + (at[1] - '0') * 10 + (at[2] - '0');
	return V_OK;
}

/* 84317: as many of the digits as `decimals` says are behind the mark. */
static enum verdict
whole(const struct field *field, int decimals, const char *from, const char *to,
	int64_t *cents_out, struct fault *why)
{
	const char *at = from;
	int64_t n, part = 1;

	assert(decimals >= 0 && decimals <= MONEY_DECIMALS_MAX);
	while (at < to && value_is(*at, CLASS_DIGIT))
		at++;
	if (at == from || at != to)
		return bad(why, "an amount is a whole number here");
	while (from < at - 1 && *from == '0')
		from++;
	if (at - from > MONEY_DIGITS_MAX)
		return bad(why, "an amount of more than 13 digits");
	n = value_number(from, (size_t)(at - from)) * field->cents;
	while (decimals-- > 0)
		part *= 10;
	if (n % part != 0)
		return bad(why, "an amount with a part of a cent");
	*cents_out = n / part;
	return V_OK;
}

enum verdict
value_money(const struct field *field, struct value *value,
	const struct value *sign, struct fault *why)
{
	const char *from = value->text, *to = value->text + value->len;
	int64_t cents;
	bool minus;
	enum verdict v;

	assert(value->len > 0 && field->cents > 0);
	v = take_sign(field, sign, &from, &to, &minus, why);
	if (v != V_OK)
		return v;
	if (field->type == FIELD_MONEY_COMMA)
		v = with_decimals(field, ',', from, to, &cents, why);
	else if (field->type == FIELD_MONEY_POINT)
		v = with_decimals(field, '.', from, to, &cents, why);
	else
		v = whole(field,
			field->type == FIELD_MONEY_IMPLIED ? field->decimals
							   : 0,
			from, to, &cents, why);
	if (v == V_OK)
		value->cents = minus ? -cents : cents;
	return v;
}
