/* store/split.c - all letters of a job in one transaction
 *
 * Letters are always COPYed into a fresh table without indexes: the future
 * partition of a large job, or a temporary table for a small one, which then
 * goes into the partition of its month.  There the unique index on the id
 * decides whether a key came twice; only when it cannot be built the doubles
 * are looked for.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "batch/release.h"
#include "store/books.h"

#define SQL_MAX 1024
#define TABLE_MAX 32
#define REJECTED_BYTES ((size_t)2 * 1024 * 1024) /* kept before they are sent */
#define UNIQUE_VIOLATION "23505"
#define LETTER_ALL                                                             \
	"job_no, record, line, byte_at, amount_cents, box_bytes, part, "       \
	"bsn, dated, paper, bericht_id, bsn_key, bind, reference, "            \
	"subject, body, address, docs, record_bytes, file_part, publish, "     \
	"deadline, type, hold"
#define LETTER_ALL_COUNT 24
#define DOCS_MAX ((size_t)1024 * 1024)	  /* packed, of one letter */
#define ADDRESS_MAX ((size_t)1024 * 1024) /* packed, of one letter */

struct split {
	struct store *store;
	struct job_row job;
	bool own; /* table of its own */
	bool ended;
	char table[TABLE_MAX];
	struct pg_copy letters;
	struct buf docs, address; /* of one letter */
	/* Rejected records wait here: one connection has one COPY at a time. */
	struct arena texts;
	struct rejected *rejected;
	size_t rejected_count, rejected_size, rejected_bytes;
	int64_t letter_count, rejected_total, warning_total;
	struct forecast_load load;
};

/* One statement with the names of tables in it, which are made of numbers. */
__attribute__((format(printf, 3, 4))) static enum verdict
script(struct pg *pg, struct fault *why, const char *fmt, ...)
{
	char sql[SQL_MAX];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(sql, sizeof(sql), fmt, ap);
	va_end(ap);
	assert(n > 0 && n < (int)sizeof(sql));
	return pg_script(pg, sql, why);
}

/* --- begin --- */

/* The check makes attaching a matter of catalogues: no row is read again. */
static enum verdict
make_table(struct pg *pg, int32_t part, const char *table, struct fault *why)
{
	return script(pg, why,
		"create table %s (like letter including storage, "
		"constraint %s_part check (part = %" PRId32 "))",
		table, table, part);
}

/* Locks out other changes of the parent, not who reads or writes letters. */
static enum verdict
attach(struct pg *pg, int32_t part, const char *table, struct fault *why)
{
	return script(pg, why,
		"alter table letter attach partition %s "
		"for values in (%" PRId32 ")",
		table, part);
}

/* The indexes each partition has; those of a month also hold earlier jobs. */
static enum verdict
make_indexes(struct pg *pg, const char *table, struct fault *why)
{
	return script(pg, why,
		"create unique index %s_record on %s (job_no, record);"
		"create index %s_reference on %s (reference);"
		"create index %s_bsn on %s (bsn_key)",
		table, table, table, table, table, table);
}

static enum verdict
month_exists(struct pg *pg, const char *table, bool *out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(pg, "select to_regclass($1) is not null",
		PG_ARGS(PG_T(table)), &rows, why);
	if (v != V_OK)
		return v;
	*out = pg_bool(&rows, 0, 0);
	pg_rows_done(&rows);
	return V_OK;
}

/* The partition of a month, made once, in a transaction of its own so that
 * nobody waits for a long split.
 */
