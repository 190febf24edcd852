/* formats/explain_field.c - what one field is, and what is on the letter
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "formats/compile.h"
#include "formats/explain.h"

#define EXAMPLE_MAX 80

/* --- where --- */

const struct layout_field *
explain_source(const struct definition *definition, int field)
{
	const struct field *f = &definition->fields[field];
	const struct layout *l = definition->file;
	const char *record = definition->records[f->record].name;
	size_t i;

	for (i = 0; i < l->field_count; i++)
		if (strcmp(l->fields[i].name, f->name) == 0 &&
			(l->fields[i].in == NULL ||
				strcmp(l->fields[i].in, record) == 0))
			return &l->fields[i];
	assert(false); /* a field of no layout */
	return NULL;
}

const char *
explain_place(const struct definition *definition, int field)
{
	return explain_source(definition, field)->at;
}

const char *
explain_bad(enum field_bad bad)
{
	switch (bad) {
	case BAD_REJECT:
		return "record rejected";
	case BAD_PAPER:
		return "left out, paper";
	case BAD_WARN:
		return "left out, noted";
	case BAD_STOP:
		return "file refused";
	}
	return "";
}

/* --- an example that fits --- */

static bool
is_number(const struct field *f)
{
	return f->type == FIELD_INT || f->type == FIELD_DIGITS ||
	       field_type_money(f->type);
}

/* As it stands in the file: signs, and zeros up to the width. */
static void
number_example(const struct definition *d, const struct field *f,
	const char *sample, char out[EXAMPLE_MAX])
{
	size_t len = strlen(sample), width = (size_t)f->max, used = 0;
	bool fixed = d->kind == FORMAT_FIXED;
	bool lead = f->sign == SIGN_LEAD, trail = f->sign == SIGN_TRAIL;

	if (fixed)
		width = (size_t)f->bytes;
	width -= width > 1 && (lead || trail);
	if (width > EXAMPLE_MAX - 3)
		width = EXAMPLE_MAX - 3;
	if (len > width) {
		sample += len - width;
		len = width;
	}
	if (lead)
		out[used++] = '+';
	if (fixed || f->min == f->max) {
		memset(out + used, '0', width - len);
		used += width - len;
	}
	memcpy(out + used, sample, len);
	used += len;
	if (trail)
		out[used++] = '+';
	out[used] = '\0';
}

/* "" when there is none. */
static void
example(const struct definition *d, const struct field *f,
	char out[EXAMPLE_MAX])
{
	const char *sample = field_type_words(f->type)->example;
	const char *given = explain_source(d, (int)(f - d->fields))->example;
	size_t len;

	if (f->type == FIELD_ENUM)
		sample = f->values[0];
	if (given != NULL) {
		snprintf(out, EXAMPLE_MAX, "%s", given);
		return;
	}
	if (is_number(f)) {
		number_example(d, f, sample, out);
		return;
	}
	if (f->ends != NULL && f->type == FIELD_DATE_YMD &&
		strcmp(f->ends, "0101") == 0)
		sample = "20260101";
	len = strlen(sample);
	if ((int64_t)len > f->max && f->max > 0)
		len = (size_t)f->max;
	if (len >= EXAMPLE_MAX)
		len = EXAMPLE_MAX - 1;
	memcpy(out, sample, len);
	out[len] = '\0';
}

/* --- what --- */

static void
explain_list(struct buf *out, const char *before, char **list, size_t count)
{
	size_t i;

	buf_text(out, before);
	for (i = 0; i < count; i++)
		buf_format(out, "%s%s", i == 0 ? "" : ", ", list[i]);
}

static void
explain_values(const struct field *f, struct buf *out)
{
	size_t i;

	buf_text(out, "one of ");
	for (i = 0; i < f->value_count; i++) {
		buf_format(out, "%s%s", i == 0 ? "" : ", ", f->values[i]);
		if (f->words != NULL)
			buf_format(out, " (%s)", f->words[i]);
	}
}

static void
explain_sign(const struct definition *d, const struct field *f, struct buf *out)
{
	switch (f->sign) {
	case SIGN_NONE:
		buf_text(out, ", not below zero");
		break;
	case SIGN_MINUS:
		buf_text(out, ", a - in front when it is below zero");
		break;
	case SIGN_LEAD:
		buf_text(out, ", always + or - in front");
		break;
	case SIGN_TRAIL:
		buf_text(out, ", always + or - behind");
		break;
	case SIGN_SPLIT:
		buf_format(
			out, ", + or - in %s", d->fields[f->sign_field].name);
		break;
	}
}

static void
explain_money(
	const struct definition *d, const struct field *f, struct buf *out)
{
	if (f->type == FIELD_MONEY_IMPLIED)
		buf_format(out, ", %d decimals", f->decimals);
	buf_text(out, f->cents == 1 ? ", in eurocent" : ", in euro");
	explain_sign(d, f, out);
}

