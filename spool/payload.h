/* spool/payload.h - the bytes of the payload, read ahead by a second thread
 *
 * Reading, inflating and the CRC happen while the first thread parses.  The
 * ring is small, so memory does not grow with the file.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef SPOOL_PAYLOAD_H
#define SPOOL_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/archive.h"
#include "base/fault.h"

struct digest_run;

struct payload_place {
	int fd;	     /* lent */
	bool packed; /* the file is unpacked whole, and the payload lies at
		      * `offset` of what comes out */
	int method;  /* else: 0 stored, 8 deflate */
	int64_t offset;
	int64_t packed_bytes; /* of method 8 */
	int64_t bytes;	      /* -1: up to the end of the packed file */
	int64_t bytes_max;
	struct archive_limits limits; /* of a packed file */
	bool has_crc;		      /* compare at the end: CODE_ARCHIVE_CUT */
	uint32_t crc;
	struct digest_run *digest; /* to feed with part `part`; NULL: none */
	int part;
};

struct payload;

/* Nothing is read before the first payload_read(). */
struct payload *payload_new(const struct payload_place *place);

/* Up to `len` bytes, *len_out 0 at the end.  V_BROKEN with CODE_ARCHIVE_CUT
 * (damaged, or another than was judged), CODE_ARCHIVE (an archive itself, or a
 * bomb) or CODE_LIMIT (longer than bytes_max).
 */
enum verdict payload_read(struct payload *payload, void *bytes, size_t len,
	size_t *len_out, struct fault *why);
void payload_free(struct payload *payload); /* accepts NULL; ends the thread */

/* The fault of a payload that is too long. */
enum verdict payload_too_long(int64_t bytes_max, struct fault *why);

#endif
