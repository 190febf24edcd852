/* formats/family.c - a record ends, and with it all that lies below it
 *
 * First its own fields are checked; later, when what lies below it was read,
 * its rules.
 * A line becomes text of its letter.  A letter is made, or waits for the
 * records above it; when the outermost of them ends, so do all its letters.
 *
 * Values of a record are cleared when it is left, so that those of the next
 * one find their places empty, and nothing is cleared that was not used.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "formats/reading.h"

/* --- whole: the fields of a record are there --- */

static enum verdict
check_field(struct reading *r, int i, struct arena *mem, struct fault *why)
{
	const struct field *f = &r->d->fields[i];
	struct value *value = &r->values[i];
	const char *text = value->text;
	struct fault what;
	enum verdict v;

	v = value_check(f, value,
		f->sign_field >= 0 && f->sign == SIGN_SPLIT
			? &r->values[f->sign_field]
			: NULL,
		mem, &what);
	if (v == V_OK)
		return V_OK;
	if (v == V_END) {
		reading_remark_in(r, f->record, what.code, f->name, what.text);
		return V_OK;
	}
	value->text = NULL;
	value->len = 0;
	controls_unreadable(r, i, text);
	if (f->bad == BAD_PAPER && i == r->d->recipient)
		r->now[reading_owner(r, f->record)].recipient_left = true;
	return reading_mistake(r, f->record, f->bad,
		f->code != CODE_NONE ? f->code : what.code, f->name, what.text,
		why);
}

static enum verdict
check_fields(struct reading *r, int record, struct fault *why)
{
	int i = r->d->records[record].first_field;
	int end = i + r->d->records[record].field_count;
	struct arena *mem = reading_arena(r, record);
	enum verdict v = V_OK;

	for (; v == V_OK && i < end; i++)
		/* Most fields are optional and not there. */
		if ((r->values[i].text != NULL || r->values[i].nil ||
			    r->sound[i].must) &&
			!value_sound(&r->sound[i], &r->values[i]))
			v = check_field(r, i, mem, why);
	return v;
}

static void
check_links(struct reading *r, int record)
{
	const struct record *me = &r->d->records[record];
	int i;

	for (i = 0; i < me->link_count; i++) {
		const struct value *ours = &r->values[me->link[i]];
		const struct value *theirs = &r->values[me->link_parent[i]];

		if (ours->text == NULL || theirs->text == NULL)
			continue; /* required fields say so themselves */
		if (value_order(&r->d->fields[me->link[i]], ours,
			    &r->d->fields[me->link_parent[i]], theirs) != 0)
			/* Whose it is nobody knows: the family is wrong. */
			reading_wrong_at(r, reading_owner(r, me->parent),
				r->now[record].line, CODE_ORPHAN,
				r->d->fields[me->link[i]].name,
				"not that of the record it stands below");
	}
}

/* A header or trailer: whatever is wrong with it, is wrong with the file. */
static enum verdict
whole_frame(struct reading *r, int record, struct fault *why)
{
	struct instance *me = &r->now[record];
	enum verdict v;

	v = rules_check(r, record, why);
	if (v == V_OK && me->wrong)
		v = fault_set(why, V_BROKEN, me->code, "field %s: %s",
			me->field[0] == '\0' ? r->d->records[record].name
					     : me->field,
			me->reason);
	if (v == V_OK)
		v = reading_tell(r, me, "", why);
	return v;
}

enum verdict
family_whole(struct reading *r, int record, struct fault *why)
{
	const struct definition *d = r->d;
	enum verdict v;

	v = check_fields(r, record, why);
	if (v == V_OK && d->records[record].link_count > 0 &&
		!r->now[record].orphan)
		check_links(r, record);
	if (v == V_OK)
		v = delivery_check(r, record, why);
	if (v != V_OK)
		return v;
	controls_take(r, record);
	if (record == d->letter)
		letter_expect(r);
	if (r->role[record] == ROLE_LINE && d->amount >= 0 &&
		d->fields[d->amount].record == record &&
		r->values[d->amount].text != NULL)
		r->letter.amount_cents += r->values[d->amount].cents;
	if (r->role[record] == ROLE_HEADER || r->role[record] == ROLE_TRAILER)
		v = whole_frame(r, record, why);
	return v;
}

