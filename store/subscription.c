/* store/subscription.c - answers about subscriptions: made, kept, dropped
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "store/books.h"
#include "store/subscription_bits.h"

const char *
answer_source_word(enum answer_source source)
{
	switch (source) {
	case ANSWER_WUS:
		return "wus";
	case ANSWER_LIST:
		return "list";
	case ANSWER_ALL:
		return "all";
	case ANSWER_CHANGES:
		return "changes";
	case ANSWER_IMPORT:
		return "import";
	}
	return "";
}

/* --- changes --- */

enum verdict
store_answer_base(struct store *store, const char *environment,
	const char *sender, const char *type, int64_t since_ms, int64_t now_ms,
	int64_t *list_out, int64_t *asked_ms_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(store->pg,
		"select number, asked_ms from subscription_list "
		"where sender = $1 and type = $2 and whole "
		"and dropped_ms = 0 and asked_ms >= $3 and asked_ms >= $4 "
		"and environment = $5 "
		"order by asked_ms desc, number desc limit 1",
		PG_ARGS(PG_T(sender), PG_T(type), PG_N(since_ms),
			PG_N(now_ms - ANSWER_MAX_MS), PG_T(environment)),
		&rows, why);
	if (v != V_OK)
		return v;
	*list_out = rows.count == 0 ? 0 : pg_int(&rows, 0, 0);
	*asked_ms_out = rows.count == 0 ? 0 : pg_int(&rows, 0, 1);
	pg_rows_done(&rows);
	return V_OK;
}

enum verdict
store_answer_load(struct store *store, int64_t list_no, struct subscribed *set,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;
	bool good;

	v = pg_ask(store->pg,
		"select whole and dropped_ms = 0 from subscription_list "
		"where number = $1",
		PG_ARGS(PG_N(list_no)), &rows, why);
	if (v != V_OK)
		return v;
	good = rows.count == 1 && pg_bool(&rows, 0, 0);
	pg_rows_done(&rows);
	if (!good)
		return fault_set(why, V_SKIP, CODE_STATE,
			"answer %" PRId64
			" is not about everybody, or no longer kept",
			list_no);
	return subscribed_read(store->pg,
		"select chunk, yes, yes from subscription_chunk "
		"where list_no = $1",
		list_no, set, why);
}

/* --- keeping --- */

/* All of a small answer, 4 bytes a number. */
static void
few_make(const struct subscribed *set, struct buf *out)
{
	int32_t place = 0;
	struct bsn bsn;
	bool yes;

	while (subscribed_next(set, &place, &bsn, &yes))
		few_add(out, bit_of(bsn), yes, false);
}

struct answer_sum {
	int64_t asked, yes, no;
};

static enum verdict
insert_list(struct pg *pg, const struct answer_head *head,
	const struct answer_sum *sum, const struct buf *few,
	int64_t *number_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(pg,
		"insert into subscription_list (sender, type, source, whole, "
		"asked_ms, applied_ms, asked, yes, no, few, person, note, "
		"question_no, environment) values ($1, $2, $3, $4::int = 1, "
		"$5, "
		"$6, $7, $8, $9, case when $10::int = 1 then $11::bytea end, "
		"$12, $13, $14, $15) returning number",
		PG_ARGS(PG_T(head->sender), PG_T(head->type),
			PG_N(head->source), PG_N(head->whole ? 1 : 0),
			PG_N(head->asked_ms), PG_N(head->now_ms),
			PG_N(sum->asked), PG_N(sum->yes), PG_N(sum->no),
			PG_N(few->len > 0 ? 1 : 0), PG_B(few->bytes, few->len),
			PG_T(head->person), PG_T(head->note),
			PG_N(head->question_no), PG_T(head->environment)),
		&rows, why);
	if (v == V_OK)
		*number_out = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	return v;
}

