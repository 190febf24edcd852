/* formats/record.c - the tree of open records; see formats/record.h
 *
 * A record goes through three steps: enter() when it begins, family_whole()
 * when all its own fields are there, family_leave() when what lies below it is
 * there too.  XML makes the last two at once; in flat kinds a line is whole at
 * its end, and is left when a line comes that is not below it.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/reading.h"

#define COMPARE_BYTES_MAX ((size_t)12000000)
#define LINES_BYTES_MAX ((size_t)LETTER_TEXT_CHARS * 8)

/* --- life --- */

static enum role
role_of(const struct definition *d, int record)
{
	int i;

	if (record == d->letter)
		return ROLE_LETTER;
	if (d->records[record].occurs == OCCURS_FIRST)
		return ROLE_HEADER;
	if (d->records[record].occurs == OCCURS_LAST)
		return ROLE_TRAILER;
	for (i = d->records[d->letter].parent; i >= 0; i = d->records[i].parent)
		if (i == record)
			return ROLE_ABOVE;
	for (i = d->records[record].parent; i >= 0; i = d->records[i].parent)
		if (i == d->letter)
			return ROLE_LINE;
	return ROLE_SIDE;
}

struct reading *
reading_new(const struct definition *definition,
	const struct format_context *context, const struct format_sink *sink)
{
	struct reading *r = mem_zero(1, sizeof(*r));
	int i, parent;

	assert(definition->letter >= 0);
	assert(definition->letter < definition->record_count);
	r->d = definition;
	r->context = *context;
	r->sink = sink;
	r->part = r->sender_part = r->number_part = r->period_part = -1;
	r->values = mem_zero(
		(size_t)definition->field_count + 1, sizeof(*r->values));
	for (i = 0; i < definition->field_count; i++)
		r->sound[i] = value_sound_of(&definition->fields[i]);
	for (i = 0; i < definition->control_count; i++)
		if (definition->controls[i].kind == CONTROL_UNIQUE)
			r->unique[definition->controls[i].field] =
				(int16_t)(i + 1);
	r->last_kept = &r->first_kept;
	r->outermost = -1;
	for (i = 0; i < definition->record_count; i++) {
		r->role[i] = role_of(definition, i);
		r->lines[i] = BUF_MAX(LINES_BYTES_MAX);
		parent = definition->records[i].parent;
		if (parent >= 0)
			r->has_below[parent] = true;
	}
	i = definition->letter;
	parent = definition->records[i].parent;
	r->unit = parent >= 0 && r->role[parent] == ROLE_ABOVE ? parent : i;
	for (; parent >= 0; parent = definition->records[parent].parent)
		if (r->role[parent] == ROLE_ABOVE)
			r->outermost = parent;
	r->compare_bytes_max = COMPARE_BYTES_MAX;
	controls_init(r);
	seen_init(&r->names, 34);
	seen_init(&r->addresses, 16);
	return r;
}

void
reading_free(struct reading *r)
{
	int i;

	if (r == NULL)
		return;
	controls_done(r);
	seen_done(&r->names);
	seen_done(&r->addresses);
	for (i = 0; i < DEFINITION_RECORDS_MAX; i++) {
		buf_done(&r->lines[i]);
		arena_done(&r->line_mem[i]);
	}
	arena_done(&r->part_mem);
	arena_done(&r->file_mem);
	arena_done(&r->family);
	free(r->values);
	free(r);
}

const struct definition *
reading_definition(const struct reading *r)
{
	return r->d;
}

struct format_counts *
reading_counts(struct reading *r)
{
	return &r->counts;
}

/* Where a refusal of the file was met. */
static enum verdict
placed(const struct reading *r, enum verdict v, struct fault *why)
{
	if (v == V_OK)
		return v;
	if (r->number > 0)
		fault_at(why, "record %" PRId64 ", line %" PRId64, r->number,
			r->line);
	else if (r->line > 0)
		fault_at(why, "line %" PRId64, r->line);
	return v;
}

/* --- enter: a record begins --- */

static enum verdict
not_in_place(const struct reading *r, const char *name, const char *what,
	struct fault *why)
{
	return fault_set(why, V_BROKEN,
		r->d->kind == FORMAT_XML ? CODE_ROOT : CODE_COLUMNS,
		"record %s: %s", name, what);
}

