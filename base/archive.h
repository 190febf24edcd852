/* base/archive.h - containers: reading strangers' archives, writing our own
 *
 * Reading judges.  A ZIP is judged by base/zip.h, a tar by base/tar.h: an
 * unsafe name (absolute, .., not plain, too long), a link, a device, a folder
 * deeper than one, an encrypted member, a doubled name, a wrong CRC, a bomb
 * (ratio, unpacked size, count) all make the archive bad.  libarchive, behind
 * the wall of base/archive.c, unpacks what is packed otherwise than by gzip,
 * and writes.
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

/* --- what is it? --- */

enum archive_kind {
	ARCHIVE_NO, /* no archive that we know */
	ARCHIVE_ZIP,
	ARCHIVE_TAR,	/* not packed */
	ARCHIVE_GZIP,	/* of what, is in it */
	ARCHIVE_PACKED, /* xz, zstd, bzip2, lzma in its .lz form */
	ARCHIVE_OTHER,	/* Rar, 7z, cab, ar, .Z: never read */
};

#define ARCHIVE_HEAD_BYTES 512 /* that many first bytes tell all kinds */

/* By its first bytes; fewer than ARCHIVE_HEAD_BYTES when there are no more. */
enum archive_kind archive_kind(const void *head, size_t len);

/* Letters, digits, dot, dash, underscore; at most one folder; no dot first,
 * so neither `.` nor `..` nor anything hidden.
 */
bool archive_name_safe(const char *name);

/* --- reading members in their order --- */

struct archive_member {
	char name[ARCHIVE_NAME_MAX + 1];
	int64_t offset; /* of the packed bytes in the file; in a packed tar of
			   the bytes in what it unpacks to */
	int64_t packed;
	int64_t bytes; /* unpacked */
	int method;    /* 0 stored, 8 deflate */
};

struct archive_in;

/* Read the ZIP or tar (packed or not) in `fd` (lent).  V_BROKEN when it is
 * neither (CODE_ARCHIVE_CUT or CODE_ARCHIVE).
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

/* --- unpacking one stream (see base/unpack.h) --- */

struct archive_filter;

/* `fd` is lent; its position is used. */
enum verdict archive_filter_open(
	int fd, struct archive_filter **filter_out, struct fault *why);
enum verdict archive_filter_read(struct archive_filter *filter, void *bytes,
	size_t len, size_t *len_out, struct fault *why);
void archive_filter_close(struct archive_filter *filter); /* accepts NULL */

/* --- writing --- */

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
/* From here on the bytes that are written are hashed as well, by a thread of its
 * own, which writes them too; before the first member.  V_LATER: no thread.
 */
enum verdict archive_hash(struct archive_out *out, struct fault *why);
/* The same as archive_finish(), and the SHA-256 of the whole file. */
enum verdict archive_finish_hash(
	struct archive_out *out, uint8_t sha256_out[32], struct fault *why);
void archive_abandon(struct archive_out *out); /* after a failure */

#endif
