/* store/report.c - what became of each record, for the supplier
 *
 * Two rows of pages, one of letters and one of rejected records, both by
 * record, made into one.  A page is read in a statement of its own, so that
 * no snapshot is kept open while a file is written.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdlib.h>

#include "store/books.h"

#define PAGE_ROWS 4000
#define REPORT_MS "60000"

struct report {
	struct store *store;
	struct job_row job;
	struct pg_rows letters, rejected;
	int letter, reject;	      /* next of the page */
	int64_t after, beyond;	      /* last record of the pages so far */
	bool no_letters, no_rejected; /* no more pages */
	struct arena mem;	      /* texts of the row that is lent */
};

/* --- when --- */

/* What a report tells, before the colon how far the job is: split, held, on
 * its way, at its end.
 */
#define MARK                                                                   \
	"(case when j.state = 2 then 1 when j.state = 4 then 3 "               \
	"when j.state >= 8 then 4 else 2 end || ':' || concat_ws(',', "        \
	"j.state, j.reason_code, j.rejected, j.warnings, j.n_split, j.n_box, " \
	"j.n_paper, j.n_offered, j.n_unknown, j.n_resend, j.n_held, "          \
	"j.n_bundled, j.n_handed, j.n_delivered, j.n_posted, j.n_withdrawn, "  \
	"j.n_declined, nullif(j.n_returned, 0)))"

enum verdict
store_report_due(struct store *store, int64_t after, int64_t now_ms,
	struct arena *mem, struct report_due *due_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct report_due due = { .final = false };
	const char *id;
	enum verdict v;

	v = pg_ask(store->pg,
		"select j.id, " MARK ", j.state >= 8 from job j "
		"left join report r on r.job_no = j.number "
		"where j.number > $1 and j.state <> 1 "
		"and (r.final is not true or (j.n_returned > 0 "
		"and r.mark <> " MARK ")) and (r.mark is null "
		"or (j.state >= 8) or left(r.mark, 1) <> left(" MARK ", 1) "
		"or (r.mark <> " MARK " and r.at_ms "
		"+ greatest(" REPORT_MS ", j.letters / 2) <= $2)) "
		"order by j.number limit 1",
		PG_ARGS(PG_N(after), PG_N(now_ms)), &rows, why);
	if (v != V_OK)
		return v;
	if (rows.count == 0) {
		pg_rows_done(&rows);
		return V_END;
	}
	id = pg_text(&rows, 0, 0, mem);
	due.mark = pg_text(&rows, 0, 1, mem);
	due.final = pg_bool(&rows, 0, 2);
	pg_rows_done(&rows);
	v = store_job_get(store, id, mem, &due.job, why);
	if (v == V_OK)
		*due_out = due;
	return v;
}

enum verdict
store_job_reported(struct store *store, const char *job, const char *mark,
	bool final, int64_t now_ms, struct fault *why)
{
	int64_t changed = 0;
	enum verdict v;

	v = pg_do(store->pg,
		"insert into report (job_no, mark, at_ms, final) "
		"select number, $2, $3, $4::int = 1 from job where id = $1 "
		"on conflict (job_no) do update set mark = $2, at_ms = $3, "
		"final = $4::int = 1",
		PG_ARGS(PG_T(job), PG_T(mark), PG_N(now_ms),
			PG_N(final ? 1 : 0)),
		&changed, why);
	if (v == V_OK && changed != 1)
		v = fault_set(why, V_SKIP, CODE_NO_JOB, "no such job");
	return v;
}

/* --- rows --- */

enum verdict
store_report_begin(struct store *store, const char *job,
	struct report **report_out, struct fault *why)
{
	struct job_row row;
	struct report *r;
	enum verdict v = job_peek(store->pg, job, &row, why);

	if (v != V_OK)
		return v;
	r = mem_zero(1, sizeof(*r));
	*r = (struct report){ .store = store,
		.job = row,
		.letters = PG_ROWS_NONE,
		.rejected = PG_ROWS_NONE,
		.beyond = -1, /* what is about the whole file has record 0 */
		.mem = ARENA_EMPTY };
	*report_out = r;
	return V_OK;
}

void
store_report_close(struct report *r)
{
	if (r == NULL)
		return;
	pg_rows_done(&r->letters);
	pg_rows_done(&r->rejected);
	arena_done(&r->mem);
	free(r);
}