/* Headers first, trailers last, each once; `record` -1: of no type. */
static enum verdict
in_place(struct reading *r, int record, struct fault *why)
{
	enum role role = record < 0 ? ROLE_SIDE : r->role[record];
	int i;

	if (r->trailer && role != ROLE_TRAILER)
		return fault_set(why, V_BROKEN, CODE_TOTALS,
			"the file goes on after its trailer");
	if (role == ROLE_HEADER) {
		if (r->now[record].begun)
			return not_in_place(r, r->d->records[record].name,
				"it is there twice", why);
		if (r->others)
			return not_in_place(r, r->d->records[record].name,
				"it is not before all others", why);
		return V_OK;
	}
	if (role == ROLE_TRAILER) {
		if (r->now[record].begun)
			return fault_set(why, V_BROKEN, CODE_TOTALS,
				"the trailer is there twice");
		r->trailer = true;
	}
	if (r->others)
		return V_OK;
	r->others = true;
	for (i = 0; i < r->d->record_count; i++)
		if (r->role[i] == ROLE_HEADER && !r->now[i].begun &&
			r->d->records[i].min > 0)
			return not_in_place(r, r->d->records[i].name,
				"the file does not begin with it", why);
	return V_OK;
}

static enum verdict
check_bytes(const struct reading *r, int64_t at, struct fault *why)
{
	if (r->depth == 0 ||
		at - r->now[r->stack[0]].offset <= r->d->record_bytes_max)
		return V_OK;
	return fault_set(why, V_BROKEN, CODE_LIMIT,
		"a record of more than %" PRId64 " bytes",
		r->d->record_bytes_max);
}

/* One more of it below its parent, or in the file. */
static enum verdict
count(struct reading *r, int record, struct fault *why)
{
	const struct record *me = &r->d->records[record];
	struct instance *now = &r->now[record];

	r->of_type[record]++;
	if (record == r->unit || now->orphan) {
		r->counts.records++;
		if (r->counts.records > r->d->records_max)
			return fault_set(why, V_BROKEN, CODE_LIMIT,
				"more than %" PRId64 " records",
				r->d->records_max);
	}
	if (now->orphan) {
		reading_wrong_in(r, record, CODE_ORPHAN, me->name,
			"it is before or without the record it belongs to");
		return V_OK;
	}
	if (++r->below[record] <= me->max || me->max == 0)
		return V_OK;
	if (me->parent < 0)
		return fault_set(why, V_BROKEN, CODE_LIMIT,
			"record %s: more than %" PRId64 " of it", me->name,
			me->max);
	reading_wrong_at(r, reading_owner(r, me->parent), now->line, CODE_LIMIT,
		me->name, "more of these than allowed");
	return V_OK;
}

static void
empty_below(struct reading *r, int record)
{
	int i;

	if (!r->has_below[record])
		return;
	for (i = 0; i < r->d->record_count; i++)
		if (r->d->records[i].parent == record)
			r->below[i] = 0;
	controls_below(r, record);
}

/* At any depth: the one before may have had lines where this one has none. */
static void
empty_lines(struct reading *r)
{
	int i;

	for (i = 0; i < r->d->record_count; i++)
		if (r->role[i] == ROLE_LINE) {
			r->below[i] = 0;
			buf_reset(&r->lines[i]);
		}
}

static void
number_letter(struct reading *r, int64_t line, int64_t offset)
{
	int i = r->d->letter;

	r->now[i].number = ++r->number;
	letter_begin(r, line, offset);
	empty_lines(r);
	for (i = r->d->records[i].parent; i >= 0; i = r->d->records[i].parent)
		if (r->now[i].begun && r->now[i].number == 0)
			r->now[i].number = r->number;
}

static enum verdict
enter(struct reading *r, int record, int64_t line, int64_t offset,
	struct fault *why)
{
	struct instance *me = &r->now[record];
	int parent = r->d->records[record].parent;
	enum verdict v;

