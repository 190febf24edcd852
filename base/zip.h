/* base/zip.h - a ZIP's central directory and local headers, read by ourselves
 *
 * This is the judge of a ZIP, and a strict one: what it does not understand is
 * refused.  Other tools believe either the central directory or the local
 * headers; here the two must say the same.  The members must fill the file
 * from its first byte to the directory, in the order of the directory, without
 * a gap: then nothing stands before the ZIP, nothing is hidden between two
 * members, and no two share bytes.  Sizes above 4 GB (Zip64) are understood.
 *
 * A walk is one pass over the directory in a block of memory; any number of
 * walks over one file may go on at a time, each by one thread.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_ZIP_H
#define BASE_ZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/archive.h"
#include "base/fault.h"

struct zip_entry {
	char name[ARCHIVE_NAME_MAX + 1]; /* a folder without its slash */
	bool folder;
	int method;	/* 0 stored, 8 deflate */
	int flags;	/* as in the file */
	uint32_t crc;	/* CRC-32 of the member */
	int64_t header; /* where its local header begins */
	int64_t next;	/* where what follows the member begins */
	int64_t packed, bytes;
};

struct zip;

/* Find the central directory of the ZIP in `fd` (lent).  V_BROKEN with
 * CODE_ARCHIVE (no ZIP, more members than allowed) or CODE_ARCHIVE_CUT.
 */
enum verdict zip_open(int fd, const struct archive_limits *limits,
	struct zip **zip_out, struct fault *why);
void zip_close(struct zip *zip); /* accepts NULL */

/* As many as the directory promises; zip_next() holds it to that. */
int64_t zip_count(const struct zip *zip);

/* The next entry of the directory, folders too.  V_END after the last;
 * V_BROKEN (CODE_ARCHIVE, CODE_ARCHIVE_CUT) for one that is unsafe, that is
 * not understood or that passes a limit by the sizes it promises.  Two equal
 * names are for the caller to find.
 */
enum verdict zip_next(
	struct zip *zip, struct zip_entry *entry_out, struct fault *why);

/* Compare the entry with its local header (and data descriptor); gives the
 * offset of the packed bytes.  Thread-safe.
 */
enum verdict zip_data(int fd, const struct zip_entry *entry,
	int64_t *offset_out, struct fault *why);

#endif
