/* mobbd/printer_rest.c - bundles that cannot be written now; see mobbd/printer.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "mobbd/printer.h"

#define FOLDER "print/out"
#define FOLDER_TEST "print/test"

const struct jobs_stream *
printer_stream(const struct role_run *run, const struct job *job)
{
	const struct jobs_stream *s = site_stream_now(run->site, job);

	return s != NULL && strcmp(s->endpoint_is->environment,
				    job->environment) == 0
		       ? s
		       : NULL;
}

const char *
printer_folder(const struct jobs_printer *printer, bool test)
{
	if (!test)
		return FOLDER;
	return printer->folder == NULL ? FOLDER_TEST : printer->folder;
}

void
printer_rest_begin(struct printer_rest *rest)
{
	rest->shut_count = 0;
	rest->some = false;
}

bool
printer_rest_waits(struct printer_rest *rest, const char *folder)
{
	size_t i;

	for (i = 0; i < rest->shut_count; i++)
		if (strcmp(rest->shut[i].folder, folder) == 0) {
			rest->shut[i].lots++;
			return true;
		}
	return false;
}

void
printer_rest_shut(
	struct printer_rest *rest, const char *folder, const char *stream)
{
	if (printer_rest_waits(rest, folder) ||
		rest->shut_count == REST_SHUT_MAX)
		return;
	rest->shut[rest->shut_count].folder = folder;
	rest->shut[rest->shut_count].stream = stream;
	rest->shut[rest->shut_count++].lots = 1;
}

bool
printer_rest_may_cut(
	const struct printer_rest *rest, const char *folder, const char *stream)
{
	size_t i;

	for (i = 0; i < rest->shut_count; i++)
		if (strcmp(rest->shut[i].folder, folder) == 0)
			return rest->shut[i].lots < 2 &&
			       strcmp(rest->shut[i].stream, stream) != 0;
	return true;
}

void
printer_rest_tell(
	struct printer_rest *rest, const char *name, const struct fault *why)
{
	size_t i;

	for (i = 0; i < REST_TOLD_MAX; i++)
		if (strcmp(rest->told[i], name) == 0)
			return;
	snprintf(
		rest->told[rest->told_next], sizeof(rest->told[0]), "%s", name);
	rest->told_next = (rest->told_next + 1) % REST_TOLD_MAX;
	log_fault(why);
}
