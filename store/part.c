/* store/part.c - whose rows: those of some names, or of all others
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "store/books.h"

void
part_names(const struct store_part *part, struct buf *out)
{
	size_t i;

	buf_text(out, "");
	for (i = 0; i < part->count; i++) {
		assert(strchr(part->names[i], '\x1f') == NULL);
		if (i > 0)
			buf_text(out, "\x1f");
		buf_text(out, part->names[i]);
	}
	assert(!out->full);
}
