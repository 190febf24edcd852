/* mobbd/crl.c - the role that fetches revocation lists
 *
 * It holds no key and shows no certificate.  One source at a time: fetched,
 * judged by crl_store(), and kept only if it is good and newer, so that the
 * last good list outlives a source that is down or sends rubbish.  When a
 * source is due again is kept in a file beside the lists, so that `--once`,
 * started every few minutes, does not fetch each time.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/log.h"
#include "channels/crl.h"
#include "channels/http.h"
#include "mobbd/role.h"

#define FETCH_S 60
#define EVERY_MS_MIN 300000   /* between two fetches */
#define AGAIN_MS_FIRST 300000 /* after a failure; then twice as long */
#define AGAIN_MS_MAX 3600000
#define STATE_BYTES_MAX 2000
#define FAILURES_MAX 1000000

struct source {
	const char *url;
	const char *state; /* file: when it is due, failures, address */
	int64_t next_ms;   /* wall clock */
	int64_t failures;  /* in a row */
};

struct crl_role {
	const char *folder;
	const char **trust; /* files with certificates of issuers */
	size_t trust_count;
	struct source *sources;
	size_t count;
};

/* --- what is remembered of a source --- */

static void
state_read(struct source *source)
{
	struct buf text = BUF_MAX(STATE_BYTES_MAX);
	long long next_ms = 0, failures = 0;
	struct fault ignored;

	/* Absent or odd: it is due. */
	if (file_get(AT_FDCWD, source->state, &text, &ignored) == V_OK &&
		text.len > 0 &&
		sscanf(text.bytes, "%19lld %9lld", &next_ms, &failures) == 2 &&
		next_ms > 0 && failures >= 0) {
		source->next_ms = next_ms;
		source->failures = failures;
	}
	buf_done(&text);
}

static enum verdict
state_write(const struct crl_role *own, const struct source *source,
	struct fault *why)
{
	struct buf text = BUF_MAX(STATE_BYTES_MAX);
	enum verdict v;

	buf_format(&text, "%" PRId64 " %" PRId64 " %.1000s\n", source->next_ms,
		source->failures, source->url);
	v = file_dirs(AT_FDCWD, own->folder, why);
	if (v == V_OK)
		v = file_put(AT_FDCWD, source->state, text.bytes, text.len,
			0640, why);
	buf_done(&text);
	return v;
}

/* --- fetching --- */

/* Up to a tenth sooner or later, so that not all of the country asks at once.
 */
static int64_t
jittered(int64_t ms)
{
	uint32_t dice;

	digest_random(&dice, sizeof(dice));
	return ms - ms / 10 + (int64_t)(dice % 1000) * (ms / 5) / 1000;
}

/* The next fetch: after `every`, but not after the list has ended. */
static int64_t
due_ms(const struct role_run *run, const struct crl *list, int64_t now_ms)
{
	int64_t wait_ms = jittered(run->site->jobs.crl.every);

	if (list->next_ms > now_ms && list->next_ms - now_ms < wait_ms)
		wait_ms = list->next_ms - now_ms;
	return now_ms + (wait_ms > EVERY_MS_MIN ? wait_ms : EVERY_MS_MIN);
}

static int64_t
again_ms(int64_t failures)
{
	int64_t wait_ms = AGAIN_MS_FIRST;

	for (; failures > 1 && wait_ms < AGAIN_MS_MAX; failures--)
		wait_ms *= 2;
	return wait_ms < AGAIN_MS_MAX ? wait_ms : AGAIN_MS_MAX;
}

/* V_OK: a new list; V_END: the one we have. */
static enum verdict
fetch(struct role_run *run, const struct source *source, struct crl *list_out,
	struct fault *why)
{
	const struct crl_role *own = run->own;
	struct buf bytes = BUF_MAX(CRL_BYTES_MAX);
	enum verdict v;

	v = http_get(
		source->url, run->site->jobs.crl.proxy, FETCH_S, &bytes, why);
	if (v == V_OK)
		v = crl_store(own->folder, bytes.bytes, bytes.len, own->trust,
			own->trust_count, clock_now_ms(), &run->mem, list_out,
			why);
	if (v != V_OK && v != V_END)
		fault_at(why, "%s", source->url);
	buf_done(&bytes);
	return v;
}

