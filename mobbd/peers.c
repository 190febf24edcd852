/* mobbd/peers.c - see mobbd/peers.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "batch/advice.h"
#include "mobbd/peers.h"

#define PAUSE_FIRST_MS 1000
#define PAUSE_MAX_MS 30000
#define AUTH_BYTES_MAX ((size_t)1000)

struct rest {
	int64_t pause_ms, until_ms;
};

/* A sender at an endpoint. */
struct peer {
	struct http *http;
	const struct cpa *cpa; /* that it was made for */
	struct fault told;     /* what keeps it from being used; logged once */
	struct rest rest;
};

struct away {
	struct rest rest;
	struct fault why;
};

struct peers {
	struct role_run *run;
	struct peer *peer; /* senders by endpoints */
	size_t count;
	struct away *away; /* endpoints */
};

struct peers *
peers_new(struct role_run *run)
{
	const struct jobs *jobs = &run->site->jobs;
	struct peers *peers = mem_zero(1, sizeof(*peers));

	peers->run = run;
	peers->count = jobs->sender_count * jobs->endpoint_count;
	peers->peer = mem_zero(peers->count + 1, sizeof(*peers->peer));
	peers->away = mem_zero(jobs->endpoint_count + 1, sizeof(*peers->away));
	return peers;
}

void
peers_free(struct peers *peers)
{
	size_t i;

	if (peers == NULL)
		return;
	for (i = 0; i < peers->count; i++)
		http_close(peers->peer[i].http);
	free(peers->peer);
	free(peers->away);
	free(peers);
}

static struct peer *
peer_of(const struct peers *peers, const struct jobs_sender *sender,
	const struct jobs_endpoint *endpoint)
{
	const struct jobs *jobs = &peers->run->site->jobs;
	size_t i = (size_t)(sender - jobs->senders) * jobs->endpoint_count +
		   (size_t)(endpoint - jobs->endpoints);

	assert(i < peers->count);
	return &peers->peer[i];
}

static struct away *
away_of(const struct peers *peers, const struct jobs_endpoint *endpoint)
{
	return &peers->away[endpoint - peers->run->site->jobs.endpoints];
}

/* "USER:PASSWORD", one line. */
static enum verdict
read_auth(const char *path, struct buf *text, const char **user_out,
	const char **password_out, struct fault *why)
{
	enum verdict v = file_get(AT_FDCWD, path, text, why);
	struct stat st;
	char *user, *colon;

	if (v != V_OK)
		why->code = CODE_CONFIG_VALUE;
	else if (stat(path, &st) == -1 || (st.st_mode & S_IRWXO) != 0)
		v = fault_set(why, V_BROKEN, CODE_SECRET,
			"the proxy's password can be read by everybody");
	if (v == V_OK) {
		user = text_trim(text->bytes);
		colon = strchr(user, ':');
		if (colon == NULL)
			v = fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
				"proxy_auth must hold USER:PASSWORD");
		else
			*colon = '\0', *user_out = user,
			*password_out = colon + 1;
	}
	if (v != V_OK)
		fault_at(why, "%s", path);
	return v;
}

enum verdict
peers_open(struct site *site, const struct jobs_sender *sender,
	const struct jobs_endpoint *endpoint, const struct cpa *cpa,
	const volatile sig_atomic_t *stop, struct http **http_out,
	struct fault *why)
{
	const struct jobs_crl *crl = &site->jobs.crl;
	struct buf auth = BUF_MAX(AUTH_BYTES_MAX);
	struct http_peer peer = {
		.trust = site_path(site, endpoint->trust),
		.certificate = site_path(site, sender->certificate),
		.key = site_path(site, sender->key),
		.environment = endpoint->environment,
		.oin = cpa->theirs.id,
		.peer = endpoint->peer_is,
		.gateways = endpoint->gateways,
		.gateway_count = endpoint->gateway_count,
		.crl_folder =
			crl->check_is == JOBS_CRL_OFF || crl->folder == NULL
				? NULL
				: site_path(site, crl->folder),
		.crl_require = crl->check_is == JOBS_CRL_REQUIRE,
		.plain = endpoint->plain_http,
		.bytes_per_s = endpoint->bytes,
		.proxy = endpoint->proxy,
		.stop = stop,
	};
	enum verdict v = V_OK;

