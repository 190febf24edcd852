/* mobbjob/check_file.c - see mobbjob/check_file.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <libgen.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mobbjob/check_file.h"
#include "mobbjob/dry_show.h"
#include "mobbjob/job.h"
#include "mobbjob/layout.h"
#include "spool/spool.h"

/* The same folder, by whatever name. */
static bool
same_folder(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

/* The stream whose folder in the spool the file lies in; NULL: none. */
static const struct jobs_stream *
stream_of_place(struct call *call, const char *path)
{
	struct site *site = &call->site;
	const char *spool = site_path(site, site->jobs.spool);
	const char *folder =
		dirname(arena_text(&call->mem, path, strlen(path)));
	size_t i;

	for (i = 0; i < site->jobs.stream_count; i++) {
		const struct jobs_stream *s = &site->jobs.streams[i];

		if (same_folder(folder, arena_format(&call->mem, "%s/in/%s",
						spool, s->folder)))
			return s;
	}
	return NULL;
}

static enum verdict
no_stream(struct call *call, const char *what, struct fault *why)
{
	const struct jobs *jobs = &call->site.jobs;
	struct buf names = BUF_MAX(200);
	size_t i;

	for (i = 0; i < jobs->stanza_count; i++)
		buf_format(&names, "%s%s", i == 0 ? "" : ", ",
			jobs->stanzas[i].name);
	(void)fault_set(why, V_BROKEN, CODE_USAGE,
		"%s: --stream is one of %s, or give --format", what,
		names.len == 0 ? "none" : names.bytes);
	buf_done(&names);
	return V_BROKEN;
}

enum verdict
check_stream(struct call *call, const char *path,
	const struct jobs_stream **stream_out, struct fault *why)
{
	const char *name = call->options.stream;
	const struct jobs *jobs = &call->site.jobs;
	const struct jobs_stream *stream;

	if (name != NULL && jobs_stream(jobs, name) != NULL)
		return stream_of(call, name, stream_out, why);
	stream = name != NULL ? NULL : stream_of_place(call, path);
	if (stream == NULL && name == NULL && jobs->stream_count == 1)
		stream = &jobs->streams[0];
	if (stream == NULL)
		return no_stream(call,
			name != NULL ? "there is no such stream"
				     : "which layout has it",
			why);
	*stream_out = stream;
	return V_OK;
}

/* With --format the jobs file only says where definitions lie, if it is
 * there.
 */
static enum verdict
open_jobs(struct call *call, struct fault *why)
{
	const char *file = call->options.jobs_file;

	if (access(file, F_OK) == 0)
		return site_open(file, &call->site, why);
	if (call->options.format != NULL)
		return V_OK;
	return fault_set(why, V_BROKEN, CODE_USAGE,
		"which layout has it: there is no jobs file %.100s, so give "
		"--format NAME or --format FILE.yaml",
		file);
}

static enum verdict
by_format(struct call *call, const char *name,
	struct definition **definition_out, struct fault *why)
{
	const char *path = layout_path(call, name, why);

	if (path == NULL)
		return V_BROKEN;
	return layout_read(
		path, layout_wanted(name), NULL, NULL, definition_out, why);
}

enum verdict
check_file(struct call *call, const char *path, struct fault *why)
{
	const struct options *o = &call->options;
	struct definition *definition = NULL;
	struct dry dry = { .path = path, .no_documents = o->no_documents };
	enum verdict v;

	if (o->format != NULL && o->stream != NULL)
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"--stream or --format, not both");
	v = open_jobs(call, why);
	if (v == V_OK && o->format == NULL)
		v = check_stream(call, path, &dry.stream, why);
	if (v == V_OK && o->format != NULL)
		v = by_format(call, o->format, &definition, why);
	else if (v == V_OK)
		v = layout_of_stream(call, dry.stream, &definition, why);
	dry.definition = definition;
	if (v == V_OK)
		v = dry_show(call, &dry, why);
	definition_free(definition);
	return v;
}