static enum verdict
copy_chunks(struct pg *pg, const struct subscribed *set, bool whole,
	int64_t number, struct fault *why)
{
	struct pg_copy copy = PG_COPY_NONE;
	uint8_t room[CHUNK_BYTES];
	size_t c, len;
	enum verdict v;

	v = pg_copy_begin(&copy, pg,
		"copy subscription_chunk (list_no, chunk, asked, yes) "
		"from stdin (format binary)",
		why);
	for (c = 0; v == V_OK && c < CHUNK_COUNT; c++) {
		const struct subscribed_chunk *chunk = set->chunks[c];

		if (chunk == NULL)
			continue;
		v = pg_copy_row(&copy, 4, why);
		if (v != V_OK)
			break;
		pg_copy_i64(&copy, number);
		pg_copy_i16(&copy, (int16_t)c);
		len = whole ? 0 : chunk_pack(chunk->asked, room);
		pg_copy_bytes(&copy, room, len);
		len = chunk_pack(chunk->yes, room);
		pg_copy_bytes(&copy, room, len);
	}
	if (v == V_OK)
		v = pg_copy_end(&copy, why);
	pg_copy_done(&copy);
	return v;
}

static enum verdict
check_age(const struct answer_head *head, struct fault *why)
{
	if (head->asked_ms > head->now_ms)
		return fault_set(why, V_SKIP, CODE_SUBSCRIPTION_OLD,
			"the answer speaks of a moment that is still to come");
	if (head->asked_ms < head->now_ms - ANSWER_MAX_MS)
		return fault_set(why, V_SKIP, CODE_SUBSCRIPTION_OLD,
			"the answer is %" PRId64 " days old",
			(head->now_ms - head->asked_ms) / INT64_C(86400000));
	return V_OK;
}

enum verdict
answer_put(struct pg *pg, const struct subscribed *set,
	const struct answer_head *head, int64_t *list_out, struct fault *why)
{
	const struct answer_sum sum = { .asked = head->whole ? set->yes
							     : set->asked,
		.yes = set->yes,
		.no = head->whole ? 0 : set->asked - set->yes };
	struct buf few = BUF_MAX((size_t)FEW_MAX * FEW_BYTES + 1);
	bool small = !head->whole && sum.asked <= FEW_MAX;
	int64_t number = 0;
	enum verdict v = check_age(head, why);

	if (v == V_OK && small)
		few_make(set, &few);
	if (v == V_OK)
		v = insert_list(pg, head, &sum, &few, &number, why);
	if (v == V_OK && !small)
		v = copy_chunks(pg, set, head->whole, number, why);
	if (v == V_OK)
		v = event_put(pg, head->now_ms, "", head->person,
			"subscriptions", why,
			"answer %" PRId64 " (%s) of sender %s: %" PRId64
			" yes, %" PRId64 " no%s%s",
			number, answer_source_word(head->source), head->sender,
			sum.yes, sum.no, head->note[0] == '\0' ? "" : "; ",
			head->note);
	if (v == V_OK)
		*list_out = number;
	buf_done(&few);
	return v;
}

enum verdict
store_answer_keep(struct store *store, const struct subscribed *set,
	const struct answer_head *head, int64_t *list_out, struct fault *why)
{
	enum verdict v = pg_begin(store->pg, why);

	if (v == V_OK)
		v = answer_put(store->pg, set, head, list_out, why);
	if (v == V_OK) /* a job may wait for it */
		v = pg_script(store->pg, "notify mobb", why);
	return pg_end(store->pg, v, why);
}

/* --- WUS --- */

#define WUS_JOIN_MS INT64_C(3600000) /* answers of an hour are one list */

/* A small answer joins the list of the hour, which keeps its earlier moment:
 * it is never younger than it says.
 */
