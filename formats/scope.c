/* formats/scope.c - what a name in a definition means
 *
 * A record sees its own fields first, then those of the records above it and
 * of the header.  A name that two of these have must be written RECORD.field.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "formats/compile.h"

static bool
same(const char *name, const char *text, size_t len)
{
	return strlen(name) == len && memcmp(name, text, len) == 0;
}

int
definition_record(const struct definition *d, const char *name, size_t len)
{
	int i;

	for (i = 0; i < d->record_count; i++)
		if (same(d->records[i].name, name, len))
			return i;
	return -1;
}

int
definition_field(
	const struct definition *d, int record, const char *name, size_t len)
{
	const struct record *r = &d->records[record];
	int i;

	assert(record >= 0 && record < d->record_count);
	for (i = r->first_field; i < r->first_field + r->field_count; i++)
		if (same(d->fields[i].name, name, len))
			return i;
	return -1;
}

/* Somewhere below, at any depth. */
bool
definition_below(const struct definition *d, int record, int of)
{
	while (record != -1 && d->records[record].parent != of)
		record = d->records[record].parent;
	return record != -1;
}

/* Which records `record` can name, apart from itself. */
static bool
seen(const struct definition *d, int record, int other)
{
	if (record == SCOPE_ALL)
		return true;
	return other != record &&
	       (definition_below(d, record, other) ||
		       d->records[other].occurs == OCCURS_FIRST);
}

static enum scope_answer
dotted(const struct definition *d, int record, const char *name, size_t len,
	const char *dot, int *field_out)
{
	size_t head = (size_t)(dot - name);
	int other = definition_record(d, name, head);

	if (other == -1 || (other != record && !seen(d, record, other)))
		return SCOPE_NONE;
	*field_out = definition_field(d, other, dot + 1, len - head - 1);
	return *field_out == -1 ? SCOPE_NONE : SCOPE_FIELD;
}

enum scope_answer
scope_find(const struct definition *d, int record, const char *name, size_t len,
	int *field_out, int *record_out)
{
	const char *dot = memchr(name, '.', len);
	int below, found = -1, f, i;

	*field_out = *record_out = -1;
	if (dot != NULL)
		return dotted(d, record, name, len, dot, field_out);
	below = definition_record(d, name, len);
	if (record == SCOPE_ALL || below == -1 ||
		!definition_below(d, below, record))
		below = -1;
	if (record != SCOPE_ALL)
		found = definition_field(d, record, name, len);
	for (i = 0; found == -1 && i < d->record_count; i++) {
		int j;

		f = seen(d, record, i) ? definition_field(d, i, name, len) : -1;
		if (f == -1)
			continue;
		found = f;
		for (j = i + 1; j < d->record_count; j++)
			if (seen(d, record, j) &&
				definition_field(d, j, name, len) != -1)
				return SCOPE_AMBIGUOUS;
	}
	if (found != -1 && below != -1)
		return SCOPE_AMBIGUOUS;
	*field_out = found;
	*record_out = below;
	return found != -1   ? SCOPE_FIELD
	       : below != -1 ? SCOPE_RECORD
			     : SCOPE_NONE;
}

const char *
scope_guess(const struct definition *d, int record, const char *name)
{
	const char *dot = strchr(name, '.');
	struct yaml_guess guess = { .word = dot == NULL ? name : dot + 1 };
	int only = dot == NULL
			   ? -1
			   : definition_record(d, name, (size_t)(dot - name));
	int i;

	for (i = 0; i < d->field_count; i++) {
		int of = d->fields[i].record;

		if (only != -1 ? of == only
			       : of == record || seen(d, record, of))
			yaml_guess(&guess, d->fields[i].name);
	}
	return guess.best;
}

int
compile_field_named(struct compile *c, int record, const char *name,
	const void *at, const char *what)
{
	const char *near;
	int field, below;

	switch (scope_find(c->d, record, name, strlen(name), &field, &below)) {
	case SCOPE_FIELD:
		return field;
	case SCOPE_AMBIGUOUS:
		compile_bad(c, at, CODE_CONFIG_NAME,
			"%s: '%.40s' is in more than one record; write "
			"RECORD.%.40s",
			what, name, name);
		return -1;
	case SCOPE_RECORD:
	case SCOPE_NONE:
		break;
	}
	near = scope_guess(c->d, record, name);
	compile_bad(c, at, CODE_CONFIG_NAME,
		"%s: there is no field '%.40s'%s%s%s", what, name,
		record == SCOPE_ALL ? "" : " for record ",
		record == SCOPE_ALL ? "" : c->d->records[record].name,
		compile_near(c, near));
	return -1;
}
