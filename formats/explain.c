/* formats/explain.c - a definition in words, for the supplier
 *
 * What a supplier must deliver, as a text that can be sent to one: the file,
 * its records in order, a line per field, the checks, and what comes on the
 * letter.  Official terms stay Dutch.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "formats/compile.h"
#include "formats/explain.h"

#define KEY_WIDTH 14 /* of "  Container   " */

/* --- writing --- */

__attribute__((format(printf, 3, 4))) static void
row(struct buf *out, const char *key, const char *fmt, ...)
{
	char text[2000];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_format(out, "  %-*s%s\n", KEY_WIDTH, key, text);
}

static void
pad(struct buf *out, const char *text, int width)
{
	int64_t chars = text_chars(text, strlen(text));

	buf_text(out, text);
	buf_format(out, "%*s", chars < width ? (int)(width - chars) : 0, "");
}

static void
heading(struct buf *out, const char *text)
{
	size_t i, chars = strlen(text);

	buf_format(out, "\n%s\n", text);
	for (i = 0; i < chars; i++)
		buf_text(out, "-");
	buf_text(out, "\n");
}

/* 3 GB, 250 000, 14 MB */
static const char *
bytes_words(int64_t n, char out[32])
{
	static const struct {
		int64_t each;
		const char *name;
	} units[] = { { 1000000000, "GB" }, { 1000000, "MB" }, { 1000, "kB" } };
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (n >= units[i].each && n % units[i].each == 0) {
			snprintf(out, 32, "%" PRId64 " %s", n / units[i].each,
				units[i].name);
			return out;
		}
	snprintf(out, 32, "%" PRId64 " bytes", n);
	return out;
}

/* --- the file --- */

static void
explain_container(const struct definition *d, struct buf *out)
{
	const struct format_input *in = &d->input;
	const struct {
		bool is;
		const char *name;
	} all[] = {
		{ in->zip, "ZIP" },
		{ in->tar, ".tar.gz" },
		{ in->gzip, "gzip (.gz)" },
		{ in->plain, "the file itself, not packed" },
	};
	char text[100] = "";
	size_t i, used = 0;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].is)
			used += (size_t)snprintf(text + used,
				sizeof(text) - used, "%s%s",
				used > 0 ? ", or " : "", all[i].name);
	row(out, "Packed as", "%s", text);
	if (in->zip || in->tar)
		row(out, "With in it",
			"one file %s with the records%s%s%s, no folders, "
			"nothing else",
			in->payload,
			in->pages != NULL ? ", one PDF with all letters (" : "",
			in->pages != NULL ? in->pages : "",
			in->pages != NULL ? ")"
			: in->documents	  ? ", and each document they name"
					  : "");
	if (in->name != NULL)
		row(out, "File name", "%s", in->name);
	if (in->parts)
		row(out, "In parts",
			"NAME_001, NAME_002 .. NAME_009_laatste are one "
			"delivery");
}

static void
explain_writing(const struct definition *d, struct buf *out)
{
	static const char *const newlines[] = {
		[NEWLINE_ANY] = "CR LF or LF, one of them throughout",
		[NEWLINE_CRLF] = "CR LF",
		[NEWLINE_LF] = "LF",
		[NEWLINE_NONE] = "none: records follow each other",
	};

	row(out, "Characters", "%s%s", d->encoding,
		strcmp(d->encoding, "utf-8") != 0 ? ""
		: d->bom ? ", with or without a byte order mark"
			 : ", without a byte order mark");
	if (d->kind == FORMAT_XML)
		return;
	row(out, "Line ends", "%s", newlines[d->newline]);
	if (d->kind == FORMAT_FIXED) {
		row(out, "Records", "%d bytes each, line end apart",
			d->record_bytes);
		return;
	}
	if (d->separator == '\t')
		row(out, "Between", "a tab between the values of a line");
	else
		row(out, "Between", "%c between the values of a line",
			d->separator);
	if (d->quote != 0)
		row(out, "Quotes",
			"%c around a value with %s in it; a %c in it is "
			"doubled; %s",
			d->quote, d->separator == '\t' ? "a tab" : "a mark",
			d->quote,
			d->multiline ? "it may hold line ends"
				     : "no line ends in it");
	else
		row(out, "Quotes", "none");
	row(out, "First line", "%s",
		d->header_row ? "the names of the columns, in any order"
			      : "a record like any other, no names");
}

