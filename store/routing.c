/* store/routing.c - which way the letters of a job go, by the register
 *
 * A million letters at a time: read by COPY, looked up in one list after the
 * other, the newest first, and written as pages of bytes.  In memory are 16
 * bytes a letter and the bits of one list.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/subscription_bits.h"

#define PAGE_SHIFT 9
#define PAGE_RECORDS (1 << PAGE_SHIFT)
#define WAY_BYTES 3 /* a letter: how, then the answer's number in the job */
#define PAGE_BYTES ((size_t)PAGE_RECORDS * WAY_BYTES)
#define BLOCK_PAGES 2048
#define BLOCK_RECORDS ((int64_t)BLOCK_PAGES * PAGE_RECORDS)
#define HOW_BOX 128
#define NTH_MAX 65535 /* answers in one job */
#define LISTS_MAX "60000"

struct route_letter {
	uint32_t at; /* its record, from the first of the block */
	int32_t bsn;
	uint16_t nth;
	int16_t hold;
	uint8_t how, type;
	bool apart; /* has a receipt of its own: a person decided about it */
	enum paper_reason never; /* for the box only; else PAPER_NONE */
};

struct list {
	int64_t number, asked_ms;
	enum answer_source source;
	bool whole;
	char type[BERICHT_TYPE_MAX];
	int64_t yes, no; /* letters it decided */
	int nth;	 /* in the job; 0: not used yet */
};

struct pass {
	struct pg *pg;
	const struct job *job;
	struct job_row row;
	const char *type; /* of letters without one of their own */
	struct list *lists;
	int list_count, nth;
	/* One list: who is in it, who is subscribed, who was not mentioned; and
	 * which chunks have a bit.
	 */
	uint8_t *asked, *yes, *silent;
	bool touched[CHUNK_COUNT];
	char types[ROUTE_TYPES_MAX][BERICHT_TYPE_MAX];
	size_t type_count;
	/* of this block */
	int64_t first;
	struct route_letter *letters;
	size_t count, size, left; /* left: not decided */
	uint8_t *ways;
	bool used[BLOCK_PAGES];
	int64_t *apart; /* records, ascending */
	size_t apart_count;
	struct receipt_row *held;
	size_t held_count;
	struct counts counts;
	struct routing *routing;
};

/* --- the letters --- */

static bool
type_of(struct pass *p, const struct pg_field *field, uint8_t *type_out)
{
	char name[BERICHT_TYPE_MAX] = "";
	size_t i;

	if (field->len > 0)
		snprintf(name, sizeof(name), "%.*s", (int)field->len,
			(const char *)field->bytes);
	else
		snprintf(name, sizeof(name), "%s", p->type);
	for (i = 0; i < p->type_count; i++)
		if (strcmp(p->types[i], name) == 0)
			break;
	if (i == ROUTE_TYPES_MAX)
		return false;
	if (i == p->type_count)
		memcpy(p->types[p->type_count++], name, sizeof(name));
	*type_out = (uint8_t)i;
	return true;
}

static int
by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static enum verdict
take_letter(void *self, const struct pg_field *fields, struct fault *why)
{
	struct pass *p = self;
	struct route_letter *l;
	int64_t record = pg_field_int(&fields[0]);

	if (p->count == p->size) {
		p->size = p->size == 0 ? 4096 : p->size * 2;
		p->letters =
			mem_grow(p->letters, p->size * sizeof(*p->letters));
	}
	l = &p->letters[p->count++];
	*l = (struct route_letter){ .at = (uint32_t)(record - p->first),
		.bsn = (int32_t)pg_field_int(&fields[1]),
		.hold = (int16_t)pg_field_int(&fields[4]) };
	l->apart = p->apart_count > 0 &&
		   bsearch(&record, p->apart, p->apart_count, sizeof(record),
			   by_number) != NULL;
	if (paper_never((enum paper_reason)pg_field_int(&fields[2])))
		l->never = (enum paper_reason)pg_field_int(&fields[2]);
	if (l->bsn == 0 ||
		(pg_field_int(&fields[2]) != PAPER_NONE && l->never == 0))
		l->how = ROUTE_PAPER_ONLY;
	else
		p->left++;
	if (!type_of(p, &fields[3], &l->type))
		return fault_set(why, V_SKIP, CODE_LIMIT,
			"letters of more than %d types", ROUTE_TYPES_MAX);
	return V_OK;
}

