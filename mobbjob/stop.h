/* mobbjob/stop.h - what hold and release are about: a job, or a whole stream,
 * sender or endpoint
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_STOP_H
#define MOBBJOB_STOP_H

#include "base/json.h"
#include "mobbjob/command.h"

struct stop_target {
	const char *word, *name; /* "stream", "woz" */
	bool job;		 /* a job, with its id as name */
	enum stop_kind kind;	 /* when it is no job */
	bool may_be_held;	 /* no job that is still read or has ended */
	enum job_state state;	 /* of a job */
};

/* From JOB, --stream, --sender or --endpoint: exactly one.  A name must be in
 * the jobs file, or be held already (it may have been taken out since).
 */
enum verdict stop_target(
	struct call *call, struct stop_target *out, struct fault *why);
/* As it is written behind a command: "--stream woz". */
const char *stop_target_option(
	const struct stop_target *target, struct arena *mem);

/* Which stop holds a job; V_END none. */
enum verdict stop_of_job(struct call *call, const struct job *job,
	struct stop *out, struct fault *why);
/* One line: "stream woz is held since .. by ..: reason (MOBB-1321)". */
const char *stop_line(const struct stop *stop, struct arena *mem);
/* "mobb.stop/1" */
struct json *stop_json(const struct stop *stop, struct arena *mem);

/* release of a stream, sender or endpoint (cmd_release.c does a job). */
enum verdict stop_release(
	struct call *call, const struct stop_target *target, struct fault *why);

#endif
