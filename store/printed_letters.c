/* store/printed_letters.c - receipts about letters of one bundle
 *
 * The letters of the bundle are read once, each line is judged against them
 * (batch/print_receipt.h), and what changes is written by one COPY.  When all
 * that follow the bundle were posted on one day, the bundle changes instead.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "batch/bundle.h"
#include "store/printed_in.h"

struct judging {
	struct said_ours *ours; /* by id */
	size_t count;
	const struct said_row **rows; /* good lines .. */
	struct said_ours **of;	      /* .. and their letters */
	size_t good;
	/* lines that are not: how many, and the first */
	struct {
		int64_t lines, line;
	} unknown, wrong, differ;
};

static int
by_id(const void *a, const void *b)
{
	const struct said_ours *one = a, *two = b;

	return memcmp(one->id.bytes, two->id.bytes, sizeof(one->id.bytes));
}

/* Behind LETTER_COLUMNS: the state of its own, its code, is it in a newer
 * bundle, is this one printed on one side.
 */
static enum verdict
read_ours(struct applying *a, struct judging *j, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct bundle_load load;
	struct letter letter;
	enum verdict v;
	int i;

	v = pg_ask(a->pg,
		"select " LETTER_COLUMNS ", r.state, r.code, "
		"exists (select from place q where q.job_no = p.job_no "
		"and q.record = p.record and q.lot_no > p.lot_no), o.simplex "
		"from place p join letter l on l.part = $2 "
		"and l.job_no = p.job_no and l.record = p.record "
		"join lot o on o.number = p.lot_no "
		"left join lateral (select r.state, r.code from receipt r "
		"where r.job_no = p.job_no and r.lot_no = p.lot_no "
		"and r.record = p.record order by r.number desc limit 1) r "
		"on true where p.lot_no = $1 order by p.seq",
		PG_ARGS(PG_N(a->lot.number), PG_N(a->job.part)), &rows, why);
	if (v != V_OK)
		return v;
	j->count = (size_t)rows.count;
	j->ours = mem_zero(j->count + 1, sizeof(*j->ours));
	for (i = 0; v == V_OK && i < rows.count; i++) {
		struct said_ours *o = &j->ours[i];
		struct arena mem = ARENA_EMPTY;

		v = letter_read(&rows, i, &mem, &letter, why);
		if (v == V_OK) {
			o->id = letter.id;
			o->record = letter.record;
			o->state = (enum letter_state)pg_int(
				&rows, i, LETTER_COLUMN_COUNT);
			o->code = (enum code)pg_int(
				&rows, i, LETTER_COLUMN_COUNT + 1);
			o->elsewhere =
				pg_bool(&rows, i, LETTER_COLUMN_COUNT + 2);
			letter_print(&letter, &mem);
			load = bundle_load(&letter,
				pg_bool(&rows, i, LETTER_COLUMN_COUNT + 3));
			/* 0 where a page is made when it is printed. */
			o->pages = load.pages;
			o->sheets = load.sheets;
		}
		arena_done(&mem);
	}
	pg_rows_done(&rows);
	if (v == V_OK)
		qsort(j->ours, j->count, sizeof(*j->ours), by_id);
	return v;
}

static void
judge(struct applying *a, struct judging *j)
{
	const struct print_receipt *said = a->said;
	enum print_said kind =
		said->said == PRINT_POSTED ? PRINT_POSTED : PRINT_REJECTED;
	size_t i;

	j->rows = mem_zero(said->row_count + 1, sizeof(*j->rows));
	j->of = mem_zero(said->row_count + 1, sizeof(*j->of));
	for (i = 0; i < said->row_count; i++) {
		const struct said_row *row = &said->rows[i];
		struct said_ours key = { .id = row->id };
		struct said_ours *ours = bsearch(
			&key, j->ours, j->count, sizeof(*j->ours), by_id);

		switch (said_judge(kind, a->lot.state, ours)) {
		case SAID_GOOD:
			j->rows[j->good] = row;
			j->of[j->good++] = ours;
			if (said_differs(row, ours) && j->differ.lines++ == 0)
				j->differ.line = row->line;
			break;
		case SAID_AGAIN:
			a->done->again++;
			break;
		case SAID_UNKNOWN:
			if (j->unknown.lines++ == 0)
				j->unknown.line = row->line;
			break;
		case SAID_WRONG:
			if (j->wrong.lines++ == 0)
				j->wrong.line = row->line;
			break;
		}
	}
}

static enum verdict
alarms(struct applying *a, const struct judging *j, struct fault *why)
{
	enum verdict v = V_OK;

	a->done->bad += j->unknown.lines + j->wrong.lines;
	if (j->unknown.lines > 0)
		v = printed_alarm(a, CODE_RECEIPT_UNKNOWN, j->unknown.lines,
			j->unknown.line, why,
			"a letter that is not in bundle %.100s", a->name);
	if (v == V_OK && j->wrong.lines > 0)
		v = printed_alarm(a, CODE_RECEIPT_STATE, j->wrong.lines,
			j->wrong.line, why,
			"%s, of a letter of bundle %.100s that was %s, or is "
			"in another bundle now",
			print_said_word(a->said->said), a->name,
			a->said->said == PRINT_POSTED ? "turned down, withdrawn"
						      : "posted, withdrawn");
	if (v == V_OK && j->differ.lines > 0)
		v = printed_alarm(a, CODE_RECEIPT_DIFFERS, j->differ.lines,
			j->differ.line, why,
			"bundle %.100s: pages or sheets of a letter are not "
			"ours",
			a->name);
	return v;
}

