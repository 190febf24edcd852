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

enum verdict
watch_look(
	struct site *site, struct arena *mem, int64_t now_ms, struct fault *why)
{
	struct need *needs;
	size_t count, i;
	enum verdict v;

	v = store_needs(
		site->store, &site->jobs, now_ms, mem, &needs, &count, why);
	for (i = 0; v == V_OK && i < count; i++)
		if (needs[i].overdue)
			v = tell(site, &needs[i], mem, now_ms, why);
	return v;
}