static enum verdict
join_few(struct pg *pg, const struct answer_head *head,
	const struct answer_sum *sum, const struct buf *few,
	int64_t *joined_out, struct fault *why)
{
	return pg_do(pg,
		"update subscription_list set few = few || $5::bytea, "
		"asked = asked + $6, yes = yes + $7, no = no + $8, "
		"applied_ms = $3 where number = (select number "
		"from subscription_list where sender = $1 and type = $2 "
		"and source = 1 and few is not null and dropped_ms = 0 "
		"and asked_ms between $4 and $3 and asked + $6 <= $9 "
		"and environment = $10 "
		"order by number desc limit 1)",
		PG_ARGS(PG_T(head->sender), PG_T(head->type),
			PG_N(head->asked_ms),
			PG_N(head->asked_ms - WUS_JOIN_MS),
			PG_B(few->bytes, few->len), PG_N(sum->asked),
			PG_N(sum->yes), PG_N(sum->no), PG_N(FEW_MAX),
			PG_T(head->environment)),
		joined_out, why);
}

enum verdict
store_wus_keep(struct store *store, const char *environment, const char *sender,
	const char *type, const struct wus_line *lines, size_t count,
	int64_t asked_ms, struct fault *why)
{
	const struct answer_head head = { .environment = environment,
		.sender = sender,
		.type = type,
		.source = ANSWER_WUS,
		.asked_ms = asked_ms,
		.now_ms = asked_ms,
		.person = "automatic",
		.note = "" };
	struct buf few = BUF_MAX((size_t)FEW_MAX * FEW_BYTES + 1);
	struct answer_sum sum = { 0 };
	struct pg *pg = store->pg;
	int64_t number = 0, joined = 0;
	enum verdict v;
	size_t i;

	assert(count > 0 && count <= FEW_MAX);
	for (i = 0; i < count; i++) {
		few_add(&few, bit_of(lines[i].bsn), lines[i].subscribed,
			lines[i].silent);
		sum.asked++;
		sum.yes += lines[i].subscribed ? 1 : 0;
	}
	sum.no = sum.asked - sum.yes;
	v = pg_begin(pg, why);
	if (v == V_OK)
		v = join_few(pg, &head, &sum, &few, &joined, why);
	if (v == V_OK && joined == 0)
		v = insert_list(pg, &head, &sum, &few, &number, why);
	v = pg_end(pg, v, why);
	buf_done(&few);
	return v;
}

enum verdict
store_wus_take(struct store *store, const char *endpoint, int64_t numbers,
	int64_t per_day, struct fault *why)
{
	int64_t taken = 0;
	enum verdict v;

	assert(numbers >= 0);
	if (numbers > per_day)
		return V_END;
	v = pg_do(store->pg,
		"insert into wus_day as w (endpoint, day, numbers) values ($1, "
		"(clock_timestamp() at time zone 'Europe/Amsterdam')::date, "
		"$2) on conflict (endpoint, day) do update "
		"set numbers = w.numbers + $2 where w.numbers + $2 <= $3",
		PG_ARGS(PG_T(endpoint), PG_N(numbers), PG_N(per_day)), &taken,
		why);
	return v == V_OK && taken == 0 ? V_END : v;
}

enum verdict
store_wus_room(struct store *store, const char *endpoint, int64_t per_day,
	int64_t *room_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(store->pg,
		"select numbers from wus_day where endpoint = $1 and day = "
		"(clock_timestamp() at time zone 'Europe/Amsterdam')::date",
		PG_ARGS(PG_T(endpoint)), &rows, why);
	if (v != V_OK)
		return v;
	*room_out = per_day - (rows.count == 0 ? 0 : pg_int(&rows, 0, 0));
	if (*room_out < 0)
		*room_out = 0;
	pg_rows_done(&rows);
	return V_OK;
}

/* --- looking --- */

