/* store/lot.c - lots: cut, read, and the one place that changes their state
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "store/books.h"

#define CUT_PAGE "10000" /* letters asked for at a time */

/* --- state --- */

static enum verdict
lock(struct pg *pg, const char *sql, int64_t number, struct lot_row *out,
	struct job_row *job_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(pg, sql, PG_ARGS(PG_N(number)), &rows, why);
	if (v != V_OK)
		return v;
	if (rows.count == 1)
		*out = (struct lot_row){ .number = pg_int(&rows, 0, 0),
			.job_no = pg_int(&rows, 0, 1),
			.print = pg_bool(&rows, 0, 2),
			.state = (enum lot_state)pg_int(&rows, 0, 3),
			.letters = pg_int(&rows, 0, 4),
			.apart = pg_int(&rows, 0, 5),
			.resend_letters = pg_int(&rows, 0, 6),
			.acknowledged_ms = pg_int(&rows, 0, 7),
			.attempts = (int)pg_int(&rows, 0, 8),
			.leaving_ms = pg_int(&rows, 0, 9) };
	else
		v = fault_set(
			why, V_SKIP, CODE_NO_JOB, "no lot %" PRId64, number);
	pg_rows_done(&rows);
	return v == V_OK ? job_lock_number(pg, out->job_no, job_out, why) : v;
}

#define LOT_ROW                                                                \
	"select number, job_no, print, state, letters, apart, "                \
	"resend_letters, acknowledged_ms, attempts, leaving_ms "               \
	"from lot where number = "

enum verdict
lot_lock(struct pg *pg, int64_t number, struct lot_row *out,
	struct job_row *job_out, struct fault *why)
{
	return lock(pg, LOT_ROW "$1 for update", number, out, job_out, why);
}

enum verdict
lot_lock_of(struct pg *pg, int64_t attempt, struct lot_row *out,
	struct job_row *job_out, struct fault *why)
{
	return lock(pg,
		LOT_ROW "(select lot_no from attempt where number = $1) "
			"for update",
		attempt, out, job_out, why);
}

/* The same table is in SQL: lot_letter_state() in schemas/db. */
enum letter_state
lot_letters_are(const struct lot_row *lot)
{
	switch (lot->state) {
	case LOT_CUT:
		return LETTER_BOX;
	case LOT_OFFERED:
	case LOT_ACKNOWLEDGED:
		return LETTER_OFFERED;
	case LOT_SETTLED:
		return lot->print ? LETTER_POSTED : LETTER_DELIVERED;
	case LOT_EXPIRED:
	case LOT_UNKNOWN:
		return LETTER_UNKNOWN;
	case LOT_BUNDLED:
		return LETTER_BUNDLED;
	case LOT_HANDED_OVER:
		return LETTER_HANDED_OVER;
	case LOT_WITHDRAWN:
		return LETTER_WITHDRAWN;
	case LOT_FAILED:
	case LOT_HELD:
		break;
	}
	return LETTER_HELD;
}

enum verdict
lot_step(struct pg *pg, struct lot_row *lot, enum lot_state to,
	const char *reason, struct counts *counts, struct fault *why)
{
	enum letter_state before = lot_letters_are(lot);
	enum verdict v;

	if (lot->state == to)
		return V_OK;
	if (!lot_may(lot->state, to))
		return fault_set(why, V_BROKEN, CODE_BUG,
			"lot %" PRId64 ": no way from %s to %s", lot->number,
			lot_word(lot->state), lot_word(to));
	v = pg_do(pg,
		"update lot set state = $2, reason = coalesce($3, reason) "
		"where number = $1",
		PG_ARGS(PG_N(lot->number), PG_N(to), PG_T(reason)), NULL, why);
	if (v != V_OK)
		return v;
	if (to == LOT_SETTLED && !lot->print)
		counts->settled++;
	lot->state = to;
	counts_move(counts, before, lot_letters_are(lot),
		lot->letters - lot->apart);
	return V_OK;
}

enum verdict
lot_numbers(
	struct pg *pg, size_t count, int64_t *numbers_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;
	size_t i;

	v = pg_ask(pg,
		"select nextval(pg_get_serial_sequence('lot', 'number')) "
		"from generate_series(1, $1::bigint)",
		PG_ARGS(PG_N((int64_t)count)), &rows, why);
	if (v != V_OK)
		return v;
	assert((size_t)rows.count == count);
	for (i = 0; i < count; i++)
		numbers_out[i] = pg_int(&rows, (int)i, 0);
	pg_rows_done(&rows);
	return V_OK;
}

/* --- reading --- */

