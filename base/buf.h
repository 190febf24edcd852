/* base/buf.h - bytes that grow, up to a maximum given at birth
 *
 * Always closed with a NUL behind `len`, so text can be used as a string.
 * Going over the maximum is not an error of the moment but of the buffer:
 * `full` is set, nothing more is added, and the caller checks it once at the
 * end.  buf_done() may be called twice.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *bytes; /* never NULL after the first buf_add() */
	size_t len, size, max;
	bool full; /* something did not fit within max */
};

#define BUF_MAX(n) ((struct buf){ .max = (n) })

void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_text(struct buf *buf, const char *text);
__attribute__((format(printf, 2, 3))) void buf_format(
	struct buf *buf, const char *fmt, ...);

/* Text with & < > " escaped for XML; control characters become a space. */
void buf_xml(struct buf *buf, const char *text);

/* One CSV field: quoted where ; " CR LF or a leading blank ask for it, and
 * with a leading ' where a spreadsheet would take it for a formula.
 */
void buf_csv(struct buf *buf, const char *text);

/* Make room for `len` more bytes and return where they go; NULL when full.
 * Follow with buf_used().
 */
char *buf_room(struct buf *buf, size_t len);
void buf_used(struct buf *buf, size_t len);

/* Empty it, keep the memory. */
void buf_reset(struct buf *buf);
void buf_done(struct buf *buf);

#endif
