/* base/arena.c - see base/arena.h
 *
 * Without memory there is nothing useful left to do in a role: its state is in
 * the database and on disk, the supervisor starts it again.  So these stop the
 * process instead of handing every caller a path that no test ever walks.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define BLOCK_BYTES ((size_t)64 * 1024)

struct arena_block {
	struct arena_block *next;
	size_t size, used;
	alignas(max_align_t) unsigned char bytes[];
};

static void
no_memory(void)
{
	fputs("out of memory\n", stderr);
	abort();
}

void *
mem_new(size_t bytes)
{
	void *p = malloc(bytes == 0 ? 1 : bytes);

	if (p == NULL)
		no_memory();
	return p;
}

void *
mem_zero(size_t count, size_t bytes)
{
	void *p = calloc(count == 0 ? 1 : count, bytes == 0 ? 1 : bytes);

	if (p == NULL)
		no_memory();
	return p;
}

void *
mem_grow(void *old, size_t bytes)
{
	void *p = realloc(old, bytes == 0 ? 1 : bytes);

	if (p == NULL)
		no_memory();
	return p;
}

char *
mem_text(const char *text)
{
	size_t n = strlen(text) + 1;

	return memcpy(mem_new(n), text, n);
}

static struct arena_block *
block_new(size_t bytes)
{
	size_t size = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
	struct arena_block *b = mem_new(sizeof(*b) + size);

	b->next = NULL;
	b->size = size;
	b->used = 0;
	return b;
}

void *
arena_alloc(struct arena *arena, size_t bytes)
{
	const size_t align = alignof(max_align_t);
	struct arena_block *b;
	void *p;

	assert(bytes > 0 && bytes < SIZE_MAX / 2);
	bytes = (bytes + align - 1) / align * align;
	if (arena->first == NULL)
		arena->first = arena->now = block_new(bytes);
	b = arena->now;
	while (b->size - b->used < bytes) {
		/* Of the kept blocks, none of which is in use, one that is too
		 * small makes room: or each largest text so far would stay.
		 */
		if (b->next == NULL || b->next->size < bytes) {
			struct arena_block *small = b->next;
			struct arena_block *fresh = block_new(bytes);

			fresh->next = small == NULL ? NULL : small->next;
			b->next = fresh;
			free(small);
		}
		b = arena->now = b->next;
		b->used = 0;
	}
	p = b->bytes + b->used;
	b->used += bytes;
	return p;
}

char *
arena_text(struct arena *arena, const void *bytes, size_t len)
{
	char *p = arena_alloc(arena, len + 1);

	if (len > 0)
		memcpy(p, bytes, len);
	p[len] = '\0';
	return p;
}

char *
arena_format(struct arena *arena, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	assert(n >= 0);
	p = arena_alloc(arena, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}

void
arena_reset(struct arena *arena)
{
	arena->now = arena->first;
	if (arena->first != NULL)
		arena->first->used = 0;
}

void
arena_done(struct arena *arena)
{
	struct arena_block *b = arena->first, *next;

	for (; b != NULL; b = next) {
		next = b->next;
		free(b);
	}
	*arena = ARENA_EMPTY;
}
