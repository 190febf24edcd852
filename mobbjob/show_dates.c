/* mobbjob/show_dates.c - see mobbjob/show_dates.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "mobbjob/show.h"
#include "mobbjob/show_dates.h"
#include "mobbjob/show_page.h"

/* --- the three dates --- */

static void
make_now(const struct jobs_stream *stream, const struct dates_job *of,
	int64_t now_ms, struct arena *mem, struct dates_row *row)
{
	struct fault guard = FAULT_NONE;
	struct dates_job job = *of;
	struct dates_rules rules;

	jobs_dates_rules(stream->printer_is, &rules);
	job.box_from_ms = window_both_next_open(
		&stream->when.is, &stream->endpoint_is->when.is, now_ms);
	if (job.box_from_ms == WINDOW_NEVER)
		job.box_from_ms = 0;
	dates_make(&rules, &job, now_ms, &row->dates);
	if (stream->guard_is != JOBS_GUARD_OFF)
		(void)dates_guard(&job, &row->dates, now_ms, &guard);
	row->guard = guard.code;
	row->guard_text = arena_text(mem, guard.text, strlen(guard.text));
}

enum verdict
show_dates_make(struct call *call, const struct job *job,
	const struct jobs_stream *stream, const struct dates_job *of,
	int64_t now_ms, struct show_dates *out, struct fault *why)
{
	struct show_dates d = { .known = stream != NULL };
	struct dates_row row = { .guard = CODE_NONE };
	enum verdict v = V_END;

	if (job != NULL)
		v = store_dates_get(
			call->site.store, job->id, &call->mem, &row, why);
	if (v != V_OK && v != V_END)
		return v;
	if (v == V_OK && job->released_ms > 0) {
		d.row = row;
		d.known = true;
	} else if (stream != NULL) {
		make_now(stream, of, now_ms, &call->mem, &d.row);
		d.row.guard_text = arena_text(
			&call->mem, d.row.guard_text, strlen(d.row.guard_text));
		d.row.accepted = row.accepted;
	}
	*out = d;
	return V_OK;
}

/* "Tue 17 Nov 16:00" */
static const char *
moment(int64_t ms, int64_t now_ms, struct arena *mem)
{
	char text[CALENDAR_TEXT_MAX];

	calendar_text(ms, now_ms, text);
	return arena_text(mem, text, strlen(text));
}

static const char *
cutoff_text(const struct dates_row *row, int64_t now_ms, struct arena *mem)
{
	const struct dates *d = &row->dates;
	const char *closes =
		d->cutoff_ms == 0 ? "" : moment(d->cutoff_ms, now_ms, mem);
	const char *text = "";

	switch (d->why) {
	case DATES_NO_HOUR:
		text = arena_format(mem,
			"no cut-off: it waits for all results; bundled today "
			"it arrives on %s",
			show_day(d->arrives, mem));
		break;
	case DATES_IN_TIME:
		text = arena_format(mem,
			"closes %s, the last that arrives by %s, on %s", closes,
			show_day(d->by, mem), show_day(d->arrives, mem));
		break;
	case DATES_NEXT:
		text = arena_format(mem,
			"closes %s, the next cut-off; arrives on %s", closes,
			show_day(d->arrives, mem));
		break;
	case DATES_LATE:
		text = arena_format(mem,
			"closes %s, the next cut-off, and arrives on %s; what "
			"should be there on %s had to close before",
			closes, show_day(d->arrives, mem),
			show_day(d->by, mem));
		break;
	}
	if (row->closed_count > 0)
		text = arena_format(mem,
			"closed %s; what came later makes a supplement%s%s",
			moment(row->closed_ms, now_ms, mem),
			d->cutoff_ms == 0 ? "" : ", which closes ", closes);
	return text;
}

void
show_dates_print(
	struct call *call, const struct show_dates *dates, int64_t now_ms)
{
	const struct dates *d = &dates->row.dates;
	struct arena *mem = &call->mem;

	if (!dates->known || d->arrives == 0)
		return;
	show_line(call, "print cut-off", cutoff_text(&dates->row, now_ms, mem));
	if (d->box_latest_ms == 0)
		show_line(call, "box, latest",
			"no such moment: the letters bear no date");
	else
		show_line(call, "box, latest",
			arena_format(mem, "%s, %s",
				moment(d->box_latest_ms, now_ms, mem),
				d->publish == LETTER_DATE_NONE
					? "when the day of their date is over"
					: "when the day of publication "
					  "begins"));
	if (dates->row.guard != CODE_NONE)
		show_line(call, "dagtekening",
			arena_format(mem, "%s: %s%s",
				show_code((int)dates->row.guard, mem),
				show_clean(dates->row.guard_text, mem),
				dates->row.accepted ? " (released so)" : ""));
}

void
show_dates_json(
	struct json *page, const struct show_dates *dates, struct arena *mem)
{
	static const char *const words[] = { "", "no_hour", "in_time", "next",
		"late" };
	const struct dates *d = &dates->row.dates;
	bool some = dates->known && d->arrives != 0;

