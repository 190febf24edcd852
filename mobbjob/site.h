/* mobbjob/site.h - the installation a command looks at
 *
 * The jobs file and the database; never a key, never a connection to the
 * outside.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_SITE_H
#define MOBBJOB_SITE_H

#include "base/arena.h"
#include "base/fault.h"
#include "batch/jobs.h"
#include "store/store.h"

struct site {
	struct arena mem; /* as long as the site */
	struct jobs jobs;
	const char *file;   /* the jobs file, as given */
	const char *folder; /* where it lies, absolute; paths are relative
			     * to it */
	char conninfo[CONNINFO_MAX];
	struct store *store;  /* NULL until site_store() */
	struct person person; /* of its connection */
};

#define SITE_EMPTY ((struct site){ .mem = ARENA_EMPTY })

/* V_BROKEN: CODE_CONFIG.. */
enum verdict site_open(
	const char *jobs_file, struct site *site_out, struct fault *why);

/* How to connect; starts the private cluster when it is not running. */
enum verdict site_conninfo(struct site *site, struct fault *why);

/* Connect. */
enum verdict site_store(struct site *site, struct fault *why);
void site_close(struct site *site); /* accepts SITE_EMPTY, and twice */

/* A path of the jobs file, made absolute; lives as long as the site. */
const char *site_path(struct site *site, const char *path);

#endif