static enum verdict
read_letters(struct pass *p, struct fault *why)
{
	char sql[300];

	p->count = p->left = 0;
	snprintf(sql, sizeof(sql),
		"copy (select record, bsn, paper, type, hold from letter "
		"where part = %" PRId32 " and job_no = %" PRId64
		" and record >= %" PRId64 " and record < %" PRId64
		") to stdout (format binary)",
		p->row.part, p->row.number, p->first, p->first + BLOCK_RECORDS);
	return pg_copy_out(p->pg, sql, 5, take_letter, p, why);
}

/* Letters about which a person decided before they were routed, and those of a
 * limited production run, which are in lots: they are not counted anew.
 */
static enum verdict
read_apart(struct pass *p, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;
	int i;

	v = pg_ask(p->pg,
		"select record from receipt where job_no = $1 and lot_no = 0 "
		"union select record from place where job_no = $1 "
		"order by record",
		PG_ARGS(PG_N(p->row.number)), &rows, why);
	if (v != V_OK)
		return v;
	p->apart = mem_new(((size_t)rows.count + 1) * sizeof(*p->apart));
	for (i = 0; i < rows.count; i++)
		p->apart[i] = pg_int(&rows, i, 0);
	p->apart_count = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}

/* --- the lists --- */

static enum verdict
read_lists(struct pass *p, int64_t now_ms, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;
	int i;

	v = pg_ask(p->pg,
		"select number, asked_ms, source, whole, type "
		"from subscription_list where sender = $1 and environment = $2 "
		"and dropped_ms = 0 and asked_ms between $3 and $4 "
		"order by asked_ms desc, number desc limit " LISTS_MAX,
		PG_ARGS(PG_T(p->job->oin), PG_T(p->job->environment),
			PG_N(now_ms - ANSWER_MAX_MS), PG_N(now_ms)),
		&rows, why);
	if (v != V_OK)
		return v;
	p->lists = mem_zero((size_t)rows.count + 1, sizeof(*p->lists));
	for (i = 0; i < rows.count; i++) {
		struct list *l = &p->lists[i];

		l->number = pg_int(&rows, i, 0);
		l->asked_ms = pg_int(&rows, i, 1);
		l->source = (enum answer_source)pg_int(&rows, i, 2);
		l->whole = pg_bool(&rows, i, 3);
		pg_word(&rows, i, 4, l->type, sizeof(l->type));
	}
	p->list_count = rows.count;
	pg_rows_done(&rows);
	return V_OK;
}

static bool
load_few(struct pass *p, const uint8_t *at, size_t len)
{
	size_t i;

	for (i = 0; i + FEW_BYTES <= len; i += FEW_BYTES) {
		uint32_t entry = few_get(at + i), bit = FEW_BIT(entry);

		if (bit >= BITS_COUNT)
			return false;
		p->touched[bit / SUBSCRIBED_CHUNK_BITS] = true;
		bit_set(p->asked, bit);
		/* Of two answers of an hour the later one. */
		bit_clear(p->yes, bit);
		bit_clear(p->silent, bit);
		if ((entry & FEW_YES) != 0)
			bit_set(p->yes, bit);
		if ((entry & FEW_SILENT) != 0)
			bit_set(p->silent, bit);
	}
	return len % FEW_BYTES == 0;
}

static bool
load_chunk(struct pass *p, const struct pg_rows *rows, int i)
{
	int64_t c = pg_int(rows, i, 1);
	size_t asked_len, yes_len;
	const char *asked = pg_bytes(rows, i, 2, &asked_len);
	const char *yes = pg_bytes(rows, i, 3, &yes_len);

	if (c < 0 || c >= (int64_t)CHUNK_COUNT)
		return false;
	p->touched[c] = true;
	return chunk_unpack(
		       asked, asked_len, p->asked + (size_t)c * CHUNK_BYTES) &&
	       chunk_unpack(yes, yes_len, p->yes + (size_t)c * CHUNK_BYTES);
}

