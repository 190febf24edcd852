/* base/home.c - see base/home.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _XOPEN_SOURCE 700 /* realpath */
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/home.h"

enum verdict
home_read(const char *file, struct arena *mem, struct buf *text,
	const char **folder_out, struct fault *why)
{
	char real[PATH_MAX];

	if (realpath(file, real) == NULL) {
		(void)fault_errno(why, V_BROKEN, CODE_CONFIG, "no jobs file");
		fault_at(why, "%s", file);
		return V_BROKEN;
	}
	if (file_get(AT_FDCWD, real, text, why) != V_OK) {
		why->code = CODE_CONFIG;
		fault_at(why, "%s", file);
		return V_BROKEN;
	}
	*folder_out = dirname(arena_text(mem, real, strlen(real)));
	return V_OK;
}

const char *
home_path(struct arena *mem, const char *folder, const char *path)
{
	if (path[0] == '/')
		return path;
	return arena_format(mem, "%s/%s", folder, path);
}