	r->line = line;
	v = reading_tell_file(r, why);
	if (v == V_OK)
		v = in_place(r, record, why);
	if (v == V_OK)
		v = check_bytes(r, offset, why);
	if (v != V_OK)
		return v;
	assert(r->depth < DEFINITION_RECORDS_MAX);
	if (r->role[record] == ROLE_LINE || r->role[record] == ROLE_SIDE)
		arena_reset(&r->line_mem[record]);
	else if (r->depth == 0 && (r->role[record] == ROLE_LETTER ||
					  r->role[record] == ROLE_ABOVE))
		arena_reset(&r->family);
	*me = (struct instance){ .begun = true,
		.orphan = parent >= 0 && !r->now[parent].begun,
		.line = line,
		.offset = offset,
		.end = offset };
	r->stack[r->depth++] = record;
	empty_below(r, record);
	if (r->role[record] == ROLE_LETTER)
		number_letter(r, line, offset);
	return count(r, record, why);
}

/* --- the readers' side --- */

void
reading_part(struct reading *r)
{
	int i;

	assert(r->depth == 0 && r->first_kept == NULL);
	r->part++;
	r->line = 0;
	r->others = r->trailer = false;
	for (i = 0; i < r->d->record_count; i++) {
		r->now[i] = (struct instance){ 0 };
		r->below[i] = r->of_type[i] = 0;
		family_clear(r, i);
	}
	r->file = (struct instance){ 0 };
	arena_reset(&r->part_mem);
	controls_part(r);
}

/* What must be there and is not. */
static enum verdict
check_frame(struct reading *r, struct fault *why)
{
	enum verdict v;
	int i;

	v = r->others ? V_OK : in_place(r, -1, why);
	for (i = 0; v == V_OK && i < r->d->record_count; i++) {
		const struct record *record = &r->d->records[i];

		if (r->role[i] == ROLE_TRAILER && !r->now[i].begun &&
			record->min > 0)
			v = fault_set(why, V_BROKEN, CODE_TOTALS,
				"the trailer is missing (file cut off?)");
		else if (record->parent < 0 && r->of_type[i] < record->min)
			v = fault_set(why, V_BROKEN, CODE_LIMIT,
				"record %s: fewer than %" PRId64 " of it",
				record->name, record->min);
	}
	return v;
}

enum verdict
reading_part_end(struct reading *r, int64_t end, struct fault *why)
{
	enum verdict v = V_OK;
	int i;

	while (v == V_OK && r->depth > 0)
		v = family_leave(r, why);
	r->counts.bytes += end;
	if (v == V_OK && r->follow != NULL)
		return r->follow(r->follow_self, FOLLOW_END, end, end, why);
	if (v == V_OK)
		v = check_frame(r, why);
	if (v == V_OK)
		v = controls_end(r, why);
	if (v == V_OK && r->compare_off && !r->compare_told) {
		r->compare_told = true;
		reading_keep_remark(&r->file, &r->file_mem, CODE_NAME_DIFFERS,
			"name",
			"with so many letters names and addresses were not "
			"all compared");
	}
	if (v == V_OK)
		v = reading_tell_file(r, why);
	for (i = 0; v == V_OK && i < r->d->record_count; i++)
		if (r->role[i] == ROLE_HEADER || r->role[i] == ROLE_TRAILER)
			v = reading_tell(r, &r->now[i], "", why);
	controls_tell(r, r->counts.control, sizeof(r->counts.control));
	r->counts.totals = r->counts.control[0] != '\0';
	return placed(r, v, why);
}

enum verdict
reading_begin(struct reading *r, int record, int64_t line, int64_t offset,
	struct fault *why)
{
	assert(record >= 0 && record < r->d->record_count);
	return placed(r, enter(r, record, line, offset, why), why);
}

enum verdict
reading_end(struct reading *r, int record, int64_t end, struct fault *why)
{
	int64_t begin = r->now[record].offset;
	enum verdict v;

	assert(r->depth > 0 && r->stack[r->depth - 1] == record);
	r->now[record].end = end;
	v = check_bytes(r, end, why);
	if (v == V_OK)
		v = family_whole(r, record, why);
	if (v == V_OK)
		v = family_leave(r, why);
	if (v == V_OK && r->follow != NULL && r->depth == 0)
		v = r->follow(r->follow_self, record, begin, end, why);
	return placed(r, v, why);
}

static bool
is_above(const struct reading *r, int record, int other)
{
	for (other = r->d->records[other].parent; other >= 0;
		other = r->d->records[other].parent)
		if (other == record)
			return true;
	return false;
}

enum verdict
reading_line(struct reading *r, int record, int64_t line, int64_t offset,
	struct fault *why)
{
	enum verdict v = V_OK;

