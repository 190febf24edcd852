/* batch/charset.h - a text in the characters that a printer has
 *
 * Sources: ICAO Doc 9303 part 3, section 6 (Cyrillic letters), ELOT 743 (Greek
 * letters); a letter with marks becomes the letter, as Unicode takes it apart.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_CHARSET_H
#define BATCH_CHARSET_H

#include "base/arena.h"
#include "batch/address.h"

/* How often a character was replaced, or had no replacement (it is a '?'). */
struct charset_count {
	int replaced, unknown;
};

/* `text` (UTF-8) in the characters of the set, added up in *count; in `mem`,
 * or the argument itself when there is nothing to replace.
 */
const char *charset_text(const char *text, enum address_charset set,
	struct arena *mem, struct charset_count *count);

#endif
