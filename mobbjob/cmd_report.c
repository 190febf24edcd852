/* mobbjob/cmd_report.c - report: what the supplier is told about a file
 *
 * The same text as mobbd writes to out/, as the books are now.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>

#include "base/clock.h"
#include "mobbjob/job.h"

static enum verdict
to_file(void *file, const void *bytes, size_t len, struct fault *why)
{
	if (fwrite(bytes, 1, len, file) != len)
		return fault_errno(why, V_BROKEN, CODE_IO, "write the report");
	return V_OK;
}

static enum verdict
run(struct call *call, struct fault *why)
{
	const char *path = call->options.out;
	struct job job;
	FILE *file = stdout;
	enum verdict v;

	v = job_of(call, call->args[0], &job, why);
	if (v != V_OK)
		return v;
	if (path != NULL) {
		file = fopen(path, "wbe");
		if (file == NULL) {
			fault_errno(why, V_BROKEN, CODE_IO, "write the report");
			fault_at(why, "%s", path);
			return V_BROKEN;
		}
	}
	v = store_report_write(
		call->site.store, &job, clock_now_ms(), to_file, file, why);
	if (fflush(file) != 0 && v == V_OK)
		v = fault_errno(why, V_BROKEN, CODE_IO, "write the report");
	if (file != stdout && fclose(file) != 0 && v == V_OK)
		v = fault_errno(why, V_BROKEN, CODE_IO, "write the report");
	if (v != V_OK && path != NULL)
		fault_at(why, "%s", path);
	return v;
}

const struct command command_report = {
	.name = "report",
	.args = "JOB [-o FILE]",
	.help = "what became of each record, as the supplier is told (CSV)",
	.args_min = 1,
	.args_max = 1,
	.need = NEED_STORE,
	.run = run,
};
