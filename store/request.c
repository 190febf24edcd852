/* store/request.c - questions to the couriers, and what they found
 *
 * A request goes asked -> taken -> (pinged) -> answered.  Taking it and
 * answering it are one statement each, so of two couriers only one looks, and
 * only one has the last word.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdio.h>

#include "store/books.h"

#define SHARED_MS 10000 /* an answer this young is not asked for again */
#define LOOK_MS 90000	/* longer than any look: who took it is gone */
#define KEPT_MS 3600000
#define FINDINGS_MAX 100 /* of one request */
#define KIND_PONG "5"	 /* enum ebms_kind of channels/ */

static enum verdict
forget_old(struct pg *pg, int64_t now_ms, struct fault *why)
{
	return pg_do(pg,
		"with old as (delete from request where asked_ms < $1 "
		"returning number) "
		"delete from finding where request_no in "
		"(select number from old)",
		PG_ARGS(PG_N(now_ms - KEPT_MS)), NULL, why);
}

/* 0: none that can be shared. */
static enum verdict
find_shared(struct pg *pg, const char *endpoint, const char *sender,
	int64_t now_ms, int64_t until_ms, int64_t *number_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(pg,
		"update request set until_ms = greatest(until_ms, $4) "
		"where number = (select number from request "
		"where endpoint = $1 and sender = $2 "
		"and (answered_ms > $5 or (answered_ms = 0 "
		"and until_ms > $3 and (taken_ms = 0 or taken_ms > $6))) "
		"order by number desc limit 1) returning number",
		PG_ARGS(PG_T(endpoint), PG_T(sender), PG_N(now_ms),
			PG_N(until_ms), PG_N(now_ms - SHARED_MS),
			PG_N(now_ms - LOOK_MS)),
		&rows, why);
	if (v != V_OK)
		return v;
	*number_out = rows.count == 1 ? pg_int(&rows, 0, 0) : 0;
	pg_rows_done(&rows);
	return V_OK;
}

static enum verdict
insert(struct pg *pg, const char *endpoint, const char *sender,
	const char *person, int64_t now_ms, int64_t until_ms,
	int64_t *number_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(pg,
		"insert into request (endpoint, sender, person, asked_ms, "
		"until_ms) values ($1, $2, $3, $4, $5) returning number",
		PG_ARGS(PG_T(endpoint), PG_T(sender), PG_T(person),
			PG_N(now_ms), PG_N(until_ms)),
		&rows, why);
	if (v != V_OK)
		return v;
	*number_out = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	return V_OK;
}

enum verdict
store_request_add(struct store *store, const char *endpoint, const char *sender,
	const char *person, int64_t now_ms, int64_t until_ms,
	int64_t *number_out, struct fault *why)
{
	struct pg *pg = store->pg;
	int64_t number = 0;
	enum verdict v;

	assert(until_ms > now_ms);
	v = pg_begin(pg, why);
	/* Two that ask at once ask once. */
	if (v == V_OK)
		v = pg_do(pg,
			"select pg_advisory_xact_lock("
			"hashtext('mobb request'), 1)",
			NULL, NULL, why);
	if (v == V_OK)
		v = forget_old(pg, now_ms, why);
	if (v == V_OK)
		v = find_shared(
			pg, endpoint, sender, now_ms, until_ms, &number, why);
	if (v == V_OK && number == 0)
		v = insert(pg, endpoint, sender, person, now_ms, until_ms,
			&number, why);
	v = pg_end(pg, v, why);
	if (v == V_OK)
		*number_out = number;
	return v;
}

/* number, sender, until_ms, ping_id, ping_ms: as the statements below name
 * them.
 */
static struct request
request_read(
	const struct pg_rows *rows, const char *endpoint, struct arena *mem)
{
	return (struct request){ .number = pg_int(rows, 0, 0),
		.endpoint = endpoint,
		.sender = pg_text(rows, 0, 1, mem),
		.until_ms = pg_int(rows, 0, 2),
		.ping_id = pg_text(rows, 0, 3, mem),
		.ping_ms = pg_int(rows, 0, 4) };
}

enum verdict
store_request_take(struct store *store, const char *endpoint, int64_t now_ms,
	struct arena *mem, struct request *out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(store->pg,
		"update request set taken_ms = $2 where number = "
		"(select number from request where endpoint = $1 "
		"and answered_ms = 0 and taken_ms = 0 and until_ms > $2 "
		"order by number limit 1 for update skip locked) "
		"returning number, sender, until_ms, ping_id, ping_ms",
		PG_ARGS(PG_T(endpoint), PG_N(now_ms)), &rows, why);
	if (v != V_OK)
		return v;
	if (rows.count == 1)
		*out = request_read(&rows, endpoint, mem);
	else
		v = V_END;
	pg_rows_done(&rows);
	return v;
}

/* Of a request that was not answered yet: what comes late is not added. */
static enum verdict
add(struct pg *pg, int64_t number, const struct finding *f, struct fault *why)
{
	return pg_do(pg,
		"insert into finding (request_no, seq, grade, code, what, "
		"value, advice) select number, (select coalesce(max(seq), 0) "
		"+ 1 from finding where request_no = $1), $2, $3, $4, $5, $6 "
		"from request where number = $1 and answered_ms = 0",
		PG_ARGS(PG_N(number), PG_N(f->grade), PG_N(f->code),
			PG_T(f->what), PG_T(f->value), PG_T(f->advice)),
		NULL, why);
}

