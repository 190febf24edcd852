/* mobbd/listener.c - the role that is always on: messages in
 *
 * Demands a client certificate, checks the message against the CPA, keeps it
 * in the database and only then answers.  It sends nothing itself: the reply
 * is stored with the message and the courier pushes it.
 *
 * SIGHUP does not end it: jobs file, CPAs and certificates are read anew and
 * hold from the next request or connection on.  Where it listens it cannot
 * change; that takes a new process, which the supervisor starts at once.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "channels/channel.h"
#include "channels/http_listen.h"
#include "mobbd/role.h"

#define CHECK_MS 200	  /* how often stop and database are looked at */
#define LOOK_MS 1000	  /* how often the database is asked */
#define RECONNECT_MS 1000 /* between two tries to get the database back */

struct listener {
	struct http_listen *listen;
	struct ebms_listen_conf conf;
	struct role_run *run;
	int64_t looked_ms; /* tick of the last look at the database */
	bool lost;	   /* the database; every message is answered 503 */
	int64_t retry_ms;  /* tick of the next try to get it back */
};

/* A case of a chain test wants us down: for this agreement, and for as long as a
 * person said, every message is answered 503.
 */
static enum verdict
chain_down(
	struct listener *own, const struct ebms_inbound *in, struct fault *why)
{
	bool down = false;
	enum verdict v = store_chain_down(
		own->run->site->store, in->cpa_id, clock_now_ms(), &down, why);

	return v == V_OK && down ? fault_set(why, V_LATER, CODE_NO_LISTENER,
					   "down for a case of a chain test")
				 : v;
}

static enum verdict
keep(void *self, const struct ebms_inbound *in, struct buf *stored_reply_out,
	struct fault *why)
{
	struct listener *own = self;
	struct inbound row = { .message_id = in->message_id,
		.cpa_id = in->cpa_id,
		.parties = in->parties,
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
		.reply_once = in->reply_once,
		.keep_ms = in->keep_ms,
		.received_ms = clock_now_ms() };
	enum verdict v;

	if (own->run->site->store == NULL)
		return fault_set(
			why, V_LATER, CODE_DATABASE, "the database is away");
	v = chain_down(own, in, why);
	if (v == V_OK)
		v = store_inbound_keep(
			own->run->site->store, &row, stored_reply_out, why);
	/* A result that comes twice, the same, is a case of a chain test. */
	if (v == V_SKIP && in->kind == EBMS_BUSINESS) {
		struct fault unused;

		(void)store_chain_again(
			own->run->site->store, in->message_id, &unused);
	}
	if (v == V_BROKEN)
		v = V_LATER; /* the peer must send it again */
	if (v == V_LATER && why->code == CODE_DATABASE)
		own->lost = true;
	return v;
}

static enum ebms_status
status_of(enum inbound_status status)
{
	switch (status) {
	case INBOUND_UNKNOWN:
		break;
	case INBOUND_OTHER_CPA:
		return EBMS_UNAUTHORIZED;
	case INBOUND_KEPT:
		return EBMS_RECEIVED;
	case INBOUND_APPLIED:
		return EBMS_PROCESSED;
	}
	return EBMS_NOT_RECOGNIZED;
}

static enum verdict
status(void *self, const char *message_id, const char *cpa_id,
	enum ebms_status *status_out, int64_t *received_ms_out,
	struct fault *why)
{
	struct listener *own = self;
	enum inbound_status kept = INBOUND_UNKNOWN;
	enum verdict v;

	if (own->run->site->store == NULL)
		return fault_set(
			why, V_LATER, CODE_DATABASE, "the database is away");
	v = store_inbound_status(own->run->site->store, message_id, cpa_id,
		&kept, received_ms_out, why);
	if (v == V_OK)
		*status_out = status_of(kept);
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

	if (own->lost || now_ms - own->looked_ms < LOOK_MS)
		return;
	own->looked_ms = now_ms;
	own->lost = store_alive(own->run->site->store, &why) != V_OK;
}

/* We go on listening meanwhile: 503 tells the peer to send it again.  A try may
 * last as long as a server takes that does not answer, so after a long one
 * there is a long pause.  The lock may be held for a moment by what is left of
 * our own old connection.
 */
