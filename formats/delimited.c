/* formats/delimited.c - lines of values with a mark between them
 *
 * Bytes that are not simply part of a value (marks, quotes, line ends) are
 * found sixty-four at a time; what lies between them is never walked through.
 * A line is taken apart where it lies, then copied once into the memory of its
 * record and cut there.  Quotes may hold marks, and line ends where the layout
 * says so: then what a line is only shows while it is taken apart.  A quote in
 * the wrong place costs that line; one that is not closed on its line, or made
 * several lines one, costs the file, for nobody knows how many records those
 * lines were.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/block.h"
#include "formats/line.h"
#include "formats/record.h"

#define COLUMNS_MAX 2000
#define REASON_MAX 160

_Static_assert(COLUMNS_MAX > DEFINITION_FIELDS_MAX, "a column for each field");

struct cell {
	size_t from, len; /* in the line, quotes at both ends apart */
	bool doubled;	  /* holds doubled quotes */
};

struct delimited {
	struct lines in;
	struct reading *reading;
	const struct definition *d;
	block separator, quote;

	/* LOOK_BYTES from `looked`: bit n is byte n */
	const char *looked;
	uint64_t stops; /* it is not simply part of a value */
	uint64_t odd;	/* NUL, or not ASCII */

	int *column;	/* of each field, from 0; -1: not in this file */
	size_t columns; /* of the header row, 0: as each record says */
	bool named;	/* the header row was read */
	struct cell *cells;

	/* the present line */
	size_t count;	 /* cells, also those beyond COLUMNS_MAX */
	size_t bytes;	 /* without its line end */
	int64_t newline; /* bytes of its line end, 0: the file ends here */
	int64_t lines;	 /* line ends in it and behind it */
	size_t stray;	 /* cells before the one that holds a stray quote */
	bool lone_cr;
	bool ascii; /* surely; otherwise who knows */

	/* empty lines, which are nothing at the end of the file */
	int64_t blank, blank_line, blank_offset;
};

#define NO_STRAY SIZE_MAX
#define LOOK_BYTES 64

_Static_assert(LOOK_BYTES <= LINES_PAD, "may look so far behind the window");

/* --- taking a line apart --- */

enum scan {
	SCAN_LINE,
	SCAN_MORE,  /* the window ends before the line */
	SCAN_QUOTE, /* the file ends in a quoted value */
	SCAN_OPEN   /* its line does, where it may not */
};

static void
look(struct delimited *f, const char *at)
{
	size_t left = (size_t)(f->in.at + f->in.left - at);
	int i;

	f->looked = at;
	f->stops = f->odd = 0;
	for (i = 0; i < LOOK_BYTES; i += BLOCK_BYTES) {
		block b = block_at(at + i);
		block stop = (block)(b == f->separator) |
			     (block)(b == f->quote) | (block)(b == '\n') |
			     (block)(b == '\r');

		f->stops |= (uint64_t)block_bits(stop) << i;
		f->odd |= (uint64_t)block_bits(b | (block)(b == 0)) << i;
	}
	if (left < LOOK_BYTES) {
		f->stops &= (UINT64_C(1) << left) - 1;
		f->odd &= (UINT64_C(1) << left) - 1;
	}
}

/* The first stop from `at` on, or the end of the window. */
static inline size_t
next_stop(struct delimited *f, size_t at)
{
	size_t into = (size_t)(f->in.at + at - f->looked);

	for (;;) {
		uint64_t stops =
			into < LOOK_BYTES ? f->stops >> into : UINT64_C(0);

		if (stops != 0)
			return at + (size_t)__builtin_ctzll(stops);
		at += into < LOOK_BYTES ? LOOK_BYTES - into : 0;
		if (at >= f->in.left)
			return f->in.left;
		look(f, f->in.at + at);
		f->ascii = f->ascii && f->odd == 0;
		into = 0;
	}
}

static inline void
add_cell(struct delimited *f, size_t from, size_t len, bool doubled)
{
	if (f->count < COLUMNS_MAX)
		f->cells[f->count] = (struct cell){ from, len, doubled };
	f->count++;
}

/* A value that begins with a quote; *at is behind it, and behind the closing
 * one afterwards.
 */
static enum scan
quoted_cell(struct delimited *f, size_t *at)
{
	const char *p = f->in.at;
	size_t left = f->in.left, from = *at, i = *at;
	bool doubled = false;

	for (;;) {
		i = next_stop(f, i);
		if (i == left ||
			(p[i] == f->d->quote && i + 1 == left && !f->in.whole))
			return f->in.whole ? SCAN_QUOTE : SCAN_MORE;
		if (p[i] == '\n' || p[i] == '\r') {
			if (!f->d->multiline)
				return SCAN_OPEN;
			f->lines += p[i] == '\n';
		}
		if (p[i++] != f->d->quote)
			continue;
		if (i == left || p[i] != f->d->quote)
			break;
		doubled = true;
		i++;
	}
	add_cell(f, from, i - 1 - from, doubled);
	*at = i;
	return SCAN_LINE;
}

