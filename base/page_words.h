/* base/page_words.h - texts for pages: cleaned, and their lines at most
 *
 * Private to base/page*.c: nothing of cairo and pango is needed for this, and
 * a hundred thousand short letters are counted without laying one of them out.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_PAGE_WORDS_H
#define BASE_PAGE_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* What is printed of a text, in `mem`: line ends are \n, other control
 * characters blanks; marks that turn the direction of text, have no width or
 * are only hints are gone; more than one empty line is one.  NULL: it is no
 * UTF-8.
 */
const char *page_clean(const char *text, struct arena *mem);

/* Width of a character; negative: nobody can say what it does to the others. */
typedef double page_width_fn(void *self, uint32_t c);

/* Lines that the `len` bytes take at most in `width`, broken at blanks; -1: not
 * known.
 */
int page_lines_most(const char *text, size_t len, double width,
	page_width_fn *width_of, void *self);

#endif
