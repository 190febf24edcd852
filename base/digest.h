/* base/digest.h - SHA-256, HMAC-SHA-256, random bytes, hex and base64
 *
 * OpenSSL's libcrypto behind a wall.  A digest is 32 bytes in binary.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_BYTES 32
#define DIGEST_HEX_MAX 65 /* with the closing NUL */

struct digest; /* a digest under way */

struct digest *digest_new(void);
void digest_add(struct digest *d, const void *bytes, size_t len);
/* Write the result; the digest starts anew and may be used again. */
void digest_end(struct digest *d, uint8_t out[DIGEST_BYTES]);
void digest_free(struct digest *d); /* accepts NULL */

void digest_of(const void *bytes, size_t len, uint8_t out[DIGEST_BYTES]);
void digest_hmac(const void *key, size_t key_len, const void *bytes, size_t len,
	uint8_t out[DIGEST_BYTES]);

void digest_random(void *out, size_t len);

void digest_hex(const uint8_t *bytes, size_t len, char *out); /* 2 len + 1 */
/* False unless exactly 2 * len hex digits. */
bool digest_unhex(const char *hex, uint8_t *out, size_t len);

/* Characters of base64 for `bytes`, with padding, without line ends. */
#define BASE64_LEN(bytes) (((bytes) + 2) / 3 * 4)

/* Encode; out needs BASE64_LEN(len) + 1 bytes (a NUL is written). */
size_t base64_encode(const void *bytes, size_t len, char *out);

/* Decode text with or without white space; out needs len / 4 * 3 + 3 bytes.
 * False when it is no base64.
 */
bool base64_decode(const char *text, size_t len, uint8_t *out, size_t *len_out);

/* The same in pieces of any size: a state of zeroes, then each piece, then the
 * end, which gives 0 to 2 bytes more.  `out` as above, for the piece.
 */
struct base64 {
	uint32_t bits;	/* of a group of four that is not whole */
	unsigned chars; /* of that group */
	size_t pads;
};

bool base64_more(struct base64 *state, const char *text, size_t len,
	uint8_t *out, size_t *len_out);
bool base64_end(const struct base64 *state, uint8_t out[2], size_t *len_out);

#endif
