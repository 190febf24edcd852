/* mobbjob/cmd_limit.c - limit: how much may leave, changed while it runs
 *
 * For the moment when the other side asks for less, or a night is short.  The
 * limit of a person stands instead of that of the jobs file, from the next lot
 * on, until its end; a limit above it takes --raise, for that is what Logius
 * or the printer agreed to.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "batch/calendar.h"
#include "batch/pace.h"
#include "batch/window.h"
#include "mobbjob/decide.h"
#include "mobbjob/limit.h"
#include "mobbjob/person.h"
#include "mobbjob/show.h"

static const char *const heads[] = { "KIND", "NAME", "LIMIT", "JOBS FILE",
	"LEFT TODAY", "UNTIL", "BY", "WHY", NULL };

/* --- whose limit --- */

/* What the jobs file says of it, 0 no limit; false: it has none of that name. */
static bool
of_file(const struct jobs *jobs, enum limit_kind kind, const char *name,
	int64_t *limit_out)
{
	const struct jobs_endpoint *e = jobs_endpoint(jobs, name);
	const struct jobs_sender *s = jobs_sender(jobs, name);
	size_t i;

	switch (kind) {
	case LIMIT_ENDPOINT:
		*limit_out = e == NULL ? 0 : e->letters;
		return e != NULL;
	case LIMIT_SENDER:
		*limit_out = s == NULL ? 0 : s->letters;
		return s != NULL;
	case LIMIT_PRINTER:
		for (i = 0; i < jobs->printer_count; i++)
			if (strcmp(jobs->printers[i].name, name) == 0) {
				*limit_out = jobs->printers[i].letters;
				return true;
			}
		break;
	}
	return false;
}

/* By --endpoint or --sender, or by its name when only one thing has it. */
static enum verdict
find_target(struct call *call, struct limit_now *target, struct fault *why)
{
	static const enum limit_kind kinds[] = { LIMIT_ENDPOINT, LIMIT_SENDER,
		LIMIT_PRINTER };
	const struct options *o = &call->options;
	const char *name = call->args[0];
	size_t i, found = 0;
	int64_t limit;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const char *its = name;

		if (o->endpoint != NULL || o->sender != NULL)
			its = kinds[i] == LIMIT_ENDPOINT ? o->endpoint
			      : kinds[i] == LIMIT_SENDER ? o->sender
							 : NULL;
		if (its == NULL ||
			!of_file(&call->site.jobs, kinds[i], its, &limit))
			continue;
		found++;
		*target = (struct limit_now){
			.kind = kinds[i], .name = its, .of_file = limit
		};
	}
	if (found == 1)
		return V_OK;
	if (found > 1)
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"'%.40s' is the name of several: say --endpoint %.40s "
			"or --sender %.40s",
			name, name, name);
	return fault_set(why, V_SKIP, CODE_NO_JOB,
		"the jobs file has no endpoint, sender or printer named "
		"'%.40s'",
		o->endpoint != NULL ? o->endpoint
		: o->sender != NULL ? o->sender
				    : name);
}

/* --- how much, until when --- */

/* "20000/h", of a printer "20000/d". */
static enum verdict
read_amount(const char *text, enum limit_kind kind, int64_t *amount_out,
	struct fault *why)
{
	char digits[24];
	size_t n = 0;
	const char *p;

	for (p = text; (*p >= '0' && *p <= '9') || *p == ','; p++)
		if (*p != ',' && n < sizeof(digits) - 1)
			digits[n++] = *p;
	digits[n] = '\0';
	if (*p != '/' || strcmp(p + 1, limit_unit(kind)) != 0 ||
		!text_number(digits, PACE_PER_HOUR_MAX, amount_out))
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"the limit of a %s is written as 20000/%s",
			limit_word(kind), limit_unit(kind));
	if (*amount_out == 0)
		return fault_set(why, V_BROKEN, CODE_CONFIG_LIMIT,
			"with a limit of 0 nothing would leave; to stop it for "
			"a while: mobbjob hold");
	return V_OK;
}

