/* formats/compile_field.c - the fields: where they are, what they may hold
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "base/text.h"
#include "formats/compile.h"

/* --- what a field may hold --- */

/* "9" or "1-40" */
static bool
split_length(const char *text, int64_t *min_out, int64_t *max_out)
{
	const char *dash = strchr(text, '-');
	size_t len = dash == NULL ? strlen(text) : (size_t)(dash - text);
	char first[12];

	if (len >= sizeof(first))
		return false;
	memcpy(first, text, len);
	first[len] = '\0';
	return text_number(first, FIELD_LENGTH_MAX, min_out) &&
	       text_number(dash == NULL ? first : dash + 1, FIELD_LENGTH_MAX,
		       max_out) &&
	       *min_out <= *max_out && *max_out > 0;
}

static void
compile_length(
	struct compile *c, const struct layout_field *l, struct field *out)
{
	bool open = out->type == FIELD_TEXT || out->type == FIELD_ENUM;
	int64_t min, max, len;
	size_t i;

	field_type_length(out->type, &out->min, &out->max);
	if (l->length != NULL) {
		if (!split_length(l->length, &min, &max))
			compile_bad(c, l->length, CODE_CONFIG_VALUE,
				"length: '%.40s' is not written as 9 or 1-40",
				l->length);
		else if (max < out->min || min > out->max)
			compile_bad(c, l->length, CODE_CONFIG_VALUE,
				"length: a %s has %lld to %lld characters",
				field_type_words(out->type)->name,
				(long long)out->min, (long long)out->max);
		else {
			out->min = min;
			out->max = max;
		}
		return;
	}
	if (open)
		out->max = 200;
	for (i = 0; out->type == FIELD_ENUM && i < out->value_count; i++) {
		len = (int64_t)strlen(out->values[i]);
		out->min = i == 0 || len < out->min ? len : out->min;
		out->max = i == 0 || len > out->max ? len : out->max;
	}
	if (c->d->kind == FORMAT_FIXED && out->bytes >= out->min &&
		out->bytes < out->max)
		out->max = out->bytes;
}

/* What the values of an enum are called in a letter: one each. */
static void
compile_words(
	struct compile *c, const struct layout_field *l, struct field *out)
{
	size_t i;

	if (l->word_count == 0)
		return;
	if (l->word_count != l->value_count)
		compile_bad(c, l->words[0], CODE_CONFIG_VALUE,
			"field %s: as many words as values", out->name);
	for (i = 0; i < l->word_count; i++)
		if (l->words[i] == NULL)
			return;
		else if (strlen(l->words[i]) >= SAID_MAX)
			compile_bad(c, l->words[i], CODE_CONFIG_VALUE,
				"field %s: a word has at most %d bytes",
				out->name, SAID_MAX - 1);
	out->words = l->words;
}

static void
compile_type(struct compile *c, const struct layout_field *l, int field)
{
	struct field *out = &c->d->fields[field];
	const char *near = NULL;
	size_t i;

	out->type = FIELD_TEXT;
	c->vague[field] = l->type == NULL;
	if (l->type != NULL && !field_type_named(l->type, &out->type, &near)) {
		c->vague[field] = true;
		compile_unknown(c, l->type, "type", near);
	}
	if (out->type == FIELD_ENUM && l->value_count == 0)
		compile_bad(c, l, CODE_CONFIG_VALUE,
			"field %s: an enum needs values", out->name);
	if (l->value_count > VALUES_MAX || l->nil_count > VALUES_MAX)
		compile_bad(c, l, CODE_CONFIG_VALUE,
			"field %s: at most %d values", out->name, VALUES_MAX);
	if (out->type != FIELD_ENUM && l->value_count > 0)
		compile_bad(c, l->values[0], CODE_CONFIG_VALUE,
			"field %s: values are for type enum", out->name);
	/* A text that could not be read was told. */
	out->values = l->values;
	for (i = 0; i < l->value_count && l->values[i] != NULL; i++)
		out->value_count++;
	compile_words(c, l, out);
	out->nils = l->nils;
	for (i = 0; i < l->nil_count && l->nils[i] != NULL; i++)
		out->nil_count++;
	if (l->nil_count > 0 && c->d->kind != FORMAT_XML)
		compile_bad(c, l->nils[0], CODE_CONFIG_VALUE,
			"field %s: nil is for xml; use empty", out->name);
}

