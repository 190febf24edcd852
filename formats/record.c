/* formats/record.c - see formats/record.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/text.h"
#include "formats/record.h"

/* --- values that may come once --- */

struct seen {
	uint64_t *slots; /* 0 is free */
	size_t count, size;
	uint64_t seed;
};

#define SEEN_FIRST ((size_t)4096)

/* Seeded, so that nobody can make values that collide. */
static uint64_t
hash(uint64_t seed, const char *text)
{
	uint64_t h = UINT64_C(14695981039346656037) ^ seed;

	for (; *text != '\0'; text++) {
		h ^= (unsigned char)*text;
		h *= UINT64_C(1099511628211);
		h ^= h >> 29;
	}
	h *= UINT64_C(0x9e3779b97f4a7c15);
	h ^= h >> 32;
	return h == 0 ? 1 : h;
}

static bool
put(uint64_t *slots, size_t size, uint64_t h)
{
	size_t i = h & (size - 1);

	while (slots[i] != 0) {
		if (slots[i] == h)
			return false;
		i = (i + 1) & (size - 1);
	}
	slots[i] = h;
	return true;
}

/* True when it is new. */
static bool
seen_add(struct seen *s, const char *text)
{
	size_t i, size;
	uint64_t *slots;

	if (s->count * 2 >= s->size) {
		size = s->size == 0 ? SEEN_FIRST : s->size * 2;
		slots = mem_zero(size, sizeof(*slots));
		for (i = 0; i < s->size; i++)
			if (s->slots[i] != 0)
				(void)put(slots, size, s->slots[i]);
		free(s->slots);
		s->slots = slots;
		s->size = size;
	}
	if (!put(s->slots, s->size, hash(s->seed, text)))
		return false;
	s->count++;
	return true;
}

/* --- a reading --- */

void
reading_init(struct reading *r, const struct definition *definition,
	const char *oin, const struct format_sink *sink)
{
	int i;

	*r = (struct reading){ .definition = definition,
		.sink = sink,
		.oin = oin,
		.mem = ARENA_EMPTY };
	r->seen = mem_zero(
		(size_t)definition->control_count + 1, sizeof(*r->seen));
	for (i = 0; i < definition->control_count; i++)
		digest_random(&r->seen[i].seed, sizeof(r->seen[i].seed));
}

void
reading_done(struct reading *r)
{
	int i;

	for (i = 0; i < r->definition->control_count; i++)
		free(r->seen[i].slots);
	free(r->seen);
	arena_done(&r->mem);
}

void
reading_begin(struct reading *r, int64_t line, int64_t offset)
{
	arena_reset(&r->mem);
	memset(r->values, 0,
		(size_t)r->definition->field_count * sizeof(*r->values));
	memset(r->children, 0, sizeof(r->children));
	r->wrong = false;
	r->letter = (struct letter){ .record = ++r->counts.records,
		.line = line,
		.offset = offset,
		.reference = "",
		.subject = "",
		.key = "",
		.dated = LETTER_DATE_NONE,
		.address = ADDRESS_EMPTY };
}

void
reading_wrong(struct reading *r, enum code code, const char *field,
	const char *reason)
{
	if (r->wrong)
		return;
	r->wrong = true;
	r->mistake = (struct rejection){ .code = code,
		.field = field,
		.reason = arena_text(&r->mem, reason, strlen(reason)) };
}

static enum verdict
remark(struct reading *r, enum code code, const char *field, const char *reason,
	struct fault *why)
{
	struct rejection w = { .record = r->letter.record,
		.line = r->letter.line,
		.offset = r->letter.offset,
		.code = code,
		.field = field,
		.reason = reason,
		.reference = r->letter.reference,
		.warning = true };

	r->counts.warnings++;
	return r->sink->reject(r->sink->self, NULL, &w, why);
}

/* What a mistake means, by the definition's word for it. */
static enum verdict
mistake(struct reading *r, enum field_bad bad, enum code code,
	const char *field, const char *reason, struct fault *why)
{
	switch (bad) {
	case BAD_REJECT:
		reading_wrong(r, code, field, reason);
		return V_OK;
	case BAD_PAPER:
	case BAD_WARN:
		return remark(r, code, field, reason, why);
	case BAD_STOP:
		return fault_set(
			why, V_BROKEN, code, "field %s: %s", field, reason);
	}
	return V_OK;
}

