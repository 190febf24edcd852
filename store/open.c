/* store/open.c - connect, refuse an unsafe server, wait
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdlib.h>
#include <string.h>

#include "store/books.h"

/* A server that may forget what it committed is no place for these books. */
static enum verdict
check_safe(struct pg *pg, struct fault *why)
{
	static const char *const names[] = { "fsync", "full_page_writes",
		"synchronous_commit" };
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;
	int i;

	v = pg_ask(pg,
		"select current_setting('fsync') = 'off', "
		"current_setting('full_page_writes') = 'off', "
		"current_setting('synchronous_commit') = 'off'",
		NULL, &rows, why);
	for (i = 0; v == V_OK && i < 3; i++)
		if (pg_bool(&rows, 0, i))
			v = fault_set(why, V_BROKEN, CODE_DATABASE_UNSAFE,
				"the server runs with %s = off: after a power "
				"cut letters could be lost or sent twice",
				names[i]);
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_open(const char *conninfo, struct store **store_out, struct fault *why)
{
	struct pg *pg = NULL;
	enum verdict v = pg_open(conninfo, &pg, why);

	if (v == V_OK)
		v = check_safe(pg, why);
	if (v == V_OK)
		v = pg_do(pg, "listen mobb", NULL, NULL, why);
	if (v != V_OK) {
		pg_close(pg);
		return v;
	}
	*store_out = mem_zero(1, sizeof(**store_out));
	(*store_out)->pg = pg;
	return V_OK;
}

void
store_close(struct store *store)
{
	if (store == NULL)
		return;
	pg_close(store->pg);
	free(store);
}

void
store_wait(struct store *store, int64_t ms, int also_fd)
{
	pg_wait(store->pg, ms, also_fd);
}

enum verdict
pg_now_ms(struct pg *pg, int64_t *ms_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(pg,
		"select (extract(epoch from clock_timestamp()) * 1000)::bigint",
		NULL, &rows, why);
	if (v != V_OK)
		return v;
	*ms_out = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	return V_OK;
}
