/* mobbjob/cmd_hold.c - hold: nothing more leaves
 *
 * For the moment when something is wrong: it answers at once, with what is
 * gone already, what is on its way, and what waits.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "base/clock.h"
#include "mobbjob/decide.h"
#include "mobbjob/job.h"
#include "mobbjob/select.h"
#include "mobbjob/show.h"
#include "mobbjob/stop.h"

static void
print_count(struct call *call, const struct stop_target *target,
	const struct stop_count *n)
{
	const struct {
		const char *name, *text;
		int64_t letters;
	} rows[] = {
		{ "left", "delivered, acknowledged, with the printer or posted",
			n->left },
		{ "in flight",
			"leaving now or waiting for an acknowledgment; "
			"they end by themselves",
			n->in_flight },
		{ "unknown", "nobody acknowledged them: they may have arrived",
			n->unknown },
		{ "for a person", "held one by one (mobbjob letters JOB)",
			n->held },
		{ "wait", "nothing of them leaves", n->waiting },
		{ "withdrawn", "", n->withdrawn },
	};
	struct arena *mem = &call->mem;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (call->options.plain)
			printf("%s\t%lld\n", rows[i].name,
				(long long)rows[i].letters);
		else if (rows[i].letters > 0 || i < 2 || i == 4)
			printf("  %-13s %12s  %s\n", rows[i].name,
				show_number(rows[i].letters, mem),
				rows[i].text);
	if (call->options.plain)
		printf("declined\t%lld\n", (long long)n->declined);
	else if (n->declined > 0)
		printf("the box had %s more and declined them\n",
			show_number(n->declined, mem));
	if (!call->options.plain)
		printf("%s letters in %s unfinished job%s; to go on: mobbjob "
		       "release %s --reason TEXT\n",
			show_number(n->letters, mem), show_number(n->jobs, mem),
			n->jobs == 1 ? "" : "s",
			stop_target_option(target, mem));
}

static void
print_json(struct call *call, const struct stop_target *target,
	const struct stop_count *n, bool before)
{
	struct json *o = json_new_object();

	json_add_text(o, "schema", "mobb.hold/1");
	json_add_bool(o, "dry_run", call->options.dry_run);
	json_add_text(o, "kind", target->word);
	json_add_text(o, "name", target->name);
	json_add_bool(o, "was_held", before);
	json_add_text(o, "by", call->person);
	json_add_int(o, "jobs", n->jobs);
	json_add_int(o, "letters", n->letters);
	json_add_int(o, "left", n->left);
	json_add_int(o, "in_flight", n->in_flight);
	json_add_int(o, "lots_in_flight", n->lots_in_flight);
	json_add_int(o, "bundles_in_flight", n->bundles_in_flight);
	json_add_int(o, "declined", n->declined);
	json_add_int(o, "unknown", n->unknown);
	json_add_int(o, "for_a_person", n->held);
	json_add_int(o, "waiting", n->waiting);
	json_add_int(o, "withdrawn", n->withdrawn);
	json_write(o, stdout);
}

static enum verdict
hold(struct call *call, const struct stop_target *target, const char *reason,
	struct stop_count *n, struct fault *why)
{
	struct store *store = call->site.store;

	if (call->options.dry_run)
		return target->job ? store_stop_count_job(
					     store, target->name, n, why)
				   : store_stop_count(store, target->kind,
					     target->name, n, why);
	return target->job
		       ? store_job_hold(store, target->name, call->person,
				 reason, clock_now_ms(), n, why)
		       : store_stop_set(store, target->kind, target->name,
				 call->person, reason, clock_now_ms(), n, why);
}

static const char *
cannot(const struct call *call, const struct job *job)
{
	(void)call;
	if (job->state == JOB_HELD)
		return "it is held already";
	if (job->state == JOB_RECEIVED)
		return "it is still being read";
	return job->state >= JOB_SETTLED ? "it has ended" : NULL;
}

static enum verdict
hold_one(struct call *call, const struct job *job, const char *reason,
	struct fault *why)
{
	struct stop_count n;

	return store_job_hold(call->site.store, job->id, call->person, reason,
		clock_now_ms(), &n, why);
}

static enum verdict
run(struct call *call, struct fault *why)
{
	static const struct select_what many = { "held", cannot, hold_one };
	struct stop_target target;
	struct stop_count n;
	const char *reason = "";
	bool before = false;
	enum verdict v;

	if (call->arg_count == 0 && select_given(call, 1))
		return select_run(call, &many, why);
	v = stop_target(call, &target, why);
	if (v == V_OK && !call->options.dry_run)
		v = decide_reason(call, &reason, why);
	if (v == V_OK)
		v = hold(call, &target, reason, &n, why);
	/* Whoever asks for a hold wants the numbers above all. */
	if (v == V_SKIP && why->code == CODE_STATE && target.may_be_held) {
		before = true;
		v = V_OK;
	}
	if (v != V_OK)
		return v;
	if (call->options.json) {
		print_json(call, &target, &n, before);
		return V_OK;
	}
	if (before && !call->options.plain)
		printf("%s %s was held already\n", target.word, target.name);
	else if (!call->options.plain)
		decide_tell(call, "%s %s held by %s", target.word, target.name,
			call->person);
	print_count(call, &target, &n);
	return V_OK;
}

const struct command command_hold = {
	.name = "hold",
	.args = "JOB | --stream S | --sender S | --endpoint E | many --reason "
		"TEXT",
	.help = "nothing more leaves; says what already did",
	.args_max = 1,
	.need = NEED_STORE,
	.changes = true,
	.run = run,
};
