/* mobbd/listener.c - the role that is always on: messages in
 *
 * Demands a client certificate, checks the message against the CPA, keeps it
 * in the database and only then answers.  It sends nothing itself: the reply
 * is stored with the message and the courier pushes it.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "channels/channel.h"
#include "channels/http_listen.h"
#include "mobbd/role.h"

#define CHECK_MS 200 /* how often stop and database are looked at */
#define LOOK_MS 1000 /* how often the database is asked */
#define RECONNECT_MS 1000

struct listener {
	struct http_listen *listen;
	struct ebms_listen_conf conf;
	struct role_run *run;
	int64_t looked_ms; /* tick of the last look at the database */
	int64_t lost_ms;   /* tick when the database went away; 0 is there */
};

static enum verdict
keep(void *self, const struct ebms_inbound *in, struct buf *stored_reply_out,
	struct fault *why)
{
	struct listener *own = self;
	struct inbound row = { .message_id = in->message_id,
		.cpa_id = in->cpa_id,
		.conversation_id = in->conversation_id,
		.ref_to = in->ref_to,
		.action = in->action,
		.kind = (int)in->kind,
		.payload = in->payload,
		.payload_len = in->payload_len,
		.error_code = in->error_code,
		.error_text = in->error_text,
		.sent_ms = in->sent_ms,
		.reply = in->reply,
		.reply_id = in->reply_id,
		.reply_url = in->reply_url,
		.reply_len = in->reply_len,
		.reply_is_error = in->reply_is_error,
		.received_ms = clock_now_ms() };
	enum verdict v;

	if (own->run->site->store == NULL)
		return fault_set(
			why, V_LATER, CODE_DATABASE, "the database is away");
	v = store_inbound_keep(
		own->run->site->store, &row, stored_reply_out, why);
	if (v == V_BROKEN)
		v = V_LATER; /* the peer must send it again */
	if (v == V_LATER && own->lost_ms == 0 && why->code == CODE_DATABASE)
		own->lost_ms = clock_tick_ms();
	return v;
}

static void
on_request(void *self, const struct http_request *request,
	struct http_reply *reply)
{
	struct listener *own = self;
	struct fault note = FAULT_NONE;

	ebms_receive(
		&own->conf, request, clock_now_ms(), keep, own, reply, &note);
	own->run->line->worked++;
	if (note.code != CODE_NONE)
		log_fault(&note);
}

static void
on_note(void *self, const struct fault *what)
{
	(void)self;
	log_fault(what);
}

/* With the connection the lock is gone that says "something listens", also when
 * no message comes in by which we would notice.
 */
static void
look(struct listener *own)
{
	struct fault why = FAULT_NONE;
	int64_t now_ms = clock_tick_ms();

	if (own->lost_ms != 0 || now_ms - own->looked_ms < LOOK_MS)
		return;
	own->looked_ms = now_ms;
	if (store_alive(own->run->site->store, &why) != V_OK)
		own->lost_ms = now_ms;
}

/* A lost database ends the role: the supervisor starts it again, and until it
 * is back the peer gets no connection and tries later.
 */
static void
on_tick(void *self)
{
	struct listener *own = self;

	own->run->line->idle_round = own->run->board->round;
	look(own);
	if (*own->run->stop ||
		(own->lost_ms != 0 &&
			clock_tick_ms() - own->lost_ms > RECONNECT_MS))
		http_listen_stop(own->listen);
}

static enum verdict
listener_open(struct role_run *run, struct fault *why)
{
	const struct jobs_listen *l = &run->site->jobs.listen;
	struct listener *own = mem_zero(1, sizeof(*own));
	struct http_listen_conf conf = { .at = l->at,
		.certificate = site_path(run->site, l->certificate),
		.key = site_path(run->site, l->key),
		.trust = site_path(run->site, l->trust),
		.max_body = l->max_body };
	enum verdict v;

	run->own = own;
	own->run = run;
	own->conf = (struct ebms_listen_conf){ .cpas = run->site->cpas,
		.cpa_count = run->site->cpa_count,
		.path = l->path == NULL ? "/ebms" : l->path };
	v = certificate_key(conf.certificate, conf.key, why);
	if (v == V_OK)
		v = http_listen_open(
			&conf, on_request, on_note, own, &own->listen, why);
	/* The lock says "something listens": only once it is true. */
	if (v == V_OK)
		v = store_lock_listener(run->site->store, l->at, why);
	if (v == V_OK) {
		http_listen_every(own->listen, CHECK_MS, on_tick, own);
		log_line("listening on %s", l->at);
	}
	return v;
}

static enum verdict
listener_step(struct role_run *run, struct fault *why)
{
	struct listener *own = run->own;
	enum verdict v;

	v = http_listen_run(own->listen, why);
	if (v == V_OK && !*run->stop)
		v = fault_set(
			why, V_LATER, CODE_DATABASE, "the database is away");
	return v == V_OK ? V_END : v;
}

static void
listener_close(struct role_run *run)
{
	struct listener *own = run->own;

	if (own == NULL)
		return;
	http_listen_close(own->listen);
	free(own);
}

const struct role role_listener = {
	.name = "listener",
	.needs = SITE_CPAS,
	.locks = false,
	.open = listener_open,
	.step = listener_step,
	.close = listener_close,
};
