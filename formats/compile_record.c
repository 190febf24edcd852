/* formats/compile_record.c - the records, which of them makes a letter, and
 * their keys and links
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "formats/compile.h"

/* --- how a line is known --- */

/* "1=VL" */
static bool
when_column(const char *text, struct record *out)
{
	if (!compile_number(&text, COLUMNS_MAX, &out->when_column) ||
		*text != '=' || text[1] == '\0')
		return false;
	out->when = text + 1;
	return true;
}

/* "1-2=00" */
static bool
when_place(const char *text, const struct definition *d, struct record *out)
{
	int to;

	if (!compile_number(&text, RECORD_BYTES_MAX, &out->when_at) ||
		*text++ != '-' ||
		!compile_number(&text, RECORD_BYTES_MAX, &to) || *text != '=' ||
		to < out->when_at)
		return false;
	out->when_bytes = to - out->when_at + 1;
	out->when = text + 1;
	return strlen(out->when) == (size_t)out->when_bytes &&
	       (d->record_bytes == 0 || to <= d->record_bytes);
}

static void
compile_when(
	struct compile *c, const struct layout_record *l, struct record *out)
{
	bool xml = c->d->kind == FORMAT_XML;

	if (l->at != NULL && !xml)
		compile_bad(c, l->at, CODE_CONFIG_VALUE,
			"record %s: at is for xml; here a line is known by "
			"when",
			out->name);
	if (xml && l->at == NULL)
		compile_bad(c, l, CODE_CONFIG_VALUE,
			"record %s: at (its path) is missing", out->name);
	if (xml && l->when != NULL)
		compile_bad(c, l->when, CODE_CONFIG_VALUE,
			"record %s: when is not for xml", out->name);
	if (xml || (l->when == NULL && c->l->record_count == 1))
		return;
	if (l->when == NULL)
		compile_bad(c, l, CODE_CONFIG_VALUE,
			"record %s: when (how its lines are known) is missing",
			out->name);
	else if (c->d->kind == FORMAT_DELIMITED && !when_column(l->when, out))
		compile_bad(c, l->when, CODE_CONFIG_VALUE,
			"record %s: when is written as column=value: 1=VL",
			out->name);
	else if (c->d->kind == FORMAT_FIXED && !when_place(l->when, c->d, out))
		compile_bad(c, l->when, CODE_CONFIG_VALUE,
			"record %s: when is written as from-to=value, the "
			"value as long as the place: 1-2=00",
			out->name);
}

/* Two kinds of line must differ. */
static void
refuse_same_when(struct compile *c, int record)
{
	const struct record *a = &c->d->records[record], *b;
	int i;

	for (i = 0; a->when != NULL && i < record; i++) {
		b = &c->d->records[i];
		if (b->when != NULL && b->when_column == a->when_column &&
			b->when_at == a->when_at &&
			strcmp(a->when, b->when) == 0) {
			compile_bad(c, c->l->records[record].when,
				CODE_CONFIG_DOUBLE,
				"records %s and %s are known by the same",
				b->name, a->name);
			return;
		}
	}
}

/* --- one record --- */

static void
compile_count(
	struct compile *c, const struct layout_record *l, struct record *out)
{
	bool once = out->occurs != OCCURS_ANY;

	out->min = l->min != LAYOUT_ABSENT ? l->min : once ? 1 : 0;
	out->max = l->max != LAYOUT_ABSENT ? l->max
		   : once		   ? 1
		   : out->parent != -1	   ? 500
					   : c->d->records_max;
	if (out->max < 1 || out->min > out->max)
		compile_bad(c, l->max != LAYOUT_ABSENT ? &l->max : &l->min,
			CODE_CONFIG_VALUE,
			"record %s: min and max contradict each other",
			out->name);
	if (once && out->max > 1)
		compile_bad(c, &l->max, CODE_CONFIG_VALUE,
			"record %s occurs once, so max is 1", out->name);
	if (l->columns == LAYOUT_ABSENT)
		return;
	if (c->d->kind != FORMAT_DELIMITED || l->columns < 1 ||
		l->columns > COLUMNS_MAX)
		compile_bad(c, &l->columns, CODE_CONFIG_VALUE,
			"record %s: columns is 1 to %d, for kind delimited",
			out->name, COLUMNS_MAX);
	else
		out->columns = (int)l->columns;
}

static void
compile_parent(
	struct compile *c, const struct layout_record *l, struct record *out)
{
	struct yaml_guess guess = { .word = l->parent };
	int i;

