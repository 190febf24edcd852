/* formats/rule.c - checks of one record, all its fields there
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "base/clock.h"
#include "formats/reading.h"

static bool
is_number(const struct field *f, const struct value *v)
{
	switch (f->type) {
	case FIELD_INT:
	case FIELD_DIGITS:
	case FIELD_YEAR:
	case FIELD_PERIOD_MONTH:
	case FIELD_PERIOD_WEEKS:
	case FIELD_PERIOD:
		return v->len <= 18;
	case FIELD_TEXT:
	case FIELD_NAME:
	case FIELD_ALPHA:
	case FIELD_LETTER:
	case FIELD_ALNUM:
	case FIELD_OIN:
	case FIELD_BSN:
	case FIELD_RSIN:
	case FIELD_ANPID:
	case FIELD_KVK:
	case FIELD_IBAN:
	case FIELD_POSTCODE:
	case FIELD_COUNTRY:
	case FIELD_COUNTRY_BRP:
	case FIELD_DATE_YMD:
	case FIELD_DATE_ISO:
	case FIELD_DATE_DMY:
	case FIELD_TIME:
	case FIELD_MONEY_COMMA:
	case FIELD_MONEY_POINT:
	case FIELD_MONEY_INT:
	case FIELD_MONEY_IMPLIED:
	case FIELD_BOOL_JN:
	case FIELD_BOOL_10:
	case FIELD_BOOL_TRUE:
	case FIELD_ENUM:
	case FIELD_FILENAME:
	case FIELD_SHA256:
	case FIELD_TYPES:
		break;
	}
	return false;
}

static int
order(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

int
value_order(const struct field *a, const struct value *x, const struct field *b,
	const struct value *y)
{
	if (field_type_money(a->type) && field_type_money(b->type))
		return order(x->cents, y->cents);
	if (field_type_date(a->type) && field_type_date(b->type))
		return order(x->days, y->days);
	if (field_type_bool(a->type) && field_type_bool(b->type))
		return order(x->yes, y->yes);
	if (is_number(a, x) && is_number(b, y))
		return order(x->number, y->number);
	return strcmp(x->text, y->text);
}

/* Of a year, a date, or a period written yyyypp. */
static int64_t
year_of(const struct field *f, const struct value *v)
{
	int year, month, day;

	if (field_type_date(f->type)) {
		clock_date(v->days, &year, &month, &day);
		return year;
	}
	return f->type == FIELD_PERIOD || f->type == FIELD_PERIOD_MONTH ||
			       f->type == FIELD_PERIOD_WEEKS
		       ? v->number / 100
		       : v->number;
}

static int
how_many(const struct reading *r, const struct rule *rule)
{
	int i, n = 0;

	for (i = 0; i < rule->count; i++)
		n += rule->of[i].field >= 0
			     ? r->values[rule->of[i].field].text != NULL
			     : r->below[rule->of[i].record] > 0;
	return n;
}

/* The first against each of the others; what is absent is not compared. */
static const char *
compared(const struct reading *r, const struct rule *rule)
{
	const struct field *a = &r->d->fields[rule->of[0].field], *b;
	const struct value *x = &r->values[rule->of[0].field], *y;
	int i, is;

	for (i = 1; i < rule->count && x->text != NULL; i++) {
		b = &r->d->fields[rule->of[i].field];
		y = &r->values[rule->of[i].field];
		if (y->text == NULL)
			continue;
		if (rule->kind == RULE_SAME_YEAR) {
			if (year_of(a, x) != year_of(b, y))
				return "not in the same year";
			continue;
		}
		is = value_order(a, x, b, y);
		if (rule->kind == RULE_EQUAL && is != 0)
			return "they differ";
		if (rule->kind == RULE_NOT_EQUAL && is == 0)
			return "they are the same";
		if (rule->kind == RULE_LESS && is >= 0)
			return "the first is not less than the second";
		if (rule->kind == RULE_NOT_MORE && is > 0)
			return "the first is more than the second";
	}
	return NULL;
}

static enum code
code_of(const struct reading *r, const struct rule *rule)
{
	enum field_type type = r->d->fields[rule->of[0].field].type;

	if (rule->code != CODE_NONE)
		return rule->code;
	if (rule->kind == RULE_SAME_YEAR || field_type_date(type))
		return CODE_DATE;
	return field_type_money(type) ? CODE_AMOUNT : CODE_FIELD_FORM;
}

/* NULL: it holds. */
static const char *
broken(const struct reading *r, const struct rule *rule, enum code *code_out)
{
	int n;

	switch (rule->kind) {
	case RULE_EXACTLY_ONE:
	case RULE_AT_LEAST_ONE:
	case RULE_AT_MOST_ONE:
		n = how_many(r, rule);
		if (n == 0 && rule->kind != RULE_AT_MOST_ONE) {
			*code_out = rule->code != CODE_NONE ? rule->code
							    : CODE_FIELD_ABSENT;
			return "none of them is there";
		}
		if (n > 1 && rule->kind != RULE_AT_LEAST_ONE) {
			*code_out = rule->code != CODE_NONE ? rule->code
							    : CODE_TWO_IDS;
			return "more than one of them is there";
		}
		return NULL;
	case RULE_EQUAL:
	case RULE_NOT_EQUAL:
	case RULE_LESS:
	case RULE_NOT_MORE:
	case RULE_SAME_YEAR:
		*code_out = code_of(r, rule);
		return compared(r, rule);
	}
	return NULL;
}

enum verdict
rules_check(struct reading *r, int record, struct fault *why)
{
	enum verdict v = V_OK;
	int i;

	for (i = 0; v == V_OK && i < r->d->rule_count; i++) {
		const struct rule *rule = &r->d->rules[i];
		enum code code = CODE_NONE;
		const char *reason;

		if (rule->record != record)
			continue;
		reason = broken(r, rule, &code);
		if (reason != NULL)
			v = reading_mistake(r, record, rule->bad, code,
				rule->name, reason, why);
	}
	return v;
}
