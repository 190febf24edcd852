/* channels/http.h - posting over two-way TLS (libcurl behind a wall)
 *
 * Also used by mobbsim, which shares the transport and nothing else with us.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef CHANNELS_HTTP_H
#define CHANNELS_HTTP_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"
#include "batch/jobs.h"
#include "channels/look.h"
#include "channels/seen.h"

struct http_peer {
	const char *trust;	 /* PEM file of roots */
	const char *certificate; /* our client certificate and key, PEM */
	const char *key;
	/* Of the endpoint; NULL: not said.  In production no certificate for
	 * trials will do, ours or theirs.
	 */
	const char *environment;
	const char *oin; /* the peer's certificate must carry it; NULL: any */
	/* How it is compared, and what else will do (struct tls_check); the
	 * arrays are lent until http_close().
	 */
	enum jobs_peer peer;
	char *const *gateways;
	size_t gateway_count;
	const struct certificate_der *exact;
	size_t exact_count;
	const char *crl_folder; /* NULL: no revocation lists */
	bool crl_require;
	bool plain;	     /* http: addresses too, without any of this */
	int64_t bytes_per_s; /* 0 unlimited */
	int64_t answer_ms;   /* wait after the last byte; 0: two minutes */
	/* "http://proxy:3128": every connection goes through it, by CONNECT, so
	 * that TLS is with the peer; NULL: none, whatever the environment says.
	 * Name and password for it, NULL: none.
	 */
	const char *proxy, *proxy_user, *proxy_password;
	/* Set by a signal: what has not left whole is not received, an answer
	 * is waited for a moment longer.  NULL: none.
	 */
	const volatile sig_atomic_t *stop;
};

struct http;

/* From here on the process ignores SIGPIPE. */
enum verdict http_open(const struct http_peer *peer, struct http **http_out,
	struct fault *why);
void http_close(struct http *http); /* accepts NULL */

/* Is our certificate valid now?  V_BROKEN: CODE_CERTIFICATE. */
enum verdict http_check(const struct http *http, struct fault *why);

/* Did a peer go on whose revocation could not be checked, and has that not been
 * said for an hour?  Then what_out (CODE_CRL) is for the log.
 */
bool http_doubt(struct http *http, struct fault *what_out);

/* How long the following posts wait for a connection (30 s unless told) and
 * for an answer; 0: as in the beginning.
 */
void http_patience(struct http *http, int64_t connect_ms, int64_t answer_ms);

/* The body, given piece by piece.  rewind(): start anew (a connection that
 * broke early); both may fail, which ends the post.
 */
struct http_body {
	void *self;
	int64_t bytes; /* exact */
	enum verdict (*read)(void *self, void *bytes, size_t len,
		size_t *len_out, struct fault *why);
	enum verdict (*rewind)(void *self, struct fault *why);
};

struct http_answer {
	int status;
	char content_type[200];
	int64_t retry_after_s; /* -1: not said */
	struct buf body;       /* at most 1 MiB */
	bool cut;	       /* there was more, which is not kept */
	bool all_written;      /* the last byte of the request left */
};

/* One POST.  `headers` NULL-ended "Name: value".
 *
 * V_OK       an HTTP answer arrived, whatever its status
 * V_LATER    the request was not written whole: the peer has nothing
 * V_UNKNOWN  written whole, no valid answer
 * V_NEVER    our body failed (why from its read)
 * V_BROKEN   our certificate, key or configuration
 */
enum verdict http_post(struct http *http, const char *url,
	const char *const *headers, const struct http_body *body,
	struct http_answer *answer_out, struct fault *why);
void http_answer_done(struct http_answer *answer);

/* --- looking at a connection --- */

/* HEAD, over a connection of its own.  V_OK: something answered, whatever it
 * said; else as http_post(), but never V_UNKNOWN.
 */
enum verdict http_head(struct http *http, const char *url, struct fault *why);

/* What the newest request and the newest handshake showed. */
void http_seen(const struct http *http, struct http_seen *out);

/* GET a public file, http or https (by the roots of this machine), with no
 * certificate of ours; at most three redirects, none from https to http.
 * `proxy` "http://HOST:PORT" or NULL.  `out` is an empty buffer whose
 * max is the limit.
 * V_LATER: CODE_CONNECT, CODE_TLS, CODE_CUT or CODE_HTTP; what came is dropped.
 */
enum verdict http_get(const char *url, const char *proxy, int64_t seconds,
	struct buf *out, struct fault *why);

#endif