/* A separator or line end at `at`: true.  A quote or lone CR there is noted. */
static inline bool
cell_ends(struct delimited *f, size_t at)
{
	char c = f->in.at[at];

	if (c == f->d->separator || c == '\n')
		return true;
	if (c == '\r') {
		if (at + 1 < f->in.left && f->in.at[at + 1] == '\n')
			return true;
		f->lone_cr = true;
	} else if (f->stray == NO_STRAY) {
		f->stray = f->count;
	}
	return false;
}

static enum scan
take_apart(struct delimited *f)
{
	/* No byte is -1. */
	const int quote = f->d->quote == 0 ? -1 : (unsigned char)f->d->quote;
	const char separator = f->d->separator;
	const char *p = f->in.at;
	size_t left = f->in.left, at = 0;

	f->count = 0;
	f->lines = 0;
	f->stray = NO_STRAY;
	f->lone_cr = false;
	if ((size_t)(p - f->looked) >= LOOK_BYTES)
		look(f, p);
	f->ascii = f->odd >> (p - f->looked) == 0;
	for (;;) {
		size_t from = at;
		bool quoted = (unsigned char)p[at] == quote;

		if (quoted) {
			enum scan s;

			at++;
			s = quoted_cell(f, &at);
			if (s != SCAN_LINE)
				return s;
			from = at;
		}
		at = next_stop(f, at);
		while (at < left && p[at] != separator && !cell_ends(f, at))
			at = next_stop(f, at + 1);
		/* A CR at the end of the window may be half a line end. */
		if (at == left && !f->in.whole)
			return SCAN_MORE;
		if (!quoted)
			add_cell(f, from, at - from, false);
		else if (at > from && f->stray >= f->count)
			f->stray = f->count - 1;
		if (at == left || p[at] != separator)
			break;
		at++;
	}
	f->bytes = at;
	f->newline = at == left ? 0 : p[at] == '\r' ? 2 : 1;
	f->lines += f->newline > 0;
	return SCAN_LINE;
}

/* The next line, whole.  V_END: there is none. */
static enum verdict
next_line(struct delimited *f, struct fault *why)
{
	const char *too_long = "a line or quoted value longer than the layout "
			       "allows";
	size_t max = (size_t)f->d->record_bytes_max;
	enum verdict v;
	enum scan s;

	for (;;) {
		if (f->in.left == 0 && f->in.whole)
			return V_END;
		s = f->in.left == 0 ? SCAN_MORE : take_apart(f);
		if (s == SCAN_LINE)
			break;
		if (s == SCAN_QUOTE)
			return lines_refuse(&f->in, 0, CODE_COLUMNS, why,
				"a quoted value that is never closed");
		if (s == SCAN_OPEN)
			return lines_refuse(&f->in, 0, CODE_COLUMNS, why,
				"a quote is not closed on its line");
		if (f->in.left > max)
			return lines_refuse(
				&f->in, 0, CODE_LIMIT, why, too_long);
		v = lines_more(&f->in, why);
		if (v != V_OK)
			return v;
		look(f, f->in.at);
	}
	if (f->bytes + (size_t)f->newline > max)
		return lines_refuse(&f->in, 0, CODE_LIMIT, why, too_long);
	if (f->newline == 0 && f->bytes > 0 &&
		f->in.at[f->bytes - 1] == LINES_CTRL_Z)
		return lines_refuse(&f->in, f->bytes - 1, CODE_COLUMNS, why,
			"a Ctrl-Z at the end of the file");
	if (f->stray != NO_STRAY && f->lines > (f->newline > 0))
		return lines_refuse(&f->in, 0, CODE_COLUMNS, why,
			"a quote in the wrong place makes several lines one");
	if (f->lone_cr)
		return lines_refuse(&f->in, 0, CODE_COLUMNS, why,
			"a CR without LF: line ends are mixed");
	return f->newline == 0
		       ? V_OK
		       : lines_ended(&f->in, f->newline, CODE_COLUMNS, why);
}

/* --- a cell as text --- */

/* Two quotes become one, in place. */
static size_t
single_quotes(char *text, size_t len, char quote)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++) {
		text[n++] = text[i];
		i += text[i] == quote;
	}
	return n;
}

