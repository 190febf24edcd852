/* formats/record.h - records being read, and what becomes of them; private
 *
 * A reader finds records and values and calls the functions below; this judges
 * them and makes letters and rejections.  It knows nothing of XML, columns or
 * positions.
 *
 * XML tells begin and end of each record, nested as they are.  Flat kinds tell
 * line after line: what a line ends (all that is open and not above it) is
 * found here.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef FORMATS_RECORD_H
#define FORMATS_RECORD_H

#include "formats/definition.h"

struct reading; /* formats/record.c */

struct reading *reading_new(const struct definition *definition,
	const struct format_context *context, const struct format_sink *sink);
void reading_free(struct reading *r); /* accepts NULL */
const struct definition *reading_definition(const struct reading *r);
struct format_counts *reading_counts(struct reading *r);

/* A payload begins and ends: headers, trailers and their totals belong to one
 * payload, numbers of records and unique values go through all.
 */
void reading_part(struct reading *r);
enum verdict reading_part_end(
	struct reading *r, int64_t end, struct fault *why);

/* XML: a record of type `record` begins at the line and byte, and ends.  V_OK,
 * or what refuses the file (V_BROKEN) or ended the sink.
 */
enum verdict reading_begin(struct reading *r, int record, int64_t line,
	int64_t offset, struct fault *why);
enum verdict reading_end(
	struct reading *r, int record, int64_t end, struct fault *why);

/* Flat kinds: a line of type `record` begins; then its values; then it is
 * whole.
 */
enum verdict reading_line(struct reading *r, int record, int64_t line,
	int64_t offset, struct fault *why);
enum verdict reading_line_end(
	struct reading *r, int record, int64_t end, struct fault *why);

/* A line that is of no type, or could not be taken apart: it is rejected as a
 * record of its own with this code, or spoils the record it stands in.
 */
enum verdict reading_line_bad(struct reading *r, int64_t line, int64_t offset,
	int64_t end, enum code code, const char *reason, struct fault *why);

/* Where values of the present record are kept until it ended. */
struct arena *reading_mem(struct reading *r);

/* A value of the present record, UTF-8, as it stands in the file; `text` must
 * lie in reading_mem() and be closed with a NUL (an empty one may be "").  A
 * field that is there twice makes the record wrong.
 */
void reading_value(struct reading *r, int field, const char *text, size_t len);
void reading_nil(struct reading *r, int field, const char *reason);

/* A document of the present letter begins (XML): its fields are filled by the
 * reader.  NULL: too many, the record is wrong.
 */
struct letter_document *reading_document(struct reading *r, int document);

/* Something in the present record is wrong; the first mistake counts. */
void reading_wrong(struct reading *r, enum code code, const char *field,
	const char *reason);

/* A remark: the present record goes on, or, between records, the file; counted
 * and told as a warning.  `field` and `reason` are lent for the call.  What the
 * sink answers comes back from the next call that returns a verdict.
 */
void reading_remark(struct reading *r, enum code code, const char *field,
	const char *reason);

#endif
