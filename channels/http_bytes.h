/* channels/http_bytes.h - a body that lies in memory
 *
 * Private to channels/.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef CHANNELS_HTTP_BYTES_H
#define CHANNELS_HTTP_BYTES_H

#include <stddef.h>

#include "channels/http.h"

struct http_bytes {
	const char *bytes; /* lent */
	size_t len, at;
};

struct http_body http_bytes_body(struct http_bytes *self);

#endif
