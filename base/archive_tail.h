/* base/archive_tail.h - the end of writing an archive: hashed and on the disk
 *
 * A thread that hashes and writes blocks while the next ones are made, so that
 * on two cores a file is written as fast as the slower half of the work.  What
 * waits is at most TAIL_BLOCKS blocks.  The numbers of errors are those of
 * errno; after the first one nothing more is written.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_ARCHIVE_TAIL_H
#define BASE_ARCHIVE_TAIL_H

#include <stddef.h>
#include <stdint.h>

#define TAIL_BLOCK_BYTES ((size_t)1048576)
#define TAIL_BLOCKS 8

struct tail;

/* `fd` is lent; NULL: no thread can be had. */
struct tail *tail_new(int fd);
/* A copy is taken of at most TAIL_BLOCK_BYTES.  0, or the error of a block before
 * it.
 */
int tail_add(struct tail *tail, const void *bytes, size_t len);
/* All is written: 0 and the digest, or the error. */
int tail_end(struct tail *tail, uint8_t sha256_out[32]);
void tail_free(struct tail *tail); /* accepts NULL */

/* The same without a thread: all of it, or the error. */
int tail_write(int fd, const void *bytes, size_t len);

#endif
