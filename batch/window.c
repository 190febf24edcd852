/* batch/window.c - see batch/window.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "batch/window.h"

#define DAY_MINUTES 1440
#define MINUTE_MS 60000
#define WEEK_DAYS 7

/* --- reading --- */

static enum verdict
wrong(struct fault *why, const char *text, const char *what)
{
	return fault_set(
		why, V_BROKEN, CODE_CONFIG_WINDOW, "'%.60s': %s", text, what);
}

/* The day a name of `len` bytes stands for, or -1. */
static int
weekday(const char *name, size_t len)
{
	static const char names[] = "montuewedthufrisatsun";
	int i;

	for (i = 0; len == 3 && i < WEEK_DAYS; i++)
		if (memcmp(names + (ptrdiff_t)3 * i, name, 3) == 0)
			return i;
	return -1;
}

/* "mon", "fri-mon", "mon,wed"; 0 when it is none. */
static unsigned
week_of(const char *text, size_t len)
{
	unsigned week = 0;
	size_t at = 0;

	if (len == 5 && memcmp(text, "daily", 5) == 0)
		return CALENDAR_ALL;
	while (at < len) {
		int first = weekday(text + at, len - at < 3 ? 0 : 3);
		int last = first;

		at += 3;
		if (first >= 0 && at < len && text[at] == '-') {
			last = weekday(text + at + 1, len - at < 4 ? 0 : 3);
			at += 4;
		}
		if (first < 0 || last < 0 ||
			(at < len && (text[at] != ',' || at + 1 == len)))
			return 0;
		at++;
		for (; first != last; first = (first + 1) % WEEK_DAYS)
			week |= 1U << first;
		week |= 1U << last;
	}
	return week;
}

enum verdict
window_week(const char *text, unsigned *week_out, struct fault *why)
{
	unsigned week = week_of(text, strlen(text));

	if (week == 0)
		return wrong(why, text,
			"days are written mon-fri, tue-sat or mon,wed,sat");
	*week_out = week;
	return V_OK;
}

/* Exactly "07:00". */
static bool
time_of(const char *text, int *minutes_out)
{
	static const char digits[] = "0123456789";
	int hour, minute, i;

	for (i = 0; i < 5; i++)
		if (i == 2 ? text[i] != ':'
			   : text[i] == '\0' || strchr(digits, text[i]) == NULL)
			return false;
	hour = (text[0] - '0') * 10 + text[1] - '0';
	minute = (text[3] - '0') * 10 + text[4] - '0';
	if (minute > 59 || hour * 60 + minute > DAY_MINUTES)
		return false;
	*minutes_out = hour * 60 + minute;
	return true;
}

bool
window_time(const char *text, int *minutes_out)
{
	return strlen(text) == 5 && time_of(text, minutes_out);
}

static bool
hours_of(const char *text, struct window_hours *hours)
{
	return strlen(text) == 11 && text[5] == '-' &&
	       time_of(text, &hours->begin) && time_of(text + 6, &hours->end);
}

enum verdict
window_add(struct window *window, const char *text, struct fault *why)
{
	struct window_hours hours = { CALENDAR_ALL, 0, DAY_MINUTES };
	const char *blank = strchr(text, ' ');
	bool ok;

	if (window->count == WINDOW_HOURS_MAX)
		return wrong(why, text, "more than 50 lines of hours");
	if (blank != NULL) {
		hours.week = week_of(text, (size_t)(blank - text));
		ok = hours_of(blank + 1 + strspn(blank + 1, " "), &hours);
	} else if (strchr(text, ':') != NULL) {
		ok = hours_of(text, &hours);
	} else {
		hours.week = week_of(text, strlen(text));
		ok = true;
	}
	if (!ok || hours.week == 0)
		return wrong(why, text,
			"a window is written 'mon-fri 07:00-22:00', 'sat-sun' "
			"or '07:00-22:00'");
	if (hours.begin == hours.end)
		return wrong(why, text,
			"it begins when it ends: it would never be open; the "
			"whole day is 00:00-24:00");
	if (hours.begin == DAY_MINUTES)
		return wrong(why, text, "24:00 is an end; begin at 00:00");
	window->hours[window->count++] = hours;
	return V_OK;
}