enum verdict
store_request_found(struct store *store, int64_t number,
	const struct finding *finding, struct fault *why)
{
	return add(store->pg, number, finding, why);
}

enum verdict
store_request_pinged(struct store *store, int64_t number, const char *ping_id,
	int64_t now_ms, struct fault *why)
{
	return pg_do(store->pg,
		"update request set ping_id = $2, ping_ms = $3 "
		"where number = $1 and answered_ms = 0",
		PG_ARGS(PG_N(number), PG_T(ping_id), PG_N(now_ms)), NULL, why);
}

enum verdict
store_request_waiting(struct store *store, const char *endpoint,
	struct arena *mem, struct request *out, struct pong *pong_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(store->pg,
		"select r.number, r.sender, r.until_ms, r.ping_id, r.ping_ms, "
		"i.received_ms, i.sent_ms from request r "
		"left join lateral (select received_ms, sent_ms from inbound "
		"where kind = " KIND_PONG " and ref_to = r.ping_id limit 1) i "
		"on true where r.endpoint = $1 and r.answered_ms = 0 "
		"and r.ping_id <> '' "
		"order by i.received_ms nulls last, r.until_ms, r.number "
		"limit 1",
		PG_ARGS(PG_T(endpoint)), &rows, why);
	if (v != V_OK)
		return v;
	if (rows.count == 1) {
		*out = request_read(&rows, endpoint, mem);
		*pong_out = (struct pong){ .received_ms = pg_int(&rows, 0, 5),
			.sent_ms = pg_int(&rows, 0, 6) };
	} else {
		v = V_END;
	}
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_request_end(struct store *store, int64_t number,
	const struct finding *findings, size_t count, int64_t now_ms,
	struct fault *why)
{
	struct pg *pg = store->pg;
	enum verdict v;
	size_t i;

	v = pg_begin(pg, why);
	for (i = 0; v == V_OK && i < count; i++)
		v = add(pg, number, &findings[i], why);
	if (v == V_OK)
		v = pg_do(pg,
			"update request set answered_ms = $2 "
			"where number = $1 and answered_ms = 0",
			PG_ARGS(PG_N(number), PG_N(now_ms)), NULL, why);
	return pg_end(pg, v, why);
}

enum verdict
store_request_look(struct store *store, int64_t number, int64_t after,
	struct arena *mem, struct finding **findings_out, size_t *count_out,
	int64_t *answered_ms_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE, state = PG_ROWS_NONE;
	struct finding *all;
	enum verdict v;
	int i;

	/* The state first: what is answered has all its lines. */
	v = pg_ask(store->pg,
		"select answered_ms from request where number = $1",
		PG_ARGS(PG_N(number)), &state, why);
	if (v == V_OK)
		v = pg_ask(store->pg,
			"select grade, code, what, value, advice from finding "
			"where request_no = $1 and seq > $2 order by seq "
			"limit $3",
			PG_ARGS(PG_N(number), PG_N(after), PG_N(FINDINGS_MAX)),
			&rows, why);
	if (v != V_OK) {
		pg_rows_done(&state);
		return v;
	}
	all = arena_alloc(mem, ((size_t)rows.count + 1) * sizeof(*all));
	for (i = 0; i < rows.count; i++) {
		all[i] = (struct finding){ .grade = (enum finding_grade)pg_int(
						   &rows, i, 0),
			.code = (enum code)pg_int(&rows, i, 1) };
		pg_word(&rows, i, 2, all[i].what, sizeof(all[i].what));
		pg_word(&rows, i, 3, all[i].value, sizeof(all[i].value));
		pg_word(&rows, i, 4, all[i].advice, sizeof(all[i].advice));
	}
	*findings_out = all;
	*count_out = (size_t)rows.count;
	*answered_ms_out = state.count == 1 ? pg_int(&state, 0, 0) : 0;
	pg_rows_done(&rows);
	pg_rows_done(&state);
	return V_OK;
}

/* --- endpoints that rest --- */

enum verdict
store_endpoint_rest(struct store *store, const char *endpoint, int64_t now_ms,
	int64_t until_ms, const struct fault *reason, struct fault *why)
{
	if (until_ms == 0)
		return pg_do(store->pg,
			"delete from resting where endpoint = $1",
			PG_ARGS(PG_T(endpoint)), NULL, why);
	return pg_do(store->pg,
		"insert into resting (endpoint, since_ms, until_ms, code, "
		"reason) values ($1, $2, $3, $4, $5) "
		"on conflict (endpoint) do update set until_ms = $3, "
		"code = $4, reason = $5",
		PG_ARGS(PG_T(endpoint), PG_N(now_ms), PG_N(until_ms),
			PG_N(reason->code), PG_T(reason->text)),
		NULL, why);
}

enum verdict
store_endpoint_resting(struct store *store, const char *endpoint,
	struct arena *mem, struct resting *out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(store->pg,
		"select since_ms, until_ms, code, reason from resting "
		"where endpoint = $1",
		PG_ARGS(PG_T(endpoint)), &rows, why);
	if (v != V_OK)
		return v;
	*out = (struct resting){ .reason = "" };
	if (rows.count == 1)
		*out = (struct resting){ .since_ms = pg_int(&rows, 0, 0),
			.until_ms = pg_int(&rows, 0, 1),
			.code = (enum code)pg_int(&rows, 0, 2),
			.reason = pg_text(&rows, 0, 3, mem) };
	pg_rows_done(&rows);
	return V_OK;
}
