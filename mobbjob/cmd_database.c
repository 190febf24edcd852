/* mobbjob/cmd_database.c - database: the private cluster
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "mobbjob/decide.h"

/* While it runs.  A database that has no books yet is started and stopped all
 * the same.
 */
static void
record_it(struct call *call)
{
	const char *reason = call->options.reason;
	struct event event = { .at_ms = clock_now_ms(),
		.person = call->person,
		.what = "database",
		.text = arena_format(&call->mem, "%s%s%.400s", call->args[0],
			reason == NULL ? "" : ": ",
			reason == NULL ? "" : reason) };
	char conninfo[CONNINFO_MAX];
	struct store *store = NULL;
	struct fault ignored;

	if (store_cluster_look(
		    site_path(&call->site, "db"), conninfo, &ignored) == V_OK &&
		store_open(conninfo, &store, &ignored) == V_OK)
		(void)store_event_add(store, &event, &ignored);
	store_close(store);
}

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
	if (strcmp(what, "start") == 0) {
		v = site_conninfo(site, why);
		if (v == V_OK)
			record_it(call);
	} else {
		record_it(call);
		v = store_cluster_stop(site_path(site, "db"), why);
	}
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
