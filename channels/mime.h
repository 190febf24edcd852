/* channels/mime.h - Content-Type and multipart/related, in memory
 *
 * Private to channels/; pure.
 *
 * Sources: RFC 2045, 2046, 2387; spec ebms2.md sections 5, 21.2, 21.3.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef CHANNELS_MIME_H
#define CHANNELS_MIME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

#define MIME_BOUNDARY_MAX 70
#define MIME_PARTS_MAX 32
#define MIME_HEAD_MAX ((size_t)16384) /* headers of one part */

struct mime_type {
	const char *type;     /* "text/xml", lower case */
	const char *boundary; /* "" when absent */
	const char *start;    /* without brackets, "" when absent */
};

struct mime_part {
	const char *content_id; /* without brackets, "" when absent */
	const char *content_type;
	const char *bytes; /* lent: a piece of the body, or in `mem` */
	size_t len;
	bool encoded; /* in a way we do not know, or it is broken: as it came */
};

/* False when it is no Content-Type we can read. */
bool mime_type_read(
	const char *header, struct arena *mem, struct mime_type *out);

/* Cut the body and undo base64 and quoted-printable; false when it does not
 * hold together.  Around the parts anything may stand; only within the headers
 * of a part may a line end in a bare LF.
 */
bool mime_split(const char *body, size_t len, const char *boundary,
	struct arena *mem, struct mime_part parts[MIME_PARTS_MAX],
	size_t *count_out);

/* The root: the part that `start` names, else the first. */
size_t mime_root(
	const struct mime_part *parts, size_t count, const char *start);

/* The part with this id, compared as it is, then with %xx decoded on either
 * side; NULL.
 */
const struct mime_part *mime_find(const struct mime_part *parts, size_t count,
	const char *id, struct arena *mem);

#endif