static void
reconnect(struct listener *own)
{
	struct site *site = own->run->site;
	int64_t began_ms = clock_tick_ms();
	struct fault why = FAULT_NONE;
	enum verdict v;

	if (!own->lost || began_ms < own->retry_ms)
		return;
	if (site->store != NULL)
		log_line("the database is away: messages are answered 503");
	store_close(site->store);
	site->store = NULL;
	v = site_store(site, &why);
	if (v == V_OK)
		v = store_lock_listener(
			site->store, site->jobs.listen.at, &why);
	if (v == V_OK) {
		own->lost = false;
		log_line("the database is back");
		return;
	}
	store_close(site->store);
	site->store = NULL;
	own->retry_ms = clock_tick_ms() + RECONNECT_MS +
			2 * (clock_tick_ms() - began_ms);
}

/* --- what the jobs file says --- */

/* Where we listen; a path is relative to the jobs file as all are. */
static const char *
place_of(struct site *site)
{
	static const char word[] = "unix:";
	const char *at = site->jobs.listen.at;

	if (strncmp(at, word, sizeof(word) - 1) != 0)
		return at;
	return arena_format(&site->mem, "%s%s", word,
		site_path(site, at + sizeof(word) - 1));
}

static struct http_listen_conf
http_conf(struct site *site)
{
	const struct jobs_listen *l = &site->jobs.listen;
	const struct jobs_crl *crl = &site->jobs.crl;
	struct http_listen_conf conf = { .at = place_of(site),
		.trust = site_path(site, l->trust),
		.header = l->header,
		.max_body = l->max_body,
		.crl_require = crl->check_is == JOBS_CRL_REQUIRE };

	if (l->header == NULL) {
		conf.certificate = site_path(site, l->certificate);
		conf.key = site_path(site, l->key);
	}
	if (crl->check_is != JOBS_CRL_OFF && crl->folder != NULL)
		conf.crl_folder = site_path(site, crl->folder);
	return conf;
}

/* Has this sender the CPA, presently or before? */
static bool
has(const struct site *site, const struct jobs_sender *sender,
	const struct cpa *cpa)
{
	size_t i;

	for (i = 0; i < site->cpa_of_count; i++)
		if (site->cpa_of[i].cpa == cpa &&
			site->cpa_of[i].sender == sender)
			return true;
	return false;
}

/* The gateways of all endpoints that streams under the CPA use, NULL-ended. */
static const char *const *
gateways_of(struct site *site, const struct cpa *cpa)
{
	const struct jobs *jobs = &site->jobs;
	size_t i, k, n = 0, max = 1;
	const char **list;

	for (i = 0; i < jobs->stream_count; i++)
		max += jobs->streams[i].endpoint_is->gateway_count;
	list = arena_alloc(&site->mem, max * sizeof(*list));
	for (i = 0; i < jobs->stream_count; i++) {
		const struct jobs_stream *stream = &jobs->streams[i];
		const struct jobs_endpoint *e = stream->endpoint_is;

		if (!has(site, stream->sender_is, cpa))
			continue;
		for (k = 0; k < e->gateway_count; k++)
			list[n++] = e->gateways[k];
	}
	assert(n < max);
	list[n] = NULL;
	return list;
}

/* Is it of production, by the word of one sender? */
static bool
of_production(const struct site *site, const struct cpa *cpa)
{
	const struct jobs *jobs = &site->jobs;
	size_t i;

	for (i = 0; i < jobs->sender_count; i++)
		if (jobs_production(jobs->senders[i].environment) &&
			has(site, &jobs->senders[i], cpa))
			return true;
	return false;
}

static struct ebms_listen_conf
ebms_conf(struct site *site)
{
	const struct jobs_listen *l = &site->jobs.listen;
	const char *const **gateways = arena_alloc(
		&site->mem, (site->cpa_count + 1) * sizeof(*gateways));
	bool *production =
		arena_alloc(&site->mem, (site->cpa_count + 1) * sizeof(bool));
	size_t i;

	for (i = 0; i < site->cpa_count; i++) {
		gateways[i] = gateways_of(site, &site->cpas[i]);
		production[i] = of_production(site, &site->cpas[i]);
	}
	return (struct ebms_listen_conf){ .cpas = site->cpas,
		.cpa_count = site->cpa_count,
		.path = l->path == NULL ? "/ebms" : l->path,
		.gateways = gateways,
		.production = production,
		.lenient = !l->strict,
		.status = status };
}

/* --- SIGHUP --- */

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Could a CPA that cannot be read be read before?  One that is put into
 * cpa_before was in use until now.
 */
