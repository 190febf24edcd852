/* store/cpas.c - agreements under which something is under way
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "store/books.h"

#define TEXT_OF(number) TEXT_OF_(number)
#define TEXT_OF_(number) #number

enum verdict
store_cpas_under_way(struct store *store, const struct store_part *cpa_ids,
	struct arena *mem, struct cpa_under_way **cpas_out, size_t *count_out,
	struct fault *why)
{
	struct buf names = BUF_MAX(PART_TEXT_MAX);
	struct pg_rows rows = PG_ROWS_NONE;
	struct cpa_under_way *list;
	enum verdict v;
	int i;

	part_names(cpa_ids, &names);
	/* Of a lot's attempts only the newest is waited for; of a lot that is
	 * settled, when it was a part.
	 */
	v = pg_ask(store->pg,
		"select cpa, sum(lots)::bigint, sum(replies)::bigint from ("
		"select a.cpa_id as cpa, 1 as lots, 0 as replies "
		"from attempt a join lot o on o.number = a.lot_no "
		"join job j on j.number = o.job_no "
		"where a.state in (1, 2, 3, 7) and a.result_ms = 0 "
		"and a.cpa_id <> '' and j.state in (4, 6, 7) "
		"and (a.state in (1, 2) or (a.nth = o.attempts "
		"and (a.part_of_lot or o.state in (2, 3, 7)))) "
		"union all select cpa_id, 0, 1 from inbound where push_open) u "
		"where " PART_HAS("cpa") "group by cpa order by cpa "
					 "limit " TEXT_OF(CPAS_UNDER_WAY),
		PG_ARGS(PG_T(names.bytes), PG_N(cpa_ids->others ? 1 : 0)),
		&rows, why);
	buf_done(&names);
	if (v != V_OK)
		return v;
	list = arena_alloc(mem, ((size_t)rows.count + 1) * sizeof(*list));
	for (i = 0; i < rows.count; i++)
		list[i] = (struct cpa_under_way){ .cpa_id = pg_text(
							  &rows, i, 0, mem),
			.lots = pg_int(&rows, i, 1),
			.replies = pg_int(&rows, i, 2) };
	*cpas_out = list;
	*count_out = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}