static enum verdict
make_month(struct pg *pg, int32_t month, const char *table, struct fault *why)
{
	bool there = false;
	enum verdict v = month_exists(pg, table, &there, why);

	if (v != V_OK || there)
		return v;
	v = pg_begin(pg, why);
	if (v == V_OK)
		v = pg_do(pg,
			"select pg_advisory_xact_lock(hashtext('mobb'), 2)",
			NULL, NULL, why);
	if (v == V_OK)
		v = month_exists(pg, table, &there, why);
	if (v == V_OK && !there)
		v = make_table(pg, month, table, why);
	if (v == V_OK && !there)
		v = script(pg, why,
			"create unique index %s_id on %s (bericht_id, job_no)",
			table, table);
	if (v == V_OK && !there)
		v = make_indexes(pg, table, why);
	if (v == V_OK && !there)
		v = attach(pg, month, table, why);
	return pg_end(pg, v, why);
}

static enum verdict
begin_letters(struct split *s, struct fault *why)
{
	char sql[SQL_MAX];

	snprintf(sql, sizeof(sql),
		"copy %s (" LETTER_ALL ") from stdin (format binary%s)",
		s->own ? s->table : "pg_temp.letter_new",
		s->own ? ", freeze" : "");
	return pg_copy_begin(&s->letters, s->store->pg, sql, why);
}

static void
name_table(struct split *s, int64_t expected)
{
	int year, month, day;

	s->own = expected < 0 || expected >= OWN_TABLE_LETTERS;
	clock_date(
		(int32_t)(s->job.received_ms / 86400000), &year, &month, &day);
	s->job.part = s->own ? (int32_t)-s->job.number : year * 100 + month;
	snprintf(s->table, sizeof(s->table), "letter_%c%" PRId32,
		s->own ? 'j' : 'm', s->own ? -s->job.part : s->job.part);
}

enum verdict
store_split_begin(struct store *store, const char *job, int64_t expected,
	struct split **split_out, struct fault *why)
{
	struct split *s = mem_zero(1, sizeof(*s));
	struct pg *pg = store->pg;
	enum verdict v;

	*s = (struct split){ .store = store,
		.letters = PG_COPY_NONE,
		.docs = BUF_MAX(DOCS_MAX),
		.address = BUF_MAX(ADDRESS_MAX),
		.load = FORECAST_LOAD_NONE,
		.texts = ARENA_EMPTY };
	v = job_peek(pg, job, &s->job, why);
	if (v == V_OK) {
		assert(s->job.number <= INT32_MAX);
		name_table(s, expected);
		if (!s->own)
			v = make_month(pg, s->job.part, s->table, why);
	}
	if (v == V_OK)
		v = pg_begin(pg, why);
	if (v == V_OK) {
		int32_t part = s->job.part;

		v = job_lock_in(pg, job, JOB_RECEIVED, &s->job, why);
		s->job.part = part;
	}
	if (v == V_OK && s->own)
		v = make_table(pg, s->job.part, s->table, why);
	else if (v == V_OK)
		v = script(pg, why,
			"create temporary table letter_new "
			"(like letter including storage) on commit drop");
	if (v == V_OK)
		v = begin_letters(s, why);
	if (v != V_OK) {
		store_split_close(s);
		return v;
	}
	*split_out = s;
	return V_OK;
}

/* --- rows --- */

static void
i32_unless(struct pg_copy *copy, int32_t value, int32_t none)
{
	if (value == none)
		pg_copy_null(copy);
	else
		pg_copy_i32(copy, value);
}

