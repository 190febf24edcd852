/* formats/compile_check.c - rules of one record, and controls over all
 *
 * A check is a word of a closed list and names between brackets; there are no
 * expressions.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "base/text.h"
#include "formats/compile.h"

/* What can be compared with what. */
enum sort {
	SORT_TEXT,
	SORT_NUMBER, /* int, digits, year, period */
	SORT_MONEY,
	SORT_DATE
};

static enum sort
sort_of(const struct field *f)
{
	if (field_type_money(f->type))
		return SORT_MONEY;
	if (field_type_date(f->type))
		return SORT_DATE;
	if (f->type == FIELD_INT || f->type == FIELD_DIGITS ||
		f->type == FIELD_YEAR || f->type == FIELD_PERIOD ||
		f->type == FIELD_PERIOD_MONTH || f->type == FIELD_PERIOD_WEEKS)
		return SORT_NUMBER;
	return SORT_TEXT;
}

/* The next name of a list, ended; NULL after the last. */
static char *
next_name(char **rest)
{
	char *name = *rest, *comma;

	if (name == NULL)
		return NULL;
	comma = strchr(name, ',');
	*rest = comma == NULL ? NULL : comma + 1;
	if (comma != NULL)
		*comma = '\0';
	return text_trim(name);
}

/* --- rules --- */

static const char *const rules[] = { [RULE_EXACTLY_ONE] = "exactly_one",
	[RULE_AT_LEAST_ONE] = "at_least_one",
	[RULE_AT_MOST_ONE] = "at_most_one",
	[RULE_EQUAL] = "equal",
	[RULE_NOT_EQUAL] = "not_equal",
	[RULE_LESS] = "less",
	[RULE_NOT_MORE] = "not_more",
	[RULE_SAME_YEAR] = "same_year",
	NULL };

static bool
compares(enum rule_kind kind)
{
	return kind != RULE_EXACTLY_ONE && kind != RULE_AT_LEAST_ONE &&
	       kind != RULE_AT_MOST_ONE;
}

/* Two fields of a sort that the check can compare. */
static void
compile_pair(struct compile *c, const struct layout_rule *l, struct rule *out)
{
	const struct field *a, *b;
	bool ok;

	if (out->count != 2) {
		compile_bad(c, l->test, CODE_CONFIG_VALUE,
			"%s compares two fields", rules[out->kind]);
		return;
	}
	if (c->vague[out->of[0].field] || c->vague[out->of[1].field])
		return;
	a = &c->d->fields[out->of[0].field];
	b = &c->d->fields[out->of[1].field];
	if (out->kind == RULE_SAME_YEAR)
		ok = (a->type == FIELD_YEAR || sort_of(a) == SORT_DATE) &&
		     sort_of(b) == SORT_DATE;
	else if (out->kind == RULE_LESS || out->kind == RULE_NOT_MORE)
		ok = sort_of(a) == sort_of(b) && sort_of(a) != SORT_TEXT;
	else
		ok = sort_of(a) == sort_of(b);
	if (!ok)
		compile_bad(c, l->test, CODE_CONFIG_VALUE,
			"%s cannot compare %s (%s) with %s (%s)",
			rules[out->kind], a->name,
			field_type_words(a->type)->name, b->name,
			field_type_words(b->type)->name);
}

static void
compile_rule_name(struct compile *c, const struct layout_rule *l,
	struct rule *out, const char *name)
{
	int field, record;

	if (out->count == DEFINITION_RULE_MAX) {
		compile_bad(c, l->test, CODE_CONFIG_VALUE,
			"a rule of more than %d names", DEFINITION_RULE_MAX);
		return;
	}
	if (scope_find(c->d, out->record, name, strlen(name), &field,
		    &record) != SCOPE_RECORD ||
		compares(out->kind)) {
		field = compile_field_named(
			c, out->record, name, l->test, "test");
		if (field == -1)
			return;
		record = -1;
	}
	if (record != -1 && c->d->records[record].parent != out->record) {
		compile_bad(c, l->test, CODE_CONFIG_VALUE,
			"test: record %s is not right below %s; put the rule "
			"in %s",
			c->d->records[record].name,
			c->d->records[out->record].name,
			c->d->records[c->d->records[record].parent].name);
		return;
	}
	out->of[out->count].field = field;
	out->of[out->count++].record = record;
}