/* --- writing --- */

static enum verdict
copy_one(struct pg_copy *copy, const struct applying *a,
	const struct said_row *row, const struct said_ours *ours,
	struct fault *why)
{
	bool posted = a->said->said == PRINT_POSTED;
	enum verdict v = pg_copy_row(copy, 11, why);

	if (v != V_OK)
		return v;
	pg_copy_i64(copy, a->lot.number);
	pg_copy_i64(copy, a->job.number);
	pg_copy_i64(copy, ours->record);
	pg_copy_i64(copy, 0);
	pg_copy_i16(copy, posted ? LETTER_POSTED : LETTER_HELD);
	pg_copy_i32(copy, posted ? CODE_NONE : CODE_PRINT_REJECTED);
	pg_copy_text(copy, row->code);
	pg_copy_text(copy, posted ? "" : row->text);
	pg_copy_i64(copy, a->now_ms);
	pg_copy_i64(copy, 0);
	if (posted)
		pg_copy_i32(copy, row->day);
	else
		pg_copy_null(copy);
	return V_OK;
}

/* Receipts of their own; with `apart_only` not for those that follow the lot. */
static enum verdict
write_rows(struct applying *a, const struct judging *j, bool apart_only,
	struct fault *why)
{
	enum letter_state to =
		a->said->said == PRINT_POSTED ? LETTER_POSTED : LETTER_HELD;
	struct pg_copy copy = PG_COPY_NONE;
	int64_t first = 0;
	enum verdict v;
	size_t i;

	v = pg_copy_begin(&copy, a->pg,
		"copy receipt (lot_no, job_no, record, attempt_no, state, "
		"code, wire_code, stage, at_ms, due_ms, day) "
		"from stdin (format binary)",
		why);
	for (i = 0; v == V_OK && i < j->good; i++) {
		bool follows = j->of[i]->state == 0;

		if (follows && apart_only)
			continue;
		v = copy_one(&copy, a, j->rows[i], j->of[i], why);
		counts_move(&a->counts,
			follows ? lot_letters_are(&a->lot) : j->of[i]->state,
			to, 1);
		first += follows ? 1 : 0;
	}
	if (v == V_OK)
		v = pg_copy_end(&copy, why);
	pg_copy_done(&copy);
	if (v != V_OK || first == 0)
		return v;
	a->lot.apart += first;
	assert(a->lot.apart <= a->lot.letters);
	return pg_do(a->pg, "update lot set apart = $2 where number = $1",
		PG_ARGS(PG_N(a->lot.number), PG_N(a->lot.apart)), NULL, why);
}

/* Are these all letters that follow the lot, of one day?  Then one row tells
 * it.  *day_out: the last day in any case.
 */
static bool
whole(const struct applying *a, const struct judging *j, int32_t *day_out)
{
	int64_t follow = 0;
	bool one_day = true;
	size_t i;

	*day_out = 0;
	for (i = 0; i < j->good; i++) {
		follow += j->of[i]->state == 0 ? 1 : 0;
		one_day = one_day && j->rows[i]->day == j->rows[0]->day;
		if (j->rows[i]->day > *day_out)
			*day_out = j->rows[i]->day;
	}
	return one_day && follow == a->lot.letters - a->lot.apart;
}

static enum verdict
write_posted(struct applying *a, const struct judging *j, struct fault *why)
{
	int32_t day;
	bool all = whole(a, j, &day);
	enum verdict v = write_rows(a, j, all, why);

	if (v == V_OK && a->lot.state == LOT_HANDED_OVER &&
		(all || a->lot.apart == a->lot.letters))
		v = lot_step(
			a->pg, &a->lot, LOT_SETTLED, NULL, &a->counts, why);
	/* Who posted it has it, also when his ack was lost. */
	if (v == V_OK)
		v = pg_do(a->pg,
			"update lot set posted_letters = posted_letters + $2, "
			"posted_days = greatest(posted_days, $3), "
			"acknowledged_ms = case acknowledged_ms when 0 "
			"then $4 else acknowledged_ms end where number = $1",
			PG_ARGS(PG_N(a->lot.number), PG_N((int64_t)j->good),
				PG_N(day), PG_N(a->now_ms)),
			NULL, why);
	return v;
}

enum verdict
printed_letters(struct applying *a, struct fault *why)
{
	bool posted = a->said->said == PRINT_POSTED;
	struct judging j = { .count = 0 };
	enum verdict v;

	if (a->said->row_count == 0)
		return V_OK;
	v = read_ours(a, &j, why);
	if (v == V_OK) {
		judge(a, &j);
		v = alarms(a, &j, why);
	}
	if (v == V_OK && j.good > 0)
		v = posted ? write_posted(a, &j, why)
			   : write_rows(a, &j, false, why);
	/* Nothing follows it any more. */
	if (v == V_OK && j.good > 0 && a->said->said == PRINT_REJECTED &&
		a->lot.state == LOT_HANDED_OVER &&
		a->lot.apart == a->lot.letters)
		v = lot_step(
			a->pg, &a->lot, LOT_SETTLED, NULL, &a->counts, why);
	a->done->good += (int64_t)j.good;
	if (v == V_OK && j.good > 0 && a->said->said != PRINT_NACK &&
		a->said->said != PRINT_RECALLED)
		v = event_put(a->pg, a->now_ms, a->job.id, "automatic",
			posted ? "posted" : "letters rejected by the printer",
			why, "bundle %.100s, %zu letters, by %.120s", a->name,
			j.good, a->file->name);
	free(j.of);
	free(j.rows);
	free(j.ours);
	return v;
}
