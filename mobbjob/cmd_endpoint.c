/* mobbjob/cmd_endpoint.c - endpoint: who is at the other side, and does it work
 *
 * This program cannot send.  `check` leaves a request in the database for each
 * endpoint and each sender that uses it; the courier of that endpoint looks and
 * writes what it found, line by line, and here the lines are shown.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "channels/look.h"
#include "mobbjob/command.h"
#include "mobbjob/show.h"
#include "mobbjob/stop.h"

#define WAIT_S 60 /* for the couriers */
#define WAIT_S_MAX 600
#define LOOK_MS 200
#define EXIT_TEMPORARY 12

/* An endpoint and a sender that uses it. */
struct pair {
	const struct jobs_endpoint *endpoint;
	const struct jobs_sender *sender; /* NULL: no stream uses it */
	int64_t request, asked_ms;
	int64_t shown; /* lines */
};

/* In the order of the jobs file; `name` "": of every endpoint. */
static size_t
find_pairs(struct call *call, const char *name, struct pair **pairs_out)
{
	const struct jobs *jobs = &call->site.jobs;
	size_t e, s, count = 0, before;
	struct pair *pairs = arena_alloc(
		&call->mem, jobs->endpoint_count * (jobs->sender_count + 1) *
					    sizeof(*pairs) +
				    1);

	for (e = 0; e < jobs->endpoint_count; e++) {
		const struct jobs_endpoint *endpoint = &jobs->endpoints[e];

		if (name[0] != '\0' && strcmp(name, endpoint->name) != 0)
			continue;
		before = count;
		for (s = 0; s < jobs->sender_count; s++)
			if (jobs_uses(jobs, endpoint, &jobs->senders[s]))
				pairs[count++] = (struct pair){ endpoint,
					&jobs->senders[s], 0, 0, 0 };
		if (count == before)
			pairs[count++] =
				(struct pair){ endpoint, NULL, 0, 0, 0 };
	}
	*pairs_out = pairs;
	return count;
}

/* --- check --- */

/* "60", "60s" or "2min". */
static enum verdict
wait_of(const struct call *call, int64_t *seconds_out, struct fault *why)
{
	const char *text = call->options.wait;
	char digits[8];
	size_t len;
	int64_t unit;

	*seconds_out = WAIT_S;
	if (text == NULL)
		return V_OK;
	len = strspn(text, "0123456789");
	unit = strcmp(text + len, "min") == 0 ? 60 : 1;
	if (len > 0 && len < sizeof(digits) &&
		(unit == 60 || text[len] == '\0' ||
			strcmp(text + len, "s") == 0)) {
		memcpy(digits, text, len);
		digits[len] = '\0';
		if (text_number(digits, WAIT_S_MAX / unit, seconds_out) &&
			*seconds_out > 0) {
			*seconds_out *= unit;
			return V_OK;
		}
	}
	return fault_set(why, V_BROKEN, CODE_USAGE,
		"--wait must be 1s to %ds, such as 60s or 2min", WAIT_S_MAX);
}

static void
show_head(struct call *call, const struct pair *pair)
{
	if (call->options.json || call->options.plain)
		return;
	printf("endpoint %s (%s)%s%s\n", pair->endpoint->name,
		jobs_loud(pair->endpoint->environment),
		pair->sender == NULL ? "" : ", sender ",
		pair->sender == NULL ? "" : pair->sender->name);
}

static void
show_json(struct call *call, const struct pair *pair, const struct finding *f)
{
	struct json *o = json_new_object();

	json_add_text(o, "schema", "mobb.endpoint/1");
	json_add_text(o, "endpoint", pair->endpoint->name);
	json_add_text(o, "environment", pair->endpoint->environment);
	json_add_given(
		o, "sender", pair->sender == NULL ? "" : pair->sender->name);
	json_add_text(o, "result", finding_word(f->grade));
	json_add_text(o, "what", f->what);
	json_add_text(o, "value", show_clean(f->value, &call->mem));
	json_add_given(o, "code", show_code((int)f->code, &call->mem));
	json_add_given(o, "advice", f->advice);
	json_write(o, stdout);
}

static void
show_finding(
	struct call *call, const struct pair *pair, const struct finding *found)
{
	struct finding f = *found;
	struct buf text = BUF_MAX(2000);

	call->exit = finding_exit(call->exit, &f);
	if (call->options.json) {
		show_json(call, pair, &f);
		return;
	}
	/* A name in a certificate is the peer's text. */
	finding_value(&f, "%s", show_clean(found->value, &call->mem));
	if (call->options.plain)
		printf("%s\t%s\t%s\t%s\t%s\t%s\t%s\n", pair->endpoint->name,
			pair->sender == NULL ? "" : pair->sender->name,
			finding_word(f.grade), f.what, f.value,
			show_code((int)f.code, &call->mem), f.advice);
	else
		finding_text(&f, &text);
	if (text.len > 0)
		fputs(text.bytes, stdout);
	buf_done(&text);
	fflush(stdout);
}

