/* store/gate.c - see store/gate.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>

#include "store/books.h"

struct gate_row {
	bool open;
	int64_t allowed, taken, letters, seed;
	enum gate_rule rule;
};

/* The row, made when it is not there, locked until the transaction ends. */
static enum verdict
gate_lock(struct pg *pg, const char *sender, const char *stream,
	struct gate_row *out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_do(pg,
		"insert into gate (sender, stream) values ($1, $2) "
		"on conflict (sender, stream) do nothing",
		PG_ARGS(PG_T(sender), PG_T(stream)), NULL, why);
	if (v == V_OK)
		v = pg_ask(pg,
			"select open, allowed, taken, rule, letters, seed "
			"from gate where sender = $1 and stream = $2 "
			"for update",
			PG_ARGS(PG_T(sender), PG_T(stream)), &rows, why);
	if (v != V_OK)
		return v;
	assert(rows.count == 1);
	*out = (struct gate_row){ .open = pg_bool(&rows, 0, 0),
		.allowed = pg_int(&rows, 0, 1),
		.taken = pg_int(&rows, 0, 2),
		.rule = (enum gate_rule)pg_int(&rows, 0, 3),
		.letters = pg_int(&rows, 0, 4),
		.seed = pg_int(&rows, 0, 5) };
	pg_rows_done(&rows);
	return V_OK;
}

enum verdict
store_gate_get(struct store *store, const char *sender, const char *stream,
	struct arena *mem, struct gate *gate_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(store->pg,
		"select g.open, g.allowed, g.taken, g.rule, "
		"(select count(*) from gate_reference r "
		"where r.sender = g.sender and r.stream = g.stream), "
		"(select count(*) from job j where j.sender = g.sender "
		"and j.stream = g.stream and j.gated "
		"and j.state not in (8, 9, 10)), "
		"g.person, g.reason, g.changed_ms, g.sender, g.stream "
		"from gate g where g.sender = $1 and g.stream = $2",
		PG_ARGS(PG_T(sender), PG_T(stream)), &rows, why);
	if (v == V_OK && rows.count == 0)
		v = fault_set(why, V_SKIP, CODE_NO_JOB,
			"nothing of stream %.40s came to its gate yet", stream);
	if (v == V_OK)
		*gate_out = (struct gate){ .open = pg_bool(&rows, 0, 0),
			.allowed = pg_int(&rows, 0, 1),
			.taken = pg_int(&rows, 0, 2),
			.rule = (enum gate_rule)pg_int(&rows, 0, 3),
			.references = pg_int(&rows, 0, 4),
			.jobs = pg_int(&rows, 0, 5),
			.person = pg_text(&rows, 0, 6, mem),
			.reason = pg_text(&rows, 0, 7, mem),
			.changed_ms = pg_int(&rows, 0, 8),
			.sender = pg_text(&rows, 0, 9, mem),
			.stream = pg_text(&rows, 0, 10, mem) };
	pg_rows_done(&rows);
	return v;
}

/* --- choosing --- */

/* Letters of job $1 that have a route and wait for nothing but their turn. */
#define CANDIDATES                                                             \
	"from route r where r.job_no = $1 "                                    \
	"and (select 1 from place p where p.job_no = r.job_no "                \
	"and p.record = r.record limit 1) is null "                            \
	"and (select 1 from receipt x where x.job_no = r.job_no "              \
	"and x.lot_no = 0 and x.record = r.record limit 1) is null "           \
	"and (select 1 from gate_letter g where g.job_no = r.job_no "          \
	"and g.record = r.record limit 1) is null "

#define COUNTRY_FIELD "9" /* of address_pack(), from 1 */

struct choosing {
	struct pg *pg;
	const struct job_row *job;
	const struct gate_row *gate;
	int64_t left; /* how many may still be chosen */
	int64_t chosen;
};

/* The first paper letter that goes abroad, for it is printed and posted in its
 * own way.
 */
