/* mobbd/belt.c - see mobbd/belt.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "mobbd/belt.h"

#define TRAYS 4
#define TRAY_BYTES ((size_t)131072) /* of texts; then it goes */

struct belt {
	struct belt_tray *trays[TRAYS];
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* Under the lock: trays filled and trays given back, ever. */
	uint64_t filled, taken;
	bool ended, stopped;
	bool lent; /* the tray at `taken` is with the other side */
};

struct belt *
belt_new(void)
{
	struct belt *b = mem_zero(1, sizeof(*b));
	size_t i;

	for (i = 0; i < TRAYS; i++)
		b->trays[i] = mem_zero(1, sizeof(*b->trays[i]));
	(void)pthread_mutex_init(&b->lock, NULL);
	(void)pthread_cond_init(&b->changed, NULL);
	return b;
}

void
belt_free(struct belt *b)
{
	size_t i;

	if (b == NULL)
		return;
	for (i = 0; i < TRAYS; i++) {
		arena_done(&b->trays[i]->mem);
		free(b->trays[i]);
	}
	(void)pthread_mutex_destroy(&b->lock);
	(void)pthread_cond_destroy(&b->changed);
	free(b);
}

/* Send the tray being filled on its way, and wait for an empty one. */
static enum verdict
push(struct belt *b, struct fault *why)
{
	bool stopped;

	(void)pthread_mutex_lock(&b->lock);
	b->filled++;
	(void)pthread_cond_signal(&b->changed);
	while (!b->stopped && b->filled - b->taken == TRAYS)
		(void)pthread_cond_wait(&b->changed, &b->lock);
	stopped = b->stopped;
	(void)pthread_mutex_unlock(&b->lock);
	if (stopped)
		return fault_set(why, V_LATER, CODE_DATABASE,
			"the letters are not wanted any more");
	return V_OK;
}

static struct belt_item *
next_item(struct belt *b, struct belt_tray **tray_out)
{
	struct belt_tray *tray = b->trays[b->filled % TRAYS];
	struct belt_item *item = &tray->items[tray->count];

	item->rejected = item->has_letter = false;
	*tray_out = tray;
	return item;
}

static enum verdict
put(struct belt *b, struct belt_tray *tray, size_t bytes, struct fault *why)
{
	tray->bytes += bytes;
	if (++tray->count < BELT_TRAY_ITEMS && tray->bytes < TRAY_BYTES)
		return V_OK;
	return push(b, why);
}

/* Only what can be large counts. */
static size_t
weight(const struct letter *letter)
{
	size_t i, bytes = 512;

	if (letter->text != NULL)
		bytes += strlen(letter->text);
	for (i = 0; i < letter->document_count; i++)
		bytes += letter->documents[i].base64_len;
	return bytes;
}

enum verdict
belt_letter(struct belt *b, const struct letter *letter, struct fault *why)
{
	struct belt_tray *tray;
	struct belt_item *item = next_item(b, &tray);

	letter_copy(letter, &tray->mem, &item->letter);
	item->has_letter = true;
	return put(b, tray, weight(letter), why);
}

enum verdict
belt_reject(struct belt *b, const struct letter *letter,
	const struct rejection *rejection, struct fault *why)
{
	struct belt_tray *tray;
	struct belt_item *item = next_item(b, &tray);
	struct rejection *r = &item->rejection;

	item->rejected = true;
	*r = *rejection;
	r->field = arena_text(&tray->mem, r->field, strlen(r->field));
	r->reason = arena_text(&tray->mem, r->reason, strlen(r->reason));
	if (r->reference != NULL)
		r->reference = arena_text(
			&tray->mem, r->reference, strlen(r->reference));
	if (letter == NULL)
		return put(b, tray, 0, why);
	letter_copy(letter, &tray->mem, &item->letter);
	item->has_letter = true;
	return put(b, tray, weight(letter), why);
}

void
belt_end(struct belt *b)
{
	(void)pthread_mutex_lock(&b->lock);
	if (!b->stopped && b->trays[b->filled % TRAYS]->count > 0)
		b->filled++;
	b->ended = true;
	(void)pthread_cond_signal(&b->changed);
	(void)pthread_mutex_unlock(&b->lock);
}

struct belt_tray *
belt_take(struct belt *b)
{
	struct belt_tray *tray = b->trays[b->taken % TRAYS];

	if (b->lent) {
		/* One large letter must not keep its memory for good. */
		if (tray->bytes > TRAY_BYTES * 2)
			arena_done(&tray->mem);
		else
			arena_reset(&tray->mem);
		tray->count = tray->bytes = 0;
	}
	(void)pthread_mutex_lock(&b->lock);
	if (b->lent) {
		b->taken++;
		(void)pthread_cond_signal(&b->changed);
	}
	while (b->filled == b->taken && !b->ended)
		(void)pthread_cond_wait(&b->changed, &b->lock);
	b->lent = b->filled != b->taken;
	(void)pthread_mutex_unlock(&b->lock);
	return b->lent ? b->trays[b->taken % TRAYS] : NULL;
}

void
belt_stop(struct belt *b)
{
	(void)pthread_mutex_lock(&b->lock);
	b->stopped = true;
	(void)pthread_cond_signal(&b->changed);
	(void)pthread_mutex_unlock(&b->lock);
}
