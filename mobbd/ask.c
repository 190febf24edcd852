/* mobbd/ask.c - see mobbd/ask.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "channels/channel.h"
#include "channels/subscription.h"
#include "mobbd/ask.h"
#include "mobbd/peers.h"

#define CONNECT_MS 10000 /* other endpoints wait for it */
#define ANSWER_MS 60000
#define UNNEEDED_MS 15000 /* a person asked, and no letter waits */
#define LOOK_MS 60000	  /* a job that waits for the next day, or a release */

/* A job that waits, as long as its sender's mark (store_question_mark()) stays
 * the same and its time has not come.
 */
struct waiting {
	char job[16];
	int64_t mark, until_ms;
	enum code code; /* as told */
};

/* What is to be asked in bulk about one sender at one endpoint. */
struct pile {
	const struct jobs_sender *sender;
	const struct jobs_endpoint *endpoint;
	struct subscribed numbers;
};

struct asks {
	struct role_run *run;
	struct peers *peers;
	struct waiting *waiting;
	size_t waiting_count, waiting_size;
	struct pile *piles;
	size_t pile_count;
};

struct asks *
asks_new(struct role_run *run)
{
	struct asks *a = mem_zero(1, sizeof(*a));

	a->run = run;
	a->peers = peers_new(run);
	return a;
}

static void
piles_done(struct asks *a)
{
	size_t i;

	for (i = 0; i < a->pile_count; i++)
		subscribed_done(&a->piles[i].numbers);
	free(a->piles);
	a->piles = NULL;
	a->pile_count = 0;
}

void
asks_free(struct asks *a)
{
	if (a == NULL)
		return;
	peers_free(a->peers);
	piles_done(a);
	free(a->waiting);
	free(a);
}

/* --- waiting --- */

static struct waiting *
waiting_of(struct asks *a, const char *job)
{
	size_t i;

	for (i = 0; i < a->waiting_count; i++)
		if (strcmp(a->waiting[i].job, job) == 0)
			return &a->waiting[i];
	return NULL;
}

enum verdict
ask_waits(struct asks *a, const struct job *job,
	const struct jobs_stream *stream, bool *waits_out, struct fault *why)
{
	const struct waiting *w = waiting_of(a, job->id);
	int64_t mark = 0;
	enum verdict v = V_OK;

	*waits_out = false;
	if (w == NULL || clock_tick_ms() >= w->until_ms)
		return V_OK;
	v = store_question_mark(a->run->site->store, job->environment,
		stream->sender_is->oin, &mark, why);
	if (v == V_OK)
		*waits_out = mark == w->mark;
	return v;
}

/* Only what is news is logged; the books show it with the job. */
static enum verdict
wait_for(struct asks *a, const struct job *job,
	const struct jobs_stream *stream, int64_t numbers, int64_t wait_ms,
	const struct fault *reason, struct fault *why)
{
	struct store *store = a->run->site->store;
	struct waiting *w = waiting_of(a, job->id);
	struct fault told = *reason;
	enum verdict v;

	if (w == NULL) {
		if (a->waiting_count == a->waiting_size) {
			a->waiting_size = a->waiting_size * 2 + 16;
			a->waiting = mem_grow(a->waiting,
				a->waiting_size * sizeof(*a->waiting));
		}
		w = &a->waiting[a->waiting_count++];
		*w = (struct waiting){ .code = CODE_BUG };
		memcpy(w->job, job->id, sizeof(w->job));
	}
	if (w->code != reason->code) {
		fault_at(&told, "job %s", job->id);
		if (reason->code != CODE_NONE)
			log_fault(&told);
		else
			log_line("job %s: waits: %s", job->id, reason->text);
	}
	w->code = reason->code;
	w->until_ms = wait_ms == 0 ? INT64_MAX : clock_tick_ms() + wait_ms;
	if (wait_ms != 0 && wait_ms < a->run->wait_ms)
		a->run->wait_ms = wait_ms;
	v = store_route_wait(
		store, job->id, numbers, reason, clock_now_ms(), why);
	if (v == V_OK)
		v = store_question_mark(store, job->environment,
			stream->sender_is->oin, &w->mark, why);
	return v == V_OK ? V_SKIP : v;
}

