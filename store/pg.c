/* store/pg.c - see store/pg.h; the only file that includes libpq
 *
 * Parameters go as text (numbers, texts) or binary (bytes, ids); rows come in
 * binary, so nothing is parsed or escaped.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/pg.h"
#include "store/utf8.h"

#define OID_BYTEA 17
#define OID_UUID 2950
#define UUID_BYTES 16
#define NUMBER_TEXT_MAX 24
#define CONNECT_SECONDS "10"
#define NOTICE_SQL_CHARS 60 /* of a failing statement, in a fault */

struct pg {
	PGconn *conn;
	char sqlstate[8];
	bool policies;
};

/* A killed client's statement must not keep its locks: the server looks every
 * second whether we are there.  Our own temporary tables come last in the
 * search path, so that none can stand in for a table of ours.
 */
static const char settings[] = "set client_connection_check_interval = '1s';"
			       "set search_path = public, pg_temp;"
			       "set jit = off;"
			       "set client_min_messages = error";

/* Errors that say "the server is not there now", by SQLSTATE. */
static bool
away(const char *state)
{
	static const char *const states[] = { "57P01", "57P02", "57P03",
		"53300", "40001", "40P01", "57014", "57P05", "25P03" };
	size_t i;

	if (strncmp(state, "08", 2) == 0)
		return true;
	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strcmp(state, states[i]) == 0)
			return true;
	return false;
}

/* Field of an error that is a name of ours, never a value. */
static const char *
name_of(const PGresult *result, int field)
{
	const char *text = PQresultErrorField(result, field);

	return text == NULL ? "-" : text;
}

static enum verdict
failed(struct pg *pg, const PGresult *result, const char *sql,
	struct fault *why)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	enum verdict v;

	snprintf(pg->sqlstate, sizeof(pg->sqlstate), "%s",
		state == NULL ? "" : state);
	if (PQstatus(pg->conn) == CONNECTION_BAD || state == NULL)
		v = fault_set(why, V_LATER, CODE_DATABASE,
			"the connection to the database is lost");
	else if (away(state))
		v = fault_set(why, V_LATER, CODE_DATABASE,
			"the database says later: SQLSTATE %s", state);
	else if (strcmp(state, "53100") == 0)
		v = fault_set(why, V_LATER, CODE_DISK_FULL,
			"the disk of the database is full");
	else if (strcmp(state, "42501") == 0)
		v = fault_set(why, V_BROKEN, CODE_NOT_ALLOWED,
			"the database does not allow it");
	else if (strncmp(state, "MB", 2) == 0)
		/* Raised by our own triggers, with our own words. */
		return fault_set(why, V_SKIP,
			(enum code)(1000 + strtol(state + 2, NULL, 10)), "%s",
			name_of(result, PG_DIAG_MESSAGE_PRIMARY));
	else
		v = fault_set(why, V_BROKEN, CODE_DATABASE_QUERY,
			"a statement failed: SQLSTATE %s, table %s, "
			"constraint %s",
			state, name_of(result, PG_DIAG_TABLE_NAME),
			name_of(result, PG_DIAG_CONSTRAINT_NAME));
	/* The text of a statement is ours: values are parameters. */
	fault_at(why, "%.*s", NOTICE_SQL_CHARS, sql);
	return v;
}

/* Nothing was asked yet, so no row can be in the text. */
static enum verdict
no_connection(const char *text, struct fault *why)
{
	static const char *const strangers[] = { "role \"",
		"authentication failed", "permission denied for database" };
	int len = (int)strcspn(text, "\n");
	size_t i;

	for (i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++)
		if (strstr(text, "FATAL") != NULL &&
			strstr(text, strangers[i]) != NULL)
			return fault_set(why, V_BROKEN, CODE_NO_PERSON,
				"the database does not know you: %.*s", len,
				text);
	return fault_set(
		why, V_LATER, CODE_DATABASE, "cannot connect: %.*s", len, text);
}