static void
explain_file(const struct definition *d, struct buf *out)
{
	static const char *const kinds[] = { [FORMAT_XML] = "XML",
		[FORMAT_DELIMITED] = "lines of values with a mark between them",
		[FORMAT_FIXED] = "records of a fixed length" };
	const struct layout *l = d->file;
	char a[32], b[32];
	size_t i;

	heading(out, "The file");
	row(out, "Kind", "%s", kinds[d->kind]);
	explain_container(d, out);
	explain_writing(d, out);
	row(out, "At most",
		"%s, %" PRId64 " records, %s a record, %" PRId64
		" characters a field",
		bytes_words(d->input.bytes_max, a), d->records_max,
		bytes_words(d->record_bytes_max, b), d->field_max);
	if (d->kind == FORMAT_XML)
		row(out, "Root", "%s", l->root);
	for (i = 0; i < l->namespace_count; i++)
		row(out, i == 0 ? "Namespaces" : "", "%s = %s",
			l->namespaces[i].prefix, l->namespaces[i].uri);
	if (d->sender != -1)
		row(out, "Sender", "%s.%s must be the OIN agreed on",
			d->records[d->fields[d->sender].record].name,
			d->fields[d->sender].name);
	if (d->environment != -1)
		row(out, "Environment", "%s.%s is T for a test, P for real",
			d->records[d->fields[d->environment].record].name,
			d->fields[d->environment].name);
	if (d->number != -1)
		row(out, "Number", "%s.%s is higher in each delivery",
			d->records[d->fields[d->number].record].name,
			d->fields[d->number].name);
	if (d->period != -1)
		row(out, "Period",
			"%s.%s: a second delivery of a period waits for a "
			"person",
			d->records[d->fields[d->period].record].name,
			d->fields[d->period].name);
}

/* --- records and fields --- */

static void
explain_record(const struct definition *d, int record, struct buf *out)
{
	const struct record *r = &d->records[record];
	const struct layout *l = d->file;
	char title[100];
	int i;

	snprintf(title, sizeof(title), "Record %s", r->name);
	heading(out, title);
	if (record == d->letter)
		row(out, "What", "one letter");
	else if (r->occurs == OCCURS_FIRST)
		row(out, "What", "about the delivery, before all others");
	else if (r->occurs == OCCURS_LAST)
		row(out, "What", "totals, after all others");
	else if (definition_below(d, record, d->letter))
		row(out, "What", "a line of the letter");
	else
		row(out, "What", "stands around or beside the letters");
	if (d->kind == FORMAT_XML)
		row(out, "Where", "%s below %s", l->records[record].at,
			r->parent == -1 ? l->root : d->records[r->parent].name);
	else if (r->when != NULL && r->when_column > 0)
		row(out, "Known by", "%s in column %d", r->when,
			r->when_column);
	else if (r->when != NULL)
		row(out, "Known by", "%s at %d to %d", r->when, r->when_at,
			r->when_at + r->when_bytes - 1);
	if (r->columns > 0 && d->kind == FORMAT_DELIMITED && !d->header_row)
		row(out, "Columns", "%d", r->columns);
	if (r->parent != -1)
		row(out, "How many", "%" PRId64 " to %" PRId64 " of each %s%s",
			r->min, r->max, d->records[r->parent].name,
			d->kind == FORMAT_XML ? "" : ", right behind it");
	else if (r->occurs != OCCURS_ANY)
		row(out, "How many", "%s", r->min == 0 ? "one or none" : "one");
	for (i = 0; i < r->link_count; i++)
		row(out, "Belongs", "%s is the %s of its %s",
			d->fields[r->link[i]].name,
			d->fields[r->link_parent[i]].name,
			d->records[r->parent].name);
	if (r->key_count == 0)
		return;
	buf_format(out, "  %-*s", KEY_WIDTH, "Key");
	for (i = 0; i < r->key_count; i++)
		buf_format(out, "%s%s", i == 0 ? "" : ", ",
			d->fields[r->key[i]].name);
	buf_text(out, ": the same key is the same letter\n");
}

