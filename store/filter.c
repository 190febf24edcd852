/* store/filter.c - is this id among those of an earlier job?
 *
 * A Bloom filter in blocks of 512 bits for each large job, 20 bits a letter.
 * It never misses an id; of 2,000 ids that are not there it suspects about
 * one, and those are looked up.  With a hundred jobs of a million letters this
 * reads a fiftieth of what their indexes hold.
 *
 * Ids are keyed digests, so their bytes are as good as any hash of them: the
 * first is the range, the next four choose the block, the last seven the bits.
 * The ids of the new job are read in order, range by range, so that only the
 * filters of one range are in memory, and of the new job's own one range is
 * made at a time.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/books.h"

#define RANGES 256
#define BLOCK_BYTES 64
#define BLOCK_BITS (BLOCK_BYTES * 8)
#define BITS_A_LETTER 20
#define BITS_SET 6
#define BIT_OF_BLOCK 9 /* bits of an id that choose one of 512 */
#define PIECE_BLOCKS 124
#define PIECE_BYTES ((size_t)PIECE_BLOCKS * BLOCK_BYTES)
#define ID_PAGE 4096
#define LOADED_BYTES ((int64_t)4 * 1024 * 1024) /* of filters at a time */
#define SQL_MAX 512

_Static_assert(1 << BIT_OF_BLOCK == BLOCK_BITS, "as many as there are");
_Static_assert(BITS_SET *BIT_OF_BLOCK <= 56, "seven bytes of an id");
_Static_assert(PIECE_BYTES <= 8000, "a row fits in a page");

/* Blocks in each range of a job of so many letters. */
static int64_t
blocks_for(int64_t letters)
{
	return letters * BITS_A_LETTER / BLOCK_BITS / RANGES + 1;
}

static uint64_t
number_of(const uint8_t *bytes, int count)
{
	uint64_t number = 0;
	int i;

	for (i = 0; i < count; i++)
		number = number << 8 | bytes[i];
	return number;
}

/* The upper half of a product: a fraction of `blocks`. */
static size_t
block_of(const struct uuid *id, size_t blocks)
{
	uint64_t high = number_of(id->bytes + 1, 4);

	assert(blocks > 0 && blocks < UINT32_MAX);
	return (size_t)(high * blocks >> 32);
}

static void
block_set(uint8_t *block, const struct uuid *id)
{
	uint64_t bits = number_of(id->bytes + 9, 7);
	int i;

	for (i = 0; i < BITS_SET; i++, bits >>= BIT_OF_BLOCK)
		block[bits >> 3 & (BLOCK_BYTES - 1)] |=
			(uint8_t)(1 << (bits & 7));
}

static bool
block_has(const uint8_t *block, const struct uuid *id)
{
	uint64_t bits = number_of(id->bytes + 9, 7);
	int i;

	for (i = 0; i < BITS_SET; i++, bits >>= BIT_OF_BLOCK)
		if ((block[bits >> 3 & (BLOCK_BYTES - 1)] & 1 << (bits & 7)) ==
			0)
			return false;
	return true;
}

/* --- the new ids, in order --- */

struct ids {
	struct pg *pg;
	const char *table;
	struct uuid *ids; /* a page */
	size_t count;
	bool more; /* in this range, after this page */
};

/* By the index, which holds all that is asked for: the planner knows nothing of
 * a table that has just been filled.
 */
static enum verdict
ids_open(struct ids *ids, struct pg *pg, const char *table, struct fault *why)
{
	*ids = (struct ids){ .pg = pg, .table = table };
	ids->ids = mem_new(ID_PAGE * sizeof(*ids->ids));
	return pg_script(pg,
		"set local enable_seqscan = off; "
		"set local enable_bitmapscan = off; set local enable_sort = "
		"off",
		why);
}

static enum verdict
ids_close(struct ids *ids, enum verdict v, struct fault *why)
{
	free(ids->ids);
	ids->ids = NULL;
	return v != V_OK ? v
			 : pg_script(ids->pg,
				   "reset enable_seqscan; "
				   "reset enable_bitmapscan; reset enable_sort",
				   why);
}

