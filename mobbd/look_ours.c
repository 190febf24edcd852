/* mobbd/look_ours.c - our half of a connection, line by line; see look.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "channels/probe.h"
#include "mobbd/look.h"

#define OUR_CONNECT_MS 3000 /* from here to our own address */
#define OUR_ANSWER_MS 5000

#define INSIDE                                                                 \
	"From inside a network this may differ; what counts is that the "      \
	"other side can reach it: a Pong or acknowledgment proves it."

/* --- what we have --- */

static bool
look_agreement(struct looking *l)
{
	const struct site *site = l->look->site;
	const struct site_cpa *of =
		&site->cpa_of[l->sender - site->jobs.senders];
	struct finding f = { .what = "agreement" };
	char until[LOOK_UNTIL_MAX];

	if (of->cpa == NULL) {
		look_fault(l, FINDING_FAIL, f.what, &of->why);
		return false;
	}
	l->cpa = of->cpa;
	f.grade = look_until(
		l->cpa->start_ms, l->cpa->end_ms, FINDING_CPA_DAYS, until);
	if (f.grade != FINDING_OK)
		f.code = CODE_CPA;
	finding_value(&f, "CPA %.200s, %s", l->cpa->id, until);
	look_put(l, &f);
	return true;
}

/* Does our certificate carry the number of our party? */
static void
look_our_oin(struct looking *l, const char *oin)
{
	struct finding f = { .grade = FINDING_OK, .what = "our OIN" };
	size_t i;

	finding_value(&f, "%s, our party of the CPA", oin);
	if (!look_same_oin(l->cpa->ours.id, oin)) {
		f.grade = FINDING_WARN;
		f.code = CODE_CERTIFICATE;
		finding_value(&f, "%s; our party of the CPA is %.40s",
			oin[0] == '\0' ? "none" : oin, l->cpa->ours.id);
		finding_advice(&f, "Right only when an intermediary connects "
				   "for us, and the other side knows it.");
	}
	for (i = 0; i < l->endpoint->gateway_count; i++)
		if (strcmp(l->endpoint->gateways[i], oin) == 0) {
			f.grade = FINDING_OK;
			f.code = CODE_NONE;
			finding_value(
				&f, "%s, a gateway in the jobs file", oin);
		}
	look_put(l, &f);
}

static void
look_our_certificate(struct looking *l)
{
	const char *path = site_path(l->look->site, l->sender->certificate);
	const char *key = site_path(l->look->site, l->sender->key);
	struct finding f = { .what = "our certificate" };
	struct fault why = FAULT_NONE;
	char until[LOOK_UNTIL_MAX];
	struct certificate ours;
	enum verdict v;

	v = certificate_look(path, &ours, &why);
	if (v == V_OK)
		v = certificate_key(path, key, &why);
	if (v != V_OK) {
		look_fault(l, FINDING_FAIL, f.what, &why);
		return;
	}
	f.grade = look_until(
		ours.start_ms, ours.end_ms, FINDING_SOON_DAYS, until);
	f.code = f.grade == FINDING_OK	   ? CODE_NONE
		 : f.grade == FINDING_WARN ? CODE_EXPIRING
					   : CODE_CERTIFICATE;
	finding_value(&f, "%s, %s, for %s", ours.subject, until,
		l->sender->environment == NULL ? "the simulator"
					       : l->sender->environment);
	v = certificate_fit(
		&ours, CERTIFICATE_CLIENT, l->endpoint->environment, &why);
	if (f.grade != FINDING_FAIL && v != V_OK) {
		f.grade = v == V_SKIP ? FINDING_WARN : FINDING_FAIL;
		f.code = CODE_CERTIFICATE;
		finding_value(&f, "%s: %.200s", ours.subject, why.text);
		if (v == V_SKIP)
			finding_advice(&f, "Right when Logius said that it "
					   "takes this one in preproduction; "
					   "that of production stays in "
					   "production.");
	}
	look_put(l, &f);
	look_our_oin(l, ours.oin);
}

bool
look_ours(struct looking *l)
{
	bool agreed = look_agreement(l);

	if (agreed)
		look_our_certificate(l);
	return agreed;
}

