/* mobbjob/refs.c - see mobbjob/refs.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "mobbjob/refs.h"

#define FILE_BYTES_MAX ((size_t)(REFS_BYTES_MAX + 2) * REFERENCES_MAX)

static enum verdict
take_lines(struct call *call, const char *path, char *rest, struct refs *out,
	struct fault *why)
{
	struct refs r = { 0 };
	int64_t line = 0;
	size_t lines = 1;
	char *c;

	for (c = rest; *c != '\0'; c++)
		lines += *c == '\n';
	r.references = arena_alloc(&call->mem, lines * sizeof(*r.references));
	r.lines = arena_alloc(&call->mem, lines * sizeof(*r.lines));
	while (*rest != '\0') {
		char *text = rest;

		line++;
		rest += strcspn(rest, "\n");
		if (*rest == '\n')
			*rest++ = '\0';
		text = text_trim(text);
		if (text[0] == '\0')
			continue;
		fault_at(why, "%s:%" PRId64, path, line);
		if (r.count == REFERENCES_MAX)
			return fault_set(why, V_BROKEN, CODE_USAGE,
				"more than %d references", REFERENCES_MAX);
		if (strlen(text) > REFS_BYTES_MAX ||
			text_chars(text, strlen(text)) < 0)
			return fault_set(why, V_BROKEN, CODE_USAGE,
				"no reference: text of at most %d bytes",
				REFS_BYTES_MAX);
		r.references[r.count] = text;
		r.lines[r.count++] = line;
	}
	*why = FAULT_NONE;
	if (r.count == 0)
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"%.200s has no reference in it", path);
	*out = r;
	return V_OK;
}

enum verdict
refs_read(struct call *call, const char *path, struct refs *out,
	struct fault *why)
{
	struct buf text = BUF_MAX(FILE_BYTES_MAX);
	enum verdict v = file_get(AT_FDCWD, path, &text, why);

	if (v != V_OK)
		fault_at(why, "%s", path);
	else if (memchr(text.bytes, '\0', text.len) != NULL)
		v = fault_set(
			why, V_BROKEN, CODE_USAGE, "%.200s is no text", path);
	else
		v = take_lines(call, path,
			arena_text(&call->mem, text.bytes, text.len), out, why);
	buf_done(&text);
	return v;
}

/* "refs.txt: lines 3, 17, 20 and 5 more" */
static void
name_lines(struct fault *why, const char *path, const struct refs *refs,
	const int64_t unknown[REFERENCES_UNKNOWN], size_t count)
{
	char text[FAULT_TEXT_MAX] = "";
	size_t i, used = 0;

	for (i = 0; i < count && i < REFERENCES_UNKNOWN; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
			"%s%" PRId64, i == 0 ? "" : ", ",
			refs->lines[unknown[i]]);
	if (count > REFERENCES_UNKNOWN)
		snprintf(text + used, sizeof(text) - used, " and %zu more",
			count - REFERENCES_UNKNOWN);
	fault_at(why, "%s: line%s %s", path, count == 1 ? "" : "s", text);
}

enum verdict
refs_find(struct call *call, const char *job, const struct refs *refs,
	int64_t **records_out, size_t *count_out, struct fault *why)
{
	int64_t unknown[REFERENCES_UNKNOWN];
	size_t unknown_count = 0;
	enum verdict v;

	v = store_references_find(call->site.store, job, refs->references,
		refs->count, &call->mem, records_out, count_out, unknown,
		&unknown_count, why);
	if (v != V_OK || unknown_count == 0)
		return v;
	v = fault_set(why, V_SKIP, CODE_NO_JOB,
		"job %s has no letter with %s reference%s; nothing was done",
		job, unknown_count == 1 ? "this" : "these",
		unknown_count == 1 ? "" : "s");
	name_lines(why, call->options.refs, refs, unknown, unknown_count);
	return v;
}
