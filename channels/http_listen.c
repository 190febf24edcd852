/* channels/http_listen.c - see channels/http_listen.h
 *
 * libevent brings sockets, TLS and timers; the requests are read by our own
 * strict reader (http_read.h), because libevent's HTTP server accepts what two
 * readers could understand differently and can be made to serve without TLS.
 * Here a byte of HTTP is read only after the handshake gave a verified client
 * certificate.
 *
 * A connection has one timer, set anew with each phase, so a peer that sends a
 * byte now and then cannot stay for ever.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/listener.h>

#include "base/arena.h"
#include "base/clock.h"
#include "channels/http_address.h"
#include "channels/http_listen.h"
#include "channels/http_read.h"
#include "channels/tls.h"

#define CONNECTIONS_MAX 64
#define DEADLINE_S 120
#define HANDSHAKE_S 20
#define IDLE_S 60    /* between requests */
#define LINGER_S 2   /* so that a refusal is read before the reset */
#define STOP_MS 1000 /* for answers under way when told to stop */
#define TICK_MS 100  /* how soon a stop is noticed */
#define PIECE ((size_t)65536)
#define PEER_MAX 80
#define NOTES_MAX 20 /* about strangers, in NOTES_MS */
#define NOTES_MS 10000

enum phase {
	PHASE_HANDSHAKE = 0,
	PHASE_IDLE,
	PHASE_REQUEST,
	PHASE_ANSWER, /* an answer is being written */
	PHASE_LINGER,
};

struct connection {
	struct http_listen *listen;
	struct connection *next, **at; /* list of all */
	struct bufferevent *bev;
	void *tls;
	struct event *timer;
	struct http_read read;
	enum phase phase;
	bool closing; /* after the present answer */
	int64_t first_byte_ms;
	char oin[TLS_OIN_MAX];
	char peer[PEER_MAX];
};

struct every {
	struct every *next;
	struct event *timer;
	void (*fn)(void *self);
	void *self;
};

struct http_listen {
	http_handler *handler;
	http_note *note;
	void *self;
	void *tls;
	struct event_base *base;
	struct evconnlistener *listener;
	struct event *tick;
	struct connection *connections;
	struct every *everies;
	int64_t max_body;
	int64_t stop_at_ms; /* when stopping: the end of patience */
	int count, deadline_s, port;
	int notes; /* about strangers since notes_ms */
	int64_t notes_ms;
	bool deaf; /* out of descriptors: listens again at the next tick */
	volatile sig_atomic_t stop;
};

/* Whoever can reach the port can fail a handshake: not a line for each. */
static bool
note_allowed(struct http_listen *listen)
{
	int64_t now_ms = clock_tick_ms();

	if (now_ms - listen->notes_ms > NOTES_MS) {
		listen->notes_ms = now_ms;
		listen->notes = 0;
	}
	return ++listen->notes <= NOTES_MAX;
}

/* `c` NULL, or still in its handshake: about a stranger. */
__attribute__((format(printf, 4, 5))) static void
note(struct http_listen *listen, const struct connection *c, enum code code,
	const char *fmt, ...)
{
	struct fault what;
	char text[FAULT_TEXT_MAX];
	va_list ap;

	if ((c == NULL || c->phase == PHASE_HANDSHAKE) && !note_allowed(listen))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)fault_set(&what, V_BROKEN, code, "%s%s", text,
		listen->notes == NOTES_MAX ? "; more of these are not noted"
					   : "");
	if (c != NULL)
		fault_at(&what, "%s", c->peer);
	listen->note(listen->self, &what);
}

static void
connection_free(struct connection *c)
{
	if (c->phase != PHASE_HANDSHAKE)
		tls_goodbye(c->tls);
	*c->at = c->next;
	if (c->next != NULL)
		c->next->at = c->at;
	c->listen->count--;
	event_free(c->timer);
	bufferevent_free(c->bev);
	http_read_done(&c->read);
	free(c);
}

static void
phase_set(struct connection *c, enum phase phase, int seconds)
{
	struct timeval wait = { .tv_sec = seconds };

	c->phase = phase;
	(void)evtimer_add(c->timer, &wait);
}

