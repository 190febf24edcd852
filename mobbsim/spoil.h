/* mobbsim/spoil.h - what can be wrong with a file as a whole
 *
 * A spoiled file is refused, so its truth says of each record: rejected, with
 * the code of the file.  SPOIL_BOM before XML or a CSV is a warning only.
 * SPOIL_PAGES is one record's fault that can only be the last one's: its last
 * page is one that the PDF does not have.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_SPOIL_H
#define MOBBSIM_SPOIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/code.h"

/* What kind of text a stream has. */
enum spoil_kind {
	SPOIL_XML,
	SPOIL_DELIMITED, /* with header and trailer record */
	SPOIL_FIXED,
	SPOIL_INDEX /* delimited, column names only */
};

enum spoil {
	SPOIL_NONE = 0,
	SPOIL_TRAILER_COUNT,
	SPOIL_TRAILER_SUM,
	SPOIL_HASH_TOTAL,
	SPOIL_NO_TRAILER,
	SPOIL_CUT,
	SPOIL_BOM,
	SPOIL_UTF16,
	SPOIL_LATIN1,
	SPOIL_UTF8,
	SPOIL_CTRL_Z,
	SPOIL_NEWLINES,
	SPOIL_LENGTH,
	SPOIL_SENDER,
	SPOIL_ENVIRONMENT,
	SPOIL_FORMAT,
	SPOIL_DOCTYPE,
	SPOIL_ROOT,
	SPOIL_EMPTY,
	SPOIL_DOC_UNUSED,
	SPOIL_DOC_TWICE,
	SPOIL_PAGES, /* costs the last record only */
	SPOIL_COUNT
};

/* By its name, as --spoil takes it; SPOIL_NONE when there is none. */
enum spoil spoil_find(const char *name);
/* Does it make sense for such a file?  `pages`: it has one PDF for all. */
bool spoil_fits(enum spoil spoil, enum spoil_kind kind, bool pages);
/* Why such a file is refused; CODE_NONE: it is not. */
enum code spoil_code(enum spoil spoil, enum spoil_kind kind);

/* Which part of the file a text is. */
#define SPOIL_HEAD 0 /* else the number of the record */
#define SPOIL_TAIL (-1)

/* Spoil what was added to `out` since it was `from` long.  `letters`: how many
 * records the file has.
 */
void spoil_text(enum spoil spoil, int64_t part, int64_t letters, size_t from,
	struct buf *out);

#endif