	if (l->parent == NULL)
		return;
	i = definition_record(c->d, l->parent, strlen(l->parent));
	if (i == -1) {
		for (i = 0; i < c->d->record_count; i++)
			yaml_guess(&guess, c->d->records[i].name);
		compile_bad(c, l->parent, CODE_CONFIG_NAME,
			"record %s: there is no record '%.40s' before it%s",
			out->name, l->parent, compile_near(c, guess.best));
		if (guess.best == NULL)
			return;
		/* What was probably meant, so that the rest stands. */
		i = definition_record(c->d, guess.best, strlen(guess.best));
	}
	if (c->d->records[i].occurs != OCCURS_ANY || out->occurs != OCCURS_ANY)
		compile_bad(c, l->parent, CODE_CONFIG_VALUE,
			"record %s: a record that occurs once has no parent "
			"and is none",
			out->name);
	else
		out->parent = i;
}

static void
compile_record(
	struct compile *c, const struct layout_record *l, struct record *out)
{
	static const char *const words[] = { [OCCURS_ANY] = "any",
		[OCCURS_FIRST] = "first",
		[OCCURS_LAST] = "last",
		NULL };
	int i;

	*out = (struct record){ .name = l->name == NULL ? "" : l->name,
		.parent = -1 };
	if (l->name != NULL && compile_name_ok(c, l->name, "record") &&
		definition_record(c->d, l->name, strlen(l->name)) != -1)
		compile_bad(c, l->name, CODE_CONFIG_DOUBLE,
			"two records are named %s", l->name);
	out->occurs = (enum record_occurs)compile_word(
		c, l->occurs, "occurs", words, OCCURS_ANY);
	for (i = 0; out->occurs != OCCURS_ANY && i < c->d->record_count; i++)
		if (c->d->records[i].occurs == out->occurs)
			compile_bad(c, l->occurs, CODE_CONFIG_DOUBLE,
				"records %s and %s cannot both be the %s",
				c->d->records[i].name, out->name, l->occurs);
	compile_parent(c, l, out);
	compile_count(c, l, out);
	compile_when(c, l, out);
}

/* --- the whole --- */

/* The letter's record: as the letter says, else the first with a key. */
static void
find_letter(struct compile *c)
{
	const char *name = c->l->letter.record;
	struct definition *d = c->d;
	size_t i;

	if (name != NULL) {
		d->letter = definition_record(d, name, strlen(name));
		if (d->letter == -1)
			compile_bad(c, name, CODE_CONFIG_NAME,
				"letter: there is no record '%.40s'", name);
	}
	for (i = 0; d->letter == -1 && i < (size_t)d->record_count; i++)
		if (c->l->records[i].key_count > 0)
			d->letter = (int)i;
	if (d->letter == -1) {
		compile_bad(c, &c->l->letter, CODE_CONFIG_VALUE,
			"no record has a key: two letters with the same key "
			"are the same letter");
		return;
	}
	if (d->records[d->letter].occurs != OCCURS_ANY)
		compile_bad(c, &c->l->records[d->letter], CODE_CONFIG_VALUE,
			"record %s occurs once and cannot make the letters",
			d->records[d->letter].name);
}

void
compile_records(struct compile *c)
{
	struct definition *d = c->d;
	size_t i;

	if (c->l->record_count == 0 ||
		c->l->record_count > DEFINITION_RECORDS_MAX) {
		compile_bad(c,
			c->l->record_count == 0 ? (const void *)c->l
						: &c->l->records[0],
			CODE_CONFIG_VALUE, "records: 1 to %d of them",
			DEFINITION_RECORDS_MAX);
		return;
	}
	for (i = 0; i < c->l->record_count; i++) {
		compile_record(c, &c->l->records[i], &d->records[i]);
		d->record_count++;
		refuse_same_when(c, (int)i);
	}
	if (d->kind == FORMAT_XML)
		compile_record_paths(c);
	find_letter(c);
}

/* --- keys, links, lines: when the fields are there --- */

