/* store/look.c - letters and attempts as shown; changes nothing
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "store/books.h"

#define SQL_MAX 8192
#define RECORD_MAX INT64_C(1000000000000)

/* LETTER_COLUMNS as a person gets them: what the citizen reads is left out, and
 * of the citizen number there is the end.
 */
#define SHOWN_COLUMNS                                                          \
	"l.record, l.line, l.byte_at, l.amount_cents, "                        \
	"letter_bsn_end(l.part, l.job_no, l.record), l.dated, l.paper, "       \
	"l.bericht_id, l.bind, l.reference, '', null::text, '', "              \
	"'\\x0100'::bytea, l.record_bytes, l.file_part, l.publish, "           \
	"l.deadline, l.type, l.hold, null::text"

/* LETTER_COLUMNS of a letter that was opened: what a person corrected comes
 * from where it is looked at who asks.
 */
#define OPENED_COLUMNS                                                         \
	"l.record, l.line, l.byte_at, l.amount_cents, l.bsn, l.dated, "        \
	"l.paper, l.bericht_id, l.bind, l.reference, l.subject, l.body, "      \
	"l.address, l.docs, l.record_bytes, l.file_part, l.publish, "          \
	"l.deadline, l.type, l.hold, letter_corrected(l.job_no, l.record)"

/* A letter with all its steps: columns, ROW_SQL, a choice from letter_now,
 * ROW_JOINS.  The newest attempt is one that carried it.
 */
#define ROW_SQL                                                                \
	", j.id, n.state, coalesce(n.box, false), "                            \
	"n.rule, s.source, s.asked_ms, s.list_no, j.split_ms, b.number, "      \
	"p.number, "                                                           \
	"b.batch_id, a.message_id, a.begun_ms, a.acknowledged_ms, "            \
	"a.result_ms, x.wire_code, coalesce(x.code, n.code), p.name, "         \
	"p.handed_ms, p.acknowledged_ms, coalesce(y.day, p.posted_days), "     \
	"y.code, y.wire_code, y.stage, z.why, z.day, z.at_ms, z.new_address "  \
	"from (select * from letter_now "
#define LETTER_JOIN                                                            \
	") n join letter l on l.part = n.part and l.job_no = n.job_no "        \
	"and l.record = n.record "
#define OPENED_JOIN                                                            \
	") n join lateral letter_open(n.job_no, array[n.record]) l on true "
#define ROW_JOINS                                                              \
	"join job j on j.number = n.job_no "                                   \
	"left join lateral (select s.source, s.asked_ms, s.list_no "           \
	"from answer s where s.job_no = n.job_no and s.nth = n.answer_no "     \
	"limit 1) s on true "                                                  \
	"left join lateral (select o.number, o.batch_id from place q "         \
	"join lot o on o.number = q.lot_no where q.job_no = n.job_no "         \
	"and q.record = n.record and not o.print "                             \
	"order by q.lot_no desc limit 1) b on true "                           \
	"left join lateral (select o.number, o.name, o.handed_ms, "            \
	"o.acknowledged_ms, case when o.state = 4 then o.posted_days end "     \
	"as posted_days from place q join lot o on o.number = q.lot_no "       \
	"where q.job_no = n.job_no and q.record = n.record and o.print "       \
	"order by q.lot_no desc limit 1) p on true "                           \
	"left join lateral (select a.message_id, a.begun_ms, "                 \
	"a.acknowledged_ms, a.result_ms from attempt a "                       \
	"where a.lot_no = b.number and (not a.part_of_lot or exists "          \
	"(select from receipt r where r.job_no = n.job_no "                    \
	"and r.lot_no = b.number and r.record = n.record "                     \
	"and r.attempt_no = a.number)) "                                       \
	"order by a.nth desc limit 1) a on true "                              \
	"left join lateral (select r.code, r.wire_code from receipt r "        \
	"where r.job_no = n.job_no and r.lot_no = b.number "                   \
	"and r.record = n.record order by r.number desc limit 1) x on true "   \
	"left join lateral (select r.day, r.code, r.wire_code, r.stage "       \
	"from receipt r where r.job_no = n.job_no and r.lot_no = p.number "    \
	"and r.record = n.record order by r.number desc limit 1) y on true "   \
	"left join lateral (select z.why, z.day, z.at_ms, z.new_address "      \
	"from returned z where z.job_no = n.job_no and z.record = n.record "   \
	"order by z.lot_no desc limit 1) z on true "