static void
compile_money(
	struct compile *c, const struct layout_field *l, struct field *out)
{
	static const char *const units[] = { "euro", "cent", NULL };
	bool money = field_type_money(out->type);
	bool implied = out->type == FIELD_MONEY_IMPLIED;

	out->cents = compile_word(c, l->unit, "unit", units, 0) == 1 ? 1 : 100;
	if (l->unit != NULL && !money)
		compile_bad(c, l->unit, CODE_CONFIG_VALUE,
			"field %s: unit is for amounts", out->name);
	if ((out->type == FIELD_MONEY_COMMA || out->type == FIELD_MONEY_POINT ||
		    implied) &&
		out->cents == 1)
		compile_bad(c, l->unit, CODE_CONFIG_VALUE,
			"field %s: an amount with decimals is in euro",
			out->name);
	out->decimals = implied ? 2 : 0;
	if (l->decimals == LAYOUT_ABSENT)
		return;
	if (!implied || l->decimals < 0 || l->decimals > 2)
		compile_bad(c, &l->decimals, CODE_CONFIG_VALUE,
			"field %s: decimals is 0 to 2, for money:implied",
			out->name);
	else
		out->decimals = (int)l->decimals;
}

/* "field NAME" is looked up when all fields are there. */
static void
compile_sign(struct compile *c, const struct layout_field *l, struct field *out)
{
	static const char *const words[] = { [SIGN_NONE] = "none",
		[SIGN_MINUS] = "minus",
		[SIGN_LEAD] = "lead",
		[SIGN_TRAIL] = "trail",
		[SIGN_SPLIT] = "field NAME",
		NULL };

	out->sign_field = -1;
	if (l->sign == NULL)
		return;
	if (!field_type_money(out->type))
		compile_bad(c, l->sign, CODE_CONFIG_VALUE,
			"field %s: sign is for amounts", out->name);
	if (strncmp(l->sign, "field ", 6) == 0)
		out->sign = SIGN_SPLIT;
	else
		out->sign = (enum field_sign)compile_word(
			c, l->sign, "sign", words, SIGN_NONE);
}

static void
compile_sign_field(struct compile *c, int field)
{
	const struct layout_field *l = c->source[field];
	struct field *out = &c->d->fields[field];
	const char *name = l->sign + strlen("field ");
	int of = definition_field(c->d, out->record, name, strlen(name));

	if (of == -1 || of == field)
		compile_bad(c, l->sign, CODE_CONFIG_NAME,
			"sign: record %s has no other field '%.40s'",
			c->d->records[out->record].name, name);
	else if (c->d->fields[of].type != FIELD_TEXT &&
		 c->d->fields[of].type != FIELD_ENUM)
		compile_bad(c, l->sign, CODE_CONFIG_VALUE,
			"sign: field %s must be text or an enum of + and -",
			name);
	else
		out->sign_field = of;
}

static void
compile_step(
	struct compile *c, const char *text, struct field *out, size_t *count)
{
	const char *colon = strchr(text, ':'), *rest, *near = NULL;
	enum field_step step;
	char name[40];
	size_t len = colon == NULL ? strlen(text) : (size_t)(colon - text);

	if (len >= sizeof(name))
		len = sizeof(name) - 1;
	memcpy(name, text, len);
	name[len] = '\0';
	if (!field_step_named(name, &step, &near)) {
		compile_unknown(c, text, "normalise step", near);
		return;
	}
	rest = colon == NULL ? "" : colon + 1;
	if ((step == STEP_PAD) != (colon != NULL) ||
		(step == STEP_PAD && (!compile_number(&rest, 100, &out->pad) ||
					     *rest != '\0'))) {
		compile_bad(c, text, CODE_CONFIG_VALUE,
			"normalise: pad is written with the length: pad:9, "
			"other steps are one word");
		return;
	}
	/* The list ends with STEP_NONE. */
	if (*count == DEFINITION_STEPS_MAX - 1)
		compile_bad(c, text, CODE_CONFIG_VALUE,
			"normalise: at most %d steps",
			DEFINITION_STEPS_MAX - 1);
	else
		out->steps[(*count)++] = step;
}

