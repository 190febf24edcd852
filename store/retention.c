/* store/retention.c - see store/retention.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "store/books.h"

#define NAMES_MAX ((size_t)1000000)

/* How long a job j is kept: of the rules of $1 .. $3. */
#define RULES_SQL                                                              \
	"from job j join unnest(string_to_array($1, chr(31)), "                \
	"string_to_array($2, chr(31)), "                                       \
	"string_to_array($3, chr(31))::bigint[]) r (stream, oin, keep) "       \
	"on r.stream = j.stream and r.oin = j.oin and r.keep > 0 "             \
	"where j.gone_ms = 0 and j.state in (8, 9, 10) and j.filed "           \
	"and exists (select from report p where p.job_no = j.number "          \
	"and p.final) "

/* Files of no sender stay as long as those of any. */
struct retention_rules
retention_rules(const struct jobs *jobs, struct arena *mem)
{
	struct retention_rule *rules =
		arena_alloc(mem, (2 * jobs->stream_count + 1) * sizeof(*rules));
	struct retention_rule *stray = NULL;
	size_t i, n = 0;

	for (i = 0; i < jobs->stream_count; i++) {
		const struct jobs_stream *s = &jobs->streams[i];

		if (s->many && !s->again) {
			stray = &rules[n++];
			*stray =
				(struct retention_rule){ s->name, "", s->keep };
		}
		rules[n++] = (struct retention_rule){ s->name,
			s->sender_is->oin, s->keep };
		if (s->many &&
			(s->keep == 0 || (stray->keep_ms > 0 &&
						 stray->keep_ms < s->keep)))
			stray->keep_ms = s->keep;
	}
	return (struct retention_rules){ rules, n };
}

struct texts {
	struct buf streams, oins, keeps;
};

static void
texts_of(const struct retention_rules *rules, struct texts *t)
{
	size_t i;

	*t = (struct texts){ BUF_MAX(NAMES_MAX), BUF_MAX(NAMES_MAX),
		BUF_MAX(NAMES_MAX) };
	buf_text(&t->streams, "");
	buf_text(&t->oins, "");
	buf_text(&t->keeps, "");
	for (i = 0; i < rules->count; i++) {
		const char *comma = i == 0 ? "" : "\x1f";

		buf_format(&t->streams, "%s%s", comma, rules->rules[i].stream);
		buf_format(&t->oins, "%s%s", comma, rules->rules[i].oin);
		buf_format(&t->keeps, "%s%" PRId64, comma,
			rules->rules[i].keep_ms);
	}
	assert(!t->streams.full && !t->oins.full && !t->keeps.full);
}

static void
texts_done(struct texts *t)
{
	buf_done(&t->streams);
	buf_done(&t->oins);
	buf_done(&t->keeps);
}

enum verdict
store_retention_next(struct store *store, const struct retention_rules *rules,
	int64_t now_ms, struct arena *mem, struct job *job_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	char id[JOB_ID_MAX] = "";
	struct texts t;
	enum verdict v;

	texts_of(rules, &t);
	v = pg_ask(store->pg,
		"select x.id from (select j.id, 0 as late, j.number from job j "
		"where j.going_ms > 0 and j.gone_ms = 0 union all "
		"select j.id, 1, j.number " RULES_SQL
		"and j.going_ms = 0 and j.settled_ms + r.keep <= $4) x "
		"order by x.late, x.number limit 1",
		PG_ARGS(PG_T(t.streams.bytes), PG_T(t.oins.bytes),
			PG_T(t.keeps.bytes), PG_N(now_ms)),
		&rows, why);
	texts_done(&t);
	if (v == V_OK && rows.count == 0)
		v = V_END;
	else if (v == V_OK)
		pg_word(&rows, 0, 0, id, sizeof(id));
	pg_rows_done(&rows);
	return v == V_OK ? store_job_get(store, id, mem, job_out, why) : v;
}

