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

#include "base/fault.h"
#include "base/uuid.h"

enum receipt_act {
	RECEIPT_DELIVERED = 1,
	RECEIPT_PAPER = 2,	  /* cannot go digitally */
	RECEIPT_RESEND = 3,	  /* same ids, after a pause */
	RECEIPT_HOLD_LETTER = 4,  /* a person decides */
	RECEIPT_HOLD_STREAM = 5,  /* misconfigured: nothing more leaves */
	RECEIPT_RESEND_DATED = 6, /* when its publication date is near enough */
};

/* The act a stream has chosen for a code, as in the jobs file. */
struct receipt_choice {
	char *code; /* the wire word */
	char *act;  /* paper | resend | hold */

	enum receipt_act act_is; /* filled by receipt_choice_check() */
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

/* May a stream choose this?  Only what cannot send a letter twice and loses
 * none: paper where the box has said that it did not take the letter, resend
 * where the cause can have gone.  V_BROKEN with CODE_CONFIG_VALUE: no such
 * code, or not this act; the sentence names those that are.
 */
enum verdict receipt_choice_check(
	struct receipt_choice *choice, struct fault *why);

/* The same as receipt_act() in a stream with these (checked) choices.
 * *stop_out: the stream stops, and what is returned is for the letters, which
 * do nothing before a person has released the stream.
 */
enum receipt_act receipt_decide(const struct receipt_choice *choices,
	size_t count, const char *code, bool offered_before, bool *stop_out,
	enum code *code_out);

/* The pause before the next try, after `tries` that left (1 or more): the
 * first, then twice the one before, never more than the longest.
 */
int64_t receipt_pause_ms(int64_t first_ms, int64_t longest_ms, int64_t tries);

/* From when on a letter with this publication date (days since 1970, midnight
 * in the Netherlands) may be offered: the box takes 13 days ahead.
 */
int64_t receipt_publish_from_ms(int32_t publish_days);

/* Of what a result says, whatever the order of its lines: two results with the
 * same digest say the same.
 */
void receipt_digest(const struct receipt *receipt, uint8_t sha256_out[32]);

/* Do the counters fit the lines and the `letters` of the attempt?  False with
 * a sentence in `text_out`: then a person decides.  Fewer lines than letters
 * is allowed when the counter of successes says exactly that the unlisted
 * ones were delivered (*unlisted_delivered_out).
 */
bool receipt_check(const struct receipt *receipt, int64_t letters,
	bool *unlisted_delivered_out, char text_out[160]);

#endif