static enum verdict
row_read(const struct pg_rows *rows, int i, struct arena *mem,
	struct letter_row *out, struct fault *why)
{
	struct letter_row r = { .posted_days = LETTER_DATE_NONE };
	int c = LETTER_COLUMN_COUNT;
	enum verdict v = letter_read(rows, i, mem, &r.letter, why);

	if (v != V_OK)
		return v;
	pg_word(rows, i, c++, r.job, sizeof(r.job));
	r.state = (enum letter_state)pg_int(rows, i, c++);
	r.box = pg_bool(rows, i, c++);
	r.rule = (enum route_rule)pg_int(rows, i, c++);
	r.answer_source = pg_text(rows, i, c++, mem);
	r.answer_ms = pg_int(rows, i, c++);
	r.answer_list = pg_int(rows, i, c++);
	r.split_ms = pg_int(rows, i, c++);
	r.box_lot = pg_int(rows, i, c++);
	r.print_lot = pg_int(rows, i, c++);
	r.batch_id = pg_uuid(rows, i, c++);
	r.message_id = pg_text(rows, i, c++, mem);
	r.offered_ms = pg_int(rows, i, c++);
	r.acknowledged_ms = pg_int(rows, i, c++);
	r.result_ms = pg_int(rows, i, c++);
	r.wire_code = pg_text(rows, i, c++, mem);
	r.code = (enum code)pg_int(rows, i, c++);
	r.bundle = pg_text(rows, i, c++, mem);
	r.handed_ms = pg_int(rows, i, c++);
	r.taken_ms = pg_int(rows, i, c++);
	if (!pg_null(rows, i, c) && r.state == LETTER_POSTED)
		r.posted_days = (int32_t)pg_int(rows, i, c);
	c++;
	r.print_code = (enum code)pg_int(rows, i, c++);
	r.print_word = pg_text(rows, i, c++, mem);
	r.print_text = pg_text(rows, i, c++, mem);
	r.returned = (enum returned_why)pg_int(rows, i, c++);
	r.returned_days = (int32_t)pg_int(rows, i, c++);
	r.returned_ms = pg_int(rows, i, c++);
	r.new_address = pg_bool(rows, i, c++);
	*out = r;
	return V_OK;
}

/* `choice` is of rows of letter_now. */
static enum verdict
ask(struct store *store, const char *choice, const struct pg_arg *args,
	struct pg_rows *rows_out, struct fault *why)
{
	struct buf sql = BUF_MAX(SQL_MAX);
	enum verdict v;

	buf_format(&sql,
		"select %s" ROW_SQL "%s%s" ROW_JOINS "order by n.record",
		store->shown	? SHOWN_COLUMNS
		: store->opened ? OPENED_COLUMNS
				: LETTER_COLUMNS,
		choice, store->opened ? OPENED_JOIN : LETTER_JOIN);
	assert(!sql.full);
	v = pg_ask(store->pg, sql.bytes, args, rows_out, why);
	buf_done(&sql);
	return v;
}

static enum verdict
ambiguous(struct fault *why)
{
	return fault_set(why, V_SKIP, CODE_AMBIGUOUS,
		"more than one letter; name it by JOB/record or by its "
		"BerichtID");
}

/* One letter, or none, or several. */
static enum verdict
ask_one(struct store *store, const char *choice, const struct pg_arg *args,
	struct arena *mem, struct letter_row *out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v = ask(store, choice, args, &rows, why);

	if (v == V_OK && rows.count == 0)
		v = fault_set(why, V_SKIP, CODE_NO_JOB, "no such letter");
	else if (v == V_OK && rows.count > 1)
		v = ambiguous(why);
	if (v == V_OK)
		v = row_read(&rows, 0, mem, out, why);
	pg_rows_done(&rows);
	return v;
}

/* JOB/record; false when `what` does not look like it. */
static bool
job_and_record(const char *what, struct arena *mem, char **job_out,
	int64_t *record_out)
{
	const char *slash = strrchr(what, '/');

	if (slash == NULL || slash == what ||
		!text_number(slash + 1, RECORD_MAX, record_out))
		return false;
	*job_out = arena_text(mem, what, (size_t)(slash - what));
	return true;
}

