/* spool/inlined.h - a document whose base64 text stays in the batch file
 *
 * Its bytes are never written once more: the letter's row says where the text
 * stands, and it is decoded each time it leaves.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef SPOOL_INLINED_H
#define SPOOL_INLINED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

struct inlined;

/* Do these `raw` bytes of `fd` hold that text, but for white space?  As many
 * bytes as the text has are only looked at from both ends: whoever says so has
 * counted.  False also when they cannot be read.
 */
bool inlined_stands(
	int fd, int64_t offset, int64_t raw, const char *text, size_t len);

/* Begin with the text there; `inlined` may be reused: NULL the first time. */
void inlined_open(
	int fd, int64_t offset, int64_t raw, struct inlined **inlined_inout);

/* Up to `len` bytes of the document; *len_out 0 at the end.  V_SKIP: the text
 * is no base64, or the file ends in it; V_BROKEN: it cannot be read.
 */
enum verdict inlined_read(struct inlined *inlined, void *bytes, size_t len,
	size_t *len_out, struct fault *why);
void inlined_free(struct inlined *inlined); /* accepts NULL */

#endif