enum verdict
store_answer_rows(struct store *store, const char *sender, size_t max,
	struct arena *mem, struct answer_row **rows_out, size_t *count_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct answer_row *out;
	enum verdict v;
	int i;

	v = pg_ask(store->pg,
		"select number, sender, type, source, whole, dropped_ms > 0, "
		"asked_ms, applied_ms, asked, yes, no, person, note, "
		"environment, wrong "
		"from subscription_list where $1::text is null or sender = $1 "
		"order by asked_ms desc, number desc limit $2",
		PG_ARGS(PG_T(sender), PG_N((int64_t)max)), &rows, why);
	if (v != V_OK)
		return v;
	out = arena_alloc(mem, ((size_t)rows.count + 1) * sizeof(*out));
	for (i = 0; i < rows.count; i++)
		out[i] = (struct answer_row){ .number = pg_int(&rows, i, 0),
			.sender = pg_text(&rows, i, 1, mem),
			.type = pg_text(&rows, i, 2, mem),
			.source = (enum answer_source)pg_int(&rows, i, 3),
			.whole = pg_bool(&rows, i, 4),
			.dropped = pg_bool(&rows, i, 5),
			.asked_ms = pg_int(&rows, i, 6),
			.applied_ms = pg_int(&rows, i, 7),
			.asked = pg_int(&rows, i, 8),
			.yes = pg_int(&rows, i, 9),
			.no = pg_int(&rows, i, 10),
			.person = pg_text(&rows, i, 11, mem),
			.note = pg_text(&rows, i, 12, mem),
			.environment = pg_text(&rows, i, 13, mem),
			.wrong = pg_bool(&rows, i, 14) };
	*rows_out = out;
	*count_out = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}

static enum verdict
count_decided(
	struct pg *pg, int64_t number, int64_t *jobs_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v = pg_ask(pg,
		"select count(distinct a.job_no) from answer a "
		"join job j on j.number = a.job_no where a.list_no = $1 "
		"and j.state in (2, 3, 4, 5) and not exists "
		"(select from lot o where o.job_no = j.number)",
		PG_ARGS(PG_N(number)), &rows, why);

	if (v == V_OK)
		*jobs_out = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_answer_wrong(struct store *store, int64_t number, const char *person,
	const char *reason, int64_t now_ms, int64_t *jobs_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct pg *pg = store->pg;
	int64_t changed = 0;
	enum verdict v;

	v = pg_begin(pg, why);
	if (v == V_OK)
		v = pg_ask(pg,
			"select from subscription_list where number = $1",
			PG_ARGS(PG_N(number)), &rows, why);
	if (v == V_OK && rows.count == 0)
		v = fault_set(
			why, V_SKIP, CODE_NO_JOB, "no answer %" PRId64, number);
	pg_rows_done(&rows);
	if (v == V_OK)
		v = pg_do(pg,
			"update subscription_list set dropped_ms = $2, "
			"wrong = true where number = $1 and dropped_ms = 0",
			PG_ARGS(PG_N(number), PG_N(now_ms)), &changed, why);
	if (v == V_OK && changed == 0)
		v = fault_set(why, V_SKIP, CODE_STATE,
			"answer %" PRId64 " decides no more already", number);
	if (v == V_OK)
		v = count_decided(pg, number, jobs_out, why);
	if (v == V_OK)
		v = event_put(pg, now_ms, "", person, "answer dropped", why,
			"answer %" PRId64 " of the register: %s", number,
			reason);
	return pg_end(pg, v, why);
}

enum verdict
store_answers_drop(struct store *store, int64_t now_ms, int64_t *count_out,
	struct fault *why)
{
	struct pg *pg = store->pg;
	enum verdict v = pg_begin(pg, why);

	if (v == V_OK)
		v = pg_do(pg,
			"delete from subscription_chunk c using "
			"subscription_list s where s.number = c.list_no "
			"and (s.dropped_ms = 0 or s.wrong) and s.asked_ms < $1",
			PG_ARGS(PG_N(now_ms - ANSWER_MAX_MS)), NULL, why);
	if (v == V_OK)
		v = pg_do(pg,
			"update subscription_list set dropped_ms = $2, "
			"few = null where dropped_ms = 0 and asked_ms < $1",
			PG_ARGS(PG_N(now_ms - ANSWER_MAX_MS), PG_N(now_ms)),
			count_out, why);
	return pg_end(pg, v, why);
}
