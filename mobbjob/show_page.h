/* mobbjob/show_page.h - the release page: what a job will be and take
 *
 * Made of figures that are kept with the job, of the endpoint's limits and of
 * the stream's run before; shared by show (a job) and forecast (a job, or a
 * file that is no job yet).
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_SHOW_PAGE_H
#define MOBBJOB_SHOW_PAGE_H

#include "base/json.h"
#include "batch/forecast.h"
#include "mobbjob/command.h"
#include "mobbjob/limit.h"
#include "mobbjob/show_dates.h"
#include "store/store.h"

enum show_split { /* how it is known who gets a box letter */
	SHOW_SPLIT_UNKNOWN = 1,
	SHOW_SPLIT_ROUTED,   /* it was decided, letter by letter */
	SHOW_SPLIT_REGISTER, /* by the answers that are kept about citizens */
	SHOW_SPLIT_LAST,     /* by the share of the stream's last run */
};

struct show_page {
	const struct jobs_stream *stream; /* NULL: not in the jobs file */
	struct forecast_load all;
	struct page_last last; /* job NULL: there was none */

	enum show_split by;
	int64_t to_box, to_paper; /* letters; the rest only with a split */
	int64_t undecided; /* of a split by the register: by the last run */
	int64_t lot_bytes, lots, bundles;
	struct forecast_load paper; /* as in struct page */

	/* of letters that still have to leave for the box */
	struct forecast_send send;
	struct limit_now limit; /* of the endpoint */
	enum forecast_bound bound;
	int64_t now_ms, send_ms; /* -1: never */
	int64_t sent_ms;	 /* all have left; 0: not yet */

	struct show_dates dates;

	int64_t cents, cents_all_paper; /* -1: prices are not known */
};

/* The page of a job.  V_END: it was not counted (not split yet, or of before
 * pages were counted).
 */
enum verdict show_page_job(struct call *call, const struct job *job,
	struct show_page *out, struct fault *why);

/* The page of a file for a stream: what its letters weigh, and the numbers of
 * those that may go to the box.
 */
enum verdict show_page_file(struct call *call, const struct jobs_stream *stream,
	const struct forecast_load *all, const struct bsn *numbers,
	size_t number_count, struct show_page *out, struct fault *why);

/* One fact: a name and what it is; with --plain a tab between them. */
void show_line(const struct call *call, const char *name, const char *text);

void show_page_print(struct call *call, const struct show_page *page);
struct json *show_page_json(struct call *call, const struct show_page *page);

#endif
