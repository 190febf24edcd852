/* mobbjob/cmd_sample.c - sample: letters to look at before a release
 *
 * Who looks, why and at how many is an event before the first letter is
 * written: the one place where a citizen's letter leaves the books for a
 * person.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "mobbjob/decide.h"
#include "mobbjob/job.h"
#include "mobbjob/sample.h"
#include "mobbjob/show.h"
#include "spool/spool.h"

#define DEFAULT_LETTERS 10
#define REFS_BYTES_MAX 100000
#define SEED_MAX INT64_C(1000000000000000)

/* --- choosing --- */

static bool
chosen(const struct samples *s, int64_t record)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (s->all[i].row.letter.record == record)
			return true;
	return false;
}

static enum verdict
choose(struct call *call, struct samples *s, int64_t record,
	const char *because, struct fault *why)
{
	struct sample *it = &s->all[s->count];
	enum verdict v;

	if (chosen(s, record))
		return V_OK;
	v = store_letter_find(call->site.store,
		arena_format(&call->mem, "%s/%" PRId64, s->job->id, record),
		&call->mem, &it->row, why);
	it->because = because;
	s->count += v == V_OK;
	return v;
}

/* Scrambles a counter; the same seed gives the same numbers anywhere. */
static uint64_t
scramble(uint64_t x)
{
	x *= UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

/* A letter not chosen yet, from record `from` on and then from the first.
 * V_END: all are.
 */
static enum verdict
next_free(struct call *call, const struct samples *s, int64_t from,
	int64_t *record_out, struct fault *why)
{
	bool again = false;
	int64_t record = from;
	enum verdict v;

	for (;;) {
		v = store_page_pick(call->site.store, s->job->id, PAGE_FROM,
			record, &record, why);
		if (v == V_END && !again) {
			again = true;
			record = 1;
			continue;
		}
		if (v != V_OK)
			return v;
		if (!chosen(s, record)) {
			*record_out = record;
			return V_OK;
		}
		record++;
	}
}

static enum verdict
choose_random(struct call *call, struct samples *s, size_t n, struct fault *why)
{
	int64_t last = 0, record;
	uint64_t draw = scramble((uint64_t)s->seed);
	enum verdict v;

	v = store_page_pick(
		call->site.store, s->job->id, PAGE_LAST, 0, &last, why);
	while (v == V_OK && s->count < n) {
		draw = scramble(draw + 1);
		v = next_free(call, s, 1 + (int64_t)(draw % (uint64_t)last),
			&record, why);
		if (v == V_OK)
			v = choose(call, s, record, "random", why);
	}
	return v == V_END ? V_OK : v;
}

/* What people forget to look at, then by chance. */
static enum verdict
choose_usual(struct call *call, struct samples *s, size_t n, struct fault *why)
{
	static const struct {
		enum page_pick pick;
		const char *because;
	} picks[] = {
		{ PAGE_FIRST, "first" },
		{ PAGE_LAST, "last" },
		{ PAGE_LARGEST, "largest" },
		{ PAGE_ABROAD, "foreign" },
	};
	enum verdict v = V_OK;
	int64_t record;
	size_t i;

	for (i = 0; i < sizeof(picks) / sizeof(picks[0]) && s->count < n; i++) {
		v = store_page_pick(call->site.store, s->job->id, picks[i].pick,
			0, &record, why);
		if (v == V_OK)
			v = choose(call, s, record, picks[i].because, why);
		if (v != V_OK && v != V_END)
			return v;
	}
	return choose_random(call, s, n, why);
}

/* Those of a list, a reference a line. */
static enum verdict
choose_named(struct call *call, struct samples *s, const char *path,
	struct fault *why)
{
	struct buf text = BUF_MAX(REFS_BYTES_MAX);
	char *line, *rest = NULL;
	int64_t record;
	enum verdict v = file_get(AT_FDCWD, path, &text, why);

	if (v == V_SKIP)
		v = fault_set(why, V_BROKEN, CODE_IO, "there is no such file");
	line = v == V_OK ? strtok_r(text.bytes, "\n", &rest) : NULL;
	for (; v == V_OK && line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		char *reference = text_trim(line);

		if (*reference == '\0')
			continue;
		if (s->count == SAMPLE_MAX)
			v = fault_set(why, V_SKIP, CODE_SAMPLE_REFS,
				"more than %d letters", SAMPLE_MAX);
		else
			v = store_page_reference(call->site.store, s->job->id,
				reference, &record, why);
		if (v == V_OK)
			v = choose(call, s, record, "asked for", why);
		if (v == V_END)
			v = fault_set(why, V_SKIP, CODE_SAMPLE_REFS,
				"job %s has no letter %s", s->job->id,
				text_chars(reference, strlen(reference)) < 0
					? "(not text)"
					: reference);
	}
	buf_done(&text);
	if (v == V_OK && s->count == 0)
		v = fault_set(why, V_SKIP, CODE_SAMPLE_REFS, "it is empty");
	if (v != V_OK)
		fault_at(why, "%s", path);
	return v;
}

static enum verdict
number_of(const char *option, const char *text, int64_t max, int64_t *out,
	struct fault *why)
{
	if (text == NULL || text_number(text, max, out))
		return V_OK;
	return fault_set(why, V_BROKEN, CODE_USAGE,
		"%s must be a number of at most %" PRId64, option, max);
}

static int
by_record(const void *a, const void *b)
{
	const struct sample *one = a, *two = b;
	int64_t x = one->row.letter.record, y = two->row.letter.record;

	return x < y ? -1 : x > y;
}

static enum verdict
choose_all(struct call *call, struct samples *s, struct fault *why)
{
	const struct options *o = &call->options;
	int64_t n = DEFAULT_LETTERS;
	enum verdict v = number_of("-n", o->n, SAMPLE_MAX, &n, why);

	if (v == V_OK)
		v = number_of("--seed", o->seed, SEED_MAX, &s->seed, why);
	if (v == V_OK && n == 0)
		v = fault_set(why, V_BROKEN, CODE_USAGE, "-n 0 is no letter");
	if (v == V_OK && o->refs != NULL)
		v = choose_named(call, s, o->refs, why);
	else if (v == V_OK)
		v = choose_usual(call, s, (size_t)n, why);
	/* With both, what was named first and then by chance. */
	if (v == V_OK && o->refs != NULL && o->n != NULL)
		v = choose_random(call, s, (size_t)n, why);
	qsort(s->all, s->count, sizeof(s->all[0]), by_record);
	return v;
}

/* --- telling --- */

static void
tell(struct call *call, const struct samples *s)
{
	static const char *const heads[] = { "RECORD", "REFERENCE", "CHOSEN",
		"ROUTE", "DOCUMENTS", NULL };
	struct table table;
	struct json *o;
	size_t i;

	if (!call->options.json)
		table_begin(&table, call->options.plain, &call->mem, heads);
	for (i = 0; i < s->count; i++) {
		const struct letter_row *row = &s->all[i].row;
		const char *route = row->rule == 0 ? "none"
				    : row->box	   ? "box"
						   : "paper";
		int64_t documents = (int64_t)row->letter.document_count;

		if (!call->options.json) {
			table_number(&table, row->letter.record);
			table_text(&table, row->letter.reference);
			table_text(&table, s->all[i].because);
			table_text(&table, route);
			table_number(&table, documents);
			continue;
		}
		o = json_new_object();
		json_add_text(o, "schema", "mobb.sample/1");
		json_add_text(o, "job", s->job->id);
		json_add_int(o, "record", row->letter.record);
		json_add_text(o, "reference", row->letter.reference);
		json_add_text(o, "chosen", s->all[i].because);
		json_add_text(o, "route", route);
		json_add_int(o, "documents", documents);
		json_write(o, stdout);
	}
	if (!call->options.json)
		table_end(&table);
}

/* Before the first of them is written. */
static enum verdict
record_it(struct call *call, const struct samples *s, const char *reason,
	struct fault *why)
{
	struct event event = { .at_ms = clock_now_ms(),
		.person = call->person,
		.what = "sampled",
		.text = arena_format(&call->mem,
			"%zu letters written out to be looked at (seed %" PRId64
			"): %s",
			s->count, s->seed, reason) };

	memcpy(event.job, s->job->id, sizeof(event.job));
	return store_event_add(call->site.store, &event, why);
}

/* What the citizens get, for the letters that were chosen; of a person the
 * database itself records each.
 */
static enum verdict
open_letters(struct call *call, struct samples *s, struct fault *why)
{
	enum verdict v = V_OK;
	size_t i;

	for (i = 0; v == V_OK && i < s->count; i++) {
		struct letter_row *row = &s->all[i].row;

		v = store_letter_open(call->site.store,
			arena_format(&call->mem, "%s/%" PRId64, s->job->id,
				row->letter.record),
			&call->mem, row, why);
	}
	return v;
}

/* The documents of the job, where its file is. */
static enum verdict
open_content(struct call *call, const char *job, struct spool **spool,
	struct content *content, struct fault *why)
{
	struct fault cause;
	enum verdict v;

	v = spool_look_open(
		site_path(&call->site, call->site.jobs.spool), spool, why);
	if (v != V_OK)
		return v;
	if (spool_content_open(*spool, job, content, &cause) == V_OK)
		return V_OK;
	v = fault_set(why, V_SKIP, CODE_SAMPLE_GONE,
		"the batch file cannot be read: %s", cause.text);
	fault_at(why, "job %s", job);
	return v;
}

static enum verdict
write_out(struct call *call, struct samples *s, struct fault *why)
{
	struct spool *spool = NULL;
	struct content content = { 0 };
	const char *reason = "";
	enum verdict v;

	v = decide_reason(call, &reason, why);
	if (v == V_OK)
		v = open_content(call, s->job->id, &spool, &content, why);
	if (v == V_OK) {
		v = record_it(call, s, reason, why);
		if (v == V_OK)
			v = open_letters(call, s, why);
		if (v == V_OK)
			v = sample_write(s, &content, call->options.out, why);
		spool_content_close(&content);
	}
	spool_close(spool);
	return v;
}

static enum verdict
run(struct call *call, struct fault *why)
{
	struct samples *s = arena_alloc(&call->mem, sizeof(*s));
	const struct jobs_stream *stream;
	struct job job;
	enum verdict v;

	if (call->options.out == NULL)
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"-o must name a new folder for the letters");
	v = job_of(call, call->args[0], &job, why);
	if (v != V_OK)
		return v;
	if (job.letters == 0) {
		v = fault_set(why, V_SKIP, CODE_STATE,
			"the job has no letters; it is %s",
			job_word(job.state));
		fault_at(why, "JOB %s", job.id);
		return v;
	}
	stream = jobs_stream(&call->site.jobs, job.stream);
	s->job = &job;
	s->title = stream == NULL || stream->title == NULL ? job.stream
							   : stream->title;
	s->address = jobs_address_rules(&call->site.jobs, job.stream);
	s->seed = 1;
	s->count = 0;
	v = choose_all(call, s, why);
	if (v == V_OK && !call->options.dry_run)
		v = write_out(call, s, why);
	if (v != V_OK)
		return v;
	tell(call, s);
	if (!call->options.json && !call->options.plain)
		decide_tell(call,
			"%zu letters in %s; look at index.html, and remove the "
			"folder afterwards",
			s->count, call->options.out);
	return V_OK;
}

const struct command command_sample = {
	.name = "sample",
	.args = "JOB -o DIR --reason TEXT",
	.help = "letters as citizens will see them, to look at; recorded",
	.args_min = 1,
	.args_max = 1,
	.need = NEED_STORE,
	.changes = true,
	.run = run,
};
