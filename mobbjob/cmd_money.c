/* mobbjob/cmd_money.c - money: what a year costs, organisation by organisation
 *
 *	money [--year Y]			the ledger
 *	money login N [--year Y] --sender S	the logins, as a person knows them
 *	money plan N [--year Y] --stream S	letters a stream will have
 *	money estimate Y [-o FILE]		what Logius asks for every year
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "batch/money.h"
#include "mobbjob/decide.h"
#include "mobbjob/job.h"
#include "mobbjob/money.h"
#include "mobbjob/show.h"

#define YEAR_FIRST 2000
#define YEAR_LAST 2200

/* --- what both views need --- */

const char *
money_sender(const struct call *call, const char *oin)
{
	const struct jobs *jobs = &call->site.jobs;
	size_t i;

	for (i = 0; i < jobs->sender_count; i++)
		if (strcmp(jobs->senders[i].oin, oin) == 0)
			return jobs->senders[i].name;
	return "";
}

int64_t
money_logins(const struct money_said *said, size_t count, const char *oin)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (said[i].login && strcmp(said[i].oin, oin) == 0)
			return said[i].count;
	return -1;
}

const char *
money_cost(const struct jobs_tariff *tariff, const struct money_bill *bill,
	struct arena *mem)
{
	if (tariff == NULL)
		return "not known: no tariff";
	return arena_format(mem,
		"%s excluding VAT, by the tariff of %" PRId64 " (%s of them "
		"free)",
		show_amount(money_cents(bill->cost), mem), tariff->year,
		show_number(bill->free_letters + bill->free_logins, mem));
}

enum verdict
money_no_tariff(int year, struct fault *why)
{
	return fault_set(why, V_BROKEN, CODE_TARIFF,
		"there is no tariff of %d or before, so what it costs is not "
		"known",
		year);
}

void
money_bill_json(struct json *o, const struct jobs_tariff *tariff,
	const struct money_bill *bill)
{
	json_add_int(o, "letters", bill->letters);
	json_add_int(o, "logins", bill->logins);
	if (tariff == NULL)
		return;
	json_add_int(o, "tariff_of", tariff->year);
	json_add_int(o, "free_letters", bill->free_letters);
	json_add_int(o, "free_logins", bill->free_logins);
	json_add_int(o, "cost_cents", money_cents(bill->cost));
}

/* --- the ledger --- */

struct year {
	struct call *call;
	int year;
	const struct jobs_tariff *tariff; /* NULL: none */
	struct money_row *rows;
	size_t count;
	struct money_said *said;
	size_t said_count;
};

/* The rows of one organisation and environment: from .. to. */
struct group {
	const char *oin, *environment;
	size_t from, to;
	int64_t letters, logins;
	bool rehearsal;
};

static bool
is_production(const struct money_row *row)
{
	return strcmp(row->environment, "production") == 0;
}

/* Logins stand with production, or where there is none with the first. */
static bool
has_logins(const struct year *y, const struct group *g)
{
	size_t i;
	bool first = true, production = false;

	for (i = 0; i < y->count; i++) {
		if (strcmp(y->rows[i].oin, g->oin) != 0)
			continue;
		first = first && i >= g->from;
		production = production || is_production(&y->rows[i]);
	}
	return production ? strcmp(g->environment, "production") == 0 : first;
}

static struct group
group_at(const struct year *y, size_t from)
{
	const struct money_row *first = &y->rows[from];
	struct group g = { .oin = first->oin,
		.environment = first->environment,
		.from = from,
		.to = from,
		.rehearsal = !is_production(first) };
	int64_t logins;

	for (; g.to < y->count && strcmp(y->rows[g.to].oin, g.oin) == 0 &&
		strcmp(y->rows[g.to].environment, g.environment) == 0;
		g.to++)
		g.letters += y->rows[g.to].delivered;
	logins = money_logins(y->said, y->said_count, g.oin);
	if (logins > 0 && has_logins(y, &g))
		g.logins = logins;
	return g;
}

static void
group_json(const struct year *y, const struct group *g,
	const struct money_bill *bill)
{
	struct json *o = json_new_object(), *list = json_new_array();
	size_t i;

	json_add_text(o, "schema", "mobb.money/1");
	json_add_int(o, "year", y->year);
	json_add_text(o, "environment", g->environment);
	json_add_text(o, "oin", g->oin);
	json_add_given(o, "sender", money_sender(y->call, g->oin));
	money_bill_json(o, y->tariff, bill);
	for (i = g->from; i < g->to; i++) {
		struct json *item = json_new_object();

		json_add_text(item, "stream", y->rows[i].stream);
		json_add_int(item, "letters", y->rows[i].delivered);
		json_append(list, item);
	}
	json_add(o, "streams", list);
	json_write(o, stdout);
}

static void
group_print(const struct year *y, const struct group *g,
	const struct money_bill *bill)
{
	struct arena *mem = &y->call->mem;
	size_t i;

	printf("%d  %s %s, %s%s\n", y->year, g->oin,
		money_sender(y->call, g->oin), g->environment,
		g->rehearsal ? ": a rehearsal, nothing of it is billed" : "");
	for (i = g->from; i < g->to; i++)
		printf("  %-24s %12s letters delivered\n", y->rows[i].stream,
			show_number(y->rows[i].delivered, mem));
	if (g->logins > 0)
		printf("  %-24s %12s logins, as told\n", "",
			show_number(g->logins, mem));
	printf("  %s%s\n", g->rehearsal ? "it would cost " : "cost ",
		money_cost(y->tariff, bill, mem));
}

