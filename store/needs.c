/* store/needs.c - see store/needs.h
 *
 * Jobs, lots and attempts only: never a table of letters.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdlib.h>
#include <string.h>

#include "batch/brake.h"
#include "store/books.h"

#define TEXT_OF(number) TEXT_OF_(number)
#define TEXT_OF_(number) #number
#define LIMIT " limit " TEXT_OF(NEEDS_MAX)

/* What is tried again by itself is no concern of a person before. */
#define PATIENCE_MS INT64_C(3600000)

enum due { /* which of the terms; what is due at once is ALWAYS */
	ALWAYS,
	HOLD,
	RESULT,
	POSTED,
	ACK,
};

/* A kind: rows of name, job, stream, code, since, text; and what to do, with
 * the job and the name in it.
 */
struct kind {
	const char *what, *sql;
	const char *todo; /* %1$s: the job, %2$s: the name */
	enum due due;
	bool shown;	/* also before it is overdue */
	enum code code; /* of rows that say 0 */
};

static const struct kind kinds[] = {
	{ "job",
		"select id, id, stream, reason_code, hold_ms, reason "
		"from job where state = 4 order by hold_ms, number" LIMIT,
		"mobbjob show %1$s; mobbjob release %1$s --reason TEXT", HOLD,
		true, CODE_NONE },
	/* Whole lots; those of one job with one reason in a line. */
	{ "lots",
		"select min(o.number) || case when count(*) > 1 then ' and ' "
		"|| "
		"count(*) - 1 || ' more' else '' end, j.id, j.stream, "
		"case when o.state in (6, 7) then 2103 else 0 end, "
		"min(greatest(o.cut_ms, (select max(a.begun_ms) from attempt a "
		"where a.lot_no = o.number))), "
		"case when o.state in (6, 7) then 'outcome unknown' "
		"else 'held' end || case when o.reason = '' then '' "
		"else ': ' || o.reason end from job j "
		"join lot o on o.job_no = j.number "
		"where j.state not in (8, 9, 10) and o.state in (5, 6, 7, 8) "
		"and not (o.print and o.state = 5) group by j.number, o.state, "
		"o.reason order by 5, 1" LIMIT,
		"mobbjob lots %1$s; mobbjob resolve %1$s --lot N --as ... "
		"--reason TEXT",
		ALWAYS, true, CODE_LETTERS_HELD },
	/* One by one: the others are in the lines above. */
	{ "letters",
		"select n.held::text, n.id, n.stream, 0, n.held_ms, "
		"n.held || ' held one by one' from (select j.id, j.stream, "
		"j.number, j.held_ms, j.n_held - coalesce((select sum("
		"o.letters - o.apart) from lot o where o.job_no = j.number "
		"and o.state in (5, 8)), 0)::bigint as held from job j "
		"where j.state not in (8, 9, 10) and j.n_held > 0) n "
		"where n.held > 0 order by n.held_ms, n.number" LIMIT,
		"mobbjob letters %1$s; mobbjob address LETTER, or mobbjob "
		"resolve LETTER --as ... --reason TEXT",
		ALWAYS, true, CODE_LETTERS_HELD },
	{ "results",
		"select count(*)::text, j.id, j.stream, 0, "
		"min(a.acknowledged_ms), count(*) || ' acknowledged, and no "
		"result' from job j join lot o on o.job_no = j.number "
		"join attempt a on a.lot_no = o.number and a.nth = o.attempts "
		"where j.state not in (8, 9, 10) and a.state = 3 "
		"and a.result_ms = 0 and (a.part_of_lot or o.state in (2, 3)) "
		"group by j.number order by 5" LIMIT,
		"mobbjob lots %1$s, and ask Logius about the BatchID", RESULT,
		false, CODE_RESULT_LATE },
	{ "opinion",
		"select o.number::text, j.id, j.stream, 0, a.result_ms, "
		"'another result says something else about ' || a.opinions "
		"|| ' letters' from attempt a join lot o on o.number = "
		"a.lot_no "
		"join job j on j.number = o.job_no where a.opinions > 0 "
		"order by a.number" LIMIT,
		"mobbjob events %1$s; mobbjob resolve %1$s --as seen", ALWAYS,
		true, CODE_RESULT_OTHER },
	/* By the printer; those that go again have their own receipts. */
	{ "bundle",
		"select o.name, j.id, j.stream, 0, o.handed_ms, "
		"o.letters - o.apart || ' letters, ' || o.reason "
		"from job j join lot o on o.job_no = j.number "
		"where j.state not in (8, 9, 10) and o.print "
		"and o.state = 5 and o.apart < o.letters "
		"order by o.handed_ms, o.number" LIMIT,
		"mobbjob print %2$s; mobbjob print again %2$s --reason TEXT",
		ALWAYS, true, CODE_BUNDLE_REFUSED },
	{ "receipt",
		"select f.name, coalesce(j.id, ''), coalesce(j.stream, ''), "
		"a.code, a.at_ms, a.text from print_alarm a "
		"join receipt_file f on f.number = a.file_no "
		"left join job j on j.number = a.job_no "
		"where a.seen_ms = 0 order by a.number" LIMIT,
		"ask the printer (print/in/bad, print/in/done); mobbjob print "
		"seen %2$s --reason TEXT",
		ALWAYS, true, CODE_NONE },
	{ "bundle",
		"select o.name, j.id, j.stream, 0, o.handed_ms, "
		"'no ack of ' || o.letters || ' letters' from job j "
		"join lot o on o.job_no = j.number "
		"where j.state not in (8, 9, 10) and o.state = 10 "
		"and o.acknowledged_ms = 0 order by o.handed_ms, "
		"o.number" LIMIT,
		"ask the printer whether it has %2$s", ACK, false,
		CODE_ACK_LATE },
	{ "bundle",
		"select o.name, j.id, j.stream, 0, o.handed_ms, "
		"o.letters - o.apart || ' letters handed over, not posted' "
		"from job j join lot o on o.job_no = j.number "
		"where j.state not in (8, 9, 10) and o.state = 10 "
		"order by o.handed_ms, o.number" LIMIT,
		"mobbjob posted %2$s --date DAY", POSTED, false,
		CODE_POSTED_LATE },
	{ "proof",
		"select f.name, j.id, j.stream, case f.state when 4 then 1351 "
		"else 1350 end, f.made_ms, case f.state when 4 then 'the proof "
		"is bad; the paper run waits' else 'the paper run waits until "
		"somebody has seen the proof' end from print_proof f "
		"join job j on j.number = f.job_no where f.state in (2, 4) "
		"and j.state in (6, 7) and f.nth = (select max(g.nth) "
		"from print_proof g where g.job_no = f.job_no) "
		"order by f.made_ms" LIMIT,
		"mobbjob print proof %1$s --as good|bad|anew --reason TEXT",
		ALWAYS, true, CODE_NONE },
	{ "subscriptions",
		"select j.id, j.id, j.stream, w.code, w.since_ms, w.reason "
		"from route_wait w join job j on j.number = w.job_no "
		"where j.state = 2 and w.code > 0 "
		"order by w.since_ms" LIMIT,
		"mobbjob subscriptions", ALWAYS, true, CODE_NONE },
	{ "question",
		"select id::text, '', '', 2304, sent_ms, 'about ' || asked || "
		"' numbers, and no answer' from question where state < 5 "
		"and alarm_ms > 0 order by alarm_ms" LIMIT,
		"mobbjob subscriptions", ALWAYS, true, CODE_NONE },
	{ "stream",
		"select name, '', '', code, since_ms, reason from stop "
		"where kind = 1 order by since_ms" LIMIT,
		"mobbjob release --stream %2$s --reason TEXT", ALWAYS, true,
		CODE_NONE },
	{ "sender",
		"select name, '', '', code, since_ms, reason from stop "
		"where kind = 2 order by since_ms" LIMIT,
		"mobbjob release --sender %2$s --reason TEXT", ALWAYS, true,
		CODE_NONE },
	{ "endpoint",
		"select name, '', '', code, since_ms, reason from stop "
		"where kind = 3 order by since_ms" LIMIT,
		"mobbjob release --endpoint %2$s --reason TEXT", ALWAYS, true,
		CODE_NONE },
	{ "endpoint",
		"select endpoint, '', '', code, since_ms, 'it rests: ' || "
		"reason from resting where until_ms > 0 and since_ms < $1 "
		"order by since_ms" LIMIT,
		"mobbjob endpoint check %2$s", ALWAYS, true, CODE_NONE },
	{ "replies",
		"select cpa_id, '', '', 0, min(received_ms), count(*) || "
		"' replies cannot be pushed' from inbound where push_open "
		"and push_tries > 0 and received_ms < $1 group by cpa_id "
		"order by 5" LIMIT,
		"mobbjob endpoint check", ALWAYS, true, CODE_REPLY_LATE },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

struct looking {
	struct arena *mem;
	const struct jobs *jobs;
	int64_t now_ms;
	struct need *needs;
	size_t count;
};

static bool
is_overdue(const struct looking *l, enum due due, const char *stream,
	int64_t since_ms)
{
	const struct jobs_stream *s;

	if (due == ALWAYS)
		return true;
	s = jobs_stream(l->jobs, stream);
	if (s == NULL)
		return true;
	if (due == POSTED)
		return brake_overdue(
			since_ms, l->now_ms, s->printer_is->posted_within);
	if (due == ACK)
		return s->printer_is->awaits_ack &&
		       said_ack_late(
			       s->printer_is->ack_by_ms, since_ms, l->now_ms);
	return l->now_ms - since_ms >
	       (due == HOLD ? s->hold_within : s->endpoint_is->result_within);
}

/* `todo` with the job for %1$s and the name for %2$s. */
static const char *
todo_of(const char *todo, const char *job, const char *name, struct arena *mem)
{
	struct buf out = BUF_MAX(1000);
	const char *text;

	for (; *todo != '\0'; todo++)
		if (strncmp(todo, "%1$s", 4) == 0 ||
			strncmp(todo, "%2$s", 4) == 0) {
			buf_text(&out, todo[1] == '1' ? job : name);
			todo += 3;
		} else
			buf_add(&out, todo, 1);
	text = arena_text(mem, out.bytes, out.len);
	buf_done(&out);
	return text;
}

static void
add(struct looking *l, const struct kind *kind, const struct pg_rows *rows,
	int row)
{
	const char *stream = pg_text(rows, row, 2, l->mem);
	struct need need = { .what = kind->what,
		.name = pg_text(rows, row, 0, l->mem),
		.job = pg_text(rows, row, 1, l->mem),
		.code = (enum code)pg_int(rows, row, 3),
		.since_ms = pg_int(rows, row, 4),
		.text = pg_text(rows, row, 5, l->mem) };

	if (need.code == CODE_NONE)
		need.code = kind->code;
	need.overdue = is_overdue(l, kind->due, stream, need.since_ms);
	if (!need.overdue && !kind->shown)
		return;
	if (kind->due == HOLD && need.overdue) {
		need.text = arena_format(l->mem,
			"held for too long, for MOBB-%04d %s", (int)need.code,
			need.text);
		need.code = CODE_HELD_LONG;
	}
	need.todo = todo_of(kind->todo, need.job, need.name, l->mem);
	l->needs = mem_grow(l->needs, (l->count + 1) * sizeof(*l->needs));
	l->needs[l->count++] = need;
}

static enum verdict
look(struct looking *l, struct pg *pg, const struct kind *kind,
	struct fault *why)
{
	const struct pg_arg patience[] = { PG_N(l->now_ms - PATIENCE_MS),
		{ .kind = PG_END } };
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;
	int i;

	v = pg_ask(pg, kind->sql,
		strstr(kind->sql, "$1") != NULL ? patience : NULL, &rows, why);
	for (i = 0; v == V_OK && i < rows.count; i++)
		add(l, kind, &rows, i);
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_needs(struct store *store, const struct jobs *jobs, int64_t now_ms,
	struct arena *mem, struct need **needs_out, size_t *count_out,
	struct fault *why)
{
	struct looking l = { .mem = mem, .jobs = jobs, .now_ms = now_ms };
	enum verdict v = V_OK;
	size_t i;

	for (i = 0; v == V_OK && i < KINDS; i++)
		v = look(&l, store->pg, &kinds[i], why);
	if (v == V_OK) {
		*needs_out = arena_alloc(mem, (l.count + 1) * sizeof(*l.needs));
		if (l.count > 0)
			memcpy(*needs_out, l.needs, l.count * sizeof(*l.needs));
		*count_out = l.count;
	}
	free(l.needs);
	return v;
}