/* "06:00", the next time the clock shows that; or a whole moment. */
static enum verdict
read_until(
	const char *text, int64_t now_ms, int64_t *until_out, struct fault *why)
{
	int minutes = 0;

	if (window_time(text, &minutes)) {
		int32_t day = calendar_day(now_ms);
		int64_t of_day = minutes * INT64_C(60000);

		*until_out = calendar_moment(day, of_day);
		if (*until_out <= now_ms)
			*until_out = calendar_moment(day + 1, of_day);
		return V_OK;
	}
	if (!clock_parse(text, until_out) || *until_out <= now_ms)
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"--until is a time as 06:00, or a moment to come as "
			"2026-11-28T06:00:00+01:00");
	return V_OK;
}

/* --- list --- */

static enum verdict
left_today(struct call *call, const struct limit_now *l, int64_t *left_out,
	struct fault *why)
{
	*left_out = -1;
	if (l->kind != LIMIT_PRINTER || l->amount == 0)
		return V_OK;
	return store_print_left(call->site.store, l->name, l->of_file,
		calendar_day(clock_now_ms()), left_out, why);
}

static void
list_json(const struct limit_now *l, int64_t left, struct arena *mem)
{
	struct json *o = json_new_object();

	json_add_text(o, "schema", "mobb.limit/1");
	json_add_text(o, "kind", limit_word(l->kind));
	json_add_text(o, "name", l->name);
	json_add_text(o, "per", l->kind == LIMIT_PRINTER ? "day" : "hour");
	if (l->amount > 0)
		json_add_int(o, "letters", l->amount);
	if (l->of_file > 0)
		json_add_int(o, "of_jobs_file", l->of_file);
	if (left >= 0)
		json_add_int(o, "left_today", left);
	if (l->by_person) {
		json_add_time(o, "until", l->set.until_ms);
		json_add_time(o, "since", l->set.since_ms);
		json_add_text(o, "by", l->set.person);
		json_add_text(o, "reason", l->set.reason);
	}
	json_add_text(o, "why", limit_line(l, mem));
	json_write(o, stdout);
}

static enum verdict
list_one(struct call *call, struct table *table, enum limit_kind kind,
	const char *name, int64_t limit, struct fault *why)
{
	struct arena *mem = &call->mem;
	struct limit_now l;
	int64_t left = -1;
	enum verdict v = limit_now(call, kind, name, limit, &l, why);

	if (v == V_OK)
		v = left_today(call, &l, &left, why);
	if (v != V_OK || (l.amount == 0 && kind == LIMIT_SENDER))
		return v;
	if (call->options.json) {
		list_json(&l, left, mem);
		return V_OK;
	}
	table_text(table, limit_word(kind));
	table_text(table, name);
	table_text(table,
		l.amount == 0 ? "none" : limit_amount(kind, l.amount, mem));
	table_text(table, limit == 0 ? "none" : limit_amount(kind, limit, mem));
	table_text(table, left < 0 ? "" : show_number(left, mem));
	table_time(table, l.by_person ? l.set.until_ms : 0);
	table_text(table, l.by_person ? show_clean(l.set.person, mem) : "");
	table_text(table, l.by_person ? show_clean(l.set.reason, mem)
				      : "as in the jobs file");
	return V_OK;
}

static enum verdict
list(struct call *call, struct fault *why)
{
	const struct jobs *jobs = &call->site.jobs;
	enum verdict v = V_OK;
	struct table table;
	size_t i;

	table_begin(&table, call->options.plain, &call->mem, heads);
	for (i = 0; v == V_OK && i < jobs->endpoint_count; i++)
		v = list_one(call, &table, LIMIT_ENDPOINT,
			jobs->endpoints[i].name, jobs->endpoints[i].letters,
			why);
	for (i = 0; v == V_OK && i < jobs->sender_count; i++)
		v = list_one(call, &table, LIMIT_SENDER, jobs->senders[i].name,
			jobs->senders[i].letters, why);
	for (i = 0; v == V_OK && i < jobs->printer_count; i++)
		v = list_one(call, &table, LIMIT_PRINTER,
			jobs->printers[i].name, jobs->printers[i].letters, why);
	if (v == V_OK && !call->options.json)
		table_end(&table);
	else
		table_drop(&table);
	return v;
}