static enum verdict
load(struct pass *p, const struct list *l, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	bool good = true;
	enum verdict v;
	size_t len;
	int i;

	v = pg_ask(p->pg,
		"select few, null::smallint, null::bytea, null::bytea "
		"from subscription_list where number = $1 "
		"and few is not null union all "
		"select null, chunk, asked, yes from subscription_chunk "
		"where list_no = $1",
		PG_ARGS(PG_N(l->number)), &rows, why);
	for (i = 0; v == V_OK && good && i < rows.count; i++) {
		const char *few = pg_bytes(&rows, i, 0, &len);

		good = pg_null(&rows, i, 0)
			       ? load_chunk(p, &rows, i)
			       : load_few(p, (const uint8_t *)few, len);
	}
	if (v == V_OK && !good)
		v = fault_set(why, V_BROKEN, CODE_DATABASE_QUERY,
			"subscriptions of answer %" PRId64 " make no sense",
			l->number);
	pg_rows_done(&rows);
	return v;
}

static void
unload(struct pass *p)
{
	size_t c;

	for (c = 0; c < CHUNK_COUNT; c++) {
		if (!p->touched[c])
			continue;
		memset(p->asked + c * CHUNK_BYTES, 0, CHUNK_BYTES);
		memset(p->yes + c * CHUNK_BYTES, 0, CHUNK_BYTES);
		memset(p->silent + c * CHUNK_BYTES, 0, CHUNK_BYTES);
		p->touched[c] = false;
	}
}

static enum route_rule
rule_of(enum answer_source source)
{
	switch (source) {
	case ANSWER_WUS:
		return ROUTE_ASKED;
	case ANSWER_LIST:
		return ROUTE_LIST;
	case ANSWER_ALL:
	case ANSWER_CHANGES:
		return ROUTE_ALL;
	case ANSWER_IMPORT:
		return ROUTE_IMPORT;
	}
	return ROUTE_LIST;
}

/* What this list says of the letters that no newer one decided. */
static enum verdict
decide(struct pass *p, struct list *l, struct fault *why)
{
	bool of_type[ROUTE_TYPES_MAX];
	size_t i;

	for (i = 0; i < p->type_count; i++)
		of_type[i] =
			l->type[0] == '\0' || strcmp(l->type, p->types[i]) == 0;
	for (i = 0; i < p->count; i++) {
		struct route_letter *r = &p->letters[i];
		uint32_t bit = bit_of((struct bsn){ r->bsn });
		bool box;

		if (r->how != 0 || !of_type[r->type] ||
			(!l->whole && !bit_get(p->asked, bit)))
			continue;
		box = bit_get(p->yes, bit);
		if (l->nth == 0) {
			if (p->nth == NTH_MAX)
				return fault_set(why, V_BROKEN, CODE_LIMIT,
					"more than %d answers decide", NTH_MAX);
			l->nth = ++p->nth;
		}
		r->nth = (uint16_t)l->nth;
		r->how = (uint8_t)rule_of(l->source);
		if (bit_get(p->silent, bit))
			r->how = ROUTE_NOT_LISTED;
		if (box)
			r->how |= HOW_BOX;
		l->yes += box ? 1 : 0;
		l->no += box ? 0 : 1;
		p->left--;
	}
	return V_OK;
}

/* --- what is open --- */

static void
add_open(struct pass *p, const struct route_letter *l)
{
	struct routing *r = p->routing;
	struct route_open *o;

	while (r->open_count <= l->type) {
		r->open = mem_grow(
			r->open, (r->open_count + 1) * sizeof(*r->open));
		o = &r->open[r->open_count];
		*o = (struct route_open){ .size = 0 };
		memcpy(o->type, p->types[r->open_count++], sizeof(o->type));
	}
	o = &r->open[l->type];
	if (o->count == o->size) {
		o->size = o->size == 0 ? 256 : o->size * 2;
		o->bsns = mem_grow(o->bsns, o->size * sizeof(*o->bsns));
	}
	o->bsns[o->count++].number = l->bsn;
}

