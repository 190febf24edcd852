/* mobbd/printer.h - what the files of the printer role share
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBD_PRINTER_H
#define MOBBD_PRINTER_H

#include "mobbd/paper.h"
#include "mobbd/role.h"
#include "store/store.h"

#define REST_TOLD_MAX 64
#define REST_SHUT_MAX 16 /* more are tried each time */

/* What cannot be written now rests, alone: what is behind it goes on. */
struct printer_rest {
	/* Where the next look begins: behind this bundle, and the proof of this
	 * job.
	 */
	int64_t bundle, proof;
	bool some; /* in this step */
	/* Folders that took no bundle in this step, and how many wait for each.
	 * Nothing more is tried there; and when it is two, nothing more is cut
	 * for it: one may have trouble of its own.  Nor for that one's stream,
	 * where each bundle names the one before.
	 */
	struct {
		const char *folder, *stream;
		int lots;
	} shut[REST_SHUT_MAX];
	size_t shut_count;
	/* Names of what was told to rest: each once. */
	char told[REST_TOLD_MAX][BUNDLE_NAME_MAX];
	size_t told_next;
};

/* The job's stream, as it was at intake; NULL: it is not in the jobs file, or
 * has another environment now.  Its paper rests: no letter of a test may be
 * printed for a citizen, nor his for a test.
 */
const struct jobs_stream *printer_stream(
	const struct role_run *run, const struct job *job);
/* Where it goes: a TEST bundle never to where letters for citizens are taken
 * from.
 */
const char *printer_folder(const struct jobs_printer *printer, bool test);

/* A step begins: every folder may be tried again. */
void printer_rest_begin(struct printer_rest *rest);
/* Does the folder take no more in this step?  If so one more waits for it. */
bool printer_rest_waits(struct printer_rest *rest, const char *folder);
void printer_rest_shut(
	struct printer_rest *rest, const char *folder, const char *stream);
/* May more be cut for it? */
bool printer_rest_may_cut(const struct printer_rest *rest, const char *folder,
	const char *stream);
/* Log once why the bundle or proof rests. */
void printer_rest_tell(
	struct printer_rest *rest, const char *name, const struct fault *why);

/* The run that is being cut; a job's id of "" is none.  The plan itself is in
 * the database session (store/print.h).
 */
struct printer_plan {
	char job[16];
	int64_t number; /* of the job */
	int64_t place;	/* of the last letter that was cut */
	int64_t after;	/* the next plan is of a job behind this number */
	struct printer_rest rest;
};

/* Cut the next bundle of the plan, or make the plan of the next job that is
 * ready for print.  V_OK: did something; V_END: there is nothing to cut.
 */
enum verdict printer_cut(
	struct role_run *run, struct printer_plan *plan, struct fault *why);

/* How letters of this stream are printed today; weight 0: of several classes.
 * Name, number and previous are left "", 0 and "".
 */
void printer_form(const struct jobs_stream *stream, bool large, int weight,
	struct bundle_form *out);

#endif
