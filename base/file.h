/* base/file.h - files that are still there after a power cut
 *
 * Durable means: the file is synced, renamed into place, and the directory is
 * synced, because ext4 and XFS both undo a rename whose directory was not.
 * All take a directory descriptor and a name below it.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/fault.h"

/* Open a directory to be used by the functions below. V_BROKEN otherwise. */
enum verdict file_dir(int at, const char *path, int *fd_out, struct fault *why);

/* mkdir -p of one path below `at`, mode 0750. */
enum verdict file_dirs(int at, const char *path, struct fault *why);

enum verdict file_sync_dir(int at, const char *path, struct fault *why);

/* Rename and sync both directories.  V_LATER: `from` is not there. */
enum verdict file_move(int from_at, const char *from, int to_at, const char *to,
	struct fault *why);

/* Write `len` bytes as `name` in one step: another name, sync, rename, sync.
 * An existing file is replaced.
 */
enum verdict file_put(int at, const char *name, const void *bytes, size_t len,
	mode_t mode, struct fault *why);

/* Read a whole regular file into `buf` (its max is the limit).
 * V_SKIP: not there; V_BROKEN: not readable, no plain file or too large.
 */
enum verdict file_get(
	int at, const char *name, struct buf *buf, struct fault *why);

/* Write all or fail. */
enum verdict file_write(
	int fd, const void *bytes, size_t len, struct fault *why);

/* Read up to `len`; fewer only at the end of the file.  *got_out is set. */
enum verdict file_read_at(int fd, void *bytes, size_t len, int64_t offset,
	size_t *got_out, struct fault *why);

/* Free bytes on the file system of `fd`, -1 when unknown. */
int64_t file_room(int fd);

#endif