void
pg_policies(struct pg *pg, bool hold)
{
	pg->policies = hold;
}

bool
pg_has_policies(const struct pg *pg)
{
	return pg->policies;
}

bool
pg_names_user(const char *conninfo)
{
	PQconninfoOption *options = PQconninfoParse(conninfo, NULL), *o;
	bool names = false;

	for (o = options; o != NULL && o->keyword != NULL; o++)
		if (strcmp(o->keyword, "user") == 0 && o->val != NULL)
			names = true;
	PQconninfoFree(options);
	return names;
}

enum verdict
pg_open(const char *conninfo, struct pg **pg_out, struct fault *why)
{
	static const char *const words[] = { "connect_timeout", "dbname",
		"client_encoding", "fallback_application_name", NULL };
	const char *values[] = { CONNECT_SECONDS, conninfo, "UTF8", "mobb",
		NULL };
	struct pg *pg = mem_zero(1, sizeof(*pg));
	const char *text;
	enum verdict v;

	pg->conn = PQconnectdbParams(words, values, 1);
	if (pg->conn == NULL || PQstatus(pg->conn) != CONNECTION_OK) {
		text = pg->conn == NULL ? "no memory"
					: PQerrorMessage(pg->conn);
		v = no_connection(text, why);
		pg_close(pg);
		return v;
	}
	(void)PQsetErrorVerbosity(pg->conn, PQERRORS_TERSE);
	v = pg_script(pg, settings, why);
	if (v != V_OK) {
		pg_close(pg);
		return v;
	}
	*pg_out = pg;
	return V_OK;
}

void
pg_close(struct pg *pg)
{
	if (pg == NULL)
		return;
	if (pg->conn != NULL)
		PQfinish(pg->conn);
	free(pg);
}

bool
pg_alive(const char *conninfo)
{
	return PQping(conninfo) == PQPING_OK;
}

const char *
pg_sqlstate(const struct pg *pg)
{
	return pg->sqlstate;
}

/* --- statements --- */

struct params {
	int count;
	Oid types[PG_ARGS_MAX];
	const char *values[PG_ARGS_MAX];
	int lengths[PG_ARGS_MAX], formats[PG_ARGS_MAX];
	char numbers[PG_ARGS_MAX][NUMBER_TEXT_MAX];
	char *mended[PG_ARGS_MAX];
};

/* Text goes as it is; what is no UTF-8 in a mended copy. */
static const char *
text_param(const char *text, char **mended_out)
{
	if (text == NULL || utf8_good(text, strlen(text)) == strlen(text))
		return text;
	*mended_out = mem_text(text);
	utf8_mend(*mended_out, strlen(text));
	return *mended_out;
}

static void
params_fill(struct params *p, const struct pg_arg *args)
{
	int n;

	for (n = 0; args != NULL && args[n].kind != PG_END; n++) {
		assert(n < PG_ARGS_MAX);
		p->types[n] = 0;
		p->lengths[n] = 0;
		p->formats[n] = 0;
		p->values[n] = args[n].bytes;
		p->mended[n] = NULL;
		switch (args[n].kind) {
		case PG_NUMBER:
			snprintf(p->numbers[n], NUMBER_TEXT_MAX, "%" PRId64,
				args[n].number);
			p->values[n] = p->numbers[n];
			break;
		case PG_BYTES:
			assert(args[n].len <= INT32_MAX);
			p->types[n] = OID_BYTEA;
			p->lengths[n] = (int)args[n].len;
			p->formats[n] = 1;
			if (args[n].bytes == NULL && args[n].len == 0)
				p->values[n] = "";
			break;
		case PG_UUID:
			p->types[n] = OID_UUID;
			p->lengths[n] = UUID_BYTES;
			p->formats[n] = 1;
			break;
		case PG_TEXT:
			p->values[n] = text_param(args[n].bytes, &p->mended[n]);
			break;
		case PG_END:
			break;
		}
	}
	p->count = n;
}

