/* base/uuid.h - RFC 9562 identifiers: random (v4) and made of a digest (v8)
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include <stdbool.h>
#include <stdint.h>

#define UUID_TEXT_MAX 37 /* 8-4-4-4-12, lower case, and the closing NUL */

struct uuid {
	uint8_t bytes[16];
};

struct uuid uuid_random(void);

/* The first 122 usable bits of a digest: the same digest, the same id. */
struct uuid uuid_of_digest(const uint8_t digest[32]);

void uuid_text(const struct uuid *uuid, char text_out[UUID_TEXT_MAX]);
bool uuid_parse(const char *text, struct uuid *uuid_out); /* either case */
bool uuid_same(const struct uuid *a, const struct uuid *b);

#endif
