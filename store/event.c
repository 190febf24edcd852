/* store/event.c - what happened, per lot and per decision of a person
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "store/books.h"

#define EVENT_TEXT_MAX 640
#define EVENTS_SHOWN "10000" /* newest of a job */

static enum verdict
insert(struct pg *pg, const struct event *event, struct fault *why)
{
	return pg_do(pg,
		"insert into event (at_ms, job, person, what, text) "
		"values ($1, $2, $3, $4, $5)",
		PG_ARGS(PG_N(event->at_ms), PG_T(event->job),
			PG_T(event->person), PG_T(event->what),
			PG_T(event->text)),
		NULL, why);
}

enum verdict
event_put(struct pg *pg, int64_t at_ms, const char *job, const char *person,
	const char *what, struct fault *why, const char *fmt, ...)
{
	char text[EVENT_TEXT_MAX];
	struct event event = { .at_ms = at_ms, .person = person, .what = what };
	va_list ap;

	assert(strlen(job) < sizeof(event.job));
	memcpy(event.job, job, strlen(job) + 1);
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	event.text = text;
	return insert(pg, &event, why);
}

enum verdict
event_number(struct pg *pg, int64_t at_ms, const char *job, const char *person,
	const char *what, int64_t *number_out, struct fault *why,
	const char *fmt, ...)
{
	struct pg_rows rows = PG_ROWS_NONE;
	char text[EVENT_TEXT_MAX];
	enum verdict v;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	v = pg_ask(pg,
		"insert into event (at_ms, job, person, what, text) "
		"values ($1, $2, $3, $4, $5) returning number",
		PG_ARGS(PG_N(at_ms), PG_T(job), PG_T(person), PG_T(what),
			PG_T(text)),
		&rows, why);
	if (v == V_OK)
		*number_out = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_event_add(
	struct store *store, const struct event *event, struct fault *why)
{
	return insert(store->pg, event, why);
}

enum verdict
store_event_once(struct store *store, const struct event *event, bool *new_out,
	struct fault *why)
{
	int64_t count = 0;
	enum verdict v;

	v = pg_do(store->pg,
		"insert into event (at_ms, job, person, what, text) "
		"select $1::bigint, $2::text, $3::text, $4::text, $5::text "
		"where not exists (select from event where job = $2::text "
		"and what = $4::text and text = $5::text)",
		PG_ARGS(PG_N(event->at_ms), PG_T(event->job),
			PG_T(event->person), PG_T(event->what),
			PG_T(event->text)),
		&count, why);
	if (v == V_OK)
		*new_out = count > 0;
	return v;
}

enum verdict
store_event_list(struct store *store, const char *job, struct arena *mem,
	struct event **rows_out, size_t *count_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct event *events;
	enum verdict v;
	int i;

	v = pg_ask(store->pg,
		"select * from (select at_ms, job, person, what, text, number "
		"from event where job = $1 "
		"order by number desc limit " EVENTS_SHOWN ") e "
		"order by number",
		PG_ARGS(PG_T(job)), &rows, why);
	if (v != V_OK)
		return v;
	events = arena_alloc(mem, ((size_t)rows.count + 1) * sizeof(*events));
	for (i = 0; i < rows.count; i++) {
		events[i] = (struct event){ .at_ms = pg_int(&rows, i, 0),
			.person = pg_text(&rows, i, 2, mem),
			.what = pg_text(&rows, i, 3, mem),
			.text = pg_text(&rows, i, 4, mem) };
		pg_word(&rows, i, 1, events[i].job, sizeof(events[i].job));
	}
	*rows_out = events;
	*count_out = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}
