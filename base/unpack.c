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
count(struct unpack *u, size_t len, struct fault *why)
{
	u->unpacked += (int64_t)len;
	if (u->unpacked > u->limits.unpacked_max)
		return fault_set(why, V_BROKEN, CODE_ARCHIVE,
			"unpacks to more than %lld bytes",
			(long long)u->limits.unpacked_max);
	if (u->unpacked > RATIO_FREE &&
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
		else
			v = file_read_at(u->fd, to, len - n, u->at, &got, why);
		if (v != V_OK)
			return v;
		n += got;
		u->at += (int64_t)got;
	}
	*len_out = n;
	return unpack_plain(u) ? V_OK : count(u, n, why);
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