static enum verdict
choose_foreign(struct choosing *c, struct fault *why)
{
	int64_t count = 0;
	enum verdict v;

	v = pg_do(c->pg,
		"insert into gate_letter (job_no, record) "
		"select $1, r.record " CANDIDATES "and not r.box "
		"and (select upper(split_part(l.address, "
		"chr(31), " COUNTRY_FIELD
		")) not in ('', 'NL', 'NLD') from letter l "
		"where l.part = $2 and l.job_no = r.job_no "
		"and l.record = r.record limit 1) "
		"order by r.record limit 1",
		PG_ARGS(PG_N(c->job->number), PG_N(c->job->part)), &count, why);
	c->left -= count;
	c->chosen += count;
	return v;
}

/* Of `of` candidates to one channel, `take`: rank i of them is taken so that
 * the taken ones lie evenly, from the first on; in a random order the first.
 */
static enum verdict
choose_ranked(struct choosing *c, bool box, int64_t of, int64_t take,
	struct fault *why)
{
	bool random = c->gate->rule == GATE_RANDOM;
	int64_t count = 0;
	enum verdict v;

	if (take == 0)
		return V_OK;
	assert(take <= of && take <= c->left);
	v = pg_do(c->pg,
		"insert into gate_letter (job_no, record) "
		"select $1, n.record from (select r.record, row_number() over "
		"(order by case when $5::int = 1 then "
		"md5($6::bigint || ':' || r.record) end, r.record) - 1 as "
		"i " CANDIDATES "and r.box = ($2::int = 1)) n "
		"where case when $5::int = 1 then n.i < $4 "
		"else (n.i * $4) % $3 < $4 end",
		PG_ARGS(PG_N(c->job->number), PG_N(box ? 1 : 0), PG_N(of),
			PG_N(take), PG_N(random ? 1 : 0), PG_N(c->gate->seed)),
		&count, why);
	if (v == V_OK && count != take)
		v = fault_set(why, V_BROKEN, CODE_BUG,
			"%" PRId64 " letters chosen, not %" PRId64, count,
			take);
	c->left -= count;
	c->chosen += count;
	return v;
}

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static enum verdict
choose_by_rule(struct choosing *c, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	int64_t boxes = 0, papers = 0, box, paper;
	enum verdict v = V_OK;

	/* Half of them are to be on paper. */
	if (c->left > 1)
		v = choose_foreign(c, why);
	if (v == V_OK)
		v = pg_ask(c->pg,
			"select count(*) filter (where r.box), "
			"count(*) filter (where not r.box) " CANDIDATES,
			PG_ARGS(PG_N(c->job->number)), &rows, why);
	if (v == V_OK) {
		boxes = pg_int(&rows, 0, 0);
		papers = pg_int(&rows, 0, 1);
	}
	pg_rows_done(&rows);
	if (v != V_OK)
		return v;
	paper = (c->left + c->chosen) / 2 - c->chosen;
	box = least(boxes, c->left - least(papers, paper));
	paper = least(papers, c->left - box);
	v = choose_ranked(c, true, boxes, box, why);
	return v == V_OK ? choose_ranked(c, false, papers, paper, why) : v;
}

/* Those of the list that this job has; the others may come in a later one. */
static enum verdict
choose_by_list(struct choosing *c, const char *sender, const char *stream,
	struct fault *why)
{
	enum verdict v;

	v = pg_do(c->pg,
		"insert into gate_letter (job_no, record) "
		"select $1, r.record " CANDIDATES
		"and exists (select from letter l join gate_reference f "
		"on f.reference = l.reference and f.sender = $4 "
		"and f.stream = $5 where l.part = $2 and l.job_no = r.job_no "
		"and l.record = r.record) order by r.record limit $3",
		PG_ARGS(PG_N(c->job->number), PG_N(c->job->part), PG_N(c->left),
			PG_T(sender), PG_T(stream)),
		&c->chosen, why);
	c->left -= c->chosen;
	if (v == V_OK && c->chosen > 0)
		v = pg_do(c->pg,
			"delete from gate_reference f where f.sender = $3 "
			"and f.stream = $4 and exists (select from "
			"gate_letter g join letter l on l.part = $2 "
			"and l.job_no = g.job_no and l.record = g.record "
			"where g.job_no = $1 and l.reference = f.reference)",
			PG_ARGS(PG_N(c->job->number), PG_N(c->job->part),
				PG_T(sender), PG_T(stream)),
			NULL, why);
	return v;
}

