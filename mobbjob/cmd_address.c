/* mobbjob/cmd_address.c - address: the envelope of a letter, and its correction
 *
 * Shows the lines as they will be printed.  What cannot be printed waits for a
 * person, who corrects fields or writes the lines; on the command line, or on
 * standard input, so that no address has to stand in a list of processes.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "batch/advice.h"
#include "mobbjob/decide.h"
#include "mobbjob/show.h"

#define WAIT_MAX 10000 /* letters in the list */
#define VALUE_BYTES_MAX 240
#define INPUT "-" /* on standard input */

/* --- the list of all that wait --- */

static const char *const heads[] = { "SINCE", "LETTER", "REFERENCE", "STREAM",
	"CODE", "WHY", NULL };

static void
list_row(struct call *call, struct table *table, const struct address_wait *w)
{
	const struct advice *advice = advice_find((int)w->code);
	struct json *o;

	if (!call->options.json) {
		table_time(table, w->since_ms);
		table_text(table, arena_format(&call->mem, "%s/%" PRId64,
					  w->job, w->record));
		table_text(table, w->reference);
		table_text(table, w->stream);
		table_text(table, show_code((int)w->code, &call->mem));
		table_text(table, advice == NULL ? "" : advice->title);
		return;
	}
	o = json_new_object();
	json_add_text(o, "schema", "mobb.address-wait/1");
	json_add_text(o, "job", w->job);
	json_add_int(o, "record", w->record);
	json_add_text(o, "reference", w->reference);
	json_add_text(o, "stream", w->stream);
	json_add_time(o, "since", w->since_ms);
	json_add_text(o, "code", show_code((int)w->code, &call->mem));
	json_write(o, stdout);
}

static enum verdict
list(struct call *call, struct fault *why)
{
	struct address_wait *rows;
	struct table table;
	size_t i, count;
	enum verdict v;

	v = store_address_waiting(
		call->site.store, WAIT_MAX, &call->mem, &rows, &count, why);
	if (v != V_OK)
		return v;
	if (count == 0 && !call->options.json && !call->options.plain) {
		puts("no letter waits for its address");
		return V_OK;
	}
	if (!call->options.json)
		table_begin(&table, call->options.plain, &call->mem, heads);
	for (i = 0; i < count; i++)
		list_row(call, &table, &rows[i]);
	if (!call->options.json)
		table_end(&table);
	return V_OK;
}

/* --- what a person makes of it --- */

/* The field of a name; NULL: there is none. */
static const char **
field_of(struct address *a, const char *name, size_t len)
{
	const struct {
		const char *name;
		const char **field;
	} all[] = {
		{ "name", &a->name },
		{ "attention", &a->attention },
		{ "street", &a->street },
		{ "number", &a->number },
		{ "letter", &a->letter },
		{ "addition", &a->addition },
		{ "postcode", &a->postcode },
		{ "town", &a->town },
		{ "country", &a->country },
		{ "line1", &a->foreign[0] },
		{ "line2", &a->foreign[1] },
		{ "line3", &a->foreign[2] },
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strlen(all[i].name) == len &&
			memcmp(all[i].name, name, len) == 0)
			return all[i].field;
	return NULL;
}

static enum verdict
value_check(const char *value, struct fault *why)
{
	if (strlen(value) > VALUE_BYTES_MAX)
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"a part of an address has at most %d bytes",
			VALUE_BYTES_MAX);
	if (text_chars(value, strlen(value)) < 0 ||
		strpbrk(value, "\t\r\n\x1f") != NULL)
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"a part of an address is not readable text");
	return V_OK;
}

static enum verdict
set_field(struct address *a, const char *text, struct fault *why)
{
	const char *is = strchr(text, '=');
	const char **field =
		is == NULL ? NULL : field_of(a, text, (size_t)(is - text));

	if (field == NULL)
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"--set wants FIELD=TEXT, with FIELD one of name, "
			"attention, street, number, letter, addition, "
			"postcode, town, country, line1, line2, line3");
	*field = is + 1;
	return value_check(*field, why);
}

/* Given on the command line, or one a line on standard input. */
static enum verdict
parts_given(struct call *call, const char *const *given, size_t given_count,
	const char *out[OPTION_LINES_MAX], size_t *count_out, struct fault *why)
{
	char line[VALUE_BYTES_MAX + 20];
	size_t n = 0;

	if (given_count != 1 || strcmp(given[0], INPUT) != 0) {
		memcpy(out, given, given_count * sizeof(out[0]));
		*count_out = given_count;
		return V_OK;
	}
	while (fgets(line, sizeof(line), stdin) != NULL) {
		size_t len = strcspn(line, "\r\n");

		if (line[len] == '\0' && len + 1 == sizeof(line))
			return value_check(line, why);
		line[len] = '\0';
		if (len == 0)
			continue;
		if (n == OPTION_LINES_MAX)
			return fault_set(why, V_BROKEN, CODE_USAGE,
				"more than %d lines", OPTION_LINES_MAX);
		out[n++] = arena_text(&call->mem, line, len);
	}
	*count_out = n;
	return V_OK;
}

