/* store/night.c - see store/night.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdio.h>

#include "store/books.h"

enum verdict
store_left(struct store *store, struct left *left_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(store->pg,
		"select count(*) filter (where state in (1, 2, 3, 5)), "
		"coalesce(sum(n_box + n_resend) "
		"filter (where state in (6, 7)), 0)::bigint, "
		"coalesce(sum(n_paper + n_bundled) "
		"filter (where state in (6, 7)), 0)::bigint, "
		"coalesce(sum(n_offered + n_unknown), 0)::bigint, "
		"count(*) filter (where state = 4) "
		"from job where state not in (8, 9, 10)",
		NULL, &rows, why);
	if (v != V_OK)
		return v;
	*left_out = (struct left){ .files = pg_int(&rows, 0, 0),
		.box = pg_int(&rows, 0, 1),
		.paper = pg_int(&rows, 0, 2),
		.results = pg_int(&rows, 0, 3),
		.held = pg_int(&rows, 0, 4) };
	pg_rows_done(&rows);
	return V_OK;
}

#define CAME                                                                   \
	"(select min(i.received_ms) from inbound i "                           \
	"where i.ref_to collate \"C\" = a.message_id)"

enum verdict
store_took(struct store *store, enum took what, const char *endpoint,
	int64_t letters, int64_t *ms_out, struct fault *why)
{
	/* What came between two runs is applied in the next one. */
	static const char *const sql[] = {
		[TOOK_LOT] = "least(acknowledged_ms, " CAME ") - begun_ms "
			     "as ms from attempt a where endpoint = $1 "
			     "and acknowledged_ms > 0 and posts <= 1",
		[TOOK_QUESTION] = "least(acknowledged_ms, " CAME ") - sent_ms "
				  "as ms from question a where endpoint = $1 "
				  "and acknowledged_ms > 0 and posts <= 1",
		/* Many are cut at once and written one after the other. */
		[TOOK_BUNDLE] = "(handed_ms - greatest(cut_ms, coalesce("
				"(select max(p.handed_ms) from lot p "
				"where p.print and p.handed_ms < o.handed_ms), "
				"0))) * $2 / letters as ms from lot o "
				"where print and handed_ms > 0 "
				"and letters > 0",
	};
	struct pg_rows rows = PG_ROWS_NONE;
	char text[600];
	enum verdict v;

	assert(what <= TOOK_BUNDLE);
	snprintf(text, sizeof(text),
		"select coalesce(max(ms), 0)::bigint from (select %s "
		"and $1::text is not null and $2::bigint is not null "
		"order by number desc limit 5) n",
		sql[what]);
	v = pg_ask(store->pg, text, PG_ARGS(PG_T(endpoint), PG_N(letters)),
		&rows, why);
	if (v != V_OK)
		return v;
	*ms_out = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	return V_OK;
}
