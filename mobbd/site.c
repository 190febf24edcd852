/* mobbd/site.c - see mobbd/site.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/home.h"
#include "base/text.h"
#include "channels/channel.h"
#include "mobbd/site.h"

#define JOBS_BYTES_MAX 1000000
#define DEFINITION_BYTES_MAX 1000000

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
	struct site site = { .mem = ARENA_EMPTY, .file = jobs_file };
	struct buf text = BUF_MAX(JOBS_BYTES_MAX);
	enum verdict v;

	v = home_read(jobs_file, &site.mem, &text, &site.folder, why);
	if (v == V_OK)
		v = jobs_parse(
			jobs_file, text.bytes, text.len, &site.jobs, why);
	buf_done(&text);
	if (v == V_OK)
		v = read_blackout(&site, why);
	if (v == V_OK) {
		*site_out = site;
		return V_OK;
	}
	jobs_free(&site.jobs);
	arena_done(&site.mem);
	return v;
}

enum verdict
site_store(struct site *site, struct fault *why)
{
	enum verdict v;

	assert(site->store == NULL);
	v = store_conninfo(site->jobs.database, site_path(site, "db"),
		site->conninfo, why);
	if (v != V_OK)
		return v;
	return store_open(site->conninfo, &site->store, why);
}

static enum verdict
open_spool(struct site *site, struct fault *why)
{
	const struct jobs *jobs = &site->jobs;
	size_t i, n = 0;
	const char **names = arena_alloc(
		&site->mem, (2 * jobs->stream_count + 1) * sizeof(*names));

	for (i = 0; i < jobs->stream_count; i++) {
		const struct jobs_stream *s = &jobs->streams[i];

		if (s->many && !s->again)
			names[n++] = s->name;
		names[n++] = s->folder;
	}
	return spool_open(
		site_path(site, site->jobs.spool), names, n, &site->spool, why);
}

/* "woz-biljet/1" lies in woz-biljet.yaml and must say version 1. */
static enum verdict
read_definition(struct site *site, const struct jobs_stream *stream,
	struct definition **out, struct fault *why)
{
	const char *slash = strchr(stream->format, '/');
	struct buf text = BUF_MAX(DEFINITION_BYTES_MAX);
	const char *path;
	enum verdict v;

	if (slash == NULL || strchr(stream->format, '.') != NULL)
		return fault_set(why, V_BROKEN, CODE_FORMAT,
			"stream %s: format must be NAME/VERSION", stream->name);
	path = arena_format(&site->mem, "%s/%.*s.yaml",
		site_path(site, site->jobs.formats == NULL
					? "formats"
					: site->jobs.formats),
		(int)(slash - stream->format), stream->format);
	v = file_get(AT_FDCWD, path, &text, why);
	if (v != V_OK) {
		why->code = CODE_FORMAT;
		fault_at(why, "%s", path);
		v = V_BROKEN;
	} else {
		v = definition_parse(path, text.bytes, text.len, out, why);
	}
	buf_done(&text);
	if (v == V_OK && strcmp(definition_id(*out), stream->format) != 0) {
		v = fault_set(why, V_BROKEN, CODE_FORMAT,
			"stream %s wants %s, the file defines %s", stream->name,
			stream->format, definition_id(*out));
		fault_at(why, "%s", path);
	}
	return v;
}

static enum verdict
read_definitions(struct site *site, struct fault *why)
{
	size_t i, n = site->jobs.stream_count;
	enum verdict v = V_OK;

	site->definitions = mem_zero(n + 1, sizeof(*site->definitions));
	for (i = 0; v == V_OK && i < n; i++)
		v = read_definition(site, &site->jobs.streams[i],
			&site->definitions[i], why);
	return v;
}

static enum verdict
read_cpa(struct site *site, struct site_cpa *of, struct cpa *cpa_out)
{
	static const char *const use[] = { ACTION_BV_REQUEST, ACTION_BV_RESULT,
		NULL };
	const char *path = site_path(site, of->file);
	struct buf text = BUF_MAX(CPA_BYTES_MAX);
	char place[FAULT_PLACE_MAX];
	enum verdict v;

	v = file_get(AT_FDCWD, path, &text, &of->why);
	if (v == V_OK)
		v = cpa_read(text.bytes, text.len, of->sender->oin, use,
			jobs_plain_http(&site->jobs, of->sender), &site->mem,
			cpa_out, &of->why);
	else
		of->why.code = CODE_CPA;
	if (v == V_OK)
		digest_of(text.bytes, text.len, of->sha256);
	buf_done(&text);
	if (v == V_OK)
		return V_OK;
	memcpy(place, of->why.place, sizeof(place));
	of->why.place[0] = '\0';
	fault_at(&of->why, "%s%s%.130s", path, place[0] == '\0' ? "" : " ",
		place);
	return V_BROKEN;
}

