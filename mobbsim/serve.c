/* mobbsim/serve.c - see mobbsim/serve.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "channels/http_listen.h"
#include "mobbsim/ebms.h"
#include "mobbsim/serve.h"
#include "mobbsim/settings.h"
#include "mobbsim/wus.h"

#define FILE_MAX ((size_t)1000000)
#define CHECK_MS 50    /* how often a signal is looked for */
#define DEADLINE_S 900 /* of one POST: a rehearsal may be slow on purpose */

static volatile sig_atomic_t stopping;

struct server {
	const struct serve_plan *plan;
	int room_fd, sim_fd;
	struct settings settings;
	struct arena mem;
	struct ledger ledger;
	struct inbox inbox;
	struct ebms ebms;
	struct http_listen *listen;
	int64_t posts, letters; /* counted for --sink */
	bool broken;
	struct fault why; /* of `broken` */
};

static void
on_signal(int number)
{
	(void)number;
	stopping = 1;
}

static void
check_signal(void *self)
{
	struct server *s = self;

	if (stopping || s->broken)
		http_listen_stop(s->listen);
}

static void
note(void *self, const struct fault *what)
{
	(void)self;
	log_fault(what);
}

static void
take_wus(struct server *s, const struct http_request *request,
	struct http_reply *reply)
{
	reply->content_type = "text/xml; charset=UTF-8";
	if (strcmp(request->peer_oin, s->ebms.terms.peer_oin) != 0) {
		reply->status = 403;
		return;
	}
	/* A question carries no letter. */
	reply->status = wus_answer(request->soap_action, request->body,
		request->body_len, s->ebms.terms.peer_oin, s->ebms.subscribers,
		&reply->body);
}

static void
handle(void *self, const struct http_request *request, struct http_reply *reply)
{
	struct server *s = self;
	struct post post = {
		.first_byte_ms = request->first_byte_ms,
		.last_byte_ms = request->last_byte_ms,
		.path = request->path,
		.message_id = "",
		.batch_id = "",
		.bytes = (int64_t)request->body_len,
	};
	enum verdict v = V_OK;

	if (strcmp(request->method, "POST") != 0)
		reply->status = 405;
	else if (strcmp(request->path, "/ebms") == 0)
		v = ebms_take(&s->ebms, request, reply, &post, &s->why);
	else if (strcmp(request->path, "/wus") == 0)
		take_wus(s, request, reply);
	else
		reply->status = 404;
	post.http = reply->status == 0 ? 204 : reply->status;
	s->posts++;
	s->letters += post.letters;
	if (v == V_OK)
		v = ledger_post(&s->ledger, &post, !s->plan->sink, &s->why);
	/* What cannot be written down must not be answered as if it was. */
	if (v == V_BROKEN || v == V_LATER) {
		reply->status = 503;
		buf_reset(&reply->body);
		s->broken = true;
	}
}

/* A path of the settings, from the room. */
static const char *
in_room(struct server *s, const char *path)
{
	if (path[0] == '/')
		return path;
	return arena_format(&s->mem, "%s/%s", s->plan->dir, path);
}

static enum verdict
read_settings(struct server *s, struct fault *why)
{
	struct buf text = BUF_MAX(FILE_MAX);
	enum verdict v;

	v = file_get(s->room_fd, "sim.yaml", &text, why);
	if (v == V_SKIP) {
		v = fault_set(why, V_BROKEN, CODE_CONFIG,
			"no sim.yaml; make a room with mobbsim init");
		fault_at(why, "%s", s->plan->dir);
	}
	if (v == V_OK)
		v = settings_parse(
			"sim.yaml", text.bytes, text.len, &s->settings, why);
	buf_reset(&text);
	if (v == V_OK)
		v = file_get(s->room_fd, s->settings.cpa, &text, why);
	if (v == V_OK)
		v = cpa_terms_read(text.bytes, text.len, s->settings.oin,
			&s->mem, &s->ebms.terms, why);
	else if (v == V_SKIP)
		v = fault_set(why, V_BROKEN, CODE_CPA, "there is no CPA file");
	buf_done(&text);
	return v;
}

static enum verdict
open_memory(struct server *s, struct fault *why)
{
	struct push_conf conf = {
		.trust = in_room(s, s->settings.trust),
		.certificate = in_room(s, s->settings.client_certificate),
		.key = in_room(s, s->settings.client_key),
		.terms = &s->ebms.terms,
		.sim_fd = s->sim_fd,
	};
	enum verdict v;

	v = file_dirs(s->sim_fd, "received", why);
	if (v == V_OK)
		v = inbox_open(&s->inbox, s->sim_fd, why);
	if (v == V_OK)
		v = ledger_open(
			&s->ledger, s->sim_fd, inbox_promise, &s->inbox, why);
	if (v == V_OK)
		v = inbox_sweep(&s->inbox, &s->ledger, why);
	if (v == V_OK)
		v = push_open(&conf, &s->ledger, &s->ebms.push, why);
	if (v != V_OK)
		return v;
	v = subscribers_load(
		s->sim_fd, "subscribers.txt", &s->ebms.subscribers, why);
	return v == V_SKIP ? V_OK : v;
}

