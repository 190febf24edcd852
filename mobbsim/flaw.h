/* mobbsim/flaw.h - what can be wrong with a record, and what it should cost
 *
 * Each flaw makes an intake reject exactly one record, with a known code.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_FLAW_H
#define MOBBSIM_FLAW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/code.h"

enum flaw {
	FLAW_NONE = 0,
	FLAW_BSN,	  /* fails the eleven-test */
	FLAW_BSN_SHORT,	  /* eight digits */
	FLAW_ABSENT,	  /* no dagtekening */
	FLAW_LONG,	  /* name of 201 characters */
	FLAW_DATE,	  /* 30 February */
	FLAW_AMOUNT,	  /* point instead of comma */
	FLAW_TWO_IDS,	  /* citizen number and other number */
	FLAW_DOUBLE,	  /* number and volgnummer of an earlier record */
	FLAW_DOC_MISSING, /* named, not there */
	FLAW_DOC_HASH,	  /* other digest than the record says */
	FLAW_DOC_HTML,	  /* an error page named .pdf */
	FLAW_DOC_LOCKED,  /* encrypted */
	FLAW_COUNT,
};

enum code flaw_code(enum flaw flaw);
bool flaw_of_document(enum flaw flaw);

/* Which flaw has record 1 .. letters, when `bad` of them have one?  They lie
 * evenly over the file and take the list above in turn; without documents the
 * last four are left out.
 */
enum flaw flaw_at(int64_t record, int64_t letters, int64_t bad, bool documents);

#endif