static enum verdict
check_fields(struct reading *r, int record, struct fault *why)
{
	const struct definition *d = r->definition;
	int from = d->records[record].first_field, i;
	int to = from + d->records[record].field_count;
	enum verdict v = V_OK;

	for (i = from; v == V_OK && i < to; i++) {
		const struct field *f = &d->fields[i];
		struct fault what;

		/* Most fields are optional and not there. */
		if (r->values[i].text == NULL && !r->values[i].nil &&
			!f->required)
			continue;
		if (value_check(f, &r->values[i], &r->mem, &what) == V_OK)
			continue;
		r->values[i].text = NULL;
		v = mistake(r, f->bad,
			f->code != CODE_NONE ? f->code : what.code, f->name,
			what.text, why);
	}
	return v;
}

/* The sender in the file must be the sender of the stream. */
static enum verdict
check_sender(struct reading *r, struct fault *why)
{
	const struct definition *d = r->definition;
	int i = d->sender;

	if (i >= 0 && r->values[i].text != NULL &&
		strcmp(r->values[i].text, r->oin) != 0)
		return fault_set(why, V_BROKEN, CODE_SENDER,
			"field %s: the file is from another sender than this "
			"stream's",
			d->fields[i].name);
	return V_OK;
}

enum verdict
reading_child(struct reading *r, int record, struct fault *why)
{
	const struct definition *d = r->definition;
	const struct record *child = &d->records[record];
	enum verdict v = V_OK;

	assert(record > 0 && record < d->record_count);
	if (++r->children[record] > child->max)
		reading_wrong(r, CODE_LIMIT, child->name, "too many of these");
	else
		v = check_fields(r, record, why);
	memset(&r->values[child->first_field], 0,
		(size_t)child->field_count * sizeof(*r->values));
	return v;
}

static enum verdict
check_rules(struct reading *r, struct fault *why)
{
	const struct definition *d = r->definition;
	enum verdict v = V_OK;
	int i, k;

	for (i = 0; v == V_OK && i < d->rule_count; i++) {
		const struct rule *rule = &d->rules[i];
		int n = 0;
		bool ok = true;

		for (k = 0; k < rule->count; k++)
			n += rule->of[k].field >= 0
				     ? r->values[rule->of[k].field].text != NULL
				     : r->children[rule->of[k].record] > 0;
		switch (rule->kind) {
		case RULE_EXACTLY_ONE:
			ok = n == 1;
			break;
		case RULE_AT_LEAST_ONE:
			ok = n >= 1;
			break;
		case RULE_AT_MOST_ONE:
			ok = n <= 1;
			break;
		}
		if (!ok)
			v = mistake(r, rule->bad,
				rule->code != CODE_NONE ? rule->code
				: n == 0		? CODE_FIELD_ABSENT
							: CODE_TWO_IDS,
				rule->name,
				n == 0 ? "none of them is there"
				       : "more than one of them is there",
				why);
	}
	return v;
}

static enum verdict
check_controls(struct reading *r, struct fault *why)
{
	const struct definition *d = r->definition;
	enum verdict v = V_OK;
	int i;

	for (i = 0; v == V_OK && i < d->control_count; i++) {
		const struct control *c = &d->controls[i];
		const char *text = r->values[c->field].text;
		const char *name = d->fields[c->field].name;

		if (text == NULL)
			continue;
		if (c->kind == CONTROL_UNIQUE) {
			if (!seen_add(&r->seen[i], text))
				v = mistake(r, c->bad, CODE_DOUBLE, name,
					"the same value as an earlier record",
					why);
			continue;
		}
		if (strcmp(text, r->last_text) < 0)
			v = mistake(r, c->bad, CODE_ORDER, name,
				"smaller than in the record before", why);
		snprintf(r->last_text, sizeof(r->last_text), "%s", text);
	}
	return v;
}

static const char *
make_key(struct reading *r)
{
	const struct record *record = &r->definition->records[0];
	size_t len = 0;
	char *key, *to;
	int i;

	for (i = 0; i < record->key_count; i++)
		if (r->values[record->key[i]].text != NULL)
			len += strlen(r->values[record->key[i]].text);
	key = to = arena_alloc(&r->mem, len + (size_t)record->key_count + 1);
	for (i = 0; i < record->key_count; i++) {
		const char *part = r->values[record->key[i]].text;

		if (i > 0)
			*to++ = '\x1f';
		if (part == NULL)
			continue;
		memcpy(to, part, strlen(part));
		to += strlen(part);
	}
	*to = '\0';
	return key;
}

