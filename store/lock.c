/* store/lock.c - one daemon, one listener
 *
 * Advisory locks of the session: gone when the connection is, however the
 * process ended.  Two numbers: ours by hash of a word, then which.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "store/books.h"

#define LOCK_A "hashtext('mobb supervisor'), 1"
#define LOCK_B "hashtext('mobb supervisor'), 2"
#define LISTENER "hashtext('mobb listener'), hashtext($1)"
#define NOT_IN_TIME "55P03" /* lock_not_available */

static enum verdict
ask_bool(struct pg *pg, const char *sql, const struct pg_arg *args, bool *out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v = pg_ask(pg, sql, args, &rows, why);

	if (v != V_OK)
		return v;
	*out = rows.count == 1 && pg_bool(&rows, 0, 0);
	pg_rows_done(&rows);
	return V_OK;
}

static enum verdict
busy(struct fault *why)
{
	return fault_set(why, V_LATER, CODE_BUSY,
		"another mobbd is active on this database");
}

/* Wait for a lock for as long as `timeout` says ("1s"). */
static enum verdict
wait_for(struct pg *pg, const char *timeout, const char *sql, struct fault *why)
{
	struct fault ignored;
	enum verdict v;

	v = pg_do(pg, "select set_config('lock_timeout', $1, false)",
		PG_ARGS(PG_T(timeout)), NULL, why);
	if (v != V_OK)
		return v;
	v = pg_do(pg, sql, NULL, NULL, why);
	if (v != V_OK && strcmp(pg_sqlstate(pg), NOT_IN_TIME) == 0)
		v = busy(why);
	if (v != V_OK) {
		(void)pg_script(pg, "set lock_timeout = 0", &ignored);
		return v;
	}
	return pg_script(pg, "set lock_timeout = 0", why);
}

enum verdict
store_lock_supervisor(struct store *store, bool wait, struct fault *why)
{
	struct pg *pg = store->pg;
	struct fault ignored;
	bool got = store->supervisor;
	enum verdict v = V_OK;

	if (!got && wait)
		v = wait_for(
			pg, "1s", "select pg_advisory_lock(" LOCK_A ")", why);
	else if (!got) {
		v = ask_bool(pg, "select pg_try_advisory_lock(" LOCK_A ")",
			NULL, &got, why);
		if (v == V_OK && !got)
			v = busy(why);
	}
	if (v != V_OK)
		return v;
	store->supervisor = true;
	/* The roles of a dead supervisor die with it; their last statement may
	 * still run.  Without `wait` nobody calls again: give it longer.
	 */
	v = wait_for(pg, wait ? "1s" : "5s",
		"select pg_advisory_lock(" LOCK_B ")", why);
	if (v == V_OK)
		return pg_do(pg, "select pg_advisory_unlock(" LOCK_B ")", NULL,
			NULL, why);
	if (!wait) {
		(void)pg_do(pg, "select pg_advisory_unlock(" LOCK_A ")", NULL,
			NULL, &ignored);
		store->supervisor = false;
	}
	return v;
}

enum verdict
store_lock_role(struct store *store, struct fault *why)
{
	return wait_for(store->pg, "1s",
		"select pg_advisory_lock_shared(" LOCK_B ")", why);
}

enum verdict
store_lock_listener(struct store *store, const char *at, struct fault *why)
{
	bool got = false;
	enum verdict v;

	v = ask_bool(store->pg, "select pg_try_advisory_lock(" LISTENER ")",
		PG_ARGS(PG_T(at)), &got, why);
	if (v == V_OK && !got) {
		v = fault_set(
			why, V_LATER, CODE_BUSY, "there is a listener already");
		fault_at(why, "%s", at);
	}
	return v;
}

enum verdict
store_listening(struct store *store, const char *at, bool *listening_out,
	struct fault *why)
{
	/* pg_locks shows the two numbers as unsigned. */
	return ask_bool(store->pg,
		"select exists (select from pg_locks "
		"where locktype = 'advisory' and objsubid = 2 and granted "
		"and database = (select oid from pg_database "
		"where datname = current_database()) "
		"and classid::bigint = "
		"(hashtext('mobb listener')::bigint & 4294967295) "
		"and objid::bigint = (hashtext($1)::bigint & 4294967295))",
		PG_ARGS(PG_T(at)), listening_out, why);
}

enum verdict
store_alive(struct store *store, struct fault *why)
{
	return pg_do(store->pg, "select", NULL, NULL, why);
}
