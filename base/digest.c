/* base/digest.c - see base/digest.h
 *
 * SHA-256 by libcrypto's plain functions: its newer interface looks the
 * algorithm up under a lock and allocates for every digest, which costs more
 * than hashing the 100 bytes of a letter (measured: 8 us a letter against 1).
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define OPENSSL_SUPPRESS_DEPRECATED /* the plain functions */
#include <assert.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/sextet.h"

#define BLOCK_BYTES 64 /* of SHA-256, for HMAC (RFC 2104) */

_Static_assert(DIGEST_BYTES == SHA256_DIGEST_LENGTH, "it is SHA-256");

struct digest {
	SHA256_CTX ctx;
};

/* libcrypto fails here only with a broken installation. */
static void
must(int ok)
{
	if (ok != 1)
		abort();
}

struct digest *
digest_new(void)
{
	struct digest *d = mem_new(sizeof(*d));

	must(SHA256_Init(&d->ctx));
	return d;
}

void
digest_add(struct digest *d, const void *bytes, size_t len)
{
	must(SHA256_Update(&d->ctx, bytes, len));
}

void
digest_end(struct digest *d, uint8_t out[DIGEST_BYTES])
{
	must(SHA256_Final(out, &d->ctx));
	must(SHA256_Init(&d->ctx));
}

void
digest_free(struct digest *d)
{
	free(d);
}

void
digest_of(const void *bytes, size_t len, uint8_t out[DIGEST_BYTES])
{
	struct digest d;

	must(SHA256_Init(&d.ctx));
	digest_add(&d, bytes, len);
	must(SHA256_Final(out, &d.ctx));
}

void
digest_hmac(const void *key, size_t key_len, const void *bytes, size_t len,
	uint8_t out[DIGEST_BYTES])
{
	uint8_t pad[BLOCK_BYTES] = { 0 };
	struct digest d;
	size_t i;

	assert(key_len > 0 && key_len <= 1024);
	if (key_len > sizeof(pad))
		digest_of(key, key_len, pad);
	else
		memcpy(pad, key, key_len);
	for (i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36;
	must(SHA256_Init(&d.ctx));
	digest_add(&d, pad, sizeof(pad));
	digest_add(&d, bytes, len);
	must(SHA256_Final(out, &d.ctx));
	for (i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36 ^ 0x5c;
	must(SHA256_Init(&d.ctx));
	digest_add(&d, pad, sizeof(pad));
	digest_add(&d, out, DIGEST_BYTES);
	must(SHA256_Final(out, &d.ctx));
}

void
digest_random(void *out, size_t len)
{
	assert(len <= 4096);
	must(RAND_bytes(out, (int)len));
}

void
digest_hex(const uint8_t *bytes, size_t len, char *out)
{
	static const char hex[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < len; i++) {
		out[2 * i] = hex[bytes[i] >> 4];
		out[2 * i + 1] = hex[bytes[i] & 15];
	}
	out[2 * len] = '\0';
}

static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
digest_unhex(const char *hex, uint8_t *out, size_t len)
{
	size_t i;

	if (strlen(hex) != 2 * len)
		return false;
	for (i = 0; i < len; i++) {
		int a = nibble(hex[2 * i]), b = nibble(hex[2 * i + 1]);

		if (a < 0 || b < 0)
			return false;
		out[i] = (uint8_t)(a << 4 | b);
	}
	return true;
}

size_t
base64_encode(const void *bytes, size_t len, char *out)
{
	size_t wide, n;

	assert(len <= INT32_MAX / 2);
	wide = sextet_encode(bytes, len, (uint8_t *)out);
	n = wide / 3 * 4;
	n += (size_t)EVP_EncodeBlock((unsigned char *)out + n,
		(const uint8_t *)bytes + wide, (int)(len - wide));
	assert(n == BASE64_LEN(len));
	return n;
}

/* What a character of base64 stands for; from NO on it is something else. */
#define NO 64
#define PAD 128
#define SPACE 192

static void
sextets_make(uint8_t sextets[256])
{
	static const uint8_t alphabet[65] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					    "abcdefghijklmnopqrstuvwxyz"
					    "0123456789+/";
	uint8_t i;

	memset(sextets, NO, 256);
	for (i = 0; i < 64; i++)
		sextets[alphabet[i]] = i;
	sextets['='] = PAD;
	sextets[' '] = sextets['\t'] = SPACE;
	sextets['\r'] = sextets['\n'] = SPACE;
}

/* Four characters into three bytes as often as nothing stands between them;
 * the number of fours.
 */
static size_t
decode_fours(
	const uint8_t *p, size_t len, const uint8_t sextets[256], uint8_t *out)
{
	size_t wide = sextet_decode(p, len, out), fours = wide / 4;

	len -= wide;
	p += wide;
	out += wide / 4 * 3;
	for (; len >= 4; fours++, len -= 4, p += 4, out += 3) {
		uint32_t a = sextets[p[0]], b = sextets[p[1]],
			 c = sextets[p[2]], d = sextets[p[3]];

		if ((a | b | c | d) >= NO)
			break;
		a = a << 18 | b << 12 | c << 6 | d;
		out[0] = (uint8_t)(a >> 16);
		out[1] = (uint8_t)(a >> 8);
		out[2] = (uint8_t)a;
	}
	return fours;
}

bool
base64_more(struct base64 *s, const char *text, size_t len, uint8_t *out,
	size_t *len_out)
{
	const uint8_t *p = (const uint8_t *)text;
	size_t i = 0, n = 0, fours;
	uint8_t sextets[256], v;

	sextets_make(sextets);
	while (i < len) {
		if (s->chars == 0 && s->pads == 0) {
			fours = decode_fours(p + i, len - i, sextets, out + n);
			i += 4 * fours;
			n += 3 * fours;
			if (i == len)
				break;
		}
		v = sextets[p[i++]];
		if (v == SPACE)
			continue;
		if (v == PAD) {
			s->pads++;
			continue;
		}
		if (v == NO || s->pads > 0)
			return false;
		s->bits = s->bits << 6 | v;
		if (++s->chars == 4) {
			out[n++] = (uint8_t)(s->bits >> 16);
			out[n++] = (uint8_t)(s->bits >> 8);
			out[n++] = (uint8_t)s->bits;
			s->chars = 0;
		}
	}
	*len_out = n;
	return true;
}

bool
base64_end(const struct base64 *s, uint8_t out[2], size_t *len_out)
{
	assert(s->chars < 4);
	if ((s->chars + s->pads) % 4 != 0 || s->pads > 2)
		return false;
	*len_out = s->chars == 0 ? 0 : s->chars - 1;
	if (s->chars == 2)
		out[0] = (uint8_t)(s->bits >> 4);
	if (s->chars == 3) {
		out[0] = (uint8_t)(s->bits >> 10);
		out[1] = (uint8_t)(s->bits >> 2);
	}
	return true;
}

bool
base64_decode(const char *text, size_t len, uint8_t *out, size_t *len_out)
{
	struct base64 state = { 0 };
	size_t n, rest;

	if (!base64_more(&state, text, len, out, &n) ||
		!base64_end(&state, out + n, &rest))
		return false;
	*len_out = n + rest;
	return true;
}