/* --- what lies below it is there too --- */

void
family_clear(struct reading *r, int record)
{
	const struct record *me = &r->d->records[record];

	memset(&r->values[me->first_field], 0,
		(size_t)me->field_count * sizeof(*r->values));
}

static void
check_below(struct reading *r, int record)
{
	int i;

	if (!r->has_below[record])
		return;
	for (i = 0; i < r->d->record_count; i++) {
		const struct record *below = &r->d->records[i];

		if (below->parent == record && r->below[i] < below->min)
			reading_wrong_in(r, record,
				r->role[i] == ROLE_LINE ? CODE_NO_LINE
							: CODE_FIELD_ABSENT,
				below->name,
				"fewer of these than there must be");
	}
}

static enum verdict
check_record(struct reading *r, int record, struct fault *why)
{
	enum verdict v;

	check_below(r, record);
	v = rules_check(r, record, why);
	if (v == V_OK)
		v = controls_check(r, record, why);
	return v;
}

static void
texts_of_lines(const struct reading *r, const char *lines[])
{
	int i;

	for (i = 0; i < r->d->record_count; i++)
		lines[i] = r->role[i] == ROLE_LINE && r->lines[i].len > 0
				   ? r->lines[i].bytes
				   : NULL;
}

/* Its own text, behind those of the lines before it. */
static void
add_line(struct reading *r, int record)
{
	const char *line;
	struct buf *text = &r->lines[record];

	line = template_fill(r->d, &r->d->records[record].lines,
		TEMPLATE_SPOKEN, r->values, NULL, &r->line_mem[record]);
	if (line[0] == '\0')
		return;
	if (text->len > 0 && text->bytes[text->len - 1] != '\n')
		buf_text(text, "\n");
	buf_text(text, line);
	if (text->full)
		reading_wrong_in(r, record, CODE_TEXT_LONG, "text",
			"its lines are longer than a letter may be");
}

static enum verdict
leave_line(struct reading *r, int record, struct fault *why)
{
	struct instance *me = &r->now[record];
	enum verdict v;

	v = check_record(r, record, why);
	if (v == V_OK && r->d->records[record].told && !me->orphan)
		add_line(r, record);
	if (v == V_OK && reading_owner(r, record) == record) {
		/* Without the record it belongs to it stands alone. */
		if (r->role[record] == ROLE_SIDE && !me->orphan && me->wrong)
			r->counts.records++;
		v = me->wrong ? reading_reject_alone(r, me, why)
			      : reading_tell(r, me, "", why);
	}
	return v;
}

/* The present letter is complete: make it, or say why not. */
static enum verdict
finish_letter(struct reading *r, const char *const *lines, struct fault *why)
{
	struct instance *me = &r->now[r->d->letter];
	struct letter *l = &r->letter;
	enum verdict v;

	v = check_record(r, r->d->letter, why);
	l->bytes = me->end - me->offset;
	if (v == V_OK)
		v = letter_make(r, lines, why);
	if (v != V_OK)
		return v;
	r->counts.cents += l->amount_cents;
	if (me->wrong)
		return reading_reject(r, me, l, l->reference, why);
	letter_compare(r);
	v = reading_tell(r, me, l->reference, why);
	if (v != V_OK)
		return v;
	r->counts.letters++;
	return r->sink->letter(r->sink->self, l, &r->family, why);
}

static const struct value *
copy_values(struct reading *r, int record)
{
	size_t bytes =
		(size_t)r->d->records[record].field_count * sizeof(*r->values);
	struct value *copy = arena_alloc(&r->family, bytes + 1);

	memcpy(copy, &r->values[r->d->records[record].first_field], bytes);
	return copy;
}