enum verdict
pg_ask(struct pg *pg, const char *sql, const struct pg_arg *args,
	struct pg_rows *rows_out, struct fault *why)
{
	struct params p;
	PGresult *result;
	ExecStatusType status;
	enum verdict v;

	params_fill(&p, args);
	pg->sqlstate[0] = '\0';
	result = PQexecParams(pg->conn, sql, p.count, p.types, p.values,
		p.lengths, p.formats, 1);
	while (p.count > 0)
		free(p.mended[--p.count]);
	status = PQresultStatus(result);
	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
		v = failed(pg, result, sql, why);
		PQclear(result);
		return v;
	}
	*rows_out = (struct pg_rows){ result, PQntuples(result) };
	return V_OK;
}

enum verdict
pg_do(struct pg *pg, const char *sql, const struct pg_arg *args,
	int64_t *changed_out, struct fault *why)
{
	struct pg_rows rows;
	enum verdict v = pg_ask(pg, sql, args, &rows, why);

	if (v != V_OK)
		return v;
	if (changed_out != NULL)
		*changed_out = strtoll(PQcmdTuples(rows.result), NULL, 10);
	pg_rows_done(&rows);
	return V_OK;
}

enum verdict
pg_script(struct pg *pg, const char *sql, struct fault *why)
{
	PGresult *result = PQexec(pg->conn, sql);
	ExecStatusType status = PQresultStatus(result);
	enum verdict v = V_OK;

	pg->sqlstate[0] = '\0';
	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
		v = failed(pg, result, sql, why);
	PQclear(result);
	return v;
}

/* --- rows --- */

void
pg_rows_done(struct pg_rows *rows)
{
	PQclear(rows->result);
	*rows = PG_ROWS_NONE;
}

bool
pg_null(const struct pg_rows *rows, int row, int column)
{
	return PQgetisnull(rows->result, row, column) != 0;
}

static uint64_t
big_endian(const uint8_t *bytes, int len)
{
	uint64_t value = 0;
	int i;

	for (i = 0; i < len; i++)
		value = value << 8 | bytes[i];
	return value;
}

int64_t
pg_int(const struct pg_rows *rows, int row, int column)
{
	const uint8_t *bytes =
		(const uint8_t *)PQgetvalue(rows->result, row, column);
	int len = PQgetlength(rows->result, row, column);
	uint64_t value;

	if (pg_null(rows, row, column))
		return 0;
	assert(len == 1 || len == 2 || len == 4 || len == 8);
	value = big_endian(bytes, len);
	switch (len) {
	case 2:
		return (int16_t)value;
	case 4:
		return (int32_t)value;
	default:
		return (int64_t)value;
	}
}

bool
pg_bool(const struct pg_rows *rows, int row, int column)
{
	return pg_int(rows, row, column) != 0;
}

struct uuid
pg_uuid(const struct pg_rows *rows, int row, int column)
{
	struct uuid uuid;

	pg_fixed(rows, row, column, uuid.bytes, sizeof(uuid.bytes));
	return uuid;
}

const char *
pg_bytes(const struct pg_rows *rows, int row, int column, size_t *len_out)
{
	*len_out = (size_t)PQgetlength(rows->result, row, column);
	return PQgetvalue(rows->result, row, column);
}

const char *
pg_text(const struct pg_rows *rows, int row, int column, struct arena *mem)
{
	size_t len;
	const char *bytes = pg_bytes(rows, row, column, &len);

	return len == 0 ? "" : arena_text(mem, bytes, len);
}

void
pg_word(const struct pg_rows *rows, int row, int column, char *out, size_t size)
{
	snprintf(out, size, "%s", PQgetvalue(rows->result, row, column));
}

void
pg_fixed(const struct pg_rows *rows, int row, int column, void *out, size_t len)
{
	size_t got;
	const char *bytes = pg_bytes(rows, row, column, &got);

	if (got == len)
		memcpy(out, bytes, len);
	else
		memset(out, 0, len);
}

