/* store/find.c - see store/find.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>

#include "store/books.h"

/* Each partition has an index for each of these; one that was just filled may
 * have no statistics yet, so reading it all is not to be considered.
 */
#define BY_INDEX "set local enable_seqscan = off"
#define KEYS "select part, job_no, record from letter where "
#define NEWEST " order by job_no desc, record limit $2"

/* The letters of these keys, one more of which may have been asked for. */
static enum verdict
take(struct store *store, const struct pg_rows *keys, size_t max,
	struct arena *mem, struct find_letters *out, struct fault *why)
{
	enum verdict v = V_OK;
	size_t i;

	*out = (struct find_letters){ .count = (size_t)keys->count };
	if (out->count > max) {
		out->count = max;
		out->more = true;
	}
	out->rows = arena_alloc(mem, (out->count + 1) * sizeof(*out->rows));
	for (i = 0; v == V_OK && i < out->count; i++)
		v = look_letter(store, pg_int(keys, (int)i, 0),
			pg_int(keys, (int)i, 1), pg_int(keys, (int)i, 2), mem,
			&out->rows[i], why);
	return v;
}

static enum verdict
find(struct store *store, const char *sql, const struct pg_arg *args,
	size_t max, struct arena *mem, struct find_letters *out,
	struct fault *why)
{
	struct pg_rows keys = PG_ROWS_NONE;
	struct pg *pg = store->pg;
	enum verdict v;

	assert(max > 0 && max <= FIND_MAX);
	v = pg_do(pg, BY_INDEX, NULL, NULL, why);
	if (v == V_OK)
		v = pg_ask(pg, sql, args, &keys, why);
	if (v == V_OK)
		v = take(store, &keys, max, mem, out, why);
	pg_rows_done(&keys);
	return v;
}

enum verdict
store_find_letters(struct store *store, const char *what, size_t max,
	struct arena *mem, struct find_letters *out, struct fault *why)
{
	struct pg *pg = store->pg;
	struct find_letters found = { .count = 0 };
	const struct pg_arg limit = PG_N((int64_t)max + 1);
	struct uuid id;
	enum verdict v = pg_begin(pg, why);

	if (v != V_OK)
		return v;
	if (uuid_parse(what, &id))
		v = find(store, KEYS "bericht_id = $1" NEWEST,
			PG_ARGS(PG_U(&id), limit), max, mem, &found, why);
	else
		v = find(store, KEYS "reference = $1" NEWEST,
			PG_ARGS(PG_T(what), limit), max, mem, &found, why);
	v = pg_end(pg, v, why);
	if (v == V_OK)
		*out = found;
	return v;
}

/* Were the books made with this key?  Without letters there is none yet; only
 * the owner of the books sees more of it than that.
 */
static enum verdict
check_key(struct pg *pg, const uint8_t fingerprint[32], struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(pg, "select site_key_is($1)", PG_ARGS(PG_B(fingerprint, 32)),
		&rows, why);
	if (v == V_OK && !pg_bool(&rows, 0, 0))
		v = fault_set(why, V_BROKEN, CODE_KEY,
			"the site key is not the one these books were begun "
			"with: no number would be found");
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_find_bsn(struct store *store, const uint8_t bsn_key[16],
	const uint8_t fingerprint[32], const char *person, int64_t now_ms,
	size_t max, struct arena *mem, struct find_letters *out,
	struct fault *why)
{
	struct pg *pg = store->pg;
	struct find_letters found = { .count = 0 };
	enum verdict v = pg_begin(pg, why);

	if (v != V_OK)
		return v;
	v = check_key(pg, fingerprint, why);
	if (v == V_OK)
		v = find(store, KEYS "bsn_key = $1" NEWEST,
			PG_ARGS(PG_B(bsn_key, 16), PG_N((int64_t)max + 1)), max,
			mem, &found, why);
	if (v == V_OK)
		v = event_put(pg, now_ms, "", person, "looked up", why,
			"a citizen number: %zu%s letters", found.count,
			found.more ? " or more" : "");
	v = pg_end(pg, v, why);
	if (v == V_OK)
		*out = found;
	return v;
}

enum verdict
store_find_rejected(struct store *store, const char *reference, size_t max,
	struct arena *mem, struct find_rejected **rows_out, size_t *count_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct find_rejected *list;
	enum verdict v;
	int i;

	v = pg_ask(store->pg,
		"select j.id, j.stream, r.record, r.line, r.code, r.reason, "
		"coalesce(nullif(j.split_ms, 0), j.received_ms) "
		"from rejected r join job j on j.number = r.job_no "
		"where r.reference = $1 and r.reference <> '' "
		"and not r.warning order by r.job_no desc, r.record limit $2",
		PG_ARGS(PG_T(reference), PG_N((int64_t)max)), &rows, why);
	if (v != V_OK)
		return v;
	list = arena_alloc(mem, ((size_t)rows.count + 1) * sizeof(*list));
	for (i = 0; i < rows.count; i++) {
		struct find_rejected *r = &list[i];

		pg_word(&rows, i, 0, r->job, sizeof(r->job));
		r->stream = pg_text(&rows, i, 1, mem);
		r->record = pg_int(&rows, i, 2);
		r->line = pg_int(&rows, i, 3);
		r->code = (enum code)pg_int(&rows, i, 4);
		r->reason = pg_text(&rows, i, 5, mem);
		r->at_ms = pg_int(&rows, i, 6);
	}
	*rows_out = list;
	*count_out = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}

enum verdict
store_find_lot(struct store *store, const struct uuid *batch_id,
	struct arena *mem, struct find_lot *out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct find_lot lot;
	enum verdict v;

	v = pg_ask(store->pg,
		"select j.id, j.stream, o.number, o.letters, o.apart, o.state, "
		"o.cut_ms, a.begun_ms, a.acknowledged_ms, a.result_ms "
		"from lot o join job j on j.number = o.job_no "
		"left join lateral (select a.begun_ms, a.acknowledged_ms, "
		"a.result_ms from attempt a where a.lot_no = o.number "
		"order by a.nth desc limit 1) a on true "
		"where o.batch_id = $1 and not o.print "
		"order by o.number desc limit 1",
		PG_ARGS(PG_U(batch_id)), &rows, why);
	if (v != V_OK)
		return v;
	if (rows.count == 0) {
		pg_rows_done(&rows);
		return V_END;
	}
	pg_word(&rows, 0, 0, lot.job, sizeof(lot.job));
	lot.stream = pg_text(&rows, 0, 1, mem);
	lot.number = pg_int(&rows, 0, 2);
	lot.letters = pg_int(&rows, 0, 3);
	lot.apart = pg_int(&rows, 0, 4);
	lot.state = (enum lot_state)pg_int(&rows, 0, 5);
	lot.cut_ms = pg_int(&rows, 0, 6);
	lot.offered_ms = pg_int(&rows, 0, 7);
	lot.acknowledged_ms = pg_int(&rows, 0, 8);
	lot.result_ms = pg_int(&rows, 0, 9);
	pg_rows_done(&rows);
	*out = lot;
	return V_OK;
}
