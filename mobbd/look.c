/* mobbd/look.c - the other side of a connection, line by line; see look.h
 *
 * The connection is one of its own, made as every other to this endpoint
 * (peers_open), so that what is found is what letters meet.  Its first request
 * is a Ping; what its handshake showed is told first.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "batch/advice.h"
#include "channels/probe.h"
#include "mobbd/look.h"
#include "mobbd/peers.h"

#define ENVELOPE_MAX ((size_t)65536)
#define PING_TRIES 3 /* of one that was shut out, until it is told why */

void
look_put(struct looking *l, struct finding *f)
{
	const struct advice *advice = NULL;

	if (f->grade != FINDING_OK && f->advice[0] == '\0' &&
		f->code != CODE_NONE)
		advice = advice_find((int)f->code);
	if (advice != NULL)
		finding_advice(f, "%s", advice->todo);
	if (l->v == V_OK)
		l->v = store_request_found(
			l->look->site->store, l->request, f, l->why);
}

void
look_fault(struct looking *l, enum finding_grade grade, const char *what,
	const struct fault *fault)
{
	struct finding f = { .grade = grade, .code = fault->code };

	snprintf(f.what, sizeof(f.what), "%s", what);
	finding_value(&f, "%s%s%s", fault->place,
		fault->place[0] == '\0' ? "" : ": ", fault->text);
	look_put(l, &f);
}

enum finding_grade
look_until(int64_t start_ms, int64_t end_ms, int64_t soon_days,
	char text_out[LOOK_UNTIL_MAX])
{
	int64_t now_ms = clock_now_ms(), days;
	enum finding_grade grade =
		finding_period(start_ms, end_ms, soon_days, now_ms, &days);
	char day[CLOCK_TEXT_MAX];

	clock_local(now_ms < start_ms ? start_ms : end_ms, day);
	if (now_ms < start_ms)
		snprintf(text_out, LOOK_UNTIL_MAX, "not before %.10s", day);
	else if (now_ms > end_ms)
		snprintf(text_out, LOOK_UNTIL_MAX, "ended %.10s", day);
	else
		snprintf(text_out, LOOK_UNTIL_MAX,
			"until %.10s (%" PRId64 " days)", day, days);
	return grade;
}

/* A Ping under way: what became of it, and what its connection showed. */
struct pinging {
	enum verdict v;
	struct ebms_reply reply;
	struct fault why;
	struct http_seen seen;
	int64_t answered_ms; /* wall clock */
};

/* --- the way --- */

/* An address that this machine has no way to at all says nothing about theirs:
 * IPv6, often.
 */
static bool
no_way_from_here(int error)
{
	return error == ENETUNREACH || error == EADDRNOTAVAIL ||
	       error == EAFNOSUPPORT;
}

static void
put_found(struct looking *l, const char *host, const struct probe *probe)
{
	struct finding f = { .grade = FINDING_OK, .what = "DNS" };
	struct buf text = BUF_MAX(FINDING_VALUE_MAX);
	size_t i;

	buf_format(&text,
		"%s%.120s:", l->endpoint->proxy == NULL ? "" : "proxy ", host);
	for (i = 0; i < probe->count; i++)
		buf_format(&text, "%s %s", i == 0 ? "" : ",",
			probe->addresses[i].text);
	finding_value(&f, "%s", text.bytes);
	look_put(l, &f);
	buf_done(&text);
}

static void
put_reached(struct looking *l, int port, const struct probe *probe)
{
	struct finding f = { .grade = FINDING_OK, .what = "TCP" };
	struct buf text = BUF_MAX(FINDING_VALUE_MAX);
	size_t i;

	buf_format(&text, "port %d:", port);
	for (i = 0; i < probe->count; i++) {
		const struct probe_address *a = &probe->addresses[i];

		if (a->connect_ms >= 0)
			buf_format(&text, "%s %s %" PRId64 " ms",
				i == 0 ? "" : ",", a->text, a->connect_ms);
		else
			buf_format(&text, "%s %s %s", i == 0 ? "" : ",",
				a->text, strerror(a->error));
		if (a->connect_ms < 0 && !no_way_from_here(a->error))
			f.grade = FINDING_WARN;
	}
	if (probe->reached == 0)
		f.grade = FINDING_FAIL;
	if (f.grade != FINDING_OK) {
		f.code = CODE_CONNECT;
		finding_advice(&f,
			"Let the firewall open port %d from this "
			"machine%s, and tell the other side the "
			"address we come from.",
			port,
			l->endpoint->proxy == NULL ? "" : " to the proxy");
	}
	finding_value(&f, "%s", text.bytes);
	look_put(l, &f);
	buf_done(&text);
}