static void
on_timer(evutil_socket_t fd, short what, void *self)
{
	struct connection *c = self;

	(void)fd;
	(void)what;
	if (c->phase == PHASE_HANDSHAKE)
		note(c->listen, c, CODE_TLS, "handshake not finished in time");
	else if (c->phase == PHASE_REQUEST || c->phase == PHASE_ANSWER)
		note(c->listen, c, CODE_CUT, "request not finished in time");
	connection_free(c);
}

static void
answer(struct connection *c, const struct http_reply *reply)
{
	struct evbuffer *out = bufferevent_get_output(c->bev);
	int status = reply->status == 0 ? 204 : reply->status;

	evbuffer_add_printf(
		out, "HTTP/1.1 %d %s\r\n", status, http_status_text(status));
	if (reply->body.len > 0)
		evbuffer_add_printf(out, "Content-Type: %s\r\n",
			reply->content_type != NULL ? reply->content_type
						    : "text/plain");
	if (reply->soap_action)
		evbuffer_add_printf(out, "SOAPAction: \"ebXML\"\r\n");
	if (status != 204)
		evbuffer_add_printf(
			out, "Content-Length: %zu\r\n", reply->body.len);
	evbuffer_add_printf(out, "Connection: %s\r\n\r\n",
		c->closing ? "close" : "keep-alive");
	if (status != 204 && reply->body.len > 0)
		evbuffer_add(out, reply->body.bytes, reply->body.len);
	phase_set(c, PHASE_ANSWER, c->listen->deadline_s);
}

static void
answer_refused(struct connection *c)
{
	struct http_reply reply = { .status = c->read.status,
		.body = BUF_MAX(FAULT_TEXT_MAX) };

	note(c->listen, c, CODE_HTTP, "request refused with %d: %s",
		c->read.status, c->read.text);
	buf_format(&reply.body, "%s\n", c->read.text);
	c->closing = true;
	answer(c, &reply);
	buf_done(&reply.body);
}

static void
answer_request(struct connection *c)
{
	struct http_read *r = &c->read;
	struct http_request request = { .method = r->method,
		.path = r->path,
		.content_type = r->content_type,
		.soap_action = r->soap_action,
		.peer_oin = c->oin,
		.body = r->body.bytes != NULL ? r->body.bytes : "",
		.body_len = r->body.len,
		.first_byte_ms = c->first_byte_ms,
		.last_byte_ms = clock_now_ms() };
	struct http_reply reply = { .body = BUF_MAX(
					    (size_t)c->listen->max_body) };

	c->closing = r->close || c->listen->stop != 0;
	c->listen->handler(c->listen->self, &request, &reply);
	answer(c, &reply);
	buf_done(&reply.body);
	http_read_again(r);
}

/* Feed what has arrived; at most one request is answered at a time. */
static void
take_bytes(struct connection *c)
{
	struct evbuffer *in = bufferevent_get_input(c->bev);
	struct http_read *r = &c->read;
	struct evbuffer_iovec piece;
	size_t used;

	while (c->phase == PHASE_IDLE || c->phase == PHASE_REQUEST) {
		if (evbuffer_peek(in, -1, NULL, &piece, 1) < 1 ||
			piece.iov_len == 0)
			return;
		if (c->phase == PHASE_IDLE) {
			c->first_byte_ms = clock_now_ms();
			phase_set(c, PHASE_REQUEST, c->listen->deadline_s);
		}
		used = http_read_feed(r, piece.iov_base, piece.iov_len);
		evbuffer_drain(in, used);
		if (r->want_continue) {
			r->want_continue = false;
			bufferevent_write(
				c->bev, "HTTP/1.1 100 Continue\r\n\r\n", 25);
		}
		if (r->stage == HTTP_REFUSED)
			answer_refused(c);
		else if (r->stage == HTTP_DONE)
			answer_request(c);
	}
}

static void
on_read(struct bufferevent *bev, void *self)
{
	struct connection *c = self;
	struct evbuffer *in = bufferevent_get_input(bev);

	assert(c->phase != PHASE_HANDSHAKE);
	if (c->phase == PHASE_LINGER)
		evbuffer_drain(in, evbuffer_get_length(in));
	else
		take_bytes(c);
}

