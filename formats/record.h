/* formats/record.h - one record being read, and what becomes of it; private
 *
 * The reader of a kind of file fills the values; this judges them and makes
 * the letter or the rejection.  It knows nothing of XML.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef FORMATS_RECORD_H
#define FORMATS_RECORD_H

#include "formats/definition.h"

struct seen; /* values of a unique() control */

struct reading {
	const struct definition *definition;
	const struct format_sink *sink;
	const char *oin;
	struct format_counts counts;

	/* the present record */
	struct arena mem;
	struct letter letter; /* record, line, offset, documents so far */
	struct value values[DEFINITION_FIELDS_MAX];
	int64_t children[DEFINITION_RECORDS_MAX];
	bool wrong; /* the first mistake is kept, the rest not looked at */
	struct rejection mistake;

	/* over all records */
	const char *last_ascending;
	char last_text[64];
	struct seen *seen; /* one per control */
};

void reading_init(struct reading *r, const struct definition *definition,
	const char *oin, const struct format_sink *sink);
void reading_done(struct reading *r);

/* A new letter's record begins. */
void reading_begin(struct reading *r, int64_t line, int64_t offset);

/* Something in the record is wrong; the first mistake counts. */
void reading_wrong(struct reading *r, enum code code, const char *field,
	const char *reason);

/* A child record ended: check its fields and empty them. */
enum verdict reading_child(struct reading *r, int record, struct fault *why);

/* The record ended: give it to the sink. */
enum verdict reading_end(struct reading *r, struct fault *why);

#endif
