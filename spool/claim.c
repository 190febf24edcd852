/* spool/claim.c - take one file out of in/; see spool/spool.h
 *
 * The order makes every crash harmless: the job's folder with .claiming comes
 * first, then the file's rename (that is the claim), then its sidecars, then
 * .claiming becomes .claim.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "spool/room.h"

#define ROOM_SPARE INT64_C(64000000) /* bytes of disk, beside ... */
#define ROOM_PART 4		     /* ... a quarter of the file's size */
#define JOB_TRIES 100
#define DIGEST_BLOCK ((size_t)262144)

struct taking {
	int in;			    /* in/STREAM */
	int dir;		    /* work/JOBID */
	char dropped[NAME_MAX + 1]; /* the name as it lies there */
	char job[SPOOL_JOBID_MAX];
	struct room_claim claim;
};

/* A name cut by spool_next(): the first entry that begins with it. */
static bool
find_cut(int in, const char *name, char found_out[NAME_MAX + 1])
{
	int fd = openat(in, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd == -1 ? NULL : fdopendir(fd);
	struct dirent *entry;
	bool found = false;

	if (folder == NULL) {
		if (fd != -1)
			(void)close(fd);
		return false;
	}
	while (!found && (entry = readdir(folder)) != NULL) {
		found = strlen(entry->d_name) > SPOOL_NAME_MAX &&
			strncmp(entry->d_name, name, SPOOL_NAME_MAX) == 0 &&
			!room_never_batch(entry->d_name);
		if (found)
			snprintf(found_out, NAME_MAX + 1, "%s", entry->d_name);
	}
	(void)closedir(folder);
	return found;
}

/* Is it there, and is there room to work on it? */
static enum verdict
look(struct taking *t, const char *name, struct fault *why)
{
	struct stat st;
	int64_t room;

	snprintf(t->dropped, sizeof(t->dropped), "%s", name);
	if (fstatat(t->in, name, &st, AT_SYMLINK_NOFOLLOW) == -1 &&
		(strlen(name) != SPOOL_NAME_MAX ||
			!find_cut(t->in, name, t->dropped) ||
			fstatat(t->in, t->dropped, &st, AT_SYMLINK_NOFOLLOW) ==
				-1))
		return fault_set(why, V_LATER, CODE_SPOOL, "another was first");
	room = file_room(t->in);
	if (S_ISREG(st.st_mode) && room >= 0 &&
		room < st.st_size / ROOM_PART + ROOM_SPARE)
		return fault_set(why, V_LATER, CODE_DISK_FULL,
			"%lld bytes of disk are missing to work on it",
			(long long)(st.st_size / ROOM_PART + ROOM_SPARE -
				    room));
	return V_OK;
}

/* Everything but letters and digits as %xx, so that it can be shown. */
static void
percent(const char *name, char *out, size_t size)
{
	size_t n = 0;

	for (; *name != '\0' && n + 3 < size; name++)
		if ((*name >= '0' && *name <= '9') ||
			(*name >= 'A' && *name <= 'Z') ||
			(*name >= 'a' && *name <= 'z') || *name == '.' ||
			*name == '-' || *name == '_')
			out[n++] = *name;
		else
			n += (size_t)snprintf(out + n, 4, "%%%02x",
				(unsigned)(unsigned char)*name);
	out[n] = '\0';
}

/* The reverse, of what percent() made. */
static void
unpercent(const char *text, char out[NAME_MAX + 1])
{
	char hex[3] = "";
	size_t n = 0;

	while (*text != '\0' && n < NAME_MAX) {
		if (*text != '%') {
			out[n++] = *text++;
			continue;
		}
		memcpy(hex, text + 1, strnlen(text + 1, 2));
		out[n++] = (char)strtol(hex, NULL, 16);
		text += 1 + strnlen(text + 1, 2);
	}
	out[n] = '\0';
}

/* "20260215-k3f7"; mkdir says whether it is free. */
static enum verdict
make_job(struct spool *spool, int64_t now_ms, struct taking *t,
	struct fault *why)
{
	static const char base32[] = "abcdefghijklmnopqrstuvwxyz234567";
	static const char *const ends[] = { "done", "bad" };
	char now[CLOCK_TEXT_MAX], path[ROOM_PATH_MAX];
	uint8_t random[4];
	struct stat st;
	int i, tries;

	clock_local(now_ms, now);
	for (tries = 0; tries < JOB_TRIES; tries++) {
		digest_random(random, sizeof(random));
		for (i = 0; i < 4; i++)
			random[i] = (uint8_t)base32[random[i] % 32];
		snprintf(t->job, sizeof(t->job), "%.4s%.2s%.2s-%c%c%c%c", now,
			now + 5, now + 8, random[0], random[1], random[2],
			random[3]);
		assert(room_job_ok(t->job));
		for (i = 0; i < 2; i++) {
			room_path(path, ends[i], t->job);
			if (fstatat(spool->fd, path, &st, 0) == 0)
				break;
		}
		if (i < 2)
			continue;
		room_path(path, "work", t->job);
		if (mkdirat(spool->fd, path, 0750) == 0)
			return file_dir(spool->fd, path, &t->dir, why);
		if (errno != EEXIST)
			break;
	}
	return fault_errno(why, V_BROKEN, CODE_SPOOL, "make a job in work");
}

static enum verdict
move_sidecars(int in, const char *dropped, int dir, const char *name,
	struct fault *why)
{
	char from[NAME_MAX + 16], to[SPOOL_NAME_MAX + 16];
	size_t i;

	for (i = 0; room_sidecars[i] != NULL; i++) {
		snprintf(from, sizeof(from), "%s%s", dropped, room_sidecars[i]);
		snprintf(to, sizeof(to), "%s%s", name, room_sidecars[i]);
		if (renameat(in, from, dir, to) == -1 && errno != ENOENT &&
			errno != ENAMETOOLONG)
			return fault_errno(why, V_BROKEN, CODE_SPOOL,
				"move NAME%s", room_sidecars[i]);
	}
	if (fsync(dir) == -1 || fsync(in) == -1)
		return fault_errno(why, V_BROKEN, CODE_IO, "sync");
	return file_move(dir, ROOM_CLAIMING, dir, ROOM_CLAIM, why);
}

static void
close_parts(struct claim *claim)
{
	int i;

	for (i = 0; i < claim->part_count; i++)
		(void)close(claim->parts[i].fd);
	free(claim->parts);
	claim->parts = NULL;
	claim->part_count = 0;
}

/* Open what lies in claim->dir, whose .claim said `c`. */
static enum verdict
open_claim(const struct room_claim *c, struct claim *claim, struct fault *why)
{
	enum verdict v;
	struct stat st;
	int fd;

	if (c->refused[0] != '\0')
		return fault_set(why, V_SKIP, CODE_NAME,
			"file name '%.200s' has characters we refuse, or more "
			"than %d of them",
			c->refused, SPOOL_NAME_MAX);
	/* O_NONBLOCK: a fifo somebody dropped must not hold us up. */
	fd = openat(claim->dir, c->name,
		O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1 && errno != ELOOP && errno != ENXIO)
		return fault_errno(why, V_BROKEN, CODE_SPOOL, "open");
	if (fd == -1 || fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
		if (fd != -1)
			(void)close(fd);
		return fault_set(why, V_SKIP, CODE_NOT_FILE,
			"not a plain file but a link, folder or fifo");
	}
	claim->parts = mem_zero(1, sizeof(*claim->parts));
	claim->part_count = 1;
	claim->bytes = st.st_size;
	claim->parts[0] = (struct claim_part){ .fd = fd, .bytes = st.st_size };
	memcpy(claim->parts[0].name, c->name, sizeof(c->name));
	v = room_sidecars_read(claim, why);
	if (v != V_OK)
		close_parts(claim);
	return v;
}

/* A descriptor above standard error, so that no zeroed claim holds one. */
static enum verdict
give_claim(const struct room_claim *c, const char *job, int dir,
	struct claim *claim_out, struct fault *why)
{
	struct claim claim = CLAIM_NONE;
	enum verdict v;

	claim.dir = fcntl(dir, F_DUPFD_CLOEXEC, 3);
	if (claim.dir == -1)
		return fault_errno(why, V_BROKEN, CODE_SPOOL, "open job");
	memcpy(claim.stream, c->stream, sizeof(claim.stream));
	memcpy(claim.name, c->name, sizeof(claim.name));
	snprintf(claim.job, sizeof(claim.job), "%s", job);
	v = open_claim(c, &claim, why);
	if (v == V_OK || v == V_SKIP) {
		if (v == V_SKIP)
			fault_at(why, "%s/%s", claim.job, claim.name);
		*claim_out = claim;
	} else {
		claim_close(&claim);
	}
	return v;
}

/* Nothing was claimed: leave no empty job behind. */
static void
undo(struct spool *spool, struct taking *t)
{
	char path[ROOM_PATH_MAX];

	(void)unlinkat(t->dir, ROOM_CLAIMING, 0);
	room_path(path, "work", t->job);
	(void)unlinkat(spool->fd, path, AT_REMOVEDIR);
}

enum verdict
spool_claim(struct spool *spool, const char *stream, const char *name,
	int64_t now_ms, struct claim *claim_out, struct fault *why)
{
	struct taking t = { .in = -1, .dir = -1 };
	char path[ROOM_PATH_MAX];
	enum verdict v;

	assert(room_stream_ok(stream) && !room_never_batch(name));
	assert(strchr(name, '/') == NULL && strlen(name) <= SPOOL_NAME_MAX);
	room_path(path, "in", stream);
	v = file_dir(spool->fd, path, &t.in, why);
	if (v == V_OK)
		v = look(&t, name, why);
	if (v == V_OK)
		v = make_job(spool, now_ms, &t, why);
	if (v != V_OK)
		goto out;

	snprintf(t.claim.stream, sizeof(t.claim.stream), "%s", stream);
	if (room_name_ok(t.dropped)) {
		snprintf(t.claim.name, sizeof(t.claim.name), "%s", name);
	} else {
		snprintf(t.claim.name, sizeof(t.claim.name), ROOM_SAFE_NAME);
		percent(t.dropped, t.claim.refused, sizeof(t.claim.refused));
	}
	v = room_claim_write(t.dir, &t.claim, why);
	if (v == V_OK)
		v = file_sync_dir(spool->fd, "work", why);
	/* The rename is the claim: of two processes exactly one gets it. */
	if (v == V_OK)
		v = file_move(t.in, t.dropped, t.dir, t.claim.name, why);
	if (v != V_OK) {
		undo(spool, &t);
		goto out;
	}
	v = move_sidecars(t.in, t.dropped, t.dir, t.claim.name, why);
	if (v == V_OK)
		v = give_claim(&t.claim, t.job, t.dir, claim_out, why);
out:
	if (t.in != -1)
		(void)close(t.in);
	if (t.dir != -1)
		(void)close(t.dir);
	return v;
}

/* A crash came between the file and its sidecars.  Ours are those that lie
 * there now, unless the supplier dropped another file of the same name.
 */
static enum verdict
finish_move(struct spool *spool, const struct room_claim *c, int dir,
	struct fault *why)
{
	char path[ROOM_PATH_MAX], dropped[NAME_MAX + 1];
	struct stat st;
	enum verdict v;
	int in = -1;

	unpercent(c->refused[0] != '\0' ? c->refused : c->name, dropped);
	if (fstatat(dir, c->name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return fault_set(why, V_BROKEN, CODE_NO_JOB,
			"the job was never claimed");
	room_path(path, "in", c->stream);
	v = file_dir(spool->fd, path, &in, why);
	if (v != V_OK)
		return v;
	if (fstatat(in, dropped, &st, AT_SYMLINK_NOFOLLOW) == 0)
		v = file_move(dir, ROOM_CLAIMING, dir, ROOM_CLAIM, why);
	else
		v = move_sidecars(in, dropped, dir, c->name, why);
	(void)close(in);
	return v;
}

enum verdict
spool_claimed(struct spool *spool, const char *job, struct claim *claim_out,
	struct fault *why)
{
	char path[ROOM_PATH_MAX];
	struct room_claim c;
	enum verdict v;
	bool whole;
	int dir = -1;

	if (!room_job_ok(job))
		return fault_set(why, V_BROKEN, CODE_NO_JOB, "no job id");
	room_path(path, "work", job);
	v = file_dir(spool->fd, path, &dir, why);
	if (v != V_OK) {
		why->code = CODE_NO_JOB;
		return v;
	}
	v = room_claim_read(dir, &c, &whole, why);
	if (v == V_SKIP)
		v = fault_set(why, V_BROKEN, CODE_NO_JOB,
			"work/%s was not made by us", job);
	if (v == V_OK && !whole)
		v = finish_move(spool, &c, dir, why);
	if (v == V_OK)
		v = give_claim(&c, job, dir, claim_out, why);
	(void)close(dir);
	return v;
}

enum verdict
spool_digest(struct claim *claim, struct fault *why)
{
	struct digest *digest = digest_new();
	char *block = mem_new(DIGEST_BLOCK);
	enum verdict v;
	int64_t at = 0;
	size_t got;

	assert(claim->part_count == 1);
	do {
		v = file_read_at(
			claim->parts[0].fd, block, DIGEST_BLOCK, at, &got, why);
		if (v != V_OK)
			break;
		digest_add(digest, block, got);
		at += (int64_t)got;
	} while (got > 0);
	if (v == V_OK && at != claim->bytes)
		v = fault_set(why, V_BROKEN, CODE_IO,
			"the file was still growing when it was claimed");
	if (v == V_OK)
		digest_end(digest, claim->sha256);
	digest_free(digest);
	free(block);
	return v;
}

void
claim_close(struct claim *claim)
{
	close_parts(claim);
	if (claim->dir > 2)
		(void)close(claim->dir);
	claim->dir = -1;
}
