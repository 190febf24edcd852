/* batch/sheet.h - what stands on the pages of a text letter
 *
 * The words around the text: sender, return address, address as this printer
 * prints it, date and reference.  How they are set is base/page.h.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_SHEET_H
#define BATCH_SHEET_H

#include "base/page.h"
#include "batch/jobs.h"
#include "batch/letter.h"

struct page_rules sheet_rules(const struct jobs_printer *printer);

/* Of a letter that has a text and whose address checks; in `mem`. */
void sheet_text(const struct jobs_stream *stream, const struct letter *letter,
	struct arena *mem, struct page_text *out);

/* Pages of its text as a guess without fonts, for forecasts: about 90
 * characters a line, 40 lines on the first page and 60 on others.  0 when its
 * text is not printed.
 */
int sheet_guess(const struct letter *letter);

#endif
