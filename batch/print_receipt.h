/* batch/print_receipt.h - what a print supplier says about our bundles
 *
 * Read from the printer's files by channels/print_receipt.h, judged here,
 * applied by store/printed.h.  Source: print.md 5.5.
 *
 *	BUNDLE.ack		the bundle was taken in
 *	BUNDLE.nack		nothing of it will be printed; .recalled: the
 *				same, because we asked for it
 *	BUNDLE.posted.csv	letters handed to the post
 *	BUNDLE.rejected.csv	single letters that were refused
 *	retour-DATE.csv		letters that came back, months later
 *
 * Pure: no file, no clock.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_PRINT_RECEIPT_H
#define BATCH_PRINT_RECEIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/code.h"
#include "base/uuid.h"
#include "batch/states.h"

enum print_said { /* stored: never change */
	PRINT_ACK = 1,
	PRINT_NACK = 2,
	PRINT_RECALLED = 3,
	PRINT_POSTED = 4,
	PRINT_REJECTED = 5,
	PRINT_RETURNED = 6,
};

/* Why the post gave a letter back; stored: never change. */
enum returned_why {
	RETURNED_MOVED = 1,
	RETURNED_UNKNOWN = 2,
	RETURNED_REFUSED = 3,
	RETURNED_DECEASED = 4,
	RETURNED_BOX_FULL = 5,
};

const char *print_said_word(enum print_said said); /* "posted" */
const char *returned_word(enum returned_why why);  /* "moved" */
const char *returned_woord(enum returned_why why); /* "verhuisd" */
/* Either language, capitals or not; false: none of them. */
bool returned_parse(const char *word, enum returned_why *out);

#define SAID_CODE_MAX 41    /* bytes of a printer's own code, with its end */
#define SAID_TEXT_MAX 200   /* of its words */
#define SAID_BUNDLE_MAX 100 /* of a bundle's name, with its end */
#define SAID_NONE (-1)	    /* a number that was not said */

/* One line.  `id`, or, where a code was scanned from the paper, `bundle` and
 * the place in it, from 1.
 */
struct said_row {
	int64_t line; /* of the file, from 1 */
	struct uuid id;
	const char *bundle; /* NULL: by id */
	int64_t place;
	int32_t day; /* since 1970 */
	int64_t sheets, pages;
	char code[SAID_CODE_MAX];
	const char *text; /* of the printer; without control characters, and
			   * digits that may be a citizen number hidden */
	enum returned_why why;
	bool new_address;
};

struct said_bad {
	int64_t line;
	const char *why;
};

#define SAID_BAD_MAX 100 /* remembered; all are counted */

struct print_receipt {
	enum print_said said;
	const char *bundle; /* "" of PRINT_RETURNED */
	struct said_row *rows;
	size_t row_count;
	struct said_bad bad[SAID_BAD_MAX];
	int64_t bad_count;
	/* of an ack */
	int64_t letters;
	uint8_t sha256[32];
	bool has_sha256;
	/* of a nack, for the bundle as a whole */
	char code[SAID_CODE_MAX];
	const char *text;
};

/* --- is it true? --- */

/* A letter of the bundle, as our books have it. */
struct said_ours {
	struct uuid id;
	int64_t record;
	enum letter_state state; /* 0: none of its own, it follows the lot */
	enum code code;		 /* of its newest receipt in this lot */
	bool elsewhere;		 /* it is in a newer bundle */
	int64_t pages, sheets;	 /* 0: not known */
	bool said;		 /* a line of this file was about it */
};

enum said_verdict {
	SAID_GOOD = 1,
	SAID_AGAIN,   /* known already: ignored, with a note */
	SAID_UNKNOWN, /* CODE_RECEIPT_UNKNOWN */
	SAID_WRONG,   /* CODE_RECEIPT_STATE */
};

/* Of a line about a letter of a lot in that state.  `ours` (NULL: there is no
 * such letter in it) is marked as said.
 */
enum said_verdict said_judge(
	enum print_said said, enum lot_state lot, struct said_ours *ours);
/* Do its pages or sheets differ from ours?  What was not said does not. */
bool said_differs(const struct said_row *row, const struct said_ours *ours);

/* --- is it late? --- */

/* Was a bundle, handed over then, to be acknowledged by now: at `by_ms` after
 * midnight of the next Dutch working day?
 */
bool said_ack_late(int64_t by_ms, int64_t handed_ms, int64_t now_ms);

#endif