/* Cell `c` of the copy `line` as UTF-8, closed with a NUL; the byte behind the
 * cell is a mark and not needed.
 */
static inline const char *
cell_text(struct delimited *f, char *line, struct cell *c, bool ascii,
	struct arena *mem, size_t *len_out)
{
	char *text = line + c->from, *made;

	if (c->doubled)
		c->len = single_quotes(text, c->len, f->d->quote);
	c->doubled = false;
	text[c->len] = '\0';
	*len_out = c->len;
	if (ascii || f->in.encoding == ENCODING_UTF8 ||
		encoding_ascii(text, c->len) == c->len)
		return text;
	made = arena_alloc(mem, c->len * ENCODING_GROWS + 1);
	*len_out = encoding_utf8(f->in.encoding, text, c->len, made);
	made[*len_out] = '\0';
	return made;
}

/* --- the header row --- */

/* What column `at` is called: each field of that name gets it. */
static enum verdict
name_column(struct delimited *f, size_t at, const char *name, bool *known_out,
	struct fault *why)
{
	int i;

	*known_out = false;
	for (i = 0; i < f->d->field_count; i++) {
		const struct field *field = &f->d->fields[i];

		if (field->header == NULL || strcmp(field->header, name) != 0)
			continue;
		if (f->column[i] >= 0) {
			char reason[REASON_MAX];

			snprintf(reason, sizeof(reason),
				"the column of field %s is there twice",
				field->name);
			return lines_refuse(
				&f->in, 0, CODE_COLUMNS, why, reason);
		}
		f->column[i] = (int)at;
		*known_out = true;
	}
	return V_OK;
}

static enum verdict
required_columns(struct delimited *f, struct fault *why)
{
	char reason[REASON_MAX];
	int i;

	for (i = 0; i < f->d->field_count; i++) {
		const struct field *field = &f->d->fields[i];

		if (field->header == NULL || f->column[i] >= 0 ||
			!field->required || field->preset != NULL)
			continue;
		snprintf(reason, sizeof(reason),
			"the first line has no column for field %s, which is "
			"required",
			field->name);
		return lines_refuse(&f->in, 0, CODE_COLUMNS, why, reason);
	}
	return V_OK;
}

/* The names of strange columns are not told: without a header row they would
 * be somebody's values.
 */
static void
tell_unknown(struct delimited *f, const char *numbers, size_t count)
{
	char reason[REASON_MAX];

	if (count == 0)
		return;
	snprintf(reason, sizeof(reason),
		"%zu columns that the layout does not have: %s", count,
		numbers);
	reading_remark(f->reading, CODE_UNKNOWN_FIELD, "", reason);
}

static enum verdict
header_row(struct delimited *f, bool ascii, struct fault *why)
{
	struct arena mem = ARENA_EMPTY;
	char *line = arena_text(&mem, f->in.at, f->bytes);
	char numbers[REASON_MAX / 2] = "";
	size_t i, len, unknown = 0, used = 0;
	enum verdict v = V_OK;

	if (f->stray != NO_STRAY || f->count > COLUMNS_MAX)
		v = lines_refuse(&f->in, 0, CODE_COLUMNS, why,
			"the first line cannot be taken apart");
	for (i = 0; v == V_OK && i < f->count; i++) {
		bool known = true;
		const char *name =
			cell_text(f, line, &f->cells[i], ascii, &mem, &len);

		v = name_column(f, i, name, &known, why);
		if (known)
			continue;
		unknown++;
		if (used + 12 < sizeof(numbers))
			used += (size_t)snprintf(numbers + used,
				sizeof(numbers) - used, "%s%zu",
				used == 0 ? "" : ", ", i + 1);
	}
	if (v == V_OK)
		v = required_columns(f, why);
	if (v == V_OK)
		tell_unknown(f, numbers, unknown);
	f->columns = f->count;
	f->named = true;
	arena_done(&mem);
	return v;
}

/* --- records --- */

static int
find_record(const struct delimited *f)
{
	int i;

	for (i = 0; i < f->d->record_count; i++) {
		const struct record *r = &f->d->records[i];
		size_t at = (size_t)r->when_column - 1;

		if (r->when == NULL)
			return i;
		assert(r->when_column > 0);
		if (at < f->count && at < COLUMNS_MAX && at < f->stray &&
			strlen(r->when) == f->cells[at].len &&
			memcmp(f->in.at + f->cells[at].from, r->when,
				f->cells[at].len) == 0)
			return i;
	}
	return -1;
}

