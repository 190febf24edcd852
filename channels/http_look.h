/* channels/http_look.h - what libcurl knows of a request
 *
 * Private to channels/http.c.  `curl` is a CURL.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef CHANNELS_HTTP_LOOK_H
#define CHANNELS_HTTP_LOOK_H

#include <stddef.h>

#include "channels/seen.h"

#define HTTP_SEEN_NONE                                                         \
	((struct http_seen){ .connect_ms = -1, .tls_ms = -1, .answer_ms = -1 })

/* A line of the answer's head: if it is Date, *ms_out gets the moment. */
void http_look_date(const char *line, size_t len, int64_t *ms_out);

/* After a request.  Of one that went over a connection that was open before,
 * there is nothing to say about connecting.
 */
void http_look(void *curl, int64_t date_ms, struct http_seen *out);

#endif
