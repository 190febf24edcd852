/* mobbsim/push.c - the thread that pushes; see mobbsim/push.h
 *
 * One list, one mutex.  The thread takes what is due, lets the mutex go while
 * it posts, and looks again afterwards: what was settled meanwhile is marked
 * and removed by the thread, because it still holds it.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "mobbsim/call.h"
#include "mobbsim/envelope.h"
#include "mobbsim/push.h"

#define ANSWER_MS 5000 /* we do not wait longer for an answer */
#define SIGNAL_TRIES 6 /* after 1, 2, 4, 8 and 16 seconds */
#define SLEEP_MS 60000 /* when nothing is due at all */
#define SWAP_MS 3000   /* no longer for the next of its kind */

struct push {
	struct push_conf conf;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed, tried;
	struct push_item *first, **last;
	bool started;
	atomic_bool stop;
};

static void
lock(struct push *push)
{
	int failed = pthread_mutex_lock(&push->lock);

	assert(failed == 0);
	(void)failed;
}

static void
unlock(struct push *push)
{
	int failed = pthread_mutex_unlock(&push->lock);

	assert(failed == 0);
	(void)failed;
}

/* The rest of the file: a list of items, held under the lock. */

static void
append(struct push *push, struct push_item *item)
{
	item->next = NULL;
	*push->last = item;
	push->last = &item->next;
}

static void
drop(struct push *push, struct push_item *item)
{
	struct push_item **at = &push->first;

	while (*at != item)
		at = &(*at)->next;
	*at = item->next;
	if (push->last == &item->next)
		push->last = at;
	push_item_free(item);
}

static struct push_item *
soonest(const struct push *push)
{
	struct push_item *item, *best = NULL;

	for (item = push->first; item != NULL; item = item->next)
		if (best == NULL || item->due_ms < best->due_ms)
			best = item;
	return best;
}

/* --- one post; without the lock --- */

/* Is it an answer about this result: the Acknowledgment, or a MessageError? */
static bool
settles(const struct push_item *item, const struct buf *body)
{
	struct arena mem = ARENA_EMPTY;
	struct fault unused;
	struct envelope e;
	bool is;

	is = body->len > 0 &&
	     envelope_read(body->bytes, body->len, &mem, &e, &unused) == V_OK &&
	     (e.kind == ENVELOPE_ACKNOWLEDGMENT || e.kind == ENVELOPE_ERROR) &&
	     push_item_had(item, e.ref_to);
	arena_done(&mem);
	return is;
}

/* Signals and results of all senders go to one listener; results say whose
 * agreement they are under.
 */
static const struct cpa_terms *
terms_of(const struct push *push, const struct push_item *item)
{
	const struct cpa_terms *terms =
		cpa_agreed_id(push->conf.agreed, item->cpa_id);

	return terms == NULL ? &push->conf.agreed->terms[0] : terms;
}

/* What came of a try. */
enum tried {
	TRIED_IN_VAIN = 0,
	TRIED_TAKEN,   /* a 2xx */
	TRIED_SETTLED, /* and that is all that was to be */
};

static enum tried
post(struct push *push, const struct push_item *item, const char *url,
	const char *content_type, const struct buf *body)
{
	const struct cpa_terms *terms = terms_of(push, item);
	const struct push_manner *manner = &item->manner;
	struct call call = { .end = push->conf.end,
		/* The listener has one certificate, whoever sends. */
		.oin = push->conf.agreed->terms[0].peer_oin,
		.url = url,
		.content_type = content_type,
		.body = body,
		.chunked = manner->chunked,
		.answer_ms = ANSWER_MS,
		.stop = &push->stop };
	struct call_answer answer;
	struct fault why = FAULT_NONE;
	enum tried tried = TRIED_IN_VAIN;

	if (item->tries == 0) {
		call.flow = manner->flow;
		if (manner->end != NULL)
			call.end = manner->end;
	}
	if (call_post(&call, &answer, &why) != V_OK) {
		fault_at(&why, "%s", url);
		log_fault(&why);
		return TRIED_IN_VAIN;
	}
	if (answer.status >= 200 && answer.status < 300)
		tried = TRIED_TAKEN;
	else
		log_line("push to %s: HTTP %d", url, answer.status);
	if (item->result && tried == TRIED_TAKEN &&
		(terms->mode == CPA_BEST_EFFORT ||
			(terms->mode == CPA_SYNC &&
				settles(item, &answer.body))))
		tried = TRIED_SETTLED;
	buf_done(&answer.body);
	return tried;
}

