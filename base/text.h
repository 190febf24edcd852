/* base/text.h - UTF-8 text: valid or not, how long, in which form
 *
 * The only file that includes libutf8proc.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* Number of code points (as XSD counts characters), -1 when the bytes are not
 * UTF-8.  Control characters other than tab, CR and LF count as not UTF-8.
 */
int64_t text_chars(const char *text, size_t bytes);

/* All of it is ASCII of 0x20 to 0x7e: as many characters as bytes, in any
 * normal form.
 */
bool text_plain(const char *text, size_t bytes);

/* The same text in normal form C, in `mem`; the argument itself when it
 * cannot have another (ASCII, most letters with marks).  It must be valid.
 */
const char *text_nfc(struct arena *mem, const char *text);

/* Upper case by Unicode, in `mem`. */
char *text_upper(struct arena *mem, const char *text);

/* The first code point of a text, and its bytes as the result: 0 at its end,
 * or where it is no UTF-8.  And back; `out` gets at most 4 bytes.
 */
size_t text_next(const char *text, uint32_t *code_out);
size_t text_put(uint32_t code, char out[4]);
/* A letter without its marks: "e" of any e with an accent; `code` itself when
 * it has none, or is more than a letter and marks.
 */
uint32_t text_base(uint32_t code);

/* Only 0-9, at least one. */
bool text_digits(const char *text);

/* A whole number of 0 .. max; false when it is anything else. */
bool text_number(const char *text, int64_t max, int64_t *out);

/* Strip blanks, tabs and line ends at both ends, in place; returns text. */
char *text_trim(char *text);

#endif
