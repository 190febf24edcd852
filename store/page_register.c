/* store/page_register.c - what the register would say of these numbers
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdlib.h>
#include <string.h>

#include "store/subscription_bits.h"

/* Bits over the country: those that a newer list decided, and how. */
struct decided {
	uint8_t *known, *yes;
	/* of the list that is looked at now */
	uint8_t *asked, *yeses;
};

static void
decide(struct decided *d, uint32_t bit, bool yes)
{
	if (bit_get(d->known, bit))
		return;
	bit_set(d->known, bit);
	if (yes)
		bit_set(d->yes, bit);
}

static void
add_few(struct decided *d, const uint8_t *bytes, size_t len)
{
	size_t i;

	for (i = 0; i + FEW_BYTES <= len; i += FEW_BYTES) {
		uint32_t entry = few_get(bytes + i);

		if (FEW_BIT(entry) < BITS_COUNT)
			decide(d, FEW_BIT(entry), (entry & FEW_YES) != 0);
	}
}

/* A list about everybody decides what is left, too. */
static enum verdict
add_list(struct pg *pg, struct decided *d, int64_t list, bool whole,
	struct fault *why)
{
	enum verdict v = V_OK;
	size_t i;

	memset(d->asked, whole ? 0xff : 0, BITS_BYTES);
	memset(d->yeses, 0, BITS_BYTES);
	if (!whole)
		v = bits_read(pg,
			"select chunk, asked from subscription_chunk "
			"where list_no = $1",
			list, d->asked, why);
	if (v == V_OK)
		v = bits_read(pg,
			"select chunk, yes from subscription_chunk "
			"where list_no = $1",
			list, d->yeses, why);
	for (i = 0; v == V_OK && i < BITS_BYTES; i++) {
		uint8_t fresh = (uint8_t)(d->asked[i] & ~d->known[i]);

		d->yes[i] |= (uint8_t)(d->yeses[i] & fresh);
		d->known[i] |= fresh;
	}
	return v;
}

/* Newest first: what it says stands. */
static enum verdict
add_lists(struct pg *pg, struct decided *d, const char *oin, const char *type,
	int64_t now_ms, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;
	int i;

	v = pg_ask(pg,
		"select number, whole, few from subscription_list "
		"where sender = $1 and type in ('', $2) and dropped_ms = 0 "
		"and asked_ms >= $3 order by asked_ms desc, number desc",
		PG_ARGS(PG_T(oin), PG_T(type), PG_N(now_ms - ANSWER_MAX_MS)),
		&rows, why);
	for (i = 0; v == V_OK && i < rows.count; i++) {
		size_t len;
		const char *few = pg_bytes(&rows, i, 2, &len);

		if (!pg_null(&rows, i, 2))
			add_few(d, (const uint8_t *)few, len);
		else
			v = add_list(pg, d, pg_int(&rows, i, 0),
				pg_bool(&rows, i, 1), why);
	}
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_page_decided(struct store *store, const char *oin, const char *type,
	const struct bsn *numbers, size_t count, int64_t now_ms,
	struct page_decided *out, struct fault *why)
{
	struct decided d = { .known = mem_zero(BITS_BYTES, 1),
		.yes = mem_zero(BITS_BYTES, 1),
		.asked = mem_new(BITS_BYTES),
		.yeses = mem_new(BITS_BYTES) };
	enum verdict v = V_OK;
	size_t i;

	if (!store->shown)
		v = add_lists(store->pg, &d, oin, type, now_ms, why);

	if (v == V_OK)
		*out = (struct page_decided){ 0 };
	for (i = 0; v == V_OK && i < count; i++) {
		uint32_t bit = bit_of(numbers[i]);

		if (!bit_get(d.known, bit))
			out->unknown++;
		else if (bit_get(d.yes, bit))
			out->box++;
		else
			out->paper++;
	}
	free(d.known);
	free(d.yes);
	free(d.asked);
	free(d.yeses);
	return v;
}
