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
#define KEY_TEXT_MAX 200

const char *
site_path(struct site *site, const char *path)
{
	return home_path(&site->mem, site->folder, path);
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
		*site_out = site;
	else
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
	size_t i, n = site->jobs.stream_count;
	const char **names = arena_alloc(&site->mem, (n + 1) * sizeof(*names));

	for (i = 0; i < n; i++)
		names[i] = site->jobs.streams[i].name;
	return spool_open(
		site_path(site, site->jobs.spool), names, n, &site->spool, why);
}

static enum verdict
read_key(struct site *site, struct fault *why)
{
	const char *path = site_path(site, site->jobs.site_key);
	struct buf text = BUF_MAX(KEY_TEXT_MAX);
	struct stat st;
	enum verdict v;

	v = file_get(AT_FDCWD, path, &text, why);
	if (v == V_OK && stat(path, &st) == 0 && (st.st_mode & S_IROTH))
		v = fault_set(why, V_BROKEN, CODE_SECRET,
			"the site key can be read by everybody");
	if (v == V_OK && !digest_unhex(text_trim(text.bytes), site->key, 32))
		v = fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"the site key must be 64 hex digits");
	if (v != V_OK) {
		if (why->code == CODE_IO)
			why->code = CODE_CONFIG_VALUE;
		fault_at(why, "%s", path);
		v = V_BROKEN;
	}
	buf_done(&text);
	return v;
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
read_cpa(struct site *site, const struct jobs_sender *sender,
	struct cpa *cpa_out, uint8_t sha256_out[32], struct fault *why)
{
	static const char *const use[] = { ACTION_BV_REQUEST, ACTION_BV_RESULT,
		NULL };
	const char *path = site_path(site, sender->cpa);
	struct buf text = BUF_MAX(CPA_BYTES_MAX);
	char place[FAULT_PLACE_MAX];
	enum verdict v;

	v = file_get(AT_FDCWD, path, &text, why);
	if (v == V_OK)
		v = cpa_read(text.bytes, text.len, sender->oin, use,
			jobs_plain_http(&site->jobs, sender), &site->mem,
			cpa_out, why);
	else
		why->code = CODE_CPA;
	if (v == V_OK)
		digest_of(text.bytes, text.len, sha256_out);
	buf_done(&text);
	if (v == V_OK)
		return V_OK;
	memcpy(place, why->place, sizeof(place));
	why->place[0] = '\0';
	fault_at(why, "%s%s%.130s", path, place[0] == '\0' ? "" : " ", place);
	return V_BROKEN;
}

/* Several senders may share a CPA.  What comes in is known by the CPA's id
 * alone, so one id must not mean two things.
 */
static enum verdict
same_cpas(struct site *site, struct fault *why)
{
	const struct jobs_sender *senders = site->jobs.senders;
	size_t i, k;

	for (i = 1; i < site->jobs.sender_count; i++)
		for (k = 0; k < i; k++) {
			const struct site_cpa *a = &site->cpa_of[k];
			const struct site_cpa *b = &site->cpa_of[i];

			if (a->cpa == NULL || b->cpa == NULL ||
				strcmp(a->cpa->id, b->cpa->id) != 0)
				continue;
			if (memcmp(a->sha256, b->sha256, sizeof(a->sha256)) ==
					0 &&
				strcmp(senders[k].oin, senders[i].oin) == 0)
				continue;
			(void)fault_set(why, V_BROKEN, CODE_CPA,
				"senders %s and %s have CPAs with the same id "
				"that are not the same, or not from the same "
				"side",
				senders[k].name, senders[i].name);
			fault_at(why, "%s", site_path(site, senders[i].cpa));
			return V_BROKEN;
		}
	return V_OK;
}

static enum verdict
read_cpas(struct site *site, struct fault *why)
{
	size_t i, n = site->jobs.sender_count;

	site->cpas = mem_zero(n + 1, sizeof(*site->cpas));
	site->cpa_of = mem_zero(n + 1, sizeof(*site->cpa_of));
	for (i = 0; i < n; i++) {
		struct cpa *cpa = &site->cpas[site->cpa_count];
		struct site_cpa *of = &site->cpa_of[i];

		if (read_cpa(site, &site->jobs.senders[i], cpa, of->sha256,
			    &of->why) != V_OK)
			continue;
		of->cpa = cpa;
		site->cpa_count++;
	}
	if (site->cpa_count > 0 || n == 0)
		return same_cpas(site, why);
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
		v = read_key(site, why);
	if (v == V_OK && needs & SITE_FORMATS)
		v = read_definitions(site, why);
	if (v == V_OK && needs & SITE_CPAS)
		v = read_cpas(site, why);
	return v;
}

enum verdict
site_stream(const struct site *site, const struct job *job,
	const struct jobs_stream **stream_out, struct fault *why)
{
	const struct jobs_stream *stream =
		jobs_stream(&site->jobs, job->stream);

	if (stream == NULL)
		return fault_set(why, V_SKIP, CODE_CONFIG_NAME,
			"the jobs file has no stream %s any more", job->stream);
	if (strcmp(stream->sender_is->oin, job->oin) != 0)
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
