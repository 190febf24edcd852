/* channels/http_listen.h - an HTTPS endpoint (libevent behind a wall)
 *
 * A client certificate is demanded in the handshake.  One thread; requests are
 * handed over whole, one at a time.  HTTP that tries to be clever (two
 * Content-Lengths, "+3", NUL, bare LF, odd Transfer-Encoding) gets 400 and the
 * connection is closed.  Also used by mobbsim.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef CHANNELS_HTTP_LISTEN_H
#define CHANNELS_HTTP_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"

struct http_listen_conf {
	const char *at; /* "127.0.0.1:18443" */
	const char *certificate, *key, *trust;
	int64_t max_body;
	int deadline_s; /* of one request, default 120 */
};

struct http_request {
	const char *method, *path;
	const char *content_type, *soap_action; /* "" when absent */
	const char *peer_oin; /* subject serialNumber of the client */
	const char *body;
	size_t body_len;
	int64_t first_byte_ms, last_byte_ms; /* wall clock */
};

struct http_reply {
	int status; /* 204 when left 0 */
	const char *content_type;
	bool soap_action; /* send SOAPAction: "ebXML" */
	struct buf body;
};

typedef void http_handler(void *self, const struct http_request *request,
	struct http_reply *reply);
/* Something the log should hear: a failed handshake, a refused request. */
typedef void http_note(void *self, const struct fault *what);

struct http_listen;

/* From here on the process ignores SIGPIPE. */
enum verdict http_listen_open(const struct http_listen_conf *conf,
	http_handler *handler, http_note *note, void *self,
	struct http_listen **listen_out, struct fault *why);
/* The port it listens on: for "127.0.0.1:0". */
int http_listen_port(const struct http_listen *listen);
/* Call `fn` every `every_ms` from the loop. */
void http_listen_every(struct http_listen *listen, int64_t every_ms,
	void (*fn)(void *self), void *self);
/* Serve until http_listen_stop() (safe in a signal handler through a flag). */
enum verdict http_listen_run(struct http_listen *listen, struct fault *why);
void http_listen_stop(struct http_listen *listen);
void http_listen_close(struct http_listen *listen); /* accepts NULL */

#endif
