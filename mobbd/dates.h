/* mobbd/dates.h - the dates and windows of jobs, for the roles
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBD_DATES_H
#define MOBBD_DATES_H

#include "mobbd/role.h"

#define DATES_JOB_MAX 16

/* Routed: make its dates and keep them, and let the guard look.  When the stream
 * says block and something is late, *go becomes false and *reason says it (too).
 */
enum verdict dates_routed(struct role_run *run, const struct job *job,
	const struct jobs_stream *stream, bool *go, struct fault *reason,
	struct fault *why);

/* Released: make them anew, for the cut-offs that are over by now. */
enum verdict dates_released(struct role_run *run, const struct job *job,
	const struct jobs_stream *stream, struct fault *why);

/* Letters to the box are about to leave.  *go_out: they may; else the job is
 * held, or *until_ms_out (not 0) is when the box takes their publication date.
 * `told` is kept by the caller: the job that was warned about last.
 */
enum verdict dates_before_box(struct role_run *run, const char *job,
	const struct jobs_stream *stream, const struct letter *letters,
	size_t count, char told[DATES_JOB_MAX], bool *go_out,
	int64_t *until_ms_out, struct fault *why);

/* Is there a window at all?  Where there is none no clock is asked. */
bool dates_has_window(const struct window *window);

/* Is the printer open, by both clocks? */
bool dates_hours(struct role_run *run, const struct jobs_stream *stream);

/* Paper of the job is about to be bundled.  *go_out false: the printer's hours
 * are over, or the job is held now.
 */
enum verdict dates_before_paper(struct role_run *run, const char *job,
	const struct jobs_stream *stream, bool *go_out, struct fault *why);

/* By the keeper: close the runs whose cut-off has come; sets *some, and shortens
 * the wait to the next one.
 */
enum verdict dates_close(struct role_run *run, bool *some, struct fault *why);

/* By the clock of the machine and by that of the database; `there_ms` is the
 * latter, asked for once by the caller.
 */
int64_t dates_opens(const struct window *a, const struct window *b,
	int64_t here_ms, int64_t there_ms);

/* Do letters wait to go to the box at this endpoint? */
bool dates_box_waits(struct site *site, const char *endpoint);

/* For --once: say, a line for each stream, what waits for a window and when that
 * opens.
 */
void dates_tell_waits(struct site *site);

#endif
