/* channels/http_listen_peer.c - one connection; see channels/http_listen_in.h
 *
 * A connection has one timer, set anew with each phase, so a peer that sends a
 * byte now and then cannot stay for ever.  What it may keep in memory is
 * counted: a body is allowed when it is announced, a chunked one as it grows.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>

#include "base/arena.h"
#include "base/clock.h"
#include "channels/http_listen_in.h"
#include "channels/http_passed.h"

#define HANDSHAKE_S 20
#define HEAD_S 20  /* from the first byte of a request to the end of its head */
#define IDLE_S 60  /* between requests */
#define LINGER_S 2 /* so that a refusal is read before the reset */
#define LINGER_MAX ((size_t)16 << 20) /* more than is on its way */
#define RETRY_AFTER_S 30
#define PEER_CONNECTIONS_MAX 128 /* of one certificate's holder */
#define PIECE ((size_t)65536)

static void
release(struct connection *c)
{
	c->listen->held -= c->held;
	c->held = 0;
	assert(c->listen->held >= 0);
}

void
connection_free(struct connection *c)
{
	if (c->phase != PHASE_HANDSHAKE)
		tls_goodbye(c->tls);
	release(c);
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
phase_set(struct connection *c, enum http_phase phase, int seconds)
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
		http_note_of(c->listen, c, CODE_TLS,
			"handshake not finished in time");
	else if (c->phase == PHASE_REQUEST || c->phase == PHASE_ANSWER)
		http_note_of(
			c->listen, c, CODE_CUT, "request not finished in time");
	connection_free(c);
}

/* --- answers --- */

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
	if (status == 405)
		evbuffer_add_printf(out, "Allow: POST\r\n");
	if (status == 503)
		evbuffer_add_printf(out, "Retry-After: %d\r\n", RETRY_AFTER_S);
	if (status != 204)
		evbuffer_add_printf(
			out, "Content-Length: %zu\r\n", reply->body.len);
	evbuffer_add_printf(out, "Connection: %s\r\n\r\n",
		c->closing ? "close" : "keep-alive");
	if (status != 204 && reply->body.len > 0)
		evbuffer_add(out, reply->body.bytes, reply->body.len);
	phase_set(c, PHASE_ANSWER, c->listen->conf.deadline_s);
}

static void
answer_refused(struct connection *c)
{
	struct http_reply reply = { .status = c->read.status,
		.body = BUF_MAX(FAULT_TEXT_MAX) };

	/* Whom we do not trust was noted with the reason. */
	if (reply.status != 403)
		http_note_of(c->listen, c, CODE_HTTP,
			"request refused with %d: %s", reply.status,
			c->read.text);
	release(c);
	buf_format(&reply.body, "%s\n", c->read.text);
	c->closing = true;
	answer(c, &reply);
	buf_done(&reply.body);
}

static void
answer_request(struct connection *c)
{
	struct http_listen *listen = c->listen;
	struct http_read *r = &c->read;
	struct http_request request = { .method = r->method,
		.path = r->path,
		.content_type = r->content_type,
		.soap_action = r->soap_action,
		.peer_oin = c->who.oin,
		.peer_trial = c->who.trial,
		.body = r->body.bytes != NULL ? r->body.bytes : "",
		.body_len = r->body.len,
		.first_byte_ms = c->first_byte_ms,
		.last_byte_ms = clock_now_ms() };
	struct http_reply reply = { .body = BUF_MAX(
					    (size_t)listen->conf.max_body) };

	c->closing = r->close || listen->stop != 0 ||
		     c->generation != listen->generation;
	listen->handler(listen->self, &request, &reply);
	answer(c, &reply);
	buf_done(&reply.body);
	http_read_again(r);
	release(c);
}

/* --- requests --- */

static void
tell_doubt(struct http_listen *listen)
{
	struct fault doubt;

	if (tls_server_doubt(listen->tls, clock_tick_ms(), &doubt))
		listen->note(listen->self, &doubt);
}

/* Behind a front proxy each request says whose it is. */
static void
know_client(struct connection *c)
{
	struct buf der = BUF_MAX(HTTP_PASSED_MAX);
	struct fault why;
	enum verdict v;

	/* Anybody could write that header, but not into this socket. */
	assert(c->listen->socket.local && c->tls == NULL);
	c->who.oin[0] = '\0';
	if (c->read.passed[0] == '\0')
		v = fault_set(&why, V_SKIP, CODE_TLS,
			"the front proxy passed no client certificate");
	else if (!http_passed(c->read.passed, &der))
		v = fault_set(&why, V_SKIP, CODE_TLS,
			"what the front proxy passed is no certificate");
	else
		v = tls_verify_passed(
			c->listen->tls, der.bytes, der.len, &c->who, &why);
	buf_done(&der);
	if (v == V_OK) {
		tell_doubt(c->listen);
		return;
	}
	c->who.oin[0] = '\0';
	http_note_of(c->listen, c, why.code, "request refused with 403: %s",
		why.text);
	http_read_refuse(&c->read, 403, "client certificate not accepted");
}