/* Everything is written. */
static void
on_write(struct bufferevent *bev, void *self)
{
	struct connection *c = self;

	if (c->phase != PHASE_ANSWER)
		return;
	if (!c->closing) {
		phase_set(c, PHASE_IDLE, IDLE_S);
		take_bytes(c);
		return;
	}
	if (c->read.stage != HTTP_REFUSED) {
		connection_free(c);
		return;
	}
	/* What the peer still sends is thrown away for a while: a reset would
	 * destroy the answer on its way.
	 */
	tls_goodbye(c->tls);
	phase_set(c, PHASE_LINGER, LINGER_S);
	on_read(bev, c);
}

static void
on_event(struct bufferevent *bev, short what, void *self)
{
	struct connection *c = self;
	char text[TLS_TEXT_MAX];

	if ((what & BEV_EVENT_CONNECTED) != 0) {
		if (!tls_peer(c->tls, c->oin)) {
			note(c->listen, c, CODE_TLS,
				"no verified client certificate");
			connection_free(c);
			return;
		}
		phase_set(c, PHASE_IDLE, IDLE_S);
		return;
	}
	if (c->phase == PHASE_HANDSHAKE) {
		tls_reason(c->tls, bufferevent_get_openssl_error(bev), text);
		note(c->listen, c, CODE_TLS, "handshake failed: %s", text);
	} else if (c->phase == PHASE_REQUEST) {
		note(c->listen, c, CODE_CUT, "connection lost in a request");
	} else if (c->phase == PHASE_ANSWER) {
		note(c->listen, c, CODE_CUT, "connection lost in an answer");
	}
	connection_free(c);
}

/* Full: the oldest stranger makes room, else the oldest that is idle. */
static void
make_room(struct http_listen *listen)
{
	struct connection *c, *stranger = NULL, *idle = NULL;

	for (c = listen->connections; c != NULL; c = c->next) {
		if (c->phase == PHASE_HANDSHAKE)
			stranger = c;
		else if (c->phase == PHASE_IDLE)
			idle = c;
	}
	if (stranger != NULL)
		connection_free(stranger);
	else if (idle != NULL)
		connection_free(idle);
}

static void
peer_text(const struct sockaddr *address, int len, char out[PEER_MAX])
{
	char host[48] = "?", port[8] = "";

	if (len > 0)
		(void)getnameinfo(address, (socklen_t)len, host, sizeof(host),
			port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV);
	snprintf(out, PEER_MAX, "%s:%s", host, port);
}

static void
on_accept(struct evconnlistener *listener, evutil_socket_t fd,
	struct sockaddr *address, int len, void *self)
{
	struct http_listen *listen = self;
	struct connection *c;
	void *tls = NULL;
	int one = 1;

	(void)listener;
	if (listen->count >= CONNECTIONS_MAX)
		make_room(listen);
	if (listen->count >= CONNECTIONS_MAX || listen->stop != 0 ||
		(tls = tls_server_accept(listen->tls)) == NULL) {
		note(listen, NULL, CODE_CONNECT, "too many connections");
		evutil_closesocket(fd);
		return;
	}
	/* 44 ms an exchange without. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	c = mem_zero(1, sizeof(*c));
	c->bev = bufferevent_openssl_socket_new(listen->base, fd, tls,
		BUFFEREVENT_SSL_ACCEPTING,
		BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	c->timer = evtimer_new(listen->base, on_timer, c);
	if (c->bev == NULL || c->timer == NULL)
		abort(); /* no memory, as everywhere (base/arena.h) */
	c->listen = listen;
	c->tls = tls;
	peer_text(address, len, c->peer);
	http_read_init(&c->read, listen->max_body);
	c->next = listen->connections;
	c->at = &listen->connections;
	if (c->next != NULL)
		c->next->at = &c->next;
	listen->connections = c;
	listen->count++;
	bufferevent_setcb(c->bev, on_read, on_write, on_event, c);
	bufferevent_setwatermark(c->bev, EV_READ, 0, PIECE);
	bufferevent_openssl_set_allow_dirty_shutdown(c->bev, 1);
	phase_set(c, PHASE_HANDSHAKE, HANDSHAKE_S);
	(void)bufferevent_enable(c->bev, EV_READ | EV_WRITE);
}

