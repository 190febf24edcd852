/* mobbjob/show.c - see mobbjob/show.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/text.h"
#include "batch/proof.h"
#include "mobbjob/show.h"

static void
cell(struct table *table, const char *text, bool right)
{
	if (table->count == table->size) {
		table->size = table->size == 0 ? 256 : table->size * 2;
		table->cells = mem_grow(
			table->cells, table->size * sizeof(table->cells[0]));
	}
	table->cells[table->count++] = (struct table_cell){ text, right };
}

void
table_begin(struct table *table, bool plain, struct arena *mem,
	const char *const *heads)
{
	*table = (struct table){ .mem = mem, .plain = plain };
	for (; heads[table->columns] != NULL; table->columns++)
		cell(table, heads[table->columns], false);
	assert(table->columns > 0 && table->columns <= TABLE_COLUMNS_MAX);
}

void
table_text(struct table *table, const char *text)
{
	cell(table, show_clean(text, table->mem), false);
}

void
table_number(struct table *table, int64_t value)
{
	cell(table,
		table->plain ? arena_format(table->mem, "%" PRId64, value)
			     : show_number(value, table->mem),
		true);
}

void
table_time(struct table *table, int64_t ms)
{
	char text[CLOCK_TEXT_MAX] = "";

	if (!table->plain) {
		cell(table, show_time(ms, table->mem), false);
		return;
	}
	if (ms != 0)
		clock_local(ms, text);
	cell(table, arena_text(table->mem, text, strlen(text)), false);
}

static size_t
width_of(const char *text)
{
	int64_t chars = text_chars(text, strlen(text));

	return chars < 0 ? strlen(text) : (size_t)chars;
}

static void
print_row(const struct table *table, size_t row, const size_t *widths)
{
	size_t c;

	for (c = 0; c < table->columns; c++) {
		const struct table_cell *it =
			&table->cells[row * table->columns + c];
		size_t pad = widths[c] - width_of(it->text);

		/* A head stands over its numbers. */
		bool right = row == 0 && table->count > table->columns
				     ? table->cells[table->columns + c].right
				     : it->right;

		if (c > 0)
			fputs("  ", stdout);
		if (right)
			printf("%*s", (int)pad, "");
		fputs(it->text, stdout);
		if (!right && c + 1 < table->columns)
			printf("%*s", (int)pad, "");
	}
	putchar('\n');
}

void
table_end(struct table *table)
{
	size_t widths[TABLE_COLUMNS_MAX] = { 0 }, i, rows;

	assert(table->count % table->columns == 0);
	rows = table->count / table->columns;
	for (i = 0; i < table->count; i++) {
		size_t width = width_of(table->cells[i].text);
		size_t *most = &widths[i % table->columns];

		if (width > *most)
			*most = width;
	}
	for (i = 0; !table->plain && rows > 1 && i < rows; i++)
		print_row(table, i, widths);
	for (i = table->columns; table->plain && i < table->count; i++)
		printf("%s%c", table->cells[i].text,
			i % table->columns + 1 == table->columns ? '\n' : '\t');
	table_drop(table);
}

void
table_drop(struct table *table)
{
	free(table->cells);
	*table = (struct table){ 0 };
}

/* A terminal takes orders from control characters; a letter's reference may
 * hold them.
 */
const char *
show_clean(const char *text, struct arena *mem)
{
	char *copy = arena_text(mem, text, strlen(text)), *c;

	for (c = copy; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = ' ';
	return text_chars(copy, strlen(copy)) < 0 ? "?" : copy;
}

const char *
show_number(int64_t value, struct arena *mem)
{
	char text[PROOF_NUMBER_MAX];

	proof_number(value, text);
	return arena_text(mem, text, strlen(text));
}

const char *
show_amount(int64_t cents, struct arena *mem)
{
	char text[PROOF_NUMBER_MAX];

	proof_amount(cents, text);
	return arena_format(mem, "EUR %s", text);
}

/* "2026-11-23 21:00:00" */
const char *
show_time(int64_t ms, struct arena *mem)
{
	char text[CLOCK_TEXT_MAX];

	if (ms == 0)
		return "";
	clock_local(ms, text);
	return arena_format(mem, "%.10s %.8s", text, text + 11);
}

const char *
show_day(int32_t days, struct arena *mem)
{
	int y, m, d;

	clock_date(days, &y, &m, &d);
	return arena_format(mem, "%04d-%02d-%02d", y, m, d);
}

const char *
show_uuid(const struct uuid *uuid, struct arena *mem)
{
	char text[UUID_TEXT_MAX];

	uuid_text(uuid, text);
	return arena_text(mem, text, strlen(text));
}

const char *
show_digest(const uint8_t sha256[32], struct arena *mem)
{
	char text[DIGEST_HEX_MAX];

	digest_hex(sha256, DIGEST_BYTES, text);
	return arena_text(mem, text, strlen(text));
}

const char *
show_code(int code, struct arena *mem)
{
	return code == 0 ? "" : arena_format(mem, "MOBB-%04d", code);
}

void
json_add_given(struct json *o, const char *key, const char *text)
{
	if (text == NULL || text[0] == '\0')
		json_add_null(o, key);
	else
		json_add_text(o, key, text);
}

void
json_add_time(struct json *object, const char *key, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	if (ms == 0) {
		json_add_null(object, key);
		return;
	}
	clock_local(ms, text);
	json_add_text(object, key, text);
}