static void
give_values(struct delimited *f, const struct record *record, bool ascii)
{
	struct arena *mem = reading_mem(f->reading);
	char *line = arena_text(mem, f->in.at, f->bytes);
	int i, last = record->first_field + record->field_count;

	for (i = record->first_field; i < last; i++) {
		const char *text;
		struct cell *c;
		size_t len;

		if (f->column[i] < 0 || (size_t)f->column[i] >= f->count)
			continue;
		c = &f->cells[f->column[i]];
		if (c->len == 0)
			continue;
		text = cell_text(f, line, c, ascii, mem, &len);
		if (c->len > (size_t)f->d->field_max)
			reading_wrong(f->reading, CODE_LIMIT,
				f->d->fields[i].name,
				"longer than the layout allows for any value");
		else
			reading_value(f->reading, i, text, len);
	}
}

static enum verdict
give_record(struct delimited *f, int at, bool ascii, struct fault *why)
{
	const struct record *record = &f->d->records[at];
	size_t want = f->columns > 0 ? f->columns : (size_t)record->columns;
	int64_t end = f->in.offset + (int64_t)f->bytes + f->newline;
	char reason[REASON_MAX];
	enum verdict v;

	v = reading_line(f->reading, at, f->in.line, f->in.offset, why);
	if (v != V_OK)
		return v;
	if (f->stray != NO_STRAY) {
		reading_wrong(f->reading, CODE_COLUMNS, "",
			"a quote in the middle of a value");
	} else if ((want > 0 && f->count != want) || f->count > COLUMNS_MAX) {
		snprintf(reason, sizeof(reason),
			"%zu columns, there must be %zu", f->count, want);
		reading_wrong(f->reading, CODE_COLUMNS, "", reason);
	} else {
		give_values(f, record, ascii);
	}
	return reading_line_end(f->reading, at, end, why);
}

/* Empty lines turned out not to be the last: each is one too many. */
static enum verdict
tell_blank(struct delimited *f, struct fault *why)
{
	enum verdict v = V_OK;

	for (; v == V_OK && f->blank > 0; f->blank--) {
		v = reading_line_bad(f->reading, f->blank_line, f->blank_offset,
			f->blank_offset + f->in.newline, CODE_COLUMNS,
			"an empty line", why);
		f->blank_line++;
		f->blank_offset += f->in.newline;
	}
	return v;
}

static enum verdict
one_line(struct delimited *f, struct fault *why)
{
	bool ascii = f->ascii;
	enum verdict v;
	int at;

	if (f->bytes == 0) {
		if (f->blank++ == 0) {
			f->blank_line = f->in.line;
			f->blank_offset = f->in.offset;
		}
		return V_OK;
	}
	v = tell_blank(f, why);
	if (v == V_OK && !ascii)
		v = lines_sound(&f->in, f->bytes, &ascii, why);
	if (v != V_OK)
		return v;
	if (f->d->header_row && !f->named)
		return header_row(f, ascii, why);
	at = find_record(f);
	if (at >= 0)
		return give_record(f, at, ascii, why);
	return reading_line_bad(f->reading, f->in.line, f->in.offset,
		f->in.offset + (int64_t)f->bytes + f->newline, CODE_COLUMNS,
		f->stray != NO_STRAY ? "a quote in the middle of a value"
				     : "a line of a kind that the layout does "
				       "not have",
		why);
}

static enum verdict
all_lines(struct delimited *f, struct fault *why)
{
	enum verdict v;

	for (;;) {
		v = next_line(f, why);
		if (v != V_OK)
			return v == V_END ? V_OK : v;
		v = one_line(f, why);
		if (v != V_OK)
			return v;
		lines_take(&f->in, f->bytes + (size_t)f->newline, f->lines);
	}
}

enum verdict
delimited_read(struct reading *reading, format_read_fn *read, void *read_self,
	struct fault *why)
{
	const struct definition *d = reading_definition(reading);
	struct delimited *f = mem_zero(1, sizeof(*f));
	enum verdict v;
	int i;

	assert(d->separator != 0 && d->separator != d->quote);
	f->reading = reading;
	f->d = d;
	f->separator = (block){ 0 } + (unsigned char)d->separator;
	f->quote = d->quote == 0 ? f->separator
				 : (block){ 0 } + (unsigned char)d->quote;
	f->cells = mem_new(COLUMNS_MAX * sizeof(*f->cells));
	f->column = mem_new((size_t)d->field_count * sizeof(*f->column));
	for (i = 0; i < d->field_count; i++)
		f->column[i] = d->fields[i].header == NULL
				       ? d->fields[i].column - 1
				       : -1;
	v = lines_open(&f->in, d, read, read_self, why);
	if (v == V_OK) {
		look(f, f->in.at);
		v = all_lines(f, why);
	}
	lines_close(&f->in);
	free(f->cells);
	free(f->column);
	free(f);
	return v;
}
