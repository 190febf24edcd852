/* store/print_proof.c - proofs before a paper run; see store/print.h
 *
 * Nothing of a proof is in a lot, so nothing of it counts as printed.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>

#include "store/books.h"

#define COLUMNS                                                                \
	"j.id, j.stream, f.nth, f.state, f.name, f.person, f.nr, f.test, "     \
	"f.made_ms, f.records"
#define NEWEST                                                                 \
	"f.nth = (select max(g.nth) from print_proof g "                       \
	"where g.job_no = f.job_no) "

const char *
proof_word(enum proof_state state)
{
	switch (state) {
	case PROOF_CUT:
		return "being written";
	case PROOF_WAITS:
		return "waits";
	case PROOF_GOOD:
		return "good";
	case PROOF_BAD:
		return "bad";
	case PROOF_PASSED:
		return "not waited for";
	case PROOF_ANEW:
		return "to be made anew";
	}
	return "";
}

/* "{1,2,3}" as text. */
static const int64_t *
records_of(const char *text, struct arena *mem, size_t *count_out)
{
	int64_t *records, value = 0;
	size_t n = 1, k = 0;
	const char *c;

	for (c = text; *c != '\0'; c++)
		n += *c == ',';
	records = arena_alloc(mem, n * sizeof(*records));
	for (c = text; *c != '\0'; c++) {
		if (*c >= '0' && *c <= '9') {
			value = value * 10 + (*c - '0');
		} else if ((*c == ',' || *c == '}') && value > 0) {
			assert(k < n);
			records[k++] = value;
			value = 0;
		}
	}
	*count_out = k;
	return records;
}

static void
read_proof(const struct pg_rows *rows, int row, struct arena *mem,
	struct print_proof *out)
{
	*out = (struct print_proof){ .stream = pg_text(rows, row, 1, mem),
		.nth = (int)pg_int(rows, row, 2),
		.state = (enum proof_state)pg_int(rows, row, 3),
		.name = pg_text(rows, row, 4, mem),
		.person = pg_text(rows, row, 5, mem),
		.number = (int)pg_int(rows, row, 6),
		.test = pg_bool(rows, row, 7),
		.made_ms = pg_int(rows, row, 8) };
	pg_word(rows, row, 0, out->job, sizeof(out->job));
	out->records = records_of(pg_text(rows, row, 9, mem), mem, &out->count);
}

