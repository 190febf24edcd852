/* base/clock.h - the only place that reads a clock
 *
 * What decides (batch/) takes the time as an argument; the programs read it
 * here.  Moments are milliseconds since 1970 UTC; days are days since 1970.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define CLOCK_TEXT_MAX 32 /* bytes for any text made here */

int64_t clock_now_ms(void);  /* wall clock, UTC */
int64_t clock_tick_ms(void); /* never runs back; origin unknown */
void clock_sleep_ms(int64_t ms);

/* Which start of which machine clock_tick_ms() counts from: two processes with
 * the same text may compare their ticks.  "" when it is not known.
 */
#define CLOCK_BOOT_MAX 40
void clock_boot(char boot_out[CLOCK_BOOT_MAX]);

/* "2026-11-23T20:00:00.000Z", as sent on the wire. */
void clock_utc(int64_t ms, char text_out[CLOCK_TEXT_MAX]);

/* "2026-11-23T21:00:00+01:00" in the time zone of the process. */
void clock_local(int64_t ms, char text_out[CLOCK_TEXT_MAX]);

/* xs:dateTime: digits of fraction or none; Z, +hh:mm, -hh:mm or no zone, which
 * is UTC; 24:00:00 is the end of a day.  False when it is no moment.
 */
bool clock_parse(const char *text, int64_t *ms_out);

/* Civil date to days since 1970 and back; false when there is no such day. */
bool clock_day(int year, int month, int day, int32_t *days_out);
void clock_date(int32_t days, int *year_out, int *month_out, int *day_out);

#endif
