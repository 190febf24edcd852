/* mobbsim/head.h - small files of ours: lines "name value", a blank line, bytes
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_HEAD_H
#define MOBBSIM_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Walk over the lines of `file` from *at on (begin with 0): false after the
 * last; *at is then where the bytes begin.  Name and value are cut in place.
 */
bool head_next(struct buf *file, size_t *at, const char **name_out,
	const char **value_out);

/* Copy a value that fits, else "". */
void head_text(const char *value, char *out, size_t size);
int64_t head_number(const char *value); /* -1 when it is none */

/* The file of an id: 32 hex digits of its digest. */
#define HEAD_NAME_MAX 40
void head_file_name(const char *id, char out[HEAD_NAME_MAX]);

#endif
