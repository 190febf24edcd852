/* mobbjob/cmd_posted.c - posted: a person says that a bundle was posted
 *
 * The printer gives no receipts: somebody looks at the paper and says so.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "mobbjob/bundle.h"
#include "mobbjob/decide.h"
#include "mobbjob/select.h"
#include "mobbjob/show.h"

#define MS_PER_DAY INT64_C(86400000)
#define DAY_CHARS 10

/* YYYY-MM-DD that exists. */
static bool
parse_day(const char *text, int32_t *days_out)
{
	char plain[DAY_CHARS + 1];
	int64_t y, m, d;

	if (strlen(text) != DAY_CHARS || text[4] != '-' || text[7] != '-')
		return false;
	memcpy(plain, text, sizeof(plain));
	plain[4] = plain[7] = '\0';
	return text_number(plain, 9999, &y) && text_number(plain + 5, 12, &m) &&
	       text_number(plain + 8, 31, &d) &&
	       clock_day((int)y, (int)m, (int)d, days_out);
}

/* Today, where the person is. */
static int32_t
today(int64_t now_ms)
{
	char text[CLOCK_TEXT_MAX];
	int32_t days = (int32_t)(now_ms / MS_PER_DAY);

	clock_local(now_ms, text);
	text[DAY_CHARS] = '\0';
	(void)parse_day(text, &days);
	return days;
}

static enum verdict
day_of(const struct call *call, int64_t now_ms, int32_t *days_out,
	struct fault *why)
{
	if (call->options.date == NULL)
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"say on which day: --date YYYY-MM-DD");
	if (!parse_day(call->options.date, days_out))
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"--date wants a day as YYYY-MM-DD");
	if (*days_out > today(now_ms))
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"--date is a day that has not come yet");
	return V_OK;
}

/* The person's own words, beside the event of the store. */
static enum verdict
note(struct call *call, const struct lot *lot, const char *reason,
	int64_t now_ms, struct fault *why)
{
	struct event event = { .at_ms = now_ms,
		.person = call->person,
		.what = "reason",
		.text = reason };

	if (reason[0] == '\0')
		return V_OK;
	memcpy(event.job, lot->job, sizeof(event.job));
	return store_event_add(call->site.store, &event, why);
}

static const char *
cannot(const struct call *call, const struct job *job)
{
	(void)call;
	return job->n_handed == 0 ? "no bundle of it is with the printer"
				  : NULL;
}

/* All bundles of a job that were handed over. */
static enum verdict
posted_one(struct call *call, const struct job *job, const char *reason,
	struct fault *why)
{
	int64_t now_ms = clock_now_ms(), letters;
	struct lot *lots;
	size_t i, count;
	int32_t days;
	enum verdict v = day_of(call, now_ms, &days, why);

	if (v == V_OK)
		v = store_lot_list(call->site.store, job->id, &call->mem, &lots,
			&count, why);
	for (i = 0; v == V_OK && i < count; i++) {
		if (!lots[i].print || lots[i].state != LOT_HANDED_OVER)
			continue;
		v = store_posted(call->site.store, lots[i].name, days,
			call->person, now_ms, &letters, why);
		if (v == V_OK)
			v = note(call, &lots[i], reason, now_ms, why);
	}
	return v;
}

static const struct select_what many = { "posted", cannot, posted_one };

static enum verdict
run(struct call *call, struct fault *why)
{
	int64_t now_ms = clock_now_ms(), letters;
	const char *reason;
	struct lot lot;
	int32_t days;
	enum verdict v;

	v = day_of(call, now_ms, &days, why);
	if (v == V_OK && call->arg_count == 0)
		return select_given(call, 0)
			       ? select_run(call, &many, why)
			       : fault_set(why, V_BROKEN, CODE_USAGE,
					 "name a BUNDLE, or many by --stream, "
					 "--sender or --since");
	if (v == V_OK)
		v = decide_reason_if(call, &reason, why);
	if (v == V_OK)
		v = bundle_find(call, call->args[0], &lot, why);
	if (v != V_OK)
		return v;
	if (lot.state != LOT_HANDED_OVER) {
		v = fault_set(why, V_SKIP, CODE_STATE,
			"only a bundle that was handed over can be posted, "
			"this one is %s",
			lot.state == LOT_SETTLED ? "posted already"
						 : lot_word(lot.state));
		fault_at(why, "BUNDLE %s", lot.name);
		return v;
	}
	letters = lot.letters;
	if (!call->options.dry_run) {
		v = store_posted(call->site.store, lot.name, days, call->person,
			now_ms, &letters, why);
		if (v == V_OK)
			v = note(call, &lot, reason, now_ms, why);
	}
	if (v != V_OK)
		return v;
	decide_tell(call, "bundle %s: %s letters posted on %s, says %s",
		lot.name, show_number(letters, &call->mem),
		show_day(days, &call->mem), call->person);
	return V_OK;
}

const struct command command_posted = {
	.name = "posted",
	.args = "BUNDLE | many --date DAY",
	.help = "say that a print bundle was posted",
	.args_max = 1,
	.need = NEED_STORE,
	.changes = true,
	.may = PERSON_OPERATE,
	.run = run,
};
