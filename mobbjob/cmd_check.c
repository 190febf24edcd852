/* mobbjob/cmd_check.c - check: is the set-up sound, without sending anything
 *
 * Every part is looked at, also after one was found wrong, so that one run
 * tells all there is to repair.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "channels/look.h"
#include "formats/format.h"
#include "mobbjob/command.h"
#include "mobbjob/show.h"

#define FILE_BYTES_MAX 4000000
#define MS_PER_DAY INT64_C(86400000)
#define SOON_DAYS 30

static const char *const actions[] = { "GLOBE-R-BV-Request",
	"GLOBE-R-BV-Result", NULL };

static void
good(struct call *call, const char *what, const char *text)
{
	struct json *o;

	if (!call->options.json) {
		printf("ok\t%s\t%s\n", what, show_clean(text, &call->mem));
		return;
	}
	o = json_new_object();
	json_add_text(o, "schema", "mobb.check/1");
	json_add_bool(o, "ok", true);
	json_add_text(o, "what", what);
	json_add_text(o, "text", text);
	json_write(o, stdout);
}

/* Told at once; the first one decides the exit code. */
static void
bad(struct call *call, const char *path, const struct fault *found)
{
	struct fault told = *found;
	int exit;

	if (told.place[0] == '\0')
		fault_at(&told, "%s", path);
	exit = tell_fault(&told);
	if (call->exit == EXIT_DONE)
		call->exit = exit;
}

static void
check_dates(struct call *call, const char *what, const char *path,
	int64_t start_ms, int64_t end_ms, const char *text)
{
	struct fault why = FAULT_NONE;
	int64_t now_ms = clock_now_ms();
	const char *until = show_time(end_ms, &call->mem);

	if (now_ms < start_ms || now_ms > end_ms) {
		fault_set(&why, V_BROKEN,
			what[0] == 'C' ? CODE_CPA : CODE_CERTIFICATE,
			"%s is valid from %s to %s", what,
			show_time(start_ms, &call->mem), until);
		bad(call, path, &why);
		return;
	}
	good(call, path,
		arena_format(&call->mem, "%s, valid until %s%s", text, until,
			end_ms - now_ms < SOON_DAYS * MS_PER_DAY
				? ": replace it soon"
				: ""));
}

static void
check_pair(struct call *call, const char *certificate, const char *key,
	const char *oin)
{
	struct fault why = FAULT_NONE;
	struct certificate look;

	certificate = site_path(&call->site, certificate);
	key = site_path(&call->site, key);
	if (certificate_look(certificate, &look, &why) != V_OK) {
		bad(call, certificate, &why);
		return;
	}
	if (certificate_key(certificate, key, &why) != V_OK) {
		bad(call, key, &why);
		return;
	}
	check_dates(call, "certificate", certificate, look.start_ms,
		look.end_ms,
		arena_format(&call->mem, "%s, %s%s, its key fits", look.subject,
			look.oin[0] == '\0' ? "without OIN" : "OIN ",
			look.oin));
	/* An intermediary's certificate carries its own number: no error. */
	if (oin[0] != '\0' && look.oin[0] != '\0' && strcmp(oin, look.oin) != 0)
		good(call, certificate,
			arena_format(&call->mem,
				"note: the sender's OIN is %s: right only for "
				"an intermediary",
				oin));
}

static void
check_cpa(struct call *call, const struct jobs_sender *sender)
{
	const char *path = site_path(&call->site, sender->cpa);
	struct buf text = BUF_MAX(FILE_BYTES_MAX);
	struct fault why = FAULT_NONE;
	struct cpa cpa;
	enum verdict v;

	v = file_get(AT_FDCWD, path, &text, &why);
	if (v == V_OK)
		v = cpa_read(text.bytes, text.len, sender->oin, actions, false,
			&call->mem, &cpa, &why);
	else
		why.code = CODE_CPA;
	if (v != V_OK)
		bad(call, path, &why);
	else
		check_dates(call, "CPA", path, cpa.start_ms, cpa.end_ms,
			arena_format(&call->mem, "CPA %s with %s", cpa.id,
				cpa.theirs.id));
	buf_done(&text);
}

