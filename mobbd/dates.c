/* mobbd/dates.c - see mobbd/dates.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "batch/dates.h"
#include "mobbd/dates.h"

/* --- of a job --- */

/* What the page of the job says of its letters.  V_END: it has none. */
static enum verdict
job_dates(struct role_run *run, const struct job *job,
	const struct jobs_stream *stream, int64_t now_ms,
	struct dates_job *job_out, struct dates *dates_out, struct fault *why)
{
	const struct jobs_endpoint *e = stream->endpoint_is;
	struct dates_rules rules;
	struct page page;
	enum verdict v = store_page_get(run->site->store, job->id, &page, why);

	if (v == V_OK && !page.counted)
		v = V_END;
	if (v != V_OK)
		return v;
	jobs_dates_rules(stream->printer_is, &rules);
	*job_out = (struct dates_job){ .publish = page.all.publish,
		.dated = page.all.dated,
		.box = page.routed ? page.to_box : -1,
		.paper = page.routed ? page.to_paper : -1,
		.box_from_ms = window_both_next_open(
			&stream->when.is, &e->when.is, now_ms) };
	if (job_out->box_from_ms == WINDOW_NEVER)
		job_out->box_from_ms = 0;
	dates_make(&rules, job_out, now_ms, dates_out);
	return V_OK;
}

/* Both reasons are for the person who has to decide. */
static void
hold_too(bool *go, struct fault *reason, const struct fault *guard)
{
	struct fault first = *reason;

	if (*go)
		*reason = *guard;
	else
		fault_set(reason, V_LATER, first.code,
			"%.140s; and MOBB-%04d %.150s", first.text,
			(int)guard->code, guard->text);
	*go = false;
}

enum verdict
dates_routed(struct role_run *run, const struct job *job,
	const struct jobs_stream *stream, bool *go, struct fault *reason,
	struct fault *why)
{
	struct fault guard = FAULT_NONE;
	int64_t now_ms = clock_now_ms();
	struct dates_job of;
	struct dates dates;
	enum verdict v = job_dates(run, job, stream, now_ms, &of, &dates, why);

	if (v != V_OK)
		return v == V_END ? V_OK : v;
	if (stream->guard_is != JOBS_GUARD_OFF)
		(void)dates_guard(&of, &dates, now_ms, &guard);
	v = store_dates_set(
		run->site->store, job->id, &dates, &guard, now_ms, why);
	if (v != V_OK || guard.code == CODE_NONE)
		return v;
	log_line("job %s: MOBB-%04d %s", job->id, (int)guard.code, guard.text);
	if (stream->guard_is == JOBS_GUARD_BLOCK)
		hold_too(go, reason, &guard);
	return V_OK;
}

enum verdict
dates_released(struct role_run *run, const struct job *job,
	const struct jobs_stream *stream, struct fault *why)
{
	struct dates_row row = { .guard = CODE_NONE };
	struct fault guard = FAULT_NONE;
	int64_t now_ms = clock_now_ms();
	struct dates_job of;
	struct dates dates;
	enum verdict v = job_dates(run, job, stream, now_ms, &of, &dates, why);

	if (v == V_END)
		return V_OK;
	if (v == V_OK)
		v = store_dates_get(
			run->site->store, job->id, &run->mem, &row, why);
	/* What the guard said stays; it looks again when letters leave. */
	if (v == V_OK && row.guard != CODE_NONE)
		fault_set(&guard, V_LATER, row.guard, "%s", row.guard_text);
	if (v == V_OK || v == V_END)
		v = store_dates_set(
			run->site->store, job->id, &dates, &guard, now_ms, why);
	return v;
}

/* --- about to leave --- */

static enum verdict
late(struct role_run *run, const char *job, const struct jobs_stream *stream,
	const struct fault *reason, bool *go_out, struct fault *why)
{
	bool block = stream->guard_is == JOBS_GUARD_BLOCK;
	enum verdict v = store_dates_late(run->site->store, job, block, reason,
		clock_now_ms(), go_out, why);

	if (v == V_OK && !*go_out)
		log_line("job %s: held: MOBB-%04d %s", job, (int)reason->code,
			reason->text);
	return v;
}

enum verdict
dates_before_box(struct role_run *run, const char *job,
	const struct jobs_stream *stream, const struct letter *letters,
	size_t count, char told[DATES_JOB_MAX], bool *go_out,
	int64_t *until_ms_out, struct fault *why)
{
	bool block = stream->guard_is == JOBS_GUARD_BLOCK;
	int32_t dated = LETTER_DATE_NONE, publish = LETTER_DATE_NONE;
	int64_t now_ms = clock_now_ms(), from_ms;
	struct fault reason = FAULT_NONE;
	enum verdict v;
	size_t i;

	*go_out = true;
	*until_ms_out = 0;
	for (i = 0; i < count; i++) {
		const struct letter *l = &letters[i];

		if (l->dated != LETTER_DATE_NONE &&
			(dated == LETTER_DATE_NONE || l->dated < dated))
			dated = l->dated;
		if (l->publish != LETTER_DATE_NONE &&
			(publish == LETTER_DATE_NONE || l->publish > publish))
			publish = l->publish;
	}
	/* Not late but early: the box takes it a while before that day. */
	if (publish != LETTER_DATE_NONE) {
		from_ms = receipt_publish_from_ms(publish);
		if (from_ms > now_ms) {
			*until_ms_out = from_ms;
			*go_out = false;
			return V_OK;
		}
	}
	if (stream->guard_is == JOBS_GUARD_OFF ||
		dates_guard_box(dated, publish, now_ms, &reason) == V_OK)
		return V_OK;
	if (!block && strcmp(told, job) == 0)
		return V_OK;
	v = late(run, job, stream, &reason, go_out, why);
	if (v == V_OK)
		snprintf(told, DATES_JOB_MAX, "%s", job);
	return v;
}