/* Locked, and looked at again: nothing of a job that goes on. */
static enum verdict
lock_ended(
	struct pg *pg, const char *id, struct job_row *job, struct fault *why)
{
	enum verdict v = job_lock(pg, id, job, why);

	if (v == V_OK && job->state != JOB_SETTLED &&
		job->state != JOB_REFUSED && job->state != JOB_CANCELLED)
		v = fault_set(why, V_SKIP, CODE_STATE,
			"the job has not ended, it is %s",
			job_word(job->state));
	return v;
}

enum verdict
store_retention_begin(
	struct store *store, const char *job, int64_t now_ms, struct fault *why)
{
	struct pg *pg = store->pg;
	struct job_row row;
	int64_t begun = 0;
	enum verdict v = pg_begin(pg, why);

	if (v == V_OK)
		v = lock_ended(pg, job, &row, why);
	if (v == V_OK)
		v = pg_do(pg,
			"update job set going_ms = $2 where number = $1 "
			"and going_ms = 0",
			PG_ARGS(PG_N(row.number), PG_N(now_ms)), &begun, why);
	if (v == V_OK && begun > 0)
		v = event_put(pg, now_ms, job, "automatic", "retention", why,
			"its time is over: files, bundles and letters are "
			"removed");
	return pg_end(pg, v, why);
}

enum verdict
store_retention_end(
	struct store *store, const char *job, int64_t now_ms, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct pg *pg = store->pg;
	struct job_row row;
	enum verdict v = pg_begin(pg, why);

	if (v == V_OK)
		v = lock_ended(pg, job, &row, why);
	/* Who reads letters goes first; it is tried again. */
	if (v == V_OK)
		v = pg_do(pg, "set local lock_timeout = '5s'", NULL, NULL, why);
	if (v == V_OK)
		v = pg_ask(pg, "select mobb_retention($1, $2)",
			PG_ARGS(PG_N(row.number), PG_N(now_ms)), &rows, why);
	if (v == V_OK)
		v = event_put(pg, now_ms, job, "automatic", "retention", why,
			"%" PRId64 " rows about its letters removed; counts "
			"and events remain",
			pg_int(&rows, 0, 0));
	pg_rows_done(&rows);
	return pg_end(pg, v, why);
}

enum verdict
store_retention_list(struct store *store, const struct retention_rules *rules,
	int64_t until_ms, struct arena *mem, struct retention_due **rows_out,
	size_t *count_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct retention_due *list;
	struct texts t;
	enum verdict v;
	int i;

	texts_of(rules, &t);
	v = pg_ask(store->pg,
		"select j.id, j.stream, j.sender, j.file, j.settled_ms, "
		"r.keep, j.letters, j.bytes, j.going_ms > 0 " RULES_SQL
		"and j.settled_ms + r.keep <= $4 "
		"order by j.settled_ms + r.keep, j.number limit $5",
		PG_ARGS(PG_T(t.streams.bytes), PG_T(t.oins.bytes),
			PG_T(t.keeps.bytes), PG_N(until_ms),
			PG_N(RETENTION_LIST_MAX)),
		&rows, why);
	texts_done(&t);
	if (v != V_OK)
		return v;
	list = arena_alloc(mem, ((size_t)rows.count + 1) * sizeof(*list));
	for (i = 0; i < rows.count; i++)
		list[i] = (struct retention_due){ .job = pg_text(
							  &rows, i, 0, mem),
			.stream = pg_text(&rows, i, 1, mem),
			.sender = pg_text(&rows, i, 2, mem),
			.file = pg_text(&rows, i, 3, mem),
			.ended_ms = pg_int(&rows, i, 4),
			.keep_ms = pg_int(&rows, i, 5),
			.goes_ms = pg_int(&rows, i, 4) + pg_int(&rows, i, 5),
			.letters = pg_int(&rows, i, 6),
			.bytes = pg_int(&rows, i, 7),
			.begun = pg_bool(&rows, i, 8) };
	*rows_out = list;
	*count_out = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}
