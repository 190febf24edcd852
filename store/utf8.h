/* store/utf8.h - what PostgreSQL takes for UTF-8; private to store/
 *
 * Texts are checked where they come in.  But a fault's text is cut to a length,
 * perhaps in the middle of a character, and one bad byte would fail a whole
 * transaction, again at each try.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef STORE_UTF8_H
#define STORE_UTF8_H

#include <stddef.h>

/* Bytes at the beginning that are well-formed UTF-8. */
size_t utf8_good(const char *text, size_t len);

/* Every byte that belongs to no character becomes "?". */
void utf8_mend(char *text, size_t len);

#endif
