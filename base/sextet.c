/* base/sextet.c - see base/sextet.h
 *
 * A character's class (capital, small letter, digit, plus, slash) says what is
 * to be added to it to get its six bits; a character of no class ends the work.
 * Then six and six bits are made twelve, twelve and twelve are made 24, and the
 * 24 bits of each four are put side by side, the highest byte first.  Encoding
 * goes the other way: two multiplications shift four groups of six bits to their
 * places, and a table by class gives what is to be added to make characters.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "base/sextet.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define CHARS 32
#define BYTES 24

/* `by` where a character lies in first .. last, else 0; added to `seen`. */
__attribute__((target("avx2"))) static __m256i class(
	__m256i text, char first, char last, int by, __m256i *seen)
{
	__m256i in = _mm256_and_si256(
		_mm256_cmpgt_epi8(text, _mm256_set1_epi8((char)(first - 1))),
		_mm256_cmpgt_epi8(_mm256_set1_epi8((char)(last + 1)), text));

	*seen = _mm256_or_si256(*seen, in);
	return _mm256_and_si256(in, _mm256_set1_epi8((char)by));
}

__attribute__((target("avx2"))) static size_t
decode(const uint8_t *text, size_t len, uint8_t *out)
{
	const __m256i order = _mm256_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14,
		13, 12, -1, -1, -1, -1, 2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12,
		-1, -1, -1, -1);
	const __m256i together = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7);
	size_t i;

	for (i = 0; len - i >= CHARS; i += CHARS, out += BYTES) {
		__m256i x = _mm256_loadu_si256((const void *)(text + i));
		__m256i seen = _mm256_setzero_si256(), by;

		by = class(x, 'A', 'Z', -'A', &seen);
		by = _mm256_or_si256(by, class(x, 'a', 'z', 26 - 'a', &seen));
		by = _mm256_or_si256(by, class(x, '0', '9', 52 - '0', &seen));
		by = _mm256_or_si256(by, class(x, '+', '+', 62 - '+', &seen));
		by = _mm256_or_si256(by, class(x, '/', '/', 63 - '/', &seen));
		if (_mm256_movemask_epi8(seen) != -1)
			break;
		x = _mm256_add_epi8(x, by);
		x = _mm256_maddubs_epi16(x, _mm256_set1_epi32(0x01400140));
		x = _mm256_madd_epi16(x, _mm256_set1_epi32(0x00011000));
		x = _mm256_shuffle_epi8(x, order);
		x = _mm256_permutevar8x32_epi32(x, together);
		_mm_storeu_si128((void *)out, _mm256_castsi256_si128(x));
		_mm_storel_epi64(
			(void *)(out + 16), _mm256_extracti128_si256(x, 1));
	}
	return i;
}

#define READ 28 /* bytes that are looked at for each BYTES */

__attribute__((target("avx2"))) static size_t
encode(const uint8_t *bytes, size_t len, uint8_t *out)
{
	/* Of three bytes a, b, c: b a c b, so that each six bits lie within
	 * one half of the four.
	 */
	const __m256i spread =
		_mm256_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11,
			10, 1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
	/* By class: 0 small letters, 1 to 10 digits, 11 plus, 12 slash, 13
	 * capitals.
	 */
	const __m256i add = _mm256_setr_epi8('a' - 26, -4, -4, -4, -4, -4, -4,
		-4, -4, -4, -4, '+' - 62, '/' - 63, 'A', 0, 0, 'a' - 26, -4, -4,
		-4, -4, -4, -4, -4, -4, -4, -4, '+' - 62, '/' - 63, 'A', 0, 0);
	size_t i;

	for (i = 0; len - i >= READ; i += BYTES, out += CHARS) {
		__m256i x = _mm256_set_m128i(
			_mm_loadu_si128((const void *)(bytes + i + 12)),
			_mm_loadu_si128((const void *)(bytes + i)));
		__m256i kind;

		x = _mm256_shuffle_epi8(x, spread);
		x = _mm256_or_si256(
			_mm256_mulhi_epu16(
				_mm256_and_si256(
					x, _mm256_set1_epi32(0x0fc0fc00)),
				_mm256_set1_epi32(0x04000040)),
			_mm256_mullo_epi16(
				_mm256_and_si256(
					x, _mm256_set1_epi32(0x003f03f0)),
				_mm256_set1_epi32(0x01000010)));
		kind = _mm256_subs_epu8(x, _mm256_set1_epi8(51));
		kind = _mm256_or_si256(kind,
			_mm256_and_si256(
				_mm256_cmpgt_epi8(_mm256_set1_epi8(26), x),
				_mm256_set1_epi8(13)));
		x = _mm256_add_epi8(x, _mm256_shuffle_epi8(add, kind));
		_mm256_storeu_si256((void *)out, x);
	}
	return i;
}

size_t
sextet_encode(const uint8_t *bytes, size_t len, uint8_t *out)
{
	return __builtin_cpu_supports("avx2") ? encode(bytes, len, out) : 0;
}

size_t
sextet_decode(const uint8_t *text, size_t len, uint8_t *out)
{
	return __builtin_cpu_supports("avx2") ? decode(text, len, out) : 0;
}

#else

size_t
sextet_encode(const uint8_t *bytes, size_t len, uint8_t *out)
{
	(void)bytes;
	(void)len;
	(void)out;
	return 0;
}

size_t
sextet_decode(const uint8_t *text, size_t len, uint8_t *out)
{
	(void)text;
	(void)len;
	(void)out;
	return 0;
}

#endif
