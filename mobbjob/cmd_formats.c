/* mobbjob/cmd_formats.c - formats: the layouts that are defined, and one of
 * them in words
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mobbjob/layout.h"
#include "mobbjob/show.h"

#define NAMES_MAX 1000
#define EXPLAIN_BYTES_MAX 4000000
#define EXIT_CONFIG 4

static const char *const heads[] = { "LAYOUT", "KIND", "TITLE", "STREAMS",
	"FILE", NULL };

static const char *
kind_name(const struct definition *definition)
{
	switch (definition_kind(definition)) {
	case FORMAT_XML:
		return "xml";
	case FORMAT_DELIMITED:
		return "delimited";
	case FORMAT_FIXED:
		return "fixed";
	}
	return "";
}

/* "woz, woz-2": who reads by it; `json` gets the same as an array. */
static const char *
streams_of(struct call *call, const char *id, struct json *json)
{
	const struct jobs *jobs = &call->site.jobs;
	const char *all = "";
	size_t i;

	for (i = 0; i < jobs->stream_count; i++) {
		const struct jobs_stream *s = &jobs->streams[i];
		struct json *one;

		if (s->again || strcmp(s->format, id) != 0)
			continue;
		all = arena_format(&call->mem, "%s%s%s", all,
			all[0] == '\0' ? "" : ", ", s->name);
		if (json == NULL)
			continue;
		one = json_new_object();
		json_add_text(one, "name", s->name);
		json_append(json, one);
	}
	return all;
}

static void
list_json(struct call *call, const struct definition *d, const char *path)
{
	struct json *o = json_new_object(), *streams = json_new_array();

	json_add_text(o, "schema", "mobb.format/1");
	json_add_text(o, "format", definition_id(d));
	json_add_text(o, "kind", kind_name(d));
	json_add_text(o, "title", definition_title(d));
	(void)streams_of(call, definition_id(d), streams);
	json_add(o, "streams", streams);
	json_add_text(
		o, "sha256", show_digest(definition_sha256(d), &call->mem));
	json_add_text(o, "file", path);
	json_write(o, stdout);
}

static void
list_one(struct call *call, struct table *table, const char *path)
{
	struct definition *d = NULL;
	struct fault why = FAULT_NONE;

	if (layout_read(path, NULL, NULL, NULL, &d, &why) != V_OK) {
		(void)tell_fault(&why);
		call->exit = EXIT_CONFIG;
		return;
	}
	if (call->options.json) {
		list_json(call, d, path);
	} else {
		const char *id = definition_id(d);
		const char *title = definition_title(d);

		table_text(table, arena_text(&call->mem, id, strlen(id)));
		table_text(table, kind_name(d));
		table_text(table, title);
		table_text(table, streams_of(call, id, NULL));
		table_text(table, path);
	}
	definition_free(d);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of *.yaml in the folder, in order. */
static enum verdict
names_of(struct call *call, const char *folder, const char **names,
	size_t *count_out, struct fault *why)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	size_t count = 0;

	if (dir == NULL) {
		(void)fault_errno(why, V_BROKEN, CODE_CONFIG,
			"the folder of definitions");
		fault_at(why, "%s", folder);
		return V_BROKEN;
	}
	while (count < NAMES_MAX && (entry = readdir(dir)) != NULL) {
		size_t len = strlen(entry->d_name);

		if (len > 5 && entry->d_name[0] != '.' &&
			strcmp(entry->d_name + len - 5, ".yaml") == 0)
			names[count++] =
				arena_text(&call->mem, entry->d_name, len);
	}
	(void)closedir(dir);
	qsort(names, count, sizeof(*names), by_name);
	*count_out = count;
	return V_OK;
}

static enum verdict
list(struct call *call, struct fault *why)
{
	const char *folder = layout_folder(call);
	const char **names =
		arena_alloc(&call->mem, NAMES_MAX * sizeof(*names));
	struct table table;
	size_t i, count;
	enum verdict v;

	v = names_of(call, folder, names, &count, why);
	if (v != V_OK)
		return v;
	table_begin(&table, call->options.plain, &call->mem, heads);
	for (i = 0; i < count; i++)
		list_one(call, &table,
			arena_format(&call->mem, "%s/%s", folder, names[i]));
	if (call->options.json)
		table_drop(&table);
	else
		table_end(&table);
	return V_OK;
}

static enum verdict
explain(struct call *call, const char *name, struct fault *why)
{
	const char *path = layout_path(call, name, why);
	struct buf text = BUF_MAX(EXPLAIN_BYTES_MAX);
	struct definition *d = NULL;
	struct json *o;
	enum verdict v;

	if (path == NULL)
		return V_BROKEN;
	v = layout_read(path, layout_wanted(name), NULL, NULL, &d, why);
	if (v != V_OK)
		return v;
	definition_explain(d, &text);
	if (!call->options.json) {
		/* From the first heading, without the empty line above it. */
		fputs(text.bytes + (text.bytes[0] == '\n'), stdout);
	} else {
		o = json_new_object();
		json_add_text(o, "schema", "mobb.format.words/1");
		json_add_text(o, "format", definition_id(d));
		json_add_text(o, "text", text.bytes);
		json_write(o, stdout);
	}
	buf_done(&text);
	definition_free(d);
	return V_OK;
}

/* Without a jobs file there are the definitions in ./formats. */
static enum verdict
run(struct call *call, struct fault *why)
{
	const char *what = call->args[0];
	enum verdict v = V_OK;

	if (access(call->options.jobs_file, F_OK) == 0)
		v = site_open(call->options.jobs_file, &call->site, why);
	if (v != V_OK)
		return v;
	if (call->arg_count == 0 ||
		(call->arg_count == 1 && strcmp(what, "list") == 0))
		return list(call, why);
	if (call->arg_count == 2 && strcmp(what, "explain") == 0)
		return explain(call, call->args[1], why);
	return fault_set(why, V_BROKEN, CODE_USAGE,
		"usage: mobbjob formats [list], mobbjob formats explain NAME");
}

const struct command command_formats = {
	.name = "formats",
	.args = "[list | explain NAME]",
	.help = "the layouts of batch files; one in words, for a supplier",
	.args_max = 2,
	.need = NEED_NOTHING,
	.run = run,
};
