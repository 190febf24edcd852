/* mobbjob/sentence.h - what became of a letter, in one plain sentence
 *
 * For a helpdesk: what can be read out to the citizen who calls.  Times are
 * those of the place where mobbjob runs.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_SENTENCE_H
#define MOBBJOB_SENTENCE_H

#include "store/store.h"

/* All in `mem`. */
const char *sentence_letter(const struct letter_row *row, struct arena *mem);
const char *sentence_rejected(const struct find_rejected *row,
	const char *reference, struct arena *mem);
const char *sentence_lot(const struct find_lot *lot, struct arena *mem);

/* "12 March 2026 at 14:03", "12 March 2026" */
const char *sentence_moment(int64_t ms, struct arena *mem);
const char *sentence_day(int32_t days, struct arena *mem);

#endif
