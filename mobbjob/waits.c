/* mobbjob/waits.c - see mobbjob/waits.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "base/clock.h"
#include "mobbjob/layout.h"
#include "mobbjob/show.h"
#include "mobbjob/waits.h"
#include "spool/spool.h"

/* As intake has it; a definition that cannot be read has no sets. */
static struct spool_rule
rule_of(struct call *call, const struct jobs_stream *stream)
{
	struct spool_rule rule = { .stream = stream->folder,
		.sidecar = stream->sidecar,
		.quiet_ms = stream->quiet_ms,
		.set_ms = stream->wait };
	const struct format_input *input;
	struct definition *definition;
	struct fault ignored;

	if (layout_of_stream(call, stream, &definition, &ignored) != V_OK)
		return rule;
	input = definition_input(definition);
	rule.parts = input->parts;
	rule.unpacks = input->pages != NULL || input->inlined;
	definition_free(definition);
	return rule;
}

static void
of_folder(struct call *call, struct spool *spool, const struct spool_rule *rule,
	struct wait *all, size_t *count)
{
	struct spool_wait *found;
	struct fault ignored;
	size_t i, n;

	if (spool_waits(spool, rule, clock_now_ms(), &call->mem, &found, &n,
		    &ignored) != V_OK)
		return;
	for (i = 0; i < n && *count < SPOOL_WAITS_MAX; i++)
		all[(*count)++] = (struct wait){ .stream = rule->stream,
			.file = found[i].name,
			.code = found[i].code,
			.text = found[i].text,
			.person = found[i].late || found[i].missing_bytes > 0,
			.changed_ms = found[i].changed_ms,
			.bytes = found[i].bytes,
			.missing_bytes = found[i].missing_bytes };
}

/* And what lies beside the folders of its senders. */
static void
of_stream(struct call *call, struct spool *spool,
	const struct jobs_stream *stream, struct spool_rule rule,
	struct wait *all, size_t *count)
{
	rule.stream = stream->folder;
	of_folder(call, spool, &rule, all, count);
	if (!stream->many || stream->again)
		return;
	rule.stream = stream->name;
	rule.senders =
		jobs_stream_senders(&call->site.jobs, stream->name, &call->mem);
	of_folder(call, spool, &rule, all, count);
}

void
waits_find(struct call *call, struct wait **waits_out, size_t *count_out)
{
	const struct jobs *jobs = &call->site.jobs;
	struct spool_rule rule = { .stream = "" };
	struct spool *spool = NULL;
	struct fault ignored;
	size_t i;

	*waits_out =
		arena_alloc(&call->mem, SPOOL_WAITS_MAX * sizeof(**waits_out));
	*count_out = 0;
	if (spool_look_open(site_path(&call->site, jobs->spool), &spool,
		    &ignored) != V_OK)
		return;
	for (i = 0; i < jobs->stream_count; i++) {
		const struct jobs_stream *s = &jobs->streams[i];

		if (!s->again) /* its senders share the definition */
			rule = rule_of(call, s);
		of_stream(call, spool, s, rule, *waits_out, count_out);
	}
	spool_close(spool);
}

struct json *
wait_json(const struct wait *wait, struct arena *mem)
{
	struct json *o = json_new_object();
	const char *slash;

	json_add_text(o, "schema", "mobb.wait/1");
	slash = strchr(wait->stream, '/');
	json_add_text(o, "stream",
		slash == NULL ? wait->stream
			      : arena_text(mem, wait->stream,
					(size_t)(slash - wait->stream)));
	json_add_given(o, "sender", slash == NULL ? "" : slash + 1);
	json_add_text(o, "file", wait->file);
	json_add_text(o, "code", show_code((int)wait->code, mem));
	json_add_text(o, "reason", wait->text);
	json_add_bool(o, "needs_person", wait->person);
	json_add_time(o, "changed", wait->changed_ms);
	json_add_int(o, "bytes", wait->bytes);
	json_add_int(o, "missing_bytes", wait->missing_bytes);
	return o;
}

const char *
wait_line(const struct wait *wait, struct arena *mem)
{
	return arena_format(mem, "in/%s/%s  %s (%s, since %s)", wait->stream,
		wait->file, show_clean(wait->text, mem),
		show_code((int)wait->code, mem),
		show_time(wait->changed_ms, mem));
}