void
pg_array(struct buf *out, const int64_t *numbers, size_t count)
{
	size_t i;

	buf_text(out, "{");
	for (i = 0; i < count; i++)
		buf_format(out, "%s%" PRId64, i == 0 ? "" : ",", numbers[i]);
	buf_text(out, "}");
	assert(!out->full);
}

/* --- transactions --- */

enum verdict
pg_begin(struct pg *pg, struct fault *why)
{
	return pg_script(pg, "begin", why);
}

enum verdict
pg_end(struct pg *pg, enum verdict v, struct fault *why)
{
	struct fault ignored;

	if (v == V_OK)
		v = pg_script(pg, "commit", why);
	/* After a commit that failed this finds nothing to roll back. */
	if (v != V_OK && PQtransactionStatus(pg->conn) != PQTRANS_IDLE)
		(void)pg_script(pg, "rollback", &ignored);
	return v;
}

/* --- waiting --- */

/* True when another connection notified; all that came is taken.  What we did
 * ourselves is no news: it would wake us for nothing.
 */
static bool
notified(struct pg *pg)
{
	bool some = false;
	PGnotify *note;

	if (PQconsumeInput(pg->conn) == 0)
		return true; /* lost: the next statement will say so */
	while ((note = PQnotifies(pg->conn)) != NULL) {
		if (note->be_pid != PQbackendPID(pg->conn))
			some = true;
		PQfreemem(note);
	}
	return some;
}

void
pg_wait(struct pg *pg, int64_t ms, int also_fd)
{
	int64_t end_ms = clock_tick_ms() + (ms < 0 ? 0 : ms);
	struct pollfd fds[2] = { { .fd = PQsocket(pg->conn), .events = POLLIN },
		{ .fd = also_fd, .events = POLLIN } };

	while (!notified(pg)) {
		int64_t left_ms = end_ms - clock_tick_ms();

		if (left_ms <= 0)
			return;
		if (left_ms > INT32_MAX)
			left_ms = INT32_MAX;
		/* -1: a signal came, which is why we return. */
		if (poll(fds, 2, (int)left_ms) == -1 || fds[1].revents != 0)
			return;
	}
}

/* --- binary COPY in --- */

#define COPY_PIECE ((size_t)64 * 1024)

static enum verdict
send_piece(struct pg_copy *copy, struct fault *why)
{
	int sent = PQputCopyData(
		copy->pg->conn, (const char *)copy->bytes, (int)copy->len);

	copy->len = 0;
	if (sent == 1)
		return V_OK;
	return fault_set(why, V_LATER, CODE_DATABASE,
		"the connection to the database is lost");
}

enum verdict
pg_copy_begin(
	struct pg_copy *copy, struct pg *pg, const char *sql, struct fault *why)
{
	static const char head[19] = "PGCOPY\n\377\r\n\0";
	PGresult *result = PQexec(pg->conn, sql);
	enum verdict v = V_OK;

	assert(!copy->open);
	pg->sqlstate[0] = '\0';
	if (PQresultStatus(result) != PGRES_COPY_IN)
		v = failed(pg, result, sql, why);
	PQclear(result);
	if (v != V_OK)
		return v;
	copy->pg = pg;
	copy->open = true;
	copy->len = 0;
	memcpy(pg_copy_room(copy, sizeof(head)), head, sizeof(head));
	return V_OK;
}

enum verdict
pg_copy_row(struct pg_copy *copy, int columns, struct fault *why)
{
	assert(copy->open);
	if (copy->len >= COPY_PIECE) {
		enum verdict v = send_piece(copy, why);

		if (v != V_OK)
			return v;
	}
	pg_copy_count(copy, (uint16_t)columns);
	return V_OK;
}