static enum tried
post_signal(struct push *push, const struct push_item *item)
{
	const char *url = terms_of(push, item)->signal_url;
	struct buf body = BUF_MAX(PUSH_BODY_MAX);
	enum tried tried;

	if (!item->manner.multipart)
		return post(push, item, url, "text/xml; charset=UTF-8",
			&item->signal);
	push_item_wrap(&item->signal, &body);
	tried = post(push, item, url, PUSH_PART_TYPE, &body);
	buf_done(&body);
	return tried;
}

static enum tried
post_result(struct push *push, const struct push_item *item)
{
	const struct cpa_terms *terms = terms_of(push, item);
	char type[PUSH_TYPE_MAX];
	struct buf body = BUF_MAX(PUSH_BODY_MAX);
	struct fault why = FAULT_NONE;
	enum tried tried = TRIED_IN_VAIN;

	if (push_item_body(item, terms, push->conf.sim_fd, type, &body, &why) !=
		V_OK)
		log_fault(&why);
	else
		tried = post(push, item,
			item->answer ? terms->answer_url : terms->result_url,
			type, &body);
	buf_done(&body);
	return tried;
}

static enum tried
post_item(struct push *push, const struct push_item *item)
{
	return item->result ? post_result(push, item) : post_signal(push, item);
}

static enum tried
try_item(struct push *push, const struct push_item *item)
{
	enum tried tried;

	if (item->tries == 0 && item->manner.lost)
		return TRIED_IN_VAIN;
	tried = post_item(push, item);
	if (item->tries == 0 && item->manner.twice)
		tried = post_item(push, item);
	return tried;
}

/* --- the thread --- */

/* When is this item due again, after a try?  False: never. */
static bool
again(const struct push *push, struct push_item *item, enum tried tried,
	int64_t now_ms)
{
	const struct cpa_terms *terms = terms_of(push, item);
	bool lost = item->tries == 0 && item->manner.lost;

	item->tries++;
	if (!item->result) {
		item->due_ms = now_ms + (INT64_C(1000) << (item->tries - 1));
		return !lost && tried == TRIED_IN_VAIN &&
		       item->tries < SIGNAL_TRIES;
	}
	/* A taken result is repeated too, until its Acknowledgment comes. */
	item->due_ms = now_ms + terms->interval_ms;
	if (item->tries > terms->retries)
		item->issued_ms = 0; /* expired: another MessageId next time */
	return tried != TRIED_SETTLED;
}

/* Those that wait for one of their kind have waited long enough. */
static void
let_go(struct push *push, bool result, int64_t now_ms)
{
	struct push_item *item;

	for (item = push->first; item != NULL; item = item->next)
		if (item->manner.swap && item->tries == 0 &&
			item->result == result && item->due_ms > now_ms)
			item->due_ms = now_ms;
}

/* The lock is held at the start and at the end. */
static void
work(struct push *push, struct push_item *item)
{
	struct fault why = FAULT_NONE;
	enum tried tried = TRIED_IN_VAIN;
	enum verdict v = V_OK;

	item->busy = true;
	if (item->result && item->issued_ms == 0)
		push_item_issue(item, clock_now_ms());
	unlock(push);
	/* The MessageId is on disk before its first byte leaves. */
	if (item->result)
		v = push_item_save(item, push->conf.sim_fd, &why);
	if (v == V_OK)
		tried = try_item(push, item);
	else
		log_fault(&why);
	lock(push);
	item->busy = false;
	let_go(push, item->result, clock_now_ms());
	if (!again(push, item, tried, clock_now_ms()) || item->settled) {
		if (item->result)
			push_item_forget(item, push->conf.sim_fd);
		drop(push, item);
	}
	(void)pthread_cond_broadcast(&push->tried);
}

static void
sleep_until(struct push *push, pthread_cond_t *what, int64_t ms)
{
	struct timespec until = { .tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000 * 1000000) };

	(void)pthread_cond_timedwait(what, &push->lock, &until);
}

static void *
run(void *self)
{
	struct push *push = self;
	struct push_item *item;
	int64_t now_ms;

	lock(push);
	while (!push->stop) {
		now_ms = clock_now_ms();
		item = soonest(push);
		if (item == NULL)
			sleep_until(push, &push->changed, now_ms + SLEEP_MS);
		else if (item->due_ms > now_ms)
			sleep_until(push, &push->changed, item->due_ms);
		else
			work(push, item);
	}
	unlock(push);
	return NULL;
}

