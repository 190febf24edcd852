/* base/sextet.h - base64, thirty-two characters at a time where that can be
 *
 * base64_decode() and base64_encode() (base/digest.h) use it; nobody else.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_SEXTET_H
#define BASE_SEXTET_H

#include <stddef.h>
#include <stdint.h>

/* Decode from the start of the text as long as there are thirty-two characters
 * of base64, with nothing between them; how many were.  Each four give three
 * bytes.  0 where the processor has no such instructions.
 */
size_t sextet_decode(const uint8_t *text, size_t len, uint8_t *out);

/* Encode from the start as many as can be taken at once, always a multiple of
 * three bytes; how many were.  Four characters go to `out` for each three.
 */
size_t sextet_encode(const uint8_t *bytes, size_t len, uint8_t *out);

#endif
