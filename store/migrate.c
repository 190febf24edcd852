/* store/migrate.c - bring the schema up to date
 *
 * The SQL of schemas/db is in the program.  One transaction for all that is
 * missing, under an advisory lock, so two that start at once do it once.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>

#include "store/books.h"

#include "migrations.h"

#define MIGRATION_BYTES_MAX ((size_t)4 * 1024 * 1024)
#define COUNT (sizeof(migrations) / sizeof(migrations[0]))

static enum verdict
run_one(struct pg *pg, size_t i, struct fault *why)
{
	struct buf sql = BUF_MAX(MIGRATION_BYTES_MAX);
	enum verdict v;
	size_t n;

	for (n = 0; migrations[i].lines[n] != NULL; n++)
		buf_text(&sql, migrations[i].lines[n]);
	v = sql.full ? fault_set(why, V_BROKEN, CODE_BUG, "migration too long")
		     : pg_script(pg, sql.bytes, why);
	if (v == V_OK)
		v = pg_do(pg,
			"insert into schema_version (number, name) "
			"values ($1, $2)",
			PG_ARGS(PG_N(migrations[i].number),
				PG_T(migrations[i].name)),
			NULL, why);
	if (v != V_OK) {
		why->place[0] = '\0';
		fault_at(why, "migration %s", migrations[i].name);
	}
	buf_done(&sql);
	return v;
}

/* The newest number the database has, 0 when it is empty. */
static enum verdict
newest(struct pg *pg, int64_t *number_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_script(pg,
		"create table if not exists schema_version ("
		"number integer primary key, name text not null, "
		"at timestamptz not null default now())",
		why);
	if (v == V_OK)
		v = pg_ask(pg, "select max(number) from schema_version", NULL,
			&rows, why);
	if (v != V_OK)
		return v;
	*number_out = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	return V_OK;
}

enum verdict
store_migrate(struct store *store, struct fault *why)
{
	struct pg *pg = store->pg;
	int64_t have = 0;
	enum verdict v;
	size_t i;

	v = pg_begin(pg, why);
	if (v == V_OK)
		v = pg_do(pg,
			"select pg_advisory_xact_lock(hashtext('mobb'), 1)",
			NULL, NULL, why);
	if (v == V_OK)
		v = newest(pg, &have, why);
	if (v == V_OK && have > migrations[COUNT - 1].number)
		v = fault_set(why, V_BROKEN, CODE_DATABASE_VERSION,
			"the database has schema %" PRId64
			", this program knows %d",
			have, migrations[COUNT - 1].number);
	for (i = 0; v == V_OK && i < COUNT; i++)
		if (migrations[i].number > have)
			v = run_one(pg, i, why);
	if (v == V_OK)
		v = pg_do(pg, "select mobb_grant_look(), mobb_grant_persons()",
			NULL, NULL, why);
	return pg_end(pg, v, why);
}

enum verdict
store_check_version(struct store *store, struct fault *why)
{
	int newest_known = migrations[COUNT - 1].number;
	struct pg_rows rows = PG_ROWS_NONE;
	int64_t have;
	enum verdict v;

	v = pg_ask(store->pg, "select max(number) from schema_version", NULL,
		&rows, why);
	if (v != V_OK)
		return v;
	have = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	if (have == newest_known)
		return V_OK;
	return fault_set(why, V_BROKEN, CODE_DATABASE_VERSION,
		"the database has schema %" PRId64 ", this program needs %d",
		have, newest_known);
}
