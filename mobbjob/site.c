/* mobbjob/site.c - see mobbjob/site.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _XOPEN_SOURCE 700 /* realpath */
#include <assert.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "mobbjob/site.h"

#define JOBS_BYTES_MAX 1000000

const char *
site_path(struct site *site, const char *path)
{
	if (path[0] == '/')
		return path;
	return arena_format(&site->mem, "%s/%s", site->folder, path);
}

enum verdict
site_open(const char *jobs_file, struct site *site_out, struct fault *why)
{
	struct site site = SITE_EMPTY;
	struct buf text = BUF_MAX(JOBS_BYTES_MAX);
	char real[PATH_MAX];
	enum verdict v;

	if (realpath(jobs_file, real) == NULL) {
		v = fault_errno(why, V_BROKEN, CODE_CONFIG, "no jobs file");
		fault_at(why, "%s", jobs_file);
		return v;
	}
	v = file_get(AT_FDCWD, real, &text, why);
	if (v == V_OK) {
		v = jobs_parse(
			jobs_file, text.bytes, text.len, &site.jobs, why);
	} else {
		why->code = CODE_CONFIG;
		fault_at(why, "%s", jobs_file);
		v = V_BROKEN;
	}
	buf_done(&text);
	if (v != V_OK)
		return v;
	site.file = arena_text(&site.mem, jobs_file, strlen(jobs_file));
	site.folder = dirname(arena_text(&site.mem, real, strlen(real)));
	*site_out = site;
	return V_OK;
}

enum verdict
site_conninfo(struct site *site, struct fault *why)
{
	size_t len = strlen(site->jobs.database);

	if (strcmp(site->jobs.database, "private") == 0)
		return store_cluster_start(
			site_path(site, "db"), site->conninfo, why);
	if (len >= sizeof(site->conninfo))
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"database: connection string too long");
	memcpy(site->conninfo, site->jobs.database, len + 1);
	return V_OK;
}

enum verdict
site_store(struct site *site, struct fault *why)
{
	struct fault ignored = FAULT_NONE;
	enum verdict v;

	assert(site->store == NULL);
	v = site_conninfo(site, why);
	if (v == V_OK)
		v = store_open(site->conninfo, &site->store, why);
	if (v != V_OK)
		return v;
	/* Who may only look cannot bring the tables up to date, and need not:
	 * if they are missing, the first question says so.
	 */
	if (store_migrate(site->store, &ignored) == V_OK ||
		ignored.code == CODE_DATABASE_QUERY)
		return V_OK;
	*why = ignored;
	return V_BROKEN;
}

void
site_close(struct site *site)
{
	store_close(site->store);
	jobs_free(&site->jobs);
	arena_done(&site->mem);
	*site = SITE_EMPTY;
}
