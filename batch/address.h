/* batch/address.h - where the post brings a letter
 *
 * Made from the supplier's fields; printed as PostNL wants it: 3 to 6 lines,
 * postcode, two blanks, TOWN.  A house number or postcode is never cut.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_ADDRESS_H
#define BATCH_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"

#define ADDRESS_LINES_MAX 6
#define ADDRESS_LINE_CHARS 40

/* Empty is "", never NULL. */
struct address {
	const char *name, *attention;
	const char *street, *number, *letter, *addition;
	const char *postcode, *town;
	const char *country;	/* ISO code; "" is the Netherlands */
	const char *foreign[3]; /* lines as delivered */
};

#define ADDRESS_EMPTY                                                          \
	((struct address){ "", "", "", "", "", "", "", "", "", { "", "", "" } })

/* One text for the letter's row (fields separated by U+001F) and back. */
void address_pack(const struct address *address, struct buf *out);
void address_unpack(
	const char *text, struct arena *mem, struct address *address_out);

/* Can it be printed on an envelope?  V_SKIP with CODE_ADDRESS or
 * CODE_POSTCODE says what is missing.
 */
enum verdict address_check(const struct address *address, struct fault *why);

/* Lines as they should be printed; in `mem`.  The address must check. */
size_t address_lines(const struct address *address, struct arena *mem,
	const char *lines_out[ADDRESS_LINES_MAX]);

/* KIX text ("1231FZ13XHS"); "" for a foreign address. */
const char *address_kix(const struct address *address, struct arena *mem);

/* Sorts as the post does: NL first, postcode, house number as a number,
 * letter, addition; then country and lines.  Compared byte by byte.
 */
const char *address_sort_key(const struct address *address, struct arena *mem);

/* "NL", "EU" or "WORLD". */
const char *address_zone(const struct address *address);

#endif
