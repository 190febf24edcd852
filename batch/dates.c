/* batch/dates.c - see batch/dates.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdio.h>

#include "batch/dates.h"

#define MINUTE_MS INT64_C(60000)
#define CUTOFF_LOOK_DAYS 3660

int32_t
dates_arrival(const struct dates_rules *rules, int32_t day, int32_t *due_out)
{
	int32_t due;

	due = calendar_add_days(day, 0, rules->week, rules->off);
	if (rules->print_days > 0)
		due = calendar_add_days(
			due, rules->print_days, rules->week, rules->off);
	if (rules->transit > 0)
		due = calendar_add_working_days(due, rules->transit);
	if (due_out != NULL)
		*due_out = due;
	return calendar_add_days(due, 0, rules->post_week, NULL);
}

static int64_t
cutoff_of(const struct dates_rules *rules, int32_t day)
{
	return calendar_moment(day, rules->cutoff * MINUTE_MS);
}

int64_t
dates_next_cutoff(const struct dates_rules *rules, int64_t now_ms)
{
	int32_t day = calendar_day(now_ms), last = day + CUTOFF_LOOK_DAYS;

	if (rules->cutoff < 0)
		return 0;
	for (; day < last; day++)
		if (calendar_works(day, rules->week, rules->off) &&
			cutoff_of(rules, day) > now_ms)
			return cutoff_of(rules, day);
	return 0;
}

/* The last cut-off whose paper is there on that day, not before `first_ms`; 0:
 * there is none.
 */
static int64_t
last_cutoff(const struct dates_rules *rules, int32_t by, int64_t first_ms)
{
	int32_t first = calendar_day(first_ms), day;

	for (day = by; day >= first && by - day < CUTOFF_LOOK_DAYS; day--)
		if (calendar_works(day, rules->week, rules->off) &&
			dates_arrival(rules, day, NULL) <= by)
			return cutoff_of(rules, day);
	return 0;
}

void
dates_make(const struct dates_rules *rules, const struct dates_job *job,
	int64_t now_ms, struct dates *out)
{
	struct dates d = { .publish = job->publish.first,
		.by = job->dated.first };
	int64_t next_ms = dates_next_cutoff(rules, now_ms), good_ms = 0;

	if (d.by == LETTER_DATE_NONE)
		d.by = d.publish;
	if (next_ms != 0 && d.by != LETTER_DATE_NONE)
		good_ms = last_cutoff(rules, d.by, next_ms);
	d.cutoff_ms = good_ms != 0 ? good_ms : next_ms;
	if (next_ms == 0)
		d.why = DATES_NO_HOUR;
	else if (d.by == LETTER_DATE_NONE)
		d.why = DATES_NEXT;
	else
		d.why = good_ms != 0 ? DATES_IN_TIME : DATES_LATE;
	d.arrives = dates_arrival(rules,
		calendar_day(d.cutoff_ms == 0 ? now_ms : d.cutoff_ms), &d.due);
	/* Published on a day: there before it begins.  Else it is seen at once,
	 * and the day of its date will do.
	 */
	if (d.publish != LETTER_DATE_NONE)
		d.box_latest_ms = calendar_moment(d.publish, 0);
	else if (d.by != LETTER_DATE_NONE)
		d.box_latest_ms = calendar_moment(d.by + 1, 0);
	*out = d;
}

/* --- the guard --- */

static const char *
letters_text(int64_t letters, char text_out[32])
{
	if (letters < 0)
		return "letters";
	snprintf(text_out, 32, "%" PRId64 " letter%s", letters,
		letters == 1 ? "" : "s");
	return text_out;
}

static void
day_text(int32_t day, char text_out[CALENDAR_TEXT_MAX])
{
	static const char *const names[] = { "Mon", "Tue", "Wed", "Thu", "Fri",
		"Sat", "Sun" };
	char date[CALENDAR_TEXT_MAX];

	calendar_day_text(day, date);
	snprintf(text_out, CALENDAR_TEXT_MAX, "%s %.20s",
		names[calendar_weekday(day)], date);
}

/* Of paper: too late by itself, or because there is no post on the day on which
 * it would be in time.
 */
static enum verdict
paper_late(enum code code, int64_t letters, int32_t by, int32_t due,
	int32_t arrives, struct fault *why)
{
	char date[CALENDAR_TEXT_MAX], when[CALENDAR_TEXT_MAX];
	char no_post[CALENDAR_TEXT_MAX], count[32];

	if (by == LETTER_DATE_NONE || arrives <= by)
		return V_OK;
	day_text(by, date);
	day_text(arrives, when);
	day_text(due, no_post);
	if (due <= by)
		return fault_set(why, V_LATER, code,
			"%s on paper would arrive on %s, a day without post, "
			"so on %s, after the date on it, %s",
			letters_text(letters, count), no_post, when, date);
	return fault_set(why, V_LATER, code,
		"%s on paper would arrive on %s, after the date on it, %s",
		letters_text(letters, count), when, date);
}

static enum verdict
box_late(enum code code, int64_t letters, int32_t dated, int32_t publish,
	int64_t from_ms, struct fault *why)
{
	int32_t day = calendar_day(from_ms);
	char date[CALENDAR_TEXT_MAX], when[CALENDAR_TEXT_MAX], count[32];

	day_text(day, when);
	if (dated != LETTER_DATE_NONE && day > dated) {
		day_text(dated, date);
		return fault_set(why, V_LATER, code,
			"%s to the box would come on %s at the earliest, after "
			"the date on it, %s",
			letters_text(letters, count), when, date);
	}
	if (publish != LETTER_DATE_NONE && publish > day + DATES_AHEAD_DAYS) {
		day_text(publish, date);
		return fault_set(why, V_LATER, code,
			"%s would be published on %s, more than %d days after "
			"%s, which the box does not take",
			letters_text(letters, count), date, DATES_AHEAD_DAYS,
			when);
	}
	return V_OK;
}

enum verdict
dates_guard(const struct dates_job *job, const struct dates *dates,
	int64_t now_ms, struct fault *why)
{
	int64_t from_ms = job->box_from_ms == 0 ? now_ms : job->box_from_ms;
	struct fault other = FAULT_NONE;
	enum verdict paper = V_OK, box = V_OK;

	if (job->paper != 0)
		paper = paper_late(CODE_DAGTEKENING, job->paper,
			job->dated.first, dates->due, dates->arrives, why);
	if (job->box != 0)
		box = box_late(CODE_DAGTEKENING, job->box, job->dated.first,
			job->publish.last, from_ms,
			paper == V_OK ? why : &other);
	if (paper != V_OK && box != V_OK) {
		struct fault first = *why;

		fault_set(why, V_LATER, CODE_DAGTEKENING, "%.150s; %.150s",
			first.text, other.text);
	}
	return paper != V_OK ? paper : box;
}

enum verdict
dates_guard_box(
	int32_t dated, int32_t publish, int64_t now_ms, struct fault *why)
{
	return box_late(CODE_DATED_LATE, -1, dated, publish, now_ms, why);
}

enum verdict
dates_guard_paper(const struct dates_rules *rules, int32_t dated,
	int64_t now_ms, struct fault *why)
{
	int32_t due;
	int32_t arrives = dates_arrival(rules, calendar_day(now_ms), &due);

	return paper_late(CODE_DATED_LATE, -1, dated, due, arrives, why);
}
