/* formats/fixed.c - records of so many bytes, values by their position
 *
 * One byte is one character, so every record has the same length in bytes: one
 * that has not (a character of two bytes, a line end lost) shifts all behind
 * it, and the file is refused there.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "formats/line.h"
#include "formats/record.h"

struct fixed {
	struct lines in;
	struct reading *reading;
	const struct definition *d;
	size_t bytes;	 /* of a record */
	int64_t newline; /* bytes of the line end behind the present one */
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static enum verdict
wrong_length(struct fixed *f, size_t into, struct fault *why, const char *what)
{
	return lines_refuse(&f->in, into, CODE_RECORD_LENGTH, why, what);
}

/* The next record lies whole in the window.  V_END: there is none. */
static enum verdict
next_record(struct fixed *f, struct fault *why)
{
	enum verdict v;

	if (f->in.left < f->bytes + 2 && !f->in.whole) {
		v = lines_more(&f->in, why);
		if (v != V_OK)
			return v;
	}
	if (f->in.left == 0)
		return V_END;
	if (f->in.left == 1 && f->in.at[0] == LINES_CTRL_Z)
		return wrong_length(
			f, 0, why, "a Ctrl-Z behind the last record");
	if (f->in.left < f->bytes)
		return wrong_length(f, 0, why,
			"the last record is shorter than the layout says");
	return V_OK;
}

/* The line end stands behind the record, and none within it. */
static enum verdict
line_end(struct fixed *f, struct fault *why)
{
	const char *p = f->in.at, *behind = p + f->bytes;
	size_t left = f->in.left - f->bytes;
	const char *early = memchr(p, '\n', f->bytes);

	f->newline = 0;
	if (f->d->newline == NEWLINE_NONE)
		return V_OK;
	if (early == NULL)
		early = memchr(p, '\r', f->bytes);
	if (early != NULL)
		return wrong_length(f, 0, why,
			"a record that is shorter than the layout says");
	if (left == 0 && f->in.whole)
		return V_OK;
	if (left >= 1 && behind[0] == '\n')
		f->newline = 1;
	else if (left >= 2 && behind[0] == '\r' && behind[1] == '\n')
		f->newline = 2;
	else
		return wrong_length(f, 0, why,
			"a record that is longer than the layout says, or "
			"whose line end is broken");
	return lines_ended(&f->in, f->newline, CODE_RECORD_LENGTH, why);
}

static int
find_record(const struct fixed *f)
{
	int i;

	for (i = 0; i < f->d->record_count; i++) {
		const struct record *r = &f->d->records[i];

		if (r->when == NULL)
			return i;
		assert(r->when_at > 0 &&
			(size_t)(r->when_at + r->when_bytes - 1) <= f->bytes);
		if (strlen(r->when) == (size_t)r->when_bytes &&
			memcmp(f->in.at + r->when_at - 1, r->when,
				(size_t)r->when_bytes) == 0)
			return i;
	}
	return -1;
}

/* Fields may lie against each other, so each gets room for its own NUL. */
static void
give_values(struct fixed *f, const struct record *record, bool ascii)
{
	size_t grows = ascii ? 1 : ENCODING_GROWS, room = 1;
	int i, last = record->first_field + record->field_count;
	char *to;

	for (i = record->first_field; i < last; i++)
		room += (size_t)f->d->fields[i].bytes * grows + 1;
	to = arena_alloc(reading_mem(f->reading), room);
	for (i = record->first_field; i < last; i++) {
		const struct field *field = &f->d->fields[i];
		const char *from = f->in.at + field->at - 1;
		size_t len = (size_t)field->bytes, made;

		assert(field->at > 0 &&
			(size_t)field->at - 1 + len <= f->bytes);
		while (len > 0 && is_blank(from[len - 1]))
			len--;
		for (; len > 0 && is_blank(from[0]); len--)
			from++;
		if (len == 0)
			continue;
		made = ascii ? len
			     : encoding_utf8(f->in.encoding, from, len, to);
		if (ascii)
			memcpy(to, from, len);
		to[made] = '\0';
		if (len > (size_t)f->d->field_max)
			reading_wrong(f->reading, CODE_LIMIT, field->name,
				"longer than the layout allows for any value");
		else
			reading_value(f->reading, i, to, made);
		to += made + 1;
	}
}

static enum verdict
one_record(struct fixed *f, struct fault *why)
{
	int64_t end = f->in.offset + (int64_t)f->bytes + f->newline;
	bool ascii;
	enum verdict v;
	int at;

	v = lines_sound(&f->in, f->bytes, &ascii, why);
	if (v != V_OK)
		return v;
	if (!ascii && f->in.encoding == ENCODING_UTF8)
		return wrong_length(f, encoding_ascii(f->in.at, f->bytes), why,
			"a character of more than one byte: positions behind "
			"it shift");
	at = find_record(f);
	if (at < 0)
		return reading_line_bad(f->reading, f->in.line, f->in.offset,
			end, CODE_COLUMNS,
			"a record of a kind that the layout does not have",
			why);
	v = reading_line(f->reading, at, f->in.line, f->in.offset, why);
	if (v != V_OK)
		return v;
	give_values(f, &f->d->records[at], ascii);
	return reading_line_end(f->reading, at, end, why);
}

static enum verdict
all_records(struct fixed *f, struct fault *why)
{
	enum verdict v;

	for (;;) {
		v = next_record(f, why);
		if (v != V_OK)
			return v == V_END ? V_OK : v;
		v = line_end(f, why);
		if (v == V_OK)
			v = one_record(f, why);
		if (v != V_OK)
			return v;
		/* Without line ends a record is what a person would count. */
		lines_take(&f->in, f->bytes + (size_t)f->newline, 1);
	}
}

enum verdict
fixed_read(struct reading *reading, format_read_fn *read, void *read_self,
	struct fault *why)
{
	const struct definition *d = reading_definition(reading);
	struct fixed f = { .reading = reading, .d = d };
	enum verdict v;

	assert(d->record_bytes > 0);
	f.bytes = (size_t)d->record_bytes;
	v = lines_open(&f.in, d, read, read_self, why);
	if (v == V_OK)
		v = all_records(&f, why);
	lines_close(&f.in);
	return v;
}
