/* spool/claim.c - take one file, or a set, out of in/; see spool/spool.h
 *
 * The order makes every crash harmless: the job's folder with .claiming comes
 * first, then the file's rename (that is the claim; of a set its first part),
 * then the other parts and the sidecars, then .claiming becomes .claim.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "spool/room.h"

#define JOB_TRIES 100

struct taking {
	int in;			    /* in/STREAM */
	int dir;		    /* work/JOBID */
	char dropped[NAME_MAX + 1]; /* the name as it lies there */
	char job[SPOOL_JOBID_MAX];
	struct room_claim claim;
	struct room_parts parts; /* of a set; none otherwise */
};

static bool
is_there(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Is it there?  Then it has its name as it lies there, and ours. */
static enum verdict
look_file(struct taking *t, const char *name, struct fault *why)
{
	struct stat st;

	snprintf(t->dropped, sizeof(t->dropped), "%s", name);
	if (fstatat(t->in, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return fault_set(why, V_LATER, CODE_SPOOL, "another was first");
	if (room_name_ok(t->dropped)) {
		snprintf(t->claim.name, sizeof(t->claim.name), "%s", name);
	} else {
		snprintf(t->claim.name, sizeof(t->claim.name), ROOM_SAFE_NAME);
		room_percent(
			t->dropped, t->claim.refused, sizeof(t->claim.refused));
	}
	return V_OK;
}

/* What is there of a set, when that is whole, wrong or too long incomplete. */
static enum verdict
look_set(struct taking *t, const struct spool_rule *rule, int64_t now_ms,
	struct fault *why)
{
	struct fault state = FAULT_NONE;

	if (t->parts.count == 0)
		return fault_set(why, V_LATER, CODE_SPOOL, "another was first");
	if (room_set_judge(&t->parts, &state) == V_LATER &&
		now_ms - room_set_changed(t->in, &t->parts) <
			room_wait_ms(rule)) {
		*why = state;
		return V_LATER;
	}
	t->claim.set = true;
	memcpy(t->claim.name, t->parts.names[t->parts.count - 1],
		sizeof(t->claim.name));
	return V_OK;
}

/* Which sidecars lie beside it: after a crash those there may be of a newer
 * file of the same name, so that what is missing must be known.
 */
static uint8_t
look_sidecars(int in, const char *name)
{
	char side[NAME_MAX + 16];
	unsigned seen = 0;
	size_t i;

	for (i = 0; room_sidecars[i] != NULL; i++) {
		snprintf(side, sizeof(side), "%s%s", name, room_sidecars[i]);
		if (is_there(in, side))
			seen |= 1u << i;
	}
	return (uint8_t)seen;
}

/* What is to be moved, and is there room to work on it? */
static enum verdict
look(struct taking *t, const struct spool_rule *rule, const char *name,
	int64_t now_ms, struct fault *why)
{
	char shown[NAME_MAX * 3 + 1];
	int64_t need = 0, lacks;
	enum verdict v = V_END;
	int i;

	if (rule->parts)
		v = room_set_find(t->in, name, &t->parts, why);
	if (v == V_OK)
		v = look_set(t, rule, now_ms, why);
	else if (v == V_END)
		v = look_file(t, name, why);
	if (v != V_OK)
		return v;
	t->claim.part_count = t->claim.set ? t->parts.count : 1;
	for (i = 0; i < t->claim.part_count; i++) {
		const char *file =
			t->claim.set ? t->parts.names[i] : t->dropped;

		if (room_can_read(t->in, file, why) != V_OK) {
			room_percent(file, shown, sizeof(shown));
			fault_at(why, "in/%s/%s", rule->stream, shown);
			return V_LATER;
		}
		t->claim.sidecars[i] = look_sidecars(t->in, file);
		need += room_need(t->in, file, rule);
	}
	lacks = room_lacks(t->in, need);
	if (lacks > 0)
		return fault_set(why, V_LATER, CODE_DISK_FULL,
			"%lld bytes of disk are missing to work on it",
			(long long)lacks);
	return V_OK;
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

/* A descriptor above standard error, so that no zeroed claim holds one. */
static enum verdict
give_claim(const struct room_claim *c, const char *job, int dir,
	struct claim *claim_out, struct fault *why)
{
	struct claim claim = CLAIM_NONE;
	enum verdict v;

	claim.dir = fcntl(dir, F_DUPFD_CLOEXEC, 3);
	if (claim.dir == -1)
		return fault_errno(why, V_LATER, CODE_SPOOL, "open job");
	memcpy(claim.stream, c->stream, sizeof(claim.stream));
	memcpy(claim.name, c->name, sizeof(claim.name));
	snprintf(claim.job, sizeof(claim.job), "%s", job);
	v = room_open(c, &claim, why);
	if (v == V_OK || v == V_SKIP) {
		if (v == V_SKIP)
			fault_at(why, "%s/%s", claim.job, claim.name);
		*claim_out = claim;
	} else {
		fault_at(why, "work/%s/%s", claim.job, claim.name);
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
	return V_OK;
}

/* One part, unless it is moved already, and its sidecars: those that lie
 * there now, unless the supplier dropped another file of the same name: then
 * nobody knows whose they are, and .claiming says which are missing.
 */
static enum verdict
move_part(int in, const char *dropped, int dir, const char *name,
	struct fault *why)
{
	if (is_there(dir, name)) {
		if (is_there(in, dropped))
			return V_OK;
	} else if (renameat(in, dropped, dir, name) == -1 && errno != ENOENT) {
		return fault_errno(
			why, V_BROKEN, CODE_SPOOL, "move a part of the set");
	}
	return move_sidecars(in, dropped, dir, name, why);
}

/* The claim is won; fetch what is left of it.  Also after a crash. */
static enum verdict
move_rest(struct taking *t, struct fault *why)
{
	enum verdict v = V_OK;
	int i;

	if (!t->claim.set)
		v = move_part(t->in, t->dropped, t->dir, t->claim.name, why);
	for (i = 0; v == V_OK && i < t->parts.count; i++)
		v = move_part(t->in, t->parts.names[i], t->dir,
			t->parts.names[i], why);
	/* Of our folder the last rename syncs what was moved before it. */
	if (v == V_OK && fsync(t->in) == -1)
		v = fault_errno(why, V_BROKEN, CODE_IO, "sync");
	if (v == V_OK)
		v = file_move(t->dir, ROOM_CLAIMING, t->dir, ROOM_CLAIM, why);
	return v;
}

/* The rename is the claim: of two processes exactly one gets it.  `in` is
 * synced with the rest; until then the file may be in both after a power cut,
 * never in none.
 */
static enum verdict
win(int in, const char *from, int dir, const char *to, struct fault *why)
{
	if (renameat(in, from, dir, to) == -1)
		return fault_errno(why, errno == ENOENT ? V_LATER : V_BROKEN,
			CODE_SPOOL, "move %s", from);
	if (fsync(dir) == -1)
		return fault_errno(why, V_BROKEN, CODE_IO, "sync");
	return V_OK;
}

static void
taking_done(struct taking *t)
{
	room_parts_done(&t->parts);
	if (t->in != -1)
		(void)close(t->in);
	if (t->dir != -1)
		(void)close(t->dir);
}

enum verdict
spool_claim_by(struct spool *spool, const struct spool_rule *rule,
	const char *name, int64_t now_ms, struct claim *claim_out,
	struct fault *why)
{
	struct taking t = { .in = -1, .dir = -1 };
	char path[ROOM_PATH_MAX];
	enum verdict v;

	assert(room_stream_ok(rule->stream) && !room_never_batch(name));
	assert(strchr(name, '/') == NULL && strlen(name) <= NAME_MAX);
	snprintf(t.claim.stream, sizeof(t.claim.stream), "%s", rule->stream);
	room_path(path, "in", rule->stream);
	v = file_dir(spool->fd, path, &t.in, why);
	if (v == V_OK)
		v = look(&t, rule, name, now_ms, why);
	if (v == V_OK)
		v = make_job(spool, now_ms, &t, why);
	if (v != V_OK)
		goto out;

	v = room_claim_write(
		t.dir, &t.claim, t.claim.set ? &t.parts : NULL, why);
	if (v == V_OK)
		v = file_sync_dir(spool->fd, "work", why);
	if (v == V_OK && t.claim.set)
		v = win(t.in, t.parts.names[0], t.dir, t.parts.names[0], why);
	else if (v == V_OK)
		v = win(t.in, t.dropped, t.dir, t.claim.name, why);
	if (v != V_OK) {
		undo(spool, &t);
		goto out;
	}
	v = move_rest(&t, why);
	if (v == V_OK)
		v = give_claim(&t.claim, t.job, t.dir, claim_out, why);
out:
	taking_done(&t);
	return v;
}

enum verdict
spool_claim(struct spool *spool, const char *stream, const char *name,
	int64_t now_ms, struct claim *claim_out, struct fault *why)
{
	struct spool_rule rule = { .stream = stream };

	return spool_claim_by(spool, &rule, name, now_ms, claim_out, why);
}

/* A crash came between the first file and the rest. */
static enum verdict
finish_move(struct spool *spool, struct taking *t, struct fault *why)
{
	char path[ROOM_PATH_MAX];
	enum verdict v;

	v = room_parts_read(t->dir, &t->parts, why);
	if (v != V_OK)
		return v;
	if (!is_there(t->dir, t->parts.names[0]))
		return fault_set(why, V_BROKEN, CODE_NO_JOB,
			"the job was never claimed");
	room_unpercent(
		t->claim.refused[0] != '\0' ? t->claim.refused : t->claim.name,
		t->dropped);
	if (!t->claim.set)
		room_parts_done(&t->parts);
	room_path(path, "in", t->claim.stream);
	v = file_dir(spool->fd, path, &t->in, why);
	return v == V_OK ? move_rest(t, why) : v;
}

enum verdict
spool_claimed(struct spool *spool, const char *job, struct claim *claim_out,
	struct fault *why)
{
	struct taking t = { .in = -1, .dir = -1 };
	char path[ROOM_PATH_MAX];
	enum verdict v;
	bool whole;

	if (!room_job_ok(job))
		return fault_set(why, V_BROKEN, CODE_NO_JOB, "no job id");
	room_path(path, "work", job);
	v = file_dir(spool->fd, path, &t.dir, why);
	if (v != V_OK) {
		why->code = CODE_NO_JOB;
		return v;
	}
	v = room_claim_read(t.dir, &t.claim, &whole, why);
	if (v == V_SKIP)
		v = fault_set(why, V_BROKEN, CODE_NO_JOB,
			"work/%s was not made by us", job);
	if (v == V_OK && !whole)
		v = finish_move(spool, &t, why);
	if (v == V_OK)
		v = give_claim(&t.claim, job, t.dir, claim_out, why);
	taking_done(&t);
	return v;
}
