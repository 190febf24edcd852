/* mobbd/site.h - one installation: the jobs file and what it points to
 *
 * Each role opens only what it needs: a role that parses what strangers wrote
 * gets no TLS key, one that talks to the outside gets no site key.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBD_SITE_H
#define MOBBD_SITE_H

#include <stdbool.h>

#include "base/arena.h"
#include "batch/jobs.h"
#include "channels/look.h"
#include "formats/format.h"
#include "spool/spool.h"
#include "store/store.h"

enum site_need {
	SITE_SPOOL = 1,
	SITE_KEY = 2,	  /* the key that makes ids */
	SITE_FORMATS = 4, /* definitions of the streams */
	SITE_CPAS = 8,
};

struct site {
	struct arena mem; /* lives as long as the site */
	struct jobs jobs;
	const char *file;   /* the jobs file, as site_open() was told; lent */
	const char *folder; /* of the jobs file; paths are relative to it */
	char conninfo[CONNINFO_MAX];
	struct store *store;
	struct spool *spool;
	uint8_t key[32];
	struct definition **definitions; /* one per stream, same order */
	/* Those that could be read, densely, one for each CPA id */
	struct cpa *cpas;
	size_t cpa_count;
	/* One per sender, same order; then those of cpa_before */
	struct site_cpa *cpa_of;
	size_t cpa_of_count;
};

/* A CPA of a sender, or why it cannot be used. */
struct site_cpa {
	const struct cpa *cpa; /* NULL: it cannot be used */
	struct fault why;
	const struct jobs_sender *sender;
	const char *file;   /* as in the jobs file */
	uint8_t sha256[32]; /* of the file */
};

/* Read the jobs file; open nothing else yet. */
enum verdict site_open(
	const char *jobs_file, struct site *site_out, struct fault *why);
/* Start the private cluster if there is one, connect. */
enum verdict site_store(struct site *site, struct fault *why);
/* One CPA that cannot be used costs its sender only; V_BROKEN when none can, or
 * when two files give one CPA id different contents or sides: what comes in
 * under that id could not be judged.
 */
enum verdict site_needs(struct site *site, unsigned needs, struct fault *why);
void site_close(struct site *site);

/* A path of the jobs file, made absolute; lives as long as the site. */
const char *site_path(struct site *site, const char *path);

/* The stream of a job as it was taken in.  V_SKIP (CODE_CONFIG_NAME): the jobs
 * file has it no longer, or gives it another sender, endpoint or environment;
 * then nothing of the job may leave.
 */
enum verdict site_stream(const struct site *site, const struct job *job,
	const struct jobs_stream **stream_out, struct fault *why);

/* The same by stream and sender (its OIN) alone; NULL: none any more. */
const struct jobs_stream *site_stream_now(
	const struct site *site, const struct job *job);
/* Where the supplier of a job finds its files, below out/. */
const char *site_folder(const struct site *site, const struct job *job);

/* The definition of a stream; NULL when there is no such stream. */
const struct definition *site_definition(
	const struct site *site, const struct jobs_stream *stream);
/* V_SKIP: it cannot be read, or is not valid at this moment. */
enum verdict site_cpa(const struct site *site, const struct jobs_sender *sender,
	int64_t now_ms, const struct cpa **cpa_out, struct fault *why);

/* The CPA under which something of this sender is under way; `id` "" is not
 * known, so the present one.  V_SKIP: CODE_CPA_GONE, none with the sender's OIN
 * has it now or had it before, or it ended too long ago; else as site_cpa().
 */
enum verdict site_agreed(const struct site *site,
	const struct jobs_sender *sender, const char *id, int64_t now_ms,
	const struct cpa **cpa_out, struct fault *why);

/* The first that has the CPA with this id, presently or else before; NULL. */
const struct site_cpa *site_cpa_named(const struct site *site, const char *id);

/* The ids of all, for the books, in `mem`.  False: one cannot be read, so nobody
 * knows what else is known.
 */
bool site_cpa_ids(
	const struct site *site, struct arena *mem, struct store_part *ids_out);

#endif
