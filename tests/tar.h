/* tests/tar.h - a tar made by hand, so that it can be wrong on purpose; gzip
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef TESTS_TAR_H
#define TESTS_TAR_H

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/buf.h"

static inline void
tar_pad(struct buf *out)
{
	static const char zeros[512];

	buf_add(out, zeros, -out->len & 511);
}

/* One header; its checksum is right whatever else is not. */
static inline void
tar_header(struct buf *out, const char *name, size_t len, char type,
	const char *magic)
{
	unsigned char h[512] = { 0 };
	unsigned sum = 0;
	char text[16];
	size_t i;

	memcpy(h, name, strnlen(name, 100));
	memcpy(h + 100, "0000644", 8);
	snprintf(text, sizeof(text), "%011zo", len);
	memcpy(h + 124, text, 12);
	h[156] = (unsigned char)type;
	memcpy(h + 257, magic, 8);
	memset(h + 148, ' ', 8);
	for (i = 0; i < sizeof(h); i++)
		sum += h[i];
	snprintf(text, sizeof(text), "%06o", sum);
	memcpy(h + 148, text, 7);
	buf_add(out, h, sizeof(h));
}

static inline void
tar_add(struct buf *out, const char *name, const void *bytes, size_t len,
	char type)
{
	tar_header(out, name, len, type, "ustar\00000");
	buf_add(out, bytes, len);
	tar_pad(out);
}

static inline void
tar_file(struct buf *out, const char *name, const char *text)
{
	tar_add(out, name, text, strlen(text), '0');
}

static inline void
tar_end(struct buf *out)
{
	static const char zeros[1024];

	buf_add(out, zeros, sizeof(zeros));
}

/* Appended to `out` as one member of a .gz file. */
static inline void
gz(struct buf *out, const void *bytes, size_t len)
{
	z_stream z = { 0 };
	size_t size = len + len / 1000 + 1000;
	char *room = buf_room(out, size);

	assert(room != NULL);
	assert(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) ==
		Z_OK);
	z.next_in = (Bytef *)(uintptr_t)bytes;
	z.avail_in = (uInt)len;
	z.next_out = (Bytef *)room;
	z.avail_out = (uInt)size;
	assert(deflate(&z, Z_FINISH) == Z_STREAM_END);
	buf_used(out, size - z.avail_out);
	assert(deflateEnd(&z) == Z_OK);
}

#endif
