/* store/page.c - the page row of a job: filled at split and at routing, read
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdio.h>

#include "batch/lot.h"
#include "store/books.h"

#define FETCH "fetch 20000 from page_letters"
#define SEEN_ATTEMPTS "200"    /* of the endpoint, for how fast lots go */
#define SEEN_LOOKED "2000"     /* of all endpoints */
#define SEEN_MIN 2	       /* fewer say nothing */
#define GAP_MAX_MS "1000"      /* more is waiting for something else */
#define UPLOAD_MIN_BYTES 50000 /* smaller lots tell nothing about speed */

/* --- filling --- */

enum {
	BOX,
	BOX_BYTES,
	FREE,
	DOCS,
	ADDRESS,
	BSN,
	PAPER,
	PUBLISH,
	DEADLINE,
	DATED
};

#define ALL_COLUMNS                                                            \
	"l.box_bytes, l.hold is null, l.docs, l.address, l.bsn, l.paper, "     \
	"l.publish, l.deadline, l.dated"
/* What goes to the box is only counted. */
#define ROUTED_COLUMNS                                                         \
	"route_how(r.ways, l.record) >= 128, l.box_bytes, l.hold is null, "    \
	"case when route_how(r.ways, l.record) < 128 then l.docs end, "        \
	"case when route_how(r.ways, l.record) < 128 then l.address end, "     \
	"null::int, l.paper, null::int, null::int, null::int"

static int32_t
day_of(const struct pg_rows *rows, int row, int column)
{
	return pg_null(rows, row, column) ? LETTER_DATE_NONE
					  : (int32_t)pg_int(rows, row, column);
}

static enum verdict
load_add(struct forecast_load *load, const struct pg_rows *rows, int row,
	struct arena *mem, struct fault *why)
{
	struct letter l = {
		.bsn = { (int32_t)pg_int(rows, row, BSN) },
		.paper = (enum paper_reason)pg_int(rows, row, PAPER),
		.publish = day_of(rows, row, PUBLISH),
		.deadline = day_of(rows, row, DEADLINE),
		.dated = day_of(rows, row, DATED),
	};
	const char *docs;
	size_t len;

	address_unpack(pg_text(rows, row, ADDRESS, mem), mem, &l.address);
	docs = pg_bytes(rows, row, DOCS, &len);
	if (!attachment_unpack(
		    docs, len, mem, &l.attachments, &l.document_count))
		return fault_set(why, V_BROKEN, CODE_BUG,
			"the documents of a letter cannot be read back");
	forecast_load_add(load, &l, pg_int(rows, row, BOX_BYTES));
	return V_OK;
}

/* Hand out all rows of the cursor page_letters, a page at a time. */
static enum verdict
each_row(struct pg *pg, void *self,
	enum verdict (*each)(void *self, const struct pg_rows *rows, int row,
		struct arena *mem, struct fault *why),
	struct fault *why)
{
	struct arena mem = ARENA_EMPTY;
	enum verdict v = V_OK;
	int i, got = 1;

	while (v == V_OK && got > 0) {
		struct pg_rows rows = PG_ROWS_NONE;

		v = pg_ask(pg, FETCH, NULL, &rows, why);
		got = v == V_OK ? rows.count : 0;
		for (i = 0; v == V_OK && i < got; i++)
			v = each(self, &rows, i, &mem, why);
		pg_rows_done(&rows);
		arena_reset(&mem);
	}
	arena_done(&mem);
	if (v == V_OK)
		v = pg_script(pg, "close page_letters", why);
	return v;
}

static enum verdict
each_of_all(void *self, const struct pg_rows *rows, int row, struct arena *mem,
	struct fault *why)
{
	return load_add(self, rows, row, mem, why);
}

enum verdict
page_load(struct pg *pg, const char *table, int64_t job_no,
	struct forecast_load *out, struct fault *why)
{
	struct forecast_load load = FORECAST_LOAD_NONE;
	char sql[400];
	enum verdict v;

	snprintf(sql, sizeof(sql),
		"declare page_letters no scroll cursor for select "
		"false, " ALL_COLUMNS " from %s l where l.job_no = %" PRId64,
		table, job_no);
	v = pg_script(pg, sql, why);
	if (v == V_OK)
		v = each_row(pg, &load, each_of_all, why);
	if (v == V_OK)
		*out = load;
	return v;
}

/* A day as a parameter: null when no letter has one. */
static struct pg_arg
day_arg(int32_t day)
{
	return day == LETTER_DATE_NONE ? PG_T(NULL) : PG_N(day);
}

