/* formats/control.c - checks over all records
 *
 * A payload's own totals are compared with what was read.  A record whose type
 * is known counts, however wrong it is.  A sum needs every value: where one
 * cannot be read the total can neither be proved nor disproved, and the file
 * is refused like one whose total differs, unless the control says `bad:
 * warn`: never send part of a file whose total is in doubt.  A hash total
 * needs only digits, so a citizen number that fails its own test still counts.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/reading.h"

#define NUMBER_TEXT_MAX 32

void
controls_init(struct reading *r)
{
	int i;

	r->totals =
		mem_zero((size_t)r->d->control_count + 1, sizeof(*r->totals));
	for (i = 0; i < r->d->control_count; i++)
		if (r->d->controls[i].kind == CONTROL_UNIQUE)
			seen_init(&r->totals[i].seen, 0);
}

void
controls_done(struct reading *r)
{
	int i;

	for (i = 0; i < r->d->control_count; i++) {
		seen_done(&r->totals[i].seen);
		free(r->totals[i].last_text);
	}
	free(r->totals);
}

void
controls_part(struct reading *r)
{
	int i;

	for (i = 0; i < r->d->control_count; i++) {
		r->totals[i].part = 0;
		r->totals[i].unknown = false;
		r->totals[i].next = 1;
		r->totals[i].last.text = NULL;
	}
}

void
controls_below(struct reading *r, int parent)
{
	int i;

	for (i = 0; i < r->d->control_count; i++) {
		const struct control *c = &r->d->controls[i];

		if (c->kind == CONTROL_SEQUENCE &&
			r->d->records[c->record].parent == parent) {
			r->totals[i].next = 1;
			r->totals[i].unknown = false;
		}
	}
}

size_t
controls_bytes(const struct reading *r)
{
	size_t bytes = 0;
	int i;

	for (i = 0; i < r->d->control_count; i++)
		bytes += seen_bytes(&r->totals[i].seen);
	return bytes;
}

/* --- one record after the other --- */

static void
remember(struct total *t, const struct value *value)
{
	if (value->len + 1 > t->last_size) {
		t->last_size = value->len + 32;
		t->last_text = mem_grow(t->last_text, t->last_size);
	}
	memcpy(t->last_text, value->text, value->len + 1);
	t->last = *value;
	t->last.text = t->last_text;
}

/* Plain digits are compared as text: a moment may be written to the day or to
 * the millisecond.
 */
static bool
goes_back(const struct field *f, const struct value *last,
	const struct value *value)
{
	if (last->text == NULL)
		return false;
	if (f->type == FIELD_DIGITS)
		return strcmp(value->text, last->text) < 0;
	return value_order(f, value, f, last) < 0;
}

static const char *
in_order(struct reading *r, int i, enum code *code_out)
{
	const struct control *c = &r->d->controls[i];
	const struct value *value = &r->values[c->field];
	struct total *t = &r->totals[i];
	bool back;

	switch (c->kind) {
	case CONTROL_ASCENDING:
		back = goes_back(&r->d->fields[c->field], &t->last, value);
		remember(t, value);
		*code_out = CODE_ORDER;
		return back ? "smaller than in the record before" : NULL;
	case CONTROL_UNIQUE:
		*code_out = CODE_DOUBLE;
		return seen_add(&t->seen, value->text)
			       ? NULL
			       : "the same value as an earlier record";
	case CONTROL_SEQUENCE:
		/* Behind a number that cannot be read any higher one may be
		 * right.
		 */
		back = t->unknown ? value->number < t->next
				  : value->number != t->next;
		t->unknown = false;
		t->next = value->number < INT64_MAX ? value->number + 1 : 1;
		*code_out = CODE_ORPHAN;
		return back ? "not the next number" : NULL;
	case CONTROL_COUNT:
	case CONTROL_SUM:
	case CONTROL_HASH:
		break;
	}
	return NULL;
}

enum verdict
controls_check(struct reading *r, int record, struct fault *why)
{
	enum verdict v = V_OK;
	int i;

	for (i = 0; v == V_OK && i < r->d->control_count; i++) {
		const struct control *c = &r->d->controls[i];
		enum code code = CODE_NONE;
		const char *reason;

		if (c->record != record || c->field < 0)
			continue;
		if (r->values[c->field].text == NULL) {
			/* It may have had one, and must cost itself only. */
			if (c->kind == CONTROL_SEQUENCE &&
				r->now[record].spoiled)
				r->totals[i].unknown = true;
			continue;
		}
		reason = in_order(r, i, &code);
		if (reason != NULL)
			v = reading_mistake(r, record, c->bad,
				c->code != CODE_NONE ? c->code : code,
				r->d->fields[c->field].name, reason, why);
	}
	return v;
}

/* --- totals --- */

static bool
is_total(const struct control *c)
{
	return c->kind == CONTROL_COUNT || c->kind == CONTROL_SUM ||
	       c->kind == CONTROL_HASH;
}

/* The number that digits make; false when it is none, or too large. */
static bool
digits(const char *text, int64_t *out)
{
	int64_t n = 0;

	if (text == NULL || *text == '\0')
		return false;
	for (; *text != '\0'; text++)
		if (*text < '0' || *text > '9' ||
			__builtin_mul_overflow(n, 10, &n) ||
			__builtin_add_overflow(n, *text - '0', &n))
			return false;
	*out = n;
	return true;
}

static void
add(struct total *t, int64_t n)
{
	if (__builtin_add_overflow(t->part, n, &t->part) ||
		__builtin_add_overflow(t->all, n, &t->all))
		t->unknown = true;
}

