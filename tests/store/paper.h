/* tests/store/paper.h - the paper run in one call: a plan, and one bundle of it
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef TESTS_STORE_PAPER_H
#define TESTS_STORE_PAPER_H

#include "store/books.h"

static inline int
paper_by_record(const void *a, const void *b)
{
	const struct letter *one = a, *two = b;

	return one->record < two->record ? -1 : one->record > two->record;
}

/* What a plan of the job reads, in order of record, at most `max`.  One page of
 * letters is enough for a test.
 */
static inline enum verdict
store_print_letters(struct store *store, const char *job, size_t max,
	struct arena *memory, struct letter **letters_out,
	const char ***reasons_out, size_t *count_out, struct fault *fault)
{
	struct letter *letters = NULL, *sorted;
	const char **reasons = NULL, **moved;
	size_t count = 0, i, k;
	int64_t planned;
	enum verdict v = store_plan_begin(store, job, fault);

	if (v != V_OK)
		return v;
	v = store_plan_letters(
		store, memory, &letters, &reasons, &count, fault);
	v = store_plan_end(store, v == V_END ? V_OK : v, &planned, fault);
	if (v != V_OK)
		return v;
	sorted = arena_alloc(memory, (count + 1) * sizeof(*sorted));
	moved = arena_alloc(memory, (count + 1) * sizeof(*moved));
	if (count > 0)
		memcpy(sorted, letters, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), paper_by_record);
	for (i = 0; i < count; i++)
		for (k = 0; k < count; k++)
			if (letters[k].record == sorted[i].record)
				moved[i] = reasons[k];
	*letters_out = sorted;
	*reasons_out = moved;
	*count_out = count < max ? count : max;
	return V_OK;
}

/* A bundle of that name with these letters. */
static inline enum verdict
store_print_cut(struct store *store, const char *job, const char *name,
	const struct letter *letters, size_t count, int64_t now_ms,
	int64_t *lot_out, struct fault *fault)
{
	const struct bundle_form form = { .name = name,
		.number = 1,
		.previous = "",
		.product = "",
		.envelope = "" };
	struct print_group group = { .weight = 20 };
	int64_t records[1000];
	size_t i, d;

	assert_true(count <= 1000);
	for (i = 0; i < count; i++) {
		records[i] = letters[i].record;
		for (d = 0; d < letters[i].document_count; d++)
			group.bytes += letters[i].attachments[d].bytes;
	}
	group.records = records;
	group.count = count;
	return store_bundle_cut(
		store, job, &form, &group, now_ms, lot_out, fault);
}

#endif
