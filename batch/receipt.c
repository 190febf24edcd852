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
#include "base/digest.h"
#include "batch/receipt.h"

#define NO_COUNTER (-1)
#define DAY_MS INT64_C(86400000)
#define AHEAD_DAYS 13	/* of a publication date, by the manual */
#define LATER_MS 360000 /* after midnight in winter; clocks may differ */

/* What a stream may choose, as bits. */
#define MAY_PAPER 1
#define MAY_RESEND 2
#define MAY_HOLD 4

/* One row a code: what to do, what explains it, which counter counts it, and
 * what else a stream may want.  Paper only where the box says of the letter
 * itself that it was not taken; after TechnischProbleem nobody knows.
 */
static const struct meaning {
	const char *wire;
	enum receipt_act act;
	enum code code;
	int counter;
	unsigned may;
} meanings[] = {
	{ "Verwerkt", RECEIPT_DELIVERED, CODE_NONE, 0, 0 },
	{ "NietActiefOfGeabonneerd", RECEIPT_PAPER, CODE_NOT_SUBSCRIBED, 1,
		MAY_PAPER | MAY_HOLD },
	{ "TechnischProbleem", RECEIPT_RESEND, CODE_TECHNICAL, 2,
		MAY_RESEND | MAY_HOLD },
	{ "BerichtTypeNietOndersteund", RECEIPT_HOLD_STREAM, CODE_STREAM_WRONG,
		3, MAY_PAPER | MAY_RESEND | MAY_HOLD },
	{ "PublicatieDatumLigtTeVerInDeToekomst", RECEIPT_HOLD_LETTER,
		CODE_PUBLISH, 4, MAY_RESEND | MAY_HOLD },
	/* Each attempt makes its own AanmaakDatum: resending corrects it. */
	{ "AanmaakDatumLigtTeVerInHetVerleden", RECEIPT_RESEND, CODE_DECLINED,
		5, MAY_RESEND | MAY_HOLD },
	{ "BerichtBestaatAl", RECEIPT_HOLD_LETTER, CODE_EXISTS, NO_COUNTER,
		MAY_HOLD },
	{ "BijlageTeGroot", RECEIPT_PAPER, CODE_DOCUMENT_BOX, NO_COUNTER,
		MAY_PAPER | MAY_HOLD },
	{ "OinInCPAKomtNietOvereenMetOinInBericht", RECEIPT_HOLD_STREAM,
		CODE_STREAM_WRONG, NO_COUNTER, MAY_RESEND | MAY_HOLD },
	/* Our defect: the same again would be refused again. */
	{ "XmlValidatieTegenXsdValtNegatiefUit", RECEIPT_HOLD_STREAM,
		CODE_STREAM_WRONG, NO_COUNTER, MAY_HOLD },
};

static const struct meaning unknown = { "", RECEIPT_HOLD_LETTER,
	CODE_RESULT_UNKNOWN, NO_COUNTER, 0 };

static const struct {
	const char *word;
	unsigned may;
	enum receipt_act act;
} acts[] = {
	{ "paper", MAY_PAPER, RECEIPT_PAPER },
	{ "resend", MAY_RESEND, RECEIPT_RESEND },
	{ "hold", MAY_HOLD, RECEIPT_HOLD_LETTER },
};

#define ACTS (sizeof(acts) / sizeof(acts[0]))

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

/* "paper or hold": what may be chosen. */
static void
may_text(unsigned may, char *out, size_t size)
{
	size_t i, used = 0;

	out[0] = '\0';
	for (i = 0; i < ACTS; i++)
		if ((may & acts[i].may) != 0)
			used += (size_t)snprintf(out + used, size - used,
				"%s%s", used == 0 ? "" : " or ", acts[i].word);
}

enum verdict
receipt_choice_check(struct receipt_choice *choice, struct fault *why)
{
	const struct meaning *meaning = find(choice->code);
	char may[40];
	size_t i;

	if (meaning == &unknown)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"codes: %.60s is no VerwerkingsCode that we know; a "
			"letter with another is held in any case",
			choice->code);
	if (meaning->may == 0)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"codes: what %s means cannot be chosen", meaning->wire);
	for (i = 0; i < ACTS; i++)
		if (strcmp(choice->act, acts[i].word) == 0 &&
			(meaning->may & acts[i].may) != 0)
			break;
	if (i == ACTS) {
		may_text(meaning->may, may, sizeof(may));
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"codes: the act for %s must be %s, not '%.20s'",
			meaning->wire, may, choice->act);
	}
	choice->act_is = acts[i].act;
	/* Not before its date has come near: it would be declined again. */
	if (acts[i].act == RECEIPT_RESEND && meaning->code == CODE_PUBLISH)
		choice->act_is = RECEIPT_RESEND_DATED;
	return V_OK;
}

enum receipt_act
receipt_decide(const struct receipt_choice *choices, size_t count,
	const char *code, bool offered_before, bool *stop_out,
	enum code *code_out)
{
	enum receipt_act act = receipt_act(code, offered_before, code_out);
	size_t i;

	*stop_out = act == RECEIPT_HOLD_STREAM;
	if (act == RECEIPT_DELIVERED)
		return act;
	for (i = 0; i < count; i++)
		if (strcmp(choices[i].code, code) == 0)
			return choices[i].act_is;
	return *stop_out ? RECEIPT_HOLD_LETTER : act;
}

int64_t
receipt_pause_ms(int64_t first_ms, int64_t longest_ms, int64_t tries)
{
	int64_t pause_ms = first_ms;

	assert(first_ms >= 0 && tries >= 1);
	while (--tries > 0 && pause_ms < longest_ms)
		pause_ms =
			pause_ms > longest_ms / 2 ? longest_ms : pause_ms * 2;
	return pause_ms < longest_ms ? pause_ms : longest_ms;
}

int64_t
receipt_publish_from_ms(int32_t publish_days)
{
	return (publish_days - AHEAD_DAYS) * DAY_MS + LATER_MS;
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

static int
by_line(const void *a, const void *b)
{
	const struct receipt_line *x = a, *y = b;
	int order = memcmp(&x->letter_id, &y->letter_id, sizeof(x->letter_id));

	return order != 0 ? order : strcmp(x->code, y->code);
}

void
receipt_digest(const struct receipt *receipt, uint8_t sha256_out[32])
{
	size_t bytes = receipt->line_count * sizeof(*receipt->lines), i;
	struct receipt_line *sorted = mem_new(bytes + 1);
	struct digest *digest = digest_new();

	if (bytes > 0)
		memcpy(sorted, receipt->lines, bytes);
	qsort(sorted, receipt->line_count, sizeof(*sorted), by_line);
	digest_add(digest, &receipt->total, sizeof(receipt->total));
	digest_add(digest, receipt->counters, sizeof(receipt->counters));
	for (i = 0; i < receipt->line_count; i++) {
		digest_add(digest, &sorted[i].letter_id,
			sizeof(sorted[i].letter_id));
		digest_add(digest, sorted[i].code, strlen(sorted[i].code) + 1);
	}
	digest_end(digest, sha256_out);
	digest_free(digest);
	free(sorted);
}
