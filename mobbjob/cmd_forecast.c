/* mobbjob/cmd_forecast.c - forecast: the release page, before there is one
 *
 * Of a file that was not delivered yet: it is read as `check` reads it, and
 * nothing of it is kept.  Of a job: what `show` will say once it is routed, or
 * says already.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "mobbjob/check_file.h"
#include "mobbjob/dry.h"
#include "mobbjob/job.h"
#include "mobbjob/layout.h"
#include "mobbjob/show.h"
#include "mobbjob/show_page.h"

/* --- a file --- */

struct weighed {
	struct forecast_load load;
	struct bsn *numbers; /* of letters that may go to the box */
	size_t count, size;
};

/* One with a type of its own is another subscription. */
static void
on_letter(void *self, const struct letter *letter)
{
	struct weighed *w = self;

	forecast_load_add(&w->load, letter, letter_box_bytes(letter));
	if (letter->bsn.number == 0 ||
		(letter->paper != PAPER_NONE && !paper_never(letter->paper)) ||
		letter->type != NULL)
		return;
	if (w->count == w->size) {
		w->size = w->size == 0 ? 4096 : w->size * 2;
		w->numbers =
			mem_grow(w->numbers, w->size * sizeof(*w->numbers));
	}
	w->numbers[w->count++] = letter->bsn;
}

static const char *
what_then(const struct dry *dry, struct arena *mem)
{
	if (dry->held.code == CODE_NONE)
		return "it will be released by itself";
	return arena_format(mem, "it will wait for a person: MOBB-%04d %s",
		(int)dry->held.code, dry->held.text);
}

static void
print_file(
	struct call *call, const struct dry *dry, const struct show_page *page)
{
	struct arena *mem = &call->mem;

	show_line(call, "file",
		arena_format(mem, "%s, %s bytes", show_clean(dry->file, mem),
			show_number(dry->bytes, mem)));
	show_line(call, "stream",
		arena_format(mem, "%s, sender %s, endpoint %s",
			dry->stream->name, dry->stream->sender,
			dry->stream->endpoint));
	show_line(call, "letters",
		arena_format(mem, "%s, and %s rejected records%s",
			show_number(dry->letters, mem),
			show_number(dry->rejected, mem),
			dry->promised_letters < 0
				? ""
				: arena_format(mem, "; %s announced",
					  show_number(dry->promised_letters,
						  mem))));
	show_page_print(call, page);
	show_line(call, "release", what_then(dry, mem));
}

static void
json_file(
	struct call *call, const struct dry *dry, const struct show_page *page)
{
	struct json *o = json_new_object();
	bool held = dry->held.code != CODE_NONE;

	json_add_text(o, "schema", "mobb.forecast/1");
	json_add_text(o, "file", show_clean(dry->file, &call->mem));
	json_add_null(o, "job");
	json_add_text(o, "stream", dry->stream->name);
	json_add_text(o, "endpoint", dry->stream->endpoint);
	json_add_int(o, "letters", dry->letters);
	json_add_int(o, "rejected", dry->rejected);
	if (dry->promised_letters < 0)
		json_add_null(o, "announced");
	else
		json_add_int(o, "announced", dry->promised_letters);
	json_add_bool(o, "held", held);
	json_add_given(o, "code",
		held ? show_code((int)dry->held.code, &call->mem) : "");
	json_add_given(o, "reason", held ? dry->held.text : "");
	json_add(o, "page", show_page_json(call, page));
	json_write(o, stdout);
}

static enum verdict
of_file(struct call *call, const char *path, struct fault *why)
{
	struct weighed weighed = { .load = FORECAST_LOAD_NONE };
	struct definition *definition = NULL;
	struct dry *dry = arena_alloc(&call->mem, sizeof(*dry));
	struct show_page page;
	enum verdict v;

	*dry = (struct dry){
		.path = path, .self = &weighed, .on_letter = on_letter
	};
	v = check_stream(call, path, &dry->stream, why);
	if (v == V_OK)
		v = layout_of_stream(call, dry->stream, &definition, why);
	dry->definition = definition;
	if (v == V_OK)
		v = dry_run(dry, why);
	if (v == V_OK)
		v = show_page_file(call, dry->stream, &weighed.load,
			weighed.numbers, weighed.count, &page, why);
	if (v == V_OK && call->options.json)
		json_file(call, dry, &page);
	else if (v == V_OK)
		print_file(call, dry, &page);
	definition_free(definition);
	free(weighed.numbers);
	return v;
}

/* --- a job --- */

static void
json_job(struct call *call, const struct job *job, const struct show_page *page)
{
	struct json *o = json_new_object();

	json_add_text(o, "schema", "mobb.forecast/1");
	json_add_text(o, "file", show_clean(job->file, &call->mem));
	json_add_text(o, "job", job->id);
	json_add_text(o, "stream", job->stream);
	json_add_text(o, "endpoint", job->endpoint);
	json_add_int(o, "letters", job->letters);
	json_add_int(o, "rejected", job->rejected);
	if (job->promised_letters < 0)
		json_add_null(o, "announced");
	else
		json_add_int(o, "announced", job->promised_letters);
	json_add_bool(o, "held", job->state == JOB_HELD);
	json_add_given(o, "code", show_code((int)job->reason_code, &call->mem));
	json_add_given(o, "reason", job->reason);
	json_add(o, "page", show_page_json(call, page));
	json_write(o, stdout);
}

static enum verdict
of_job(struct call *call, const char *part, struct fault *why)
{
	struct show_page page;
	struct job job;
	enum verdict v = job_of(call, part, &job, why);

	if (v == V_OK)
		v = show_page_job(call, &job, &page, why);
	if (v == V_END) {
		v = fault_set(why, V_SKIP, CODE_NOT_COUNTED,
			"nothing was counted of this job; it is %s",
			job_word(job.state));
		fault_at(why, "JOB %s", job.id);
	}
	if (v != V_OK)
		return v;
	if (call->options.json) {
		json_job(call, &job, &page);
		return V_OK;
	}
	show_line(call, "job",
		arena_format(
			&call->mem, "%s, %s", job.id, job_word(job.state)));
	show_page_print(call, &page);
	return V_OK;
}

static enum verdict
run(struct call *call, struct fault *why)
{
	const char *what = call->args[0];

	return access(what, F_OK) == 0 || call->options.stream != NULL
		       ? of_file(call, what, why)
		       : of_job(call, what, why);
}

const struct command command_forecast = {
	.name = "forecast",
	.args = "FILE [--stream NAME] | JOB",
	.help = "what it will be: box and paper, lots, sheets, time, cost",
	.args_min = 1,
	.args_max = 1,
	.need = NEED_STORE,
	.run = run,
};
