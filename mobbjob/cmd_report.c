/* mobbjob/cmd_report.c - report: what became of a file
 *
 * As CSV what the supplier is told, the same text as mobbd writes to out/; as
 * JSON or a page the sums, for who answers for the job; --since for all jobs.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "mobbjob/job.h"
#include "mobbjob/report_view.h"

static enum verdict
to_file(void *file, const void *bytes, size_t len, struct fault *why)
{
	if (fwrite(bytes, 1, len, file) != len)
		return fault_errno(why, V_BROKEN, CODE_IO, "write the report");
	return V_OK;
}

/* By --html, or by the name of the file. */
static bool
is_page(const struct options *o)
{
	size_t len = o->out == NULL ? 0 : strlen(o->out);

	return o->html || (len > 5 && strcmp(o->out + len - 5, ".html") == 0);
}

static enum verdict
write_page(
	struct call *call, const struct job *job, FILE *file, struct fault *why)
{
	struct report_view *view = arena_alloc(&call->mem, sizeof(*view));
	struct buf page = BUF_MAX(REPORT_HTML_MAX);
	enum verdict v = report_view_make(call, job, view, why);

	if (v == V_OK && call->options.json) {
		json_write(report_json(view, &call->mem), file);
		return V_OK;
	}
	if (v == V_OK)
		report_html(view, &call->mem, &page);
	if (v == V_OK && page.full)
		v = fault_set(why, V_BROKEN, CODE_LIMIT,
			"the page is above %d bytes", REPORT_HTML_MAX);
	if (v == V_OK)
		v = to_file(file, page.bytes, page.len, why);
	buf_done(&page);
	return v;
}

static enum verdict
write_report(
	struct call *call, const struct job *job, FILE *file, struct fault *why)
{
	if (call->options.json || is_page(&call->options))
		return write_page(call, job, file, why);
	return store_report_write(
		call->site.store, job, clock_now_ms(), to_file, file, why);
}

static enum verdict
check_options(const struct call *call, struct fault *why)
{
	const struct options *o = &call->options;

	if ((o->since != NULL) == (call->arg_count == 1))
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"usage: mobbjob report JOB, or report --since TIME");
	if (o->since != NULL && (o->close || o->html || o->out != NULL))
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"--since goes with --always and --json only");
	if (o->json && is_page(o))
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"--json or --html, not both");
	if (o->close && (o->html || o->out != NULL))
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"--close writes no report: ask for it afterwards");
	return V_OK;
}

static enum verdict
run(struct call *call, struct fault *why)
{
	const char *path = call->options.out;
	struct job job;
	FILE *file = stdout;
	enum verdict v = check_options(call, why);

	if (v == V_OK && call->options.since != NULL)
		return report_since(call, why);
	if (v == V_OK)
		v = job_of(call, call->args[0], &job, why);
	if (v != V_OK)
		return v;
	if (call->options.close)
		return report_close(call, &job, why);
	if (path != NULL) {
		file = fopen(path, "wbe");
		if (file == NULL) {
			fault_errno(why, V_BROKEN, CODE_IO, "write the report");
			fault_at(why, "%s", path);
			return V_BROKEN;
		}
	}
	v = write_report(call, &job, file, why);
	if (fflush(file) != 0 && v == V_OK)
		v = fault_errno(why, V_BROKEN, CODE_IO, "write the report");
	if (file != stdout && fclose(file) != 0 && v == V_OK)
		v = fault_errno(why, V_BROKEN, CODE_IO, "write the report");
	if (v != V_OK && path != NULL)
		fault_at(why, "%s", path);
	return v;
}

static bool
looks(const struct call *call)
{
	return !call->options.close;
}

const struct command command_report = {
	.name = "report",
	.args = "JOB [--html | --close] | --since TIME",
	.help = "what became of a file: CSV, a page; the nightly mail",
	.args_max = 1,
	.need = NEED_STORE,
	.changes = true,
	.may = PERSON_OPERATE,
	.looks = looks,
	.run = run,
};
