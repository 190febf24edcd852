/* channels/http.h - posting over two-way TLS (libcurl behind a wall)
 *
 * Also used by mobbsim, which shares the transport and nothing else with us.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef CHANNELS_HTTP_H
#define CHANNELS_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"

struct http_peer {
	const char *trust;	 /* PEM file of roots */
	const char *certificate; /* our client certificate and key, PEM */
	const char *key;
	const char *oin; /* the peer's certificate must carry it; NULL: any */
	int64_t bytes_per_s; /* 0 unlimited */
	int64_t answer_ms;   /* wait after the last byte; 0: two minutes */
};

struct http;

/* From here on the process ignores SIGPIPE. */
enum verdict http_open(const struct http_peer *peer, struct http **http_out,
	struct fault *why);
void http_close(struct http *http); /* accepts NULL */

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
	struct buf body;       /* at most 1 MiB, what is beyond is cut off */
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

#endif