	peer.exact = cpa_certificates(cpa, CPA_THEIR_SERVER, &peer.exact_count);
	if (endpoint->proxy != NULL && endpoint->proxy_auth != NULL)
		v = read_auth(site_path(site, endpoint->proxy_auth), &auth,
			&peer.proxy_user, &peer.proxy_password, why);
	if (v == V_OK)
		v = http_open(&peer, http_out, why);
	buf_done(&auth);
	return v;
}

/* A person has to mend it: said once, and by the exit status of --once. */
static void
tell(struct peers *peers, struct peer *peer, const struct fault *why)
{
	const struct advice *a = NULL;
	size_t i;

	if (why != NULL && (peer->told.code != why->code ||
				   strcmp(peer->told.text, why->text) != 0))
		log_fault(why);
	peer->told = why == NULL ? FAULT_NONE : *why;
	for (i = 0; i < peers->count && a == NULL; i++)
		if (peers->peer[i].told.code != CODE_NONE)
			a = advice_find((int)peers->peer[i].told.code);
	peers->run->line->trouble = a == NULL ? 0 : a->exit;
}

enum verdict
peers_connect(struct peers *peers, const struct jobs_sender *sender,
	const struct jobs_endpoint *endpoint, const struct cpa *cpa,
	struct http **http_out, struct fault *why)
{
	struct peer *peer = peer_of(peers, sender, endpoint);
	enum verdict v = V_OK;
	struct fault doubt;

	if (cpa == NULL)
		v = site_cpa(
			peers->run->site, sender, clock_now_ms(), &cpa, why);
	if (v == V_OK && peer->cpa != cpa) {
		http_close(peer->http);
		peer->http = NULL;
		peer->cpa = cpa;
	}
	if (v == V_OK && peer->http == NULL)
		v = peers_open(peers->run->site, sender, endpoint, cpa,
			peers->run->stop, &peer->http, why);
	if (v == V_OK)
		v = http_check(peer->http, why);
	if (v != V_OK) {
		/* It is read anew next time: it may have been replaced. */
		http_close(peer->http);
		peer->http = NULL;
		fault_at(why, "sender %s", sender->name);
		tell(peers, peer, why);
		return V_SKIP;
	}
	if (peer->told.code != CODE_NONE)
		tell(peers, peer, NULL);
	if (http_doubt(peer->http, &doubt))
		log_fault(&doubt);
	*http_out = peer->http;
	return V_OK;
}

/* --- rests --- */

static int64_t
rest_on(struct rest *rest, int64_t now_ms)
{
	rest->pause_ms = rest->pause_ms == 0 ? PAUSE_FIRST_MS
			 : rest->pause_ms * 2 > PAUSE_MAX_MS
				 ? PAUSE_MAX_MS
				 : rest->pause_ms * 2;
	rest->until_ms = now_ms + rest->pause_ms;
	return rest->until_ms;
}

/* Would another sender find the same? */
static bool
of_sender(const struct fault *why)
{
	return why->code == CODE_TLS || why->code == CODE_PEER_OIN ||
	       why->code == CODE_REVOKED || why->code == CODE_CRL ||
	       why->code == CODE_TRIAL || why->code == CODE_CERTIFICATE ||
	       why->code == CODE_KEY;
}

bool
peers_away(struct peers *peers, const struct jobs_sender *sender,
	const struct jobs_endpoint *endpoint, const struct fault *reason,
	int64_t now_ms, int64_t *until_ms_out)
{
	struct away *away = away_of(peers, endpoint);

	if (of_sender(reason)) {
		*until_ms_out = rest_on(
			&peer_of(peers, sender, endpoint)->rest, now_ms);
		return true;
	}
	*until_ms_out = rest_on(&away->rest, now_ms);
	away->why = *reason;
	return false;
}

bool
peers_back(struct peers *peers, const struct jobs_sender *sender,
	const struct jobs_endpoint *endpoint)
{
	struct away *away = away_of(peers, endpoint);
	bool was = away->rest.pause_ms != 0;

	peer_of(peers, sender, endpoint)->rest = (struct rest){ 0 };
	away->rest = (struct rest){ 0 };
	return was;
}

int64_t
peers_rest_ms(const struct peers *peers, const struct jobs_endpoint *endpoint,
	int64_t now_ms, struct fault *why_out)
{
	const struct away *away = away_of(peers, endpoint);

	if (away->rest.until_ms <= now_ms)
		return 0;
	*why_out = away->why;
	return away->rest.until_ms;
}
