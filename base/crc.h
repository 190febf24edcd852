/* base/crc.h - CRC-32 by carry-less multiplication, where the processor can
 *
 * The CRC of a member costs a tenth of inflating it when zlib does it, and
 * next to nothing this way.  gzip_crc32() (base/gzip.h) uses it; nobody else.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_CRC_H
#define BASE_CRC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CRC_BLOCK 64 /* bytes; fewer are not worth it */

/* Does this processor have what crc_fold() needs? */
bool crc_can_fold(void);

/* Fold `len` bytes (a multiple of CRC_BLOCK, at least one) under the CRC
 * before them into 16 bytes with the same remainder: the CRC of all is that of
 * `rest`, begun with UINT32_MAX.
 */
void crc_fold(uint32_t crc, const void *bytes, size_t len, uint8_t rest[16]);

#endif
