/* base/arena.h - memory for many small things that die together
 *
 * Blocks are kept by arena_reset() and used again, so a loop over a million
 * letters allocates nothing after the first.  Running out of memory ends the
 * program (base/arena.c says why): no caller has to check for NULL.
 * One thread at a time.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *first;
	struct arena_block *now;
};

#define ARENA_EMPTY ((struct arena){ 0 })

/* `bytes` > 0, aligned for any type, not cleared; lent until reset or done. */
void *arena_alloc(struct arena *arena, size_t bytes);

/* A copy with a closing NUL behind `len` bytes. */
char *arena_text(struct arena *arena, const void *bytes, size_t len);

/* printf into the arena. */
__attribute__((format(printf, 2, 3))) char *arena_format(
	struct arena *arena, const char *fmt, ...);

/* All memory lent so far is void; the blocks stay. */
void arena_reset(struct arena *arena);

/* Give all back; the arena is empty and may be used again. */
void arena_done(struct arena *arena);

/* malloc, calloc and realloc that do not return without memory. */
void *mem_new(size_t bytes);
void *mem_zero(size_t count, size_t bytes);
void *mem_grow(void *old, size_t bytes);
char *mem_text(const char *text);

#endif
