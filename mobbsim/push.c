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
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "channels/http.h"
#include "mobbsim/push.h"
#include "mobbsim/push_item.h"

#define ANSWER_MS 5000 /* we do not wait longer for an answer */
#define SIGNAL_TRIES 6 /* after 1, 2, 4, 8 and 16 seconds */
#define SLEEP_MS 60000 /* when nothing is due at all */

struct push {
	struct push_conf conf;
	struct http *http;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct push_item *first, **last;
	bool started, stop;
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

struct bytes {
	const char *at;
	size_t len, given;
};

static enum verdict
give(void *self, void *to, size_t len, size_t *len_out, struct fault *why)
{
	struct bytes *b = self;

	(void)why;
	if (len > b->len - b->given)
		len = b->len - b->given;
	memcpy(to, b->at + b->given, len);
	b->given += len;
	*len_out = len;
	return V_OK;
}

static enum verdict
rewind_bytes(void *self, struct fault *why)
{
	struct bytes *b = self;

	(void)why;
	b->given = 0;
	return V_OK;
}

static bool
post(struct push *push, const char *url, const char *content_type,
	const struct buf *body)
{
	const char *const headers[] = { "SOAPAction: \"ebXML\"", content_type,
		NULL };
	struct bytes bytes = { body->bytes, body->len, 0 };
	const struct http_body source = { &bytes, (int64_t)body->len, give,
		rewind_bytes };
	struct http_answer answer;
	struct fault why = FAULT_NONE;
	enum verdict v;
	bool taken;

	v = http_post(push->http, url, headers, &source, &answer, &why);
	if (v != V_OK) {
		log_fault(&why);
		return false;
	}
	taken = answer.status >= 200 && answer.status < 300;
	if (!taken)
		log_line("push to %s: HTTP %d", url, answer.status);
	http_answer_done(&answer);
	return taken;
}

static bool
post_item(struct push *push, struct push_item *item)
{
	const struct cpa_terms *terms = push->conf.terms;
	char type[PUSH_TYPE_MAX];
	struct buf body = BUF_MAX(PUSH_BODY_MAX);
	struct fault why = FAULT_NONE;
	bool taken = false;

	if (!item->result)
		return post(push, terms->signal_url,
			"Content-Type: text/xml; charset=UTF-8", &item->signal);
	if (push_item_body(item, terms, push->conf.sim_fd, type, &body, &why) !=
		V_OK)
		log_fault(&why);
	else
		taken = post(push, terms->result_url, type, &body);
	buf_done(&body);
	return taken;
}

/* --- the thread --- */

/* When is this item due again, after a try?  False: never. */
static bool
again(const struct push *push, struct push_item *item, bool taken,
	int64_t now_ms)
{
	const struct cpa_terms *terms = push->conf.terms;

	item->tries++;
	if (!item->result) {
		item->due_ms = now_ms + (INT64_C(1000) << (item->tries - 1));
		return !taken && item->tries < SIGNAL_TRIES;
	}
	/* A taken result is repeated too, until its Acknowledgment comes. */
	item->due_ms = now_ms + terms->interval_ms;
	if (item->tries > terms->retries)
		item->issued_ms = 0; /* expired: another MessageId next time */
	return true;
}

/* The lock is held at the start and at the end. */
static void
work(struct push *push, struct push_item *item)
{
	struct fault why = FAULT_NONE;
	bool taken = false;
	enum verdict v = V_OK;

	item->busy = true;
	if (item->result && item->issued_ms == 0)
		push_item_issue(item, clock_now_ms());
	unlock(push);
	/* The MessageId is on disk before its first byte leaves. */
	if (item->result)
		v = push_item_save(item, push->conf.sim_fd, &why);
	if (v == V_OK)
		taken = post_item(push, item);
	else
		log_fault(&why);
	lock(push);
	item->busy = false;
	if (item->settled || !again(push, item, taken, clock_now_ms())) {
		if (item->result)
			push_item_forget(item, push->conf.sim_fd);
		drop(push, item);
	}
}

static void
sleep_until(struct push *push, int64_t ms)
{
	struct timespec until = { .tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000 * 1000000) };

	(void)pthread_cond_timedwait(&push->changed, &push->lock, &until);
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
			sleep_until(push, now_ms + SLEEP_MS);
		else if (item->due_ms > now_ms)
			sleep_until(push, item->due_ms);
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
	struct http_peer peer = {
		.trust = conf->trust,
		.certificate = conf->certificate,
		.key = conf->key,
		.oin = conf->terms->peer_oin,
		.answer_ms = ANSWER_MS,
	};
	struct push *push = mem_zero(1, sizeof(*push));
	struct push_item *item, *list = NULL;
	enum verdict v;

	push->conf = *conf;
	push->last = &push->first;
	if (pthread_mutex_init(&push->lock, NULL) != 0 ||
		pthread_cond_init(&push->changed, NULL) != 0)
		abort(); /* no memory, as everywhere (base/arena.h) */
	v = http_open(&peer, &push->http, why);
	if (v == V_OK)
		v = push_items_load(conf->sim_fd, ledger, &list, why);
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
		unlock(push);
		(void)pthread_join(push->thread, NULL);
	}
	while (push->first != NULL)
		drop(push, push->first);
	http_close(push->http);
	(void)pthread_cond_destroy(&push->changed);
	(void)pthread_mutex_destroy(&push->lock);
	free(push);
}

void
push_signal(struct push *push, const void *bytes, size_t len)
{
	struct push_item *item = push_item_signal(bytes, len);

	item->due_ms = clock_now_ms();
	lock(push);
	append(push, item);
	(void)pthread_cond_signal(&push->changed);
	unlock(push);
}

enum verdict
push_result_put(struct push *push, const char *ref_to, const char *conversation,
	const struct buf *payload, struct fault *why)
{
	struct push_item *item = push_item_result(ref_to, conversation);
	enum verdict v;

	v = push_item_write(item, push->conf.sim_fd, payload, why);
	push_item_free(item);
	return v;
}

void
push_result_go(struct push *push, const char *ref_to, const char *conversation,
	int64_t due_ms)
{
	struct push_item *item = push_item_result(ref_to, conversation);

	item->due_ms = due_ms;
	lock(push);
	append(push, item);
	(void)pthread_cond_signal(&push->changed);
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
