/* mobbjob/cmd_check.c - check: is the set-up sound, without sending anything
 *
 * Every part is looked at, also after one was found wrong, so that one run
 * tells all there is to repair.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "mobbjob/check_cert.h"
#include "mobbjob/check_cpa.h"
#include "mobbjob/check_file.h"
#include "mobbjob/check_tell.h"
#include "mobbjob/layout.h"

#define HEAD_BYTES 65536
#define EXIT_CONFIG 4

/* "FILE:12:5" as a number; 0 when the place has none. */
static long
place_of(const struct fault *mistake)
{
	const char *column = strrchr(mistake->place, ':'), *line = column;
	long number;

	if (column == NULL)
		return 0;
	while (line > mistake->place && line[-1] != ':')
		line--;
	number = strtol(line, NULL, 10) * 100000;
	return number + strtol(column + 1, NULL, 10);
}

static int
by_place(const void *left, const void *right)
{
	long a = place_of(left), b = place_of(right);

	return a < b ? -1 : a > b;
}

/* In the order of the file, not in that in which they were found. */
static void
tell_mistakes(struct call *call, struct mistakes *m, const char *path)
{
	qsort(m->all, (size_t)m->count, sizeof(*m->all), by_place);
	/* Without a line it was no mistake in the file. */
	mistakes_tell(call, m, path, m->count > 1 || place_of(&m->all[0]) > 0);
}

/* A definition; `wanted` "woz-biljet/1", or NULL when any will do. */
static void
check_definition(struct call *call, const char *path, const char *wanted)
{
	struct mistakes mistakes;
	struct definition *definition = NULL;
	struct fault why = FAULT_NONE;

	mistakes_init(&mistakes, &call->mem);
	if (layout_read(path, wanted, mistakes_add, &mistakes, &definition,
		    &why) != V_OK) {
		tell_mistakes(call, &mistakes, path);
		if (call->exit == EXIT_DONE)
			call->exit = EXIT_CONFIG;
		return;
	}
	check_good(call, path,
		arena_format(&call->mem, "definition %s: %s",
			definition_id(definition),
			definition_title(definition)));
	definition_free(definition);
}

/* "woz-biljet/1" lies in FORMATS/woz-biljet.yaml. */
static void
check_format(struct call *call, const struct jobs_stream *stream)
{
	struct fault why = FAULT_NONE;
	const char *path = NULL;

	if (strchr(stream->format, '/') != NULL &&
		strchr(stream->format, '.') == NULL)
		path = layout_path(call, stream->format, &why);
	if (path == NULL) {
		fault_set(&why, V_BROKEN, CODE_FORMAT,
			"stream %s: format must be NAME/VERSION", stream->name);
		check_bad(call, call->site.file, &why);
		return;
	}
	check_definition(call, path, stream->format);
}

/* The site key must be secret; what is in it, mobbd reads. */
static void
check_jobs(struct call *call)
{
	const struct jobs *jobs = &call->site.jobs;
	size_t i;

	check_good(call, call->site.file,
		arena_format(&call->mem,
			"jobs file: %zu streams, %zu senders, %zu endpoints",
			jobs->stanza_count, jobs->sender_count,
			jobs->endpoint_count));
	check_certificates(call);
	check_cpas(call, false);
	for (i = 0; i < jobs->stanza_count; i++)
		check_format(call, &jobs->stanzas[i]);
}

/* --- what is it? --- */

enum thing {
	THING_JOBS,
	THING_DEFINITION,
	THING_CPA,
	THING_CERTIFICATE,
	THING_BATCH
};

static bool
has_line(const char *text, const char *begin)
{
	size_t len = strlen(begin);

	for (; text != NULL; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (strncmp(text, begin, len) == 0)
			return true;
	}
	return false;
}

static bool
called_yaml(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot != NULL &&
	       (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

/* By what is in it; a batch file is anything else. */
static enum thing
thing_of(const char *path, const char *head)
{
	if (strstr(head, "-----BEGIN CERTIFICATE-----") != NULL)
		return THING_CERTIFICATE;
	if (head[strspn(head, " \t\r\n\xef\xbb\xbf")] == '<')
		return strstr(head, "CollaborationProtocolAgreement") != NULL
			       ? THING_CPA
			       : THING_BATCH;
	if (has_line(head, "streams:") || has_line(head, "spool:"))
		return THING_JOBS;
	if (called_yaml(path) ||
		(has_line(head, "format:") && has_line(head, "letter:")))
		return THING_DEFINITION;
	return THING_BATCH;
}

/* A fifo must not hold us up, and a batch file may be large. */
static enum verdict
read_head(const char *path, char head[HEAD_BYTES + 1], struct fault *why)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	size_t got = 0;
	struct stat st;
	enum verdict v = V_OK;

	if (fd == -1)
		v = fault_errno(why, V_BROKEN, CODE_IO, "cannot be read");
	else if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))
		v = fault_set(why, V_BROKEN, CODE_NOT_FILE,
			"not a plain file but a folder, device or fifo");
	else
		v = file_read_at(fd, head, HEAD_BYTES, 0, &got, why);
	if (fd != -1)
		(void)close(fd);
	head[got] = '\0';
	if (v != V_OK)
		fault_at(why, "%s", path);
	return v;
}

static enum verdict
check_jobs_file(struct call *call, const char *path, struct fault *why)
{
	enum verdict v = site_open(path, &call->site, why);

	if (v == V_OK)
		check_jobs(call);
	return v;
}

/* The CPAs of all senders, with all they say. */
static enum verdict
show_cpas(struct call *call, struct fault *why)
{
	enum verdict v = site_open(call->options.jobs_file, &call->site, why);

	if (v == V_OK)
		check_cpas(call, true);
	return v;
}

static enum verdict
run(struct call *call, struct fault *why)
{
	const struct options *o = &call->options;
	char *head;
	enum verdict v;
	const char *path = call->args[0];

	if (call->arg_count == 0)
		return check_jobs_file(call, o->jobs_file, why);
	if (strcmp(path, "cpa") == 0)
		return show_cpas(call, why);
	head = arena_alloc(&call->mem, HEAD_BYTES + 1);
	v = read_head(path, head, why);
	if (v != V_OK)
		return v;
	if (o->stream != NULL || o->format != NULL)
		return check_file(call, path, why);
	switch (thing_of(path, head)) {
	case THING_JOBS:
		return check_jobs_file(call, path, why);
	case THING_DEFINITION:
		check_definition(call, path, NULL);
		return V_OK;
	case THING_CPA:
		return check_cpa_file(call, path, why);
	case THING_CERTIFICATE:
		return check_certificate_file(call, path, why);
	case THING_BATCH:
		break;
	}
	return check_file(call, path, why);
}

const struct command command_check = {
	.name = "check",
	.args = "[FILE | cpa]",
	.help = "is it sound: a jobs file and what it names, a definition, a "
		"CPA, a batch file",
	.args_max = 1,
	.need = NEED_NOTHING,
	.run = run,
};
