/* batch/until.c - see batch/until.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "batch/calendar.h"
#include "batch/until.h"

#define DATE_CHARS 10 /* of 2026-12-24 */
#define DAYS_MAX 366

/* Two digits below `limit`. */
static bool
two_digits(const char *text, int limit, int *out)
{
	if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
		return false;
	*out = (text[0] - '0') * 10 + text[1] - '0';
	return *out < limit;
}

/* "06:00", nothing behind it */
static bool
parse_time(const char *text, int64_t *ms_out)
{
	int hour, minute;

	if (!two_digits(text, 24, &hour) || text[2] != ':' ||
		!two_digits(text + 3, 60, &minute) || text[5] != '\0')
		return false;
	*ms_out = (hour * 60 + minute) * INT64_C(60000);
	return true;
}

static bool
parse(const char *text, int32_t *day_out, int64_t *ms_out)
{
	char date[DATE_CHARS + 1];

	if (strlen(text) <= DATE_CHARS)
		return parse_time(text, ms_out);
	if (text[DATE_CHARS] != ' ' && text[DATE_CHARS] != 'T')
		return false;
	memcpy(date, text, DATE_CHARS);
	date[DATE_CHARS] = '\0';
	return calendar_parse_day(date, day_out) &&
	       parse_time(text + DATE_CHARS + 1, ms_out);
}

enum verdict
until_parse(
	const char *text, int64_t now_ms, int64_t *ms_out, struct fault *why)
{
	int32_t today = calendar_day(now_ms), day = today;
	int64_t time_ms, at_ms;

	if (!parse(text, &day, &time_ms))
		return fault_set(why, V_SKIP, CODE_CONFIG_VALUE,
			"'%.40s' is no time such as 06:00 or "
			"\"2026-12-24 06:00\"",
			text);
	if (day > today + DAYS_MAX)
		return fault_set(why, V_SKIP, CODE_CONFIG_VALUE,
			"%.40s is more than a year away", text);
	at_ms = calendar_moment(day, time_ms);
	if (at_ms <= now_ms)
		at_ms = calendar_moment(today, time_ms);
	if (at_ms <= now_ms)
		at_ms = calendar_moment(today + 1, time_ms);
	*ms_out = at_ms;
	return V_OK;
}
