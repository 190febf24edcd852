/* base/crc.c - see base/crc.h
 *
 * A message is a polynomial; moving 128 bits of it n bits on is multiplying
 * them by x^n modulo the CRC's polynomial.  So four blocks of 128 bits are
 * carried along, each time multiplied by x^512 and added to the next four, and
 * folded into one at the end.  The constants are x^(n+32) and x^(n-32) modulo
 * that polynomial, bits reversed, as CRC-32 counts its bits from the lowest.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>

#include "base/crc.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define X_512_HIGH INT64_C(0x0154442bd4) /* x^544 */
#define X_512_LOW INT64_C(0x01c6e41596)	 /* x^480 */
#define X_128_HIGH INT64_C(0x01751997d0) /* x^160 */
#define X_128_LOW INT64_C(0x00ccaa009e)	 /* x^96 */

bool
crc_can_fold(void)
{
	return __builtin_cpu_supports("pclmul") != 0 &&
	       __builtin_cpu_supports("sse2") != 0;
}

__attribute__((target("pclmul,sse2"))) static __m128i
move_on(__m128i block, __m128i by, __m128i next)
{
	__m128i low = _mm_clmulepi64_si128(block, by, 0x00);
	__m128i high = _mm_clmulepi64_si128(block, by, 0x11);

	return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

__attribute__((target("pclmul,sse2"))) void
crc_fold(uint32_t crc, const void *bytes, size_t len, uint8_t rest[16])
{
	const __m128i by512 = _mm_set_epi64x(X_512_LOW, X_512_HIGH);
	const __m128i by128 = _mm_set_epi64x(X_128_LOW, X_128_HIGH);
	const __m128i *p = bytes;
	__m128i x[4];
	size_t i;

	assert(len >= CRC_BLOCK && len % CRC_BLOCK == 0);
	for (i = 0; i < 4; i++)
		x[i] = _mm_loadu_si128(p + i);
	/* CRC-32 begins and ends with all bits turned over. */
	x[0] = _mm_xor_si128(x[0], _mm_cvtsi32_si128((int)~crc));
	for (p += 4, len -= CRC_BLOCK; len > 0; p += 4, len -= CRC_BLOCK)
		for (i = 0; i < 4; i++)
			x[i] = move_on(x[i], by512, _mm_loadu_si128(p + i));
	for (i = 1; i < 4; i++)
		x[i] = move_on(x[i - 1], by128, x[i]);
	_mm_storeu_si128((__m128i *)(void *)rest, x[3]);
}

#else

bool
crc_can_fold(void)
{
	return false;
}

void
crc_fold(uint32_t crc, const void *bytes, size_t len, uint8_t rest[16])
{
	(void)crc;
	(void)bytes;
	(void)len;
	(void)rest;
	assert(false);
}

#endif