void
controls_unreadable(struct reading *r, int field, const char *text)
{
	int64_t n;
	int i;

	for (i = 0; i < r->d->control_count; i++) {
		const struct control *c = &r->d->controls[i];

		if (c->field != field ||
			(!is_total(c) && c->kind != CONTROL_SEQUENCE))
			continue;
		if (c->kind == CONTROL_HASH && digits(text, &n))
			add(&r->totals[i], n);
		else
			r->totals[i].unknown = true;
	}
}

void
controls_take(struct reading *r, int record)
{
	int64_t n;
	int i;

	for (i = 0; i < r->d->control_count; i++) {
		const struct control *c = &r->d->controls[i];
		const struct value *value;

		if (c->record != record || !is_total(c))
			continue;
		if (c->kind == CONTROL_COUNT) {
			add(&r->totals[i], 1);
			continue;
		}
		value = &r->values[c->field];
		if (value->text == NULL) {
			/* Absent is nothing; with a spoiled line who knows. */
			if (r->now[record].spoiled)
				r->totals[i].unknown = true;
		} else if (c->kind == CONTROL_HASH) {
			if (digits(value->text, &n))
				add(&r->totals[i], n);
			else
				r->totals[i].unknown = true;
		} else {
			add(&r->totals[i],
				field_type_money(r->d->fields[c->field].type)
					? value->cents
					: value->number);
		}
	}
}

static bool
in_money(const struct reading *r, const struct control *c)
{
	return c->kind == CONTROL_SUM &&
	       field_type_money(r->d->fields[c->field].type);
}

static const char *
number_text(bool money, int64_t n, char out[NUMBER_TEXT_MAX])
{
	uint64_t u = n < 0 ? -(uint64_t)n : (uint64_t)n;

	if (money)
		snprintf(out, NUMBER_TEXT_MAX, "%s%" PRIu64 ",%02" PRIu64,
			n < 0 ? "-" : "", u / 100, u % 100);
	else
		snprintf(out, NUMBER_TEXT_MAX, "%" PRId64, n);
	return out;
}

static const char *
what_of(const struct reading *r, const struct control *c)
{
	return c->kind == CONTROL_COUNT ? r->d->records[c->record].name
					: r->d->fields[c->field].name;
}

/* "" when the payload's own total is what was read. */
static void
compare(const struct reading *r, int i, const struct value *said, char *out,
	size_t size)
{
	const struct control *c = &r->d->controls[i];
	const struct total *t = &r->totals[i];
	const char *total = r->d->fields[c->total].name;
	char ours[NUMBER_TEXT_MAX], theirs[NUMBER_TEXT_MAX];
	bool money = in_money(r, c);
	int64_t n = said->number;

	out[0] = '\0';
	if (field_type_money(r->d->fields[c->total].type))
		n = said->cents;
	else if (c->kind == CONTROL_HASH && !digits(said->text, &n))
		n = -1;
	if (t->unknown)
		snprintf(out, size,
			"%.60s cannot be compared: a %.60s cannot be read",
			total, what_of(r, c));
	else if (n == t->part)
		return;
	else if (c->kind == CONTROL_HASH) /* made of citizen numbers */
		snprintf(out, size, "the hash total of %.60s differs",
			what_of(r, c));
	else
		snprintf(out, size, "%.60s says %s, %s of %.60s is %s", total,
			number_text(money, n, theirs),
			c->kind == CONTROL_COUNT ? "the count" : "the sum",
			what_of(r, c), number_text(money, t->part, ours));
}

static enum verdict
doubt(struct reading *r, const struct control *c, const char *reason,
	struct fault *why)
{
	enum code code = c->code != CODE_NONE ? c->code : CODE_TOTALS;
	int record = r->d->fields[c->total].record;

	switch (c->bad) {
	case BAD_WARN:
	case BAD_PAPER:
		reading_remark_in(
			r, record, code, r->d->fields[c->total].name, reason);
		return V_OK;
	case BAD_REJECT:
	case BAD_STOP:
		break;
	}
	return fault_set(why, V_BROKEN, code, "%s", reason);
}

enum verdict
controls_end(struct reading *r, struct fault *why)
{
	char reason[FAULT_TEXT_MAX];
	enum verdict v = V_OK;
	int i;

	for (i = 0; v == V_OK && i < r->d->control_count; i++) {
		const struct control *c = &r->d->controls[i];

		if (!is_total(c) || c->total < 0 ||
			r->values[c->total].text == NULL)
			continue;
		compare(r, i, &r->values[c->total], reason, sizeof(reason));
		if (reason[0] == '\0')
			r->totals[i].compared++;
		else
			v = doubt(r, c, reason, why);
	}
	return v;
}

void
controls_tell(const struct reading *r, char *out, size_t size)
{
	static const char *const names[] = { [CONTROL_COUNT] = "count",
		[CONTROL_SUM] = "sum",
		[CONTROL_HASH] = "hash" };
	char number[NUMBER_TEXT_MAX];
	size_t used = 0;
	int i, n;

	out[0] = '\0';
	for (i = 0; i < r->d->control_count; i++) {
		const struct control *c = &r->d->controls[i];
		const struct total *t = &r->totals[i];

		if (!is_total(c) || t->compared != r->part + 1)
			continue;
		n = snprintf(out + used, size - used, "%s%s(%s) %s",
			used == 0 ? "" : ", ", names[c->kind], what_of(r, c),
			c->kind == CONTROL_HASH
				? "right"
				: number_text(in_money(r, c), t->all, number));
		if (n < 0 || (size_t)n >= size - used) {
			out[used] = '\0'; /* never half a number */
			return;
		}
		used += (size_t)n;
	}
}
