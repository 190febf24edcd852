/* base/home.h - a settings file, and the paths that are written in it
 *
 * Paths in a settings file are relative to the folder in which the file really
 * lies, also when it is named by a link or from another folder.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_HOME_H
#define BASE_HOME_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"

/* Read the whole file into `text` (its max is the limit); folder_out: where it
 * lies, absolute, in `mem`.  V_BROKEN: CODE_CONFIG, and which file.
 */
enum verdict home_read(const char *file, struct arena *mem, struct buf *text,
	const char **folder_out, struct fault *why);

/* The site key: a file of 64 hex digits that not everybody may read.  V_BROKEN:
 * CODE_NOT_ALLOWED when this user may not read it, else CODE_SECRET or
 * CODE_CONFIG_VALUE.
 */
enum verdict home_site_key(
	const char *path, uint8_t key_out[32], struct fault *why);

/* `path` as it is when it is absolute, else below `folder`; in `mem`. */
const char *home_path(struct arena *mem, const char *folder, const char *path);

#endif
