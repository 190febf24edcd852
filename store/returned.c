/* store/returned.c - mail that came back, months later
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "store/printed_in.h"

#define NAMES_TEXT_MAX ((size_t)256 * 1024 * 1024)

/* The lines as arrays: each has an id, or a bundle and a place in it. */
struct columns {
	struct buf ids, names, places, days, whys, moved;
};

static struct columns
columns_of(const struct print_receipt *said)
{
	struct columns c = { BUF_MAX(NAMES_TEXT_MAX), BUF_MAX(NAMES_TEXT_MAX),
		BUF_MAX(ARRAY_TEXT_MAX), BUF_MAX(ARRAY_TEXT_MAX),
		BUF_MAX(ARRAY_TEXT_MAX), BUF_MAX(ARRAY_TEXT_MAX) };
	struct buf *all[] = { &c.ids, &c.names, &c.places, &c.days, &c.whys,
		&c.moved };
	size_t i, k;

	for (i = 0; i < said->row_count; i++) {
		const struct said_row *row = &said->rows[i];
		char id[UUID_TEXT_MAX] = "null";

		if (row->bundle == NULL)
			uuid_text(&row->id, id);
		for (k = 0; k < sizeof(all) / sizeof(all[0]); k++)
			buf_text(all[k], i == 0 ? "{" : ",");
		buf_text(&c.ids, id);
		/* Of [a-z0-9-] only: the reader looked. */
		buf_text(&c.names, row->bundle == NULL ? "null" : row->bundle);
		buf_format(&c.places, "%" PRId64, row->place);
		buf_format(&c.days, "%" PRId32, row->day);
		buf_format(&c.whys, "%d", (int)row->why);
		buf_text(&c.moved, row->new_address ? "t" : "f");
	}
	for (k = 0; k < sizeof(all) / sizeof(all[0]); k++)
		buf_text(all[k], said->row_count == 0 ? "{}" : "}");
	return c;
}

static void
columns_done(struct columns *c)
{
	buf_done(&c->ids);
	buf_done(&c->names);
	buf_done(&c->places);
	buf_done(&c->days);
	buf_done(&c->whys);
	buf_done(&c->moved);
}

/* Each line with its letter, where it is now, and in which newest bundle it was:
 * only what was handed over can come back.
 */
static enum verdict
find(struct applying *a, const struct columns *c, struct fault *why)
{
	return pg_do(a->pg,
		"create temporary table came_back on commit drop as "
		"select distinct on (s.n) s.n, coalesce(l.job_no, p.job_no) as "
		"job_no, "
		"coalesce(l.record, p.record) as record, s.day, s.why, "
		"s.moved, b.lot_no, coalesce(b.state in (4, 10), false) "
		"as left_us, k.job as gone_job, k.record as gone_record "
		"from unnest($1::uuid[], $2::text[], $3::bigint[], "
		"$4::int[], $5::smallint[], $6::boolean[]) with ordinality "
		"s (id, name, place, day, why, moved, n) "
		"left join letter l on l.bericht_id = s.id "
		"left join letter_left k on k.bericht_id = s.id "
		"and l.job_no is null "
		"left join lot o on o.name = s.name and o.name <> '' "
		"left join place p on p.lot_no = o.number and p.seq = s.place "
		"left join lateral (select q.lot_no, b.state from place q "
		"join lot b on b.number = q.lot_no "
		"where q.job_no = coalesce(l.job_no, p.job_no) "
		"and q.record = coalesce(l.record, p.record) and b.print "
		"and (o.number is null or b.number = o.number) "
		"order by q.lot_no desc limit 1) b on true "
		"order by s.n, left_us desc, job_no desc",
		PG_ARGS(PG_T(c->ids.bytes), PG_T(c->names.bytes),
			PG_T(c->places.bytes), PG_T(c->days.bytes),
			PG_T(c->whys.bytes), PG_T(c->moved.bytes)),
		NULL, why);
}

