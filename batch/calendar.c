/* batch/calendar.c - see batch/calendar.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "batch/calendar.h"

#define HOUR_MS INT64_C(3600000)
#define SWITCH_MS HOUR_MS /* both switches come at 01:00 UTC */
#define LOOK_DAYS 3660	  /* ten years */
#define SUNDAY 6

/* 1 January 1970 was a Thursday. */
int
calendar_weekday(int32_t day)
{
	return (int)(((int64_t)day % 7 + 10) % 7);
}

static int64_t
last_sunday(int year, int month)
{
	int32_t day = 0;
	bool ok = clock_day(year, month, 31, &day);

	assert(ok);
	(void)ok;
	return day - (calendar_weekday(day) + 1) % 7;
}

int64_t
calendar_summer_begins(int year)
{
	return last_sunday(year, 3) * CALENDAR_DAY_MS + SWITCH_MS;
}

int64_t
calendar_summer_ends(int year)
{
	return last_sunday(year, 10) * CALENDAR_DAY_MS + SWITCH_MS;
}

static int32_t
day_of(int64_t ms)
{
	return (int32_t)(ms / CALENDAR_DAY_MS - (ms % CALENDAR_DAY_MS < 0));
}

void
calendar_local(int64_t ms, struct calendar_local *out)
{
	int year, month, day;

	/* By UTC: at both ends of a year it is winter for certain. */
	clock_date(day_of(ms), &year, &month, &day);
	out->offset_ms = (int32_t)HOUR_MS;
	if (ms >= calendar_summer_begins(year) &&
		ms < calendar_summer_ends(year))
		out->offset_ms = 2 * (int32_t)HOUR_MS;
	ms += out->offset_ms;
	out->day = day_of(ms);
	out->ms = (int32_t)(ms - out->day * CALENDAR_DAY_MS);
}

int32_t
calendar_day(int64_t ms)
{
	struct calendar_local local;

	calendar_local(ms, &local);
	return local.day;
}

/* Does the wall show this at `utc_ms` + offset? */
static bool
shows(int64_t wall_ms, int64_t offset_ms)
{
	struct calendar_local local;

	calendar_local(wall_ms - offset_ms, &local);
	return local.offset_ms == offset_ms;
}

/* Summer time comes before winter time where an hour comes twice. */
static int64_t
moment(int32_t day, int64_t ms, int64_t first, int64_t second)
{
	int64_t wall_ms = day * CALENDAR_DAY_MS + ms;
	int year, month, date;

	assert(ms >= 0 && ms <= CALENDAR_DAY_MS);
	if (shows(wall_ms, first))
		return wall_ms - first;
	if (shows(wall_ms, second))
		return wall_ms - second;
	clock_date(day, &year, &month, &date);
	return calendar_summer_begins(year); /* the hour that is skipped */
}

int64_t
calendar_moment(int32_t day, int64_t ms)
{
	return moment(day, ms, 2 * HOUR_MS, HOUR_MS);
}

int64_t
calendar_moment_last(int32_t day, int64_t ms)
{
	return moment(day, ms, HOUR_MS, 2 * HOUR_MS);
}

/* --- holidays --- */

/* The anonymous Gregorian computus (Nature, 20 April 1876). */
int32_t
calendar_easter(int year)
{
	int a = year % 19, b = year / 100, c = year % 100;
	int d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
	int h = (19 * a + b - d - g + 15) % 30, i = c / 4, k = c % 4;
	int l = (32 + 2 * e + 2 * i - h - k) % 7;
	int m = (a + 11 * h + 22 * l) / 451, n = h + l - 7 * m + 114;
	int32_t day = 0;
	bool ok = clock_day(year, n / 31, n % 31 + 1, &day);

	assert(ok);
	(void)ok;
	return day;
}

static bool
is_kings_day(int year, int month, int date, int32_t day)
{
	int its = year < 2014 ? 30 : 27;

	if (month != 4)
		return false;
	if (date == its)
		return calendar_weekday(day) != SUNDAY;
	return date == its - 1 && calendar_weekday(day) == SUNDAY - 1;
}

const char *
calendar_holiday(int32_t day)
{
	static const struct {
		int after;
		const char *name;
	} by_easter[] = { { 0, "Eerste Paasdag" }, { 1, "Tweede Paasdag" },
		{ 39, "Hemelvaartsdag" }, { 49, "Eerste Pinksterdag" },
		{ 50, "Tweede Pinksterdag" } };
	int year, month, date, after;
	size_t i;

	clock_date(day, &year, &month, &date);
	if (month == 1 && date == 1)
		return "Nieuwjaarsdag";
	if (is_kings_day(year, month, date, day))
		return year < 2014 ? "Koninginnedag" : "Koningsdag";
	if (month == 5 && date == 5 && year % 5 == 0)
		return "Bevrijdingsdag";
	if (month == 12 && (date == 25 || date == 26))
		return date == 25 ? "Eerste Kerstdag" : "Tweede Kerstdag";
	if (month < 3 || month > 6)
		return NULL;
	after = (int)(day - calendar_easter(year));
	for (i = 0; i < sizeof(by_easter) / sizeof(by_easter[0]); i++)
		if (by_easter[i].after == after)
			return by_easter[i].name;
	return NULL;
}

