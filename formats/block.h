/* formats/block.h - sixteen bytes looked at at once; private to formats/
 *
 * Compilers know vectors of bytes: comparing two gives 0xff where they agree.
 * What they have no word for is a bit for each byte of it, block_bits().
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef FORMATS_BLOCK_H
#define FORMATS_BLOCK_H

#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define BLOCK_BYTES 16

typedef unsigned char block __attribute__((vector_size(BLOCK_BYTES)));

static inline block
block_at(const char *p)
{
	block b;

	memcpy(&b, p, sizeof(b));
	return b;
}

/* The highest bit of each byte; that of the first byte is bit 0. */
static inline unsigned
block_bits(block b)
{
#ifdef __SSE2__
	return (unsigned)_mm_movemask_epi8((__m128i)b);
#else
	unsigned bits = 0;
	int i;

	for (i = 0; i < BLOCK_BYTES; i++)
		bits |= (unsigned)(b[i] >> 7) << i;
	return bits;
#endif
}

#endif
