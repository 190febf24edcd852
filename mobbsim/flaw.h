/* mobbsim/flaw.h - what can be wrong with a record, and what it should cost
 *
 * Each flaw makes an intake reject exactly one record, with a known code; the
 * one exception is FLAW_POSTCODE, without which only a letter on paper has to
 * wait.  Which of them a stream can have, and in which order, is its list
 * (mobbsim/stream.h).
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_FLAW_H
#define MOBBSIM_FLAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/code.h"

enum flaw {
	FLAW_NONE = 0,
	FLAW_BSN,	  /* fails the eleven-test */
	FLAW_BSN_SHORT,	  /* eight digits */
	FLAW_BSN_EXCEL,	  /* 1,2E+08 */
	FLAW_ABSENT,	  /* a value that must be there is not */
	FLAW_LONG,	  /* name of 201 characters */
	FLAW_DATE,	  /* 30 February, or 1-3-2026 from a spreadsheet */
	FLAW_AMOUNT,	  /* point instead of comma, or no sign */
	FLAW_TWO_IDS,	  /* citizen number and other number */
	FLAW_DOUBLE,	  /* the key of an earlier record */
	FLAW_COLUMNS,	  /* a separator in a value, without quotes */
	FLAW_ORPHAN,	  /* a line with the number of another record */
	FLAW_PERIOD,	  /* begins after it ends */
	FLAW_POSTCODE,	  /* no postcode */
	FLAW_DOC_MISSING, /* named, not there */
	FLAW_DOC_HASH,	  /* other digest than the record says */
	FLAW_DOC_HTML,	  /* an error page named .pdf */
	FLAW_DOC_LOCKED,  /* encrypted */
	FLAW_COUNT,
};

enum code flaw_code(enum flaw flaw);
const char *flaw_name(enum flaw flaw); /* as --faults takes it */
bool flaw_rejects(enum flaw flaw);
bool flaw_of_document(enum flaw flaw);

/* The flaws a file cycles through. */
struct flaws {
	enum flaw list[FLAW_COUNT];
	size_t count;
};

/* Those of `all` that `names` has ("bsn,date"; NULL: all), without those of
 * documents when there are none.  False when a name is not in `all`, or when
 * nothing is left.
 */
bool flaws_choose(const enum flaw *all, size_t count, bool documents,
	const char *names, struct flaws *flaws_out);

/* Which flaw has record 1 .. letters, when `bad` of them have one?  They lie
 * evenly over the file and take the list in turn.
 */
enum flaw flaw_at(const struct flaws *flaws, int64_t record, int64_t letters,
	int64_t bad);

#endif
