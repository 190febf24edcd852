/* formats/patch.h - other totals in a header or trailer; private to formats/
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef FORMATS_PATCH_H
#define FORMATS_PATCH_H

#include "base/buf.h"
#include "formats/reading.h"

/* The record's bytes as they stood in the file, with each total of
 * r->totals[].part in the place and the notation of its field.
 * `names`: delimited with a header row: that row; else "".
 *
 * V_BROKEN with CODE_TOTALS when a total does not fit in its field, or the
 * place of it cannot be found.
 */
enum verdict patch_totals(const struct reading *r, int record,
	const char *names, const char *bytes, size_t len, struct buf *out,
	struct fault *why);

#endif
