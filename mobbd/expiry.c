/* mobbd/expiry.c - see mobbd/expiry.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>

#include "base/clock.h"
#include "base/log.h"
#include "batch/advice.h"
#include "mobbd/expiry.h"

/* What the event says names the certificate, not its file: one that stands in
 * two files, or moves, is told once.
 */
static enum verdict
say_once(struct site *site, struct arena *mem,
	const struct certificate *certificate, int threshold, int64_t now_ms,
	bool *news_out, struct fault *why)
{
	char end[CLOCK_TEXT_MAX];
	struct event event = { .at_ms = now_ms,
		.person = "automatic",
		.what = "certificate ends" };

	clock_utc(certificate->end_ms, end);
	event.text = arena_format(mem,
		"%s: '%s' (serial %s of '%s'), until %.10s",
		threshold == 0 ? "ended"
			       : arena_format(mem, "%d days left", threshold),
		certificate->subject, certificate->serial, certificate->issuer,
		end);
	return store_event_once(site->store, &event, news_out, why);
}

static void
tell(const struct certificate_place *place, int64_t now_ms, struct arena *mem)
{
	int64_t days = certificate_days(place->seen.end_ms, now_ms);
	const struct advice *advice = advice_find(CODE_EXPIRING);
	struct fault what = FAULT_NONE;
	char end[CLOCK_TEXT_MAX];

	clock_local(place->seen.end_ms, end);
	(void)fault_set(&what, V_SKIP, CODE_EXPIRING,
		"certificate '%.80s' (%.80s) %s %.10s%s", place->seen.subject,
		place->what, days < 0 ? "ended on" : "ends on", end,
		days < 0 ? ""
			 : arena_format(mem, ", in %" PRId64 " days", days));
	fault_at(&what, "%s", place->file);
	log_fault(&what);
	log_line("what to do: %s", advice->todo);
}

enum verdict
expiry_look(
	struct site *site, struct arena *mem, int64_t now_ms, struct fault *why)
{
	struct certificate_place *places;
	enum verdict v = V_OK;
	size_t count, i;

	look_certificates(&site->jobs, site->folder, mem, &places, &count);
	for (i = 0; v == V_OK && i < count; i++) {
		const struct certificate_place *place = &places[i];
		bool news = false;
		int threshold;

		if (place->v != V_OK || place->former)
			continue;
		threshold = certificate_threshold(place->seen.end_ms, now_ms);
		if (threshold < 0)
			continue;
		v = say_once(
			site, mem, &place->seen, threshold, now_ms, &news, why);
		if (v == V_OK && news)
			tell(place, now_ms, mem);
	}
	return v;
}
