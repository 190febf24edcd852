/* mobbd/watch.c - see mobbd/watch.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "mobbd/watch.h"

/* The event says since when, so that the same trouble is the same event, and
 * another one of the same thing is not.
 */
static enum verdict
tell(struct site *site, const struct need *need, struct arena *mem,
	int64_t now_ms, struct fault *why)
{
	struct event event = {
		.at_ms = now_ms, .person = "automatic", .what = "needs a person"
	};
	char since[CLOCK_TEXT_MAX];
	struct fault what = FAULT_NONE;
	bool news = false;
	enum verdict v;

	clock_utc(need->since_ms, since);
	strncpy(event.job, need->job, sizeof(event.job) - 1);
	/* Without what may change while the trouble is the same. */
	event.text = arena_format(mem, "MOBB-%04d %s %.200s, since %s",
		(int)need->code, need->what,
		need->job[0] == '\0' ? need->name : need->job, since);
	v = store_event_once(site->store, &event, &news, why);
	if (v != V_OK || !news)
		return v;
	(void)fault_set(&what, V_SKIP, need->code, "%s %.80s: %.180s",
		need->what, need->name, need->text);
	if (need->job[0] != '\0')
		fault_at(&what, "job %s", need->job);
	log_fault(&what);
	log_line("what to do: %s", need->todo);
	return V_OK;
}

/* Questions without an answer, each told once; then it is a need. */
static enum verdict
questions(
	struct site *site, struct arena *mem, int64_t now_ms, struct fault *why)
{
	const struct jobs *jobs = &site->jobs;
	struct question q;
	enum verdict v = V_END;
	size_t i;

	for (i = 0; v == V_END && i < jobs->endpoint_count; i++) {
		const struct jobs_endpoint *e = &jobs->endpoints[i];

		do
			v = store_question_late(site->store, e->name,
				now_ms - e->answer_within, now_ms, mem, &q,
				why);
		while (v == V_OK);
	}
	return v == V_END ? V_OK : v;
}

/* Folders between those of a stream's senders, of none of them. */
static enum verdict
folders(struct site *site, const struct jobs_stream *stream, struct arena *mem,
	int64_t now_ms, struct fault *why)
{
	const struct spool_rule rule = { .stream = stream->name,
		.senders =
			jobs_stream_senders(&site->jobs, stream->name, mem) };
	struct spool_wait *waits;
	struct need need;
	size_t i, count;
	enum verdict v;

	v = spool_waits(site->spool, &rule, now_ms, mem, &waits, &count, why);
	for (i = 0; v == V_OK && i < count; i++) {
		if (waits[i].code != CODE_SENDER_FOLDER)
			continue;
		need = (struct need){ .what = "folder",
			.name = arena_format(
				mem, "in/%s/%s", stream->name, waits[i].name),
			.job = "",
			.code = waits[i].code,
			.since_ms = waits[i].changed_ms,
			.text = waits[i].text,
			.todo = "mobbjob explain MOBB-1385" };
		v = tell(site, &need, mem, now_ms, why);
	}
	return v;
}

enum verdict
watch_look(
	struct site *site, struct arena *mem, int64_t now_ms, struct fault *why)
{
	struct need *needs;
	size_t count, i;
	enum verdict v;

	v = questions(site, mem, now_ms, why);
	if (v == V_OK)
		v = store_needs(site->store, &site->jobs, now_ms, mem, &needs,
			&count, why);
	for (i = 0; v == V_OK && i < count; i++)
		if (needs[i].overdue)
			v = tell(site, &needs[i], mem, now_ms, why);
	for (i = 0; v == V_OK && i < site->jobs.stream_count; i++) {
		const struct jobs_stream *s = &site->jobs.streams[i];

		if (s->many && !s->again)
			v = folders(site, s, mem, now_ms, why);
	}
	return v;
}