/* Notes, counts per job, and an event in each; in the order of jobs. */
static enum verdict
write_notes(struct applying *a, int64_t *made_out, struct fault *why)
{
	enum verdict v;

	v = pg_do(a->pg,
		"select from job where number in (select job_no "
		"from came_back where left_us) order by number for update",
		NULL, NULL, why);
	if (v == V_OK)
		v = pg_do(a->pg,
			"insert into returned (job_no, record, lot_no, day, "
			"why, new_address, file_no, at_ms) "
			"select job_no, record, lot_no, day, why, moved, $1, "
			"$2 from came_back where left_us order by n "
			"on conflict do nothing",
			PG_ARGS(PG_N(a->file_no), PG_N(a->now_ms)), made_out,
			why);
	if (v == V_OK && *made_out > 0)
		v = pg_do(a->pg,
			"with new as (select job_no, count(*) as letters "
			"from returned where file_no = $1 group by job_no), "
			"told as (insert into event (at_ms, job, person, "
			"what, text) select $2, j.id, 'automatic', "
			"'returned', n.letters || ' letters came back, by ' "
			"|| $3::text from new n join job j "
			"on j.number = n.job_no) "
			"update job j set n_returned = n_returned + n.letters "
			"from new n where j.number = n.job_no",
			PG_ARGS(PG_N(a->file_no), PG_N(a->now_ms),
				PG_T(a->file->name)),
			NULL, why);
	return v;
}

/* Lines that no letter of ours fits: unknown, or not printed by us. */
static enum verdict
alarms(struct applying *a, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	int64_t lines[2], first[2];
	enum verdict v;
	int i;

	v = pg_ask(a->pg,
		"select count(*) filter (where record is null "
		"and gone_job is null), coalesce(min(n) filter "
		"(where record is null and gone_job is null), 0), "
		"count(*) filter (where record is not null and not left_us), "
		"coalesce(min(n) filter (where record is not null "
		"and not left_us), 0) from came_back",
		NULL, &rows, why);
	for (i = 0; v == V_OK && i < 2; i++) {
		int64_t n = pg_int(&rows, 0, 2 * i + 1);

		lines[i] = pg_int(&rows, 0, 2 * i);
		first[i] = n == 0 ? 0 : a->said->rows[n - 1].line;
		a->done->bad += lines[i];
	}
	pg_rows_done(&rows);
	if (v == V_OK && lines[0] > 0)
		v = printed_alarm(a, CODE_RECEIPT_UNKNOWN, lines[0], first[0],
			why, "a returned letter that is not ours");
	if (v == V_OK && lines[1] > 0)
		v = printed_alarm(a, CODE_RECEIPT_STATE, lines[1], first[1],
			why,
			"a returned letter that was not handed to a printer");
	return v;
}

/* Of jobs whose letters are kept no longer there is no report to write: a person
 * tells the supplier.
 */
static enum verdict
gone(struct applying *a, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;
	int i;

	v = pg_ask(a->pg,
		"select gone_job, count(*), min(n), min(gone_record) "
		"from came_back where gone_job is not null "
		"group by gone_job order by gone_job",
		NULL, &rows, why);
	for (i = 0; v == V_OK && i < rows.count; i++) {
		char job[JOB_ID_MAX];

		pg_word(&rows, i, 0, job, sizeof(job));
		a->done->bad += pg_int(&rows, i, 1);
		v = printed_alarm(a, CODE_RETURNED, pg_int(&rows, i, 1),
			a->said->rows[pg_int(&rows, i, 2) - 1].line, why,
			"letters of job %s came back, which is kept no "
			"longer; the first is record %" PRId64,
			job, pg_int(&rows, i, 3));
	}
	pg_rows_done(&rows);
	return v;
}

enum verdict
printed_returned(struct applying *a, struct fault *why)
{
	struct columns c;
	int64_t made = 0, bad = a->done->bad;
	enum verdict v;

	if (a->said->row_count == 0)
		return V_OK;
	c = columns_of(a->said);
	v = find(a, &c, why);
	columns_done(&c);
	if (v == V_OK)
		v = write_notes(a, &made, why);
	if (v == V_OK)
		v = alarms(a, why);
	if (v == V_OK)
		v = gone(a, why);
	a->done->good += made;
	a->done->again +=
		(int64_t)a->said->row_count - made - (a->done->bad - bad);
	return v;
}