enum verdict
store_split_letter(struct split *s, const struct letter *letter,
	const uint8_t bsn_key[16], struct fault *why)
{
	const int64_t box_bytes = letter_box_bytes(letter);
	struct pg_copy *c = &s->letters;
	enum verdict v;

	if (letter->type != NULL && strlen(letter->type) >= BERICHT_TYPE_MAX)
		return fault_set(why, V_BROKEN, CODE_TEXT_LONG,
			"record %" PRId64 ": its BerichtType is too long",
			letter->record);
	v = pg_copy_row(c, LETTER_ALL_COUNT, why);
	if (v != V_OK)
		return v;
	buf_reset(&s->docs);
	attachment_pack(letter->attachments, letter->document_count, &s->docs);
	buf_reset(&s->address);
	address_pack(&letter->address, &s->address);
	assert(!s->docs.full && !s->address.full);
	assert(letter->part >= 0 && letter->part <= INT16_MAX);

	pg_copy_i64(c, s->job.number);
	pg_copy_i64(c, letter->record);
	pg_copy_i64(c, letter->line);
	pg_copy_i64(c, letter->offset);
	pg_copy_i64(c, letter->amount_cents);
	pg_copy_i64(c, box_bytes);
	pg_copy_i32(c, s->job.part);
	i32_unless(c, letter->bsn.number, 0);
	i32_unless(c, letter->dated, LETTER_DATE_NONE);
	pg_copy_i16(c, (int16_t)letter->paper);
	pg_copy_bytes(c, letter->id.bytes, sizeof(letter->id.bytes));
	pg_copy_bytes(c, bsn_key, 16);
	pg_copy_bytes(c, letter->bind, sizeof(letter->bind));
	pg_copy_text(c, letter->reference == NULL ? "" : letter->reference);
	pg_copy_text(c, letter->subject == NULL ? "" : letter->subject);
	pg_copy_text(c, letter->text);
	pg_copy_text(c, s->address.len == 0 ? "" : s->address.bytes);
	pg_copy_bytes(c, s->docs.bytes, s->docs.len);
	/* None: it cannot be cut out of the file for the supplier. */
	pg_copy_i32(c, letter->bytes > INT32_MAX ? 0 : (int32_t)letter->bytes);
	if (letter->part == 0)
		pg_copy_null(c);
	else
		pg_copy_i16(c, (int16_t)letter->part);
	i32_unless(c, letter->publish, LETTER_DATE_NONE);
	i32_unless(c, letter->deadline, LETTER_DATE_NONE);
	pg_copy_text(c, letter->type);
	i32_unless(c, (int32_t)letter->hold, CODE_NONE);
	s->letter_count++;
	forecast_load_add(&s->load, letter, box_bytes);
	return V_OK;
}

static enum verdict
send_rejected(struct split *s, struct fault *why)
{
	struct pg_copy copy = PG_COPY_NONE;
	enum verdict v;
	size_t i;

	if (s->rejected_count == 0)
		return V_OK;
	v = pg_copy_begin(&copy, s->store->pg,
		"copy rejected (job_no, record, line, byte_at, code, field, "
		"reason, reference, warning, file_part, bytes) "
		"from stdin (format binary)",
		why);
	for (i = 0; v == V_OK && i < s->rejected_count; i++) {
		const struct rejected *r = &s->rejected[i];

		v = pg_copy_row(&copy, 11, why);
		if (v != V_OK)
			break;
		pg_copy_i64(&copy, s->job.number);
		pg_copy_i64(&copy, r->record);
		pg_copy_i64(&copy, r->line);
		pg_copy_i64(&copy, r->offset);
		pg_copy_i32(&copy, (int32_t)r->code);
		pg_copy_text(&copy, r->field);
		pg_copy_text(&copy, r->reason);
		pg_copy_text(&copy, r->reference);
		pg_copy_bool(&copy, r->warning);
		pg_copy_i16(&copy, (int16_t)r->part);
		pg_copy_i64(&copy, r->bytes);
	}
	if (v == V_OK)
		v = pg_copy_end(&copy, why);
	pg_copy_done(&copy);
	arena_reset(&s->texts);
	s->rejected_count = 0;
	s->rejected_bytes = 0;
	return v;
}

static const char *
keep(struct split *s, const char *text)
{
	size_t len = text == NULL ? 0 : strlen(text);

	s->rejected_bytes += len;
	return len == 0 ? "" : arena_text(&s->texts, text, len);
}

enum verdict
store_split_reject(
	struct split *s, const struct rejected *row, struct fault *why)
{
	struct rejected *r;
	enum verdict v;

