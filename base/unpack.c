/* base/unpack.c - see base/unpack.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/gzip.h"
#include "base/unpack.h"

#define RATIO_FREE INT64_C(10000000) /* the ratio counts above this */

struct unpack {
	int fd;
	gzip_from_fn *from; /* instead of fd, NULL: none */
	void *from_self;
	uint8_t head[2]; /* of what came from it, looked at, not handed on */
	size_t head_len, head_at;
	enum archive_kind kind;
	struct gzip *gzip;
	struct archive_filter *filter;
	struct archive_limits limits;
	int64_t at; /* of a plain file */
	int64_t file_bytes, unpacked;
};

enum verdict
unpack_open(int fd, const struct archive_limits *limits,
	struct unpack **unpack_out, struct fault *why)
{
	char head[ARCHIVE_HEAD_BYTES];
	struct unpack *u;
	enum verdict v;
	struct stat st;
	size_t got;

	assert(fd >= 0 && limits->ratio_max > 0);
	if (fstat(fd, &st) == -1)
		return fault_errno(why, V_BROKEN, CODE_IO, "archive");
	v = file_read_at(fd, head, sizeof(head), 0, &got, why);
	if (v != V_OK)
		return v;
	u = mem_zero(1, sizeof(*u));
	u->fd = fd;
	u->limits = *limits;
	u->file_bytes = st.st_size;
	u->kind = archive_kind(head, got);
	if (u->kind == ARCHIVE_GZIP)
		v = gzip_open(fd, 0, GZIP_FILE, -1, &u->gzip, why);
	else if (u->kind == ARCHIVE_PACKED)
		v = archive_filter_open(fd, &u->filter, why);
	if (v != V_OK) {
		unpack_close(u);
		return v;
	}
	*unpack_out = u;
	return V_OK;
}

static enum verdict
read_from(
	void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct unpack *u = self;
	enum verdict v;

	if (u->head_at < u->head_len) {
		*(uint8_t *)bytes = u->head[u->head_at++];
		*len_out = 1;
		return V_OK;
	}
	v = u->from(u->from_self, bytes, len, len_out, why);
	if (v == V_OK)
		u->file_bytes += (int64_t)*len_out;
	return v;
}

enum verdict
unpack_open_from(gzip_from_fn *from, void *from_self,
	const struct archive_limits *limits, struct unpack **unpack_out,
	struct fault *why)
{
	struct unpack *u = mem_zero(1, sizeof(*u));
	enum verdict v = V_OK;
	size_t got = 1;

	assert(limits->ratio_max > 0);
	u->fd = -1;
	u->from = from;
	u->from_self = from_self;
	u->limits = *limits;
	while (v == V_OK && got > 0 && u->head_len < sizeof(u->head)) {
		v = from(from_self, u->head + u->head_len,
			sizeof(u->head) - u->head_len, &got, why);
		if (v == V_OK)
			u->head_len += got;
	}
	u->file_bytes = (int64_t)u->head_len;
	if (v == V_OK && u->head_len == 2 && u->head[0] == 0x1f &&
		u->head[1] == 0x8b)
		v = gzip_open_from(read_from, u, &u->gzip, why);
	if (v != V_OK) {
		unpack_close(u);
		return v;
	}
	*unpack_out = u;
	return V_OK;
}

static enum verdict
count(struct unpack *u, size_t len, struct fault *why)
{
	u->unpacked += (int64_t)len;
	if (u->unpacked > u->limits.unpacked_max)
		return fault_set(why, V_BROKEN, CODE_ARCHIVE,
			"unpacks to more than %lld bytes",
			(long long)u->limits.unpacked_max);
	if (!unpack_plain(u) && u->unpacked > RATIO_FREE &&
		u->unpacked / u->limits.ratio_max > u->file_bytes)
		return fault_set(why, V_BROKEN, CODE_ARCHIVE,
			"unpacks to more than %lld times its size",
			(long long)u->limits.ratio_max);
	return V_OK;
}

enum verdict
unpack_read(struct unpack *u, void *bytes, size_t len, size_t *len_out,
	struct fault *why)
{
	size_t got = 1, n = 0;
	enum verdict v = V_OK;

	assert(len > 0);
	while (v == V_OK && n < len && got > 0) {
		char *to = (char *)bytes + n;

		if (u->gzip != NULL)
			v = gzip_read(u->gzip, to, len - n, &got, why);
		else if (u->filter != NULL)
			v = archive_filter_read(
				u->filter, to, len - n, &got, why);
		else if (u->from != NULL)
			v = read_from(u, to, len - n, &got, why);
		else
			v = file_read_at(u->fd, to, len - n, u->at, &got, why);
		if (v != V_OK)
			return v;
		n += got;
		u->at += (int64_t)got;
	}
	*len_out = n;
	return unpack_plain(u) && u->from == NULL ? V_OK : count(u, n, why);
}

bool
unpack_plain(const struct unpack *u)
{
	return u->gzip == NULL && u->filter == NULL;
}

void
unpack_close(struct unpack *u)
{
	if (u == NULL)
		return;
	gzip_close(u->gzip);
	archive_filter_close(u->filter);
	free(u);
}
