/* batch/proof.c - see batch/proof.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "batch/proof.h"

/* From the right, a comma after every third digit. */
static void
grouped(uint64_t value, bool negative, char text_out[PROOF_NUMBER_MAX])
{
	char *to = text_out + PROOF_NUMBER_MAX;
	int digits = 0;

	*--to = '\0';
	do {
		if (digits > 0 && digits % 3 == 0)
			*--to = ',';
		*--to = (char)('0' + value % 10);
		value /= 10;
		digits++;
	} while (value > 0);
	if (negative)
		*--to = '-';
	memmove(text_out, to, strlen(to) + 1);
}

static uint64_t
size_of(int64_t value)
{
	/* INT64_MIN has no positive of its own kind. */
	return value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value;
}

void
proof_number(int64_t value, char text_out[PROOF_NUMBER_MAX])
{
	grouped(size_of(value), value < 0, text_out);
}

void
proof_amount(int64_t cents, char text_out[PROOF_NUMBER_MAX])
{
	size_t len;

	grouped(size_of(cents) / 100, cents < 0, text_out);
	len = strlen(text_out);
	snprintf(text_out + len, PROOF_NUMBER_MAX - len, ".%02d",
		(int)(size_of(cents) % 100));
}

/* What the sum is, and a word for the end of the line. */
static enum proof_sum
judge(const struct proof *p, char word[160])
{
	char a[PROOF_NUMBER_MAX], b[PROOF_NUMBER_MAX];
	int64_t ends = p->delivered + p->posted + p->rejected + p->withdrawn;
	int64_t missing = p->delivered - p->their_delivered;

	if (p->in != ends + p->open || p->open < 0) {
		proof_number(ends + p->open, a);
		snprintf(word, 160, "DIFFERS: the parts add up to %s", a);
		return PROOF_DIFFERS;
	}
	if (p->promised_records >= 0 && p->promised_records != p->records) {
		proof_number(p->promised_records, a);
		proof_number(p->records, b);
		snprintf(word, 160,
			"DIFFERS: the supplier announced %s, the file holds %s",
			a, b);
		return PROOF_DIFFERS;
	}
	if (p->promised_cents >= 0 && p->promised_cents != p->cents) {
		proof_amount(p->promised_cents, a);
		proof_amount(p->cents, b);
		snprintf(word, 160,
			"DIFFERS: the supplier announced EUR %s, the file "
			"holds EUR %s",
			a, b);
		return PROOF_DIFFERS;
	}
	/* What the box had already is ours, but not among its successes. */
	if (missing < 0 || missing > p->their_uncounted) {
		proof_number(p->their_delivered, a);
		proof_number(p->delivered, b);
		snprintf(word, 160,
			"DIFFERS: the other side counts %s delivered, we %s", a,
			b);
		return PROOF_DIFFERS;
	}
	snprintf(word, 160, "%s%s",
		p->promised_records < 0 ? "closes, no control total" : "sum OK",
		p->open > 0 ? ", not finished" : "");
	if (p->promised_records < 0)
		return PROOF_NO_TOTAL;
	return p->open > 0 ? PROOF_OPEN : PROOF_OK;
}

enum proof_sum
proof_line(const struct proof *proof, char line_out[PROOF_LINE_MAX])
{
	char in[PROOF_NUMBER_MAX], delivered[PROOF_NUMBER_MAX],
		posted[PROOF_NUMBER_MAX], rejected[PROOF_NUMBER_MAX],
		withdrawn[PROOF_NUMBER_MAX], open[PROOF_NUMBER_MAX], word[160];
	enum proof_sum sum = judge(proof, word);

	proof_number(proof->in, in);
	proof_number(proof->delivered, delivered);
	proof_number(proof->posted, posted);
	proof_number(proof->rejected, rejected);
	proof_number(proof->withdrawn, withdrawn);
	proof_number(proof->open, open);
	snprintf(line_out, PROOF_LINE_MAX,
		"in %s = %s delivered + %s posted + %s rejected + %s withdrawn "
		"+ %s open   %s",
		in, delivered, posted, rejected, withdrawn, open, word);
	return sum;
}
