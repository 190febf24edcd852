/* base/gzip.h - inflating one member at its offset, or a whole .gz file;
 * packing one
 *
 * zlib behind a wall.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_GZIP_H
#define BASE_GZIP_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"

#define GZIP_STORED 0
#define GZIP_DEFLATE 8
#define GZIP_FILE 31 /* a whole .gz file, its members one after the other */

struct gzip;

/* Read what lies at `offset` of `fd` (lent): `method` 0 = `bytes` stored as
 * they are, 8 = a raw deflate stream that gives `bytes` (-1: unknown, up to
 * its own end), 31 = a .gz file from there to the end of `fd`, each of its
 * members with the right CRC and length and nothing behind the last (`bytes`
 * is -1).  `gzip` may be reused: pass NULL the first time.
 */
enum verdict gzip_open(int fd, int64_t offset, int method, int64_t bytes,
	struct gzip **gzip_inout, struct fault *why);

/* A whole .gz file whose bytes come from `from`, *len_out 0 at the end. */
typedef enum verdict gzip_from_fn(void *self, void *bytes, size_t len,
	size_t *len_out, struct fault *why);
enum verdict gzip_open_from(gzip_from_fn *from, void *from_self,
	struct gzip **gzip_out, struct fault *why);

/* Up to `len` bytes; *len_out 0 at the end.  V_BROKEN (CODE_ARCHIVE_CUT) when
 * the stream is damaged or gives more or fewer bytes than promised.
 */
enum verdict gzip_read(struct gzip *gzip, void *bytes, size_t len,
	size_t *len_out, struct fault *why);

/* Right after gzip_open(): the packed bytes are so many, no more are read. */
void gzip_within(struct gzip *gzip, int64_t packed);
/* Packed bytes that were needed so far. */
int64_t gzip_packed(const struct gzip *gzip);

void gzip_close(struct gzip *gzip); /* accepts NULL */

/* Add `len` bytes to `out` as a .gz file of one member, without name and time:
 * the same bytes give the same file.  See out->full.
 */
void gzip_pack(const void *bytes, size_t len, struct buf *out);

/* CRC-32 as ZIP uses it; start with 0. */
uint32_t gzip_crc32(uint32_t crc, const void *bytes, size_t len);

#endif
