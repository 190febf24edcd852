/* batch/address_in.h - what the files of batch/address*.c share
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_ADDRESS_IN_H
#define BATCH_ADDRESS_IN_H

#include "batch/address.h"

#define ADDRESS_POSTCODE_CHARS 6 /* "1234AB" */

/* "1234AB" from "1234 ab"; false when it is no Dutch postcode. */
bool address_postcode(const char *text, char out[ADDRESS_POSTCODE_CHARS + 1]);

bool address_dutch(const struct address *address);

/* A PO box or reply number ("Postbus 12", or "Postbus" with the number 12).
 * false: a street, and the outputs are untouched.  digits_out: 1 to 5, or ""
 * when that is not what stands there.
 */
bool address_box(const struct address *address, const char **word_out,
	const char **digits_out);

/* At least one letter or digit; beyond ASCII everything counts as one. */
bool address_printable(const char *text);

/* At most `max` characters, cut at a blank or behind a hyphen where there is
 * one.  *cut_out: something was.
 */
const char *address_fit(
	const char *text, size_t max, struct arena *mem, bool *cut_out);

/* A name in at most `max` characters: given names are dropped, then written as
 * initials, then the rest is cut at a word; *cut gets the bits of what was
 * done.  The name of an organisation has no given names.
 */
const char *address_name(
	const char *name, size_t max, struct arena *mem, int *cut);

#endif
