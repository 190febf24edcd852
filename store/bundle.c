/* store/bundle.c - the paper run: print lots, from paper to posted
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/books.h"

/* --- what can be printed --- */

enum verdict
store_print_ready(struct store *store, int64_t after, struct arena *mem,
	struct job *job_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;
	const char *id;

	/* All paper of a job goes in one run: an attempt that may still bring
	 * letters to a box keeps it waiting, unless the run was closed; then
	 * only those letters wait (store/print_plan.c).  A proof keeps it
	 * waiting until somebody approved.  Behind a gate only chosen letters
	 * count.
	 */
	v = pg_ask(store->pg,
		"select id from job j where state in (6, 7) and n_paper > 0 "
		"and number > $1 and not " JOB_J_STOPPED
		"and not exists (select from print_proof f "
		"where f.job_no = j.number and f.state in (1, 2, 4) "
		"and f.nth = (select max(g.nth) from print_proof g "
		"where g.job_no = j.number)) "
		"and (not gated or exists (select "
		"from gate_letter g join letter_now n on n.part = j.part "
		"and n.job_no = g.job_no and n.record = g.record "
		"where g.job_no = j.number and n.state = 3)) "
		"and (print_close or (case when gated then "
		"(select count(*) from lot o where o.job_no = j.number "
		"and not o.print and o.state = 1) else n_box end "
		"+ n_offered + n_unknown + n_resend "
		"= 0 and not exists (select from lot o "
		"join attempt a on a.lot_no = o.number "
		"where o.job_no = j.number and not o.print and o.state <> 8 "
		"and a.state in (1, 2, 3)))) order by number limit 1",
		PG_ARGS(PG_N(after)), &rows, why);
	if (v != V_OK)
		return v;
	id = rows.count > 0 ? pg_text(&rows, 0, 0, mem) : NULL;
	pg_rows_done(&rows);
	return id == NULL ? V_END : store_job_get(store, id, mem, job_out, why);
}

/* What came back from the box is called so, with what the other side said. */
static const char *
reason_of(const struct pg_rows *rows, int row, const struct letter *letter,
	struct arena *mem)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	bool box = pg_bool(rows, row, LETTER_COLUMN_COUNT);
	int64_t rule = pg_int(rows, row, LETTER_COLUMN_COUNT + 1);
	const char *wire = pg_text(rows, row, LETTER_COLUMN_COUNT + 2, mem);

	if (wire[0] == '!')
		return strcmp(wire, "!again") == 0 ? PRINT_AGAIN : PRINT_PERSON;
	if (!box && rule == ROUTE_PAPER_ONLY && letter->paper != PAPER_NONE)
		return paper_reason_name(letter->paper);
	if (!box)
		return "not_subscribed";
	if (wire[0] == '\0' || strspn(wire, letters) != strlen(wire))
		return "rejected_by_box";
	return arena_format(mem, "rejected_by_box(%s)", wire);
}

enum verdict
paper_read(const struct pg_rows *rows, struct arena *mem,
	struct letter **letters_out, const char ***reasons_out,
	size_t *count_out, struct fault *why)
{
	const char **reasons =
		arena_alloc(mem, ((size_t)rows->count + 1) * sizeof(*reasons));
	enum verdict v;
	int i;

	v = letters_read(rows, mem, letters_out, count_out, why);
	for (i = 0; v == V_OK && i < rows->count; i++)
		reasons[i] = reason_of(rows, i, &(*letters_out)[i], mem);
	if (v == V_OK)
		*reasons_out = reasons;
	return v;
}

/* --- print lots --- */

/* All of them must be on paper now, by what the books say. */
static enum verdict
check_paper(struct pg *pg, const struct job_row *job,
	const struct print_group *letters, struct fault *why)
{
	struct buf array = BUF_MAX(ARRAY_TEXT_MAX);
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	pg_array(&array, letters->records, letters->count);
	v = pg_ask(pg,
		"select count(*) from letter_now n where n.part = $1 "
		"and n.job_no = $2 and n.record = any($3::bigint[]) "
		"and n.state = 3 and " GATE_LETS("$4", "n.job_no", "n.record"),
		PG_ARGS(PG_N(job->part), PG_N(job->number), PG_T(array.bytes),
			PG_N(job->gated ? 1 : 0)),
		&rows, why);
	if (v == V_OK && pg_int(&rows, 0, 0) != (int64_t)letters->count)
		v = fault_set(why, V_SKIP, CODE_PRINT_TWICE,
			"%zu letters to print, %" PRId64 " of them on paper",
			letters->count, pg_int(&rows, 0, 0));
	pg_rows_done(&rows);
	buf_done(&array);
	return v;
}

