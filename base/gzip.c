/* base/gzip.c - see base/gzip.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define ZLIB_CONST /* input is only read */

#include <assert.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/arena.h"
#include "base/crc.h"
#include "base/file.h"
#include "base/gzip.h"

#define IN_BYTES ((size_t)131072)
#define PACK_BYTES ((size_t)1 << 30) /* a step that fits zlib */
#define RAW_DEFLATE (-15)	     /* no header, the largest window */
#define GZIP_OR_NOTHING 31 /* zlib reads header and trailer, and checks them */

struct gzip {
	z_stream z;
	unsigned char in[IN_BYTES];
	int fd, method;
	gzip_from_fn *from; /* instead of fd, NULL: none */
	void *from_self;
	int64_t begin; /* of the packed bytes */
	int64_t at;    /* next byte of the file */
	int64_t end;   /* no byte from here on, -1 unknown */
	int64_t bytes; /* promised, -1 unknown */
	int64_t given; /* so far */
	bool begun;    /* inflateInit2() was done */
	bool ended;
	bool within; /* a member of a .gz file is not at its end */
};

static enum verdict
begin(int fd, int64_t offset, int method, int64_t bytes,
	struct gzip **gzip_inout, struct fault *why)
{
	struct gzip *g = *gzip_inout;

	int window = method == GZIP_FILE ? GZIP_OR_NOTHING : RAW_DEFLATE;

	if (offset < 0 ||
		(method != GZIP_STORED && method != GZIP_DEFLATE &&
			method != GZIP_FILE) ||
		bytes < (method == GZIP_STORED ? 0 : -1) ||
		(method == GZIP_FILE && bytes != -1))
		return fault_set(why, V_BROKEN, CODE_ARCHIVE_CUT,
			"a place or method that cannot be");
	if (g == NULL)
		g = mem_zero(1, sizeof(*g));
	g->fd = fd;
	g->from = NULL;
	g->method = method;
	g->begin = g->at = offset;
	g->end = -1;
	g->bytes = bytes;
	g->given = 0;
	g->ended = g->within = false;
	*gzip_inout = g;
	g->z.avail_in = 0;
	g->z.next_in = g->in;
	if (method == GZIP_STORED)
		return V_OK;
	if (g->begun ? inflateReset2(&g->z, window) != Z_OK
		     : inflateInit2(&g->z, window) != Z_OK)
		return fault_set(why, V_BROKEN, CODE_MEMORY, "no memory");
	g->begun = true;
	return V_OK;
}

enum verdict
gzip_open(int fd, int64_t offset, int method, int64_t bytes,
	struct gzip **gzip_inout, struct fault *why)
{
	assert(fd >= 0);
	return begin(fd, offset, method, bytes, gzip_inout, why);
}

enum verdict
gzip_open_from(gzip_from_fn *from, void *from_self, struct gzip **gzip_out,
	struct fault *why)
{
	struct gzip *g = NULL;
	enum verdict v;

	v = begin(-1, 0, GZIP_FILE, -1, &g, why);
	if (v != V_OK) {
		gzip_close(g);
		return v;
	}
	g->from = from;
	g->from_self = from_self;
	*gzip_out = g;
	return V_OK;
}

void
gzip_within(struct gzip *g, int64_t packed)
{
	assert(packed >= 0 && g->at == g->begin);
	g->end = packed > INT64_MAX - g->begin ? INT64_MAX : g->begin + packed;
}

int64_t
gzip_packed(const struct gzip *g)
{
	return g->at - g->begin - (int64_t)g->z.avail_in;
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

/* V_END at the end of the packed bytes. */
static enum verdict
more_input(struct gzip *g, struct fault *why)
{
	size_t want = IN_BYTES, got;
	enum verdict v;

	if (g->end >= 0 && g->end - g->at < (int64_t)want)
		want = (size_t)(g->end - g->at);
	if (want == 0)
		return V_END;
	v = g->from != NULL
		    ? g->from(g->from_self, g->in, want, &got, why)
		    : file_read_at(g->fd, g->in, want, g->at, &got, why);
	if (v != V_OK)
		return v;
	assert(got <= want);
	if (got == 0)
		return V_END;
	g->at += (int64_t)got;
	g->z.next_in = g->in;
	g->z.avail_in = (uInt)got;
	return V_OK;
}

/* Inflate until the room in g->z is full or the stream ends. */
static enum verdict
inflate_some(struct gzip *g, struct fault *why)
{
	enum verdict v = V_OK;
	int status;

	while (!g->ended && g->z.avail_out > 0) {
		if (g->z.avail_in == 0)
			v = more_input(g, why);
		if (v == V_END && g->method == GZIP_FILE && !g->within &&
			gzip_packed(g) > 0) {
			g->ended = true;
			break;
		}
		if (v == V_END)
			return cut(why, "packed data ends early");
		if (v != V_OK)
			return v;
		/* One member of a .gz file follows the other. */
		if (g->method == GZIP_FILE && !g->within) {
			(void)inflateReset(&g->z);
			g->within = true;
		}
		status = inflate(&g->z, Z_NO_FLUSH);
		if (status == Z_STREAM_END && g->method == GZIP_FILE)
			g->within = false;
		else if (status == Z_STREAM_END)
			g->ended = true;
		else if (status != Z_OK)
			return cut(why, "packed data is damaged");
	}
	return V_OK;
}

static enum verdict
read_deflate(struct gzip *g, void *bytes, size_t len, size_t *len_out,
	struct fault *why)
{
	enum verdict v;
	size_t got;

	if (len > INT32_MAX)
		len = INT32_MAX;
	g->z.next_out = bytes;
	g->z.avail_out = (uInt)len;
	v = inflate_some(g, why);
	if (v != V_OK)
		return v;
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
	if (g->method == GZIP_STORED)
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

void
gzip_pack(const void *bytes, size_t len, struct buf *out)
{
	unsigned char piece[16384];
	z_stream z = { .next_in = bytes };
	int status = Z_OK;

	if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_OR_NOTHING,
		    8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort(); /* no memory, as everywhere (base/arena.h) */
	while (status == Z_OK) {
		if (z.avail_in == 0) {
			z.avail_in =
				len > PACK_BYTES ? (uInt)PACK_BYTES : (uInt)len;
			len -= z.avail_in;
		}
		z.next_out = piece;
		z.avail_out = sizeof(piece);
		status = deflate(&z, len == 0 ? Z_FINISH : Z_NO_FLUSH);
		buf_add(out, piece, sizeof(piece) - z.avail_out);
	}
	assert(status == Z_STREAM_END);
	(void)deflateEnd(&z);
}

uint32_t
gzip_crc32(uint32_t crc, const void *bytes, size_t len)
{
	size_t folded = len - len % CRC_BLOCK;
	uint8_t rest[16];

	if (folded == 0 || !crc_can_fold())
		return (uint32_t)crc32_z(crc, bytes, len);
	crc_fold(crc, bytes, folded, rest);
	crc = (uint32_t)crc32_z(UINT32_MAX, rest, sizeof(rest));
	return (uint32_t)crc32_z(
		crc, (const uint8_t *)bytes + folded, len - folded);
}
