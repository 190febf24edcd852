/* batch/address.h - where the post brings a letter
 *
 * Made from the supplier's fields; printed as PostNL wants it: 3 to 6 lines,
 * postcode, two blanks, TOWN.  A house number or postcode is never cut.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_ADDRESS_H
#define BATCH_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"

#define ADDRESS_LINES_MIN 3
#define ADDRESS_LINES_MAX 6
#define ADDRESS_LINE_CHARS 40	  /* default */
#define ADDRESS_LINE_CHARS_MIN 30 /* a postcode and a town fit */
#define ADDRESS_LINE_CHARS_MAX 60

/* The characters that a printer has.  Others are written in those: see
 * batch/charset.h.
 */
enum address_charset {
	ADDRESS_LATIN = 0, /* Latin letters with all their marks */
	ADDRESS_LATIN1,	   /* ISO 8859-1 */
	ADDRESS_ASCII,
	ADDRESS_UNICODE, /* everything; nothing is replaced */
};

/* What a printer can do, from its settings `line_chars`, `lines` and
 * `charset`; not to be changed between a bundle and its repetition.
 */
struct address_rules {
	int line_chars; /* in one line */
	int lines;	/* at most, ADDRESS_LINES_MIN to ADDRESS_LINES_MAX */
	enum address_charset charset;
};

#define ADDRESS_RULES                                                          \
	((struct address_rules){                                               \
		ADDRESS_LINE_CHARS, ADDRESS_LINES_MAX, ADDRESS_LATIN })

/* What was shortened to fit, in the order in which a name is. */
enum address_cut {
	ADDRESS_CUT_GIVEN = 1,	  /* given names dropped */
	ADDRESS_CUT_INITIALS = 2, /* given names as initials */
	ADDRESS_CUT_NAME = 4,	  /* surname or other name, at a word */
	ADDRESS_CUT_STREET = 8,	  /* never its number */
	ADDRESS_CUT_ATTENTION = 16,
};

/* An address as it is printed. */
struct address_print {
	const char *line[ADDRESS_LINES_MAX];
	size_t count;
	int cut;      /* of enum address_cut; 0: nothing was shortened */
	int replaced; /* characters that the printer does not have */
};

/* Empty is "", never NULL. */
struct address {
	const char *name, *attention;
	const char *street, *number, *letter, *addition;
	const char *postcode, *town;
	const char *country;	/* ISO code; "" is the Netherlands */
	const char *foreign[3]; /* lines as delivered */
	/* Lines as a person wrote them, see address_of_lines(); they are
	 * printed, the fields sort.  NULL or "" is none.
	 */
	const char *written[ADDRESS_LINES_MAX];
};

#define ADDRESS_EMPTY                                                          \
	((struct address){ "", "", "", "", "", "", "", "", "", { "", "", "" }, \
		{ "", "", "", "", "", "" } })

/* One text for the letter's row (fields separated by U+001F) and back. */
void address_pack(const struct address *address, struct buf *out);
void address_unpack(
	const char *text, struct arena *mem, struct address *address_out);

/* Can this printer put it on an envelope?  V_SKIP with CODE_ADDRESS or
 * CODE_POSTCODE says what is missing.
 */
enum verdict address_check(const struct address *address,
	const struct address_rules *rules, struct fault *why);

/* Lines as they should be printed; in `mem`.  The address must check. */
void address_lines(const struct address *address,
	const struct address_rules *rules, struct arena *mem,
	struct address_print *out);

/* "given names dropped, street shortened"; "" for 0.  In `mem`. */
const char *address_cut_words(int cut, struct arena *mem);

/* An address from whole lines, 3 to 6, as they are to be printed: the last
 * holds a Dutch postcode and town, or the name of a country in English.
 * V_SKIP: CODE_ADDRESS, CODE_POSTCODE or CODE_HOUSE_NUMBER says what is wrong.
 */
enum verdict address_of_lines(const char *const line[ADDRESS_LINES_MAX],
	struct arena *mem, struct address *out, struct fault *why);

/* KIX text ("1231FZ13XHS"); "" for a foreign address. */
const char *address_kix(const struct address *address, struct arena *mem);

/* Sorts as the post does: NL first, postcode, house number as a number,
 * letter, addition, then PO boxes and reply numbers by their own postcode; then
 * EU and world by country and lines.  Compared byte by byte.
 */
const char *address_sort_key(const struct address *address, struct arena *mem);

/* "NL", "EU" or "WORLD". */
const char *address_zone(const struct address *address);

#endif