/* The first page of a range, or the one after the page that is there. */
static enum verdict
ids_read(struct ids *ids, int range, bool first, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct uuid from = { { (uint8_t)range } }, to = from;
	char sql[SQL_MAX];
	enum verdict v;
	int i;

	assert(range >= 0 && range < RANGES);
	assert(first || ids->count > 0);
	memset(to.bytes + 1, 0xff, sizeof(to.bytes) - 1);
	if (!first)
		from = ids->ids[ids->count - 1];
	snprintf(sql, sizeof(sql),
		"select bericht_id from %s where bericht_id %s $1 "
		"and bericht_id <= $2 order by bericht_id limit %d",
		ids->table, first ? ">=" : ">", ID_PAGE);
	v = pg_ask(ids->pg, sql, PG_ARGS(PG_U(&from), PG_U(&to)), &rows, why);
	if (v != V_OK)
		return v;
	ids->count = (size_t)rows.count;
	for (i = 0; i < rows.count; i++)
		ids->ids[i] = pg_uuid(&rows, i, 0);
	ids->more = rows.count == ID_PAGE;
	pg_rows_done(&rows);
	return V_OK;
}

/* --- making --- */

static enum verdict
make_range(struct pg_copy *copy, int64_t job_no, int range, const uint8_t *bits,
	size_t len, struct fault *why)
{
	enum verdict v = V_OK;
	int16_t piece = 0;

	for (; v == V_OK && len > 0; piece++) {
		size_t part = len < PIECE_BYTES ? len : PIECE_BYTES;

		assert(piece < INT16_MAX);
		v = pg_copy_row(copy, 4, why);
		if (v != V_OK)
			break;
		pg_copy_i16(copy, (int16_t)range);
		pg_copy_i64(copy, job_no);
		pg_copy_i16(copy, piece);
		pg_copy_bytes(copy, bits, part);
		bits += part;
		len -= part;
	}
	return v;
}

/* One connection has one COPY at a time, and ids are asked for between. */
static enum verdict
copy_range(struct pg *pg, struct pg_copy *copy, int64_t job_no, int range,
	const uint8_t *bits, size_t len, struct fault *why)
{
	enum verdict v;

	v = pg_copy_begin(copy, pg,
		"copy key_filter (range, job_no, piece, bits) "
		"from stdin (format binary)",
		why);
	if (v == V_OK)
		v = make_range(copy, job_no, range, bits, len, why);
	return v == V_OK ? pg_copy_end(copy, why) : v;
}

enum verdict
filter_make(struct pg *pg, int64_t job_no, const char *table, int64_t letters,
	struct fault *why)
{
	size_t blocks = (size_t)blocks_for(letters);
	uint8_t *bits = mem_new(blocks * BLOCK_BYTES);
	struct pg_copy copy = PG_COPY_NONE;
	struct ids ids;
	enum verdict v = ids_open(&ids, pg, table, why);
	size_t i;
	int range;

	for (range = 0; v == V_OK && range < RANGES; range++) {
		bool first = true;

		memset(bits, 0, blocks * BLOCK_BYTES);
		do {
			v = ids_read(&ids, range, first, why);
			first = false;
			for (i = 0; v == V_OK && i < ids.count; i++)
				block_set(bits + BLOCK_BYTES *
							  block_of(&ids.ids[i],
								  blocks),
					&ids.ids[i]);
		} while (v == V_OK && ids.more);
		if (v == V_OK)
			v = copy_range(pg, &copy, job_no, range, bits,
				blocks * BLOCK_BYTES, why);
	}
	v = ids_close(&ids, v, why);
	pg_copy_done(&copy);
	free(bits);
	return v;
}

/* --- probing --- */

/* The filter of one job in one range: rows of an answer, all but the last
 * full.
 */
struct range_filter {
	const struct filter_job *job;
	int row;
	size_t blocks;
};

struct probing {
	struct pg *pg;
	struct ids ids;
	struct pg_copy copy;
	const struct filter_job *jobs; /* a group of them */
	size_t count;
	char *numbers; /* as an array of SQL */
	struct pg_rows rows;
	struct range_filter *filters; /* as many as jobs */
	size_t filter_count;
};

/* The filters of the group in this range. */
static enum verdict
load(struct probing *p, int range, struct fault *why)
{
	enum verdict v;
	size_t len, k = 0;
	int i;

	pg_rows_done(&p->rows);
	p->filter_count = 0;
	v = pg_ask(p->pg,
		"select job_no, bits from key_filter where range = $1 "
		"and job_no = any($2::bigint[]) order by job_no, piece",
		PG_ARGS(PG_N(range), PG_T(p->numbers)), &p->rows, why);
	for (i = 0; v == V_OK && i < p->rows.count; i++) {
		int64_t number = pg_int(&p->rows, i, 0);
		struct range_filter *f =
			p->filter_count == 0 ? NULL
					     : &p->filters[p->filter_count - 1];

		(void)pg_bytes(&p->rows, i, 1, &len);
		if (f != NULL && f->job->number == number) {
			f->blocks += len / BLOCK_BYTES;
			continue;
		}
		while (k < p->count && p->jobs[k].number != number)
			k++;
		assert(k < p->count);
		p->filters[p->filter_count++] =
			(struct range_filter){ .job = &p->jobs[k],
				.row = i,
				.blocks = len / BLOCK_BYTES };
	}
	if (v == V_OK && p->filter_count != p->count)
		v = fault_set(why, V_BROKEN, CODE_BUG,
			"%zu filters of %zu jobs in range %d", p->filter_count,
			p->count, range);
	return v;
}