/* The roots or lists changed since the connection began, perhaps in the middle
 * of this very request: by the new ones it may be a stranger's.
 */
static void
know_again(struct connection *c)
{
	struct fault why;

	if (c->generation == c->listen->generation)
		return;
	if (c->tls == NULL) {
		know_client(c);
	} else if (tls_peer_again(c->listen->tls, c->tls, &c->who, &why) !=
		   V_OK) {
		http_note_of(c->listen, c, why.code,
			"request refused with 403: %s", why.text);
		http_read_refuse(
			&c->read, 403, "client certificate not accepted");
	}
}

/* Keep what the request announces or has grown to, if it may.  All bodies
 * under way are bounded together, and one peer's part of them, so that another
 * peer always finds room for one.
 */
static void
hold(struct connection *c)
{
	struct http_listen *listen = c->listen;
	int64_t more = http_read_bytes(&c->read) - c->held, theirs = 0;
	int64_t most = listen->conf.bodies_max;
	const struct connection *other;

	if (more <= 0)
		return;
	for (other = listen->connections; other != NULL; other = other->next)
		if (strcmp(other->who.oin, c->who.oin) == 0)
			theirs += other->held;
	if (listen->held + more > most || theirs + more > most / 4 * 3) {
		http_read_refuse(
			&c->read, 503, "too much under way, try again later");
		return;
	}
	c->held += more;
	listen->held += more;
}

/* Take a piece of what arrived; at most one request is answered at a time. */
static void
take_piece(struct connection *c, const struct evbuffer_iovec *piece)
{
	struct http_read *r = &c->read;
	bool head = r->stage == HTTP_HEAD;
	int deadline_s = c->listen->conf.deadline_s;
	size_t used;

	if (c->phase == PHASE_IDLE) {
		c->first_byte_ms = clock_now_ms();
		phase_set(c, PHASE_REQUEST,
			deadline_s < HEAD_S ? deadline_s : HEAD_S);
	}
	used = http_read_feed(r, piece->iov_base, piece->iov_len);
	evbuffer_drain(bufferevent_get_input(c->bev), used);
	head = head && r->stage != HTTP_HEAD && r->stage != HTTP_REFUSED;
	if (head) {
		phase_set(c, PHASE_REQUEST, deadline_s);
		if (c->listen->header != NULL)
			know_client(c);
	}
	if (r->stage != HTTP_REFUSED)
		hold(c);
	if (r->want_continue && head && r->stage != HTTP_REFUSED)
		bufferevent_write(c->bev, "HTTP/1.1 100 Continue\r\n\r\n", 25);
	if (r->stage == HTTP_DONE)
		know_again(c);
	if (r->stage == HTTP_REFUSED)
		answer_refused(c);
	else if (r->stage == HTTP_DONE)
		answer_request(c);
}

static void
take_bytes(struct connection *c)
{
	struct evbuffer *in = bufferevent_get_input(c->bev);
	struct evbuffer_iovec piece;

	while (c->phase == PHASE_IDLE || c->phase == PHASE_REQUEST) {
		if (evbuffer_peek(in, -1, NULL, &piece, 1) < 1 ||
			piece.iov_len == 0)
			return;
		take_piece(c, &piece);
	}
}

static void
on_read(struct bufferevent *bev, void *self)
{
	struct connection *c = self;
	struct evbuffer *in = bufferevent_get_input(bev);

	assert(c->phase != PHASE_HANDSHAKE);
	if (c->phase != PHASE_LINGER) {
		take_bytes(c);
		return;
	}
	c->lingered += evbuffer_get_length(in);
	evbuffer_drain(in, evbuffer_get_length(in));
	if (c->lingered > LINGER_MAX)
		connection_free(c);
}

/* Everything is written; or a call that libevent put off when there was nothing
 * to write yet comes now.
 */
static void
on_write(struct bufferevent *bev, void *self)
{
	struct connection *c = self;

	if (c->phase != PHASE_ANSWER ||
		evbuffer_get_length(bufferevent_get_output(bev)) > 0)
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
	if (c->tls == NULL)
		(void)shutdown(bufferevent_getfd(bev), SHUT_WR);
	phase_set(c, PHASE_LINGER, LINGER_S);
	on_read(bev, c);
}

/* --- the beginning and the end --- */

/* The oldest connection in this phase, of one peer or (NULL) of any; NULL. */
static struct connection *
oldest(const struct http_listen *listen, enum http_phase phase, const char *oin)
{
	struct connection *c, *found = NULL;

	for (c = listen->connections; c != NULL; c = c->next)
		if (c->phase == phase &&
			(oin == NULL || strcmp(c->who.oin, oin) == 0))
			found = c;
	return found;
}