	if (s->rejected_count == s->rejected_size) {
		s->rejected_size =
			s->rejected_size == 0 ? 256 : s->rejected_size * 2;
		s->rejected = mem_grow(
			s->rejected, s->rejected_size * sizeof(*s->rejected));
	}
	r = &s->rejected[s->rejected_count++];
	*r = *row;
	r->field = keep(s, row->field);
	r->reason = keep(s, row->reason);
	r->reference = keep(s, row->reference);
	s->rejected_bytes += sizeof(*r);
	if (row->warning)
		s->warning_total++;
	else
		s->rejected_total++;
	if (s->rejected_bytes < REJECTED_BYTES)
		return V_OK;
	v = pg_copy_end(&s->letters, why);
	if (v == V_OK)
		v = send_rejected(s, why);
	if (v == V_OK)
		v = begin_letters(s, why);
	return v;
}

/* --- end --- */

static const char *
rows_of(const struct split *s)
{
	return s->own ? s->table : "pg_temp.letter_new";
}

/* Move letters whose records are in pg_temp.double to the rejected ones. */
static enum verdict
take_out(struct split *s, enum code code, struct fault *why)
{
	struct pg *pg = s->store->pg;
	char sql[SQL_MAX];
	int64_t moved = 0;
	enum verdict v;

	snprintf(sql, sizeof(sql),
		"insert into rejected (job_no, record, line, byte_at, code, "
		"field, reason, reference, warning, file_part, bytes) "
		"select l.job_no, l.record, l.line, l.byte_at, $1, 'key', "
		"d.reason, l.reference, false, coalesce(l.file_part, 0), "
		"l.record_bytes "
		"from %s l join pg_temp.double d on d.record = l.record",
		rows_of(s));
	v = pg_do(pg, sql, PG_ARGS(PG_N(code)), &moved, why);
	if (v == V_OK && moved > 0)
		v = script(pg, why,
			"delete from %s l using pg_temp.double d "
			"where d.record = l.record",
			rows_of(s));
	if (v == V_OK)
		v = script(pg, why, "drop table pg_temp.double");
	if (v != V_OK)
		return v;
	s->letter_count -= moved;
	s->rejected_total += moved;
	return V_OK;
}

static enum verdict
build_unique(struct split *s, struct fault *why)
{
	if (s->own)
		return script(s->store->pg, why,
			"create unique index %s_id on %s (bericht_id)",
			s->table, s->table);
	return script(s->store->pg, why,
		"create unique index letter_new_id "
		"on pg_temp.letter_new (bericht_id)");
}

/* The slow road: the same id twice in this file; the later records go. */
static enum verdict
doubles_inside(struct split *s, struct fault *why)
{
	enum verdict v;

	v = script(s->store->pg, why,
		"create temporary table double on commit drop as "
		"select record, 'the same key as record ' || first as reason "
		"from (select record, min(record) over "
		"(partition by bericht_id) as first from %s) d "
		"where record <> first",
		rows_of(s));
	if (v == V_OK)
		v = take_out(s, CODE_DOUBLE, why);
	return v == V_OK ? build_unique(s, why) : v;
}

static enum verdict
check_inside(struct split *s, struct fault *why)
{
	struct pg *pg = s->store->pg;
	enum verdict v = pg_script(pg, "savepoint before_index", why);

	if (v != V_OK)
		return v;
	v = build_unique(s, why);
	if (v != V_OK && strcmp(pg_sqlstate(pg), UNIQUE_VIOLATION) == 0) {
		v = pg_script(pg, "rollback to savepoint before_index", why);
		if (v == V_OK)
			v = doubles_inside(s, why);
	}
	return v == V_OK ? pg_script(pg, "release savepoint before_index", why)
			 : v;
}