enum verdict
look_letter(struct store *store, int64_t part, int64_t job_no, int64_t record,
	struct arena *mem, struct letter_row *out, struct fault *why)
{
	return ask_one(store, "where part = $1 and job_no = $2 and record = $3",
		PG_ARGS(PG_N(part), PG_N(job_no), PG_N(record)), mem, out, why);
}

#define SAME_MAX 20 /* letters with one reference */

/* One that was withdrawn, and came again: `row` is in a newer one of `rows`. */
static bool
came_again(const struct find_letters *found, size_t row)
{
	const struct letter_row *r = &found->rows[row];
	size_t i;

	if (r->state != LETTER_WITHDRAWN)
		return false;
	for (i = 0; i < row; i++)
		if (memcmp(&found->rows[i].letter.id, &r->letter.id,
			    sizeof(r->letter.id)) == 0)
			return true;
	return false;
}

/* By BerichtID the newest, by reference the only one.  By the keys of each
 * partition (store/find.c), for the view over all of them takes long to plan.
 */
static enum verdict
find_anywhere(struct store *store, const char *what, struct arena *mem,
	struct letter_row *out, struct fault *why)
{
	bool opened = store->opened, shown = store->shown;
	struct find_letters found = { .count = 0 };
	const struct letter_row *row = NULL;
	struct job_row job;
	struct uuid id;
	enum verdict v;
	size_t i, count = 0;

	store->opened = false;
	store->shown = shown || opened;
	v = store_find_letters(store, what, SAME_MAX, mem, &found, why);
	store->opened = opened;
	store->shown = shown;
	for (i = 0; v == V_OK && i < found.count; i++) {
		if (came_again(&found, i))
			continue;
		if (count++ == 0)
			row = &found.rows[i];
		if (uuid_parse(what, &id))
			break;
	}
	if (v == V_OK && count == 0)
		v = fault_set(why, V_SKIP, CODE_NO_JOB, "no such letter");
	else if (v == V_OK && count > 1)
		v = ambiguous(why);
	if (v != V_OK)
		return v;
	*out = *row;
	if (!opened)
		return V_OK;
	v = job_peek(store->pg, row->job, &job, why);
	return v != V_OK ? v
			 : look_letter(store, job.part, job.number,
				   row->letter.record, mem, out, why);
}

enum verdict
store_letter_find(struct store *store, const char *what, struct arena *mem,
	struct letter_row *out, struct fault *why)
{
	struct job job;
	struct job_row row;
	char *part;
	int64_t record;
	enum verdict v;

	if (job_and_record(what, mem, &part, &record)) {
		v = store_job_find(store, part, mem, &job, why);
		if (v == V_OK)
			v = job_peek(store->pg, job.id, &row, why);
		if (v == V_OK)
			return look_letter(store, row.part, row.number, record,
				mem, out, why);
		/* A reference may have a slash too. */
		if (v != V_SKIP || why->code != CODE_NO_JOB)
			return v;
	}
	return find_anywhere(store, what, mem, out, why);
}

enum verdict
store_letter_open(struct store *store, const char *what, struct arena *mem,
	struct letter_row *out, struct fault *why)
{
	bool shown = store->shown;
	enum verdict v;

	store->opened = shown;
	store->shown = false;
	v = store_letter_find(store, what, mem, out, why);
	store->opened = false;
	store->shown = shown;
	return v;
}

enum verdict
store_letter_list(struct store *store, const char *job, int64_t after,
	size_t max, enum letter_state state, struct arena *mem,
	struct letter_row **rows_out, size_t *count_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct letter_row *list;
	struct job_row row;
	enum verdict v = job_peek(store->pg, job, &row, why);
	int i;

	if (v == V_OK)
		v = ask(store,
			"where part = $1 and job_no = $2 and record > $3 "
			"and ($4::int = 0 or state = $4) "
			"order by record limit $5",
			PG_ARGS(PG_N(row.part), PG_N(row.number), PG_N(after),
				PG_N(state), PG_N((int64_t)max)),
			&rows, why);
	if (v != V_OK)
		return v;
	list = arena_alloc(mem, ((size_t)rows.count + 1) * sizeof(*list));
	for (i = 0; v == V_OK && i < rows.count; i++)
		v = row_read(&rows, i, mem, &list[i], why);
	if (v == V_OK) {
		*rows_out = list;
		*count_out = (size_t)rows.count;
	}
	pg_rows_done(&rows);
	return v;
}

/* --- attempts --- */

