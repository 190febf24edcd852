/* mobbd/endpoint.c - see mobbd/endpoint.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "mobbd/look.h"

#define LAST_MOMENT_MS 500 /* before the asker leaves: it shall hear it */
#define ALL_WAIT_MS 60000  /* --check-endpoints */
#define ALL_SLEEP_MS 100

static const struct jobs_sender *
sender_at(const struct jobs *jobs, const struct jobs_endpoint *endpoint,
	const char *name)
{
	const struct jobs_sender *sender = jobs_sender(jobs, name);

	return sender != NULL && jobs_uses(jobs, endpoint, sender) ? sender
								   : NULL;
}

static enum verdict
end(struct looking *l)
{
	if (l->v == V_OK)
		l->v = store_request_end(l->look->site->store, l->request, NULL,
			0, clock_now_ms(), l->why);
	return l->v;
}

/* mobbjob reads the jobs file now, we read it when we began. */
static void
put_unknown(struct looking *l, const char *sender)
{
	struct finding f = { .grade = FINDING_FAIL,
		.code = CODE_CONFIG_NAME,
		.what = "jobs file" };

	finding_value(&f, "this mobbd knows no sender %.40s here", sender);
	finding_advice(&f, "Send mobbd SIGHUP: the jobs file was changed after "
			   "it was read.");
	look_put(l, &f);
}

static enum verdict
look_at(struct looking *l, const struct request *request)
{
	const struct jobs *jobs = &l->look->site->jobs;
	bool pinged = false;

	l->v = store_listening(
		l->look->site->store, jobs->listen.at, &l->listening, l->why);
	l->sender = sender_at(jobs, l->endpoint, request->sender);
	if (l->sender == NULL)
		put_unknown(l, request->sender);
	else if (look_ours(l)) {
		look_listener(l);
		look_theirs(l, &pinged);
	}
	return pinged ? l->v : end(l);
}

/* Its Pong has come, or is no longer waited for; V_END: neither. */
static enum verdict
look_again(struct looking *l, const struct request *request,
	const struct pong *pong, int64_t *waits_until_ms_out)
{
	const struct jobs *jobs = &l->look->site->jobs;
	int64_t until_ms = request->ping_ms + LOOK_PONG_MS;

	if (until_ms > request->until_ms - LAST_MOMENT_MS)
		until_ms = request->until_ms - LAST_MOMENT_MS;
	if (pong->received_ms == 0 && clock_now_ms() < until_ms) {
		*waits_until_ms_out = until_ms;
		return V_END;
	}
	l->sender = sender_at(jobs, l->endpoint, request->sender);
	if (l->sender != NULL)
		l->cpa = l->look->site->cpa_of[l->sender - jobs->senders].cpa;
	if (l->cpa != NULL)
		look_pong(l, request, pong);
	return end(l);
}

enum verdict
endpoint_step(const struct endpoint_look *look,
	const struct jobs_endpoint *endpoint, int64_t *waits_until_ms_out,
	struct fault *why)
{
	struct looking l = { .look = look, .endpoint = endpoint, .why = why };
	struct store *store = look->site->store;
	struct request request;
	struct pong pong;
	enum verdict v;

	*waits_until_ms_out = 0;
	v = store_request_take(store, endpoint->name, clock_now_ms(), look->mem,
		&request, why);
	if (v == V_OK) {
		l.request = request.number;
		return look_at(&l, &request);
	}
	if (v != V_END)
		return v;
	v = store_request_waiting(
		store, endpoint->name, look->mem, &request, &pong, why);
	if (v != V_OK)
		return v;
	l.request = request.number;
	return look_again(&l, &request, &pong, waits_until_ms_out);
}

/* --- mobbd --check-endpoints --- */

struct asked {
	const struct jobs_endpoint *endpoint;
	const struct jobs_sender *sender;
	int64_t request, shown, answered_ms;
};

static enum verdict
ask_all(struct site *site, struct arena *mem, const char *name,
	struct asked **asked_out, size_t *count_out, struct fault *why)
{
	const struct jobs *jobs = &site->jobs;
	struct asked *all = arena_alloc(mem,
		(jobs->endpoint_count * jobs->sender_count + 1) * sizeof(*all));
	int64_t now_ms = clock_now_ms();
	enum verdict v = V_OK;
	size_t e, s, n = 0;

