/* base/archive_tail.c - see base/archive_tail.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/archive_tail.h"
#include "base/arena.h"
#include "base/digest.h"

struct block {
	size_t len;
	uint8_t bytes[TAIL_BLOCK_BYTES];
};

/* A ring: the maker fills at `made`, the thread takes at `done`. */
struct tail {
	int fd;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t moved;
	bool ended, joined; /* no more comes; the thread is gone */
	int error;
	size_t made, done;
	struct digest *digest;
	struct block *blocks;
};

int
tail_write(int fd, const void *bytes, size_t len)
{
	const uint8_t *from = bytes;

	while (len > 0) {
		ssize_t n = write(fd, from, len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? EIO : errno;
		from += n;
		len -= (size_t)n;
	}
	return 0;
}

static void *
work(void *self)
{
	struct tail *t = self;

	(void)pthread_mutex_lock(&t->lock);
	while (t->done < t->made || !t->ended) {
		struct block *block = &t->blocks[t->done % TAIL_BLOCKS];
		int error = t->error;

		if (t->done == t->made) {
			(void)pthread_cond_wait(&t->moved, &t->lock);
			continue;
		}
		(void)pthread_mutex_unlock(&t->lock);
		if (error == 0) {
			digest_add(t->digest, block->bytes, block->len);
			error = tail_write(t->fd, block->bytes, block->len);
		}
		(void)pthread_mutex_lock(&t->lock);
		t->error = error;
		t->done++;
		(void)pthread_cond_signal(&t->moved);
	}
	(void)pthread_mutex_unlock(&t->lock);
	return NULL;
}

struct tail *
tail_new(int fd)
{
	struct tail *t = mem_zero(1, sizeof(*t));

	t->fd = fd;
	t->joined = true;
	t->digest = digest_new();
	t->blocks = mem_new(TAIL_BLOCKS * sizeof(t->blocks[0]));
	if (pthread_mutex_init(&t->lock, NULL) != 0 ||
		pthread_cond_init(&t->moved, NULL) != 0 ||
		pthread_create(&t->thread, NULL, work, t) != 0) {
		tail_free(t);
		return NULL;
	}
	t->joined = false;
	return t;
}

int
tail_add(struct tail *t, const void *bytes, size_t len)
{
	struct block *block;
	int error;

	assert(len <= TAIL_BLOCK_BYTES);
	if (t->joined) /* libarchive tries once more after a failure */
		return EIO;
	(void)pthread_mutex_lock(&t->lock);
	while (t->made - t->done == TAIL_BLOCKS)
		(void)pthread_cond_wait(&t->moved, &t->lock);
	error = t->error;
	(void)pthread_mutex_unlock(&t->lock);
	if (error != 0)
		return error;
	/* Nobody looks at it before it counts as made. */
	block = &t->blocks[t->made % TAIL_BLOCKS];
	memcpy(block->bytes, bytes, len);
	block->len = len;
	(void)pthread_mutex_lock(&t->lock);
	t->made++;
	(void)pthread_cond_signal(&t->moved);
	(void)pthread_mutex_unlock(&t->lock);
	return 0;
}

static void
join(struct tail *t)
{
	if (t->joined)
		return;
	(void)pthread_mutex_lock(&t->lock);
	t->ended = true;
	(void)pthread_cond_signal(&t->moved);
	(void)pthread_mutex_unlock(&t->lock);
	(void)pthread_join(t->thread, NULL);
	t->joined = true;
}

int
tail_end(struct tail *t, uint8_t sha256_out[32])
{
	join(t);
	if (t->error == 0)
		digest_end(t->digest, sha256_out);
	return t->error;
}

void
tail_free(struct tail *t)
{
	if (t == NULL)
		return;
	join(t);
	digest_free(t->digest);
	(void)pthread_mutex_destroy(&t->lock);
	(void)pthread_cond_destroy(&t->moved);
	free(t->blocks);
	free(t);
}
