/* base/gzip.c - see base/gzip.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/gzip.h"

#define IN_BYTES ((size_t)131072)
#define RAW_DEFLATE (-15) /* no header, the largest window */
#define STORED 0
#define DEFLATE 8

struct gzip {
	z_stream z;
	unsigned char in[IN_BYTES];
	int fd, method;
	int64_t at;    /* next byte of the file */
	int64_t bytes; /* promised, -1 unknown */
	int64_t given; /* so far */
	bool begun;    /* inflateInit2() was done */
	bool ended;
};

enum verdict
gzip_open(int fd, int64_t offset, int method, int64_t bytes,
	struct gzip **gzip_inout, struct fault *why)
{
	struct gzip *g = *gzip_inout;

	assert(fd >= 0);
	if (offset < 0 || (method != STORED && method != DEFLATE) ||
		bytes < (method == STORED ? 0 : -1))
		return fault_set(why, V_BROKEN, CODE_ARCHIVE_CUT,
			"a place or method that cannot be");
	if (g == NULL)
		g = mem_zero(1, sizeof(*g));
	g->fd = fd;
	g->method = method;
	g->at = offset;
	g->bytes = bytes;
	g->given = 0;
	g->ended = false;
	*gzip_inout = g;
	if (method == STORED)
		return V_OK;
	g->z.avail_in = 0;
	g->z.next_in = g->in;
	if (g->begun ? inflateReset2(&g->z, RAW_DEFLATE) != Z_OK
		     : inflateInit2(&g->z, RAW_DEFLATE) != Z_OK)
		return fault_set(why, V_BROKEN, CODE_MEMORY, "no memory");
	g->begun = true;
	return V_OK;
}

static enum verdict
cut(struct fault *why, const char *text)
{
	return fault_set(why, V_BROKEN, CODE_ARCHIVE_CUT, "%s", text);
}

static enum verdict
read_stored(struct gzip *g, void *bytes, size_t len, size_t *len_out,
	struct fault *why)
{
	int64_t left = g->bytes - g->given;
	enum verdict v;
	size_t got;

	if ((uint64_t)left < len)
		len = (size_t)left;
	if (len == 0) {
		*len_out = 0;
		return V_OK;
	}
	v = file_read_at(g->fd, bytes, len, g->at, &got, why);
	if (v != V_OK)
		return v;
	if (got < len)
		return cut(why, "stored data ends early");
	g->at += (int64_t)got;
	g->given += (int64_t)got;
	*len_out = got;
	return V_OK;
}

static enum verdict
more_input(struct gzip *g, struct fault *why)
{
	enum verdict v;
	size_t got;

	v = file_read_at(g->fd, g->in, IN_BYTES, g->at, &got, why);
	if (v != V_OK)
		return v;
	if (got == 0)
		return cut(why, "packed data ends early");
	g->at += (int64_t)got;
	g->z.next_in = g->in;
	g->z.avail_in = (uInt)got;
	return V_OK;
}

static enum verdict
read_deflate(struct gzip *g, void *bytes, size_t len, size_t *len_out,
	struct fault *why)
{
	enum verdict v;
	size_t got;
	int status = Z_OK;

	if (len > INT32_MAX)
		len = INT32_MAX;
	g->z.next_out = bytes;
	g->z.avail_out = (uInt)len;
	while (!g->ended && g->z.avail_out > 0) {
		if (g->z.avail_in == 0) {
			v = more_input(g, why);
			if (v != V_OK)
				return v;
		}
		status = inflate(&g->z, Z_NO_FLUSH);
		if (status == Z_STREAM_END)
			g->ended = true;
		else if (status != Z_OK)
			return cut(why, "packed data is damaged");
	}
	got = len - g->z.avail_out;
	if (g->bytes >= 0 && (int64_t)got > g->bytes - g->given)
		return cut(why, "more data than promised");
	g->given += (int64_t)got;
	if (g->ended && g->bytes >= 0 && g->given != g->bytes)
		return cut(why, "less data than promised");
	*len_out = got;
	return V_OK;
}

enum verdict
gzip_read(struct gzip *g, void *bytes, size_t len, size_t *len_out,
	struct fault *why)
{
	assert(len > 0);
	if (g->method == STORED)
		return read_stored(g, bytes, len, len_out, why);
	return read_deflate(g, bytes, len, len_out, why);
}

void
gzip_close(struct gzip *g)
{
	if (g == NULL)
		return;
	if (g->begun)
		(void)inflateEnd(&g->z);
	free(g);
}

uint32_t
gzip_crc32(uint32_t crc, const void *bytes, size_t len)
{
	return (uint32_t)crc32_z(crc, bytes, len);
}
