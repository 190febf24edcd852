/* mobbjob/show_dates.h - the three dates of a job, and the windows it waits for
 *
 * Before a job is released its dates are made as they would be now; after it
 * they are those that were kept then.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_SHOW_DATES_H
#define MOBBJOB_SHOW_DATES_H

#include "base/json.h"
#include "batch/dates.h"
#include "mobbjob/command.h"
#include "store/store.h"

struct show_dates {
	bool known; /* false: the stream is not in the jobs file */
	struct dates_row row;
};

/* job NULL: of a file.  `of` is what is known of the letters; its box_from_ms is
 * filled here.
 */
enum verdict show_dates_make(struct call *call, const struct job *job,
	const struct jobs_stream *stream, const struct dates_job *of,
	int64_t now_ms, struct show_dates *out, struct fault *why);

void show_dates_print(
	struct call *call, const struct show_dates *dates, int64_t now_ms);
/* Adds its fields to the page. */
void show_dates_json(
	struct json *page, const struct show_dates *dates, struct arena *mem);

/* "window: opens Mon 07:00" of what the job has to send or to print; NULL when
 * it waits for none.  *opens_ms_out: when; WINDOW_NEVER never.
 */
const char *show_window_of(
	struct call *call, const struct job *job, int64_t *opens_ms_out);

/* A line (or with --json an object) for each stream that waits for a window;
 * returns how many.
 */
size_t show_windows(struct call *call);

#endif
