/* mobbsim/batch.h - a batch file as a supplier would deliver it
 *
 *	FILE		the file: a ZIP with index.xml and PDFs, or plain XML
 *	FILE.totals	what the supplier believes: letters=N amount=N.NN
 *	FILE.truth.csv	what has to become of each record
 *
 * The same plan gives the same bytes: no clock, no random source.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_BATCH_H
#define MOBBSIM_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"

#define BATCH_LETTERS_MAX INT64_C(9000000)
#define BATCH_SEED_MAX INT64_C(100000000000000000)
#define BATCH_PDF_BYTES_MAX INT64_C(20000000)

struct batch_plan {
	int64_t letters, seed, bad;
	int64_t pdf_min, pdf_max; /* 0: as they come */
	int32_t date;		  /* days since 1970 */
	const char *sender;	  /* OIN */
	const char *out;	  /* ends in .zip or .xml */
	bool plain;		  /* XML, whatever the name says */
};

#define BATCH_DATE 20499 /* 2026-02-15 */
#define BATCH_PLAN                                                             \
	((struct batch_plan){ .seed = -1,                                      \
		.date = BATCH_DATE,                                            \
		.sender = "00000099000000010000" })

/* "20260215"; false when there is no such day. */
bool batch_date(const char *text, int32_t *days_out);

enum verdict batch_make(const struct batch_plan *plan, struct fault *why);

#endif
