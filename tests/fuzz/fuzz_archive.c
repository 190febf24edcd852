/* tests/fuzz/fuzz_archive.c - any bytes as a ZIP or a tar, packed or not
 *
 * What is accepted of a ZIP or a plain tar must be found again at its offset,
 * byte by byte.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _GNU_SOURCE
#include <assert.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/archive.h"
#include "base/gzip.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Both roads to a member give the same. */
static void
compare(struct archive_in *in, int fd, const struct archive_member *m,
	bool has_offset)
{
	static uint8_t a[3000], b[3000];
	uint32_t crc[2] = { 0, 0 };
	struct gzip *g = NULL;
	struct fault why;
	int64_t total = 0;
	size_t got = 0;

	do {
		if (archive_read(in, a, sizeof(a), &got, &why) != V_OK)
			return;
		crc[0] = gzip_crc32(crc[0], a, got);
		total += (int64_t)got;
	} while (got > 0);
	assert(total == m->bytes);
	/* Nobody inflates what is empty. */
	if (total == 0 || !has_offset)
		return;
	if (gzip_open(fd, m->offset, m->method, total, &g, &why) != V_OK)
		__builtin_trap();
	do {
		if (gzip_read(g, b, sizeof(b), &got, &why) != V_OK)
			__builtin_trap();
		crc[1] = gzip_crc32(crc[1], b, got);
	} while (got > 0);
	gzip_close(g);
	assert(crc[0] == crc[1]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const struct archive_limits limits = { 20000000, 200, 20 };
	enum archive_kind kind = archive_kind(bytes, len);
	struct archive_in *in = NULL;
	struct archive_member m;
	struct fault why = FAULT_NONE;
	int fd = memfd_create("archive", MFD_CLOEXEC);

	if (fd == -1 || write(fd, bytes, len) != (ssize_t)len)
		__builtin_trap();
	if (archive_open(fd, &limits, &in, &why) == V_OK)
		while (archive_next(in, &m, &why) == V_OK) {
			assert(archive_name_safe(m.name));
			compare(in, fd, &m,
				kind == ARCHIVE_ZIP || kind == ARCHIVE_TAR);
		}
	archive_close(in);
	close(fd);
	return 0;
}