/* --- WUS --- */

/* One question.  After one that got no answer the endpoint rests, so that what
 * is away costs the jobs of other endpoints little.
 */
static enum verdict
ask_service(struct asks *a, const struct jobs_stream *stream, const char *type,
	struct wus_answer *answers, size_t count, struct fault *why)
{
	const struct jobs_sender *sender = stream->sender_is;
	const struct jobs_endpoint *endpoint = stream->endpoint_is;
	int64_t until_ms;
	struct http *http;
	enum verdict v;

	v = peers_connect(a->peers, sender, endpoint, NULL, &http, why);
	if (v != V_OK)
		return v;
	v = store_wus_take(a->run->site->store, endpoint->name, (int64_t)count,
		endpoint->wus_daily, why);
	if (v != V_OK)
		return v;
	http_patience(http, CONNECT_MS, ANSWER_MS);
	v = wus_ask(
		http, endpoint->wus, sender->oin, type, answers, count, why);
	if (v == V_LATER && why->code != CODE_WUS)
		(void)peers_away(a->peers, sender, endpoint, why,
			clock_now_ms(), &until_ms);
	else
		(void)peers_back(a->peers, sender, endpoint);
	/* A contradicting answer is the service's fault and may be right the
	 * next time.
	 */
	return v == V_BROKEN && why->code == CODE_WUS_ANSWER ? V_LATER : v;
}

/* Up to WUS_GROUP_MAX numbers; their answers are kept at once, so that a crash
 * asks nobody twice.
 */
static enum verdict
ask_group(struct asks *a, const struct job *job,
	const struct jobs_stream *stream, const char *type,
	const struct bsn *bsns, size_t count, struct fault *why)
{
	struct wus_answer answers[WUS_GROUP_MAX];
	struct wus_line lines[WUS_GROUP_MAX];
	int64_t asked_ms = clock_now_ms();
	enum verdict v;
	size_t i;

	assert(count > 0 && count <= WUS_GROUP_MAX);
	for (i = 0; i < count; i++)
		answers[i] = (struct wus_answer){ .bsn = bsns[i] };
	v = ask_service(a, stream, type, answers, count, why);
	if (v != V_OK)
		return v;
	for (i = 0; i < count; i++)
		lines[i] = (struct wus_line){ .bsn = bsns[i],
			.subscribed =
				answers[i].answered && answers[i].subscribed,
			.silent = !answers[i].answered };
	return store_wus_keep(a->run->site->store, job->environment,
		stream->sender_is->oin, type, lines, count, asked_ms, why);
}

/* V_END: today's room is used up. */
static enum verdict
ask_wus(struct asks *a, const struct job *job, const struct jobs_stream *stream,
	const struct routing *routing, struct fault *why)
{
	enum verdict v = V_OK;
	size_t i, k, n;

	if (peers_rest_ms(a->peers, stream->endpoint_is, clock_now_ms(), why) !=
		0)
		return V_LATER;
	for (i = 0; i < routing->open_count; i++)
		for (k = 0; k < routing->open[i].count; k += n) {
			n = routing->open[i].count - k;
			if (n > WUS_GROUP_MAX)
				n = WUS_GROUP_MAX;
			role_beat(a->run);
			if (*a->run->stop)
				return fault_set(why, V_LATER, CODE_NONE,
					"the program is being stopped");
			v = ask_group(a, job, stream, routing->open[i].type,
				routing->open[i].bsns + k, n, why);
			if (v != V_OK)
				return v;
		}
	return V_OK;
}

/* --- in bulk --- */

