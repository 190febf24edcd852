/* store/printed_queue.c - the paper queue, and what persons do about it
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>

#include "store/books.h"

/* Row lock of a bundle and its job; the columns of the lot beside lot_row. */
static enum verdict
lock_bundle(struct pg *pg, const char *bundle, struct lot_row *lot,
	struct job_row *job, int64_t *recall_ms_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	int64_t number = 0;
	enum verdict v;

	v = pg_ask(pg,
		"select number from lot where name = $1 and name <> '' "
		"and print",
		PG_ARGS(PG_T(bundle)), &rows, why);
	if (v == V_OK && rows.count == 0)
		v = fault_set(
			why, V_SKIP, CODE_NO_JOB, "no bundle %.100s", bundle);
	if (v == V_OK)
		number = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	if (v == V_OK)
		v = lot_lock(pg, number, lot, job, why);
	if (v == V_OK)
		v = pg_ask(pg, "select recall_ms from lot where number = $1",
			PG_ARGS(PG_N(number)), &rows, why);
	if (v == V_OK)
		*recall_ms_out = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	return v;
}

/* --- recall --- */

enum verdict
store_recall(struct store *store, const char *bundle, const char *person,
	const char *reason, int64_t now_ms, struct fault *why)
{
	struct pg *pg = store->pg;
	int64_t recall_ms = 0;
	struct lot_row lot;
	struct job_row job;
	enum verdict v = pg_begin(pg, why);

	if (v == V_OK)
		v = lock_bundle(pg, bundle, &lot, &job, &recall_ms, why);
	if (v == V_OK && lot.state != LOT_HANDED_OVER)
		v = fault_set(why, V_SKIP, CODE_STATE,
			"only a bundle that the printer has and did not post "
			"can be recalled, this one is %s",
			lot.state == LOT_SETTLED ? "posted"
						 : lot_word(lot.state));
	if (v == V_OK && recall_ms == 0)
		v = pg_do(pg, "update lot set recall_ms = $2 where number = $1",
			PG_ARGS(PG_N(lot.number), PG_N(now_ms)), NULL, why);
	if (v == V_OK && recall_ms == 0)
		v = event_put(pg, now_ms, job.id, person, "print recall", why,
			"bundle %.100s, %" PRId64 " letters: %.400s", bundle,
			lot.letters, reason);
	return pg_end(pg, v, why);
}