static enum verdict
from_lines(struct call *call, struct address *out, struct fault *why)
{
	const char *given[OPTION_LINES_MAX], *line[ADDRESS_LINES_MAX] = { 0 };
	size_t i, n = 0;
	enum verdict v;

	v = parts_given(call, call->options.line, call->options.line_count,
		given, &n, why);
	if (v == V_OK && n > ADDRESS_LINES_MAX)
		v = fault_set(why, V_BROKEN, CODE_USAGE,
			"an address has at most %d lines", ADDRESS_LINES_MAX);
	for (i = 0; v == V_OK && i < n; i++) {
		v = value_check(given[i], why);
		line[i] = given[i];
	}
	return v == V_OK ? address_of_lines(line, &call->mem, out, why) : v;
}

static enum verdict
from_fields(struct call *call, const struct letter *letter, struct address *out,
	struct fault *why)
{
	const char *given[OPTION_LINES_MAX];
	const struct address *from = letter_post(letter);
	size_t i, n = 0;
	enum verdict v;

	/* Lines that somebody wrote have no fields to change. */
	if (from->written[0] != NULL && from->written[0][0] != '\0')
		from = &letter->address;
	*out = *from;
	v = parts_given(call, call->options.set, call->options.set_count, given,
		&n, why);
	for (i = 0; v == V_OK && i < n; i++)
		v = set_field(out, given[i], why);
	return v;
}

/* --- showing --- */

struct shown {
	const struct letter_row *row;
	const struct address *address;
	struct address_rules rules;
	struct address_print print; /* when `v` is V_OK */
	struct fault why;
	enum verdict v;
	struct address_said said; /* person NULL: nobody */
};

static void
show_json(struct call *call, const struct shown *s)
{
	const struct letter_row *row = s->row;
	struct json *o = json_new_object(), *lines = json_new_array();
	struct json *line;
	size_t i;

	json_add_text(o, "schema", "mobb.address/1");
	json_add_text(o, "letter", show_uuid(&row->letter.id, &call->mem));
	json_add_text(o, "job", row->job);
	json_add_int(o, "record", row->letter.record);
	json_add_text(o, "reference", row->letter.reference);
	json_add_text(o, "state", letter_word(row->state));
	for (i = 0; s->v == V_OK && i < s->print.count; i++) {
		line = json_new_object();
		json_add_text(line, "line", s->print.line[i]);
		json_append(lines, line);
	}
	json_add(o, "lines", lines);
	json_add_given(o, "kix", address_kix(s->address, &call->mem));
	json_add_text(o, "zone", address_zone(s->address));
	json_add_given(
		o, "shortened", address_cut_words(s->print.cut, &call->mem));
	json_add_int(o, "replaced", s->print.replaced);
	if (s->v != V_OK) {
		json_add_text(
			o, "code", show_code((int)s->why.code, &call->mem));
		json_add_text(o, "reason", s->why.text);
	}
	if (s->said.person != NULL) {
		json_add_text(o, "corrected_by", s->said.person);
		json_add_time(o, "corrected_at", s->said.at_ms);
		json_add_text(o, "corrected_because", s->said.reason);
	}
	json_write(o, stdout);
}

/* Field by field, as delivered, for who has to correct it. */
static void
show_fields(struct call *call, const struct address *a)
{
	struct address copy = *a;
	static const char *const names[] = { "name", "attention", "street",
		"number", "letter", "addition", "postcode", "town", "country",
		"line1", "line2", "line3" };
	size_t i;

	puts("as delivered:");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *text = *field_of(&copy, names[i], strlen(names[i]));

		if (text[0] != '\0')
			printf("  %s=%s\n", names[i],
				show_clean(text, &call->mem));
	}
}

static void
show_people(struct call *call, const struct shown *s)
{
	const char *cut = address_cut_words(s->print.cut, &call->mem);
	const char *kix = address_kix(s->address, &call->mem);
	size_t i;

	printf("letter %s/%" PRId64 ", reference %s: %s\n", s->row->job,
		s->row->letter.record,
		show_clean(s->row->letter.reference, &call->mem),
		letter_word(s->row->state));
	if (s->v != V_OK)
		printf("it cannot be printed: %s (%s)\n", s->why.text,
			show_code((int)s->why.code, &call->mem));
	else
		puts("on the envelope:");
	for (i = 0; s->v == V_OK && i < s->print.count; i++)
		printf("  %s\n", show_clean(s->print.line[i], &call->mem));
	if (s->v == V_OK && kix[0] != '\0')
		printf("KIX %s\n", kix);
	if (cut[0] != '\0')
		printf("shortened to %d characters: %s\n", s->rules.line_chars,
			cut);
	if (s->print.replaced > 0)
		printf("%d characters that the printer does not have are "
		       "written in others\n",
			s->print.replaced);
	if (s->said.person != NULL)
		printf("corrected by %s on %s: %s\n", s->said.person,
			show_time(s->said.at_ms, &call->mem),
			show_clean(s->said.reason, &call->mem));
	if (s->v != V_OK || s->said.person != NULL)
		show_fields(call, &s->row->letter.address);
}

