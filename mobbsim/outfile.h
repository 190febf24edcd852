/* mobbsim/outfile.h - a file that appears whole
 *
 * Written as PATH.part with a large buffer, synced, and renamed at the end:
 * whoever waits for PATH never sees half of it.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_OUTFILE_H
#define MOBBSIM_OUTFILE_H

#include <limits.h>

#include "base/buf.h"
#include "base/fault.h"

struct outfile {
	int fd; /* -1: not open */
	char path[PATH_MAX];
	struct buf buf; /* add here, then outfile_spill() now and then */
};

#define OUTFILE_NONE ((struct outfile){ .fd = -1 })

enum verdict outfile_open(
	struct outfile *file, const char *path, struct fault *why);

/* The same without a name: for what is read back and thrown away. */
enum verdict outfile_hidden(
	struct outfile *file, const char *path, struct fault *why);

/* Write the buffer once it is large enough to be worth it. */
enum verdict outfile_spill(struct outfile *file, struct fault *why);
/* Write the buffer now. */
enum verdict outfile_flush(struct outfile *file, struct fault *why);

/* Make it appear, durably. */
enum verdict outfile_keep(struct outfile *file, struct fault *why);

/* Close; without outfile_keep() before nothing stays behind. */
void outfile_close(struct outfile *file);

#endif
