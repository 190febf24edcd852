/* channels/http_listen_in.h - what the two halves of the listener share
 *
 * Private to channels/http_listen*.c: http_listen.c accepts, keeps time and
 * reloads; http_listen_peer.c carries one connection from its first byte to
 * its last.  Both stand behind libevent's wall.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef CHANNELS_HTTP_LISTEN_IN_H
#define CHANNELS_HTTP_LISTEN_IN_H

#include <signal.h>
#include <sys/socket.h>

#include <event2/event.h>
#include <event2/listener.h>

#include "channels/http_address.h"
#include "channels/http_listen.h"
#include "channels/http_read.h"
#include "channels/tls.h"

#define HTTP_PEER_TEXT 80

enum http_phase {
	PHASE_HANDSHAKE = 0,
	PHASE_IDLE,
	PHASE_REQUEST,
	PHASE_ANSWER, /* an answer is being written */
	PHASE_LINGER,
};

struct connection {
	struct http_listen *listen;
	struct connection *next, **at; /* list of all, the newest first */
	struct bufferevent *bev;
	void *tls; /* NULL behind a front proxy */
	struct event *timer;
	struct http_read read;
	enum http_phase phase;
	bool closing;	     /* after the present answer */
	unsigned generation; /* of the context it began with */
	int64_t first_byte_ms;
	int64_t held;	    /* bytes of body it may keep */
	size_t lingered;    /* bytes thrown away after a refusal */
	struct tls_who who; /* of a verified certificate; "" a stranger */
	char peer[HTTP_PEER_TEXT];
};

struct http_notes {
	int64_t since_ms;
	int count;
};

struct http_every {
	struct http_every *next;
	struct event *timer;
	void (*fn)(void *self);
	void *self;
};

struct http_listen {
	http_handler *handler;
	http_note *note;
	void *self;
	struct http_listen_conf conf; /* defaults filled in; texts are lent */
	char *header;		      /* NULL: TLS is ours */
	void *tls;
	unsigned generation; /* of `tls` */
	int64_t crl_stamp, crl_look_ms;
	struct http_socket socket;
	struct event_base *base;
	struct evconnlistener *listener;
	struct event *tick;
	struct connection *connections;
	int count;
	int64_t held; /* by all connections together */
	struct http_every *everies;
	struct http_notes strangers, peers; /* what was noted about them */
	int64_t stop_at_ms; /* when stopping: the end of patience */
	bool deaf; /* out of descriptors: listens again at the next tick */
	volatile sig_atomic_t stop;
};

/* Whoever can reach the port can fail a handshake: not a line for each.  `c`
 * NULL: about nobody in particular.
 */
__attribute__((format(printf, 4, 5))) void http_note_of(
	struct http_listen *listen, const struct connection *c, enum code code,
	const char *fmt, ...);

/* Make the connection of an accepted socket, which is its own from here on. */
void connection_new(struct http_listen *listen, int fd,
	const struct sockaddr *address, socklen_t len);
void connection_free(struct connection *c);

/* `listen->tls` is another, or has other lists: who is idle goes and may come
 * back; the others are verified again before a request of theirs is handled,
 * and go after its answer.
 */
void connections_aged(struct http_listen *listen);

/* The oldest stranger goes, else the oldest that is idle; false: none is. */
bool connection_make_room(struct http_listen *listen);

#endif