static void
show(struct call *call, const struct shown *s)
{
	size_t i;

	if (call->options.json) {
		show_json(call, s);
	} else if (!call->options.plain) {
		show_people(call, s);
	} else if (s->v != V_OK) {
		printf("code\t%s\nreason\t%s\n",
			show_code((int)s->why.code, &call->mem), s->why.text);
	} else {
		for (i = 0; i < s->print.count; i++)
			printf("line\t%s\n",
				show_clean(s->print.line[i], &call->mem));
		printf("kix\t%s\nshortened\t%s\nreplaced\t%d\n",
			address_kix(s->address, &call->mem),
			address_cut_words(s->print.cut, &call->mem),
			s->print.replaced);
	}
}

/* --- doing --- */

static enum verdict
correct(struct call *call, struct shown *s, struct fault *why)
{
	struct address_change change = { .job = s->row->job,
		.record = s->row->letter.record,
		.address = s->address,
		.person = call->person,
		.reason = "",
		.now_ms = clock_now_ms(),
		.dry = call->options.dry_run };
	enum letter_state before = 0, after = 0;
	enum verdict v = V_OK;

	if (s->v != V_OK) {
		*why = s->why;
		fault_at(why, "LETTER %s", call->args[0]);
		return s->v;
	}
	if (!change.dry)
		v = decide_reason(call, &change.reason, why);
	if (v == V_OK)
		v = store_address_correct(
			call->site.store, &change, &before, &after, why);
	if (v != V_OK) {
		fault_at(why, "LETTER %s", call->args[0]);
		return v;
	}
	show(call, s);
	if (!call->options.json && !call->options.plain)
		decide_tell(call, "letter %s/%" PRId64 ": %s", s->row->job,
			s->row->letter.record,
			before == after
				? "the address is corrected"
				: "the address is corrected, and the letter "
				  "goes on paper");
	return V_OK;
}

/* That somebody looked at the address of a citizen is recorded; of a person of
 * the database it does so itself.
 */
static enum verdict
record_look(struct call *call, const struct letter_row *row, struct fault *why)
{
	struct event event = { .at_ms = clock_now_ms(),
		.person = call->person,
		.what = "address shown",
		.text = arena_format(
			&call->mem, "record %" PRId64, row->letter.record) };

	if (call->site.jobs.persons_on)
		return V_OK;
	memcpy(event.job, row->job, sizeof(event.job));
	return store_event_add(call->site.store, &event, why);
}

static bool
changes(const struct call *call)
{
	return call->options.set_count + call->options.line_count > 0;
}

static bool
looks(const struct call *call)
{
	return !changes(call);
}

static enum verdict
run(struct call *call, struct fault *why)
{
	struct shown s = { .print = { .count = 0 } };
	struct letter_row row;
	struct address made;
	struct job job;
	enum verdict v;

	if (call->options.set_count > 0 && call->options.line_count > 0)
		return fault_set(
			why, V_BROKEN, CODE_USAGE, "--set or --line, not both");
	if (call->arg_count == 0 && changes(call))
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"the address of what LETTER?");
	if (call->arg_count == 0)
		return list(call, why);
	v = store_letter_open(
		call->site.store, call->args[0], &call->mem, &row, why);
	if (v != V_OK) {
		fault_at(why, "LETTER %s", call->args[0]);
		return v;
	}
	made = *letter_post(&row.letter);
	s.row = &row;
	s.address = &made;
	if (call->options.line_count > 0)
		v = from_lines(call, &made, why);
	else if (call->options.set_count > 0)
		v = from_fields(call, &row.letter, &made, why);
	else
		v = record_look(call, &row, why);
	if (v == V_OK)
		v = looks(call) ? store_address_said(call->site.store, row.job,
					  row.letter.record, &call->mem,
					  &s.said, why)
				: V_END;
	if (v != V_OK && v != V_END)
		return v;
	v = store_job_get(call->site.store, row.job, &call->mem, &job, why);
	if (v != V_OK)
		return v;
	s.rules = jobs_address_rules(&call->site.jobs, job.stream);
	s.v = address_check(&made, &s.rules, &s.why);
	if (s.v == V_OK)
		address_lines(&made, &s.rules, &call->mem, &s.print);
	if (changes(call))
		return correct(call, &s, why);
	show(call, &s);
	return V_OK;
}

const struct command command_address = {
	.name = "address",
	.args = "[LETTER [--set FIELD=TEXT | --line TEXT --reason TEXT]]",
	.help = "the envelope of a letter; correct it; all that wait for it",
	.args_max = 1,
	.need = NEED_STORE,
	.changes = true,
	.may = PERSON_OPERATE,
	.looks = looks,
	.run = run,
};
