/* mobbjob/chain_report.h - the report of a chain test: one HTML file
 *
 * Stands alone: no script, no picture, nothing from elsewhere; it can be mailed
 * and printed.  No citizen number is in it: accounts have their names.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_CHAIN_REPORT_H
#define MOBBJOB_CHAIN_REPORT_H

#include "base/buf.h"
#include "store/store.h"

#define CHAIN_REPORT_MAX ((size_t)4000000)

struct chain_report {
	const struct chain_run *run;
	const struct chain_account *accounts;
	size_t account_count;
	const struct chain_row *rows;
	size_t count;
	int64_t now_ms;
	const char *version;
};

/* How a case ended, by its row; *text_out is a sentence. */
enum chain_verdict chain_row_judge(
	const struct chain_row *row, const char **text_out);
const char *chain_verdict_word(enum chain_verdict verdict);

void chain_report_write(const struct chain_report *report, struct buf *out);

#endif