/* Without a pause this would be called again and again. */
static void
on_accept_error(struct evconnlistener *listener, void *self)
{
	struct http_listen *listen = self;

	note(listen, NULL, CODE_CONNECT, "accept: %s", strerror(errno));
	(void)evconnlistener_disable(listener);
	listen->deaf = true;
}

static void
on_tick(evutil_socket_t fd, short what, void *self)
{
	struct http_listen *listen = self;
	struct connection *c, *next;

	(void)fd;
	(void)what;
	if (listen->deaf && listen->stop == 0) {
		listen->deaf = false;
		(void)evconnlistener_enable(listen->listener);
	}
	if (listen->stop == 0)
		return;
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

static enum verdict
listen_at(struct http_listen *listen, const char *at, struct fault *why)
{
	struct addrinfo *list = NULL;
	struct sockaddr_storage bound;
	socklen_t len = sizeof(bound);
	char port[8] = "0";
	enum verdict v;

	v = http_address(at, &list, why);
	if (v != V_OK)
		return v;
	listen->listener =
		evconnlistener_new_bind(listen->base, on_accept, listen,
			LEV_OPT_REUSEABLE | LEV_OPT_CLOSE_ON_FREE |
				LEV_OPT_CLOSE_ON_EXEC,
			-1, list->ai_addr, (int)list->ai_addrlen);
	if (listen->listener == NULL) {
		v = fault_errno(
			why, V_BROKEN, CODE_NO_LISTENER, "listen at %s", at);
	} else {
		evconnlistener_set_error_cb(listen->listener, on_accept_error);
		if (getsockname(evconnlistener_get_fd(listen->listener),
			    (struct sockaddr *)&bound, &len) == 0 &&
			getnameinfo((struct sockaddr *)&bound, len, NULL, 0,
				port, sizeof(port), NI_NUMERICSERV) == 0)
			listen->port = atoi(port);
	}
	freeaddrinfo(list);
	return v;
}

enum verdict
http_listen_open(const struct http_listen_conf *conf, http_handler *handler,
	http_note *note_fn, void *self, struct http_listen **listen_out,
	struct fault *why)
{
	static const struct timeval tick = { .tv_usec = TICK_MS * 1000L };
	struct http_listen *listen = mem_zero(1, sizeof(*listen));
	enum verdict v;

	assert(conf->max_body > 0 && handler != NULL && note_fn != NULL);
	tls_ignore_sigpipe();
	listen->handler = handler;
	listen->note = note_fn;
	listen->self = self;
	listen->max_body = conf->max_body;
	listen->deadline_s =
		conf->deadline_s > 0 ? conf->deadline_s : DEADLINE_S;
	v = tls_server_new(&(struct tls_conf){ .certificate = conf->certificate,
				   .key = conf->key,
				   .trust = conf->trust },
		&listen->tls, why);
	if (v != V_OK)
		goto out;
	listen->base = event_base_new();
	if (listen->base != NULL)
		listen->tick = event_new(
			listen->base, -1, EV_PERSIST, on_tick, listen);
	if (listen->tick == NULL || event_add(listen->tick, &tick) == -1) {
		v = fault_set(why, V_BROKEN, CODE_BUG, "libevent cannot start");
		goto out;
	}
	v = listen_at(listen, conf->at, why);
	if (v != V_OK)
		goto out;
	*listen_out = listen;
	listen = NULL;
out:
	http_listen_close(listen);
	return v;
}

int
http_listen_port(const struct http_listen *listen)
{
	return listen->port;
}

static void
on_every(evutil_socket_t fd, short what, void *self)
{
	struct every *every = self;

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
	struct every *every = mem_zero(1, sizeof(*every));

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
	struct every *every, *next;

	if (listen == NULL)
		return;
	while (listen->connections != NULL)
		connection_free(listen->connections);
	if (listen->listener != NULL)
		evconnlistener_free(listen->listener);
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
	free(listen);
}