/* An answer of a moment ago does not know what was changed since. */
static void
show_age(struct call *call, int64_t answered_ms, int64_t asked_ms)
{
	if (answered_ms > 0 && answered_ms < asked_ms && !call->options.json &&
		!call->options.plain)
		printf("  found %" PRId64 " s ago: within 10 s an answer is "
		       "shared\n",
			(asked_ms - answered_ms + 999) / 1000);
}

/* The lines of one pair as they come; *answered_out false: not in time. */
static enum verdict
show_pair(struct call *call, struct pair *pair, int64_t end_tick_ms,
	bool *answered_out, struct fault *why)
{
	int64_t answered_ms;
	struct finding *found;
	size_t i, count;
	enum verdict v;
	bool last;

	do {
		last = clock_tick_ms() >= end_tick_ms;
		v = store_request_look(call->site.store, pair->request,
			pair->shown, &call->mem, &found, &count, &answered_ms,
			why);
		if (v != V_OK)
			return v;
		for (i = 0; i < count; i++)
			show_finding(call, pair, &found[i]);
		pair->shown += (int64_t)count;
		*answered_out = answered_ms != 0;
		if (!*answered_out && !last)
			store_wait(call->site.store, LOOK_MS, -1);
	} while (!*answered_out && !last);
	show_age(call, answered_ms, pair->asked_ms);
	return V_OK;
}

static void
show_unused(struct call *call, const struct pair *pair)
{
	struct finding f = { .grade = FINDING_WARN, .what = "streams" };

	finding_value(&f, "no stream uses it");
	finding_advice(&f, "Give a stream of the jobs file this endpoint, or "
			   "take it out.");
	show_finding(call, pair, &f);
}

static void
show_silent(struct call *call, const struct pair *pair, int64_t seconds)
{
	struct finding f = { .grade = FINDING_FAIL,
		.code = CODE_NO_COURIER,
		.what = "courier" };
	int exit = call->exit;

	finding_value(&f,
		pair->shown == 0 ? "no mobbd answered within %" PRId64 " s"
				 : "not finished within %" PRId64 " s",
		seconds);
	if (pair->shown == 0)
		finding_advice(&f, "mobbd must run; where it runs from cron, "
				   "use `mobbd --check-endpoints`.");
	else
		finding_advice(&f, "Ask again, with a longer --wait.");
	show_finding(call, pair, &f);
	/* What was found counts for more than what was not. */
	call->exit = exit == EXIT_DONE ? EXIT_TEMPORARY : exit;
}

static enum verdict
ask_all(struct call *call, struct pair *pairs, size_t count, int64_t seconds,
	struct fault *why)
{
	int64_t now_ms = clock_now_ms();
	enum verdict v = V_OK;
	size_t i;

	for (i = 0; v == V_OK && i < count; i++) {
		pairs[i].asked_ms = now_ms;
		if (pairs[i].sender != NULL)
			v = store_request_add(call->site.store,
				pairs[i].endpoint->name, pairs[i].sender->name,
				call->person, now_ms, now_ms + seconds * 1000,
				&pairs[i].request, why);
	}
	return v;
}

/* Who made us knock at somebody's door. */
static enum verdict
record_it(struct call *call, const struct pair *pairs, size_t count,
	struct fault *why)
{
	struct event event = { .at_ms = clock_now_ms(),
		.person = call->person,
		.what = "endpoint check" };
	enum verdict v = V_OK;
	size_t i;

	for (i = 0; v == V_OK && i < count; i++) {
		if (pairs[i].sender == NULL)
			continue;
		event.text = arena_format(&call->mem,
			"endpoint %s, sender %s%s%.200s",
			pairs[i].endpoint->name, pairs[i].sender->name,
			call->options.reason == NULL ? "" : ": ",
			call->options.reason == NULL ? ""
						     : call->options.reason);
		v = store_event_add(call->site.store, &event, why);
	}
	return v;
}

static enum verdict
check(struct call *call, struct fault *why)
{
	int64_t seconds, end_tick_ms;
	struct pair *pairs;
	size_t i, count;
	bool answered;
	enum verdict v;

	v = wait_of(call, &seconds, why);
	if (v != V_OK)
		return v;
	count = find_pairs(call, call->args[1], &pairs);
	if (count == 0) {
		v = fault_set(why, V_SKIP, CODE_NO_JOB,
			"the jobs file has no such endpoint");
		fault_at(why, "endpoint %.40s", call->args[1]);
		return v;
	}
	end_tick_ms = clock_tick_ms() + seconds * 1000;
	v = ask_all(call, pairs, count, seconds, why);
	if (v == V_OK)
		v = record_it(call, pairs, count, why);
	for (i = 0; v == V_OK && i < count; i++) {
		show_head(call, &pairs[i]);
		if (pairs[i].sender == NULL) {
			show_unused(call, &pairs[i]);
			continue;
		}
		v = show_pair(call, &pairs[i], end_tick_ms, &answered, why);
		if (v == V_OK && !answered)
			show_silent(call, &pairs[i], seconds);
	}
	return v;
}

/* --- list --- */

static const char *const heads[] = { "ENDPOINT", "ENVIRONMENT", "SENDER",
	"ADDRESS", "LETTERS/H", "BYTES/S", "LOTS", "PROXY", "STATE", NULL };