/* --- change --- */

static enum verdict
off(struct call *call, const struct limit_now *target, struct fault *why)
{
	const char *reason = "";
	struct limit_now now;
	enum verdict v = limit_now(
		call, target->kind, target->name, target->of_file, &now, why);

	if (v == V_OK && !now.by_person)
		v = fault_set(why, V_SKIP, CODE_STATE,
			"nobody set a limit of %s %s", limit_word(target->kind),
			target->name);
	if (v == V_OK && !call->options.dry_run) {
		v = decide_reason(call, &reason, why);
		if (v == V_OK)
			v = store_limit_off(call->site.store, target->kind,
				target->name, call->person, reason,
				clock_now_ms(), why);
	}
	if (v != V_OK)
		return v;
	now.by_person = false;
	now.amount = now.of_file;
	decide_tell(call, "%s, as in the jobs file again",
		limit_line(&now, &call->mem));
	return V_OK;
}

static enum verdict
set(struct call *call, struct limit_now *target, struct fault *why)
{
	struct limit *l = &target->set;
	enum verdict v;

	l->kind = target->kind;
	l->name = target->name;
	l->person = call->person;
	l->since_ms = clock_now_ms();
	l->reason = "";
	v = read_amount(call->args[1], l->kind, &l->amount, why);
	if (v == V_OK && call->options.until != NULL)
		v = read_until(
			call->options.until, l->since_ms, &l->until_ms, why);
	if (v == V_OK && target->of_file > 0 && l->amount > target->of_file &&
		!call->options.raise)
		v = fault_set(why, V_BROKEN, CODE_LIMIT_ABOVE,
			"the jobs file says %s of %s %s",
			limit_amount(l->kind, target->of_file, &call->mem),
			limit_word(l->kind), l->name);
	if (v == V_OK && !call->options.dry_run)
		v = decide_reason(call, &l->reason, why);
	if (v == V_OK && !call->options.dry_run)
		v = store_limit_set(call->site.store, l, target->of_file, why);
	if (v != V_OK)
		return v;
	target->by_person = true;
	target->amount = l->amount;
	decide_tell(call, "%s; from the next %s on",
		limit_line(target, &call->mem),
		l->kind == LIMIT_PRINTER ? "bundle" : "lot");
	return V_OK;
}

static bool
looks(const struct call *call)
{
	const struct options *o = &call->options;

	return call->arg_count == 0 && o->endpoint == NULL && o->sender == NULL;
}

static enum verdict
run(struct call *call, struct fault *why)
{
	bool named =
		call->options.endpoint != NULL || call->options.sender != NULL;
	size_t amount = named ? 0 : 1; /* which argument it is */
	struct limit_now target = { .kind = LIMIT_ENDPOINT };
	enum verdict v;

	if (looks(call))
		return list(call, why);
	if (call->arg_count != amount + (size_t)(call->options.off ? 0 : 1))
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"usage: mobbjob limit %s", call->command->args);
	if (named)
		call->args[1] = call->args[0];
	v = find_target(call, &target, why);
	if (v == V_OK)
		v = person_may(call,
			target.kind == LIMIT_SENDER ? target.name : "", why);
	if (v != V_OK)
		return v;
	return call->options.off ? off(call, &target, why)
				 : set(call, &target, why);
}

const struct command command_limit = {
	.name = "limit",
	.args = "[NAME N/h [--until TIME] [--raise] | NAME --off]",
	.help = "letters an hour or a day, changed while it runs",
	.args_max = 2,
	.need = NEED_STORE,
	.changes = true,
	.looks = looks,
	.run = run,
};
