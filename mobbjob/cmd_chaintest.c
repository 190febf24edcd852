/* mobbjob/cmd_chaintest.c - chaintest: plan a chain test, wait, report
 *
 * With --accounts a new run is planned, which the endpoint's courier sends;
 * without, a run that was planned before is looked at again.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "base/version.h"
#include "mobbjob/chain_report.h"
#include "mobbjob/decide.h"
#include "mobbjob/person.h"
#include "mobbjob/show.h"

#define ACCOUNTS_BYTES_MAX 100000
#define WAIT_S_MAX 86400
#define LOOK_MS 1000
#define RUN_MAX INT64_C(1000000000)
#define EXIT_OPEN 12 /* as mobbd --once: something is still open */

static const char *const heads[] = { "#", "CASE", "STATE", "EXPECTED", "GOT",
	"VERDICT", NULL };

/* "60s", "10min", "4h" or "0s". */
static enum verdict
seconds_of(const char *name, const char *text, int64_t *out, struct fault *why)
{
	static const struct {
		const char *unit;
		int64_t seconds;
	} units[] = { { "s", 1 }, { "", 1 }, { "min", 60 }, { "h", 3600 } };
	size_t len = strspn(text, "0123456789"), i;
	char digits[8];

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(text + len, units[i].unit) != 0 || len == 0 ||
			len >= sizeof(digits))
			continue;
		memcpy(digits, text, len);
		digits[len] = '\0';
		if (text_number(digits, WAIT_S_MAX / units[i].seconds, out)) {
			*out *= units[i].seconds;
			return V_OK;
		}
	}
	return fault_set(why, V_BROKEN, CODE_USAGE,
		"%s must be a time up to 24h, such as 60s, 10min or 4h", name);
}

/* --- the plan --- */

static enum verdict
accounts_fault(const char *file, enum verdict v, struct fault *why)
{
	char place[FAULT_PLACE_MAX];

	snprintf(place, sizeof(place), "%s", why->place);
	if (v != V_OK)
		fault_at(why, "%s%s%s", file, place[0] == '\0' ? "" : ": ",
			place);
	return v;
}

/* Citizen numbers are in it. */
static enum verdict
read_accounts(struct call *call, struct chain_account *accounts,
	size_t *count_out, struct fault *why)
{
	const char *file = call->options.accounts;
	struct buf text = BUF_MAX(ACCOUNTS_BYTES_MAX);
	struct stat st;
	enum verdict v;

	if (stat(file, &st) == 0 && (st.st_mode & 077) != 0)
		v = fault_set(why, V_SKIP, CODE_CHAIN_ACCOUNTS,
			"others than its owner may read it");
	else
		v = file_get(AT_FDCWD, file, &text, why);
	if (v == V_OK)
		v = chain_accounts_read(
			text.len == 0
				? arena_text(&call->mem, "", 0)
				: arena_text(&call->mem, text.bytes, text.len),
			accounts, count_out, why);
	buf_done(&text);
	return accounts_fault(file, v, why);
}

/* Of the endpoint: the one named, or the only one. */
static enum verdict
find_stream(struct call *call, const struct jobs_endpoint *endpoint,
	const struct jobs_stream **out, struct fault *why)
{
	const struct jobs *jobs = &call->site.jobs;
	const char *name = call->options.stream, *sender = call->options.sender;
	size_t i, n = 0;

	for (i = 0; i < jobs->stream_count; i++) {
		const struct jobs_stream *s = &jobs->streams[i];

		if (s->endpoint_is != endpoint ||
			(name != NULL && strcmp(name, s->name) != 0) ||
			(sender != NULL && strcmp(sender, s->sender) != 0))
			continue;
		*out = s;
		n++;
	}
	if (n == 1)
		return V_OK;
	return fault_set(why, V_BROKEN, CODE_USAGE,
		n == 0 ? "endpoint %s has no such stream"
		       : "endpoint %s has more than one stream: say --stream, "
			 "and of one with several senders --sender",
		endpoint->name);
}

static size_t
make_rows(struct arena *mem, struct chain_row **rows_out)
{
	size_t i, count;
	const struct chain_case *cases = chain_cases(&count);
	struct chain_row *rows = arena_alloc(mem, count * sizeof(*rows));

	for (i = 0; i < count; i++) {
		const struct chain_case *c = &cases[i];

		rows[i] = (struct chain_row){ .nth = (int)i + 1,
			.name = c->name,
			.letters = c->letters,
			.waits = c->waits > 0 ? (int)i + 1 - c->waits
					      : c->waits };
		rows[i].batch_id = c->trait == CHAIN_AGAIN
					   ? rows[i - 1].batch_id
					   : uuid_random();
	}
	*rows_out = rows;
	return count;
}

