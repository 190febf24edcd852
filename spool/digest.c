/* spool/digest.c - the SHA-256 of a claim, taken while somebody else reads it
 *
 * An archive is read by a thread of our own.  It owns nothing but its struct:
 * it reads by offset from descriptors the claim lends it, so a claim is never
 * closed before the thread has ended.  The blocks of a plain file are fed by
 * the thread that reads them ahead for the parser; when they do not come in
 * order and to the last byte, the file is read here after all.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/archive.h"
#include "base/arena.h"
#include "base/digest.h"
#include "base/file.h"
#include "spool/room.h"

#define DIGEST_BLOCK ((size_t)262144)

struct digest_run {
	const struct claim_part *parts; /* lent */
	int part_count;
	pthread_t thread;
	bool threaded; /* else somebody may feed it */
	bool lost;     /* what was fed is not what comes next */
	atomic_bool stop;

	struct digest *all, *own; /* own: of a part, when it was promised */
	int part;		  /* the one it is in */
	int64_t at;		  /* byte of that */
	uint8_t sha256[DIGEST_BYTES];
	enum verdict v;
	struct fault why;
};

static void
part_begin(struct digest_run *run, int part)
{
	run->part = part;
	run->at = 0;
	digest_free(run->own);
	run->own = NULL;
	if (part < run->part_count &&
		run->parts[part].promised_sha256[0] != '\0')
		run->own = digest_new();
}

static void
add(struct digest_run *run, const char *bytes, size_t len)
{
	digest_add(run->all, bytes, len);
	if (run->own != NULL)
		digest_add(run->own, bytes, len);
	run->at += (int64_t)len;
}

/* All bytes of the part were added. */
static enum verdict
part_end(struct digest_run *run, struct fault *why)
{
	const struct claim_part *part = &run->parts[run->part];
	uint8_t sha256[DIGEST_BYTES];
	char hex[DIGEST_HEX_MAX], more;
	enum verdict v;
	size_t got;

	v = file_read_at(part->fd, &more, 1, run->at, &got, why);
	if (v == V_OK && (got > 0 || run->at != part->bytes))
		v = fault_set(why, V_BROKEN, CODE_IO,
			"the file was still growing when it was claimed");
	if (v == V_OK && run->own != NULL) {
		digest_end(run->own, sha256);
		digest_hex(sha256, DIGEST_BYTES, hex);
		if (strcmp(hex, part->promised_sha256) != 0)
			v = fault_set(why, V_SKIP, CODE_SIDECAR,
				"the SHA-256 in the sidecar is not that of the "
				"file");
	}
	if (v != V_OK && run->part_count > 1)
		fault_at(why, "part %d of %d", run->part + 1, run->part_count);
	part_begin(run, run->part + 1);
	return v;
}

/* --- reading it ourselves --- */

static enum verdict
read_part(struct digest_run *run, char *block, struct fault *why)
{
	const struct claim_part *part = &run->parts[run->part];
	enum verdict v;
	size_t got;

	do {
		v = file_read_at(
			part->fd, block, DIGEST_BLOCK, run->at, &got, why);
		if (v != V_OK)
			break;
		add(run, block, got);
	} while (got > 0 && !atomic_load(&run->stop));
	if (v != V_OK && run->part_count > 1)
		fault_at(why, "part %d of %d", run->part + 1, run->part_count);
	return v == V_OK ? part_end(run, why) : v;
}

static void *
digest_all(void *arg)
{
	struct digest_run *run = arg;
	char *block = mem_new(DIGEST_BLOCK);

	digest_end(run->all, run->sha256); /* anew */
	run->v = V_OK;
	part_begin(run, 0);
	while (run->v == V_OK && run->part < run->part_count)
		run->v = read_part(run, block, &run->why);
	free(block);
	return NULL;
}

/* --- being fed --- */

void
room_digest_feed(struct digest_run *run, int part, int64_t offset,
	const char *bytes, size_t len)
{
	assert(!run->threaded && part >= 0 && part < run->part_count);
	if (run->lost || run->v != V_OK)
		return;
	if (part != run->part || offset != run->at ||
		(int64_t)len > run->parts[part].bytes - offset) {
		run->lost = true;
		return;
	}
	add(run, bytes, len);
	if (run->at == run->parts[part].bytes)
		run->v = part_end(run, &run->why);
}

bool
room_digest_fed(const struct digest_run *run)
{
	return run != NULL && !run->threaded;
}

/* --- front door --- */

/* What is no archive is read from its first to its last byte by whoever
 * parses it: no need to read it twice.
 */
static enum verdict
all_plain(const struct claim *claim, bool *plain_out, struct fault *why)
{
	char head[ARCHIVE_HEAD_BYTES];
	bool plain = true;
	enum verdict v;
	size_t got;
	int i;

	for (i = 0; plain && i < claim->part_count; i++) {
		v = file_read_at(
			claim->parts[i].fd, head, sizeof(head), 0, &got, why);
		if (v != V_OK)
			return v;
		plain = archive_kind(head, got) == ARCHIVE_NO;
	}
	*plain_out = plain;
	return V_OK;
}

static void
run_free(struct digest_run *run)
{
	digest_free(run->all);
	digest_free(run->own);
	free(run);
}

static enum verdict
begin_thread(struct digest_run *run, struct fault *why)
{
	sigset_t every, before;
	int failed;

	/* A signal is for the thread that decides. */
	(void)sigfillset(&every);
	(void)pthread_sigmask(SIG_SETMASK, &every, &before);
	failed = pthread_create(&run->thread, NULL, digest_all, run);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed != 0)
		return fault_set(
			why, V_LATER, CODE_MEMORY, "no thread can be made now");
	run->threaded = true;
	return V_OK;
}

enum verdict
spool_digest_begin(struct claim *claim, struct fault *why)
{
	struct digest_run *run;
	bool plain = false;
	enum verdict v;

	assert(claim->part_count > 0 && claim->run == NULL);
	v = all_plain(claim, &plain, why);
	if (v != V_OK)
		return v;
	run = mem_zero(1, sizeof(*run));
	run->parts = claim->parts;
	run->part_count = claim->part_count;
	run->all = digest_new();
	run->v = V_OK;
	atomic_init(&run->stop, false);
	part_begin(run, 0);
	if (!plain)
		v = begin_thread(run, why);
	if (v != V_OK)
		run_free(run);
	else
		claim->run = run;
	return v;
}

/* The thread has ended, or there was none. */
static void
join(struct digest_run *run)
{
	int failed = 0;

	if (run->threaded)
		failed = pthread_join(run->thread, NULL);
	assert(failed == 0);
	(void)failed;
}

enum verdict
spool_digest_wait(struct claim *claim, struct fault *why)
{
	struct digest_run *run = claim->run;
	enum verdict v;

	assert(run != NULL);
	join(run);
	claim->run = NULL;
	/* Nobody fed it to the end. */
	if (run->v == V_OK && run->part < run->part_count)
		(void)digest_all(run);
	v = run->v;
	if (v == V_OK)
		digest_end(run->all, claim->sha256);
	else
		*why = run->why;
	run_free(run);
	return v;
}

void
room_digest_stop(struct claim *claim)
{
	if (claim->run == NULL)
		return;
	atomic_store(&claim->run->stop, true);
	join(claim->run);
	run_free(claim->run);
	claim->run = NULL;
}

enum verdict
spool_digest(struct claim *claim, struct fault *why)
{
	enum verdict v = spool_digest_begin(claim, why);

	return v == V_OK ? spool_digest_wait(claim, why) : v;
}