static enum verdict
copy_places(struct pg *pg, int64_t lot, int64_t job_no,
	const struct print_group *letters, struct fault *why)
{
	struct pg_copy copy = PG_COPY_NONE;
	enum verdict v;
	size_t i;

	v = pg_copy_begin(&copy, pg,
		"copy place (lot_no, seq, job_no, record) "
		"from stdin (format binary)",
		why);
	for (i = 0; v == V_OK && i < letters->count; i++) {
		v = pg_copy_row(&copy, 4, why);
		if (v != V_OK)
			break;
		pg_copy_i64(&copy, lot);
		pg_copy_i64(&copy, (int64_t)i + 1);
		pg_copy_i64(&copy, job_no);
		pg_copy_i64(&copy, letters->records[i]);
	}
	if (v == V_OK)
		v = pg_copy_end(&copy, why);
	pg_copy_done(&copy);
	return v;
}

static enum verdict
insert_lot(struct pg *pg, const struct job_row *job, int64_t number,
	const struct bundle_form *form, const struct print_group *letters,
	int64_t now_ms, struct fault *why)
{
	int64_t made = 0;
	enum verdict v;

	v = pg_do(pg,
		"insert into lot (number, job_no, print, name, state, letters, "
		"bytes, due_ms, cut_ms, nth, previous, product, envelope, "
		"colour, simplex, merged, test, weight) "
		"overriding system value values ($1, $2, true, $3, $4, $5, $6, "
		"$7, $7, $8, $9, $10, $11, $12 = 1, $13 = 1, $14 = 1, "
		"$15 = 1, $16) "
		"on conflict (name) where name <> '' do nothing",
		PG_ARGS(PG_N(number), PG_N(job->number), PG_T(form->name),
			PG_N(LOT_BUNDLED), PG_N((int64_t)letters->count),
			PG_N(letters->bytes), PG_N(now_ms), PG_N(form->number),
			PG_T(form->previous), PG_T(form->product),
			PG_T(form->envelope), PG_N(form->colour),
			PG_N(form->simplex), PG_N(form->merged),
			PG_N(form->test), PG_N(form->weight)),
		&made, why);
	if (v == V_OK && made == 0)
		v = fault_set(why, V_SKIP, CODE_PRINT_TWICE,
			"there is a bundle %.100s already", form->name);
	return v;
}

/* The letters of the printer's day, in the transaction that cuts. */
static enum verdict
take_day(struct store *store, const struct bundle_form *form,
	const struct print_group *letters, struct fault *why)
{
	int64_t may = 0;
	enum verdict v = store_print_allowance(store, form->printer,
		(int64_t)letters->count, form->per_day, form->day, &may, why);

	if (v == V_OK && may < (int64_t)letters->count)
		v = fault_set(why, V_SKIP, CODE_STATE,
			"the letters a day of printer %.40s are used",
			form->printer);
	return v;
}

