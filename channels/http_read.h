/* channels/http_read.h - reading one HTTP request, strictly
 *
 * Private to channels/; pure: bytes in, a request out.  Everything two readers
 * could understand differently is refused and the connection is to be closed:
 * two Content-Lengths, a length that is not plain digits, a length together
 * with Transfer-Encoding, any coding but chunked, NUL and other control
 * characters, a bare CR or LF.  Folded header lines count as one value.
 * Memory is bounded: by HTTP_HEAD_MAX and by the largest body.
 *
 * Sources: RFC 9112; spec ebms2.md section 4.2.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef CHANNELS_HTTP_READ_H
#define CHANNELS_HTTP_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define HTTP_HEAD_MAX ((size_t)16384)	/* request line and headers */
#define HTTP_PASSED_MAX ((size_t)16384) /* and the certificate of a client */
#define HTTP_HEADERS_MAX 64
#define HTTP_EXTRA_MAX ((size_t)16384) /* that mean nothing in chunks */
#define HTTP_CHUNK_LINE_MAX 256

enum http_stage {
	HTTP_HEAD = 0,
	HTTP_BODY,
	HTTP_CHUNK_LINE,
	HTTP_CHUNK_DATA,
	HTTP_CHUNK_END, /* CR LF behind the data */
	HTTP_TRAILER,
	HTTP_DONE,
	HTTP_REFUSED,
};

struct http_read {
	enum http_stage stage;
	struct buf head; /* then cut in place into the texts below */
	struct buf body;
	struct buf line; /* chunk line or trailer under way */
	int64_t left;	 /* bytes still to come of body or chunk */
	size_t extra;	 /* bytes of trailer and chunk extensions */
	bool line_seen;	 /* the request line is there */

	const char *method, *path;
	const char *content_type, *soap_action; /* "" when absent */
	const char *passed; /* value of the header `passed_in`; "" */
	const char *passed_in;
	bool old;	    /* HTTP/1.0 */
	bool close;	    /* the peer wants the connection closed */
	bool want_continue; /* 100-continue is to be sent, once */

	int status;	  /* when refused: what to answer */
	const char *text; /* and why */
};

/* `passed_in`: the header in which a front proxy passes the certificate of its
 * client, lent as long as `r` lives; it may stand there once.  NULL: none.
 */
void http_read_init(
	struct http_read *r, int64_t max_body, const char *passed_in);
void http_read_done(struct http_read *r);
/* Ready for the next request on the same connection. */
void http_read_again(struct http_read *r);

/* Take bytes; returns how many were used.  Stops at DONE and REFUSED, and once
 * behind the head, so that the caller can judge it before anything is kept of
 * the body.
 */
size_t http_read_feed(struct http_read *r, const char *bytes, size_t len);

/* Bytes of body that are kept or announced: of a chunked one what is known so
 * far.
 */
int64_t http_read_bytes(const struct http_read *r);

/* The caller will not have it: as if it had been refused in here. */
void http_read_refuse(struct http_read *r, int status, const char *text);

/* "Not Found" */
const char *http_status_text(int status);

#endif
