/* mobbjob/cmd_lpr.c - lpr: the limited production run of a stream
 *
 * Without more: where the gates of production are.  With a stream: how its next
 * letters are chosen (--refs, or -n with --seed), or that Logius released
 * production (--as open).
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
#include "mobbjob/decide.h"
#include "mobbjob/job.h"
#include "mobbjob/person.h"
#include "mobbjob/show.h"

#define REFS_BYTES_MAX 100000
#define SEED_MAX INT64_C(1000000000000)

static const char *const heads[] = { "STREAM", "SENDER", "GATE", "CHOSEN",
	"ALLOWED", "JOBS RESTING", "SINCE", "BY", "REASON", NULL };

static const char *
state_of(const struct gate *gate, struct arena *mem)
{
	if (gate->open)
		return "open";
	if (gate->references > 0)
		return arena_format(mem, "closed, %s references to come",
			show_number(gate->references, mem));
	return gate->rule == GATE_NONE ? "closed, all chosen" : "closed";
}

/* A stream of production, and its gate; one that nothing came to is closed. */
static enum verdict
gate_of(struct call *call, const struct jobs_stream *stream, struct gate *out,
	struct fault *why)
{
	enum verdict v;

	v = store_gate_get(call->site.store, stream->sender, stream->name,
		&call->mem, out, why);
	if (v == V_SKIP)
		*out = (struct gate){ .sender = stream->sender,
			.stream = stream->name,
			.rule = GATE_SPREAD,
			.person = "",
			.reason = "" };
	else if (v != V_OK)
		return v;
	out->allowed = stream->lpr;
	return V_OK;
}

static void
print_json(struct call *call, const struct gate *gate)
{
	struct json *o = json_new_object();

	(void)call;
	json_add_text(o, "schema", "mobb.gate/1");
	json_add_text(o, "stream", gate->stream);
	json_add_text(o, "sender", gate->sender);
	json_add_bool(o, "open", gate->open);
	json_add_int(o, "chosen", gate->taken);
	json_add_int(o, "allowed", gate->allowed);
	json_add_int(o, "references_to_come", gate->references);
	json_add_int(o, "jobs_resting", gate->jobs);
	json_add_time(o, "since", gate->changed_ms);
	json_add_given(o, "by", gate->person);
	json_add_given(o, "reason", gate->reason);
	json_write(o, stdout);
}

static enum verdict
list(struct call *call, const char *only, struct fault *why)
{
	const char *sender = call->options.sender;
	const struct jobs *jobs = &call->site.jobs;
	struct arena *mem = &call->mem;
	struct table table;
	struct gate gate;
	enum verdict v = V_OK;
	size_t i, n = 0;

	table_begin(&table, call->options.plain, mem, heads);
	for (i = 0; v == V_OK && i < jobs->stream_count; i++) {
		const struct jobs_stream *s = &jobs->streams[i];

		if (!jobs_production(s->endpoint_is->environment) ||
			(only != NULL && strcmp(only, s->name) != 0) ||
			(sender != NULL && strcmp(sender, s->sender) != 0))
			continue;
		v = gate_of(call, s, &gate, why);
		if (v != V_OK)
			break;
		n++;
		if (call->options.json)
			print_json(call, &gate);
		table_text(&table, gate.stream);
		table_text(&table, gate.sender);
		table_text(&table, state_of(&gate, mem));
		table_number(&table, gate.taken);
		table_number(&table, gate.allowed);
		table_number(&table, gate.jobs);
		table_time(&table, gate.changed_ms);
		table_text(&table, show_clean(gate.person, mem));
		table_text(&table, show_clean(gate.reason, mem));
	}
	if (v != V_OK || call->options.json || n == 0)
		table_drop(&table);
	else
		table_end(&table);
	if (v == V_OK && n == 0 && !call->options.json && !call->options.plain)
		puts("no stream has an endpoint of production: no gates");
	return v;
}

static enum verdict
number_of(const char *name, const char *text, int64_t max, int64_t *out,
	struct fault *why)
{
	if (text_number(text, max, out))
		return V_OK;
	return fault_set(why, V_BROKEN, CODE_USAGE,
		"%s must be a number up to %" PRId64, name, max);
}

/* A reference on each line. */
static enum verdict
read_refs(struct call *call, struct gate_choice *choice, struct fault *why)
{
	struct buf text = BUF_MAX(REFS_BYTES_MAX);
	const char **refs;
	char *line, *rest;
	size_t n = 0;
	enum verdict v;

	v = file_get(AT_FDCWD, call->options.refs, &text, why);
	if (v != V_OK) {
		fault_at(why, "%s", call->options.refs);
		goto out;
	}
	refs = arena_alloc(&call->mem, (JOBS_LPR_MAX + 1) * sizeof(*refs));
	buf_text(&text, "");
	rest = text.bytes == NULL
		       ? NULL
		       : arena_text(&call->mem, text.bytes, text.len);
	while (rest != NULL && *rest != '\0') {
		line = rest;
		rest += strcspn(rest, "\n");
		if (*rest == '\n')
			*rest++ = '\0';
		line = text_trim(line);
		if (line[0] == '\0')
			continue;
		if (n == JOBS_LPR_MAX || strlen(line) > GATE_REFERENCE_MAX) {
			v = fault_set(why, V_BROKEN, CODE_USAGE,
				"at most %d references of %d bytes each",
				JOBS_LPR_MAX, GATE_REFERENCE_MAX);
			fault_at(why, "%s:%zu", call->options.refs, n + 1);
			goto out;
		}
		refs[n++] = line;
	}
	if (n == 0)
		v = fault_set(why, V_BROKEN, CODE_USAGE,
			"%s has no reference in it", call->options.refs);
	choice->references = refs;
	choice->reference_count = n;
out:
	buf_done(&text);
	return v;
}