static struct pile *
pile_of(struct asks *a, const struct jobs_stream *stream)
{
	size_t i;

	for (i = 0; i < a->pile_count; i++)
		if (strcmp(a->piles[i].sender->oin, stream->sender_is->oin) ==
				0 &&
			a->piles[i].endpoint == stream->endpoint_is)
			return &a->piles[i];
	a->piles = mem_grow(a->piles, (a->pile_count + 1) * sizeof(*a->piles));
	a->piles[a->pile_count] = (struct pile){ .sender = stream->sender_is,
		.endpoint = stream->endpoint_is };
	return &a->piles[a->pile_count++];
}

/* How many of these numbers may be asked: what was asked lately and is still
 * not decided got no answer.
 */
static enum verdict
pile_up(struct asks *a, const struct job *job, const struct jobs_stream *stream,
	const struct routing *routing, bool all, int64_t *count_out,
	struct fault *why)
{
	static struct subscribed before;
	struct pile *pile = pile_of(a, stream);
	enum verdict v = V_OK;
	int64_t count = 0;
	size_t i, k;
	bool yes;

	if (!all)
		v = store_question_asked(a->run->site->store, job->environment,
			stream->sender_is->oin, clock_now_ms() - ANSWER_MAX_MS,
			&before, why);
	for (i = 0; v == V_OK && i < routing->open_count; i++)
		for (k = 0; k < routing->open[i].count; k++) {
			struct bsn bsn = routing->open[i].bsns[k];

			if (subscribed_find(&before, bsn, &yes))
				continue;
			count++;
			if (pile->numbers.asked < SUBSCRIPTION_NUMBERS_MAX)
				(void)subscribed_add(
					&pile->numbers, bsn, false);
		}
	subscribed_done(&before);
	if (v == V_OK)
		*count_out = count;
	return v;
}

/* In the next bulk question, or in the one after the open one. */
static enum verdict
ask_bulk(struct asks *a, const struct job *job,
	const struct jobs_stream *stream, const struct routing *routing,
	struct fault *reason, struct fault *why)
{
	struct question open = { .state = QUESTION_ANSWERED };
	int64_t count = 0;
	bool wanted;
	enum verdict v;

	v = store_question_open(a->run->site->store, job->environment,
		stream->sender_is->oin, &a->run->mem, &open, why);
	if (v != V_OK && v != V_END)
		return v;
	wanted = v == V_OK && open.state == QUESTION_WANTED;
	if (v == V_OK && !wanted) {
		(void)fault_set(reason, V_LATER, CODE_NONE,
			"%" PRId64 " citizens are not in the register; "
			"question %" PRId64 " is open",
			routing->numbers, open.number);
		return V_OK;
	}
	v = pile_up(a, job, stream, routing, wanted, &count, why);
	if (v != V_OK)
		return v;
	if (count == 0)
		(void)fault_set(reason, V_LATER, CODE_SUBSCRIPTION_GAP,
			"%" PRId64 " citizens were asked about, and no answer "
			"that can be used mentions them",
			routing->numbers);
	else
		(void)fault_set(reason, V_LATER, CODE_NONE,
			"%" PRId64 " citizens are not in the register; "
			"%" PRId64 " are asked about in bulk",
			routing->numbers, count);
	return V_OK;
}

/* One question; a person may have asked for it. */
static enum verdict
ask_pile(struct asks *a, struct pile *pile, bool *some, struct fault *why)
{
	struct store *store = a->run->site->store;
	const struct question_new new = { .environment =
						  pile->endpoint->environment,
		.sender = pile->sender->oin,
		.endpoint = pile->endpoint->name,
		.kind = QUESTION_LIST,
		.id = uuid_random(),
		.person = "automatic",
		.reason = "",
		.now_ms = clock_now_ms() };
	struct question open;
	int64_t number = 0;
	enum verdict v;

	v = store_question_open(
		store, new.environment, new.sender, &a->run->mem, &open, why);
	if (v == V_OK && open.state != QUESTION_WANTED)
		return V_OK;
	if (v == V_OK) {
		number = open.number;
		v = store_question_fill(
			store, number, &pile->numbers, new.now_ms, why);
	} else if (v == V_END && pile->numbers.asked > 0) {
		v = store_question_ask(
			store, &new, &pile->numbers, &number, why);
	}
	if (v == V_SKIP || v == V_END)
		return V_OK; /* a person was faster; nothing to ask */
	if (v == V_OK) {
		*some = true;
		log_line("sender %s: question %" PRId64 " about %" PRId64
			 " citizens",
			pile->sender->name, number, pile->numbers.asked);
	}
	return v;
}

