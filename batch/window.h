/* batch/window.h - the hours in which something may begin
 *
 * Pure.  A window is a list of hours by the wall clock of Amsterdam
 * (batch/calendar.h) and of dates on which it stays shut.  Without hours it is
 * open on every other date.
 *
 *	mon-fri 07:00-22:00
 *	fri 22:00-06:00		ends on Saturday at 06:00
 *	mon,wed,sat-sun		the whole day
 *	07:00-22:00		every day
 *
 * It is right by the wall: in the night in which the clock goes back the hour
 * from two to three comes twice and counts twice; when it goes forward a window
 * of that hour does not open.
 *
 * The moment is always an argument.  The courier gives the wall clock of the
 * machine, the store the one of the database, too: something begins only when
 * the window is open by both (store/dates.h says why).
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_WINDOW_H
#define BATCH_WINDOW_H

#include "batch/calendar.h"

#define WINDOW_HOURS_MAX 50    /* of one window */
#define WINDOW_NEVER INT64_MAX /* a moment that does not come */
#define WINDOW_LOOK_DAYS 1100  /* three years; then it is never */

struct window_hours {
	unsigned week;	/* days on which it begins: bits, Monday first */
	int begin, end; /* minutes since 00:00; end below begin: next day */
};

struct window {
	struct window_hours hours[WINDOW_HOURS_MAX];
	size_t count;
	struct calendar_off off; /* nothing begins on these dates */
};

/* Add one line as above.  V_BROKEN with CODE_CONFIG_WINDOW: what is wrong. */
enum verdict window_add(
	struct window *window, const char *text, struct fault *why);

/* "tue-sat" alone, as bits.  V_BROKEN with CODE_CONFIG_WINDOW. */
enum verdict window_week(
	const char *text, unsigned *week_out, struct fault *why);

/* "16:00", also "24:00": minutes.  False when it is no time. */
bool window_time(const char *text, int *minutes_out);

/* NULL, or a window of nothing, is always open. */
bool window_open(const struct window *window, int64_t now_ms);

/* now_ms when it is open, else the moment at which it opens, or WINDOW_NEVER. */
int64_t window_next_open(const struct window *window, int64_t now_ms);

/* now_ms when it is shut, else the moment at which it shuts, or WINDOW_NEVER. */
int64_t window_closes(const struct window *window, int64_t now_ms);

/* The same for what has two: of its stream and of its endpoint. */
bool window_both_open(
	const struct window *a, const struct window *b, int64_t now_ms);
int64_t window_both_next_open(
	const struct window *a, const struct window *b, int64_t now_ms);

/* Is there a minute of an ordinary week in which both are open? */
bool window_meet(const struct window *a, const struct window *b);

#endif