static bool
rule_record(struct compile *c, const struct layout_rule *l, struct rule *out)
{
	out->record = c->d->letter;
	if (l->in == NULL)
		return true;
	out->record = definition_record(c->d, l->in, strlen(l->in));
	if (out->record != -1)
		return true;
	compile_bad(c, l->in, CODE_CONFIG_NAME, "there is no record '%.40s'",
		l->in);
	return false;
}

static void
compile_rule(struct compile *c, const struct layout_rule *l, struct rule *out)
{
	char *names, *after, *name;
	const char *word;
	int kind, told;

	*out = (struct rule){ .name = l->name == NULL ? "" : l->name };
	out->bad = compile_fault(c, l->bad, BAD_REJECT);
	out->code = compile_code(c, l->code);
	if (l->name != NULL)
		(void)compile_name_ok(c, l->name, "rule");
	if (!rule_record(c, l, out) || l->test == NULL)
		return;
	if (!compile_call(l->test, &c->d->mem, &word, &names, &after) ||
		after[0] != '\0') {
		compile_bad(c, l->test, CODE_CONFIG_VALUE,
			"test: written as check(name, name)");
		return;
	}
	for (kind = 0; rules[kind] != NULL; kind++)
		if (strcmp(rules[kind], word) == 0)
			break;
	if (rules[kind] == NULL) {
		struct yaml_guess guess = { .word = word };

		for (kind = 0; rules[kind] != NULL; kind++)
			yaml_guess(&guess, rules[kind]);
		compile_bad(c, l->test, CODE_CONFIG_VALUE,
			"test: there is no check '%.30s'%s", word,
			compile_near(c, guess.best));
		return;
	}
	out->kind = (enum rule_kind)kind;
	told = c->mistakes->count;
	while ((name = next_name(&names)) != NULL)
		compile_rule_name(c, l, out, name);
	if (compares(out->kind) && c->mistakes->count == told)
		compile_pair(c, l, out);
}

/* --- controls --- */

static const char *const controls[] = { [CONTROL_ASCENDING] = "ascending",
	[CONTROL_UNIQUE] = "unique",
	[CONTROL_SEQUENCE] = "sequence",
	[CONTROL_COUNT] = "count",
	[CONTROL_SUM] = "sum",
	[CONTROL_HASH] = "hash",
	NULL };

static bool
has_total(enum control_kind kind)
{
	return kind == CONTROL_COUNT || kind == CONTROL_SUM ||
	       kind == CONTROL_HASH;
}

/* The field of a header or trailer behind the = sign. */
static void
compile_total(
	struct compile *c, const char *check, char *rest, struct control *out)
{
	const struct field *total;
	enum sort want;
	int f;

	if (rest[0] != '=' || rest[1] == '\0') {
		compile_bad(c, check, CODE_CONFIG_VALUE,
			"control: %s(..) = RECORD.field, the total in the file",
			controls[out->kind]);
		return;
	}
	f = compile_field_named(
		c, SCOPE_ALL, text_trim(rest + 1), check, "control");
	if (f == -1)
		return;
	total = &c->d->fields[f];
	out->total = f;
	if (c->d->records[total->record].occurs == OCCURS_ANY)
		compile_bad(c, check, CODE_CONFIG_VALUE,
			"control: a total is in the first or last record, and "
			"%s is neither",
			c->d->records[total->record].name);
	want = out->kind == CONTROL_SUM && out->field != -1
		       ? sort_of(&c->d->fields[out->field])
		       : SORT_NUMBER;
	if (!c->vague[f] && sort_of(total) != want)
		compile_bad(c, check, CODE_CONFIG_VALUE,
			"control: total %s is a %s, which is no %s",
			total->name, field_type_words(total->type)->name,
			want == SORT_MONEY ? "amount" : "number");
}

static void
compile_counted(struct compile *c, const char *check, const char *name,
	struct control *out)
{
	const struct field *f;
	bool ok = true;

