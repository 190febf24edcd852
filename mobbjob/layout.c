/* mobbjob/layout.c - see mobbjob/layout.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "mobbjob/layout.h"

#define TAIL ".yaml"

enum verdict
layout_read(const char *path, const char *wanted,
	void (*tell)(void *self, const struct fault *mistake), void *self,
	struct definition **definition_out, struct fault *why)
{
	struct buf text = BUF_MAX(LAYOUT_BYTES_MAX);
	struct definition *definition = NULL;
	bool read = false;
	enum verdict v;

	v = file_get(AT_FDCWD, path, &text, why);
	if (v == V_OK) {
		read = true;
		v = definition_check(path, text.len == 0 ? "" : text.bytes,
			text.len, tell, self, &definition, why);
	} else if (v == V_SKIP) {
		(void)fault_set(why, V_BROKEN, CODE_FORMAT,
			"there is no such definition");
	} else {
		why->code = CODE_FORMAT;
	}
	if (v == V_OK && wanted != NULL &&
		strcmp(definition_id(definition), wanted) != 0) {
		v = fault_set(why, V_BROKEN, CODE_FORMAT,
			"%.60s is wanted, the file defines %.60s", wanted,
			definition_id(definition));
		read = false;
	}
	buf_done(&text);
	if (v == V_OK) {
		*definition_out = definition;
		return V_OK;
	}
	fault_at(why, "%s", path);
	if (!read && tell != NULL)
		tell(self, why);
	definition_free(definition);
	return V_BROKEN;
}

const char *
layout_folder(struct call *call)
{
	struct site *site = &call->site;

	if (site->file == NULL)
		return "formats";
	return site_path(site,
		site->jobs.formats == NULL ? "formats" : site->jobs.formats);
}

static bool
is_path(const char *name)
{
	size_t len = strlen(name), tail = strlen(TAIL);

	return len > tail && strcmp(name + len - tail, TAIL) == 0;
}

const char *
layout_path(struct call *call, const char *name, struct fault *why)
{
	size_t len = strcspn(name, "/");

	if (is_path(name))
		return name;
	if (len == 0 || strchr(name, '.') != NULL ||
		(name[len] == '/' && strchr(name + len + 1, '/') != NULL)) {
		(void)fault_set(why, V_BROKEN, CODE_USAGE,
			"a layout is named NAME, NAME/VERSION or FILE.yaml");
		return NULL;
	}
	return arena_format(&call->mem, "%s/%.*s.yaml", layout_folder(call),
		(int)len, name);
}

const char *
layout_wanted(const char *name)
{
	return is_path(name) || strchr(name, '/') == NULL ? NULL : name;
}

enum verdict
layout_of_stream(struct call *call, const struct jobs_stream *stream,
	struct definition **definition_out, struct fault *why)
{
	const char *path = NULL;

	if (strchr(stream->format, '/') != NULL && !is_path(stream->format))
		path = layout_path(call, stream->format, why);
	if (path == NULL) {
		(void)fault_set(why, V_BROKEN, CODE_FORMAT,
			"stream %s: format must be NAME/VERSION", stream->name);
		fault_at(why, "%s", call->site.file);
		return V_BROKEN;
	}
	return layout_read(
		path, stream->format, NULL, NULL, definition_out, why);
}
