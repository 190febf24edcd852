/* batch/receipt.h - what a VerwerkingsCode means for the letter
 *
 * Pure: the code table of the box service (facts: spec berichtenbox.md 3).
 * The wire word comes in as text; channels/ has the list it may be.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_RECEIPT_H
#define BATCH_RECEIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/code.h"
#include "base/uuid.h"

enum receipt_act {
	RECEIPT_DELIVERED = 1,
	RECEIPT_PAPER = 2,	 /* cannot go digitally */
	RECEIPT_RESEND = 3,	 /* same ids, after a pause */
	RECEIPT_HOLD_LETTER = 4, /* a person decides */
	RECEIPT_HOLD_STREAM = 5, /* misconfigured: nothing more leaves */
};

enum {
	RECEIPT_COUNTERS = 6
};

struct receipt_line {
	struct uuid letter_id;
	char code[48]; /* the wire word */
	char stage[48];
};

/* A whole result, as read from the wire. */
struct receipt {
	struct uuid batch_id;
	char sender[32];
	int64_t total;
	int64_t counters[RECEIPT_COUNTERS]; /* delivered, not subscribed,
		technical, type, publication, creation: in wire order */
	struct receipt_line *lines;
	size_t line_count;
};

/* What to do with one code.  `offered_before`: an earlier attempt of ours (or
 * of this letter before a restore) may have brought it.  *code_out is the
 * number that explains it, CODE_NONE when there is nothing to explain.
 */
enum receipt_act receipt_act(
	const char *code, bool offered_before, enum code *code_out);

/* Do the counters fit the lines and the `letters` of the attempt?  False with
 * a sentence in `text_out`: then a person decides.  Fewer lines than letters
 * is allowed when the counter of successes says exactly that the unlisted
 * ones were delivered (*unlisted_delivered_out).
 */
bool receipt_check(const struct receipt *receipt, int64_t letters,
	bool *unlisted_delivered_out, char text_out[160]);

#endif