/* Where letters of this sender go; "?" when its CPA cannot say. */
static const char *
address_of(struct call *call, const struct pair *pair)
{
	static const char *const use[] = { "GLOBE-R-BV-Request", NULL };
	struct buf text = BUF_MAX(CPA_BYTES_MAX);
	const struct cpa_action *action;
	const char *address = "?";
	struct fault ignored;
	struct cpa cpa;

	if (pair->sender == NULL)
		return "";
	if (file_get(AT_FDCWD, site_path(&call->site, pair->sender->cpa), &text,
		    &ignored) == V_OK &&
		cpa_read(text.bytes, text.len, pair->sender->oin, use,
			pair->endpoint->plain_http, &call->mem, &cpa,
			&ignored) == V_OK) {
		action = cpa_find(&cpa, use[0], true);
		if (action != NULL)
			address = action->url;
	}
	buf_done(&text);
	return address;
}

static const char *
state_of(struct call *call, const struct pair *pair, const struct resting *rest)
{
	struct arena *mem = &call->mem;
	struct fault unused;
	struct stop stop;

	if (pair->sender == NULL)
		return "no stream uses it";
	if (store_stop_find(call->site.store, NULL, pair->sender->name,
		    pair->endpoint->name, mem, &stop, &unused) == V_OK)
		return stop_line(&stop, mem);
	if (rest->until_ms == 0)
		return "open";
	return arena_format(mem, "rests since %s: %s (%s)",
		show_time(rest->since_ms, mem), show_clean(rest->reason, mem),
		show_code((int)rest->code, mem));
}

static void
list_json(struct call *call, const struct pair *pair, const char *address,
	const struct resting *rest)
{
	const struct jobs_endpoint *e = pair->endpoint;
	struct json *o = json_new_object();
	struct fault unused;
	struct stop stop;

	json_add_text(o, "schema", "mobb.endpoint-list/1");
	json_add_text(o, "endpoint", e->name);
	json_add_text(o, "environment", e->environment);
	json_add_given(
		o, "sender", pair->sender == NULL ? "" : pair->sender->name);
	json_add_given(o, "address", address);
	json_add_text(o, "wus", e->wus);
	json_add_int(o, "letters_per_hour", e->letters);
	json_add_int(o, "bytes_per_second", e->bytes);
	json_add_int(o, "lots_in_flight", e->in_flight);
	json_add_given(o, "proxy", e->proxy);
	json_add_bool(o, "resting", rest->until_ms != 0);
	json_add_time(o, "resting_since", rest->since_ms);
	json_add_time(o, "resting_until", rest->until_ms);
	json_add_given(o, "code", show_code((int)rest->code, &call->mem));
	json_add_given(o, "reason", rest->reason);
	if (pair->sender != NULL &&
		store_stop_find(call->site.store, NULL, pair->sender->name,
			e->name, &call->mem, &stop, &unused) == V_OK)
		json_add(o, "stopped_by", stop_json(&stop, &call->mem));
	else
		json_add_null(o, "stopped_by");
	json_write(o, stdout);
}

static enum verdict
list(struct call *call, struct fault *why)
{
	struct table table;
	struct pair *pairs;
	size_t i, count = find_pairs(call, "", &pairs);
	enum verdict v = V_OK;

	table_begin(&table, call->options.plain, &call->mem, heads);
	for (i = 0; v == V_OK && i < count; i++) {
		const struct jobs_endpoint *e = pairs[i].endpoint;
		const char *address = address_of(call, &pairs[i]);
		struct resting rest;

		v = store_endpoint_resting(
			call->site.store, e->name, &call->mem, &rest, why);
		if (v != V_OK)
			break;
		if (call->options.json) {
			list_json(call, &pairs[i], address, &rest);
			continue;
		}
		table_text(&table, e->name);
		table_text(&table, call->options.plain
					   ? e->environment
					   : jobs_loud(e->environment));
		table_text(&table,
			pairs[i].sender == NULL ? "" : pairs[i].sender->name);
		table_text(&table, address);
		table_number(&table, e->letters);
		if (e->bytes == 0)
			table_text(&table, "-");
		else
			table_number(&table, e->bytes);
		table_number(&table, e->in_flight);
		table_text(&table, e->proxy == NULL ? "-" : e->proxy);
		table_text(&table, state_of(call, &pairs[i], &rest));
	}
	if (v == V_OK && !call->options.json)
		table_end(&table);
	else
		table_drop(&table);
	return v;
}

static enum verdict
run(struct call *call, struct fault *why)
{
	if (strcmp(call->args[0], "check") == 0)
		return check(call, why);
	if (call->arg_count == 1 && strcmp(call->args[0], "list") == 0)
		return list(call, why);
	return fault_set(why, V_BROKEN, CODE_USAGE,
		"usage: mobbjob endpoint check [NAME], or mobbjob endpoint "
		"list");
}

const struct command command_endpoint = {
	.name = "endpoint",
	.args = "check [NAME] | list",
	.help = "the other side: does the connection work, or what is set",
	.args_min = 1,
	.args_max = 2,
	.need = NEED_STORE,
	.run = run,
};
