/* store/allowance.c - what an endpoint may take now: letters an hour, in flight
 *
 * One row per endpoint; who holds its lock counts what is in flight and takes,
 * so two processes cannot take the same twice.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>

#include "batch/lot.h"
#include "batch/pace.h"
#include "store/books.h"

#define CLOSED_WAIT_MS 60000 /* a limit of 0: look again after this */

static enum verdict
not_now(struct fault *why, int64_t *wait_ms_out, int64_t wait_ms,
	const char *text)
{
	*wait_ms_out = wait_ms;
	return fault_set(why, V_LATER, CODE_NONE, "%s", text);
}

enum verdict
allowance_lock(struct pg *pg, const char *endpoint, struct fault *why)
{
	enum verdict v;

	v = pg_do(pg,
		"insert into pace (endpoint) values ($1) "
		"on conflict (endpoint) do nothing",
		PG_ARGS(PG_T(endpoint)), NULL, why);
	if (v == V_OK)
		v = pg_do(pg, "select from pace where endpoint = $1 for update",
			PG_ARGS(PG_T(endpoint)), NULL, why);
	return v;
}

/* Cases of a chain test count as lots do; `attempt` and `chain` are not counted.
 */
static enum verdict
check_in_flight(struct pg *pg, const char *endpoint, int64_t attempt,
	int64_t chain, int64_t in_flight, int64_t *wait_ms_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	int64_t flying;
	enum verdict v;

	v = pg_ask(pg,
		"select (select count(*) from attempt where endpoint = $1 "
		"and state in (1, 2) and number <> $2) "
		"+ (select count(*) from chain_case where endpoint = $1 "
		"and state in (2, 3) and number <> $3)",
		PG_ARGS(PG_T(endpoint), PG_N(attempt), PG_N(chain)), &rows,
		why);
	if (v != V_OK)
		return v;
	flying = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	if (flying >= in_flight)
		return not_now(why, wait_ms_out, 0,
			"so many lots are in flight already");
	return V_OK;
}

/* No arrival time is further away than the largest lot costs, unless the clock
 * was ahead when it was made, or the limit was lower: then waiting for as long
 * as that lot would cost keeps the limit, and waiting longer helps nobody.
 */
enum verdict
allowance_mend(struct pg *pg, const char *endpoint, int64_t per_hour,
	struct fault *why)
{
	if (per_hour <= 0)
		return V_OK;
	return pg_do(pg,
		"with clock as materialized (select "
		"(extract(epoch from clock_timestamp()) * 1000000)::bigint "
		"as now_us) update pace set tat_us = now_us + $2 from clock "
		"where endpoint = $1 and tat_us > now_us + $2",
		PG_ARGS(PG_T(endpoint),
			PG_N(pace_cost_us(LOT_LETTERS_MAX, per_hour))),
		NULL, why);
}

/* batch/pace.h as one statement, by the database's clock. */
static enum verdict
take_pace(struct pg *pg, const char *endpoint, int64_t letters,
	int64_t per_hour, int64_t *wait_ms_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	int64_t wait_us = 0, taken = 0;
	enum verdict v;

	if (per_hour <= 0)
		return not_now(why, wait_ms_out, CLOSED_WAIT_MS,
			"the endpoint's limit is 0");
	v = pg_do(pg,
		"with clock as materialized (select "
		"(extract(epoch from clock_timestamp()) * "
		"1000000)::bigint "
		"as now_us) update pace set tat_us = "
		"greatest(tat_us, now_us) + $2 from clock "
		"where endpoint = $1 and tat_us <= now_us",
		PG_ARGS(PG_T(endpoint), PG_N(pace_cost_us(letters, per_hour))),
		&taken, why);
	if (v != V_OK || taken == 1)
		return v;
	v = pg_ask(pg,
		"select tat_us - "
		"(extract(epoch from clock_timestamp()) * 1000000)::bigint "
		"from pace where endpoint = $1",
		PG_ARGS(PG_T(endpoint)), &rows, why);
	if (v != V_OK)
		return v;
	wait_us = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	return not_now(why, wait_ms_out, wait_us <= 0 ? 1 : wait_us / 1000 + 1,
		"the endpoint's letters per hour are used");
}

enum verdict
allowance_take(struct pg *pg, const char *endpoint, int64_t attempt,
	int64_t chain, int64_t letters, int64_t per_hour, int64_t in_flight,
	int64_t *wait_ms_out, struct fault *why)
{
	enum verdict v = check_in_flight(
		pg, endpoint, attempt, chain, in_flight, wait_ms_out, why);

	return v == V_OK ? take_pace(pg, endpoint, letters, per_hour,
				   wait_ms_out, why)
			 : v;
}