void
lot_read_at(const struct pg_rows *rows, int row, int column, struct arena *mem,
	struct lot *out)
{
	struct lot lot = { .number = pg_int(rows, row, column) };

	pg_word(rows, row, column + 1, lot.job, sizeof(lot.job));
	lot.print = pg_bool(rows, row, column + 2);
	lot.batch_id = pg_uuid(rows, row, column + 3);
	lot.name = pg_text(rows, row, column + 4, mem);
	lot.endpoint = pg_text(rows, row, column + 5, mem);
	lot.stream = pg_text(rows, row, column + 6, mem);
	lot.state = (enum lot_state)pg_int(rows, row, column + 7);
	lot.letters = pg_int(rows, row, column + 8);
	lot.bytes = pg_int(rows, row, column + 9);
	lot.due_ms = pg_int(rows, row, column + 10);
	lot.attempts = (int)pg_int(rows, row, column + 11);
	lot.cut_ms = pg_int(rows, row, column + 12);
	lot.handed_ms = pg_int(rows, row, column + 13);
	pg_fixed(rows, row, column + 14, lot.sha256, sizeof(lot.sha256));
	lot.reason = pg_text(rows, row, column + 15, mem);
	*out = lot;
}

void
lot_read(
	const struct pg_rows *rows, int row, struct arena *mem, struct lot *out)
{
	lot_read_at(rows, row, 0, mem, out);
}

enum verdict
store_lot_list(struct store *store, const char *job, struct arena *mem,
	struct lot **lots_out, size_t *count_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct lot *lots;
	enum verdict v;
	int i;

	v = pg_ask(store->pg,
		"select " LOT_COLUMNS " from lot o "
		"join job j on j.number = o.job_no where j.id = $1 "
		"order by o.number",
		PG_ARGS(PG_T(job)), &rows, why);
	if (v != V_OK)
		return v;
	lots = arena_alloc(mem, ((size_t)rows.count + 1) * sizeof(*lots));
	for (i = 0; i < rows.count; i++)
		lot_read(&rows, i, mem, &lots[i]);
	*lots_out = lots;
	*count_out = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}

/* --- cutting --- */

/* By what a person said last, or else by the route. */
enum verdict
store_cut_read(struct store *store, const char *job,
	enum verdict (*each)(void *self, int64_t record, const struct uuid *id,
		int64_t box_bytes),
	void *self, struct fault *why)
{
	struct job_row row;
	int64_t after = 0;
	int got = 1, i;
	enum verdict v = job_peek(store->pg, job, &row, why);

	while (v == V_OK && got > 0) {
		struct pg_rows rows = PG_ROWS_NONE;

		v = pg_ask(store->pg,
			"select l.record, l.bericht_id, l.box_bytes "
			"from letter l where l.part = $1 and l.job_no = $2 "
			"and l.record > $3 "
			"and (select 1 from place p where p.job_no = l.job_no "
			"and p.record = l.record limit 1) is null "
			"and coalesce((select x.state from receipt x "
			"where x.job_no = l.job_no and x.lot_no = 0 "
			"and x.record = l.record order by x.number desc "
			"limit 1), (select case when route_how(w.ways, "
			"l.record) >= 128 then 2 end "
			"from route_page w where w.job_no = l.job_no "
			"and w.page = l.record >> 9 limit 1)) = 2 "
			"and " GATE_LETS("$4", "l.job_no",
				"l.record") "order by l.record limit " CUT_PAGE,
			PG_ARGS(PG_N(row.part), PG_N(row.number), PG_N(after),
				PG_N(row.gated ? 1 : 0)),
			&rows, why);
		got = v == V_OK ? rows.count : 0;
		for (i = 0; v == V_OK && i < got; i++) {
			struct uuid id = pg_uuid(&rows, i, 1);

			after = pg_int(&rows, i, 0);
			v = each(self, after, &id, pg_int(&rows, i, 2));
		}
		pg_rows_done(&rows);
	}
	return v;
}

static enum verdict
copy_lots(struct pg *pg, int64_t job_no, const struct lot_new *lots,
	size_t count, const int64_t *numbers, int64_t now_ms, struct fault *why)
{
	struct pg_copy copy = PG_COPY_NONE;
	enum verdict v;
	size_t i;

	v = pg_copy_begin(&copy, pg,
		"copy lot (number, job_no, print, batch_id, state, letters, "
		"bytes, due_ms, cut_ms) from stdin (format binary)",
		why);
	for (i = 0; v == V_OK && i < count; i++) {
		v = pg_copy_row(&copy, 9, why);
		if (v != V_OK)
			break;
		pg_copy_i64(&copy, numbers[i]);
		pg_copy_i64(&copy, job_no);
		pg_copy_bool(&copy, false);
		pg_copy_bytes(&copy, lots[i].batch_id.bytes,
			sizeof(lots[i].batch_id.bytes));
		pg_copy_i16(&copy, LOT_CUT);
		pg_copy_i64(&copy, lots[i].letters);
		pg_copy_i64(&copy, lots[i].bytes);
		pg_copy_i64(&copy, now_ms);
		pg_copy_i64(&copy, now_ms);
	}
	if (v == V_OK)
		v = pg_copy_end(&copy, why);
	pg_copy_done(&copy);
	return v;
}

