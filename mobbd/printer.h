/* mobbd/printer.h - what the files of the printer role share
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBD_PRINTER_H
#define MOBBD_PRINTER_H

#include "mobbd/paper.h"
#include "mobbd/role.h"
#include "store/store.h"

/* The run that is being cut; a job's id of "" is none.  The plan itself is in
 * the database session (store/print.h).
 */
struct printer_plan {
	char job[16];
	int64_t place; /* of the last letter that was cut */
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