/* A definition; `wanted` "woz-biljet/1", or NULL when any will do. */
static void
check_definition(struct call *call, const char *path, const char *wanted)
{
	struct buf text = BUF_MAX(FILE_BYTES_MAX);
	struct definition *definition = NULL;
	struct fault why = FAULT_NONE;
	enum verdict v;

	v = file_get(AT_FDCWD, path, &text, &why);
	if (v == V_OK)
		v = definition_parse(
			path, text.bytes, text.len, &definition, &why);
	else
		why.code = CODE_FORMAT;
	if (v == V_OK && wanted != NULL &&
		strcmp(definition_id(definition), wanted) != 0)
		v = fault_set(&why, V_BROKEN, CODE_FORMAT,
			"a stream wants %s, the file defines %s", wanted,
			definition_id(definition));
	if (v != V_OK)
		bad(call, path, &why);
	else
		good(call, path,
			arena_format(&call->mem, "definition %s: %s",
				definition_id(definition),
				definition_title(definition)));
	definition_free(definition);
	buf_done(&text);
}

/* "woz-biljet/1" lies in FORMATS/woz-biljet.yaml. */
static void
check_format(struct call *call, const struct jobs_stream *stream)
{
	const char *folder = call->site.jobs.formats;
	size_t name = strcspn(stream->format, "/");
	struct fault why = FAULT_NONE;

	if (stream->format[name] == '\0' ||
		strchr(stream->format, '.') != NULL) {
		fault_set(&why, V_BROKEN, CODE_FORMAT,
			"stream %s: format must be NAME/VERSION", stream->name);
		bad(call, call->site.file, &why);
		return;
	}
	check_definition(call,
		arena_format(&call->mem, "%s/%.*s.yaml",
			site_path(&call->site,
				folder == NULL ? "formats" : folder),
			(int)name, stream->format),
		stream->format);
}

/* The site key must be secret; what is in it, mobbd reads. */
static void
check_jobs(struct call *call)
{
	const struct jobs *jobs = &call->site.jobs;
	size_t i;

	good(call, call->site.file,
		arena_format(&call->mem,
			"jobs file: %zu streams, %zu senders, %zu endpoints",
			jobs->stream_count, jobs->sender_count,
			jobs->endpoint_count));
	check_pair(call, jobs->listen.certificate, jobs->listen.key, "");
	for (i = 0; i < jobs->sender_count; i++) {
		const struct jobs_sender *sender = &jobs->senders[i];

		check_pair(call, sender->certificate, sender->key, sender->oin);
		check_cpa(call, sender);
	}
	for (i = 0; i < jobs->stream_count; i++)
		check_format(call, &jobs->streams[i]);
}

/* What kind of file is it?  By what is in it, not by its name. */
static enum verdict
check_file(struct call *call, const char *path, struct fault *why)
{
	struct buf text = BUF_MAX(FILE_BYTES_MAX);
	enum verdict v;

	v = file_get(AT_FDCWD, path, &text, why);
	if (v != V_OK) {
		why->code = CODE_CONFIG;
		fault_at(why, "%s", path);
		buf_done(&text);
		return V_BROKEN;
	}
	if (strstr(text.bytes, "-----BEGIN CERTIFICATE-----") != NULL) {
		struct certificate look;

		v = certificate_look(path, &look, why);
		if (v == V_OK)
			check_dates(call, "certificate", path, look.start_ms,
				look.end_ms, look.subject);
	} else if (strstr(text.bytes, "\nstreams:") != NULL ||
		   strncmp(text.bytes, "streams:", 8) == 0 ||
		   strstr(text.bytes, "\nspool:") != NULL) {
		v = site_open(path, &call->site, why);
		if (v == V_OK)
			check_jobs(call);
	} else {
		check_definition(call, path, NULL);
	}
	buf_done(&text);
	return v;
}

static enum verdict
run(struct call *call, struct fault *why)
{
	const char *path =
		call->arg_count > 0 ? call->args[0] : call->options.jobs_file;

	return check_file(call, path, why);
}

const struct command command_check = {
	.name = "check",
	.args = "[FILE]",
	.help = "is it sound: a jobs file and what it names, a definition, a "
		"certificate",
	.args_max = 1,
	.need = NEED_NOTHING,
	.run = run,
};
