/* store/count.c - letters per state, kept on the job row
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>

#include "store/books.h"

void
counts_move(struct counts *counts, enum letter_state from, enum letter_state to,
	int64_t letters)
{
	assert(letters >= 0);
	assert((int)from > 0 && from <= LETTER_WITHDRAWN);
	assert((int)to > 0 && to <= LETTER_WITHDRAWN);
	counts->of[from] -= letters;
	counts->of[to] += letters;
}

enum verdict
counts_write(struct pg *pg, int64_t job_no, const struct counts *counts,
	struct fault *why)
{
	const int64_t *of = counts->of;
	int64_t changed;
	bool none = counts->declined == 0 && counts->acknowledged == 0 &&
		    counts->settled == 0 && counts->their_total == 0 &&
		    counts->their_delivered == 0 && counts->known == 0;
	enum verdict v;
	int i;

	for (i = 0; i <= LETTER_WITHDRAWN; i++)
		none = none && of[i] == 0;
	if (none)
		return V_OK;
	/* Declined passes at once; rejected ones are no letters. */
	assert(of[LETTER_DECLINED] == 0 && of[LETTER_REJECTED] == 0);
	v = pg_do(pg,
		"update job set n_split = n_split + $2, n_box = n_box + $3, "
		"n_paper = n_paper + $4, n_offered = n_offered + $5, "
		"n_delivered = n_delivered + $6, n_unknown = n_unknown + $7, "
		"n_resend = n_resend + $8, n_held = n_held + $9, "
		"n_bundled = n_bundled + $10, n_handed = n_handed + $11, "
		"n_posted = n_posted + $12, n_withdrawn = n_withdrawn + $13, "
		"n_declined = n_declined + $14, "
		"lots_acknowledged = lots_acknowledged + $15, "
		"lots_settled = lots_settled + $16, "
		"their_total = their_total + $17, "
		"their_delivered = their_delivered + $18, "
		"n_known = n_known + $19, held_ms = case "
		"when n_held + $9 = 0 then 0 when n_held > 0 then held_ms "
		"else (extract(epoch from clock_timestamp()) * 1000)::bigint "
		"end where number = $1",
		PG_ARGS(PG_N(job_no), PG_N(of[LETTER_SPLIT]),
			PG_N(of[LETTER_BOX]), PG_N(of[LETTER_PAPER]),
			PG_N(of[LETTER_OFFERED]), PG_N(of[LETTER_DELIVERED]),
			PG_N(of[LETTER_UNKNOWN]), PG_N(of[LETTER_RESEND]),
			PG_N(of[LETTER_HELD]), PG_N(of[LETTER_BUNDLED]),
			PG_N(of[LETTER_HANDED_OVER]), PG_N(of[LETTER_POSTED]),
			PG_N(of[LETTER_WITHDRAWN]), PG_N(counts->declined),
			PG_N(counts->acknowledged), PG_N(counts->settled),
			PG_N(counts->their_total),
			PG_N(counts->their_delivered), PG_N(counts->known)),
		&changed, why);
	if (v == V_OK && changed != 1)
		v = fault_set(why, V_BROKEN, CODE_BUG,
			"letters counted for a job that is not there");
	if (v == V_OK && counts->acknowledged > 0)
		v = page_sent(pg, job_no, why);
	return v;
}