/* --- days of work --- */

bool
calendar_is_off(const struct calendar_off *off, int32_t day)
{
	size_t i;

	if (off == NULL)
		return false;
	if (off->holidays && calendar_holiday(day) != NULL)
		return true;
	for (i = 0; i < off->count; i++)
		if (day >= off->spans[i].first && day <= off->spans[i].last)
			return true;
	return false;
}

enum verdict
calendar_off_add(struct calendar_off *off, const char *text, struct fault *why)
{
	const char *dots = strstr(text, "..");
	char first_text[11] = "";
	int32_t first, last;

	if (strcmp(text, "holidays") == 0) {
		off->holidays = true;
		return V_OK;
	}
	if (dots != NULL && dots - text == 10)
		memcpy(first_text, text, 10);
	if (!calendar_parse_day(dots == NULL ? text : first_text, &first) ||
		!calendar_parse_day(dots == NULL ? text : dots + 2, &last))
		return fault_set(why, V_BROKEN, CODE_CONFIG_WINDOW,
			"'%.40s' is no date (2026-12-24), no dates "
			"(2026-12-24..2027-01-02) and not 'holidays'",
			text);
	if (last < first || last - first >= CALENDAR_SPAN_MAX)
		return fault_set(why, V_BROKEN, CODE_CONFIG_WINDOW,
			"'%.40s' must be 1 to %d days", text,
			CALENDAR_SPAN_MAX);
	if (off->count == CALENDAR_OFF_MAX)
		return fault_set(why, V_BROKEN, CODE_CONFIG_WINDOW,
			"more than %d dates without work", CALENDAR_OFF_MAX);
	off->spans[off->count].first = first;
	off->spans[off->count++].last = last;
	return V_OK;
}

bool
calendar_works(int32_t day, unsigned week, const struct calendar_off *off)
{
	return (week >> calendar_weekday(day) & 1) != 0 &&
	       calendar_holiday(day) == NULL && !calendar_is_off(off, day);
}

bool
calendar_working_day(int32_t day, const struct calendar_off *off)
{
	return calendar_works(day, CALENDAR_MON_FRI, off);
}

int32_t
calendar_add_days(
	int32_t day, int n, unsigned week, const struct calendar_off *off)
{
	int step = n < 0 ? -1 : 1, left = n < 0 ? -n : n;
	int32_t end = day + step * LOOK_DAYS;

	if (n == 0)
		while (day != end && !calendar_works(day, week, off))
			day++;
	while (left > 0 && day != end) {
		day += step;
		left -= calendar_works(day, week, off);
	}
	return day;
}

int32_t
calendar_add_working_days(int32_t day, int n)
{
	return calendar_add_days(day, n, CALENDAR_MON_FRI, NULL);
}

int
calendar_working_days_over(int64_t from_ms, int64_t now_ms)
{
	int32_t day = calendar_day(from_ms), today = calendar_day(now_ms);
	int over = 0;

	if (today - day > LOOK_DAYS)
		return LOOK_DAYS;
	for (day++; day < today; day++)
		over += calendar_working_day(day, NULL);
	return over;
}

/* --- text --- */

static const char *const weekdays[] = { "Mon", "Tue", "Wed", "Thu", "Fri",
	"Sat", "Sun" };

void
calendar_text(int64_t ms, int64_t now_ms, char text_out[CALENDAR_TEXT_MAX])
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct calendar_local at, now;
	char date[20] = "", in_year[12] = "";
	int year, month, day, this_year, unused_month, unused_day;

	calendar_local(ms, &at);
	calendar_local(now_ms, &now);
	clock_date(at.day, &year, &month, &day);
	clock_date(now.day, &this_year, &unused_month, &unused_day);
	if (year != this_year)
		snprintf(in_year, sizeof(in_year), " %d", year % 10000);
	if (at.day < now.day || at.day > now.day + 6)
		snprintf(date, sizeof(date), " %d %s%s", day % 100,
			months[month - 1], in_year);
	snprintf(text_out, CALENDAR_TEXT_MAX, "%s%s %02d:%02d",
		weekdays[calendar_weekday(at.day)], date,
		(int)(at.ms / HOUR_MS) % 100, (int)(at.ms / 60000 % 60));
}

bool
calendar_parse_day(const char *text, int32_t *day_out)
{
	int year, month, day, used = 0;

	if (strlen(text) != 10 || strspn(text, "0123456789-") != 10 ||
		sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &used) !=
			3 ||
		used != 10 || text[4] != '-' || text[7] != '-')
		return false;
	return clock_day(year, month, day, day_out);
}

void
calendar_day_text(int32_t day, char text_out[CALENDAR_TEXT_MAX])
{
	int year, month, date;

	clock_date(day, &year, &month, &date);
	snprintf(text_out, CALENDAR_TEXT_MAX, "%04d-%02d-%02d", year, month,
		date);
}
