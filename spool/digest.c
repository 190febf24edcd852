/* spool/digest.c - the SHA-256 of a claim, taken while somebody else reads it
 *
 * The thread owns nothing but its struct: it reads by offset from descriptors
 * the claim lends it, so a claim is never closed before the thread has ended.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/file.h"
#include "spool/room.h"

#define DIGEST_BLOCK ((size_t)262144)

struct digest_run {
	pthread_t thread;
	atomic_bool stop;
	const struct claim_part *parts; /* lent */
	int part_count;
	uint8_t sha256[DIGEST_BYTES];
	enum verdict v;
	struct fault why;
};

/* One part into the digest of all, and into its own when that was promised. */
static enum verdict
digest_part(struct digest_run *run, const struct claim_part *part,
	struct digest *all, char *block, struct fault *why)
{
	struct digest *own =
		part->promised_sha256[0] == '\0' ? NULL : digest_new();
	uint8_t sha256[DIGEST_BYTES];
	char hex[DIGEST_HEX_MAX];
	enum verdict v;
	int64_t at = 0;
	size_t got;

	do {
		v = file_read_at(part->fd, block, DIGEST_BLOCK, at, &got, why);
		if (v != V_OK)
			break;
		digest_add(all, block, got);
		if (own != NULL)
			digest_add(own, block, got);
		at += (int64_t)got;
	} while (got > 0 && !atomic_load(&run->stop));
	if (v == V_OK && at != part->bytes)
		v = fault_set(why, V_BROKEN, CODE_IO,
			"the file was still growing when it was claimed");
	if (v == V_OK && own != NULL) {
		digest_end(own, sha256);
		digest_hex(sha256, DIGEST_BYTES, hex);
		if (strcmp(hex, part->promised_sha256) != 0)
			v = fault_set(why, V_SKIP, CODE_SIDECAR,
				"the SHA-256 in the sidecar is not that of the "
				"file");
	}
	digest_free(own);
	return v;
}

static void *
digest_all(void *arg)
{
	struct digest_run *run = arg;
	struct digest *all = digest_new();
	char *block = mem_new(DIGEST_BLOCK);
	int i;

	run->v = V_OK;
	for (i = 0; run->v == V_OK && i < run->part_count; i++) {
		run->v =
			digest_part(run, &run->parts[i], all, block, &run->why);
		if (run->v != V_OK && run->part_count > 1)
			fault_at(&run->why, "part %d of %d", i + 1,
				run->part_count);
	}
	if (run->v == V_OK)
		digest_end(all, run->sha256);
	digest_free(all);
	free(block);
	return NULL;
}

enum verdict
spool_digest_begin(struct claim *claim, struct fault *why)
{
	struct digest_run *run;
	sigset_t every, before;
	int failed;

	assert(claim->part_count > 0 && claim->run == NULL);
	run = mem_zero(1, sizeof(*run));
	run->parts = claim->parts;
	run->part_count = claim->part_count;
	atomic_init(&run->stop, false);
	/* A signal is for the thread that decides. */
	(void)sigfillset(&every);
	(void)pthread_sigmask(SIG_SETMASK, &every, &before);
	failed = pthread_create(&run->thread, NULL, digest_all, run);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed != 0) {
		free(run);
		return fault_set(
			why, V_LATER, CODE_MEMORY, "no thread can be made now");
	}
	claim->run = run;
	return V_OK;
}

enum verdict
spool_digest_wait(struct claim *claim, struct fault *why)
{
	struct digest_run *run = claim->run;
	enum verdict v;
	int failed;

	assert(run != NULL);
	failed = pthread_join(run->thread, NULL);
	assert(failed == 0);
	(void)failed;
	claim->run = NULL;
	v = run->v;
	if (v == V_OK)
		memcpy(claim->sha256, run->sha256, DIGEST_BYTES);
	else
		*why = run->why;
	free(run);
	return v;
}

void
room_digest_stop(struct claim *claim)
{
	struct fault ignored;

	if (claim->run == NULL)
		return;
	atomic_store(&claim->run->stop, true);
	(void)spool_digest_wait(claim, &ignored);
}

enum verdict
spool_digest(struct claim *claim, struct fault *why)
{
	enum verdict v = spool_digest_begin(claim, why);

	return v == V_OK ? spool_digest_wait(claim, why) : v;
}