/* Name and addresses of what we connect to: the proxy, if there is one. */
static bool
look_way(struct looking *l, const char *url)
{
	const char *to = l->endpoint->proxy == NULL ? url : l->endpoint->proxy;
	struct fault why = FAULT_NONE;
	char host[PROBE_HOST_MAX];
	struct probe probe;
	int port;

	if (!probe_url(to, host, &port)) {
		fault_set(
			&why, V_BROKEN, CODE_CONNECT, "no address: %.120s", to);
		look_fault(l, FINDING_FAIL, "DNS", &why);
		return false;
	}
	if (probe_find(host, port, &probe, &why) != V_OK) {
		look_fault(l, FINDING_FAIL, "DNS", &why);
		return false;
	}
	put_found(l, host, &probe);
	probe_reach(&probe, port, LOOK_REACH_MS);
	put_reached(l, port, &probe);
	return probe.reached > 0;
}

static void
put_proxy(struct looking *l, const struct http_seen *seen)
{
	struct finding f = { .grade = FINDING_OK, .what = "proxy" };

	if (l->endpoint->proxy == NULL || seen->proxy_status == 0)
		return;
	finding_value(&f, "%.200s lets us through (%d)", l->endpoint->proxy,
		seen->proxy_status);
	look_put(l, &f);
}

/* --- TLS and who is there --- */

static void
put_tls(struct looking *l, const struct http_seen *seen)
{
	struct finding f = { .grade = FINDING_OK, .what = "TLS" };

	if (seen->tls.version[0] == '\0')
		finding_value(&f, "none: plain HTTP, at a simulator only");
	else
		finding_value(&f,
			"%s, %s, %" PRId64 " ms; chain of %d up to %s",
			seen->tls.version, seen->tls.cipher, seen->tls_ms,
			seen->tls.chain, seen->tls.root);
	look_put(l, &f);
}

static void
put_their_certificate(struct looking *l, const struct certificate *theirs)
{
	struct finding f = { .what = "their certificate" };
	char until[LOOK_UNTIL_MAX];

	f.grade = look_until(
		theirs->start_ms, theirs->end_ms, FINDING_SOON_DAYS, until);
	finding_value(&f, "%s, %s", theirs->subject, until);
	/* That it ends is theirs to mend, and the new one needs nothing from
	 * us, unless this very one is asked for.
	 */
	if (f.grade == FINDING_WARN && l->endpoint->peer_is != JOBS_PEER_EXACT)
		f.grade = FINDING_OK;
	if (f.grade == FINDING_WARN) {
		f.code = CODE_EXPIRING;
		finding_advice(&f, "Ask Logius for a CPA with the next one: "
				   "this endpoint takes no other (peer: "
				   "exact-cpa).");
	}
	if (f.grade == FINDING_FAIL)
		f.code = CODE_TLS;
	look_put(l, &f);
}

