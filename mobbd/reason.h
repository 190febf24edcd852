/* mobbd/reason.h - the text of NAME.reason, in Dutch and English
 *
 * A document that can be sent to the supplier as it is: which file, when, the
 * code, the place, why, what to do, and that nothing of it was sent.  UTF-8,
 * lines of at most 72 characters.  No citizen number or name is in it, because
 * none is in any fault.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBD_REASON_H
#define MOBBD_REASON_H

#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"

/* Why `file` was refused, now.  The fault's place may also stand before its
 * text ("record 7, line 40: ..."), as the database keeps it.
 */
void reason_text(const char *job, const char *file, const struct fault *why,
	struct buf *out);

/* The same, refused at `when_ms`; shown in Dutch time. */
void reason_text_at(const char *job, const char *file, const struct fault *why,
	int64_t when_ms, struct buf *out);

#endif
