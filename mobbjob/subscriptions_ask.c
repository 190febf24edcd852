/* mobbjob/subscriptions_ask.c - a bulk question that a person wants
 *
 * About all who wait for an answer; with --all about everybody; with --date
 * about what changed since.  The router fills it and the courier sends it.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>

#include "base/clock.h"
#include "mobbjob/decide.h"
#include "mobbjob/person.h"
#include "mobbjob/show.h"
#include "mobbjob/subscriptions.h"

/* Changes need what they changed: an answer about everybody, at or after that
 * moment.
 */
static enum verdict
changes_since(struct call *call, struct question_new *q, struct fault *why)
{
	int64_t list = 0, asked_ms;
	enum verdict v;

	if (call->options.all ||
		!subscriptions_moment(call->options.date, &q->since_ms))
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"--all, or --date YYYY-MM-DD or YYYY-MM-DDTHH:MM");
	q->kind = QUESTION_CHANGES;
	v = store_answer_base(call->site.store, q->environment, q->sender, "",
		q->since_ms, q->now_ms, &list, &asked_ms, why);
	if (v == V_OK && list == 0)
		v = fault_set(why, V_SKIP, CODE_STATE,
			"no answer about everybody is kept that was asked at "
			"that moment or later: ask with --all");
	return v;
}

/* Nobody is asked while something is held. */
static enum verdict
check_stop(struct call *call, const struct jobs_sender *sender,
	const struct jobs_endpoint *endpoint, struct fault *why)
{
	struct stop stop;
	enum verdict v = store_stop_find(call->site.store, "", sender->name,
		endpoint->name, &call->mem, &stop, why);

	if (v == V_OK)
		return fault_set(why, V_SKIP, CODE_STATE, "%s %.60s is held",
			stop_word(stop.kind), stop.name);
	return v == V_END ? V_OK : v;
}

enum verdict
subscriptions_ask(struct call *call, struct fault *why)
{
	const struct jobs_sender *sender =
		jobs_sender(&call->site.jobs, call->args[1]);
	const struct jobs_endpoint *endpoint = NULL;
	struct question_new q = { .kind = QUESTION_LIST,
		.id = uuid_random(),
		.person = call->person,
		.reason = "",
		.now_ms = clock_now_ms() };
	int64_t number = 0;
	enum verdict v;

	if (sender == NULL)
		return fault_set(why, V_BROKEN, CODE_CONFIG_NAME,
			"there is no sender named %.40s", call->args[1]);
	v = person_may(call, sender->name, why);
	if (v == V_OK)
		v = subscriptions_endpoint(call, sender, &endpoint, why);
	if (v != V_OK)
		return v;
	q.environment = endpoint->environment;
	q.endpoint = endpoint->name;
	q.sender = sender->oin;
	if (call->options.date != NULL)
		v = changes_since(call, &q, why);
	else if (call->options.all)
		q.kind = QUESTION_ALL;
	if (v == V_OK)
		v = check_stop(call, sender, endpoint, why);
	if (v == V_OK &&
		!(call->options.dry_run && call->options.reason == NULL))
		v = decide_reason(call, &q.reason, why);
	if (v == V_OK && !call->options.dry_run)
		v = store_question_ask(
			call->site.store, &q, NULL, &number, why);
	if (v == V_OK)
		decide_tell(call, "sender %s: endpoint %s is asked about %s",
			sender->name, endpoint->name,
			q.kind == QUESTION_ALL ? "everybody"
			: q.kind == QUESTION_CHANGES
				? arena_format(&call->mem,
					  "what changed since %s",
					  show_time(q.since_ms, &call->mem))
				: "all who wait for an answer");
	return v;
}
