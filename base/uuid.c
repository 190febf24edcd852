/* base/uuid.c - see base/uuid.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "base/digest.h"
#include "base/uuid.h"

static struct uuid
stamp(struct uuid u, uint8_t version)
{
	u.bytes[6] = (uint8_t)((u.bytes[6] & 0x0f) | version << 4);
	u.bytes[8] = (uint8_t)((u.bytes[8] & 0x3f) | 0x80);
	return u;
}

struct uuid
uuid_random(void)
{
	struct uuid u;

	digest_random(u.bytes, sizeof(u.bytes));
	return stamp(u, 4);
}

struct uuid
uuid_of_digest(const uint8_t digest[32])
{
	struct uuid u;

	memcpy(u.bytes, digest, sizeof(u.bytes));
	return stamp(u, 8);
}

void
uuid_text(const struct uuid *uuid, char text_out[UUID_TEXT_MAX])
{
	char hex[33];
	char *to = text_out;
	int i;

	digest_hex(uuid->bytes, 16, hex);
	for (i = 0; i < 32; i++) {
		if (i == 8 || i == 12 || i == 16 || i == 20)
			*to++ = '-';
		*to++ = hex[i];
	}
	*to = '\0';
}

bool
uuid_parse(const char *text, struct uuid *uuid_out)
{
	char hex[33];
	int i, n = 0;

	if (strlen(text) != UUID_TEXT_MAX - 1)
		return false;
	for (i = 0; i < UUID_TEXT_MAX - 1; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash != (text[i] == '-'))
			return false;
		if (!dash)
			hex[n++] = text[i];
	}
	hex[n] = '\0';
	return digest_unhex(hex, uuid_out->bytes, 16);
}

bool
uuid_same(const struct uuid *a, const struct uuid *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}