/* --- where a field is --- */

static void
compile_column(
	struct compile *c, const struct layout_field *l, struct field *out)
{
	const struct record *r = &c->d->records[out->record];
	const char *p = l->at;
	int i;

	if (compile_number(&p, COLUMNS_MAX, &out->column) && *p == '\0') {
		if (r->columns > 0 && out->column > r->columns)
			compile_bad(c, l->at, CODE_CONFIG_VALUE,
				"field %s: record %s has %d columns", out->name,
				r->name, r->columns);
	} else if (c->d->header_row && l->at[0] != '\0' &&
		   strlen(l->at) < 100) {
		out->column = 0;
		out->header = l->at;
	} else {
		out->column = 0;
		compile_bad(c, l->at, CODE_CONFIG_VALUE,
			"field %s: at is the number of its column, 1 to %d%s",
			out->name, COLUMNS_MAX,
			c->d->header_row ? ", or its name" : "");
		return;
	}
	for (i = r->first_field; &c->d->fields[i] < out; i++) {
		const struct field *o = &c->d->fields[i];

		if (out->header == NULL
				? o->column == out->column && o->header == NULL
				: o->header != NULL &&
					  strcmp(o->header, out->header) == 0)
			compile_bad(c, l->at, CODE_CONFIG_DOUBLE,
				"fields %s and %s are at the same column",
				o->name, out->name);
	}
}

/* "12+9" */
static void
compile_position(
	struct compile *c, const struct layout_field *l, struct field *out)
{
	const char *p = l->at;
	int max = c->d->record_bytes;

	if (!compile_number(&p, RECORD_BYTES_MAX, &out->at) || *p++ != '+' ||
		!compile_number(&p, RECORD_BYTES_MAX, &out->bytes) ||
		*p != '\0') {
		compile_bad(c, l->at, CODE_CONFIG_VALUE,
			"field %s: at is written as position+length: 12+9",
			out->name);
		out->at = out->bytes = 0;
	} else if (max > 0 && out->at + out->bytes - 1 > max) {
		compile_bad(c, l->at, CODE_CONFIG_VALUE,
			"field %s: ends at %d, behind the record of %d bytes",
			out->name, out->at + out->bytes - 1, max);
	}
}

/* --- one field --- */

static void
compile_presets(
	struct compile *c, const struct layout_field *l, struct field *out)
{
	static const char *const fulls[] = { "ok", "warn", NULL };

	out->preset = l->preset;
	out->empty = l->empty;
	out->ends = l->ends;
	out->incomplete = l->incomplete;
	out->full_warns = compile_word(c, l->full, "full", fulls, 0) == 1;
	if (l->incomplete && !field_type_date(out->type))
		compile_bad(c, &l->incomplete, CODE_CONFIG_VALUE,
			"field %s: incomplete is for dates", out->name);
	if (l->ends != NULL &&
		(l->ends[0] == '\0' || (int64_t)strlen(l->ends) > out->max))
		compile_bad(c, l->ends, CODE_CONFIG_VALUE,
			"field %s: ends is longer than the field, or empty",
			out->name);
	if (l->preset != NULL && out->required)
		compile_bad(c, l->preset, CODE_CONFIG_VALUE,
			"field %s: what is required needs no preset",
			out->name);
}

static void
compile_field(
	struct compile *c, const struct layout_field *l, int record, int field)
{
	static const char *const uses[] = { "optional", "required", NULL };
	struct field *out = &c->d->fields[field];
	size_t i, steps = 0;

