/* formats/value_date.c - days, years, periods and moments as suppliers write
 * them
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "base/clock.h"
#include "formats/value.h"

#define MONTHS 12
#define WEEKS_PERIODS 13 /* of four weeks each */

static enum verdict
bad(struct fault *why, const char *what)
{
	return fault_set(why, V_SKIP, CODE_DATE, "%s", what);
}

/* `form` has 9 where a digit must be; all else stands for itself. */
static bool
formed(const char *text, size_t len, const char *form)
{
	size_t i;

	for (i = 0; i < len && form[i] != '\0'; i++)
		if (form[i] == '9' ? !value_is(text[i], CLASS_DIGIT)
				   : text[i] != form[i])
			return false;
	return i == len && form[i] == '\0';
}

/* A day or month of 00 stands for one that nobody knows; the value then is the
 * first day it can be, so that comparing still works.
 */
static enum verdict
set_day(const struct field *field, struct value *value, int64_t y, int64_t m,
	int64_t d, struct fault *why)
{
	bool incomplete = d == 0 && y > 0;

	if (incomplete && !field->incomplete)
		return bad(why, "an incomplete date is not allowed here");
	if (y == 0 || !clock_day((int)y, incomplete && m == 0 ? 1 : (int)m,
			      incomplete ? 1 : (int)d, &value->days))
		return bad(why, "there is no such day");
	value->number = y * 10000 + m * 100 + d;
	return V_OK;
}

/* 20260215T020000, 20260215020000 or with three digits of a second more. */
static enum verdict
moment(const struct field *field, struct value *value, struct fault *why)
{
	const char *t = value->text;
	const char *clock = t + 8;
	int64_t hour, minute, second;
	enum verdict v;

	if (formed(t, value->len, "99999999T999999"))
		clock++;
	else if (!formed(t, value->len, "99999999999999") &&
		 !formed(t, value->len, "99999999999999999"))
		return bad(why, "a moment is written as 20260215T020000 or "
				"20260215020000");
	hour = value_number(clock, 2);
	minute = value_number(clock + 2, 2);
	second = value_number(clock + 4, 2);
	/* A leap second is written as 60. */
	if (hour > 23 || minute > 59 || second > 60)
		return bad(why, "there is no such time of the day");
	v = set_day(field, value, value_number(t, 4), value_number(t + 4, 2),
		value_number(t + 6, 2), why);
	return v;
}

enum verdict
value_date(const struct field *field, struct value *value, struct fault *why)
{
	const char *t = value->text;
	size_t len = value->len;
	uint64_t ymd;

	switch ((int)field->type) {
	case FIELD_DATE_YMD:
		if (len != 8 || !value_eight(t, &ymd))
			return bad(why, "a date is written as 20260215");
		return set_day(field, value, (int64_t)(ymd / 10000),
			(int64_t)(ymd / 100 % 100), (int64_t)(ymd % 100), why);
	case FIELD_DATE_ISO:
		if (!formed(t, len, "9999-99-99"))
			return bad(why, "a date is written as 2026-02-15");
		return set_day(field, value, value_number(t, 4),
			value_number(t + 5, 2), value_number(t + 8, 2), why);
	case FIELD_DATE_DMY:
		if (!formed(t, len, "99-99-9999"))
			return bad(why, "a date is written as 15-02-2026");
		return set_day(field, value, value_number(t + 6, 4),
			value_number(t + 3, 2), value_number(t, 2), why);
	case FIELD_TIME:
		return moment(field, value, why);
	default:
		if (!formed(t, len, "9999") || value_number(t, 4) == 0)
			return bad(why, "a year has four digits");
		value->number = value_number(t, 4);
		return V_OK;
	}
}

enum verdict
value_period(const struct field *field, struct value *value, struct fault *why)
{
	int64_t number, part;
	int64_t last =
		field->type == FIELD_PERIOD_MONTH ? MONTHS : WEEKS_PERIODS;

	if (!formed(value->text, value->len, "999999"))
		return bad(why, "a period has six digits: 202601");
	part = value_number(value->text + 4, 2);
	number = value_number(value->text, 6);
	if (number < 1000 || part < 1 || part > last)
		return bad(why, last == MONTHS ? "a period ends with 01 to 12"
					       : "a period ends with 01 to 13");
	value->number = number;
	return V_OK;
}