	assert(record >= 0 && record < r->d->record_count);
	while (v == V_OK && r->depth > 0 &&
		!is_above(r, r->stack[r->depth - 1], record))
		v = family_leave(r, why);
	if (v == V_OK && r->follow != NULL)
		v = r->follow(r->follow_self, record, offset, -1, why);
	if (v == V_OK)
		v = enter(r, record, line, offset, why);
	return placed(r, v, why);
}

static void
move_ends(struct reading *r, int64_t end)
{
	int i;

	for (i = 0; i < r->depth; i++)
		r->now[r->stack[i]].end = end;
}

enum verdict
reading_line_end(struct reading *r, int record, int64_t end, struct fault *why)
{
	enum verdict v;

	assert(r->depth > 0 && r->stack[r->depth - 1] == record);
	move_ends(r, end);
	v = check_bytes(r, end, why);
	if (v == V_OK)
		v = family_whole(r, record, why);
	if (v == V_OK && (r->role[record] == ROLE_HEADER ||
				 r->role[record] == ROLE_TRAILER))
		v = family_leave(r, why);
	return placed(r, v, why);
}

enum verdict
reading_line_bad(struct reading *r, int64_t line, int64_t offset, int64_t end,
	enum code code, const char *reason, struct fault *why)
{
	struct instance alone = { .line = line,
		.offset = offset,
		.end = end,
		.code = code,
		.field = "",
		.reason = reason };
	enum verdict v = V_OK;
	int owner, i;

	r->line = line;
	if (r->follow != NULL)
		v = r->follow(r->follow_self, FOLLOW_BAD, offset, end, why);
	if (v == V_OK)
		v = reading_tell_file(r, why);
	if (v == V_OK)
		v = in_place(r, -1, why);
	if (v == V_OK)
		v = check_bytes(r, end, why);
	if (v != V_OK)
		return placed(r, v, why);
	/* Perhaps it was one of these: what follows may not be theirs. */
	for (i = 0; i < r->depth; i++)
		if (r->role[r->stack[i]] == ROLE_ABOVE)
			reading_wrong_at(
				r, r->stack[i], line, code, "", reason);
	if (r->depth > 0) {
		owner = reading_owner(r, r->stack[r->depth - 1]);
		if (r->has_below[owner]) {
			/* Perhaps it was one of its lines. */
			reading_wrong_at(r, owner, line, code, "", reason);
			move_ends(r, end);
			return V_OK;
		}
	}
	if (++r->counts.records > r->d->records_max)
		v = fault_set(why, V_BROKEN, CODE_LIMIT,
			"more than %" PRId64 " records", r->d->records_max);
	else
		v = reading_reject_alone(r, &alone, why);
	return placed(r, v, why);
}

struct arena *
reading_mem(struct reading *r)
{
	return r->depth > 0 ? reading_arena(r, r->stack[r->depth - 1])
			    : &r->family;
}

void
reading_value(struct reading *r, int field, const char *text, size_t len)
{
	struct value *value = &r->values[field];

	if (value->text != NULL) {
		reading_wrong(r, CODE_FIELD_FORM, r->d->fields[field].name,
			"it is there twice");
		return;
	}
	value->text = text;
	value->len = len;
	if (r->unique[field] > 0) {
		const struct seen *seen = &r->totals[r->unique[field] - 1].seen;

		seen_expect(seen, seen_hash(seen, text, 0));
	}
}

void
reading_nil(struct reading *r, int field, const char *reason)
{
	struct value *value = &r->values[field];

	if (value->nil) {
		reading_wrong(r, CODE_FIELD_FORM, r->d->fields[field].name,
			"it is there twice");
		return;
	}
	value->nil = true;
	value->nil_reason = reason;
}

void
reading_wrong(struct reading *r, enum code code, const char *field,
	const char *reason)
{
	int record;

	assert(r->depth > 0);
	record = r->stack[r->depth - 1];
	r->now[record].spoiled = true;
	reading_wrong_in(r, record, code, field, reason);
}

void
reading_remark(struct reading *r, enum code code, const char *field,
	const char *reason)
{
	if (r->depth > 0)
		reading_remark_in(
			r, r->stack[r->depth - 1], code, field, reason);
	else
		reading_keep_remark(
			&r->file, &r->file_mem, code, field, reason);
}