static void
explain_steps(const struct field *f, struct buf *out)
{
	static const char *const words[] = {
		[STEP_NONE] = "",
		[STEP_TRIM] = "blanks at the ends go",
		[STEP_COLLAPSE] = "double blanks become one",
		[STEP_UPPER] = "becomes capitals",
		[STEP_LOWER] = "becomes small letters",
		[STEP_STRIP_ZEROS] = "leading zeros go",
		[STEP_PAD] = "lost leading zeros are added, with a warning",
		[STEP_POSTCODE] = "1234 ab is taken as 1234AB",
		[STEP_NFC] = "",
		[STEP_DROP_CONTROL] = "control characters go",
		[STEP_CP1252] = "bytes of windows-1252 are repaired, noted",
	};
	int i;

	for (i = 0; f->steps[i] != STEP_NONE; i++)
		if (words[f->steps[i]][0] != '\0')
			buf_format(out, "; %s", words[f->steps[i]]);
}

void
explain_what(const struct definition *definition, const struct field *field,
	struct buf *out)
{
	char sample[EXAMPLE_MAX];

	if (field->type == FIELD_ENUM)
		explain_values(field, out);
	else
		buf_text(out, field_type_words(field->type)->words);
	if (field_type_money(field->type))
		explain_money(definition, field, out);
	if (field->ends != NULL)
		buf_format(out, ", ends with %s", field->ends);
	if (field->incomplete)
		buf_text(out, ", 00 for a day or month that is not known");
	if (field->empty != NULL)
		buf_format(out, "; %s is nothing", field->empty);
	if (field->preset != NULL)
		buf_format(out, "; without it: %s", field->preset);
	if (field->nil_count > 0)
		explain_list(out, "; nil when ", field->nils, field->nil_count);
	explain_steps(field, out);
	if (field->full_warns)
		buf_text(out, "; as long as it may be: perhaps cut off, noted");
	example(definition, field, sample);
	if (sample[0] != '\0')
		buf_format(out, "; example: %s", sample);
}

/* --- the letter --- */

static void
letter_row(struct buf *out, const char *key, const char *text)
{
	if (text != NULL && text[0] != '\0')
		buf_format(out, "  %-14s%s\n", key, text);
}

static void
explain_documents(const struct definition *d, struct buf *out)
{
	const struct layout *l = d->file;
	size_t i;

	for (i = 0; i < l->document_count; i++) {
		const struct layout_document *doc = &l->documents[i];

		buf_format(out, "  %-14s", i == 0 ? "Documents" : "");
		if (doc->file != NULL)
			buf_format(
				out, "%s, the same for all letters", doc->file);
		else if (doc->first_page != NULL)
			buf_format(out, "the pages %s to %s of the one PDF",
				doc->first_page, doc->last_page);
		else if (doc->at != NULL || doc->href != NULL)
			buf_format(out, "the PDF that is named in %s",
				doc->href != NULL ? doc->href : doc->at);
		else
			buf_text(out, "a PDF");
		if (doc->base64 != NULL)
			buf_format(out, ", or in base64 in %s", doc->base64);
		if (doc->sha256 != NULL)
			buf_format(
				out, ", with its SHA-256 in %s", doc->sha256);
		buf_format(out, "; it is called \"%s\"\n", doc->title);
	}
}

/* A text of several lines, with blanks in front of each. */
static void
explain_text(const char *name, const char *text, struct buf *out)
{
	size_t len;

	if (text == NULL)
		return;
	buf_format(out, "\n  %s:\n\n", name);
	while (*text != '\0') {
		len = strcspn(text, "\n");
		if (len > 0)
			buf_format(out, "      %.*s", (int)len, text);
		buf_text(out, "\n");
		text += len;
		if (*text == '\n')
			text++;
	}
}

void
explain_letter(const struct definition *definition, struct buf *out)
{
	const struct layout *l = definition->file;
	const struct layout_letter *letter = &l->letter;
	char line[100];
	size_t i;

	buf_text(out, "\nThe letter\n----------\n");
	if (letter->recipient != NULL)
		buf_format(out,
			"  %-14sthe person of %s; without it the letter goes "
			"on paper\n",
			"For", letter->recipient);
	else
		letter_row(out, "For", "nobody's box: all letters go on paper");
	letter_row(out, "Reference", letter->reference);
	letter_row(out, "Subject", letter->subject);
	letter_row(out, "Dated", letter->dated);
	letter_row(out, "Not before", letter->publish);
	letter_row(out, "Deadline", letter->deadline);
	letter_row(out, "Amount", letter->amount);
	letter_row(out, "Kind", letter->type);
	letter_row(out, "Only paper", letter->paper);
	letter_row(out, "Deceased", letter->deceased);
	letter_row(out, "Secret", letter->secret);
	letter_row(out, "Name", letter->address.name);
	explain_documents(definition, out);
	explain_text("Text", letter->text, out);
	for (i = 0; i < l->record_count; i++) {
		if (l->records[i].line == NULL)
			continue;
		snprintf(line, sizeof(line), "For each %s in {%s}",
			l->records[i].name, l->records[i].name);
		explain_text(line, l->records[i].line, out);
	}
}
