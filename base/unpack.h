/* base/unpack.h - the bytes of a file, whatever it is packed with
 *
 * One stream from the first byte to the last: as it is, gzip (CRC and length
 * checked, members one after the other, nothing behind), or what libarchive
 * unpacks (xz, zstd, bzip2).
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_UNPACK_H
#define BASE_UNPACK_H

#include <stdbool.h>

#include "base/archive.h"
#include "base/gzip.h"

struct unpack;

/* `fd` is lent.  The ratio of the limits holds above 10 MB, and unpacked_max
 * for all bytes that come out.
 */
enum verdict unpack_open(int fd, const struct archive_limits *limits,
	struct unpack **unpack_out, struct fault *why);

/* The same for bytes that come from `from`, *len_out 0 at their end: as they
 * are, or gzip.  unpacked_max holds for them in either case.
 */
enum verdict unpack_open_from(gzip_from_fn *from, void *from_self,
	const struct archive_limits *limits, struct unpack **unpack_out,
	struct fault *why);

/* Up to `len` bytes, fewer only at the end; *len_out 0 at the end.  V_BROKEN
 * with CODE_ARCHIVE_CUT (damaged or cut) or CODE_ARCHIVE (a bomb).
 */
enum verdict unpack_read(struct unpack *unpack, void *bytes, size_t len,
	size_t *len_out, struct fault *why);

/* The file is not packed: an offset in the stream is one in the file. */
bool unpack_plain(const struct unpack *unpack);

void unpack_close(struct unpack *unpack); /* accepts NULL */

#endif
