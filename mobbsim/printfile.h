/* mobbsim/printfile.h - one PDF of many letters, as a print supplier makes it
 *
 * Written in one go, so it may have millions of pages; plain text in a
 * standard font, nothing compressed, no PDF/A.  Each page says whose it is by
 * reference, and which page of how many.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_PRINTFILE_H
#define MOBBSIM_PRINTFILE_H

#include <stdint.h>

#include "mobbsim/outfile.h"
#include "mobbsim/stream.h"

struct printfile;

/* `out` is lent and must be empty. */
struct printfile *printfile_open(struct outfile *out);
/* A letter of `pages` pages; they follow those before it. */
enum verdict printfile_letter(struct printfile *file, const struct sheet *sheet,
	const char *reference, int pages, struct fault *why);
int64_t printfile_pages(const struct printfile *file);
/* Write what holds it together. */
enum verdict printfile_end(struct printfile *file, struct fault *why);
void printfile_free(struct printfile *file); /* accepts NULL */

#endif
