/* base/home.c - see base/home.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _XOPEN_SOURCE 700 /* realpath */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/home.h"
#include "base/text.h"

#define KEY_TEXT_MAX 200

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

enum verdict
home_site_key(const char *path, uint8_t key_out[32], struct fault *why)
{
	struct buf text = BUF_MAX(KEY_TEXT_MAX);
	uint8_t key[32];
	struct stat st;
	enum verdict v;

	if (access(path, R_OK) == -1 && errno == EACCES) {
		v = fault_set(why, V_BROKEN, CODE_NOT_ALLOWED,
			"the site key cannot be read by you");
		goto out;
	}
	v = file_get(AT_FDCWD, path, &text, why);
	if (v == V_OK && stat(path, &st) == 0 && (st.st_mode & S_IROTH))
		v = fault_set(why, V_BROKEN, CODE_SECRET,
			"the site key can be read by everybody");
	if (v == V_OK && !digest_unhex(text_trim(text.bytes), key, sizeof(key)))
		v = fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"the site key must be 64 hex digits");
	if (v != V_OK && why->code == CODE_IO)
		why->code = CODE_CONFIG_VALUE;
out:
	if (v == V_OK)
		memcpy(key_out, key, sizeof(key));
	else
		fault_at(why, "%s", path);
	buf_done(&text);
	return v == V_OK ? V_OK : V_BROKEN;
}
