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

#include "base/fault.h"

struct payload_place {
	int fd; /* lent */
	int method;
	int64_t offset, bytes;
	bool has_crc; /* compare at the end: CODE_ARCHIVE_CUT */
	uint32_t crc;
};

struct payload;

/* Nothing is read before the first payload_read(). */
struct payload *payload_new(const struct payload_place *place);
/* Up to `len` bytes, *len_out 0 at the end. */
enum verdict payload_read(struct payload *payload, void *bytes, size_t len,
	size_t *len_out, struct fault *why);
void payload_free(struct payload *payload); /* accepts NULL; ends the thread */

#endif