enum verdict
ask_all(struct asks *a, bool *some, struct fault *why)
{
	enum verdict v = V_OK;
	size_t i;

	for (i = 0; v == V_OK && i < a->pile_count; i++)
		v = ask_pile(a, &a->piles[i], some, why);
	piles_done(a);
	if (v == V_OK)
		v = store_question_unneeded(a->run->site->store,
			clock_now_ms() - UNNEEDED_MS, clock_now_ms(), why);
	return v;
}

/* --- how --- */

static bool
by_wus(const struct jobs_stream *stream, int64_t numbers, int64_t room)
{
	switch (stream->ask_is) {
	case JOBS_ASK_AUTO:
		return numbers <= stream->wus_max && numbers <= room;
	case JOBS_ASK_WUS:
		return room > 0;
	case JOBS_ASK_BULK:
	case JOBS_ASK_REGISTER:
		break;
	}
	return false;
}

/* Nobody is asked now: why, and when to look again (0: when something came). */
static enum verdict
not_asked(struct asks *a, const struct jobs_stream *stream, int64_t numbers,
	struct fault *reason, int64_t *wait_ms_out, struct fault *why)
{
	struct stop stop;
	enum verdict v;

	*wait_ms_out = LOOK_MS;
	v = store_stop_find(a->run->site->store, stream->name,
		stream->sender_is->name, stream->endpoint_is->name,
		&a->run->mem, &stop, why);
	if (v == V_OK) {
		(void)fault_set(reason, V_LATER, CODE_SUBSCRIPTION_WAIT,
			"%" PRId64 " citizens are not in the register, and "
			"%s %.60s is held",
			numbers, stop_word(stop.kind), stop.name);
		return V_SKIP;
	}
	if (v != V_END)
		return v;
	if (stream->ask_is == JOBS_ASK_REGISTER) {
		*wait_ms_out = 0;
		(void)fault_set(reason, V_LATER, CODE_SUBSCRIPTION_WAIT,
			"%" PRId64 " citizens are not in the register, and by "
			"`ask: register` nobody is asked",
			numbers);
		return V_SKIP;
	}
	if (stream->ask_is == JOBS_ASK_WUS) {
		(void)fault_set(reason, V_LATER, CODE_SUBSCRIPTION_WAIT,
			"%" PRId64 " citizens are not in the register, and "
			"`wus_daily` of endpoint %.60s is used up for today",
			numbers, stream->endpoint_is->name);
	}
	return V_OK;
}

enum verdict
ask_about(struct asks *a, const struct job *job,
	const struct jobs_stream *stream, const struct routing *routing,
	struct fault *why)
{
	const struct jobs_endpoint *e = stream->endpoint_is;
	struct fault reason = FAULT_NONE;
	int64_t room = 0, wait_ms = 0;
	enum verdict v;

	v = not_asked(a, stream, routing->numbers, &reason, &wait_ms, why);
	if (v == V_SKIP)
		return wait_for(a, job, stream, routing->numbers, wait_ms,
			&reason, why);
	if (v == V_OK)
		v = store_wus_room(
			a->run->site->store, e->name, e->wus_daily, &room, why);
	if (v != V_OK)
		return v;
	if (by_wus(stream, routing->numbers, room)) {
		v = ask_wus(a, job, stream, routing, why);
		if (v != V_END)
			return v;
	}
	if (stream->ask_is != JOBS_ASK_WUS) {
		v = ask_bulk(a, job, stream, routing, &reason, why);
		wait_ms = 0;
		if (v != V_OK)
			return v;
	}
	return wait_for(
		a, job, stream, routing->numbers, wait_ms, &reason, why);
}