bool
connection_make_room(struct http_listen *listen)
{
	struct connection *c = oldest(listen, PHASE_HANDSHAKE, NULL);

	if (c == NULL)
		c = oldest(listen, PHASE_IDLE, NULL);
	if (c != NULL)
		connection_free(c);
	return c != NULL;
}

void
connections_aged(struct http_listen *listen)
{
	struct connection *c, *next;

	listen->generation++;
	for (c = listen->connections; c != NULL; c = next) {
		next = c->next;
		if (c->phase == PHASE_IDLE && c->tls != NULL)
			connection_free(c);
	}
}

/* One more of this peer: if they are many, the oldest idle one goes for it. */
static bool
room_for(const struct connection *c)
{
	struct connection *other;
	int count = 0;

	for (other = c->listen->connections; other != NULL; other = other->next)
		if (other->phase != PHASE_HANDSHAKE &&
			strcmp(other->who.oin, c->who.oin) == 0)
			count++;
	if (count < PEER_CONNECTIONS_MAX)
		return true;
	other = oldest(c->listen, PHASE_IDLE, c->who.oin);
	if (other != NULL)
		connection_free(other);
	return other != NULL;
}

/* The handshake is over: nothing of HTTP was read so far. */
static void
connected(struct connection *c)
{
	if (!tls_peer(c->tls, &c->who)) {
		http_note_of(c->listen, c, CODE_TLS,
			"no verified client certificate");
		connection_free(c);
		return;
	}
	if (!room_for(c)) {
		http_note_of(c->listen, c, CODE_CONNECT,
			"too many connections of %s", c->who.oin);
		connection_free(c);
		return;
	}
	tell_doubt(c->listen);
	phase_set(c, PHASE_IDLE, IDLE_S);
}

static void
on_event(struct bufferevent *bev, short what, void *self)
{
	struct connection *c = self;
	char text[TLS_TEXT_MAX];
	enum code code;

	if ((what & BEV_EVENT_CONNECTED) != 0) {
		connected(c);
		return;
	}
	if (c->phase == PHASE_HANDSHAKE) {
		code = tls_reason(
			c->tls, bufferevent_get_openssl_error(bev), text);
		http_note_of(c->listen, c, code, "handshake failed: %s", text);
	} else if (c->phase == PHASE_REQUEST) {
		http_note_of(
			c->listen, c, CODE_CUT, "connection lost in a request");
	} else if (c->phase == PHASE_ANSWER) {
		http_note_of(
			c->listen, c, CODE_CUT, "connection lost in an answer");
	}
	connection_free(c);
}

static void
peer_text(
	const struct sockaddr *address, socklen_t len, char out[HTTP_PEER_TEXT])
{
	char host[48] = "?", port[8] = "";

	if (len > 0)
		(void)getnameinfo(address, len, host, sizeof(host), port,
			sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV);
	snprintf(out, HTTP_PEER_TEXT, "%s:%s", host, port);
}

static struct bufferevent *
buffers(struct connection *c, int fd)
{
	int options = BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS;
	struct bufferevent *bev;

	if (c->tls == NULL)
		return bufferevent_socket_new(c->listen->base, fd, options);
	bev = bufferevent_openssl_socket_new(c->listen->base, fd, c->tls,
		BUFFEREVENT_SSL_ACCEPTING, options);
	if (bev != NULL)
		bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
	return bev;
}

void
connection_new(struct http_listen *listen, int fd,
	const struct sockaddr *address, socklen_t len)
{
	struct connection *c = mem_zero(1, sizeof(*c));
	int one = 1;

	c->listen = listen;
	c->generation = listen->generation;
	/* Without TLS only behind a front proxy, and that is at a file. */
	assert(listen->header == NULL || listen->socket.local);
	if (listen->header == NULL)
		c->tls = tls_server_accept(listen->tls);
	c->bev = listen->header == NULL && c->tls == NULL ? NULL
							  : buffers(c, fd);
	c->timer = evtimer_new(listen->base, on_timer, c);
	if (c->bev == NULL || c->timer == NULL)
		abort(); /* no memory, as everywhere (base/arena.h) */
	if (listen->socket.local) {
		snprintf(c->peer, sizeof(c->peer), "front proxy");
	} else {
		/* 44 ms an exchange without. */
		(void)setsockopt(
			fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		peer_text(address, len, c->peer);
	}
	http_read_init(&c->read, listen->conf.max_body, listen->header);
	c->next = listen->connections;
	c->at = &listen->connections;
	if (c->next != NULL)
		c->next->at = &c->next;
	listen->connections = c;
	listen->count++;
	bufferevent_setcb(c->bev, on_read, on_write, on_event, c);
	bufferevent_setwatermark(c->bev, EV_READ, 0, PIECE);
	if (c->tls == NULL)
		phase_set(c, PHASE_IDLE, IDLE_S);
	else
		phase_set(c, PHASE_HANDSHAKE, HANDSHAKE_S);
	(void)bufferevent_enable(c->bev, EV_READ | EV_WRITE);
}
