/* batch/calendar.h - days and hours in the Netherlands
 *
 * Pure: no clock, no time zone of the process, no file.  Moments are
 * milliseconds since 1970 UTC, days are days since 1970 (base/clock.h); "local"
 * is what a clock on a wall in Amsterdam shows.
 *
 * Summer time by Directive 2000/84/EC, in force in this form since 1996: from
 * the last Sunday of March 01:00 UTC to the last Sunday of October 01:00 UTC.
 * Valid from 1996; a change of that law is a change here.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_CALENDAR_H
#define BATCH_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

#define CALENDAR_DAY_MS INT64_C(86400000)
#define CALENDAR_TEXT_MAX 32 /* bytes for any text made here */

/* Days of the week as bits: Monday is bit 0, Sunday bit 6. */
enum calendar_days {
	CALENDAR_MON_FRI = 0x1f,
	CALENDAR_TUE_SAT = 0x3e,
	CALENDAR_ALL = 0x7f
};

struct calendar_local {
	int32_t day;	   /* the local date */
	int32_t ms;	   /* what the wall shows, since 00:00 */
	int32_t offset_ms; /* ahead of UTC: one hour, or two in summer */
};
void calendar_local(int64_t ms, struct calendar_local *out);

/* The moment at which the wall shows `ms` (0 to 24:00) on that day.  An hour
 * that is skipped: the moment of the jump.  An hour that comes twice: the first
 * of the two; calendar_moment_last() gives the second.
 */
int64_t calendar_moment(int32_t day, int64_t ms);
int64_t calendar_moment_last(int32_t day, int64_t ms);

/* The local date of a moment. */
int32_t calendar_day(int64_t ms);

/* When the clock of that year goes forward and back. */
int64_t calendar_summer_begins(int year);
int64_t calendar_summer_ends(int year);

int calendar_weekday(int32_t day); /* 0 is Monday, 6 Sunday */

/* The name of a holiday on which post and offices rest, or NULL: Nieuwjaarsdag,
 * both days of Easter, Koningsdag (27 April, 26 when that is a Sunday; until
 * 2013 Koninginnedag, 30 and 29), 5 May in the years that five divides,
 * Hemelvaartsdag, both days of Pentecost and of Christmas.
 *
 * Source: Algemene termijnenwet article 3 names them.  Good Friday is put on a
 * par there for terms of law only, and 5 May stands in it every year: but post
 * is delivered and offices work on Good Friday and on 5 May outside the years of
 * five.  Who is closed then writes it in `blackout`.
 */
const char *calendar_holiday(int32_t day);

/* Easter Sunday, Gregorian: 1583 to 9999. */
int32_t calendar_easter(int year);

/* Dates on which somebody rests, from the jobs file: first and last day. */
#define CALENDAR_OFF_MAX 200
#define CALENDAR_SPAN_MAX 366 /* days of one span */

struct calendar_off {
	struct {
		int32_t first, last;
	} spans[CALENDAR_OFF_MAX];
	size_t count;
	bool holidays; /* and those of calendar_holiday() */
};
bool calendar_is_off(
	const struct calendar_off *off, int32_t day); /* NULL: no */

/* Add "2026-12-24", "2026-12-24..2027-01-02" or "holidays".  V_BROKEN with
 * CODE_CONFIG_WINDOW.
 */
enum verdict calendar_off_add(
	struct calendar_off *off, const char *text, struct fault *why);

/* Monday to Friday, no holiday, not off (NULL: none). */
bool calendar_working_day(int32_t day, const struct calendar_off *off);

/* One of `week` (enum calendar_days), no holiday, not off. */
bool calendar_works(int32_t day, unsigned week, const struct calendar_off *off);

/* The n-th working day after `day`; n 0 is the first on or after it, n below 0
 * the n-th before it.  Looks at most ten years away and gives up there.
 */
int32_t calendar_add_working_days(int32_t day, int n);
int32_t calendar_add_days(
	int32_t day, int n, unsigned week, const struct calendar_off *off);

/* Whole working days that began after `from_ms` and are over at `now_ms`: what
 * is "late after three working days" is late when this is 3 or more.
 */
int calendar_working_days_over(int64_t from_ms, int64_t now_ms);

/* "Mon 07:00" within six days of now, else "Mon 5 Jan 07:00", with the year when
 * it is another one.
 */
void calendar_text(
	int64_t ms, int64_t now_ms, char text_out[CALENDAR_TEXT_MAX]);

/* "2026-03-29": true when there is such a day. */
bool calendar_parse_day(const char *text, int32_t *day_out);
void calendar_day_text(int32_t day, char text_out[CALENDAR_TEXT_MAX]);

#endif
