/* store/pg.h - the wall around libpq; private to store/
 *
 * One connection: statements with parameters, rows in binary, COPY in, and
 * transactions.  No fault made here holds a value of a row: PostgreSQL prints
 * rows into its messages, so of an error only the SQLSTATE and the names of
 * table and constraint are told.  One thread at a time.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef STORE_PG_H
#define STORE_PG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/uuid.h"

struct pg;

enum verdict pg_open(
	const char *conninfo, struct pg **pg_out, struct fault *why);
void pg_close(struct pg *pg); /* accepts NULL */

/* Do policies hold for this login?  Then COPY cannot write where they do. */
void pg_policies(struct pg *pg, bool hold);
bool pg_has_policies(const struct pg *pg);

/* Does the connection string say as whom to log in? */
bool pg_names_user(const char *conninfo);

/* Does a server accept connections there? */
bool pg_alive(const char *conninfo);

/* --- statements --- */

enum pg_kind {
	PG_END = 0, /* behind the last */
	PG_NUMBER,
	PG_TEXT, /* NULL pointer: SQL NULL */
	PG_BYTES,
	PG_UUID,
};

struct pg_arg {
	enum pg_kind kind;
	int64_t number;
	const void *bytes;
	size_t len;
};

#define PG_ARGS_MAX 24

/* pg_do(pg, "... $1 ... $2", PG_ARGS(PG_N(7), PG_T("x")), why) */
#define PG_ARGS(...)                                                           \
	((const struct pg_arg[]){ __VA_ARGS__, { .kind = PG_END } })
#define PG_N(v) ((struct pg_arg){ .kind = PG_NUMBER, .number = (v) })
#define PG_T(v) ((struct pg_arg){ .kind = PG_TEXT, .bytes = (v) })
#define PG_B(v, n)                                                             \
	((struct pg_arg){ .kind = PG_BYTES, .bytes = (v), .len = (n) })
#define PG_U(v) ((struct pg_arg){ .kind = PG_UUID, .bytes = (v)->bytes })

/* Rows of one answer; pg_rows_done() gives them back, also when empty. */
struct pg_rows {
	void *result;
	int count;
};

#define PG_ROWS_NONE ((struct pg_rows){ NULL, 0 })

/* Run one statement; args NULL: none.  `changed_out` NULL: not asked for. */
enum verdict pg_do(struct pg *pg, const char *sql, const struct pg_arg *args,
	int64_t *changed_out, struct fault *why);
/* Run one and keep its rows. */
enum verdict pg_ask(struct pg *pg, const char *sql, const struct pg_arg *args,
	struct pg_rows *rows_out, struct fault *why);
/* Several statements, without parameters; no rows. */
enum verdict pg_script(struct pg *pg, const char *sql, struct fault *why);
/* Five characters of the last failure, "" when there was none. */
const char *pg_sqlstate(const struct pg *pg);

void pg_rows_done(struct pg_rows *rows);
/* NULL reads as 0, false, "" (never a NULL pointer), or zero bytes. */
bool pg_null(const struct pg_rows *rows, int row, int column);
int64_t pg_int(const struct pg_rows *rows, int row, int column);
bool pg_bool(const struct pg_rows *rows, int row, int column);
struct uuid pg_uuid(const struct pg_rows *rows, int row, int column);
/* Lent until pg_rows_done(); closed with a NUL. */
const char *pg_bytes(
	const struct pg_rows *rows, int row, int column, size_t *len_out);
/* A copy in `mem`. */
const char *pg_text(
	const struct pg_rows *rows, int row, int column, struct arena *mem);
/* A short text into a field of `size` bytes, closed with a NUL. */
void pg_word(const struct pg_rows *rows, int row, int column, char *out,
	size_t size);
/* Exactly `len` bytes, or zeros. */
void pg_fixed(
	const struct pg_rows *rows, int row, int column, void *out, size_t len);

/* "{1,2,3}", for a parameter that is cast to bigint[]. */
void pg_array(struct buf *out, const int64_t *numbers, size_t count);

/* --- transactions --- */

enum verdict pg_begin(struct pg *pg, struct fault *why);
/* Commit when `v` is V_OK, else roll back; `v` or the failure to commit. */
enum verdict pg_end(struct pg *pg, enum verdict v, struct fault *why);

/* --- binary COPY in --- */

struct pg_copy {
	struct pg *pg;
	uint8_t *bytes;
	size_t len, size;
	bool open;
};

#define PG_COPY_NONE ((struct pg_copy){ .pg = NULL })

/* `sql`: "copy t (a, b) from stdin (format binary)".  The memory of an earlier
 * copy is used again.
 */
enum verdict pg_copy_begin(struct pg_copy *copy, struct pg *pg, const char *sql,
	struct fault *why);
/* Begin a row; sends what has piled up. */
enum verdict pg_copy_row(struct pg_copy *copy, int columns, struct fault *why);
void pg_copy_i64(struct pg_copy *copy, int64_t value);
void pg_copy_i32(struct pg_copy *copy, int32_t value);
void pg_copy_i16(struct pg_copy *copy, int16_t value);
void pg_copy_bool(struct pg_copy *copy, bool value);
void pg_copy_bytes(struct pg_copy *copy, const void *bytes, size_t len);
/* NULL: null.  Bytes that are no UTF-8 become "?", as in a parameter: a text
 * that was cut to a length may end in the middle of a character.
 */
void pg_copy_text(struct pg_copy *copy, const char *text);
void pg_copy_null(struct pg_copy *copy);
/* For store/pg.c itself: bytes without a length in front. */
uint8_t *pg_copy_room(struct pg_copy *copy, size_t len);
void pg_copy_count(struct pg_copy *copy, uint16_t columns);
enum verdict pg_copy_end(struct pg_copy *copy, struct fault *why);
void pg_copy_done(struct pg_copy *copy); /* frees; may be called twice */

/* --- binary COPY out --- */

struct pg_field {
	const uint8_t *bytes; /* lent until the next row */
	int32_t len;	      /* -1: null */
};
#define PG_FIELDS_MAX 8
/* null reads as 0 */
int64_t pg_field_int(const struct pg_field *field);

/* `sql`: "copy (select ..) to stdout (format binary)", of `columns` columns.
 * Each row is given to `each`; what that returns other than V_OK ends it.
 */
enum verdict pg_copy_out(struct pg *pg, const char *sql, int columns,
	enum verdict (*each)(
		void *self, const struct pg_field *fields, struct fault *why),
	void *self, struct fault *why);

/* --- waiting --- */

/* Wait for a notification, at most `ms`; also_fd -1: none. */
void pg_wait(struct pg *pg, int64_t ms, int also_fd);

#endif