static enum verdict
plan(struct call *call, const struct jobs_endpoint *endpoint,
	int64_t *number_out, struct fault *why)
{
	struct chain_account accounts[CHAIN_ACCOUNTS_MAX];
	const struct jobs_stream *stream = NULL;
	struct chain_run run = { .endpoint = endpoint->name,
		.environment = endpoint->environment,
		.person = call->person,
		.reason = "",
		.at_ms = clock_now_ms() };
	struct chain_row *rows;
	size_t account_count = 0, count = make_rows(&call->mem, &rows);
	enum verdict v;

	v = find_stream(call, endpoint, &stream, why);
	if (v == V_OK)
		v = person_may(call, stream->sender, why);
	if (v == V_OK)
		v = read_accounts(call, accounts, &account_count, why);
	if (v == V_OK && call->options.listener_down != NULL) {
		v = seconds_of("--listener-down", call->options.listener_down,
			&run.down_ms, why);
		run.down_ms *= 1000;
	}
	if (v == V_OK && !call->options.dry_run)
		v = decide_reason(call, &run.reason, why);
	if (v != V_OK)
		return v;
	run.sender = stream->sender;
	run.oin = stream->sender_is->oin;
	run.stream = stream->name;
	run.type = stream->type;
	if (!call->options.dry_run)
		v = store_chain_plan(call->site.store, &run, accounts,
			account_count, rows, count, number_out, why);
	if (v == V_OK && call->options.dry_run)
		decide_tell(call,
			"a chain test of %zu cases by stream %s at endpoint "
			"%s (%s), to %zu accounts",
			count, stream->name, endpoint->name,
			endpoint->environment, account_count);
	return v;
}

/* --- waiting, and what came of it --- */

struct looking {
	struct chain_run run;
	struct chain_account *accounts;
	struct chain_row *rows;
	size_t account_count, count;
	size_t of[CHAIN_BY_HAND + 1]; /* cases per verdict */
};

static enum verdict
look(struct call *call, struct looking *l, struct fault *why)
{
	const char *text;
	size_t i;
	enum verdict v = store_chain_rows(call->site.store, l->run.number,
		&call->mem, &l->rows, &l->count, why);

	memset(l->of, 0, sizeof(l->of));
	for (i = 0; v == V_OK && i < l->count; i++)
		l->of[chain_row_judge(&l->rows[i], &text)]++;
	return v;
}

static enum verdict
wait_for(struct call *call, struct looking *l, struct fault *why)
{
	int64_t seconds = 0, end_ms;
	size_t told = SIZE_MAX;
	enum verdict v = V_OK;

	if (call->options.wait != NULL)
		v = seconds_of("--wait", call->options.wait, &seconds, why);
	end_ms = clock_tick_ms() + seconds * 1000;
	while (v == V_OK) {
		v = look(call, l, why);
		if (v == V_OK && seconds > 0 && told != l->of[CHAIN_OPEN]) {
			told = l->of[CHAIN_OPEN];
			fprintf(stderr,
				"chain test %" PRId64
				": %zu of %zu cases answered\n",
				l->run.number, l->count - told, l->count);
		}
		if (v != V_OK || l->of[CHAIN_OPEN] == 0 ||
			clock_tick_ms() >= end_ms)
			break;
		store_wait(call->site.store, LOOK_MS, -1);
	}
	return v;
}

static enum verdict
write_report(struct call *call, const struct looking *l, struct fault *why)
{
	const struct chain_report report = { .run = &l->run,
		.accounts = l->accounts,
		.account_count = l->account_count,
		.rows = l->rows,
		.count = l->count,
		.now_ms = clock_now_ms(),
		.version = MOBB_VERSION };
	struct buf html = BUF_MAX(CHAIN_REPORT_MAX);
	enum verdict v;

	chain_report_write(&report, &html);
	v = html.full ? fault_set(why, V_BROKEN, CODE_LIMIT,
				"the report is too large")
		      : file_put(AT_FDCWD, call->options.out, html.bytes,
				html.len, 0640, why);
	if (v != V_OK)
		fault_at(why, "%s", call->options.out);
	buf_done(&html);
	return v;
}

