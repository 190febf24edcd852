/* batch/receipt.c - see batch/receipt.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "batch/receipt.h"

#define NO_COUNTER (-1)

/* One row a code: what to do, what explains it, which counter counts it. */
static const struct meaning {
	const char *wire;
	enum receipt_act act;
	enum code code;
	int counter;
} meanings[] = {
	{ "Verwerkt", RECEIPT_DELIVERED, CODE_NONE, 0 },
	{ "NietActiefOfGeabonneerd", RECEIPT_PAPER, CODE_NOT_SUBSCRIBED, 1 },
	{ "TechnischProbleem", RECEIPT_RESEND, CODE_TECHNICAL, 2 },
	{ "BerichtTypeNietOndersteund", RECEIPT_HOLD_STREAM, CODE_STREAM_WRONG,
		3 },
	{ "PublicatieDatumLigtTeVerInDeToekomst", RECEIPT_HOLD_LETTER,
		CODE_PUBLISH, 4 },
	/* Each attempt makes its own AanmaakDatum: resending corrects it. */
	{ "AanmaakDatumLigtTeVerInHetVerleden", RECEIPT_RESEND, CODE_DECLINED,
		5 },
	{ "BerichtBestaatAl", RECEIPT_HOLD_LETTER, CODE_EXISTS, NO_COUNTER },
	{ "BijlageTeGroot", RECEIPT_PAPER, CODE_DOCUMENT_BOX, NO_COUNTER },
	{ "OinInCPAKomtNietOvereenMetOinInBericht", RECEIPT_HOLD_STREAM,
		CODE_STREAM_WRONG, NO_COUNTER },
	{ "XmlValidatieTegenXsdValtNegatiefUit", RECEIPT_HOLD_STREAM,
		CODE_STREAM_WRONG, NO_COUNTER },
};

static const struct meaning unknown = { "", RECEIPT_HOLD_LETTER,
	CODE_RESULT_UNKNOWN, NO_COUNTER };

static const struct meaning *
find(const char *wire)
{
	size_t i;

	for (i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (strcmp(meanings[i].wire, wire) == 0)
			return &meanings[i];
	return &unknown;
}

enum receipt_act
receipt_act(const char *code, bool offered_before, enum code *code_out)
{
	const struct meaning *meaning = find(code);

	*code_out = meaning->code;
	/* It exists because an earlier attempt of ours brought it. */
	if (meaning->code == CODE_EXISTS && offered_before)
		return RECEIPT_DELIVERED;
	return meaning->act;
}

static int
by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct uuid));
}

/* Does a letter appear twice? */
static bool
doubled(const struct receipt *receipt)
{
	struct uuid *ids;
	size_t i;
	bool found = false;

	if (receipt->line_count < 2)
		return false;
	ids = mem_new(receipt->line_count * sizeof(ids[0]));
	for (i = 0; i < receipt->line_count; i++)
		ids[i] = receipt->lines[i].letter_id;
	qsort(ids, receipt->line_count, sizeof(ids[0]), by_bytes);
	for (i = 1; i < receipt->line_count && !found; i++)
		found = uuid_same(&ids[i - 1], &ids[i]);
	free(ids);
	return found;
}

/* Is the result in itself a possible one for so many letters? */
static bool
possible(const struct receipt *receipt, int64_t letters, char text_out[160])
{
	int64_t sum = 0;
	int i;

	if (receipt->total != letters) {
		snprintf(text_out, 160,
			"the result counts %" PRId64 " letters, we sent "
			"%" PRId64,
			receipt->total, letters);
		return false;
	}
	for (i = 0; i < RECEIPT_COUNTERS; i++) {
		if (receipt->counters[i] < 0 ||
			receipt->counters[i] > letters) {
			snprintf(text_out, 160,
				"counter %d of the result is %" PRId64
				" of %" PRId64 " letters",
				i + 1, receipt->counters[i], letters);
			return false;
		}
		sum += receipt->counters[i];
	}
	if (sum > letters) {
		snprintf(text_out, 160,
			"the counters of the result add up to %" PRId64
			", its total is %" PRId64,
			sum, receipt->total);
		return false;
	}
	if (receipt->line_count > (size_t)letters) {
		snprintf(text_out, 160,
			"the result has %zu lines for %" PRId64 " letters",
			receipt->line_count, letters);
		return false;
	}
	if (doubled(receipt)) {
		snprintf(text_out, 160, "the result names a letter twice");
		return false;
	}
	return true;
}

bool
receipt_check(const struct receipt *receipt, int64_t letters,
	bool *unlisted_delivered_out, char text_out[160])
{
	int64_t listed[RECEIPT_COUNTERS] = { 0 }, unlisted;
	size_t i;
	int c;

	assert(letters > 0);
	if (!possible(receipt, letters, text_out))
		return false;
	for (i = 0; i < receipt->line_count; i++) {
		c = find(receipt->lines[i].code)->counter;
		if (c != NO_COUNTER)
			listed[c]++;
	}
	/* Failures are always listed; the first counter is the successes. */
	for (c = 1; c < RECEIPT_COUNTERS; c++)
		if (listed[c] != receipt->counters[c]) {
			snprintf(text_out, 160,
				"counter %d of the result is %" PRId64
				", its lines say %" PRId64,
				c + 1, receipt->counters[c], listed[c]);
			return false;
		}
	unlisted = letters - (int64_t)receipt->line_count;
	if (receipt->counters[0] != listed[0] + unlisted) {
		snprintf(text_out, 160,
			"the result counts %" PRId64 " delivered, its lines "
			"say %" PRId64 " and %" PRId64 " are not listed",
			receipt->counters[0], listed[0], unlisted);
		return false;
	}
	*unlisted_delivered_out = unlisted > 0;
	return true;
}
