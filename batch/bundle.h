/* batch/bundle.h - what goes together in a print bundle, and its name
 *
 * Pure.  A bundle holds letters of one product, envelope, colour and class of
 * weight, in the order of the post; spec print.md 5.1 and 5.3.  `printed` of a
 * letter (letter_print()) is what counts, with its pages.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_BUNDLE_H
#define BATCH_BUNDLE_H

#include "batch/letter.h"

#define BUNDLE_NAME_MAX 100 /* bytes, with the closing NUL */

struct bundle_load {
	int64_t pages, sheets, bytes;
};

/* Of one letter; on both sides every document begins on a new sheet. */
struct bundle_load bundle_load(const struct letter *letter, bool simplex);

/* Upper end of the post's class, in grams: 20, 50, 100, 350 or 2000.  Sheets
 * are A4 of 80 grams a square metre, in an envelope of 7 grams.
 */
int bundle_weight(int64_t sheets);

/* print-JOB-YYYYMMDD-NNN-HASH8, the hash over the ids in their order: the same
 * letters are the same bundle, however often it is written.  Behind it stands
 * -PROOF when it is a proof (-PROOF2 the second of a job), then -TEST when
 * nothing of it is for citizens.  number 1 .. ; proof 0: it is none.
 */
void bundle_name(const char *job, int64_t created_ms, int number,
	const struct uuid *ids, size_t count, int proof, bool test,
	char name_out[BUNDLE_NAME_MAX]);

#endif
