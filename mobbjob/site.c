/* mobbjob/site.c - see mobbjob/site.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "base/home.h"
#include "mobbjob/site.h"

#define JOBS_BYTES_MAX 1000000

const char *
site_path(struct site *site, const char *path)
{
	return home_path(&site->mem, site->folder, path);
}

/* The dates on which nothing begins, from a file of their own. */
static enum verdict
read_blackout(struct site *site, struct fault *why)
{
	struct buf text = BUF_MAX(JOBS_BYTES_MAX);
	const char *path, *folder;
	enum verdict v;

	if (site->jobs.blackout_file == NULL)
		return V_OK;
	path = site_path(site, site->jobs.blackout_file);
	v = home_read(path, &site->mem, &text, &folder, why);
	if (v == V_OK)
		v = jobs_blackout(&site->jobs, path, text.bytes, text.len, why);
	buf_done(&text);
	return v;
}

enum verdict
site_open(const char *jobs_file, struct site *site_out, struct fault *why)
{
	struct site site = SITE_EMPTY;
	struct buf text = BUF_MAX(JOBS_BYTES_MAX);
	enum verdict v;

	v = home_read(jobs_file, &site.mem, &text, &site.folder, why);
	if (v == V_OK)
		v = jobs_parse(
			jobs_file, text.bytes, text.len, &site.jobs, why);
	buf_done(&text);
	if (v == V_OK)
		v = read_blackout(&site, why);
	if (v != V_OK) {
		jobs_free(&site.jobs);
		arena_done(&site.mem);
		return v;
	}
	site.file = arena_text(&site.mem, jobs_file, strlen(jobs_file));
	*site_out = site;
	return V_OK;
}

enum verdict
site_conninfo(struct site *site, struct fault *why)
{
	return store_conninfo(site->jobs.database, site_path(site, "db"),
		site->conninfo, why);
}

enum verdict
site_store(struct site *site, struct fault *why)
{
	enum verdict v;

	assert(site->store == NULL);
	v = site_conninfo(site, why);
	if (v == V_OK)
		v = store_open(site->conninfo, &site->store, why);
	if (v == V_OK)
		v = store_person(site->store, &site->person, why);
	if (v != V_OK)
		return v;
	/* Only the owner can bring the tables up to date, and seldom has to. */
	v = store_check_version(site->store, why);
	if (!site->person.owner)
		return v;
	if (v != V_OK)
		v = store_migrate(site->store, why);
	return v == V_OK ? store_person_rules(site->store, &site->jobs, why)
			 : v;
}

void
site_close(struct site *site)
{
	store_close(site->store);
	jobs_free(&site->jobs);
	arena_done(&site->mem);
	*site = SITE_EMPTY;
}