enum verdict
store_bundle_cut(struct store *store, const char *job,
	const struct bundle_form *form, const struct print_group *letters,
	int64_t now_ms, int64_t *lot_out, struct fault *why)
{
	struct counts counts = COUNTS_NONE;
	struct pg *pg = store->pg;
	int64_t number = 0;
	struct job_row row;
	bool stopped = false;
	enum verdict v;

	assert(letters->count > 0 && form->name[0] != '\0');
	v = pg_begin(pg, why);
	if (v == V_OK)
		v = job_lock(pg, job, &row, why);
	if (v == V_OK && row.state != JOB_SENDING && row.state != JOB_AWAITING)
		v = fault_set(why, V_SKIP, CODE_STATE, "the job is %s",
			job_word(row.state));
	if (v == V_OK)
		v = stop_check(pg, row.number, &stopped, why);
	if (v == V_OK && stopped)
		v = fault_set(why, V_SKIP, CODE_STATE, "the job is stopped");
	if (v == V_OK)
		v = check_paper(pg, &row, letters, why);
	if (v == V_OK && form->printer != NULL)
		v = take_day(store, form, letters, why);
	if (v == V_OK)
		v = lot_numbers(pg, 1, &number, why);
	if (v == V_OK)
		v = insert_lot(pg, &row, number, form, letters, now_ms, why);
	if (v == V_OK)
		v = copy_places(pg, number, row.number, letters, why);
	counts_move(
		&counts, LETTER_PAPER, LETTER_BUNDLED, (int64_t)letters->count);
	if (v == V_OK)
		v = counts_write(pg, row.number, &counts, why);
	v = pg_end(pg, v, why);
	if (v == V_OK)
		*lot_out = number;
	return v;
}