static enum verdict
next_letters(struct report *r, struct fault *why)
{
	int count;
	enum verdict v;

	if (r->no_letters || r->letter < r->letters.count)
		return V_OK;
	pg_rows_done(&r->letters);
	r->letter = 0;
	v = pg_ask(r->store->pg,
		"select l.record, l.line, l.byte_at, coalesce(l.file_part, 0), "
		"l.reference, l.paper, n.state, coalesce(n.box, false), "
		"n.rule, n.lot_no, n.code, n.wire_code, x.day, x.why, "
		"x.new_address "
		"from (select record, line, byte_at, file_part, reference, "
		"paper from letter where part = $1 and job_no = $2 "
		"and record > $3 order by record limit $4) l "
		"join lateral (select * from letter_now n "
		"where n.part = $1 and n.job_no = $2 and n.record = l.record "
		"limit 1) n on true left join lateral (select x.day, x.why, "
		"x.new_address from returned x where x.job_no = $2 "
		"and x.record = l.record order by x.lot_no desc limit 1) x "
		"on true order by l.record",
		PG_ARGS(PG_N(r->job.part), PG_N(r->job.number), PG_N(r->after),
			PG_N(PAGE_ROWS)),
		&r->letters, why);
	if (v != V_OK)
		return v;
	count = r->letters.count;
	if (count > 0)
		r->after = pg_int(&r->letters, count - 1, 0);
	r->no_letters = count < PAGE_ROWS;
	return V_OK;
}

/* With ties: a record with several rows is never cut in two. */
static enum verdict
next_rejected(struct report *r, struct fault *why)
{
	int count;
	enum verdict v;

	if (r->no_rejected || r->reject < r->rejected.count)
		return V_OK;
	pg_rows_done(&r->rejected);
	r->reject = 0;
	v = pg_ask(r->store->pg,
		"select x.record, x.line, x.byte_at, x.file_part, "
		"x.reference, x.code, x.field, x.reason, x.warning "
		"from rejected x where x.job_no = $1 and x.record > $2 "
		"order by x.record, x.warning "
		"fetch first $3 rows with ties",
		PG_ARGS(PG_N(r->job.number), PG_N(r->beyond), PG_N(PAGE_ROWS)),
		&r->rejected, why);
	if (v != V_OK)
		return v;
	count = r->rejected.count;
	if (count > 0)
		r->beyond = pg_int(&r->rejected, count - 1, 0);
	r->no_rejected = count < PAGE_ROWS;
	return V_OK;
}

/* Where it stands, the same in both. */
static void
read_place(struct report *r, const struct pg_rows *rows, int i,
	struct report_row *out)
{
	*out = (struct report_row){ .record = pg_int(rows, i, 0),
		.line = pg_int(rows, i, 1),
		.offset = pg_int(rows, i, 2),
		.part = (int)pg_int(rows, i, 3),
		.reference = pg_text(rows, i, 4, &r->mem),
		.field = "",
		.message = "",
		.wire_code = "" };
}

static void
read_letter(struct report *r, struct report_row *out)
{
	const struct pg_rows *rows = &r->letters;
	int i = r->letter++;

	read_place(r, rows, i, out);
	out->kind = REPORT_LETTER;
	out->paper = (enum paper_reason)pg_int(rows, i, 5);
	out->state = (enum letter_state)pg_int(rows, i, 6);
	out->box = pg_bool(rows, i, 7);
	out->rule = (enum route_rule)pg_int(rows, i, 8);
	out->lot = pg_int(rows, i, 9);
	out->code = (enum code)pg_int(rows, i, 10);
	out->wire_code = pg_text(rows, i, 11, &r->mem);
	out->returned_day = (int32_t)pg_int(rows, i, 12);
	out->returned = (enum returned_why)pg_int(rows, i, 13);
	out->new_address = pg_bool(rows, i, 14);
}

static void
read_rejected(struct report *r, struct report_row *out)
{
	const struct pg_rows *rows = &r->rejected;
	int i = r->reject++;

	read_place(r, rows, i, out);
	out->code = (enum code)pg_int(rows, i, 5);
	out->field = pg_text(rows, i, 6, &r->mem);
	out->message = pg_text(rows, i, 7, &r->mem);
	out->kind = pg_bool(rows, i, 8) ? REPORT_WARNING : REPORT_REJECTED;
}

enum verdict
store_report_next(
	struct report *r, struct report_row *row_out, struct fault *why)
{
	bool letter, reject;
	enum verdict v = next_letters(r, why);

	if (v == V_OK)
		v = next_rejected(r, why);
	if (v != V_OK)
		return v;
	letter = r->letter < r->letters.count;
	reject = r->reject < r->rejected.count;
	if (!letter && !reject)
		return V_END;
	arena_reset(&r->mem);
	if (letter && (!reject || pg_int(&r->letters, r->letter, 0) <=
					  pg_int(&r->rejected, r->reject, 0)))
		read_letter(r, row_out);
	else
		read_rejected(r, row_out);
	return V_OK;
}
