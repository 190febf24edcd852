/* base/zip.h - what a ZIP's central directory says, read by ourselves
 *
 * libarchive believes the local headers where they name a member otherwise
 * than the central directory does; other tools believe the directory.  So the
 * two are summed up, each on its own, and must be the same.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_ZIP_H
#define BASE_ZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

/* A sum over names at their offsets; the order does not matter. */
struct zip_listing {
	int64_t count;
	uint64_t sum;
};

/* `offset` is where the member's local header begins. */
void zip_listing_add(struct zip_listing *listing, const void *name,
	size_t name_len, int64_t offset);
bool zip_listing_same(const struct zip_listing *a, const struct zip_listing *b);

/* Sum up the central directory of the ZIP in `fd`, `file_bytes` long.
 * V_BROKEN (CODE_ARCHIVE_CUT) when it is not where and what it should be.
 */
enum verdict zip_listing_read(int fd, int64_t file_bytes,
	struct zip_listing *listing_out, struct fault *why);

#endif
