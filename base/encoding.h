/* base/encoding.h - text of older systems, to UTF-8
 *
 * UTF-8 is judged strictly; ISO-8859-1 and windows-1252 are single bytes that
 * stand for the same characters as ASCII below 0x80.  The tables are ours: what
 * a byte means does not depend on what the machine has installed.
 *
 * Nothing here allocates or can fail.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_ENCODING_H
#define BASE_ENCODING_H

#include <stdbool.h>
#include <stddef.h>

enum encoding {
	ENCODING_UTF8,
	ENCODING_LATIN1, /* iso-8859-1: 0x80-0x9f are control characters */
	ENCODING_CP1252	 /* windows-1252: five bytes stand for nothing */
};

#define ENCODING_GROWS 3 /* bytes of UTF-8 that one byte can become */

/* "utf-8", "iso-8859-1", "windows-1252"; false for any other. */
bool encoding_find(const char *name, enum encoding *encoding_out);

/* How many bytes from the start are ASCII other than NUL. */
size_t encoding_ascii(const char *bytes, size_t len);

/* How many bytes from the start are sound in that encoding: `len` when all
 * are.  A NUL never is.  UTF-8: no overlong forms, no surrogates, nothing
 * above U+10FFFF, nothing cut off.
 */
size_t encoding_sound(enum encoding encoding, const char *bytes, size_t len);

/* Sound bytes as UTF-8; `to` has room for ENCODING_GROWS times `len`.  Returns
 * how many bytes were written, no NUL behind them.
 */
size_t encoding_utf8(
	enum encoding encoding, const char *from, size_t len, char *to);

#endif