static void
make_address(struct reading *r)
{
	const struct definition *d = r->definition;
	const struct value *v = r->values;
	struct arena *mem = &r->mem;
	struct address *a = &r->letter.address;
	int i;

	a->name = template_fill(&d->name, v, mem);
	a->attention = template_fill(&d->attention, v, mem);
	a->street = template_fill(&d->street, v, mem);
	a->number = template_fill(&d->number, v, mem);
	a->letter = template_fill(&d->letter, v, mem);
	a->addition = template_fill(&d->addition, v, mem);
	a->postcode = template_fill(&d->postcode, v, mem);
	a->town = template_fill(&d->town, v, mem);
	a->country = template_fill(&d->country, v, mem);
	for (i = 0; i < 3; i++)
		a->foreign[i] = template_fill(&d->foreign[i], v, mem);
}

static void
too_long(struct reading *r, const char *what, const char *text, int64_t max)
{
	char reason[80];
	int64_t chars = text_chars(text, strlen(text));

	if (chars <= max)
		return;
	snprintf(reason, sizeof(reason),
		"%" PRId64 " characters, allowed are %" PRId64, chars, max);
	reading_wrong(r, CODE_TEXT_LONG, what, reason);
}

/* Titles of the documents, whose places the reader has filled. */
static void
make_titles(struct reading *r)
{
	const struct definition *d = r->definition;
	struct letter *l = &r->letter;
	size_t i;

	for (i = 0; i < l->document_count; i++) {
		const char *title = l->documents[i].title;
		int k;

		/* Until here the title is the document's name. */
		for (k = 0; k < d->document_count; k++)
			if (d->documents[k].name == title)
				break;
		assert(k < d->document_count);
		l->documents[i].title = template_fill(
			&d->documents[k].title, r->values, &r->mem);
		if (l->documents[i].title[0] == '\0')
			l->documents[i].title = l->subject;
		too_long(r, "title", l->documents[i].title,
			ATTACHMENT_TITLE_CHARS);
	}
}

static void
make_letter(struct reading *r)
{
	const struct definition *d = r->definition;
	struct letter *l = &r->letter;
	struct arena *mem = &r->mem;
	struct fault ignored;

	l->reference = template_fill(&d->reference, r->values, mem);
	l->subject = template_fill(&d->subject, r->values, mem);
	l->text = d->text.count == 0 ? NULL
				     : template_fill(&d->text, r->values, mem);
	l->key = make_key(r);
	if (d->recipient >= 0 && r->values[d->recipient].text != NULL &&
		bsn_parse(r->values[d->recipient].text, &l->bsn, &ignored) !=
			V_OK)
		l->bsn = BSN_NONE; /* rejected by its type already */
	if (l->bsn.number == 0)
		l->paper = PAPER_NO_BSN;
	if (d->dated >= 0 && r->values[d->dated].text != NULL)
		l->dated = r->values[d->dated].days;
	if (d->amount >= 0 && r->values[d->amount].text != NULL)
		l->amount_cents = r->values[d->amount].cents;
	make_address(r);
	make_titles(r);
	too_long(r, "reference", l->reference, LETTER_REFERENCE_CHARS);
	too_long(r, "subject", l->subject, LETTER_SUBJECT_CHARS);
	if (l->subject[0] == '\0')
		reading_wrong(r, CODE_FIELD_ABSENT, "subject", "it is empty");
	if (l->text != NULL)
		too_long(r, "text", l->text, LETTER_TEXT_CHARS);
	if (strlen(l->key) > LETTER_KEY_BYTES)
		reading_wrong(r, CODE_TEXT_LONG, "key", "the key is too long");
}

enum verdict
reading_end(struct reading *r, struct fault *why)
{
	enum verdict v;

	v = check_fields(r, 0, why);
	if (v == V_OK)
		v = check_sender(r, why);
	if (v == V_OK)
		v = check_rules(r, why);
	if (v == V_OK)
		v = check_controls(r, why);
	if (v == V_OK) {
		make_letter(r);
		r->counts.cents += r->letter.amount_cents;
		if (!r->wrong) {
			r->counts.letters++;
			return r->sink->letter(
				r->sink->self, &r->letter, &r->mem, why);
		}
		r->mistake.record = r->letter.record;
		r->mistake.line = r->letter.line;
		r->mistake.offset = r->letter.offset;
		r->mistake.reference = r->letter.reference;
		r->counts.rejected++;
		return r->sink->reject(
			r->sink->self, &r->letter, &r->mistake, why);
	}
	fault_at(why, "record %" PRId64 ", line %" PRId64, r->letter.record,
		r->letter.line);
	return v;
}