static enum verdict
read_choice(struct call *call, const struct jobs_stream *stream,
	struct gate_choice *choice, struct fault *why)
{
	const struct options *o = &call->options;
	enum verdict v = V_OK;

	*choice = (struct gate_choice){ .rule = GATE_SPREAD };
	if (o->refs != NULL && (o->n != NULL || o->seed != NULL))
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"--refs, or -n with --seed, not both");
	if (o->refs != NULL) {
		choice->rule = GATE_LIST;
		return read_refs(call, choice, why);
	}
	if (o->n != NULL)
		v = number_of("-n", o->n, stream->lpr, &choice->letters, why);
	if (v == V_OK && o->n != NULL && choice->letters == 0)
		v = fault_set(
			why, V_BROKEN, CODE_USAGE, "-n must be at least 1");
	if (v == V_OK && o->seed != NULL) {
		choice->rule = GATE_RANDOM;
		v = number_of("--seed", o->seed, SEED_MAX, &choice->seed, why);
	}
	return v;
}

static enum verdict
choose(struct call *call, const struct jobs_stream *stream, struct fault *why)
{
	struct gate_choice choice;
	const char *reason = "", *how;
	enum verdict v = read_choice(call, stream, &choice, why);

	if (v == V_OK && !call->options.dry_run) {
		v = decide_reason(call, &reason, why);
		if (v == V_OK)
			v = store_gate_choose(call->site.store, stream->sender,
				stream->name, stream->lpr, &choice,
				call->person, reason, clock_now_ms(), why);
	}
	if (v != V_OK)
		return v;
	if (choice.rule == GATE_LIST)
		how = arena_format(
			&call->mem, "%zu by reference", choice.reference_count);
	else
		how = arena_format(&call->mem, "%s%s, %s",
			choice.letters == 0 ? "as many as are left of " : "",
			show_number(choice.letters == 0 ? stream->lpr
							: choice.letters,
				&call->mem),
			choice.rule == GATE_RANDOM ? "at random by the seed"
						   : "spread over the job");
	decide_tell(call,
		"stream %s: the letters of its limited production run are "
		"chosen so: %s; the rest waits until Logius released "
		"production",
		stream->name, how);
	return V_OK;
}

static enum verdict
open_gate(
	struct call *call, const struct jobs_stream *stream, struct fault *why)
{
	const char *reason = "";
	struct gate gate;
	enum verdict v = gate_of(call, stream, &gate, why);
	int64_t jobs = gate.jobs;

	if (v == V_OK && gate.open)
		v = fault_set(why, V_SKIP, CODE_STATE,
			"production was released already");
	if (v == V_OK && !call->options.dry_run) {
		v = decide_reason(call, &reason, why);
		if (v == V_OK)
			v = store_gate_open(call->site.store, stream->sender,
				stream->name, call->person, reason,
				clock_now_ms(), &jobs, why);
	}
	if (v != V_OK)
		return v;
	decide_tell(call,
		"stream %s: production released by Logius, recorded by %s; "
		"%s job%s that rested go%s on",
		stream->name, call->person, show_number(jobs, &call->mem),
		jobs == 1 ? "" : "s", jobs == 1 ? "es" : "");
	return V_OK;
}

static bool
looks(const struct call *call)
{
	const struct options *o = &call->options;

	return call->arg_count == 0 || (o->as == NULL && o->refs == NULL &&
					       o->n == NULL && o->seed == NULL);
}

static enum verdict
run(struct call *call, struct fault *why)
{
	const struct options *o = &call->options;
	const struct jobs_stream *stream;
	enum verdict v;

	if (call->arg_count == 0)
		return list(call, NULL, why);
	if (jobs_stream(&call->site.jobs, call->args[0]) == NULL)
		return fault_set(why, V_SKIP, CODE_NO_JOB,
			"the jobs file has no stream named %.40s",
			call->args[0]);
	if (looks(call))
		return list(call, call->args[0], why);
	v = stream_of(call, call->args[0], &stream, why);
	if (v == V_OK)
		v = person_may(call, stream->sender, why);
	if (v != V_OK)
		return v;
	if (!jobs_production(stream->endpoint_is->environment))
		return fault_set(why, V_SKIP, CODE_STATE,
			"stream %s goes to %s: a limited run is only in "
			"production",
			stream->name, stream->endpoint_is->environment);
	if (o->as == NULL)
		return choose(call, stream, why);
	if (strcmp(o->as, "open") != 0 || o->refs != NULL || o->n != NULL ||
		o->seed != NULL)
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"usage: mobbjob lpr STREAM --as open --reason TEXT");
	return open_gate(call, stream, why);
}

const struct command command_lpr = {
	.name = "lpr",
	.args = "[STREAM]",
	.help = "the limited production run: who may leave before the rest",
	.args_max = 1,
	.need = NEED_STORE,
	.changes = true,
	.may = PERSON_RELEASE,
	.looks = looks,
	.run = run,
};
