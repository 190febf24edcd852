/* spool/payload.c - see spool/payload.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/gzip.h"
#include "base/unpack.h"
#include "spool/payload.h"
#include "spool/room.h"

#define BLOCK_BYTES ((size_t)262144)
#define BLOCKS 4

struct block {
	char *bytes;
	size_t len;
	enum verdict v; /* V_END: nothing behind this block */
};

struct payload {
	struct payload_place place;
	struct gzip *gzip; /* or */
	struct unpack *unpack;
	int64_t given;
	uint32_t crc;
	struct block ring[BLOCKS];
	struct fault why; /* of the block that is not V_OK or V_END */

	pthread_t thread;
	bool begun, threaded;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* Under the lock: blocks filled and blocks given back, ever. */
	uint64_t filled, taken;
	bool stop;

	/* The reader's own. */
	size_t used; /* of the block being given */
};

struct payload *
payload_new(const struct payload_place *place)
{
	struct payload *p = mem_zero(1, sizeof(*p));

	p->place = *place;
	(void)pthread_mutex_init(&p->lock, NULL);
	(void)pthread_cond_init(&p->changed, NULL);
	return p;
}

enum verdict
payload_too_long(int64_t bytes_max, struct fault *why)
{
	return fault_set(why, V_BROKEN, CODE_LIMIT,
		"the payload is longer than %lld bytes", (long long)bytes_max);
}

/* To the payload's first byte; `spare` holds a block. */
static enum verdict
find_first(struct payload *p, char *spare, struct fault *why)
{
	int64_t left = p->place.offset;
	enum verdict v;
	size_t got;

	if (!p->place.packed) {
		v = gzip_open(p->place.fd, p->place.offset, p->place.method,
			p->place.bytes, &p->gzip, why);
		if (v == V_OK && p->place.method == GZIP_DEFLATE)
			gzip_within(p->gzip, p->place.packed_bytes);
		return v;
	}
	v = unpack_open(p->place.fd, &p->place.limits, &p->unpack, why);
	while (v == V_OK && left > 0) {
		size_t want = left < (int64_t)BLOCK_BYTES ? (size_t)left
							  : BLOCK_BYTES;

		v = unpack_read(p->unpack, spare, want, &got, why);
		if (v == V_OK && got < want)
			v = fault_set(why, V_BROKEN, CODE_ARCHIVE_CUT,
				"the archive changed since it was judged");
		left -= (int64_t)want;
	}
	return v;
}

/* Up to `len` more bytes, *got_out 0 at the end. */
static enum verdict
more(struct payload *p, char *to, size_t len, size_t *got_out,
	struct fault *why)
{
	int64_t left = p->place.bytes - p->given;
	enum verdict v;

	if (p->gzip != NULL)
		return gzip_read(p->gzip, to, len, got_out, why);
	if (p->place.bytes >= 0 && (uint64_t)left < len)
		len = (size_t)left;
	*got_out = 0;
	if (len == 0)
		return V_OK;
	v = unpack_read(p->unpack, to, len, got_out, why);
	if (v == V_OK && p->place.bytes >= 0 && *got_out < len)
		v = fault_set(why, V_BROKEN, CODE_ARCHIVE_CUT,
			"the archive changed since it was judged");
	return v;
}

static enum verdict
judge_end(struct payload *p, struct fault *why)
{
	if ((p->place.has_crc && p->crc != p->place.crc) ||
		(p->gzip != NULL && p->place.method == GZIP_DEFLATE &&
			gzip_packed(p->gzip) != p->place.packed_bytes))
		return fault_set(why, V_BROKEN, CODE_ARCHIVE_CUT,
			"the payload's data has the wrong checksum or length");
	return V_END;
}