enum verdict
page_split(struct pg *pg, int64_t job_no, const struct forecast_load *load,
	struct fault *why)
{
	return pg_do(pg,
		"insert into page (job_no, pages, sheets, uncounted, "
		"documents_bytes, box_bytes, abroad, paper_only, "
		"publish_first, publish_last, deadline_first, deadline_last, "
		"dated_first, dated_last) values ($1, $2, $3, $4, $5, $6, $7, "
		"$8, $9::int, $10::int, $11::int, $12::int, $13::int, "
		"$14::int)",
		PG_ARGS(PG_N(job_no), PG_N(load->pages), PG_N(load->sheets),
			PG_N(load->uncounted), PG_N(load->documents_bytes),
			PG_N(load->box_bytes), PG_N(load->abroad),
			PG_N(load->paper_only), day_arg(load->publish.first),
			day_arg(load->publish.last),
			day_arg(load->deadline.first),
			day_arg(load->deadline.last),
			day_arg(load->dated.first), day_arg(load->dated.last)),
		NULL, why);
}

struct routed {
	struct page page;
	struct forecast_cut lots, bundles;
};

/* A letter that a person has to decide about is in no lot yet. */
static enum verdict
each_routed(void *self, const struct pg_rows *rows, int row, struct arena *mem,
	struct fault *why)
{
	struct routed *r = self;
	int64_t bytes = pg_int(rows, row, BOX_BYTES);
	int64_t before = r->page.paper.documents_bytes;
	enum verdict v;

	if (pg_bool(rows, row, BOX)) {
		r->page.to_box++;
		r->page.lot_bytes += bytes;
		if (pg_bool(rows, row, FREE))
			forecast_cut_add(&r->lots, bytes);
		return V_OK;
	}
	if (paper_never((enum paper_reason)pg_int(rows, row, PAPER)))
		return V_OK; /* nowhere: a person decides */
	r->page.to_paper++;
	v = load_add(&r->page.paper, rows, row, mem, why);
	if (v == V_OK && pg_bool(rows, row, FREE))
		forecast_cut_add(
			&r->bundles, r->page.paper.documents_bytes - before);
	return v;
}

/* In order of record; the planner knows little of tables just filled. */
static enum verdict
read_routed(struct pg *pg, const struct job_row *job, struct routed *r,
	struct fault *why)
{
	enum verdict v = pg_script(pg,
		"set local enable_nestloop = off; "
		"set local enable_bitmapscan = off; "
		"set local enable_sort = off; "
		"set local cursor_tuple_fraction = 1",
		why);

	if (v == V_OK)
		v = pg_do(pg,
			"declare page_letters no scroll cursor for "
			"select " ROUTED_COLUMNS " from letter l "
			"join (select w.job_no, w.page, w.ways "
			"from route_page w where w.job_no = $2 offset 0) r "
			"on r.page = l.record >> 9 where l.part = $1 "
			"and l.job_no = $2 and route_how(r.ways, l.record) > 0 "
			"order by l.record",
			PG_ARGS(PG_N(job->part), PG_N(job->number)), NULL, why);
	if (v == V_OK)
		v = each_row(pg, r, each_routed, why);
	return v;
}

enum verdict
store_page_routed(struct store *store, const char *job,
	const struct page_limits *limits, struct fault *why)
{
	struct routed r = { .page = { .paper = FORECAST_LOAD_NONE },
		.lots = { .letters_max = limits->lot_letters,
			.bytes_max = limits->lot_bytes - LOT_OVERHEAD_BYTES },
		.bundles = { .letters_max = limits->bundle_letters,
			.bytes_max = limits->bundle_bytes } };
	const struct forecast_load *p = &r.page.paper;
	struct pg *pg = store->pg;
	struct job_row row;
	enum verdict v = pg_begin(pg, why);

	if (v == V_OK)
		v = job_lock_in(pg, job, JOB_SPLIT, &row, why);
	if (v == V_OK)
		v = read_routed(pg, &row, &r, why);
	if (v == V_OK)
		v = pg_do(pg,
			"update page set to_box = $2, to_paper = $3, "
			"lot_bytes = $4, lots = $5, paper_pages = $6, "
			"paper_sheets = $7, paper_uncounted = $8, "
			"paper_bytes = $9, paper_abroad = $10, bundles = $11 "
			"where job_no = $1",
			PG_ARGS(PG_N(row.number), PG_N(r.page.to_box),
				PG_N(r.page.to_paper), PG_N(r.page.lot_bytes),
				PG_N(r.lots.lots), PG_N(p->pages),
				PG_N(p->sheets), PG_N(p->uncounted),
				PG_N(p->documents_bytes), PG_N(p->abroad),
				PG_N(r.bundles.lots)),
			NULL, why);
	return pg_end(pg, v, why);
}

