/* spool/scratch.c - see spool/scratch.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "spool/scratch.h"

#define SCRATCH ".scratch" /* for the moment it has a name */
#define PATH_BYTES 512

static int
in_tmp(void)
{
	const char *dir = getenv("TMPDIR");
	char name[PATH_BYTES];
	int fd, n;

	n = snprintf(name, sizeof(name), "%s/mobb.XXXXXX",
		dir == NULL || dir[0] != '/' ? "/tmp" : dir);
	if (n < 0 || n >= PATH_BYTES)
		return -1;
	fd = mkstemp(name);
	if (fd == -1)
		return -1;
	(void)unlink(name);
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

enum verdict
scratch_open(int dir, int *fd_out, struct fault *why)
{
	int fd;

	if (dir == -1) {
		fd = in_tmp();
	} else {
		/* One that a crash left in that moment. */
		(void)unlinkat(dir, SCRATCH, 0);
		fd = openat(dir, SCRATCH,
			O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			0600);
		if (fd != -1)
			(void)unlinkat(dir, SCRATCH, 0);
	}
	if (fd == -1)
		return fault_errno(
			why, V_BROKEN, CODE_SPOOL, "make a scratch file");
	*fd_out = fd;
	return V_OK;
}
