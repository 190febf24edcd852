/* store/decide_letters.c - letters that a person decides about, by the page
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdlib.h>

#include "store/deciding.h"

/* --- pages --- */

static int
by_number(const void *key, const void *member)
{
	int64_t number = *(const int64_t *)key;
	const struct facts *f = member;

	return number < f->lot.number ? -1 : number > f->lot.number;
}

static enum verdict
read_one(struct deciding *d, const struct pg_rows *rows, int i, struct one *out,
	struct fault *why)
{
	int64_t lot = pg_int(rows, i, 1);
	struct one one = { .record = pg_int(rows, i, 0),
		.follows = pg_null(rows, i, 3),
		.l = { .state = (enum letter_state)pg_int(rows, i, 2),
			.box = pg_bool(rows, i, 4),
			.never = paper_never(
				(enum paper_reason)pg_int(rows, i, 7)) } };

	if (lot != 0) {
		one.in = bsearch(&lot, d->lots, d->lot_count,
			sizeof(d->lots[0]), by_number);
		if (one.in == NULL)
			return fault_set(why, V_LATER, CODE_STATE,
				"the job is changing: try again in a moment");
		one.l.in_lot = true;
		one.l.print = one.in->lot.print;
		one.l.posted = !one.in->lot.print && one.in->posted;
		one.l.awaited =
			one.follows
				? one.in->attempt_state ==
						  ATTEMPT_ACKNOWLEDGED &&
					  one.in->lot.state == LOT_ACKNOWLEDGED
				: pg_bool(rows, i, 6);
		one.l.leaving = one.in->lot.leaving_ms != 0;
		one.l.refused = decision_refused((enum code)pg_int(rows, i, 5));
	}
	*out = one;
	return V_OK;
}

/* What the other side last said about a held letter, by its newest attempt; and
 * is the attempt that a letter left with, for one that stands by itself since
 * others were decided about the whole one, acknowledged?
 */
#define PAGE_SQL                                                               \
	"select n.record, n.lot_no, n.state, n.own_state, "                    \
	"coalesce(n.box, false), case when n.own_state = 9 and n.lot_no > 0 "  \
	"then (select x.code from receipt x where x.job_no = n.job_no "        \
	"and x.lot_no = n.lot_no and x.record = n.record "                     \
	"and x.attempt_no > 0 order by x.number desc limit 1) end, "           \
	"n.own_state = 4 and exists (select from attempt a "                   \
	"where a.lot_no = n.lot_no and a.state = 3 "                           \
	"and " DECIDING_OF_ATTEMPT(                                            \
		"n.own_attempt") ") "                                          \
				 ", (select l.paper from letter l "            \
				 "where l.part = n.part and l.job_no = "       \
				 "n.job_no and l.record = n.record) "          \
				 "from letter_now n where n.part = $1 and "    \
				 "n.job_no = $2 "

static enum verdict
ask_page(struct deciding *d, struct pg_rows *rows, struct fault *why)
{
	struct buf array = BUF_MAX(ARRAY_TEXT_MAX);
	size_t n, left = d->by->record_count - d->slice;
	enum verdict v;

	if (d->by->records != NULL) {
		n = left < DECIDE_PAGE ? left : DECIDE_PAGE;
		pg_array(&array, d->by->records + d->slice, n);
		v = pg_ask(d->pg,
			PAGE_SQL "and n.record = any($3::bigint[]) "
				 "order by n.record",
			PG_ARGS(PG_N(d->job.part), PG_N(d->job.number),
				PG_T(array.bytes)),
			rows, why);
		d->slice += n;
		d->last = d->slice == d->by->record_count;
		buf_done(&array);
		return v;
	}
	v = pg_ask(d->pg,
		PAGE_SQL
		"and n.record > $3 and ($4::bigint = 0 or (n.lot_no = $4 "
		"and n.record in (select p.record from place p "
		"where p.lot_no = $4))) order by n.record limit $5",
		PG_ARGS(PG_N(d->job.part), PG_N(d->job.number), PG_N(d->after),
			PG_N(d->by->lot), PG_N(DECIDE_PAGE)),
		rows, why);
	if (v == V_OK) {
		d->last = rows->count < DECIDE_PAGE;
		if (rows->count > 0)
			d->after = pg_int(rows, rows->count - 1, 0);
	}
	return v;
}

