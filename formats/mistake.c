/* formats/mistake.c - whose mistake it is, and how it is told
 *
 * Of a record the first mistake counts.  Remarks wait until the record has
 * ended: only then its reference is known, and whether it goes on at all.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <string.h>

#include "formats/reading.h"

int
reading_owner(const struct reading *r, int record)
{
	while ((r->role[record] == ROLE_LINE || r->role[record] == ROLE_SIDE) &&
		!r->now[record].orphan) {
		int parent = r->d->records[record].parent;

		if (parent < 0 || r->role[parent] == ROLE_HEADER ||
			r->role[parent] == ROLE_TRAILER)
			break;
		record = parent;
	}
	return record;
}

struct arena *
reading_arena(struct reading *r, int record)
{
	switch (r->role[record]) {
	case ROLE_HEADER:
	case ROLE_TRAILER:
		return &r->part_mem;
	case ROLE_ABOVE:
	case ROLE_LETTER:
		return &r->family;
	case ROLE_LINE:
	case ROLE_SIDE:
		break;
	}
	return &r->line_mem[record];
}

void
reading_wrong_at(struct reading *r, int owner, int64_t line, enum code code,
	const char *field, const char *reason)
{
	struct instance *me = &r->now[owner];
	struct arena *mem = reading_arena(r, owner);

	if (me->wrong)
		return;
	me->wrong = true;
	me->code = code;
	me->field = arena_text(mem, field, strlen(field));
	me->reason = line == me->line
			     ? arena_text(mem, reason, strlen(reason))
			     : arena_format(mem, "%s (line %" PRId64 ")",
				       reason, line);
}

void
reading_wrong_in(struct reading *r, int record, enum code code,
	const char *field, const char *reason)
{
	reading_wrong_at(r, reading_owner(r, record), r->now[record].line, code,
		field, reason);
}

void
reading_keep_remark(struct instance *me, struct arena *mem, enum code code,
	const char *field, const char *reason)
{
	struct remark *remark;

	if (me->remark_count == READING_REMARKS_MAX)
		return;
	me->remark_count++;
	remark = arena_alloc(mem, sizeof(*remark));
	*remark = (struct remark){ .code = code,
		.field = arena_text(mem, field, strlen(field)),
		.reason = arena_text(mem, reason, strlen(reason)) };
	if (me->remarks == NULL)
		me->remarks = remark;
	else
		me->last_remark->next = remark;
	me->last_remark = remark;
}

void
reading_remark_in(struct reading *r, int record, enum code code,
	const char *field, const char *reason)
{
	int owner = reading_owner(r, record);

	reading_keep_remark(
		&r->now[owner], reading_arena(r, owner), code, field, reason);
}

enum verdict
reading_mistake(struct reading *r, int record, enum field_bad bad,
	enum code code, const char *field, const char *reason,
	struct fault *why)
{
	switch (bad) {
	case BAD_REJECT:
		reading_wrong_in(r, record, code, field, reason);
		return V_OK;
	case BAD_PAPER:
		r->now[reading_owner(r, record)].paper = true;
		reading_remark_in(r, record, code, field, reason);
		return V_OK;
	case BAD_WARN:
		reading_remark_in(r, record, code, field, reason);
		return V_OK;
	case BAD_STOP:
		break;
	}
	return fault_set(why, V_BROKEN, code, "field %s: %s", field, reason);
}

/* Tell the sink what was kept for later, and forget it. */
enum verdict
reading_tell(struct reading *r, struct instance *me, const char *reference,
	struct fault *why)
{
	struct remark *remark = me->remarks;
	enum verdict v = V_OK;

	me->remarks = NULL;
	me->remark_count = 0;
	for (; v == V_OK && remark != NULL; remark = remark->next) {
		struct rejection told = { .record = me->number,
			.line = me->line,
			.offset = me->offset,
			.bytes = me->end - me->offset,
			.part = r->part,
			.code = remark->code,
			.field = remark->field,
			.reason = remark->reason,
			.reference = reference,
			.warning = true };

		r->counts.warnings++;
		v = r->sink->reject(r->sink->self, NULL, &told, why);
	}
	return v;
}

enum verdict
reading_tell_file(struct reading *r, struct fault *why)
{
	enum verdict v;

	if (r->file.remarks == NULL)
		return V_OK;
	v = reading_tell(r, &r->file, "", why);
	arena_reset(&r->file_mem);
	return v;
}

/* `letter` NULL: no letter was begun. */
enum verdict
reading_reject(struct reading *r, const struct instance *me,
	const struct letter *letter, const char *reference, struct fault *why)
{
	struct rejection no = { .record = me->number,
		.line = me->line,
		.offset = me->offset,
		.bytes = me->end - me->offset,
		.part = r->part,
		.code = me->code,
		.field = me->field,
		.reason = me->reason,
		.reference = reference };

	r->counts.rejected++;
	return r->sink->reject(r->sink->self, letter, &no, why);
}

/* A record that is rejected without ever becoming a letter. */
enum verdict
reading_reject_alone(struct reading *r, struct instance *me, struct fault *why)
{
	me->number = ++r->number;
	return reading_reject(r, me, NULL, "", why);
}
