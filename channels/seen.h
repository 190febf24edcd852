/* channels/seen.h - what a connection showed, for who looks at it
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef CHANNELS_SEEN_H
#define CHANNELS_SEEN_H

#include <stdbool.h>
#include <stdint.h>

#include "channels/look.h"

/* Of the newest handshake, also of one that failed. */
struct tls_seen {
	char version[16]; /* "TLSv1.3"; "" when it did not end well */
	char cipher[64];
	int chain;	/* certificates up to the root, with both */
	char root[120]; /* whose the last of them is */
	bool shown;	/* the peer showed a certificate: */
	struct certificate peer;
};

/* Of the newest request; times in ms, -1 where it did not get so far. */
struct http_seen {
	bool connected;	    /* all the way to the peer, with TLS */
	int64_t connect_ms; /* to the peer, or to the proxy */
	int64_t tls_ms;	    /* the handshake */
	int64_t answer_ms;  /* from the request's begin to its answer's */
	int proxy_status;   /* of the proxy's answer; 0: none */
	int status;	    /* of the peer's answer; 0: none */
	int64_t date_ms;    /* what the peer says the time is; 0: nothing */
	/* The peer's fatal alert about our certificate; NULL: none. */
	const char *alert;
	struct tls_seen tls;
};

#endif