/* What was chosen is chosen for good: a crash after this changes nothing. */
static enum verdict
keep_chosen(const struct choosing *c, const char *sender, const char *stream,
	int64_t now_ms, struct fault *why)
{
	static const char *const how[] = { "", "spread over the job",
		"at random, by a seed", "from a list" };
	enum verdict v;

	assert(c->gate->rule <= GATE_LIST);
	v = pg_do(c->pg,
		"update gate g set taken = taken + $3, rule = case "
		"when exists (select from gate_reference r "
		"where r.sender = g.sender and r.stream = g.stream) "
		"then g.rule else 0 end where sender = $1 and stream = $2",
		PG_ARGS(PG_T(sender), PG_T(stream), PG_N(c->chosen)), NULL,
		why);
	if (v == V_OK)
		v = pg_do(c->pg,
			"update job set gate_letters = gate_letters + $2 "
			"where number = $1",
			PG_ARGS(PG_N(c->job->number), PG_N(c->chosen)), NULL,
			why);
	if (v == V_OK)
		v = event_put(c->pg, now_ms, c->job->id, "automatic",
			"limited production run", why,
			"%" PRId64 " letters chosen, %s; %" PRId64
			" of stream %s so far, %" PRId64
			" allowed; the rest rests",
			c->chosen, how[c->gate->rule],
			c->gate->taken + c->chosen, stream, c->gate->allowed);
	return v;
}

static enum verdict
choose(struct pg *pg, const struct job_row *job, const struct gate_row *gate,
	const char *sender, const char *stream, int64_t now_ms,
	int64_t *chosen_out, struct fault *why)
{
	struct choosing c = { .pg = pg, .job = job, .gate = gate };
	enum verdict v = V_OK;

	c.left = gate->allowed - gate->taken;
	if (gate->letters > 0 && gate->rule != GATE_LIST)
		c.left = least(c.left, gate->letters);
	if (c.left <= 0 || gate->rule == GATE_NONE)
		return V_OK;
	v = gate->rule == GATE_LIST ? choose_by_list(&c, sender, stream, why)
				    : choose_by_rule(&c, why);
	if (v == V_OK && c.chosen > 0)
		v = keep_chosen(&c, sender, stream, now_ms, why);
	if (v == V_OK)
		*chosen_out = c.chosen;
	return v;
}

/* --- passing --- */

/* Whose gate, if it has one at all. */
struct gate_of {
	const char *sender, *stream;
	bool production, gated, left; /* left: something went without gate */
	int64_t chosen;
};

static enum verdict
gate_of(struct pg *pg, const char *job, struct arena *mem, struct gate_of *out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(pg,
		"select sender, stream, environment = 'production', gated, "
		"lots > 0 and not gated, gate_letters from job where id = $1",
		PG_ARGS(PG_T(job)), &rows, why);
	if (v == V_OK && rows.count == 0)
		v = fault_set(why, V_SKIP, CODE_NO_JOB, "no such job");
	if (v == V_OK)
		*out = (struct gate_of){ .sender = pg_text(&rows, 0, 0, mem),
			.stream = pg_text(&rows, 0, 1, mem),
			.production = pg_bool(&rows, 0, 2),
			.gated = pg_bool(&rows, 0, 3),
			.left = pg_bool(&rows, 0, 4),
			.chosen = pg_int(&rows, 0, 5) };
	pg_rows_done(&rows);
	return v;
}