	for (e = 0; e < jobs->endpoint_count; e++)
		for (s = 0; v == V_OK && s < jobs->sender_count; s++) {
			struct asked *a = &all[n];

			a->endpoint = &jobs->endpoints[e];
			a->sender = &jobs->senders[s];
			a->shown = 0;
			a->answered_ms = 0;
			if (!jobs_uses(jobs, a->endpoint, a->sender) ||
				(name != NULL &&
					strcmp(name, a->endpoint->name) != 0))
				continue;
			v = store_request_add(site->store, a->endpoint->name,
				a->sender->name, "mobbd --check-endpoints",
				now_ms, now_ms + ALL_WAIT_MS, &a->request, why);
			n++;
		}
	if (v == V_OK && n == 0)
		v = fault_set(why, V_BROKEN, CODE_NO_JOB,
			"no endpoint%s%.40s that a stream uses",
			name == NULL ? "" : " ", name == NULL ? "" : name);
	*asked_out = all;
	*count_out = n;
	return v;
}

static enum verdict
show(struct site *site, struct arena *mem, struct asked *a, int *exit,
	struct fault *why)
{
	struct buf text = BUF_MAX(200000);
	struct finding *found;
	size_t i, count;
	enum verdict v;

	v = store_request_look(site->store, a->request, a->shown, mem, &found,
		&count, &a->answered_ms, why);
	if (v != V_OK)
		return v;
	if (a->shown == 0 && count > 0)
		buf_format(&text, "endpoint %s (%s), sender %s\n",
			a->endpoint->name, jobs_loud(a->endpoint->environment),
			a->sender->name);
	for (i = 0; i < count; i++) {
		finding_text(&found[i], &text);
		*exit = finding_exit(*exit, &found[i]);
	}
	a->shown += (int64_t)count;
	if (text.len > 0)
		fputs(text.bytes, stdout);
	fflush(stdout);
	buf_done(&text);
	return V_OK;
}

/* All that is asked, one after the other; a courier that is active may do some
 * of it.
 */
static enum verdict
look_all(struct site *site, struct arena *mem, const char *name, int *exit,
	struct fault *why)
{
	const struct endpoint_look look = { .site = site, .mem = mem };
	int64_t end_ms = clock_tick_ms() + ALL_WAIT_MS, until_ms;
	struct asked *all;
	size_t i, count;
	enum verdict v;

	v = ask_all(site, mem, name, &all, &count, why);
	for (i = 0; v == V_OK && i < count; i++) {
		do {
			v = endpoint_step(
				&look, all[i].endpoint, &until_ms, why);
			if (v == V_OK || v == V_END)
				v = show(site, mem, &all[i], exit, why);
			if (v == V_OK && all[i].answered_ms == 0)
				clock_sleep_ms(ALL_SLEEP_MS);
		} while (v == V_OK && all[i].answered_ms == 0 &&
			 clock_tick_ms() < end_ms);
		if (v == V_OK && all[i].answered_ms == 0)
			v = fault_set(why, V_LATER, CODE_NO_COURIER,
				"another mobbd looks at endpoint %s, and does "
				"not end",
				all[i].endpoint->name);
	}
	return v;
}

int
endpoint_check_all(const char *jobs_file, const char *name)
{
	struct site site = { .mem = ARENA_EMPTY };
	struct arena mem = ARENA_EMPTY;
	struct fault why = FAULT_NONE;
	int exit = 0;
	enum verdict v;

	v = site_open(jobs_file, &site, &why);
	if (v == V_OK)
		v = site_store(&site, &why);
	if (v == V_OK)
		v = store_migrate(site.store, &why);
	if (v == V_OK)
		v = site_needs(&site, SITE_CPAS, &why);
	if (v == V_OK)
		v = look_all(&site, &mem, name, &exit, &why);
	arena_done(&mem);
	site_close(&site);
	return v == V_OK ? exit : tell_end(&why);
}
