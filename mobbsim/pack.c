/* mobbsim/pack.c - see mobbsim/pack.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/archive.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/gzip.h"
#include "mobbsim/pack.h"

#define BLOCK 512	 /* of a tar */
#define STORED_MAX 65535 /* bytes of one stored block of deflate */
#define SPILL ((size_t)1 << 20)
#define BUFFER_MAX ((size_t)1 << 22)
#define MEMBER_MAX INT64_C(077777777777) /* what eleven octal digits hold */

struct pack {
	enum pack_kind kind;
	int fd;
	struct archive_out *zip;
	struct buf out;
	uint32_t crc, bytes; /* of what the gzip holds; the size wraps */
	int64_t left;	     /* of the present member */
	int64_t filling;     /* after it, up to a whole block */
};

static void
put_number(struct buf *out, uint32_t n, int bytes)
{
	for (; bytes > 0; bytes--, n >>= 8) {
		unsigned char c = (unsigned char)n;

		buf_add(out, &c, 1);
	}
}

enum verdict
pack_open(
	int fd, enum pack_kind kind, struct pack **pack_out, struct fault *why)
{
	static const unsigned char head[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0,
		0xff };
	struct pack *pack;
	enum verdict v = V_OK;

	assert(kind != PACK_NONE);
	pack = mem_zero(1, sizeof(*pack));
	pack->kind = kind;
	pack->fd = fd;
	pack->out = BUF_MAX(BUFFER_MAX);
	if (kind == PACK_ZIP)
		v = archive_create(fd, false, &pack->zip, why);
	else
		buf_add(&pack->out, head, sizeof(head));
	if (v != V_OK) {
		pack_free(pack);
		return v;
	}
	*pack_out = pack;
	return V_OK;
}

/* Bytes as they are, in blocks that deflate calls stored. */
static enum verdict
store(struct pack *pack, const void *bytes, size_t len, struct fault *why)
{
	const char *at = bytes;
	enum verdict v;

	pack->crc = gzip_crc32(pack->crc, bytes, len);
	pack->bytes += (uint32_t)len;
	while (len > 0) {
		size_t take = len < STORED_MAX ? len : STORED_MAX;

		put_number(&pack->out, 0, 1);
		put_number(&pack->out, (uint32_t)take, 2);
		put_number(&pack->out, ~(uint32_t)take, 2);
		buf_add(&pack->out, at, take);
		at += take;
		len -= take;
		if (pack->out.len < SPILL)
			continue;
		v = file_write(pack->fd, pack->out.bytes, pack->out.len, why);
		if (v != V_OK)
			return v;
		buf_reset(&pack->out);
	}
	return V_OK;
}

static enum verdict
fill(struct pack *pack, struct fault *why)
{
	static const char zeros[BLOCK];
	int64_t filling = pack->filling;

	assert(pack->left == 0);
	pack->filling = 0;
	return filling == 0 ? V_OK : store(pack, zeros, (size_t)filling, why);
}

/* The head of a tar member, as POSIX calls it ustar. */
static void
tar_head(const char *name, int64_t bytes, char head[BLOCK])
{
	unsigned sum = 0;
	size_t i;

	memset(head, 0, BLOCK);
	memcpy(head, name, strlen(name));
	memcpy(head + 100, "0000644", 7);
	memcpy(head + 108, "0000000", 7);
	memcpy(head + 116, "0000000", 7);
	snprintf(head + 124, 12, "%011" PRIo64, (uint64_t)bytes);
	memcpy(head + 136, "00000000000", 11);
	memset(head + 148, ' ', 8); /* the sum itself counts as blanks */
	head[156] = '0';
	memcpy(head + 257, "ustar\00000", 8);
	for (i = 0; i < BLOCK; i++)
		sum += (unsigned char)head[i];
	snprintf(head + 148, 8, "%06o", sum & 0777777U);
	head[155] = ' ';
}

enum verdict
pack_member(
	struct pack *pack, const char *name, int64_t bytes, struct fault *why)
{
	char head[BLOCK];
	enum verdict v;

	assert(bytes >= 0 && strlen(name) < 100);
	if (pack->kind == PACK_ZIP)
		return archive_member_begin(pack->zip, name, bytes, why);
	v = fill(pack, why);
	pack->left = bytes;
	if (v != V_OK || pack->kind == PACK_GZIP)
		return v;
	if (bytes > MEMBER_MAX)
		return fault_set(why, V_BROKEN, CODE_LIMIT,
			"too large for a tar; take a ZIP");
	pack->filling = (BLOCK - bytes % BLOCK) % BLOCK;
	tar_head(name, bytes, head);
	return store(pack, head, BLOCK, why);
}

enum verdict
pack_add(struct pack *pack, const void *bytes, size_t len, struct fault *why)
{
	if (pack->kind == PACK_ZIP)
		return archive_member_add(pack->zip, bytes, len, why);
	assert((int64_t)len <= pack->left);
	pack->left -= (int64_t)len;
	return store(pack, bytes, len, why);
}

enum verdict
pack_finish(struct pack *pack, struct fault *why)
{
	static const char zeros[2 * BLOCK];
	enum verdict v;

	if (pack->kind == PACK_ZIP) {
		v = archive_finish(pack->zip, why);
		pack->zip = NULL; /* gone, also after a failure */
		return v;
	}
	v = fill(pack, why);
	if (v == V_OK && pack->kind == PACK_TAR)
		v = store(pack, zeros, sizeof(zeros), why);
	if (v != V_OK)
		return v;
	put_number(&pack->out, 1, 1); /* the last block, empty */
	put_number(&pack->out, 0xffff0000U, 4);
	put_number(&pack->out, pack->crc, 4);
	put_number(&pack->out, pack->bytes, 4);
	v = file_write(pack->fd, pack->out.bytes, pack->out.len, why);
	buf_reset(&pack->out);
	return v;
}

void
pack_free(struct pack *pack)
{
	if (pack == NULL)
		return;
	archive_abandon(pack->zip);
	buf_done(&pack->out);
	free(pack);
}
