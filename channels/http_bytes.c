/* channels/http_bytes.c - see channels/http_bytes.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "channels/http_bytes.h"

static enum verdict
bytes_read(
	void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct http_bytes *from = self;

	(void)why;
	if (len > from->len - from->at)
		len = from->len - from->at;
	memcpy(bytes, from->bytes + from->at, len);
	from->at += len;
	*len_out = len;
	return V_OK;
}

static enum verdict
bytes_rewind(void *self, struct fault *why)
{
	struct http_bytes *from = self;

	(void)why;
	from->at = 0;
	return V_OK;
}

struct http_body
http_bytes_body(struct http_bytes *self)
{
	self->at = 0;
	return (struct http_body){ .self = self,
		.bytes = (int64_t)self->len,
		.read = bytes_read,
		.rewind = bytes_rewind };
}