/* Several senders may share a CPA.  What comes in is known by the CPA's id
 * alone, so one id must not mean two things.
 */
static enum verdict
file_cpa(struct site *site, struct site_cpa *of, struct fault *why)
{
	struct cpa *cpa = &site->cpas[site->cpa_count];
	const struct site_cpa *other;

	if (read_cpa(site, of, cpa) != V_OK)
		return V_OK;
	other = site_cpa_named(site, cpa->id);
	if (other == NULL) {
		of->cpa = cpa;
		site->cpa_count++;
		return V_OK;
	}
	of->cpa = other->cpa;
	if (memcmp(other->sha256, of->sha256, sizeof(of->sha256)) == 0 &&
		strcmp(other->sender->oin, of->sender->oin) == 0)
		return V_OK;
	(void)fault_set(why, V_BROKEN, CODE_CPA,
		"senders %s and %s have CPAs with the same id that are not the "
		"same, or not from the same side",
		other->sender->name, of->sender->name);
	fault_at(why, "%s", site_path(site, of->file));
	return V_BROKEN;
}

/* What came late under a former CPA, while it was under way, counts. */
static void
allow_late(struct site *site)
{
	size_t i, k;

	for (i = site->jobs.sender_count; i < site->cpa_of_count; i++)
		for (k = 0; k < site->cpa_count; k++)
			if (&site->cpas[k] == site->cpa_of[i].cpa)
				site->cpas[k].late_ms =
					cpa_keep_ms(&site->cpas[k]);
}

static enum verdict
read_cpas(struct site *site, struct fault *why)
{
	const struct jobs *jobs = &site->jobs;
	size_t i, k, n = jobs->sender_count;
	enum verdict v = V_OK;

	for (i = 0; i < jobs->sender_count; i++)
		n += jobs->senders[i].cpa_before_count;
	site->cpas = mem_zero(n + 1, sizeof(*site->cpas));
	site->cpa_of = mem_zero(n + 1, sizeof(*site->cpa_of));
	for (i = 0, n = 0; i < jobs->sender_count; i++, n++) {
		site->cpa_of[n].sender = &jobs->senders[i];
		site->cpa_of[n].file = jobs->senders[i].cpa;
	}
	for (i = 0; i < jobs->sender_count; i++)
		for (k = 0; k < jobs->senders[i].cpa_before_count; k++, n++) {
			site->cpa_of[n].sender = &jobs->senders[i];
			site->cpa_of[n].file = jobs->senders[i].cpa_before[k];
		}
	site->cpa_of_count = n;
	for (i = 0; v == V_OK && i < n; i++)
		v = file_cpa(site, &site->cpa_of[i], why);
	if (v != V_OK)
		return v;
	allow_late(site);
	if (site->cpa_count > 0 || n == 0)
		return V_OK;
	*why = site->cpa_of[0].why;
	return V_BROKEN;
}

enum verdict
site_needs(struct site *site, unsigned needs, struct fault *why)
{
	enum verdict v = V_OK;

	if (needs & SITE_SPOOL)
		v = open_spool(site, why);
	if (v == V_OK && needs & SITE_KEY)
		v = home_site_key(
			site_path(site, site->jobs.site_key), site->key, why);
	if (v == V_OK && needs & SITE_FORMATS)
		v = read_definitions(site, why);
	if (v == V_OK && needs & SITE_CPAS)
		v = read_cpas(site, why);
	return v;
}

const struct jobs_stream *
site_stream_now(const struct site *site, const struct job *job)
{
	const struct jobs *jobs = &site->jobs;
	size_t i;

	for (i = 0; i < jobs->stream_count; i++)
		if (strcmp(jobs->streams[i].name, job->stream) == 0 &&
			strcmp(jobs->streams[i].sender_is->oin, job->oin) == 0)
			return &jobs->streams[i];
	return NULL;
}

const char *
site_folder(const struct site *site, const struct job *job)
{
	const struct jobs_stream *stream = site_stream_now(site, job);

	return stream == NULL ? job->stream : stream->folder;
}

