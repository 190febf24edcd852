/* spool/room.h - what the files of spool/ share; included nowhere else
 *
 * work/JOBID holds, beside the batch file and its sidecars:
 *	.claim		stream and name, of a set all names, behind each its
 *			sidecars, so that a job is known from its folder alone;
 *			called .claiming until all files and sidecars are moved
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
bool room_out_name_ok(const char *name); /* longer, for out/ */
bool room_stream_ok(const char *stream);
bool room_job_ok(const char *job);
/* Starts with a dot, ends as something unfinished, or is a sidecar. */
bool room_never_batch(const char *name);

/* "DIR/NAME"; both are limited, so it fits. */
void room_path(char out[ROOM_PATH_MAX], const char *dir, const char *name);

/* What .claim says. */
struct room_claim {
	char stream[SPOOL_STREAM_MAX + 1];
	char name[SPOOL_NAME_MAX + 1]; /* the job's: of a set its last part's */
	/* The name as dropped, percent-encoded; "" when it is fine. */
	char refused[NAME_MAX * 3 + 1];
	int part_count; /* at least 1 */
	bool set;	/* by its name a set, be it of one part */
	/* Of each part: bit i is room_sidecars[i], seen before it was ours. */
	uint8_t sidecars[SPOOL_PARTS_MAX];
};

/* The names of a set's parts, in order. */
struct room_parts {
	char (*names)[SPOOL_NAME_MAX + 1];
	int count;
};

/* `parts` NULL: claim->name is all. */
enum verdict room_claim_write(int dir, const struct room_claim *claim,
	const struct room_parts *parts, struct fault *why);
/* V_SKIP: neither file is there.  *whole_out: everything is moved. */
enum verdict room_claim_read(int dir, struct room_claim *claim_out,
	bool *whole_out, struct fault *why);
/* The parts alone: claim->name, or those of the set. */
enum verdict room_parts_read(
	int dir, struct room_parts *parts_out, struct fault *why);
void room_parts_done(struct room_parts *parts);
/* The name of part 0 .. part_count - 1. */
enum verdict room_claim_part(int dir, int part,
	char name_out[SPOOL_NAME_MAX + 1], struct fault *why);

/* Everything but letters, digits, dot, dash and underscore as %xx. */
void room_percent(const char *name, char *out, size_t size);
/* The reverse, of what room_percent() made. */
void room_unpercent(const char *text, char out[NAME_MAX + 1]);

/* All names in in/STREAM of the set `name` belongs to, sorted by number, as
 * parts of `names`; V_END when it is no name of a part.
 */
enum verdict room_set_find(
	int in, const char *name, struct room_parts *names, struct fault *why);
/* CODE_GROWING or CODE_PARTS unless the set is whole. V_LATER: it may come. */
enum verdict room_set_judge(const struct room_parts *names, struct fault *why);
/* When any of them changed last, ms; 0: none is there. */
int64_t room_set_changed(int in, const struct room_parts *names);
int64_t room_wait_ms(const struct spool_rule *rule);

/* Bytes of disk that working on a file takes, beside the file itself. */
int64_t room_need(int in, const char *name, const struct spool_rule *rule);
/* What the disk of `in` lacks for that need; 0: there is room. */
int64_t room_lacks(int in, int64_t need);

/* Could we open it, once it is ours?  Also V_OK when it is gone, or no plain
 * file, which is refused.  V_SKIP: a person has to see to it; V_LATER: not now.
 */
enum verdict room_can_read(int in, const char *name, struct fault *why);

/* Open the parts of a job's folder, claim->dir; their sidecars too.
 * V_SKIP as spool_claim().  V_LATER: a part cannot be read.
 */
enum verdict room_open(
	const struct room_claim *c, struct claim *claim, struct fault *why);

/* Read the sidecars of all parts of the claim in `dir`.  V_SKIP with
 * CODE_SIDECAR.
 */
enum verdict room_sidecars_read(
	int dir, struct claim *claim, struct fault *why);

/* A digest under way is given up. */
void room_digest_stop(struct claim *claim);
/* May it be fed the parts of the claim, each from its first byte to its last,
 * before spool_digest_wait()?  One thread at a time.  `run` NULL: no.
 */
bool room_digest_fed(const struct digest_run *run);
void room_digest_feed(struct digest_run *run, int part, int64_t offset,
	const char *bytes, size_t len);

/* Remove what writers of out/STREAM left when they died. */
void room_out_sweep(struct spool *spool, const char *stream);

#endif