	if (out->kind == CONTROL_COUNT) {
		out->record = definition_record(c->d, name, strlen(name));
		if (out->record == -1)
			compile_bad(c, check, CODE_CONFIG_NAME,
				"control: there is no record '%.40s'", name);
		return;
	}
	/* What the letter's record has needs no record before it. */
	out->field = definition_field(c->d, c->d->letter, name, strlen(name));
	if (out->field == -1)
		out->field = compile_field_named(
			c, SCOPE_ALL, name, check, "control");
	if (out->field == -1)
		return;
	f = &c->d->fields[out->field];
	out->record = f->record;
	if (out->kind == CONTROL_SUM)
		ok = sort_of(f) == SORT_MONEY || f->type == FIELD_INT;
	else if (out->kind == CONTROL_SEQUENCE)
		ok = f->type == FIELD_INT || f->type == FIELD_DIGITS;
	else if (out->kind == CONTROL_HASH)
		ok = f->type == FIELD_BSN || f->type == FIELD_RSIN ||
		     sort_of(f) == SORT_NUMBER;
	if (!ok && !c->vague[out->field])
		compile_bad(c, check, CODE_CONFIG_VALUE,
			"control: %s of %s, which is a %s", controls[out->kind],
			f->name, field_type_words(f->type)->name);
}

static void
compile_control(
	struct compile *c, const struct layout_control *l, struct control *out)
{
	struct yaml_guess guess;
	char *name, *rest;
	const char *word;
	int kind, told;

	*out = (struct control){
		.record = -1, .field = -1, .total = -1, .text = l->check
	};
	out->code = compile_code(c, l->code);
	if (l->check == NULL)
		return;
	if (!compile_call(l->check, &c->d->mem, &word, &name, &rest)) {
		compile_bad(c, l->check, CODE_CONFIG_VALUE,
			"check: written as unique(field) or count(RECORD) = "
			"RECORD.field");
		return;
	}
	guess = (struct yaml_guess){ .word = word };
	for (kind = 0; controls[kind] != NULL; kind++) {
		if (strcmp(controls[kind], word) == 0)
			break;
		yaml_guess(&guess, controls[kind]);
	}
	if (controls[kind] == NULL) {
		compile_bad(c, l->check, CODE_CONFIG_VALUE,
			"check: there is no check '%.30s'%s", word,
			compile_near(c, guess.best));
		return;
	}
	out->kind = (enum control_kind)kind;
	out->bad = compile_fault(c, l->bad,
		has_total(out->kind)		 ? BAD_STOP
		: out->kind == CONTROL_ASCENDING ? BAD_WARN
						 : BAD_REJECT);
	told = c->mistakes->count;
	compile_counted(c, l->check, name, out);
	if (c->mistakes->count > told)
		return;
	if (has_total(out->kind)) {
		compile_total(c, l->check, rest, out);
		if (out->bad != BAD_STOP && out->bad != BAD_WARN)
			compile_bad(c, l->bad, CODE_CONFIG_VALUE,
				"bad: a total that differs can stop or warn");
	} else if (rest[0] != '\0') {
		compile_bad(c, l->check, CODE_CONFIG_VALUE,
			"check: %s(field) has nothing behind it", word);
	}
}

void
compile_checks(struct compile *c)
{
	struct definition *d = c->d;
	size_t i;

	d->rules = arena_alloc(
		&d->mem, (c->l->rule_count + 1) * sizeof(*d->rules));
	d->controls = arena_alloc(
		&d->mem, (c->l->control_count + 1) * sizeof(*d->controls));
	if (c->l->rule_count > CHECKS_MAX || c->l->control_count > CHECKS_MAX) {
		compile_bad(c, c->l, CODE_CONFIG_VALUE,
			"at most %d rules and %d controls", CHECKS_MAX,
			CHECKS_MAX);
		return;
	}
	for (i = 0; i < c->l->rule_count; i++)
		compile_rule(c, &c->l->rules[i], &d->rules[d->rule_count++]);
	for (i = 0; i < c->l->control_count; i++)
		compile_control(c, &c->l->controls[i],
			&d->controls[d->control_count++]);
}