/* Nothing is written that is so already: each write wakes everybody. */
static enum verdict
note(struct pg *pg, const struct job_row *job, const struct gate_of *of,
	const struct gate_row *gate, int64_t allowed, struct fault *why)
{
	enum verdict v = V_OK;

	if (gate->allowed != allowed)
		v = pg_do(pg,
			"update gate set allowed = $3 "
			"where sender = $1 and stream = $2",
			PG_ARGS(PG_T(of->sender), PG_T(of->stream),
				PG_N(allowed)),
			NULL, why);
	if (v == V_OK && of->gated == gate->open)
		v = pg_do(pg,
			"update job set gated = not gated where number = $1",
			PG_ARGS(PG_N(job->number)), NULL, why);
	return v;
}

enum verdict
store_gate_pass(struct store *store, const char *job, int64_t allowed,
	int64_t now_ms, enum gate_way *way_out, int64_t *chosen_out,
	struct fault *why)
{
	struct arena mem = ARENA_EMPTY;
	struct pg *pg = store->pg;
	struct gate_row gate = { .open = true };
	struct gate_of of;
	struct job_row row;
	int64_t chosen = 0;
	enum verdict v = gate_of(pg, job, &mem, &of, why);

	if (v != V_OK || !of.production || of.left)
		goto out;
	v = pg_begin(pg, why);
	if (v == V_OK)
		v = gate_lock(pg, of.sender, of.stream, &gate, why);
	if (v == V_OK)
		v = job_lock_in(pg, job, JOB_RELEASED, &row, why);
	if (v == V_OK)
		v = note(pg, &row, &of, &gate, allowed, why);
	gate.allowed = allowed;
	if (v == V_OK && !gate.open)
		v = choose(pg, &row, &gate, of.sender, of.stream, now_ms,
			&chosen, why);
	v = pg_end(pg, v, why);
out:
	arena_done(&mem);
	if (v != V_OK)
		return v;
	*way_out = gate.open		    ? GATE_ALL
		   : of.chosen + chosen > 0 ? GATE_CHOSEN
					    : GATE_RESTS;
	*chosen_out = chosen;
	return V_OK;
}

/* --- decisions of a person --- */

/* Its jobs come to the gate again: those on their way are cut once more, which
 * adds what was chosen or let through.
 */
static enum verdict
again(struct pg *pg, const char *sender, const char *stream, bool open,
	const char *person, const char *reason, int64_t now_ms,
	int64_t *jobs_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;
	int i;

	v = pg_ask(pg,
		"select number from job where sender = $1 and stream = $2 "
		"and gated and state not in (8, 9, 10) order by number",
		PG_ARGS(PG_T(sender), PG_T(stream)), &rows, why);
	for (i = 0; v == V_OK && i < rows.count; i++) {
		struct job_row job;

		v = job_lock_number(pg, pg_int(&rows, i, 0), &job, why);
		if (v == V_OK &&
			(job.state == JOB_SENDING || job.state == JOB_AWAITING))
			v = job_step(pg, &job, JOB_RELEASED, why);
		if (v == V_OK && open)
			v = pg_do(pg,
				"update job set gated = false "
				"where number = $1",
				PG_ARGS(PG_N(job.number)), NULL, why);
		if (v == V_OK && open)
			v = event_put(pg, now_ms, job.id, person,
				"production released", why, "%s", reason);
	}
	*jobs_out = rows.count;
	pg_rows_done(&rows);
	return v;
}

static enum verdict
put_references(struct pg *pg, const char *sender, const char *stream,
	const struct gate_choice *choice, struct fault *why)
{
	enum verdict v;
	size_t i;

	v = pg_do(pg,
		"delete from gate_reference where sender = $1 and stream = $2",
		PG_ARGS(PG_T(sender), PG_T(stream)), NULL, why);
	/* At most GATE_LETTERS_MAX, and once. */
	for (i = 0; v == V_OK && i < choice->reference_count; i++)
		v = pg_do(pg,
			"insert into gate_reference (sender, stream, "
			"reference) values ($1, $2, $3) on conflict do nothing",
			PG_ARGS(PG_T(sender), PG_T(stream),
				PG_T(choice->references[i])),
			NULL, why);
	return v;
}