static enum verdict
ask_one(struct pg *pg, const char *sql, const struct pg_arg *args,
	struct arena *mem, struct print_proof *out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v = pg_ask(pg, sql, args, &rows, why);

	if (v == V_OK && rows.count == 0)
		v = V_END;
	if (v == V_OK)
		read_proof(&rows, 0, mem, out);
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_proof_get(struct store *store, const char *job, struct arena *mem,
	struct print_proof *out, struct fault *why)
{
	return ask_one(store->pg,
		"select " COLUMNS "::text from print_proof f "
		"join job j on j.number = f.job_no where j.id = $1 "
		"order by f.nth desc limit 1",
		PG_ARGS(PG_T(job)), mem, out, why);
}

enum verdict
store_proof_cut(struct store *store, const char *job,
	const struct print_proof *proof, struct fault *why)
{
	struct buf array = BUF_MAX(ARRAY_TEXT_MAX);
	enum verdict v;

	assert(proof->count > 0 && proof->nth > 0);
	pg_array(&array, proof->records, proof->count);
	v = pg_do(store->pg,
		"insert into print_proof (job_no, nth, name, state, records, "
		"nr, test, made_ms) select number, $2, $3, 1, $4::bigint[], "
		"$5, $6 = 1, $7 from job where id = $1",
		PG_ARGS(PG_T(job), PG_N(proof->nth), PG_T(proof->name),
			PG_T(array.bytes), PG_N(proof->number),
			PG_N(proof->test), PG_N(proof->made_ms)),
		NULL, why);
	buf_done(&array);
	return v;
}

enum verdict
store_proof_unfinished(struct store *store, int64_t after, struct arena *mem,
	struct print_proof *out, struct fault *why)
{
	return ask_one(store->pg,
		"select " COLUMNS "::text from print_proof f "
		"join job j on j.number = f.job_no where f.state = 1 "
		"and j.state in (6, 7) and j.number > $1 and not " JOB_J_STOPPED
		"order by j.number limit 1",
		PG_ARGS(PG_N(after)), mem, out, why);
}

enum verdict
store_proof_letters(struct store *store, const struct print_proof *proof,
	struct arena *mem, struct letter **letters_out,
	const char ***reasons_out, size_t *count_out, struct fault *why)
{
	struct buf array = BUF_MAX(ARRAY_TEXT_MAX);
	struct pg_rows rows = PG_ROWS_NONE;
	struct job_row row;
	enum verdict v = job_peek(store->pg, proof->job, &row, why);

	pg_array(&array, proof->records, proof->count);
	if (v == V_OK)
		v = pg_ask(store->pg,
			"select " LETTER_COLUMNS ", t.box, t.rule, "
			"(select " SAID_SQL "from receipt x "
			"where x.job_no = l.job_no and x.record = l.record "
			"and x.lot_no = coalesce((select max(q.lot_no) "
			"from place q where q.job_no = l.job_no "
			"and q.record = l.record), 0) "
			"order by x.number desc limit 1) "
			"from unnest($3::bigint[]) with ordinality u(record, "
			"i) "
			"join letter l on l.part = $1 and l.job_no = $2 "
			"and l.record = u.record "
			"left join lateral (select "
			"route_how(w.ways, l.record) >= 128 as box, "
			"route_how(w.ways, l.record) & 127 as rule "
			"from route_page w where w.job_no = l.job_no "
			"and w.page = l.record >> 9 limit 1) t on true "
			"order by u.i",
			PG_ARGS(PG_N(row.part), PG_N(row.number),
				PG_T(array.bytes)),
			&rows, why);
	if (v == V_OK)
		v = paper_read(
			&rows, mem, letters_out, reasons_out, count_out, why);
	pg_rows_done(&rows);
	buf_done(&array);
	return v;
}

enum verdict
store_proof_written(struct store *store, const struct print_proof *proof,
	const uint8_t sha256[32], bool waits, int64_t now_ms, struct fault *why)
{
	enum verdict v = pg_begin(store->pg, why);

	if (v == V_OK)
		v = pg_do(store->pg,
			"update print_proof f set state = $3, sha256 = $4 "
			"from job j where j.id = $1 and f.job_no = j.number "
			"and f.nth = $2 and f.state = 1",
			PG_ARGS(PG_T(proof->job), PG_N(proof->nth),
				PG_N(waits ? PROOF_WAITS : PROOF_PASSED),
				PG_B(sha256, 32)),
			NULL, why);
	if (v == V_OK)
		v = event_put(store->pg, now_ms, proof->job, "automatic",
			"proof", why, "%.100s, %zu letters%s", proof->name,
			proof->count,
			waits ? "; the paper run waits for a person" : "");
	return pg_end(store->pg, v, why);
}

enum verdict
store_proof_say(struct store *store, const char *job, enum proof_state state,
	const char *person, const char *reason, int64_t now_ms,
	struct fault *why)
{
	struct pg *pg = store->pg;
	struct job_row row;
	int64_t changed = 0;
	enum verdict v;

	assert(state == PROOF_GOOD || state == PROOF_BAD ||
		state == PROOF_ANEW);
	v = pg_begin(pg, why);
	if (v == V_OK)
		v = job_lock(pg, job, &row, why);
	if (v == V_OK)
		v = event_put(pg, now_ms, row.id, person, "proof", why,
			"%s: %.400s", proof_word(state), reason);
	if (v == V_OK)
		v = pg_do(pg,
			"update print_proof f set state = $2, person = $3 "
			"where f.job_no = $1 and f.state in (2, 4) "
			"and " NEWEST,
			PG_ARGS(PG_N(row.number), PG_N(state), PG_T(person)),
			&changed, why);
	if (v == V_OK && changed == 0)
		v = fault_set(why, V_SKIP, CODE_STATE,
			"job %s has no proof that waits for a person", row.id);
	return pg_end(pg, v, why);
}

enum verdict
store_proof_list(struct store *store, struct arena *mem,
	struct print_proof **out, size_t *count_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct print_proof *proofs;
	enum verdict v;
	int i;

	v = pg_ask(store->pg,
		"select " COLUMNS "::text from print_proof f "
		"join job j on j.number = f.job_no where f.state in (2, 4) "
		"and j.state in (6, 7) and " NEWEST "order by j.number",
		NULL, &rows, why);
	if (v == V_OK) {
		proofs = arena_alloc(
			mem, ((size_t)rows.count + 1) * sizeof(*proofs));
		for (i = 0; i < rows.count; i++)
			read_proof(&rows, i, mem, &proofs[i]);
		*out = proofs;
		*count_out = (size_t)rows.count;
	}
	pg_rows_done(&rows);
	return v;
}