/* Until the records above it have ended. */
static void
keep_letter(struct reading *r)
{
	struct kept *kept = arena_alloc(&r->family, sizeof(*kept));
	int i;

	*kept = (struct kept){ .instance = r->now[r->d->letter],
		.letter = r->letter };
	memcpy(kept->document_of, r->document_of, sizeof(r->document_of));
	memcpy(kept->below, r->below, sizeof(r->below));
	for (i = 0; i < r->d->record_count; i++)
		if (r->role[i] == ROLE_LINE && r->lines[i].len > 0)
			kept->lines[i] = arena_text(
				&r->family, r->lines[i].bytes, r->lines[i].len);
	kept->values[r->d->letter] = copy_values(r, r->d->letter);
	*r->last_kept = kept;
	r->last_kept = &kept->next;
}

static enum verdict
leave_letter(struct reading *r, struct fault *why)
{
	const char *lines[DEFINITION_RECORDS_MAX];

	if (r->outermost >= 0 && !r->now[r->d->letter].orphan) {
		keep_letter(r);
		return V_OK;
	}
	texts_of_lines(r, lines);
	return finish_letter(r, lines, why);
}

static enum verdict
finish_kept(struct reading *r, struct fault *why)
{
	struct kept *kept = r->first_kept;
	enum verdict v = V_OK;
	int i;

	r->first_kept = NULL;
	r->last_kept = &r->first_kept;
	for (; v == V_OK && kept != NULL; kept = kept->next) {
		r->now[r->d->letter] = kept->instance;
		r->letter = kept->letter;
		memcpy(r->document_of, kept->document_of,
			sizeof(r->document_of));
		memcpy(r->below, kept->below, sizeof(r->below));
		for (i = 0; i < r->d->record_count; i++)
			if (kept->values[i] != NULL)
				memcpy(&r->values[r->d->records[i].first_field],
					kept->values[i],
					(size_t)r->d->records[i].field_count *
						sizeof(*r->values));
		v = finish_letter(r, kept->lines, why);
	}
	r->now[r->d->letter].begun = false;
	for (i = 0; i < r->d->record_count; i++)
		if (r->role[i] == ROLE_LETTER || r->role[i] == ROLE_ABOVE)
			family_clear(r, i);
	return v;
}

/* A record above the letter: its mistakes are those of all its letters. */
static enum verdict
leave_above(struct reading *r, int record, struct fault *why)
{
	struct instance *me = &r->now[record];
	int64_t below[DEFINITION_RECORDS_MAX];
	const struct value *values = NULL;
	struct kept *kept;
	enum verdict v;

	v = check_record(r, record, why);
	if (v != V_OK)
		return v;
	for (kept = r->first_kept; kept != NULL; kept = kept->next) {
		struct instance *letter = &kept->instance;

		if (kept->values[record] != NULL)
			continue; /* of an earlier one */
		if (me->wrong && !letter->wrong) {
			letter->wrong = true;
			letter->code = me->code;
			letter->field = me->field;
			letter->reason = me->reason;
		}
		letter->paper |= me->paper;
		letter->recipient_left |= me->recipient_left;
		if (values == NULL)
			values = copy_values(r, record);
		kept->values[record] = values;
	}
	if (me->number == 0 && me->wrong)
		v = reading_reject_alone(r, me, why);
	else if (!me->wrong)
		v = reading_tell(r, me, "", why);
	if (v == V_OK && record == r->outermost) {
		memcpy(below, r->below, sizeof(below));
		v = finish_kept(r, why);
		memcpy(r->below, below, sizeof(below));
	}
	return v;
}

/* The innermost open record. */
enum verdict
family_leave(struct reading *r, struct fault *why)
{
	int record;
	enum verdict v = V_OK;

	assert(r->depth > 0);
	record = r->stack[--r->depth];
	switch (r->role[record]) {
	case ROLE_HEADER:
	case ROLE_TRAILER:
		return V_OK; /* their values stay until the payload ends */
	case ROLE_LINE:
	case ROLE_SIDE:
		v = leave_line(r, record, why);
		break;
	case ROLE_LETTER:
		v = leave_letter(r, why);
		break;
	case ROLE_ABOVE:
		v = leave_above(r, record, why);
		break;
	}
	family_clear(r, record);
	r->now[record].begun = false;
	return v;
}
