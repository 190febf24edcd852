/* mobbjob/needs.h - what needs a person
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_NEEDS_H
#define MOBBJOB_NEEDS_H

#include "mobbjob/command.h"

/* Of the books; none when they cannot be asked (`list` shows what it can). */
void needs_find(struct call *call, struct need **needs_out, size_t *count_out);

/* "lots 12 and 3 more of 20260201-abcd, since ...: held: ... (MOBB-1315)" */
const char *needs_line(const struct need *need, struct arena *mem);

#endif