static void
group_plain(const struct year *y, const struct group *g,
	const struct money_bill *bill)
{
	size_t i;

	for (i = g->from; i < g->to; i++)
		printf("%d\t%s\t%s\t%s\t%" PRId64 "\n", y->year, g->environment,
			g->oin, y->rows[i].stream, y->rows[i].delivered);
	printf("%d\t%s\t%s\tlogins\t%" PRId64 "\n", y->year, g->environment,
		g->oin, g->logins);
	if (y->tariff != NULL)
		printf("%d\t%s\t%s\tcents\t%" PRId64 "\n", y->year,
			g->environment, g->oin, money_cents(bill->cost));
}

static enum verdict
ledger(struct call *call, int year, struct fault *why)
{
	struct year y = { .call = call,
		.year = year,
		.tariff = jobs_tariff(&call->site.jobs, year) };
	static const struct jobs_tariff none;
	struct money_bill bill;
	struct group g;
	enum verdict v;
	size_t i;

	v = store_money_ledger(
		call->site.store, year, &call->mem, &y.rows, &y.count, why);
	if (v == V_OK)
		v = store_money_said(call->site.store, year, &call->mem,
			&y.said, &y.said_count, why);
	if (v != V_OK)
		return v;
	for (i = 0; i < y.count; i = g.to) {
		g = group_at(&y, i);
		bill = money_bill(y.tariff == NULL ? &none : y.tariff,
			g.letters, g.logins);
		if (call->options.json)
			group_json(&y, &g, &bill);
		else if (call->options.plain)
			group_plain(&y, &g, &bill);
		else
			group_print(&y, &g, &bill);
	}
	if (y.count == 0 && !call->options.json && !call->options.plain)
		printf("%d: nothing was delivered\n", year);
	return y.count > 0 && y.tariff == NULL ? money_no_tariff(year, why)
					       : V_OK;
}

/* --- what a person says --- */

static enum verdict
whose(struct call *call, struct money_said *said, struct fault *why)
{
	const struct jobs *jobs = &call->site.jobs;
	const struct jobs_stream *stream = NULL;
	const char *name =
		said->login ? call->options.sender : call->options.stream;
	size_t i;

	if (name == NULL)
		return fault_set(why, V_BROKEN, CODE_USAGE, "%s",
			said->login ? "money login wants --sender NAME"
				    : "money plan wants --stream NAME");
	if (!said->login) {
		enum verdict v = stream_of(call, name, &stream, why);

		if (v != V_OK)
			return v;
	}
	said->stream = stream == NULL ? "" : stream->name;
	for (i = 0; said->login && i < jobs->sender_count; i++)
		if (strcmp(jobs->senders[i].name, name) == 0)
			said->oin = jobs->senders[i].oin;
	if (stream != NULL)
		said->oin = stream->sender_is->oin;
	if (said->oin == NULL)
		return fault_set(why, V_BROKEN, CODE_CONFIG_NAME,
			"there is no %s named %.40s",
			said->login ? "sender" : "stream", name);
	return V_OK;
}

static enum verdict
say(struct call *call, int year, bool login, struct fault *why)
{
	struct money_said said = { .year = year,
		.login = login,
		.person = call->person,
		.at_ms = clock_now_ms() };
	enum verdict v;

	if (!text_number(call->args[1], MONEY_UNITS_MAX, &said.count))
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"money %s wants a number", call->args[0]);
	v = whose(call, &said, why);
	if (v == V_OK)
		v = decide_reason(call, &said.reason, why);
	if (v == V_OK && !call->options.dry_run)
		v = store_money_say(call->site.store, &said, why);
	if (v != V_OK)
		return v;
	if (login)
		decide_tell(call, "%d: %s logins of %s", year,
			show_number(said.count, &call->mem),
			call->options.sender);
	else
		decide_tell(call, "%d: %s letters planned for stream %s", year,
			show_number(said.count, &call->mem), said.stream);
	return V_OK;
}

/* --- the command --- */

static enum verdict
year_of(const char *text, int *out, struct fault *why)
{
	char now[CLOCK_TEXT_MAX];
	char *end;
	int64_t n;

	if (text == NULL) {
		clock_local(clock_now_ms(), now);
		*out = (int)strtol(now, &end, 10);
		return V_OK;
	}
	if (!text_number(text, YEAR_LAST, &n) || n < YEAR_FIRST)
		return fault_set(
			why, V_BROKEN, CODE_USAGE, "a year is written as 2026");
	*out = (int)n;
	return V_OK;
}

static bool
looks(const struct call *call)
{
	return strcmp(call->args[0], "login") != 0 &&
	       strcmp(call->args[0], "plan") != 0;
}

static enum verdict
run(struct call *call, struct fault *why)
{
	const char *what = call->args[0];
	bool estimate = strcmp(what, "estimate") == 0;
	enum verdict v;
	int year = 0;

	v = year_of(estimate && call->arg_count == 2 ? call->args[1]
						     : call->options.year,
		&year, why);
	if (v != V_OK)
		return v;
	if (call->arg_count == 0)
		return ledger(call, year, why);
	if (estimate && call->arg_count == 2)
		return money_estimate(call, year, why);
	if (!looks(call) && call->arg_count == 2)
		return say(call, year, strcmp(what, "login") == 0, why);
	return fault_set(why, V_BROKEN, CODE_USAGE,
		"money, money login N, money plan N, or money estimate YEAR");
}

const struct command command_money = {
	.name = "money",
	.args = "[login N | plan N | estimate Y]",
	.help = "what a year costs; the yearly estimate for Logius",
	.args_min = 0,
	.args_max = 2,
	.need = NEED_STORE,
	.changes = true,
	.looks = looks,
	.run = run,
};
