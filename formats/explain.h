/* formats/explain.h - parts of the explanation of a definition; private
 *
 * formats/explain.c writes the whole; formats/explain_field.c knows the words
 * for one field and for the letter.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef FORMATS_EXPLAIN_H
#define FORMATS_EXPLAIN_H

#include "formats/definition.h"
#include "formats/layout.h"

/* Where the field is, as the definition says: a path, a column, a position. */
const char *explain_place(const struct definition *definition, int field);
const struct layout_field *explain_source(
	const struct definition *definition, int field);
/* "record rejected" */
const char *explain_bad(enum field_bad bad);
/* What may be in the field, and an example. */
void explain_what(const struct definition *definition,
	const struct field *field, struct buf *out);
void explain_letter(const struct definition *definition, struct buf *out);

#endif