static enum verdict
open_listener(struct server *s, struct fault *why)
{
	struct http_listen_conf conf = {
		.at = s->settings.listen,
		.certificate = in_room(s, s->settings.certificate),
		.key = in_room(s, s->settings.key),
		.trust = in_room(s, s->settings.trust),
		.max_body = s->settings.max_body,
		.deadline_s = DEADLINE_S,
		/* Eight endpoints may post two lots each at once. */
		.bodies_max = 22 * s->settings.max_body,
	};
	enum verdict v;

	v = http_listen_open(&conf, handle, note, s, &s->listen, why);
	if (v == V_OK)
		http_listen_every(s->listen, CHECK_MS, check_signal, s);
	return v;
}

static enum verdict
catch_signals(struct fault *why)
{
	struct sigaction action = { .sa_handler = on_signal };

	(void)sigemptyset(&action.sa_mask);
	if (sigaction(SIGTERM, &action, NULL) == -1 ||
		sigaction(SIGINT, &action, NULL) == -1)
		return fault_errno(why, V_BROKEN, CODE_BUG, "sigaction");
	action.sa_handler = SIG_IGN;
	if (sigaction(SIGPIPE, &action, NULL) == -1)
		return fault_errno(why, V_BROKEN, CODE_BUG, "sigaction");
	return V_OK;
}

static enum verdict
say_ready(const struct server *s, struct fault *why)
{
	if (s->plan->ready_file != NULL) {
		enum verdict v = file_put(
			AT_FDCWD, s->plan->ready_file, "ready\n", 6, 0644, why);

		if (v != V_OK)
			return v;
	}
	puts("ready");
	return fflush(stdout) == 0
		       ? V_OK
		       : fault_errno(why, V_BROKEN, CODE_IO, "standard output");
}

static enum verdict
run(struct server *s, struct fault *why)
{
	enum verdict v;

	v = file_dir(AT_FDCWD, s->plan->dir, &s->room_fd, why);
	if (v == V_OK)
		v = read_settings(s, why);
	if (v == V_OK)
		v = file_dirs(s->room_fd, "sim", why);
	if (v == V_OK)
		v = file_dir(s->room_fd, "sim", &s->sim_fd, why);
	s->ebms.sim_fd = s->sim_fd;
	s->ebms.result_after_ms = s->settings.result_after_ms;
	if (v == V_OK)
		v = xml_schema_load(s->settings.schema, &s->ebms.schema, why);
	if (v == V_OK)
		v = open_memory(s, why);
	if (v == V_OK)
		v = catch_signals(why);
	if (v == V_OK)
		v = open_listener(s, why);
	if (v == V_OK)
		v = push_start(s->ebms.push, why);
	if (v == V_OK)
		v = say_ready(s, why);
	if (v != V_OK)
		return v;
	v = http_listen_run(s->listen, why);
	if (v == V_OK && s->broken) {
		*why = s->why;
		v = V_BROKEN;
	}
	log_line("%zu results wait for the next start",
		push_waiting(s->ebms.push));
	if (s->plan->sink)
		printf("posts=%" PRId64 " letters=%" PRId64 "\n", s->posts,
			s->letters);
	return v;
}

enum verdict
serve(const struct serve_plan *plan, struct fault *why)
{
	struct server *s = mem_zero(1, sizeof(*s));
	enum verdict v;

	log_name("mobbsim");
	s->plan = plan;
	s->room_fd = s->sim_fd = -1;
	s->inbox.fd = -1;
	s->ledger.fd = s->ledger.posts_fd = -1;
	s->ebms.ledger = &s->ledger;
	s->ebms.inbox = &s->inbox;
	s->ebms.sink = plan->sink;
	v = run(s, why);
	http_listen_close(s->listen);
	push_close(s->ebms.push);
	ledger_close(&s->ledger);
	inbox_close(&s->inbox);
	if (s->ebms.schema != NULL)
		xml_schema_free(s->ebms.schema);
	subscribers_free(s->ebms.subscribers);
	settings_free(&s->settings);
	arena_done(&s->ebms.mem);
	arena_done(&s->mem);
	if (s->sim_fd != -1)
		(void)close(s->sim_fd);
	if (s->room_fd != -1)
		(void)close(s->room_fd);
	free(s);
	return v;
}
