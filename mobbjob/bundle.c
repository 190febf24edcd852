/* mobbjob/bundle.c - see mobbjob/bundle.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "mobbjob/bundle.h"

#define PREFIX "print-"
#define JOBID_CHARS 13 /* "20260215-k3f7" */

static enum verdict
no_such(const char *name, struct fault *why)
{
	fault_set(why, V_SKIP, CODE_NO_JOB, "no such bundle");
	fault_at(why, "BUNDLE %s", name);
	return V_SKIP;
}

/* The job's id is a part of the name: print-20260215-k3f7-.. */
enum verdict
bundle_find(struct call *call, const char *name, struct lot *lot_out,
	struct fault *why)
{
	const char *plain, *dot = strstr(name, ".zip"), *job;
	struct lot *lots;
	size_t i, count, prefix = strlen(PREFIX);
	enum verdict v;

	plain = arena_text(&call->mem, name,
		dot != NULL && dot[4] == '\0' ? (size_t)(dot - name)
					      : strlen(name));
	if (strncmp(plain, PREFIX, prefix) != 0 ||
		strlen(plain) <= prefix + JOBID_CHARS)
		return no_such(name, why);
	job = arena_text(&call->mem, plain + prefix, JOBID_CHARS);
	v = store_lot_list(
		call->site.store, job, &call->mem, &lots, &count, why);
	if (v == V_SKIP)
		return no_such(name, why);
	if (v != V_OK)
		return v;
	for (i = 0; i < count; i++)
		if (lots[i].print && strcmp(lots[i].name, plain) == 0) {
			*lot_out = lots[i];
			return V_OK;
		}
	return no_such(name, why);
}
