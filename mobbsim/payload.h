/* mobbsim/payload.h - a delivery, read by the other side
 *
 * Read in one pass, so that 100 MB need no tree; what does not fit the schema
 * is read as far as it goes, so that its letters can be named in the result.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_PAYLOAD_H
#define MOBBSIM_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/uuid.h"

#define PAYLOAD_LETTERS_MAX 100000 /* far above the 1000 that are allowed */

struct payload_letter {
	struct uuid id;
	const char *id_text; /* as it was written; "" : cannot be named */
	const char *batch_id;
	const char *type, *reference, *bsn;
	const char *publish;	 /* "" when absent */
	const char *attachments; /* hex SHA-256, joined by +; "" : none */
	int64_t attachment_bytes;
	bool broken; /* an attachment that is no base64 */
};

struct payload {
	const char *batch_id; /* "" when it is no UUID */
	const char *made;     /* AanmaakDatum */
	const char *sender;   /* BerichtLeverancierID */
	struct payload_letter *letters;
	size_t letter_count;
	bool whole; /* it was well-formed to the end */
};

/* Everything in `mem`. */
void payload_read(
	const void *bytes, size_t len, struct arena *mem, struct payload *out);

#endif