enum verdict
store_bundle_form(struct store *store, int64_t lot, struct arena *mem,
	struct bundle_form *form_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(store->pg,
		"select name, nth, previous, product, envelope, colour, "
		"simplex, merged, test, weight from lot where number = $1",
		PG_ARGS(PG_N(lot)), &rows, why);
	if (v == V_OK && rows.count == 0)
		v = fault_set(why, V_SKIP, CODE_NO_JOB, "no lot %" PRId64, lot);
	if (v == V_OK)
		*form_out = (struct bundle_form){
			.name = pg_text(&rows, 0, 0, mem),
			.number = (int)pg_int(&rows, 0, 1),
			.previous = pg_text(&rows, 0, 2, mem),
			.product = pg_text(&rows, 0, 3, mem),
			.envelope = pg_text(&rows, 0, 4, mem),
			.colour = pg_bool(&rows, 0, 5),
			.simplex = pg_bool(&rows, 0, 6),
			.merged = pg_bool(&rows, 0, 7),
			.test = pg_bool(&rows, 0, 8),
			.weight = (int)pg_int(&rows, 0, 9),
		};
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_print_unfinished(struct store *store, int64_t after, struct arena *mem,
	struct lot *lot_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(store->pg,
		"select " LOT_COLUMNS " from lot o "
		"join job j on j.number = o.job_no where o.state = 9 "
		"and o.number > $1 and (o.leaving_ms > 0 or (j.state in (6, 7) "
		"and not " JOB_J_STOPPED ")) order by o.number limit 1",
		PG_ARGS(PG_N(after)), &rows, why);
	if (v == V_OK && rows.count == 0)
		v = V_END;
	if (v == V_OK)
		lot_read(&rows, 0, mem, lot_out);
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_lot_letters(struct store *store, int64_t lot, struct arena *mem,
	struct letter **letters_out, const char ***reasons_out,
	size_t *count_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(store->pg,
		"select j.part from lot o join job j on j.number = o.job_no "
		"where o.number = $1",
		PG_ARGS(PG_N(lot)), &rows, why);
	if (v == V_OK && rows.count == 0)
		v = fault_set(why, V_SKIP, CODE_NO_JOB, "no lot %" PRId64, lot);
	if (v == V_OK) {
		int64_t part = pg_int(&rows, 0, 0);

		pg_rows_done(&rows);
		v = pg_ask(store->pg,
			"select " LETTER_COLUMNS ", t.box, t.rule, "
			"(select " SAID_SQL "from receipt x "
			"where x.job_no = p.job_no and x.record = p.record "
			"and x.lot_no = coalesce((select max(q.lot_no) "
			"from place q where q.job_no = p.job_no "
			"and q.record = p.record and q.lot_no < p.lot_no), 0) "
			"order by x.number desc limit 1) from place p "
			"join letter l on l.part = $2 and l.job_no = p.job_no "
			"and l.record = p.record "
			"left join lateral (select "
			"route_how(w.ways, p.record) >= 128 as box, "
			"route_how(w.ways, p.record) & 127 as rule "
			"from route_page w where w.job_no = p.job_no "
			"and w.page = p.record >> 9 limit 1) t on true "
			"where p.lot_no = $1 order by p.seq",
			PG_ARGS(PG_N(lot), PG_N(part)), &rows, why);
	}
	if (v == V_OK)
		v = paper_read(
			&rows, mem, letters_out, reasons_out, count_out, why);
	pg_rows_done(&rows);
	return v;
}

/* --- handed over, posted --- */

/* The digest of the bundle, when it was handed over before. */
static enum verdict
same_bundle(struct pg *pg, int64_t lot, const uint8_t sha256[32],
	bool *same_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	uint8_t have[32];
	enum verdict v;

	v = pg_ask(pg, "select sha256 from lot where number = $1",
		PG_ARGS(PG_N(lot)), &rows, why);
	if (v != V_OK)
		return v;
	pg_fixed(&rows, 0, 0, have, sizeof(have));
	*same_out = memcmp(have, sha256, sizeof(have)) == 0;
	pg_rows_done(&rows);
	return V_OK;
}

static enum verdict
hand_over(struct pg *pg, struct lot_row *lot, const uint8_t sha256[32],
	int64_t now_ms, struct counts *counts, struct fault *why)
{
	bool same = false;
	enum verdict v = V_OK;

	if (lot->state == LOT_HANDED_OVER) {
		v = same_bundle(pg, lot->number, sha256, &same, why);
		if (v != V_OK || same)
			return v;
	}
	if (lot->state != LOT_BUNDLED)
		return fault_set(why, V_SKIP, CODE_STATE,
			"lot %" PRId64 " is %s", lot->number,
			lot_word(lot->state));
	v = lot_step(pg, lot, LOT_HANDED_OVER, NULL, counts, why);
	if (v == V_OK)
		v = pg_do(pg,
			"update lot set sha256 = $2, handed_ms = $3 "
			"where number = $1",
			PG_ARGS(PG_N(lot->number), PG_B(sha256, 32),
				PG_N(now_ms)),
			NULL, why);
	return v;
}

enum verdict
store_print_leave(
	struct store *store, int64_t lot, int64_t now_ms, struct fault *why)
{
	struct pg *pg = store->pg;
	bool stopped = false;
	struct lot_row row;
	struct job_row job;
	enum verdict v;

	v = pg_begin(pg, why);
	if (v == V_OK)
		v = stop_lock_shared(pg, why);
	if (v == V_OK)
		v = lot_lock(pg, lot, &row, &job, why);
	if (v == V_OK)
		v = stop_check(pg, job.number, &stopped, why);
	stopped = stopped ||
		  (job.state != JOB_SENDING && job.state != JOB_AWAITING);
	if (v == V_OK && row.leaving_ms == 0 &&
		(stopped || row.state != LOT_BUNDLED))
		v = fault_set(why, V_SKIP, CODE_STATE,
			"lot %" PRId64 " was stopped before it was handed over",
			lot);
	if (v == V_OK && row.leaving_ms == 0)
		v = pg_do(pg,
			"update lot set leaving_ms = $2 where number = $1",
			PG_ARGS(PG_N(lot), PG_N(now_ms)), NULL, why);
	return pg_end(pg, v, why);
}

enum verdict
store_print_handed(struct store *store, int64_t lot, const uint8_t sha256[32],
	int64_t now_ms, struct fault *why)
{
	struct counts counts = COUNTS_NONE;
	struct pg *pg = store->pg;
	struct lot_row row;
	struct job_row job;
	enum verdict v;

	v = pg_begin(pg, why);
	if (v == V_OK)
		v = lot_lock(pg, lot, &row, &job, why);
	if (v == V_OK)
		v = hand_over(pg, &row, sha256, now_ms, &counts, why);
	if (v == V_OK)
		v = counts_write(pg, job.number, &counts, why);
	return pg_end(pg, v, why);
}

enum verdict
store_print_hold(struct store *store, int64_t lot, const struct fault *reason,
	int64_t now_ms, struct fault *why)
{
	struct counts counts = COUNTS_NONE;
	struct pg *pg = store->pg;
	struct lot_row row;
	struct job_row job;
	enum verdict v;

	v = pg_begin(pg, why);
	if (v == V_OK)
		v = lot_lock(pg, lot, &row, &job, why);
	if (v == V_OK)
		v = lot_step(pg, &row, LOT_HELD, reason->text, &counts, why);
	if (v == V_OK)
		v = counts_write(pg, job.number, &counts, why);
	if (v == V_OK)
		v = event_put(pg, now_ms, job.id, "automatic", "bundle held",
			why, "lot %" PRId64 ": MOBB-%04d %s", lot,
			(int)reason->code, reason->text);
	return pg_end(pg, v, why);
}

enum verdict
store_print_count(struct store *store, const char *job, struct arena *mem,
	int *count_out, const char **previous_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(store->pg,
		"select (select count(*) from lot o "
		"where o.job_no = j.number and o.print), "
		"(select o.name from lot o join job k on k.number = o.job_no "
		"where k.stream = j.stream and o.print and o.state <> 9 "
		"order by o.number desc limit 1) from job j where j.id = $1",
		PG_ARGS(PG_T(job)), &rows, why);
	if (v == V_OK && rows.count == 0)
		v = fault_set(why, V_SKIP, CODE_NO_JOB, "no such job");
	if (v == V_OK) {
		*count_out = (int)pg_int(&rows, 0, 0);
		*previous_out = pg_text(&rows, 0, 1, mem);
	}
	pg_rows_done(&rows);
	return v;
}

static enum verdict
find_bundle(
	struct pg *pg, const char *name, int64_t *number_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(pg, "select number from lot where name = $1 and name <> ''",
		PG_ARGS(PG_T(name)), &rows, why);
	if (v == V_OK && rows.count == 0)
		v = fault_set(
			why, V_SKIP, CODE_NO_JOB, "no bundle %.100s", name);
	if (v == V_OK)
		*number_out = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_posted(struct store *store, const char *bundle, int32_t date_days,
	const char *person, int64_t now_ms, int64_t *letters_out,
	struct fault *why)
{
	struct counts counts = COUNTS_NONE;
	struct pg *pg = store->pg;
	int64_t number = 0;
	int year, month, day;
	struct lot_row lot;
	struct job_row job;
	enum verdict v;

	v = pg_begin(pg, why);
	if (v == V_OK)
		v = find_bundle(pg, bundle, &number, why);
	if (v == V_OK)
		v = lot_lock(pg, number, &lot, &job, why);
	if (v == V_OK && lot.state != LOT_HANDED_OVER)
		v = fault_set(why, V_SKIP, CODE_STATE, "the bundle is %s",
			lot.state == LOT_SETTLED ? "posted already"
						 : lot_word(lot.state));
	if (v == V_OK)
		v = lot_step(pg, &lot, LOT_SETTLED, NULL, &counts, why);
	if (v == V_OK)
		v = pg_do(pg,
			"update lot set posted_days = $2 where number = $1",
			PG_ARGS(PG_N(number), PG_N(date_days)), NULL, why);
	if (v == V_OK)
		v = counts_write(pg, job.number, &counts, why);
	clock_date(date_days, &year, &month, &day);
	if (v == V_OK)
		v = event_put(pg, now_ms, job.id, person, "posted", why,
			"bundle %.100s, %" PRId64 " letters, on %04d-%02d-%02d",
			bundle, lot.letters - lot.apart, year, month, day);
	v = pg_end(pg, v, why);
	if (v == V_OK)
		*letters_out = lot.letters - lot.apart;
	return v;
}

enum verdict
store_print_close(struct store *store, const char *job, const char *person,
	int64_t now_ms, struct fault *why)
{
	struct pg *pg = store->pg;
	struct job_row row;
	enum verdict v;

	v = pg_begin(pg, why);
	if (v == V_OK)
		v = job_lock(pg, job, &row, why);
	if (v == V_OK &&
		(row.state >= JOB_SETTLED || row.state == JOB_RECEIVED))
		v = fault_set(why, V_SKIP, CODE_STATE, "the job is %s",
			job_word(row.state));
	if (v == V_OK)
		v = pg_do(pg,
			"update job set print_close = true where number = $1",
			PG_ARGS(PG_N(row.number)), NULL, why);
	if (v == V_OK)
		v = event_put(pg, now_ms, row.id, person, "print closed", why,
			"paper does not wait for more results");
	return pg_end(pg, v, why);
}
