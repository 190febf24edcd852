/* mobbd/reason.h - the text of NAME.reason, in Dutch and English
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBD_REASON_H
#define MOBBD_REASON_H

#include "base/buf.h"
#include "base/fault.h"

/* Why a file was refused: code, place, why, what to do. */
void reason_text(const char *job, const char *file, const struct fault *why,
	struct buf *out);

#endif