bool
dates_has_window(const struct window *window)
{
	return window->count > 0 || window->off.count > 0 ||
	       window->off.holidays;
}

bool
dates_hours(struct role_run *run, const struct jobs_stream *stream)
{
	const struct window *hours = &stream->printer_is->when.is;
	int64_t there_ms = 0;
	struct fault unused;

	if (!dates_has_window(hours))
		return true;
	return window_open(hours, clock_now_ms()) &&
	       store_clock(run->site->store, &there_ms, &unused) == V_OK &&
	       window_open(hours, there_ms);
}

enum verdict
dates_before_paper(struct role_run *run, const char *job,
	const struct jobs_stream *stream, bool *go_out, struct fault *why)
{
	int32_t dated = LETTER_DATE_NONE;
	struct fault reason = FAULT_NONE;
	int64_t now_ms = clock_now_ms();
	struct dates_rules rules;
	enum verdict v;

	*go_out = dates_hours(run, stream);
	if (!*go_out || stream->guard_is == JOBS_GUARD_OFF)
		return V_OK;
	v = store_dates_paper(run->site->store, job, &dated, why);
	if (v != V_OK)
		return v;
	jobs_dates_rules(stream->printer_is, &rules);
	if (dates_guard_paper(&rules, dated, now_ms, &reason) == V_OK)
		return V_OK;
	return late(run, job, stream, &reason, go_out, why);
}

/* --- the cut-off --- */

static int64_t
next_cutoff(void *self, const char *stream, const char *sender, int64_t now_ms)
{
	const struct jobs *jobs = self;
	const struct jobs_stream *s = jobs_stream_of(jobs, stream, sender);
	struct dates_rules rules;

	if (s == NULL)
		return 0;
	jobs_dates_rules(s->printer_is, &rules);
	return dates_next_cutoff(&rules, now_ms);
}

enum verdict
dates_close(struct role_run *run, bool *some, struct fault *why)
{
	int64_t count = 0, next_ms = 0, now_ms = clock_now_ms();
	enum verdict v = store_dates_close(run->site->store, next_cutoff,
		&run->site->jobs, now_ms, &count, &next_ms, why);

	if (v != V_OK)
		return v;
	if (count > 0) {
		log_line("%" PRId64 " paper runs: a cut-off has come, or they "
			 "are open for a supplement",
			count);
		*some = true;
	}
	if (next_ms > now_ms && next_ms - now_ms < run->wait_ms)
		run->wait_ms = next_ms - now_ms;
	return V_OK;
}

/* --- windows --- */

int64_t
dates_opens(const struct window *a, const struct window *b, int64_t here_ms,
	int64_t there_ms)
{
	int64_t here = window_both_next_open(a, b, here_ms);
	int64_t there = window_both_next_open(a, b, there_ms);

	/* The one that has to wait longer says how long. */
	if (here == WINDOW_NEVER || there == WINDOW_NEVER)
		return WINDOW_NEVER;
	return here - here_ms > there - there_ms ? here
						 : here_ms + (there - there_ms);
}

static void
tell_one(const char *stream, int64_t letters, const char *what,
	int64_t opens_ms, int64_t now_ms)
{
	char when[CALENDAR_TEXT_MAX] = "never";

	if (letters == 0 || opens_ms <= now_ms)
		return;
	if (opens_ms != WINDOW_NEVER)
		calendar_text(opens_ms, now_ms, when);
	log_line("stream %s: %" PRId64 " letters wait for %s: opens %s", stream,
		letters, what, when);
}

bool
dates_box_waits(struct site *site, const char *endpoint)
{
	struct arena mem = ARENA_EMPTY;
	struct dates_waits *waits;
	struct fault unused;
	size_t count = 0, i;
	bool some = false;

	if (store_dates_waits(site->store, &mem, &waits, &count, &unused) !=
		V_OK)
		count = 0;
	for (i = 0; i < count; i++)
		some = some || (waits[i].box > 0 && strcmp(waits[i].endpoint,
							    endpoint) == 0);
	arena_done(&mem);
	return some;
}

void
dates_tell_waits(struct site *site)
{
	int64_t now_ms = clock_now_ms(), there_ms = now_ms;
	struct arena mem = ARENA_EMPTY;
	struct dates_waits *waits;
	struct fault unused;
	size_t count = 0, i;

	if (store_clock(site->store, &there_ms, &unused) != V_OK ||
		store_dates_waits(site->store, &mem, &waits, &count, &unused) !=
			V_OK)
		count = 0;
	for (i = 0; i < count; i++) {
		const struct jobs_stream *s = jobs_stream_of(
			&site->jobs, waits[i].stream, waits[i].sender);

		if (s == NULL)
			continue;
		tell_one(waits[i].stream, waits[i].box, "the window",
			dates_opens(&s->when.is, &s->endpoint_is->when.is,
				now_ms, there_ms),
			now_ms);
		tell_one(waits[i].stream, waits[i].paper, "the printer's hours",
			dates_opens(&s->printer_is->when.is, NULL, now_ms,
				there_ms),
			now_ms);
	}
	arena_done(&mem);
}
