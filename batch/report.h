/* batch/report.h - the report back to the supplier, as text
 *
 * A file that a spreadsheet opens and a script can read (schemas/report.md):
 * UTF-8 with a byte order mark, ';' between fields, CR LF.  First what holds
 * for the whole file, a key and its value a line; an empty line; then one line
 * a record.  Pure: lines go to a buffer, the caller writes it.
 *
 * A citizen number is never in it.  A supplier who made one his reference gets
 * it back without its first six digits.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_REPORT_H
#define BATCH_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/code.h"

/* What became of a record: a closed list of words. */
enum outcome {
	OUTCOME_OPEN = 1, /* no channel yet */
	OUTCOME_BOX,	  /* to the box, no result yet */
	OUTCOME_DELIVERED,
	OUTCOME_PAPER, /* to paper, not posted yet; also what a box declined */
	OUTCOME_POSTED,
	OUTCOME_HELD, /* waits for a person */
	OUTCOME_REJECTED,
	OUTCOME_WITHDRAWN,
	OUTCOME_WARNING, /* beside the line of its record */
};

const char *outcome_word(enum outcome outcome); /* "delivered" */

struct report_line {
	int64_t record, part, line; /* part from 1 */
	const char *reference;	    /* of the supplier */
	enum outcome outcome;
	enum code code; /* CODE_NONE: none */
	const char *field, *message;
	const char *melding; /* the message in Dutch */
};

/* What comes first in the file, and between the two halves. */
void report_begin(struct buf *out);
void report_columns(struct buf *out);

/* One line of the first half; `woord`: in Dutch what it is. */
void report_text(
	struct buf *out, const char *key, const char *value, const char *woord);
void report_number(
	struct buf *out, const char *key, int64_t value, const char *woord);
/* "33914002,17": no thousands, as the layouts have it. */
void report_amount(
	struct buf *out, const char *key, int64_t cents, const char *woord);
void report_moment(struct buf *out, const char *key, int64_t ms,
	const char *woord); /* 0: "" */
void report_code(struct buf *out, const char *key, enum code code,
	const char *woord); /* CODE_NONE: "" */

/* One line of the second half. */
void report_line(struct buf *out, const struct report_line *line);

/* Bytes of the place that stands before a reason ("record 7, line 40: ..."),
 * without the colon; 0 when none does.
 */
size_t report_place(const char *reason);

/* The name of the report about a batch file, and what the name of the file
 * with its rejected records begins with.  `job`: NULL for the first job with a
 * file of that name, else the job's id, so that no report overwrites another.
 * Characters that no file of ours may have become '_'.
 */
#define REPORT_NAME_MAX 200
void report_name(
	const char *file, const char *job, char name_out[REPORT_NAME_MAX]);
void report_rejected_name(
	const char *file, const char *job, char name_out[REPORT_NAME_MAX]);

#endif