/* --- is it open --- */

static bool
has_day(const struct window_hours *hours, int weekday)
{
	return (hours->week >> weekday & 1) != 0;
}

/* By day of the week and minute alone. */
static bool
open_at(const struct window *window, int weekday, int minute)
{
	int before = (weekday + WEEK_DAYS - 1) % WEEK_DAYS;
	size_t i;

	for (i = 0; i < window->count; i++) {
		const struct window_hours *h = &window->hours[i];
		bool over = h->end < h->begin; /* midnight */

		if (has_day(h, weekday) && minute >= h->begin &&
			(over || minute < h->end))
			return true;
		if (over && has_day(h, before) && minute < h->end)
			return true;
	}
	return window->count == 0;
}

bool
window_open(const struct window *window, int64_t now_ms)
{
	struct calendar_local local;

	if (window == NULL)
		return true;
	calendar_local(now_ms, &local);
	return !calendar_is_off(&window->off, local.day) &&
	       open_at(window, calendar_weekday(local.day),
		       local.ms / MINUTE_MS);
}

/* --- when does it change --- */

struct search {
	const struct window *window;
	int64_t after_ms, best_ms;
	bool open; /* looked for */
};

static void
look(struct search *s, int64_t ms)
{
	if (ms > s->after_ms && ms < s->best_ms &&
		window_open(s->window, ms) == s->open)
		s->best_ms = ms;
}

static void
look_both(struct search *s, int32_t day, int minutes)
{
	int64_t ms = (int64_t)minutes * MINUTE_MS;

	look(s, calendar_moment(day, ms));
	look(s, calendar_moment_last(day, ms));
}

/* It changes only at midnight, at a begin or end of hours, and where the clock
 * itself jumps: that is within the two looks at 02:00 and 03:00.
 */
static int64_t
change(const struct window *window, int64_t after_ms, bool open)
{
	struct search s = { window, after_ms, WINDOW_NEVER, open };
	int32_t day = calendar_day(after_ms), last = day + WINDOW_LOOK_DAYS;
	size_t i;

	for (; day <= last && s.best_ms == WINDOW_NEVER; day++) {
		look_both(&s, day, 0);
		look_both(&s, day, 120);
		look_both(&s, day, 180);
		for (i = 0; i < window->count; i++) {
			look_both(&s, day, window->hours[i].begin);
			look_both(&s, day, window->hours[i].end);
		}
	}
	return s.best_ms;
}

int64_t
window_next_open(const struct window *window, int64_t now_ms)
{
	if (window_open(window, now_ms))
		return now_ms;
	return change(window, now_ms, true);
}

int64_t
window_closes(const struct window *window, int64_t now_ms)
{
	if (!window_open(window, now_ms))
		return now_ms;
	return window == NULL ? WINDOW_NEVER : change(window, now_ms, false);
}

/* --- two of them --- */

bool
window_both_open(const struct window *a, const struct window *b, int64_t now_ms)
{
	return window_open(a, now_ms) && window_open(b, now_ms);
}

int64_t
window_both_next_open(
	const struct window *a, const struct window *b, int64_t now_ms)
{
	int64_t at_ms = now_ms, last_ms;

	last_ms = now_ms + WINDOW_LOOK_DAYS * CALENDAR_DAY_MS;
	while (at_ms <= last_ms) {
		int64_t next_ms = window_next_open(a, at_ms);

		if (next_ms != WINDOW_NEVER)
			next_ms = window_next_open(b, next_ms);
		if (next_ms == WINDOW_NEVER || window_open(a, next_ms))
			return next_ms;
		at_ms = next_ms;
	}
	return WINDOW_NEVER;
}

bool
window_meet(const struct window *a, const struct window *b)
{
	int weekday, minute;

	if (a == NULL || b == NULL)
		return true;
	for (weekday = 0; weekday < WEEK_DAYS; weekday++)
		for (minute = 0; minute < DAY_MINUTES; minute++)
			if (open_at(a, weekday, minute) &&
				open_at(b, weekday, minute))
				return true;
	return false;
}
