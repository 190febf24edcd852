/* mobbjob/cmd_database.c - database: the private cluster
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>
#include <string.h>

#include "mobbjob/decide.h"

static enum verdict
run(struct call *call, struct fault *why)
{
	const char *what = call->args[0];
	struct site *site = &call->site;
	bool ours = strcmp(site->jobs.database, "private") == 0;
	enum verdict v;

	if (strcmp(what, "conninfo") == 0) {
		v = site_conninfo(site, why);
		if (v == V_OK)
			puts(site->conninfo);
		return v;
	}
	if (strcmp(what, "start") != 0 && strcmp(what, "stop") != 0)
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"usage: mobbjob database start | stop | conninfo");
	if (!ours)
		return fault_set(why, V_SKIP, CODE_STATE,
			"the jobs file names a database that is not ours to "
			"%s",
			what);
	if (call->options.dry_run) {
		decide_tell(call, "database %s", what);
		return V_OK;
	}
	v = strcmp(what, "start") == 0
		    ? site_conninfo(site, why)
		    : store_cluster_stop(site_path(site, "db"), why);
	if (v == V_OK)
		decide_tell(call, "database %s",
			strcmp(what, "start") == 0 ? "runs" : "stopped");
	return v;
}

const struct command command_database = {
	.name = "database",
	.args = "start|stop|conninfo",
	.help = "the private database; conninfo: how to connect with psql",
	.args_min = 1,
	.args_max = 1,
	.need = NEED_JOBS,
	.changes = true,
	.run = run,
};
