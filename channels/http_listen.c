/* channels/http_listen.c - see channels/http_listen.h
 *
 * libevent brings sockets, TLS and timers; the requests are read by our own
 * strict reader (http_read.h), because libevent's HTTP server accepts what two
 * readers could understand differently and can be made to serve without TLS.
 * What happens on a connection is in http_listen_peer.c.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "channels/crl.h"
#include "channels/http_listen_in.h"

#define CONNECTIONS_MAX 512
#define DEADLINE_S 120
#define STOP_MS 1000	   /* for answers under way when told to stop */
#define TICK_MS 100	   /* how soon a stop is noticed */
#define CRL_LOOK_MS 5000   /* how soon another revocation list is */
#define CRL_AGAIN_MS 60000 /* after it could not be used */
#define NOTES_MAX 20	   /* about one kind of people, in NOTES_MS */
#define NOTES_MS 10000

void
http_note_of(struct http_listen *listen, const struct connection *c,
	enum code code, const char *fmt, ...)
{
	struct http_notes *notes = c == NULL || c->who.oin[0] == '\0'
					   ? &listen->strangers
					   : &listen->peers;
	int64_t now_ms = clock_tick_ms();
	char text[FAULT_TEXT_MAX];
	struct fault what;
	va_list ap;

	if (now_ms - notes->since_ms > NOTES_MS)
		*notes = (struct http_notes){ .since_ms = now_ms };
	if (++notes->count > NOTES_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)fault_set(&what, V_BROKEN, code, "%s%s", text,
		notes->count == NOTES_MAX ? "; more of these are not noted"
					  : "");
	if (c != NULL)
		fault_at(&what, "%s", c->peer);
	listen->note(listen->self, &what);
}

/* --- accepting --- */

static void
on_accept(struct evconnlistener *listener, evutil_socket_t fd,
	struct sockaddr *address, int len, void *self)
{
	struct http_listen *listen = self;

	(void)listener;
	if (listen->stop != 0 || (listen->count >= CONNECTIONS_MAX &&
					 !connection_make_room(listen))) {
		http_note_of(
			listen, NULL, CODE_CONNECT, "too many connections");
		evutil_closesocket(fd);
		return;
	}
	connection_new(listen, fd, address, (socklen_t)len);
}

/* Without a pause this would be called again and again. */
static void
on_accept_error(struct evconnlistener *listener, void *self)
{
	struct http_listen *listen = self;

	http_note_of(listen, NULL, CODE_CONNECT, "accept: %s", strerror(errno));
	(void)evconnlistener_disable(listener);
	listen->deaf = true;
}

/* --- keeping time --- */

/* Another revocation list is used at once; no other file is read: one of two
 * that are being replaced would not fit.
 */
static void
look_at_lists(struct http_listen *listen)
{
	const char *folder = listen->conf.crl_folder;
	int64_t now_ms = clock_tick_ms(), stamp;
	struct fault why = FAULT_NONE;

	if (folder == NULL || now_ms < listen->crl_look_ms)
		return;
	listen->crl_look_ms = now_ms + CRL_LOOK_MS;
	/* Before they are read: a change meanwhile is noticed. */
	stamp = crl_stamp(folder);
	if (stamp == listen->crl_stamp)
		return;
	if (tls_server_lists(listen->tls, folder, &why) == V_OK) {
		listen->crl_stamp = stamp;
		connections_aged(listen);
		return;
	}
	listen->crl_look_ms = now_ms + CRL_AGAIN_MS;
	listen->note(listen->self, &why);
}

static void
stop_soon(struct http_listen *listen)
{
	struct connection *c, *next;

	if (listen->stop_at_ms == 0) {
		listen->stop_at_ms = clock_tick_ms() + STOP_MS;
		(void)evconnlistener_disable(listen->listener);
	}
	for (c = listen->connections; c != NULL; c = next) {
		next = c->next;
		if (c->phase != PHASE_ANSWER)
			connection_free(c);
	}
	if (listen->connections == NULL ||
		clock_tick_ms() >= listen->stop_at_ms)
		(void)event_base_loopbreak(listen->base);
}

static void
on_tick(evutil_socket_t fd, short what, void *self)
{
	struct http_listen *listen = self;

	(void)fd;
	(void)what;
	if (listen->stop != 0) {
		stop_soon(listen);
		return;
	}
	if (listen->deaf) {
		listen->deaf = false;
		(void)evconnlistener_enable(listen->listener);
	}
	look_at_lists(listen);
}

/* --- opening and reloading --- */

/* What the files say now, for connections from now on. */
static enum verdict
read_files(struct http_listen *listen, const struct http_listen_conf *conf,
	struct fault *why)
{
	bool ours = conf->header == NULL;
	struct tls_conf files = {
		.certificate = ours ? conf->certificate : NULL,
		.key = ours ? conf->key : NULL,
		.trust = conf->trust,
		.crl_folder = conf->crl_folder,
		.crl_require = conf->crl_require,
	};
	int64_t stamp = 0;
	void *fresh = NULL;
	enum verdict v;

