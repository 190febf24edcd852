/* mobbjob/show.h - tables, times and numbers on a screen
 *
 * For people: aligned columns, thousands separators, local times.  With
 * --plain: one line a row, a tab between fields, plain numbers, RFC 3339.
 * Text that strangers wrote is shown without control characters.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_SHOW_H
#define MOBBJOB_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/uuid.h"

#define TABLE_COLUMNS_MAX 12

struct table_cell {
	const char *text;
	bool right;
};

struct table {
	struct arena *mem;
	bool plain;
	size_t columns;
	struct table_cell *cells; /* row by row, the head first */
	size_t count, size;
};

/* `heads` NULL-ended. */
void table_begin(struct table *table, bool plain, struct arena *mem,
	const char *const *heads);
void table_text(struct table *table, const char *text);
void table_number(struct table *table, int64_t value);
void table_time(struct table *table, int64_t ms); /* 0: "" */
/* Print all rows, then free. */
void table_end(struct table *table);
void table_drop(struct table *table); /* print nothing */

/* All in `mem`. */
const char *show_clean(const char *text, struct arena *mem);
const char *show_number(int64_t value, struct arena *mem);
const char *show_amount(int64_t cents, struct arena *mem);
const char *show_time(int64_t ms, struct arena *mem); /* "" for 0 */
const char *show_day(int32_t days, struct arena *mem);
const char *show_uuid(const struct uuid *uuid, struct arena *mem);
const char *show_digest(const uint8_t sha256[32], struct arena *mem);
const char *show_code(int code, struct arena *mem); /* "MOBB-0203" */

/* JSON: null for a text that is not there. */
void json_add_given(struct json *object, const char *key, const char *text);
/* And for a moment that has not come. */
void json_add_time(struct json *object, const char *key, int64_t ms);

#endif
