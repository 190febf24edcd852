/* channels/http_read.h - reading one HTTP request, strictly
 *
 * Private to channels/; pure: bytes in, a request out.  Everything two readers
 * could understand differently is refused and the connection is to be closed:
 * two Content-Lengths, a length that is not plain digits, a length together
 * with Transfer-Encoding, any coding but chunked, NUL and other control
 * characters, a bare CR or LF.  Folded header lines count as one value.
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

#define HTTP_HEAD_MAX ((size_t)16384) /* request line and headers */
#define HTTP_HEADERS_MAX 64
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
	size_t trailer;	 /* bytes of it */

	const char *method, *path;
	const char *content_type, *soap_action; /* "" when absent */
	bool old;				/* HTTP/1.0 */
	bool close;	    /* the peer wants the connection closed */
	bool want_continue; /* 100-continue is to be sent, once */

	int status;	  /* when refused: what to answer */
	const char *text; /* and why */
};

void http_read_init(struct http_read *r, int64_t max_body);
void http_read_done(struct http_read *r);
/* Ready for the next request on the same connection. */
void http_read_again(struct http_read *r);

/* Take bytes; returns how many were used.  Stops at DONE and REFUSED. */
size_t http_read_feed(struct http_read *r, const char *bytes, size_t len);

/* "Not Found" */
const char *http_status_text(int status);

#endif