enum verdict
page_sent(struct pg *pg, int64_t job_no, struct fault *why)
{
	return pg_do(pg,
		"update page p set sent_ms = (select max(o.acknowledged_ms) "
		"from lot o where o.job_no = $1 and not o.print) "
		"from job j where j.number = $1 and p.job_no = $1 "
		"and j.lots > 0 and j.lots_acknowledged >= j.lots",
		PG_ARGS(PG_N(job_no)), NULL, why);
}

/* --- reading --- */

enum verdict
store_page_numbers(struct store *store, const char *job,
	struct bsn **numbers_out, size_t *count_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct bsn *numbers;
	struct job_row row;
	enum verdict v = job_peek(store->pg, job, &row, why);
	int i;

	if (v == V_OK && !store->shown)
		v = pg_ask(store->pg,
			"select l.bsn from letter l where l.part = $1 "
			"and l.job_no = $2 and l.bsn is not null "
			"and l.paper in (0, 7, 8) and l.type is null",
			PG_ARGS(PG_N(row.part), PG_N(row.number)), &rows, why);
	if (v != V_OK)
		return v;
	numbers = mem_new(((size_t)rows.count + 1) * sizeof(*numbers));
	for (i = 0; i < rows.count; i++)
		numbers[i] = (struct bsn){ (int32_t)pg_int(&rows, i, 0) };
	*numbers_out = numbers;
	*count_out = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}

static void
page_read(const struct pg_rows *rows, struct page *out)
{
	struct page p = { .counted = true,
		.all = FORECAST_LOAD_NONE,
		.paper = FORECAST_LOAD_NONE };
	int64_t *all[] = { &p.all.letters, &p.all.pages, &p.all.sheets,
		&p.all.uncounted, &p.all.documents_bytes, &p.all.box_bytes,
		&p.all.abroad, &p.all.paper_only };
	int32_t *days[] = { &p.all.publish.first, &p.all.publish.last,
		&p.all.deadline.first, &p.all.deadline.last, &p.all.dated.first,
		&p.all.dated.last };
	int64_t *routed[] = { &p.to_box, &p.to_paper, &p.lot_bytes, &p.lots,
		&p.paper.pages, &p.paper.sheets, &p.paper.uncounted,
		&p.paper.documents_bytes, &p.paper.abroad, &p.bundles,
		&p.sent_ms };
	int column = 0;
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		*all[i] = pg_int(rows, 0, column++);
	for (i = 0; i < sizeof(days) / sizeof(days[0]); i++)
		*days[i] = day_of(rows, 0, column++);
	p.routed = !pg_null(rows, 0, column);
	for (i = 0; i < sizeof(routed) / sizeof(routed[0]); i++)
		*routed[i] = pg_int(rows, 0, column++);
	p.paper.letters = p.to_paper;
	*out = p;
}

enum verdict
store_page_get(struct store *store, const char *job, struct page *out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(store->pg,
		"select j.letters, p.pages, p.sheets, p.uncounted, "
		"p.documents_bytes, p.box_bytes, p.abroad, p.paper_only, "
		"p.publish_first, p.publish_last, p.deadline_first, "
		"p.deadline_last, p.dated_first, p.dated_last, p.to_box, "
		"p.to_paper, p.lot_bytes, p.lots, p.paper_pages, "
		"p.paper_sheets, p.paper_uncounted, p.paper_bytes, "
		"p.paper_abroad, p.bundles, p.sent_ms "
		"from job j join page p on p.job_no = j.number where j.id = $1",
		PG_ARGS(PG_T(job)), &rows, why);
	if (v != V_OK)
		return v;
	if (rows.count > 0)
		page_read(&rows, out);
	else
		*out = (struct page){ .all = FORECAST_LOAD_NONE,
			.paper = FORECAST_LOAD_NONE };
	pg_rows_done(&rows);
	return V_OK;
}

enum verdict
store_page_last(struct store *store, const char *stream, int64_t before,
	struct arena *mem, struct page_last *out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(store->pg,
		"select j.id, j.released_ms, p.to_box, p.to_paper from job j "
		"join page p on p.job_no = j.number where j.stream = $1 "
		"and j.number < $2 and j.released_ms > 0 "
		"and p.to_box + p.to_paper >= $3 "
		"order by j.number desc limit 1",
		PG_ARGS(PG_T(stream), PG_N(before), PG_N(PAGE_LAST_LETTERS)),
		&rows, why);
	if (v != V_OK)
		return v;
	if (rows.count == 0)
		v = V_END;
	else
		*out = (struct page_last){ .job = pg_text(&rows, 0, 0, mem),
			.released_ms = pg_int(&rows, 0, 1),
			.to_box = pg_int(&rows, 0, 2),
			.to_paper = pg_int(&rows, 0, 3) };
	pg_rows_done(&rows);
	return v;
}