enum verdict
store_recall_next(struct store *store, int64_t after, struct arena *mem,
	struct recall *out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(store->pg,
		"select o.number, o.letters, o.recall_ms, j.id, o.name, "
		"o.sha256, o.state = 5, j.stream from lot o "
		"join job j on j.number = o.job_no "
		"where o.print and o.state not in (4, 11) "
		"and (o.recall_ms > 0 or o.state = 5) "
		"and o.recall_told_ms = 0 and o.number > $1 "
		"order by o.number limit 1",
		PG_ARGS(PG_N(after)), &rows, why);
	if (v == V_OK && rows.count == 0)
		v = V_END;
	if (v == V_OK) {
		*out = (struct recall){ .lot = pg_int(&rows, 0, 0),
			.letters = pg_int(&rows, 0, 1),
			.asked_ms = pg_int(&rows, 0, 2),
			.bundle = pg_text(&rows, 0, 4, mem),
			.refused = pg_bool(&rows, 0, 6),
			.stream = pg_text(&rows, 0, 7, mem) };
		pg_word(&rows, 0, 3, out->job, sizeof(out->job));
		pg_fixed(&rows, 0, 5, out->sha256, sizeof(out->sha256));
	}
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_recall_told(
	struct store *store, int64_t lot, int64_t now_ms, struct fault *why)
{
	return pg_do(store->pg,
		"update lot set recall_told_ms = $2 where number = $1",
		PG_ARGS(PG_N(lot), PG_N(now_ms)), NULL, why);
}

/* --- again --- */

/* Letters that follow the lot, each with a receipt that says paper. */
static enum verdict
on_paper(struct pg *pg, const struct lot_row *lot, int64_t event,
	int64_t now_ms, int64_t *made_out, struct fault *why)
{
	enum verdict v;

	v = pg_do(pg,
		"insert into receipt (lot_no, job_no, record, attempt_no, "
		"state, code, at_ms, event_no) select p.lot_no, p.job_no, "
		"p.record, 0, $3, $4, $5, $6 from place p "
		"where p.lot_no = $1 and not exists (select from receipt r "
		"where r.job_no = $2 and r.lot_no = $1 "
		"and r.record = p.record)",
		PG_ARGS(PG_N(lot->number), PG_N(lot->job_no),
			PG_N(LETTER_PAPER), PG_N(CODE_RESOLVED), PG_N(now_ms),
			PG_N(event)),
		made_out, why);
	if (v == V_OK && *made_out != lot->letters - lot->apart)
		v = fault_set(why, V_BROKEN, CODE_BUG,
			"lot %" PRId64 ": %" PRId64 " letters follow it, "
			"%" PRId64 " counted",
			lot->number, *made_out, lot->letters - lot->apart);
	if (v == V_OK)
		v = pg_do(pg,
			"update lot set apart = letters where number = $1",
			PG_ARGS(PG_N(lot->number)), NULL, why);
	return v;
}

enum verdict
store_print_again(struct store *store, const char *bundle, const char *person,
	const char *reason, bool dry, int64_t now_ms, int64_t *letters_out,
	struct fault *why)
{
	struct counts counts = COUNTS_NONE;
	struct pg *pg = store->pg;
	int64_t ignored = 0, event = 0, made = 0;
	struct lot_row lot;
	struct job_row job;
	enum verdict v = pg_begin(pg, why);

	if (v == V_OK)
		v = lock_bundle(pg, bundle, &lot, &job, &ignored, why);
	if (v == V_OK && (lot.state != LOT_FAILED || lot.apart == lot.letters))
		v = fault_set(why, V_SKIP, CODE_STATE,
			"only a bundle that was turned down can go again, "
			"once; this one is %s",
			lot.state == LOT_FAILED	   ? "on its way again"
			: lot.state == LOT_SETTLED ? "posted"
						   : lot_word(lot.state));
	if (v == V_OK)
		*letters_out = lot.letters - lot.apart;
	if (v != V_OK || dry) {
		struct fault ignore;

		(void)pg_end(pg, V_SKIP, &ignore);
		return v;
	}
	v = event_number(pg, now_ms, job.id, person, "print again", &event, why,
		"bundle %.100s, %" PRId64 " letters: %.400s", bundle,
		lot.letters - lot.apart, reason);
	if (v == V_OK)
		v = on_paper(pg, &lot, event, now_ms, &made, why);
	counts_move(&counts, LETTER_HELD, LETTER_PAPER, made);
	if (v == V_OK)
		v = counts_write(pg, job.number, &counts, why);
	return pg_end(pg, v, why);
}

/* --- seen --- */

enum verdict
store_alarms_seen(struct store *store, const char *file, const char *person,
	const char *reason, bool dry, int64_t now_ms, int64_t *alarms_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct pg *pg = store->pg;
	char job[JOB_ID_MAX] = "";
	int64_t alarms = 0, changed = 0;
	enum verdict v = pg_begin(pg, why);

	if (v == V_OK)
		v = pg_ask(pg,
			"select count(*), coalesce(max(j.id), '') "
			"from receipt_file f "
			"join print_alarm a on a.file_no = f.number "
			"left join job j on j.number = a.job_no "
			"where f.name = $1 and a.seen_ms = 0",
			PG_ARGS(PG_T(file)), &rows, why);
	if (v == V_OK) {
		alarms = pg_int(&rows, 0, 0);
		pg_word(&rows, 0, 1, job, sizeof(job));
	}
	pg_rows_done(&rows);
	if (v == V_OK && alarms == 0)
		v = fault_set(why, V_SKIP, CODE_NO_JOB,
			"no receipt file of this name waits to be seen");
	if (v == V_OK && !dry)
		v = event_put(pg, now_ms, job, person, "receipt seen", why,
			"%.120s, %" PRId64 " alarms: %.400s", file, alarms,
			reason);
	if (v == V_OK && !dry)
		v = pg_do(pg,
			"update print_alarm set seen_ms = $2 where seen_ms = 0 "
			"and file_no in (select number from receipt_file "
			"where name = $1)",
			PG_ARGS(PG_T(file), PG_N(now_ms)), &changed, why);
	if (v == V_OK && !dry && changed == 0)
		v = fault_set(why, V_SKIP, CODE_NOT_ALLOWED,
			"its alarms are about jobs of another sender");
	v = pg_end(pg, v, why);
	if (v == V_OK)
		*alarms_out = alarms;
	return v;
}

/* --- looking --- */

enum verdict
store_print_queue(struct store *store, bool all, const char *bundle,
	struct arena *mem, struct queue_row **rows_out, size_t *count_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct queue_row *list;
	enum verdict v;
	int i;

	v = pg_ask(store->pg,
		"select " LOT_COLUMNS ", o.acknowledged_ms, o.recall_ms, "
		"o.posted_letters, case when o.apart = 0 then 0 else "
		"(select count(*) from (select distinct on (r.record) r.state "
		"from receipt r where r.job_no = o.job_no "
		"and r.lot_no = o.number order by r.record, r.number desc) x "
		"where x.state = 9) end, o.posted_days, "
		"(select count(*) from print_alarm a where a.seen_ms = 0 "
		"and a.lot_no = o.number) "
		"from lot o join job j on j.number = o.job_no "
		"where o.print and case when $2 <> '' then o.name = $2 "
		"else $1::int = 1 or o.state not in (4, 11) end "
		"order by o.number",
		PG_ARGS(PG_N(all || bundle != NULL ? 1 : 0),
			PG_T(bundle == NULL ? "" : bundle)),
		&rows, why);
	if (v != V_OK)
		return v;
	list = arena_alloc(mem, ((size_t)rows.count + 1) * sizeof(*list));
	for (i = 0; i < rows.count; i++) {
		struct queue_row *r = &list[i];

		*r = (struct queue_row){ .acknowledged_ms = pg_int(
						 &rows, i, LOT_COLUMN_COUNT),
			.recall_ms = pg_int(&rows, i, LOT_COLUMN_COUNT + 1),
			.posted = pg_int(&rows, i, LOT_COLUMN_COUNT + 2),
			.held = pg_int(&rows, i, LOT_COLUMN_COUNT + 3),
			.posted_days = LETTER_DATE_NONE,
			.alarms = pg_int(&rows, i, LOT_COLUMN_COUNT + 5) };
		lot_read(&rows, i, mem, &r->lot);
		if (!pg_null(&rows, i, LOT_COLUMN_COUNT + 4))
			r->posted_days =
				(int32_t)pg_int(&rows, i, LOT_COLUMN_COUNT + 4);
	}
	*rows_out = list;
	*count_out = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}

enum verdict
store_print_waits(struct store *store, struct arena *mem,
	struct print_wait **rows_out, size_t *count_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct print_wait *list;
	enum verdict v;
	int i;

	v = pg_ask(store->pg,
		"select j.id, j.stream, j.n_paper, j.n_box + j.n_offered + "
		"j.n_unknown + j.n_resend, j.print_close, "
		"coalesce(d.cutoff_ms, 0) from job j "
		"left join job_dates d on d.job_no = j.number "
		"where j.state not in (8, 9, 10) and j.n_paper > 0 "
		"order by j.number",
		NULL, &rows, why);
	if (v != V_OK)
		return v;
	list = arena_alloc(mem, ((size_t)rows.count + 1) * sizeof(*list));
	for (i = 0; i < rows.count; i++) {
		list[i] = (struct print_wait){ .stream = pg_text(
						       &rows, i, 1, mem),
			.letters = pg_int(&rows, i, 2),
			.box_open = pg_int(&rows, i, 3),
			.closed = pg_bool(&rows, i, 4),
			.cutoff_ms = pg_int(&rows, i, 5) };
		pg_word(&rows, i, 0, list[i].job, sizeof(list[i].job));
	}
	*rows_out = list;
	*count_out = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}

enum verdict
store_printed_list(struct store *store, int64_t lot, struct arena *mem,
	struct printed_row **rows_out, size_t *count_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct printed_row *list;
	enum verdict v;
	int i;

	v = pg_ask(store->pg,
		"select name, said, at_ms, good, again, bad "
		"from receipt_file where lot_no = $1 order by number",
		PG_ARGS(PG_N(lot)), &rows, why);
	if (v != V_OK)
		return v;
	list = arena_alloc(mem, ((size_t)rows.count + 1) * sizeof(*list));
	for (i = 0; i < rows.count; i++)
		list[i] =
			(struct printed_row){ .name = pg_text(&rows, i, 0, mem),
				.said = (enum print_said)pg_int(&rows, i, 1),
				.at_ms = pg_int(&rows, i, 2),
				.good = pg_int(&rows, i, 3),
				.again = pg_int(&rows, i, 4),
				.bad = pg_int(&rows, i, 5) };
	*rows_out = list;
	*count_out = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}