static bool
is_lost(const struct site *was, const struct site *fresh,
	const struct site_cpa *of)
{
	const struct jobs_sender *old =
		jobs_sender(&was->jobs, of->sender->name);
	size_t i;

	if (old == NULL)
		return false;
	if (of < fresh->cpa_of + fresh->jobs.sender_count)
		return was->cpa_of[old - was->jobs.senders].cpa != NULL;
	for (i = was->jobs.sender_count; i < was->cpa_of_count; i++)
		if (was->cpa_of[i].sender == old &&
			strcmp(was->cpa_of[i].file, of->file) == 0)
			return was->cpa_of[i].cpa != NULL;
	return true;
}

/* The messages under it would be turned away. */
static enum verdict
none_lost(const struct site *was, const struct site *fresh, struct fault *why)
{
	size_t i;

	for (i = 0; i < fresh->cpa_of_count; i++) {
		const struct site_cpa *of = &fresh->cpa_of[i];

		if (of->cpa == NULL && is_lost(was, fresh, of)) {
			*why = of->why;
			return V_BROKEN;
		}
	}
	return V_OK;
}

/* Everything or nothing.  *restart_out: it takes a new process. */
static enum verdict
reload(struct listener *own, bool *restart_out, struct fault *why)
{
	struct site *site = own->run->site;
	struct site fresh = { .mem = ARENA_EMPTY };
	struct http_listen_conf conf;
	enum verdict v;

	v = site_open(site->file, &fresh, why);
	if (v == V_OK)
		*restart_out =
			!same(site->jobs.listen.at, fresh.jobs.listen.at) ||
			!same(site->jobs.listen.header,
				fresh.jobs.listen.header) ||
			!same(site->jobs.database, fresh.jobs.database);
	if (v == V_OK && !*restart_out)
		v = site_needs(&fresh, role_listener.needs, why);
	if (v == V_OK && !*restart_out)
		v = none_lost(site, &fresh, why);
	if (v == V_OK && !*restart_out) {
		conf = http_conf(&fresh);
		v = http_listen_reload(own->listen, &conf, why);
	}
	if (v == V_OK && !*restart_out) {
		fresh.store = site->store;
		memcpy(fresh.conninfo, site->conninfo, sizeof(fresh.conninfo));
		site->store = NULL;
		site_close(site);
		*site = fresh;
		own->conf = ebms_conf(site);
	} else {
		site_close(&fresh);
	}
	return v;
}

static void
on_reload(struct listener *own)
{
	struct role_run *run = own->run;
	struct fault why = FAULT_NONE;
	bool restart = false;

	*run->reload = 0;
	if (reload(own, &restart, &why) != V_OK) {
		log_fault(&why);
		log_line("reload: refused, all goes on as it was");
	} else if (restart) {
		log_line("reload: at, header or database changed: a new start");
		*run->stop = 1;
	} else {
		log_line("reload: done, requests under way are finished");
	}
}

static void
on_tick(void *self)
{
	struct listener *own = self;

	role_beat(own->run);
	own->run->line->idle_round = own->run->board->round;
	if (*own->run->reload && !*own->run->stop)
		on_reload(own);
	look(own);
	reconnect(own);
	if (*own->run->stop)
		http_listen_stop(own->listen);
}

static enum verdict
listener_open(struct role_run *run, struct fault *why)
{
	struct site *site = run->site;
	struct listener *own = mem_zero(1, sizeof(*own));
	struct http_listen_conf conf = http_conf(site);
	enum verdict v;
	size_t i;

	run->own = own;
	own->run = run;
	own->conf = ebms_conf(site);
	/* What comes under these is turned away. */
	for (i = 0; i < site->cpa_of_count; i++)
		if (site->cpa_of[i].cpa == NULL)
			log_fault(&site->cpa_of[i].why);
	v = http_listen_open(
		&conf, on_request, on_note, own, &own->listen, why);
	/* The lock says "something listens": only once it is true. */
	if (v == V_OK)
		v = store_lock_listener(site->store, site->jobs.listen.at, why);
	if (v == V_OK) {
		http_listen_every(own->listen, CHECK_MS, on_tick, own);
		log_line("listening on %s", site->jobs.listen.at);
	}
	return v;
}

static enum verdict
listener_step(struct role_run *run, struct fault *why)
{
	struct listener *own = run->own;
	enum verdict v;

	v = http_listen_run(own->listen, why);
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
	.reloads = true,
	.step_max_ms = 60000, /* one step for all its life, see on_tick() */
	.open = listener_open,
	.step = listener_step,
	.close = listener_close,
};