static void
put_their_oin(struct looking *l, const char *oin)
{
	struct finding f = { .grade = FINDING_OK, .what = "their OIN" };
	size_t i;

	finding_value(&f, "%s, the other party of the CPA", oin);
	if (!look_same_oin(l->cpa->theirs.id, oin)) {
		f.grade = l->endpoint->peer_is == JOBS_PEER_CHAIN
				  ? FINDING_WARN
				  : FINDING_FAIL;
		finding_value(&f, "%s; the other party of the CPA is %.40s",
			oin[0] == '\0' ? "none" : oin, l->cpa->theirs.id);
		f.code = CODE_PEER_OIN;
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

/* Handshake done, name and chain right, and then nothing: with TLS 1.3 that is
 * when our certificate is looked at, and its refusal is heard or not by chance.
 */
static bool
shut_out(const struct pinging *p)
{
	const struct http_seen *seen = &p->seen;

	return seen->tls.version[0] != '\0' && seen->status == 0 &&
	       !seen->connected && seen->alert == NULL &&
	       p->why.code != CODE_TLS;
}

/* What they say of the certificate we showed. */
static void
put_taken(struct looking *l, const struct pinging *p)
{
	const struct http_seen *seen = &p->seen;
	struct finding f = { .grade = FINDING_OK, .what = "TLS client" };

	if (seen->alert != NULL || shut_out(p)) {
		f.grade = FINDING_FAIL;
		f.code = CODE_CERTIFICATE;
		finding_value(&f, "the other side refuses our certificate%s%s",
			seen->alert == NULL ? ", without a word" : ": ",
			seen->alert == NULL ? "" : seen->alert);
		finding_advice(&f, "Ask the other side which roots and which "
				   "OIN it expects; show it the chain too, in "
				   "the file of our certificate.");
	} else if (seen->status != 0 && seen->tls.version[0] != '\0') {
		finding_value(&f, "the other side takes our certificate");
	} else {
		return;
	}
	look_put(l, &f);
}

/* `their_ms`: their clock, when ours was `our_ms`. */
static void
put_clock(struct looking *l, int64_t our_ms, int64_t their_ms, const char *by)
{
	struct finding f = { .what = "clock" };
	int64_t apart_ms = our_ms - their_ms;

	if (their_ms == 0)
		return;
	f.grade = finding_clock(apart_ms);
	if (f.grade != FINDING_OK)
		f.code = CODE_CLOCK;
	if (apart_ms > -1000 && apart_ms < 1000)
		finding_value(&f, "as theirs, to the second, by %s", by);
	else
		finding_value(&f, "ours is %" PRId64 " s %s theirs, by %s",
			(apart_ms < 0 ? -apart_ms : apart_ms) / 1000,
			apart_ms < 0 ? "behind" : "ahead of", by);
	look_put(l, &f);
}

/* --- Ping --- */

static void
put_pong_here(struct looking *l, const struct http_seen *seen)
{
	struct finding f = { .grade = FINDING_OK, .what = "Ping" };

	finding_value(&f, "Pong in the answer, after %" PRId64 " ms",
		seen->answer_ms);
	look_put(l, &f);
}

/* What an answer other than a Pong means.  A peer may lack the Ping (spec 2);
 * it may not lack our agreement.
 */
static void
put_refused(struct looking *l, const struct fault *why)
{
	bool lacks = strstr(why->text, "NotSupported") != NULL ||
		     strstr(why->text, "not supported") != NULL;
	struct finding f = { .grade = lacks ? FINDING_WARN : FINDING_FAIL,
		.code = why->code,
		.what = "Ping" };

	finding_value(&f, "%s", why->text);
	if (why->code == CODE_EBMS_ERROR && !lacks)
		finding_advice(&f, "Ask the other side whether this very CPA "
				   "is in use there, and compare what it says "
				   "with `mobbjob check` of ours.");
	look_put(l, &f);
}

static void
put_no_pong(struct looking *l, const char *value)
{
	struct finding f = { .grade = FINDING_WARN, .what = "Ping" };

	finding_value(&f, "taken, and %s", value);
	finding_advice(&f,
		"No fault by itself, an MSH need not answer it; if "
		"acknowledgments stay away too, ask whether the other side "
		"can reach %.160s",
		cpa_signal_url(l->cpa, "Pong", true));
	look_put(l, &f);
}

static void
post_ping(struct looking *l, struct http *http, struct pinging *p)
{
	struct buf envelope = BUF_MAX(ENVELOPE_MAX);
	struct ebms_ids ids;
	struct ebms_post post = { .cpa = l->cpa };
	int tries;

	post.url = ebms_ping(l->cpa, clock_now_ms(), &ids, &envelope);
	post.message_id = ids.message_id;
	post.envelope = envelope.bytes;
	post.envelope_len = envelope.len;
	/* Its id first: the Pong may be here before the answer. */
	l->v = store_request_pinged(l->look->site->store, l->request,
		ids.message_id, clock_now_ms(), l->why);
	for (tries = 0; l->v == V_OK && tries < PING_TRIES; tries++) {
		p->v = ebms_post(http, &post, &p->reply, &p->why);
		p->answered_ms = clock_now_ms();
		http_seen(http, &p->seen);
		if (!shut_out(p))
			break;
	}
	buf_done(&envelope);
}

/* How far did it get?  Each thing that was seen has its line; the fault is
 * about the first that was not.
 */
static void
put_seen(struct looking *l, const struct pinging *p)
{
	const struct http_seen *seen = &p->seen;

	if (seen->connected || p->why.code != CODE_PROXY)
		put_proxy(l, seen);
	if (seen->connected || shut_out(p))
		put_tls(l, seen);
	else if (seen->alert == NULL)
		look_fault(l, FINDING_FAIL,
			p->why.code == CODE_PROXY ? "proxy" : "TLS", &p->why);
	if (seen->tls.shown) {
		put_their_certificate(l, &seen->tls.peer);
		put_their_oin(l, seen->tls.peer.oin);
	}
	put_taken(l, p);
	put_clock(l, p->answered_ms, seen->date_ms, "the date of its answer");
}

static void
put_ping(struct looking *l, const struct pinging *p, bool *pinged_out)
{
	if (p->v != V_OK) {
		if (p->seen.connected && p->seen.alert == NULL)
			look_fault(l, FINDING_FAIL, "Ping", &p->why);
		return;
	}
	switch (p->reply.meaning) {
	case EBMS_ACKNOWLEDGED:
		put_pong_here(l, &p->seen);
		break;
	case EBMS_ACCEPTED:
		*pinged_out = l->listening;
		if (!l->listening)
			put_no_pong(l, "nothing of ours listens for its Pong");
		break;
	case EBMS_REFUSED:
	case EBMS_AGAIN:
		put_refused(l, &p->why);
		break;
	}
}

void
look_pong(struct looking *l, const struct request *request,
	const struct pong *pong)
{
	struct finding f = { .grade = FINDING_OK, .what = "Ping" };
	char text[60];

	if (pong->received_ms != 0) {
		put_clock(l, pong->received_ms, pong->sent_ms, "its Pong");
		finding_value(&f,
			"Pong pushed after %" PRId64 " ms: the other side "
			"reaches our listener",
			pong->received_ms - request->ping_ms);
		look_put(l, &f);
		return;
	}
	snprintf(text, sizeof(text), "no Pong came within %" PRId64 " s",
		(clock_now_ms() - request->ping_ms) / 1000);
	put_no_pong(l, text);
}

/* --- all of it --- */

static void
look_wus(struct looking *l, struct http *http)
{
	struct finding f = { .grade = FINDING_OK, .what = "WUS" };
	struct fault why = FAULT_NONE;
	struct http_seen seen;

	if (http_head(http, l->endpoint->wus, &why) != V_OK) {
		look_fault(l, FINDING_FAIL, f.what, &why);
		return;
	}
	http_seen(http, &seen);
	finding_value(&f, "%.160s answers, after %" PRId64 " ms (HTTP %d)",
		l->endpoint->wus, seen.answer_ms, seen.status);
	if (seen.status == 404 || (seen.status >= 502 && seen.status <= 504)) {
		f.grade = FINDING_WARN;
		f.code = CODE_HTTP;
		finding_advice(&f, seen.status == 404
					   ? "Compare the path of wus with "
					     "what Logius gave."
					   : "It is away behind its gateway: "
					     "look at the status page of "
					     "Logius.");
	}
	look_put(l, &f);
}

void
look_theirs(struct looking *l, bool *pinged_out)
{
	struct pinging p = { .v = V_LATER, .why = FAULT_NONE };
	struct fault why = FAULT_NONE;
	struct http *http = NULL;
	bool there;

	*pinged_out = false;
	if (peers_open(l->look->site, l->sender, l->endpoint, l->cpa,
		    l->look->stop, &http, &why) != V_OK) {
		look_fault(l, FINDING_FAIL, "connection", &why);
		return;
	}
	http_patience(http, LOOK_CONNECT_MS, LOOK_ANSWER_MS);
	there = look_way(l, cpa_signal_url(l->cpa, "Ping", false));
	if (there) {
		post_ping(l, http, &p);
		put_seen(l, &p);
	}
	look_wus(l, http);
	if (there) {
		put_clock(l, p.answered_ms, p.reply.sent_ms, "its Pong");
		put_ping(l, &p, pinged_out);
	}
	http_close(http);
}
