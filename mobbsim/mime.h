/* mobbsim/mime.h - taking a multipart/related body apart
 *
 * Nothing is copied but the few words of a header: a part points into the
 * body.  The SOAP part is the one `start` names, else the first.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_MIME_H
#define MOBBSIM_MIME_H

#include <stddef.h>

#include "base/fault.h"

#define MIME_PARTS_MAX 32
#define MIME_ID_MAX 256

struct mime_part {
	char id[MIME_ID_MAX]; /* Content-ID without brackets; "" when absent */
	const char *bytes;
	size_t len;
};

struct mime {
	struct mime_part parts[MIME_PARTS_MAX];
	size_t count;
	size_t root; /* the SOAP part */
};

/* Split by the Content-Type of the request; text/xml is one part.
 * V_SKIP: it is no such thing.
 */
enum verdict mime_split(const char *content_type, const char *body, size_t len,
	struct mime *mime_out, struct fault *why);

/* The part that cid `id` names, NULL when there is none. */
const struct mime_part *mime_find(const struct mime *mime, const char *id);

#endif
