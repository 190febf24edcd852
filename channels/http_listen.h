/* channels/http_listen.h - an HTTPS endpoint (libevent behind a wall)
 *
 * A client certificate is demanded in the handshake, and no byte of HTTP is
 * read before it is verified.  Behind a front proxy, which ends TLS, it stands
 * in a header of each request instead; that is taken from a UNIX socket only,
 * and nothing is kept of a body before it is verified.
 *
 * One thread; requests are handed over whole, one at a time.  HTTP that two
 * readers could understand differently (channels/http_read.h) is refused and
 * the connection is closed.
 *
 * Limits: on connections, also of one peer; on the time for handshake, head
 * and request; on the bytes of all bodies under way, and on one peer's part of
 * them.  What does not fit is answered 503 with Retry-After.
 *
 * Also used by mobbsim.
 * Sources: spec ebms2.md sections 3 and 4.2; RFC 9110, 9112.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef CHANNELS_HTTP_LISTEN_H
#define CHANNELS_HTTP_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"

/* Texts are lent until the listener is closed, or a reload gave it others. */
struct http_listen_conf {
	/* "127.0.0.1:18443", "unix:/run/mobb/ebms.sock" or "systemd"
	 * (channels/http_address.h)
	 */
	const char *at;
	const char *certificate, *key; /* PEM; NULL behind a front proxy */
	const char *trust;	       /* PEM, roots of client certificates */
	int64_t max_body;	       /* bytes */
	int deadline_s;		       /* of one request, default 120 */
	/* The header in which the front proxy passes the certificate of its
	 * client (channels/http_passed.h), once in each request.  NULL: TLS is
	 * ours.
	 */
	const char *header;
	const char *crl_folder; /* NULL: revocation is not looked at */
	bool crl_require;	/* no valid list: nobody is trusted */
	/* Bytes of all bodies under way, default HTTP_BODIES x max_body and at
	 * least HTTP_BODIES_MIN; one peer may have three quarters of them.
	 */
	int64_t bodies_max;
};

#define HTTP_BODIES 4
#define HTTP_BODIES_MIN INT64_C(32000000)

struct http_request {
	const char *method, *path;
	const char *content_type, *soap_action; /* "" when absent */
	const char *peer_oin; /* subject serialNumber of the client */
	bool peer_trial;      /* its chain has a TRIAL or TEST issuer */
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

/* From here on the process ignores SIGPIPE.
 * V_BROKEN: CODE_CONFIG_VALUE, CODE_NO_LISTENER (channels/http_address.h; also
 * `header` with a socket that is no UNIX socket), and those of the files
 * (channels/tls.h).
 */
enum verdict http_listen_open(const struct http_listen_conf *conf,
	http_handler *handler, http_note *note, void *self,
	struct http_listen **listen_out, struct fault *why);
/* The port it listens on: for "127.0.0.1:0"; 0 at a UNIX socket. */
int http_listen_port(const struct http_listen *listen);
/* Call `fn` every `every_ms` from the loop. */
void http_listen_every(struct http_listen *listen, int64_t every_ms,
	void (*fn)(void *self), void *self);

/* Read certificate, key, roots and revocation lists anew; from the loop.  Idle
 * connections are closed.  A request under way is finished, if roots and lists
 * of now still let its client in (else 403), and its answer closes what began
 * with the old files.  `at` and `header` are those of before.  On failure all
 * stays as it was.
 *
 * A change in crl_folder does the same by itself, within seconds, for the lists
 * alone: other files are read when told to.
 */
enum verdict http_listen_reload(struct http_listen *listen,
	const struct http_listen_conf *conf, struct fault *why);

/* Serve until http_listen_stop() (safe in a signal handler through a flag). */
enum verdict http_listen_run(struct http_listen *listen, struct fault *why);
void http_listen_stop(struct http_listen *listen);
void http_listen_close(struct http_listen *listen); /* accepts NULL */

#endif