static void
explain_fields(const struct definition *d, int record, struct buf *out)
{
	const struct record *r = &d->records[record];
	int f, at = 2, name = 4;
	int64_t n;

	for (f = r->first_field; f < r->first_field + r->field_count; f++) {
		const char *place = explain_place(d, f);

		n = text_chars(place, strlen(place));
		at = n > at ? (int)n : at;
		n = (int64_t)strlen(d->fields[f].name);
		name = n > name ? (int)n : name;
	}
	buf_text(out, "\n  ");
	pad(out, d->kind == FORMAT_XML ? "Path" : "At", at + 2);
	pad(out, "Name", name + 2);
	pad(out, "Length", 9);
	pad(out, "Use", 10);
	pad(out, "If wrong", 17);
	buf_text(out, "What\n");
	for (f = r->first_field; f < r->first_field + r->field_count; f++) {
		const struct field *field = &d->fields[f];
		char length[48];

		buf_text(out, "  ");
		pad(out, explain_place(d, f), at + 2);
		pad(out, field->name, name + 2);
		snprintf(length, sizeof(length),
			field->min == field->max ? "%" PRId64
						 : "%" PRId64 "-%" PRId64,
			field->min, field->max);
		pad(out, length, 9);
		pad(out, field->required ? "required" : "optional", 10);
		pad(out, explain_bad(field->bad), 17);
		explain_what(d, field, out);
		buf_text(out, "\n");
	}
}

/* --- checks --- */

static const char *
else_what(enum field_bad bad)
{
	switch (bad) {
	case BAD_REJECT:
		return "the record is rejected";
	case BAD_PAPER:
		return "the letter goes on paper";
	case BAD_WARN:
		return "a warning";
	case BAD_STOP:
		return "the file is refused";
	}
	return "";
}

static void
name_of(const struct definition *d, const struct rule *r, int i,
	struct buf *out)
{
	const struct field *f =
		r->of[i].field == -1 ? NULL : &d->fields[r->of[i].field];

	if (f == NULL)
		buf_format(out, "a %s", d->records[r->of[i].record].name);
	else if (f->record != r->record)
		buf_format(out, "%s.%s", d->records[f->record].name, f->name);
	else
		buf_text(out, f->name);
}

static void
explain_rule(const struct definition *d, const struct rule *r, struct buf *out)
{
	static const char *const before[] = {
		[RULE_EXACTLY_ONE] = "exactly one is there of ",
		[RULE_AT_LEAST_ONE] = "at least one is there of ",
		[RULE_AT_MOST_ONE] = "at most one is there of ",
		[RULE_EQUAL] = "",
		[RULE_NOT_EQUAL] = "",
		[RULE_LESS] = "",
		[RULE_NOT_MORE] = "",
		[RULE_SAME_YEAR] = "",
	};
	static const char *const between[] = { [RULE_EXACTLY_ONE] = ", ",
		[RULE_AT_LEAST_ONE] = ", ",
		[RULE_AT_MOST_ONE] = ", ",
		[RULE_EQUAL] = " is the same as ",
		[RULE_NOT_EQUAL] = " is not the same as ",
		[RULE_LESS] = " is less than ",
		[RULE_NOT_MORE] = " is not more than ",
		[RULE_SAME_YEAR] = " is the year of " };
	int i;

	buf_format(out, "  In each %s: %s", d->records[r->record].name,
		before[r->kind]);
	for (i = 0; i < r->count; i++) {
		if (i > 0)
			buf_text(out, between[r->kind]);
		name_of(d, r, i, out);
	}
	buf_format(out, " (else: %s)\n", else_what(r->bad));
}

