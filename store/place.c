/* store/place.c - where a private cluster lies
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "store/books.h"

#define PLACES "/var/lib/mobb"
#define NAME_HEX 16

/* May every user pass all folders above `dir`? */
static bool
reachable(const char *dir)
{
	char part[CLUSTER_PATH_MAX];
	struct stat st;
	size_t i;

	for (i = 1; dir[i] != '\0' && i < sizeof(part); i++) {
		if (dir[i] != '/')
			continue;
		memcpy(part, dir, i);
		part[i] = '\0';
		if (stat(part, &st) == 0 && (st.st_mode & S_IXOTH) == 0)
			return false;
	}
	return true;
}

/* A new folder in /var/lib/mobb and the link to it.  Of two processes that do
 * this at once the second takes the link of the first.
 */
static enum verdict
make_place(const char *dir, const char *link, char out[CLUSTER_PATH_MAX],
	struct fault *why)
{
	uint8_t random[NAME_HEX / 2];
	char hex[NAME_HEX + 1];
	ssize_t n;

	digest_random(random, sizeof(random));
	digest_hex(random, sizeof(random), hex);
	snprintf(out, CLUSTER_PATH_MAX, PLACES "/%s", hex);
	if ((mkdir(PLACES, 0755) == -1 && errno != EEXIST) ||
		chmod(PLACES, 0755) == -1 || mkdir(out, 0755) == -1 ||
		chmod(out, 0755) == -1 ||
		(mkdir(dir, 0755) == -1 && errno != EEXIST))
		return fault_errno(why, V_BROKEN, CODE_DATABASE_START,
			"a place for the database in " PLACES);
	if (symlink(out, link) == 0)
		return V_OK;
	(void)rmdir(out);
	n = readlink(link, out, CLUSTER_PATH_MAX - 1);
	if (n <= 0)
		return fault_errno(why, V_BROKEN, CODE_DATABASE_START,
			"the link to the place of the database");
	out[n] = '\0';
	return V_OK;
}

enum verdict
cluster_place(const char *dir, bool make, char out[CLUSTER_PATH_MAX],
	struct fault *why)
{
	char link[CLUSTER_PATH_MAX];
	ssize_t n;

	if (snprintf(link, sizeof(link), "%s/place", dir) >= (int)sizeof(link))
		return fault_set(why, V_BROKEN, CODE_DATABASE_START,
			"the path of the database is too long");
	snprintf(out, CLUSTER_PATH_MAX, "%s", dir);
	if (geteuid() == 0 && reachable(dir))
		return V_OK;
	n = readlink(link, out, CLUSTER_PATH_MAX - 1);
	if (n > 0) {
		out[n] = '\0';
		return V_OK;
	}
	return make && geteuid() == 0 ? make_place(dir, link, out, why) : V_OK;
}