/* --- the front --- */

enum verdict
push_open(const struct push_conf *conf, const struct ledger *ledger,
	struct push **push_out, struct fault *why)
{
	struct push *push = mem_zero(1, sizeof(*push));
	struct push_item *item, *list = NULL;
	enum verdict v;

	push->conf = *conf;
	push->last = &push->first;
	if (pthread_mutex_init(&push->lock, NULL) != 0 ||
		pthread_cond_init(&push->changed, NULL) != 0 ||
		pthread_cond_init(&push->tried, NULL) != 0)
		abort(); /* no memory, as everywhere (base/arena.h) */
	v = push_items_load(conf->sim_fd, ledger, conf->inbox, &list, why);
	if (v != V_OK) {
		push_close(push);
		return v;
	}
	while (list != NULL) {
		item = list;
		list = list->next;
		append(push, item);
	}
	*push_out = push;
	return V_OK;
}

enum verdict
push_start(struct push *push, struct fault *why)
{
	int failed = pthread_create(&push->thread, NULL, run, push);

	if (failed != 0) {
		errno = failed;
		return fault_errno(why, V_BROKEN, CODE_MEMORY, "thread");
	}
	push->started = true;
	return V_OK;
}

void
push_close(struct push *push)
{
	if (push == NULL)
		return;
	if (push->started) {
		lock(push);
		push->stop = true;
		(void)pthread_cond_signal(&push->changed);
		(void)pthread_cond_broadcast(&push->tried);
		unlock(push);
		(void)pthread_join(push->thread, NULL);
	}
	while (push->first != NULL)
		drop(push, push->first);
	(void)pthread_cond_destroy(&push->changed);
	(void)pthread_cond_destroy(&push->tried);
	(void)pthread_mutex_destroy(&push->lock);
	free(push);
}

/* Hand an item to the thread. */
static void
go(struct push *push, struct push_item *item, int64_t due_ms,
	const struct push_manner *manner)
{
	if (manner != NULL)
		item->manner = *manner;
	item->due_ms = due_ms + item->manner.late_ms +
		       (item->manner.swap ? SWAP_MS : 0);
	lock(push);
	append(push, item);
	(void)pthread_cond_signal(&push->changed);
	unlock(push);
}

void
push_signal(struct push *push, const void *bytes, size_t len,
	const struct push_manner *manner)
{
	go(push, push_item_signal(bytes, len), clock_now_ms(), manner);
}

static struct push_item *
item_of(const struct push_result *result)
{
	struct push_item *item = push_item_result(
		result->ref_to, result->conversation, result->nth);

	item->no_ref = result->no_ref;
	item->answer = result->answer;
	snprintf(item->cpa_id, sizeof(item->cpa_id), "%s", result->cpa_id);
	return item;
}

enum verdict
push_result_put(struct push *push, const struct push_result *result,
	const struct buf *payload, struct fault *why)
{
	struct push_item *item = item_of(result);
	enum verdict v;

	v = push_item_write(item, push->conf.sim_fd, payload, why);
	push_item_free(item);
	return v;
}

void
push_result_go(struct push *push, const struct push_result *result,
	int64_t due_ms, const struct push_manner *manner)
{
	go(push, item_of(result), due_ms, manner);
}

void
push_result_wait(struct push *push, const char *ref_to, int64_t wait_ms)
{
	int64_t until_ms = clock_now_ms() + wait_ms;
	const struct push_item *item;

	lock(push);
	while (!push->stop && clock_now_ms() < until_ms) {
		for (item = push->first; item != NULL; item = item->next)
			if (item->result && item->nth == 1 &&
				strcmp(item->ref_to, ref_to) == 0)
				break;
		if (item == NULL || item->tries > 0)
			break;
		sleep_until(push, &push->tried, until_ms);
	}
	unlock(push);
}

bool
push_settled(struct push *push, const char *message_id)
{
	struct push_item *item;

	lock(push);
	for (item = push->first; item != NULL; item = item->next)
		if (item->result && push_item_had(item, message_id))
			break;
	if (item != NULL && item->busy) {
		item->settled = true;
	} else if (item != NULL) {
		push_item_forget(item, push->conf.sim_fd);
		drop(push, item);
	}
	unlock(push);
	return item != NULL;
}

size_t
push_waiting(struct push *push)
{
	const struct push_item *item;
	size_t n = 0;

	lock(push);
	for (item = push->first; item != NULL; item = item->next)
		n += item->result;
	unlock(push);
	return n;
}