static void
print_json(const struct looking *l, const struct chain_row *row)
{
	const struct chain_case *c = chain_find(row->name);
	struct json *o = json_new_object();
	char id[UUID_TEXT_MAX];
	const char *text;

	uuid_text(&row->batch_id, id);
	json_add_text(o, "schema", "mobb.chaintest/1");
	json_add_int(o, "run", l->run.number);
	json_add_int(o, "case", row->nth);
	json_add_text(o, "name", row->name);
	json_add_text(o, "state", chain_word(row->state));
	json_add_text(o, "batch_id", id);
	json_add_text(o, "message_id", row->message_id);
	json_add_int(o, "letters", row->letters);
	json_add_text(o, "expected", c == NULL ? "" : c->expect);
	json_add_text(o, "got", row->codes);
	json_add_int(o, "results", row->results);
	json_add_time(o, "sent", row->posted_ms);
	json_add_time(o, "acknowledged", row->acknowledged_ms);
	json_add_time(o, "result", row->result_ms);
	json_add_text(
		o, "verdict", chain_verdict_word(chain_row_judge(row, &text)));
	json_add_text(o, "text", text);
	json_write(o, stdout);
}

static void
print_all(struct call *call, const struct looking *l)
{
	struct table table;
	const char *text;
	size_t i;

	table_begin(&table, call->options.plain, &call->mem, heads);
	for (i = 0; i < l->count; i++) {
		const struct chain_row *row = &l->rows[i];
		const struct chain_case *c = chain_find(row->name);

		if (call->options.json)
			print_json(l, row);
		table_number(&table, row->nth);
		table_text(&table, row->name);
		table_text(&table, chain_word(row->state));
		table_text(&table, c == NULL ? "" : c->expect);
		table_text(&table, show_clean(row->codes, &call->mem));
		table_text(&table,
			chain_verdict_word(chain_row_judge(row, &text)));
	}
	if (call->options.json)
		table_drop(&table);
	else
		table_end(&table);
	if (!call->options.json && !call->options.plain)
		printf("\nchain test %" PRId64
		       ": %zu as expected, %zu differ, %zu by hand, %zu "
		       "open; report in %s\n",
			l->run.number, l->of[CHAIN_EXPECTED],
			l->of[CHAIN_DIFFERS], l->of[CHAIN_BY_HAND],
			l->of[CHAIN_OPEN], call->options.out);
}

static enum verdict
tell(struct call *call, int64_t number, const struct jobs_endpoint *endpoint,
	struct fault *why)
{
	struct looking l = { .count = 0 };
	enum verdict v;

	v = store_chain_run(call->site.store, endpoint->name, number,
		&call->mem, &l.run, why);
	if (v == V_OK)
		v = store_chain_accounts(call->site.store, l.run.number, false,
			&call->mem, &l.accounts, &l.account_count, why);
	if (v == V_OK)
		v = wait_for(call, &l, why);
	if (v == V_OK)
		v = write_report(call, &l, why);
	if (v != V_OK)
		return v;
	print_all(call, &l);
	if (l.of[CHAIN_DIFFERS] > 0) {
		v = fault_set(why, V_SKIP, CODE_CHAIN_DIFFERS,
			"%zu of %zu cases did not go as expected",
			l.of[CHAIN_DIFFERS], l.count);
		fault_at(why, "chain test %" PRId64, l.run.number);
		return v;
	}
	if (l.of[CHAIN_OPEN] > 0)
		call->exit = EXIT_OPEN;
	return V_OK;
}

static enum verdict
run(struct call *call, struct fault *why)
{
	const struct options *o = &call->options;
	const struct jobs_endpoint *endpoint =
		jobs_endpoint(&call->site.jobs, call->args[0]);
	int64_t number = 0;
	enum verdict v = V_OK;

	if (endpoint == NULL)
		return fault_set(why, V_SKIP, CODE_NO_JOB,
			"the jobs file has no endpoint named %.40s",
			call->args[0]);
	if (jobs_production(endpoint->environment))
		return fault_set(why, V_BROKEN, CODE_CHAIN_PRODUCTION,
			"endpoint %s is of production", endpoint->name);
	if (o->out == NULL && !o->dry_run)
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"say where the report goes: -o FILE");
	if (call->arg_count == 2 &&
		(o->accounts != NULL ||
			!text_number(call->args[1], RUN_MAX, &number)))
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"--accounts for a new run, or the number of a run");
	if (o->accounts == NULL && (o->dry_run || o->listener_down != NULL))
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"only a new run, with --accounts, changes anything");
	if (o->accounts != NULL)
		v = plan(call, endpoint, &number, why);
	if (v != V_OK || o->dry_run)
		return v;
	return tell(call, number, endpoint, why);
}

/* Only a new run changes anything. */
static bool
looks(const struct call *call)
{
	return call->options.accounts == NULL;
}

const struct command command_chaintest = {
	.name = "chaintest",
	.args = "ENDPOINT [RUN]",
	.help = "a chain test (ketentest) in preproduction, and its report",
	.args_min = 1,
	.args_max = 2,
	.need = NEED_STORE,
	.changes = true,
	.may = PERSON_OPERATE,
	.looks = looks,
	.run = run,
};