	json_add_given(page, "must_arrive_by",
		!some || d->by == LETTER_DATE_NONE ? "" : show_day(d->by, mem));
	json_add_time(page, "print_cutoff", some ? d->cutoff_ms : 0);
	json_add_given(page, "print_cutoff_why", some ? words[d->why] : "");
	json_add_time(page, "print_closed", dates->row.closed_ms);
	json_add_given(
		page, "paper_arrives", some ? show_day(d->arrives, mem) : "");
	json_add_time(page, "box_latest", some ? d->box_latest_ms : 0);
	json_add_given(page, "late_code",
		dates->row.guard == CODE_NONE
			? ""
			: show_code((int)dates->row.guard, mem));
	json_add_given(page, "late_reason",
		dates->row.guard == CODE_NONE ? "" : dates->row.guard_text);
}

/* --- windows --- */

/* When it opens by both clocks (store/dates.h); 0: it is open, or nothing waits
 * for it.
 */
static int64_t
opens(struct call *call, const struct window *a, const struct window *b,
	int64_t letters, int64_t now_ms)
{
	int64_t there_ms = now_ms, here, there;
	struct fault unused;

	if (letters == 0)
		return 0;
	(void)store_clock(call->site.store, &there_ms, &unused);
	here = window_both_next_open(a, b, now_ms);
	there = window_both_next_open(a, b, there_ms);
	if (here <= now_ms && there <= there_ms)
		return 0;
	return here > there ? here : there;
}

static const char *
opens_text(int64_t opens_ms, int64_t now_ms, struct arena *mem)
{
	return opens_ms == WINDOW_NEVER ? "never"
					: moment(opens_ms, now_ms, mem);
}

static const char *
wait_text(struct call *call, const struct jobs_stream *s, int64_t box,
	int64_t paper, int64_t now_ms, int64_t *opens_ms_out)
{
	struct arena *mem = &call->mem;
	int64_t lots =
		opens(call, &s->when.is, &s->endpoint_is->when.is, box, now_ms);
	int64_t bundles =
		opens(call, &s->printer_is->when.is, NULL, paper, now_ms);
	const char *printer;

	*opens_ms_out =
		lots != 0 && (bundles == 0 || lots < bundles) ? lots : bundles;
	if (bundles == 0)
		return lots == 0 ? NULL
				 : arena_format(mem,
					   "waits for the window: opens %s",
					   opens_text(lots, now_ms, mem));
	printer = arena_format(mem,
		"paper waits for the printer's hours: open %s",
		opens_text(bundles, now_ms, mem));
	return lots == 0
		       ? printer
		       : arena_format(mem, "waits for the window: opens %s; %s",
				 opens_text(lots, now_ms, mem), printer);
}

const char *
show_window_of(struct call *call, const struct job *job, int64_t *opens_ms_out)
{
	const struct jobs_stream *s =
		jobs_stream_of(&call->site.jobs, job->stream, job->sender);

	*opens_ms_out = 0;
	if (s == NULL ||
		(job->state != JOB_RELEASED && job->state != JOB_SENDING &&
			job->state != JOB_AWAITING))
		return NULL;
	return wait_text(call, s, job->n_box + job->n_resend, job->n_paper,
		clock_now_ms(), opens_ms_out);
}

static void
json_wait(const struct dates_waits *w, const char *text, int64_t opens_ms)
{
	struct json *o = json_new_object();

	json_add_text(o, "schema", "mobb.window/1");
	json_add_text(o, "stream", w->stream);
	json_add_text(o, "sender", w->sender);
	json_add_text(o, "endpoint", w->endpoint);
	json_add_int(o, "jobs", w->jobs);
	json_add_int(o, "letters_box", w->box);
	json_add_int(o, "letters_paper", w->paper);
	json_add_time(o, "opens", opens_ms == WINDOW_NEVER ? 0 : opens_ms);
	json_add_text(o, "text", text);
	json_write(o, stdout);
}

size_t
show_windows(struct call *call)
{
	struct dates_waits *rows;
	int64_t now_ms = clock_now_ms(), opens_ms;
	struct fault unused;
	size_t count = 0, i, n = 0;

	if (store_dates_waits(call->site.store, &call->mem, &rows, &count,
		    &unused) != V_OK)
		return 0;
	for (i = 0; i < count; i++) {
		const struct jobs_stream *s = jobs_stream_of(
			&call->site.jobs, rows[i].stream, rows[i].sender);
		const char *text =
			s == NULL ? NULL
				  : wait_text(call, s, rows[i].box,
					    rows[i].paper, now_ms, &opens_ms);

		if (text == NULL)
			continue;
		if (call->options.json) {
			json_wait(&rows[i], text, opens_ms);
		} else {
			if (n == 0)
				puts("\nwaits for a window:");
			printf("  stream %s: %s\n", rows[i].stream,
				show_clean(text, &call->mem));
		}
		n++;
	}
	return n;
}