static enum verdict
copy_places(struct pg *pg, int64_t job_no, const struct lot_new *lots,
	size_t count, const int64_t *numbers, struct fault *why)
{
	struct pg_copy copy = PG_COPY_NONE;
	enum verdict v;
	int64_t seq;
	size_t i;

	v = pg_copy_begin(&copy, pg,
		"copy place (lot_no, seq, job_no, record) "
		"from stdin (format binary)",
		why);
	for (i = 0; i < count; i++)
		for (seq = 0; v == V_OK && seq < lots[i].letters; seq++) {
			v = pg_copy_row(&copy, 4, why);
			if (v != V_OK)
				break;
			pg_copy_i64(&copy, numbers[i]);
			pg_copy_i64(&copy, seq + 1);
			pg_copy_i64(&copy, job_no);
			pg_copy_i64(&copy, lots[i].records[seq]);
		}
	if (v == V_OK)
		v = pg_copy_end(&copy, why);
	pg_copy_done(&copy);
	return v;
}

/* What is in lots must be what goes to the box: a letter left out would wait
 * for ever.  Of a gated job that are the chosen ones, and nothing else has a
 * place.  *open_out: is there a lot that has to leave or to settle?
 */
static enum verdict
check_cut(struct pg *pg, const struct job_row *job, bool *open_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(pg,
		"select case when $3::int = 0 "
		"then (select n_box from job where number = $1) "
		"when exists (select from place p where p.job_no = $1 "
		"and not " GATE_LETS("1", "p.job_no",
			"p.record") ") then -1 "
				    "else (select count(*) from gate_letter g "
				    "join letter_now n on n.part = $2 and "
				    "n.job_no = g.job_no "
				    "and n.record = g.record where g.job_no = "
				    "$1 and n.state = 2) "
				    "end, "
				    "coalesce(sum(letters - apart) filter "
				    "(where state = 1), 0)"
				    "::bigint, "
				    "coalesce(bool_or(state <> 4 or "
				    "resend_letters > 0), false) "
				    "from lot where job_no = $1 and not print",
		PG_ARGS(PG_N(job->number), PG_N(job->part),
			PG_N(job->gated ? 1 : 0)),
		&rows, why);
	if (v != V_OK)
		return v;
	if (pg_int(&rows, 0, 0) != pg_int(&rows, 0, 1))
		v = fault_set(why, V_BROKEN, CODE_BUG,
			"job %s: %" PRId64 " letters go to the box, the lots "
			"hold %" PRId64,
			job->id, pg_int(&rows, 0, 0), pg_int(&rows, 0, 1));
	else
		*open_out = pg_bool(&rows, 0, 2);
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_cut_write(struct store *store, const char *job,
	const struct lot_new *lots, size_t count, int64_t now_ms,
	struct fault *why)
{
	struct pg *pg = store->pg;
	int64_t *numbers = mem_zero(count + 1, sizeof(*numbers));
	struct job_row row;
	bool open = false;
	enum verdict v;

	v = pg_begin(pg, why);
	if (v == V_OK)
		v = job_lock_in(pg, job, JOB_RELEASED, &row, why);
	if (v == V_OK && count > 0) {
		v = lot_numbers(pg, count, numbers, why);
		if (v == V_OK)
			v = copy_lots(pg, row.number, lots, count, numbers,
				now_ms, why);
		if (v == V_OK)
			v = copy_places(
				pg, row.number, lots, count, numbers, why);
		if (v == V_OK)
			v = pg_do(pg,
				"update job set lots = lots + $2 "
				"where number = $1",
				PG_ARGS(PG_N(row.number), PG_N((int64_t)count)),
				NULL, why);
	}
	if (v == V_OK)
		v = check_cut(pg, &row, &open, why);
	if (v == V_OK)
		v = job_step(pg, &row, open ? JOB_SENDING : JOB_AWAITING, why);
	if (v == V_OK && row.letters >= OWN_TABLE_LETTERS)
		v = pg_script(pg, "analyze place", why);
	v = pg_end(pg, v, why);
	free(numbers);
	return v;
}