enum verdict
pg_copy_end(struct pg_copy *copy, struct fault *why)
{
	PGresult *result;
	enum verdict v;

	assert(copy->open);
	copy->open = false;
	pg_copy_count(copy, UINT16_MAX); /* the end */
	v = send_piece(copy, why);
	if (v != V_OK)
		return v;
	if (PQputCopyEnd(copy->pg->conn, NULL) != 1)
		return fault_set(why, V_LATER, CODE_DATABASE,
			"the connection to the database is lost");
	/* The last result says how the whole ended; the one after is NULL. */
	while ((result = PQgetResult(copy->pg->conn)) != NULL) {
		if (PQresultStatus(result) != PGRES_COMMAND_OK && v == V_OK)
			v = failed(copy->pg, result, "copy", why);
		PQclear(result);
	}
	return v;
}

void
pg_copy_done(struct pg_copy *copy)
{
	PGresult *result;

	/* Left in the middle: say so, or the connection stays in COPY. */
	if (copy->open) {
		(void)PQputCopyEnd(copy->pg->conn, "given up");
		while ((result = PQgetResult(copy->pg->conn)) != NULL)
			PQclear(result);
	}
	free(copy->bytes);
	*copy = PG_COPY_NONE;
}

/* --- binary COPY out --- */

#define COPY_HEAD_BYTES 19

int64_t
pg_field_int(const struct pg_field *field)
{
	uint64_t value;

	if (field->len < 0)
		return 0;
	assert(field->len == 2 || field->len == 4 || field->len == 8);
	value = big_endian(field->bytes, field->len);
	return field->len == 2	 ? (int16_t)value
	       : field->len == 4 ? (int32_t)value
				 : (int64_t)value;
}

/* One row, or the end (-1 columns).  False: it makes no sense. */
static bool
fields_of(const uint8_t *at, int len, int columns, struct pg_field *fields,
	bool *end_out)
{
	const uint8_t *end = at + len;
	int i, count;

	if (len < 2)
		return false;
	count = (int16_t)big_endian(at, 2);
	*end_out = count == -1;
	if (*end_out)
		return true;
	at += 2;
	if (count != columns)
		return false;
	for (i = 0; i < count; i++) {
		if (end - at < 4)
			return false;
		fields[i].len = (int32_t)big_endian(at, 4);
		fields[i].bytes = at += 4;
		if (fields[i].len > end - at || fields[i].len < -1)
			return false;
		at += fields[i].len > 0 ? fields[i].len : 0;
	}
	return true;
}

/* The rest is taken from the connection, or it stays in COPY. */
static enum verdict
copy_out_end(struct pg *pg, enum verdict v, struct fault *why)
{
	PGresult *result;
	char *row;

	while (PQgetCopyData(pg->conn, &row, 0) > 0)
		PQfreemem(row);
	while ((result = PQgetResult(pg->conn)) != NULL) {
		if (PQresultStatus(result) != PGRES_COMMAND_OK && v == V_OK)
			v = failed(pg, result, "copy", why);
		PQclear(result);
	}
	return v;
}

enum verdict
pg_copy_out(struct pg *pg, const char *sql, int columns,
	enum verdict (*each)(
		void *self, const struct pg_field *fields, struct fault *why),
	void *self, struct fault *why)
{
	struct pg_field fields[PG_FIELDS_MAX];
	PGresult *result = PQexec(pg->conn, sql);
	int len, skip = COPY_HEAD_BYTES;
	enum verdict v = V_OK;
	bool end = false;
	char *row;

	assert(columns <= PG_FIELDS_MAX);
	pg->sqlstate[0] = '\0';
	if (PQresultStatus(result) != PGRES_COPY_OUT)
		v = failed(pg, result, sql, why);
	PQclear(result);
	if (v != V_OK)
		return v;
	while (v == V_OK && (len = PQgetCopyData(pg->conn, &row, 0)) > 0) {
		const uint8_t *at = (const uint8_t *)row + skip;

		/* The head stands before the first row. */
		if (!fields_of(at, len - skip, columns, fields, &end))
			v = fault_set(why, V_BROKEN, CODE_DATABASE_QUERY,
				"a row cannot be read");
		else if (!end)
			v = each(self, fields, why);
		skip = 0;
		PQfreemem(row);
	}
	return copy_out_end(pg, v, why);
}