static const char *
attempt_word(enum attempt_state state)
{
	switch (state) {
	case ATTEMPT_POSTING:
		return "posting";
	case ATTEMPT_OFFERED:
		return "offered";
	case ATTEMPT_ACKNOWLEDGED:
		return "acknowledged";
	case ATTEMPT_RESULTED:
		return "result";
	case ATTEMPT_FAILED:
		return "failed";
	case ATTEMPT_EXPIRED:
		return "expired";
	case ATTEMPT_UNKNOWN:
		break;
	}
	return "unknown";
}

static void
attempt_read(const struct pg_rows *rows, int i, struct arena *mem,
	struct attempt_row *out)
{
	struct attempt_row a = { .lot = pg_int(rows, i, 0) };
	int n;

	a.nth = (int)pg_int(rows, i, 1);
	a.posts = (int)pg_int(rows, i, 2);
	a.message_id = pg_text(rows, i, 3, mem);
	a.state = attempt_word((enum attempt_state)pg_int(rows, i, 4));
	a.created_ms = pg_int(rows, i, 5);
	a.acknowledged_ms = pg_int(rows, i, 6);
	a.result_ms = pg_int(rows, i, 7);
	a.letters = pg_int(rows, i, 8);
	a.total = pg_int(rows, i, 9);
	a.has_result = a.result_ms > 0 || a.total > 0;
	for (n = 0; n < RECEIPT_COUNTERS; n++) {
		a.counters[n] = pg_int(rows, i, 10 + n);
		a.ours[n] = pg_int(rows, i, 10 + RECEIPT_COUNTERS + n);
	}
	n = 10 + 2 * RECEIPT_COUNTERS;
	a.reason = pg_text(rows, i, n, mem);
	a.known = pg_int(rows, i, n + 1);
	a.opinions = pg_int(rows, i, n + 2);
	*out = a;
}

enum verdict
store_attempt_list(struct store *store, const char *job, struct arena *mem,
	struct attempt_row **rows_out, size_t *count_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct attempt_row *list;
	enum verdict v;
	int i;

	_Static_assert(RECEIPT_COUNTERS == 6, "as many as are selected");
	v = pg_ask(store->pg,
		"select a.lot_no, a.nth, a.posts, a.message_id, a.state, "
		"a.created_ms, a.acknowledged_ms, a.result_ms, a.letters, "
		"a.total, counters[1], counters[2], counters[3], counters[4], "
		"counters[5], counters[6], ours[1], ours[2], ours[3], ours[4], "
		"ours[5], ours[6], a.reason, a.known, a.opinions "
		"from attempt a "
		"join lot o on o.number = a.lot_no "
		"join job j on j.number = o.job_no where j.id = $1 "
		"order by a.lot_no, a.nth",
		PG_ARGS(PG_T(job)), &rows, why);
	if (v != V_OK)
		return v;
	list = arena_alloc(mem, ((size_t)rows.count + 1) * sizeof(*list));
	for (i = 0; i < rows.count; i++)
		attempt_read(&rows, i, mem, &list[i]);
	*rows_out = list;
	*count_out = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}

enum verdict
store_lot_troubles(struct store *store, int max, struct arena *mem,
	struct lot_trouble **rows_out, size_t *count_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct lot_trouble *list;
	enum verdict v;
	int i;

	v = pg_ask(store->pg,
		"select o.number, j.id, t.posts, t.reason from ("
		"select lot_no, posts + agains as posts, reason "
		"from attempt "
		"where state in (1, 2) and reason <> '' union all "
		"select number, coalesce((select a.posts + a.agains from "
		"attempt a "
		"where a.lot_no = lot.number order by a.nth desc limit 1), 0), "
		"reason from lot where state in (1, 7) and reason <> '') t "
		"join lot o on o.number = t.lot_no "
		"join job j on j.number = o.job_no "
		"order by o.number limit $1",
		PG_ARGS(PG_N(max)), &rows, why);
	if (v != V_OK)
		return v;
	list = arena_alloc(mem, ((size_t)rows.count + 1) * sizeof(*list));
	for (i = 0; i < rows.count; i++) {
		list[i] = (struct lot_trouble){ .lot = pg_int(&rows, i, 0),
			.posts = (int)pg_int(&rows, i, 2),
			.reason = pg_text(&rows, i, 3, mem) };
		pg_word(&rows, i, 1, list[i].job, sizeof(list[i].job));
	}
	*rows_out = list;
	*count_out = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}