/* --- can we be reached? --- */

static void
put_lock(struct looking *l)
{
	struct finding f = { .grade = FINDING_OK, .what = "our listener" };

	finding_value(&f, "listens at %.120s", l->look->site->jobs.listen.at);
	if (!l->listening) {
		f.grade = FINDING_FAIL;
		f.code = CODE_NO_LISTENER;
		finding_value(&f, "nothing listens at %.120s",
			l->look->site->jobs.listen.at);
	}
	look_put(l, &f);
}

/* Is there a way at all?  What is not reached here may well be reached from
 * outside, so it is no failure.
 */
static bool
no_way(struct looking *l, const char *url)
{
	struct finding f = { .grade = FINDING_WARN,
		.code = CODE_CONNECT,
		.what = "our address" };
	struct fault why = FAULT_NONE;
	char host[PROBE_HOST_MAX];
	struct probe probe;
	int port;

	if (!probe_url(url, host, &port)) {
		finding_value(&f, "no address: %.200s", url);
	} else if (probe_find(host, port, &probe, &why) != V_OK) {
		finding_value(&f, "%.120s: %.160s", url, why.text);
	} else {
		probe_reach(&probe, port, OUR_CONNECT_MS);
		if (probe.reached > 0)
			return false;
		finding_value(&f, "%.120s: not reached from here (%s: %s)", url,
			probe.addresses[0].text,
			strerror(probe.addresses[0].error));
	}
	finding_advice(&f, "%s", INSIDE);
	look_put(l, &f);
	return true;
}

/* There is, and it is not as the other side wants it. */
static void
put_not_ours(struct looking *l, const char *url, const struct fault *why)
{
	struct finding f = {
		.grade = FINDING_FAIL, .code = why->code, .what = "our address"
	};

	finding_value(&f, "%.120s: %.190s", url, why->text);
	if (why->code == CODE_TLS) {
		f.code = CODE_CERTIFICATE;
		finding_advice(&f, "Give the listener a certificate for the "
				   "host name in the CPA, with the chain "
				   "behind it, below a root that both sides "
				   "trust.");
	}
	look_put(l, &f);
}

/* As a peer would: over TLS, with a client certificate, by that name.  The
 * chain and the name are checked; whose it is, is told.
 */
static void
look_address(struct looking *l, const char *url)
{
	struct site *site = l->look->site;
	struct http_peer peer = { .trust = site_path(site, l->endpoint->trust),
		.certificate = site_path(site, l->sender->certificate),
		.key = site_path(site, l->sender->key),
		.peer = JOBS_PEER_CHAIN,
		.plain = l->endpoint->plain_http,
		.answer_ms = OUR_ANSWER_MS,
		.stop = l->look->stop };
	struct finding f = { .grade = FINDING_OK, .what = "our address" };
	struct fault why = FAULT_NONE;
	struct http *http = NULL;
	struct http_seen seen;
	enum verdict v;

	/* A certificate that cannot be used has its own line. */
	if (http_open(&peer, &http, &why) != V_OK)
		return;
	http_patience(http, OUR_CONNECT_MS, OUR_ANSWER_MS);
	v = http_head(http, url, &why);
	http_seen(http, &seen);
	/* Chain and name are right when that is not what ended it; what the
	 * listener thinks of a certificate for sending does not matter.
	 */
	if (v == V_OK || seen.alert != NULL ||
		(seen.tls.version[0] != '\0' && why.code != CODE_TLS)) {
		finding_value(&f, "%.120s answers here, %s%.100s", url,
			seen.tls.shown ? "certificate of " : "plain HTTP",
			seen.tls.shown ? seen.tls.peer.subject : "");
		look_put(l, &f);
	} else if (!no_way(l, url)) {
		put_not_ours(l, url, &why);
	}
	http_close(http);
}

void
look_listener(struct looking *l)
{
	const struct cpa_action *result =
		cpa_find(l->cpa, ACTION_BV_RESULT, false);
	const char *signals = cpa_signal_url(l->cpa, "Acknowledgment", true);

	put_lock(l);
	look_address(l, signals);
	if (result != NULL && strcmp(result->url, signals) != 0)
		look_address(l, result->url);
}