static enum verdict
suspect(struct probing *p, const struct range_filter *f, const struct uuid *id,
	struct fault *why)
{
	enum verdict v = V_OK;

	if (!p->copy.open)
		v = pg_copy_begin(&p->copy, p->pg,
			"copy pg_temp.candidate (id, part, job_no) "
			"from stdin (format binary)",
			why);
	if (v == V_OK)
		v = pg_copy_row(&p->copy, 3, why);
	if (v != V_OK)
		return v;
	pg_copy_bytes(&p->copy, id->bytes, sizeof(id->bytes));
	pg_copy_i32(&p->copy, f->job->part);
	pg_copy_i64(&p->copy, f->job->number);
	return V_OK;
}

static enum verdict
probe_one(struct probing *p, const struct range_filter *f, struct fault *why)
{
	const uint8_t *piece = NULL;
	size_t at = SIZE_MAX, i, len;
	enum verdict v = V_OK;

	for (i = 0; v == V_OK && i < p->ids.count; i++) {
		const struct uuid *id = &p->ids.ids[i];
		size_t block = block_of(id, f->blocks);

		if (block / PIECE_BLOCKS != at) {
			at = block / PIECE_BLOCKS;
			piece = (const uint8_t *)pg_bytes(
				&p->rows, f->row + (int)at, 1, &len);
			assert(len >= BLOCK_BYTES);
		}
		if (block_has(piece + block % PIECE_BLOCKS * BLOCK_BYTES, id))
			v = suspect(p, f, id, why);
	}
	return v;
}

static enum verdict
probe_range(struct probing *p, int range, struct fault *why)
{
	bool first = true;
	enum verdict v;
	size_t i;

	do {
		v = ids_read(&p->ids, range, first, why);
		if (v == V_OK && first && p->ids.count > 0)
			v = load(p, range, why);
		first = false;
		for (i = 0;
			v == V_OK && p->ids.count > 0 && i < p->filter_count;
			i++)
			v = probe_one(p, &p->filters[i], why);
		if (v == V_OK && p->copy.open)
			v = pg_copy_end(&p->copy, why);
	} while (v == V_OK && p->ids.more);
	return v;
}

/* As many of the jobs as may be loaded together, at least one. */
static size_t
group_of(const struct filter_job *jobs, size_t count)
{
	int64_t bytes = 0;
	size_t n;

	for (n = 0; n < count; n++) {
		bytes += blocks_for(jobs[n].letters) * BLOCK_BYTES;
		if (n > 0 && bytes > LOADED_BYTES)
			break;
	}
	return n;
}

static enum verdict
probe_group(struct pg *pg, const char *table, const struct filter_job *jobs,
	size_t count, struct fault *why)
{
	struct buf array = BUF_MAX(ARRAY_TEXT_MAX);
	int64_t *numbers = mem_new((count + 1) * sizeof(*numbers));
	struct probing p = { .pg = pg,
		.copy = PG_COPY_NONE,
		.rows = PG_ROWS_NONE,
		.jobs = jobs,
		.count = count };
	enum verdict v;
	size_t i;
	int range;

	for (i = 0; i < count; i++) {
		assert(i == 0 || jobs[i].number > jobs[i - 1].number);
		numbers[i] = jobs[i].number;
	}
	pg_array(&array, numbers, count);
	p.numbers = array.bytes;
	p.filters = mem_new((count + 1) * sizeof(*p.filters));
	v = ids_open(&p.ids, pg, table, why);
	for (range = 0; v == V_OK && range < RANGES; range++)
		v = probe_range(&p, range, why);
	v = ids_close(&p.ids, v, why);
	pg_copy_done(&p.copy);
	pg_rows_done(&p.rows);
	free(p.filters);
	free(numbers);
	buf_done(&array);
	return v;
}

enum verdict
filter_probe(struct pg *pg, const char *table, const struct filter_job *jobs,
	size_t count, struct fault *why)
{
	enum verdict v = V_OK;
	size_t n;

	for (; v == V_OK && count > 0; jobs += n, count -= n) {
		n = group_of(jobs, count);
		v = probe_group(pg, table, jobs, n, why);
	}
	return v;
}
