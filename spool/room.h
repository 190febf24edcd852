/* spool/room.h - what the files of spool/ share; included nowhere else
 *
 * work/JOBID holds, beside the batch file and its sidecars:
 *	.claim		stream and name, so that a job is known from its folder
 *			alone; called .claiming until the sidecars are moved
 *	content		documents without an offset of their own
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef SPOOL_ROOM_H
#define SPOOL_ROOM_H

#include <limits.h>

#include "spool/spool.h"

#define ROOM_CLAIM ".claim"
#define ROOM_CLAIMING ".claiming"
#define ROOM_CONTENT "content"
#define ROOM_SAFE_NAME "refused-name" /* of a file whose name is refused */
#define ROOM_PATH_MAX 512

struct spool {
	int fd;	   /* of the spool's folder */
	int watch; /* inotify, -1 none */
};

/* ".ready", ".trigger", ".totals", ".sha256", then NULL. */
extern const char *const room_sidecars[];

/* A plain batch file name: letters, digits, dot, dash, underscore. */
bool room_name_ok(const char *name);
bool room_stream_ok(const char *stream);
bool room_job_ok(const char *job);
/* Starts with a dot, ends as something unfinished, or is a sidecar. */
bool room_never_batch(const char *name);

/* "DIR/NAME"; both are limited, so it fits. */
void room_path(char out[ROOM_PATH_MAX], const char *dir, const char *name);

/* What .claim says. */
struct room_claim {
	char stream[SPOOL_STREAM_MAX + 1];
	char name[SPOOL_NAME_MAX + 1];
	/* The name as dropped, percent-encoded; "" when it is fine. */
	char refused[NAME_MAX * 3 + 1];
};

enum verdict room_claim_write(
	int dir, const struct room_claim *claim, struct fault *why);
/* V_SKIP: neither file is there.  *whole_out: the sidecars are moved. */
enum verdict room_claim_read(int dir, struct room_claim *claim_out,
	bool *whole_out, struct fault *why);

/* Read the sidecars of claim->name in claim->dir.  V_SKIP, CODE_SIDECAR. */
enum verdict room_sidecars_read(struct claim *claim, struct fault *why);

#endif