static enum verdict
each_page(struct deciding *d,
	enum verdict (*work)(struct deciding *d, struct fault *why),
	struct fault *why)
{
	enum verdict v = V_OK;
	int i;

	d->after = 0;
	d->slice = 0;
	d->last = false;
	while (v == V_OK && !d->last) {
		struct pg_rows rows = PG_ROWS_NONE;

		v = ask_page(d, &rows, why);
		d->count = v == V_OK ? (size_t)rows.count : 0;
		for (i = 0; v == V_OK && i < rows.count; i++)
			v = read_one(d, &rows, i, &d->page[i], why);
		pg_rows_done(&rows);
		if (v == V_OK)
			v = work(d, why);
	}
	return v;
}

static enum verdict
count_page(struct deciding *d, struct fault *why)
{
	size_t i;

	(void)why;
	for (i = 0; i < d->count; i++) {
		const struct one *one = &d->page[i];
		enum decision_may may =
			decision_may(d->by->as, d->by->cancel, &one->l);

		d->out.chosen++;
		if (may == DECISION_NO) {
			bool left = decision_left(&one->l);

			d->out.kept[one->l.state]++;
			d->out.left += left ? 1 : 0;
			d->out.other += left ? 0 : 1;
			if (left && one->in != NULL)
				one->in->left++;
			continue;
		}
		d->out.of[one->l.state]++;
		d->out.change++;
		d->out.risk += may == DECISION_RISK ? 1 : 0;
		if (one->in != NULL) {
			one->in->change++;
			one->in->follow += one->follows ? 1 : 0;
		}
	}
	return V_OK;
}

/* --- letters --- */

static enum letter_state
becomes(enum decision as, const struct one *one)
{
	switch (as) {
	case DECISION_DELIVERED:
		return LETTER_DELIVERED;
	case DECISION_PAPER:
		return LETTER_PAPER;
	case DECISION_RESEND:
		return one->in == NULL ? LETTER_BOX : LETTER_RESEND;
	case DECISION_WITHDRAWN:
		break;
	}
	return LETTER_WITHDRAWN;
}

static struct receipt_row
receipt_of(struct deciding *d, const struct one *one, bool risk)
{
	enum letter_state to = becomes(d->by->as, one);
	bool was =
		one->l.state == LETTER_RESEND || one->l.state == LETTER_UNKNOWN;

	counts_move(&d->counts, one->l.state, to, 1);
	if (one->in != NULL)
		one->in->resend += (to == LETTER_RESEND ? 1 : 0) -
				   (was && !one->follows ? 1 : 0);
	return (struct receipt_row){ .record = one->record,
		.state = to,
		.code = risk		? CODE_RISK
			: d->by->cancel ? CODE_CANCELLED
					: CODE_RESOLVED,
		.first = one->in != NULL && one->follows,
		.event = d->event };
}

/* Those of a lot one after the other. */
static int
by_lot(const void *a, const void *b)
{
	const struct one *x = a, *y = b;

	if (x->in != y->in)
		return x->in < y->in ? -1 : 1;
	return x->record < y->record ? -1 : x->record > y->record;
}

static enum verdict
change_page(struct deciding *d, struct fault *why)
{
	struct facts *in = NULL;
	enum verdict v = V_OK;
	size_t i, n = 0;

	qsort(d->page, d->count, sizeof(d->page[0]), by_lot);
	for (i = 0; v == V_OK && i <= d->count; i++) {
		const struct one *one = &d->page[i];
		enum decision_may may;

		if (n > 0 && (i == d->count || one->in != in)) {
			v = receipts_write(d->pg, in == NULL ? NULL : &in->lot,
				d->job.number, 0, d->rows, n, d->by->now_ms,
				why);
			n = 0;
		}
		if (v != V_OK || i == d->count)
			break;
		in = one->in;
		may = decision_may(d->by->as, d->by->cancel, &one->l);
		if (may != DECISION_NO &&
			!(in != NULL && in->whole && one->follows))
			d->rows[n++] = receipt_of(d, one, may == DECISION_RISK);
	}
	return v;
}

enum verdict
deciding_count(struct deciding *d, struct fault *why)
{
	return each_page(d, count_page, why);
}

enum verdict
deciding_letters(struct deciding *d, struct fault *why)
{
	return each_page(d, change_page, why);
}