static int
by_bsn(const void *a, const void *b)
{
	const struct bsn *x = a, *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

/* Each number once, and only types that have some. */
static void
end_open(struct routing *r)
{
	size_t i, k, n, types = 0;

	for (i = 0; i < r->open_count; i++) {
		struct route_open *o = &r->open[i];

		if (o->count == 0)
			continue;
		qsort(o->bsns, o->count, sizeof(*o->bsns), by_bsn);
		for (k = n = 1; k < o->count; k++)
			if (o->bsns[k].number != o->bsns[n - 1].number)
				o->bsns[n++] = o->bsns[k];
		o->count = n;
		r->numbers += (int64_t)n;
		r->open[types++] = *o;
	}
	r->open_count = types;
}

void
routing_done(struct routing *routing)
{
	size_t i;

	for (i = 0; i < routing->open_count; i++)
		free(routing->open[i].bsns);
	free(routing->open);
	*routing = (struct routing){ .numbers = 0 };
}

/* --- writing --- */

static void
count_letter(struct pass *p, const struct route_letter *l)
{
	const bool box = (l->how & HOW_BOX) != 0;
	const bool never = !box && l->never != PAPER_NONE;
	enum letter_state to = box ? LETTER_BOX : LETTER_PAPER;
	struct receipt_row row = { .record = p->first + l->at,
		.state = LETTER_HELD,
		.code = never ? CODE_BOX_ONLY : (enum code)l->hold };

	if (l->apart)
		return;
	counts_move(&p->counts, LETTER_SPLIT, to, 1);
	if (l->hold == 0 && !never)
		return;
	/* What a person has to look at comes first. */
	if (l->hold == 0 && l->never == PAPER_BACK)
		row.state = LETTER_WITHDRAWN;
	counts_move(&p->counts, to, row.state, 1);
	p->held[p->held_count++] = row;
}

static void
fill_ways(struct pass *p)
{
	size_t i;

	memset(p->ways, 0, BLOCK_PAGES * PAGE_BYTES);
	memset(p->used, 0, sizeof(p->used));
	for (i = 0; i < p->count; i++) {
		const struct route_letter *l = &p->letters[i];
		uint8_t *way = p->ways + (size_t)l->at * WAY_BYTES;

		way[0] = l->how;
		way[1] = (uint8_t)(l->nth >> 8);
		way[2] = (uint8_t)(l->nth & 0xff);
		p->used[l->at >> PAGE_SHIFT] = true;
		count_letter(p, l);
	}
}

static enum verdict
write_pages(struct pass *p, struct fault *why)
{
	struct pg_copy copy = PG_COPY_NONE;
	enum verdict v;
	size_t i;

	v = pg_copy_begin(&copy, p->pg,
		"copy route_page (job_no, page, ways) "
		"from stdin (format binary)",
		why);
	for (i = 0; v == V_OK && i < BLOCK_PAGES; i++) {
		if (!p->used[i])
			continue;
		v = pg_copy_row(&copy, 3, why);
		if (v != V_OK)
			break;
		pg_copy_i64(&copy, p->row.number);
		pg_copy_i64(&copy, (p->first >> PAGE_SHIFT) + (int64_t)i);
		pg_copy_bytes(&copy, p->ways + i * PAGE_BYTES, PAGE_BYTES);
	}
	if (v == V_OK)
		v = pg_copy_end(&copy, why);
	pg_copy_done(&copy);
	return v;
}

static enum verdict
write_answers(struct pass *p, struct fault *why)
{
	enum verdict v = V_OK;
	int i;

	for (i = 0; v == V_OK && i < p->list_count; i++) {
		const struct list *l = &p->lists[i];

		if (l->nth == 0)
			continue;
		v = pg_do(p->pg,
			"insert into answer (job_no, nth, list_no, source, "
			"asked_ms, letters, yes, no) "
			"values ($1, $2, $3, $4, $5, $6, $7, $8)",
			PG_ARGS(PG_N(p->row.number), PG_N(l->nth),
				PG_N(l->number),
				PG_T(answer_source_word(l->source)),
				PG_N(l->asked_ms), PG_N(l->yes + l->no),
				PG_N(l->yes), PG_N(l->no)),
			NULL, why);
	}
	return v;
}

/* --- the whole --- */

static enum verdict
one_block(struct pass *p, int64_t now_ms, struct fault *why)
{
	enum verdict v = read_letters(p, why);
	size_t k;
	int i;

	for (i = 0; v == V_OK && p->left > 0 && i < p->list_count; i++) {
		v = load(p, &p->lists[i], why);
		if (v == V_OK)
			v = decide(p, &p->lists[i], why);
		unload(p);
	}
	for (k = 0; v == V_OK && p->left > 0 && k < p->count; k++)
		if (p->letters[k].how == 0)
			add_open(p, &p->letters[k]);
	/* Nothing is written as soon as one is open. */
	if (v != V_OK || p->routing->open_count > 0 || p->count == 0)
		return v;
	p->held = mem_grow(p->held, p->count * sizeof(*p->held));
	p->held_count = 0;
	fill_ways(p);
	v = write_pages(p, why);
	if (v == V_OK)
		v = receipts_write(p->pg, NULL, p->row.number, 0, p->held,
			p->held_count, now_ms, why);
	return v;
}

static enum verdict
last_record(struct pass *p, int64_t *record_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v = pg_ask(p->pg,
		"select max(record) from letter where part = $1 "
		"and job_no = $2",
		PG_ARGS(PG_N(p->row.part), PG_N(p->row.number)), &rows, why);

	if (v == V_OK)
		*record_out = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	return v;
}

static enum verdict
all_blocks(struct pass *p, int64_t now_ms, struct fault *why)
{
	int64_t last = -1;
	enum verdict v = last_record(p, &last, why);

	if (v == V_OK)
		v = read_apart(p, why);
	if (v == V_OK)
		v = read_lists(p, now_ms, why);
	for (p->first = 0; v == V_OK && p->first <= last;
		p->first += BLOCK_RECORDS)
		v = one_block(p, now_ms, why);
	end_open(p->routing);
	if (v == V_OK && p->routing->numbers > 0)
		return V_END;
	if (v == V_OK)
		v = write_answers(p, why);
	if (v == V_OK)
		v = counts_write(p->pg, p->row.number, &p->counts, why);
	if (v == V_OK)
		v = pg_do(p->pg, "delete from route_wait where job_no = $1",
			PG_ARGS(PG_N(p->row.number)), NULL, why);
	return v;
}

/* A crash may have come after its routes and before its next state: all routes
 * are there, or none.
 */
static enum verdict
is_routed(struct pg *pg, int64_t job_no, bool *routed_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v = pg_ask(pg,
		"select exists (select from route_page where job_no = $1)",
		PG_ARGS(PG_N(job_no)), &rows, why);

	if (v == V_OK)
		*routed_out = pg_bool(&rows, 0, 0);
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_route(struct store *store, const struct job *job, const char *type,
	int64_t now_ms, struct routing *routing_out, struct fault *why)
{
	struct pass *p = mem_zero(1, sizeof(*p));
	bool routed = false;
	enum verdict v = pg_begin(store->pg, why);

	assert(strlen(type) < BERICHT_TYPE_MAX);
	*routing_out = (struct routing){ .numbers = 0 };
	p->pg = store->pg;
	p->job = job;
	p->type = type;
	p->routing = routing_out;
	p->asked = mem_zero(1, BITS_BYTES);
	p->yes = mem_zero(1, BITS_BYTES);
	p->silent = mem_zero(1, BITS_BYTES);
	p->ways = mem_new(BLOCK_PAGES * PAGE_BYTES);
	if (v == V_OK)
		v = job_lock_in(p->pg, job->id, JOB_SPLIT, &p->row, why);
	if (v == V_OK)
		v = is_routed(p->pg, p->row.number, &routed, why);
	if (v == V_OK && !routed)
		v = all_blocks(p, now_ms, why);
	v = pg_end(store->pg, v, why);
	free(p->asked);
	free(p->yes);
	free(p->silent);
	free(p->ways);
	free(p->letters);
	free(p->lists);
	free(p->apart);
	free(p->held);
	free(p);
	if (v != V_END)
		routing_done(routing_out);
	return v;
}
