/* spool/set.h - a batch file in several parts: their names, and what is there
 *
 * Names as StUF wants them: at least 8 characters, `_`, a number from 1 with
 * the same digits in all parts, `_laatste` behind the number of the last part,
 * then the extension: woz-biljet_01.zip woz-biljet_02_laatste.zip.
 *
 * Pure: looks at names, never at files.  Names are lent to it.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef SPOOL_SET_H
#define SPOOL_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "spool/spool.h"

#define SET_STEM_MIN 8	 /* characters before the number */
#define SET_DIGITS_MAX 6 /* more, as in a date, is no number of a part */
#define SET_SEEN_MAX (SPOOL_PARTS_MAX + 1) /* parts we look at, of one set */

struct set_part {
	const char *name; /* lent */
	size_t stem;	  /* characters of it before the number */
	const char *tail; /* the extension, "" when there is none */
	int number, digits;
	bool last;   /* `_laatste` */
	bool flawed; /* cannot belong to any set */
};

/* Take a name apart.  False: it carries no number and is a file by itself.
 * So is a number above SPOOL_PARTS_MAX (a year) and a name too short, unless
 * `_laatste` says that a set was meant: then the part is flawed.
 */
bool set_part_read(const char *name, struct set_part *part_out);

/* Do both belong to one set: same text before the number, same extension? */
bool set_same(const struct set_part *a, const struct set_part *b);

enum set_state {
	SET_WHOLE, /* 1 .. n, and n is the last */
	SET_WAITS, /* a part is missing that may still come */
	SET_WRONG  /* no part that still comes can make it right */
};

/* Sort the parts by number and say what they are.  Unless they are whole, the
 * fault says what is missing (CODE_GROWING) or wrong (CODE_PARTS).
 */
enum set_state set_judge(
	struct set_part *parts, size_t count, struct fault *why);

#endif