static void
tell_new(const struct source *source, const struct crl *list)
{
	char until[CLOCK_TEXT_MAX];

	clock_local(list->next_ms, until);
	log_line("%s: new list of '%s', number %s, %" PRId64
		 " revoked, good until %s",
		source->url, list->issuer,
		list->number[0] == '\0' ? "-" : list->number, list->revoked,
		until);
}

/* One fetch, good or not. */
static enum verdict
try_one(struct role_run *run, struct source *source)
{
	struct crl_role *own = run->own;
	struct fault reason = FAULT_NONE;
	struct crl list;
	enum verdict v;

	v = fetch(run, source, &list, &reason);
	if (*run->stop)
		return V_END;
	if (v == V_OK || v == V_END) {
		if (v == V_OK)
			tell_new(source, &list);
		else if (source->failures > 0)
			log_line("%s: fetched again, nothing new", source->url);
		source->failures = 0;
		source->next_ms = due_ms(run, &list, clock_now_ms());
	} else {
		/* Once, not every hour. */
		if (source->failures == 0)
			log_fault(&reason);
		if (source->failures < FAILURES_MAX)
			source->failures++;
		source->next_ms = clock_now_ms() + again_ms(source->failures);
	}
	if (state_write(own, source, &reason) != V_OK)
		log_fault(&reason); /* a restart fetches sooner: no harm */
	return V_OK;
}

/* --- the role --- */

static void
add_trust(struct crl_role *own, struct site *site, const char *path)
{
	if (path != NULL)
		own->trust[own->trust_count++] = site_path(site, path);
}

static enum verdict
crl_open(struct role_run *run, struct fault *why)
{
	const struct jobs *jobs = &run->site->jobs;
	struct crl_role *own = mem_zero(1, sizeof(*own));
	char name[DIGEST_HEX_MAX];
	uint8_t sum[DIGEST_BYTES];
	size_t i;

	(void)why;
	run->own = own;
	if (jobs->crl.check_is == JOBS_CRL_OFF)
		return V_OK;
	own->folder = site_path(run->site, jobs->crl.folder);
	own->trust = mem_zero(jobs->sender_count + jobs->endpoint_count + 2,
		sizeof(*own->trust));
	add_trust(own, run->site, jobs->listen.trust);
	add_trust(own, run->site, jobs->listen.certificate);
	for (i = 0; i < jobs->endpoint_count; i++)
		add_trust(own, run->site, jobs->endpoints[i].trust);
	for (i = 0; i < jobs->sender_count; i++)
		add_trust(own, run->site, jobs->senders[i].certificate);
	own->count = jobs->crl.source_count;
	own->sources = mem_zero(own->count + 1, sizeof(*own->sources));
	for (i = 0; i < own->count; i++) {
		const char *url = jobs->crl.sources[i];

		digest_of(url, strlen(url), sum);
		digest_hex(sum, 8, name);
		own->sources[i] = (struct source){ .url = url,
			.state = arena_format(&run->site->mem, "%s/.%s.source",
				own->folder, name) };
		state_read(&own->sources[i]);
	}
	return V_OK;
}

static enum verdict
crl_step(struct role_run *run, struct fault *why)
{
	struct crl_role *own = run->own;
	int64_t now_ms = clock_now_ms();
	size_t i;

	(void)why;
	for (i = 0; i < own->count; i++) {
		struct source *source = &own->sources[i];

		/* A clock that was set back must not make us wait for years. */
		if (source->next_ms <= now_ms ||
			source->next_ms - now_ms >
				2 * run->site->jobs.crl.every + AGAIN_MS_MAX)
			return try_one(run, source);
	}
	return V_END;
}

static void
crl_close(struct role_run *run)
{
	struct crl_role *own = run->own;

	if (own == NULL)
		return;
	free(own->trust);
	free(own->sources);
	free(own);
}

const struct role role_crl = {
	.name = "crl",
	.locks = false, /* it changes nothing in the books */
	.open = crl_open,
	.step = crl_step,
	.close = crl_close,
};