static enum verdict
check_earlier(struct split *s, struct fault *why)
{
	struct pg *pg = s->store->pg;
	bool none = false;
	enum verdict v;

	v = earlier_lock(pg, s->job.number, why);
	if (v == V_OK)
		v = earlier_find(pg, s->job.number, rows_of(s), s->letter_count,
			&none, why);
	return v == V_OK && !none ? take_out(s, CODE_DOUBLE_EARLIER, why) : v;
}

static enum verdict
publish(struct split *s, struct fault *why)
{
	struct pg *pg = s->store->pg;
	enum verdict v;

	if (!s->own)
		return script(pg, why,
			"insert into %s (" LETTER_ALL ") select " LETTER_ALL
			" from pg_temp.letter_new order by record",
			s->table);
	v = make_indexes(pg, s->table, why);
	if (v == V_OK && s->letter_count >= OWN_TABLE_LETTERS)
		v = filter_make(
			pg, s->job.number, s->table, s->letter_count, why);
	/* Letters are found by index; a rough idea of the rest is enough. */
	if (v == V_OK)
		v = script(pg, why,
			"set local default_statistics_target = 10; analyze %s",
			s->table);
	return v == V_OK ? attach(pg, s->job.part, s->table, why) : v;
}

/* What the letters weigh; added up again when doubles were taken out. */
static enum verdict
keep_load(struct split *s, struct fault *why)
{
	struct pg *pg = s->store->pg;
	enum verdict v = V_OK;

	if (s->load.letters != s->letter_count)
		v = page_load(pg, rows_of(s), s->job.number, &s->load, why);
	return v == V_OK ? page_split(pg, s->job.number, &s->load, why) : v;
}

/* What the reader said, and the records that only the books could reject. */
static enum verdict
keep_delivery(struct split *s, const struct split_end *end, struct fault *why)
{
	struct split_end judged = *end;
	struct fault reason;

	if (end->limited && release_rejects(s->rejected_total + end->turned,
				    end->reject_limit, &reason) != V_OK) {
		judged.hold = reason.code;
		judged.hold_reason = reason.text;
	}
	return delivery_keep(s->store->pg, s->job.number, &judged, why);
}

enum verdict
store_split_end(struct split *s, const struct split_end *end, int64_t now_ms,
	struct fault *why)
{
	struct pg *pg = s->store->pg;
	enum verdict v;

	assert(!s->ended);
	v = pg_copy_end(&s->letters, why);
	if (v == V_OK && end->sha256 != NULL)
		v = receive_content(pg, s->job.number, end->sha256, why);
	if (v == V_OK)
		v = send_rejected(s, why);
	if (v == V_OK)
		v = pg_script(
			pg, "set local maintenance_work_mem = '256MB'", why);
	if (v == V_OK)
		v = check_inside(s, why);
	if (v == V_OK)
		v = check_earlier(s, why);
	if (v == V_OK)
		v = keep_delivery(s, end, why);
	if (v == V_OK)
		v = keep_load(s, why);
	if (v == V_OK)
		v = publish(s, why);
	if (v == V_OK)
		v = job_step(pg, &s->job, JOB_SPLIT, why);
	if (v == V_OK)
		v = pg_do(pg,
			"update job set part = $2, letters = $3, n_split = $3, "
			"rejected = $4, warnings = $5, records = $6, "
			"cents = $7, split_ms = $8 where number = $1",
			PG_ARGS(PG_N(s->job.number), PG_N(s->job.part),
				PG_N(s->letter_count), PG_N(s->rejected_total),
				PG_N(s->warning_total), PG_N(end->records),
				PG_N(end->cents), PG_N(now_ms)),
			NULL, why);
	s->ended = true;
	return pg_end(pg, v, why);
}

void
store_split_close(struct split *s)
{
	struct fault ignored;

	if (s == NULL)
		return;
	pg_copy_done(&s->letters);
	if (!s->ended)
		(void)pg_end(s->store->pg, V_SKIP, &ignored);
	buf_done(&s->docs);
	buf_done(&s->address);
	arena_done(&s->texts);
	free(s->rejected);
	free(s);
}
