/* base/archive.h - containers: reading strangers' archives, writing our own
 *
 * libarchive behind a wall.  Reading goes through the seekable ZIP reader and
 * is the one time an archive is judged: an unsafe name (absolute, .., not
 * plain, too long), a link, a directory deeper than one, an encrypted member,
 * a doubled name, a wrong CRC, a bomb (ratio, unpacked size, count) all make
 * the archive bad.  A member's offset is kept so that it can be inflated later
 * in any order (base/gzip.h).
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_ARCHIVE_H
#define BASE_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

#define ARCHIVE_NAME_MAX 120 /* bytes of a member's name */

struct archive_limits {
	int64_t unpacked_max; /* bytes of all members together */
	int64_t ratio_max;    /* unpacked : packed, counted above 10 MB */
	int64_t members_max;
};

struct archive_member {
	char name[ARCHIVE_NAME_MAX + 1];
	int64_t offset; /* of the packed bytes in the file */
	int64_t packed; /* 0 when the archive does not say beforehand */
	int64_t bytes;	/* unpacked; known after its data was read */
	int method;	/* 0 stored, 8 deflate */
};

struct archive_in;

/* Read the ZIP in `fd` (lent; its position is used).  V_BROKEN when it is no
 * ZIP (CODE_ARCHIVE_CUT or CODE_ARCHIVE).
 */
enum verdict archive_open(int fd, const struct archive_limits *limits,
	struct archive_in **in_out, struct fault *why);

/* The next member; its data is read with archive_read().  What was not read
 * of the member before is read (and judged) first.  V_END after the last,
 * V_BROKEN (CODE_ARCHIVE, CODE_ARCHIVE_CUT) for anything unsafe.
 */
enum verdict archive_next(struct archive_in *in,
	struct archive_member *member_out, struct fault *why);

/* Data of the present member, `*len_out` 0 at its end (CRC checked then). */
enum verdict archive_read(struct archive_in *in, void *bytes, size_t len,
	size_t *len_out, struct fault *why);

void archive_close(struct archive_in *in); /* accepts NULL */

struct archive_out;

/* Write a ZIP to `fd`.  Fixed times, so that the same content gives the same
 * bytes.  `deflate` false stores (PDFs hardly shrink).
 */
enum verdict archive_create(
	int fd, bool deflate, struct archive_out **out_out, struct fault *why);
enum verdict archive_member_begin(struct archive_out *out, const char *name,
	int64_t bytes, struct fault *why);
enum verdict archive_member_add(struct archive_out *out, const void *bytes,
	size_t len, struct fault *why);
enum verdict archive_finish(struct archive_out *out, struct fault *why);
void archive_abandon(struct archive_out *out); /* after a failure */

#endif