static void
compile_key(struct compile *c, int record)
{
	const struct layout_record *l = &c->l->records[record];
	struct record *out = &c->d->records[record];
	size_t i;
	int f, k;

	if (l->key_count > 0 && record != c->d->letter) {
		compile_bad(c, l->keys[0], CODE_CONFIG_VALUE,
			"record %s: only %s, which makes the letters, has a "
			"key",
			out->name, c->d->records[c->d->letter].name);
		return;
	}
	if (l->key_count == 0 && record == c->d->letter)
		compile_bad(c, l, CODE_CONFIG_VALUE,
			"record %s needs a key: two letters with the same key "
			"are the same letter",
			out->name);
	for (i = 0; i < l->key_count; i++) {
		if (l->keys[i] == NULL)
			continue;
		if (i == DEFINITION_KEYS_MAX) {
			compile_bad(c, l->keys[i], CODE_CONFIG_VALUE,
				"a key of more than %d fields",
				DEFINITION_KEYS_MAX);
			return;
		}
		f = compile_field_named(
			c, record, l->keys[i], l->keys[i], "key");
		for (k = 0; f != -1 && k < out->key_count; k++)
			if (out->key[k] == f)
				compile_bad(c, l->keys[i], CODE_CONFIG_DOUBLE,
					"key: %s is named twice", l->keys[i]);
		if (f != -1)
			out->key[out->key_count++] = f;
	}
}

/* "volgnr", or "volgnr=nummer" when the parent calls it so. */
static void
compile_link(struct compile *c, int record, const char *text)
{
	struct record *out = &c->d->records[record];
	const char *other = strchr(text, '=');
	char *name, *above;
	int a, b;

	name = text_trim(arena_text(&c->d->mem, text,
		other == NULL ? strlen(text) : (size_t)(other - text)));
	above = other == NULL ? name
			      : text_trim(arena_text(&c->d->mem, other + 1,
					strlen(other + 1)));
	a = definition_field(c->d, record, name, strlen(name));
	b = definition_field(c->d, out->parent, above, strlen(above));
	if (a == -1 || b == -1) {
		compile_bad(c, text, CODE_CONFIG_NAME,
			"link: record %s has no field '%.40s'",
			a == -1 ? out->name : c->d->records[out->parent].name,
			a == -1 ? name : above);
		return;
	}
	out->link[out->link_count] = a;
	out->link_parent[out->link_count++] = b;
}

static void
compile_links(struct compile *c, int record)
{
	const struct layout_record *l = &c->l->records[record];
	size_t i;

	if (l->link_count > 0 && (c->d->records[record].parent == -1 ||
					 l->link_count > DEFINITION_KEYS_MAX)) {
		compile_bad(c, l->links[0], CODE_CONFIG_VALUE,
			"link: at most %d, of a record with a parent",
			DEFINITION_KEYS_MAX);
		return;
	}
	for (i = 0; i < l->link_count; i++)
		if (l->links[i] != NULL)
			compile_link(c, record, l->links[i]);
}

/* "kolom=0": no line when the field has that value. */
static void
compile_unless(
	struct compile *c, const char *text, int record, struct template *out)
{
	const char *is = strchr(text, '=');

	if (is == NULL || is[1] == '\0' || out->count == 0) {
		compile_bad(c, text, CODE_CONFIG_VALUE,
			"line_unless: written as field=value, for a record "
			"with a line");
		return;
	}
	out->unless = definition_field(c->d, record, text, (size_t)(is - text));
	if (out->unless == -1)
		compile_bad(c, text, CODE_CONFIG_NAME,
			"line_unless: record %s has no field '%.*s'",
			c->d->records[record].name,
			is - text > 40 ? 40 : (int)(is - text), text);
	else
		out->unless_text = is + 1;
}

static void
compile_line(struct compile *c, int record)
{
	const struct layout_record *l = &c->l->records[record];
	struct record *out = &c->d->records[record];
	struct template t;
	struct fault f;
	int i;

	if (l->line_unless != NULL && l->line == NULL)
		compile_unless(c, l->line_unless, record, &out->lines);
	if (l->line == NULL)
		return;
	if (!definition_below(c->d, record, c->d->letter)) {
		compile_bad(c, l->line, CODE_CONFIG_VALUE,
			"record %s: only records below %s have a line in its "
			"text",
			out->name, c->d->records[c->d->letter].name);
		return;
	}
	if (template_parse(c->d, l->line, record, &c->d->mem, &t, &f) != V_OK) {
		compile_bad(c, l->line, f.code, "line: %s", f.text);
		/* A text that names these lines is right to do so. */
		out->lines.count = 1;
		out->lines.part[0].text = "";
		return;
	}
	for (i = 0; i < t.count; i++)
		if (t.part[i].record != -1)
			compile_bad(c, l->line, CODE_CONFIG_VALUE,
				"line: lines cannot stand in a line");
	if (l->line_unless != NULL)
		compile_unless(c, l->line_unless, record, &t);
	out->lines = t;
}

void
compile_keys(struct compile *c)
{
	int i;

	assert(c->d->letter != -1);
	for (i = 0; i < c->d->record_count; i++) {
		compile_key(c, i);
		compile_links(c, i);
		compile_line(c, i);
	}
}