enum verdict
site_stream(const struct site *site, const struct job *job,
	const struct jobs_stream **stream_out, struct fault *why)
{
	const struct jobs_stream *stream = site_stream_now(site, job);

	if (jobs_stream(&site->jobs, job->stream) == NULL)
		return fault_set(why, V_SKIP, CODE_CONFIG_NAME,
			"the jobs file has no stream %s any more", job->stream);
	if (stream == NULL)
		return fault_set(why, V_SKIP, CODE_CONFIG_NAME,
			"stream %s has another sender than at intake",
			job->stream);
	if (strcmp(stream->endpoint, job->endpoint) != 0 ||
		strcmp(stream->endpoint_is->environment, job->environment) != 0)
		return fault_set(why, V_SKIP, CODE_CONFIG_NAME,
			"stream %s has another endpoint or environment than "
			"at intake",
			job->stream);
	*stream_out = stream;
	return V_OK;
}

const struct definition *
site_definition(const struct site *site, const struct jobs_stream *stream)
{
	assert(stream >= site->jobs.streams &&
		stream < site->jobs.streams + site->jobs.stream_count);
	return site->definitions[stream - site->jobs.streams];
}

enum verdict
site_cpa(const struct site *site, const struct jobs_sender *sender,
	int64_t now_ms, const struct cpa **cpa_out, struct fault *why)
{
	const struct site_cpa *of = &site->cpa_of[sender - site->jobs.senders];

	assert(sender >= site->jobs.senders &&
		sender < site->jobs.senders + site->jobs.sender_count);
	if (of->cpa == NULL) {
		*why = of->why;
		return V_SKIP;
	}
	if (now_ms < of->cpa->start_ms || now_ms > of->cpa->end_ms) {
		(void)fault_set(why, V_SKIP, CODE_CPA,
			now_ms > of->cpa->end_ms ? "the CPA has expired"
						 : "the CPA has not begun");
		fault_at(why, "%s", sender->cpa);
		return V_SKIP;
	}
	*cpa_out = of->cpa;
	return V_OK;
}

const struct site_cpa *
site_cpa_named(const struct site *site, const char *id)
{
	size_t i;

	for (i = 0; i < site->cpa_of_count; i++)
		if (site->cpa_of[i].cpa != NULL &&
			strcmp(site->cpa_of[i].cpa->id, id) == 0)
			return &site->cpa_of[i];
	return NULL;
}

enum verdict
site_agreed(const struct site *site, const struct jobs_sender *sender,
	const char *id, int64_t now_ms, const struct cpa **cpa_out,
	struct fault *why)
{
	const struct site_cpa *now = &site->cpa_of[sender - site->jobs.senders];
	const struct site_cpa *of = site_cpa_named(site, id);

	/* One that cannot be read may be it. */
	if (*id == '\0' || now->cpa == NULL ||
		(of != NULL && of->cpa == now->cpa))
		return site_cpa(site, sender, now_ms, cpa_out, why);
	if (of == NULL || strcmp(of->sender->oin, sender->oin) != 0)
		return fault_set(why, V_SKIP, CODE_CPA_GONE,
			"it left under CPA %.150s, which sender %s has no "
			"more, nor in cpa_before",
			id, sender->name);
	if (now_ms > of->cpa->end_ms + of->cpa->late_ms)
		return fault_set(why, V_SKIP, CODE_CPA_GONE,
			"it left under CPA %.150s, which ended too long ago",
			id);
	*cpa_out = of->cpa;
	return V_OK;
}

bool
site_cpa_ids(
	const struct site *site, struct arena *mem, struct store_part *ids_out)
{
	const char **ids =
		arena_alloc(mem, (site->cpa_of_count + 1) * sizeof(*ids));
	bool all = true;
	size_t i;

	*ids_out = (struct store_part){ .names = ids };
	for (i = 0; i < site->cpa_of_count; i++)
		if (site->cpa_of[i].cpa != NULL)
			ids[ids_out->count++] = site->cpa_of[i].cpa->id;
		else
			all = false;
	return all;
}

void
site_close(struct site *site)
{
	size_t i;

	for (i = 0; site->definitions != NULL && i < site->jobs.stream_count;
		i++)
		definition_free(site->definitions[i]);
	free(site->definitions);
	free(site->cpas);
	free(site->cpa_of);
	spool_close(site->spool);
	store_close(site->store);
	jobs_free(&site->jobs);
	arena_done(&site->mem);
	*site = (struct site){ .mem = ARENA_EMPTY };
}
