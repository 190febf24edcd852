/* batch/jobs_dates.c - when it may begin, and by when it must be there
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "base/text.h"
#include "batch/dates.h"
#include "batch/jobs_check.h"

#define DAYS_MAX 30 /* of printing, and of the post */
#define LINE_BYTES_MAX 200

struct check {
	struct jobs *jobs;
	const void **where;
	struct fault *why;
};

/* What is wrong, and whose it is, before what was said of the value. */
static enum verdict
bad(struct check *c, const char *kind, const char *name, const char *key,
	const void *where)
{
	char text[FAULT_TEXT_MAX];

	memcpy(text, c->why->text, sizeof(text));
	*c->where = where;
	return fault_set(c->why, V_BROKEN, CODE_CONFIG_WINDOW,
		"%s%s%s: %s: %.240s", kind, *name == '\0' ? "" : " ", name, key,
		text);
}

static enum verdict
dates_check(struct check *c, const char *kind, const char *name, char **texts,
	size_t count, struct calendar_off *off)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (calendar_off_add(off, texts[i], c->why) != V_OK)
			return bad(c, kind, name, "blackout", texts[i]);
	return V_OK;
}

/* Its own hours and dates, and the dates of all. */
static enum verdict
when_check(struct check *c, const char *kind, const char *name, const char *key,
	struct jobs_when *w)
{
	enum verdict v;
	size_t i;

	w->is = (struct window){ .count = 0 };
	for (i = 0; i < w->window_count; i++)
		if (window_add(&w->is, w->window[i], c->why) != V_OK)
			return bad(c, kind, name, key, w->window[i]);
	v = dates_check(c, "all", "", c->jobs->blackout,
		c->jobs->blackout_count, &w->is.off);
	return v == V_OK ? dates_check(c, kind, name, w->blackout,
				   w->blackout_count, &w->is.off)
			 : v;
}

static enum verdict
printer_check(struct check *c, struct jobs_printer *p)
{
	p->cutoff_is = -1;
	p->week = CALENDAR_MON_FRI;
	p->post_week = CALENDAR_TUE_SAT;
	if (p->cutoff != NULL && !window_time(p->cutoff, &p->cutoff_is)) {
		fault_set(c->why, V_BROKEN, CODE_CONFIG_WINDOW,
			"'%.40s' is no time; it is written 16:00", p->cutoff);
		return bad(c, "printer", p->name, "cutoff", p->cutoff);
	}
	if (p->days != NULL && window_week(p->days, &p->week, c->why) != V_OK)
		return bad(c, "printer", p->name, "days", p->days);
	if (p->post_days != NULL &&
		window_week(p->post_days, &p->post_week, c->why) != V_OK)
		return bad(c, "printer", p->name, "post_days", p->post_days);
	if (p->print_days > DAYS_MAX || p->transit > DAYS_MAX) {
		*c->where =
			p->transit > DAYS_MAX ? &p->transit : &p->print_days;
		return fault_set(c->why, V_BROKEN, CODE_CONFIG_VALUE,
			"printer %s: print_days and transit must be 0 to %d "
			"working days",
			p->name, DAYS_MAX);
	}
	return when_check(c, "printer", p->name, "hours", &p->when);
}

static enum verdict
stream_check(struct check *c, struct jobs_stream *s)
{
	static const char *const words[] = { "warn", "block", "off" };
	int guard = s->dagtekening == NULL ? 0 : 3;
	enum verdict v;
	int i;

	for (i = 0; guard == 3 && i < 3; i++)
		if (strcmp(s->dagtekening, words[i]) == 0)
			break;
	if (guard == 3 && i == 3) {
		*c->where = s->dagtekening;
		return fault_set(c->why, V_BROKEN, CODE_CONFIG_VALUE,
			"stream %s: dagtekening must be warn, block or off",
			s->name);
	}
	s->guard_is = guard == 0 ? JOBS_GUARD_WARN : (enum jobs_guard)i;
	v = when_check(c, "stream", s->name, "window", &s->when);
	if (v == V_OK && !window_meet(&s->when.is, &s->endpoint_is->when.is)) {
		fault_set(c->why, V_BROKEN, CODE_CONFIG_WINDOW,
			"it is never open while that of endpoint %s is: "
			"nothing would ever leave",
			s->endpoint);
		return bad(c, "stream", s->name, "window", s->when.window[0]);
	}
	return v;
}

enum verdict
jobs_dates_check(struct jobs *jobs, const void **where_out, struct fault *why)
{
	struct check c = { jobs, where_out, why };
	enum verdict v = V_OK;
	size_t i;

	for (i = 0; v == V_OK && i < jobs->endpoint_count; i++) {
		struct jobs_endpoint *e = &jobs->endpoints[i];

		v = when_check(&c, "endpoint", e->name, "window", &e->when);
	}
	for (i = 0; v == V_OK && i < jobs->printer_count; i++)
		v = printer_check(&c, &jobs->printers[i]);
	for (i = 0; v == V_OK && i < jobs->stream_count; i++)
		v = stream_check(&c, &jobs->streams[i]);
	return v;
}

void
jobs_dates_rules(
	const struct jobs_printer *printer, struct dates_rules *rules_out)
{
	*rules_out = (struct dates_rules){ .cutoff = printer->cutoff_is,
		.week = printer->week,
		.post_week = printer->post_week,
		.print_days = (int)printer->print_days,
		.transit = (int)printer->transit,
		.off = &printer->when.is.off };
}

/* --- the file of dates --- */

static enum verdict
off_everywhere(struct jobs *jobs, const char *text, struct fault *why)
{
	enum verdict v = V_OK;
	size_t i;

	for (i = 0; v == V_OK && i < jobs->endpoint_count; i++)
		v = calendar_off_add(
			&jobs->endpoints[i].when.is.off, text, why);
	for (i = 0; v == V_OK && i < jobs->printer_count; i++)
		v = calendar_off_add(&jobs->printers[i].when.is.off, text, why);
	return v;
}

enum verdict
jobs_blackout(struct jobs *jobs, const char *name, const char *text, size_t len,
	struct fault *why)
{
	const char *end = text + len, *next;
	char line[LINE_BYTES_MAX];
	size_t number = 0, bytes;
	enum verdict v = V_OK;

	for (; v == V_OK && text < end; text = next) {
		next = memchr(text, '\n', (size_t)(end - text));
		bytes = (size_t)((next == NULL ? end : next) - text);
		next = next == NULL ? end : next + 1;
		number++;
		if (bytes >= sizeof(line)) {
			v = fault_set(why, V_BROKEN, CODE_CONFIG_WINDOW,
				"a line of more than %d bytes",
				LINE_BYTES_MAX - 1);
			break;
		}
		memcpy(line, text, bytes);
		line[bytes] = '\0';
		line[strcspn(line, "#")] = '\0';
		text = text_trim(line);
		if (*text != '\0')
			v = off_everywhere(jobs, text, why);
	}
	if (v != V_OK)
		fault_at(why, "%s:%zu", name, number);
	return v;
}