/* Fill one block; what comes after the last byte is said with it. */
static void
fill(struct payload *p, struct block *b)
{
	bool first = p->gzip == NULL && p->unpack == NULL;
	size_t got = 1;

	b->len = 0;
	b->v = first ? find_first(p, b->bytes, &p->why) : V_OK;
	while (b->v == V_OK && b->len < BLOCK_BYTES && got > 0) {
		b->v = more(p, b->bytes + b->len, BLOCK_BYTES - b->len, &got,
			&p->why);
		if (b->v == V_OK) {
			b->len += got;
			p->given += (int64_t)got;
		}
	}
	if (b->v == V_OK && p->given > p->place.bytes_max)
		b->v = payload_too_long(p->place.bytes_max, &p->why);
	if (b->v == V_OK && first &&
		archive_kind(b->bytes, b->len) != ARCHIVE_NO)
		b->v = fault_set(&p->why, V_BROKEN, CODE_ARCHIVE,
			"the payload is an archive itself");
	if (b->v == V_OK && p->place.digest != NULL &&
		(b->len > 0 || p->place.bytes == 0))
		room_digest_feed(p->place.digest, p->place.part,
			p->given - (int64_t)b->len, b->bytes, b->len);
	if (b->v == V_OK && p->place.has_crc)
		p->crc = gzip_crc32(p->crc, b->bytes, b->len);
	if (b->v == V_OK && got == 0)
		b->v = judge_end(p, &p->why);
	if (b->v != V_OK && b->v != V_END)
		b->len = 0;
}

static void *
read_ahead(void *self)
{
	struct payload *p = self;
	struct block *b;
	enum verdict v;

	do {
		(void)pthread_mutex_lock(&p->lock);
		while (!p->stop && p->filled - p->taken == BLOCKS)
			(void)pthread_cond_wait(&p->changed, &p->lock);
		b = p->stop ? NULL : &p->ring[p->filled % BLOCKS];
		(void)pthread_mutex_unlock(&p->lock);
		if (b == NULL)
			break;
		fill(p, b);
		v = b->v;
		(void)pthread_mutex_lock(&p->lock);
		p->filled++;
		(void)pthread_cond_signal(&p->changed);
		(void)pthread_mutex_unlock(&p->lock);
	} while (v == V_OK);
	return NULL;
}

/* Without a second thread it works too, only slower. */
static void
begin(struct payload *p)
{
	sigset_t all, before;
	size_t i;

	p->begun = true;
	for (i = 0; i < BLOCKS; i++)
		p->ring[i].bytes = mem_new(BLOCK_BYTES);
	/* Signals are for the first thread. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	p->threaded = pthread_create(&p->thread, NULL, read_ahead, p) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* The block to read from; waits for it. */
static struct block *
present(struct payload *p)
{
	struct block *b = &p->ring[p->taken % BLOCKS];

	if (!p->threaded) {
		if (p->filled == p->taken) {
			fill(p, b);
			p->filled++;
		}
		return b;
	}
	(void)pthread_mutex_lock(&p->lock);
	while (p->filled == p->taken)
		(void)pthread_cond_wait(&p->changed, &p->lock);
	(void)pthread_mutex_unlock(&p->lock);
	return b;
}

static void
give_back(struct payload *p)
{
	p->used = 0;
	(void)pthread_mutex_lock(&p->lock);
	p->taken++;
	(void)pthread_cond_signal(&p->changed);
	(void)pthread_mutex_unlock(&p->lock);
}

enum verdict
payload_read(struct payload *p, void *bytes, size_t len, size_t *len_out,
	struct fault *why)
{
	struct block *b;

	assert(len > 0);
	if (!p->begun)
		begin(p);
	b = present(p);
	while (b->v == V_OK && p->used == b->len) {
		give_back(p);
		b = present(p);
	}
	/* The last block stays, so that the end can be asked for again. */
	if (p->used == b->len && b->v != V_END) {
		*why = p->why;
		return b->v;
	}
	if (len > b->len - p->used)
		len = b->len - p->used;
	if (len > 0)
		memcpy(bytes, b->bytes + p->used, len);
	p->used += len;
	*len_out = len;
	return V_OK;
}

void
payload_free(struct payload *p)
{
	size_t i;

	if (p == NULL)
		return;
	if (p->threaded) {
		(void)pthread_mutex_lock(&p->lock);
		p->stop = true;
		(void)pthread_cond_signal(&p->changed);
		(void)pthread_mutex_unlock(&p->lock);
		(void)pthread_join(p->thread, NULL);
	}
	(void)pthread_mutex_destroy(&p->lock);
	(void)pthread_cond_destroy(&p->changed);
	gzip_close(p->gzip);
	unpack_close(p->unpack);
	for (i = 0; i < BLOCKS; i++)
		free(p->ring[i].bytes);
	free(p);
}