static enum verdict
put_choice(struct pg *pg, const char *sender, const char *stream,
	int64_t allowed, const struct gate_choice *choice, const char *person,
	const char *reason, int64_t now_ms, struct fault *why)
{
	return pg_do(pg,
		"update gate set rule = $3, letters = $4, seed = $5, "
		"allowed = $6, person = $7, reason = $8, changed_ms = $9 "
		"where sender = $1 and stream = $2",
		PG_ARGS(PG_T(sender), PG_T(stream), PG_N(choice->rule),
			PG_N(choice->letters), PG_N(choice->seed),
			PG_N(allowed), PG_T(person), PG_T(reason),
			PG_N(now_ms)),
		NULL, why);
}

static enum verdict
check_room(const struct gate_row *gate, int64_t allowed, int64_t want,
	struct fault *why)
{
	int64_t room = allowed - gate->taken;

	if (gate->open)
		return fault_set(why, V_SKIP, CODE_STATE,
			"production was released: every letter goes");
	if (room <= 0 || want > room)
		return fault_set(why, V_SKIP, CODE_GATE_FULL,
			"%" PRId64 " letters of this stream were chosen, "
			"%" PRId64 " are allowed before production is released",
			gate->taken, allowed);
	return V_OK;
}

enum verdict
store_gate_choose(struct store *store, const char *sender, const char *stream,
	int64_t allowed, const struct gate_choice *choice, const char *person,
	const char *reason, int64_t now_ms, struct fault *why)
{
	struct pg *pg = store->pg;
	struct gate_row gate;
	int64_t jobs = 0;
	enum verdict v;

	assert(choice->rule != GATE_NONE && choice->letters >= 0);
	v = pg_begin(pg, why);
	if (v == V_OK)
		v = gate_lock(pg, sender, stream, &gate, why);
	if (v == V_OK)
		v = check_room(&gate, allowed,
			choice->rule == GATE_LIST
				? (int64_t)choice->reference_count
				: choice->letters,
			why);
	if (v == V_OK)
		v = put_choice(pg, sender, stream, allowed, choice, person,
			reason, now_ms, why);
	if (v == V_OK)
		v = put_references(pg, sender, stream, choice, why);
	if (v == V_OK)
		v = again(pg, sender, stream, false, person, reason, now_ms,
			&jobs, why);
	if (v == V_OK)
		v = event_put(pg, now_ms, "", person, "limited production run",
			why, "stream %s: how letters are chosen: %s", stream,
			reason);
	return pg_end(pg, v, why);
}

enum verdict
store_gate_open(struct store *store, const char *sender, const char *stream,
	const char *person, const char *reason, int64_t now_ms,
	int64_t *jobs_out, struct fault *why)
{
	static const struct gate_choice none = { .rule = GATE_NONE };
	struct pg *pg = store->pg;
	struct gate_row gate;
	int64_t jobs = 0;
	enum verdict v;

	v = pg_begin(pg, why);
	if (v == V_OK)
		v = gate_lock(pg, sender, stream, &gate, why);
	if (v == V_OK && gate.open)
		v = fault_set(why, V_SKIP, CODE_STATE,
			"production was released already");
	if (v == V_OK)
		v = put_choice(pg, sender, stream, gate.allowed, &none, person,
			reason, now_ms, why);
	if (v == V_OK)
		v = pg_do(pg,
			"update gate set open = true "
			"where sender = $1 and stream = $2",
			PG_ARGS(PG_T(sender), PG_T(stream)), NULL, why);
	if (v == V_OK)
		v = put_references(pg, sender, stream, &none, why);
	if (v == V_OK)
		v = again(pg, sender, stream, true, person, reason, now_ms,
			&jobs, why);
	if (v == V_OK)
		v = event_put(pg, now_ms, "", person, "production released",
			why,
			"stream %s of sender %s, %" PRId64
			" letters had been chosen: %s",
			stream, sender, gate.taken, reason);
	v = pg_end(pg, v, why);
	if (v == V_OK)
		*jobs_out = jobs;
	return v;
}