static void
explain_control(
	const struct definition *d, const struct control *c, struct buf *out)
{
	const char *record = d->records[c->record].name;
	const char *field = c->field == -1 ? "" : d->fields[c->field].name;
	char total[100] = "";

	if (c->total != -1)
		snprintf(total, sizeof(total), "%s.%s",
			d->records[d->fields[c->total].record].name,
			d->fields[c->total].name);
	buf_text(out, "  ");
	switch (c->kind) {
	case CONTROL_ASCENDING:
		buf_format(out, "%s.%s is never smaller than in the %s before",
			record, field, record);
		break;
	case CONTROL_UNIQUE:
		buf_format(out, "%s.%s is another in each %s", record, field,
			record);
		break;
	case CONTROL_SEQUENCE:
		buf_format(
			out, "%s.%s is 1, 2, 3 .. without gaps", record, field);
		break;
	case CONTROL_COUNT:
		buf_format(
			out, "%s is the number of records %s", total, record);
		break;
	case CONTROL_SUM:
		buf_format(out, "%s is the sum of all %s.%s", total, record,
			field);
		break;
	case CONTROL_HASH:
		buf_format(out, "%s is the sum of all %s.%s, taken as numbers",
			total, record, field);
		break;
	}
	buf_format(out, " (else: %s)\n", else_what(c->bad));
}

static void
explain_checks(const struct definition *d, struct buf *out)
{
	int i;

	if (d->rule_count + d->control_count == 0)
		return;
	heading(out, "Checks and totals");
	for (i = 0; i < d->rule_count; i++)
		explain_rule(d, &d->rules[i], out);
	for (i = 0; i < d->control_count; i++)
		explain_control(d, &d->controls[i], out);
}

/* --- the whole --- */

static void
explain_policy(const struct definition *d, struct buf *out)
{
	const struct format_policy *p = &d->policy;
	char share[32];
	size_t last;

	heading(out, "Then");
	snprintf(share, sizeof(share), "%" PRId64 ".%04" PRId64,
		p->reject_ppm / 10000, p->reject_ppm % 10000);
	for (last = strlen(share) - 1; share[last] == '0'; last--)
		;
	row(out, "Rejects",
		"more than %" PRId64 " or %.*s%%, the larger: nothing leaves "
		"before a person agreed",
		p->rejects, (int)(share[last] == '.' ? last : last + 1), share);
	row(out, "No records", "%s",
		p->empty_ok ? "accepted as a delivery of nothing"
			    : "the file is refused");
	if (p->hold)
		row(out, "Release", "always by a person");
	if (d->input.documents)
		row(out, "Documents", "one that no record names: %s",
			d->input.unused_warns ? "a warning"
					      : "the file is refused");
	if (p->pages_max > 0)
		row(out, "Pages", "at most %" PRId64 " a document",
			p->pages_max);
	if (p->a4)
		row(out, "Paper", "A4, upright");
	if (p->same_address > 0)
		row(out, "Addresses",
			"more than %" PRId64 " letters to one: a warning",
			p->same_address);
}

void
definition_explain(const struct definition *definition, struct buf *out)
{
	char title[300];
	int i;

	snprintf(title, sizeof(title), "%s (%s)", definition->title,
		definition->id);
	heading(out, title);
	if (definition->owner[0] != '\0')
		row(out, "Owner", "%s", definition->owner);
	explain_file(definition, out);
	for (i = 0; i < definition->record_count; i++) {
		explain_record(definition, i, out);
		if (definition->records[i].field_count > 0)
			explain_fields(definition, i, out);
	}
	explain_checks(definition, out);
	explain_letter(definition, out);
	explain_policy(definition, out);
}