/* --- what goes before it --- */

/* Lots of jobs whose letters still to go are fewer; those of a job that is
 * only released are not cut yet, and of one without a page the bytes are not
 * known.
 */
static enum verdict
before(struct pg *pg, const char *endpoint, int64_t job_no, int64_t letters,
	int64_t now_ms, struct forecast_send *out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(pg,
		"select coalesce(sum(j.n_box + j.n_resend), 0)::bigint, "
		"coalesce(sum(case when p.to_box > 0 "
		"then p.lot_bytes::numeric / p.to_box * (j.n_box + j.n_resend) "
		"end), 0)::bigint, "
		"coalesce(sum(case when j.state = 5 then p.lots "
		"else greatest(j.lots - j.lots_acknowledged, 0) end), 0)"
		"::bigint, "
		"coalesce((select (c.tat_us - $4::bigint * 1000) / 1000 from "
		"pace c "
		"where c.kind = 3 and c.name = $1), 0) "
		"from job j left join page p on p.job_no = j.number "
		"where j.state in (5, 6, 7) and j.endpoint = $1 "
		"and j.number <> $2 and j.n_box + j.n_resend > 0 "
		"and j.n_box <= $3",
		PG_ARGS(PG_T(endpoint), PG_N(job_no), PG_N(letters),
			PG_N(now_ms)),
		&rows, why);
	if (v != V_OK)
		return v;
	out->before_letters = pg_int(&rows, 0, 0);
	out->before_bytes = pg_int(&rows, 0, 1);
	out->before_lots = pg_int(&rows, 0, 2);
	out->wait_ms = pg_int(&rows, 0, 3) > 0 ? pg_int(&rows, 0, 3) : 0;
	pg_rows_done(&rows);
	return V_OK;
}

/* A post takes at most what lies between it and its acknowledgment, and at most
 * what lies between it and the next one: the shorter of the two, in the middle
 * of the last lots, is its time.
 */
static enum verdict
seen(struct pg *pg, const char *endpoint, struct forecast_send *out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	int64_t answer_ms, turn_ms, bytes;
	enum verdict v;

	v = pg_ask(pg,
		"select count(*), "
		"percentile_disc(0.5) within group (order by answer), "
		"percentile_disc(0.5) within group (order by turn), "
		"avg(payload_bytes)::bigint, "
		"percentile_disc(0.5) within group (order by turn - answer) "
		"filter (where turn - answer between 0 and " GAP_MAX_MS
		") from ("
		"select acknowledged_ms - begun_ms as answer, payload_bytes, "
		"lead(begun_ms) over (order by begun_ms) - begun_ms as turn "
		"from (select * from (select endpoint, begun_ms, posts, "
		"acknowledged_ms, payload_bytes from attempt "
		"order by number desc limit " SEEN_LOOKED ") a "
		"where endpoint = $1 and acknowledged_ms > 0 and posts = 1 "
		"limit " SEEN_ATTEMPTS ") b) c where turn is not null",
		PG_ARGS(PG_T(endpoint)), &rows, why);
	if (v != V_OK)
		return v;
	answer_ms = pg_int(&rows, 0, 1);
	turn_ms = pg_int(&rows, 0, 2);
	bytes = pg_int(&rows, 0, 3);
	if (pg_int(&rows, 0, 0) >= SEEN_MIN && answer_ms > 0 && turn_ms > 0) {
		int64_t post_ms = turn_ms < answer_ms ? turn_ms : answer_ms;

		if (bytes >= UPLOAD_MIN_BYTES)
			out->seen_bytes_s = bytes * 1000 / post_ms;
		out->answer_ms = answer_ms - post_ms;
		if (post_ms == answer_ms)
			out->gap_ms = pg_int(&rows, 0, 4);
	}
	pg_rows_done(&rows);
	return V_OK;
}

enum verdict
store_page_queue(struct store *store, const char *endpoint, int64_t job_no,
	int64_t letters, int64_t now_ms, struct forecast_send *out,
	struct fault *why)
{
	struct forecast_send send = { 0 };
	enum verdict v;

	v = before(store->pg, endpoint, job_no, letters, now_ms, &send, why);
	if (v == V_OK)
		v = seen(store->pg, endpoint, &send, why);
	if (v == V_OK)
		*out = send;
	return v;
}
