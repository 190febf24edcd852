/* base/tar.h - a tar read by ourselves, strictly
 *
 * libarchive takes a tar that was cut between two members for a whole one, and
 * other tools differ in what comes behind the end.  Here a tar is plain files
 * and folders in ustar form with right checksums, then two blocks of zeros,
 * then nothing but zeros.  Extended (pax) headers may say times and owners;
 * one that gives a name, a size or a sparse map is refused, as are links,
 * devices and sparse files.  Names may begin with "./".
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_TAR_H
#define BASE_TAR_H

#include "base/unpack.h"

struct tar_entry {
	char name[ARCHIVE_NAME_MAX + 1];
	int64_t offset; /* of its bytes in the stream */
	int64_t bytes;
};

struct tar;

/* The stream is lent. */
struct tar *tar_new(struct unpack *stream, const struct archive_limits *limits);
void tar_free(struct tar *tar); /* accepts NULL */

/* The next plain file; what is left of the one before is skipped.  V_END when
 * the whole stream was read and nothing stands behind the end.  V_BROKEN with
 * CODE_ARCHIVE or CODE_ARCHIVE_CUT.
 */
enum verdict tar_next(
	struct tar *tar, struct tar_entry *entry_out, struct fault *why);

/* Up to `len` bytes of the present file, *len_out 0 at its end. */
enum verdict tar_read(struct tar *tar, void *bytes, size_t len, size_t *len_out,
	struct fault *why);

#endif
