/* formats/line.h - the bytes of a flat file, for delimited.c and fixed.c;
 * private to formats/
 *
 * A window on the payload that grows until a line fits.  The start says whether
 * it is text at all (a byte order mark, UTF-16).  Bytes are those of the file,
 * not yet decoded: places told are lines from 1 and bytes of the payload as it
 * was delivered.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef FORMATS_LINE_H
#define FORMATS_LINE_H

#include "base/encoding.h"
#include "formats/definition.h"

/* Old systems close a text with it; behind the last record it is refused. */
#define LINES_CTRL_Z '\x1a'

#define LINES_PAD 64 /* bytes behind the window that may be read; 0 */

struct lines {
	enum encoding encoding;
	const char *at;	 /* what was not taken yet */
	size_t left;	 /* bytes from `at` in the window */
	int64_t offset;	 /* of `at` in the payload */
	int64_t line;	 /* of `at` */
	bool whole;	 /* nothing comes behind `left` */
	int64_t newline; /* bytes of the line ends, 0: none seen */

	enum newline_rule {
		NEWLINES_ANY,
		NEWLINES_CRLF,
		NEWLINES_LF
	} rule;
	char *block;
	size_t size;
	format_read_fn *read;
	void *read_self;
};

/* V_BROKEN with CODE_BOM or CODE_ENCODING; else what `read` returned.  Close
 * it in any case.
 */
enum verdict lines_open(struct lines *l, const struct definition *d,
	format_read_fn *read, void *read_self, struct fault *why);
void lines_close(struct lines *l);

/* More bytes behind those in the window, which may move. */
enum verdict lines_more(struct lines *l, struct fault *why);

/* `bytes` were used, with `newlines` line ends in them. */
void lines_take(struct lines *l, size_t bytes, int64_t newlines);

/* A line ended with `bytes` (1: LF, 2: CRLF): all must, and as the layout
 * says.  V_BROKEN with `code`.
 */
enum verdict lines_ended(
	struct lines *l, int64_t bytes, enum code code, struct fault *why);

/* The first `bytes` of the window are text of its encoding: *ascii_out whether
 * they are ASCII.  V_BROKEN with CODE_ENCODING and the place of the byte.
 */
enum verdict lines_sound(
	struct lines *l, size_t bytes, bool *ascii_out, struct fault *why);

/* Refuse the file, `into` bytes further on. */
enum verdict lines_refuse(struct lines *l, size_t into, enum code code,
	struct fault *why, const char *reason);

#endif
