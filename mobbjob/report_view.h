/* mobbjob/report_view.h - the report of a job for who answers for it
 *
 * Sums only: no reference, name or number of a citizen is in it, so that it may
 * be mailed and printed.  report_view.c gathers it and writes it as JSON,
 * report_html.c as a page, report_since.c tells about all jobs.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_REPORT_VIEW_H
#define MOBBJOB_REPORT_VIEW_H

#include "base/buf.h"
#include "base/json.h"
#include "mobbjob/command.h"
#include "mobbjob/show_page.h"
#include "store/store.h"

#define REPORT_HTML_MAX 200000 /* bytes of the page */

/* What the box answered about letters, by the counters of its results. */
struct report_answer {
	const char *word; /* of the wire, or "other answers" */
	enum code code;	  /* that explains it; CODE_NONE */
	int64_t letters;
};

struct report_view {
	struct job job;
	const char *title; /* of the stream, for people */
	enum proof_sum sum;
	char proof[PROOF_LINE_MAX];
	bool has_page;
	struct show_page page; /* cost and paper, when it was counted */
	struct job_tally tally;
	struct report_answer declines[RECEIPT_COUNTERS];
	size_t decline_count;
	int64_t per_hour; /* limit of the endpoint; -1: none is known */
	bool closed;
	struct closing closing;
	int64_t now_ms;
};

enum verdict report_view_make(struct call *call, const struct job *job,
	struct report_view *out, struct fault *why);

/* "mobb.report/1"; lives until printed. */
struct json *report_json(const struct report_view *view, struct arena *mem);

/* One page of XHTML with its pictures in it: no script, nothing fetched. */
void report_html(
	const struct report_view *view, struct arena *mem, struct buf *out);

/* --since: nothing when all is well, else what needs a person and what ran. */
enum verdict report_since(struct call *call, struct fault *why);

/* --close: a person says that the job is complete. */
enum verdict report_close(
	struct call *call, const struct job *job, struct fault *why);

#endif