	assert(conf->max_body > 0);
	if (conf->crl_folder != NULL)
		stamp = crl_stamp(conf->crl_folder);
	v = tls_server_new(&files, &fresh, why);
	if (v != V_OK)
		return v;
	tls_server_free(listen->tls);
	listen->tls = fresh;
	connections_aged(listen);
	listen->crl_stamp = stamp;
	listen->conf = *conf;
	if (listen->conf.deadline_s <= 0)
		listen->conf.deadline_s = DEADLINE_S;
	if (listen->conf.bodies_max <= 0)
		listen->conf.bodies_max = HTTP_BODIES * conf->max_body;
	if (listen->conf.bodies_max < HTTP_BODIES_MIN)
		listen->conf.bodies_max = HTTP_BODIES_MIN;
	return V_OK;
}

enum verdict
http_listen_reload(struct http_listen *listen,
	const struct http_listen_conf *conf, struct fault *why)
{
	assert((conf->header == NULL) == (listen->header == NULL) &&
		(conf->header == NULL ||
			strcmp(conf->header, listen->header) == 0));
	return read_files(listen, conf, why);
}

static enum verdict
listen_at(struct http_listen *listen, const char *at, struct fault *why)
{
	enum verdict v = http_socket_open(at, &listen->socket, why);

	if (v != V_OK)
		return v;
	/* On a port anybody could write that header. */
	if (listen->header != NULL && !listen->socket.local)
		return fault_set(why, V_BROKEN, CODE_NO_LISTENER,
			"listen at %s: header is only for a UNIX socket", at);
	listen->listener = evconnlistener_new(listen->base, on_accept, listen,
		LEV_OPT_CLOSE_ON_EXEC, 0, listen->socket.fd);
	if (listen->listener == NULL)
		return fault_errno(
			why, V_BROKEN, CODE_NO_LISTENER, "listen at %s", at);
	evconnlistener_set_error_cb(listen->listener, on_accept_error);
	return V_OK;
}

static enum verdict
start(struct http_listen *listen, struct fault *why)
{
	static const struct timeval tick = { .tv_usec = TICK_MS * 1000L };

	listen->base = event_base_new();
	if (listen->base != NULL)
		listen->tick = event_new(
			listen->base, -1, EV_PERSIST, on_tick, listen);
	if (listen->tick == NULL || event_add(listen->tick, &tick) == -1)
		return fault_set(
			why, V_BROKEN, CODE_BUG, "libevent cannot start");
	return V_OK;
}

enum verdict
http_listen_open(const struct http_listen_conf *conf, http_handler *handler,
	http_note *note_fn, void *self, struct http_listen **listen_out,
	struct fault *why)
{
	struct http_listen *listen = mem_zero(1, sizeof(*listen));
	enum verdict v;

	assert(handler != NULL && note_fn != NULL);
	tls_ignore_sigpipe();
	listen->handler = handler;
	listen->note = note_fn;
	listen->self = self;
	listen->socket = HTTP_SOCKET_NONE;
	if (conf->header != NULL)
		listen->header = mem_text(conf->header);
	v = read_files(listen, conf, why);
	if (v == V_OK)
		v = start(listen, why);
	if (v == V_OK)
		v = listen_at(listen, conf->at, why);
	if (v == V_OK)
		*listen_out = listen;
	else
		http_listen_close(listen);
	return v;
}

int
http_listen_port(const struct http_listen *listen)
{
	return listen->socket.port;
}

/* --- running --- */

static void
on_every(evutil_socket_t fd, short what, void *self)
{
	struct http_every *every = self;

	(void)fd;
	(void)what;
	every->fn(every->self);
}

void
http_listen_every(struct http_listen *listen, int64_t every_ms,
	void (*fn)(void *self), void *self)
{
	struct timeval wait = { .tv_sec = (time_t)(every_ms / 1000),
		.tv_usec = (suseconds_t)(every_ms % 1000 * 1000) };
	struct http_every *every = mem_zero(1, sizeof(*every));

	assert(every_ms > 0);
	every->fn = fn;
	every->self = self;
	every->timer = event_new(listen->base, -1, EV_PERSIST, on_every, every);
	if (every->timer == NULL || event_add(every->timer, &wait) == -1)
		abort(); /* no memory, as everywhere (base/arena.h) */
	every->next = listen->everies;
	listen->everies = every;
}

enum verdict
http_listen_run(struct http_listen *listen, struct fault *why)
{
	if (event_base_dispatch(listen->base) == -1)
		return fault_set(why, V_BROKEN, CODE_NO_LISTENER,
			"the event loop failed");
	assert(listen->stop != 0);
	return V_OK;
}

void
http_listen_stop(struct http_listen *listen)
{
	listen->stop = 1;
}

void
http_listen_close(struct http_listen *listen)
{
	struct http_every *every, *next;

	if (listen == NULL)
		return;
	while (listen->connections != NULL)
		connection_free(listen->connections);
	if (listen->listener != NULL)
		evconnlistener_free(listen->listener);
	http_socket_close(&listen->socket);
	for (every = listen->everies; every != NULL; every = next) {
		next = every->next;
		event_free(every->timer);
		free(every);
	}
	if (listen->tick != NULL)
		event_free(listen->tick);
	if (listen->base != NULL) {
		/* What libevent has put off holds connections we let go. */
		(void)event_base_loop(listen->base, EVLOOP_NONBLOCK);
		event_base_free(listen->base);
	}
	tls_server_free(listen->tls);
	free(listen->header);
	free(listen);
}