	*out = (struct field){ .name = l->name == NULL ? "" : l->name,
		.record = record,
		.sign_field = -1 };
	c->source[field] = l;
	if (l->name != NULL && compile_name_ok(c, l->name, "field") &&
		definition_field(c->d, record, l->name, strlen(l->name)) != -1)
		compile_bad(c, l->name, CODE_CONFIG_DOUBLE,
			"record %s: two fields are named %s",
			c->d->records[record].name, l->name);
	compile_type(c, l, field);
	if (l->at != NULL && c->d->kind == FORMAT_DELIMITED)
		compile_column(c, l, out);
	else if (l->at != NULL && c->d->kind == FORMAT_FIXED)
		compile_position(c, l, out);
	else if (l->at != NULL)
		compile_field_path(c, l, field);
	compile_length(c, l, out);
	out->required = compile_word(c, l->use, "use", uses, 0) == 1;
	out->bad = compile_fault(c, l->bad, BAD_REJECT);
	out->code = compile_code(c, l->code);
	compile_money(c, l, out);
	compile_sign(c, l, out);
	for (i = 0; i < l->step_count; i++)
		if (l->steps[i] != NULL)
			compile_step(c, l->steps[i], out, &steps);
	compile_presets(c, l, out);
}

/* --- the whole --- */

/* The record of a field; one record needs no `in`.  After a mistake the one
 * that was probably meant, so that the rest does not fall over it.
 */
static int
record_of(const struct compile *c, const struct layout_field *l)
{
	struct yaml_guess guess = { .word = l->in };
	int i;

	if (l->in == NULL)
		return c->d->record_count == 1 ? 0 : -1;
	i = definition_record(c->d, l->in, strlen(l->in));
	if (i != -1)
		return i;
	for (i = 0; i < c->d->record_count; i++)
		yaml_guess(&guess, c->d->records[i].name);
	return guess.best == NULL ? -1
				  : definition_record(c->d, guess.best,
					    strlen(guess.best));
}

static void
refuse_orphans(struct compile *c)
{
	size_t i;
	int r;

	for (i = 0; i < c->l->field_count; i++) {
		const struct layout_field *l = &c->l->fields[i];

		r = record_of(c, l);
		if (l->in == NULL && r == -1)
			compile_bad(c, l, CODE_CONFIG_VALUE,
				"field %s: in (its record) is missing",
				l->name == NULL ? "" : l->name);
		else if (l->in != NULL &&
			 definition_record(c->d, l->in, strlen(l->in)) == -1)
			compile_bad(c, l->in, CODE_CONFIG_NAME,
				"there is no record '%.40s'%s", l->in,
				compile_near(
					c, r == -1 ? NULL
						   : c->d->records[r].name));
	}
}

/* Columns of a line: as written, else up to the last that has a field. */
static void
count_columns(struct definition *d, struct record *r)
{
	int i;

	if (d->kind != FORMAT_DELIMITED || r->columns > 0)
		return;
	r->columns = r->when_column;
	for (i = r->first_field; i < r->first_field + r->field_count; i++)
		if (d->fields[i].column > r->columns)
			r->columns = d->fields[i].column;
}

/* Fields of one record lie together, whatever the order in the file. */
void
compile_fields(struct compile *c)
{
	struct definition *d = c->d;
	size_t i;
	int r, f;

	if (c->l->field_count == 0 ||
		c->l->field_count > DEFINITION_FIELDS_MAX) {
		compile_bad(c,
			c->l->field_count == 0 ? (const void *)c->l
					       : &c->l->fields[0],
			CODE_CONFIG_VALUE, "fields: 1 to %d of them",
			DEFINITION_FIELDS_MAX);
		return;
	}
	refuse_orphans(c);
	for (r = 0; r < d->record_count; r++) {
		d->records[r].first_field = d->field_count;
		for (i = 0; i < c->l->field_count; i++) {
			if (record_of(c, &c->l->fields[i]) != r)
				continue;
			compile_field(c, &c->l->fields[i], r, d->field_count);
			d->field_count++;
			d->records[r].field_count++;
		}
		count_columns(d, &d->records[r]);
	}
	for (f = 0; f < d->field_count; f++)
		if (d->fields[f].sign == SIGN_SPLIT)
			compile_sign_field(c, f);
}
